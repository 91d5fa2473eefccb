//! A plan's text in one form: `podroom fmt`. What it means stays, and so do all comments and the order of things.
//!
//! One space around `=` and after commas, no indentation, one blank line before each table and never two, comments
//! behind values below each other, lists over several lines where they were or where one would be too long.

use std::iter::Peekable;
use std::vec::IntoIter;

use toml_parser::Source;
use toml_parser::lexer::TokenKind;
use unicode_width::UnicodeWidthStr;

use super::document::line_break;
use super::tree;

/// Columns that a value may end at in one line.
const WIDTH: usize = 100;
/// Columns up to which comments stay where they are, if they are below each other.
const ASIDE: usize = 60;
const INDENT: &str = "  ";

/// The text, formatted; `None` if it is no TOML. What else is wrong with a plan does not matter. Formatting it again
/// changes nothing.
pub fn format(text: &str) -> Option<String> {
    let (_, errors) = tree::parse(text);
    if !errors.is_empty() {
        return None;
    }
    let mut tokens = tokens(text);
    let mut lines = Vec::new();
    while tokens.peek().is_some() {
        lines.push(Line::read(&mut tokens));
    }
    let formatted = write(&spaced(lines));
    Some(match line_break(text) {
        "\n" => formatted,
        // breaks within values are there already, as they were
        other => formatted.replace("\r\n", "\n").replace('\n', other),
    })
}

/// A part of the text: what it is, its bytes, and the column at which it begins.
type Part<'t> = (TokenKind, &'t str, usize);
/// A comment behind something, and the column it began at.
type Behind = Option<(String, usize)>;
type Parts<'t> = Peekable<IntoIter<Part<'t>>>;

fn tokens(text: &str) -> Parts<'_> {
    let source = Source::new(text);
    let mut column = 0;
    let part = |token: toml_parser::lexer::Token| {
        let part = text.get(token.span().start()..token.span().end()).unwrap_or_default();
        let begins = column;
        column = if part.contains('\n') { 0 } else { column } + last_line(part).width();
        (token.kind(), part, begins)
    };
    let all: Vec<Part> = source.lex().map(part).filter(|(kind, ..)| *kind != TokenKind::Eof).collect();
    all.into_iter().peekable()
}

/// A line of the text, or several that belong together.
#[derive(Debug, PartialEq)]
enum Line {
    Blank,
    Comment(String),
    /// `[table]` or `[[table]]`, and the comment behind it.
    Header(String, Behind),
    /// `key = value`, the value maybe over several lines, and the comment behind it.
    Entry(String, Behind),
}

impl Line {
    fn read(tokens: &mut Parts) -> Line {
        skip(tokens, &[TokenKind::Whitespace]);
        let line = match tokens.peek().map(|(kind, ..)| *kind) {
            None | Some(TokenKind::Newline) => Line::Blank,
            Some(TokenKind::Comment) => Line::Comment(comment(tokens).unwrap_or_default().0),
            Some(TokenKind::LeftSquareBracket) => {
                let header = until(tokens, |kind| matches!(kind, TokenKind::Comment | TokenKind::Newline));
                Line::Header(header, comment(tokens))
            }
            Some(_) => {
                let key = until(tokens, |kind| matches!(kind, TokenKind::Equals | TokenKind::Newline));
                skip(tokens, &[TokenKind::Equals, TokenKind::Whitespace]);
                let value = Value::read(tokens).write(key.width() + 3, 0);
                skip(tokens, &[TokenKind::Whitespace]);
                Line::Entry(format!("{key} = {value}"), comment(tokens))
            }
        };
        // a syntax that is not known here keeps its text
        skip(tokens, &[TokenKind::Whitespace]);
        if tokens.peek().is_some_and(|(kind, ..)| *kind == TokenKind::Newline) {
            tokens.next();
        }
        line
    }
}

fn skip(tokens: &mut Parts, kinds: &[TokenKind]) {
    while tokens.next_if(|(kind, ..)| kinds.contains(kind)).is_some() {}
}

/// The parts up to one of a kind, without the white space between them.
fn until(tokens: &mut Parts, ends: impl Fn(TokenKind) -> bool) -> String {
    let mut text = String::new();
    while let Some((kind, part, _)) = tokens.next_if(|(kind, ..)| !ends(*kind)) {
        if kind != TokenKind::Whitespace {
            text += part;
        }
    }
    text
}

fn comment(tokens: &mut Parts) -> Behind {
    let (_, text, column) = tokens.next_if(|(kind, ..)| *kind == TokenKind::Comment)?;
    Some((text.trim_end().to_owned(), column))
}

/// What stands behind an equals sign.
#[derive(Debug)]
enum Value {
    /// As it was written.
    Plain(String),
    List(List),
}

/// `[…]` or `{…}`.
#[derive(Debug)]
struct List {
    open: &'static str,
    close: &'static str,
    items: Vec<Item>,
    /// Comments after the last item.
    rest: Vec<String>,
    /// Its first item was on a line of its own.
    broken: bool,
}

/// An element of a list; of a table with its key.
#[derive(Debug)]
struct Item {
    before: Vec<String>,
    key: Option<String>,
    value: Value,
    behind: Option<String>,
}

impl Value {
    fn read(tokens: &mut Parts) -> Value {
        match tokens.peek().map(|(kind, ..)| *kind) {
            Some(TokenKind::LeftSquareBracket) => {
                Value::List(List::read(tokens, TokenKind::RightSquareBracket))
            }
            Some(TokenKind::LeftCurlyBracket) => {
                Value::List(List::read(tokens, TokenKind::RightCurlyBracket))
            }
            _ => Value::plain(tokens),
        }
    }

    /// A date and a time may have a space between them.
    fn plain(tokens: &mut Parts) -> Value {
        use TokenKind as T;
        let mut text = String::new();
        while let Some((_, part, _)) = tokens.next_if(|(kind, ..)| {
            !matches!(kind, T::Comma | T::RightSquareBracket | T::RightCurlyBracket | T::Comment | T::Newline)
        }) {
            text += part;
        }
        Value::Plain(text.trim_end_matches([' ', '\t']).to_owned())
    }

    /// The value behind so many columns of a line that is so deep within lists.
    fn write(&self, column: usize, depth: usize) -> String {
        match self {
            Value::Plain(text) => text.clone(),
            Value::List(list) => match list.in_line() {
                // TOML 1.0, which other tools read, has no breaks within braces
                Some(line) if column + line.width() <= WIDTH || list.open == "{" => line,
                _ if list.items.is_empty() && list.rest.is_empty() => format!("{}{}", list.open, list.close),
                _ => list.in_lines(depth),
            },
        }
    }

    fn in_line(&self) -> Option<String> {
        match self {
            Value::Plain(text) if text.contains('\n') => None,
            Value::Plain(text) => Some(text.clone()),
            Value::List(list) => list.in_line(),
        }
    }
}

impl List {
    fn read(tokens: &mut Parts, end: TokenKind) -> List {
        tokens.next();
        let (open, close) = if end == TokenKind::RightSquareBracket { ("[", "]") } else { ("{", "}") };
        skip(tokens, &[TokenKind::Whitespace]);
        let broken = tokens.peek().is_some_and(|(kind, ..)| *kind == TokenKind::Newline);
        let mut list = List { open, close, items: Vec::new(), rest: Vec::new(), broken };
        // whether the line has an item, whose comment it is then
        let mut on_line = false;
        while let Some((kind, ..)) = tokens.peek().copied() {
            match kind {
                TokenKind::Newline => {
                    tokens.next();
                    on_line = false;
                }
                TokenKind::Comment => {
                    let Some((text, _)) = comment(tokens) else { continue };
                    match list.items.last_mut().filter(|item| on_line && item.behind.is_none()) {
                        Some(item) => item.behind = Some(text),
                        None => list.rest.push(text),
                    }
                }
                TokenKind::Whitespace | TokenKind::Comma => drop(tokens.next()),
                kind if kind == end => {
                    tokens.next();
                    break;
                }
                _ => {
                    let key = (open == "{").then(|| {
                        let key =
                            until(tokens, |kind| matches!(kind, TokenKind::Equals | TokenKind::Newline));
                        skip(tokens, &[TokenKind::Equals, TokenKind::Whitespace]);
                        key
                    });
                    let before = std::mem::take(&mut list.rest);
                    list.items.push(Item { before, key, value: Value::read(tokens), behind: None });
                    on_line = true;
                }
            }
        }
        list
    }

    /// In one line, if nothing asks for more.
    fn in_line(&self) -> Option<String> {
        let commented = |item: &Item| !item.before.is_empty() || item.behind.is_some();
        if self.broken || !self.rest.is_empty() || self.items.iter().any(commented) {
            return None;
        }
        let item = |item: &Item| {
            let value = item.value.in_line()?;
            Some(item.key.as_ref().map_or(value.clone(), |key| format!("{key} = {value}")))
        };
        let items = self.items.iter().map(item).collect::<Option<Vec<_>>>()?.join(", ");
        let pad = if self.open == "{" && !items.is_empty() { " " } else { "" };
        Some(format!("{}{pad}{items}{pad}{}", self.open, self.close))
    }

    /// An item a line.
    fn in_lines(&self, depth: usize) -> String {
        let indent = INDENT.repeat(depth + 1);
        let mut lines = vec![self.open.to_owned()];
        for item in &self.items {
            lines.extend(item.before.iter().map(|comment| format!("{indent}{comment}")));
            let key = item.key.as_ref().map_or(String::new(), |key| format!("{key} = "));
            let value = item.value.write(indent.width() + key.width() + 1, depth + 1);
            let behind = item.behind.as_ref().map_or(String::new(), |comment| format!(" {comment}"));
            lines.push(format!("{indent}{key}{value},{behind}"));
        }
        lines.extend(self.rest.iter().map(|comment| format!("{indent}{comment}")));
        lines.push(format!("{}{}", INDENT.repeat(depth), self.close));
        lines.join("\n")
    }
}

/// The same with one blank line before each table and the comments directly above it, and nowhere two, nor any
/// below a header, at the beginning or at the end.
fn spaced(lines: Vec<Line>) -> Vec<Line> {
    let mut out: Vec<Line> = Vec::with_capacity(lines.len());
    for line in lines {
        match line {
            Line::Blank if matches!(out.last(), None | Some(Line::Blank | Line::Header(..))) => {}
            Line::Header(..) => {
                let lead = out.iter().rev().take_while(|line| matches!(line, Line::Comment(_))).count();
                let at = out.len() - lead;
                if at > 0 && !matches!(out.get(at - 1), Some(Line::Blank)) {
                    out.insert(at, Line::Blank);
                }
                out.push(line);
            }
            line => out.push(line),
        }
    }
    while out.last() == Some(&Line::Blank) {
        out.pop();
    }
    out
}

/// The column at which comments behind the lines of a paragraph begin: where they are, below each other, as far as
/// that leaves room for what they are behind.
fn aside(paragraph: &[Line]) -> usize {
    let commented = paragraph.iter().filter_map(|line| match line {
        Line::Header(text, Some((_, column))) | Line::Entry(text, Some((_, column))) => Some((text, *column)),
        _ => None,
    });
    let needed = |(text, column): (&String, usize)| {
        let least = last_line(text).width() + 1;
        if column <= ASIDE { least.max(column) } else { least }
    };
    commented.map(needed).max().unwrap_or(0)
}

fn last_line(text: &str) -> &str {
    text.rsplit('\n').next().unwrap_or_default()
}

fn write(lines: &[Line]) -> String {
    let mut out = String::new();
    for paragraph in lines.split(|line| *line == Line::Blank) {
        if !out.is_empty() {
            out.push('\n');
        }
        let aside = aside(paragraph);
        for line in paragraph {
            match line {
                Line::Blank => {}
                Line::Comment(text) => out += text,
                Line::Header(text, behind) | Line::Entry(text, behind) => {
                    out += text;
                    if let Some((comment, _)) = behind {
                        let pad = aside.saturating_sub(last_line(text).width()).max(1);
                        out += &" ".repeat(pad);
                        out += comment;
                    }
                }
            }
            out.push('\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_comes_into_one_form() {
        let text = "\u{feff}\n\n# what\nformat=1   \nname  = \"a b\"# short\n\n\n\n  [[ subnet ]]   # first\n\n\tname=\"x\" \n\
            other={alb=1,\"n l b\"=2}\n# below\n# of the next\n[[subnet]]\nused=[ \"10.0.0.1\",\"10.0.0.2\", ]\n\
            reservations = [ # why\n {cidr=\"a\"}, # one\n\n # two\n {  cidr  =  \"b\"  }\n # end\n]   # all\nx.y . z=1979-05-27 07:32:00 # when\n\n";
        let formatted = "# what\nformat = 1\nname = \"a b\" # short\n\n[[subnet]]       # first\nname = \"x\"\n\
            other = { alb = 1, \"n l b\" = 2 }\n\n# below\n# of the next\n[[subnet]]\nused = [\"10.0.0.1\", \"10.0.0.2\"]\n\
            reservations = [\n  # why\n  { cidr = \"a\" }, # one\n  # two\n  { cidr = \"b\" },\n  # end\n]                           # all\nx.y.z = 1979-05-27 07:32:00 # when\n";
        assert_eq!(format(text).unwrap(), formatted);
        assert_eq!(format(formatted).unwrap(), formatted);
    }

    #[test]
    fn what_is_too_long_for_a_line_gets_several() {
        let long = "x".repeat(60);
        let text = format!("subnets = [\"{long}\", \"{long}\"]\n");
        assert_eq!(format(&text).unwrap(), format!("subnets = [\n  \"{long}\",\n  \"{long}\",\n]\n"));
        assert_eq!(format("a = []\nb = {}\r\n").unwrap(), "a = []\nb = {}\n");
        assert_eq!(format("a = [\r\n1]").unwrap(), "a = [\r\n  1,\r\n]\r\n");
    }

    #[test]
    fn what_is_no_toml_is_left() {
        assert_eq!(format("a = "), None);
        assert_eq!(format(&format!("a = {}", "[".repeat(10_000))), None);
    }
}
