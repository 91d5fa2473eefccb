//! Why a choice is there, in a sentence with figures.

use super::super::Comes;
use super::pick::{BALANCED, BETTER};
use super::{Choice, Fault};
use crate::engine::burst::Burst;
use crate::plan::scenario::duration;
use crate::text::{addresses, count, thousands};

/// `1,290, 1,410 fewer than now`.
fn beside(value: u64, now: u64) -> String {
    let than = match value.cmp(&now) {
        std::cmp::Ordering::Less => format!("{} fewer than now", thousands(now - value)),
        std::cmp::Ordering::Equal => "as many as now".to_owned(),
        std::cmp::Ordering::Greater => format!("{} more than now", thousands(value - now)),
    };
    format!("{}, {than}", thousands(value))
}

/// Why a choice is there: what it is best in, and what that comes with.
pub fn why(names: &[&'static str], comes: &Comes, now: &Comes, pods: u64) -> String {
    let of_burst = |of: fn(&Burst) -> u64| {
        let value = |comes: &Comes| comes.burst.as_ref().map_or(0, of);
        (value(comes), value(now))
    };
    let (calls, calls_now) = of_burst(|burst| burst.calls);
    let has = |name: &str| names.contains(&name);
    let held = beside(comes.held, now.held);
    let mut parts: Vec<String> = Vec::new();
    if has(BALANCED) {
        parts.push("the middle ground".to_owned());
    }
    if has(BETTER) {
        parts.push("as good as now in everything, and better in something".to_owned());
    }
    if has("fewest-held") {
        parts.push(format!("holds fewest addresses: {held}"));
    }
    if has("fewest-churned") {
        let churned = beside(comes.held_churned, now.held_churned);
        parts.push(format!("holds fewest after churn at the worst: {churned}"));
    }
    if has("most-at-once") || has("shortest-wait") {
        let best = match (has("most-at-once"), has("shortest-wait")) {
            (true, true) => "serves a burst best",
            (true, false) => "starts most of a burst at once",
            _ => "lets the rest of a burst wait least",
        };
        parts.push(format!("{best}: {}", burst(comes, pods)));
    }
    if has("fewest-calls") {
        parts.push(format!("makes fewest EC2 calls an hour: {}", beside(calls, calls_now)));
    }
    if has("cheapest") {
        parts.push(format!("costs least: {}", price(comes, now)));
    }
    if !has("fewest-held") {
        parts.push(format!("holds {held}"));
    }
    if !has("most-at-once") && !has("shortest-wait") && pods > 0 {
        parts.push(burst(comes, pods));
    }
    if !has("cheapest") && comes.cents != now.cents {
        parts.push(price(comes, now));
    }
    parts.join("; ")
}

fn price(comes: &Comes, now: &Comes) -> String {
    let dollars = |cents: u64| cents.saturating_add(50) / 100;
    match (comes.cents.map(dollars), now.cents.map(dollars)) {
        (Some(then), Some(now)) if then < now => {
            format!("${} a month, ${} less than now", thousands(then), thousands(now - then))
        }
        (Some(then), Some(now)) if then > now => {
            format!("${} a month, ${} more than now", thousands(then), thousands(then - now))
        }
        (Some(then), Some(_)) => format!("${} a month, as now", thousands(then)),
        (Some(then), None) => format!("${} a month", thousands(then)),
        (None, _) => "the price is not known".to_owned(),
    }
}

/// What becomes of a burst: `of 60 pods 30 start at once, the rest within 18s`.
fn burst(comes: &Comes, pods: u64) -> String {
    let Some(burst) = comes.burst else { return "no node has a warm pool".to_owned() };
    let of = count(pods, "pod");
    match (burst.pods - burst.at_once, burst.never) {
        (0, _) => format!("a burst of {of} starts at once"),
        (_, 0) => {
            format!(
                "of {of} {} start at once, the rest within {}",
                thousands(burst.at_once),
                duration(burst.millis)
            )
        }
        (_, never) => format!(
            "of {of} {} start at once, {} never: no node has room for them",
            thousands(burst.at_once),
            thousands(never)
        ),
    }
}

/// The place of the plan as it is.
pub fn place(fault: Option<&Fault>, beaten_by: u64, choices: &[Choice], none: bool) -> String {
    if let Some(fault) = fault {
        return format!("the plan as it is would be no choice: {}", fault.why);
    }
    if none {
        return "the plan as it is".to_owned();
    }
    if choices.iter().any(|choice| choice.tried.values.is_empty()) {
        return "the plan as it is is one of them: nothing beats it".to_owned();
    }
    let by: Vec<String> =
        (1..).zip(choices).filter(|(_, c)| c.beats_now).map(|(n, _): (usize, _)| n.to_string()).collect();
    match (beaten_by, by.as_slice()) {
        (0, _) => "nothing beats the plan as it is".to_owned(),
        (n, by) => format!(
            "{} the plan as it is in something, and {} worse in nothing, such as {}",
            if n == 1 {
                "1 choice is better than".to_owned()
            } else {
                format!("{} choices are better than", thousands(n))
            },
            if n == 1 { "is" } else { "are" },
            by.join(", ")
        ),
    }
}

/// How far a plan is from being a choice.
pub fn nearest(fault: &Fault) -> String {
    match (fault.pending, fault.short, fault.lacking) {
        (0, 0, 0) => fault.why.clone(),
        (0, 0, n) => format!("{}; {} more have to be free in all", fault.why, addresses(n)),
        (0, n, _) => format!("{}; {} are missing in all", fault.why, addresses(n)),
        _ => fault.why.clone(),
    }
}
