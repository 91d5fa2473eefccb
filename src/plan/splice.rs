//! A change of a text: some bytes replaced. Every edit of a plan is one, so every edit can be taken back
//! exactly.

use std::ops::Range;

use super::tree::{self, Form, Node, Value};

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
        let same = |a: &mut dyn Iterator<Item = char>, b: &mut dyn Iterator<Item = char>| {
            a.zip(b).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum::<usize>()
        };
        let head = common_prefix(old, new);
        let (old_rest, new_rest) = (old.get(head..).unwrap_or_default(), new.get(head..).unwrap_or_default());
        let tail = same(&mut old_rest.chars().rev(), &mut new_rest.chars().rev());
        let with = new_rest.get(..new_rest.len() - tail).unwrap_or_default();
        Splice::new(head..old.len() - tail, with)
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
    /// value and leaves it one; otherwise the new text has to be read.
    pub(super) fn patch(&self, text: &str, tree: &mut Node) -> bool {
        let mut path = Vec::new();
        if !find(tree, text, &self.at, &mut path) {
            return false;
        }
        let Some(old) = path.iter().try_fold(&*tree, |node, i| child(node, *i)) else { return false };
        let span = old.span.clone();
        let (Some(before), Some(after)) =
            (text.get(span.start..self.at.start), text.get(self.at.end..span.end))
        else {
            return false;
        };
        let source = [before, &self.with, after].concat();
        let Some(mut new) = tree::parse_value(&source).filter(|n| n.span == (0..source.len())) else {
            return false;
        };
        new.shift(0, span.start);
        tree.shift(self.at.end, self.at.start + self.with.len());
        let Some(place) = path.iter().try_fold(tree, |node, i| child_mut(node, *i)) else { return false };
        *place = new;
        true
    }
}

/// How many bytes two texts have in common at their beginning, whole characters.
fn common_prefix(a: &str, b: &str) -> usize {
    let mut at = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    while !a.is_char_boundary(at) || !b.is_char_boundary(at) {
        at -= 1;
    }
    at
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
        let changes = [
            (4..5, "1_000", true),
            (4..4, "9", true),
            (5..5, " # no", false),
            (5..5, "\nz = 1", false),
            (12..15, "[]", true),
            (13..14, "longer", true),
            (11..30, "true", false),
            (19..20, "x.y", true),
            (37..38, "q", false),
            (44..45, "{ h = 1 }", true),
            (46..51, "[[v]]", false),
            (62..65, "\"\"", true),
        ];
        for (at, with, quick) in changes {
            let mut tree = tree::parse(text).0;
            let splice = Splice::new(at.clone(), with);
            let mut new = text.to_owned();
            assert_eq!(splice.patch(text, &mut tree), quick, "{at:?} {:?}", &text[at.clone()]);
            assert!(splice.apply(&mut new));
            if quick {
                assert_eq!(tree, tree::parse(&new).0, "{new}");
            }
        }
    }
}
