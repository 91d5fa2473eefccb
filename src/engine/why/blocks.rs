//! How the numbers of blocks came about.

use crate::engine::blocks::{Blocks, Supply};
use crate::engine::outcome::Others;
use crate::plan::Plan;
use crate::text::{addresses, count, thousands};

/// The sentence of a figure of a pool's blocks; `None` if there is no such figure.
pub fn why(plan: &Plan, row: usize, blocks: &Blocks, key: &str) -> Option<String> {
    let subnet = plan.subnets.get(row)?;
    let supply = Supply::of(subnet);
    let whole = supply.kept_for_prefixes + supply.open;
    let prefix_length = subnet.cidr.prefix_len();
    Some(match key {
        "capacity" if blocks.capacity == 0 => {
            format!("0 blocks: a /{prefix_length} has no whole /28 between the addresses that AWS keeps")
        }
        "capacity" => format!(
            "{}: 2^(28 - {prefix_length}) less the first and the last, which hold addresses that AWS keeps",
            count(blocks.capacity, "block")
        ),
        "other" => format!(
            "{} not whole: addresses in used, or reservations, take part of {}",
            are(blocks.other),
            if blocks.other == 1 { "it" } else { "them" }
        ),
        "held" => format!("{} held, one for each prefix of the nodes", count(blocks.held, "block")),
        "broken" => format!(
            "{} broken in the best case: {}; {} fit beside the whole blocks, and each block that breaks has 16",
            count(blocks.broken, "block"),
            singles(plan, row, blocks),
            addresses(supply.loose)
        ),
        "free" | "short" if blocks.short > 0 => format!(
            "{} short: {} wanted for prefixes, {} whole - {} broken for single addresses",
            count(blocks.short, "block"),
            thousands(blocks.held),
            thousands(whole),
            thousands(blocks.broken)
        ),
        "short" => format!("0 blocks short: {} free in the best case", thousands(blocks.free)),
        "free" => format!(
            "{} free in the best case: {} whole - {} held - {} broken for single addresses; {}",
            count(blocks.free, "block"),
            thousands(whole),
            thousands(blocks.held),
            thousands(blocks.broken),
            expected(blocks)
        ),
        "scattered" => expected(blocks),
        "singles" => format!(
            "{} one by one: {}; {} more fit without breaking another block{}",
            addresses(blocks.singles.held),
            singles(plan, row, blocks),
            thousands(blocks.singles.free),
            match blocks.singles.lost {
                0 => String::new(),
                lost => format!("; {} of prefix reservations are in no whole block: lost", addresses(lost)),
            }
        ),
        _ => return None,
    })
}

/// `12 expected if the 40 single addresses lie scattered: then they touch 25 blocks, not 1`.
fn expected(blocks: &Blocks) -> String {
    let left = match blocks.scattered.short {
        0 => format!("{} free", thousands(blocks.scattered.free)),
        short => format!("{} short", thousands(short)),
    };
    format!(
        "{left} to be expected if the {} lie scattered, for then they touch {}",
        if blocks.singles.held == 1 {
            "single address".to_string()
        } else {
            format!("{} single addresses", thousands(blocks.singles.held))
        },
        count(blocks.scattered.broken, "block"),
    )
}

/// `10 of nodes + 3 of others whose place is not known`.
fn singles(plan: &Plan, row: usize, blocks: &Blocks) -> String {
    let others = Others::of(plan, row).unplaced();
    let nodes = format!("{} of nodes", thousands(blocks.singles.held.saturating_sub(others)));
    match others {
        0 => nodes,
        n => format!("{nodes} + {} of others in places unknown", thousands(n)),
    }
}

fn are(n: u64) -> String {
    format!("{} {}", count(n, "block"), if n == 1 { "is" } else { "are" })
}
