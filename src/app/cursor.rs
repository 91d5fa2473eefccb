//! The cursor of the form: where it is, and where it goes.

use super::form::{Form, Line, Rest, Spot};
use super::inputs::{columns, row as row_of, rows};
use crate::manager::AWS_VPC_CNI;
use crate::plan::document::Document;
use crate::plan::field;
use crate::plan::{Place, Plan, Row};

impl Form {
    /// Where the cursor is among the lines: line and column.
    pub fn position(&self, lines: &[Line]) -> Option<(usize, usize)> {
        let exact = lines.iter().enumerate().find_map(|(i, line)| match (self.spot, line) {
            (Spot::Add(at), Line::Add(section)) if at == *section => Some((i, 0)),
            (Spot::Key(at, key), Line::Row(row, _) | Line::Field(row, _)) if at == *row => {
                Form::fields_of(*line).iter().position(|f| f.key == key).map(|column| (i, column))
            }
            _ => None,
        });
        exact.or_else(|| {
            let same_row =
                |line: &Line| matches!((self.spot, line), (Spot::Key(at, _), Line::Row(row, _)) if at == *row);
            lines.iter().position(same_row).map(|i| (i, 0))
        })
    }

    /// Puts the cursor on a line, in the column it keeps to or the last one.
    pub fn stand(&mut self, line: Line) {
        let fields = Form::fields_of(line);
        match line {
            Line::Row(row, _) | Line::Field(row, _) => {
                if let Some(field) = fields.get(self.column).or(fields.last()) {
                    self.spot = Spot::Key(row, field.key);
                }
            }
            Line::Add(section) => self.spot = Spot::Add(section),
            Line::Gap | Line::Head(_) => {}
        }
    }

    /// Moves by lines on which the cursor can stand.
    pub fn move_by(&mut self, document: &Document, by: isize) {
        let lines = self.lines(document);
        let stands: Vec<usize> = (0..lines.len())
            .filter(|i| !matches!(lines.get(*i), Some(Line::Gap | Line::Head(_)) | None))
            .collect();
        let at = self.position(&lines).map_or(0, |(line, _)| line);
        let now = stands.iter().position(|i| *i >= at).unwrap_or(0);
        let then = now.saturating_add_signed(by).min(stands.len().saturating_sub(1));
        if let Some(line) = stands.get(then).and_then(|i| lines.get(*i)) {
            self.stand(*line);
        }
    }

    /// Moves by columns.
    pub fn sidestep(&mut self, document: &Document, by: isize) {
        let lines = self.lines(document);
        let Some((line, column)) = self.position(&lines) else { return };
        let Some(line) = lines.get(line) else { return };
        let columns = Form::fields_of(*line).len();
        self.column = column.saturating_add_signed(by).min(columns.saturating_sub(1));
        self.stand(*line);
    }

    /// Keeps the cursor on a line that is there.
    pub fn stay(&mut self, document: &Document) {
        let lines = self.lines(document);
        if let Some((line, _)) = self.position(&lines).and_then(|(i, c)| Some((*lines.get(i)?, c))) {
            self.stand(line);
        }
    }

    /// Moves to the next field or the one before, over the ends of rows.
    pub fn advance(&mut self, document: &Document, by: isize) {
        let lines = self.lines(document);
        let fields: Vec<Spot> = lines
            .iter()
            .flat_map(|line| match line {
                Line::Row(row, _) | Line::Field(row, _) => {
                    Form::fields_of(*line).into_iter().map(|f| Spot::Key(*row, f.key)).collect()
                }
                _ => Vec::new(),
            })
            .collect();
        let now = fields.iter().position(|spot| *spot == self.spot).unwrap_or(0);
        let then = now.saturating_add_signed(by).min(fields.len().saturating_sub(1));
        if let Some(spot) = fields.get(then) {
            self.put(*spot);
        }
    }

    /// Puts the cursor in a column of a line.
    pub fn click(&mut self, document: &Document, line: usize, column: usize) {
        if let Some(line) = self.lines(document).get(line) {
            self.column = column;
            self.stand(*line);
        }
    }

    /// Puts the cursor on a spot and shows it.
    pub fn put(&mut self, spot: Spot) {
        self.spot = spot;
        if let Spot::Key(row, key) = spot {
            self.cluster = row.cluster().unwrap_or(self.cluster);
            let section = field::section(row);
            match columns(section, &AWS_VPC_CNI).iter().position(|f| f.key == key) {
                Some(column) => self.column = column,
                None => {
                    let everyday = field::field(section, key).is_some_and(|f| f.everyday);
                    if !everyday {
                        self.open.insert(row);
                    }
                }
            }
        }
    }

    /// Puts the cursor on a place of the plan; a row as a whole is its first field.
    pub fn put_place(&mut self, place: &Place) {
        let section = field::section(place.row);
        let first =
            columns(section, &AWS_VPC_CNI).first().copied().or(field::fields(section).first().copied());
        if let Some(field) = field::field(section, &place.key).or(first) {
            self.put(Spot::Key(place.row, field.key));
        }
    }

    /// Shows or hides the rest of a row.
    pub fn toggle(&mut self, row: Row) {
        if !self.open.remove(&row) {
            self.open.insert(row);
        }
    }

    /// Shows or hides the rest of every row.
    pub fn toggle_everywhere(&mut self) {
        self.rest = match self.rest {
            Rest::OfOpenRows => Rest::OfAllRows,
            Rest::OfAllRows => Rest::OfOpenRows,
        };
        self.open.clear();
    }

    /// After a change: open rows stay those of the same name, and the cursor stands on something that is
    /// there.
    pub fn follow(&mut self, before: &Plan, document: &Document) {
        let now = document.plan();
        let same = |row: &Row| {
            let was = before.name_of(*row);
            if was == now.name_of(*row) {
                return Some(*row);
            }
            let section = field::section(*row);
            let cluster = row.cluster().unwrap_or(0);
            let by_name = (0..rows(now, section, cluster))
                .map(|i| row_of(section, cluster, i))
                .find(|r| now.name_of(*r) == was);
            by_name.or(now.name_of(*row).map(|_| *row))
        };
        self.open = self.open.iter().filter_map(same).collect();
        self.cluster = self.cluster.min(now.clusters.len().saturating_sub(1));
        if let Spot::Key(row, _) = self.spot
            && now.name_of(row).is_none()
        {
            let section = field::section(row);
            match rows(now, section, self.cluster).checked_sub(1) {
                Some(last) => self.put_place(&Place::row(row_of(section, self.cluster, last))),
                None => self.spot = Spot::Add(section),
            }
        }
        if let Spot::Key(row, _) = self.spot {
            self.cluster = row.cluster().unwrap_or(self.cluster);
        }
    }
}
