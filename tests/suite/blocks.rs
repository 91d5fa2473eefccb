//! The supply of /28 blocks against a bitmap of the subnet, and what the report says of it.

use ipnet::Ipv4Net;
use podroom::engine::blocks::{Blocks, Scattered, Singles, Supply};
use podroom::engine::{Pointer, Verdict, evaluate};
use podroom::instance::Tables;
use podroom::output::{Asked, Format, Paper, print};
use podroom::plan::{Addresses, Reservation, ReservationType, Subnet};
use proptest::prelude::*;

use crate::desk::Desk;
use crate::facts::{evaluated, plan};
use crate::naive;

/// What a single address of the bitmap is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bit {
    Gone,
    /// Kept by the reservation with this index: AWS takes no prefix out of two.
    Prefixes(usize),
    Anything,
}

/// The subnet, address by address.
fn bitmap(subnet: &Subnet) -> Vec<Bit> {
    let hosts: Vec<u32> = subnet.cidr.hosts().map(u32::from).collect();
    let (first, last) = (u32::from(subnet.cidr.network()), u32::from(subnet.cidr.broadcast()));
    assert!(hosts.len() + 2 == (last - first) as usize + 1);
    let within = |a: &Addresses, at: u32| u32::from(a.first) <= at && at <= u32::from(a.last);
    (first..=last)
        .map(|at| {
            let reserved = |kind| {
                let holds =
                    |r: &Reservation| r.kind == kind && r.cidr.contains(&std::net::Ipv4Addr::from(at));
                subnet.reservations.iter().position(holds)
            };
            let taken = at < first + 4 || at == last || subnet.used.iter().any(|u| within(u, at));
            if taken || reserved(ReservationType::Explicit).is_some() {
                Bit::Gone
            } else if let Some(reservation) = reserved(ReservationType::Prefix) {
                Bit::Prefixes(reservation)
            } else {
                Bit::Anything
            }
        })
        .collect()
}

/// Puts single addresses and prefixes into the bitmap one by one, as well as can be.
fn packed(bits: &[Bit], singles: u64, prefixes: u64) -> Blocks {
    let mut blocks: Vec<Vec<Bit>> = bits.chunks(16).map(<[Bit]>::to_vec).collect();
    let all = |block: &[Bit], bit| block.len() == 16 && block.iter().all(|b| *b == bit);
    let is_kept = |bit: &Bit| matches!(bit, Bit::Prefixes(_));
    let kept = |block: &[Bit]| is_kept(&block[0]) && all(block, block[0]);
    let capacity = (blocks.len() as u64).saturating_sub(2);
    let whole =
        |blocks: &[Vec<Bit>]| blocks.iter().filter(|b| all(b, Bit::Anything) || kept(b)).count() as u64;
    let before = whole(&blocks);
    let lost = blocks.iter().filter(|b| !kept(b));
    let lost = lost.flatten().filter(|b| is_kept(b)).count() as u64;
    let (mut broken, mut missing) = (vec![false; blocks.len()], 0);
    for _ in 0..singles {
        let loose = (0..blocks.len())
            .find(|&b| !all(&blocks[b], Bit::Anything) && blocks[b].contains(&Bit::Anything));
        let Some(b) = loose.or((0..blocks.len()).find(|&b| all(&blocks[b], Bit::Anything))) else {
            missing += 1;
            continue;
        };
        broken[b] |= all(&blocks[b], Bit::Anything);
        let at = blocks[b].iter().position(|bit| *bit == Bit::Anything).unwrap();
        blocks[b][at] = Bit::Gone;
    }
    let rest = blocks.iter().filter(|b| !all(b, Bit::Anything));
    let rest = rest.flatten().filter(|b| **b == Bit::Anything).count() as u64;
    let mut short = 0;
    for _ in 0..prefixes {
        let reserved = (0..blocks.len()).find(|&b| kept(&blocks[b]));
        match reserved.or((0..blocks.len()).find(|&b| all(&blocks[b], Bit::Anything))) {
            Some(b) => blocks[b].fill(Bit::Gone),
            None => short += 1,
        }
    }
    Blocks {
        capacity,
        other: capacity - before,
        held: prefixes,
        broken: broken.iter().filter(|b| **b).count() as u64,
        free: whole(&blocks),
        short,
        scattered: Scattered { broken: 0, free: 0, short: 0 },
        singles: Singles { held: singles, free: rest, short: missing, lost },
    }
}

/// The expected number of untouched blocks outside of reservations, address by address: each one that is put
/// misses a block with the chance that it takes one of the other addresses that are left.
fn untouched(bits: &[Bit], singles: u64) -> f64 {
    let open = bits.chunks(16).filter(|b| b.len() == 16 && b.iter().all(|b| *b == Bit::Anything)).count();
    let all = bits.iter().filter(|b| **b == Bit::Anything).count() as f64;
    let misses = (0..singles).map(|taken| ((all - 16.0 - taken as f64) / (all - taken as f64)).max(0.0));
    if singles as f64 > all { 0.0 } else { open as f64 * misses.product::<f64>() }
}

prop_compose! {
    /// A subnet of /24 to /28 with some addresses in use and some reservations.
    fn subnet()(
        length in 24..=28u8,
        used in prop::collection::btree_set(4..255u32, 0..12),
        runs in 0..3u32,
        reservations in prop::collection::vec((0..256u32, 24..=32u8, any::<bool>()), 0..4),
    ) -> Subnet {
        let cidr = Ipv4Net::new([10, 0, 0, 0].into(), length).unwrap();
        let base = u32::from(cidr.network());
        let size = 1u32 << (32 - length);
        // neighbours as one range, now and then
        let mut taken: Vec<Addresses> = Vec::new();
        for at in used.into_iter().filter(|at| *at < size - 1) {
            let address = std::net::Ipv4Addr::from(base + at);
            match taken.last_mut() {
                Some(last) if runs > 0 && u32::from(last.last) + 1 == base + at => last.last = address,
                _ => taken.push(Addresses { first: address, last: address }),
            }
        }
        let mut kept: Vec<Reservation> = Vec::new();
        for (at, length, prefix) in reservations {
            let part = Ipv4Net::new((base + at).into(), length).unwrap().trunc();
            let meets = |r: &Reservation| r.cidr.contains(&part) || part.contains(&r.cidr);
            if cidr.contains(&part) && !kept.iter().any(meets) {
                let kind = if prefix { ReservationType::Prefix } else { ReservationType::Explicit };
                kept.push(Reservation { cidr: part, kind });
            }
        }
        kept.sort_by_key(|r| r.cidr);
        Subnet {
            name: "s".into(),
            cidr,
            zone: None,
            other: Vec::new(),
            used: taken,
            reservations: kept,
            id: None,
            role_cni: None,
            elb: false,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]
    #[test]
    fn blocks_are_those_of_a_bitmap(subnet in subnet(), singles in 0..300u64, prefixes in 0..20u64) {
        let bits = bitmap(&subnet);
        let blocks = Supply::of(&subnet).take(singles, prefixes);
        let naive = packed(&bits, singles, prefixes);
        prop_assert_eq!(Blocks { scattered: naive.scattered, ..blocks }, naive);

        let sum = |b: &Blocks| (b.capacity + b.short, b.other + b.held + b.broken + b.free);
        prop_assert_eq!(sum(&blocks).0, sum(&blocks).1);
        prop_assert!(blocks.free == 0 || blocks.short == 0);

        let open = bits.chunks(16).filter(|b| b.len() == 16 && b.iter().all(|b| *b == Bit::Anything));
        let (open, expected) = (open.count() as u64, untouched(&bits, singles));
        let left = open - blocks.scattered.broken;
        prop_assert!(left as f64 <= expected + 1e-6 && expected - 1e-6 < left as f64 + 1.0, "{left} {expected}");
        prop_assert!(blocks.scattered.broken >= blocks.broken.min(open));
        prop_assert!(blocks.scattered.free <= blocks.free && blocks.scattered.short >= blocks.short);
    }

    /// What is free in blocks and one by one is what is free at all.
    #[test]
    fn blocks_and_single_addresses_add_up_to_the_pool(
        plan in naive::plan(),
        used in prop::collection::btree_set(4..1_000u32, 0..40),
        reserved in prop::option::of((0..4u8, any::<bool>())),
    ) {
        let mut plan = plan;
        for subnet in &mut plan.subnets {
            let base = u32::from(subnet.cidr.network());
            let address = |at: &u32| std::net::Ipv4Addr::from(base + at);
            subnet.used = used.iter().map(|at| Addresses { first: address(at), last: address(at) }).collect();
            subnet.reservations = reserved.iter().map(|(quarter, prefix)| Reservation {
                cidr: subnet.cidr.subnets(24).unwrap().nth((*quarter).into()).unwrap(),
                kind: if *prefix { ReservationType::Prefix } else { ReservationType::Explicit },
            }).collect();
        }
        let Ok(evaluation) = evaluate(&plan, &Tables::default()) else { return Ok(()) };
        let report = &evaluation.report;
        for (s, pool) in report.pools.iter().enumerate() {
            let now = &pool.settled;
            prop_assert_eq!(pool.usable + now.short, pool.other + now.held + now.free);
            let Some(blocks) = &now.blocks else { continue };
            let signed = |free: u64, short: u64| i128::from(free) - i128::from(short);
            let apart = 16 * signed(blocks.free, blocks.short)
                + signed(blocks.singles.free, blocks.singles.short)
                + i128::from(blocks.singles.lost);
            prop_assert_eq!(apart, signed(now.free, now.short));
            prop_assert!(!now.is_short() || report.verdict <= Verdict::Short);
            for key in ["capacity", "other", "held", "broken", "free", "short", "scattered", "singles"] {
                let key = ["blocks", key].join(".");
                let sentence = evaluation.why(&plan, &Pointer::Pool(s, Box::leak(key.into_boxed_str())));
                prop_assert!(!sentence.is_empty());
            }
        }
    }
}

const PREFIXES: &str = r#"
format = 1
[[subnet]]
name = "a"
cidr = "10.68.0.0/22"
other = { "alb public" = 8 }
used = ["10.68.0.17", "10.68.0.32/28", "10.68.0.64-10.68.0.70"]
[[subnet]]
name = "b"
cidr = "10.68.4.0/24"
[[cluster]]
name = "c"
control_plane_subnets = ["a"]
env = { ENABLE_PREFIX_DELEGATION = true }
[[cluster.node_group]]
name = "g"
instance_type = "m5.large"
nodes = 10
pods = 20
subnets = ["a"]
"#;

#[test]
fn blocks_stand_in_the_report_where_nodes_take_prefixes() {
    let report = evaluated(PREFIXES).report;
    let json = serde_json::to_value(&report.pools).unwrap();
    // 24 listed are more than the 9 stated; blocks 1, 2 and 4 hold them; each node takes an ENI and 3 prefixes
    assert_eq!(json[0]["other"], 24);
    assert_eq!(
        json[0]["settled"]["blocks"],
        serde_json::json!({
            "capacity": 62, "other": 3, "held": 30, "broken": 0, "free": 29, "short": 0,
            "scattered": {"broken": 9, "free": 20, "short": 0},
            "singles": {"held": 10, "free": 41, "short": 0, "lost": 0},
        })
    );
    assert_eq!(json[1]["settled"].get("blocks"), None);
    let paper = Paper::default();
    let asked = |format| Asked { format, part: None, situation: None, sheet: None };
    let text = |format| print(&report, "", asked(format), paper).unwrap();
    assert!(text(Format::Table).contains("/28 held  /28 free  /28 short"), "{}", text(Format::Table));
    assert!(text(Format::Markdown).contains("| 30 | 20..29 | 0 |"), "{}", text(Format::Markdown));
    assert!(!text(Format::Csv).contains("28 "));
    let plain = evaluated(&PREFIXES.replace("_DELEGATION = true", "_DELEGATION = false")).report;
    assert!(!print(&plain, "", asked(Format::Table), paper).unwrap().contains("/28 "));
}

#[test]
fn a_screen_with_prefixes_shows_blocks() {
    let mut desk = Desk::file("plan.toml", PREFIXES);
    let screen = desk.size(200, 50).screen();
    assert!(screen.contains("/28 free") && screen.contains("20..29"), "{screen}");
    let mut plain = Desk::preset("eks-1200-pods");
    assert!(!plain.size(200, 50).screen().contains("/28 free"));
}

/// Of a /22 with three blocks broken 59 are whole: 19 nodes take 57, and one more finds addresses and no block.
#[test]
fn a_surge_node_may_find_addresses_and_no_block() {
    let evaluation = evaluated(&PREFIXES.replace("nodes = 10", "nodes = 19\nsurge = 1"));
    let upgrade = &evaluation.report.pools[0].upgrade;
    assert_eq!((upgrade.blocks.unwrap().short, upgrade.short), (1, 0));
    assert_eq!(evaluation.report.verdict, Verdict::AtRisk);
    let found = evaluation.report.findings.iter().find(|f| f.code == "upgrade-short").expect("a finding");
    assert!(
        found.message.contains("short by 1 whole /28 block: of its 1 surge node 1 comes up"),
        "{}",
        found.message
    );
    let verdict = evaluation.why(&plan(PREFIXES), &Pointer::Verdict);
    assert!(verdict.ends_with("is short by 1 whole /28 block"), "{verdict}");
}

#[test]
fn a_plan_without_blocks_for_its_prefixes_is_short() {
    let short = PREFIXES.replace("10.68.0.0/22", "10.68.0.0/23").replace("nodes = 10", "nodes = 9\n");
    let evaluation = evaluated(&short);
    let pool = &evaluation.report.pools[0].settled;
    // 30 blocks of a /23 less the 3 with used addresses, and 27 prefixes: it just fits
    let upgrade = &evaluation.report.pools[0].upgrade;
    assert_eq!((pool.blocks.unwrap().free, pool.short, pool.is_short()), (0, 0, false));
    let upgrade = upgrade.blocks.unwrap();
    assert_eq!((upgrade.short, evaluation.report.verdict), (6, Verdict::AtRisk), "of the 2 surge nodes");
    // one address in another block
    let evaluation = evaluated(&short.replace("used = [", "used = [\"10.68.0.99\", "));
    let pool = &evaluation.report.pools[0].settled;
    let blocks = pool.blocks.unwrap();
    assert_eq!((blocks.other, blocks.short, pool.free, pool.short), (4, 1, 507 - 25 - 27 * 16 - 9, 0));
    assert_eq!(evaluation.report.verdict, Verdict::Short);
    let first = evaluation.report.first_to_run_out().unwrap();
    assert!(
        first.starts_with("a has 26 of the 27 whole /28 blocks that its nodes' prefixes take"),
        "{first}"
    );
}

#[test]
fn the_documentation_says_what_counts() {
    let page = include_str!("../../docs/plan.md");
    let plans = page.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next());
    let taken = plans.filter(|text| text.contains("[growth]")).collect::<String>();
    let row = &evaluated(&format!("format = 1\n{taken}")).report.pools[0];
    assert_eq!(row.other, 24 + 16);
    assert!(page.contains("(here 24, and not 11 or 35)"));
}

#[test]
fn used_addresses_are_part_of_other_and_explicit_reservations_come_on_top() {
    let other = |from: &str, to: &str| {
        let text = PREFIXES.replace(from, to);
        assert_ne!(text, PREFIXES);
        let (evaluation, plan) = (evaluated(&text), plan(&text));
        (evaluation.report.pools[0].other, evaluation.why(&plan, &Pointer::Pool(0, "other")))
    };
    let used = "used = [\"10.68.0.17\", \"10.68.0.32/28\", \"10.68.0.64-10.68.0.70\"]";
    assert_eq!(other(used, ""), (9, "9 other: 8 alb public + 1 for the control plane of c".to_string()));
    assert_eq!(
        other(used, "used = [\"10.68.0.17\"]"),
        (9, "9 other: 8 alb public + 1 for the control plane of c; the place of 1 is known".to_string())
    );
    assert_eq!(
        other("\"alb public\" = 8", "\"alb public\" = 12"),
        (24, "24 other: 24 listed in used; more than the 13 that other and control planes say".to_string())
    );
    // of a /28 at the subnet's start AWS keeps four; the used ones in it are in it
    let explicit = "reservations = [{ cidr = \"10.68.0.0/27\", type = \"explicit\" }]";
    assert_eq!(
        other("used = [", &format!("{explicit}\nused = [")),
        (23 + 28, "51 other: 23 listed in used + 28 in explicit reservations; more than the 9 that other and control planes say".to_string())
    );
}
