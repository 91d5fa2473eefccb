//! The life of one node, decision by decision: it starts, settles empty, and then gets pods at once.
//!
//! Filling a node is not random, so the closed form of [`crate::cni::settle()`] says it exactly: one decision
//! as the program starts, then one every 5 s from 2.5 s on (`pkg/ipamd/ipamd.go`, `nodeInit`,
//! `StartNodeIPPoolManager`), each filling one ENI further. Pods that wait try again every second, so that
//! whatever is free has its pod by the next decision.

use crate::cni::settle::{Range, enis, step};
use crate::cni::{Node, PREFIX, Settled, Targets, settle};
use crate::text::{addresses, count, thousands};

/// One event of a node's life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Since the program started.
    pub millis: u64,
    pub text: String,
}

/// The first decision of the loop, and from one to the next.
const FIRST: u64 = 2_500;
const LOOP: u64 = 5_000;

/// Pods come at a round number of seconds after the node has settled.
const ROUND: u64 = 10_000;

/// A fresh node that settles and then gets so many pods at once, in a subnet that gives what is asked.
pub fn timeline(node: &Node, pods: u64) -> Vec<Line> {
    let mut life = Life { node, slots: 0, running: 0, lines: Vec::new() };
    // start-up itself takes one decision
    if life.decide(0, 0) {
        life.grow(FIRST, 0);
    }
    life.rest(&settle(node, 0));
    if pods > 0 {
        let come = (life.last() / ROUND + 1) * ROUND;
        life.say(come, format!("{} {}", count(pods, "pod"), if pods == 1 { "comes" } else { "come" }));
        life.serve(come, pods);
        life.grow(next_decision(come), pods);
        life.rest(&settle(node, pods));
    }
    life.lines
}

fn next_decision(after: u64) -> u64 {
    FIRST + after.saturating_sub(FIRST).div_ceil(LOOP) * LOOP
}

struct Life<'a> {
    node: &'a Node,
    slots: u64,
    /// Pods that have an address.
    running: u64,
    lines: Vec<Line>,
}

impl Life<'_> {
    fn say(&mut self, millis: u64, text: String) {
        self.lines.push(Line { millis, text });
    }

    /// One decision; whether it adds anything.
    fn decide(&mut self, millis: u64, pods: u64) -> bool {
        let was = self.slots;
        let Ok(more) = step(self.node, was, self.running) else { return false };
        self.slots += more;
        let low = low(self.node, was, self.running);
        self.say(millis, format!("{low}: {}", added(self.node, was, self.slots)));
        self.serve(millis, pods);
        true
    }

    /// When something happened last.
    fn last(&self) -> u64 {
        self.lines.last().map_or(0, |line| line.millis)
    }

    /// Decides until nothing is added any more.
    fn grow(&mut self, from: u64, pods: u64) {
        let mut at = from;
        while self.decide(at, pods) {
            at += LOOP;
        }
    }

    fn held(&self) -> String {
        let held = enis(self.node, self.slots) + self.slots * self.node.per_slot();
        format!("{} held", thousands(held))
    }

    /// Pods that wait get what is free.
    fn serve(&mut self, millis: u64, pods: u64) {
        let total = self.slots * self.node.per_slot();
        let more = pods.min(total) - self.running;
        if more > 0 {
            self.running += more;
            let left = pods - self.running;
            let rest = if left == 0 { String::new() } else { format!(", {} wait", thousands(left)) };
            let start = if more == 1 { "starts" } else { "start" };
            self.say(millis, format!("{} {start}{rest}", count(more, "pod")));
        }
    }

    /// What it comes to rest at, as of its last change.
    fn rest(&mut self, settled: &Settled) {
        let (at, held) = (self.last(), self.held());
        let end = |slots: u64, enis: u64| thousands(slots * self.node.per_slot() + enis);
        let text = match (settled.range, settled.starved()) {
            (Range::Oscillates { slots, enis }, _) => {
                format!("never rests: goes down to {} and up again to {held}", end(slots, enis))
            }
            (_, n) if n > 0 => format!("settled, {} without an address: {held}", count(n, "pod")),
            (Range::Random { slots, enis }, _) => {
                format!("settled: up to {} as pods land on any prefix, at least {held}", end(slots, enis))
            }
            (Range::Exact, _) => format!("settled: {held}"),
        };
        self.say(at, text);
    }
}

/// What is too low before a decision to grow: `free 3 < 29`.
pub fn low(node: &Node, slots: u64, assigned: u64) -> String {
    let total = slots * node.per_slot();
    let free = total.saturating_sub(assigned);
    let (is, wanted) = match node.targets {
        Targets::Ips { warm, minimum } if free >= warm => (format!("total {}", thousands(total)), minimum),
        _ => (format!("free {}", thousands(free)), free_wanted(node)),
    };
    // a target of 0 grows when nothing is free
    if wanted == 0 { is } else { format!("{is} < {}", thousands(wanted)) }
}

/// Free addresses below which the program grows the pool.
pub fn free_wanted(node: &Node) -> u64 {
    match node.targets {
        Targets::Ips { warm, .. } => warm,
        Targets::Prefixes { warm } => warm.saturating_mul(PREFIX),
        Targets::Enis { warm } => warm.saturating_mul(node.slots),
    }
}

/// What growing from some slots to more adds: `ENI 3 is attached`, `prefix 4 is added`, `1 address is added`.
pub fn added(node: &Node, was: u64, is: u64) -> String {
    let more = is - was;
    let slots = match node.prefix_mode {
        true if more == 1 => format!("prefix {} is added", thousands(is)),
        true => format!("prefixes {} to {} are added", thousands(was + 1), thousands(is)),
        false if more == 1 => "1 address is added".to_string(),
        false => format!("{} are added", addresses(more)),
    };
    let (first, last) = (enis(node, was) + 1, enis(node, is));
    let attached = match last.checked_sub(first) {
        None => return slots,
        Some(0) => format!("ENI {last} is attached"),
        Some(_) => format!("ENIs {first} to {last} are attached"),
    };
    // whole ENIs bring all of their addresses
    match node.targets {
        Targets::Enis { .. } => attached,
        _ => format!("{attached}, {slots}"),
    }
}
