//! The node's state machine: what holds at every moment of every life, and that the closed forms say what a
//! life comes to.

use std::collections::BTreeMap;

use podroom::cni::machine::ec2::{Account, Subnet};
use podroom::cni::machine::log::{Event, Log, Low};
use podroom::cni::machine::store::Eni;
use podroom::cni::machine::{InitError, Machine, Ms, Rest, Setup, View};
use podroom::cni::node::Shape;
use podroom::cni::pace::{DRY_CALLS_AN_HOUR, TAG_CALLS_AN_HOUR, burst, cycle, may_lack_on_last_eni};
use podroom::cni::settle::Range;
use podroom::cni::settle::step;
use podroom::cni::{Node, PREFIX, Settings, Stop, Trunking, churn, settle};
use podroom::engine::timeline::{Alone, Line, SEED, words};
use podroom::text::thousands;
use proptest::prelude::*;

const SECOND: Ms = 1000;

/// Variables that decide what a pool holds.
pub fn settings() -> impl Strategy<Value = Settings> {
    let targets = prop_oneof![
        (0u64..4).prop_map(|n| vec![("WARM_ENI_TARGET", n.to_string())]),
        (0u64..4).prop_map(|n| vec![("WARM_PREFIX_TARGET", n.to_string())]),
        (0u64..20, 0u64..60, 0u64..3).prop_map(|(warm, minimum, prefixes)| vec![
            ("WARM_IP_TARGET", warm.to_string()),
            ("MINIMUM_IP_TARGET", minimum.to_string()),
            ("WARM_PREFIX_TARGET", prefixes.to_string()),
        ]),
    ];
    let flags = prop::array::uniform4(any::<bool>());
    (targets, flags, prop::option::weighted(0.3, 1u64..16), 0u64..40).prop_map(
        |(targets, [prefixes, custom, discovery, branches], max_eni, cooldown)| {
            let mut env = targets;
            env.extend([
                ("ENABLE_PREFIX_DELEGATION", prefixes.to_string()),
                ("AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG", custom.to_string()),
                ("ENABLE_SUBNET_DISCOVERY", discovery.to_string()),
                ("ENABLE_POD_ENI", branches.to_string()),
                ("IP_COOLDOWN_PERIOD", cooldown.to_string()),
            ]);
            env.extend(max_eni.map(|n| ("MAX_ENI", n.to_string())));
            let env: Vec<(String, String)> = env.into_iter().map(|(n, v)| (n.to_string(), v)).collect();
            Settings::over_manifest(&env)
        },
    )
}

/// Nodes of every shape in subnet 0 of three, their pods with custom networking in subnet 1.
pub fn setup() -> impl Strategy<Value = Setup> {
    let trunking =
        prop_oneof![Just(Trunking::Unable), Just(Trunking::Unlisted), (1u32..20).prop_map(Trunking::Able)];
    (settings(), 1u64..16, 1u64..51, any::<bool>(), trunking, 0u64..15, 0u64..300).prop_map(
        |(settings, enis, ipv4_per_eni, prefixes, trunking, unmanaged, max_pods)| Setup {
            settings,
            shape: Shape { enis, ipv4_per_eni, prefixes, trunking },
            unmanaged: unmanaged.saturating_sub(10).min(enis - 1),
            max_pods,
            subnet: 0,
            pod_subnet: 1,
            zone: vec![0, 1, 2],
        },
    )
}

fn plenty() -> Account {
    let subnet = Subnet { blocks: Subnet::PLENTY, singles: Subnet::PLENTY, ..Subnet::default() };
    Account { subnets: vec![subnet; 3], ..Account::default() }
}

/// What is seen of a node that comes up, settles, gets pods at once, and settles again: how that ended, and
/// what there was in the last ten minutes.
fn life(setup: &Setup, pods: u32, seed: u64) -> Result<(Rest, Vec<View>), InitError> {
    let mut account = plenty();
    let mut machine = Machine::start(setup.clone(), 0, seed, &mut account)?;
    machine.rest(&mut account, |_, _| ());
    machine.add(pods);
    let mut seen = vec![(machine.now(), machine.view())];
    let rest = machine.rest(&mut account, |at, view| seen.push((at, view)));
    let from = seen.iter().rposition(|(at, _)| at + 600 * SECOND <= machine.now()).unwrap_or(0);
    let last = match rest {
        Rest::Settled { .. } => vec![machine.view()],
        Rest::Never => seen.split_off(from).into_iter().map(|(_, view)| view).collect(),
    };
    Ok((rest, last))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// `settle` climbs the staircase without a clock; the machine lives it.
    #[test]
    fn the_closed_form_says_where_the_machine_comes_to_rest(
        setup in setup(), of_256 in 0u64..=264, whole_enis: bool, seed: u64,
    ) {
        let node = Node::new(&setup.settings, setup.shape, setup.unmanaged, setup.max_pods);
        let pods = setup.max_pods * of_256 / 256;
        // where every address has its pod, targets of 0 never settle
        let pods = if whole_enis { pods - pods % (node.slots * node.per_slot()).max(1) } else { pods };
        let settled = settle(&node, pods);
        let Ok((rest, seen)) = life(&setup, u32::try_from(pods).unwrap(), seed) else {
            prop_assert!(setup.settings.custom_networking && settled.pool == 0, "{settled:?}");
            return Ok(());
        };
        let slots = |view: &View| view.singles + view.prefixes;
        let (most, least) = (
            |of: &dyn Fn(&View) -> u64| seen.iter().map(of).max().unwrap(),
            |of: &dyn Fn(&View) -> u64| seen.iter().map(of).min().unwrap(),
        );
        let enis = |view: &View| view.enis;
        let found = (least(&slots), most(&slots), least(&enis), most(&enis));
        match settled.range {
            Range::Exact => {
                prop_assert!(matches!(rest, Rest::Settled { .. }), "{settled:?} {seen:?}");
                let (slots, enis) = (settled.slots, settled.enis);
                prop_assert_eq!(found, (slots, slots, enis, enis), "{:?}", settled);
                prop_assert_eq!(seen[0].held, settled.held());
                prop_assert_eq!(seen[0].pool, settled.pool);
            }
            Range::Oscillates { slots, enis } => {
                prop_assert_eq!(rest, Rest::Never);
                prop_assert_eq!(found, (slots, settled.slots, enis, settled.enis), "{:?}", settled);
            }
            Range::Random { slots, enis } => {
                prop_assert!(matches!(rest, Rest::Settled { .. }), "{settled:?} {seen:?}");
                prop_assert!((settled.slots..=slots).contains(&found.0), "{found:?} {settled:?}");
                prop_assert!((settled.enis..=enis).contains(&found.2), "{found:?} {settled:?}");
            }
        }
        prop_assert!(seen.iter().all(|view| view.assigned == settled.running));
        prop_assert!(seen.iter().all(|view| view.pending == settled.starved()));
    }
}

/// Something that somebody does to one of the nodes.
#[derive(Debug, Clone)]
enum Deed {
    Add(u32),
    /// So many pods go, each the one at this place of all, as a share of them.
    Remove(u32, f64),
    /// All but one in so many go.
    Leave(usize),
    Pass(u64),
    Cordon(bool),
    Restart(Settings),
    /// A subnet gets blocks and singles.
    Give(usize, u64, u64),
}

fn deed() -> impl Strategy<Value = (usize, Deed)> {
    let deed = prop_oneof![
        3 => (1u32..60).prop_map(Deed::Add),
        3 => ((1u32..20), 0.0..1.0).prop_map(|(pods, share)| Deed::Remove(pods, share)),
        1 => (1usize..9).prop_map(Deed::Leave),
        4 => (1u64..200).prop_map(Deed::Pass),
        1 => any::<bool>().prop_map(Deed::Cordon),
        1 => settings().prop_map(Deed::Restart),
        1 => (0usize..3, 0u64..3, 0u64..40).prop_map(|(s, blocks, singles)| Deed::Give(s, blocks, singles)),
    ];
    (0usize..4, deed)
}

/// Subnets with little in them, and tags.
fn account() -> impl Strategy<Value = Account> {
    let tag = prop::option::weighted(0.3, prop_oneof![Just("0".to_string()), Just("1".to_string())]);
    let subnet = (0u64..30, 0u64..200, 0u64..3, tag).prop_map(|(blocks, singles, kept, role_cni)| Subnet {
        blocks,
        singles,
        kept,
        kept_taken: 0,
        role_cni,
    });
    prop::collection::vec(subnet, 3).prop_map(|subnets| Account { subnets, ..Account::default() })
}

/// Nodes that share subnets.
struct World {
    account: Account,
    nodes: Vec<(Setup, Machine)>,
    /// Addresses in the subnets and on the nodes: never more, never less.
    addresses: u64,
    /// Pods that came and did not go.
    pods: Vec<u64>,
}

impl World {
    fn new(mut account: Account, setups: Vec<Setup>, seed: u64) -> World {
        let addresses = account.subnets.iter().map(Subnet::free).sum();
        let mut nodes = Vec::new();
        for (setup, seed) in setups.into_iter().zip(seed..) {
            let own = 1 + setup.unmanaged;
            if !account.subnets[setup.subnet].take(own, 0) {
                continue;
            }
            let before = account.clone();
            match Machine::start(setup.clone(), 0, seed, &mut account) {
                Ok(mut machine) => {
                    machine.keep_log();
                    nodes.push((setup, machine));
                }
                Err(_) => {
                    account = before;
                    account.subnets[setup.subnet].give(own, 0);
                }
            }
        }
        let pods = vec![0; nodes.len()];
        World { account, nodes, addresses, pods }
    }

    /// Lets the nodes live so long, whatever happens first first, and looks after each event.
    fn pass(&mut self, seconds: u64) -> Result<(), TestCaseError> {
        let until = self.nodes.iter().map(|(_, m)| m.now()).max().unwrap_or(0) + seconds * SECOND;
        loop {
            let next = self.nodes.iter().enumerate().filter_map(|(n, (_, m))| Some((m.next()?, n))).min();
            let Some((at, n)) = next.filter(|(at, _)| *at <= until) else { break };
            self.nodes[n].1.advance(at, &mut self.account);
            self.look()?;
        }
        for (_, machine) in &mut self.nodes {
            machine.advance(until, &mut self.account);
        }
        self.look()
    }

    /// Does something; whether all nodes still live.
    fn act(&mut self, n: usize, deed: &Deed) -> Result<bool, TestCaseError> {
        let n = n % self.nodes.len();
        let (_, machine) = &mut self.nodes[n];
        let all = |m: &Machine| m.running().map(|(id, _)| id).chain(m.pending()).collect::<Vec<_>>();
        match deed {
            Deed::Add(pods) => {
                machine.add(*pods);
                self.pods[n] += u64::from(*pods);
            }
            Deed::Remove(pods, share) => {
                for _ in 0..*pods {
                    let pods = all(machine);
                    let Some(pod) = pods.get((pods.len() as f64 * share) as usize) else { break };
                    prop_assert!(machine.remove(*pod, &mut self.account));
                    prop_assert!(!machine.remove(*pod, &mut self.account), "it has gone");
                    self.pods[n] -= 1;
                }
            }
            Deed::Leave(one_in) => {
                for (at, pod) in all(machine).into_iter().enumerate() {
                    if at % one_in > 0 {
                        machine.remove(pod, &mut self.account);
                        self.pods[n] -= 1;
                    }
                }
            }
            Deed::Pass(seconds) => self.pass(*seconds)?,
            Deed::Cordon(cordoned) => machine.cordon(*cordoned),
            Deed::Restart(settings) => {
                return Ok(machine.restart(settings.clone(), &mut self.account).is_ok());
            }
            Deed::Give(subnet, blocks, singles) => {
                self.account.subnets[*subnet].give(*singles, *blocks);
                self.addresses += singles + blocks * PREFIX;
                self.nodes.iter_mut().for_each(|(_, m)| m.wake());
            }
        }
        self.look()?;
        Ok(true)
    }

    /// What holds at every moment.
    fn look(&self) -> Result<(), TestCaseError> {
        let mut held = 0;
        for ((setup, machine), pods) in self.nodes.iter().zip(&self.pods) {
            let view = machine.view();
            held += view.held;
            prop_assert!(view.enis <= setup.shape.enis, "no more ENIs than the type has");
            prop_assert_eq!(view.held, view.enis + view.leaving + view.singles + view.prefixes * PREFIX);
            prop_assert_eq!(view.pending, machine.pending().count() as u64);
            prop_assert_eq!(*pods, machine.running().count() as u64 + view.pending);
            sums_are_those_of_the_addresses(machine)?;
        }
        let free: u64 = self.account.subnets.iter().map(Subnet::free).sum();
        prop_assert_eq!(free + held, self.addresses, "addresses neither come nor go");
        let calls: u64 = self.nodes.iter().map(|(_, m)| m.calls().all()).sum();
        prop_assert!(self.account.calls.all() >= calls);
        Ok(())
    }
}

/// Everything counted anew, address by address.
fn sums_are_those_of_the_addresses(machine: &Machine) -> Result<(), TestCaseError> {
    let mut users: BTreeMap<(u32, u32), u64> = BTreeMap::new();
    for (_, address) in machine.running() {
        let address = address.expect("it has one");
        *users.entry((address.eni, address.cidr)).or_default() += 1;
    }
    let view = machine.view();
    let (mut total, mut assigned, mut cooling) = (0, 0, 0);
    let prefix_mode = machine.node().prefix_mode;
    for eni in machine.enis() {
        let (mut own_total, mut own_assigned, mut idle, mut slots) = (0, 0, 0, 0);
        for (key, cidr) in eni.cidrs() {
            prop_assert!(cidr.assigned + cidr.cooling <= cidr.size, "no address has two users");
            prop_assert_eq!(users.remove(&(eni.id, key)).unwrap_or(0), cidr.assigned);
            slots += 1;
            idle += u64::from(cidr.assigned == 0);
            cooling += cidr.cooling;
            if cidr.is_block() == prefix_mode {
                own_total += cidr.size;
                own_assigned += cidr.assigned;
            }
        }
        prop_assert_eq!(eni.total_and_free(), (own_total, own_total - own_assigned));
        prop_assert_eq!((eni.used(), eni.idle()), (slots, idle));
        prop_assert!(slots <= machine.node().slots, "an ENI holds as much as its type says");
        if !eni.excluded {
            total += own_total;
            assigned += own_assigned;
        }
    }
    prop_assert!(users.is_empty(), "{users:?}: pods without an address of the node");
    prop_assert_eq!((view.pool, view.assigned, view.cooling), (total, assigned, cooling));
    Ok(())
}

/// Pods, and the ENI and address that each has.
type Users = Vec<(u32, Option<(u32, u32)>)>;

/// All that can be seen of a node.
fn seen(machine: &mut Machine) -> (View, Users, u64, Ms, Log) {
    let running = machine.running().map(|(id, a)| (id, a.map(|a| (a.eni, a.cidr)))).collect();
    (machine.view(), running, machine.calls().all(), machine.now(), machine.take_log())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Up to four nodes that share three small subnets, and whatever is done to them.
    #[test]
    fn every_life_keeps_its_books(
        account in account(),
        setups in prop::collection::vec(setup(), 1..5),
        deeds in prop::collection::vec(deed(), 1..25),
        seed in 0u64..1_000,
    ) {
        let mut world = World::new(account, setups, seed);
        if world.nodes.is_empty() {
            return Ok(());
        }
        world.look()?;
        for (n, deed) in &deeds {
            if !world.act(*n, deed)? {
                break;
            }
        }
    }

    #[test]
    fn the_same_seed_is_the_same_life_in_one_go_and_second_by_second(
        account in account(),
        setup in setup(),
        deeds in prop::collection::vec(deed(), 1..15),
        seed: u64,
    ) {
        let start = |seed| World::new(account.clone(), vec![setup.clone()], seed);
        let (mut at_once, mut again, mut slowly) = (start(seed), start(seed), start(seed));
        if at_once.nodes.is_empty() {
            return Ok(());
        }
        for (_, deed) in &deeds {
            if let Deed::Pass(seconds) = deed {
                for world in [&mut at_once, &mut again] {
                    let machine = &mut world.nodes[0].1;
                    machine.advance(machine.now() + seconds * SECOND, &mut world.account);
                }
                for _ in 0..*seconds * 4 {
                    let machine = &mut slowly.nodes[0].1;
                    machine.advance(machine.now() + SECOND / 4, &mut slowly.account);
                }
            } else {
                let lives = [at_once.act(0, deed)?, again.act(0, deed)?, slowly.act(0, deed)?];
                prop_assert!(lives == [true; 3] || lives == [false; 3]);
                if !lives[0] {
                    return Ok(());
                }
            }
            let all = seen(&mut at_once.nodes[0].1);
            prop_assert_eq!(&all, &seen(&mut again.nodes[0].1));
            prop_assert_eq!(&all, &seen(&mut slowly.nodes[0].1));
        }
    }
}

/// The figures of an event.
fn figures(event: &Event) -> Vec<u64> {
    let low = |low: Low| match low {
        Low::Free { free, wanted: 0 } => vec![free],
        Low::Free { free, wanted } => vec![free, wanted],
        Low::Total { total, wanted } => vec![total, wanted],
    };
    match *event {
        Event::Filled { low: l, eni, slots } | Event::Attached { low: l, eni, slots } => {
            let mut all = low(l);
            all.extend(
                [u64::from(eni) + 1]
                    .into_iter()
                    .chain((!matches!(event, Event::Attached { .. })).then_some(slots)),
            );
            all
        }
        Event::Refused { low: l, asked, free, .. } => [low(l), vec![asked, free]].concat(),
        Event::NoSubnet { low: l } | Event::Full { low: l } => low(l),
        Event::BackedOff { until } => vec![until / 1_000],
        Event::Shrunk { free, slots } => vec![free, slots],
        Event::Detached { eni } => vec![u64::from(eni) + 1],
        Event::Trunk | Event::Served { .. } => Vec::new(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// A life is told with the machine's own figures, each at its time, and ends with no more than the worst that
    /// churn makes of it, or than it held before if its two waves of pods took it further beyond max pods.
    #[test]
    fn a_life_is_told_as_it_was(setup in setup(), high_of_256 in 1u32..=256, pods_of_256 in 0u32..=256) {
        let node = Node::new(&setup.settings, setup.shape, setup.unmanaged, setup.max_pods);
        let high = u32::try_from(setup.max_pods).unwrap() * high_of_256 / 256;
        let pods = high * pods_of_256 / 256;
        let subnets = ["own", "pods", "other"].map(String::from).to_vec();
        let alone = Alone { setup: setup.clone(), account: plenty(), subnets };
        let lines = alone.timeline(pods, high);
        prop_assert!(lines.is_sorted_by_key(|line| line.millis));
        let mut account = plenty();
        let Ok(mut machine) = Machine::start_logged(setup, 0, SEED, &mut account) else {
            prop_assert!(lines.len() == 1 && lines[0].text.contains("gives up"));
            return Ok(());
        };
        let starts = |line: &Line| line.text.split(' ').next().and_then(|n| n.parse::<u32>().ok());
        let mut log = Log::new();
        let (mut sum, mut served) = (0, 0);
        for line in &lines {
            if line.text.contains(" left") {
                break;
            }
            machine.advance(line.millis, &mut account);
            if line.text.contains(" come") {
                machine.add(starts(line).expect("so many"));
            } else if line.text.contains(" start") {
                sum += starts(line).expect("so many");
            } else if line.text.starts_with("settled") {
                // an ENI on its way out still counts for 2 s
                let held = machine.view().held;
                let says = format!("{} held", thousands(held));
                prop_assert!(machine.view().leaving > 0 || line.text.ends_with(&says), "{says} {lines:#?}");
            }
            log.extend(machine.take_log());
        }
        for (at, event) in &log {
            if let Event::Served { .. } = event {
                served += 1;
                continue;
            }
            let text = words(event, &node, |_| "");
            let told = lines.iter().any(|line| line.millis <= *at && line.text == text);
            prop_assert!(told, "{at} {text}: {lines:#?}");
            let numbers: Vec<&str> = text.split(|c: char| !c.is_ascii_digit() && c != ',').collect();
            for figure in figures(event) {
                let figure = thousands(figure);
                prop_assert!(numbers.iter().any(|n| n.trim_end_matches(',') == figure), "{figure}: {text}");
            }
        }
        prop_assert_eq!(sum, served, "{:#?}", lines);
        let last = &lines[lines.len() - 1].text;
        if let Some((_, held)) = last.split_once(": ").filter(|_| last.starts_with("settled")) {
            let number = |text: &str| -> u64 {
                text.split(' ').next().expect("a number").replace(',', "").parse().expect("a number")
            };
            let before = lines.iter().rev().skip(1).find_map(|line| line.text.strip_prefix("settled: ")).map(number);
            let overshot = before.filter(|held| *held > settle(&node, high.into()).held());
            let worst = churn(&node, high.into(), pods.into()).held(&node);
            let held = number(held);
            prop_assert!(held <= worst || overshot.is_some_and(|before| held <= before), "{held} > {worst}: {lines:#?}");
        }
    }
}

const HOUR: Ms = 3_600 * SECOND;

/// A settled node with so many pods in subnets that give what is asked.
fn settled_with(setup: &Setup, pods: u32) -> Option<(Machine, Account)> {
    let mut account = plenty();
    let mut machine = Machine::start(setup.clone(), 0, 1, &mut account).ok()?;
    machine.rest(&mut account, |_, _| ());
    machine.add(pods);
    machine.rest(&mut account, |_, _| ());
    Some((machine, account))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_pace_of_a_burst_is_that_of_the_machine(setup in setup(), of_256 in 1u64..=256) {
        let node = Node::new(&setup.settings, setup.shape, setup.unmanaged, setup.max_pods);
        let pods = setup.max_pods * of_256 / 256;
        let random = !matches!((settle(&node, 0).range, settle(&node, pods).range), (Range::Exact, Range::Exact));
        let mut account = plenty();
        let Ok(mut machine) = Machine::start_logged(setup, 0, 1, &mut account) else { return Ok(()) };
        machine.rest(&mut account, |_, _| ());
        machine.advance(machine.now().next_multiple_of(10 * SECOND), &mut account);
        machine.take_log();
        machine.add(u32::try_from(pods).unwrap());
        machine.rest(&mut account, |_, _| ());
        let waits = machine.take_log().into_iter().filter_map(|(_, event)| match event {
            Event::Served { waited, .. } => Some(waited),
            _ => None,
        });
        let waits: Vec<Ms> = waits.collect();
        let all = waits.len() as u64 == pods;
        prop_assert!(random || burst(&node, pods) == all.then(|| waits.last().copied().unwrap_or(0)));
    }

    /// MINIMUM_IP_TARGET that pods and WARM_IP_TARGET come to anyway serves no pod of a burst more, nor one less.
    #[test]
    fn a_minimum_below_pods_and_the_warm_target_serves_nobody(
        setup in setup(), warm in 1u64..30, of_256 in 0u64..=256, more_256 in 0u64..=256, below in 0u64..=256,
    ) {
        let pods = setup.max_pods * of_256 / 256;
        let burst = u32::try_from((setup.max_pods - pods) * more_256 / 256).unwrap();
        let waiting = |minimum_ip: u64| {
            let settings = Settings { warm_ip: warm, minimum_ip, ..setup.settings.clone() };
            let (mut machine, mut account) = settled_with(&Setup { settings, ..setup.clone() }, u32::try_from(pods).ok()?)?;
            machine.add(burst);
            let at_once = machine.waiting();
            machine.rest(&mut account, |_, _| ());
            Some((at_once, machine.waiting()))
        };
        prop_assert_eq!(waiting((pods + warm) * below / 256), waiting(0));
    }

    #[test]
    fn the_calls_of_a_cycle_are_those_of_the_machine(
        setup in setup(), prefixes: bool, slots in 0u64..20,
    ) {
        let targets = Settings { warm_eni: 0, warm_ip: 0, minimum_ip: 0, warm_prefix: 0, ..setup.settings.clone() };
        let setup = Setup { settings: Settings { prefixes, ..targets }, max_pods: 1_000, ..setup };
        let node = Node::new(&setup.settings, setup.shape, setup.unmanaged, setup.max_pods);
        let slots = if node.prefix_mode { slots } else { slots * node.slots };
        let settled = settle(&node, slots * node.per_slot());
        let Some(cycle) = cycle(&settled) else { return Ok(()) };
        let Some((mut machine, mut account)) = settled_with(&setup, u32::try_from(settled.asked).unwrap()) else {
            return Ok(());
        };
        let before = machine.calls();
        machine.advance(machine.now() + 10 * HOUR, &mut account);
        let calls = (machine.calls() - before).mutating();
        let expected = 10 * HOUR * cycle.calls / cycle.period;
        prop_assert!(calls.abs_diff(expected) <= cycle.calls, "{calls} {expected} {cycle:?} {settled:?}");
    }

    /// A dry subnet: a node that has all its ENIs asks for ever, any other pauses.
    #[test]
    fn the_calls_in_a_dry_subnet_are_those_of_the_machine(
        warm in 0u64..12, minimum in 0u64..40, prefixes: bool, enis in 1u64..5, slots in 2u64..12,
        share in 0.0..1.0, filled in 0.0..1.0,
    ) {
        let names = ["WARM_IP_TARGET", "MINIMUM_IP_TARGET", "ENABLE_PREFIX_DELEGATION"];
        let values = [warm.to_string(), minimum.to_string(), prefixes.to_string()];
        let env: Vec<(String, String)> = names.map(String::from).into_iter().zip(values).collect();
        let setup = Setup {
            settings: Settings::over_manifest(&env),
            shape: Shape { enis, ipv4_per_eni: slots + 1, prefixes: true, trunking: Trunking::Unable },
            unmanaged: 0,
            max_pods: 1_000,
            subnet: 0,
            pod_subnet: 0,
            zone: vec![0],
        };
        let node = Node::new(&setup.settings, setup.shape, 0, setup.max_pods);
        let asked = (node.address_limit() as f64 * share) as u64;
        let settled = settle(&node, asked);
        // room for some of the slots that the node wants, and for the ENIs that it has with them
        let got = (settled.slots as f64 * filled) as u64;
        let low = step(&node, got, asked.min(got * node.per_slot())).is_ok();
        if settled.range != Range::Exact || got >= settled.slots || !low {
            return Ok(());
        }
        let (singles, blocks) = if node.prefix_mode { (0, got) } else { (got, 0) };
        let further = got.div_ceil(node.slots).saturating_sub(1);
        let subnet = Subnet { singles: singles + further, blocks, ..Subnet::default() };
        let mut account = Account { subnets: vec![subnet], ..Account::default() };
        let mut machine = Machine::start(setup, 0, 1, &mut account).expect("it starts");
        machine.rest(&mut account, |_, _| ());
        machine.add(u32::try_from(asked).unwrap());
        machine.rest(&mut account, |_, _| ());
        let before = machine.calls();
        machine.advance(machine.now() + HOUR, &mut account);
        let calls = (machine.calls() - before).mutating();
        let room = |eni: &&Eni| eni.used() < node.slots;
        let all_enis = machine.enis().len() as u64 == enis && machine.enis().iter().any(|e| room(&e));
        if all_enis {
            prop_assert_eq!(calls, DRY_CALLS_AN_HOUR, "{:?}", settled);
            prop_assert!(may_lack_on_last_eni(&node, &settled), "{settled:?}");
        } else {
            // back-off: at most two calls for an ENI with room and one for a new ENI in 120 s
            prop_assert!(calls <= 3 * HOUR / (120 * SECOND), "{calls} {settled:?}");
        }
    }
}

#[test]
fn a_subnet_tagged_against_enis_is_asked_for_again_and_again() {
    let subnet = Subnet { role_cni: Some("0".into()), singles: 1_000, ..Subnet::default() };
    let mut account = Account { subnets: vec![subnet], ..Account::default() };
    let env = [("ENABLE_SUBNET_DISCOVERY".to_string(), "false".to_string())];
    let setup = Setup {
        settings: Settings::over_manifest(&env),
        shape: Shape { enis: 3, ipv4_per_eni: 10, prefixes: true, trunking: Trunking::Unable },
        unmanaged: 0,
        max_pods: 29,
        subnet: 0,
        pod_subnet: 0,
        zone: vec![0],
    };
    let mut machine = Machine::start(setup, 0, 1, &mut account).expect("it starts");
    machine.add(1);
    machine.rest(&mut account, |_, _| ());
    let before = machine.calls();
    machine.advance(machine.now() + HOUR, &mut account);
    assert_eq!((machine.calls() - before).all(), TAG_CALLS_AN_HOUR);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// On a node that can have no more, as many pods are replaced at once as it has free addresses. The others
    /// wait for the cool-down.
    #[test]
    fn replaced_pods_of_a_full_node_wait_for_the_cool_down(setup in setup(), of_256 in 1u64..=256) {
        let node = Node::new(&setup.settings, setup.shape, setup.unmanaged, setup.max_pods);
        let settled = settle(&node, setup.max_pods * of_256 / 256);
        let replaced = settled.running.div_ceil(4);
        let full = settled.stop != Stop::Satisfied && settled.range == Range::Exact && settled.starved() == 0;
        let Some((mut machine, mut account)) =
            settled_with(&setup, u32::try_from(settled.asked).unwrap()).filter(|_| full && replaced > 0)
        else {
            return Ok(());
        };
        machine.keep_log();
        let gone: Vec<u32> = machine.running().map(|(pod, _)| pod).take(replaced as usize).collect();
        for pod in gone {
            machine.remove(pod, &mut account);
        }
        machine.add(u32::try_from(replaced).unwrap());
        machine.rest(&mut account, |_, _| ());
        let waits = machine.take_log().into_iter().filter_map(|(_, event)| match event {
            Event::Served { waited, .. } => Some(waited),
            _ => None,
        });
        let (at_once, later): (Vec<Ms>, Vec<Ms>) = waits.partition(|waited| *waited == 0);
        prop_assert_eq!(at_once.len() as u64, replaced.min(settled.unused()), "{:?}", settled);
        let cooldown = setup.settings.cooldown * SECOND;
        prop_assert!(later.iter().all(|waited| *waited >= cooldown), "{later:?} {settled:?}");
    }
}

#[test]
fn a_full_node_does_not_survive_the_switch_to_prefixes_with_ip_targets() {
    let live = |pods: u32, after: &[(&str, &str)]| {
        let settings = |more: &[(&str, &str)]| {
            let env = more.iter().map(|(n, v)| (n.to_string(), v.to_string()));
            Settings::over_manifest(&env.collect::<Vec<_>>())
        };
        let setup = Setup {
            settings: settings(&[]),
            shape: Shape { enis: 3, ipv4_per_eni: 10, prefixes: true, trunking: Trunking::Unable },
            unmanaged: 0,
            max_pods: 110,
            subnet: 0,
            pod_subnet: 1,
            zone: vec![0],
        };
        let (mut machine, mut account) = settled_with(&setup, pods).expect("it starts");
        let env = [&[("ENABLE_PREFIX_DELEGATION", "true")], after].concat();
        machine.restart(settings(&env), &mut account).expect("it starts again");
        machine.advance(machine.now() + HOUR, &mut account);
        let prefixes = machine.view().prefixes;
        // even when all its pods have gone
        let old: Vec<u32> = machine.running().map(|(pod, _)| pod).collect();
        for pod in old {
            machine.remove(pod, &mut account);
        }
        machine.add(1);
        machine.advance(machine.now() + HOUR, &mut account);
        (prefixes, machine.view().pending)
    };
    assert_eq!(live(27, &[("WARM_IP_TARGET", "5")]), (0, 1), "for ever");
    assert_eq!(live(26, &[("WARM_IP_TARGET", "5")]), (1, 0), "one slot was free");
    assert_eq!(live(27, &[("WARM_PREFIX_TARGET", "1")]), (0, 0), "empty ENIs go");
}
