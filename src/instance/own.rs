//! Our own table format: TOML, one table of facts a type.
//!
//! ```toml
//! m5.large = { enis = 3, ipv4_per_eni = 10 }
//!
//! [x99]                    # the same as dotted keys, for whoever likes it better
//! 2xlarge = { enis = 4, ipv4_per_eni = 15 }
//! ```

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use serde_json::Value;
use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

use super::fact::{FACTS, Stated, fact, is_name};
use super::problem::{Fault, written};
use super::syntax;
use crate::suggest::nearest;
use crate::text::shown;

/// What to do about a type or a fact that is there twice.
pub(super) const TWICE: &str = "keep one of the two";
/// How a row is written.
pub(super) const ROW: &str = "a row is `m5.large = { enis = 3, ipv4_per_eni = 10 }`";

/// A key and its value, as the parser gives it.
type Key<'a> = Spanned<Cow<'a, str>>;

/// The rows of a text, and what is wrong with it. With a syntax error there are no rows: what was read beside
/// it is checked, and then not used.
pub(super) fn read(text: &str) -> (Vec<Stated>, Vec<Fault>) {
    let (root, errors) = DeTable::parse_recoverable(text);
    let mut reader = Reader { text, faults: Vec::new() };
    let mut found = Vec::new();
    for (key, value) in root.get_ref() {
        reader.family(key, value, &mut found);
    }
    // in the order of the text, so that of two rows of a type the second one is told
    found.sort_by_key(|row| row.span.start);
    let syntax = syntax::faults(text, &errors);
    let mut parts: Vec<_> = root.get_ref().values().map(Spanned::span).collect();
    parts.extend(found.iter().map(|row| row.value.span()));
    let mut names = BTreeSet::new();
    let mut rows = Vec::new();
    for row in found {
        if syntax::spoils(&syntax, &row.value.span()) {
            continue;
        }
        if names.insert(row.name.clone()) {
            rows.extend(reader.row(row));
        } else {
            let message = format!("{} is listed twice", shown(&row.name));
            reader.faults.push(Fault::new(row.span, message).help(TWICE));
        }
    }
    if syntax.is_empty() {
        return (rows, reader.faults);
    }
    parts.sort_by_key(|part| part.start);
    reader.faults.retain(|fault| !syntax::spoils(&syntax, &fault.span));
    (Vec::new(), syntax::telling(text, syntax, parts).chain(reader.faults).collect())
}

/// A row that has a name and may have facts.
struct Found<'a> {
    name: String,
    span: Range<usize>,
    value: &'a Spanned<DeValue<'a>>,
}

struct Reader<'a> {
    text: &'a str,
    faults: Vec<Fault>,
}

impl<'a> Reader<'a> {
    /// A key at the top: `m5` with the sizes below it, or `"m5.large"` itself.
    fn family(&mut self, key: &Key<'_>, value: &'a Spanned<DeValue<'a>>, found: &mut Vec<Found<'a>>) {
        let family = key.get_ref();
        match value.get_ref() {
            _ if family.contains('.') => {
                found.push(Found { name: family.to_string(), span: key.span(), value })
            }
            DeValue::Table(sizes) if !sizes.keys().any(|size| fact(size.get_ref()).is_some()) => {
                found.extend(sizes.iter().map(|(size, value)| Found {
                    name: format!("{family}.{}", size.get_ref()),
                    span: syntax::dotted(self.text, size.span()),
                    value,
                }));
            }
            _ => {
                let message = format!("\"{}\" is no instance type: it has no size", shown(family));
                self.faults.push(Fault::new(key.span(), message).help(ROW));
            }
        }
    }

    /// What a row states; nothing if anything is wrong with it.
    fn row(&mut self, Found { name, span, value }: Found<'_>) -> Option<Stated> {
        let DeValue::Table(facts) = value.get_ref() else {
            let found = written(self.text, value.span());
            let message = format!("{} must be a table of facts, not {found}", shown(&name));
            self.faults.push(Fault::new(value.span(), message).help(ROW));
            return None;
        };
        if !is_name(&name) || name.split('.').any(str::is_empty) {
            let rule = "blanks, control characters and empty parts are not allowed";
            let message = format!("\"{}\" is no instance type: {rule}", shown(&name));
            self.faults.push(Fault::new(span, message).help(ROW));
            return None;
        }
        let mut row = Stated { span, ..Stated::default() };
        let before = self.faults.len();
        for (key, value) in facts {
            match fact(key.get_ref()) {
                Some(fact) => {
                    if let Err(must) = (fact.take)(&mut row, &json(value.get_ref())) {
                        let found = written(self.text, value.span());
                        let message = format!("{} of {} must be {must}, not {found}", fact.key, shown(&name));
                        self.faults.push(Fault::new(value.span(), message));
                    }
                }
                None => self.faults.push(unknown(key, &name)),
            }
        }
        row.name = name;
        (self.faults.len() == before).then_some(row)
    }
}

fn unknown(key: &Key<'_>, name: &str) -> Fault {
    let keys = FACTS.iter().map(|fact| fact.key);
    let known = keys.clone().collect::<Vec<_>>().join(", ");
    let help = match nearest(key.get_ref(), keys) {
        Some(near) => format!("did you mean {near}? the keys are {known}"),
        None => format!("the keys are {known}"),
    };
    let message = format!("{} has an unknown key \"{}\"", shown(name), shown(key.get_ref()));
    Fault::new(key.span(), message).help(help)
}

/// A TOML value as a JSON value, which is what [`super::fact::Fact::take`] reads. What JSON cannot say
/// (dates, infinities, numbers beyond 64 bits) becomes null: no fact takes one.
fn json(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => text.as_ref().into(),
        DeValue::Integer(number) => integer(number).into(),
        DeValue::Float(number) => number.as_str().parse::<f64>().ok().into(),
        DeValue::Boolean(flag) => (*flag).into(),
        DeValue::Array(list) => list.iter().map(|item| json(item.get_ref())).collect(),
        DeValue::Datetime(_) | DeValue::Table(_) => Value::Null,
    }
}

fn integer(number: &DeInteger<'_>) -> Option<i64> {
    i64::from_str_radix(number.as_str(), number.radix()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(text: &str) -> Vec<String> {
        super::super::problem::located(text, "t.toml", read(text).1).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_way_to_write_a_row_means_the_same() {
        let ways = [
            "m5.large = { enis = 3 }",
            "[m5]\nlarge = { enis = 3 }",
            "[m5.large]\nenis = 3",
            "m5.large.enis = 3",
            "\"m5.large\" = { enis = 0x3 }",
        ];
        for text in ways {
            let (rows, faults) = read(text);
            assert_eq!(faults, [], "{text}");
            assert_eq!(
                rows.iter().map(|r| (r.name.as_str(), r.enis)).collect::<Vec<_>>(),
                [("m5.large", Some(3))]
            );
        }
    }

    #[test]
    fn names_are_underlined_as_a_whole() {
        let text = "\nm5.large = { enis = 3 }";
        assert_eq!(
            read(text).0.iter().map(|r| text.get(r.span.clone())).collect::<Vec<_>>(),
            [Some("m5.large")]
        );
    }

    #[test]
    fn a_syntax_error_does_not_hide_mistakes_in_other_rows_and_is_told_once() {
        let text = "m5.large = { enis = , ipv4_per_eni = 3 }\nm5.xlarge = { enis = 0 }\n";
        assert_eq!(
            messages(text),
            [
                "t.toml:1:21: not valid TOML: extra comma in inline table, expected value",
                "t.toml:2:22: enis of m5.xlarge must be a whole number from 1 to 256, not 0",
            ]
        );
    }
}
