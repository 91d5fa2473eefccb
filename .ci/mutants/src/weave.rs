//! One file with all its mutants in it, each behind a switch.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// One row of what `cargo mutants --list --json` prints.
#[derive(Debug, Clone)]
pub struct Mutant {
    pub id: usize,
    pub file: String,
    pub name: String,
    pub genre: String,
    pub replacement: String,
    pub returns: String,
    /// Line and column of both ends, as printed: columns are characters, from 1.
    pub span: [(usize, usize); 2],
}

/// A file that was written, and where in it what stands.
pub struct Woven {
    pub text: String,
    /// Where the text of a mutant stands.
    pub branches: Vec<(usize, Range<usize>)>,
    /// What was put together for some mutants, the original included.
    pub units: Vec<(Vec<usize>, Range<usize>)>,
    /// Mutants that have no place here, and why.
    pub left: Vec<(usize, &'static str)>,
}

struct Mark {
    open: usize,
    close: usize,
    /// Of two with the same ends, the one with the lower rank is outside.
    rank: u8,
    before: String,
    after: String,
    branches: Vec<(usize, Range<usize>)>,
    ids: Vec<usize>,
}

struct Walk<'a> {
    source: &'a str,
    at: BTreeMap<(&'a str, usize), Vec<&'a Mutant>>,
    ends: BTreeMap<usize, usize>,
    marks: Vec<Mark>,
    constant: Vec<Range<usize>>,
    /// Bodies of closures: not constant, though a table of them is.
    running: Vec<Range<usize>>,
    placed: BTreeSet<usize>,
    left: Vec<(usize, &'static str)>,
}

pub fn weave(source: &str, mutants: &[&Mutant]) -> Woven {
    let file = syn::parse_file(source).expect("a file that compiles");
    let lines: Vec<usize> =
        std::iter::once(0).chain(source.match_indices('\n').map(|(i, _)| i + 1)).collect();
    let byte = |(line, column): (usize, usize)| {
        let start = lines[line - 1];
        start + source[start..].char_indices().nth(column - 1).map_or(source.len() - start, |(i, _)| i)
    };
    let mut walk = Walk {
        source,
        at: BTreeMap::new(),
        ends: BTreeMap::new(),
        marks: Vec::new(),
        constant: Vec::new(),
        running: Vec::new(),
        placed: BTreeSet::new(),
        left: Vec::new(),
    };
    for mutant in mutants {
        let from = byte(mutant.span[0]);
        walk.at.entry((&mutant.genre, from)).or_default().push(mutant);
        walk.ends.insert(mutant.id, byte(mutant.span[1]));
    }
    walk.visit_file(&file);
    walk.functions();
    for mutant in mutants {
        if !walk.placed.contains(&mutant.id) && !walk.left.iter().any(|(id, _)| *id == mutant.id) {
            walk.left.push((mutant.id, "no place"));
        }
    }
    let Walk { marks, mut left, constant, running, .. } = walk;
    let (fixed, marks): (Vec<_>, Vec<_>) = marks.into_iter().partition(|m| {
        let inside = |all: &[Range<usize>]| {
            all.iter().filter(|r| r.start <= m.open && m.close <= r.end).map(|r| r.len()).min()
        };
        inside(&constant).is_some_and(|c| inside(&running).is_none_or(|r| c < r))
    });
    left.extend(fixed.iter().flat_map(|m| m.ids.iter().map(|id| (*id, "constant"))));
    written(source, marks, left)
}

fn on(id: usize) -> String {
    format!("crate::switch::on({id})")
}

impl<'a> Walk<'a> {
    fn found(&self, genre: &'static str, at: usize) -> Vec<&'a Mutant> {
        self.at.get(&(genre, at)).cloned().unwrap_or_default()
    }

    /// An expression of which some token is replaced.
    fn choice(&mut self, whole: Range<usize>, mutants: Vec<&'a Mutant>) {
        let mut mark = Mark {
            open: whole.start,
            close: whole.end,
            rank: 1,
            before: "(".into(),
            after: " })".into(),
            branches: Vec::new(),
            ids: mutants.iter().map(|m| m.id).collect(),
        };
        for mutant in mutants {
            let (from, to) = (self.place(mutant), self.ends[&mutant.id]);
            mark.before += &format!("if {} {{ ", on(mutant.id));
            let start = mark.before.len();
            mark.before += &self.source[whole.start..from];
            mark.before += &mutant.replacement;
            mark.before += &self.source[to..whole.end];
            mark.branches.push((mutant.id, start..mark.before.len()));
            mark.before += " } else ";
        }
        mark.before += "{ ";
        self.marks.push(mark);
    }

    fn place(&mut self, mutant: &Mutant) -> usize {
        self.placed.insert(mutant.id);
        self.at
            .iter()
            .find(|(_, all)| all.iter().any(|m| m.id == mutant.id))
            .map_or(0, |((_, from), _)| *from)
    }

    fn functions(&mut self) {
        let all: Vec<(usize, Vec<&Mutant>)> = self
            .at
            .iter()
            .filter(|((genre, _), _)| *genre == "FnValue")
            .map(|((_, from), all)| (*from, all.clone()))
            .collect();
        for (from, mutants) in all {
            let mut mark = Mark {
                open: from,
                close: from,
                rank: 0,
                before: String::new(),
                after: String::new(),
                branches: Vec::new(),
                ids: mutants.iter().map(|m| m.id).collect(),
            };
            for mutant in mutants {
                self.placed.insert(mutant.id);
                mark.before += &format!("if {} {{ ", on(mutant.id));
                let start = mark.before.len();
                mark.before += &format!("return {};", mutant.replacement);
                mark.branches.push((mutant.id, start..mark.before.len()));
                mark.before += " } ";
            }
            self.marks.push(mark);
        }
    }
}

fn has_let(expr: &syn::Expr) -> bool {
    match expr {
        syn::Expr::Let(_) => true,
        syn::Expr::Binary(b) => has_let(&b.left) || has_let(&b.right),
        _ => false,
    }
}

impl<'ast> Visit<'ast> for Walk<'_> {
    fn visit_expr_binary(&mut self, node: &'ast syn::ExprBinary) {
        let found = self.found("BinaryOperator", node.op.span().byte_range().start);
        if !found.is_empty() {
            if has_let(&node.left) || has_let(&node.right) {
                self.left.extend(found.iter().map(|m| (m.id, "let chain")));
            } else {
                self.choice(node.span().byte_range(), found);
            }
        }
        visit::visit_expr_binary(self, node);
    }

    fn visit_expr_unary(&mut self, node: &'ast syn::ExprUnary) {
        let found = self.found("UnaryOperator", node.op.span().byte_range().start);
        if !found.is_empty() {
            self.choice(node.span().byte_range(), found);
        }
        visit::visit_expr_unary(self, node);
    }

    fn visit_expr_match(&mut self, node: &'ast syn::ExprMatch) {
        let mut deleted = Vec::new();
        for arm in &node.arms {
            let gone = self.found("MatchArm", arm.span().byte_range().start);
            let guards = arm.guard.as_ref();
            let guards =
                guards.map_or(Vec::new(), |(_, g)| self.found("MatchArmGuard", g.span().byte_range().start));
            if gone.is_empty() && guards.is_empty() {
                continue;
            }
            let ids: Vec<usize> = gone.iter().chain(&guards).map(|m| m.id).collect();
            self.placed.extend(&ids);
            deleted.extend(gone.iter().map(|m| m.id));
            // only one of them is ever on
            let mut test: String = gone.iter().map(|m| format!("!{} && ", on(m.id))).collect();
            let whole = match &arm.guard {
                None => {
                    let end = arm.pat.span().byte_range().end;
                    test = format!(" if {test}true");
                    end..end
                }
                Some((_, guard)) => {
                    for m in guards.iter().filter(|m| m.replacement != "true") {
                        test += &format!("!{} && ", on(m.id));
                    }
                    test += "(";
                    for m in guards.iter().filter(|m| m.replacement == "true") {
                        test += &format!("{} || ", on(m.id));
                    }
                    test += "(";
                    guard.span().byte_range()
                }
            };
            let after = if arm.guard.is_some() { "))" } else { "" };
            self.marks.push(Mark {
                open: whole.start,
                close: whole.end,
                rank: 0,
                before: test,
                after: after.into(),
                branches: Vec::new(),
                ids,
            });
        }
        if !deleted.is_empty() {
            let whole = node.span().byte_range();
            self.marks.push(Mark {
                open: whole.start,
                close: whole.end,
                rank: 2,
                before: String::new(),
                after: String::new(),
                branches: Vec::new(),
                ids: deleted,
            });
        }
        visit::visit_expr_match(self, node);
    }

    fn visit_item_const(&mut self, node: &'ast syn::ItemConst) {
        self.constant.push(node.span().byte_range());
        visit::visit_item_const(self, node);
    }

    fn visit_impl_item_const(&mut self, node: &'ast syn::ImplItemConst) {
        self.constant.push(node.span().byte_range());
        visit::visit_impl_item_const(self, node);
    }

    fn visit_item_static(&mut self, node: &'ast syn::ItemStatic) {
        self.constant.push(node.span().byte_range());
        visit::visit_item_static(self, node);
    }

    fn visit_expr_closure(&mut self, node: &'ast syn::ExprClosure) {
        self.running.push(node.body.span().byte_range());
        visit::visit_expr_closure(self, node);
    }

    fn visit_item_fn(&mut self, node: &'ast syn::ItemFn) {
        if node.sig.constness.is_some() {
            self.constant.push(node.span().byte_range());
        }
        visit::visit_item_fn(self, node);
    }

    fn visit_impl_item_fn(&mut self, node: &'ast syn::ImplItemFn) {
        if node.sig.constness.is_some() {
            self.constant.push(node.span().byte_range());
        }
        visit::visit_impl_item_fn(self, node);
    }
}

fn written(source: &str, marks: Vec<Mark>, left: Vec<(usize, &'static str)>) -> Woven {
    enum Edge {
        Close(usize),
        Open(usize),
    }
    let mut edges: Vec<(usize, u8, i64, i64, Edge)> = Vec::new();
    for (i, m) in marks.iter().enumerate() {
        let (open, close, rank) = (m.open as i64, m.close as i64, i64::from(m.rank));
        if m.open == m.close {
            edges.push((m.open, 1, 0, 0, Edge::Open(i)));
        } else {
            edges.push((m.open, 2, -close, rank, Edge::Open(i)));
            edges.push((m.close, 0, -open, -rank, Edge::Close(i)));
        }
    }
    edges.sort_by_key(|(at, kind, a, b, _)| (*at, *kind, *a, *b));
    let mut woven = Woven { text: String::new(), branches: Vec::new(), units: Vec::new(), left };
    let mut starts = vec![0; marks.len()];
    let mut done = 0;
    for (at, _, _, _, edge) in edges {
        woven.text += &source[done..at];
        done = at;
        match edge {
            Edge::Open(i) => {
                let m = &marks[i];
                starts[i] = woven.text.len();
                for (id, r) in &m.branches {
                    woven.branches.push((*id, starts[i] + r.start..starts[i] + r.end));
                }
                woven.text += &m.before;
                if m.open == m.close {
                    woven.units.push((m.ids.clone(), starts[i]..woven.text.len()));
                }
            }
            Edge::Close(i) => {
                let m = &marks[i];
                woven.text += &m.after;
                woven.units.push((m.ids.clone(), starts[i]..woven.text.len()));
            }
        }
    }
    woven.text += &source[done..];
    woven
}
