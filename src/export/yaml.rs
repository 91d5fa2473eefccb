//! Data as YAML. Every text that is not plainly one word stands in quotes, with what a terminal or a reader of YAML
//! could act on escaped.

use std::fmt::Write as _;

use super::data::{Data, Line, Map};
use crate::text::{is_hostile, shown};

/// One document.
pub(super) fn write(map: &Map) -> String {
    let mut out = String::new();
    entries(&mut out, map, 0);
    out
}

/// Several documents, with `---` between them.
pub(super) fn documents(maps: &[Map]) -> String {
    maps.iter().map(write).collect::<Vec<_>>().join("---\n")
}

fn entries(out: &mut String, map: &Map, indent: usize) {
    for line in &map.0 {
        match line {
            Line::Comment(text) => comment(out, text, indent),
            Line::Entry(key, data) => {
                let _ = write!(out, "{:indent$}{}:", "", scalar(key));
                value(out, data, indent);
            }
        }
    }
}

fn comment(out: &mut String, text: &str, indent: usize) {
    let _ = writeln!(out, "{:indent$}# {}", "", shown(text));
}

/// What stands behind a key, and below it.
fn value(out: &mut String, data: &Data, indent: usize) {
    let one = match data {
        Data::Text(text) | Data::Code(text) => scalar(text),
        Data::Number(number) => number.to_string(),
        Data::Flag(flag) => flag.to_string(),
        Data::List(items) if items.is_empty() => "[]".to_owned(),
        Data::Map(map) if map.0.is_empty() => "{}".to_owned(),
        Data::List(list) => {
            out.push('\n');
            return items(out, list, indent + 2);
        }
        Data::Map(map) => {
            out.push('\n');
            return entries(out, map, indent + 2);
        }
    };
    let _ = writeln!(out, " {one}");
}

fn items(out: &mut String, list: &[Data], indent: usize) {
    for item in list {
        let Data::Map(map) = item else {
            let _ = write!(out, "{:indent$}-", "");
            value(out, item, indent);
            continue;
        };
        let lead = map.0.iter().take_while(|line| matches!(line, Line::Comment(_))).count();
        let (comments, rest) = map.0.split_at(lead);
        for line in comments {
            if let Line::Comment(text) = line {
                comment(out, text, indent);
            }
        }
        let mut body = String::new();
        entries(&mut body, &Map(rest.to_vec()), indent + 2);
        let body = body.trim_start();
        let _ = write!(out, "{:indent$}- {}", "", if body.is_empty() { "{}\n" } else { body });
    }
}

/// A text as a scalar that every version of YAML reads as this text.
fn scalar(text: &str) -> String {
    let escapes = text.contains(['"', '\\']);
    match () {
        () if is_word(text) => text.to_owned(),
        // easier to read, and nothing in them is more than itself
        () if escapes && !text.contains('\'') && !text.contains(is_hostile) => format!("'{text}'"),
        () => quote(text),
    }
}

/// Whether a text without quotes is a text, in YAML 1.1, too.
fn is_word(text: &str) -> bool {
    const WORDS: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "._/-".contains(c))
        && !WORDS.contains(&text.to_ascii_lowercase().as_str())
}

fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if is_hostile(c) => {
                let _ = write!(out, "\\U{:08X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
