//! Variants: reading, writing, applying, taking the difference of two plans.

use podroom::engine::evaluate;
use podroom::file::preset;
use podroom::instance::Tables;
use podroom::plan::edits;
use podroom::plan::variant::difference;
use podroom::plan::{Document, Edit, Place, Plan, Row, Variant, parse};
use proptest::prelude::*;

use crate::edit::{BRACES, HEADERS, any_edit, document};

/// The plan without its variants and without what order means nothing.
fn plain(plan: &Plan) -> Plan {
    let mut plan = Plan { variants: Vec::new(), ..plan.clone() };
    plan.unread.sort();
    for cluster in plan.clusters_mut() {
        cluster.env.sort();
        cluster.written.sort_unstable();
    }
    plan
}

fn put(doc: &mut Document, variant: &Variant) -> Edit {
    let edit = Edit::Variant { name: variant.name.clone(), variant: Some(variant.clone()) };
    doc.apply(edit).unwrap_or_else(|problems| panic!("{problems:?}\n{variant:?}\n{}", doc.text()))
}

fn with(variants: &str) -> Document {
    document(&format!("{HEADERS}\n{variants}"))
}

fn set(row: Row, key: &str, value: &str) -> Edit {
    Edit::Set { place: Place::key(row, key), value: Some(value.to_owned()) }
}

const LEAN: &str = r#"
# fewer addresses
[variant.lean]   # as discussed
set = { "cluster.prod.env.WARM_IP_TARGET" = 3, "subnet.a.cidr" = "10.0.8.0/22" }
unset = ["cluster.prod.env.WARM_ENI_TARGET"]
order = { subnet = ["b", "a"] }

[[variant.lean.add]]
to = "subnet"
name = "d"
cidr = "10.0.3.0/24"

[[variant.lean.add]]
to = "cluster.prod.node_group"
name = "more"
instance_type = "m5.large"
nodes = 2
subnets = ["a", "d"]
"#;

#[test]
fn a_variant_is_the_plan_with_its_differences() {
    let doc = with(LEAN);
    assert_eq!(plain(doc.plan()), plain(document(HEADERS).plan()), "they change nothing");
    let variant = &doc.plan().variants[0];
    let own = variant.alone(&doc).expect("it applies");
    let plan = own.plan();
    assert_eq!(plan.name, "shop-lean");
    assert_eq!(plan.variants, []);
    let names: Vec<&str> = plan.subnets.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["b", "a", "c", "d"]);
    assert_eq!(plan.subnets[1].cidr.to_string(), "10.0.8.0/22");
    assert_eq!(plan.clusters[0].env, [("WARM_IP_TARGET".to_owned(), "3".to_owned())]);
    let group = plan.clusters[0].node_groups.last().expect("groups");
    assert_eq!((group.name.as_ref(), group.subnets.as_slice()), ("more", &[1, 3][..]));
    assert!(
        own.text().contains("name = 'shop'   # literal") || own.text().contains("# The production plan.")
    );
    assert_eq!(
        variant.lines(),
        [
            "+ subnet d",
            "+ cluster.prod.node_group more",
            "cluster.prod.env.WARM_IP_TARGET = 3",
            "subnet.a.cidr = \"10.0.8.0/22\"",
            "cluster.prod.env.WARM_ENI_TARGET unset",
            "subnet: b, a",
        ]
    );
}

#[test]
fn a_variant_is_written_renamed_and_removed_and_nothing_else_changes() {
    for base in
        [HEADERS.to_owned(), BRACES.to_owned(), HEADERS.replace('\n', "\r\n"), HEADERS.trim_end().to_owned()]
    {
        let mut doc = document(&base);
        let variant = Variant { name: "it's small".into(), ..with(LEAN).plan().variants[0].clone() };
        let back = put(&mut doc, &variant);
        assert_eq!(doc.plan().variants, std::slice::from_ref(&variant));
        assert!(doc.text().starts_with(base.trim_end()), "{}", doc.text());
        assert_eq!(
            doc.text().matches('\n').count() == doc.text().matches("\r\n").count(),
            base.contains('\r')
        );
        let text = doc.text();
        doc.apply(Edit::Variant { name: variant.name.clone(), variant: None }).expect("removed");
        assert_eq!(doc.text().trim_end(), base.trim_end());
        let mut doc = document(&text);
        doc.apply(back).expect("an undo");
        assert_eq!(doc.text(), base);
    }
    let mut doc = with(LEAN);
    let renamed = Variant { name: "thin one".into(), ..doc.plan().variants[0].clone() };
    doc.apply(Edit::Variant { name: "lean".into(), variant: Some(renamed) }).expect("renamed");
    assert_eq!(doc.text(), format!("{HEADERS}\n{LEAN}").replace("variant.lean", "variant.\"thin one\""));
    let more = Variant { remove: vec!["subnet.c".into()], ..doc.plan().variants[0].clone() };
    put(&mut doc, &more);
    assert!(doc.text().contains("# fewer addresses\n[variant.\"thin one\"]"), "{}", doc.text());
    assert_eq!(doc.plan().variants, [more]);
}

#[test]
fn variants_in_braces_and_dots_are_edited_too() {
    for text in [
        "variant = { a = { set = { name = \"x\" } } }",
        "variant.a.set.name = \"x\"",
        "variant.a = { set = { name = \"x\" } }",
    ] {
        let mut doc =
            document(&format!("format = 1\n{text}\n[[subnet]]\nname = \"s\"\ncidr = \"10.0.0.0/24\"\n"));
        let b =
            Variant { name: "b".into(), set: vec![("name".into(), "\"y\"".into())], ..Variant::default() };
        put(&mut doc, &b);
        assert_eq!(
            doc.plan().variants.iter().map(|v| v.name.as_str()).collect::<Vec<_>>(),
            ["a", "b"],
            "{text}"
        );
        for name in ["a", "b"] {
            doc.apply(Edit::Variant { name: name.into(), variant: None })
                .unwrap_or_else(|p| panic!("{text}: {p:?}"));
        }
        assert_eq!(doc.plan().variants, [], "{}", doc.text());
    }
}

#[test]
fn references_of_variants_follow_a_rename() {
    let text = r#"
[variant.v]
set = { "cluster.prod.node_group.workers.subnets" = ["a", "b"], "cluster.prod.workload.web.node_groups" = ["workers"] }
remove = ["subnet.c"]
order = { subnet = ["b", "a"] }
"#;
    let mut doc = with(text);
    for (row, name) in [(Row::Subnet(0), "first"), (Row::NodeGroup(0, 0), "w.x"), (Row::Cluster(0), "live")] {
        doc.apply(edits::rename(&doc, row, name)).expect("renamed");
    }
    let variant = &doc.plan().variants[0];
    assert_eq!(
        variant.set,
        [
            ("cluster.live.node_group.w.x.subnets".to_owned(), "[\"first\", \"b\"]".to_owned()),
            ("cluster.live.workload.web.node_groups".to_owned(), "[\"w.x\"]".to_owned()),
        ]
    );
    assert_eq!(variant.order, [("subnet".to_owned(), vec!["b".to_owned(), "first".to_owned()])]);
    assert_eq!(variant.misfit(doc.plan()), None);
}

#[test]
fn a_variant_that_no_longer_applies_is_a_finding_and_stays() {
    let text = preset::find("eks-1200-pods").expect("a preset").text;
    let lean = "[variant.lean]\nset = { \"subnet.privat-c.zone\" = \"c\" }\nremove = []\n";
    let doc = document(&format!("{text}\n{lean}"));
    let report = evaluate(doc.plan(), &Tables::builtin()).expect("figures").report;
    let finding = report.findings.iter().find(|f| f.code == "variant-misfit").expect("a finding");
    assert_eq!((finding.at.as_str(), finding.help.as_str()), ("variant.lean", "did you mean \"private-c\"?"));
    assert_eq!(finding.message, "variant \"lean\": no subnet is called \"privat-c\"");
    let problems = doc.plan().variants[0].alone(&doc).expect_err("it does not apply");
    assert_eq!(problems[0].message, finding.message);
    // what is otherwise right stays as it is
    let base = evaluate(document(text).plan(), &Tables::builtin()).expect("figures").report;
    assert_eq!(
        (base.verdict, &base.pools, base.findings.len() + 1),
        (report.verdict, &report.pools, report.findings.len())
    );
}

#[test]
fn misfits_say_what_is_meant() {
    let cases = [
        (
            "set = { \"cluster.prod.node_group.worker.nodes\" = 1 }",
            "no node group is called \"worker\"",
            "did you mean \"workers\"?",
        ),
        (
            "set = { \"cluster.prd.env.MAX_ENI\" = 1 }",
            "no cluster is called \"prd\"",
            "did you mean \"prod\"?",
        ),
        ("remove = [\"subnet.x\"]", "no subnet is called \"x\"", "there are \"a\", \"b\", \"c\""),
        ("remove = [\"subnet.a.zone\"]", "\"subnet.a.zone\" is a value", "only rows are removed: unset it"),
        (
            "unset = [\"cluster.prod.pods\"]",
            "\"pods\" is no key of [[cluster]]",
            "its keys are name, manager, ",
        ),
        (
            "order = { \"cluster.prod.workload\" = [\"nobody\"] }",
            "order: there is no row \"nobody\", or it is named twice",
            "there are ",
        ),
        (
            "order = { subnet = [\"a\", \"a\"] }",
            "order: there is no row \"a\", or it is named twice",
            "there are ",
        ),
        ("add = [{ to = \"cluster.x.workload\", name = \"w\" }]", "no cluster is called \"x\"", "there are "),
    ];
    for (keys, message, help) in cases {
        let doc = with(&format!("[variant.v]\n{keys}\n"));
        let problem = doc.plan().variants[0].misfit(doc.plan()).unwrap_or_else(|| panic!("{keys} fits"));
        assert_eq!(problem.message, format!("variant \"v\": {message}"), "{keys}");
        assert!(problem.help.as_deref().unwrap_or_default().starts_with(help), "{keys}: {problem:?}");
    }
}

#[test]
fn scenarios_are_no_differences() {
    let doc = document(HEADERS);
    let other = document(&format!("{HEADERS}\n[scenario.x]\nuntil = \"1h\"\n"));
    assert!(difference("v", &doc, &other).expect_err("they differ").contains("scenarios"));
    assert_eq!(difference("v", &doc, &doc).expect("nothing").lines(), Vec::<String>::new());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    /// The difference of any two edited plans, applied to the first, is the second; also after it was written and
    /// read again, and in the text of the first nothing else changes.
    #[test]
    fn differences_lead_from_one_plan_to_the_other(
        braces in any::<bool>(),
        first in prop::collection::vec((0..17_u8, 0..40_usize, 0..40_usize, 0..40_usize), 0..6),
        second in prop::collection::vec((0..17_u8, 0..40_usize, 0..40_usize, 0..40_usize), 0..10),
    ) {
        let mut from = document(if braces { BRACES } else { HEADERS });
        let edited = |doc: &mut Document, steps: Vec<(u8, usize, usize, usize)>| {
            for step in steps {
                if let Some(edit) = any_edit(doc, step) {
                    let _ = doc.apply(edit);
                }
            }
        };
        edited(&mut from, first);
        let mut to = from.clone();
        edited(&mut to, second);
        let variant = difference("v", &from, &to);
        prop_assert!(variant.is_ok(), "{variant:?}\n{}\n---\n{}", from.text(), to.text());
        let variant = variant.unwrap_or_default();
        let before = from.text();
        put(&mut from, &variant);
        let again = document(&from.text());
        prop_assert_eq!(&again.plan().variants, &vec![variant.clone()], "{}", from.text());
        prop_assert_eq!(plain(again.plan()), plain(document(&before).plan()));
        let mut told = again.clone();
        told.apply(variant.edit(&again).expect("it applies")).expect("it is valid");
        prop_assert_eq!(plain(told.plan()), plain(to.plan()), "{:?}", variant);
        let own = variant.alone(&again).expect("a plan of its own");
        let named = Plan { name: to.plan().name.clone(), ..own.plan().clone() };
        prop_assert_eq!(plain(&named), plain(to.plan()));
        let read = parse(&own.text()).plan;
        prop_assert_eq!(read.as_ref(), Some(own.plan()));
        from.apply(Edit::Variant { name: "v".into(), variant: None }).expect("removed");
        let text = from.text();
        prop_assert_eq!(text.trim_end(), before.trim_end());
    }
}

#[test]
fn what_is_edited_beside_a_variant_leaves_it_alone() {
    let mut doc = with(LEAN);
    doc.apply(set(Row::Env(0), "MAX_ENI", "4")).expect("an edit");
    let add = edits::add(&doc, podroom::plan::field::Section::Cluster, 0).expect("an edit").0;
    doc.apply(add).expect("a cluster");
    assert!(doc.text().contains(LEAN.trim()), "{}", doc.text());
}
