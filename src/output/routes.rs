//! Routes as a script, and as JSON.

use std::fmt::Write as _;

use serde::Serialize;

use crate::engine::routes::{Host, Node, Route, Routes};
use crate::text::shown;

/// A script for sh. Nodes that are containers are told by docker; of the others the script says where its lines
/// belong.
pub fn script(plan: &str, routes: &Routes) -> String {
    let mut out =
        format!("#!/bin/sh\n# routes between the clusters of {}, made by podroom routes\n", shown(plan));
    out += "# they last until the node or container restarts\n";
    if routes.hosts.iter().any(|host| host.network.is_none()) {
        out += "# lines without docker are for the node above them: run them there, as root\n";
    }
    for reason in &routes.left_out {
        let _ = writeln!(out, "# no route: {}", shown(reason));
    }
    for node in &routes.unknown {
        let why = node.refused.as_deref().map_or(String::new(), |text| format!(": {}", shown(text)));
        let _ = writeln!(out, "# not known: {} of {}{why}", node.what(), shown(&node.name));
    }
    for node in &routes.assumed {
        let _ =
            writeln!(out, "# assumed, as if nodes came one by one: {} of {}", node.what(), shown(&node.name));
    }
    let mut cluster = None;
    for host in &routes.hosts {
        if cluster != Some(&host.cluster) {
            let heading = match (&host.cluster, &host.network) {
                (Some(cluster), _) => format!("nodes of {}", shown(cluster)),
                (None, network) => format!("containers of {}", shown(network.as_deref().unwrap_or_default())),
            };
            let _ = write!(out, "\n# {heading}\n");
            cluster = Some(&host.cluster);
        }
        let _ = writeln!(out, "\n# on {}", shown(&host.name));
        for route in &host.routes {
            let words: Vec<String> = command(host, route).iter().map(|word| quoted(word)).collect();
            let _ = writeln!(out, "{}", words.join(" "));
        }
    }
    out
}

/// The words of a command.
fn command(host: &Host, route: &Route) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut put = |more: &[&str]| words.extend(more.iter().map(|word| (*word).to_owned()));
    if host.network.is_some() {
        put(&["docker", "exec"]);
        // a name is no option
        if host.name.starts_with('-') {
            put(&["--"]);
        }
        put(&[&host.name]);
    }
    put(if route.via.is_ipv6() { &["ip", "-6"] } else { &["ip"] });
    put(&["route", "add", &route.to.to_string(), "via", &route.via.to_string()]);
    words
}

/// A word for sh: as it is, or in single quotes, in which nothing but a quote means anything.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[derive(Serialize)]
struct Document<'a> {
    format: u32,
    plan: &'a str,
    hosts: Vec<JsonHost<'a>>,
    unknown: Vec<JsonNode<'a>>,
    assumed: Vec<JsonNode<'a>>,
    left_out: &'a [String],
}

#[derive(Serialize)]
struct JsonHost<'a> {
    cluster: Option<&'a str>,
    name: &'a str,
    network: Option<&'a str>,
    routes: Vec<JsonRoute<'a>>,
}

#[derive(Serialize)]
struct JsonRoute<'a> {
    to: String,
    via: String,
    family: &'static str,
    what: &'static str,
    cluster: &'a str,
    node: &'a str,
    /// Ready to be run.
    command: Vec<String>,
}

#[derive(Serialize)]
struct JsonNode<'a> {
    cluster: &'a str,
    node: &'a str,
    what: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<&'a str>,
}

/// One JSON document.
///
/// # Errors
///
/// None that is known; those of the serializer.
pub fn json(plan: &str, routes: &Routes) -> Result<String, serde_json::Error> {
    let hosts = routes.hosts.iter().map(|host| JsonHost {
        cluster: host.cluster.as_deref(),
        name: &host.name,
        network: host.network.as_deref(),
        routes: host.routes.iter().map(|route| of(host, route)).collect(),
    });
    let document = Document {
        format: 1,
        plan,
        hosts: hosts.collect(),
        unknown: routes.unknown.iter().map(of_node).collect(),
        assumed: routes.assumed.iter().map(of_node).collect(),
        left_out: &routes.left_out,
    };
    super::json::write(&document)
}

fn of_node(node: &Node) -> JsonNode<'_> {
    let refused = node.refused.as_deref();
    JsonNode { cluster: &node.cluster, node: &node.name, what: node.what(), refused }
}

fn of<'a>(host: &Host, route: &'a Route) -> JsonRoute<'a> {
    JsonRoute {
        to: route.to.to_string(),
        via: route.via.to_string(),
        family: if route.via.is_ipv6() { "ipv6" } else { "ipv4" },
        what: route.what.name(),
        cluster: &route.cluster,
        node: &route.node,
        command: command(host, route),
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn words_stay_words() {
        for (word, expected) in [
            ("one-worker2", "one-worker2"),
            ("fd00::/64", "fd00::/64"),
            ("", "''"),
            ("$(reboot)", "'$(reboot)'"),
            ("a'b;c", r"'a'\''b;c'"),
            ("a b", "'a b'"),
            ("~", "'~'"),
            ("größe", "'größe'"),
        ] {
            assert_eq!(quoted(word), expected);
        }
    }
}
