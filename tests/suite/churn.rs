//! The worst case of a node after churn: against outcomes of the real program, and against a search through
//! everything that can happen on small nodes.

use std::collections::{BTreeMap, BTreeSet};

use podroom::cni::settle::Range;
use podroom::cni::{Node, Primary, Settings, Targets, Trunking, churn, node::Shape, settle};
use podroom::replay::replay;
use podroom::replay::timeline::{Policy, Step, Timeline};
use proptest::prelude::*;
use serde_json::Value;

use crate::vectors::{VECTORS, bounds, node};

/// Groups that fill a node and empty it again: observations after the fall that are compared, and how many of
/// them come up to the bound.
const GROUPS: &[(&str, usize, usize)] = &[("churn", 430, 355), ("pdchurn", 166, 81), ("cnchurn", 4, 4)];

#[test]
fn no_real_node_holds_more_than_the_worst_case_and_some_hold_as_much() {
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut wrong = Vec::new();
    for line in VECTORS.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let Some((group, ..)) = GROUPS.iter().find(|(name, ..)| case["grp"] == **name) else { continue };
        let node = node(&case);
        let (mut asked, mut high) = (0, 0);
        for (step, seen) in case["steps"].as_array().unwrap().iter().zip(case["obs"].as_array().unwrap()) {
            match step[0].as_str().unwrap() {
                "add" => {
                    asked += step[1].as_u64().unwrap();
                    high = high.max(asked);
                }
                "del" => asked -= step[1].as_u64().unwrap(),
                "settle" if asked < high => {
                    let worst = churn(&node, high, asked);
                    let most = match seen.get("osc_s_hi") {
                        Some(most) => most.as_u64().unwrap().max(bounds(&seen["s"]).1),
                        None => bounds(&seen["s"]).1,
                    };
                    if most > worst.held(&node) {
                        wrong.push(format!("{} {high} -> {asked}: {worst:?} {most}", case["id"]));
                    }
                    let count = counts.entry(group).or_default();
                    count.0 += 1;
                    count.1 += usize::from(most == worst.held(&node));
                }
                _ => {}
            }
        }
    }
    println!("{counts:?}");
    assert!(wrong.is_empty(), "{} above:\n{}", wrong.len(), wrong[..wrong.len().min(20)].join("\n"));
    for (group, compared, reached) in GROUPS {
        assert_eq!(counts.get(group), Some(&(*compared, *reached)), "{group}");
    }
}

/// A node in the search: pods of each slot of each ENI. The first ENI stands first and has no slot where it
/// serves no pods; the others are sorted, for it does not matter which is which.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct State(Vec<Vec<u64>>);

/// Everything that can become of a node, one event at a time: the rules of sections "giving back addresses"
/// and "deleting ENIs" as plainly as possible, every choice of the program taken both ways.
struct Search<'a> {
    node: &'a Node,
    warm: u64,
    minimum: u64,
    today: u64,
    seen: BTreeSet<State>,
    most: u64,
}

impl Search<'_> {
    /// The most that any node at rest with `today` pods holds that once had `high`.
    fn most(node: &Node, high: u64, today: u64) -> u64 {
        let top = settle(node, high);
        let slots = match top.range {
            Range::Random { slots, .. } => slots,
            _ => top.slots,
        };
        let (warm, minimum) = match node.targets {
            Targets::Ips { warm, minimum } => (warm, minimum),
            _ => (0, 0),
        };
        let mut enis = vec![Vec::new()];
        let mut left = slots;
        if node.primary == Primary::Serves {
            enis[0] = vec![0; left.min(node.slots) as usize];
            left -= left.min(node.slots);
        }
        while left > 0 {
            enis.push(vec![0; left.min(node.slots) as usize]);
            left -= left.min(node.slots);
        }
        let today = today.min(slots * node.per_slot()).min(settle(node, today).running);
        let mut search = Search { node, warm, minimum, today, seen: BTreeSet::new(), most: 0 };
        let mut starts = BTreeSet::from([State(enis)]);
        for _ in 0..top.running {
            starts =
                starts.iter().flat_map(|s| search.each_slot(s, |pods| pods < node.per_slot(), 1)).collect();
        }
        starts.into_iter().for_each(|start| search.go(start));
        search.most
    }

    /// The states with one pod more or less in some slot.
    fn each_slot(&self, state: &State, may: impl Fn(u64) -> bool, by: i64) -> Vec<State> {
        let mut next = Vec::new();
        for (e, eni) in state.0.iter().enumerate() {
            for (s, &pods) in eni.iter().enumerate().filter(|(_, pods)| may(**pods)) {
                let mut enis = state.0.clone();
                enis[e][s] = pods.checked_add_signed(by).unwrap();
                next.push(State::of(enis));
            }
        }
        next
    }

    fn go(&mut self, state: State) {
        if !self.seen.insert(state.clone()) {
            return;
        }
        let gone = self.give_back(&state);
        if state.pods() > self.today {
            let fewer = self.each_slot(&state, |pods| pods > 0, -1);
            fewer.into_iter().for_each(|next| self.go(next));
        } else if gone.is_empty() {
            self.most = self.most.max(state.held(self.node));
        }
        gone.into_iter().for_each(|next| self.go(next));
    }

    /// What the program may make of a state; empty for a node at rest.
    fn give_back(&self, state: &State) -> Vec<State> {
        let node = self.node;
        let (prefix, z) = (node.prefix_mode, node.per_slot());
        let slots: Vec<u64> = state.0.iter().flatten().copied().collect();
        let (count, pods) = (slots.len() as u64, state.pods());
        let free_slots = slots.iter().filter(|pods| **pods == 0).count() as u64;
        let free = count * z - pods;
        let over = match node.targets {
            Targets::Ips { .. } => {
                let surplus = count.saturating_sub((pods + self.warm).div_ceil(z)).min(free_slots);
                surplus.min(count.saturating_sub(self.minimum.div_ceil(z)))
            }
            Targets::Prefixes { warm } => free_slots.saturating_sub(warm),
            Targets::Enis { .. } => 0,
        };
        if over > 0 {
            let mut after = BTreeSet::new();
            self.shrink(&state.0, &(0..state.0.len()).collect::<Vec<_>>(), over, &mut after);
            return after.into_iter().collect();
        }
        let idle = |eni: &&Vec<u64>| eni.iter().all(|pods| *pods == 0);
        let gate = match node.targets {
            Targets::Ips { .. } => true,
            Targets::Enis { warm } => free >= (warm + 1) * node.slots,
            Targets::Prefixes { warm } => {
                free >= (warm + 1) * node.slots * 16 || state.0.iter().skip(1).any(|eni| idle(&eni))
            }
        };
        let goes = |e: &usize| {
            let others = state.0.iter().enumerate().filter(|(o, _)| o != e).flat_map(|(_, eni)| eni);
            let others: Vec<u64> = others.copied().collect();
            let total = others.len() as u64 * z;
            let free = total - others.iter().sum::<u64>();
            let free_slots = others.iter().filter(|pods| **pods == 0).count() as u64;
            idle(&&state.0[*e])
                && (self.warm == 0 || free >= self.warm.div_ceil(z) * z)
                && (self.minimum == 0 || total >= self.minimum.div_ceil(z) * z)
                && (!prefix || node.warm_prefix == 0 || free_slots >= node.warm_prefix)
        };
        let enis = (1..state.0.len()).filter(|e| gate && goes(e));
        enis.map(|e| {
            let mut left = state.0.clone();
            left.remove(e);
            State::of(left)
        })
        .collect()
    }

    /// Frees so many slots: ENI by ENI in any order, of each as many as can be.
    fn shrink(&self, enis: &[Vec<u64>], untouched: &[usize], over: u64, after: &mut BTreeSet<State>) {
        if over == 0 {
            after.insert(State::of(enis.to_vec()));
            return;
        }
        for &e in untouched {
            let mut left = over;
            let mut enis = enis.to_vec();
            enis[e].retain(|pods| {
                let freed = left > 0 && *pods == 0;
                left -= u64::from(freed);
                !freed
            });
            let untouched: Vec<usize> = untouched.iter().copied().filter(|o| *o != e).collect();
            self.shrink(&enis, &untouched, left, after);
        }
    }
}

impl State {
    fn of(mut enis: Vec<Vec<u64>>) -> State {
        enis.iter_mut().for_each(|eni| eni.sort_unstable());
        enis[1..].sort_unstable();
        State(enis)
    }

    fn pods(&self) -> u64 {
        self.0.iter().flatten().sum()
    }

    fn held(&self, node: &Node) -> u64 {
        self.0.iter().map(|eni| 1 + eni.len() as u64 * node.per_slot()).sum()
    }
}

prop_compose! {
    /// A small node with targets that settle.
    fn small()(
        prefixes in any::<bool>(),
        custom in prop::bool::weighted(0.2),
        enis in 1..5u64,
        ipv4 in 2..5u64,
        max_pods in 2..60u64,
        (warm_eni, warm_ip, minimum_ip, warm_prefix) in (1..3u64, 0..7u64, 0..7u64, 0..3u64),
        ips in any::<bool>(),
        many in prop_oneof![Just(1u64), Just(5)],
    ) -> Node {
        let settings = Settings {
            warm_eni,
            warm_ip: if ips { warm_ip * many } else { 0 },
            minimum_ip: if ips { minimum_ip * many } else { 0 },
            warm_prefix: if ips && warm_ip + minimum_ip > 0 { warm_prefix } else { warm_prefix.max(1) },
            prefixes,
            custom_networking: custom,
            ..Settings::exact(&[])
        };
        let (enis, ipv4) = match ipv4 {
            _ if !prefixes => (enis, ipv4),
            2 | 3 => (enis, 2),
            _ => (enis.min(3), 3),
        };
        let shape = Shape { enis, ipv4_per_eni: ipv4, prefixes: true, trunking: Trunking::Unable };
        Node::new(&settings, shape, 0, max_pods)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]
    #[test]
    fn the_worst_case_is_the_worst_that_can_happen(node in small(), high in 0..8u64, more in 0..32u64, gone in 0..40u64, few in prop::option::of(0..3u64)) {
        let high = match node.slots {
            1 if node.prefix_mode => high + more,
            _ if node.prefix_mode => high + more / 2,
            _ => high,
        };
        let today = few.unwrap_or(high.saturating_sub(gone)).min(high);
        let worst = churn(&node, high, today);
        let fresh = settle(&node, today);
        prop_assert_eq!(worst.held(&node), Search::most(&node, high, today).max(fresh.held()), "{} -> {}", high, today);
        prop_assert_eq!(worst.range, Range::Exact);
    }

    #[test]
    fn more_pods_once_never_mean_less_now(node in small(), high in 0..40u64, more in 0..20u64, today in 0..40u64) {
        let (less, most) = (churn(&node, high, today), churn(&node, high + more, today));
        prop_assert!(less.held(&node) >= settle(&node, today).held());
        prop_assert!(most.held(&node) >= less.held(&node), "{:?} {:?}", less, most);
    }
}

prop_compose! {
    /// The life of a node that fills, has some pods replaced, and falls in two steps: what it once ran, what it
    /// runs in the end, and its timeline.
    fn life()(
        (enis, ipv4_per_eni) in prop_oneof![Just((3u64, 4u64)), Just((4, 10)), Just((2, 3)), Just((8, 30))],
        env in prop::sample::subsequence(vec![
            ("WARM_ENI_TARGET", "2"), ("WARM_IP_TARGET", "3"), ("MINIMUM_IP_TARGET", "8"), ("WARM_PREFIX_TARGET", "1"),
            ("ENABLE_PREFIX_DELEGATION", "true"), ("AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG", "true"),
        ], 0..5),
        max_pods in 4..120u64,
        (high, first, second, replaced) in (0..120u32, 0..120u32, 0..120u32, 0..20u32),
        policies in prop::collection::vec(
            prop::sample::select(vec![Policy::Fifo, Policy::Lifo, Policy::Pack, Policy::Spread]), 3),
    ) -> (Node, u64, u64, Timeline) {
        let env: Vec<(String, String)> =
            env.into_iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        let shape = Shape { enis, ipv4_per_eni, prefixes: true, trunking: Trunking::Able(9) };
        let node = Node::new(&Settings::exact(&env), shape, 0, max_pods);
        // nobody waits: which pods go when some do is not what this is about
        let high = settle(&node, u64::from(high).min(max_pods)).running as u32;
        let (first, replaced) = (first.min(high), replaced.min(high));
        let second = second.min(high - first);
        let timeline = Timeline {
            id: "life".into(),
            enis,
            ipv4_per_eni,
            max_pods,
            env,
            subnets: BTreeMap::new(),
            tags: BTreeMap::new(),
            unmanaged: 0,
            nitro: true,
            steps: vec![
                Step::Start,
                Step::Settle,
                Step::Add(high),
                Step::Settle,
                Step::Delete(replaced, policies[0]),
                Step::Add(replaced),
                Step::Settle,
                Step::Delete(first, policies[1]),
                Step::Settle,
                Step::Delete(second, policies[2]),
                Step::Settle,
            ],
        };
        (node, high.into(), (high - first - second).into(), timeline)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn no_life_of_the_node_machine_ends_above_the_worst_case((node, high, today, timeline) in life(), seed in any::<u64>()) {
        let seen = replay(&timeline, 1, seed);
        prop_assume!(seen.iter().all(|o| o.init_error == 0) && !node.is_dead());
        // a node that never settled at high water may have been caught anywhere in its cycle
        let end = &seen.last().unwrap().numbers;
        let most = end.get("osc_s_hi").or(end.get("s")).unwrap().range().1;
        let worst = churn(&node, high, today);
        prop_assert!(most as u64 <= worst.held(&node), "{} -> {}: {:?} {}", high, today, worst, most);
    }
}

/// The node of the cluster that ran out: 106 small pods once, 40 pods now.
#[test]
fn one_pod_on_each_eni_keeps_them_all() {
    let node = |variables: &[(&str, &str)]| {
        let env: Vec<(String, String)> =
            variables.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        let shape = Shape { enis: 8, ipv4_per_eni: 30, prefixes: true, trunking: Trunking::Unable };
        Node::new(&Settings::over_manifest(&env), shape, 0, 234)
    };
    let figures = |variables: &[(&str, &str)], high, today| {
        let node = node(variables);
        let worst = churn(&node, high, today);
        (worst.enis, worst.slots, worst.held(&node))
    };
    assert_eq!(figures(&[], 106, 40), (5, 145, 150));
    // two survivors pin two ENIs beside the first; without any the target keeps one
    assert_eq!(figures(&[], 106, 2), (3, 87, 90));
    assert_eq!(figures(&[], 106, 0), (1, 29, 30));
    // single addresses go back to the last one, ENIs do not
    assert_eq!(figures(&[("WARM_IP_TARGET", "5")], 106, 40), (4, 45, 49));
    // each prefix with a pod stays
    assert_eq!(figures(&[("ENABLE_PREFIX_DELEGATION", "true")], 106, 40), (1, 8, 129));
    assert_eq!(figures(&[("ENABLE_PREFIX_DELEGATION", "true")], 106, 2), (1, 3, 49));
}

/// WARM_IP_TARGET counts in whole prefixes where an ENI is to go: with one pod and 15 free addresses the others
/// lack one, so even ENIs without a prefix stay. WARM_PREFIX_TARGET looks at free prefixes in the same way.
#[test]
fn enis_without_a_prefix_may_stay() {
    let kept = |today: u64, warm_prefix: u64| {
        let settings = Settings { prefixes: true, warm_ip: 5, warm_prefix, ..Settings::exact(&[]) };
        let shape = Shape { enis: 6, ipv4_per_eni: 2, prefixes: true, trunking: Trunking::Unable };
        let worst = churn(&Node::new(&settings, shape, 0, 110), 70, today);
        (worst.enis, worst.slots)
    };
    // 75 addresses were 5 prefixes on 5 ENIs
    assert_eq!([kept(1, 0), kept(0, 0)], [(5, 1), (2, 1)]);
    assert_eq!([kept(2, 0), kept(2, 1)], [(3, 2), (5, 2)]);
    // so two pods on one prefix may be worse than on two
    let settings = Settings { prefixes: true, warm_ip: 5, ..Settings::exact(&[]) };
    let shape = Shape { enis: 40, ipv4_per_eni: 2, prefixes: true, trunking: Trunking::Unable };
    let worst = churn(&Node::new(&settings, shape, 0, 1_000), 500, 2);
    assert_eq!((worst.enis, worst.slots), (32, 1));
}
