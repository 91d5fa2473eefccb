//! Our own table format: TOML, one table of facts a type.
//!
//! ```toml
//! m5.large = { enis = 3, ipv4_per_eni = 10 }
//!
//! [x99]                    # the same as dotted keys, for whoever likes it better
//! 2xlarge = { enis = 4, ipv4_per_eni = 15 }
//! ```

use std::collections::BTreeSet;
use std::ops::Range;

use serde_json::Value;
use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue, Error};

use super::closest;
use super::fact::{FACTS, Stated, fact, is_name};
use super::problem::{Fault, written};
use crate::text::shown;

pub(super) const ROW: &str = "a row is `m5.large = { enis = 3, ipv4_per_eni = 10 }`";

/// The rows of a text, and what is wrong with it. With a syntax error there are no rows: what was read beside
/// it is checked, and then not used.
pub(super) fn read(text: &str) -> (Vec<Stated>, Vec<Fault>) {
    let (root, errors) = DeTable::parse_recoverable(text);
    let mut reader =
        Reader { text, broken: errors.iter().filter_map(Error::span).collect(), ..Reader::default() };
    for (family, value) in root.get_ref() {
        reader.family(family, value);
    }
    if errors.is_empty() {
        return (reader.rows, reader.faults);
    }
    let mut faults = first_of_each_line(text, errors);
    faults.append(&mut reader.faults);
    (Vec::new(), faults)
}

#[derive(Default)]
struct Reader<'a> {
    text: &'a str,
    /// Where the syntax errors are. What recovery makes of the rows around them would be told twice.
    broken: Vec<Range<usize>>,
    names: BTreeSet<String>,
    rows: Vec<Stated>,
    faults: Vec<Fault>,
}

impl Reader<'_> {
    /// A key at the top: `m5` with the sizes below it, or `"m5.large"` itself.
    fn family(&mut self, key: &Spanned<std::borrow::Cow<'_, str>>, value: &Spanned<DeValue<'_>>) {
        let family = key.get_ref();
        match value.get_ref() {
            _ if family.contains('.') => self.row(family.to_string(), key.span(), value),
            DeValue::Table(sizes) if !sizes.keys().any(|size| fact(size.get_ref()).is_some()) => {
                for (size, value) in sizes {
                    self.row(format!("{family}.{}", size.get_ref()), dotted(self.text, size.span()), value);
                }
            }
            _ => self.report(
                Fault::new(key.span(), format!("\"{}\" is no instance type: it has no size", shown(family)))
                    .help(ROW),
            ),
        }
    }

    fn row(&mut self, name: String, span: Range<usize>, value: &Spanned<DeValue<'_>>) {
        if self
            .broken
            .iter()
            .any(|error| value.span().start <= error.start && error.start <= value.span().end)
        {
            return;
        }
        let shown_name = shown(&name);
        let DeValue::Table(facts) = value.get_ref() else {
            let found = written(self.text, value.span());
            let message = format!("{shown_name} must be a table of facts, not {found}");
            return self.report(Fault::new(value.span(), message).help(ROW));
        };
        if !name.split('.').take(2).all(is_name) {
            let message = format!(
                "\"{shown_name}\" is no instance type: blanks, control characters and empty parts are not allowed"
            );
            return self.report(Fault::new(span, message).help(ROW));
        }
        if !self.names.insert(name.clone()) {
            return self.report(
                Fault::new(span, format!("{shown_name} is listed twice")).help("keep one of the rows"),
            );
        }
        let mut row = Stated { name, span, ..Stated::default() };
        let before = self.faults.len();
        for (key, value) in facts {
            let Some(fact) = fact(key.get_ref()) else {
                self.report(unknown(key, &shown_name));
                continue;
            };
            if let Err(must) = (fact.take)(&mut row, &json(value.get_ref())) {
                let found = written(self.text, value.span());
                let message = format!("{} of {shown_name} must be {must}, not {found}", fact.key);
                self.report(Fault::new(value.span(), message));
            }
        }
        if self.faults.len() == before {
            self.rows.push(row);
        }
    }

    fn report(&mut self, fault: Fault) {
        self.faults.push(fault);
    }
}

fn unknown(key: &Spanned<std::borrow::Cow<'_, str>>, name: &str) -> Fault {
    let keys = FACTS.iter().map(|fact| fact.key);
    let known = keys.clone().collect::<Vec<_>>().join(", ");
    let help = match closest(key.get_ref(), keys) {
        Some(near) => format!("did you mean {near}? the keys are {known}"),
        None => format!("the keys are {known}"),
    };
    Fault::new(key.span(), format!("{name} has an unknown key \"{}\"", shown(key.get_ref()))).help(help)
}

/// The syntax errors as faults. Recovery often finds several more behind the first of a line.
fn first_of_each_line(text: &str, errors: Vec<Error>) -> Vec<Fault> {
    let mut faults: Vec<Fault> = errors.iter().map(|error| syntax(text, error)).collect();
    faults.sort_by_key(|fault| fault.span.start);
    let line_ends = |from: usize, to: usize| text.get(from..to).is_some_and(|between| between.contains('\n'));
    faults.dedup_by(|next, kept| !line_ends(kept.span.start, next.span.start));
    faults
}

fn syntax(text: &str, error: &Error) -> Fault {
    let span = error.span().unwrap_or(text.len()..text.len());
    if error.message() == "duplicate key" {
        let key = dotted(text, span);
        let message = format!("{} is listed twice", written(text, key.clone()));
        return Fault::new(key, message).help("keep one of the two");
    }
    Fault::new(span, format!("not valid TOML: {}", shown(error.message())))
}

/// The span of the last part of a dotted key, with the parts before it.
fn dotted(text: &str, last: Range<usize>) -> Range<usize> {
    let before = text.get(..last.start).unwrap_or_default();
    let is_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    before.trim_end_matches(is_key).len()..last.end
}

/// A TOML value as a JSON value, which is what [`super::fact::Fact::take`] reads. What JSON cannot say (dates,
/// infinities, numbers beyond 64 bits) becomes null: no fact takes one.
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
