//! Plans of clusters of AWS as they are.
//!
//! | file | what it makes |
//! |---|---|
//! | `subnets.rs` | subnets with what others use of them |
//! | `zones.rs` | where nodes are |
//! | `groups.rs`, `asked.rs` | node groups: of the nodes there are, and of those that files ask for |
//! | `env.rs` | aws-node's variables |
//! | `workloads.rs`, `fits.rs` | workloads, and the groups that they may run on |

mod asked;
mod env;
mod fits;
mod groups;
mod subnets;
pub(super) mod workloads;
mod zones;

use std::collections::HashSet;

use super::Refusal;
use super::aws::answer;
use super::draft::Draft;
use super::draft::eks::Eks;
use super::fact::Fact;
use super::live::{Cluster, Index, Live, without_figures};
use crate::text::count;
use subnets::Subnets;
use zones::Served;

/// What facts say of AWS, with the nodes marked that are in no group of a plan: the subnets of a plan made of them, and
/// an audit of them, take the same addresses for those of its groups.
pub(super) fn live(facts: &mut Vec<(usize, Fact)>, names: &[String]) -> Live {
    let mut live = Live::of(facts, names);
    let left = left_out(&live);
    for (c, m) in left {
        let member = live.clusters.get_mut(c).and_then(|cluster| cluster.members.get_mut(m));
        if let Some(machine) = member.and_then(|member| member.machine.as_deref_mut()) {
            machine.left_out = true;
        }
    }
    live
}

/// By cluster and member the nodes of which too little is known.
fn left_out(live: &Live) -> Vec<(usize, usize)> {
    let index = Index::of(live);
    let subnets = subnets::all(live);
    let mut left = Vec::new();
    for (c, cluster) in live.clusters.iter().enumerate() {
        let mut eks = Eks::default();
        env::read(cluster, &mut eks);
        let served = served(live, &index, c, cluster, &subnets, &mut eks);
        let first_enis = groups::first_enis(live, &index, c);
        for (m, member) in cluster.members.iter().enumerate() {
            let Some(machine) = member.machine.as_deref() else { continue };
            if zones::home(first_enis.get(&m).copied(), member, machine, &subnets, &served).is_err() {
                left.push((c, m));
            }
        }
    }
    left
}

/// Adds what is known of AWS to a draft.
///
/// # Errors
///
/// [`Refusal::Lacking`]: there are nodes, and no subnets.
pub(super) fn draft(live: Live, draft: &mut Draft) -> Result<(), Refusal> {
    if live.is_empty() {
        return Ok(());
    }
    draft.notes.extend(elsewhere(&live));
    let index = Index::of(&live);
    let mut subnets = subnets::all(&live);
    subnets::used(&live, &index, &mut subnets);
    let alone = subnets.rows.is_empty() && live.clusters.is_empty();
    if alone && draft.networks.is_empty() && draft.clusters.is_empty() {
        return Err(Refusal::Lacking {
            message: "nothing to make a plan of: no input has subnets, nodes or clusters".to_owned(),
            help: format!("run {} and import that, too", answer("Subnets").run),
        });
    }
    draft.notes.extend(live.cut_short());
    draft.notes.extend(live.notes.iter().cloned());
    draft.notes.extend(subnets.notes.iter().cloned());
    draft.notes.extend(metrics(&live));
    draft.vpc.clone_from(&subnets.vpc);
    for (c, cluster) in live.clusters.iter().enumerate() {
        draft.eks.push(one(&live, &index, c, cluster, &subnets)?);
    }
    draft.subnets = subnets.rows;
    Ok(())
}

/// Network interfaces in subnets that are not there.
fn elsewhere(live: &Live) -> Option<String> {
    let known: HashSet<&str> = live.subnets.iter().map(|subnet| subnet.id.as_str()).collect();
    let ids = live.interfaces.iter().filter_map(|interface| interface.subnet.as_deref());
    let unknown: HashSet<&str> = ids.filter(|id| !known.contains(id)).collect();
    (!unknown.is_empty()).then(|| {
        let n = count(unknown.len() as u64, "subnet");
        format!(
            "there are network interfaces in {n} that no input has the ranges of (aws ec2 describe-subnets)"
        )
    })
}

fn one(
    live: &Live,
    index: &Index<'_>,
    c: usize,
    cluster: &Cluster,
    subnets: &Subnets,
) -> Result<Eks, Refusal> {
    let mut eks = Eks { name: cluster.name.clone(), ..Eks::default() };
    env::read(cluster, &mut eks);
    let served = served(live, index, c, cluster, subnets, &mut eks);
    let mut grouped = groups::all(live, index, c, cluster, subnets, &served)?;
    declared(live, cluster, subnets, &mut eks);
    // neither the groups nor the workloads of a cluster in such a mode have figures
    if cluster.modes().is_empty() {
        asked::add(live, cluster, subnets, &served, &mut grouped);
        workloads::all(cluster, &grouped, &mut eks);
    }
    let nodes: u64 = grouped.groups.iter().map(|group| u64::from(group.row.nodes)).sum();
    if nodes > 0 && cluster.members.is_empty() && !live.interfaces.is_empty() {
        eks.findings.push(format!(
            "which network interfaces are of its {} is not in the inputs (kubectl get nodes -o json): what they have \
             counts among other instances, and the plan's nodes take theirs beside it",
            count(nodes, "node")
        ));
    }
    eks.findings.append(&mut grouped.findings);
    eks.notes.append(&mut grouped.notes);
    eks.facts.append(&mut grouped.facts);
    eks.groups = grouped.groups.into_iter().map(|group| group.row).collect();
    Ok(eks)
}

/// The zones in which its nodes can have pods, by the variables that have been read.
fn served(
    live: &Live,
    index: &Index<'_>,
    c: usize,
    cluster: &Cluster,
    subnets: &Subnets,
    eks: &mut Eks,
) -> Served {
    if !crate::plan::read::env::custom_networking(&eks.env) {
        return Served::default();
    }
    let places = zones::pod_subnets(live, index, c, cluster, subnets, &mut eks.notes);
    eks.pod_subnets = subnets.names_of(&places);
    Served::by(&places, subnets)
}

/// What describes the cluster itself.
fn declared(live: &Live, cluster: &Cluster, subnets: &Subnets, eks: &mut Eks) {
    let (declared, eksctl) = (cluster.declared.as_ref(), cluster.eksctl.as_ref());
    eks.service_cidr =
        declared.and_then(|d| d.service_cidr).or_else(|| eksctl.and_then(|asked| asked.service_cidr));
    if declared.is_some_and(|d| d.auto_mode) || eksctl.is_some_and(|asked| asked.auto_mode) {
        eks.findings.push(without_figures("the nodes that EKS Auto Mode runs, which is on"));
    }
    eks.notes.extend(eksctl.iter().flat_map(|asked| asked.notes.iter().cloned()));
    if eksctl.is_some_and(|asked| asked.fargate) {
        eks.findings.push(without_figures("pods on Fargate, for which it has profiles"));
    }
    if declared.is_none() && eksctl.is_none() {
        eks.notes.push(
            "the cluster itself is not in the inputs: the range of its services and its control plane's subnets are \
             not known (aws eks describe-cluster)"
                .to_owned(),
        );
    }
    // with its network interfaces at hand the control plane is among those who use the subnets' addresses
    if let Some(declared) = declared.filter(|_| live.interfaces.is_empty()) {
        eks.control_plane_subnets = subnets.names(&declared.subnets);
    }
}

/// What ipamd's metrics say in all.
fn metrics(live: &Live) -> Option<String> {
    let (mut nodes, mut total, mut assigned, mut enis) = (0_u64, 0_u64, 0_u64, 0_u64);
    for one in &live.metrics {
        nodes = nodes.saturating_add(one.nodes.into());
        total = total.saturating_add(one.total);
        assigned = assigned.saturating_add(one.assigned);
        enis = enis.saturating_add(one.enis);
    }
    for one in &live.ipamd {
        nodes = nodes.saturating_add(1);
        total = total.saturating_add(one.total.into());
        assigned = assigned.saturating_add(one.assigned.into());
        enis = enis.saturating_add(one.enis.len() as u64);
    }
    (nodes > 0).then(|| {
        format!(
            "ipamd of {} says: {} for pods on {}, {} of them assigned; the plan's own figures are predicted",
            count(nodes, "node"),
            crate::text::addresses(total),
            count(enis, "ENI"),
            crate::text::thousands(assigned)
        )
    })
}
