//! What every pool and every group has, kept up to date node by node.

use crate::cni::machine::Take;
use crate::cni::machine::ec2::Account;

use super::World;

/// A pool at one moment, addresses. `usable = other + held + free`, `held = primary + assigned + unused`: what
/// is held is really there, so that nothing is ever short; what nodes wanted besides is in `refused`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PoolAt {
    pub usable: u64,
    /// Of others, as far as the pool has them: a plan can say that they have more than there is.
    pub other: u64,
    pub held: u64,
    pub primary: u64,
    pub assigned: u64,
    pub unused: u64,
    pub free: u64,
    /// What calls that failed had asked for, since the beginning; who asks again counts again.
    pub refused: u64,
    /// Whole /28 blocks among the free.
    pub blocks: u64,
    /// A node or an instance got nothing from it within the last 130 s.
    pub refusing: bool,
}

/// A node group at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GroupAt {
    /// Instances that are there, be they ready or not.
    pub nodes: u64,
    /// Pods with an address of their own, those that are ending included.
    pub running: u64,
    /// Of these, pods that are deleted and have not ended yet.
    pub ending: u64,
    /// Pods on its nodes that wait for an address.
    pub waiting: u64,
    pub held: u64,
    pub primary: u64,
    pub assigned: u64,
    pub unused: u64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    primary: u64,
    assigned: u64,
    unused: u64,
}

impl Sums {
    fn add(&mut self, take: &Take) {
        self.primary += take.primary;
        self.assigned += take.assigned;
        self.unused += take.unused;
    }

    fn remove(&mut self, take: &Take) {
        self.primary -= take.primary;
        self.assigned -= take.assigned;
        self.unused -= take.unused;
    }

    fn held(&self) -> u64 {
        self.primary + self.assigned + self.unused
    }
}

/// The books of a fleet.
#[derive(Debug)]
pub struct Books {
    pools: Vec<Sums>,
    groups: Vec<Vec<Sums>>,
    /// Per subnet: usable, others', lost for everybody.
    given: Vec<(u64, u64, u64)>,
    pub nodes: Vec<Vec<u64>>,
    pub running: Vec<Vec<u64>>,
    pub ending: Vec<Vec<u64>>,
    pub waiting: Vec<Vec<u64>>,
}

impl Books {
    pub fn new(world: &World) -> Books {
        let per_group = || world.nodes.iter().map(|groups| vec![0; groups.len()]).collect();
        Books {
            pools: vec![Sums::default(); world.plan.subnets.len()],
            groups: world.nodes.iter().map(|groups| vec![Sums::default(); groups.len()]).collect(),
            given: world.given(),
            nodes: per_group(),
            running: per_group(),
            ending: per_group(),
            waiting: per_group(),
        }
    }

    /// Exchanges what a node of a group is known to take.
    pub fn exchange(&mut self, (c, g): (usize, usize), old: &[Take], new: &[Take]) {
        for take in new {
            self.pools[take.subnet].add(take);
            self.groups[c][g].add(take);
        }
        for take in old {
            self.pools[take.subnet].remove(take);
            self.groups[c][g].remove(take);
        }
    }

    /// Addresses that others have of a subnet.
    pub fn other(&mut self, subnet: usize) -> &mut u64 {
        &mut self.given[subnet].1
    }

    /// Addresses that others have of a subnet which it has not, beside so many that are free.
    pub fn beyond(&self, subnet: usize, free: u64) -> u64 {
        let (usable, other, lost) = self.given[subnet];
        (other + self.pools[subnet].held() + free + lost).saturating_sub(usable)
    }

    /// The pools, each with what is free in the account.
    pub fn pools(&self, account: &Account) -> Vec<PoolAt> {
        let at = |((sums, &(usable, other, lost)), subnet): ((&Sums, &(u64, u64, u64)), _)| {
            let subnet: &crate::cni::machine::ec2::Subnet = subnet;
            let (held, free) = (sums.held(), subnet.free() + lost);
            PoolAt {
                usable,
                // nobody can use what is not there
                other: other.min(usable.saturating_sub(held + free)),
                held,
                primary: sums.primary,
                assigned: sums.assigned,
                unused: sums.unused,
                free,
                refused: 0,
                blocks: subnet.free_blocks(),
                refusing: false,
            }
        };
        self.pools.iter().zip(&self.given).zip(&account.subnets).map(at).collect()
    }

    /// The groups, clusters in order.
    pub fn groups(&self) -> Vec<GroupAt> {
        let mut all = Vec::new();
        for (c, groups) in self.groups.iter().enumerate() {
            for (g, sums) in groups.iter().enumerate() {
                all.push(GroupAt {
                    nodes: self.nodes[c][g],
                    running: self.running[c][g],
                    ending: self.ending[c][g],
                    waiting: self.waiting[c][g],
                    held: sums.held(),
                    primary: sums.primary,
                    assigned: sums.assigned,
                    unused: sums.unused,
                });
            }
        }
        all
    }
}
