//! HTML tables, and foreign text in HTML and in SVG.

use std::fmt::Write as _;

use super::table::{Align, Head, On, Table};
use crate::text::shown;

/// A table with a caption, or what is said in its place if it has no rows. `link` says where the cell of a row in
/// the column of a key leads to, as `#id` without its `#`.
pub fn write(table: &Table, link: impl Fn(usize, &str) -> Option<String>) -> String {
    let title = escape(&table.title);
    if table.rows.is_empty() {
        return format!("<p class=\"none\">{title}: none</p>\n");
    }
    let kept: Vec<(usize, &Head)> =
        table.columns.iter().enumerate().filter(|(i, head)| is_kept(table, *i, head)).collect();
    let mut out = format!("<div class=\"wide\"><table>\n<caption>{title}</caption>\n<thead><tr>");
    for (_, head) in &kept {
        let _ = write!(out, "<th scope=\"col\"{}>{}</th>", class(head.align), escape(&head.header));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for (r, row) in table.rows.iter().enumerate() {
        out.push_str("<tr>");
        for (n, (i, head)) in kept.iter().enumerate() {
            let text = row.get(*i).map(|cell| escape(&cell.shown())).unwrap_or_default();
            let text = match link(r, &head.key).filter(|_| !text.is_empty()) {
                Some(id) => format!("<a href=\"#{id}\">{text}</a>"),
                None => text,
            };
            let _ = match n {
                0 => write!(out, "<th scope=\"row\"{}>{text}</th>", class(head.align)),
                _ => write!(out, "<td{}>{text}</td>", class(head.align)),
            };
        }
        out.push_str("</tr>\n");
    }
    out + "</tbody></table></div>\n"
}

/// Columns for people; those that could be left out are if they say nothing.
fn is_kept(table: &Table, i: usize, head: &Head) -> bool {
    let says = || table.rows.iter().any(|row| row.get(i).is_some_and(|cell| !cell.plain().is_empty()));
    head.on.printed() && (head.on != On::IfRoom || says())
}

fn class(align: Align) -> &'static str {
    match align {
        Align::Left => "",
        Align::Right => " class=\"n\"",
        Align::Flow => " class=\"f\"",
    }
}

/// Text that HTML and XML show as it is, in elements and in attributes: no markup, and no character that they
/// cannot have.
pub fn escape(text: &str) -> String {
    let text = shown(text);
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if is_no_character(c) => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

/// Whether Unicode has it as no character: HTML and XML refuse these.
fn is_no_character(c: char) -> bool {
    matches!(u32::from(c), 0xfdd0..=0xfdef) || u32::from(c) & 0xfffe == 0xfffe
}

#[cfg(test)]
mod tests {
    use super::super::table::Column;
    use super::*;

    type Row = (&'static str, u64, &'static str);
    const COLUMNS: &[Column<Row>] = &[
        Column { header: "pool", key: "pool", align: Align::Left, on: On::Everywhere, cell: |r| r.0.into() },
        Column { header: "zone", key: "zone", align: Align::Left, on: On::IfRoom, cell: |_| "".into() },
        Column { header: "free", key: "free", align: Align::Right, on: On::Everywhere, cell: |r| r.1.into() },
        Column { header: "", key: "code", align: Align::Left, on: On::Data, cell: |_| "x".into() },
        Column { header: "why", key: "why", align: Align::Flow, on: On::Everywhere, cell: |r| r.2.into() },
    ];

    #[test]
    fn cells_are_escaped_and_lead_to_their_reasons() {
        let table = Table::of("<Pools>", COLUMNS, [("a<b>\u{1b}", 1_019, "\"x\" & 'y'")]);
        let html = write(&table, |row, key| (key == "free").then(|| format!("why-{row}")));
        assert_eq!(
            html,
            "<div class=\"wide\"><table>\n<caption>&lt;Pools&gt;</caption>\n<thead><tr><th scope=\"col\">pool</th>\
             <th scope=\"col\" class=\"n\">free</th><th scope=\"col\" class=\"f\">why</th></tr></thead>\n<tbody>\n\
             <tr><th scope=\"row\">a&lt;b&gt;\\u{1b}</th><td class=\"n\"><a href=\"#why-0\">1,019</a></td>\
             <td class=\"f\">&quot;x&quot; &amp; &#39;y&#39;</td></tr>\n</tbody></table></div>\n"
        );
        let none = Table::of("Pools", COLUMNS, [] as [Row; 0]);
        assert_eq!(write(&none, |_, _| None), "<p class=\"none\">Pools: none</p>\n");
    }

    #[test]
    fn what_is_no_character_is_told() {
        assert_eq!(escape("a\u{fffe}b\u{1ffff}c\u{fdd0}"), "a\\u{fffe}b\\u{1ffff}c\\u{fdd0}");
        assert_eq!(escape("größe"), "größe");
    }
}
