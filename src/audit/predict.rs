//! What the plan says that exactly these nodes hold: of their instance type, with their max pods and as many pods as
//! they have.

use crate::cni::settle::Range;
use crate::cni::{Node, Primary, Settings, Settled, settle};
use crate::engine::fleet::{Group, Reach, offered, reach, zone_name};
use crate::import::fact::{Machine, Member, Runner};
use crate::plan::{Cluster, MaxPods, Plan};

/// A plan with its groups resolved.
pub struct Fleet<'p> {
    pub plan: &'p Plan,
    /// By cluster.
    pub groups: &'p [Vec<Group>],
    offered: Vec<usize>,
}

/// A node's place in a plan.
#[derive(Debug, Clone)]
pub struct Site {
    pub cluster: usize,
    pub group: usize,
    pub shape: usize,
    /// Its subnet.
    pub subnet: usize,
    pub reach: Reach,
}

/// What a node should hold.
#[derive(Debug, Clone)]
pub struct Predicted {
    pub node: Node,
    pub settled: Settled,
    /// Addresses held, of the pool and of ENIs: between these, and the least of them unless that is the exception of a
    /// cycle.
    pub least: u64,
    pub most: u64,
}

impl Predicted {
    /// A node that came up empty, settled, and got so many pods.
    pub fn of(node: Node, pods: u64) -> Predicted {
        let settled = settle(&node, pods);
        let held = |slots: u64, enis: u64| slots * node.per_slot() + enis;
        let (least, most) = match settled.range {
            Range::Exact => (settled.held(), settled.held()),
            Range::Oscillates { slots, enis } => (held(slots, enis), settled.held()),
            Range::Random { slots, enis } => (settled.held(), held(slots, enis)),
        };
        Predicted { node, settled, least, most }
    }

    /// How much more is held than that, or less.
    pub fn difference(&self, held: u64) -> i64 {
        let more = i64::try_from(held.saturating_sub(self.most)).unwrap_or(i64::MAX);
        let less = i64::try_from(self.least.saturating_sub(held)).unwrap_or(i64::MAX);
        more - less
    }

    /// What it takes, by subnet of the plan: the node's own, and `further` for the ENIs beyond the first.
    pub fn takes(&self, own: usize, further: usize) -> Vec<(usize, u64)> {
        let node = &self.node;
        let on_first = match node.primary {
            Primary::Serves => self.settled.slots.min(node.slots),
            Primary::Idle => 0,
        };
        let home = 1 + on_first * node.per_slot() + node.unmanaged;
        let rest = self.settled.held().saturating_sub(home);
        if own == further || rest == 0 {
            return vec![(own, self.settled.held())];
        }
        vec![(own, home), (further, rest)]
    }
}

impl<'p> Fleet<'p> {
    pub fn of(plan: &'p Plan, groups: &'p [Vec<Group>]) -> Fleet<'p> {
        Fleet { plan, groups, offered: offered(plan) }
    }

    /// The cluster of the plan that is one of the inputs: by its name, or the only one of the VPC CNI.
    pub fn cluster(&self, name: &str) -> Option<usize> {
        let of_cni = |cluster: &Cluster| cluster.manager.model.is_none();
        let clusters = &self.plan.clusters;
        let by_name = clusters.iter().position(|cluster| of_cni(cluster) && *cluster.name == *name);
        let mut all = (0..clusters.len()).filter(|c| clusters.get(*c).is_some_and(|cluster| of_cni(cluster)));
        by_name.or_else(|| all.next().filter(|_| all.next().is_none()))
    }

    /// The place of a node that is in a subnet of the plan. Groups that have its instance type and its zone are looked
    /// at: best is one that is called as who runs the node is, then one that has its subnet, then one with its max pods.
    pub fn site(&self, cluster: usize, member: &Member, machine: &Machine, subnet: usize) -> Option<Site> {
        let groups = self.groups.get(cluster)?;
        let spec = &self.plan.clusters.get(cluster)?.node_groups;
        let zone = zone_name(self.plan.subnets.get(subnet)?);
        let instance_type = machine.instance_type.as_deref()?;
        let runner = match &machine.runner {
            Runner::Nodegroup(name) | Runner::SelfManaged(name) | Runner::NodePool(name) => name.as_str(),
            Runner::Nobody => "workers",
        };
        let rank = |g: usize| -> Option<(u8, bool, bool)> {
            let (group, spec) = (groups.get(g)?, spec.get(g)?);
            group.shapes.iter().find(|shape| shape.instance_type == instance_type)?;
            group.zones.iter().find(|own| own.name == zone)?;
            let named = match spec.name.strip_prefix(runner) {
                Some("") => 2,
                Some(rest) if rest.starts_with('-') => 1,
                _ => 0,
            };
            let max_pods = member.max_pods.is_some_and(|n| spec.max_pods == Some(MaxPods::Fixed(n)));
            Some((named, spec.subnets.contains(&subnet), max_pods))
        };
        // the first of those that are as good
        let (group, _) = (0..groups.len())
            .filter_map(|g| Some((g, rank(g)?)))
            .reduce(|best, next| if next.1 > best.1 { next } else { best })?;
        let own = groups.get(group)?;
        let shape = own.shapes.iter().position(|shape| shape.instance_type == instance_type)?;
        let zone = own.zones.iter().find(|own| own.name == zone)?;
        let reach = reach(self.plan, own, zone, subnet, &self.offered);
        Some(Site { cluster, group, shape, subnet, reach })
    }

    /// The node of a place under some settings, as it is: with its own max pods and unmanaged ENIs.
    pub fn node(
        &self,
        site: &Site,
        settings: &Settings,
        max_pods: Option<u32>,
        unmanaged: u64,
    ) -> Option<Node> {
        let group = self.groups.get(site.cluster)?.get(site.group)?;
        let shape = group.shapes.get(site.shape)?;
        let max_pods = max_pods.unwrap_or(group.max_pods);
        let mut node = Node::new(settings, shape.shape, unmanaged, max_pods.into());
        node.more_enis = !site.reach.new_enis.is_empty();
        node.primary = match settings.custom_networking == group.settings.custom_networking {
            true => site.reach.primary,
            false => node.primary,
        };
        Some(node)
    }

    /// The settings of a group's nodes, as the plan has them.
    pub fn settings(&self, cluster: usize) -> Settings {
        self.plan
            .clusters
            .get(cluster)
            .map_or_else(|| Settings::over_manifest(&[]), |cluster| Settings::over_manifest(&cluster.env))
    }
}
