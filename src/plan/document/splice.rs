//! A change of a text: some bytes replaced. Every edit of a plan is one, so every edit can be taken back
//! exactly.

use std::ops::Range;

use crate::plan::tree::{self, Form, Node, Value};

/// Replaces the bytes `at` by `with`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Splice {
    at: Range<usize>,
    with: String,
}

impl Splice {
    pub(super) fn new(at: Range<usize>, with: impl Into<String>) -> Splice {
        Splice { at, with: with.into() }
    }

    /// Several at once, in any order, none overlapping another; the ranges are those of `text`.
    pub(super) fn all(text: &str, mut parts: Vec<Splice>) -> Option<Splice> {
        parts.sort_by_key(|s| (s.at.start, s.at.end));
        let (first, last) = (parts.first()?.at.start, parts.last()?.at.end);
        let mut with = String::new();
        let mut from = first;
        for part in &parts {
            with.push_str(text.get(from..part.at.start)?);
            with.push_str(&part.with);
            from = part.at.end;
        }
        Some(Splice { at: first..last, with })
    }

    /// The smallest change that makes `new` of `old`.
    pub(super) fn between(old: &str, new: &str) -> Splice {
        let mut head = common(old.as_bytes(), new.as_bytes(), Side::Start);
        while !old.is_char_boundary(head) || !new.is_char_boundary(head) {
            head -= 1;
        }
        let (old_rest, new_rest) = (old.split_at(head).1, new.split_at(head).1);
        let mut tail = common(old_rest.as_bytes(), new_rest.as_bytes(), Side::End);
        while !old.is_char_boundary(old.len() - tail) || !new.is_char_boundary(new.len() - tail) {
            tail -= 1;
        }
        Splice::new(head..old.len() - tail, new.get(head..new.len() - tail).unwrap_or_default())
    }

    /// Changes a text. `false`, and no change, if the bytes are not there.
    pub(super) fn apply(&self, text: &mut String) -> bool {
        let there = text.get(self.at.clone()).is_some();
        if there {
            text.replace_range(self.at.clone(), &self.with);
        }
        there
    }

    /// Changes the tree of `text` (as it is before the change) accordingly, if the change lies within one
    /// value and leaves it one: the way to that value, child by child. Otherwise the new text has to be read.
    pub(super) fn patch(&self, text: &str, tree: &mut Node) -> Option<Vec<usize>> {
        let mut path = Vec::new();
        if !find(tree, text, &self.at, &mut path) {
            return None;
        }
        let span = path.iter().try_fold(&*tree, |node, i| child(node, *i))?.span.clone();
        let (before, after) = (text.get(span.start..self.at.start)?, text.get(self.at.end..span.end)?);
        let source = [before, &self.with, after].concat();
        let mut new = tree::parse_value(&source).filter(|n| n.span == (0..source.len()))?;
        new.shift(0, span.start);
        tree.shift(self.at.end, self.at.start + self.with.len());
        *path.iter().try_fold(tree, |node, i| child_mut(node, *i))? = new;
        Some(path)
    }
}

#[derive(Clone, Copy)]
enum Side {
    Start,
    End,
}

/// How many bytes two texts have in common at one side. Block by block first: most of a text is unchanged,
/// and blocks compare many times faster than bytes.
fn common(a: &[u8], b: &[u8], side: Side) -> usize {
    const BLOCK: usize = 1024;
    let most = a.len().min(b.len());
    let mut same = 0;
    for step in [BLOCK, 1] {
        while same + step <= most && part(a, same, step, side) == part(b, same, step, side) {
            same += step;
        }
    }
    same
}

/// The `len` bytes after the first, or before the last, `from` of a text.
fn part(text: &[u8], from: usize, len: usize, side: Side) -> Option<&[u8]> {
    match side {
        Side::Start => text.get(from..from + len),
        Side::End => text.get(text.len() - from - len..text.len() - from),
    }
}

/// The path to the innermost value with a text of its own that contains a range.
fn find(node: &Node, text: &str, at: &Range<usize>, path: &mut Vec<usize>) -> bool {
    let children = match &node.value {
        Value::Array(items) => items.len(),
        Value::Table(entries) => entries.len(),
        _ => 0,
    };
    for i in 0..children {
        path.push(i);
        if child(node, i).is_some_and(|n| find(n, text, at, path)) {
            return true;
        }
        path.pop();
    }
    let contains = node.span.start <= at.start && at.end <= node.span.end;
    contains && !node.span.is_empty() && node.form(text) == Form::Inline
}

fn child(node: &Node, i: usize) -> Option<&Node> {
    match &node.value {
        Value::Array(items) => items.get(i),
        Value::Table(entries) => entries.get(i).map(|e| &e.node),
        _ => None,
    }
}

fn child_mut(node: &mut Node, i: usize) -> Option<&mut Node> {
    match &mut node.value {
        Value::Array(items) => items.get_mut(i),
        Value::Table(entries) => entries.get_mut(i).map(|e| &mut e.node),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_change_keeps_characters_whole() {
        for (old, new) in [("aé", "aè"), ("", "x"), ("x", ""), ("aa", "aaa"), ("é\u{301}", "\u{301}")] {
            let splice = Splice::between(old, new);
            let mut text = old.to_owned();
            assert!(splice.apply(&mut text), "{splice:?}");
            assert_eq!(text, new);
        }
        assert_eq!(Splice::between("a = 30", "a = 31"), Splice::new(5..6, "1"));
    }

    #[test]
    fn a_patched_tree_is_the_tree_of_the_new_text() {
        let text = "a = 1\nb = [\"x\", { c = 2, d.e = 3 }]\n[t]\nf = 4\n[[u]]\n[[u]]\ng = 'z'\n";
        // what, its replacement, whether that is within one value
        let changes = [
            ("1", "1_000", true),
            ("1", "1 # no", false),
            ("1", "1\nz = 1", false),
            ("\"x\"", "[]", true),
            ("x", "longer", true),
            ("c = 2", "x.y = 2", true),
            ("c = 2", "d.e = 2", false),
            (", { c = 2", ", 'y', { f = 2", true),
            ("[t]", "[q]", false),
            ("4", "{ h = 1 }", true),
            ("[[u]]\n[", "[[v]]\n[", false),
            ("'z'", "\"\"", true),
        ];
        for (what, with, quick) in changes {
            let at = text.find(what).expect("it is there");
            let splice = Splice::new(at..at + what.len(), with);
            let (mut tree, mut new) = (tree::parse(text).0, text.to_owned());
            assert_eq!(splice.patch(text, &mut tree).is_some(), quick, "{what:?} {with:?}");
            assert!(splice.apply(&mut new));
            if quick {
                assert_eq!(tree, tree::parse(&new).0, "{new}");
            }
        }
    }
}
