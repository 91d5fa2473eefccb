//! The instance types that a plan can name.

use std::borrow::Cow;
use std::sync::OnceLock;

use super::problem::{Fault, located};
use super::{InstanceType, TableProblem, format, order, own};
use crate::suggest::nearest;

/// The text of the built-in table. In it, each type has one line that begins with its name and ` = `, padded
/// with blanks, and the lines are sorted by name; tables of users need not be like that.
pub const BUILTIN: &str = include_str!("../../presets/instances/aws-ec2.toml");

/// The built-in table and what was put on top of it.
#[derive(Debug, Clone, Default)]
pub struct Tables {
    /// Sorted by name, bytewise; no name twice.
    rows: Vec<Row>,
}

/// A type, read when it is first asked for.
#[derive(Debug, Clone)]
struct Row {
    name: Cow<'static, str>,
    /// Its line of [`BUILTIN`].
    line: &'static str,
    facts: OnceLock<InstanceType>,
}

impl Row {
    fn unread(line: &'static str) -> Option<Row> {
        let (name, _) = line.split_once(" = ").filter(|_| !line.starts_with('#'))?;
        Some(Row { name: Cow::Borrowed(name.trim_end()), line, facts: OnceLock::new() })
    }

    fn read(facts: InstanceType) -> Row {
        Row { name: Cow::Owned(facts.name.clone()), line: "", facts: OnceLock::from(facts) }
    }

    fn facts(&self) -> &InstanceType {
        self.facts.get_or_init(|| {
            let (mut rows, _) = own::read(self.line);
            let facts = rows.pop().and_then(|row| row.onto(None).ok());
            #[allow(clippy::expect_used)]
            facts.expect("every line of the built-in table is a row: a test reads them all")
        })
    }
}

impl Tables {
    /// The table that is built in.
    pub fn builtin() -> Tables {
        Tables { rows: BUILTIN.lines().filter_map(Row::unread).collect() }
    }

    /// A table of just these types.
    pub fn only(types: Vec<InstanceType>) -> Tables {
        let mut rows: Vec<Row> = types.into_iter().map(Row::read).collect();
        rows.sort_by(|a, b| a.name.cmp(&b.name));
        rows.dedup_by(|a, b| a.name == b.name);
        Tables { rows }
    }

    /// The facts about `name`.
    pub fn get(&self, name: &str) -> Option<&InstanceType> {
        let at = self.rows.binary_search_by(|row| row.name.as_ref().cmp(name)).ok()?;
        self.rows.get(at).map(Row::facts)
    }

    /// All types, sorted by name, bytewise (`10xlarge` before `2xlarge`).
    pub fn iter(&self) -> impl Iterator<Item = &InstanceType> {
        self.rows.iter().map(Row::facts)
    }

    /// The types whose names match a fuzzy query, best first: every word of it must match (`m5 8x`). Equals
    /// are in the order of families, then of sizes from nano to metal; an empty query gives all types so.
    pub fn search(&self, query: &str) -> Vec<&InstanceType> {
        order::ranked(query, &self.rows, |row| &row.name).into_iter().map(Row::facts).collect()
    }

    /// The known name that is most like `name`, for "did you mean"; `None` if none is much like it.
    pub fn nearest(&self, name: &str) -> Option<&str> {
        nearest(name, self.rows.iter().map(|row| row.name.as_ref()))
    }

    /// Puts a table on top: a text in our own TOML format, or JSON of `aws ec2 describe-instance-types`, told
    /// apart by their first character. What a row states wins, what it does not state stays as it was.
    /// Returns how many types were read.
    ///
    /// # Errors
    ///
    /// Every mistake, in the order of the text; nothing has changed then. A table without a single type is
    /// one.
    pub fn add(&mut self, text: &str, source_name: &str) -> Result<usize, Vec<TableProblem>> {
        let (stated, mut faults) = format::read(text);
        let mut types = Vec::with_capacity(stated.len());
        for row in stated {
            let known = self.get(&row.name);
            match row.onto(known) {
                Ok(facts) => types.push(facts),
                Err(fault) => faults.push(fault),
            }
        }
        if types.is_empty() && faults.is_empty() {
            faults.push(Fault::new(0..0, "no instance type in this table").help(own::ROW));
        }
        if !faults.is_empty() {
            return Err(located(text, source_name, faults));
        }
        let count = types.len();
        self.rows.extend(types.into_iter().map(Row::read));
        self.rows.sort_by(|a, b| a.name.cmp(&b.name));
        // of two rows of a name the later one is new: it stays
        self.rows.dedup_by(|next, kept| {
            let same = next.name == kept.name;
            if same {
                std::mem::swap(next, kept);
            }
            same
        });
        Ok(count)
    }
}
