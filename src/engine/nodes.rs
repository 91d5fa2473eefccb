//! Sets of node indices, so that nodes that are alike cost as much as one.
//!
//! A group's nodes have indices from 0. With several shapes node `i` has shape `i mod shapes`: the nodes of
//! one shape are a **lane**. A [`NodeSet`] is a set of nodes of one lane.

use std::ops::Range;

/// Nodes of one lane, as ranges of ordinals: the ordinal `o` of lane `l` is node `l + o * lanes`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeSet {
    lane: u32,
    lanes: u32,
    /// Disjoint, ascending, none empty.
    ranges: Vec<Range<u32>>,
    len: u32,
}

impl NodeSet {
    /// All nodes of a lane of a group of `nodes` nodes.
    pub fn lane(lane: u32, lanes: u32, nodes: u32) -> NodeSet {
        let len = ordinals_below(nodes, lane, lanes);
        let ranges = Some(0..len).into_iter().filter(|all| !all.is_empty()).collect();
        NodeSet { lane, lanes, ranges, len }
    }

    /// One node.
    pub fn single(index: u32) -> NodeSet {
        let one = index..index.saturating_add(1);
        NodeSet { lane: 0, lanes: 1, ranges: std::iter::once(one).collect(), len: 1 }
    }

    /// Number of nodes.
    pub fn len(&self) -> u32 {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether a node is in it.
    pub fn contains(&self, index: u32) -> bool {
        self.below(index.saturating_add(1)) > self.below(index)
    }

    /// The lowest node index.
    pub fn first(&self) -> Option<u32> {
        self.ranges.first().map(|r| self.lane + r.start * self.lanes)
    }

    /// Number of nodes with an index below `index`.
    pub fn below(&self, index: u32) -> u32 {
        let ordinal = ordinals_below(index, self.lane, self.lanes);
        self.ranges.iter().map(|r| ordinal.clamp(r.start, r.end) - r.start).sum()
    }

    /// Number of nodes whose index is in `within` and leaves `rest` when divided by `step`, and the first of
    /// them; `None` without any.
    pub fn congruent(&self, within: &Range<u32>, rest: u32, step: u32) -> Option<(u32, u32)> {
        // the lane itself is a residue; the two meet in at most one residue of the common multiple
        let (rest, step) = meet((self.lane, self.lanes), (rest % step, step))?;
        let (mut nodes, mut first) = (0, None);
        for r in &self.ranges {
            let low = (self.lane + r.start * self.lanes).max(within.start);
            let high = (self.lane + (r.end - 1) * self.lanes + 1).min(within.end);
            let before = ordinals_below(low, rest, step);
            let here = ordinals_below(high, rest, step).saturating_sub(before);
            if low < high && here > 0 {
                nodes += here;
                first = first.or(Some(rest + before * step));
            }
        }
        first.map(|first| (nodes, first))
    }

    /// Takes the nodes with an index below `index` out of the set.
    pub fn take_below(&mut self, index: u32) -> NodeSet {
        let ordinal = ordinals_below(index, self.lane, self.lanes);
        let (mut taken, mut left) = (Vec::new(), Vec::new());
        for r in self.ranges.drain(..) {
            let cut = ordinal.clamp(r.start, r.end);
            if r.start < cut {
                taken.push(r.start..cut);
            }
            if cut < r.end {
                left.push(cut..r.end);
            }
        }
        let len = taken.iter().map(|r| r.end - r.start).sum();
        self.ranges = left;
        self.len -= len;
        NodeSet { lane: self.lane, lanes: self.lanes, ranges: taken, len }
    }

    /// The node indices, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.ranges.iter().flat_map(|r| r.clone().map(|o| self.lane + o * self.lanes))
    }
}

/// How many of `rest, rest + step, rest + 2 step, …` are below `index`.
fn ordinals_below(index: u32, rest: u32, step: u32) -> u32 {
    index.saturating_sub(rest).div_ceil(step)
}

/// The residue in which two residues meet, with their least common multiple; `None` if they never do.
fn meet(a: (u32, u32), b: (u32, u32)) -> Option<(u32, u32)> {
    let ((low, small), (high, large)) = if a.1 <= b.1 { (a, b) } else { (b, a) };
    let multiple = small.checked_mul(large / gcd(small, large))?;
    let mut rest = high;
    while rest < multiple {
        if rest % small == low {
            return Some((rest, multiple));
        }
        rest += large;
    }
    None
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn counts_equal_listing(
            lanes in 1u32..5, lane in 0u32..5, nodes in 0u32..60, cut in 0u32..70,
            within in (0u32..60, 0u32..60), rest in 0u32..7, step in 1u32..8,
        ) {
            prop_assume!(lane < lanes);
            let all: Vec<u32> = (0..nodes).filter(|i| i % lanes == lane).collect();
            let mut set = NodeSet::lane(lane, lanes, nodes);
            prop_assert_eq!(set.iter().collect::<Vec<_>>(), all.clone());
            prop_assert_eq!(set.len() as usize, all.len());
            prop_assert_eq!(set.below(cut) as usize, all.iter().filter(|i| **i < cut).count());
            let range = within.0..within.1;
            let expected: Vec<u32> =
                all.iter().copied().filter(|i| range.contains(i) && i % step == rest % step).collect();
            let first = expected.first().map(|first| (expected.len() as u32, *first));
            prop_assert_eq!(set.congruent(&range, rest, step), first);
            let taken = set.take_below(cut);
            prop_assert!(taken.iter().all(|i| i < cut) && set.iter().all(|i| i >= cut));
            prop_assert_eq!((taken.len() + set.len()) as usize, all.len());
        }
    }
}
