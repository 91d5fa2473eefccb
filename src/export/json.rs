//! Data as JSON, which has no comments: they become notes.

use serde_json::{Map as Object, Value};

use super::Exported;
use super::data::{Data, Line, Map};
use crate::output::json;
use crate::text::shown;

/// One document, indented.
pub(super) fn write(map: &Map) -> Result<Exported, String> {
    let mut notes = Vec::new();
    let text = json::write(&object(map, &mut notes)).map_err(|e| e.to_string())?;
    Ok(Exported { text, notes })
}

/// One document on one line, without the line feed at its end.
pub(super) fn line(map: &Map, notes: &mut Vec<String>) -> Result<String, String> {
    let text = json::line(&object(map, notes)).map_err(|e| e.to_string())?;
    Ok(text.trim_end().to_owned())
}

fn value(data: &Data, notes: &mut Vec<String>) -> Value {
    match data {
        Data::Text(text) | Data::Code(text) => Value::String(text.clone()),
        Data::Number(number) => (*number).into(),
        Data::Flag(flag) => (*flag).into(),
        Data::List(items) => items.iter().map(|item| value(item, notes)).collect(),
        Data::Map(map) => object(map, notes),
    }
}

fn object(map: &Map, notes: &mut Vec<String>) -> Value {
    let mut object = Object::new();
    for line in &map.0 {
        match line {
            Line::Entry(key, data) => {
                object.insert(key.clone(), value(data, notes));
            }
            Line::Comment(text) => notes.push(shown(text)),
        }
    }
    Value::Object(object)
}
