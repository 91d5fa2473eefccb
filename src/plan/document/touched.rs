//! What of a plan a change of its text can have changed: after one within a cluster only that has to be read again.

use crate::plan::tree::Node;

/// What changed since the plan was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Touched {
    Nothing,
    /// Values of this cluster.
    Cluster(usize),
    All,
}

impl Touched {
    /// What a change touched: that of the value at the end of a way through the tree, or of nobody knows what.
    pub fn by(tree: &Node, path: Option<&[usize]>) -> Touched {
        match path {
            Some([section, row, _, ..])
                if tree.entries().get(*section).is_some_and(|e| e.key == "cluster") =>
            {
                Touched::Cluster(*row)
            }
            _ => Touched::All,
        }
    }

    /// What both touched.
    pub fn and(self, other: Touched) -> Touched {
        match (self, other) {
            (Touched::Nothing, one) | (one, Touched::Nothing) => one,
            (one, other) if one == other => one,
            _ => Touched::All,
        }
    }
}
