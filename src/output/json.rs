//! JSON documents.

use std::fmt::Write as _;

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

use super::table::{Cell, Head, On, Table};
use crate::text::is_hostile;

/// A document, indented, with a line feed at its end. Characters that a terminal could act on are escaped
/// as `\u....`, which means the same to every JSON reader.
pub fn write(value: &impl Serialize) -> Result<String, serde_json::Error> {
    Ok(visible(&serde_json::to_string_pretty(value)?))
}

/// A document on one line, with a line feed at its end, as in JSON lines.
pub fn line(value: &impl Serialize) -> Result<String, serde_json::Error> {
    Ok(visible(&serde_json::to_string(value)?))
}

fn visible(json: &str) -> String {
    let mut out = String::with_capacity(json.len() + 1);
    for c in json.chars() {
        // outside of strings JSON has no control character but the line feed
        if is_hostile(c) && c != '\n' {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out.push('\n');
    out
}

/// The rows of a table as a list of objects, keys in the order of the columns.
pub struct Rows<'a>(pub &'a Table);

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut list = s.serialize_seq(Some(self.0.rows.len()))?;
        for row in &self.0.rows {
            list.serialize_element(&Object(self.0, row))?;
        }
        list.end()
    }
}

/// One row of a table as an object.
pub struct Object<'a>(pub &'a Table, pub &'a [Cell]);

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut map = s.serialize_map(None)?;
        let stated = |(column, cell): &(&Head, &Cell)| column.on != On::Json || **cell != Cell::None;
        for (column, cell) in self.0.pick(self.1, On::in_json).filter(stated) {
            map.serialize_entry(&column.key, cell)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_reaches_a_terminal_raw_and_nothing_is_lost() {
        let name = "a\u{1b}b\u{9b}c\u{202e}d\u{7f}\n";
        let json = write(&name).unwrap();
        assert_eq!(json, "\"a\\u001bb\\u009bc\\u202ed\\u007f\\n\"\n");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), name);
    }
}
