//! How many addresses of each use there are.

use super::Use;

/// Addresses by use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts([u128; Use::ALL.len()]);

impl Counts {
    pub fn of(&self, of: Use) -> u128 {
        self.0.get(of as usize).copied().unwrap_or(0)
    }

    pub fn add(&mut self, of: Use, addresses: u128) {
        if let Some(count) = self.0.get_mut(of as usize) {
            *count = count.saturating_add(addresses);
        }
    }

    /// Of all uses together.
    pub fn total(&self) -> u128 {
        self.0.iter().fold(0, |sum, n| sum.saturating_add(*n))
    }

    /// Uses of which there is an address, in the order of legends.
    pub fn uses(&self) -> impl Iterator<Item = (Use, u128)> {
        Use::ALL.into_iter().map(|of| (of, self.of(of))).filter(|(_, n)| *n > 0)
    }

    /// What a cell with these addresses is best called: twice if one is in use twice, otherwise what most of the
    /// taken ones are, of equals what is in use.
    pub fn telling(&self) -> Option<Use> {
        const RANK: [Use; 5] = [Use::Unused, Use::Other, Use::Primary, Use::Assigned, Use::Twice];
        if self.of(Use::Twice) > 0 {
            return Some(Use::Twice);
        }
        let taken = RANK.into_iter().max_by_key(|of| self.of(*of)).filter(|of| self.of(*of) > 0);
        taken.or_else(|| [Use::Mixed, Use::Free, Use::Reserved].into_iter().find(|of| self.of(*of) > 0))
    }

    /// How much of it is in use, which is neither free nor held without use, in eighths: 0 only if nothing is, 8 only
    /// if all is.
    pub fn eighths(&self) -> u8 {
        let total = self.total();
        let idle = [Use::Free, Use::Unused, Use::Mixed].map(|of| self.of(of));
        match total.saturating_sub(idle.into_iter().fold(0, u128::saturating_add)) {
            0 => 0,
            used if used == total => 8,
            used => {
                // of so many addresses a few more or less are not seen
                let shift = (128 - total.leading_zeros()).saturating_sub(120);
                let eighths = (used >> shift) * 8 / (total >> shift).max(1);
                u8::try_from(eighths).unwrap_or(7).clamp(1, 7)
            }
        }
    }
}

impl std::ops::Add for Counts {
    type Output = Counts;

    fn add(mut self, other: Counts) -> Counts {
        other.uses().for_each(|(of, n)| Counts::add(&mut self, of, n));
        self
    }
}

impl std::ops::Sub for Counts {
    type Output = Counts;

    /// No use goes below 0.
    fn sub(self, other: Counts) -> Counts {
        let mut left = Counts::default();
        self.uses().for_each(|(of, n)| left.add(of, n.saturating_sub(other.of(of))));
        left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(all: &[(Use, u128)]) -> Counts {
        let mut counts = Counts::default();
        all.iter().for_each(|(of, n)| counts.add(*of, *n));
        counts
    }

    #[test]
    fn a_cell_is_called_what_most_of_its_taken_addresses_are() {
        for (all, telling, eighths) in [
            (&[(Use::Free, 16)][..], Some(Use::Free), 0),
            (&[(Use::Free, 15), (Use::Primary, 1)], Some(Use::Primary), 1),
            (&[(Use::Free, 1), (Use::Assigned, 5), (Use::Unused, 10)], Some(Use::Unused), 2),
            (&[(Use::Assigned, 8), (Use::Unused, 8)], Some(Use::Assigned), 4),
            (&[(Use::Primary, 1), (Use::Assigned, 15)], Some(Use::Assigned), 8),
            (&[(Use::Reserved, 4), (Use::Free, 12)], Some(Use::Free), 2),
            (&[(Use::Assigned, 200), (Use::Twice, 1)], Some(Use::Twice), 8),
            (&[(Use::Free, u128::MAX - 1), (Use::Primary, 1)], Some(Use::Primary), 1),
            (&[(Use::Free, 9), (Use::Unused, 7)], Some(Use::Unused), 0),
            (&[], None, 0),
        ] {
            assert_eq!((counts(all).telling(), counts(all).eighths()), (telling, eighths), "{all:?}");
        }
    }
}
