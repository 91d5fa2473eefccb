//! What a user should know: one table of rules, each a function from an evaluated plan to its findings.
//!
//! To add a rule, write the function in the file of its topic and put a row into [`RULES`]; its section of
//! `docs/findings.md` says why it happens, how to fix it and where it stands.

mod blocks;
mod known;
mod life;
mod managers;
mod models;
mod networks;
mod nodes;
mod overlap;
mod policy;
mod pools;
mod ranges;
mod situations;
mod variables;
mod variants;

use std::sync::Arc;

use super::apart::{Apart, apart};
use super::brought::Brought;
use super::fleet::{Group, GroupShape};
use super::join::Dry;
use super::networks::Attached;
use super::outcome::Outcome;
use super::policy::CODE;
use super::report::{Finding, Fix, Report, Severity};
use crate::plan::{Cluster, Edit, NodeGroup, Place, Plan, Row};

/// A rule: the stable name of its findings, what it looks for, and how.
#[derive(Debug)]
pub struct Rule {
    pub code: &'static str,
    pub doc: &'static str,
    check: fn(&Context) -> Vec<Note>,
}

/// Every rule, in the order in which findings of one severity are listed.
pub const RULES: &[Rule] = &[
    Rule { code: "pods-pending", doc: "pods that never run", check: pools::pods_pending },
    Rule {
        code: "subnet-dry",
        doc: "a subnet without an address for a pod that is placed",
        check: pools::dry,
    },
    Rule {
        code: "pool-short",
        doc: "a subnet with fewer addresses than its nodes want",
        check: pools::short,
    },
    Rule {
        code: "blocks-short",
        doc: "a subnet with fewer whole /28 blocks than its nodes' prefixes take",
        check: blocks::short,
    },
    Rule {
        code: "network-refused",
        doc: "a docker network that is not made, or a container that it refuses",
        check: networks::refused,
    },
    Rule {
        code: "kind-create",
        doc: "what kind create cluster does on its docker network",
        check: networks::kind_create,
    },
    Rule {
        code: "state-lost",
        doc: "addresses that come out twice after host-local's files were deleted",
        check: managers::lost_state,
    },
    Rule {
        code: "no-pod-address",
        doc: "a node that gets no pod address at all",
        check: nodes::no_pod_address,
    },
    Rule {
        code: "no-pod-subnets",
        doc: "custom networking without pod subnets",
        check: nodes::no_pod_subnets,
    },
    Rule {
        code: "unmanaged-enis",
        doc: "more unmanaged ENIs than the type has",
        check: nodes::unmanaged_enis,
    },
    Rule { code: "subnet-overlap", doc: "subnets that overlap", check: overlap::subnets },
    Rule {
        code: "service-overlap",
        doc: "a service CIDR that overlaps a subnet or the VPC",
        check: overlap::services,
    },
    Rule {
        code: "range-overlap",
        doc: "ranges of clusters, networks and the VPC with addresses in common",
        check: overlap::ranges,
    },
    Rule {
        code: "prefix-length",
        doc: "a prefix length that the cloud refuses",
        check: ranges::prefix_length,
    },
    Rule { code: "vpc-range", doc: "a VPC range that AWS refuses", check: ranges::vpc_range },
    Rule { code: "outside-vpc", doc: "a subnet outside the VPC", check: ranges::outside },
    Rule { code: CODE, doc: "less free than the plan's policy asks for", check: policy::free },
    Rule {
        code: "upgrade-short",
        doc: "a subnet that cannot take the surge nodes of a rolling upgrade",
        check: situations::upgrade,
    },
    Rule {
        code: "control-plane-upgrade",
        doc: "a subnet without the addresses that an upgrade of the control plane needs",
        check: situations::control_plane,
    },
    Rule {
        code: "churned-short",
        doc: "a subnet that is short once pods have come and gone",
        check: situations::churned,
    },
    Rule { code: "never-settles", doc: "a pool that grows and shrinks for ever", check: life::never_settles },
    Rule { code: "retries", doc: "EC2 calls without pause that fail for ever", check: life::retries },
    Rule { code: "slow-burst", doc: "pods that wait long for the pool to grow", check: life::slow_burst },
    Rule {
        code: "cool-down",
        doc: "a rolling update that waits for addresses to cool down",
        check: life::cool_down,
    },
    Rule {
        code: "mode-switch",
        doc: "a switch to prefix mode that live nodes do not survive",
        check: life::mode_switch,
    },
    Rule {
        code: "minimum-alone",
        doc: "MINIMUM_IP_TARGET alone starves the pods above it",
        check: nodes::minimum_alone,
    },
    Rule {
        code: "prefix-unsupported",
        doc: "prefix mode on a type that cannot hold prefixes",
        check: nodes::prefix_unsupported,
    },
    Rule {
        code: "enis-taken",
        doc: "max pods that the ENIs left by MAX_ENI, trunk or unmanaged ENIs cannot serve",
        check: nodes::enis_taken,
    },
    Rule {
        code: "max-pods-above-addresses",
        doc: "max pods above what the node's addresses allow",
        check: nodes::max_pods_above_addresses,
    },
    Rule {
        code: "max-pods-secondary",
        doc: "prefix mode with max pods left at the secondary-IP number",
        check: nodes::max_pods_secondary,
    },
    Rule {
        code: "trunk-unlisted",
        doc: "security groups for pods on an unlisted type",
        check: nodes::trunk_unlisted,
    },
    Rule { code: "no-new-enis", doc: "subnet tags that forbid new ENIs", check: nodes::no_new_enis },
    Rule { code: "value-unset", doc: "a value that the program reads as unset", check: variables::unset },
    Rule {
        code: "no-effect",
        doc: "a setting without effect in the mode in force",
        check: variables::no_effect,
    },
    Rule {
        code: "pod-subnets-unused",
        doc: "pod subnets without custom networking",
        check: variables::pod_subnets_unused,
    },
    Rule {
        code: "blocks-scattered",
        doc: "/28 blocks that last only if single addresses lie together",
        check: blocks::scattered,
    },
    Rule {
        code: "blocks-fragmented",
        doc: "used addresses that break most /28 blocks",
        check: blocks::fragmented,
    },
    Rule {
        code: "reservation-unused",
        doc: "a reservation for prefixes that none is taken from",
        check: blocks::unused,
    },
    Rule { code: "growth-unused", doc: "growth of nodes where none can grow", check: variables::growth },
    Rule {
        code: "load-balancers",
        doc: "fewer than 8 free addresses for load balancers",
        check: pools::load_balancers,
    },
    Rule { code: "random", doc: "an outcome that depends on where pods land", check: nodes::random },
    Rule { code: "unknown", doc: "facts of a type that no table states", check: nodes::unknown },
    Rule { code: "high-water", doc: "a high water that nothing bounds", check: nodes::high_water },
    Rule { code: "node-ranges", doc: "known ranges of nodes that overlap", check: known::overlapping },
    Rule {
        code: "stranded",
        doc: "addresses of nodes' ranges that max pods keeps out of use",
        check: managers::stranded,
    },
    Rule {
        code: "blocks-borrowed",
        doc: "nodes that borrow addresses, as no block is left for them",
        check: models::borrowed,
    },
    Rule { code: "ring", doc: "how a ring is split, and what dead peers keep", check: managers::ring },
    Rule {
        code: "unknown-node",
        doc: "an address or a range of a node that the plan does not have",
        check: known::unknown,
    },
    Rule {
        code: "key-unused",
        doc: "a key that means nothing to the cluster's manager",
        check: overlap::unread,
    },
    Rule {
        code: "variant-misfit",
        doc: "a variant that no longer applies to the plan",
        check: variants::misfit,
    },
    Rule { code: "instance-note", doc: "what to know of an instance type", check: nodes::instance_note },
    Rule { code: "vpc-free", doc: "ranges of the VPC that no subnet uses", check: ranges::unused },
];

/// One finding of a rule.
pub(crate) struct Note {
    severity: Severity,
    place: Place,
    message: String,
    help: String,
    fix: Option<Fix>,
}

impl Note {
    fn new(severity: Severity, place: Place, message: String, help: impl Into<String>) -> Note {
        Note { severity, place, message, help: help.into(), fix: None }
    }

    /// The same, with a change of the plan that does what the help says.
    fn fixed(self, text: impl Into<String>, edit: Edit) -> Note {
        Note { fix: Some(Fix { text: text.into(), edit }), ..self }
    }

    /// The same, removed by taking its key out.
    fn taken_out(self) -> Note {
        let (text, place) = (format!("take {} out", self.place.key), self.place.clone());
        self.fixed(text, Edit::Set { place, value: None })
    }

    /// The same, removed by giving its key a value.
    fn set(self, value: impl std::fmt::Display) -> Note {
        let (text, place) = (format!("set {} = {value}", self.place.key), self.place.clone());
        self.fixed(text, Edit::Set { place, value: Some(value.to_string()) })
    }
}

/// What a rule looks at.
pub(crate) struct Context<'a> {
    plan: &'a Plan,
    report: &'a Report,
    /// The pools that are no subnets.
    brought: &'a [Brought],
    attached: &'a Attached,
    clusters: &'a [Arc<Outcome>],
    /// The first node on which a pod stays pending because a subnet is dry.
    dry: Option<&'a Dry>,
    apart: &'a Apart,
}

impl<'a> Context<'a> {
    /// The cluster that brings a pool along.
    fn cluster_of(&self, pool: usize) -> Option<usize> {
        let (c, _) = self.brought.get(pool.checked_sub(self.plan.subnets.len())?)?.of?;
        Some(c)
    }

    /// The clusters of the AWS VPC CNI.
    fn clusters(&self) -> impl Iterator<Item = (usize, &'a Cluster, &'a Outcome)> {
        self.all_clusters().filter(|(_, cluster, _)| cluster.manager.is_aws())
    }

    fn all_clusters(&self) -> impl Iterator<Item = (usize, &'a Cluster, &'a Outcome)> {
        let clusters = self.plan.clusters.iter().zip(self.clusters);
        clusters.enumerate().map(|(c, (cluster, o))| (c, cluster, &**o))
    }

    /// Every node group of the AWS VPC CNI.
    fn groups(&self) -> impl Iterator<Item = Seen<'a>> {
        self.all_groups().filter(|seen| seen.group.managed.is_none())
    }

    /// Every node group with its row, its cluster's outcome, and itself resolved.
    fn all_groups(&self) -> impl Iterator<Item = Seen<'a>> {
        self.all_clusters().flat_map(|(c, cluster, outcome)| {
            cluster.node_groups.iter().zip(&outcome.groups).enumerate().map(move |(g, (spec, group))| Seen {
                row: Row::NodeGroup(c, g),
                env: Row::Env(c),
                index: g,
                cluster,
                spec,
                group,
                outcome,
            })
        })
    }
}

/// A node group as a rule sees it.
struct Seen<'a> {
    row: Row,
    env: Row,
    index: usize,
    cluster: &'a Cluster,
    spec: &'a NodeGroup,
    group: &'a Group,
    outcome: &'a Outcome,
}

impl<'a> Seen<'a> {
    /// `prod/workers`.
    fn name(&self) -> String {
        format!("{}/{}", self.cluster.name, self.spec.name)
    }

    fn shapes(&self) -> impl Iterator<Item = &'a GroupShape> {
        self.group.shapes.iter()
    }

    fn key(&self, key: &str) -> Place {
        Place::key(self.row, key)
    }

    fn variable(&self, name: &str) -> Place {
        Place::key(self.env, name)
    }
}

/// The findings of an evaluated plan: errors, then warnings, then the rest; within each in the order of
/// [`RULES`] and of the file.
pub fn findings(
    plan: &Plan,
    report: &Report,
    brought: &[Brought],
    attached: &Attached,
    clusters: &[Arc<Outcome>],
    dry: Option<&Dry>,
) -> Vec<Finding> {
    let apart = apart(plan);
    let context = Context { plan, report, brought, attached, clusters, dry, apart: &apart };
    let mut findings: Vec<Finding> = RULES
        .iter()
        .flat_map(|rule| (rule.check)(&context).into_iter().map(move |note| (rule.code, note)))
        .map(|(code, note)| Finding {
            severity: note.severity,
            code,
            at: note.place.path(plan),
            message: note.message,
            help: note.help,
            place: note.place,
            fix: note.fix,
        })
        .collect();
    findings.sort_by_key(|f| f.severity);
    findings
}
