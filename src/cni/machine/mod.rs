//! The life of one node on a virtual clock: start-up, the pool loop, pods that come and go, shortage, restarts.
//!
//! | module | what it knows |
//! |---|---|
//! | [`order`] | the order in which a Go program looks through a map, which decides where a pod lands |
//! | [`ec2`] | subnets that nodes share, and the calls that they get |
//! | [`store`] | the ENIs and addresses that the program knows, and which pod has which |
//! | `boot` | start-up and restart |
//! | `pool` | the loop: when to grow, shrink and delete ENIs, and how |
//! | `pods` | pods that ask, wait and go |
//! | [`rest`] | letting time pass until nothing changes any more |
//! | [`log`] | what happened, for who wants to read it |
//!
//! Time is in milliseconds and belongs to the caller: [`Machine::next`] says when something can happen by
//! itself, [`Machine::advance`] lets it happen, and nothing in between costs anything. The pool loop decides
//! 2.5 s after start-up and every 5 s from then on; taking an ENI away makes it 2 s late. Pods that wait ask
//! again at whole seconds. EC2 answers at once: a real attachment takes some seconds more.
//!
//! Chance is only in the order in which the program goes through its ENIs and addresses; it comes from a
//! seed, so that the same seed is the same life.
//!
//! Source: `pkg/ipamd/ipamd.go` and `pkg/ipamd/datastore/data_store.go` of aws/amazon-vpc-cni-k8s v1.23.1.

mod boot;
pub mod ec2;
pub mod log;
pub mod order;
mod pods;
mod pool;
pub mod rest;
pub mod store;

use std::collections::VecDeque;

use fastrand::Rng;

use self::ec2::{Account, Calls, SubnetId};
use self::log::{Event, Log};
use self::pods::Pod;
use self::store::{Eni, Role, Stats, Store};
use super::node::{Node, Shape};
use super::settings::Settings;

pub use self::boot::InitError;
pub use self::pods::PodId;
pub use self::rest::Rest;

/// Milliseconds on the caller's clock.
pub type Ms = u64;

pub(super) const SECOND: Ms = 1000;
/// From one decision of the pool loop to the next (`StartNodeIPPoolManager`).
pub(super) const LOOP: Ms = 5 * SECOND;
/// From start-up to the first decision, and from each decision to the look at what is attached.
pub(super) const HALF_LOOP: Ms = LOOP / 2;
/// Between detaching an ENI and deleting it; the loop waits (`freeENI`).
pub(super) const DETACH: Ms = 2 * SECOND;
/// Surplus is given back when more than this has passed since the last time (`decreaseIPPoolInterval`).
pub(super) const SHRINK_INTERVAL: Ms = 30 * SECOND;
/// Growth pauses so long after a subnet refused (`insufficientCidrErrorCooldown`).
const BACK_OFF: Ms = 120 * SECOND;
/// ENIs younger than this are not deleted (`minENILifeTime`).
pub(super) const ENI_LIFE: Ms = 60 * SECOND;
/// From the request for a trunk until the resource controller has attached it: what was observed.
const TRUNK_DELAY: Ms = 3200;

/// What a node is made of, and where it may take addresses.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Setup {
    pub settings: Settings,
    pub shape: Shape,
    pub unmanaged: u64,
    pub max_pods: u64,
    /// Subnet of the node.
    pub subnet: SubnetId,
    /// Subnet of its pods with custom networking.
    pub pod_subnet: SubnetId,
    /// All subnets of its zone, its own included, as EC2 lists them.
    pub zone: Vec<SubnetId>,
}

/// A node.
#[derive(Debug, Clone)]
pub struct Machine {
    setup: Setup,
    node: Node,
    store: Store,
    rng: Rng,
    /// EC2 calls of this node.
    calls: Calls,
    now: Ms,
    /// A time in the loop's rhythm: that of a decision, not yet past when it was set.
    beat: Ms,
    /// When the loop may have something to do.
    wake: Option<Ms>,
    shrunk: Option<Ms>,
    refused: Option<Ms>,
    cordoned: bool,
    trunk: Trunk,
    leaving: Option<(Ms, Eni)>,
    next_eni: u32,
    pods: VecDeque<Pod>,
    next_pod: PodId,
    waiting: u64,
    /// No waiting pod is tried before this.
    retry: Ms,
    log: Option<Log>,
}

/// Where the trunk ENI is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trunk {
    Absent,
    /// Asked for; the resource controller acts at this time.
    Asked(Ms),
    /// Attached, but the program has not seen it.
    Unseen,
    Attached,
}

/// A node at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct View {
    /// ENIs attached in EC2: primary, trunk and unmanaged ones too.
    pub enis: u64,
    /// Of these, those that the program knows.
    pub known_enis: u64,
    /// ENIs with a pod.
    pub enis_with_pods: u64,
    /// Addresses of the pool, and those of them that pods have. Those of the other mode are in neither.
    pub pool: u64,
    pub assigned: u64,
    /// Pods that wait.
    pub pending: u64,
    /// Addresses in cool-down.
    pub cooling: u64,
    /// Single addresses and prefixes attached in EC2, whatever the mode; those of an ENI that is on its way
    /// out too.
    pub singles: u64,
    pub prefixes: u64,
    /// An ENI is detached and not yet deleted.
    pub leaving: u64,
    /// What the node takes from its subnets.
    pub held: u64,
}

/// What one ENI takes from its subnet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Take {
    pub subnet: SubnetId,
    pub primary: u64,
    pub assigned: u64,
    pub unused: u64,
}

impl Machine {
    /// The time of the next thing that can happen without anybody's doing.
    pub fn next(&self) -> Option<Ms> {
        let leaving = self.leaving.as_ref().map(|(at, _)| *at);
        let trunk = match self.trunk {
            Trunk::Asked(at) => Some(at),
            Trunk::Unseen => Some(self.look()),
            Trunk::Absent | Trunk::Attached => None,
        };
        [leaving, trunk, self.next_tick(), self.next_try()].into_iter().flatten().min()
    }

    /// The next decision of the loop, at or after it may have something to do.
    fn next_tick(&self) -> Option<Ms> {
        Some(on_beat(self.beat, LOOP, self.wake?))
    }

    /// When the loop decides next, whether or not it has anything to do then.
    pub fn next_decision(&self) -> Ms {
        on_beat(self.beat, LOOP, self.now)
    }

    /// When the program next looks at what is attached: half a loop before each decision.
    fn look(&self) -> Ms {
        on_beat(self.beat.saturating_sub(HALF_LOOP), LOOP, self.now)
    }

    /// Lets everything happen up to and including a time.
    pub fn advance(&mut self, until: Ms, account: &mut Account) {
        while let Some(at) = self.next().filter(|at| *at <= until) {
            self.now = self.now.max(at);
            self.step(at, account);
        }
        self.now = self.now.max(until);
        self.cool();
    }

    /// Ends the cool-downs that have run out.
    fn cool(&mut self) {
        self.store.cool(self.now, self.setup.settings.cooldown.saturating_mul(SECOND));
    }

    /// What is due at one time, in the order in which it comes about.
    fn step(&mut self, at: Ms, account: &mut Account) {
        self.cool();
        if let Some((_, eni)) = self.leaving.take_if(|(due, _)| *due <= at) {
            self.delete(&eni, account);
        }
        match self.trunk {
            Trunk::Asked(due) if due <= at => self.attach_trunk(account),
            Trunk::Unseen if self.look() <= at => self.see_trunk(account),
            _ => {}
        }
        if self.next_tick().is_some_and(|due| due <= at) {
            self.beat = at.saturating_add(LOOP);
            self.decide(account);
        }
        if self.next_try().is_some_and(|due| due <= at) {
            self.serve();
        }
    }

    /// The taint of a cordoned node comes or goes.
    pub fn cordon(&mut self, cordoned: bool) {
        self.cordoned = cordoned;
        self.wake();
    }

    /// A subnet has got addresses, or whatever else may change the loop's mind.
    pub fn wake(&mut self) {
        self.wake = Some(self.now);
    }

    pub fn now(&self) -> Ms {
        self.now
    }

    /// EC2 calls that the node has made.
    pub fn calls(&self) -> Calls {
        self.calls
    }

    /// What keeps the pool filled, and the limits of the node.
    pub fn node(&self) -> &Node {
        &self.node
    }

    /// The ENIs that the program knows, in the order of their attachment.
    pub fn enis(&self) -> &[Eni] {
        &self.store.enis
    }

    /// Remembers what happens from now on.
    pub fn keep_log(&mut self) {
        self.log.get_or_insert_default();
    }

    /// What happened since the last call of this.
    pub fn take_log(&mut self) -> Log {
        self.log.as_mut().map(std::mem::take).unwrap_or_default()
    }

    fn note(&mut self, event: Event) {
        let now = self.now;
        if let Some(log) = &mut self.log {
            log.push((now, event));
        }
    }

    fn stats(&self) -> Stats {
        self.store.stats()
    }

    /// Whether a trunk is attached that the program does not know.
    fn unseen_trunk(&self) -> u64 {
        u64::from(self.trunk == Trunk::Unseen)
    }

    /// ENI slots that the node has in use.
    fn attached(&self) -> u64 {
        self.store.enis.len() as u64 + self.setup.unmanaged + self.unseen_trunk()
    }

    /// The node as it is now.
    pub fn view(&self) -> View {
        let Stats { total, assigned } = self.stats();
        let leaving = self.leaving.as_ref().map(|(_, eni)| eni);
        let all = self.store.enis.iter().chain(leaving).map(Eni::singles_and_blocks);
        let (singles, prefixes) = all.fold((0, 0), |(s, b), (own_s, own_b)| (s + own_s, b + own_b));
        let (enis, leaving) = (self.attached(), u64::from(leaving.is_some()));
        View {
            enis,
            known_enis: self.store.enis.len() as u64,
            enis_with_pods: self.store.enis.iter().filter(|e| e.pods() > 0).count() as u64,
            pool: total,
            assigned: if self.ipv6() { self.pods.len() as u64 } else { assigned },
            pending: self.waiting,
            cooling: self.store.cooling(),
            singles,
            prefixes,
            leaving,
            held: enis + leaving + singles + prefixes * super::PREFIX,
        }
    }

    /// What the node takes from each of its subnets: one entry for each ENI, so that a subnet may come again.
    pub fn takes(&self) -> impl Iterator<Item = Take> + '_ {
        let leaving = self.leaving.as_ref().map(|(_, eni)| eni);
        let enis = self.store.enis.iter().chain(leaving).map(|eni| {
            let (singles, blocks) = eni.singles_and_blocks();
            let addresses = singles + blocks * super::PREFIX;
            Take { subnet: eni.subnet, primary: 1, assigned: eni.pods(), unused: addresses - eni.pods() }
        });
        let bare = |subnet, primary| Take { subnet, primary, assigned: 0, unused: 0 };
        let more = [
            bare(self.setup.subnet, self.setup.unmanaged),
            bare(self.subnet_of_new_enis(), self.unseen_trunk()),
        ];
        enis.chain(more.into_iter().filter(|take| take.primary > 0))
    }

    /// The instance is terminated: EC2 deletes its ENIs, and all addresses go back.
    pub fn terminate(self, account: &mut Account) {
        for take in self.takes() {
            if let Some(subnet) = account.subnets.get_mut(take.subnet) {
                subnet.give(take.primary, 0);
            }
        }
        let leaving = self.leaving.as_ref().map(|(_, eni)| eni);
        for eni in self.store.enis.iter().chain(leaving) {
            let (singles, blocks) = eni.singles_and_blocks();
            if let Some(subnet) = account.subnets.get_mut(eni.subnet) {
                subnet.give(singles, blocks);
            }
        }
    }

    /// Pods that wait for an address.
    pub fn waiting(&self) -> u64 {
        self.waiting
    }

    /// Addresses in cool-down.
    pub fn cooling(&self) -> u64 {
        self.store.cooling()
    }

    /// Whether the trunk is attached and known, so that pods can have branch ENIs.
    pub fn has_trunk(&self) -> bool {
        self.trunk == Trunk::Attached
    }

    /// The node runs on IPv6: one /80 prefix, more addresses than pods.
    pub fn ipv6(&self) -> bool {
        self.setup.settings.ipv6
    }

    fn subnet_of_new_enis(&self) -> SubnetId {
        if self.setup.settings.custom_networking { self.setup.pod_subnet } else { self.setup.subnet }
    }

    /// The resource controller attaches the trunk if there is a slot for it.
    fn attach_trunk(&mut self, account: &mut Account) {
        let home = self.subnet_of_new_enis();
        let slot = self.attached() < self.setup.shape.enis;
        let got = slot && account.subnets.get_mut(home).is_some_and(|s| s.take(1, 0));
        self.trunk = if got { Trunk::Unseen } else { Trunk::Absent };
    }

    fn see_trunk(&mut self, account: &mut Account) {
        self.call(ec2::Call::DescribeNetworkInterfaces, true, account);
        self.describe_if_discovering(account);
        let home = self.subnet_of_new_enis();
        self.attach(Role::Trunk, home);
        self.trunk = Trunk::Attached;
        self.note(Event::Trunk);
        self.wake();
    }

    /// Takes an ENI into the store, at the lowest free place: its index.
    fn attach(&mut self, role: Role, subnet: SubnetId) -> usize {
        let taken = |place| self.store.enis.iter().any(|e| e.device == place);
        let device = (0..).find(|place| !taken(*place)).unwrap_or(u32::MAX);
        let eni = Eni::new(self.next_eni, role, device, subnet, false, self.now);
        self.next_eni += 1;
        self.store.attach(eni, &mut self.rng);
        self.store.enis.len() - 1
    }

    fn call(&mut self, call: ec2::Call, succeeds: bool, account: &mut Account) {
        self.calls.result(call, succeeds);
        account.calls.result(call, succeeds);
    }

    /// With subnet discovery the program asks for the tags of a subnet whenever it takes an ENI on.
    fn describe_if_discovering(&mut self, account: &mut Account) {
        if self.setup.settings.subnet_discovery {
            self.call(ec2::Call::DescribeSubnets, true, account);
        }
    }
}

/// The first of `beat`, `beat + period` and so on that is not before a time.
fn on_beat(beat: Ms, period: Ms, time: Ms) -> Ms {
    let periods = time.saturating_sub(beat).div_ceil(period);
    beat.saturating_add(periods.saturating_mul(period))
}
