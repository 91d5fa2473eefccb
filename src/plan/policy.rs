//! The policy: what must hold of the plan, for `podroom check`.

use super::MinFree;

/// `[policy]`: what must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Addresses that must be free in every pool.
    pub min_free: MinFree,
    /// What is looked at, each once, in the order of [`Checked::ALL`].
    pub situations: Vec<Checked>,
    /// For so many months of growth, from today (0) on.
    pub months: u32,
    /// Findings that are not tolerated.
    pub findings: Intolerable,
}

impl Default for Policy {
    fn default() -> Policy {
        Policy {
            min_free: MinFree::default(),
            situations: vec![Checked::Settled],
            months: 0,
            findings: Intolerable::None,
        }
    }
}

/// A situation as checks know it: of churn, what happens in 95 of 100 runs, and the worst case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Checked {
    Settled,
    Churned,
    ChurnedWorst,
    Upgrade,
}

impl Checked {
    pub const ALL: [Checked; 4] =
        [Checked::Settled, Checked::Churned, Checked::ChurnedWorst, Checked::Upgrade];
    /// As plans name them; the last one stands for each of the others.
    pub const NAMES: &'static [&'static str] = &["settled", "churned", "churned-worst", "upgrade", "all"];

    pub fn name(self) -> &'static str {
        Checked::NAMES.get(self as usize).copied().unwrap_or_default()
    }

    /// Those that are named by an index into [`Checked::NAMES`].
    pub fn named(index: usize) -> Vec<Checked> {
        Checked::ALL.get(index).map_or(Checked::ALL.to_vec(), |one| vec![*one])
    }
}

/// Findings that a policy does not tolerate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Intolerable {
    #[default]
    None,
    Errors,
    /// And errors.
    Warnings,
}

impl Intolerable {
    pub const ALL: [Intolerable; 3] = [Intolerable::None, Intolerable::Errors, Intolerable::Warnings];
    pub const NAMES: &'static [&'static str] = &["none", "errors", "warnings"];

    pub fn name(self) -> &'static str {
        Intolerable::NAMES.get(self as usize).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_are_in_one_order() {
        for (i, one) in Checked::ALL.into_iter().enumerate() {
            assert_eq!((one.name(), Checked::named(i)), (Checked::NAMES[i], vec![one]));
        }
        assert_eq!(Checked::named(4), Checked::ALL);
        for (i, one) in Intolerable::ALL.into_iter().enumerate() {
            assert_eq!(one.name(), Intolerable::NAMES[i]);
        }
    }
}
