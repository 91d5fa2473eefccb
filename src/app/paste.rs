//! Cells of a spreadsheet pasted onto a row of the inputs: across its fields, down its rows, new rows at the end.

use super::App;
use super::form::Spot;
use super::inputs;
use crate::limits;
use crate::plan::document::Edit;
use crate::plan::field::{self, Field, Section};
use crate::plan::{Place, Row};
use crate::text::{count, excerpt};

/// The cells of a pasted text, line by line; `None` if it is a single one. Cells are parted by tabs.
fn cells(text: &str) -> Option<Vec<Vec<&str>>> {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let rows: Vec<Vec<&str>> =
        lines.take(limits::PASTED + 1).map(|line| line.split('\t').map(str::trim).collect()).collect();
    let single = rows.len() < 2 && rows.first().is_none_or(|row| row.len() < 2);
    (!single).then_some(rows)
}

impl App {
    /// Pastes several cells onto the inputs, the first onto the field under the cursor, as one change. `None` if the
    /// text is a single cell, or the cursor is on no row of a list: then it is pasted as a text.
    pub(super) fn paste_cells(&mut self, text: &str) -> Option<Result<(), String>> {
        let rows = cells(text)?;
        let (section, first) = match self.form.spot {
            Spot::Key(Row::Plan | Row::Env(_), _) => return None,
            Spot::Key(row, _) => (field::section(row), Some(row)),
            Spot::Add(section) => (section, None),
        };
        Some(self.paste_rows(section, first, &rows))
    }

    fn paste_rows(&mut self, section: Section, first: Option<Row>, rows: &[Vec<&str>]) -> Result<(), String> {
        if rows.len() > limits::PASTED {
            return Err(format!("more than {} lines are pasted at once: paste fewer", limits::PASTED));
        }
        let cluster = self.form.cluster;
        let manager = inputs::manager(self.plan(), cluster);
        let fields = inputs::columns(section, manager);
        let from = match (first, self.form.field()) {
            (Some(_), Some((_, under))) => fields.iter().position(|f| f.key == under.key).unwrap_or(0),
            _ => 0,
        };
        let existing = inputs::rows(self.plan(), section, cluster);
        let start = match first {
            Some(Row::Subnet(i) | Row::Network(i) | Row::Cluster(i)) => i,
            Some(Row::NodeGroup(_, i) | Row::Workload(_, i)) => i,
            _ => existing,
        };
        let mut edits = Vec::new();
        let mut filled = 0;
        for (i, cells) in rows.iter().enumerate() {
            let row = inputs::row(section, cluster, start + i);
            let mut body = String::new();
            for (j, cell) in cells.iter().enumerate() {
                let Some(field) = fields.get(from + j).copied() else {
                    let over = format!(
                        "the cell {} has no field: rows have {} from here",
                        excerpt(cell),
                        fields.len() - from
                    );
                    return Err(format!("line {}: {over}", i + 1));
                };
                let value = self.cell_value(field, cell).map_err(|e| format!("line {}: {e}", i + 1))?;
                filled += 1;
                if start + i < existing {
                    edits.push(Edit::Set { place: Place::key(row, field.key), value });
                } else if let Some(value) = value {
                    body += &format!("{} = {value}\n", field.key);
                }
            }
            if start + i >= existing {
                edits.push(Edit::Insert { row, body });
            }
        }
        let new = (start + rows.len()).saturating_sub(existing);
        let added = if new > 0 { format!(", {} added", count(new as u64, "row")) } else { String::new() };
        let what = format!("pasted {}{added}", count(filled, "cell"));
        let place = Place::row(inputs::row(section, cluster, start));
        self.change(what, place, Edit::Many(edits))
    }

    /// A cell as the value of a field; an empty one is its default.
    fn cell_value(&self, field: &Field, cell: &str) -> Result<Option<String>, String> {
        match cell {
            "" => Ok(None),
            cell => field.parse(cell).map_err(|e| format!("{}: {e}", field.label)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tabs_and_lines_part_cells() {
        assert_eq!(cells("10.0.0.0/16"), None);
        assert_eq!(cells("  one line \n\n"), None, "a line with its end is one cell");
        assert_eq!(cells("a\tb"), Some(vec![vec!["a", "b"]]));
        assert_eq!(cells("a\t1\r\n\nb\t 2 "), Some(vec![vec!["a", "1"], vec!["b", "2"]]));
    }
}
