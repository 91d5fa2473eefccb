//! What a pod asks of its node.
//!
//! Sources: Kubernetes, `pkg/api/v1/resource/helpers.go` (requests), `core/v1` (tolerations, node selectors).

use super::super::fact::{Ask, Toleration};
use super::super::take::{Take, harmless};
use super::super::value::Table;
use crate::limits::QUANTITY;
use crate::plan::quantity;

/// Labels of every node, with its system.
const OS: [&str; 2] = ["kubernetes.io/os", "beta.kubernetes.io/os"];

/// Reads a pod's `spec`.
pub(super) fn read(spec: &Table<'_>, take: &mut Take) -> Ask {
    let (cpu, memory) = requests(spec, take);
    let mut selector = take.pairs(spec, "nodeSelector");
    // every node that is modelled has it
    selector.retain(|(key, value)| !(value == "linux" && OS.contains(&key.as_str())));
    selector.sort();
    let affinity = ["nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"];
    Ask {
        cpu,
        memory,
        host_network: spec.is_set("hostNetwork"),
        branch: false,
        selector,
        tolerations: tolerations(spec, take),
        affine: spec.get("affinity").and_then(|affinity_of| affinity_of.at(&affinity)).is_some(),
    }
}

/// Millicores and bytes: the larger of what the containers ask for together with the init containers that stay,
/// and of what each other init container asks for with those that stay and came before it; and the overhead.
fn requests(spec: &Table<'_>, take: &mut Take) -> (u64, u64) {
    let mut running = (0, 0);
    let mut most = (0, 0);
    let mut initial = (0, 0);
    for row in take.rows(spec, "initContainers") {
        let own = of_container(&row, take);
        if row.text("restartPolicy").as_deref() == Some("Always") {
            initial = sum(initial, own);
            running = sum(running, own);
            most = larger(most, initial);
        } else {
            most = larger(most, sum(initial, own));
        }
    }
    for row in take.rows(spec, "containers") {
        running = sum(running, of_container(&row, take));
    }
    let overhead = take.table(spec, "overhead").map_or((0, 0), |table| amounts(&table, take));
    let (cpu, memory) = sum(larger(running, most), overhead);
    (cpu.min(QUANTITY), memory.min(QUANTITY))
}

fn of_container(row: &Table<'_>, take: &mut Take) -> (u64, u64) {
    let Some(resources) = take.table(row, "resources") else { return (0, 0) };
    // a limit without a request is the request, too: the API server has written it there by the time it is printed
    take.table(&resources, "requests").map_or((0, 0), |requests| amounts(&requests, take))
}

fn amounts(table: &Table<'_>, take: &mut Take) -> (u64, u64) {
    let cpu = take.quantity(table, "cpu", quantity::cpu).unwrap_or(0);
    (cpu, take.quantity(table, "memory", quantity::memory).unwrap_or(0))
}

fn sum(a: (u64, u64), b: (u64, u64)) -> (u64, u64) {
    (a.0.saturating_add(b.0), a.1.saturating_add(b.1))
}

fn larger(a: (u64, u64), b: (u64, u64)) -> (u64, u64) {
    (a.0.max(b.0), a.1.max(b.1))
}

/// In an order, without those of a node's condition that every pod gets and that no group of nodes has for long.
fn tolerations(spec: &Table<'_>, take: &mut Take) -> Vec<Toleration> {
    let mut all = Vec::new();
    for row in take.rows(spec, "tolerations") {
        let text = |key: &str| row.text(key).map_or(String::new(), |text| harmless(&text));
        let (key, value) = (text("key"), text("value"));
        if super::machine::is_passing(&key) {
            continue;
        }
        let value = (text("operator") != "Exists").then_some(value);
        all.push(Toleration { key, value, effect: text("effect") });
    }
    all.sort();
    all.dedup();
    all
}
