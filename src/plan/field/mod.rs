//! Everything in a plan that can be edited: one table. The form, its hints, the help, the check for unknown
//! keys and the bounds of every number come from it.

mod enter;
pub mod names;
mod nets;
pub(super) mod parts;
mod rows;
mod show;
pub(crate) mod typed;

use super::Row;
use crate::cni::env::VARIABLES;
use crate::limits;
use crate::manager::{MANAGERS, Manager, Nodes};

pub use rows::FIELDS;
pub(crate) use show::{quote, quote_key};

/// Which table of the plan file a field belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    Plan,
    Subnet,
    Network,
    Cluster,
    Env,
    NodeGroup,
    Workload,
}

/// One key of a section.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    pub section: Section,
    pub key: &'static str,
    /// What the form calls it.
    pub label: &'static str,
    pub kind: FieldKind,
    pub required: bool,
    /// What everybody knows, shown first; the rest is behind it.
    pub everyday: bool,
    /// What holds when the key is absent, as shown in the form.
    pub default: &'static str,
    /// One line: what it is, with unit.
    pub doc: &'static str,
}

/// What a field's value can be. Decides how text becomes a TOML value and back, and which editor opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    Name,
    Text,
    Texts,
    Cidr,
    Cidrs,
    /// A range of either family.
    Net,
    /// One range, or one of each family.
    Nets,
    /// An address of either family.
    Ip,
    /// Names with an address each, or `auto` where one is given out.
    Addressed,
    /// Names with a range each.
    Ranged,
    /// Sets of ranges of host-local.
    Sets,
    /// What state was lost, and while how many pods ran.
    StateLoss,
    /// Whole number within bounds.
    Count {
        least: u32,
        most: u32,
    },
    Flag,
    /// One of these.
    Choice(&'static [&'static str]),
    /// Addresses used by others: a number or a table of reasons.
    Other,
    /// Single addresses, ranges and CIDRs within a subnet.
    Addresses,
    /// CIDRs within a subnet, each with what it is set aside for.
    Reservations,
    /// A table of rates of growth.
    Growth,
    /// A table of what must hold.
    Policy,
    /// Percent a month.
    Rate,
    /// Names of subnets of the plan.
    Subnets,
    /// Names of groups of the cluster.
    Groups,
    /// One instance type, or several.
    InstanceTypes,
    /// A count, counts by zone, or `auto`.
    Nodes,
    MaxPods,
    Cpu,
    Memory,
    /// A variable of the aws-node DaemonSet: any integer, flag or text.
    Variable,
}

/// The names that `max_pods` takes besides a number.
pub const MAX_PODS: &[&str] = &["managed", "ami", "eni"];

/// How many of [`VARIABLES`], which has the everyday ones first, everybody knows.
const EVERYDAY_VARIABLES: usize = 4;

/// The fields of [`Section::Env`].
#[allow(clippy::indexing_slicing)] // while it is compiled
const ENV: [Field; VARIABLES.len()] = {
    let mut rows = [rows::variable(&VARIABLES[0]); VARIABLES.len()];
    let mut i = 0;
    while i < rows.len() {
        rows[i] = rows::variable(&VARIABLES[i]);
        rows[i].everyday = i < EVERYDAY_VARIABLES;
        i += 1;
    }
    rows
};
static ENV_FIELDS: &[Field] = &ENV;

/// The section of a row.
pub fn section(row: Row) -> Section {
    match row {
        Row::Plan => Section::Plan,
        Row::Subnet(_) => Section::Subnet,
        Row::Network(_) => Section::Network,
        Row::Cluster(_) => Section::Cluster,
        Row::Env(_) => Section::Env,
        Row::NodeGroup(..) => Section::NodeGroup,
        Row::Workload(..) => Section::Workload,
    }
}

/// The fields of a section, in the order of the form. For [`Section::Env`] they are made from
/// [`crate::cni::env::VARIABLES`].
pub fn fields(section: Section) -> Vec<&'static Field> {
    slice(section).iter().collect()
}

/// The field of a key.
pub fn field(section: Section, key: &str) -> Option<&'static Field> {
    slice(section).iter().find(|f| f.key == key)
}

/// As [`fields`].
pub(super) fn slice(section: Section) -> &'static [Field] {
    const PLAN: &[Field] = of(Section::Plan);
    const SUBNET: &[Field] = of(Section::Subnet);
    const NETWORK: &[Field] = of(Section::Network);
    const CLUSTER: &[Field] = of(Section::Cluster);
    const NODE_GROUP: &[Field] = of(Section::NodeGroup);
    const WORKLOAD: &[Field] = of(Section::Workload);
    match section {
        Section::Plan => PLAN,
        Section::Subnet => SUBNET,
        Section::Network => NETWORK,
        Section::Cluster => CLUSTER,
        Section::Env => ENV_FIELDS,
        Section::NodeGroup => NODE_GROUP,
        Section::Workload => WORKLOAD,
    }
}

/// The rows of a section: [`FIELDS`] is sorted by it.
#[allow(clippy::indexing_slicing)] // while it is compiled
const fn of(section: Section) -> &'static [Field] {
    let mut start = 0;
    while FIELDS[start].section as u8 != section as u8 {
        start += 1;
    }
    let mut end = start;
    while end < FIELDS.len() && FIELDS[end].section as u8 == section as u8 {
        end += 1;
    }
    FIELDS.split_at(end).0.split_at(start).1
}

impl Field {
    /// Whether it means something in a cluster under a manager.
    pub fn is_of(&self, manager: &Manager) -> bool {
        match (self.section, self.key) {
            (Section::Cluster, "service_cidr") => !manager.reads("service_subnet"),
            (Section::Cluster, "name" | "manager" | "placement" | "system_pods") => true,
            (Section::Cluster, key) => manager.reads(key),
            (Section::NodeGroup, "kind" | "max_unavailable" | "unmanaged_enis")
            | (Section::Workload, "branch_eni") => manager.is_aws(),
            (Section::NodeGroup, "pod_subnets") => manager.reads("pod_subnets"),
            (Section::NodeGroup, "enis" | "ipv4_per_eni") => manager.nodes == Nodes::Instances,
            (Section::NodeGroup, "subnets") => manager.nodes != Nodes::Containers,
            _ => true,
        }
    }

    /// Whether it is among what a row shows first, under a manager.
    pub fn is_everyday(&self, manager: &Manager) -> bool {
        let needed = !["instance_type", "subnets"].contains(&self.key) || manager.requires(self.key);
        self.everyday && (self.section != Section::NodeGroup || needed)
    }

    /// What it means; where a manager is written, how that one gives out addresses.
    pub fn doc_of(&self, text: &str) -> String {
        match MANAGERS.iter().find(|manager| self.key == "manager" && manager.name == text) {
            Some(manager) => format!("{}: {}", manager.title, manager.doc),
            None => self.doc.to_string(),
        }
    }

    /// What holds under a manager when the key is absent, as shown in the form.
    pub fn default_under(&self, manager: &Manager) -> String {
        let defaults = &manager.defaults;
        let or = |default: &str, absent: &str| if default.is_empty() { absent } else { default }.to_owned();
        match (self.section, self.key) {
            (Section::NodeGroup, key) if manager.requires(key) => "required".to_owned(),
            (Section::NodeGroup, "max_pods") if !manager.is_aws() => "the cluster's".to_owned(),
            (Section::Cluster, "pod_subnet") => or(defaults.pod_subnet, "required"),
            (Section::Cluster, "ranges") => "required".to_owned(),
            (Section::Cluster, "service_subnet") => or(defaults.service_subnet, "none"),
            (Section::Cluster, "service_cidr") => or(defaults.service_subnet, "not said"),
            (Section::Cluster, "node_mask") => defaults.node_mask.0.to_string(),
            (Section::Cluster, "max_pods") => defaults.max_pods.to_string(),
            _ => self.default.to_owned(),
        }
    }
}

impl FieldKind {
    /// What is allowed, as the end of the sentence "… is not …".
    pub fn allowed(self) -> String {
        use crate::text::thousands;
        match self {
            FieldKind::Name => "a name: text of at least one character".into(),
            FieldKind::Text => "text in quotes".into(),
            FieldKind::Texts => "a list of texts such as [\"a.toml\"]".into(),
            FieldKind::Cidr => "an IPv4 range such as \"10.0.0.0/22\"".into(),
            FieldKind::Cidrs => "a list of IPv4 ranges such as [\"10.0.0.0/16\"]".into(),
            FieldKind::Net => "a range such as \"172.20.0.0/24\" or \"fd00:30::/64\"".into(),
            FieldKind::Nets => {
                "a range such as \"10.244.0.0/16\", or one of each family: \"10.244.0.0/16,fd00:10:244::/56\"".into()
            }
            FieldKind::Ip => "an address such as \"172.20.0.1\"".into(),
            FieldKind::Addressed => {
                "names with addresses such as { registry = \"172.20.0.6\" }".into()
            }
            FieldKind::Ranged => "names with ranges such as { worker = \"10.244.1.0/24\" }".into(),
            FieldKind::Sets => {
                "a list of ranges such as [\"10.22.0.0/16\"], each a set of its own; several ranges of one set are \
                 a list in it, bounds { subnet = \"10.22.0.0/24\", range_start = \"10.22.0.9\" }"
                    .into()
            }
            FieldKind::StateLoss => {
                "a table such as { deleted = \"everything\", running = 10, new_pods = 20 }".into()
            }
            FieldKind::Count { least, most } if least == most => least.to_string(),
            FieldKind::Count { least, most } => {
                format!("a whole number from {} to {}", thousands(least.into()), thousands(most.into()))
            }
            FieldKind::Flag => "true or false".into(),
            FieldKind::Choice(choices) => one_of(choices),
            FieldKind::Other => "a number of addresses, or a table of reasons such as { \"alb\" = 8 }".into(),
            FieldKind::Addresses => {
                "a list of addresses such as [\"10.0.0.17\", \"10.0.0.32/28\", \"10.0.0.64-10.0.0.70\"]"
                    .into()
            }
            FieldKind::Reservations => {
                "a list of reservations such as [{ cidr = \"10.0.0.128/25\", type = \"prefix\" }]".into()
            }
            FieldKind::Growth => "a table such as { replicas = 5, nodes = 2.5, months = 36 }".into(),
            FieldKind::Policy => {
                "a table such as { min_free = \"15%\", situations = [\"settled\", \"upgrade\"], months = 12 }".into()
            }
            FieldKind::Rate => {
                let most = thousands(limits::GROWTH_PERCENT.into());
                format!("a percentage a month from 0 to {most}, such as 2.5 or \"2.5%\"")
            }
            FieldKind::Subnets => "a list of subnet names such as [\"private-a\"]".into(),
            FieldKind::Groups => "a list of node group names such as [\"workers\"]".into(),
            FieldKind::InstanceTypes => "an instance type such as \"m5.large\", or a list of them".into(),
            FieldKind::Nodes => {
                "a number of nodes, numbers by zone such as { a = 14, b = 9 }, or \"auto\"".into()
            }
            FieldKind::MaxPods => format!("a number of pods or {}", one_of(MAX_PODS)),
            FieldKind::Cpu => "cores such as \"300m\" or 2".into(),
            FieldKind::Memory => "bytes such as \"512Mi\"".into(),
            FieldKind::Variable => "a whole number, true, false or text in quotes".into(),
        }
    }
}

/// `"a", "b" or "c"`.
fn one_of(choices: &[&str]) -> String {
    let quoted: Vec<String> = choices.iter().map(|c| format!("\"{c}\"")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_by_section_without_doubles() {
        assert!(FIELDS.is_sorted_by_key(|f| f.section));
        for (i, f) in FIELDS.iter().enumerate() {
            assert!(!FIELDS[..i].iter().any(|g| g.section == f.section && g.key == f.key), "{}", f.key);
            assert!(!f.doc.is_empty() && !f.label.is_empty(), "{}", f.key);
            assert!(f.required == (f.default == "required"), "{}", f.key);
        }
    }

    #[test]
    fn the_everyday_variables_are_the_four_warm_pool_settings() {
        let everyday: Vec<_> =
            fields(Section::Env).into_iter().filter(|f| f.everyday).map(|f| f.key).collect();
        assert_eq!(
            everyday,
            ["WARM_ENI_TARGET", "WARM_IP_TARGET", "MINIMUM_IP_TARGET", "ENABLE_PREFIX_DELEGATION"]
        );
    }
}
