//! What each node has: of its ENIs as aws lists them, or as ipamd does, and of its pods.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr};

use ipnet::Ipv4Net;

use crate::cni::PREFIX;
use crate::cni::seen::{Eni, Seen};
use crate::import::fact::{Interface, IpamdEni};
use crate::import::live::{Cluster, Index, Live};
use crate::plan::Plan;

/// Addresses that a node has, of all its pools or of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// Without branch ENIs.
    pub enis: u64,
    pub prefixes: u64,
    /// Addresses for pods, 16 of each prefix; those of branch ENIs left out.
    pub pool: u64,
    /// Those that pods have, branch ENIs' included; `None`: no input says who has them.
    pub assigned: Option<u64>,
    /// Everything that it takes, branch ENIs' addresses included.
    pub held: u64,
}

impl Figures {
    /// Held, and neither an ENI's own nor a pod's.
    pub fn unused(&self) -> Option<u64> {
        Some(self.held.saturating_sub(self.enis).saturating_sub(self.assigned?))
    }

    fn add(&mut self, other: &Figures) {
        self.enis += other.enis;
        self.prefixes += other.prefixes;
        self.pool += other.pool;
        self.held += other.held;
        self.assigned = self.assigned.zip(other.assigned).map(|(a, b)| a + b);
    }
}

/// A node as it is.
#[derive(Debug, Clone, Default)]
pub struct Real {
    pub figures: Figures,
    /// By subnet: its place in the plan, `None` for one that the plan does not have.
    pub by_subnet: Vec<(Option<usize>, Figures)>,
    /// ENIs that can serve pods.
    pub seen: Seen,
    pub trunks: u64,
    pub unmanaged: u64,
    /// Pods with an address of its pool.
    pub pods: u64,
    /// The subnets of its pods' branch ENIs, one for each.
    pub branches: Vec<Option<usize>>,
    /// Its pods whose address is on none of its ENIs: the lists are of different moments.
    pub astray: u64,
    /// Addresses of ENIs on further network cards.
    pub cards: u64,
    /// Addresses in cool-down, at the most.
    pub cooling: u64,
    /// ipamd says it, and not only aws.
    pub of_ipamd: bool,
}

/// What pods say of each node.
pub struct Pods<'l> {
    known: bool,
    of: HashMap<&'l str, OfNode>,
}

#[derive(Default)]
struct OfNode {
    /// Addresses of the node's pool, none twice.
    pool: BTreeSet<Ipv4Addr>,
    branches: BTreeSet<Ipv4Addr>,
    /// Pods that say that they have a branch ENI, and not which.
    unnamed: u64,
}

impl<'l> Pods<'l> {
    pub fn of(cluster: &'l Cluster) -> Pods<'l> {
        let mut of: HashMap<&str, OfNode> = HashMap::new();
        for pod in cluster.pods.iter().filter(|pod| !pod.is_over() && !pod.ask.host_network) {
            let Some(node) = pod.node.as_deref() else { continue };
            let own = of.entry(node).or_default();
            match (pod.ask.branch, pod.address) {
                (true, _) if !pod.branches.is_empty() => own.branches.extend(&pod.branches),
                (true, Some(IpAddr::V4(address))) => _ = own.branches.insert(address),
                (true, _) => own.unnamed += 1,
                (false, Some(IpAddr::V4(address))) => _ = own.pool.insert(address),
                (false, _) => {}
            }
        }
        Pods { known: !cluster.pods.is_empty(), of }
    }
}

/// Where the plan has the subnets of the inputs.
pub struct Places<'p> {
    plan: &'p Plan,
    by_id: HashMap<&'p str, usize>,
}

impl<'p> Places<'p> {
    pub fn of(live: &'p Live, plan: &'p Plan) -> Places<'p> {
        let mut by_id = HashMap::new();
        for (at, subnet) in plan.subnets.iter().enumerate() {
            if let Some(id) = &subnet.id {
                by_id.insert(id.as_str(), at);
            }
        }
        for subnet in &live.subnets {
            let same = |cidr: Ipv4Net| plan.subnets.iter().position(|own| own.cidr == cidr);
            if let (false, Some(at)) = (by_id.contains_key(subnet.id.as_str()), subnet.cidr.and_then(same)) {
                by_id.insert(&subnet.id, at);
            }
        }
        Places { plan, by_id }
    }

    /// By its id, else by an address of it.
    pub fn place(&self, id: Option<&str>, address: Option<Ipv4Addr>) -> Option<usize> {
        let within = || {
            let address = address?;
            self.plan.subnets.iter().position(|subnet| subnet.cidr.contains(&address))
        };
        id.and_then(|id| self.by_id.get(id).copied()).or_else(within)
    }
}

/// A node in a cluster: the places of both.
type At = (usize, usize);

/// An ENI as ipamd says it, with the last moment that it tells of.
type Said<'l> = (&'l IpamdEni, Option<u64>);

/// What is attached to the nodes of all clusters.
pub struct Attached<'l> {
    /// By cluster and place of the node there.
    of: HashMap<At, Vec<&'l Interface>>,
    branches: HashMap<At, Vec<&'l Interface>>,
    ipamd: HashMap<&'l str, Said<'l>>,
    /// ENIs of ipamd that aws does not list, by node.
    unlisted: HashMap<At, Vec<Said<'l>>>,
}

impl<'l> Attached<'l> {
    pub fn of(live: &'l Live, index: &Index<'l>) -> Attached<'l> {
        let mut all = Attached {
            of: HashMap::new(),
            branches: HashMap::new(),
            ipamd: HashMap::new(),
            unlisted: HashMap::new(),
        };
        let mut trunks = HashMap::new();
        for interface in live.interfaces.iter().filter(|interface| !interface.is_branch()) {
            if let Some(node) = index.node(interface) {
                all.of.entry(node).or_default().push(interface);
                trunks.insert(interface.id.as_str(), node);
            }
        }
        for branch in live.interfaces.iter().filter(|interface| interface.is_branch()) {
            if let Some(node) = branch.trunk().and_then(|trunk| trunks.get(trunk)) {
                all.branches.entry(*node).or_default().push(branch);
            }
        }
        let mut by_address: HashMap<Ipv4Addr, At> = HashMap::new();
        if !live.ipamd.is_empty() {
            by_address = nodes_by_address(live);
        }
        for ipamd in &live.ipamd {
            for eni in &ipamd.enis {
                all.ipamd.entry(&eni.id).or_insert((eni, ipamd.latest));
            }
            if ipamd.enis.iter().any(|eni| trunks.contains_key(eni.id.as_str())) {
                continue;
            }
            let mut assigned = ipamd.enis.iter().flat_map(|eni| &eni.assigned);
            if let Some(node) = assigned.find_map(|address| by_address.get(address)) {
                let enis = ipamd.enis.iter().map(|eni| (eni, ipamd.latest));
                all.unlisted.entry(*node).or_insert_with(|| enis.collect());
            }
        }
        all
    }

    /// The subnet of a node's first ENI.
    pub fn first(&self, node: At) -> Option<&'l str> {
        let own = self.of.get(&node)?;
        own.iter().find(|eni| eni.device == Some(0) && eni.card == 0)?.subnet.as_deref()
    }
}

/// The node of each address that a pod has.
fn nodes_by_address(live: &Live) -> HashMap<Ipv4Addr, At> {
    let mut of = HashMap::new();
    for (c, cluster) in live.clusters.iter().enumerate() {
        let members: HashMap<&str, usize> =
            cluster.members.iter().enumerate().map(|(m, member)| (member.name.as_str(), m)).collect();
        for pod in cluster.pods.iter().filter(|pod| !pod.is_over() && !pod.ask.host_network) {
            let node = pod.node.as_deref().and_then(|node| members.get(node));
            if let (Some(m), Some(IpAddr::V4(address))) = (node, pod.address) {
                of.entry(address).or_insert((c, *m));
            }
        }
    }
    of
}

/// An ENI whatever says it.
struct Found<'l> {
    subnet: Option<&'l str>,
    primary: Option<Ipv4Addr>,
    first: bool,
    singles: Vec<Ipv4Addr>,
    prefixes: Vec<Ipv4Net>,
    ipamd: Option<Said<'l>>,
    serves: bool,
    /// The VPC CNI leaves it alone: what it has beside its own address is no affair of the node's pool.
    unmanaged: bool,
}

impl<'l> Found<'l> {
    fn of(interface: &'l Interface, attached: &Attached<'l>) -> Found<'l> {
        Found {
            subnet: interface.subnet.as_deref(),
            primary: interface.primary,
            first: interface.device == Some(0),
            singles: interface.secondary.clone(),
            prefixes: interface.prefixes.clone(),
            ipamd: attached.ipamd.get(interface.id.as_str()).copied(),
            serves: !interface.is_trunk() && !interface.is_unmanaged(),
            unmanaged: interface.is_unmanaged(),
        }
    }

    /// ipamd does not say an ENI's own address.
    fn told(eni: &'l IpamdEni, latest: Option<u64>) -> Found<'l> {
        let (singles, prefixes): (Vec<Ipv4Net>, Vec<Ipv4Net>) =
            eni.cidrs.iter().partition(|cidr| cidr.prefix_len() == 32);
        Found {
            subnet: None,
            primary: eni.cidrs.first().map(Ipv4Net::addr),
            first: eni.first,
            singles: singles.iter().map(Ipv4Net::addr).collect(),
            prefixes,
            ipamd: Some((eni, latest)),
            serves: !eni.trunk,
            unmanaged: false,
        }
    }
}

/// Milliseconds that an address cools down, see [`crate::cni::env`].
const SECOND: u64 = 1_000;

/// A node of a cluster as it is; `None`: no input says what it has. `cooldown` is in seconds, `idle` says of a subnet of
/// the plan whether ENIs in it serve no pods, and of the first ENI whether it does not.
pub fn real<'l>(
    node: At,
    name: &str,
    attached: &Attached<'l>,
    pods: &Pods<'_>,
    places: &Places<'_>,
    cooldown: u64,
    idle: impl Fn(bool, Option<usize>) -> bool,
) -> Option<Real> {
    let none = OfNode::default();
    let own = pods.of.get(name).unwrap_or(&none);
    let mut real = Real::default();
    let mut found: Vec<Found<'l>> = Vec::new();
    for interface in attached.of.get(&node).into_iter().flatten() {
        if interface.card > 0 {
            real.cards += interface.addresses().map(|addresses| addresses.count()).sum::<u64>();
            continue;
        }
        real.trunks += u64::from(interface.is_trunk());
        real.unmanaged += u64::from(interface.is_unmanaged());
        found.push(Found::of(interface, attached));
    }
    if found.is_empty() {
        let unlisted = attached.unlisted.get(&node)?;
        real.trunks = unlisted.iter().filter(|(eni, _)| eni.trunk).count() as u64;
        found.extend(unlisted.iter().map(|(eni, latest)| Found::told(eni, *latest)));
    }
    // those that say who has what
    let known = pods.known || found.iter().all(|eni| eni.ipamd.is_some() || !eni.serves);
    real.figures.assigned = known.then_some(0);
    let mut located: HashSet<Ipv4Addr> = HashSet::new();
    for eni in &found {
        let place = places.place(eni.subnet, eni.primary);
        let assigned: Vec<Ipv4Addr> = match eni.ipamd {
            Some((told, _)) => told.assigned.clone(),
            None => {
                let singles = eni.singles.iter().filter(|address| own.pool.contains(address)).copied();
                let within =
                    |prefix: &Ipv4Net| own.pool.range(prefix.network()..=prefix.broadcast()).copied();
                singles.chain(eni.prefixes.iter().flat_map(within)).collect()
            }
        };
        let of_pool =
            if eni.unmanaged { (0, 0) } else { (eni.singles.len() as u64, eni.prefixes.len() as u64) };
        let held = 1 + of_pool.0 + of_pool.1 * PREFIX;
        let figures = Figures {
            enis: 1,
            prefixes: of_pool.1,
            pool: if eni.serves { held - 1 } else { 0 },
            assigned: known.then_some(assigned.len() as u64),
            held,
        };
        real.put(place, &figures);
        if !eni.serves {
            continue;
        }
        let cooling = eni.ipamd.map_or(0, |(told, latest)| {
            let still = |at: u64| at.saturating_add(cooldown.saturating_mul(SECOND)) >= latest.unwrap_or(0);
            told.released.iter().filter(|(_, at)| cooldown > 0 && still(*at)).count() as u64
        });
        let of_pods: BTreeSet<Ipv4Addr> = assigned.iter().copied().collect();
        let has = |cidr: &Ipv4Net| of_pods.range(cidr.network()..=cidr.broadcast()).next().is_some();
        real.cooling += cooling;
        real.of_ipamd |= eni.ipamd.is_some();
        real.pods += assigned.len() as u64;
        real.seen.enis.push(Eni {
            first: eni.first,
            idle: idle(eni.first, place),
            singles: eni.singles.len() as u64,
            prefixes: eni.prefixes.len() as u64,
            busy_singles: eni.singles.iter().filter(|single| of_pods.contains(single)).count() as u64,
            busy_prefixes: eni.prefixes.iter().filter(|prefix| has(prefix)).count() as u64,
            pods: assigned.len() as u64,
            cooling,
        });
        located.extend(assigned);
    }
    real.branches(node, own, attached, places, known);
    if !real.of_ipamd {
        real.astray = own.pool.iter().filter(|address| !located.contains(address)).count() as u64;
    }
    Some(real)
}

impl Real {
    fn put(&mut self, place: Option<usize>, figures: &Figures) {
        self.figures.add(figures);
        match self.by_subnet.iter_mut().find(|(at, _)| *at == place) {
            Some((_, known)) => known.add(figures),
            None => self.by_subnet.push((place, *figures)),
        }
    }

    /// Branch ENIs: those that aws lists, else those that pods say they have.
    fn branches(
        &mut self,
        node: At,
        own: &OfNode,
        attached: &Attached<'_>,
        places: &Places<'_>,
        known: bool,
    ) {
        let one = Figures { enis: 0, prefixes: 0, pool: 0, assigned: known.then_some(1), held: 1 };
        let listed = attached.branches.get(&node).into_iter().flatten();
        let mut all: Vec<Option<usize>> =
            listed.map(|branch| places.place(branch.subnet.as_deref(), branch.primary)).collect();
        if all.is_empty() {
            all.extend(own.branches.iter().map(|address| places.place(None, Some(*address))));
            all.extend((0..own.unnamed).map(|_| None));
        }
        all.iter().for_each(|place| self.put(*place, &one));
        self.branches = all;
    }

    /// What it holds beside branch ENIs.
    pub fn of_pool(&self) -> u64 {
        self.figures.held.saturating_sub(self.branches.len() as u64)
    }
}
