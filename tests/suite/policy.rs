//! What a policy asks of a plan, held to looking at every month by hand.

use podroom::engine::policy::{Case, check};
use podroom::engine::{Lives, Severity, evaluate};
use podroom::file::preset::PLANS;
use podroom::instance::Tables;
use podroom::output::check::{Check, Form};
use podroom::plan::policy::{Checked, Intolerable};
use podroom::plan::{MinFree, Plan, Policy, parse};
use proptest::prelude::*;

fn plan(policy: &str, nodes: u32, replicas: u32) -> Plan {
    let text = format!(
        r#"format = 1
name = "a <b> & \"c\""
growth = {{ replicas = 7, nodes = 3 }}
{policy}
[[subnet]]
name = "<a:b,c>%\"&"
cidr = "10.0.0.0/24"
[[subnet]]
name = "b"
cidr = "10.0.1.0/25"
[[cluster]]
name = "c"
[[cluster.node_group]]
name = "n"
instance_type = "m5.large"
nodes = {nodes}
subnets = ["<a:b,c>%\"&", "b"]
[[cluster.workload]]
name = "w"
replicas = {replicas}
cpu = "10m"
"#
    );
    let parsed = parse(&text);
    parsed.plan.unwrap_or_else(|| panic!("{:?}", parsed.problems))
}

#[test]
fn a_policy_is_read_with_its_defaults() {
    assert_eq!(plan("", 1, 1).policy, None);
    assert_eq!(plan("policy = {}", 1, 1).policy, Some(Policy::default()));
    let all = plan(
        "policy = { min_free = \"12.5%\", situations = \"all\", months = 3, findings = \"warnings\" }",
        1,
        1,
    );
    let wanted = Policy {
        min_free: "12.5%".parse().unwrap(),
        situations: Checked::ALL.to_vec(),
        months: 3,
        findings: Intolerable::Warnings,
    };
    assert_eq!(all.policy, Some(wanted));
    let some = plan("policy = { min_free = 7, situations = [\"upgrade\", \"settled\", \"upgrade\"] }", 1, 1);
    let policy = some.policy.unwrap();
    assert_eq!(
        (policy.min_free, policy.situations),
        (MinFree::Count(7), vec![Checked::Settled, Checked::Upgrade])
    );
}

#[test]
fn months_are_looked_at_even_beyond_those_of_growth() {
    let plan = plan("policy = { months = 40 }", 1, 7);
    let cases = check(&plan, &Tables::builtin(), &plan.policy.clone().unwrap()).unwrap();
    let first = cases.iter().find_map(|case| case.violation.as_ref()).unwrap();
    assert_eq!(first.month, 37);
}

#[test]
fn what_does_not_grow_is_looked_at_once() {
    let mut plan = plan("policy = { months = 120, min_free = 1 }", 1, 1);
    plan.growth = None;
    let cases = check(&plan, &Tables::builtin(), &plan.policy.clone().unwrap()).unwrap();
    assert!(cases.iter().all(|case| case.violation.is_none()), "{cases:?}");
    let policy = plan.policy.clone().unwrap();
    let checked = |plan| Check { plan, policy: &policy, file: None, at: Vec::new(), cases: &cases };
    let json = |check: &Check| -> serde_json::Value {
        serde_json::from_str(&check.print(Form::Json).unwrap()).unwrap()
    };
    let reason =
        "only month 0 is checked, not every one up to 120: nothing in the plan grows; write [growth]";
    assert_eq!(checked(&plan).not_checked().as_deref(), Some(reason));
    let said = json(&checked(&plan));
    assert_eq!((&said["last_month"], &said["not_checked"]), (&0.into(), &reason.into()));
    let grows = self::plan("", 1, 1);
    let said = json(&checked(&grows));
    assert_eq!((&said["last_month"], said.get("not_checked")), (&120.into(), None));
}

/// What of a case is wrong in one month, by the report alone.
fn is_wrong(case: &Case, plan: &Plan, month: u32, min_free: MinFree) -> bool {
    let grown = plan.after(month);
    let mut evaluation = evaluate(&grown, &Tables::builtin()).unwrap();
    if case.situation == Some(Checked::Churned) {
        let percentiles = evaluation.percentiles(&grown, &mut Lives::default(), || true).unwrap();
        evaluation.set_percentiles(&grown, &percentiles);
    }
    let report = &evaluation.report;
    if let Some(name) = case.what.strip_prefix("pool ") {
        let pool = report.pools.iter().find(|pool| pool.name == name).unwrap();
        let held = match case.situation {
            None | Some(Checked::Settled) => pool.settled.held,
            Some(Checked::Churned) => pool.churned.p95().unwrap(),
            Some(Checked::ChurnedWorst) => pool.churned.held,
            Some(Checked::Upgrade) => pool.upgrade.held,
        };
        return pool.other + held + min_free.of(pool.usable) > pool.usable;
    }
    let pending = report
        .workloads
        .iter()
        .any(|w| case.what == format!("workload {}/{}", w.cluster, w.name) && w.pending > 0);
    pending
        || report
            .node_groups
            .iter()
            .any(|g| case.what == format!("node group {}/{}", g.cluster, g.name) && g.pending > 0)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    /// Each case has the first month in which it is wrong, and no case is left out.
    #[test]
    fn a_violation_is_told_with_its_first_month(nodes in 1_u32..14, replicas in 0_u32..160, free in 0_u64..60, months in 0_u32..6) {
        let plan = plan("", nodes, replicas);
        let policy = Policy { min_free: MinFree::Count(free), situations: Checked::ALL.to_vec(), months, findings: Intolerable::None };
        let cases = check(&plan, &Tables::builtin(), &policy).unwrap();
        prop_assert_eq!(cases.len(), 4 * plan.subnets.len() + 2);
        for case in &cases {
            let first = (0..=months).find(|month| is_wrong(case, &plan, *month, policy.min_free));
            prop_assert_eq!(case.violation.as_ref().map(|v| v.month), first, "{:?}", case);
            // and with the first in which something is missing
            let Some((violation, first)) = case.violation.as_ref().zip(first) else { continue };
            // percentiles are slow, and no other way
            if case.situation == Some(Checked::Churned) {
                continue;
            }
            let short = (0..=months).find(|month| is_wrong(case, &plan, *month, MinFree::Count(0)));
            let later = short.filter(|month| *month > first).map(|month| format!("; in month {month} short by"));
            prop_assert_eq!(violation.message.contains("; in month"), later.is_some(), "{:?}", case);
            prop_assert!(later.is_none_or(|later| violation.message.contains(&later)), "{:?}", case);
        }
    }
}

#[test]
fn findings_that_are_not_tolerated_are_violations_each_once() {
    for preset in PLANS {
        let plan = parse(preset.text).plan.unwrap();
        let report = evaluate(&plan, &Tables::builtin()).unwrap().report;
        let policy = Policy {
            situations: Checked::ALL.to_vec(),
            findings: Intolerable::Warnings,
            ..Policy::default()
        };
        let Ok(cases) = check(&plan, &Tables::builtin(), &policy) else { continue };
        let serious = report.findings.iter().filter(|f| f.severity != Severity::Info);
        for finding in serious {
            let said = cases
                .iter()
                .any(|case| case.violation.as_ref().is_some_and(|v| v.message == finding.message));
            let elsewhere =
                cases.iter().any(|case| case.violation.is_some() && !case.what.contains(finding.code));
            assert!(said || elsewhere, "{}: {}", preset.name, finding.code);
        }
    }
}

#[test]
fn junit_is_xml_with_a_test_for_everything_that_was_looked_at() {
    let plan = plan("", 9, 200);
    let policy = Policy {
        min_free: "50%".parse().unwrap(),
        situations: Checked::ALL.to_vec(),
        months: 2,
        findings: Intolerable::Warnings,
    };
    let cases = check(&plan, &Tables::builtin(), &policy).unwrap();
    let checked = Check {
        plan: &plan,
        policy: &policy,
        file: Some("a\"<&>.toml"),
        at: vec![Some((1, 1)); cases.len()],
        cases: &cases,
    };
    let text = checked.print(Form::Junit).unwrap();
    let document = roxmltree::Document::parse(&text).unwrap();
    let of = |tag: &'static str| document.descendants().filter(move |node| node.has_tag_name(tag));
    let mut names: Vec<&str> = of("testcase").filter_map(|node| node.attribute("name")).collect();
    let mut wanted: Vec<&str> = cases.iter().map(|case| case.what.as_str()).collect();
    names.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(names, wanted);
    let failures = cases.iter().filter(|case| case.violation.is_some()).count();
    assert_eq!(of("failure").count(), failures);
    assert_eq!(document.root_element().attribute("failures"), Some(failures.to_string().as_str()));
    assert!(of("testcase").all(|node| node.attribute("file") == Some("a\"<&>.toml")));
}
