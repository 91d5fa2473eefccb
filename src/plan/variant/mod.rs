//! Variants of a plan: what-if versions that are kept in the plan's own file, each as what differs from the plan.
//!
//! ```toml
//! [variant.lean]
//! set = { "cluster.prod.env.WARM_IP_TARGET" = 3 }
//! unset = ["cluster.prod.service_cidr"]
//! remove = ["subnet.private-c"]
//! order = { subnet = ["private-b", "private-a", "pods-a"] }
//!
//! [[variant.lean.add]]
//! to = "subnet"
//! name = "pods-a"
//! cidr = "100.64.0.0/18"
//! ```
//!
//! Rows go first, then rows come, at the end of their lists; then values are set and unset, and lists put in order.
//! A path is what findings have as their place ([`super::Place::path`]); a name that would be ambiguous stands in
//! quotes (`subnet."a.cidr".zone`).
//!
//! Variants change nothing about the plan itself. When the plan is read, what can be told of a variant by itself is
//! checked: its shape, its keys, the kinds of its values. Whether its rows are there is not: a plan whose subnet was
//! removed is a valid plan, and the variant that names the subnet a finding.
//!
//! | part | what it knows |
//! |---|---|
//! | `path.rs` | which row or value a path means, and what it was probably meant for |
//! | `read.rs` | TOML to variant, with every mistake at its place |
//! | `value.rs` | a TOML value on one line |
//! | `write.rs` | variant to TOML |
//! | `apply.rs` | variant to edits, and to a plan of its own |
//! | `difference.rs` | what differs between two plan texts |
//! | `follow.rs` | variants when a row of the plan gets another name |

mod apply;
mod difference;
mod follow;
mod path;
mod read;
mod value;
mod write;

pub use difference::{difference, inputs};
pub(in crate::plan) use follow::renamed;
pub use path::place_of;
pub(in crate::plan) use read::of_plan;

use super::{Place, Plan, Problem, Row};

/// A version of the plan, as what differs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Variant {
    pub name: String,
    /// Paths of rows that it has not.
    pub remove: Vec<String>,
    /// Rows that it has besides, in the order in which they come.
    pub add: Vec<Addition>,
    /// Paths and their values, as TOML on one line.
    pub set: Vec<(String, String)>,
    /// Paths of values that it has not.
    pub unset: Vec<String>,
    /// Lists (`subnet`, `cluster.prod.node_group`) and the names of their rows in its order; rows that are not
    /// named come after them.
    pub order: Vec<(String, Vec<String>)>,
}

/// A row that a variant adds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addition {
    /// The list that it comes to: `subnet`, `cluster.prod.node_group`.
    pub to: String,
    /// Its keys and their values, as TOML on one line.
    pub keys: Vec<(String, String)>,
}

impl Addition {
    /// What the row is called, as TOML.
    fn name(&self) -> Option<&str> {
        self.keys.iter().find(|(key, _)| key == "name").map(|(_, value)| value.as_str())
    }
}

impl Variant {
    /// The variant in the plan file, for problems and findings.
    pub fn place(&self) -> Place {
        Place::item(Row::Plan, "variant", &self.name)
    }

    /// What differs, a line each: `cluster.prod.env.WARM_IP_TARGET = 3`, `- subnet.private-c`, `+ subnet pods-a`.
    pub fn lines(&self) -> Vec<String> {
        let removed = self.remove.iter().map(|path| format!("- {path}"));
        let added = self.add.iter().map(|row| {
            let name = row.name().map_or(String::new(), value::plain);
            format!("+ {} {name}", row.to)
        });
        let set = self.set.iter().map(|(path, value)| format!("{path} = {value}"));
        let unset = self.unset.iter().map(|path| format!("{path} unset"));
        let order = self.order.iter().map(|(list, names)| format!("{list}: {}", names.join(", ")));
        removed.chain(added).chain(set).chain(unset).chain(order).collect()
    }

    /// Why the variant does not apply to a plan, as far as its paths tell.
    pub fn misfit(&self, plan: &Plan) -> Option<Problem> {
        self.steps(&mut path::Outline::of(plan)).err()?.into_iter().next()
    }
}
