//! Subnets, with what others use of them.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use ipnet::Ipv4Net;

use super::super::draft::eks::Subnet as Row;
use super::super::draft::unique;
use super::super::fact::{Interface, Subnet, Vpc, tag};
use super::super::live::{Cluster, Index, Live, UNLISTED, USES, Usage, usage};
use crate::plan::Addresses;
use crate::plan::range::kept;
use crate::text::{addresses, count, excerpt, thousands};

/// Tags that say what a subnet is for.
/// Sources: aws/amazon-vpc-cni-k8s README (subnet discovery), AWS Load Balancer Controller (subnet discovery).
const ROLE_CNI: &str = "kubernetes.io/role/cni";
const CNI_CLUSTER: &str = "cni.networking.k8s.aws/cluster/";
const ELB: [&str; 2] = ["kubernetes.io/role/elb", "kubernetes.io/role/internal-elb"];

/// The subnets of a plan.
pub(super) struct Subnets {
    pub rows: Vec<Row>,
    pub vpc: Vec<Ipv4Net>,
    pub notes: Vec<String>,
    /// By id, the place among the rows.
    by_id: HashMap<String, usize>,
    /// Those that eksctl's file of a cluster names, public ones and private ones by themselves.
    by_name: HashMap<(String, bool, String), usize>,
}

impl Subnets {
    /// The place of a subnet among the rows.
    pub fn by_id(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// The place of a subnet that eksctl's file of a cluster calls so.
    pub fn of_eksctl(&self, cluster: &str, public: bool, name: &str) -> Option<usize> {
        self.by_name.get(&(cluster.to_owned(), public, name.to_owned())).copied()
    }

    /// The names of some rows.
    pub fn names_of(&self, places: &[usize]) -> Vec<String> {
        places.iter().filter_map(|place| Some(self.rows.get(*place)?.name.clone())).collect()
    }

    /// The place of the subnet that has an address.
    pub fn with(&self, address: IpAddr) -> Option<usize> {
        let IpAddr::V4(address) = address else { return None };
        self.rows.iter().position(|row| row.cidr.contains(&address))
    }

    /// Names by ids; those that are not there are left out.
    pub fn names(&self, ids: &[String]) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for row in ids.iter().filter_map(|id| self.rows.get(self.by_id(id)?)) {
            if !names.contains(&row.name) {
                names.push(row.name.clone());
            }
        }
        names
    }

    /// The zone that nodes in it are in, as plans have it.
    pub fn zone(&self, place: usize) -> &str {
        self.rows.get(place).map_or("", |row| row.zone.as_deref().unwrap_or(&row.name))
    }
}

/// The subnets as such.
pub(super) fn all(live: &Live) -> Subnets {
    let mut subnets = Subnets {
        rows: Vec::new(),
        vpc: Vec::new(),
        notes: Vec::new(),
        by_id: HashMap::new(),
        by_name: HashMap::new(),
    };
    let vpcs = vpcs(live);
    let (mut left, mut without) = (0, 0);
    let mut names = HashSet::new();
    for subnet in &live.subnets {
        if subnet.vpc.as_ref().is_some_and(|vpc| !vpcs.is_empty() && !vpcs.contains(vpc.as_str())) {
            left += 1;
            continue;
        }
        let Some(cidr) = subnet.cidr else {
            without += 1;
            continue;
        };
        let row = row(live, subnet, cidr, &mut names);
        subnets.by_id.insert(subnet.id.clone(), subnets.rows.len());
        subnets.rows.push(row);
    }
    if left > 0 {
        subnets.notes.push(format!("left out: {} of other VPCs", count(left, "subnet")));
    }
    if without > 0 {
        subnets.notes.push(format!("left out: {} without IPv4", count(without, "subnet")));
    }
    of_eksctl(live, &mut subnets, &mut names);
    let rows = &subnets.rows;
    // where no input says which VPC it is, those with subnets among the inputs
    let has_rows = |vpc: &Vpc| rows.iter().any(|row| vpc.cidrs.iter().any(|range| range.contains(&row.cidr)));
    for vpc in &live.vpcs {
        if vpcs.contains(vpc.id.as_str()) || vpcs.is_empty() && has_rows(vpc) {
            let known = subnets.vpc.clone();
            subnets.vpc.extend(vpc.cidrs.iter().filter(|cidr| !known.contains(cidr)));
        }
    }
    subnets
}

/// The VPCs that the clusters are in; empty: of one of them no input says it.
fn vpcs(live: &Live) -> HashSet<&str> {
    let mut vpcs = HashSet::new();
    for cluster in &live.clusters {
        let of_one = of_cluster(live, cluster);
        if of_one.is_empty() {
            return of_one;
        }
        vpcs.extend(of_one);
    }
    vpcs
}

/// The VPC that describes it, that of its node groups' subnets, and that of its nodes' ENIs: all the same.
fn of_cluster<'l>(live: &'l Live, cluster: &'l Cluster) -> HashSet<&'l str> {
    let declared = cluster.declared.iter().filter_map(|declared| declared.vpc.as_deref());
    let asked = cluster.eksctl.iter().filter_map(|asked| asked.vpc.as_deref());
    let mut vpcs: HashSet<&str> = declared.chain(asked).collect();
    let ids: HashSet<&String> = cluster.nodegroups.iter().flat_map(|group| &group.subnets).collect();
    vpcs.extend(live.subnets.iter().filter(|s| ids.contains(&s.id)).filter_map(|s| s.vpc.as_deref()));
    let machines = cluster.members.iter().filter_map(|member| member.machine.as_deref());
    let instances: HashSet<&String> = machines.filter_map(|machine| machine.instance.as_ref()).collect();
    let on_node = |i: &&Interface| i.instance.as_ref().is_some_and(|instance| instances.contains(instance));
    vpcs.extend(live.interfaces.iter().filter(on_node).filter_map(|interface| interface.vpc.as_deref()));
    vpcs
}

fn row(live: &Live, subnet: &Subnet, cidr: Ipv4Net, names: &mut HashSet<String>) -> Row {
    let name = tag(&subnet.tags, "Name").filter(|name| !name.is_empty()).unwrap_or(&subnet.id);
    let mut row = Row {
        name: unique(names, name),
        cidr,
        zone: subnet.zone.clone(),
        id: subnet.id.clone(),
        other: Vec::new(),
        used: Vec::new(),
        role_cni: tag(&subnet.tags, ROLE_CNI).map(str::to_owned),
        elb: ELB.iter().any(|key| tag(&subnet.tags, key).is_some_and(|value| value != "0")),
        facts: Vec::new(),
        notes: Vec::new(),
    };
    let others: Vec<&str> = subnet
        .tags
        .iter()
        .filter_map(|(key, _)| key.strip_prefix(CNI_CLUSTER))
        .filter(|of| !live.clusters.iter().any(|cluster| cluster.name == *of))
        .collect();
    if let (Some(other), true) = (others.first(), row.role_cni.as_deref().is_some_and(|role| role != "0")) {
        row.notes.push(format!("its tags leave it to the pods of another cluster, {}: subnet discovery passes it over, which the plan does not say", excerpt(other)));
    }
    row
}

/// Says of each subnet what is used of it, and by whom.
pub(super) fn used(live: &Live, index: &Index<'_>, subnets: &mut Subnets) {
    for subnet in &live.subnets {
        let Some(row) = subnets.by_id(&subnet.id).and_then(|place| subnets.rows.get_mut(place)) else {
            continue;
        };
        let kept: u64 = kept(row.cidr).iter().map(Addresses::count).sum();
        let usable = Addresses::of(row.cidr).count().saturating_sub(kept);
        let counted = subnet.available.map(|available| usable.saturating_sub(available.into()));
        if live.interfaces.is_empty() {
            by_count(live, counted, row);
        } else {
            by_interfaces(&usage(live, index, subnet), counted, row);
        }
    }
}

/// What AWS counts says how many addresses are in use, and not by whom.
fn by_count(live: &Live, counted: Option<u64>, row: &mut Row) {
    let Some(counted) = counted.filter(|n| *n > 0) else { return };
    if live.clusters.is_empty() {
        row.other.push(("in use", counted));
        return;
    }
    row.notes.push(format!(
        "{} of it in use now, by the nodes and by others: by whom is not in the inputs (aws ec2 \
         describe-network-interfaces), and the plan has no other",
        addresses(counted)
    ));
}

fn by_interfaces(usage: &Usage, counted: Option<u64>, row: &mut Row) {
    let mut words: Vec<String> = Vec::new();
    for (by, word, nodes) in USES {
        let n = usage.count(*by);
        if n == 0 {
            continue;
        }
        words.push(format!("{word} {}", thousands(n)));
        if !nodes {
            row.other.push((word, n));
        }
    }
    let used = usage.usable.saturating_sub(usage.free);
    let by = if words.is_empty() { String::new() } else { format!(" ({})", words.join(", ")) };
    let blocks = match usage.blocks {
        0 => "no whole /28".to_owned(),
        n => format!("{} whole /28", thousands(n)),
    };
    row.facts.push(format!(
        "now: {} of {} usable in use{by}, {} free, {blocks} among them",
        thousands(used),
        thousands(usage.usable),
        thousands(usage.free)
    ));
    row.used = runs(usage);
    match counted {
        Some(counted) if counted > used => {
            let missing = counted - used;
            row.other.push((UNLISTED, missing));
            row.notes.push(format!(
                "AWS counts {} in use, the network interfaces have {}: the rest may be reservations, or interfaces \
                 that the list leaves out",
                thousands(counted),
                thousands(used)
            ));
        }
        Some(counted) if counted < used => row.notes.push(format!(
            "AWS counts {} in use, the network interfaces have {}: the two lists are of different moments",
            thousands(counted),
            thousands(used)
        )),
        _ => {}
    }
}

/// The addresses that others than the plan's nodes use, neighbours together.
fn runs(usage: &Usage) -> Vec<Addresses> {
    let mut runs: Vec<Addresses> = Vec::new();
    for used in usage.used.iter().filter(|used| !used.by.is_of_nodes()) {
        let next = runs.last().map(|run| u32::from(run.last).saturating_add(1));
        match runs.last_mut() {
            Some(run) if next == Some(u32::from(used.addresses.first)) => run.last = used.addresses.last,
            _ => runs.push(used.addresses),
        }
    }
    runs
}

/// Subnets that only eksctl's file has. Without a range a subnet is in no plan; where aws has listed the subnets, those
/// that eksctl would make are none that are not among them.
fn of_eksctl(live: &Live, subnets: &mut Subnets, names: &mut HashSet<String>) {
    let all = live.clusters.iter().filter_map(|cluster| Some((&cluster.name, cluster.eksctl.as_ref()?)));
    for (cluster, asked) in all {
        for subnet in &asked.subnets {
            let by_id = subnet.id.as_deref().and_then(|id| subnets.by_id(id));
            let by_range = || {
                let own = |row: &Row| Some(row.cidr) == subnet.cidr;
                subnets.rows.iter().position(own).filter(|_| subnet.id.is_none())
            };
            let known = by_id.or_else(by_range);
            let place = known.or_else(|| {
                let cidr = subnet.cidr.filter(|_| !asked.made || live.subnets.is_empty())?;
                let name = format!("{}-{}", if subnet.public { "public" } else { "private" }, subnet.name);
                let name = unique(names, &name);
                let place = subnets.rows.len();
                subnets.rows.push(Row {
                    id: subnet.id.clone().unwrap_or_else(|| name.clone()),
                    name,
                    cidr,
                    zone: subnet.zone.clone(),
                    other: Vec::new(),
                    used: Vec::new(),
                    role_cni: None,
                    elb: false,
                    facts: Vec::new(),
                    notes: Vec::new(),
                });
                Some(place)
            });
            let Some(place) = place else { continue };
            if let Some(id) = &subnet.id {
                subnets.by_id.entry(id.clone()).or_insert(place);
            }
            let name = (cluster.clone(), subnet.public, subnet.name.clone());
            subnets.by_name.entry(name).or_insert(place);
        }
        let cidr = asked.cidr.filter(|_| !asked.made || live.subnets.is_empty());
        subnets.vpc.extend(cidr.filter(|cidr| !subnets.vpc.contains(cidr)));
    }
}
