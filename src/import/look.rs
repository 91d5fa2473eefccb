//! Inputs that are something else: what they look like, and what to run instead.

use super::mistake::Mistake;
use super::value::{Node, View};
use super::{FORMATS, docker, nodes};
use crate::text::{excerpt, list};

/// How a text that is neither JSON nor YAML of ours begins, what it is, and what to run instead.
const TEXTS: &[(&str, &str, &str)] = &[
    ("NETWORK ID", "the table of docker network ls", docker::RUN),
    ("CONTAINER ID", "the table of docker ps", docker::RUN),
    ("NAME ", "a table of kubectl", nodes::RUN),
    ("NAMESPACE ", "a table of kubectl", nodes::RUN),
    ("Name: ", "the text of kubectl describe", nodes::RUN),
    ("No resources found", "what kubectl says when there is nothing", nodes::RUN),
    ("Error response from daemon", "an error message of docker", docker::RUN),
    ("Error from server", "an error message of kubectl", nodes::RUN),
    ("The connection to the server", "an error message of kubectl", nodes::RUN),
    ("Unable to connect to the server", "an error message of kubectl", nodes::RUN),
    ("error: ", "an error message", nodes::RUN),
    ("format = ", "a plan: open it with podroom, without import", ""),
];

/// A key that tells what a table is, in itself or in the list's first element; what that is, and what to run
/// instead.
const TABLES: &[(&str, &str, &str)] = &[
    ("NetworkSettings", "the output of docker inspect for a container", docker::RUN),
    ("RepoTags", "the output of docker inspect for an image", docker::RUN),
    ("current-context", "a kubeconfig", nodes::RUN),
    // docker network ls --format json, a line for each network
    ("Internal", "the list of docker network ls", docker::RUN),
];

/// What is read, for those who brought something else.
pub(super) fn known() -> String {
    let formats: Vec<String> =
        FORMATS.iter().map(|format| format!("{} ({})", format.name, format.run)).collect();
    format!("what is read: {}", formats.join("; "))
}

/// Says what a text is, if it is known by its beginning.
pub(super) fn text(text: &str) -> Option<Mistake> {
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
    let (_, what, run) = TEXTS.iter().find(|(begin, ..)| body.starts_with(begin))?;
    let mistake = Mistake::new(start..end, format!("this is {what}"));
    Some(if run.is_empty() { mistake } else { mistake.help(format!("run {run}")) })
}

/// Says what a document is that no format reads.
pub(super) fn document(node: Node<'_>) -> Mistake {
    let first = node.list().and_then(|items| items.first().copied());
    let at = node.span().start;
    let here = |message: String| Mistake::new(at..at, message);
    let Some(table) = first.unwrap_or(node).table() else {
        return match node.view() {
            View::List(items) if items.is_empty() => here(
                "an empty list: docker network inspect prints one for a network that is not there".to_owned(),
            )
            .help(format!("docker network ls names the networks; run {}", docker::RUN)),
            _ => here(format!("nothing that is read: {}", node.described())).help(known()),
        };
    };
    if let Some((_, what, run)) = TABLES.iter().find(|(key, ..)| table.get(key).is_some()) {
        return here(format!("this is {what}")).help(format!("run {run}"));
    }
    let what = match table.text("kind").as_deref() {
        Some("List") => return of_list(node),
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

/// A list of kubectl without a node in it.
fn of_list(node: Node<'_>) -> Mistake {
    let at = node.span().start;
    let items = node.at(&["items"]).and_then(Node::list).unwrap_or_default();
    let kind = items.first().and_then(|item| item.at(&["kind"])?.text());
    let message = match kind {
        Some(kind) => format!("nothing that is read: a list of kind {}", excerpt(&kind)),
        None => "an empty list of kubectl: nothing to make a plan of".to_owned(),
    };
    Mistake::new(at..at, message).help(format!("run {}", nodes::RUN))
}
