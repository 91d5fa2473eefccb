//! `[cluster.env]`: the variables of the aws-node DaemonSet.

use super::table::Table;
use crate::cni::env::{Kind, VARIABLES, Variable, WITHOUT_EFFECT, parse_flag, variable};
use crate::plan::field::typed::{Fault, Typed};
use crate::plan::tree::{Entry, Value};
use crate::plan::{Place, Row};
use crate::suggest::nearest;
use crate::text::excerpt;

/// Turns custom networking on.
const CUSTOM: &str = "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG";

/// The variables with an effect, as Kubernetes stores them, in the order of the file.
pub(super) fn read(cluster: &mut Table<'_, '_>, c: usize) -> Vec<(String, String)> {
    let Some(node) = cluster.node("env") else { return Vec::new() };
    let Value::Table(entries) = &node.value else {
        let help = "write [cluster.env] and the variables below it";
        let place = Place::key(cluster.row, "env");
        cluster.report_at(place, "env is not a table of variables".to_owned(), help);
        return Vec::new();
    };
    let mut env = Vec::with_capacity(entries.len());
    for entry in entries {
        if cluster.reader.is_full() {
            break;
        }
        let value = Typed { node: &entry.node, text: cluster.reader.text };
        match one(entry, value) {
            Ok(Some(value)) => env.push((entry.key.clone(), value)),
            Ok(None) => {}
            Err((fault, at)) => {
                let (span, message) = match at {
                    At::Key => (&entry.span, fault.message),
                    At::Value => (&entry.node.span, format!("{}: {}", entry.key, fault.message)),
                };
                let place = Place::key(Row::Env(c), &entry.key);
                cluster.report_span(place, span.clone(), Fault { message, help: fault.help });
            }
        }
    }
    env
}

/// Where a variable is wrong.
enum At {
    Key,
    Value,
}

fn one(entry: &Entry, value: Typed<'_>) -> Result<Option<String>, (Fault, At)> {
    let known = named(&entry.key).map_err(|fault| (fault, At::Key))?;
    let value = value.variable().map_err(|fault| (fault, At::Value))?;
    let Some(known) = known else { return Ok(None) };
    modelled(known, &value).map_err(|fault| (fault, At::Value))?;
    Ok(Some(value))
}

/// A variable given outside of a plan, held to the same rules. `None`: it has no effect on addresses.
pub fn given(name: &str, value: &str) -> Result<Option<(String, String)>, String> {
    let Some(known) = named(name).map_err(Fault::said)? else { return Ok(None) };
    modelled(known, value).map_err(Fault::said)?;
    Ok(Some((name.to_string(), value.to_string())))
}

/// The variable of that name; `None` for one without effect.
fn named(name: &str) -> Result<Option<&'static Variable>, Fault> {
    let known = variable(name);
    if known.is_none() && !WITHOUT_EFFECT.contains(&name) { Err(unknown(name)) } else { Ok(known) }
}

/// Whether the value is one that plans model.
fn modelled(variable: &Variable, value: &str) -> Result<(), Fault> {
    match variable.kind {
        Kind::Fixed(only) if means(variable, value) != means(variable, only) => {
            Err(Fault::new(format!("{} is not modelled in plans", excerpt(value)))
                .help(format!("remove it, or write {only}: {}", variable.doc)))
        }
        _ => Ok(()),
    }
}

/// What the program makes of a flag.
fn means(variable: &Variable, value: &str) -> Option<bool> {
    parse_flag(value).or_else(|| parse_flag(variable.code_default))
}

fn unknown(name: &str) -> Fault {
    let fault = Fault::new(format!("aws-node has no variable {}", excerpt(name)));
    let names = VARIABLES.iter().map(|v| v.name).chain(WITHOUT_EFFECT.iter().copied());
    match nearest(name, names) {
        Some(close) => fault.help(format!("did you mean {close}?")),
        None => fault.help("remove it"),
    }
}

/// Whether pods live in the pod subnets.
pub(crate) fn custom_networking(env: &[(String, String)]) -> bool {
    env.iter().any(|(name, value)| name == CUSTOM && parse_flag(value) == Some(true))
}
