//! Markdown tables (GitHub's dialect).

use super::table::{Align, Cell, On, Table};
use crate::text::shown;

/// A heading and a table; a table without rows says so.
pub fn write(table: &Table) -> String {
    format!("## {}\n\n{}", escape(&table.title), rows(table))
}

/// The same without its heading.
pub fn rows(table: &Table) -> String {
    if table.rows.is_empty() {
        return "none\n".to_owned();
    }
    let mut out = String::new();
    let columns: Vec<_> = table.columns.iter().filter(|c| c.on.printed()).collect();
    let rule = |align| if align == Align::Right { "---:".to_string() } else { "---".to_string() };
    row(&mut out, columns.iter().map(|c| escape(&c.header)));
    row(&mut out, columns.iter().map(|c| rule(c.align)));
    for cells in &table.rows {
        row(&mut out, table.pick(cells, On::printed).map(|(_, cell)| field(cell)));
    }
    out
}

fn row(out: &mut String, cells: impl Iterator<Item = String>) {
    out.push_str(&format!("| {} |\n", cells.collect::<Vec<_>>().join(" | ")));
}

fn field(cell: &Cell) -> String {
    match cell {
        Cell::Text(_) | Cell::Words(_) => escape(&cell.plain()),
        other => other.shown(),
    }
}

/// Text that Markdown shows as it is: no markup, no HTML, no end of the cell.
pub fn escape(text: &str) -> String {
    let text = shown(text);
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        // between letters an underscore is only an underscore: max_pods stays readable
        let inside = before.is_alphanumeric() && rest.peek().is_some_and(|next| next.is_alphanumeric());
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '_' if inside => out.push(c),
            // GitHub makes links of bare addresses, and mentions of names and numbers, even where these are escaped:
            // what is no text ends the word
            '@' | '#' if rest.peek().is_some_and(|next| next.is_alphanumeric()) => {
                out.extend(['\\', c]);
                out.push_str("<!-- -->");
            }
            ':' if rest.peek() == Some(&'/') => out.push_str("\\:"),
            '.' if before.eq_ignore_ascii_case(&'w') => out.push_str("\\."),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '$' => out.extend(['\\', c]),
            _ => out.push(c),
        }
        before = c;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_stays_text() {
        let cases = [
            ("private-a", "private-a"),
            ("max_pods", "max_pods"),
            ("_x_", "\\_x\\_"),
            ("a|b", "a\\|b"),
            ("`rm`", "\\`rm\\`"),
            ("<img src=x>", "&lt;img src=x&gt;"),
            ("[x](http://y)", "\\[x\\](http\\://y)"),
            ("two\nlines", "two\\\\u{a}lines"),
            ("http://x.y", "http\\://x.y"),
            ("www.x.y", "www\\.x.y"),
            ("a@b.c #12 @", "a\\@<!-- -->b.c \\#<!-- -->12 @"),
            ("aws-ec2 1.5 x: y", "aws-ec2 1.5 x: y"),
        ];
        for (text, expected) in cases {
            assert_eq!(escape(text), expected, "{text:?}");
        }
    }
}
