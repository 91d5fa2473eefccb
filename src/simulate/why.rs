//! What nodes were refused, and why pods wait.

use std::cmp::Reverse;
use std::mem::discriminant;

use super::Ms;
use super::fleet::{Fleet, REFUSING};
use super::nodes::Node;
use super::run::{Topic, Worst};
use crate::cni::PREFIX;
use crate::cni::machine::ec2::Subnet;
use crate::cni::machine::log::{Event, Log};
use crate::plan::scenario::duration;
use crate::text::{addresses, shown, thousands};

/// What a node was refused last: the least that it asked for at that time, single addresses and whole blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refusal {
    at: Ms,
    subnet: usize,
    free: u64,
    singles: u64,
    blocks: u64,
    /// It asks again after this.
    until: Option<Ms>,
}

impl Refusal {
    fn asked(&self) -> u64 {
        self.singles + PREFIX * self.blocks
    }
}

/// Why pods on a node wait for an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cause {
    /// A subnet has not a single address.
    Empty(usize),
    /// It has some, and nodes ask for more at once; the least of that, and whether it is of whole /28 blocks.
    Useless(usize, u64, bool),
    /// It has enough by now, and nodes still back off from an earlier refusal; from when, until when.
    BackingOff(usize, Ms, Ms),
    Cooling,
    Full,
    Growing,
    Branch,
}

impl Cause {
    /// The same cause, whatever the figures.
    fn is_like(self, other: Cause) -> bool {
        match (self, other) {
            (Cause::Useless(a, ..), Cause::Useless(b, ..))
            | (Cause::BackingOff(a, ..), Cause::BackingOff(b, ..)) => a == b,
            (a, b) => a == b,
        }
    }
}

impl Fleet<'_> {
    /// A node has told what happened on it.
    pub(super) fn hear(&mut self, n: usize, log: Log) {
        let before = self.nodes[n].refusal;
        self.remember(n, &log);
        for (time, event) in log {
            match event {
                Event::Served { pod, .. } => {
                    let pod = self.nodes[n].by_id.get(pod as usize).copied();
                    if let Some(pod) = pod {
                        self.served(pod, time.max(self.pods[pod].asked));
                    }
                }
                Event::Refused { subnet, asked, free, new_eni, .. } => {
                    self.refused_call(n, subnet, asked, free, new_eni);
                }
                _ => {}
            }
        }
        if let Some(r) = self.nodes[n].refusal.filter(|r| before.is_none_or(|b| b.at < r.at)) {
            self.refused[r.subnet] = Some((self.now, r.free, r.asked(), r.blocks > 0));
        }
    }

    /// Keeps what a node was refused and has not got since.
    pub(super) fn remember(&mut self, n: usize, log: &Log) {
        let node = &mut self.nodes[n];
        let prefixes = node.machine.as_ref().is_some_and(|m| m.node().prefix_mode);
        for (at, event) in log {
            match *event {
                Event::Refused { subnet, asked, free, new_eni, .. } => {
                    let own = u64::from(new_eni);
                    let (singles, blocks) = if prefixes { (own, asked) } else { (own + asked, 0) };
                    let new = Refusal { at: *at, subnet, free, singles, blocks, until: None };
                    let less = |old: &Refusal| old.at == *at && old.asked() <= new.asked();
                    node.refusal = Some(node.refusal.filter(less).unwrap_or(new));
                }
                Event::BackedOff { until } => {
                    if let Some(refusal) = &mut node.refusal {
                        refusal.until = Some(until);
                    }
                }
                Event::Filled { .. } | Event::Attached { .. } => node.refusal = None,
                _ => {}
            }
        }
    }

    /// A call for addresses failed.
    fn refused_call(&mut self, n: usize, subnet: usize, slots: u64, free: u64, new_eni: bool) {
        let prefixes = self.nodes[n].machine.as_ref().is_some_and(|m| m.node().prefix_mode);
        let asked = u64::from(new_eni) + slots * if prefixes { PREFIX } else { 1 };
        self.lacked[subnet] += asked;
        let call = if new_eni { "CreateNetworkInterface" } else { "AssignPrivateIpAddresses" };
        let who = if new_eni { "a new ENI" } else { "an ENI that is there" };
        let text = if prefixes {
            let prefixes = thousands(slots);
            format!("{call}: InsufficientCidrBlocks: /28 prefixes for {who}: {prefixes}, {} free", {
                addresses(free)
            })
        } else {
            let (asked, free) = (thousands(asked), thousands(free));
            format!("{call}: InsufficientFreeAddressesInSubnet: {who} asks for {asked} at once, {free} free")
        };
        self.note(Topic::Subnet, self.world.plan.subnets[subnet].name.clone(), text, 1);
    }

    /// The program of a node could not start: so many of its calls failed.
    pub(super) fn gave_up(&mut self, subnet: usize, calls: u64) {
        self.nothing_from(subnet, 1);
        let free = thousands(self.account.subnets[subnet].free());
        let text = format!(
            "CreateNetworkInterface: InsufficientFreeAddressesInSubnet: aws-node starts and gets no ENI for pods, \
             {free} free"
        );
        self.note(Topic::Subnet, self.world.plan.subnets[subnet].name.clone(), text, calls);
    }

    /// Somebody asked a subnet for so many and got nothing.
    pub(super) fn nothing_from(&mut self, subnet: usize, asked: u64) {
        self.refused[subnet] = Some((self.now, self.account.subnets[subnet].free(), asked, false));
    }

    /// The subnet that refused last, if that was lately: what was then free, and asked.
    fn refusing(&self) -> Option<(usize, u64, u64, bool)> {
        let lately = |(s, r): (usize, &Option<(Ms, u64, u64, bool)>)| {
            r.filter(|(at, ..)| self.now.saturating_sub(*at) <= REFUSING)
                .map(|(at, free, asked, whole)| (at, s, free, asked, whole))
        };
        let all = self.refused.iter().enumerate().filter_map(lately);
        all.max_by_key(|(at, s, ..)| (*at, Reverse(*s)))
            .map(|(_, s, free, asked, whole)| (s, free, asked, whole))
    }

    pub(super) fn look_for_worst(&mut self) {
        let (waiting, unplaced) = (self.books.waiting.iter().flatten().sum::<u64>(), self.unplaced);
        let refuses = self.refusing();
        let rank = (refuses.is_some() && waiting > 0, waiting + unplaced, refuses.is_some());
        if rank <= self.worst_rank {
            return;
        }
        self.worst_rank = rank;
        let mut why = Vec::new();
        let mut useless = None;
        if waiting > 0 {
            let cause = self.cause();
            useless = match cause {
                Cause::Empty(s) | Cause::Useless(s, ..) => Some((s, self.account.subnets[s].free())),
                _ => None,
            };
            why.push(self.sentence(cause));
        }
        if unplaced > 0 {
            why.push("no node has room for more".to_owned());
        }
        if let Some((s, free, asked, whole)) = refuses.filter(|_| waiting + unplaced == 0) {
            useless = Some((s, free));
            why.push(self.sentence(if free == 0 {
                Cause::Empty(s)
            } else {
                Cause::Useless(s, asked, whole)
            }));
        }
        let pools = self.moment().pools;
        self.worst =
            Worst { at: self.since(), waiting, unplaced, refuses: useless, why: why.join("; "), pools };
    }

    /// Why most of the pods on nodes wait for an address.
    fn cause(&self) -> Cause {
        let mut causes: Vec<(Cause, u64)> = Vec::new();
        let mut add = |cause: Cause, pods: u64| {
            if pods == 0 {
                return;
            }
            match causes.iter_mut().find(|(c, _)| c.is_like(cause)) {
                Some((first, count)) => {
                    *count += pods;
                    // the least that is of no use, and whoever asks again first
                    match (first, cause) {
                        (Cause::Useless(_, least, _), Cause::Useless(_, asked, _)) => {
                            *least = asked.min(*least)
                        }
                        (Cause::BackingOff(_, from, to), Cause::BackingOff(_, at, until)) => {
                            (*from, *to) = (at.min(*from), until.min(*to));
                        }
                        _ => {}
                    }
                }
                None => causes.push((cause, pods)),
            }
        };
        for node in &self.nodes {
            let dry = self.account.subnets.get(node.pods_subnet).is_some_and(|s| s.free() == 0);
            let branch = if dry { Cause::Empty(node.pods_subnet) } else { Cause::Branch };
            add(branch, node.branch_waiting.len() as u64);
            add(self.cause_on(node), node.machine.as_ref().map_or(0, crate::cni::machine::Machine::waiting));
        }
        // kinds are weighed with all subnets together, then the subnets of one kind
        let of_kind = |cause: Cause| {
            let like = causes.iter().filter(|(c, _)| discriminant(c) == discriminant(&cause));
            like.map(|(_, pods)| pods).sum::<u64>()
        };
        let first = causes.iter().enumerate();
        let most = first.max_by_key(|(i, (cause, pods))| (of_kind(*cause), *pods, Reverse(*i)));
        most.map_or(Cause::Growing, |(_, (cause, _))| *cause)
    }

    fn cause_on(&self, node: &Node) -> Cause {
        let Some(machine) = node.machine.as_ref().filter(|m| m.waiting() > 0) else { return Cause::Growing };
        if let Some((r, subnet)) = node.refusal.and_then(|r| Some((r, self.account.subnets.get(r.subnet)?))) {
            let subnet: &Subnet = subnet;
            return match (subnet.free(), subnet.has(r.singles, r.blocks), r.until) {
                (0, ..) => Cause::Empty(r.subnet),
                (_, true, Some(until)) if until >= self.now => Cause::BackingOff(r.subnet, r.at, until),
                (_, true, _) => Cause::Growing,
                (_, false, _) => Cause::Useless(r.subnet, r.asked(), r.blocks > 0),
            };
        }
        let full = machine.view().pool >= machine.node().slot_limit() * machine.node().per_slot();
        match (full, machine.cooling() > 0) {
            (_, true) => Cause::Cooling,
            (true, false) => Cause::Full,
            (false, false) => Cause::Growing,
        }
    }

    fn sentence(&self, cause: Cause) -> String {
        let name = |s: usize| shown(&self.world.plan.subnets[s].name);
        let free = |s: usize| addresses(self.account.subnets[s].free());
        let since = |at: Ms| duration(at.saturating_sub(self.origin));
        match cause {
            Cause::Empty(s) => format!("{} is empty", name(s)),
            Cause::Useless(s, asked, true) if asked <= PREFIX + 1 => {
                format!("{} has {} free, useless to a node that asks for a whole /28", name(s), free(s))
            }
            Cause::Useless(s, asked, _) => format!(
                "{} has {} free, useless to a node that asks for {} at once",
                name(s),
                free(s),
                thousands(asked)
            ),
            Cause::BackingOff(s, from, until) => format!(
                "{} has {} free again, but nodes that it refused at {} back off for 120 s and ask again after {}",
                name(s),
                free(s),
                since(from),
                since(until)
            ),
            Cause::Cooling => "addresses of pods that have gone cool down first".into(),
            Cause::Full => {
                "every address slot of their nodes is in use: ENIs and addresses an ENI are at their limit"
                    .into()
            }
            Cause::Growing => "nodes grow their pools step by step, one every 5 s".into(),
            Cause::Branch => "branch ENIs are not there yet".into(),
        }
    }
}
