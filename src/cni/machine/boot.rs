//! Start-up and restart (`nodeInit`).

use fastrand::Rng;

use super::ec2::{Account, Call, SubnetId};
use super::log::Log;
use super::store::{Role, Store};
use super::{HALF_LOOP, Machine, Ms, SECOND, Setup, Trunk};
use crate::cni::node::Node;
use crate::cni::{Settings, Trunking};

/// The program stays stopped so long when it is restarted.
const STOPPED: Ms = 30 * SECOND;

/// Why the program gives up at start-up; it is started again and again (CrashLoopBackOff).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InitError {
    /// ENABLE_IPv4 and ENABLE_IPv6 must be opposites.
    Families,
    /// IPv6 needs prefix mode, and knows no custom networking.
    Ipv6,
    /// Custom networking, and no address for any pod.
    NoPodAddress,
}

impl Machine {
    /// Boots a node now, its own addresses already taken from the subnet.
    pub fn start(setup: Setup, now: Ms, seed: u64, account: &mut Account) -> Result<Machine, InitError> {
        Machine::boot(setup, now, seed, None, account)
    }

    /// [`Machine::start`] of a node that remembers what happens from the first moment on.
    pub fn start_logged(
        setup: Setup,
        now: Ms,
        seed: u64,
        account: &mut Account,
    ) -> Result<Machine, InitError> {
        Machine::boot(setup, now, seed, Some(Log::new()), account)
    }

    fn boot(
        setup: Setup,
        now: Ms,
        seed: u64,
        log: Option<Log>,
        account: &mut Account,
    ) -> Result<Machine, InitError> {
        let node = Node::new(&setup.settings, setup.shape, setup.unmanaged, setup.max_pods);
        let mut machine = Machine {
            store: Store::new(node.prefix_mode),
            node,
            rng: Rng::with_seed(seed),
            calls: Default::default(),
            now,
            beat: now,
            wake: None,
            shrunk: None,
            refused: None,
            cordoned: false,
            trunk: Trunk::Absent,
            leaving: None,
            next_eni: 0,
            pods: Default::default(),
            next_pod: 0,
            waiting: 0,
            retry: now,
            log,
            setup,
        };
        machine.attach(Role::Primary, machine.setup.subnet);
        machine.init(true, account)?;
        Ok(machine)
    }

    /// Stops the program for 30 s and starts it with other settings. Cool-downs, the back-off and the ages of
    /// ENIs are forgotten.
    pub fn restart(&mut self, settings: Settings, account: &mut Account) -> Result<(), InitError> {
        if let Some((_, eni)) = self.leaving.take() {
            self.delete(&eni, account);
        }
        self.now = self.now.saturating_add(STOPPED);
        self.setup.settings = settings;
        let setup = &self.setup;
        self.node = Node::new(&setup.settings, setup.shape, setup.unmanaged, setup.max_pods);
        let store = std::mem::replace(&mut self.store, Store::new(false));
        self.store = store.restarted(self.node.prefix_mode, self.now, &mut self.rng);
        (self.shrunk, self.refused) = (None, None);
        self.init(false, account)
    }

    fn init(&mut self, fresh: bool, account: &mut Account) -> Result<(), InitError> {
        let settings = &self.setup.settings;
        if settings.ipv4 == settings.ipv6 {
            return Err(InitError::Families);
        }
        if settings.ipv6 && (!self.node.prefix_mode || settings.custom_networking) {
            return Err(InitError::Ipv6);
        }
        let provisioning = settings.provisioning;
        self.beat = self.now.saturating_add(HALF_LOOP);
        self.call(Call::DescribeNetworkInterfaces, true, account);
        self.adopt(fresh, account);
        if self.ipv6() {
            if fresh {
                self.call(Call::AssignIpv6Addresses, true, account);
                self.call(Call::DescribeNetworkInterfaces, true, account);
                self.describe_if_discovering(account);
            }
            self.wake = None;
            return Ok(());
        }
        self.free_other_mode(account);
        self.ask_for_trunk();
        if provisioning {
            let stats = self.stats();
            if let Some(low) = self.low(stats) {
                self.grow(low, account);
            }
        }
        if self.setup.settings.custom_networking && self.stats().total == 0 {
            return Err(InitError::NoPodAddress);
        }
        self.wake();
        self.serve();
        Ok(())
    }

    /// Every ENI that the program manages is looked at and, without custom networking, gets the security groups
    /// of the first (`RefreshSGIDs`).
    fn adopt(&mut self, fresh: bool, account: &mut Account) {
        let Settings { provisioning, custom_networking, .. } = self.setup.settings;
        for at in 0..self.store.enis.len() {
            self.describe_if_discovering(account);
            if provisioning && !custom_networking {
                self.call(Call::ModifyNetworkInterfaceAttribute, true, account);
            }
            if provisioning && fresh {
                self.call(Call::CreateTags, true, account);
            }
            let subnet = self.store.enis[at].subnet;
            let excluded = self.excluded_in(subnet, account);
            self.store.enis[at].excluded = excluded;
        }
    }

    /// Addresses of the mode that is no longer in force go, and all of an excluded ENI's, as far as no pod
    /// has them.
    fn free_other_mode(&mut self, account: &mut Account) {
        let mode = self.store.prefix_mode;
        for eni in 0..self.store.enis.len() {
            let all = self.store.enis[eni].excluded;
            let goes = |block: bool| all || block != mode;
            let (singles, blocks) = self.store.remove_idle(eni, u64::MAX, goes, &mut self.rng);
            if singles + blocks > 0 {
                self.call(Call::UnassignPrivateIpAddresses, true, account);
                self.give(eni, singles, blocks, account);
            }
        }
    }

    /// With subnet discovery, an ENI in a subnet that is tagged `kubernetes.io/role/cni = 0` serves no pods.
    fn excluded_in(&self, subnet: SubnetId, account: &Account) -> bool {
        self.setup.settings.subnet_discovery && account.subnets.get(subnet).is_some_and(|s| s.forbidden())
    }

    /// Asks the resource controller for a trunk, while there is a slot for one.
    pub(super) fn ask_for_trunk(&mut self) {
        let slots = self.node.eni_limit.saturating_sub(self.setup.unmanaged);
        let able = matches!(self.setup.shape.trunking, Trunking::Able(_));
        let wanted = self.setup.settings.pod_eni && able && self.trunk == Trunk::Absent;
        if wanted && (self.store.enis.len() as u64) < slots {
            self.trunk = Trunk::Asked(self.now.saturating_add(super::TRUNK_DELAY));
        }
    }
}
