//! Rows of the plan as wholes: added, duplicated, deleted, moved.

use super::App;
use super::chooser::{Choice, Chooser, Item, Kind};
use super::editor::Selection;
use super::form::Spot;
use super::history::Step;
use super::popup::Popup;
use crate::plan::edits::{self, Direction};
use crate::plan::field::{self, Section};
use crate::plan::{Place, Row};
use crate::text::{addresses, shown};

impl App {
    /// Adds a row at the end of the section that the cursor is in.
    pub(super) fn add_row(&mut self) -> Result<(), String> {
        let section = self.form.section();
        let (edit, row) = edits::add(&self.document, section, self.form.cluster)?;
        let turn = self.attempt(edit)?;
        let what = format!("added {}", self.named(row));
        self.record(Step { turn, what, how: String::new(), place: Place::row(row), before: None });
        self.form.put_place(&Place::row(row));
        // the first thing to say of a new row is what it is called
        if let Some(name) = field::field(field::section(row), "name") {
            self.begin_edit(row, name, Selection::All);
        }
        Ok(())
    }

    /// Duplicates the row under the cursor, below it.
    pub(super) fn duplicate_row(&mut self) -> Result<(), String> {
        let Spot::Key(row, key) = self.form.spot else { return Ok(()) };
        let (edit, copy) = edits::duplicate(&self.document, row)?;
        self.change(format!("duplicated {}", self.named(row)), Place::row(copy), edit)?;
        self.form.put(Spot::Key(copy, key));
        Ok(())
    }

    /// Deletes the row under the cursor, and every reference to it.
    pub(super) fn remove_row(&mut self) -> Result<(), String> {
        let Spot::Key(row, _) = self.form.spot else { return Ok(()) };
        let edit = edits::remove(&self.document, row)?;
        let what = format!("deleted {}", self.named(row));
        self.change(what.clone(), Place::row(row), edit)?;
        self.done(format!("{what}: u brings it back"));
        Ok(())
    }

    /// Moves the row under the cursor up or down.
    pub(super) fn move_row(&mut self, direction: Direction) -> Result<(), String> {
        let Spot::Key(row, key) = self.form.spot else { return Ok(()) };
        let (edit, to) = edits::shift(self.plan(), row, direction).ok_or("it is at the end already")?;
        self.change(format!("moved {}", self.named(row)), Place::row(to), edit)?;
        self.form.put(Spot::Key(to, key));
        Ok(())
    }

    /// Opens the numbers of parts that the subnet under the cursor can be split into.
    pub(super) fn open_split(&mut self) -> Result<(), String> {
        let Spot::Key(row, _) = self.form.spot else { return Ok(()) };
        let parts = edits::parts(&self.document, row);
        if parts.is_empty() {
            return Err("this subnet is too small to be split: parts of /28 are the smallest".to_owned());
        }
        let item = |(into, length): &(u32, u8)| {
            let each = addresses(1 << (32 - u32::from(*length)));
            Item::new("", format!("{into} x /{length}"), Choice::Split(row, *into)).about(each)
        };
        let items = parts.iter().map(item).collect();
        self.popups.push(Popup::List(Chooser::new(Kind::Values, items, 0)));
        Ok(())
    }

    /// Splits a subnet.
    pub(super) fn split(&mut self, row: Row, into: u32) -> Result<(), String> {
        let edit = edits::split(&self.document, row, into)?;
        self.change(format!("split {} into {into}", self.named(row)), Place::key(row, "cidr"), edit)
    }

    /// Gives the subnet under the cursor the next free range.
    pub(super) fn next_free(&mut self) -> Result<(), String> {
        let Spot::Key(row, _) = self.form.spot else { return Ok(()) };
        let (edit, cidr) = edits::next_free(&self.document, row)?;
        self.change(
            format!("{} to the next free range, {cidr}", self.named(row)),
            Place::key(row, "cidr"),
            edit,
        )
    }

    /// `node group workers`.
    fn named(&self, row: Row) -> String {
        let name = self.plan().name_of(row).unwrap_or_default();
        format!("{} {}", called(field::section(row)), shown(name))
    }
}

/// What a row of a section is called.
pub fn called(section: Section) -> &'static str {
    field::field(section, "name").map_or("row", |f| f.label)
}
