//! Data as HCL, the language of Terraform. In quotes `${` and `%{` would be templates.

use std::fmt::Write as _;

use super::data::{Data, Line, Map};
use crate::text::{is_hostile, shown};

/// A block such as `resource "aws_subnet" "private_a" { … }`.
pub(super) struct Block {
    pub kind: &'static str,
    pub labels: Vec<String>,
    pub body: Map,
    /// Blocks in it, without labels, behind its body.
    pub inner: Vec<(&'static str, Map)>,
}

/// A file.
pub(super) fn write(lead: &[String], blocks: &[Block]) -> String {
    let mut out = String::new();
    for text in lead {
        let _ = writeln!(out, "# {}", shown(text));
    }
    for block in blocks {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(block.kind);
        for label in &block.labels {
            let _ = write!(out, " {}", quote(label));
        }
        out.push_str(" {\n");
        entries(&mut out, &block.body, 2);
        for (kind, body) in &block.inner {
            let _ = write!(out, "\n  {kind} {{\n");
            entries(&mut out, body, 4);
            out.push_str("  }\n");
        }
        out.push_str("}\n");
    }
    out
}

/// Neighbours on one line each have their equals signs below each other, as `terraform fmt` has them.
fn entries(out: &mut String, map: &Map, indent: usize) {
    let line = |line: &Line| match line {
        Line::Comment(text) => (format!("# {}", shown(text)), None),
        Line::Entry(key, data) => (name(key), Some(expression(data, indent))),
    };
    let lines: Vec<(String, Option<String>)> = map.0.iter().map(line).collect();
    let on_one = |line: &(String, Option<String>)| line.1.as_ref().is_some_and(|value| !value.contains('\n'));
    for run in lines.chunk_by(|a, b| on_one(a) && on_one(b)) {
        let wide = run.iter().map(|(key, _)| key.chars().count()).max().unwrap_or(0);
        for (key, value) in run {
            let _ = match value {
                Some(value) => writeln!(out, "{:indent$}{key:wide$} = {value}", ""),
                None => writeln!(out, "{:indent$}{key}", ""),
            };
        }
    }
}

/// A value; what has lines of its own is indented by more than its first.
pub(super) fn expression(data: &Data, indent: usize) -> String {
    match data {
        Data::Text(text) => quote(text),
        Data::Number(number) => number.to_string(),
        Data::Flag(flag) => flag.to_string(),
        Data::Code(code) => code.clone(),
        Data::List(items) => {
            let items: Vec<String> = items.iter().map(|item| expression(item, indent)).collect();
            format!("[{}]", items.join(", "))
        }
        Data::Map(map) if map.0.is_empty() => "{}".to_owned(),
        Data::Map(map) => {
            let mut out = "{\n".to_owned();
            entries(&mut out, map, indent + 2);
            let _ = write!(out, "{:indent$}}}", "");
            out
        }
    }
}

/// A key: bare where it can be.
fn name(key: &str) -> String {
    if is_identifier(key) { key.to_owned() } else { quote(key) }
}

fn is_identifier(text: &str) -> bool {
    // as keys of objects these would be values
    !["true", "false", "null", "for"].contains(&text)
        && text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

/// A name for a resource that is like a foreign name, and none of those that are taken.
pub(super) fn identifier(foreign: &str, taken: &[String]) -> String {
    let kept = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    let like: String = foreign.chars().map(kept).collect();
    let like = if is_identifier(&like) { like } else { format!("_{like}") };
    if !taken.contains(&like) {
        return like;
    }
    let mut numbered = (2u64..).map(|n| format!("{like}_{n}"));
    numbered.find(|name| !taken.contains(name)).unwrap_or(like)
}

fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    let mut chars = text.chars().peekable();
    let mut before = '"';
    while let Some(c) = chars.next() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            // doubled, the sign is itself; a third is not read alike by everybody
            '$' | '%' if chars.peek() == Some(&'{') && before != c => out.extend([c, c]),
            '$' | '%' if chars.peek() == Some(&'{') => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c if is_hostile(c) => {
                let _ = write!(out, "\\U{:08x}", u32::from(c));
            }
            c => out.push(c),
        }
        before = c;
    }
    out.push('"');
    out
}
