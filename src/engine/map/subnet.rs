//! All of a subnet, each address at a place that it could have.
//!
//! Where EC2 puts an address is its own choice, and it tells no rule. So this is one placement of many, the same for the
//! same plan: the one that [`super::super::blocks`] calls packed. Single addresses go where no whole /28 is lost, and
//! break whole ones from the lowest on only when nothing else is left; prefixes are in whole blocks, those of
//! reservations first. Others come first, then nodes in file order, so that what is added changes little before it.
//! What is wanted and not there is missing at the last nodes: first of what nobody uses.
//!
//! The counts are the pool's figures: `drawn + missing` of every use, and no more is free than
//! `free + missing - short`.

use super::Use;
use super::drawn::{Filled, Map, Span, Whole};
use super::lots::{Lot, Piece, Series, cut};
use crate::cni::PREFIX;
use crate::engine::blocks::{self, Supply, stretches};
use crate::engine::evaluate::Evaluation;
use crate::engine::hold::{Part, Take};
use crate::engine::outcome::{Others, cloud};
use crate::engine::report::{PoolRow, Situation};
use crate::engine::upgrade;
use crate::ipam::Range;
use crate::plan::{Addresses, Plan, ReservationType};
use crate::text::count;

/// The addresses that come one by one, and those that come as prefixes.
const SINGLES: usize = 0;
const PREFIXES: usize = 1;

impl Evaluation {
    /// A subnet in a situation.
    pub(super) fn subnet(&self, plan: &Plan, s: usize, row: &PoolRow, situation: Situation) -> Map {
        let subnet = &plan.subnets[s];
        let cloud = cloud(plan, s);
        let (mut singles, mut prefixes) = (vec![others(plan, s)], Vec::new());
        for Taker { at, number, part, take } in self.takers(s, situation) {
            let cluster = &plan.clusters[at.0];
            let whose = format!("{}/{}", cluster.name, cluster.node_groups[at.1].name);
            let (own, of_prefixes) = pieces(take, self.own(at, part, take));
            let (number, nodes) = (Some(number), part.nodes);
            let lot = |pieces| Lot { whose: whose.clone(), number, nodes, pieces };
            singles.push(lot(own));
            prefixes.push(lot(of_prefixes));
        }
        let [all_singles, all_prefixes] = [&singles, &prefixes].map(|lots| Series::of(lots.clone()));
        let wanted = all_singles.counts() + all_prefixes.counts();
        let known = Known::of(plan, s);
        let blocks = known.blocks(cloud.name == crate::manager::AWS.name);
        let (asked, blocks_asked) = (all_singles.addresses(), all_prefixes.addresses() / PREFIX);
        let placed = asked.min(blocks.loose + PREFIX * blocks.open);
        let broken = placed.saturating_sub(blocks.loose).div_ceil(PREFIX).min(blocks.open);
        let whole = blocks.kept + blocks.open - broken;
        let singles = Series::of(cut(singles, asked - placed, 1));
        let prefixes = Series::of(cut(prefixes, blocks_asked.saturating_sub(whole), PREFIX));
        let missing = wanted - (singles.counts() + prefixes.counts());
        let spans = known.fill([singles.addresses(), prefixes.addresses()], broken, &blocks);
        let decides = blocks_asked > 0;
        let seen = (cloud.name == crate::manager::AWS.name && row.capacity > 2 * PREFIX).then(|| {
            let scattered = Supply::of(subnet).take(asked, blocks_asked).scattered;
            (row.capacity / PREFIX - 2, scattered.free)
        });
        let mut map = Map::of_spans(Range::of(subnet.cidr.into()), spans, [singles, prefixes]);
        map.missing = missing;
        map.chosen_by = Some(if seen.is_some() { "EC2" } else { cloud.name });
        map.blocks = seen.map(|(all, scattered)| {
            let (free, broken) = map.blocks_in(0, map.last());
            let least = |n: u128| u64::try_from(n).unwrap_or(u64::MAX);
            Whole { all, free: least(free), broken: least(broken), scattered, decides }
        });
        map
    }

    /// Who takes of a subnet, in the order of its figures.
    fn takers(&self, s: usize, situation: Situation) -> Vec<Taker<'_>> {
        let mut takers: Vec<Taker> = Vec::new();
        for (c, outcome) in self.clusters.iter().enumerate() {
            for (g, parts) in outcome.parts.iter().enumerate() {
                let mut number = 1;
                for part in parts {
                    let churn = part.churn.as_ref().filter(|_| situation == Situation::Churned);
                    let takes = churn.map_or(&part.takes, |churn| &churn.takes);
                    for take in takes.iter().filter(|take| take.pool == s) {
                        takers.push(Taker { at: (c, g), number: ("node", number), part, take: *take });
                        number += part.nodes;
                    }
                }
            }
        }
        let of = (situation == Situation::Upgrade).then(|| self.costliest(s)).flatten();
        let Some((c, g)) = of else { return takers };
        let mut number = 1;
        for part in self.clusters[c].surges().get(g).map_or(&[][..], |surge| &surge.parts) {
            for take in part.takes.iter().filter(|take| take.pool == s) {
                // their pods exist once, on the old nodes
                let take = Take { assigned: 0, unused: take.assigned + take.unused, ..*take };
                takers.push(Taker { at: (c, g), number: ("surge node", number), part, take });
                number += part.nodes;
            }
        }
        takers
    }

    /// What the addresses are that a node has for itself in a pool, and how many of each.
    fn own(&self, at: upgrade::At, part: &Part, take: Take) -> Vec<(u64, String)> {
        let Some(cni) = &part.cni else { return vec![(take.primary, "for the node itself".to_string())] };
        let group = self.clusters.get(at.0).and_then(|outcome| outcome.groups.get(at.1));
        let custom = group.filter(|group| group.settings.custom_networking);
        let zone =
            custom.and_then(|group| group.zones.iter().find(|zone| zone.subnets.contains(&part.subnet)));
        let home = zone.and_then(|zone| zone.pods).unwrap_or(part.subnet);
        let mut left = take.primary;
        let mut some = |n: u64, what: String| {
            let n = n.min(left);
            left -= n;
            (n, what)
        };
        let at_home = take.pool == part.subnet;
        let first = some(u64::from(at_home), "own address of its first ENI".to_string());
        let unmanaged = if at_home { cni.node.unmanaged } else { 0 };
        let unmanaged = some(unmanaged, "own address of an ENI that the VPC CNI leaves alone".to_string());
        let trunk =
            some(u64::from(cni.node.trunk && take.pool == home), "own address of its trunk ENI".to_string());
        let further = take.primary - first.0 - unmanaged.0 - trunk.0;
        let what = if further == 1 { "own address" } else { "own addresses" };
        let further = some(further, format!("{what} of {}", count(further, "further ENI")));
        vec![first, unmanaged, trunk, further]
    }
}

/// Nodes that take alike of a subnet.
struct Taker<'a> {
    at: upgrade::At,
    /// What they are called, and the number of the first.
    number: (&'static str, u64),
    part: &'a Part,
    take: Take,
}

/// What others use of a subnet that the plan does not place.
fn others(plan: &Plan, s: usize) -> Lot {
    let subnet = &plan.subnets[s];
    let unplaced = Others::of(plan, s).unplaced();
    let mut left = unplaced;
    let stated = subnet.other.iter().map(|(reason, n)| (u64::from(*n), reason.clone()));
    let mut pieces: Vec<Piece> = Vec::new();
    for (n, reason) in stated {
        let addresses = n.min(left);
        left -= addresses;
        let what = if reason.is_empty() { "not of this plan".to_string() } else { reason };
        pieces.push(Piece { of: Use::Other, addresses, what });
    }
    // one of each control plane
    pieces.push(Piece { of: Use::Other, addresses: left, what: "ENIs of control planes".to_string() });
    pieces.retain(|piece| piece.addresses > 0);
    Lot { whose: "others".to_string(), number: None, nodes: 1, pieces }
}

/// What one node takes: one by one, and as prefixes.
fn pieces(take: Take, own: Vec<(u64, String)>) -> (Vec<Piece>, Vec<Piece>) {
    let piece = |of, addresses, what: &str| Piece { of, addresses, what: what.to_string() };
    let mut singles: Vec<Piece> = own.into_iter().map(|(n, what)| piece(Use::Primary, n, &what)).collect();
    let more = take.singles().saturating_sub(take.primary);
    // beside prefixes only branch ENIs have single addresses, which pods have
    let assigned = take.assigned.min(more);
    let pods = if take.prefixes > 0 { "branch ENIs of its pods" } else { "its pods" };
    singles.push(piece(Use::Assigned, assigned, pods));
    singles.push(piece(Use::Unused, more - assigned, "held for its next pods"));
    let unused = take.unused.saturating_sub(more - assigned);
    let mut prefixes = vec![
        piece(Use::Assigned, take.assigned - assigned, "pods, in its prefixes"),
        piece(Use::Unused, unused, "rest of its prefixes"),
    ];
    singles.retain(|piece| piece.addresses > 0);
    prefixes.retain(|piece| piece.addresses > 0);
    (singles, prefixes)
}

/// The addresses of a subnet of which the plan says what they are, each once: what the cloud keeps is never anything
/// else, and what is reserved by name is so whoever lists it, too.
pub(super) fn known(plan: &Plan, s: usize) -> Vec<(Addresses, Use, &'static str)> {
    let subnet = &plan.subnets[s];
    let four = |range: Range| match (range.first, range.last) {
        (std::net::IpAddr::V4(first), std::net::IpAddr::V4(last)) => Some(Addresses { first, last }),
        _ => None,
    };
    let kept: Vec<Addresses> = cloud(plan, s).keeps(subnet.cidr).into_iter().filter_map(four).collect();
    let explicit = subnet.reservations.iter().filter(|r| r.kind == ReservationType::Explicit);
    let explicit: Vec<Addresses> = explicit.map(|r| Addresses::of(r.cidr)).collect();
    let layers = [
        (Use::Reserved, "kept by the cloud", &kept),
        (Use::Other, "an explicit reservation", &explicit),
        (Use::Other, "listed in used", &subnet.used),
    ];
    let mut known = Vec::new();
    let mut gone: Vec<Addresses> = Vec::new();
    let address = |n: u64| u32::try_from(n).unwrap_or(u32::MAX).into();
    for (of, who, all) in layers {
        for layer in all {
            // what is not taken by a layer above
            for (from, end, what) in stretches(*layer, &gone, &[]) {
                if what != blocks::Use::Gone {
                    known.push((Addresses { first: address(from), last: address(end - 1) }, of, who));
                }
            }
        }
        gone.extend(all);
    }
    known
}

/// What is known of where a subnet's addresses are, and what is open.
struct Known {
    spans: Vec<Span>,
    /// From one address to before another, and what they are for.
    open: Vec<(u64, u64, blocks::Use)>,
}

/// What can be had of a subnet.
struct Blocks {
    aligned: bool,
    loose: u64,
    open: u64,
    kept: u64,
}

impl Known {
    fn of(plan: &Plan, s: usize) -> Known {
        let subnet = &plan.subnets[s];
        let whole = Addresses::of(subnet.cidr);
        let base = u64::from(u32::from(whole.first));
        let known = known(plan, s);
        let span = |(at, of, who): &(Addresses, Use, &str)| {
            let [from, to] = [at.first, at.last].map(|a| u128::from(u64::from(u32::from(a)) - base));
            Span { from, to, filled: Filled::With(*of, (*who).to_string()) }
        };
        let spans = known.iter().map(span).collect();
        let gone: Vec<Addresses> = known.into_iter().map(|(at, ..)| at).collect();
        let prefixes = subnet.reservations.iter().filter(|r| r.kind == ReservationType::Prefix);
        let prefixes: Vec<Addresses> = prefixes.map(|r| Addresses::of(r.cidr)).collect();
        let open = stretches(whole, &gone, &prefixes).into_iter();
        let open = open.filter(|(.., what)| *what != blocks::Use::Gone);
        Known { spans, open: open.map(|(from, end, what)| (from - base, end - base, what)).collect() }
    }

    /// What whole blocks there are; where blocks are nothing, all is loose.
    fn blocks(&self, aligned: bool) -> Blocks {
        let mut blocks = Blocks { aligned, loose: 0, open: 0, kept: 0 };
        for &(from, end, what) in &self.open {
            let (first, last) = blocks.whole(from, end);
            let whole = (last - first) / PREFIX;
            if what == blocks::Use::Prefixes {
                blocks.kept += whole;
            } else {
                blocks.open += whole;
                blocks.loose += end - from - whole * PREFIX;
            }
        }
        blocks
    }

    /// Everything in spans: so many single addresses and so many of prefixes placed, so many whole blocks broken.
    fn fill(self, addresses: [u64; 2], mut broken: u64, blocks: &Blocks) -> Vec<Span> {
        let (mut rests, mut opened, mut kept, mut open, mut lost) = (vec![], vec![], vec![], vec![], vec![]);
        for &(from, end, what) in &self.open {
            let (first, last) = blocks.whole(from, end);
            let reserved = what == blocks::Use::Prefixes;
            let at = if reserved { last } else { first + PREFIX * broken.min((last - first) / PREFIX) };
            if reserved {
                kept.push((first, last));
                lost.extend([(from, first), (last, end)]);
            } else {
                broken -= (at - first) / PREFIX;
                rests.extend([(from, first), (last, end)]);
                opened.push((first, at));
                open.push((at, last));
            }
        }
        let [singles, prefixes] = addresses;
        let mut spans = self.spans;
        let mut fill = |places: [(Vec<(u64, u64)>, &str); 2], which: usize, mut left: u64| {
            let mut push = |from: u64, end: u64, filled: Filled| {
                if from < end {
                    spans.push(Span { from: from.into(), to: u128::from(end) - 1, filled });
                }
            };
            let mut taken: Vec<(u64, u64)> = Vec::new();
            for (places, free) in places {
                for (from, end) in places {
                    let here = (end - from).min(left);
                    left -= here;
                    taken.push((from, from + here));
                    push(from + here, end, Filled::With(Use::Free, free.to_string()));
                }
            }
            // which are taken is decided: whose each is goes by their order
            taken.sort_unstable();
            let mut next = 0;
            for (from, end) in taken {
                push(from, end, Filled::From(which, next));
                next += end - from;
            }
        };
        let free = if blocks.aligned { "free, in no whole /28" } else { "free" };
        fill([(rests, free), (opened, "free, in a broken /28")], SINGLES, singles);
        fill([(kept, "reserved for prefixes"), (open, "free, in whole /28 blocks")], PREFIXES, prefixes);
        fill([(lost, "reserved for prefixes, but in no whole /28: of no use"), (vec![], "")], SINGLES, 0);
        spans
    }
}

impl Blocks {
    /// The whole blocks between two bounds, from the first to the end of the last.
    fn whole(&self, from: u64, end: u64) -> (u64, u64) {
        let (first, last) = (from.div_ceil(PREFIX) * PREFIX, end / PREFIX * PREFIX);
        if self.aligned && first < last { (first, last) } else { (end, end) }
    }
}
