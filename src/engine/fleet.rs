//! The plan's node groups with everything that the instance tables add: shapes, max pods, allocatable cpu
//! and memory, zones.

use std::collections::HashMap;
use std::sync::Arc;

use super::brought;
use super::managed::{self, Managed};

use crate::cni::{self, Node, Primary, Settings, machine::Setup, node::Shape};
use crate::instance::{Hypervisor, InstanceType, Tables};
use crate::plan::{Cluster, MaxPods, NodeGroup, Place, Plan, Problem, Row, Subnet};

const MIB: u64 = 1 << 20;

/// A node group, resolved.
#[derive(Debug, Clone)]
pub struct Group {
    pub cluster: usize,
    /// Index within the cluster.
    pub index: usize,
    /// Of the AWS VPC CNI.
    pub settings: Settings,
    /// How its nodes come by addresses; `None` under the AWS VPC CNI, which [`crate::cni`] knows.
    pub managed: Option<Managed>,
    /// The joined names of its types.
    pub instance_type: Arc<str>,
    /// Alternate node by node; at least one.
    pub shapes: Vec<GroupShape>,
    /// The lowest of the shapes' max pods applies to all.
    pub max_pods: u32,
    /// In order of first mention; at least one.
    pub zones: Vec<Zone>,
}

/// One of a group's instance types.
#[derive(Debug, Clone)]
pub struct GroupShape {
    pub instance_type: String,
    /// Whether the plan names a type; without one the shape says nothing.
    pub typed: bool,
    pub shape: Shape,
    /// A node of this shape in a subnet without tags.
    pub node: Node,
    pub vcpus: Option<u32>,
    /// Allocatable millicores; `None` is unknown and never refuses a pod.
    pub cpu: Option<u64>,
    /// Allocatable bytes; `None` is unknown and never refuses a pod.
    pub memory: Option<u64>,
    pub hypervisor: Hypervisor,
    /// Of a node, on demand; `None` where no table has it.
    pub usd_per_hour: Option<f64>,
    pub note: Option<String>,
}

/// A group's part of one zone.
#[derive(Debug, Clone)]
pub struct Zone {
    pub name: String,
    /// Indices into the plan's subnets, in the group's order; at least one.
    pub subnets: Vec<usize>,
    /// Custom networking: where the pods of its nodes live.
    pub pods: Option<usize>,
}

/// Where the ENIs of the nodes of one subnet go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// Whether the first ENI serves pods.
    pub primary: Primary,
    /// Subnets that new ENIs may use, in file order.
    pub new_enis: Vec<usize>,
}

/// Name of a subnet's zone: a subnet without one is a zone of its own.
pub fn zone_name(subnet: &Subnet) -> &str {
    subnet.zone.as_deref().unwrap_or(&subnet.name)
}

/// Resolves every group of a plan, clusters and groups in file order.
///
/// # Errors
///
/// Types that no table knows and that the group does not describe, more `pods` than a node may run.
pub fn resolve(plan: &Plan, tables: &Tables) -> Result<Vec<Vec<Group>>, Vec<Problem>> {
    resolve_if(plan, tables, |_| true)
}

/// The same of the clusters that are asked for; the others have no groups.
///
/// # Errors
///
/// As [`resolve`].
pub fn resolve_if(
    plan: &Plan,
    tables: &Tables,
    asked: impl Fn(usize) -> bool,
) -> Result<Vec<Vec<Group>>, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut clusters = Vec::with_capacity(plan.clusters.len());
    for ((c, cluster), first) in plan.clusters.iter().enumerate().zip(brought::firsts(plan)) {
        if !asked(c) {
            clusters.push(Vec::new());
            continue;
        }
        let settings = Settings::over_manifest(&cluster.env);
        let mut groups = Vec::with_capacity(cluster.node_groups.len());
        for (g, group) in cluster.node_groups.iter().enumerate() {
            match resolve_group(plan, first, (c, cluster), (g, group), &settings, tables) {
                Ok(resolved) => groups.push(resolved),
                Err(more) => problems.extend(more),
            }
        }
        clusters.push(groups);
    }
    if problems.is_empty() { Ok(clusters) } else { Err(problems) }
}

/// The types of a plan that no table knows and that their groups do not describe. The plan may be a draft.
pub fn unknown_types(plan: &Plan, tables: &Tables) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (c, cluster) in plan.clusters.iter().enumerate() {
        for (g, group) in cluster.node_groups.iter().enumerate() {
            problems.extend(facts(Row::NodeGroup(c, g), group, tables).err().unwrap_or_default());
        }
    }
    problems
}

/// What is known of each of a group's types, or every type of which too little is.
fn facts(row: Row, group: &NodeGroup, tables: &Tables) -> Result<Vec<Facts>, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut facts = Vec::new();
    for (i, name) in group.instance_types.iter().enumerate() {
        match Facts::of(name, group, tables) {
            Ok(known) => facts.push(known),
            Err((message, help)) => {
                let place = match group.instance_types.len() {
                    1 => Place::key(row, "instance_type"),
                    _ => Place::item(row, "instance_type", i),
                };
                problems.push(Problem::new(place, message).help(help));
            }
        }
    }
    if problems.is_empty() { Ok(facts) } else { Err(problems) }
}

fn resolve_group(
    plan: &Plan,
    first: usize,
    (c, cluster): (usize, &Cluster),
    (g, group): (usize, &NodeGroup),
    settings: &Settings,
    tables: &Tables,
) -> Result<Group, Vec<Problem>> {
    let row = Row::NodeGroup(c, g);
    let managed = Managed::of(plan, first, cluster, g);
    let facts = match group.instance_types.is_empty() {
        true => vec![Facts::untyped(group)],
        false => facts(row, group, tables)?,
    };
    let mut problems = Vec::new();
    let max_pods = match (&managed, group.max_pods) {
        (None, _) => facts.iter().map(|f| f.max_pods(group, settings)).min().unwrap_or(0),
        (Some(_), Some(MaxPods::Fixed(n))) => n,
        (Some(_), _) => cluster.settings.max_pods,
    };
    if max_pods < cluster.system_pods {
        let message =
            format!("max pods is {max_pods}, below the {} system pods of every node", cluster.system_pods);
        problems.push(
            Problem::new(Place::key(row, "max_pods"), message)
                .help("raise max_pods or lower system_pods; a larger instance type has more addresses"),
        );
    } else if let Some(pods) = group.pods
        && pods > max_pods - cluster.system_pods
    {
        let most = max_pods - cluster.system_pods;
        let message = format!(
            "{pods} pods do not fit on a node: max pods is {max_pods}, of which {} are system pods",
            cluster.system_pods
        );
        problems.push(
            Problem::new(Place::key(row, "pods"), message)
                .help(format!("at most {most} are possible here; raise max_pods, or choose a larger type")),
        );
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Group {
        cluster: c,
        index: g,
        settings: settings.clone(),
        instance_type: group.instance_types.join(", ").into(),
        shapes: facts.into_iter().map(|f| f.shape(group, settings, max_pods, managed.is_some())).collect(),
        max_pods,
        zones: match managed {
            Some(_) => managed::zones(plan, cluster, group),
            None => zones(plan, cluster, group, settings),
        },
        managed,
    })
}

/// What is known of one of a group's types: the table's row under the group's overrides.
struct Facts {
    known: InstanceType,
    /// Allocatable memory starts from here.
    memory: Option<u64>,
}

impl Facts {
    /// The facts, or what is wrong and what to do.
    fn of(name: &str, group: &NodeGroup, tables: &Tables) -> Result<Facts, (String, String)> {
        let row = tables.get(name);
        let enis = group.enis.or(row.map(|t| t.enis));
        let ipv4_per_eni = group.ipv4_per_eni.or(row.map(|t| t.ipv4_per_eni));
        let (Some(enis), Some(ipv4_per_eni)) = (enis, ipv4_per_eni) else {
            let message = format!("instance type \"{}\" is in no instance table", crate::text::shown(name));
            let own =
                "give enis and ipv4_per_eni, or a table with --instances FILE or instances = [\"FILE\"]";
            let help = match tables.nearest(name) {
                Some(near) => format!("did you mean {near}? otherwise {own}"),
                None => own.to_string(),
            };
            return Err((message, help));
        };
        let known = InstanceType {
            name: name.to_string(),
            vcpus: group.vcpus.or(row.and_then(|t| t.vcpus)),
            memory_mib: row.and_then(|t| t.memory_mib),
            arch: Vec::new(),
            hypervisor: row.map_or(Hypervisor::Unknown, |t| t.hypervisor),
            enis,
            ipv4_per_eni,
            branch_enis: row.and_then(|t| t.branch_enis),
            usd_per_hour: row.and_then(|t| t.usd_per_hour),
            note: row.and_then(|t| t.note.clone()),
        };
        // an explicit memory is taken as it is; of a table's size the hypervisor and kernel keep 7.5 %
        let table = known.memory_mib.map(|mib| scale(mib.saturating_mul(MIB), 925, 1000));
        Ok(Facts { memory: group.memory.or(table), known })
    }

    /// A node of which the plan names no type: nothing is known but what the group says.
    fn untyped(group: &NodeGroup) -> Facts {
        let known = InstanceType {
            name: String::new(),
            vcpus: group.vcpus,
            memory_mib: None,
            arch: Vec::new(),
            hypervisor: Hypervisor::Unknown,
            enis: group.enis.unwrap_or(1),
            ipv4_per_eni: group.ipv4_per_eni.unwrap_or(1),
            branch_enis: None,
            usd_per_hour: None,
            note: None,
        };
        Facts { memory: group.memory, known }
    }

    fn max_pods(&self, group: &NodeGroup, settings: &Settings) -> u32 {
        let max_pods = match group.max_pods_rule() {
            MaxPods::Fixed(n) => u64::from(n),
            MaxPods::Eni => cni::max_pods::in_force(&self.known, settings),
            MaxPods::Managed => cni::max_pods::managed(&self.known, settings),
            MaxPods::Ami => cni::max_pods::of(&self.known).secondary,
        };
        u32::try_from(max_pods).unwrap_or(u32::MAX)
    }

    /// Under other managers than the AWS VPC CNI nothing is kept back for the kubelet: what they reserve is not
    /// modelled.
    fn shape(self, group: &NodeGroup, settings: &Settings, max_pods: u32, whole: bool) -> GroupShape {
        let shape = Shape::of(&self.known);
        let cpu = |vcpus| if whole { u64::from(vcpus) * 1_000 } else { allocatable_cpu(vcpus) };
        let memory = |bytes| if whole { bytes } else { allocatable_memory(bytes, max_pods) };
        GroupShape {
            typed: !self.known.name.is_empty(),
            node: Node::new(settings, shape, group.unmanaged_enis.into(), max_pods.into()),
            shape,
            cpu: self.known.vcpus.map(cpu),
            memory: self.memory.map(memory),
            vcpus: self.known.vcpus,
            hypervisor: self.known.hypervisor,
            usd_per_hour: self.known.usd_per_hour,
            note: self.known.note,
            instance_type: self.known.name,
        }
    }
}

/// Millicores that pods can request: less what EKS keeps for the kubelet, 60m for the first core, 10m for
/// the second, 5m each for the next two, 2.5m each beyond, the sum rounded down to 1m.
/// Source: `nodeadm` of awslabs/amazon-eks-ami, kubelet configuration.
pub fn allocatable_cpu(vcpus: u32) -> u64 {
    let cores = u64::from(vcpus);
    let tenths = 600 * cores.min(1)
        + 100 * cores.saturating_sub(1).min(1)
        + 50 * cores.saturating_sub(2).min(2)
        + 25 * cores.saturating_sub(4);
    cores * 1000 - tenths / 10
}

/// Bytes that pods can request: less 11 MiB x max pods + 255 MiB for the kubelet, less 100 MiB for
/// eviction. Source: as [`allocatable_cpu`].
pub fn allocatable_memory(bytes: u64, max_pods: u32) -> u64 {
    bytes.saturating_sub((11 * u64::from(max_pods) + 255 + 100) * MIB)
}

fn scale(n: u64, by: u128, of: u128) -> u64 {
    u64::try_from(u128::from(n) * by / of).unwrap_or(u64::MAX)
}

/// The group's zones in order of first mention, each with the pod subnet of its nodes.
fn zones(plan: &Plan, cluster: &Cluster, group: &NodeGroup, settings: &Settings) -> Vec<Zone> {
    let mut zones: Vec<Zone> = Vec::new();
    let mut known: HashMap<&str, usize> = HashMap::new();
    for &s in &group.subnets {
        let Some(subnet) = plan.subnets.get(s) else { continue };
        let name = zone_name(subnet);
        let at = *known.entry(name).or_insert(zones.len());
        if at == zones.len() {
            zones.push(Zone { name: name.to_string(), subnets: Vec::new(), pods: None });
        }
        zones[at].subnets.push(s);
    }
    if settings.custom_networking {
        let own = &group.pod_subnets;
        let list = if own.is_empty() { &cluster.pod_subnets } else { own };
        for zone in &mut zones {
            let serves = |&&s: &&usize| plan.subnets.get(s).is_some_and(|p| zone_name(p) == zone.name);
            zone.pods = list.iter().find(serves).copied();
        }
    }
    zones
}

/// The subnets that offer themselves to new ENIs by a tag.
pub fn offered(plan: &Plan) -> Vec<usize> {
    let tagged = |s: &usize| plan.subnets[*s].role_cni.as_deref().is_some_and(|role| role != "0");
    (0..plan.subnets.len()).filter(tagged).collect()
}

/// Where the ENIs of a group's nodes in `subnet` go; `offered` are the subnets of [`offered`]. Sources: `ipamd.go` (excluded ENIs), `awsutils.go`
/// (subnet of a new ENI). Custom networking takes the zone's pod subnet, whatever the tags.
pub fn reach(plan: &Plan, group: &Group, zone: &Zone, subnet: usize, offered: &[usize]) -> Reach {
    let own = plan.subnets[subnet].role_cni.as_deref() != Some("0");
    if group.settings.custom_networking {
        return Reach { primary: Primary::Idle, new_enis: zone.pods.into_iter().collect() };
    }
    if !group.settings.subnet_discovery {
        let new_enis = if own { vec![subnet] } else { Vec::new() };
        return Reach { primary: Primary::Serves, new_enis };
    }
    let zone = &plan.subnets[subnet].zone;
    let near = |s: &&usize| **s != subnet && zone.is_some() && plan.subnets[**s].zone == *zone;
    let mut new_enis: Vec<usize> = offered.iter().filter(near).copied().collect();
    if own {
        new_enis.push(subnet);
        new_enis.sort_unstable();
    }
    Reach { primary: if own { Primary::Serves } else { Primary::Idle }, new_enis }
}

impl Group {
    /// A node of a shape as it is in one of the group's subnets.
    pub fn node_in(&self, shape: usize, reach: &Reach) -> Node {
        let mut node = self.shapes[shape % self.shapes.len()].node.clone();
        node.primary = reach.primary;
        node.more_enis = !reach.new_enis.is_empty();
        node
    }

    /// A node of a shape in one of the group's subnets, for the state machine. Subnets go by their place in the
    /// plan.
    pub fn setup(&self, plan: &Plan, shape: usize, subnet: usize) -> Setup {
        let shape = &self.shapes[shape % self.shapes.len()];
        let zone = &plan.subnets[subnet].zone;
        let near = |s: &usize| *s == subnet || (zone.is_some() && plan.subnets[*s].zone == *zone);
        let pods = self.zones.iter().find(|z| z.subnets.contains(&subnet)).and_then(|z| z.pods);
        Setup {
            settings: self.settings.clone(),
            shape: shape.shape,
            unmanaged: shape.node.unmanaged,
            max_pods: self.max_pods.into(),
            subnet,
            pod_subnet: pods.unwrap_or(subnet),
            zone: (0..plan.subnets.len()).filter(near).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allocatable_cpu_of_common_sizes() {
        for (vcpus, millicores) in [(1, 940), (2, 1_930), (4, 3_920), (5, 4_918), (8, 7_910), (32, 31_850)] {
            assert_eq!(allocatable_cpu(vcpus), millicores, "{vcpus} vcpus");
        }
    }

    #[test]
    fn allocatable_memory_is_never_below_zero() {
        assert_eq!(allocatable_memory(1 << 20, 110), 0);
        assert_eq!(allocatable_memory(8192 * MIB, 29), (8192 - 11 * 29 - 355) * MIB);
    }
}
