//! Recommendations: nobody beats them, neither on small spaces that are searched whole nor anywhere else that is
//! tried, and they are what the plan comes to.

use std::sync::Arc;

use podroom::engine::burst::Bursts;
use podroom::engine::{Situation, evaluate};
use podroom::explore::recommend::front::{Cost, beats};
use podroom::explore::recommend::{Allowed, Answer, Ask, Found, Must, OBJECTIVES, Search, cost};
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

fn answer(text: &str, allow: &[&str], must: Must, burst: Option<u64>) -> (Search, Answer) {
    let keep = ["nodes", "instance_type", "max_pods", "ENABLE_PREFIX_DELEGATION"];
    let (search, found) = searched(text, &keep, allow, must, burst);
    let answer = search.answer(&found).expect("an answer");
    (search, answer)
}

/// A hundred settings or so: an unoptimised build takes long for more.
const SOME: [&str; 2] = ["WARM_IP_TARGET=default,1..12", "MINIMUM_IP_TARGET=default,42..60/3"];

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
    let burst = evaluation.burst_of(&plan, None, Some(burst), &mut Bursts::default());
    is.then(|| cost(&Comes::with(&evaluation, burst), &[]))
}

/// A cluster of one group.
fn small(group: &str, replicas: &[u32], env: &str, cidr: &str) -> String {
    let workloads: String = (0..)
        .zip(replicas)
        .map(|(i, n)| {
            format!(
                "[[cluster.workload]]\nname = \"w{i}\"\nreplicas = {n}\npeak_replicas = {}\ncpu = \"{}m\"\n",
                n + n / 2 + 2,
                100 + 150 * i
            )
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

fn example() -> &'static str {
    preset::find("eks-1200-pods").expect("a preset").text
}

#[test]
fn choices_are_what_the_plan_comes_to_with_them_and_nobody_beats_one() {
    let (search, answer) = answer(example(), &SOME, Must::default(), Some(300));
    assert_eq!((answer.burst, answer.now.comes.burst.expect("a burst").pods), (300, 300));
    assert!((2..=6).contains(&answer.choices.len()), "{:?}", answer.choices.len());
    let names: Vec<&str> = answer.choices.iter().flat_map(|choice| choice.names.clone()).collect();
    assert_eq!(names[0], "balanced");
    for choice in &answer.choices {
        let mut document = Document::new(example()).expect("a plan");
        document.apply(search.edit(&choice.tried).expect("an edit")).expect("a valid plan");
        assert!(
            document.text().contains("# exactly the variables of the aws-node DaemonSet"),
            "comments stay"
        );
        let plan = document.plan();
        let evaluation = evaluate(plan, &Tables::builtin()).expect("figures");
        let burst = evaluation.burst_of(plan, None, Some(300), &mut Bursts::default());
        assert_eq!(Comes::with(&evaluation, burst), choice.tried.comes, "{:?}", choice.names);
        let own = cost(&choice.tried.comes, &choice.tried.values);
        let best = |name: &str| names.contains(&name) && choice.names.contains(&name);
        for other in answer.choices.iter().map(|other| cost(&other.tried.comes, &other.tried.values)) {
            assert!(!beats(&other, &own));
            for (i, objective) in OBJECTIVES.iter().enumerate().filter(|(_, o)| best(o.best)) {
                assert!(own[i] <= other[i], "{}", objective.best);
            }
        }
        let held = podroom::text::thousands(choice.tried.comes.held);
        assert!(choice.why.contains(&held), "{}", choice.why);
    }
    let fault = answer.now.fault.expect("short after churn");
    assert_eq!((fault.pending, fault.short), (0, 3 * 481));
    assert!(fault.why.contains("private-a is short by 481 addresses after churn"), "{}", fault.why);
}

/// Two clusters that share a subnet, in two modes.
fn two(first: &str, second: &str) -> String {
    let cluster = |name: &str, env: &str, nodes: u32| {
        format!(
            "[[cluster]]\nname = \"{name}\"\ncontrol_plane_subnets = [\"a\"]\n[cluster.env]\n{env}\n[[cluster.node_group]]\nname = \"g\"\n\
         instance_type = \"m5.large\"\nnodes = {nodes}\nsubnets = [\"a\", \"b\"]\n[[cluster.workload]]\nname = \"w\"\n\
         replicas = {}\npeak_replicas = 90\ncpu = \"50m\"\n",
            nodes * 9
        )
    };
    format!(
        "format = 1\n[[subnet]]\nname = \"a\"\ncidr = \"10.0.0.0/24\"\nother = 7\n[[subnet]]\nname = \"b\"\n\
         cidr = \"10.0.1.0/24\"\n{}{}",
        cluster("one", first, 6),
        cluster("two", second, 4)
    )
}

#[test]
fn a_cluster_beside_others_is_looked_at_as_in_the_whole_plan() {
    let prefix = "ENABLE_PREFIX_DELEGATION = true";
    for (first, second) in [("", "WARM_IP_TARGET = 2"), (prefix, ""), ("", prefix), (prefix, prefix)] {
        let plan = plan_of(&two(first, second));
        let tables = Tables::builtin();
        for c in 0..2 {
            let alone =
                podroom::engine::alone::Alone::of(&plan, c, &tables).expect("figures").expect("apart");
            let mut own = evaluate(&alone.plan, &tables).expect("figures");
            alone.join(&mut own);
            let whole = evaluate(&plan, &tables).expect("figures");
            for (own, whole) in own.report.pools.iter().zip(&whole.report.pools) {
                for situation in Situation::ALL {
                    let (own, whole) = (own.holding(situation), whole.holding(situation));
                    let of = |h: &podroom::engine::Holding| (h.held, h.free, h.short, h.blocks);
                    assert_eq!(of(own), of(whole), "{first} {second} {c} {}", situation.name());
                }
            }
            let burst = whole.burst_of(&plan, Some(c), Some(40), &mut Bursts::default());
            let own_burst = own.burst_of(&alone.plan, Some(c), Some(40), &mut Bursts::default());
            assert_eq!(
                Comes::of_cluster(&own, &alone.plan, c, own_burst).held,
                Comes::of_cluster(&whole, &plan, c, burst).held
            );
            assert_eq!(burst, own_burst);
        }
    }
}

#[test]
fn what_is_kept_stays_and_what_is_allowed_bounds_the_rest() {
    let keep = ["nodes", "instance_type", "max_pods", "ENABLE_PREFIX_DELEGATION", "MINIMUM_IP_TARGET"];
    let (_, found) = searched(example(), &keep, &["WARM_IP_TARGET=2..6"], Must::default(), None);
    assert_eq!(found.tried, 5);
    for tried in found.front() {
        let keys: Vec<&str> = tried.values.iter().map(|(place, _)| place.key.as_str()).collect();
        assert_eq!(keys, ["WARM_IP_TARGET"], "{:?}", tried.values);
    }
    let plan = plan_of(example());
    let mut allowed = Allowed::all(0);
    assert!(allowed.keep(&plan, "node").expect_err("no dimension").contains("did you mean nodes?"));
    assert!(
        allowed.allow(&plan, "nodes", &Tables::builtin()).expect_err("no values").contains("FIELD=VALUES")
    );
}

#[test]
fn nodes_that_are_no_number_stay_and_it_is_said() {
    let group = "instance_type = [\"m5.large\", \"m5.xlarge\"]\nnodes = { a = 4 }";
    let text = small(group, &[12], "", "10.0.0.0/24").replace("cidr", "zone = \"a\"\ncidr");
    let plan = plan_of(&text);
    let mut allowed = Allowed::all(0);
    let fixed = allowed.fixed(&plan);
    assert!(fixed[0].contains("nodes of g stay: the plan counts them by zone"), "{fixed:?}");
    assert!(fixed[1].contains("instance type of g stays: it has several"), "{fixed:?}");
    let mut refused = |text: &str| allowed.allow(&plan, text, &Tables::builtin()).expect_err("refused");
    let counted = refused("nodes=2..5");
    assert!(counted.contains("nodes cannot be \"2\": the plan counts them by zone"), "{counted}");
    assert!(refused("max_pods=1").contains("leaves no room"), "less than the system pods");
    // one type instead, where it is allowed, and the count by zone is kept with it
    let keep = ["WARM_ENI_TARGET", "MINIMUM_IP_TARGET", "WARM_PREFIX_TARGET", "ENABLE_PREFIX_DELEGATION"];
    let allow = ["instance_type=m5.large,m5.2xlarge", "WARM_IP_TARGET=1..3", "max_pods=default"];
    let (search, found) = searched(&text, &keep, &allow, Must::default(), None);
    assert_eq!(found.tried, 2 * 3, "not the types that there are, which are not among those allowed");
    let cheapest = found.front().min_by_key(|tried| tried.comes.cents).expect("a choice");
    let mut document = Document::new(&text).expect("a plan");
    document.apply(search.edit(cheapest).expect("an edit")).expect("applies");
    let plan = document.plan();
    assert_eq!(plan.clusters[0].node_groups[0].instance_types, ["m5.large"]);
    let evaluation = evaluate(plan, &Tables::builtin()).expect("figures");
    assert_eq!(Comes::with(&evaluation, None).held, cheapest.comes.held);
    assert_eq!(evaluation.report.node_groups[0].nodes, 4);
}

#[test]
fn a_choice_leaves_free_what_must_be_free_or_it_is_said_what_comes_nearest() {
    let must = Must { min_free: "40%".parse().expect("a share"), ..Must::default() };
    let (_, answer_some) = answer(example(), &SOME, must, None);
    assert!(!answer_some.choices.is_empty());
    for choice in &answer_some.choices {
        assert!(choice.tried.comes.free >= 408, "{}", choice.tried.comes.free);
    }
    let must = Must { min_free: "60%".parse().expect("a share"), ..Must::default() };
    let (_, none) = answer(example(), &SOME, must, None);
    assert!(none.choices.is_empty() && none.fit == 0);
    let (fault, tried) = none.nearest.clone().expect("something is nearest");
    assert!(fault.why.contains("fewer than 612"), "{}", fault.why);
    assert_eq!(tried.comes.held, 1_290, "the settings that hold least");
    assert!(none.choice("1").is_err());
}

#[test]
fn fewer_nodes_and_other_types_are_found_where_they_are_allowed() {
    let keep = ["max_pods", "MINIMUM_IP_TARGET", "ENABLE_PREFIX_DELEGATION"];
    let allow = ["WARM_IP_TARGET=1..6", "instance_type=m5.4xlarge,m5.8xlarge,m5.16xlarge"];
    let (search, found) = searched(example(), &keep, &allow, Must::default(), Some(60));
    assert!(
        !found.front().any(|tried| tried.values.iter().any(|(place, _)| keep.contains(&place.key.as_str())))
    );
    let answer = search.answer(&found).expect("an answer");
    let cheapest =
        answer.choices.iter().find(|choice| choice.names.contains(&"cheapest")).expect("a price differs");
    assert!(cheapest.tried.comes.cents < answer.now.comes.cents);
    assert_eq!(cheapest.tried.comes.pending, 0);
    let balanced = &answer.choices[0];
    let rows: Vec<_> = balanced.tried.values.iter().map(|(place, _)| place.row).collect();
    assert!(
        rows.iter().all(|row| matches!(row, podroom::plan::Row::Env(0))),
        "on the nodes that there are: {rows:?}"
    );
}

#[test]
fn max_pods_is_tried_where_a_pool_stops_after_whole_enis() {
    let keep = ["nodes", "instance_type", "WARM_IP_TARGET", "MINIMUM_IP_TARGET", "WARM_ENI_TARGET"];
    let (_, found) = searched(example(), &keep, &[], Must::default(), Some(0));
    let max_pods: Vec<&str> = found
        .front()
        .flat_map(|tried| &tried.values)
        .filter(|(place, _)| place.key == "max_pods")
        .map(|(_, value)| value.as_str())
        .collect();
    // 40 pods a node need two ENIs of 29: with 58 there is no third one
    assert!(max_pods.contains(&"58"), "{max_pods:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    #[test]
    fn nobody_beats_what_is_found_among_all_that_is_allowed(
        types in prop::sample::subsequence(vec!["m5.large", "m5.xlarge", "c5.xlarge", "t3.medium"], 1..=3),
        nodes in prop::collection::btree_set(1_u32..7, 1..4),
        max_pods in prop::collection::btree_set(8_u32..30, 1..3),
        warm in prop::collection::btree_set(0_u32..9, 1..4),
        replicas in prop::collection::vec(0_u32..20, 1..3),
        burst in 0_u64..30,
    ) {
        let group = |kind: &str, nodes: u32, max_pods: u32| {
            format!("instance_type = \"{kind}\"\nnodes = {nodes}\nmax_pods = {max_pods}\n")
        };
        let text = |group: &str, env: &str| small(group, &replicas, env, "10.0.0.0/22");
        let list = |all: Vec<String>| all.join(",");
        let allow = [
            format!("instance_type={}", types.join(",")),
            format!("nodes={}", list(nodes.iter().map(u32::to_string).collect())),
            format!("max_pods={}", list(max_pods.iter().map(u32::to_string).collect())),
            format!("WARM_IP_TARGET={}", list(warm.iter().map(u32::to_string).collect())),
        ];
        let allow: Vec<&str> = allow.iter().map(String::as_str).collect();
        let keep = ["MINIMUM_IP_TARGET", "ENABLE_PREFIX_DELEGATION", "WARM_ENI_TARGET", "WARM_PREFIX_TARGET"];
        let now = text(&group("m5.large", 3, 20), "");
        let (_, found) = searched(&now, &keep, &allow, Must::default(), Some(burst));
        let front: Vec<Cost> = found.front().map(|tried| cost(&tried.comes, &tried.values)).collect();
        for kind in &types {
            for n in &nodes {
                for most in &max_pods {
                    for warm in &warm {
                        let own = (*kind, *n, *most) == ("m5.large", 3, 20);
                        let text = text(&group(kind, *n, *most), &format!("WARM_IP_TARGET = {warm}"));
                        let Some(mut cost) = naive(&text, &Must::default(), burst) else { continue };
                        cost[OBJECTIVES.len()] = i64::from(!own);
                        let found = front.iter().any(|f| *f == cost || beats(f, &cost));
                        prop_assert!(found, "{kind} {n} {most} {warm}: {cost:?}\n{front:?}");
                    }
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    #[test]
    fn nobody_beats_what_is_found_among_all_settings(
        (enis, ipv4) in (1_u32..4, 3_u32..7),
        nodes in 1_u32..4,
        max_pods in prop_oneof![Just(String::new()), (9_u32..20).prop_map(|n| format!("max_pods = {n}\n"))],
        replicas in prop::collection::vec(0_u32..6, 1..3),
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
        for env in every_setting(13) {
            if let Some(own) = naive(&text(&env), &must, search.burst) {
                prop_assert!(as_good(&own), "{env}\n{own:?}\n{front:?}\n{}", text(""));
            }
        }
        for (i, a) in front.iter().enumerate() {
            prop_assert!(front.iter().all(|b| !beats(b, a)), "{i}");
        }
    }
}
