//! Every address manager, as plans know it: its row of the table, its keys, its figures.
//!
//! What the allocators do address by address is in [`crate::ipam`], [`crate::clouds`] and [`crate::weave`]; here is
//! what comes of it in a plan.

mod figures;
mod lost;
mod maps;
mod naive;
mod networks;
mod properties;
mod screens;
mod texts;
mod vectors;
mod whereabouts;

use std::collections::BTreeSet;

use podroom::engine::{Evaluation, Finding, PoolRow, evaluate};
use podroom::instance::Tables;
use podroom::manager::{MANAGERS, Manager, NAMES, Nodes};
use podroom::plan::field::{self, FIELDS, FieldKind, Section};
use podroom::plan::{Plan, parse};

/// A plan, evaluated.
pub struct Seen {
    pub plan: Plan,
    pub evaluation: Evaluation,
}

impl Seen {
    /// A plan without mistakes.
    pub fn of(text: &str) -> Seen {
        let parsed = parse(text);
        assert_eq!(parsed.problems, [], "{text}");
        let plan = parsed.plan.expect("no problems, so a plan");
        let evaluation = evaluate(&plan, &Tables::builtin()).unwrap_or_else(|p| panic!("{p:#?}\n{text}"));
        Seen { plan, evaluation }
    }

    pub fn index(&self, name: &str) -> usize {
        let pools = &self.evaluation.report.pools;
        pools.iter().position(|pool| pool.name == name).unwrap_or_else(|| panic!("no {name} in {pools:#?}"))
    }

    pub fn pool(&self, name: &str) -> &PoolRow {
        &self.evaluation.report.pools[self.index(name)]
    }

    /// `[usable, held, primary, assigned, unused, free, short]` when settled.
    pub fn settled(&self, name: &str) -> [u64; 7] {
        let pool = self.pool(name);
        let h = &pool.settled;
        [pool.usable, h.held, h.primary, h.assigned, h.unused, h.free, h.short]
    }

    /// The runs of a pool: `10.0.0.0-10.0.0.3 free`.
    pub fn map(&self, name: &str) -> Vec<String> {
        let runs = self.evaluation.map(&self.plan, self.index(name));
        runs.iter().map(|run| format!("{} {}", run.range, run.of.name())).collect()
    }

    /// The findings of a rule.
    pub fn findings(&self, code: &str) -> Vec<&Finding> {
        self.evaluation.report.findings.iter().filter(|f| f.code == code).collect()
    }

    /// The message of the only finding of a rule.
    pub fn finding(&self, code: &str) -> &str {
        let [one] = self.findings(code)[..] else { panic!("{:#?}", self.evaluation.report.findings) };
        &one.message
    }

    /// Whether anything that can be seen of it is different.
    fn differs(&self, other: &Seen) -> bool {
        let roster = |seen: &Seen| seen.evaluation.roster(&seen.plan, 0);
        let thresholds = |seen: &Seen| seen.evaluation.thresholds(&seen.plan);
        self.evaluation.report != other.evaluation.report
            || roster(self) != roster(other)
            || thresholds(self) != thresholds(other)
    }
}

/// A cluster under a manager with the keys that it cannot do without, and others.
fn plan(manager: &Manager, keys: &[(&str, &str)], group: &str) -> String {
    let mut text = "format = 1\n[[subnet]]\nname = \"s\"\ncidr = \"10.1.0.0/20\"\n[[subnet]]\nname = \"t\"\n\
                    cidr = \"10.1.16.0/20\"\n[[network]]\nname = \"n\"\nsubnet = \"172.31.0.0/24\"\n[[cluster]]\n\
                    name = \"c\"\n"
        .to_string();
    text += &format!("manager = \"{}\"\n", manager.name);
    let given = |key: &str| keys.iter().any(|(known, _)| *known == key);
    for (key, value) in needed(manager) {
        if !given(key) {
            text += &format!("{key} = {value}\n");
        }
    }
    for (key, value) in keys {
        text += &format!("{key} = {value}\n");
    }
    if manager.nodes == Nodes::Containers {
        return text;
    }
    text += "[[cluster.node_group]]\nname = \"g\"\nnodes = 1\n";
    for (key, value) in [("instance_type", "\"m5.large\""), ("subnets", "[\"s\"]")] {
        if manager.requires(key) {
            text += &format!("{key} = {value}\n");
        }
    }
    text + group
}

/// The keys of a cluster that have no default.
fn needed(manager: &Manager) -> Vec<(&'static str, &'static str)> {
    let all = [("pod_subnet", "\"10.9.0.0/16\""), ("ranges", "[\"10.9.0.0/24\"]")];
    let required = |key: &str| {
        let field = field::field(Section::Cluster, key).expect("a field");
        manager.reads(key) && field.default_under(manager) == "required"
    };
    all.into_iter().filter(|(key, _)| required(key)).collect()
}

#[test]
fn every_manager_says_what_it_is_and_where_that_stands() {
    assert_eq!(NAMES.iter().collect::<BTreeSet<_>>().len(), MANAGERS.len());
    for manager in MANAGERS {
        for text in [manager.name, manager.title, manager.doc, manager.source] {
            assert!(!text.is_empty() && text.trim() == text, "{text:?} of {}", manager.name);
        }
        assert!(manager.name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'));
        let date: Vec<u32> = manager.read_on.split('-').map(|part| part.parse().expect("a number")).collect();
        assert!(
            matches!(date[..], [year, month, day] if year >= 2026 && (1..=12).contains(&month) && (1..=31).contains(&day)),
            "{}",
            manager.read_on
        );
        assert_eq!(manager.is_aws(), manager.name == "aws-vpc-cni");
    }
}

#[test]
fn keys_of_managers_are_fields_and_fields_know_their_managers() {
    let own = |key: &str| MANAGERS.iter().any(|manager| manager.reads(key));
    for field in FIELDS.iter().filter(|f| f.section == Section::Cluster) {
        let common = ["name", "manager", "placement", "system_pods", "service_cidr"].contains(&field.key);
        assert!(common || own(field.key), "{} is no manager's", field.key);
        for manager in MANAGERS.iter().filter(|_| !common) {
            assert_eq!(field.is_of(manager), manager.reads(field.key), "{} of {}", field.key, manager.name);
        }
    }
    for manager in MANAGERS {
        let keys: BTreeSet<_> = manager.keys.iter().collect();
        assert_eq!(keys.len(), manager.keys.len(), "{} has a key twice", manager.name);
        for key in manager.keys {
            assert!(field::field(Section::Cluster, key).is_some(), "{key} of {}", manager.name);
        }
    }
}

#[test]
fn what_is_required_is_enough_and_nothing_of_it_can_be_left_out() {
    for manager in MANAGERS {
        let text = plan(manager, &[], "");
        let seen = Seen::of(&text);
        properties::check(&seen).unwrap_or_else(|e| panic!("{e}\n{text}"));
        for (key, value) in needed(manager) {
            let without = text.replace(&format!("{key} = {value}\n"), "");
            let problems = parse(&without).problems;
            let keys: Vec<_> = problems.iter().map(|p| p.place.key.as_str()).collect();
            assert_eq!(keys, [key], "{without}\n{problems:#?}");
            assert!(problems[0].message.contains("missing"), "{problems:#?}");
        }
        for key in ["instance_type", "subnets"].iter().filter(|key| manager.requires(key)) {
            let kept = text.lines().filter(|line| !line.starts_with(key)).map(|line| format!("{line}\n"));
            let problems = parse(&kept.collect::<String>()).problems;
            assert_eq!(problems.iter().map(|p| p.place.key.as_str()).collect::<Vec<_>>(), [*key]);
        }
    }
}

#[test]
fn defaults_hold_where_nothing_is_said() {
    let mut said = 0;
    for manager in MANAGERS {
        let least = Seen::of(&plan(manager, &[], ""));
        for key in manager.keys {
            let field = field::field(Section::Cluster, key).expect("a field");
            let default = field.default_under(manager);
            let value = match field.kind {
                FieldKind::Nets if default.contains('/') => format!("{default:?}"),
                FieldKind::Count { .. } | FieldKind::Flag => default,
                _ => continue,
            };
            let explicit = Seen::of(&plan(manager, &[(key, &value)], ""));
            // an overlap may be removed otherwise if one of the ranges is written
            let of = |seen: &Seen| {
                let (cluster, report) = (&seen.plan.clusters[0], seen.evaluation.report.clone());
                (cluster.settings.clone(), cluster.node_groups.clone(), report.pools, report.node_groups)
            };
            assert_eq!(of(&explicit), of(&least), "{key} = {value} of {}", manager.name);
            said += 1;
        }
    }
    assert!(said > 60, "{said}");
}

/// Keys and their values.
type Keys = &'static [(&'static str, &'static str)];

/// A value of each key that differs from every default, and what it needs beside it.
const VALUES: &[(&str, &str, Keys)] = &[
    ("control_plane_subnets", "[\"s\"]", &[]),
    ("pod_subnets", "[\"t\"]", &[]),
    ("control_planes", "3", &[]),
    ("workers", "2", &[]),
    ("network", "\"n\"", &[]),
    ("pod_subnet", "\"10.77.0.0/16\"", &[]),
    ("service_subnet", "\"10.78.0.0/16\"", &[]),
    ("services", "5", &[("service_subnet", "\"10.78.0.0/16\"")]),
    ("node_mask", "26", &[("pod_subnet", "\"10.77.0.0/16\"")]),
    ("node_mask_v6", "60", &[("pod_subnet", "\"10.77.0.0/16,fd00:77::/56\"")]),
    ("max_pods", "64", &[]),
    ("block_size", "28", &[]),
    ("max_blocks_per_node", "1", &[("block_size", "32"), ("strict_affinity", "true")]),
    ("strict_affinity", "true", &[]),
    ("tunnel", "true", &[]),
    ("hybrid_overlay", "true", &[]),
    ("pre_allocate", "3", &[]),
    ("min_allocate", "20", &[]),
    ("max_above_watermark", "9", &[]),
    ("release_excess", "true", &[]),
    ("dead_peers", "2", &[]),
    ("ranges", "[\"10.77.0.0/24\"]", &[]),
    ("state_loss", "{ running = 3, new_pods = 2 }", &[]),
    ("node_addresses", "{ g-1 = \"10.1.0.200\", c-control-plane = \"172.31.0.9\" }", &[("network", "\"n\"")]),
    (
        "node_ranges",
        "{ g-1 = \"10.77.8.0/24\", c-control-plane = \"10.77.8.0/24\" }",
        &[("pod_subnet", "\"10.77.0.0/16\""), ("node_mask", "24")],
    ),
];

#[test]
fn every_key_of_every_manager_is_read_and_makes_a_difference() {
    for manager in MANAGERS {
        for key in manager.keys {
            let Some((_, value, also)) = VALUES.iter().find(|(known, ..)| known == key) else {
                panic!("a value for {key} is missing in this test");
            };
            let also: Vec<_> = also.iter().filter(|(k, _)| manager.reads(k)).copied().collect();
            let group = "pods = 5\npeak_pods = 25\n";
            let before = Seen::of(&plan(manager, &also, group));
            let keys: Vec<_> = also.iter().copied().chain([(*key, *value)]).collect();
            let after = Seen::of(&plan(manager, &keys, group));
            assert!(before.differs(&after), "{key} = {value} changes nothing under {}", manager.name);

            // a date is right for no key: who does not read the key says nothing
            let keys: Vec<_> = also.iter().copied().chain([(*key, "1979-05-27")]).collect();
            let text = plan(manager, &keys, group);
            let problems = parse(&text).problems;
            let at: Vec<_> =
                problems.iter().map(|p| (p.place.path(&Plan::named("")), p.place.key.as_str())).collect();
            assert_eq!(at.iter().map(|(_, key)| *key).collect::<Vec<_>>(), [*key], "{problems:#?}\n{text}");
            let message = &problems[0].message;
            assert!(message.starts_with(&format!("{key}: 1979-05-27 is not")), "{message}");
        }
    }
}

#[test]
fn what_a_manager_does_not_start_with_is_an_error_at_its_key() {
    let manager = |name: &str| *MANAGERS.iter().find(|manager| manager.name == name).expect("a manager");
    let cases = [
        (
            "kubeadm",
            "node_mask",
            "15",
            "node_mask: 10.9.0.0/16: the size of pod subnet with mask 16 is smaller than the size of node subnet with mask 15",
        ),
        (
            "calico",
            "pod_subnet",
            "\"10.9.0.0/27\"",
            "pod_subnet: pool 10.9.0.0/27 is smaller than a block of /26; take a larger pool or smaller blocks",
        ),
        (
            "calico",
            "pod_subnet",
            "\"fd00:9::/64\"",
            "pod_subnet: fd00:9::/64: only IPv4 ranges are modelled under this manager",
        ),
        (
            "calico",
            "max_blocks_per_node",
            "4",
            "max_blocks_per_node: MaxBlocksPerHost requires StrictAffinity to be enabled",
        ),
        (
            "flannel",
            "service_subnet",
            "\"10.96.0.0/16,fd00::/8\"",
            "service_subnet: shortest allowed prefix length for service CIDR is 64, got 8",
        ),
        (
            "gke",
            "service_subnet",
            "\"fd00::/63\"",
            "service_subnet: shortest allowed prefix length for service CIDR is 64, got 63",
        ),
        (
            "weave",
            "pod_subnet",
            "\"10.9.0.0/31\"",
            "pod_subnet: invalid subnet - smaller than minimum size 4: 10.9.0.0/31",
        ),
        (
            "weave",
            "pod_subnet",
            "\"fd00:9::/64\"",
            "pod_subnet: invalid Non-IPv4 address not supported: fd00:9::/64",
        ),
        (
            "gke",
            "pod_subnet",
            "\"10.9.0.0/25\"",
            "pod_subnet: 10.9.0.0/25 is smaller than the range of a node, /24",
        ),
        (
            "aks-overlay",
            "pod_subnet",
            "\"10.9.0.0/25\"",
            "pod_subnet: 10.9.0.0/25 is smaller than the range of a node, /24",
        ),
        ("gke", "max_pods", "257", "max_pods: 257 is more than gke allows on a node"),
        ("aks-overlay", "max_pods", "251", "max_pods: 251 is more than aks-overlay allows on a node"),
        (
            "host-local",
            "ranges",
            "[\"10.9.0.0/31\"]",
            "ranges: invalid range set 0: Network 10.9.0.0/31 too small to allocate from",
        ),
        (
            "host-local",
            "ranges",
            "[[\"10.9.0.0/24\", \"10.9.0.128/25\"]]",
            "ranges: invalid range set 0: subnets 10.9.0.1-10.9.0.254 and 10.9.0.129-10.9.0.254 overlap",
        ),
        ("host-local", "ranges", "[\"10.9.0.0/24\", \"10.9.0.0/24\"]", "ranges: range set 0 overlaps with 1"),
        (
            "host-local",
            "ranges",
            "[{ subnet = \"10.9.0.0/24\", exclude = [\"10.9.0.0/28\"] }]",
            "ranges: 10.9.0.0/24: host-local excludes nothing",
        ),
        (
            "whereabouts",
            "ranges",
            "[\"10.9.0.0/31\"]",
            "ranges: net mask is too short, subnet {10.9.0.0 fffffffe} has no usable IP addresses, it is too small",
        ),
        (
            "whereabouts",
            "ranges",
            "[{ subnet = \"fd00:9::/64\", range_start = \"fd00:9::8000:0:0:0\" }]",
            "ranges: fd00:9:0:0:8000:: is behind the first 2^63 addresses of fd00:9::/64: nothing is recorded there",
        ),
        (
            "whereabouts",
            "ranges",
            "[[\"10.9.0.0/24\", \"10.9.1.0/24\"]]",
            "ranges: range set 0 has several ranges, and a pod gets an address of each range",
        ),
        (
            "whereabouts",
            "ranges",
            "[{ subnet = \"10.9.0.0/24\", gateway = \"10.9.0.1\" }]",
            "ranges: 10.9.0.0/24: a gateway is given to pods like any other address",
        ),
        (
            "whereabouts",
            "ranges",
            "[\"10.9.0.0/24\", \"10.9.0.128/25\"]",
            "ranges: 10.9.0.0/24 and 10.9.0.128/25 overlap: a pod may get the same address of both",
        ),
        (
            "whereabouts",
            "ranges",
            "[{ subnet = \"10.9.0.0/24\", exclude = [\"10.9.0.1\"] }]",
            "ranges: exclude: \"10.9.0.1\" has no prefix length",
        ),
    ];
    for (name, key, value, message) in cases {
        let problems = parse(&plan(manager(name), &[(key, value)], "")).problems;
        let [problem] = &problems[..] else { panic!("{name} {key} = {value}: {problems:#?}") };
        assert_eq!(problem.place.key, key);
        assert!(problem.message.starts_with(message), "{}", problem.message);
    }
    // of a group, too, and of hosts that are several
    let problems = parse(&plan(manager("gke"), &[], "max_pods = 300\n")).problems;
    assert_eq!(
        problems.iter().map(|p| p.message.as_str()).collect::<Vec<_>>(),
        ["max_pods: 300 is more than gke allows on a node"]
    );
    let two = plan(manager("host-local"), &[], "").replace("nodes = 1", "nodes = 2");
    let problems = parse(&two).problems;
    assert_eq!(
        problems.iter().map(|p| p.message.as_str()).collect::<Vec<_>>(),
        ["node_group: 2 nodes would each give out the same addresses"]
    );
}

#[test]
fn sets_of_host_local_are_as_many_as_one_likes() {
    let sets: Vec<String> = (0..200).map(|i| format!("\"10.9.{i}.0/24\"")).collect();
    let manager = MANAGERS.iter().find(|manager| manager.name == "host-local").expect("a manager");
    let seen = Seen::of(&plan(manager, &[("ranges", &format!("[{}]", sets.join(", ")))], "pods = 3\n"));
    for i in 0..200 {
        assert_eq!(seen.settled(&format!("c/set-{i}")), [253, 3, 0, 3, 0, 250, 0]);
    }
}
