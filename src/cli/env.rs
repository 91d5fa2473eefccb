//! `--env NAME=VALUE`: variables of the aws-node DaemonSet, held to the rules of plans.

use clap::Args;
use serde::{Serialize, Serializer};

use crate::cni::env::VARIABLES;
use crate::cni::settings::effective;
use crate::plan::read::env::given;

/// The variables of a command.
#[derive(Args, Debug)]
pub struct Env {
    /// Variable of the aws-node DaemonSet (repeatable, the last of a name wins); absent ones are as in the
    /// shipped manifest.
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    env: Vec<Variable>,
}

/// A variable with an effect, or none.
type Variable = Option<(String, String)>;

fn variable(text: &str) -> Result<Variable, String> {
    let (name, value) = text.split_once('=').ok_or("give a variable as NAME=VALUE")?;
    given(name, value)
}

impl Env {
    /// Names and values, no name twice.
    pub fn pairs(self) -> Vec<(String, String)> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for (name, value) in self.env.into_iter().flatten() {
            pairs.retain(|(n, _)| *n != name);
            pairs.push((name, value));
        }
        pairs
    }
}

/// What the program works with, as a JSON object: every variable that has a value once the given ones are
/// laid over the shipped manifest.
pub struct InForce<'a>(pub &'a [(String, String)]);

impl Serialize for InForce<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let given = |name: &str| self.0.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
        let in_force = VARIABLES.iter().map(|v| (v.name, effective(v, given(v.name).unwrap_or(v.shipped()))));
        s.collect_map(in_force.filter(|(_, value)| !value.is_empty()))
    }
}
