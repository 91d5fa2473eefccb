//! Comma-separated values as RFC 4180 has them, with line feeds.

use super::table::{Cell, On, Table};
use crate::text::shown;

/// Header and rows.
pub fn write(table: &Table) -> String {
    let mut out = String::new();
    let header =
        table.columns.iter().filter(|c| c.on.in_csv()).map(|c| field(&Cell::Text(c.key.to_string())));
    record(&mut out, header);
    for row in &table.rows {
        record(&mut out, table.pick(row, On::in_csv).map(|(_, cell)| field(cell)));
    }
    out
}

fn record(out: &mut String, fields: impl Iterator<Item = String>) {
    out.push_str(&fields.collect::<Vec<_>>().join(","));
    out.push('\n');
}

/// With what a formula of spreadsheets begins, also as wide characters; tabs and line breaks, with which it may too, have
/// become visible. Source: OWASP, "CSV Injection".
const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// One value. Text that a spreadsheet would take for a formula gets an apostrophe in front, which
/// spreadsheets do not show; numbers are none, also below 0.
fn field(cell: &Cell) -> String {
    let (Cell::Text(_) | Cell::Words(_)) = cell else { return cell.plain() };
    let text = shown(&cell.plain());
    let text = if text.starts_with(FORMULA) { format!("'{text}") } else { text };
    if text.contains(['"', ',']) || text.starts_with(' ') || text.ends_with(' ') {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_where_they_must_be() {
        let cases = [
            ("private-a", "private-a"),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("=1+1", "'=1+1"),
            ("@sum", "'@sum"),
            ("＝1+1", "'＝1+1"),
            ("\t=1", "\\u{9}=1"),
            ("\r=1", "\\u{d}=1"),
            ("-x,y", "\"'-x,y\""),
            ("two\nlines", "two\\u{a}lines"),
            ("", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(field(&Cell::from(text)), expected, "{text:?}");
        }
        assert_eq!(field(&Cell::Count(1_019)), "1019");
        assert_eq!(field(&Cell::Signed(-241)), "-241");
        assert_eq!(field(&Cell::None), "");
    }
}
