//! The steps of a timeline on the node's state machine.

use crate::cni::machine::ec2::{Account, Calls, Subnet};
use crate::cni::machine::{Machine, Ms, PodId, Rest, Setup, View};
use crate::cni::node::Shape;
use crate::cni::{Settings, Trunking};

use super::obs::Obs;
use super::timeline::{Env, Policy, Step, Timeline};

const SECOND: Ms = 1000;
/// The last part of a node's life that never settles, in which the range of its oscillation is taken.
const WINDOW: Ms = 600 * SECOND;
/// Branch ENIs of the timelines' types: some, so that they can have a trunk.
const BRANCH_ENIS: u32 = 9;
/// The node's own subnet, and that of its pods or the second of its zone.
const SUBNETS: [&str; 2] = ["subnet-node", "subnet-pod"];

/// What is seen after each step of one run, up to a start-up that fails.
pub fn run(timeline: &Timeline, seed: u64) -> Vec<Obs> {
    let mut account = account(timeline);
    let mut env = timeline.env.clone();
    let setup = Setup {
        settings: settings(&env),
        shape: Shape {
            enis: timeline.enis,
            ipv4_per_eni: timeline.ipv4_per_eni,
            prefixes: timeline.nitro,
            trunking: Trunking::Able(BRANCH_ENIS),
        },
        unmanaged: timeline.unmanaged,
        max_pods: timeline.max_pods,
        subnet: 0,
        pod_subnet: 1,
        zone: (0..account.subnets.len()).collect(),
    };
    let failed = Obs { init_error: true, ..Obs::default() };
    let Ok(machine) = Machine::start(setup, 0, seed, &mut account) else { return vec![failed] };
    let mut node = Node { machine, looked: Calls::default(), account, names: names(timeline) };
    let mut seen = vec![node.look()];
    for step in timeline.steps.iter().skip(1) {
        let obs = match step {
            Step::Start => node.look(),
            Step::Add(pods) => {
                node.machine.add(*pods);
                node.glance()
            }
            Step::Delete(pods, policy) => {
                node.delete(*pods, *policy);
                node.glance()
            }
            Step::Wait(seconds) => {
                let until = node.machine.now().saturating_add(seconds.saturating_mul(SECOND));
                node.machine.advance(until, &mut node.account);
                node.look()
            }
            Step::Settle => node.settle(),
            Step::Restart(changes) => {
                for (name, value) in changes {
                    env.retain(|(n, _)| n != name);
                    env.extend(value.clone().map(|v| (name.clone(), v)));
                }
                if node.machine.restart(settings(&env), &mut node.account).is_err() {
                    seen.push(failed);
                    return seen;
                }
                node.look()
            }
            Step::Cordon(cordoned) => {
                node.machine.cordon(*cordoned);
                node.glance()
            }
            Step::Subnet(name, blocks, singles) => {
                let at = node.names.iter().position(|n| n == name);
                if let Some(subnet) = at.and_then(|at| node.account.subnets.get_mut(at)) {
                    subnet.give(*singles, *blocks);
                    node.machine.wake();
                }
                node.glance()
            }
        };
        seen.push(obs);
    }
    seen
}

/// The variables as the program reads them: IPv4 is on unless the timeline says otherwise.
fn settings(env: &Env) -> Settings {
    let ipv4 = ("ENABLE_IPv4".to_string(), "true".to_string());
    let env: Env = std::iter::once(ipv4).chain(env.iter().cloned()).collect();
    Settings::exact(&env)
}

/// The two subnets that every timeline has, then those that only it names.
fn names(timeline: &Timeline) -> Vec<String> {
    let mut names = SUBNETS.map(String::from).to_vec();
    names.extend(timeline.subnets.keys().filter(|n| !SUBNETS.contains(&n.as_str())).cloned());
    names
}

fn account(timeline: &Timeline) -> Account {
    let subnet = |name: &String| {
        let plenty = (0, Subnet::PLENTY);
        let (blocks, singles) = timeline.subnets.get(name).copied().unwrap_or(plenty);
        let blocks = if timeline.subnets.contains_key(name) { blocks } else { Subnet::PLENTY };
        Subnet { blocks, singles, role_cni: timeline.tags.get(name).cloned(), ..Subnet::default() }
    };
    Account { subnets: names(timeline).iter().map(subnet).collect(), calls: Calls::default() }
}

struct Node {
    machine: Machine,
    account: Account,
    names: Vec<String>,
    /// Calls up to the last full look.
    looked: Calls,
}

impl Node {
    /// What can be seen at once.
    fn glance(&self) -> Obs {
        let view = self.machine.view();
        let numbers = [("a", view.assigned), ("w", view.pending)];
        Obs { numbers: numbers.map(|(key, n)| (key, signed(n))).into(), ..Obs::default() }
    }

    /// Everything that can be seen.
    fn look(&mut self) -> Obs {
        let view = self.machine.view();
        let mut obs = self.glance();
        let known = if view.known_enis == view.enis { 0 } else { view.known_enis };
        let mut see = |key, n| obs.numbers.insert(key, signed(n));
        for (key, n) in [
            ("e", view.enis),
            ("c", view.cooling),
            ("i", view.singles),
            ("x", view.prefixes),
            ("s", view.held),
            ("h", view.enis_with_pods),
            ("orphan", view.leaving),
            ("ds_enis", known),
        ] {
            see(key, n);
        }
        if self.machine.ipv6() {
            see("x6", 1);
        } else {
            see("n", view.pool);
            see("f", view.pool - view.assigned);
        }
        let own = self.machine.enis().iter();
        let mut enis: Vec<(u64, u64)> = own.map(|e| (e.used(), e.pods())).collect();
        enis.resize(usize::try_from(view.enis).unwrap_or(enis.len()), (0, 0));
        enis.sort_unstable_by(|a, b| b.cmp(a));
        let (cidrs, pods) = enis.into_iter().unzip();
        (obs.cidrs, obs.pods) = (Some(cidrs), Some(pods));
        obs.calls = self.machine.calls() - self.looked;
        self.looked = self.machine.calls();
        obs
    }

    /// Lets time pass until nothing changes.
    fn settle(&mut self) -> Obs {
        let start = self.machine.now();
        let first = self.machine.view();
        let mut ready = None;
        let mut history = vec![(start, first)];
        let rest = self.machine.rest(&mut self.account, |at, view| {
            history.push((at, view));
            if view.pending == 0 && ready.is_none() {
                ready = Some(at - start);
            }
        });
        let mut obs = self.look();
        match rest {
            Rest::Settled { after } => _ = obs.numbers.insert("sec", signed(after / SECOND)),
            Rest::Never => oscillation(&mut obs, &history, self.machine.now()),
        }
        if first.pending > 0 {
            obs.numbers.insert("rdy", ready.map_or(-1, |at| signed(at / SECOND)));
        }
        obs
    }

    fn delete(&mut self, pods: u32, policy: Policy) {
        for _ in 0..pods {
            let Some(pod) = self.pick(policy) else { return };
            self.machine.remove(pod, &mut self.account);
        }
    }

    /// The next pod to go, of those that run.
    fn pick(&self, policy: Policy) -> Option<PodId> {
        let mut running = self.machine.running();
        if policy == Policy::Fifo {
            return running.next().map(|(id, _)| id);
        }
        if policy == Policy::Lifo || self.machine.ipv6() {
            return running.last().map(|(id, _)| id);
        }
        let with = self.machine.enis().iter().filter(|e| e.pods() > 0);
        let most = policy == Policy::Spread;
        let rank = |pods: u64| if most { u64::MAX - pods } else { pods };
        let eni = with.min_by_key(|e| (rank(e.pods()), std::cmp::Reverse(e.device)))?;
        let (cidr, _) = eni.pods_by_cidr().min_by_key(|(_, pods)| rank(*pods))?;
        running.find(|(_, a)| a.is_some_and(|a| a.eni == eni.id && a.cidr == cidr)).map(|(id, _)| id)
    }
}

/// The range of the last ten minutes.
fn oscillation(obs: &mut Obs, history: &[(Ms, View)], end: Ms) {
    let from = history.iter().rposition(|(at, _)| at + WINDOW <= end).unwrap_or(0);
    let window = || history.iter().skip(from).map(|(_, view)| *view);
    let mut range = |low: &'static str, high: &'static str, of: fn(View) -> u64| {
        obs.numbers.insert(low, signed(window().map(of).min().unwrap_or(0)));
        obs.numbers.insert(high, signed(window().map(of).max().unwrap_or(0)));
    };
    range("osc_e_lo", "osc_e_hi", |v| v.enis);
    range("osc_cidr_lo", "osc_cidr_hi", |v| v.singles + v.prefixes);
    range("osc_s_lo", "osc_s_hi", |v| v.held);
}

fn signed(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
