//! `--env NAME=VALUE`: variables of the aws-node DaemonSet, checked as in a plan.

use serde::{Serialize, Serializer};

/// A variable and its value, as given.
pub fn parse(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("a variable is given as NAME=VALUE")?;
    Ok((name.to_string(), value.to_string()))
}

/// The variables as a JSON object.
pub struct Object<'a>(pub &'a [(String, String)]);

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}
