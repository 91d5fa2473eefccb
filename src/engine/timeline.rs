//! The life of one node, event by event: it starts, settles empty, and gets pods at once; then pods up to the
//! high water come, and those beyond the first number go again.
//!
//! The node's state machine lives it ([`crate::cni::machine`]), in subnets that give whatever is asked. Pods
//! come and go at a round 10 s after the last event. Which of them stay is drawn, as is where each lands: by
//! the same seed every time, so that the same plan tells the same life.

use fastrand::Rng;

use super::fleet::Group;
use crate::cni::machine::ec2::{Account, Calls, Subnet, SubnetId};
use crate::cni::machine::log::{Event, Low};
use crate::cni::machine::store::{Eni, Role};
use crate::cni::machine::{InitError, Machine, Ms, PodId, Rest, Setup};
use crate::cni::settle::enis;
use crate::cni::{Node, PREFIX, Targets};
use crate::plan::Plan;
use crate::text::{addresses, count, thousands};

/// One event of a node's life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Since the program started.
    pub millis: Ms,
    pub text: String,
}

/// Pods come and go at a round number of seconds.
const ROUND: Ms = 10_000;

/// The one of the many lives that is told.
pub const SEED: u64 = 1;

/// A node with the subnets of its plan to itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alone {
    pub setup: Setup,
    pub account: Account,
    /// Names of the subnets.
    pub subnets: Vec<String>,
}

impl Alone {
    /// A node of one of a group's shapes in one of its subnets.
    pub fn new(plan: &Plan, group: &Group, shape: usize, subnet: usize) -> Alone {
        let plenty = |role_cni| Subnet {
            blocks: Subnet::PLENTY,
            singles: Subnet::PLENTY,
            role_cni,
            ..Subnet::default()
        };
        Alone {
            setup: group.setup(plan, shape, subnet),
            account: Account {
                subnets: plan.subnets.iter().map(|s| plenty(s.role_cni.clone())).collect(),
                calls: Calls::default(),
            },
            subnets: plan.subnets.iter().map(|s| s.name.clone()).collect(),
        }
    }

    /// A fresh node that settles, gets so many pods, and then as many as `high` if these are more.
    pub fn timeline(&self, pods: u32, high: u32) -> Vec<Line> {
        let mut account = self.account.clone();
        let machine = match Machine::start_logged(self.setup.clone(), 0, SEED, &mut account) {
            Ok(machine) => machine,
            Err(why) => return vec![Line { millis: 0, text: gives_up(why).to_string() }],
        };
        let rng = Rng::with_seed(SEED);
        let mut life = Life { alone: self, machine, account, rng, last: 0, lines: Vec::new() };
        life.hear();
        life.rest(None);
        if pods > 0 {
            life.come(pods);
            life.rest(None);
        }
        if high > pods {
            let before = life.machine.view().held;
            life.come(high - pods);
            life.rest(None);
            life.go(pods);
            life.rest(Some(before));
        }
        life.lines
    }
}

struct Life<'a> {
    alone: &'a Alone,
    machine: Machine,
    account: Account,
    rng: Rng,
    /// When something happened last.
    last: Ms,
    lines: Vec<Line>,
}

impl Life<'_> {
    fn say(&mut self, millis: Ms, text: String) {
        // what is tried again and again is said once
        let known = self.lines.last().is_some_and(|line| line.text == text);
        if !known {
            self.lines.push(Line { millis, text });
        }
        self.last = millis;
    }

    /// Tells what the machine has logged, pods that start at one time in one line.
    fn hear(&mut self) {
        let log = self.machine.take_log();
        let started = log.iter().filter(|(_, event)| matches!(event, Event::Served { .. })).count() as u64;
        let mut waiting = self.machine.view().pending + started;
        let mut log = log.into_iter().peekable();
        while let Some((at, event)) = log.next() {
            if !matches!(event, Event::Served { .. }) {
                let subnet = |id: SubnetId| self.alone.subnets.get(id).map_or("", String::as_str);
                let text = words(&event, self.machine.node(), subnet);
                self.say(at, text);
                continue;
            }
            let mut served = 1;
            while log.next_if(|(then, e)| *then == at && matches!(e, Event::Served { .. })).is_some() {
                served += 1;
            }
            waiting -= served;
            let rest = if waiting == 0 { String::new() } else { format!(", {} wait", thousands(waiting)) };
            let start = if served == 1 { "starts" } else { "start" };
            self.say(at, format!("{} {start}{rest}", count(served, "pod")));
        }
    }

    /// Lets time pass until something is due.
    fn pass(&mut self, until: Ms) {
        self.machine.advance(until, &mut self.account);
        self.hear();
    }

    /// The next round time.
    fn soon(&mut self) -> Ms {
        let at = (self.last / ROUND + 1) * ROUND;
        self.pass(at);
        at
    }

    fn come(&mut self, pods: u32) {
        let at = self.soon();
        self.say(at, format!("{} {}", count(pods.into(), "pod"), if pods == 1 { "comes" } else { "come" }));
        self.machine.add(pods);
        self.hear();
    }

    /// Pods go until so many are left, whichever those are.
    fn go(&mut self, left: u32) {
        let at = self.soon();
        let running = self.machine.running().map(|(id, _)| id);
        let mut pods: Vec<PodId> = running.chain(self.machine.pending()).collect();
        self.rng.shuffle(&mut pods);
        let gone = pods.split_off(pods.len().min(usize::try_from(left).unwrap_or(usize::MAX)));
        let go = if gone.len() == 1 { "goes" } else { "go" };
        self.say(at, format!("{} {go}, {} {} left", count(gone.len() as u64, "pod"), left, is_are(left)));
        for pod in gone {
            self.machine.remove(pod, &mut self.account);
        }
        self.hear();
    }

    /// Lets the node come to rest and says what it holds then; after a fall from high water with what it held
    /// before.
    fn rest(&mut self, before: Option<u64>) {
        let start = self.machine.now();
        let mut falls: Vec<Ms> = Vec::new();
        let (mut least, mut most) = (u64::MAX, 0);
        let mut last = self.machine.view();
        let (mut trial, mut account) = (self.machine.clone(), self.account.clone());
        let rest = trial.rest(&mut account, |at, view| {
            if view.assigned != last.assigned {
                falls.clear();
                (least, most) = (u64::MAX, 0);
            } else if view.held < last.held {
                falls.push(at);
            }
            (least, most) = (least.min(view.held), most.max(view.held));
            last = view;
        });
        match rest {
            Rest::Settled { after } => {
                self.pass(start + after);
                if self.trunk_comes()
                    && let Some(at) = self.machine.next()
                {
                    self.pass(at);
                }
                self.settled(before);
            }
            Rest::Never => {
                let second = falls.get(1).or(falls.first()).copied().unwrap_or(start);
                self.pass(second);
                let (first, last) = (falls.first().copied().unwrap_or(0), falls.last().copied().unwrap_or(0));
                let cycles = falls.len().saturating_sub(1).max(1) as u64;
                let text = format!(
                    "never rests: every {} s down to {} and up again to {} held",
                    thousands((last - first) / cycles / 1_000),
                    thousands(least),
                    thousands(most)
                );
                self.say(self.last, text);
            }
        }
    }

    /// Whether a trunk is attached that the program has not found yet.
    fn trunk_comes(&self) -> bool {
        let view = self.machine.view();
        view.enis > view.known_enis + self.alone.setup.unmanaged
    }

    fn settled(&mut self, before: Option<u64>) {
        let view = self.machine.view();
        let held = format!("{} held", thousands(view.held));
        let starving = match view.pending {
            0 => String::new(),
            n => format!(", {} without an address", count(n, "pod")),
        };
        let more = match before.map(|before| (view.held.saturating_sub(before), before)) {
            None => String::new(),
            Some((0, _)) => ", no more than before".to_string(),
            Some((more, _)) => format!(", {} more than before: {}", thousands(more), self.pins()),
        };
        self.say(self.last, format!("settled{starving}: {held}{more}"));
    }

    /// Why a node keeps more ENIs or prefixes than its pods need.
    fn pins(&self) -> String {
        let secondary = self.machine.enis().iter().filter(|eni| eni.role == Role::Secondary);
        let (pinned, bare): (Vec<&Eni>, Vec<&Eni>) = secondary.partition(|eni| eni.pods() > 0);
        let prefixes = |eni: &Eni| eni.cidrs().filter(|(_, c)| c.assigned > 0).count() as u64;
        let by_prefix = self.machine.node().prefix_mode;
        let mut parts = Vec::new();
        if by_prefix {
            let pinned = self.machine.enis().iter().map(prefixes).sum();
            parts.push(format!("pods pin {}", slots(self.machine.node(), pinned)));
        }
        let each = pinned.iter().map(|eni| format!("{} ({})", name(eni.id), count(eni.pods(), "pod")));
        let each: Vec<String> = each.collect();
        if !each.is_empty() {
            let pin = if by_prefix { "and" } else { "pods pin" };
            parts.push(format!("{pin} {}", each.join(", ")));
        }
        if !bare.is_empty() {
            let bare: Vec<String> = bare.iter().map(|eni| name(eni.id)).collect();
            parts.push(format!("the targets keep {}", bare.join(", ")));
        }
        parts.join("; ")
    }
}

fn is_are(n: u32) -> &'static str {
    if n == 1 { "is" } else { "are" }
}

/// ENIs are numbered in the order of their attachment, the node's own first.
fn name(eni: u32) -> String {
    format!("ENI {}", eni + 1)
}

fn gives_up(why: InitError) -> &'static str {
    match why {
        InitError::Families => "gives up: ENABLE_IPv4 and ENABLE_IPv6 must be opposites",
        InitError::Ipv6 => "gives up: IPv6 needs prefix mode, and knows no custom networking",
        InitError::NoPodAddress => "gives up and is started again, for ever: there is no address for any pod",
    }
}

/// `1 prefix`, `29 addresses`.
fn slots(node: &Node, n: u64) -> String {
    match (node.prefix_mode, n) {
        (true, 1) => "1 prefix".to_string(),
        (true, n) => format!("{} prefixes", thousands(n)),
        (false, n) => addresses(n),
    }
}

/// An event in words.
pub fn words<'a>(event: &Event, node: &Node, subnet: impl Fn(SubnetId) -> &'a str) -> String {
    let slots = |n: u64| slots(node, n);
    match *event {
        Event::Filled { low, eni, slots: n } => {
            format!("{}, adds {} to {}", too_low(low), slots(n), name(eni))
        }
        // an ENI that comes full needs no number
        Event::Attached { low, eni, slots: n } if n == node.slots => {
            format!("{}, attaches {}", too_low(low), name(eni))
        }
        Event::Attached { low, eni, slots: n } => {
            format!("{}, attaches {} with {}", too_low(low), name(eni), slots(n))
        }
        Event::Refused { low, subnet: id, asked, free, new_eni } => format!(
            "{}, asks for {}{}: {} refuses, with {} free",
            too_low(low),
            if new_eni { "an ENI with " } else { "" },
            slots(asked),
            subnet(id),
            thousands(free)
        ),
        Event::NoSubnet { low } => format!("{}, and no subnet may take a new ENI", too_low(low)),
        Event::Full { low } => format!("{}, and every ENI is full", too_low(low)),
        Event::BackedOff { until } => format!("nothing grows until {}", seconds(until)),
        Event::Shrunk { free, slots: n } => format!("free {}, gives {} back", thousands(free), slots(n)),
        Event::Detached { eni } => format!("detaches {}, which has no pods", name(eni)),
        Event::Trunk => "finds the trunk ENI".to_string(),
        Event::Served { waited: 0, .. } => "a pod starts".to_string(),
        Event::Served { waited, .. } => format!("a pod starts that waited {}", seconds(waited)),
    }
}

/// `12.5 s`.
pub fn seconds(millis: Ms) -> String {
    format!("{}.{} s", thousands(millis / 1_000), millis % 1_000 / 100)
}

/// What is too low before a decision to grow: `free 3 < 29`.
pub fn too_low(low: Low) -> String {
    let (what, is, wanted) = match low {
        Low::Free { free, wanted } => ("free", free, wanted),
        Low::Total { total, wanted } => ("total", total, wanted),
    };
    // a target of 0 grows when nothing is free
    if wanted == 0 {
        format!("{what} {is}")
    } else {
        format!("{what} {} < {}", thousands(is), thousands(wanted))
    }
}

/// What is too low on a node that has filled some slots and grows.
pub fn low(node: &Node, slots: u64, assigned: u64) -> Low {
    let total = slots * node.per_slot();
    let free = total.saturating_sub(assigned);
    match node.targets {
        Targets::Ips { warm, minimum } if free >= warm => Low::Total { total, wanted: minimum },
        _ => Low::Free { free, wanted: free_wanted(node) },
    }
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
