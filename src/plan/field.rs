//! Everything in a plan that can be edited: one table.

use super::Row;

/// Which table of the plan file a field belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    Plan,
    Subnet,
    Cluster,
    Env,
    NodeGroup,
    Workload,
}

/// One key of a section.
#[derive(Debug)]
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

/// The fields, in the order of the form.
pub const FIELDS: &[Field] = &[];

/// The section of a row.
pub fn section(row: Row) -> Section {
    match row {
        Row::Plan => Section::Plan,
        Row::Subnet(_) => Section::Subnet,
        Row::Cluster(_) => Section::Cluster,
        Row::Env(_) => Section::Env,
        Row::NodeGroup(..) => Section::NodeGroup,
        Row::Workload(..) => Section::Workload,
    }
}

/// The fields of a section. For [`Section::Env`] they are made from [`crate::cni::env::VARIABLES`].
pub fn fields(section: Section) -> Vec<&'static Field> {
    FIELDS.iter().filter(|f| f.section == section).collect()
}
