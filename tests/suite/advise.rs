//! The subnet advisor and the inverse: what is said to suffice does, and one step smaller, or one more, does not.

use ipnet::Ipv4Net;
use podroom::engine::{Lives, Situation, evaluate};
use podroom::explore::copies::{self, Of};
use podroom::explore::recommend::Must;
use podroom::explore::subnets::{Advice, Ask, Source, When, advise};
use podroom::file::preset;
use podroom::instance::Tables;
use podroom::plan::{MinFree, Plan, parse};
use proptest::prelude::*;

fn plan_of(text: &str) -> Plan {
    let parsed = parse(text);
    parsed.plan.unwrap_or_else(|| panic!("{:?}\n{text}", parsed.problems))
}

fn example() -> &'static str {
    preset::find("eks-1200-pods").expect("a preset").text
}

fn advice(plan: &Plan, when: &[When], min_free: u64) -> Advice {
    let ask = Ask { min_free: MinFree::Count(min_free), when: when.to_vec() };
    let advice = advise(plan, &Tables::builtin(), &ask, &mut Lives::default(), &|| true);
    advice.expect("advice").expect("not stopped")
}

/// Whether a subnet is short, or has too little free.
fn fails(plan: &Plan, s: usize, situation: Situation, min_free: u64) -> bool {
    let evaluation = evaluate(plan, &Tables::builtin()).expect("figures");
    let holding = evaluation.report.pools[s].holding(situation);
    holding.is_short() || holding.free < min_free
}

const ONES: [(When, Situation); 3] = [
    (When::Settled, Situation::Settled),
    (When::ChurnedWorst, Situation::Churned),
    (When::Upgrade, Situation::Upgrade),
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn the_smallest_subnet_suffices_and_half_of_it_does_not(
        nodes in 1_u32..40,
        replicas in 0_u32..400,
        len in 18_u8..28,
        prefix in any::<bool>(),
        other in 0_u32..30,
        min_free in 0_u64..40,
        growth in 0_u32..20,
    ) {
        let text = |len: u8| format!(
            "format = 1\n[growth]\nreplicas = {growth}\nnodes = {growth}\nmonths = 4\n\
             [[subnet]]\nname = \"a\"\ncidr = \"10.0.0.0/{len}\"\nother = {other}\n\
             [[cluster]]\nname = \"c\"\n[cluster.env]\nENABLE_PREFIX_DELEGATION = {prefix}\n\
             [[cluster.node_group]]\nname = \"g\"\ninstance_type = \"m5.large\"\nnodes = {nodes}\n\
             subnets = [\"a\"]\n[[cluster.workload]]\nname = \"w\"\nreplicas = {replicas}\ncpu = \"100m\"\n"
        );
        let plan = plan_of(&text(len));
        let when: Vec<When> = ONES.iter().map(|(when, _)| *when).collect();
        let advice = advice(&plan, &when, min_free);
        for row in &advice.rows {
            let situation = ONES.iter().find(|(when, _)| *when == row.when).expect("asked").1;
            prop_assert_eq!(row.needs.len(), plan.months() as usize + 1);
            for need in &row.needs {
                let at = |len: u8| plan_of(&text(len)).after(need.month);
                prop_assert_eq!(need.suffices, !fails(&at(len), 0, situation, min_free));
                if let Some(smallest) = need.length {
                    prop_assert!(!fails(&at(smallest), 0, situation, min_free), "{:?} {:?}", row.when, need);
                    if smallest < 28 {
                        prop_assert!(fails(&at(smallest + 1), 0, situation, min_free), "{:?} {:?}", row.when, need);
                    }
                }
            }
        }
    }
}

#[test]
fn churn_is_short_from_the_month_that_is_said() {
    let text = include_str!("../data/report.toml");
    let plan = plan_of(text);
    let advice = advice(&plan, &When::ALL, 0);
    let mut found = 0;
    for row in advice.rows.iter().filter(|row| row.when == When::Churned) {
        let Some(at) = row.needs.iter().position(|need| !need.suffices) else { continue };
        let (before, first) = (row.needs[at - 1].month, row.needs[at].month);
        assert_eq!(before + 1, first, "{row:?}");
        for (month, short) in [(before, false), (first, true)] {
            let then = plan.after(month);
            let mut evaluation = evaluate(&then, &Tables::builtin()).expect("figures");
            evaluation.live(&then);
            let holding = &evaluation.report.pools[row.subnet].churned;
            assert_eq!(
                holding.p95().expect("computed")
                    > evaluation.report.pools[row.subnet].usable - evaluation.report.pools[row.subnet].other,
                short,
                "month {month}"
            );
        }
        // what is short when settled is short after churn
        let settled = advice.rows.iter().find(|own| own.subnet == row.subnet && own.when == When::Settled);
        let settled = settled.and_then(|own| own.needs.iter().find(|need| !need.suffices));
        assert!(settled.is_none_or(|need| first <= need.month), "{first} {settled:?}");
        found += 1;
    }
    assert!(found > 0, "no subnet of the plan gets short");
}

#[test]
fn what_would_help_helps() {
    let vpc = example().replacen("name = \"eks-1200-pods\"", "name = \"e\"\nvpc = [\"10.68.0.0/18\"]", 1);
    let plan = plan_of(&vpc);
    let advice = advice(&plan, &When::ALL, 0);
    let beside: Vec<_> = advice.extras.iter().filter(|extra| !extra.custom_networking).collect();
    assert_eq!(beside.len(), 3, "every subnet is too small after churn");
    let mut text = vpc.clone();
    for extra in &beside {
        let [new] = extra.subnets.as_slice() else { panic!("{extra:?}") };
        assert_eq!(new.source, Source::Vpc("10.68.0.0/18".parse().expect("a range")));
        assert!(extra.sentence.contains(&new.cidr.to_string()), "{}", extra.sentence);
        let row = format!(
            "[[subnet]]\nname = \"more-{}\"\ncidr = \"{}\"\nzone = \"{}\"\n\n[[cluster]]",
            new.zone, new.cidr, new.zone
        );
        text = text.replacen("[[cluster]]", &row, 1);
    }
    text = text.replacen("\"private-c\"]", "\"private-c\", \"more-a\", \"more-b\", \"more-c\"]", 1);
    let evaluation = evaluate(&plan_of(&text), &Tables::builtin()).expect("figures");
    for pool in &evaluation.report.pools {
        for situation in Situation::ALL {
            assert!(!pool.holding(situation).is_short(), "{} {}", pool.name, situation.name());
        }
    }
    let apart = advice.extras.iter().find(|extra| extra.custom_networking).expect("pods may move");
    let secondary: Ipv4Net = "100.64.0.0/16".parse().expect("a range");
    assert!(apart.subnets.iter().all(|new| new.source == Source::Secondary(secondary)), "{apart:?}");
    assert_eq!(apart.helps, ["private-a", "private-b", "private-c"]);
}

#[test]
fn new_ranges_stay_clear_of_each_other_and_of_the_plan() {
    // the first /16 of 100.64.0.0/10 is in the VPC, and half of it is in use
    let text = example().replacen(
        "name = \"eks-1200-pods\"",
        "name = \"e\"\nvpc = [\"10.68.0.0/20\", \"100.64.0.0/16\"]\n[[subnet]]\nname = \"x\"\ncidr = \"100.64.0.0/17\"",
        1,
    );
    let plan = plan_of(&text);
    let advice = advice(&plan, &[When::ChurnedWorst], 0);
    for extra in &advice.extras {
        for (i, new) in extra.subnets.iter().enumerate() {
            let apart = |net: &Ipv4Net| !net.contains(&new.cidr) && !new.cidr.contains(net);
            assert!(plan.subnets.iter().all(|subnet| apart(&subnet.cidr)), "{extra:?}");
            assert!(extra.subnets.iter().skip(i + 1).all(|other| apart(&other.cidr)), "{extra:?}");
            match new.source {
                Source::Vpc(range) => assert!(plan.vpc.contains(&range) && range.contains(&new.cidr)),
                Source::Secondary(range) => {
                    assert!(range.prefix_len() == 16 && range.contains(&new.cidr));
                    assert!(plan.vpc.iter().all(|own| !own.contains(&range) && !range.contains(own)));
                }
            }
        }
    }
}

#[test]
fn growth_is_followed_month_by_month() {
    let text = format!("{}\n[growth]\nreplicas = 5\nnodes = 5\nmonths = 12\n", example());
    let plan = plan_of(&text.replacen("WARM_ENI_TARGET = 1 ", "WARM_IP_TARGET = 2 ", 1));
    let advice = advice(&plan, &[When::Settled, When::Churned], 0);
    assert_eq!(advice.months, 12);
    let row = &advice.rows[0];
    assert_eq!((row.subnet, row.when, row.needs.len()), (0, When::Settled, 13));
    let wanted = |month: usize| row.needs[month].wanted.addresses;
    assert_eq!((wanted(0), row.needs[0].month, row.needs[12].month), (440, 0, 12));
    assert!(wanted(12) > 700, "{row:?}");
    let churned = &advice.rows[1];
    assert_eq!(churned.needs.iter().map(|need| need.month).collect::<Vec<_>>(), [0, 12], "the ends");
    let sentence = &row.sentence;
    assert!(
        sentence.starts_with("private-a 10.68.0.0/22 suffices when settled: 440 addresses wanted"),
        "{sentence}"
    );
}

fn into(text: &str, ranges: &[&str], situations: &[Situation]) -> Vec<copies::Copies> {
    let ranges = ranges.iter().map(|range| range.parse().expect("a range")).collect();
    let ask =
        copies::Ask { ranges, cluster: 0, must: Must { situations: situations.to_vec(), ..Must::default() } };
    let all = copies::copies(&plan_of(text), &Tables::builtin(), &ask, &|| true);
    all.expect("figures").expect("not stopped")
}

#[test]
fn as_many_clusters_fit_as_are_said_and_no_more() {
    let lean = example().replacen("WARM_ENI_TARGET = 1 ", "WARM_IP_TARGET = 2 ", 1);
    let all = into(&lean, &["10.0.0.0/19", "10.1.0.0/21"], &[Situation::Settled]);
    // 3 x /22 of 8 + 2: three; of the smallest, 3 x /23 of 16 + 4: six
    assert_eq!((&all[0].of, all[0].number, all[0].each), (&Of::Cluster, 3, 3_072));
    assert_eq!((&all[1].of, all[1].number, all[1].each), (&Of::Smallest, 6, 1_536));
    // as it is, it does not fit even alone
    let all = into(example(), &["10.0.0.0/16"], &Situation::ALL);
    assert_eq!(all[0].number, 0);
    assert!(all[0].sentence.contains("private-a is short by 481"), "{}", all[0].sentence);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    #[test]
    fn as_many_node_groups_share_a_range_as_are_said_and_no_more(
        nodes in 1_u32..6, pods in 0_u32..12, warm in 1_u32..6, len in 22_u8..27, prefix in any::<bool>(),
    ) {
        let cluster = |i: u64, subnet: &str| format!(
            "[[cluster]]\nname = \"c{i}\"\n[cluster.env]\nWARM_IP_TARGET = {warm}\n\
             ENABLE_PREFIX_DELEGATION = {prefix}\n[[cluster.node_group]]\nname = \"g\"\n\
             instance_type = \"m5.large\"\nnodes = {nodes}\npods = {pods}\npeak_pods = 20\nsubnets = [\"{subnet}\"]\n"
        );
        let home = "format = 1\n[[subnet]]\nname = \"a\"\ncidr = \"10.9.0.0/20\"\n";
        let all = into(&format!("{home}{}", cluster(0, "a")), &[&format!("10.0.0.0/{len}")], &Situation::ALL);
        let group = all.last().expect("a group");
        prop_assert_eq!(&group.of, &Of::NodeGroup("g".to_owned()));
        let fits = |n: u64| {
            let rows: String = (0..n).map(|i| cluster(i, "s")).collect();
            let plan = plan_of(&format!("format = 1\n[[subnet]]\nname = \"s\"\ncidr = \"10.0.0.0/{len}\"\n{rows}"));
            ONES.iter().all(|(_, situation)| !fails(&plan, 0, *situation, 0))
        };
        prop_assert!(group.number == 0 || fits(group.number), "{group:?}");
        prop_assert!(!fits(group.number + 1), "{group:?}");
    }
}

/// Pods live in the pod subnets with custom networking only, whichever way its flag is written.
#[test]
fn pod_subnets_help_with_custom_networking_only() {
    let text = |custom: &str| {
        let subnet = |name: &str, cidr: &str| {
            format!("[[subnet]]\nname = \"{name}\"\ncidr = \"{cidr}\"\nzone = \"z\"\n")
        };
        format!(
            "format = 1\nvpc = [\"10.0.0.0/16\"]\n{}{}[[cluster]]\nname = \"c\"\npod_subnets = [\"p\"]\n\
             [cluster.env]\nAWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG = {custom}\n[[cluster.node_group]]\nname = \"g\"\n\
             instance_type = \"m5.large\"\nnodes = 6\npods = 15\npeak_pods = 15\nsubnets = [\"{}\"]\n",
            subnet("n", "10.0.0.0/26"),
            subnet("p", if custom == "false" { "10.0.1.0/25" } else { "10.0.1.0/26" }),
            if custom == "false" { "p" } else { "n" },
        )
    };
    let extras = |custom: &str| advice(&plan_of(&text(custom)), &[When::Settled], 0).extras;
    for on in ["true", "\"1\"", "\"True\""] {
        let found = extras(on);
        assert!(
            found.iter().any(|extra| extra.sentence.contains("the pods of zone z in ")),
            "{on}: {found:?}"
        );
        assert!(found.iter().all(|extra| !extra.custom_networking), "{on}: {found:?}");
    }
    let found = extras("false");
    assert!(found.iter().any(|extra| extra.sentence.contains("beside it")), "{found:?}");
    assert!(found.iter().any(|extra| extra.custom_networking), "{found:?}");
    assert!(found.iter().all(|extra| !extra.sentence.contains("the pods of zone")), "{found:?}");
}
