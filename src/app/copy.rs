//! What is copied to the clipboard: a cell, a row, or a table as lines of values with tabs between, which is what
//! spreadsheets take.

use super::App;
use super::inputs;
use super::msg::Effect;
use super::pane::Pane;
use super::sheet::{self, Column, Figures, Sheet};
use crate::limits;
use crate::plan::field::{self, Field, Section};
use crate::plan::{Place, Row};
use crate::text::{count, is_hostile, shown, thousands};

/// How much is copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Much {
    Cell,
    Row,
    Table,
}

/// Something to copy: the text, and what it is called.
struct Copied {
    text: String,
    what: String,
}

impl App {
    /// Copies from the pane with the focus.
    pub(super) fn copy(&mut self, much: Much) {
        let copied = match self.focus {
            Pane::Inputs => self.copied_of_inputs(much),
            pane => self.copied_of_table(pane, much),
        };
        let Some(Copied { text, what }) = copied else { return self.refuse("there is nothing here to copy") };
        if text.len() > limits::COPY_BYTES {
            let (bytes, most) = (thousands(text.len() as u64), thousands(limits::COPY_BYTES as u64));
            return self.refuse(format!(
                "not copied: {what} has {bytes} bytes, terminals take {most}: filter the table first"
            ));
        }
        self.done(format!("copied {what}"));
        self.effects.push(Effect::Copy(text));
    }

    /// Whether the pane with the focus has something to copy.
    pub(super) fn can_copy(&self) -> bool {
        match self.focus {
            Pane::Inputs => self.form.field().is_some(),
            pane => !self.rows_shown(pane).is_empty(),
        }
    }

    fn copied_of_table(&self, pane: Pane, much: Much) -> Option<Copied> {
        let (sheet, figures) = sheet::sheet(pane).zip(self.figures())?;
        let rows = self.rows_shown(pane);
        let cell = self.cell(pane);
        let row = rows.iter().copied().find(|row| *row == cell.row)?;
        let line = |row: usize| line(self.columns_shown(sheet, &figures).map(|c| value(c, &figures, row)));
        let called = |c: &Column| if c.name.is_empty() { c.key.to_owned() } else { c.id() };
        Some(match much {
            Much::Cell => {
                let column = sheet.columns.get(cell.column)?;
                let text = clean(&value(column, &figures, row));
                Copied { what: format!("{} of {}: {text}", called(column), sheet.name), text }
            }
            Much::Row => Copied { text: line(row), what: format!("a row of {}", sheet.name) },
            Much::Table => {
                let heading = self::line(self.columns_shown(sheet, &figures).map(called));
                let lines: Vec<String> =
                    std::iter::once(heading).chain(rows.iter().map(|r| line(*r))).collect();
                let what = format!("{} of {} and their heading", count(rows.len() as u64, "row"), sheet.name);
                Copied { text: lines.join("\n") + "\n", what }
            }
        })
    }

    fn columns_shown<'a>(
        &'a self,
        sheet: &'static Sheet,
        figures: &'a Figures<'a>,
    ) -> impl Iterator<Item = &'static Column> + 'a {
        let arrangement = self.arrangement(sheet.pane);
        let shown =
            move |(i, column): &(usize, &'static Column)| arrangement.shows(sheet, *i, column, figures);
        sheet.columns.iter().enumerate().filter(shown).map(|(_, column)| column)
    }

    fn copied_of_inputs(&self, much: Much) -> Option<Copied> {
        let (row, field) = self.form.field()?;
        let plan = self.plan();
        let section = field::section(row);
        // of lists what stands side by side: that is what is pasted, too
        let fields = match section {
            Section::Plan | Section::Env => inputs::fields_of(row, plan),
            _ => inputs::columns(section, inputs::manager(plan, self.form.cluster)),
        };
        let text =
            |row: Row, field: &Field| self.document().value(&Place::key(row, field.key)).unwrap_or_default();
        let line = |row: Row| line(fields.iter().map(|field| text(row, field)));
        Some(match much {
            Much::Cell => {
                let set = text(row, field);
                let text = clean(if set.is_empty() { self.default_of(field) } else { set }.as_str());
                Copied { what: format!("{}: {text}", self.what(plan, row, field)), text }
            }
            Much::Row => {
                let name = plan.name_of(row).map_or_else(|| "the plan".to_owned(), shown);
                Copied { text: line(row), what: format!("the fields of {name}") }
            }
            Much::Table => {
                let alike = |other: &Row| field::section(*other) == section;
                let rows: Vec<Row> = inputs::all_rows(plan).filter(alike).collect();
                let heading = self::line(fields.iter().map(|field| field.key.to_owned()));
                let lines: Vec<String> =
                    std::iter::once(heading).chain(rows.iter().map(|row| line(*row))).collect();
                let what = format!("{} of inputs and their heading", count(rows.len() as u64, "row"));
                Copied { text: lines.join("\n") + "\n", what }
            }
        })
    }
}

/// A cell's text; numbers as spreadsheets read them, without separators.
fn value(column: &Column, figures: &Figures, row: usize) -> String {
    let text = (column.cell)(figures, row);
    let plain = text.replace(',', "");
    if plain.parse::<f64>().is_ok() { plain } else { text }
}

fn line(values: impl Iterator<Item = String>) -> String {
    let values: Vec<String> = values.map(|value| clean(&value)).collect();
    values.join("\t")
}

/// One value: nothing in it that divides, or that a terminal could act on where it is pasted.
fn clean(value: &str) -> String {
    let blank = value.replace(['\t', '\n', '\r'], " ");
    blank.chars().filter(|c| !is_hostile(*c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_value_divides_or_acts_on_a_terminal() {
        let hostile = "a\tb\r\nc\u{1b}]52;c;eA==\u{7}\u{202e}\u{9b}d";
        assert_eq!(line([hostile.to_owned(), "e".to_owned()].into_iter()), "a b  c]52;c;eA==d\te");
    }
}
