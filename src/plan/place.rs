//! Where in a plan something is: a row and a key. Problems, findings, edits and the form all point with it.

use std::ops::Range;

use super::Plan;

/// One table of the plan file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Row {
    /// The top of the file.
    Plan,
    /// `[[subnet]]` by index.
    Subnet(usize),
    /// `[[network]]` by index.
    Network(usize),
    /// `[[cluster]]` by index.
    Cluster(usize),
    /// `[cluster.env]` of a cluster.
    Env(usize),
    /// `[[cluster.node_group]]`: cluster, group.
    NodeGroup(usize, usize),
    /// `[[cluster.workload]]`: cluster, workload.
    Workload(usize, usize),
}

impl Row {
    /// The cluster that it belongs to.
    pub fn cluster(self) -> Option<usize> {
        match self {
            Row::Plan | Row::Subnet(_) | Row::Network(_) => None,
            Row::Cluster(c) | Row::Env(c) | Row::NodeGroup(c, _) | Row::Workload(c, _) => Some(c),
        }
    }
}

/// A row, or one key of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    pub row: Row,
    /// Empty for the row itself.
    pub key: String,
    /// The element of a list or the key of an inner table, where that is meant.
    pub item: Option<String>,
}

impl Place {
    /// The row itself.
    pub fn row(row: Row) -> Place {
        Place { row, key: String::new(), item: None }
    }

    /// One key of a row.
    pub fn key(row: Row, key: impl Into<String>) -> Place {
        Place { row, key: key.into(), item: None }
    }

    /// One element of a list (by its index as text) or one key of an inner table.
    pub fn item(row: Row, key: impl Into<String>, item: impl ToString) -> Place {
        Place { row, key: key.into(), item: Some(item.to_string()) }
    }

    /// The place in words that survive reordering: `cluster.prod.env.WARM_ENI_TARGET`,
    /// `subnet.private-a.cidr`, `cluster.prod.node_group.workers`.
    pub fn path(&self, plan: &Plan) -> String {
        let cluster = |c: usize| plan.clusters.get(c);
        let name = |c: usize| cluster(c).map_or_else(|| c.to_string(), |x| x.name.to_string());
        let mut path = match self.row {
            Row::Plan => String::new(),
            Row::Subnet(s) => {
                format!("subnet.{}", plan.subnets.get(s).map_or_else(|| s.to_string(), |x| x.name.clone()))
            }
            Row::Network(n) => {
                format!("network.{}", plan.networks.get(n).map_or_else(|| n.to_string(), |x| x.name.clone()))
            }
            Row::Cluster(c) => format!("cluster.{}", name(c)),
            Row::Env(c) => format!("cluster.{}.env", name(c)),
            Row::NodeGroup(c, g) => {
                let group = cluster(c).and_then(|x| x.node_groups.get(g));
                format!(
                    "cluster.{}.node_group.{}",
                    name(c),
                    group.map_or_else(|| g.to_string(), |x| x.name.to_string())
                )
            }
            Row::Workload(c, w) => {
                let workload = cluster(c).and_then(|x| x.workloads.get(w));
                format!(
                    "cluster.{}.workload.{}",
                    name(c),
                    workload.map_or_else(|| w.to_string(), |x| x.name.to_string())
                )
            }
        };
        for part in [Some(self.key.as_str()), self.item.as_deref()].into_iter().flatten() {
            if !part.is_empty() {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(part);
            }
        }
        path
    }
}

/// Why a plan cannot be used: one mistake, at one place. The message is lower case, names the value and
/// says what is allowed; `help` says what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub place: Place,
    /// Bytes of the plan text, where it has one.
    pub span: Option<Range<usize>>,
    pub message: String,
    pub help: Option<String>,
}

impl Problem {
    /// A problem without help.
    pub fn new(place: Place, message: impl Into<String>) -> Problem {
        Problem { place, span: None, message: message.into(), help: None }
    }

    /// What is wrong, in a line: the message of the first of some problems.
    pub fn first(problems: &[Problem]) -> String {
        problems.first().map_or_else(|| "not valid".to_owned(), |problem| problem.message.clone())
    }

    /// The same problem, saying what to do.
    pub fn help(mut self, help: impl Into<String>) -> Problem {
        self.help = Some(help.into());
        self
    }
}
