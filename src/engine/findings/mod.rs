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

use std::cell::OnceCell;
use std::sync::Arc;

use super::apart::{Apart, apart};
use super::brought::Brought;
use super::evaluate::Evaluation;
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
    of: Of,
    check: fn(&Context) -> Vec<Note>,
}

/// What decides whether a rule finds something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    /// A cluster, what became of it, and the subnets: after an edit elsewhere it need not look again.
    Cluster,
    /// More than one cluster, or what is left of a pool.
    Plan,
}

/// Every rule, in the order in which findings of one severity are listed.
pub const RULES: &[Rule] = &[
    Rule { code: "pods-pending", doc: "pods that never run", of: Of::Plan, check: pools::pods_pending },
    Rule {
        code: "subnet-dry",
        doc: "a subnet without an address for a pod that is placed",
        of: Of::Plan,
        check: pools::dry,
    },
    Rule {
        code: "pool-short",
        doc: "a subnet with fewer addresses than its nodes want",
        of: Of::Plan,
        check: pools::short,
    },
    Rule {
        code: "blocks-short",
        doc: "a subnet with fewer whole /28 blocks than its nodes' prefixes take",
        of: Of::Plan,
        check: blocks::short,
    },
    Rule {
        code: "network-refused",
        doc: "a docker network that is not made, or a container that it refuses",
        of: Of::Plan,
        check: networks::refused,
    },
    Rule {
        code: "kind-create",
        doc: "what kind create cluster does on its docker network",
        of: Of::Plan,
        check: networks::kind_create,
    },
    Rule {
        code: "state-lost",
        doc: "addresses that come out twice after host-local's files were deleted",
        of: Of::Plan,
        check: managers::lost_state,
    },
    Rule {
        code: "no-pod-address",
        doc: "a node that gets no pod address at all",
        of: Of::Cluster,
        check: nodes::no_pod_address,
    },
    Rule {
        code: "no-pod-subnets",
        doc: "custom networking without pod subnets",
        of: Of::Cluster,
        check: nodes::no_pod_subnets,
    },
    Rule {
        code: "unmanaged-enis",
        doc: "more unmanaged ENIs than the type has",
        of: Of::Cluster,
        check: nodes::unmanaged_enis,
    },
    Rule { code: "subnet-overlap", doc: "subnets that overlap", of: Of::Plan, check: overlap::subnets },
    Rule {
        code: "service-overlap",
        doc: "a service CIDR that overlaps a subnet or the VPC",
        of: Of::Plan,
        check: overlap::services,
    },
    Rule {
        code: "range-overlap",
        doc: "ranges of clusters, networks and the VPC with addresses in common",
        of: Of::Plan,
        check: overlap::ranges,
    },
    Rule {
        code: "prefix-length",
        doc: "a prefix length that the cloud refuses",
        of: Of::Plan,
        check: ranges::prefix_length,
    },
    Rule { code: "vpc-range", doc: "a VPC range that AWS refuses", of: Of::Plan, check: ranges::vpc_range },
    Rule { code: "outside-vpc", doc: "a subnet outside the VPC", of: Of::Plan, check: ranges::outside },
    Rule { code: CODE, doc: "less free than the plan's policy asks for", of: Of::Plan, check: policy::free },
    Rule {
        code: "upgrade-short",
        doc: "a subnet that cannot take the surge nodes of a rolling upgrade",
        of: Of::Plan,
        check: situations::upgrade,
    },
    Rule {
        code: "control-plane-upgrade",
        doc: "a subnet without the addresses that an upgrade of the control plane needs",
        of: Of::Plan,
        check: situations::control_plane,
    },
    Rule {
        code: "churned-short",
        doc: "a subnet that is short once pods have come and gone",
        of: Of::Plan,
        check: situations::churned,
    },
    Rule {
        code: "never-settles",
        doc: "a pool that grows and shrinks for ever",
        of: Of::Cluster,
        check: life::never_settles,
    },
    Rule {
        code: "retries",
        doc: "EC2 calls without pause that fail for ever",
        of: Of::Plan,
        check: life::retries,
    },
    Rule {
        code: "slow-burst",
        doc: "pods that wait long for the pool to grow",
        of: Of::Cluster,
        check: life::slow_burst,
    },
    Rule {
        code: "cool-down",
        doc: "a rolling update that waits for addresses to cool down",
        of: Of::Cluster,
        check: life::cool_down,
    },
    Rule {
        code: "mode-switch",
        doc: "a switch to prefix mode that live nodes do not survive",
        of: Of::Cluster,
        check: life::mode_switch,
    },
    Rule {
        code: "minimum-alone",
        doc: "MINIMUM_IP_TARGET alone starves the pods above it",
        of: Of::Cluster,
        check: nodes::minimum_alone,
    },
    Rule {
        code: "prefix-unsupported",
        doc: "prefix mode on a type that cannot hold prefixes",
        of: Of::Cluster,
        check: nodes::prefix_unsupported,
    },
    Rule {
        code: "enis-taken",
        doc: "max pods that the ENIs left by MAX_ENI, trunk or unmanaged ENIs cannot serve",
        of: Of::Cluster,
        check: nodes::enis_taken,
    },
    Rule {
        code: "max-pods-above-addresses",
        doc: "max pods above what the node's addresses allow",
        of: Of::Cluster,
        check: nodes::max_pods_above_addresses,
    },
    Rule {
        code: "max-pods-secondary",
        doc: "prefix mode with max pods left at the secondary-IP number",
        of: Of::Cluster,
        check: nodes::max_pods_secondary,
    },
    Rule {
        code: "trunk-unlisted",
        doc: "security groups for pods on an unlisted type",
        of: Of::Cluster,
        check: nodes::trunk_unlisted,
    },
    Rule {
        code: "no-new-enis",
        doc: "subnet tags that forbid new ENIs",
        of: Of::Cluster,
        check: nodes::no_new_enis,
    },
    Rule {
        code: "value-unset",
        doc: "a value that the program reads as unset",
        of: Of::Cluster,
        check: variables::unset,
    },
    Rule {
        code: "no-effect",
        doc: "a setting without effect in the mode in force",
        of: Of::Cluster,
        check: variables::no_effect,
    },
    Rule {
        code: "pod-subnets-unused",
        doc: "pod subnets without custom networking",
        of: Of::Cluster,
        check: variables::pod_subnets_unused,
    },
    Rule {
        code: "blocks-scattered",
        doc: "/28 blocks that last only if single addresses lie together",
        of: Of::Plan,
        check: blocks::scattered,
    },
    Rule {
        code: "blocks-fragmented",
        doc: "used addresses that break most /28 blocks",
        of: Of::Plan,
        check: blocks::fragmented,
    },
    Rule {
        code: "reservation-unused",
        doc: "a reservation for prefixes that none is taken from",
        of: Of::Plan,
        check: blocks::unused,
    },
    Rule {
        code: "growth-unused",
        doc: "growth of nodes where none can grow",
        of: Of::Plan,
        check: variables::growth,
    },
    Rule {
        code: "load-balancers",
        doc: "fewer than 8 free addresses for load balancers",
        of: Of::Plan,
        check: pools::load_balancers,
    },
    Rule {
        code: "random",
        doc: "an outcome that depends on where pods land",
        of: Of::Cluster,
        check: nodes::random,
    },
    Rule {
        code: "unknown",
        doc: "facts of a type that no table states",
        of: Of::Cluster,
        check: nodes::unknown,
    },
    Rule {
        code: "high-water",
        doc: "a high water that nothing bounds",
        of: Of::Cluster,
        check: nodes::high_water,
    },
    Rule {
        code: "node-ranges",
        doc: "known ranges of nodes that overlap",
        of: Of::Cluster,
        check: known::overlapping,
    },
    Rule {
        code: "stranded",
        doc: "addresses of nodes' ranges that max pods keeps out of use",
        of: Of::Plan,
        check: managers::stranded,
    },
    Rule {
        code: "blocks-borrowed",
        doc: "nodes that borrow addresses, as no block is left for them",
        of: Of::Plan,
        check: models::borrowed,
    },
    Rule {
        code: "ring",
        doc: "how a ring is split, and what dead peers keep",
        of: Of::Plan,
        check: managers::ring,
    },
    Rule {
        code: "unknown-node",
        doc: "an address or a range of a node that the plan does not have",
        of: Of::Cluster,
        check: known::unknown,
    },
    Rule {
        code: "key-unused",
        doc: "a key that means nothing to the cluster's manager",
        of: Of::Plan,
        check: overlap::unread,
    },
    Rule {
        code: "variant-misfit",
        doc: "a variant that no longer applies to the plan",
        of: Of::Plan,
        check: variants::misfit,
    },
    Rule {
        code: "instance-note",
        doc: "what to know of an instance type",
        of: Of::Cluster,
        check: nodes::instance_note,
    },
    Rule {
        code: "vpc-free",
        doc: "ranges of the VPC that no subnet uses",
        of: Of::Plan,
        check: ranges::unused,
    },
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
    /// The only cluster to look at, where it is one.
    only: Option<usize>,
    apart: OnceCell<Apart>,
}

impl<'a> Context<'a> {
    /// What a plan came to.
    pub fn new(plan: &'a Plan, evaluation: &'a Evaluation) -> Context<'a> {
        let Evaluation { report, brought, attached, clusters, dry } = evaluation;
        let dry = dry.as_ref();
        Context { plan, report, brought, attached, clusters, dry, only: None, apart: OnceCell::new() }
    }

    fn apart(&self) -> &Apart {
        self.apart.get_or_init(|| apart(self.plan))
    }

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
        let clusters = self.plan.clusters.iter().zip(self.clusters).enumerate();
        let clusters = clusters.skip(self.only.unwrap_or(0)).take(self.only.map_or(usize::MAX, |_| 1));
        clusters.map(|(c, (cluster, o))| (c, &**cluster, &**o))
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

/// A finding, and the place of its rule in [`RULES`].
pub type Found = (usize, Finding);

/// What the rules of one cluster find in each that is not looked at yet.
pub(super) fn of_clusters(plan: &Plan, evaluation: &Evaluation) -> Vec<(usize, Vec<Found>)> {
    let open = evaluation.clusters.iter().enumerate().filter(|(_, outcome)| outcome.findings.is_none());
    let look = |c: usize| found(&Context { only: Some(c), ..Context::new(plan, evaluation) }, Of::Cluster);
    open.map(|(c, _)| (c, look(c))).collect()
}

/// The findings of an evaluated plan whose clusters are looked at: errors, then warnings, then the rest; within each in
/// the order of [`RULES`] and of the file.
pub(super) fn findings(plan: &Plan, evaluation: &Evaluation) -> Vec<Finding> {
    let mut found = found(&Context::new(plan, evaluation), Of::Plan);
    found.extend(
        evaluation.clusters.iter().filter_map(|outcome| outcome.findings.as_ref()).flatten().cloned(),
    );
    found.sort_by_key(|(rule, finding)| (finding.severity, *rule));
    found.into_iter().map(|(_, finding)| finding).collect()
}

fn found(context: &Context, of: Of) -> Vec<Found> {
    let rules = RULES.iter().enumerate().filter(|(_, rule)| rule.of == of);
    let notes =
        rules.flat_map(|(r, rule)| (rule.check)(context).into_iter().map(move |note| (r, rule, note)));
    let finding = |(r, rule, note): (usize, &Rule, Note)| {
        let finding = Finding {
            severity: note.severity,
            code: rule.code,
            at: note.place.path(context.plan),
            message: note.message,
            help: note.help,
            place: note.place,
            fix: note.fix,
        };
        (r, finding)
    };
    notes.map(finding).collect()
}
