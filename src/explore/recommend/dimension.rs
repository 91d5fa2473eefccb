//! What is searched: a table of dimensions, and how far each may go.

use super::super::{Axis, Change};
use crate::cni::env::variable;
use crate::instance::Tables;
use crate::plan::variant::place_of;
use crate::plan::{NodeGroup, Nodes, Place, Plan, Row};
use crate::suggest::nearest;
use crate::text::{excerpt, list, shown};

/// Something that a search may change.
#[derive(Debug)]
pub struct Dimension {
    /// The key in the plan.
    pub name: &'static str,
    /// Whether it is a variable of the cluster; else a field of each of its node groups.
    pub variable: bool,
    /// Which values are tried.
    pub doc: &'static str,
}

#[rustfmt::skip] // a dimension is a line
/// Every dimension, in the order in which choices name them.
pub const DIMENSIONS: [Dimension; 8] = [
    Dimension { name: "ENABLE_PREFIX_DELEGATION", variable: true, doc: "off, and on where a type can" },
    Dimension { name: "WARM_ENI_TARGET", variable: true, doc: "0 to all ENIs of a node" },
    Dimension { name: "WARM_IP_TARGET", variable: true, doc: "1 to all pods that a burst brings to a node" },
    Dimension { name: "MINIMUM_IP_TARGET", variable: true, doc: "up to all pods that a node ever runs" },
    Dimension { name: "WARM_PREFIX_TARGET", variable: true, doc: "0 to all prefixes that a node can use" },
    Dimension { name: "max_pods", variable: false, doc: "as now, and where the pool stops after whole ENIs" },
    Dimension { name: "instance_type", variable: false, doc: "the types of the same family" },
    Dimension { name: "nodes", variable: false, doc: "as now, and the fewest that run all pods" },
];

/// How far a search may go in one dimension.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Bounds {
    /// Values at which something can change.
    #[default]
    Open,
    /// As the plan has it.
    Kept,
    /// These, as they are typed.
    Given(Vec<String>),
}

/// What the user allows, for one cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    pub cluster: usize,
    /// In the order of [`DIMENSIONS`]; of node groups what holds for all without bounds of their own.
    bounds: [Bounds; DIMENSIONS.len()],
    /// Of a field of one group.
    own: Vec<(Place, Bounds)>,
}

impl Allowed {
    /// Everything.
    pub fn all(cluster: usize) -> Allowed {
        Allowed { cluster, bounds: Default::default(), own: Vec::new() }
    }

    /// Keeps what a name means: a dimension, for all groups, or the field of one group by its path.
    ///
    /// # Errors
    ///
    /// No dimension is meant.
    pub fn keep(&mut self, plan: &Plan, name: &str) -> Result<(), String> {
        self.bound(plan, name, Bounds::Kept)
    }

    /// Allows these values, and no others: `instance_type=m5.*,r5.*`.
    ///
    /// # Errors
    ///
    /// No dimension is meant, or values that the field does not take.
    pub fn allow(&mut self, plan: &Plan, text: &str, tables: &Tables) -> Result<(), String> {
        let (name, values) = text.split_once('=').ok_or_else(|| {
            format!("{} has no values: write FIELD=VALUES, such as instance_type=m5.*", excerpt(text))
        })?;
        let places = self.places(plan, name.trim())?;
        let place = places.first().ok_or("there is no such field")?;
        let mut axis = Axis::typed(place.clone(), values, tables)?;
        if let (Row::Env(_), Some(variable)) = (place.row, variable(&place.key)) {
            // as the program reads them: True is true, and what is unset is what the manifest ships
            let unset = |value: &String| if value.is_empty() { variable.shipped() } else { value }.to_owned();
            axis.values = axis.values.iter().map(|value| variable.means(&unset(value))).collect();
        }
        for value in &axis.values {
            // of several groups it is enough that one can have the value
            let refused: Option<Vec<String>> =
                places.iter().map(|place| refusal(plan, place, value)).collect();
            if let Some(reason) = refused.and_then(|reasons| reasons.into_iter().next()) {
                return Err(reason);
            }
        }
        self.bound(plan, name.trim(), Bounds::Given(axis.values))
    }

    /// What could be searched and is not, of the plan's own making: a sentence each.
    pub fn fixed(&self, plan: &Plan) -> Vec<String> {
        let groups = plan.clusters.get(self.cluster).map_or(&[][..], |cluster| &cluster.node_groups);
        let mut fixed = Vec::new();
        for (g, group) in groups.iter().enumerate() {
            let open =
                |key: &str| *self.of(&Place::key(Row::NodeGroup(self.cluster, g), key)) != Bounds::Kept;
            if let (true, Some(reason)) = (open("nodes"), uncounted(group)) {
                fixed.push(format!("the nodes of {} stay: {reason}", shown(&group.name)));
            }
            let at = Place::key(Row::NodeGroup(self.cluster, g), "instance_type");
            let reason = match self.of(&at) {
                Bounds::Open if group.instance_types.len() > 1 => "it has several",
                Bounds::Open if is_described(group) => "the plan says itself what its nodes have",
                _ => continue,
            };
            fixed.push(format!(
                "the instance type of {} stays: {reason}, and another is tried only where it is allowed by name",
                shown(&group.name)
            ));
        }
        fixed
    }

    fn bound(&mut self, plan: &Plan, name: &str, bounds: Bounds) -> Result<(), String> {
        if let Some(at) = DIMENSIONS.iter().position(|d| d.name == name) {
            self.bounds.iter_mut().skip(at).take(1).for_each(|all| *all = bounds.clone());
            return Ok(());
        }
        for place in self.places(plan, name)? {
            self.own.push((place, bounds.clone()));
        }
        Ok(())
    }

    /// Where a name stands in the cluster: one place for each group, or the only one.
    fn places(&self, plan: &Plan, name: &str) -> Result<Vec<Place>, String> {
        let c = self.cluster;
        let cluster = plan.clusters.get(c).ok_or("the cluster is not there")?;
        if let Some(dimension) = DIMENSIONS.iter().find(|d| d.name == name) {
            let groups = 0..cluster.node_groups.len();
            return Ok(match dimension.variable {
                true => vec![Place::key(Row::Env(c), name)],
                false => groups.map(|g| Place::key(Row::NodeGroup(c, g), name)).collect(),
            });
        }
        let place = place_of(plan, name).map_err(|_| unknown(name))?;
        let known = DIMENSIONS.iter().any(|d| d.name == place.key);
        match place.row.cluster() {
            Some(own) if own == c && known => Ok(vec![place]),
            Some(own) if own != c => {
                Err(format!("{} is of another cluster than {}", excerpt(name), shown(&cluster.name)))
            }
            _ => Err(unknown(name)),
        }
    }

    /// How far a field may go.
    pub fn of(&self, place: &Place) -> &Bounds {
        let own = self.own.iter().rev().find(|(other, _)| other == place).map(|(_, bounds)| bounds);
        let all = || {
            let at = DIMENSIONS.iter().position(|d| d.name == place.key).unwrap_or(0);
            self.bounds.get(at).unwrap_or(&Bounds::Kept)
        };
        own.unwrap_or_else(all)
    }

    /// How far a variable of the cluster may go.
    pub fn variable(&self, name: &str) -> &Bounds {
        self.of(&Place::key(Row::Env(self.cluster), name))
    }
}

/// Why a field cannot be tried with a value.
fn refusal(plan: &Plan, place: &Place, value: &str) -> Option<String> {
    if Change::typed(plan, place, value).is_some() {
        return None;
    }
    let path = place.path(plan);
    let group = match place.row {
        Row::NodeGroup(c, g) => plan.clusters.get(c).and_then(|cluster| cluster.node_groups.get(g)),
        _ => None,
    };
    let reason = match (place.key.as_str(), group) {
        ("nodes", Some(group)) => uncounted(group),
        ("max_pods", Some(_)) => Some("that leaves no room for the pods that the plan puts on each node"),
        _ => None,
    };
    Some(match reason {
        Some(reason) => format!("{path} cannot be {}: {reason}", excerpt(value)),
        None => format!("{path} cannot be tried with {}: write a plain value", excerpt(value)),
    })
}

/// Whether a group says of its nodes what is true of its type alone.
pub fn is_described(group: &NodeGroup) -> bool {
    let own = [group.enis, group.ipv4_per_eni, group.vcpus];
    own.iter().any(Option::is_some) || group.memory.is_some()
}

/// Why the nodes of a group are not a number that can be another.
fn uncounted(group: &NodeGroup) -> Option<&'static str> {
    match group.nodes {
        Nodes::Count(_) => None,
        Nodes::ByZone(_) => Some("the plan counts them by zone"),
        Nodes::Auto { .. } => Some("there are as many as the pods need"),
    }
}

fn unknown(name: &str) -> String {
    let names: Vec<&str> = DIMENSIONS.iter().map(|d| d.name).collect();
    match nearest(name, names.iter().copied()) {
        Some(near) => format!("{} is not searched: did you mean {near}?", excerpt(name)),
        None => format!("{} is not searched: {} are", excerpt(name), list(&names)),
    }
}
