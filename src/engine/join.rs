//! Nodes that join one at a time, each settled before the next, while their subnets last.
//!
//! A node whose subnets still have all that it wants goes by the closed form ([`super::hold`]). One that meets
//! a subnet that does not runs on the state machine ([`crate::cni::machine`]): it takes its own address, and
//! then what it can get. An ENI needs its whole block and a prefix an aligned /28, so that free addresses may
//! be left that nothing can take.

use std::collections::BTreeMap;

use super::blocks::Supply;
use super::brought::Brought;
use super::fleet::Group;
use super::hold::{Free, Part, Sites, Take, take};
use super::managed::Managed;
use super::outcome::{Others, capacity, free};
use super::place::{Bin, in_order};
use super::thresholds::Level;
use crate::cni::PREFIX;
use crate::cni::machine::Machine;
use crate::cni::machine::ec2::{Account, Subnet};
use crate::cni::machine::log::Event;
use crate::manager::Sharing;
use crate::plan::range::KEPT;
use crate::plan::{Cluster, Plan};

/// What subnets have left while nodes join.
#[derive(Debug, Clone)]
pub struct Join<'a> {
    plan: &'a Plan,
    /// What each pool has left, by its place among all.
    pub account: Account,
    /// The pools that are no subnets, and of each the addresses that are in use.
    brought: &'a [Brought],
    in_use: Vec<u64>,
}

/// A node that has joined, and settled as far as its subnets let it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Joined {
    /// Its pods that stay without an address.
    pub pending: u64,
    /// The subnet that did not give what was asked first.
    pub refused: Option<Refused>,
    /// Whether anything is taken or in use since that was not before.
    pub took: bool,
}

/// What a cluster's nodes are: resolved groups, nodes by what they run, and what they hold.
pub type Nodes<'a> = (&'a [Group], &'a [Bin], &'a [Vec<Part>]);

/// A pool that did not give what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// Its place among all.
    pub pool: usize,
    /// Free addresses before the node came.
    pub had: u64,
    /// Those that are left when it has settled, and that it cannot take.
    pub left: u64,
    /// Whether the node holds less than it wants.
    pub matters: bool,
    /// Addresses ended, or whole blocks with 16 addresses still free.
    pub level: Level,
}

/// The subnets of a plan without any node. Single addresses of others whose place is not known lie where no
/// whole block is lost, the best case of [`super::blocks`].
pub fn account(plan: &Plan, brought: &[Brought]) -> Account {
    let subnets = plan.subnets.iter().enumerate().map(|(s, subnet)| {
        let supply = Supply::of(subnet);
        let mut room = Subnet {
            blocks: supply.open,
            singles: supply.loose,
            kept: supply.kept_for_prefixes,
            role_cni: subnet.role_cni.clone(),
            ..Subnet::default()
        };
        // blocks know what AWS keeps; another cloud may keep less
        let (capacity, reserved) = capacity(plan, s);
        room.singles += KEPT.min(capacity).saturating_sub(reserved);
        room.take_up_to(Others::of(plan, s).unplaced());
        room
    });
    let brought = brought
        .iter()
        .map(|pool| Subnet { singles: u64::try_from(pool.for_nodes()).unwrap_or(0), ..Subnet::default() });
    Account { subnets: subnets.chain(brought).collect(), ..Account::default() }
}

impl<'a> Join<'a> {
    /// The subnets of a plan without any node.
    pub fn new(plan: &'a Plan, brought: &'a [Brought]) -> Join<'a> {
        Join { plan, account: account(plan, brought), in_use: vec![0; brought.len()], brought }
    }

    /// Gives a subnet more than all nodes together can take.
    pub fn lift(&mut self, subnet: usize) {
        self.account.subnets[subnet].blocks = Subnet::PLENTY;
        self.account.subnets[subnet].singles = Subnet::PLENTY;
    }

    /// Takes in so many nodes of a part at once, if there is all that they want.
    pub fn all(&mut self, part: &Part, nodes: u64) -> bool {
        let has = |take: &Take| {
            let room = &self.account.subnets[take.pool];
            room.has(take.singles().saturating_mul(nodes), take.prefixes.saturating_mul(nodes))
        };
        if !part.takes.iter().all(has) {
            return false;
        }
        for take in &part.takes {
            let room = &mut self.account.subnets[take.pool];
            room.take(take.singles() * nodes, take.prefixes * nodes);
            self.uses(take.pool, (take.primary + take.assigned) * nodes);
        }
        true
    }

    /// The nodes of a group join; `free` is what the nodes before them leave if every subnet gives what is
    /// asked, and what they are asked is taken off: by that nodes choose among several subnets. Ends with the
    /// first node of which `stop` holds.
    pub fn group(
        &mut self,
        cluster: &Cluster,
        (groups, bins, parts): Nodes<'_>,
        g: usize,
        free: &mut Free,
        mut stop: impl FnMut(&Joined, &Part) -> bool,
    ) -> Option<(u32, Joined)> {
        let before = self.rooms(&parts[g]);
        if parts[g].iter().all(|part| self.all(part, part.nodes)) {
            parts[g].iter().for_each(|part| take(part, part.nodes, free));
            return None;
        }
        for (pool, room, used) in before {
            self.account.subnets[pool] = room;
            self.set_used(pool, used);
        }
        let (group, spec) = (&groups[g], &cluster.node_groups[g]);
        let mut sites = Sites::new(self.plan, group, spec.kind, &spec.nodes, bins);
        // a node that finds nothing to take leaves all as it is: the next one like it finds the same
        let mut found: Vec<(usize, Part, Joined)> = Vec::new();
        in_order(bins, g).into_iter().find_map(|(index, bin)| {
            let part = sites.next(index, bin, free);
            take(&part, 1, free);
            let alike = |known: &&(usize, Part, Joined)| {
                known.0 == bin && known.1.subnet == part.subnet && known.1.takes == part.takes
            };
            let joined = match found.iter().find(alike) {
                Some((.., joined)) => *joined,
                None => {
                    let joined = self.node(group, bins[bin].shape, &part, bins[bin].asking);
                    if joined.took {
                        found.clear();
                    } else {
                        found.push((bin, part.clone(), joined));
                    }
                    joined
                }
            };
            stop(&joined, &part).then_some((index, joined))
        })
    }

    /// How many times a round of nodes of another manager than the AWS VPC CNI comes and finds what it does now, at the
    /// most `most`: either all that it wants, or, of a pool that is `dry` already, nothing but addresses that others
    /// hold and do not use.
    pub fn rounds(&self, managed: &Managed, round: &[Part], dry: bool, most: u64) -> u64 {
        let mut rounds = most;
        let mut wanted: BTreeMap<usize, (u64, u64, u64)> = BTreeMap::new();
        for take in round.iter().flat_map(|part| &part.takes) {
            let (held, used, least) = wanted.entry(take.pool).or_insert((0, 0, u64::MAX));
            *held += take.held();
            *used += take.primary + take.assigned;
            *least = take.held().min(*least);
        }
        for (pool, (held, used, least)) in wanted {
            let room = &self.account.subnets[pool];
            let borrows = match managed.sharing(self.brought, self.plan, pool) {
                Sharing::Borrowed(size) => dry && room.free() < size.min(least),
                _ => false,
            };
            let times = match borrows {
                true => self.reachable(pool).checked_div(used),
                false => room.most_singles().checked_div(held),
            };
            rounds = rounds.min(times.unwrap_or(most));
        }
        rounds
    }

    /// So many rounds of nodes join, each of which finds the same ([`Join::rounds`]).
    pub fn repeat(&mut self, round: &[Part], rounds: u64) {
        for take in round.iter().flat_map(|part| &part.takes) {
            let room = &mut self.account.subnets[take.pool];
            // of a pool that has nothing left nothing is taken
            let _there = room.take(take.held().saturating_mul(rounds), 0);
            self.uses(take.pool, (take.primary + take.assigned).saturating_mul(rounds));
        }
    }

    /// A node joins: what it wants by the closed form, the group and shape it is of, its pods that ask for an
    /// address of its pool.
    pub fn node(&mut self, group: &Group, shape: usize, part: &Part, asking: u64) -> Joined {
        if self.all(part, 1) {
            return Joined { pending: part.starved(), refused: None, took: true };
        }
        let before = self.rooms(std::slice::from_ref(part));
        let (pending, refused, held) = match &group.managed {
            Some(managed) => self.share(managed, part),
            None => self.squeeze(group, shape, part, asking),
        };
        let as_before = |(pool, room, used): &(usize, Subnet, u64)| {
            self.account.subnets[*pool] == *room && self.used(*pool) == *used
        };
        let took = !before.iter().all(as_before);
        // a subnet that a new ENI could do without may have refused; then one of those that it wanted is dry
        let before = |pool: usize| before.iter().find(|room| room.0 == pool).map(|(_, room, _)| room);
        let lacks = |t: &&Take| before(t.pool).is_some_and(|room| !room.has(t.singles(), t.prefixes));
        let wanted = || part.takes.iter().find(lacks);
        let subnet = refused.or_else(|| wanted().map(|t| t.pool)).unwrap_or(part.subnet);
        let left = &self.account.subnets[subnet];
        // with whole blocks left it was the ENI's own address that was missing
        let prefixes = part.cni.as_ref().is_some_and(|cni| cni.node.prefix_mode);
        let blocks = prefixes && left.free() >= PREFIX && left.whole() == 0;
        let refused = Refused {
            pool: subnet,
            had: before(subnet).map_or(0, Subnet::free),
            left: left.free(),
            matters: pending > part.starved() || held < part.held(),
            level: if blocks { Level::Blocks } else { Level::Pool },
        };
        Joined { pending, refused: Some(refused), took }
    }

    /// What pools are before a part's nodes come: each with its addresses in use. They may look at others, too, where
    /// ENIs choose.
    fn rooms(&self, parts: &[Part]) -> Vec<(usize, Subnet, u64)> {
        let room = |pool: usize| (pool, self.account.subnets[pool].clone(), self.used(pool));
        if parts.iter().any(|part| part.managed.is_none()) {
            return (0..self.account.subnets.len()).map(room).collect();
        }
        parts.iter().flat_map(|part| &part.takes).map(|take| room(take.pool)).collect()
    }

    /// Addresses of a pool that is no subnet that are in use.
    fn used(&self, pool: usize) -> u64 {
        let brought = pool.checked_sub(self.plan.subnets.len());
        brought.and_then(|i| self.in_use.get(i)).copied().unwrap_or(0)
    }

    fn set_used(&mut self, pool: usize, addresses: u64) {
        let brought = pool.checked_sub(self.plan.subnets.len());
        brought.and_then(|i| self.in_use.get_mut(i)).into_iter().for_each(|in_use| *in_use = addresses);
    }

    /// Notes that more of them are.
    fn uses(&mut self, pool: usize, addresses: u64) {
        self.set_used(pool, self.used(pool).saturating_add(addresses));
    }

    /// Addresses of a pool that no pod and no node uses, whoever holds them.
    fn reachable(&self, pool: usize) -> u64 {
        let brought = pool.checked_sub(self.plan.subnets.len()).and_then(|i| Some((i, self.brought.get(i)?)));
        brought.map_or(0, |(i, pool)| {
            u64::try_from(pool.for_nodes()).unwrap_or(0).saturating_sub(self.in_use[i])
        })
    }

    /// A node of another manager than the AWS VPC CNI takes what its pools give it, as each is shared: its pods
    /// without an address, the first pool that had too little, addresses that it holds.
    fn share(&mut self, managed: &Managed, part: &Part) -> (u64, Option<usize>, u64) {
        let (mut running, mut refused, mut held) = (part.running, None, 0);
        for take in &part.takes {
            let room = &mut self.account.subnets[take.pool];
            let wanted = take.held();
            if room.take(wanted, 0) {
                held += wanted;
                self.uses(take.pool, take.primary + take.assigned);
                continue;
            }
            refused = refused.or(Some(take.pool));
            let had = room.free();
            let sharing = managed.sharing(self.brought, self.plan, take.pool);
            let got = match sharing {
                Sharing::Whole => 0,
                Sharing::Pieces(size) | Sharing::Borrowed(size) => had / size.max(1) * size.max(1),
                Sharing::Handed => had,
            };
            let got = got.min(wanted);
            self.account.subnets[take.pool].take(got, 0);
            held += got;
            // the node's own address comes first: without it there is no node
            let mut pods = got.saturating_sub(take.primary).min(take.assigned);
            let mut node = got >= take.primary;
            if matches!(sharing, Sharing::Borrowed(_)) {
                let lacks = (take.primary + take.assigned).saturating_sub(got);
                let borrowed = lacks.min(self.reachable(take.pool));
                node = got + borrowed >= take.primary;
                pods = (got + borrowed).saturating_sub(take.primary).min(take.assigned);
            }
            if !node {
                return (part.asked, refused, held);
            }
            self.uses(take.pool, take.primary + pods);
            if take.assigned > 0 {
                running = running.min(pods);
            }
        }
        (part.asked.saturating_sub(running), refused, held)
    }

    /// Runs a node where there is not enough: pods without an address, the subnet that refused first, addresses
    /// held.
    fn squeeze(
        &mut self,
        group: &Group,
        shape: usize,
        part: &Part,
        asking: u64,
    ) -> (u64, Option<usize>, u64) {
        let own = part.subnet;
        let first = 1 + part.cni.as_ref().map_or(0, |cni| cni.node.unmanaged);
        if !self.account.subnets[own].take(first, 0) {
            return (asking + part.branch_pods(), Some(own), 0);
        }
        let setup = group.setup(self.plan, shape, own);
        let pods_home = setup.pod_subnet;
        // which ENI a pod lands on does not change what can be taken
        let Ok(mut node) = Machine::start_logged(setup, 0, u64::from(part.first), &mut self.account) else {
            return (asking + part.branch_pods(), Some(pods_home), first);
        };
        node.rest(&mut self.account, |_, _| {});
        node.add(u32::try_from(asking).unwrap_or(u32::MAX));
        node.rest(&mut self.account, |_, _| {});
        let mut refused = node.take_log().into_iter().find_map(|(_, event)| match event {
            Event::Refused { subnet, .. } => Some(subnet),
            _ => None,
        });
        let view = node.view();
        let home = &mut self.account.subnets[if group.settings.custom_networking { pods_home } else { own }];
        let branch = home.take_up_to(part.branch_pods());
        if branch < part.branch_pods() {
            refused = refused.or(Some(pods_home));
        }
        (view.pending + part.branch_pods() - branch, refused, view.held + branch)
    }
}

/// A node that does not get what it wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dry {
    pub cluster: usize,
    pub group: usize,
    /// From 0.
    pub index: u32,
    /// Pods that stay pending on it because of that.
    pub pending: u64,
    pub refused: Refused,
}

impl Dry {
    /// `prod/workers`.
    pub fn group_name(&self, plan: &Plan) -> String {
        let cluster = plan.clusters.get(self.cluster);
        let group = cluster.and_then(|c| c.node_groups.get(self.group));
        format!("{}/{}", cluster.map_or("", |c| &c.name), group.map_or("", |g| &g.name))
    }
}

/// What is looked for while nodes join.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    /// A node that does not hold what it wants.
    Short,
    /// A node on which a pod stays pending because a subnet did not give an address.
    Pending,
}

/// The first node with which something ends, when the nodes of all clusters join in file order; `lifted` is a
/// subnet that never ends.
pub fn first_dry(
    plan: &Plan,
    brought: &[Brought],
    clusters: &[(&Cluster, Nodes<'_>)],
    lifted: Option<usize>,
    ends: Ends,
) -> Option<Dry> {
    let mut join = Join::new(plan, brought);
    lifted.into_iter().for_each(|subnet| join.lift(subnet));
    let mut free = free(plan, brought);
    for (c, (cluster, nodes)) in clusters.iter().enumerate() {
        for g in 0..nodes.0.len() {
            let mut own = 0;
            let stop = |joined: &Joined, part: &Part| {
                own = part.starved();
                match (joined.refused, ends) {
                    (None, _) => false,
                    (Some(refused), Ends::Short) => refused.matters,
                    (Some(_), Ends::Pending) => joined.pending > own,
                }
            };
            let first = join.group(cluster, *nodes, g, &mut free, stop);
            if let Some((index, Joined { pending, refused: Some(refused), .. })) = first {
                return Some(Dry { cluster: c, group: g, index, pending: pending - own, refused });
            }
        }
    }
    None
}
