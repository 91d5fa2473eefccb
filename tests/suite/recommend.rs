//! Recommendations: nobody beats them, neither on small spaces that are searched whole nor anywhere else that is
//! tried, and they are what the plan comes to.

use std::sync::Arc;

use podroom::engine::burst::Bursts;
use podroom::engine::{Situation, evaluate};
use podroom::explore::recommend::front::{Cost, beats};
use podroom::explore::recommend::{Allowed, Answer, Ask, Found, Must, Search, cost};
use podroom::explore::{Comes, Trials};
use podroom::file::preset;
use podroom::instance::Tables;
use podroom::plan::document::Document;
use podroom::plan::{Plan, parse};
use proptest::prelude::*;

fn plan_of(text: &str) -> Plan {
    let parsed = parse(text);
    parsed.plan.unwrap_or_else(|| panic!("{:?}\n{text}", parsed.problems))
}

/// A search that is done, with everything that was found.
fn searched(text: &str, keep: &[&str], allow: &[&str], must: Must, burst: Option<u64>) -> (Search, Found) {
    let plan = plan_of(text);
    let tables = Arc::new(Tables::builtin());
    let mut allowed = Allowed::all(0);
    keep.iter().for_each(|name| allowed.keep(&plan, name).expect("a dimension"));
    allow.iter().for_each(|text| allowed.allow(&plan, text, &tables).expect("values"));
    let search = Search::new(&plan, tables, Ask { allowed, must, burst }, &|| true);
    let search = search.expect("a search").expect("not stopped");
    let (mut found, mut trials) = (Found::default(), Trials::default());
    (0..search.parts()).for_each(|part| found.add(search.try_part(part, &mut trials)));
    (search, found)
}

fn answer(text: &str, keep: &[&str], must: Must, burst: Option<u64>) -> (Search, Answer) {
    let (search, found) = searched(text, keep, &[], must, burst);
    let answer = search.answer(&found, &mut Default::default()).expect("an answer");
    (search, answer)
}

const NODES: [&str; 3] = ["nodes", "instance_type", "max_pods"];

/// What a plan costs, if it is a choice: by the engine alone.
fn naive(text: &str, must: &Must, burst: u64) -> Option<Cost> {
    let plan = plan_of(text);
    let evaluation = evaluate(&plan, &Tables::builtin()).ok()?;
    let report = &evaluation.report;
    let cluster = &plan.clusters[0];
    let value = |name: &str| cluster.env.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value);
    let number = |name: &str| value(name).parse::<u64>().unwrap_or(0);
    let room = |row: &podroom::engine::NodeGroupRow| u64::from(row.max_pods - cluster.system_pods);
    let minimum = match value("ENABLE_PREFIX_DELEGATION") {
        "true" => number("MINIMUM_IP_TARGET").next_multiple_of(16),
        _ => number("MINIMUM_IP_TARGET"),
    };
    let slots = evaluation.kinds(&plan, 0).iter().map(|kind| kind.room).max().unwrap_or(0);
    let starves = number("WARM_IP_TARGET") == 0
        && minimum > 0
        && report.node_groups.iter().any(|row| minimum < room(row).min(slots));
    let fine = |situation: &Situation| {
        report.pools.iter().all(|pool| {
            let holding = pool.holding(*situation);
            !holding.is_short() && holding.free >= must.min_free.of(pool.usable)
        })
    };
    let rests = report.pools.iter().all(|pool| pool.settled.settles);
    let bare = value("ENABLE_PREFIX_DELEGATION") == "true"
        && number("WARM_IP_TARGET") == 0
        && number("MINIMUM_IP_TARGET") == 0
        && value("WARM_PREFIX_TARGET") == "0";
    let is = report.pending() == 0 && !starves && !bare && rests && must.situations.iter().all(fine);
    let burst = evaluation.burst_of(&plan, Some(burst), &mut Bursts::default());
    is.then(|| cost(&Comes::with(&evaluation, burst), &[]))
}

/// A cluster of one group.
fn small(group: &str, replicas: &[u32], env: &str, cidr: &str) -> String {
    let workloads: String = (0..)
        .zip(replicas)
        .map(|(i, n)| {
            format!("[[cluster.workload]]\nname = \"w{i}\"\nreplicas = {n}\npeak_replicas = {}\ncpu = \"{}m\"\n", n + n / 2 + 2, 100 + 150 * i)
        })
        .collect();
    format!(
        "format = 1\n[[subnet]]\nname = \"a\"\ncidr = \"{cidr}\"\n[[cluster]]\nname = \"c\"\n[cluster.env]\n{env}\n\
         [[cluster.node_group]]\nname = \"g\"\nsubnets = [\"a\"]\n{group}\n{workloads}"
    )
}

/// Every setting up to some bounds.
fn every_setting(most: u64) -> Vec<String> {
    let mut all = Vec::new();
    for prefix in ["", "ENABLE_PREFIX_DELEGATION = true\n"] {
        all.extend((0..=4).map(|n| format!("{prefix}WARM_ENI_TARGET = {n}")));
        all.extend((0..=4).map(|n| format!("{prefix}WARM_PREFIX_TARGET = {n}")));
        for warm in 0..=most {
            for minimum in 0..=most {
                let targets = format!("WARM_IP_TARGET = {warm}\nMINIMUM_IP_TARGET = {minimum}");
                all.push(format!("{prefix}{targets}"));
                if !prefix.is_empty() {
                    all.push(format!("{prefix}{targets}\nWARM_PREFIX_TARGET = 0"));
                }
            }
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn nobody_beats_what_is_found_among_all_settings(
        (enis, ipv4) in (1_u32..4, 3_u32..7),
        nodes in 1_u32..4,
        max_pods in prop_oneof![Just(String::new()), (9_u32..20).prop_map(|n| format!("max_pods = {n}\n"))],
        replicas in prop::collection::vec(0_u32..9, 1..3),
        burst in prop_oneof![Just(None), (0_u64..20).prop_map(Some)],
        len in 24_u8..28,
        min_free in 0_u64..12,
    ) {
        let group = |max_pods: &str| format!(
            "instance_type = \"own\"\nenis = {enis}\nipv4_per_eni = {ipv4}\nvcpus = 4\nnodes = {nodes}\n{max_pods}"
        );
        let text = |env: &str| small(&group(&max_pods), &replicas, env, &format!("10.0.0.0/{len}"));
        let must = Must { min_free: min_free.to_string().parse().unwrap(), ..Must::default() };
        let (search, found) = searched(&text(""), &NODES, &[], must.clone(), burst);
        prop_assert!(!search.thinned);
        let front: Vec<Cost> = found.front().map(|tried| cost(&tried.comes, &tried.values)).collect();
        let as_good = |own: &Cost| front.iter().any(|f| f == own || beats(f, own));
        for env in every_setting(20) {
            if let Some(own) = naive(&text(&env), &must, search.burst) {
                prop_assert!(as_good(&own), "{env}\n{own:?}\n{front:?}\n{}", text(""));
            }
        }
        for (i, a) in front.iter().enumerate() {
            prop_assert!(front.iter().all(|b| !beats(b, a)), "{i}");
        }
    }
}
