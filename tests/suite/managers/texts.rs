//! What programs say when a node's own limit leaves pods without an address, in every sentence about it.

use podroom::engine::{At, Event, Pointer, What};
use podroom::manager::Nodes;

use super::Seen;

/// A group of two nodes with more pods than the node's own limit lets run.
fn full(manager: &str, keys: &str, pods: u32) -> Seen {
    Seen::of(&format!(
        "format = 1\n[[cluster]]\nname = \"c\"\nmanager = \"{manager}\"\n{keys}\n[[cluster.node_group]]\nname = \"g\"\n\
         nodes = {}\n[[cluster.workload]]\nname = \"w\"\nreplicas = {pods}\n",
        if manager == "host-local" { 1 } else { 2 }
    ))
}

/// Finding, thresholds of nodes and of replicas, and the reason of the workload, which all quote the text.
fn said(seen: &Seen, text: &str) {
    let quoted = format!("(\"{text}\")");
    assert!(seen.finding("pods-pending").contains(&quoted), "{}", seen.finding("pods-pending"));
    let thresholds = seen.evaluation.thresholds(&seen.plan);
    let pending: Vec<_> = thresholds.iter().filter(|t| t.event == Event::PodPending).collect();
    for threshold in &pending {
        assert!(threshold.sentence.contains(&quoted), "{}", threshold.sentence);
        // a host that is the only one has no others
        assert_eq!(threshold.at == Some(At::Count(1)), threshold.what == What::Nodes);
    }
    let several = seen.plan.clusters[0].manager.nodes != Nodes::One;
    assert_eq!(pending.len(), if several { 4 } else { 2 }, "{pending:#?}");
    for key in ["pending", "reason"] {
        let why = seen.evaluation.why(&seen.plan, &Pointer::Workload(0, key));
        assert!(why.contains(&quoted), "{why}");
    }
}

/// host-local names the range: that of the first node on which a pod starves.
#[test]
fn of_a_nodes_own_range_the_text_names_the_range() {
    let ranges = "pod_subnet = \"10.244.0.0/20\"\nnode_mask = 28";
    let plain = full("flannel", ranges, 40);
    said(
        &plain,
        "failed to allocate for range 0: no IP addresses available in range set: 10.244.0.1-10.244.0.14",
    );
    let known = full("flannel", &format!("{ranges}\nnode_ranges = {{ g-1 = \"10.244.3.16/28\" }}"), 40);
    said(
        &known,
        "failed to allocate for range 0: no IP addresses available in range set: 10.244.3.17-10.244.3.30",
    );
    // of both families the one that ends first
    let both = full(
        "flannel",
        "pod_subnet = \"10.244.0.0/20,fd00:10:244::/112\"\nnode_mask = 24\nnode_mask_v6 = 124",
        40,
    );
    said(
        &both,
        "failed to allocate for range 1: no IP addresses available in range set: fd00:10:244::1-fd00:10:244::f",
    );
    let sets = full("host-local", "ranges = [\"10.22.0.0/24\", \"10.23.0.0/28\"]", 40);
    said(
        &sets,
        "failed to allocate for range 1: no IP addresses available in range set: 10.23.0.1-10.23.0.14",
    );
}

#[test]
fn of_other_limits_it_is_what_the_program_says_of_them() {
    said(
        &full("cilium-cluster-pool", "pod_subnet = \"10.4.0.0/20\"\nnode_mask = 28", 40),
        "unable to allocate IP via local cilium agent: [POST /ipam][502] postIpamFailure range is full",
    );
    said(
        &full(
            "calico",
            "pod_subnet = \"10.4.0.0/20\"\nblock_size = 29\nmax_blocks_per_node = 2\nstrict_affinity = true",
            40,
        ),
        "Need to allocate an IPAM block but could not - limit of 2 blocks reached for this node",
    );
    // of OVN-Kubernetes it is not known
    let unknown = full("ovn-kubernetes", "pod_subnet = \"10.4.0.0/20\"\nnode_mask = 28", 40);
    assert!(!unknown.finding("pods-pending").contains('"'), "{}", unknown.finding("pods-pending"));
}

/// Cilium's operator says something else when it has no range for a node than the agent of a node whose range ends.
#[test]
fn where_ranges_of_nodes_end_cilium_says_so_in_other_words() {
    let seen = full("cilium-cluster-pool", "pod_subnet = \"10.4.0.0/28\"\nnode_mask = 28", 1);
    let thresholds = seen.evaluation.thresholds(&seen.plan);
    let second = thresholds.iter().find(|t| t.at == Some(At::Count(2))).unwrap();
    assert!(second.sentence.contains("(\"allocator full\")"), "{}", second.sentence);
    let roster = seen.evaluation.roster(&seen.plan, 0);
    assert_eq!(roster[1].refused.as_deref(), Some("allocator full"));
}

/// Services that are more than their range has addresses end with the API server's text.
#[test]
fn too_many_services_are_short_of_addresses() {
    let seen = full("flannel", "service_subnet = \"10.96.0.0/28\"\nservices = 14", 1);
    let [finding] = seen.findings("pool-short")[..] else { panic!() };
    assert_eq!(finding.message, "c/services is short by 1 address: wanted 15, usable 14");
    assert!(finding.help.contains("\"failed to allocate a serviceIP: range is full\""), "{}", finding.help);
    assert_eq!(
        full("flannel", "service_subnet = \"10.96.0.0/28\"\nservices = 13", 1).findings("pool-short").len(),
        0
    );
}
