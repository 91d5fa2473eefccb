//! Rows of the plan as wholes: added, duplicated, deleted, moved.

use super::App;
use super::form::{self, Spot};
use crate::plan::field::{self, Section};
use crate::plan::{Place, Row, edits};
use crate::text::shown;

impl App {
    /// Adds a row below the cursor, or at the end of its section.
    pub(super) fn add_row(&mut self) -> Result<(), String> {
        let section = self.form.section();
        let cluster = self.form.cluster;
        let at = match self.form.spot {
            Spot::Key(row, _) => index(row) + 1,
            Spot::Add(section) => form::rows(self.plan(), section, cluster),
        };
        let row = form::row(section, cluster, at);
        let edit = edits::add(self.plan(), row)?;
        self.change(format!("added a {}", called(section)), Place::row(row), edit)?;
        self.form.put_place(&Place::row(row));
        Ok(())
    }

    /// Duplicates the row under the cursor, below it.
    pub(super) fn duplicate_row(&mut self) -> Result<(), String> {
        let Spot::Key(row, key) = self.form.spot else { return Ok(()) };
        let edit = edits::duplicate(&self.document, row)?;
        let copy = moved(row, index(row) + 1);
        self.change(format!("duplicated {}", self.named(row)), Place::row(copy), edit)?;
        self.form.put(Spot::Key(copy, key));
        Ok(())
    }

    /// Deletes the row under the cursor; what refers to it is what the edit makes of it.
    pub(super) fn remove_row(&mut self) -> Result<(), String> {
        let Spot::Key(row, _) = self.form.spot else { return Ok(()) };
        let edit = edits::remove(self.plan(), row)?;
        let what = format!("deleted {}", self.named(row));
        self.change(what.clone(), Place::row(row), edit)?;
        self.done(format!("{what}: u brings it back"));
        Ok(())
    }

    /// Moves the row under the cursor up or down.
    pub(super) fn move_row(&mut self, by: isize) -> Result<(), String> {
        let Spot::Key(row, key) = self.form.spot else { return Ok(()) };
        let section = field::section(row);
        let to = index(row).checked_add_signed(by);
        let rows = form::rows(self.plan(), section, self.form.cluster);
        let to = to.filter(|to| *to < rows).ok_or("it is at the end already")?;
        let to = moved(row, to);
        let what = format!("moved {}", self.named(row));
        self.change(what, Place::row(to), crate::plan::document::Edit::Move { from: row, to })?;
        self.form.put(Spot::Key(to, key));
        Ok(())
    }

    /// `node group workers`.
    fn named(&self, row: Row) -> String {
        let name = form::name(self.plan(), row).unwrap_or_default();
        format!("{} {}", called(field::section(row)), shown(name))
    }
}

/// What a row of a section is called.
pub fn called(section: Section) -> &'static str {
    field::field(section, "name").map_or("row", |f| f.label)
}

fn index(row: Row) -> usize {
    match row {
        Row::Plan => 0,
        Row::Subnet(i) | Row::Cluster(i) | Row::Env(i) | Row::NodeGroup(_, i) | Row::Workload(_, i) => i,
    }
}

fn moved(row: Row, to: usize) -> Row {
    match row {
        Row::Plan => Row::Plan,
        Row::Subnet(_) => Row::Subnet(to),
        Row::Cluster(_) => Row::Cluster(to),
        Row::Env(_) => Row::Env(to),
        Row::NodeGroup(c, _) => Row::NodeGroup(c, to),
        Row::Workload(c, _) => Row::Workload(c, to),
    }
}
