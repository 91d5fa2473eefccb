//! How the live tables are arranged: which rows and columns are shown, and in which order.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use tui_input::Input;

use super::chooser::{Choice, Chooser, Item, Kind};
use super::editor::{self, Selection, Typed};
use super::key::Key;
use super::pane::Pane;
use super::popup::Popup;
use super::sheet::{self, Align, Column, Figures, Sheet};
use super::{App, Cell};

/// How one table is arranged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arrangement {
    /// Words that a row must have, whatever the case.
    pub filter: String,
    pub sort: Option<Sort>,
    /// Columns that are not shown, by [`Column::id`].
    pub hidden: BTreeSet<String>,
}

/// By which column rows are sorted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sort {
    /// Its [`Column::id`].
    pub column: String,
    pub order: Order,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Rising,
    Falling,
}

/// The filter of a table, while it is typed.
#[derive(Debug)]
pub struct Filter {
    pub pane: Pane,
    pub input: Input,
    selection: Selection,
}

impl Arrangement {
    /// Whether a column is shown; the first always is, since it names the row.
    pub fn shows(&self, sheet: &Sheet, index: usize, column: &Column, figures: &Figures) -> bool {
        (column.useful)(figures) && (is_fixed(sheet, index) || !self.hidden.contains(&column.id()))
    }

    /// The rows that are shown, in their order.
    pub fn rows(&self, sheet: &Sheet, figures: &Figures) -> Vec<usize> {
        let words: Vec<String> = self.filter.split_whitespace().map(str::to_lowercase).collect();
        let has_all = |row: &usize| {
            let cells = sheet.useful_columns(figures).map(|(_, c)| (c.cell)(figures, *row).to_lowercase());
            let cells: Vec<String> = cells.collect();
            words.iter().all(|word| cells.iter().any(|cell| cell.contains(word)))
        };
        let mut rows: Vec<usize> = (0..(sheet.rows)(figures.report)).collect();
        if !words.is_empty() {
            rows.retain(has_all);
        }
        if let Some((sort, column)) = self.sort.as_ref().and_then(|s| Some((s, column(sheet, &s.column)?))) {
            let mut keyed: Vec<(Value, usize)> =
                rows.into_iter().map(|row| (Value::of((column.cell)(figures, row)), row)).collect();
            keyed.sort_by(|(a, i), (b, j)| {
                let order = a.cmp(b);
                let order = if sort.order == Order::Falling { order.reverse() } else { order };
                order.then(i.cmp(j))
            });
            rows = keyed.into_iter().map(|(_, row)| row).collect();
        }
        rows
    }
}

fn column(sheet: &Sheet, id: &str) -> Option<&'static Column> {
    sheet.columns.iter().find(|c| c.id() == id)
}

/// Whether a column is never hidden: the row's name, and sentences.
pub fn is_fixed(sheet: &Sheet, index: usize) -> bool {
    index == 0 || sheet.columns.get(index).is_none_or(|c| c.align == Align::Flow)
}

/// A cell as sorting sees it: numbers before words, what is missing last.
#[derive(Debug, PartialEq)]
enum Value {
    Number(f64, String),
    Word(String),
    Nothing,
}

impl Value {
    fn of(text: String) -> Value {
        let plain = text.replace(',', "");
        let sign = usize::from(plain.starts_with('-'));
        let digits = plain.get(sign..).unwrap_or_default();
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        let end = match digits.get(end..) {
            // a decimal fraction, not the dots of a span or an address
            Some(rest) if rest.starts_with('.') => {
                let more = rest.chars().skip(1).take_while(char::is_ascii_digit).count();
                let address = rest.get(1 + more..).is_some_and(|r| r.starts_with('.'));
                if more > 0 && !address { end + 1 + more } else { end }
            }
            _ => end,
        };
        match plain.get(..sign + end).and_then(|number| number.parse().ok()) {
            Some(number) => Value::Number(number, text),
            None if text.is_empty() || text == "-" => Value::Nothing,
            None => Value::Word(text.to_lowercase()),
        }
    }

    fn cmp(&self, other: &Value) -> Ordering {
        use Value::*;
        match (self, other) {
            (Number(a, x), Number(b, y)) => a.total_cmp(b).then_with(|| x.cmp(y)),
            (Word(a), Word(b)) => a.cmp(b),
            (Nothing, Nothing) => Ordering::Equal,
            (Number(..), _) | (Word(_), Nothing) => Ordering::Less,
            (_, Number(..)) | (Nothing, Word(_)) => Ordering::Greater,
        }
    }
}

impl App {
    /// How the table of a pane is arranged.
    pub fn arrangement(&self, pane: Pane) -> &Arrangement {
        const PLAIN: &Arrangement =
            &Arrangement { filter: String::new(), sort: None, hidden: BTreeSet::new() };
        sheet::index(pane).and_then(|i| self.settings.tables.get(i)).unwrap_or(PLAIN)
    }

    fn arrangement_mut(&mut self, pane: Pane) -> Option<&mut Arrangement> {
        sheet::index(pane).and_then(|i| self.settings.tables.get_mut(i))
    }

    /// The rows of a pane's table that are shown, in their order.
    pub fn rows_shown(&self, pane: Pane) -> Vec<usize> {
        let shown = sheet::sheet(pane).zip(self.figures());
        shown.map_or(Vec::new(), |(sheet, figures)| self.arrangement(pane).rows(sheet, &figures))
    }

    /// Begins to type the filter of the table with the focus.
    pub(super) fn begin_filter(&mut self) {
        let pane = self.focus;
        let input = Input::new(self.arrangement(pane).filter.clone());
        self.filter = Some(Filter { pane, input, selection: Selection::All });
    }

    /// Takes a key that edits the filter; the table follows at once.
    pub(super) fn type_filter(&mut self, key: Key) {
        let Some(filter) = &mut self.filter else { return };
        if editor::edit_text(&mut filter.input, &mut filter.selection, key) == Typed::Changed {
            self.apply_filter();
        }
    }

    pub(super) fn paste_filter(&mut self, text: &str) {
        if let Some(filter) = &mut self.filter {
            editor::paste(&mut filter.input, &mut filter.selection, text);
            self.apply_filter();
        }
    }

    fn apply_filter(&mut self) {
        let Some((pane, text)) = self.filter.as_ref().map(|f| (f.pane, f.input.value().to_owned())) else {
            return;
        };
        if let Some(arrangement) = self.arrangement_mut(pane) {
            arrangement.filter = text;
        }
        self.select(pane, self.cell(pane));
    }

    /// Shows all rows of a table again.
    pub(super) fn clear_filter(&mut self, pane: Pane) {
        self.filter = None;
        if let Some(arrangement) = self.arrangement_mut(pane) {
            arrangement.filter.clear();
        }
    }

    /// Sorts the table by the selected column: rising, falling, and as in the plan again.
    pub(super) fn sort(&mut self) {
        let pane = self.focus;
        let cell = self.cell(pane);
        let Some(column) = sheet::sheet(pane).and_then(|sheet| sheet.columns.get(cell.column)) else {
            return;
        };
        let (id, name) = (column.id(), if column.name.is_empty() { "sentence" } else { column.name });
        let Some(arrangement) = self.arrangement_mut(pane) else { return };
        let was = arrangement.sort.take().filter(|sort| sort.column == id).map(|sort| sort.order);
        let (sort, said) = match was {
            None => (Some(Order::Rising), format!("sorted by {name}, least first")),
            Some(Order::Rising) => (Some(Order::Falling), format!("sorted by {name}, most first")),
            Some(Order::Falling) => (None, "in the order of the plan".to_owned()),
        };
        arrangement.sort = sort.map(|order| Sort { column: id, order });
        self.keep();
        self.done(said);
    }

    /// Opens the list of the columns of the table with the focus.
    pub(super) fn open_columns(&mut self) {
        let items = self.columns(self.focus);
        self.popups.push(Popup::List(Chooser::new(Kind::Columns, items, 0)));
    }

    fn columns(&self, pane: Pane) -> Vec<Item> {
        let Some((sheet, figures)) = sheet::sheet(pane).zip(self.figures()) else { return Vec::new() };
        let hidden = &self.arrangement(pane).hidden;
        let columns = sheet.useful_columns(&figures).filter(|(i, _)| !is_fixed(sheet, *i));
        let item = |(i, column): (usize, &'static Column)| {
            let about = if hidden.contains(&column.id()) { "hidden" } else { "shown" };
            Item::new("", column.id(), Choice::Column(pane, i)).about(about)
        };
        columns.map(item).collect()
    }

    /// Shows or hides a column; the list of columns stays open.
    pub(super) fn toggle_column(&mut self, pane: Pane, index: usize) {
        let Some(id) = sheet::sheet(pane).and_then(|s| s.columns.get(index)).map(Column::id) else { return };
        if let Some(arrangement) = self.arrangement_mut(pane)
            && !arrangement.hidden.remove(&id)
        {
            arrangement.hidden.insert(id);
        }
        self.keep();
        self.select(pane, self.cell(pane));
        let items = self.columns(pane);
        let marked = items.iter().position(|item| item.choice == Choice::Column(pane, index)).unwrap_or(0);
        self.popups.push(Popup::List(Chooser::new(Kind::Columns, items, marked)));
    }

    /// Selects a cell of a live table. A row that is not shown gives way to the nearest before it that is.
    pub(super) fn select(&mut self, pane: Pane, cell: Cell) {
        let Some((sheet, figures)) = sheet::sheet(pane).zip(self.figures()) else { return };
        let rows = self.rows_shown(pane);
        let row = if rows.contains(&cell.row) {
            cell.row
        } else {
            let before = rows.iter().copied().filter(|row| *row < cell.row).max();
            before.or(rows.first().copied()).unwrap_or(0)
        };
        let arrangement = self.arrangement(pane);
        let shows = |i: usize| {
            sheet.columns.get(i).is_some_and(|column| arrangement.shows(sheet, i, column, &figures))
        };
        let column = sheet.useful(&figures, cell.column);
        let column = if shows(column) { column } else { (0..column).rev().find(|i| shows(*i)).unwrap_or(0) };
        if let Some(slot) = sheet::index(pane).and_then(|i| self.cells.get_mut(i)) {
            *slot = Cell { row, column };
        }
    }

    /// Moves the selection of a live table by rows that are shown.
    pub(super) fn move_row_of_table(&mut self, pane: Pane, by: isize) {
        let rows = self.rows_shown(pane);
        let cell = self.cell(pane);
        let at = rows.iter().position(|row| *row == cell.row).unwrap_or(0);
        let then = at.saturating_add_signed(by).min(rows.len().saturating_sub(1));
        if let Some(row) = rows.get(then) {
            self.select(pane, Cell { row: *row, ..cell });
        }
    }

    /// Moves the selection of the table with the focus by columns that are shown.
    pub(super) fn move_column_of_table(&mut self, by: isize) {
        let Some((sheet, figures)) = sheet::sheet(self.focus).zip(self.figures()) else { return };
        let cell = self.cell(self.focus);
        let arrangement = self.arrangement(self.focus);
        let shown = |i: &usize| {
            sheet.columns.get(*i).is_some_and(|column| arrangement.shows(sheet, *i, column, &figures))
        };
        let column = if by < 0 {
            (0..cell.column).rev().find(shown)
        } else {
            (cell.column + 1..sheet.columns.len()).find(shown)
        };
        if let Some(column) = column {
            self.select(self.focus, Cell { column, ..cell });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_sorted_as_numbers_and_what_is_missing_comes_last() {
        let mut cells = ["1,000", "never", "", "-461", "90", "40..50", "9", "1.25", "1.5", "10.0.0.0/8"]
            .map(|t| Value::of(t.into()));
        cells.sort_by(Value::cmp);
        let text = |v: &Value| match v {
            Value::Number(_, text) | Value::Word(text) => text.clone(),
            Value::Nothing => String::new(),
        };
        let sorted: Vec<String> = cells.iter().map(text).collect();
        assert_eq!(sorted, ["-461", "1.25", "1.5", "9", "10.0.0.0/8", "40..50", "90", "1,000", "never", ""]);
    }
}
