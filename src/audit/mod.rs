//! Clusters as they are, beside what is predicted for them.
//!
//! Of each node of the AWS VPC CNI the prediction is that of exactly this node: its instance type, its max pods, the
//! variables of the plan, and as many pods as it has with an address, come up empty and settled ([`crate::cni`]). What it
//! holds beyond that, or lacks, is explained as far as the inputs have figures for it (`causes.rs`), and each cause says
//! what a remedy would give back. Of each subnet the plan's own figures are compared, which place the pods by the
//! plan's rule. Addresses that two pods have are looked for in every cluster, whoever gives them out.
//!
//! | part | what it knows |
//! |---|---|
//! | `real.rs` | what each node has, from network interfaces, ipamd and pods |
//! | `predict.rs` | which group of the plan a node is of, and what it should hold |
//! | [`causes`] | why the two differ: a table |
//! | [`nodes`], [`subnets`] | the comparison, row by row |
//! | [`remedies`] | what to do, and what that gives back |
//! | [`mod@twice`] | addresses that several pods have |

pub mod causes;
pub mod nodes;
mod predict;
mod real;
pub mod remedies;
pub mod subnets;
pub mod twice;

use std::collections::BTreeMap;

use nodes::{Compared, Left, NodeRow};
use predict::Fleet;
pub use real::Figures;
use real::{Attached, Places};
use remedies::Remedy;
use serde::Serialize;
use subnets::SubnetRow;
use twice::{Twice, twice};

use crate::engine::Evaluation;
use crate::engine::fleet::Group;
use crate::import::Reading;
use crate::import::live::{Cluster, Index, Live};
use crate::plan::Plan;
use crate::text::{count, list};

/// What is compared with: a plan, evaluated.
#[derive(Clone, Copy)]
pub struct Planned<'a> {
    pub plan: &'a Plan,
    /// Its groups by cluster, see [`crate::engine::fleet::resolve`].
    pub groups: &'a [Vec<Group>],
    pub evaluation: &'a Evaluation,
    /// It is the user's own, and not made of the same inputs.
    pub given: bool,
}

/// What comes of an audit.
#[derive(Debug, Clone, Default)]
pub struct Audit {
    pub clusters: Vec<ClusterRow>,
    pub nodes: Vec<NodeRow>,
    pub subnets: Vec<SubnetRow>,
    /// Those that give most back first.
    pub remedies: Vec<Remedy>,
    pub twice: Twice,
    /// What is not known, and what would tell.
    pub unknown: Vec<String>,
}

/// A cluster in figures: sums over the nodes that could be compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClusterRow {
    pub cluster: String,
    pub nodes: u64,
    pub compared: u64,
    pub differ: u64,
    pub held: u64,
    pub predicted: u64,
    pub unused: u64,
}

/// Audits what inputs say. `live` is what `reading` says of AWS.
pub fn audit(reading: &Reading, live: &Live, planned: Option<Planned<'_>>) -> Audit {
    let mut audit = Audit { twice: twice(reading, live), ..Audit::default() };
    audit.unknown.extend(live.notes.iter().cloned());
    audit.unknown.extend(live.cut_short());
    if let Some(planned) = planned {
        compare(live, planned, &mut audit);
    }
    audit
}

fn compare(live: &Live, planned: Planned<'_>, audit: &mut Audit) {
    let index = Index::of(live);
    let fleet = Fleet::of(planned.plan, planned.groups);
    let attached = Attached::of(live, &index);
    let places = Places::of(live, planned.plan);
    let used = subnets::used(live, &index, planned.plan);
    let all = Compared {
        live,
        index: &index,
        fleet: &fleet,
        attached: &attached,
        places: &places,
        rooms: &used.rooms,
        given: planned.given,
    };
    for (c, cluster) in live.clusters.iter().enumerate().filter(|(_, cluster)| !cluster.members.is_empty()) {
        let rows = nodes::compare(&all, c, cluster);
        audit.clusters.push(sums(cluster, &rows.rows));
        left_out(cluster, &rows.left, &mut audit.unknown);
        let nodes = rows.rows.len() as u64;
        for (known, what, run) in [
            (
                rows.with_enis,
                "the ENIs",
                "aws ec2 describe-network-interfaces --output json > interfaces.json",
            ),
            (rows.with_pods, "the pods", "kubectl get pods -A -o json > pods.json"),
        ] {
            // without its ENIs nothing of a node is known
            if known < nodes && (known > 0 || what == "the ENIs" || rows.with_enis > 0) {
                audit.unknown.push(format!(
                    "{what} of {} of {} are in no input: run {run}",
                    count(nodes - known, "node"),
                    crate::text::excerpt(&cluster.name)
                ));
            }
        }
        audit.nodes.extend(rows.rows);
    }
    audit.subnets = subnets::compare(live, planned.plan, &planned.evaluation.report, &used, &audit.nodes);
    let without = planned.plan.subnets.len().saturating_sub(audit.subnets.len()) as u64;
    if without > 0 {
        audit.unknown.push(format!(
            "of {} of the plan no input says what is used: run aws ec2 describe-subnets --output json > subnets.json",
            count(without, "subnet")
        ));
    }
    if live.interfaces.is_empty() && !audit.subnets.is_empty() {
        audit.unknown.push(
            "who uses the addresses of the subnets is in no input: run aws ec2 describe-network-interfaces --output \
             json > interfaces.json"
                .to_owned(),
        );
    }
    audit.remedies = remedies::of(&audit.nodes, &audit.subnets);
}

fn sums(cluster: &Cluster, rows: &[NodeRow]) -> ClusterRow {
    let machines = cluster.members.iter().filter_map(|member| member.machine.as_deref());
    let compared = || rows.iter().filter(|row| row.difference.is_some());
    let sum = |of: fn(&NodeRow) -> Option<u64>| compared().filter_map(of).sum();
    ClusterRow {
        cluster: cluster.name.clone(),
        nodes: machines.filter(|machine| machine.not_modelled.is_none()).count() as u64,
        compared: compared().count() as u64,
        differ: compared().filter(|row| row.difference != Some(0)).count() as u64,
        held: sum(|row| Some(row.real?.held)),
        predicted: sum(|row| Some(row.predicted?.held)),
        unused: sum(|row| row.real?.unused()),
    }
}

/// Says which nodes are not compared.
fn left_out(cluster: &Cluster, left: &[(Left, String)], unknown: &mut Vec<String>) {
    let mut by: BTreeMap<Left, Vec<&str>> = BTreeMap::new();
    left.iter().for_each(|(why, name)| by.entry(*why).or_default().push(name));
    for (why, names) in by {
        let why = match why {
            Left::NoType => {
                "they do not say their instance type (the label node.kubernetes.io/instance-type)"
            }
            Left::NoSubnet => "they are in no subnet of the plan",
            Left::NoGroup => "no group of the plan has their instance type in their zone",
        };
        unknown.push(format!("{} not compared, {why}: {}", count(names.len() as u64, "node"), list(&names)));
    }
    unknown.extend(cluster.not_modelled());
}
