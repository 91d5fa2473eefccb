//! Telling the formats of instance tables apart.

use serde::de::IgnoredAny;

use super::fact::Stated;
use super::problem::Fault;
use super::{ec2, own};

/// Reads a text in whichever format it is: JSON of the EC2 API if it begins as an object, else our own.
pub(super) fn read(text: &str) -> (Vec<Stated>, Vec<Fault>) {
    let start = text.trim_start_matches('\u{feff}').trim_start();
    if start.starts_with('{') {
        return ec2::read(text);
    }
    match other_output(start) {
        Some(format) => {
            let message = format!("{format} cannot be read as an instance table");
            (Vec::new(), vec![Fault::new(0..0, message).help(ec2::COMMAND)])
        }
        None => own::read(text),
    }
}

/// Which other output of the AWS command a text is. None of these is a table in TOML: a TOML text that is
/// also JSON is a lone header, and the other first lines are syntax errors.
fn other_output(text: &str) -> Option<&'static str> {
    if let Some(rest) = text.strip_prefix('[') {
        let broken_off = rest.trim_start_matches(' ').starts_with(['\r', '\n', '{']);
        let json = broken_off || serde_json::from_str::<IgnoredAny>(text).is_ok();
        return json.then_some("a JSON list, as --query prints it,");
    }
    let first = text.lines().next().unwrap_or_default().trim_end();
    if first.starts_with('|') || first.len() > 3 && first.chars().all(|c| c == '-') {
        Some("a drawn table (--output table)")
    } else if first == "---" || first.starts_with("- ") || first.starts_with("InstanceTypes:") {
        Some("YAML (--output yaml)")
    } else if first.starts_with("INSTANCETYPES\t") {
        Some("tab-separated text (--output text)")
    } else {
        None
    }
}
