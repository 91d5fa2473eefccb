//! Aligned text for people.

use unicode_width::UnicodeWidthStr;

use super::Paper;
use super::table::{Align, Cell, Head, On, Table};
use crate::text::Ink;

/// Between two columns.
const GAP: usize = 2;
/// Sentences never get fewer columns than this, however narrow the terminal.
const LEAST_FLOW: usize = 24;

/// Title, header, rule and rows. A table without rows says so.
pub fn write(table: &Table, paper: Paper) -> String {
    let mut out = paper.ink.paint("1", &table.title) + "\n";
    if table.rows.is_empty() {
        return out + "none\n";
    }
    let columns = layout(table, paper.width);
    line(&mut out, &columns, |c| vec![c.head.header.to_string()], paper.ink, "2");
    line(&mut out, &columns, |c| vec!["-".repeat(c.width)], paper.ink, "2");
    for row in &table.rows {
        line(&mut out, &columns, |c| lines(row.get(c.index), c), paper.ink, "");
    }
    out
}

/// A column that is written: which one, and how wide.
struct Written<'a> {
    index: usize,
    head: &'a Head,
    width: usize,
}

/// The columns that fit: of those with [`On::IfRoom`] empty ones go, then the widest ones until the rest
/// fits; sentences are wrapped to what is then left.
fn layout(table: &Table, room: Option<usize>) -> Vec<Written<'_>> {
    let stated =
        |index: usize| table.rows.iter().any(|row| row.get(index).is_some_and(|c| !c.plain().is_empty()));
    let natural = |(index, head): (usize, &'_ Head)| {
        let cells = table.rows.iter().filter_map(|row| row.get(index)).map(|cell| cell.shown().width());
        cells.chain([head.header.width()]).max().unwrap_or(0)
    };
    let mut columns: Vec<Written> = table
        .columns
        .iter()
        .enumerate()
        .filter(|(index, head)| head.on.printed() && (head.on != On::IfRoom || stated(*index)))
        .map(|(index, head)| Written { index, head, width: natural((index, head)) })
        .collect();
    let Some(room) = room else { return columns };
    let least = |c: &Written| if c.head.align == Align::Flow { c.width.min(LEAST_FLOW) } else { c.width };
    let needed = |columns: &[Written]| {
        columns.iter().map(least).sum::<usize>() + GAP * columns.len().saturating_sub(1)
    };
    while needed(&columns) > room {
        let spare = columns.iter().enumerate().filter(|(_, c)| c.head.on == On::IfRoom);
        let Some((widest, _)) = spare.max_by_key(|(_, c)| c.width) else { break };
        columns.remove(widest);
    }
    let spare = room.saturating_sub(needed(&columns));
    for column in columns.iter_mut().filter(|c| c.head.align == Align::Flow) {
        column.width = column.width.min(least(column) + spare);
    }
    columns
}

/// The lines of one cell.
fn lines(cell: Option<&Cell>, column: &Written) -> Vec<String> {
    let text = cell.map(Cell::shown).unwrap_or_default();
    if column.head.align == Align::Flow { wrap(&text, column.width) } else { vec![text] }
}

/// One row of cells, each of one or more lines, painted in `style` (none when empty).
fn line(
    out: &mut String,
    columns: &[Written],
    cell: impl Fn(&Written) -> Vec<String>,
    ink: Ink,
    style: &str,
) {
    let cells: Vec<Vec<String>> = columns.iter().map(cell).collect();
    let height = cells.iter().map(Vec::len).max().unwrap_or(0);
    for i in 0..height {
        let mut text = String::new();
        for (column, cell) in columns.iter().zip(&cells) {
            let part = cell.get(i).map_or("", String::as_str);
            let pad = " ".repeat(column.width.saturating_sub(part.width()));
            match column.head.align {
                Align::Right => text.extend([&pad, part]),
                Align::Left | Align::Flow => text.extend([part, &pad]),
            }
            text.push_str(&" ".repeat(GAP));
        }
        let text = text.trim_end();
        out.push_str(&if style.is_empty() { text.to_string() } else { ink.paint(style, text) });
        out.push('\n');
    }
}

/// Words on lines of at most `width` columns; a longer word has a line of its own.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.width() + 1 + word.width() <= width => line.extend([" ", word]),
            _ => lines.push(word.to_string()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::super::table::Column;
    use super::*;

    type Row = (&'static str, u64, &'static str);
    const COLUMNS: &[Column<Row>] = &[
        Column { header: "name", key: "name", align: Align::Left, on: On::Everywhere, cell: |r| r.0.into() },
        Column { header: "zone", key: "zone", align: Align::Left, on: On::IfRoom, cell: |_| "a".into() },
        Column { header: "free", key: "free", align: Align::Right, on: On::Everywhere, cell: |r| r.1.into() },
        Column { header: "why", key: "why", align: Align::Flow, on: On::Everywhere, cell: |r| r.2.into() },
    ];

    fn table() -> Table {
        Table::of("Pools", COLUMNS, [("private-a", 1_019, "one two three"), ("größe\u{1b}[2J", 7, "")])
    }

    #[test]
    fn columns_are_aligned_and_foreign_characters_visible() {
        let text = write(&table(), Paper::default());
        assert_eq!(
            text,
            "Pools\n\
             name            zone   free  why\n\
             --------------  ----  -----  -------------\n\
             private-a       a     1,019  one two three\n\
             größe\\u{1b}[2J  a         7\n"
        );
    }

    #[test]
    fn a_narrow_terminal_loses_the_column_it_can_do_without() {
        let text = write(&table(), Paper { width: Some(38), ..Paper::default() });
        assert_eq!(text.lines().nth(1), Some("name             free  why"));
    }

    #[test]
    fn a_table_without_rows_says_so() {
        assert_eq!(
            write(&Table::of("Findings", COLUMNS, [] as [Row; 0]), Paper::default()),
            "Findings\nnone\n"
        );
    }

    #[test]
    fn sentences_wrap_between_words() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("incomprehensible word", 4), ["incomprehensible", "word"]);
    }
}
