//! The supply of aligned /28 blocks of a subnet, of which each prefix takes one.
//!
//! A prefix is a /28 that begins at a multiple of 16, and all its 16 addresses must be free: a subnet may have
//! thousands of free addresses and not one prefix (EC2 then answers `InsufficientCidrBlocks`). The first and
//! the last block of a subnet hold addresses that AWS keeps, so a subnet never has more than
//! `2^(28 - length) - 2` whole ones.
//!
//! EC2 does not say where it puts a single address (an ENI's primary, a node in secondary-IP mode, a load
//! balancer). So there are two answers. Packed is the best case: single addresses go where no whole block is
//! lost, and break one only when nothing else is left. Scattered is what to expect if each is put anywhere
//! with equal chance before the prefixes are taken: with `s` of `a` addresses taken, a block of 16 is
//! untouched with probability C(a - 16, s) / C(a, s). That is an expectation and no bound: EC2 promises neither.
//! Prefixes that were taken before the single addresses shield their blocks, so more may be left than expected.
//! Where the plan lists addresses in `used`, no chance is involved for those.
//!
//! Out of a reservation of type `prefix` AWS takes prefixes and no single address, out of one of type
//! `explicit` nothing. Prefixes are taken from reservations first, and then from the rest of the subnet.
//! Sources: Amazon VPC user guide, "Subnet CIDR reservations"; Amazon EKS best practices, "Prefix mode for
//! Linux".

use serde::Serialize;

use super::outcome::Others;
use crate::plan::range::kept;
use crate::plan::{Addresses, Plan, Reservation, ReservationType, Subnet};

/// Addresses of a block.
const SIZE: u64 = crate::cni::PREFIX;
/// Blocks of a subnet that hold addresses which AWS keeps: its first and its last.
const EDGES: u64 = 2;

/// The blocks of a subnet when nodes want so many single addresses and prefixes of it, besides what others use.
///
/// Who asks again and again takes [`Supply::of`] once, adds [`Others::unplaced`] to the single addresses, and
/// asks [`Supply::take`], which costs the same whatever the subnet.
pub fn blocks(plan: &Plan, subnet: usize, singles: u64, prefixes: u64) -> Blocks {
    let others = Others::of(plan, subnet).unplaced();
    Supply::of(&plan.subnets[subnet]).take(others + singles, prefixes)
}

/// What a subnet can give, before anything that the plan does not place is taken from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Supply {
    /// Whole blocks of an empty subnet.
    pub capacity: u64,
    /// Whole blocks in reservations of type `prefix`.
    pub kept_for_prefixes: u64,
    /// Whole blocks elsewhere.
    pub open: u64,
    /// Addresses for single use that are in no whole block.
    pub loose: u64,
    /// Addresses in reservations of type `prefix` that are in no whole block: nothing can take them.
    pub lost: u64,
}

/// What of a subnet is still there in a situation, counted in blocks.
/// `capacity + short = other + held + broken + free`, and `free` and `short` are never both above 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Blocks {
    /// Whole blocks of an empty subnet.
    pub capacity: u64,
    /// Of these, touched by `used` addresses or not to be had because of reservations.
    pub other: u64,
    /// Wanted by nodes, one for each prefix. Where the pool's `held` is a bound, so is this, and the same one.
    pub held: u64,
    /// Broken up for single addresses, as few as can be: the best case.
    pub broken: u64,
    /// Left in the best case.
    pub free: u64,
    /// Wanted and not there, even in the best case.
    pub short: u64,
    /// To be expected if single addresses lie scattered.
    pub scattered: Scattered,
    /// The single addresses beside them.
    pub singles: Singles,
}

/// Blocks if each single address was put anywhere with equal chance before the prefixes were taken: expected
/// values, `free` and `short` rounded to the worse side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Scattered {
    pub broken: u64,
    pub free: u64,
    pub short: u64,
}

/// Single addresses: of ENIs, of nodes in secondary-IP mode, of others whose place is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Singles {
    /// Wanted.
    pub held: u64,
    /// What is left for more without breaking another block.
    pub free: u64,
    /// Wanted and not there, all blocks outside of reservations broken.
    pub short: u64,
    /// Free addresses that nothing can take: rests of blocks in reservations of type `prefix`.
    pub lost: u64,
}

/// What an address is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// Nobody may have it: AWS keeps it, it is in use, or it is in an `explicit` reservation.
    Gone,
    Prefixes,
    Anything,
}

impl Supply {
    /// The supply of a subnet: exact for what AWS keeps, `used` and `reservations`.
    pub fn of(subnet: &Subnet) -> Supply {
        Supply::with(subnet, &subnet.reservations)
    }

    /// Blocks that would be whole but for `used` addresses.
    pub fn broken_by_used(subnet: &Subnet) -> u64 {
        let alone = Supply::with(subnet, &[]);
        alone.capacity.saturating_sub(alone.open)
    }

    fn with(subnet: &Subnet, reservations: &[Reservation]) -> Supply {
        let of = |kind: ReservationType| {
            let all = reservations.iter().filter(move |r| r.kind == kind);
            all.map(|r| Addresses::of(r.cidr))
        };
        let gone = kept(subnet.cidr).into_iter().chain(subnet.used.iter().copied());
        let gone: Vec<Addresses> = gone.chain(of(ReservationType::Explicit)).collect();
        let prefixes: Vec<Addresses> = of(ReservationType::Prefix).collect();
        let all = Addresses::of(subnet.cidr);
        let mut supply = Supply {
            capacity: (all.count() / SIZE).saturating_sub(EDGES),
            kept_for_prefixes: 0,
            open: 0,
            loose: 0,
            lost: 0,
        };
        // A block is whole exactly if no bound cuts it: AWS takes no prefix out of two reservations.
        for (first, end, what) in stretches(all, &gone, &prefixes) {
            let whole = (end / SIZE).saturating_sub(first.div_ceil(SIZE));
            let rest = end - first - whole * SIZE;
            match what {
                Use::Gone => {}
                Use::Prefixes => {
                    supply.kept_for_prefixes += whole;
                    supply.lost += rest;
                }
                Use::Anything => {
                    supply.open += whole;
                    supply.loose += rest;
                }
            }
        }
        supply
    }

    /// All addresses that the subnet can give, one by one or in blocks.
    pub fn addresses(&self) -> u64 {
        self.loose + SIZE * (self.open + self.kept_for_prefixes) + self.lost
    }

    /// What is left when so many single addresses and so many prefixes are wanted.
    pub fn take(&self, singles: u64, prefixes: u64) -> Blocks {
        // single addresses have the first choice, as an ENI's own comes before its prefixes
        let needed = singles.saturating_sub(self.loose).div_ceil(SIZE);
        let broken = needed.min(self.open);
        let room = self.loose + SIZE * broken;
        let whole = self.kept_for_prefixes + self.open;
        let open = self.untouched(singles);
        Blocks {
            capacity: self.capacity,
            other: self.capacity.saturating_sub(whole),
            held: prefixes,
            broken,
            free: (whole - broken).saturating_sub(prefixes),
            short: prefixes.saturating_sub(whole - broken),
            scattered: Scattered {
                broken: self.open - open,
                free: (self.kept_for_prefixes + open).saturating_sub(prefixes),
                short: prefixes.saturating_sub(self.kept_for_prefixes + open),
            },
            singles: Singles {
                held: singles,
                free: room.saturating_sub(singles),
                short: singles.saturating_sub(room),
                lost: self.lost,
            },
        }
    }

    /// Whole blocks outside of reservations that are to be expected untouched when so many single addresses
    /// are put anywhere, rounded down.
    fn untouched(&self, singles: u64) -> u64 {
        let all = self.loose + SIZE * self.open;
        let Some(left) = all.checked_sub(singles) else { return 0 };
        // C(all - 16, singles) / C(all, singles), factor by factor; counts are below 2^32: exact as floats
        let chance: f64 = (0..SIZE)
            .map(|i| match (left.checked_sub(i), all.checked_sub(i)) {
                (Some(left), Some(all)) if all > 0 => left as f64 / all as f64,
                _ => 0.0,
            })
            .product();
        (self.open as f64 * chance).floor() as u64
    }
}

impl Blocks {
    /// Whether something is wanted that is not there, even if single addresses lie as well as they can.
    pub fn is_short(&self) -> bool {
        self.short > 0 || self.singles.short > 0
    }
}

/// A subnet cut at every bound: first address, the one after the last, what the addresses are for.
pub(super) fn stretches(
    whole: Addresses,
    gone: &[Addresses],
    prefixes: &[Addresses],
) -> Vec<(u64, u64, Use)> {
    let ends = |a: &Addresses| (u64::from(u32::from(a.first)), u64::from(u32::from(a.last)) + 1);
    let (start, end) = ends(&whole);
    // address, and what begins (1) or ends (-1) there: things that are gone, reservations for prefixes
    let mut bounds: Vec<(u64, i64, i64)> = vec![(start, 0, 0), (end, 0, 0)];
    for (first, end) in gone.iter().map(ends) {
        bounds.extend([(first, 1, 0), (end, -1, 0)]);
    }
    for (first, end) in prefixes.iter().map(ends) {
        bounds.extend([(first, 0, 1), (end, 0, -1)]);
    }
    bounds.sort_unstable();
    let (mut gone, mut reserved) = (0, 0);
    let mut stretches: Vec<(u64, u64, Use)> = Vec::new();
    for pair in bounds.windows(2) {
        let [(at, g, r), (next, ..)] = pair else { continue };
        (gone, reserved) = (gone + g, reserved + r);
        if at == next || *at < start || *next > end {
            continue;
        }
        let what = match (gone > 0, reserved > 0) {
            (true, _) => Use::Gone,
            (false, true) => Use::Prefixes,
            (false, false) => Use::Anything,
        };
        stretches.push((*at, *next, what));
    }
    stretches
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subnet(cidr: &str) -> Subnet {
        let text = format!("format = 1\n[[subnet]]\nname = \"s\"\n{cidr}\n");
        crate::plan::parse(&text).plan.expect("a plan").subnets.remove(0)
    }

    #[test]
    fn an_empty_subnet_has_all_blocks_but_two() {
        for (length, blocks) in [(16, 4_094), (22, 62), (24, 14), (26, 2), (27, 0), (28, 0)] {
            let supply = Supply::of(&subnet(&format!("cidr = \"10.0.0.0/{length}\"")));
            let usable = (1 << (32 - length)) - 5;
            assert_eq!((supply.capacity, supply.open), (blocks, blocks), "/{length}");
            assert_eq!(supply.loose, usable - 16 * blocks, "/{length}");
            if length < 28 {
                assert_eq!(supply.loose, 27);
            }
        }
    }

    #[test]
    fn the_27th_single_address_is_free_and_the_28th_breaks_a_block() {
        let supply = Supply::of(&subnet("cidr = \"10.0.0.0/24\""));
        let at = |singles| supply.take(singles, 3);
        assert_eq!((at(27).broken, at(27).free, at(27).singles.free), (0, 11, 0));
        assert_eq!((at(28).broken, at(28).free, at(28).singles.free), (1, 10, 15));
        assert_eq!((at(251).broken, at(251).short, at(251).singles.short), (14, 3, 0));
        assert_eq!((at(252).broken, at(252).short, at(252).singles.short), (14, 3, 1));
    }

    #[test]
    fn used_addresses_break_exactly_their_blocks() {
        let used = "used = [\"10.0.0.17\", \"10.0.0.18\", \"10.0.0.47-10.0.0.48\", \"10.0.0.128/28\"]";
        let supply = Supply::of(&subnet(&format!("cidr = \"10.0.0.0/24\"\n{used}")));
        // blocks 1, 2, 3 and 8 of 1 to 14
        assert_eq!((supply.capacity, supply.open), (14, 10));
        assert_eq!(supply.loose, 27 + 14 + 15 + 15);
    }

    #[test]
    fn reservations_keep_their_addresses() {
        let two = "reservations = [{ cidr = \"10.0.0.128/25\", type = \"prefix\" }, \
                   { cidr = \"10.0.0.64/29\", type = \"explicit\" }]";
        let supply = Supply::of(&subnet(&format!("cidr = \"10.0.0.0/24\"\n{two}")));
        // the last block, 15 addresses of it, is kept for prefixes that cannot be
        assert_eq!((supply.kept_for_prefixes, supply.lost), (7, 15));
        // of blocks 1 to 7 the fourth is half gone
        assert_eq!((supply.open, supply.loose), (6, 12 + 8));
        let blocks = supply.take(20 + 16 * 6 + 1, 7);
        assert_eq!((blocks.other, blocks.broken, blocks.free, blocks.short), (1, 6, 0, 0));
        assert_eq!(blocks.singles.short, 1);
    }

    #[test]
    fn scattered_addresses_break_more_than_packed_ones() {
        let supply = Supply::of(&subnet("cidr = \"10.0.0.0/22\""));
        // (1 - 100/1019) x (1 - 100/1018) x ... for 16 factors is 0.1895
        let blocks = supply.take(100, 20);
        assert_eq!((blocks.broken, blocks.free), (5, 37));
        assert_eq!(blocks.scattered, Scattered { broken: 51, free: 0, short: 9 });
        assert_eq!(supply.take(0, 20).scattered, Scattered { broken: 0, free: 42, short: 0 });
        assert_eq!(supply.take(2_000, 0).scattered.broken, 62);
    }
}
