//! `[[cluster.workload]]`.

use super::group::{Parent, assertion};
use super::growth;
use super::names::Names;
use super::table::{Got, Table};
use crate::plan::field::Section;
use crate::plan::{Row, Workload};

/// Reads the workloads of a cluster; `groups` are its groups' names.
pub(super) fn read<'a>(
    cluster: &mut Table<'_, 'a>,
    parent: &Parent<'a>,
    groups: &mut Names<'a>,
) -> Vec<Workload> {
    let mut names = Names::new("workload");
    let mut workloads = Vec::new();
    for (w, node) in cluster.rows(Section::Workload).iter().enumerate() {
        let Some(mut table) = cluster.reader.table(Row::Workload(parent.index, w), node) else { continue };
        let name = names.read(&mut table);
        assertion(&mut table, parent);
        table.note_unread(parent.manager);
        let daemonset = table.flag("daemonset");
        let replicas = table.count("replicas");
        let peak_replicas = table.count("peak_replicas");
        let growth = growth::rate(&mut table);
        let given =
            [("replicas", replicas.is()), ("peak_replicas", peak_replicas.is()), ("growth", growth.is())];
        for (key, given) in given {
            if given && daemonset == Got::Is(true) {
                table.report(
                    key,
                    "a DaemonSet runs one pod per node",
                    format!("remove {key}, or daemonset = true"),
                );
            }
        }
        let daemonset = daemonset.or(false);
        workloads.push(Workload {
            name: name.or("").into(),
            // one, as in Kubernetes
            replicas: (!daemonset).then(|| replicas.or(1)),
            cpu: table.quantity("cpu").or(0),
            memory: table.quantity("memory").or(0),
            daemonset,
            host_network: table.flag("host_network").or(false),
            branch_eni: table.flag("branch_eni").or(false),
            node_groups: groups.refer(&mut table, "node_groups").or(Vec::new()),
            peak_replicas: peak_replicas.some(),
            growth: growth.some(),
        });
    }
    workloads
}
