//! Findings on a screen of their own, and what one key does about them.

use podroom::app::pane::Pane;
use podroom::app::screen::Screen;
use podroom::engine::{Finding, evaluate};
use podroom::file::preset;
use podroom::instance::Tables;
use podroom::plan::document::Document;

use crate::desk::Desk;

fn findings(document: &Document) -> Vec<Finding> {
    evaluate(document.plan(), &Tables::builtin()).expect("figures").report.findings
}

/// Plans with findings that one change removes.
fn plans() -> Vec<String> {
    let eks = preset::find("eks-1200-pods").expect("a preset").text;
    let env = |lines: &str| eks.replace("[cluster.env]", &format!("[cluster.env]\n{lines}"));
    let mut plans: Vec<String> = preset::PLANS.iter().map(|preset| preset.text.to_owned()).collect();
    plans.extend([
        env("WARM_IP_TARGET = 0"),
        env("MINIMUM_IP_TARGET = \"many\""),
        env("MINIMUM_IP_TARGET = 10"),
        env("WARM_IP_TARGET = 2\nWARM_PREFIX_TARGET = 3\nMAX_ENI = 40"),
        env("MAX_ENI = 2"),
        env("ENABLE_PREFIX_DELEGATION = true").replace("nodes = 30", "nodes = 30\nkind = \"self-managed\""),
        eks.replace("nodes = 30", "nodes = 30\nmax_pods = 700\npods = 100"),
        eks.replace("nodes = 30", "nodes = 30\npod_subnets = [\"private-a\", \"private-b\", \"private-c\"]"),
        eks.replace("10.68.4.0/22", "10.68.0.0/23"),
        preset::find("flannel").expect("a preset").text.replace("manager = ", "block_size = 26\nmanager = "),
        // a workload whose only group has a given number of pods
        preset::find("starter").expect("a preset").text.to_owned()
            + "\n[[cluster.workload]]\nname = \"app\"\nreplicas = 1\n",
    ]);
    plans
}

#[test]
fn what_one_key_does_removes_the_finding_and_is_one_change() {
    let mut codes = std::collections::BTreeSet::new();
    for text in plans() {
        let document = Document::new(&text).expect("a plan");
        for finding in findings(&document) {
            let Some(fix) = &finding.fix else { continue };
            let mut fixed = document.clone();
            let back = fixed.apply(fix.edit.clone()).unwrap_or_else(|p| panic!("{}: {p:?}", fix.text));
            let same =
                |f: &Finding| f.code == finding.code && f.at == finding.at && f.message == finding.message;
            assert!(!findings(&fixed).iter().any(same), "{} does not remove {}", fix.text, finding.message);
            fixed.apply(back).expect("taken back");
            assert_eq!(fixed.text(), text);
            codes.insert(finding.code);
        }
    }
    let known = [
        "key-unused",
        "max-pods-above-addresses",
        "max-pods-secondary",
        "minimum-alone",
        "no-effect",
        "pods-pending",
        "pod-subnets-unused",
        "range-overlap",
        "subnet-overlap",
        "value-unset",
        "enis-taken",
    ];
    for code in known {
        assert!(codes.contains(code), "no plan here has {code}: {codes:?}");
    }
}

#[test]
fn f_fixes_the_selected_finding_and_enter_goes_to_its_field() {
    let mut desk = Desk::preset("kind-two-clusters");
    desk.turn_to(Screen::Findings);
    assert_eq!(desk.app.focus, Pane::AllFindings);
    let before = desk.app.report().expect("figures").findings.len();
    desk.keys("/").types("range-overlap").keys("enter f");
    assert!(desk.message().starts_with("fixed: write "), "{}", desk.message());
    assert!(desk.app.report().expect("figures").findings.len() < before);
    desk.keys("u alt-7 enter");
    assert_eq!(desk.app.focus, Pane::Inputs);
    assert_eq!(desk.app.text(), preset::find("kind-two-clusters").expect("a preset").text);
}

#[test]
fn where_no_change_helps_the_key_says_so() {
    let mut desk = Desk::preset("eks-1200-pods");
    desk.turn_to(Screen::Findings).keys("f");
    assert!(desk.message().starts_with("no one change removes this"), "{}", desk.message());
}

#[test]
fn the_findings_screen() {
    let mut desk = Desk::preset("kind-two-clusters");
    desk.turn_to(Screen::Findings);
    for (columns, rows) in [(80, 24), (120, 40), (200, 60)] {
        desk.size(columns, rows);
        insta::assert_snapshot!(format!("findings_{columns}x{rows}"), desk.screen());
    }
    desk.size(60, 15);
    insta::assert_snapshot!("findings_60x15", desk.screen());
}
