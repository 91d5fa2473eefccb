//! Inputs that are something else: what they look like, and what to run instead.

use super::mistake::Mistake;
use super::value::{Document, View};
use super::{FORMATS, aws, docker, kubernetes, pod_table};
use crate::text::{excerpt, list, shown};

const NODES: &str = kubernetes::node::RUN;
const PODS: &str = "kubectl get pods -A -o json > pods.json";
const AGAIN: &str = "the command again";

/// How a text that is neither JSON nor YAML of ours begins, what it is, and what to run instead.
const TEXTS: &[(&str, &str, &str)] = &[
    ("NETWORK ID", "the table of docker network ls", docker::RUN),
    ("CONTAINER ID", "the table of docker ps", docker::RUN),
    ("NAME ", "a table of kubectl", NODES),
    ("NAMESPACE ", "a table of kubectl", PODS),
    ("Name: ", "the text of kubectl describe", NODES),
    ("No resources found", "what kubectl says when there is nothing", NODES),
    ("Error response from daemon", "an error message of docker", docker::RUN),
    ("Error from server", "an error message of kubectl", NODES),
    ("The connection to the server", "an error message of kubectl", NODES),
    ("Unable to connect to the server", "an error message of kubectl", NODES),
    ("An error occurred (", "an error message of aws", AGAIN),
    ("Unable to locate credentials", "an error message of aws", AGAIN),
    ("aws: error: ", "an error message of aws", AGAIN),
    ("error: ", "an error message", NODES),
];

/// A key that tells what a table is, in itself or in the list's first element; what that is, and what to run
/// instead.
const TABLES: &[(&str, &str, &str)] = &[
    ("NetworkSettings", "the output of docker inspect for a container", docker::RUN),
    ("RepoTags", "the output of docker inspect for an image", docker::RUN),
    ("current-context", "a kubeconfig", NODES),
    // docker network ls --format json, a line for each network
    ("Internal", "the list of docker network ls", docker::RUN),
];

/// What is read, for those who brought something else.
pub(super) fn known() -> String {
    let formats: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
    format!("what is read: {}; podroom import --commands prints what to run", formats.join(", "))
}

/// What `aws` prints with `--output table` or `--output text`, with the command whose output it is.
fn of_aws(body: &str) -> Option<(&'static str, &'static aws::Answer)> {
    let drawn = body.starts_with("---") || body.starts_with('|');
    aws::ANSWERS.iter().find_map(|answer| {
        if drawn && body.lines().take(3).any(|line| line.trim_matches(['|', ' ']) == answer.operation) {
            return Some(("a drawn table (--output table)", answer));
        }
        let (key, rest) = body.split_at_checked(answer.key.len())?;
        let is_key = key.eq_ignore_ascii_case(answer.key) && rest.starts_with('\t');
        is_key.then_some(("text with tabs (--output text)", answer))
    })
}

/// The tables that only plans have.
const OF_PLANS: &[&str] = &["[[subnet]]", "[[network]]", "[[cluster]]", "[[variant]]", "[growth]"];

/// Whether a line is one of TOML, and of nothing else that is read: the head of a table, or a key with a value.
fn is_toml(line: &str) -> bool {
    let is_key = |key: &str| {
        let first = key.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || "_\"'".contains(c));
        first && key.chars().all(|c| c.is_ascii_alphanumeric() || "_-.\"' ".contains(c))
    };
    let line = line.split_once(" #").map_or(line, |(line, _)| line).trim();
    if let Some(name) = line.strip_prefix("[[").and_then(|rest| rest.strip_suffix("]]")) {
        return is_key(name) && !name.starts_with(['"', '\'']);
    }
    if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        // a list of JSON has words of its own
        let is_json =
            ["true", "false", "null"].contains(&name.trim()) || name.trim().starts_with(['"', '\'']);
        return is_key(name) && !is_json;
    }
    let Some((key, value)) = line.split_once('=') else { return false };
    let value = value.trim();
    let begins = value.starts_with(|c: char| c.is_ascii_digit() || "\"'[{+-".contains(c));
    is_key(key.trim()) && (begins || ["true", "false"].contains(&value))
}

/// Says of TOML what it is, and what to do with a plan.
fn toml(name: &str, body: &str, start: usize) -> Option<Mistake> {
    let mut lines = body.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let first = lines.next().filter(|line| is_toml(line))?;
    let at = start + body.find(first).unwrap_or(0);
    let here = |message: &str| Mistake::new(at..at + first.len(), message);
    let is_of_plan = |line: &str| {
        let key = line.split_once('=').map(|(key, _)| key.trim());
        key == Some("format") || OF_PLANS.iter().any(|head| line.starts_with(head))
    };
    Some(match std::iter::once(first).chain(lines).any(is_of_plan) {
        true if name == STDIN => here("this is a plan already").help("open it without import: podroom -"),
        true => {
            here("this is a plan already").help(format!("open it without import: podroom {}", shown(name)))
        }
        false => here("this is TOML, which is not imported").help(known()),
    })
}

/// What an input without a path is called, see [`super::Source`].
const STDIN: &str = "standard input";

/// Says what a text is, if it is known by its beginning; `name` is what it is called.
pub(super) fn text(name: &str, text: &str) -> Option<Mistake> {
    let start = text.len() - text.trim_start_matches('\u{feff}').trim_start().len();
    let body = text.get(start..).unwrap_or_default();
    let line = body.lines().next().unwrap_or_default();
    let end = start + line.len();
    if body.is_empty() {
        return Some(Mistake::new(0..0, "there is nothing in it").help(known()));
    }
    if !line.contains(|c: char| c.is_whitespace() || ":[{".contains(c)) && body.lines().nth(1).is_none() {
        return Some(Mistake::new(start..end, format!("only the word {}", excerpt(line))).help(known()));
    }
    if let Some((what, answer)) = of_aws(body) {
        let mistake =
            Mistake::new(start..end, format!("{what} of {}: only its JSON is read", answer.operation));
        return Some(mistake.help(format!("run {}", answer.run)));
    }
    if pod_table::is(body) {
        let mistake = Mistake::new(start..end, "this is kubectl's table of pods, which podroom audit reads");
        return Some(mistake.help(format!("for a plan run {PODS}")));
    }
    if let Some((_, what, run)) = TEXTS.iter().find(|(begin, ..)| body.starts_with(begin)) {
        return Some(Mistake::new(start..end, format!("this is {what}")).help(format!("run {run}")));
    }
    toml(name, body, start)
}

/// Says what a document is that no format reads.
pub(super) fn document(document: &Document<'_>) -> Mistake {
    let first = document.list().and_then(|items| items.first()?.table());
    let at = document.node.span().start;
    let here = |message: String| Mistake::new(at..at, message);
    let Some(table) = document.table().or(first.as_ref()) else {
        return match &document.view {
            View::List(items) if items.is_empty() => here(
                "an empty list: docker network inspect prints one for a network that is not there".to_owned(),
            )
            .help(format!("docker network ls names the networks; run {}", docker::RUN)),
            _ => here(format!("nothing that is read: {}", document.node.described())).help(known()),
        };
    };
    if let Some((_, what, run)) = TABLES.iter().find(|(key, ..)| table.get(key).is_some()) {
        return here(format!("this is {what}")).help(format!("run {run}"));
    }
    let what = match table.text("kind").as_deref() {
        Some(kind) => format!("kind {}", excerpt(kind)),
        None => {
            let keys: Vec<&str> = table.entries.iter().map(|entry| entry.key.as_ref()).collect();
            match keys.as_slice() {
                [] => "an empty table".to_owned(),
                keys => format!("a table with {}", list(keys)),
            }
        }
    };
    here(format!("nothing that is read: {what}")).help(known())
}
