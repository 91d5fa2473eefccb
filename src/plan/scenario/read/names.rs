//! Names in a scenario, looked up in the plan that it is about.

#![allow(clippy::indexing_slicing)] // places in the plan that was read, and in the list that is read

use std::ops::Range;

use super::super::{GroupId, WorkloadId};
use super::Keys;
use crate::plan::Plan;
use crate::plan::field::typed::{Fault, Typed};
use crate::plan::tree::{Node, Value};
use crate::suggest::nearest;
use crate::text::{excerpt, list};

impl<'a> Keys<'_, 'a> {
    /// Says that nothing is called so.
    pub(super) fn no(&mut self, key: &str, kind: &str, name: &str, span: Range<usize>, names: &[&str]) {
        let help = match (nearest(name, names.iter().copied()), names) {
            (Some(near), _) => format!("did you mean {}?", excerpt(near)),
            (None, []) => format!("there is no {kind} at all"),
            (None, names) => format!("there are {}", list(names)),
        };
        self.fault(key, span, Fault::new(format!("no {kind} is called {}", excerpt(name))).help(help));
    }

    /// The cluster that the event names, if it does; `None` without a plan, or if there is none of that name.
    pub(super) fn cluster(&mut self) -> Option<Option<usize>> {
        let plan = self.read.plan?;
        let Some(entry) = self.entry("cluster") else { return Some(None) };
        let name = self.typed("cluster", Typed::name)?;
        let found = plan.clusters.iter().position(|c| *c.name == *name);
        if found.is_none() {
            let names: Vec<&str> = plan.clusters.iter().map(|c| c.name.as_ref()).collect();
            self.no("cluster", "cluster", name, entry.node.span.clone(), &names);
        }
        found.map(Some)
    }

    /// A row of a cluster by its name, which only one cluster has.
    fn find(
        &mut self,
        key: &str,
        kind: &str,
        node: &'a Node,
        of: fn(&Plan, usize) -> Vec<&str>,
    ) -> Option<(usize, usize)> {
        let within = self.cluster()?;
        let plan = self.read.plan?;
        let name = match (Typed { node, text: self.read.text }).name() {
            Ok(name) => name,
            Err(fault) => {
                self.fault(key, node.span.clone(), fault);
                return None;
            }
        };
        let all: Vec<(usize, usize, &str)> = (0..plan.clusters.len())
            .filter(|c| within.is_none_or(|w| w == *c))
            .flat_map(|c| of(plan, c).into_iter().enumerate().map(move |(i, n)| (c, i, n)))
            .collect();
        let mut found = all.iter().filter(|(_, _, n)| *n == name);
        match (found.next(), found.next()) {
            (Some((c, i, _)), None) => Some((*c, *i)),
            (Some(_), Some(_)) => {
                let clusters =
                    all.iter().filter(|(_, _, n)| *n == name).map(|(c, ..)| &*plan.clusters[*c].name);
                let clusters: Vec<&str> = clusters.collect();
                let fault = Fault::new(format!("several clusters have a {kind} {}", excerpt(name)));
                let help = format!("write cluster = \"…\" beside it, one of {}", list(&clusters));
                self.fault(key, node.span.clone(), fault.help(help));
                None
            }
            (None, _) => {
                let names: Vec<&str> = all.iter().map(|(_, _, n)| *n).collect();
                self.no(key, kind, name, node.span.clone(), &names);
                None
            }
        }
    }

    /// A workload with replicas.
    pub(super) fn workload(&mut self, key: &str) -> Option<WorkloadId> {
        let entry = self.entry(key)?;
        let id = self.find(key, "workload", &entry.node, workload_names)?;
        self.deployment(key, &entry.node, id)
    }

    fn deployment(&mut self, key: &str, node: &'a Node, id: WorkloadId) -> Option<WorkloadId> {
        let plan = self.read.plan?;
        if plan.clusters[id.0].workloads[id.1].daemonset {
            let fault = Fault::new("it is a DaemonSet: its pods come and go with their nodes");
            self.fault(key, node.span.clone(), fault.help("name a workload with replicas"));
            return None;
        }
        Some(id)
    }

    /// The named workloads; without a list every one that has replicas.
    pub(super) fn workloads(&mut self) -> Option<Vec<WorkloadId>> {
        if self.entry("workloads").is_none() {
            let within = self.cluster()?;
            let plan = self.read.plan?;
            let clusters = (0..plan.clusters.len()).filter(|c| within.is_none_or(|w| w == *c));
            let replicas = |c: &usize, w: &usize| !plan.clusters[*c].workloads[*w].daemonset;
            let of = |c: usize| (0..plan.clusters[c].workloads.len()).map(move |w| (c, w));
            return Some(clusters.flat_map(of).filter(|(c, w)| replicas(c, w)).collect());
        }
        let entry = self.entry("workloads")?;
        let found = self.named_list("workloads", "workload", workload_names)?;
        let items = entry.node.items();
        found
            .into_iter()
            .zip(items)
            .map(|(id, node)| self.deployment("workloads", node, id))
            .collect::<Vec<_>>()
            .into_iter()
            .collect()
    }

    /// The node group that the event names; without a name the first of each cluster, or of the named cluster,
    /// and whether that has others.
    pub(super) fn groups(&mut self) -> Option<Vec<(GroupId, bool)>> {
        if let Some(entry) = self.entry("node_group") {
            let id = self.find("node_group", "node group", &entry.node, group_names)?;
            return Some(vec![(id, false)]);
        }
        let within = self.cluster()?;
        let plan = self.read.plan?;
        let clusters = (0..plan.clusters.len()).filter(|c| within.is_none_or(|w| w == *c));
        let sizes = clusters.map(|c| (c, plan.clusters[c].node_groups.len()));
        let all: Vec<(GroupId, bool)> =
            sizes.filter(|(_, groups)| *groups > 0).map(|(c, groups)| ((c, 0), groups > 1)).collect();
        if all.is_empty() {
            self.missing("node_group", "a plan with a node group: there is none");
            return None;
        }
        Some(all)
    }

    /// Rows of one cluster by their names.
    pub(super) fn named_list(
        &mut self,
        key: &str,
        kind: &str,
        of: fn(&Plan, usize) -> Vec<&str>,
    ) -> Option<Vec<(usize, usize)>> {
        let entry = self.entry(key)?;
        let Value::Array(items) = &entry.node.value else {
            let fault = Typed { node: &entry.node, text: self.read.text }.is_no("a list of names");
            self.fault(key, entry.node.span.clone(), fault);
            return None;
        };
        let found: Vec<_> = items.iter().map(|node| self.find(key, kind, node, of)).collect();
        let found: Vec<(usize, usize)> = found.into_iter().collect::<Option<_>>()?;
        for (i, id) in found.iter().enumerate() {
            if found[..i].contains(id) {
                let fault = Fault::new("the name is in the list twice").help("remove one");
                self.fault(key, items[i].span.clone(), fault);
                return None;
            }
        }
        Some(found)
    }
}

fn workload_names(plan: &Plan, cluster: usize) -> Vec<&str> {
    plan.clusters[cluster].workloads.iter().map(|w| w.name.as_ref()).collect()
}

pub(super) fn group_names(plan: &Plan, cluster: usize) -> Vec<&str> {
    plan.clusters[cluster].node_groups.iter().map(|g| g.name.as_ref()).collect()
}
