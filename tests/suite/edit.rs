//! Edits of plan texts: what they leave alone, and that they can be taken back.

use std::collections::BTreeMap;
use std::sync::Arc;

use podroom::engine::{Before, Evaluation, evaluate, evaluate_after};
use podroom::instance::Tables;
use podroom::plan::edits::{self, Direction};
use podroom::plan::field::{self, Section};
use podroom::plan::{Cluster, Document, Edit, Nodes, Place, Plan, Row, parse};
use proptest::prelude::*;

use crate::naive;

/// Rows with headers, as people write them: comments, several styles, commented-out keys.
pub const HEADERS: &str = r#"# The production plan.
format = 1
name = 'shop'   # literal

# Three zones, one subnet each.
[[subnet]]
name = "a" # first
cidr = "10.0.0.0/24"
zone = "eu-1a"
other = { "alb public" = 8, endpoints = 3 }
# id = "subnet-0"

[[subnet]]
name = "b"
cidr = '10.0.1.0/24'
zone = "eu-1b"
other.alb = 2
other.nat = 1

# no zone

[[subnet]]
name = "c"
cidr = "10.0.2.0/24"

[[cluster]]
name = "prod"
control_plane_subnets = ["a", "b"]

[cluster.env] # as deployed
WARM_ENI_TARGET = 1 # default
WARM_IP_TARGET = "5"

# the workers
[[cluster.node_group]]
name = "workers"
instance_type = "m5.large"
nodes = 3
subnets = [
  "a", # first
  "b",
  "c",
]
[[cluster.node_group]]
name = "batch"
instance_type = ["m5.large", "c5.large"]
subnets = ["a", "b"]
dedicated = true
cluster = "prod"
[cluster.node_group.nodes]
eu-1a = 2
eu-1b = 1

[[cluster.workload]]
name = "web"
replicas = 10
cpu = "300m"

[[cluster.workload]]
name = "job"
node_groups = ["workers", "batch"]

[[cluster]]
name = "test"
env.WARM_IP_TARGET = 2
env.MINIMUM_IP_TARGET = 4

[[cluster.workload]]
name = "w"
# the end
"#;

/// Clusters of several managers, groups that choose by what is free, and rows of all kinds.
const SEVERAL: &str = r#"format = 1
subnet = [
  { name = "a", cidr = "10.0.0.0/25", zone = "eu-1a" },
  { name = "b", cidr = "10.0.1.0/24", zone = "eu-1a" },
  { name = "c", cidr = "10.0.2.0/27", zone = "eu-1b" },
]
network = [{ name = "lab", subnet = "172.20.0.0/28" }]

[[cluster]]
name = "one"
[[cluster.node_group]]
name = "g"
instance_type = "m5.large"
nodes = 5
pods = 8
subnets = ["a", "c"]

[[cluster]]
name = "two"
[[cluster.node_group]]
name = "k"
kind = "karpenter"
instance_type = "c5.large"
nodes = 4
subnets = ["a", "b"]
[[cluster.workload]]
name = "web"
replicas = 30

[[cluster]]
name = "desk"
manager = "kind"
network = "lab"
workers = 2

[[cluster]]
name = "three"
env.WARM_IP_TARGET = 2
[[cluster.node_group]]
name = "g"
instance_type = "m5.large"
nodes = "auto"
subnets = ["b"]
[[cluster.workload]]
name = "web"
replicas = 30
cpu = "200m"
"#;

/// The same in braces.
pub const BRACES: &str = r#"format = 1
subnet = [
  { name = "a", cidr = "10.0.0.0/24", zone = "eu-1a", other = { alb = 1 } },
  { name = "b", cidr = "10.0.1.0/24", zone = "eu-1b", other.alb = 2, other.nat = 1 }, # second
]
cluster = [{ name = "prod", env = { WARM_IP_TARGET = 2 }, node_group = [{ name = "g", instance_type = "m5.large", nodes = { eu-1a = 1, eu-1b = 2 }, subnets = ["a", "b"] }], workload = [] }, { name = "test", env.MAX_ENI = 3, env.CLUSTER_NAME = "x" }]
"#;

pub fn document(text: &str) -> Document {
    Document::new(text).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

fn set(row: Row, key: &str, value: &str) -> Edit {
    Edit::Set { place: Place::key(row, key), value: Some(value.to_owned()) }
}

fn unset(row: Row, key: &str) -> Edit {
    Edit::Set { place: Place::key(row, key), value: None }
}

/// What an edit does to a text, as a diff of lines.
fn diff(text: &str, edit: impl FnOnce(&Document) -> Edit) -> String {
    let mut doc = document(text);
    let edit = edit(&doc);
    let undo = doc.apply(edit).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let new = doc.text();
    assert_eq!(parse(&new).plan.as_ref(), Some(doc.plan()), "{new}");
    doc.apply(undo).expect("an undo");
    assert_eq!(doc.text(), text);
    lines(&text.lines().collect::<Vec<_>>(), &new.lines().collect::<Vec<_>>())
}

/// The lines that differ, each hunk with the line above it.
fn lines(old: &[&str], new: &[&str]) -> String {
    // the longest common subsequence of what follows lines i and j
    let mut common = vec![vec![0_usize; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i][j] = if old[i] == new[j] {
                common[i + 1][j + 1] + 1
            } else {
                common[i + 1][j].max(common[i][j + 1])
            };
        }
    }
    let (mut i, mut j, mut same, mut out) = (0, 0, true, String::new());
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            (i, j, same) = (i + 1, j + 1, true);
            continue;
        }
        if same && i > 0 {
            out += &format!("  {}\n", old[i - 1]);
        }
        same = false;
        if i < old.len() && (j == new.len() || common[i + 1][j] >= common[i][j + 1]) {
            out += &format!("- {}\n", old[i]);
            i += 1;
        } else {
            out += &format!("+ {}\n", new[j]);
            j += 1;
        }
    }
    out
}

/// Diffs under the edits that made them.
fn titled<T: std::fmt::Debug>(cases: &[T], diff: impl Fn(&T) -> String) -> String {
    cases.iter().map(|case| format!("# {case:?}\n{}\n", diff(case))).collect()
}

#[test]
fn a_value_is_replaced_and_nothing_else() {
    let cases = [
        (Row::Plan, "name", "\"new\""),
        (Row::Env(0), "WARM_ENI_TARGET", "2"),
        (Row::Subnet(0), "other", "4"),
        (Row::Subnet(1), "other", "{ alb = 3 }"),
        (Row::NodeGroup(0, 1), "nodes", "7"),
        (Row::NodeGroup(0, 0), "subnets", "[\"a\", \"c\"]"),
        (Row::NodeGroup(0, 0), "subnets", "[\"c\", \"a\", \"b\"]"),
        (Row::NodeGroup(0, 1), "subnets", "[\"b\", \"a\"]"),
    ];
    insta::assert_snapshot!(titled(&cases, |(row, key, value)| diff(HEADERS, |_| set(*row, key, value))));
}

/// What is taken of a subnet, and growth, in the styles that people write them in.
const TAKEN: &str = r#"format = 1

# as agreed
[growth] # percent a month
replicas = 5.0 # marketing
months = 24

[[subnet]]
name = "a"
cidr = "10.0.0.0/24"
used = [
  "10.0.0.17",      # nat
  "10.0.0.32/28",   # alb
  "10.0.0.64-10.0.0.70",
]
elb = true

[[subnet]]
name = "b"
cidr = "10.0.1.0/24"

# for prefixes
[[subnet.reservations]]
cidr = "10.0.1.128/25"
type = "prefix"

[[cluster]]
name = "c"
"#;

#[test]
fn what_is_taken_and_growth_are_edited_in_place() {
    let sets = [
        (Row::Subnet(0), "used", "[\"10.0.0.17\", \"10.0.0.33\", \"10.0.0.64-10.0.0.70\"]"),
        (Row::Subnet(0), "used", "[\"10.0.0.17\", \"10.0.0.32/28\"]"),
        (Row::Subnet(0), "reservations", "[{ cidr = \"10.0.0.128/25\", type = \"explicit\" }]"),
        (Row::Subnet(1), "reservations", "[{ cidr = \"10.0.1.192/26\", type = \"prefix\" }]"),
        (Row::Subnet(1), "used", "[\"10.0.1.9\"]"),
        (Row::Plan, "growth", "{ replicas = 5.0, nodes = 2, months = 12 }"),
        (Row::Plan, "growth", "{ nodes = \"2.5%\" }"),
    ];
    let unsets = [(Row::Plan, "growth"), (Row::Subnet(0), "used"), (Row::Subnet(1), "reservations")];
    let copy = |row: &Row| diff(TAKEN, |doc| edits::duplicate(doc, *row).expect("an edit").0);
    insta::assert_snapshot!(
        [
            titled(&sets, |(row, key, value)| diff(TAKEN, |_| set(*row, key, value))),
            titled(&unsets, |(row, key)| diff(TAKEN, |_| unset(*row, key))),
            diff("format = 1\n[[subnet]]\nname = \"a\"\ncidr = \"10.0.0.0/24\"\n", |_| {
                set(Row::Plan, "growth", "{ replicas = 5 }")
            }),
            titled(&[Row::Subnet(0), Row::Subnet(1)], copy),
        ]
        .concat()
    );
}

#[test]
fn what_is_taken_and_growth_are_shown_as_they_are_typed() {
    let doc = document(TAKEN);
    for (row, key, shown) in [
        (Row::Plan, "growth", "replicas=5.0, months=24"),
        (Row::Subnet(0), "used", "10.0.0.17, 10.0.0.32/28, 10.0.0.64-10.0.0.70"),
        (Row::Subnet(1), "reservations", "10.0.1.128/25 prefix"),
    ] {
        let place = Place::key(row, key);
        assert_eq!(doc.value(&place).as_deref(), Some(shown));
        // typed again it is the same plan
        let toml = field::field(field::section(row), key).expect("a field").parse(shown).expect("valid");
        let mut again = document(TAKEN);
        again.apply(Edit::Set { place, value: toml }).expect("an edit");
        assert_eq!(again.plan(), doc.plan());
    }
}

#[test]
fn a_range_that_leaves_its_addresses_behind_is_refused() {
    let mut doc = document(TAKEN);
    let problems =
        doc.apply(set(Row::Subnet(0), "cidr", "\"10.0.9.0/24\"")).expect_err("used lies elsewhere");
    assert_eq!(problems[0].message, "used: 10.0.0.17 is outside of the subnet 10.0.9.0/24");
    assert_eq!(doc.text(), TAKEN);
}

#[test]
fn a_new_key_stands_where_the_form_has_it() {
    let in_headers = [
        (Row::Plan, "vpc", "[\"10.0.0.0/16\"]"),
        (Row::Subnet(2), "zone", "\"eu-1c\""),
        (Row::Env(0), "MAX_ENI", "4"),
        (Row::Env(1), "MAX_ENI", "4"),
        (Row::Workload(1, 0), "cpu", "\"1\""),
    ];
    let in_braces = [
        (Row::Plan, "name", "\"n\""),
        (Row::Subnet(0), "elb", "true"),
        (Row::Env(0), "MAX_ENI", "4"),
        (Row::Env(1), "WARM_IP_TARGET", "4"),
    ];
    let first = "format = 1\n[[cluster]]\nname = \"c\"\n# x\n\n[[cluster.workload]]\nname = \"w\"";
    insta::assert_snapshot!(
        [
            titled(&in_headers, |(row, key, value)| diff(HEADERS, |_| set(*row, key, value))),
            titled(&in_braces, |(row, key, value)| diff(BRACES, |_| set(*row, key, value))),
            diff(first, |_| set(Row::Env(0), "MAX_ENI", "4")),
        ]
        .concat()
    );
}

#[test]
fn a_removed_key_takes_its_line_along() {
    let in_headers =
        [(Row::Env(0), "WARM_ENI_TARGET"), (Row::Subnet(1), "other"), (Row::Env(1), "MINIMUM_IP_TARGET")];
    let in_braces = [
        (Row::Subnet(1), "other"),
        (Row::Env(0), "WARM_IP_TARGET"),
        (Row::Env(1), "MAX_ENI"),
        (Row::Cluster(1), "env"),
    ];
    insta::assert_snapshot!(
        [
            titled(&in_headers, |(row, key)| diff(HEADERS, |_| unset(*row, key))),
            titled(&in_braces, |(row, key)| diff(BRACES, |_| unset(*row, key))),
        ]
        .concat()
    );
}

#[test]
fn removed_rows_take_their_comments_along() {
    let remove = |text, row: &Row| diff(text, |doc| edits::remove(doc, *row).expect("an edit"));
    let in_headers = [Row::NodeGroup(0, 0), Row::NodeGroup(0, 1), Row::Subnet(1), Row::Cluster(1)];
    let in_braces = [Row::Subnet(1), Row::Cluster(0)];
    insta::assert_snapshot!(
        [titled(&in_headers, |row| remove(HEADERS, row)), titled(&in_braces, |row| remove(BRACES, row)),]
            .concat()
    );
}

#[test]
fn what_would_leave_someone_without_is_refused() {
    let mut doc = document(HEADERS);
    doc.apply(set(Row::NodeGroup(0, 0), "subnets", "[\"c\"]")).expect("an edit");
    doc.apply(set(Row::Workload(0, 1), "node_groups", "[\"batch\"]")).expect("an edit");
    insta::assert_snapshot!(titled(&[Row::Subnet(2), Row::NodeGroup(0, 1), Row::Env(0)], |row| {
        edits::remove(&doc, *row).expect_err("a refusal")
    }));
}

#[test]
fn references_follow_a_rename() {
    let cases = [(Row::Subnet(0), "first"), (Row::NodeGroup(0, 1), "spot"), (Row::Cluster(0), "live")];
    insta::assert_snapshot!(titled(&cases, |(row, name)| diff(HEADERS, |doc| edits::rename(
        doc, *row, name
    ))));
}

#[test]
fn rows_are_copied() {
    let copy = |text, row: &Row| diff(text, |doc| edits::duplicate(doc, *row).expect("an edit").0);
    let in_headers = [Row::Subnet(0), Row::NodeGroup(0, 1), Row::Workload(1, 0), Row::Cluster(0)];
    insta::assert_snapshot!(
        [titled(&in_headers, |row| copy(HEADERS, row)), titled(&[Row::Subnet(0)], |row| copy(BRACES, row)),]
            .concat()
    );
}

#[test]
fn rows_are_added() {
    use Section::{Cluster, NodeGroup, Subnet, Workload};
    let add = |text, (section, c): &(Section, usize)| {
        diff(text, |doc| edits::add(doc, *section, *c).expect("an edit").0)
    };
    let in_headers = [(Subnet, 0), (NodeGroup, 0), (NodeGroup, 1), (Workload, 0), (Cluster, 0)];
    insta::assert_snapshot!(
        [
            titled(&in_headers, |at| add(HEADERS, at)),
            titled(&[(Workload, 0), (NodeGroup, 1)], |at| add(BRACES, at)),
            titled(&[(Subnet, 0), (Cluster, 0)], |at| add("format = 1\n# end", at)),
        ]
        .concat()
    );
}

#[test]
fn rows_change_places() {
    let shift = |text, (row, direction): &(Row, Direction)| {
        diff(text, |doc| edits::shift(doc.plan(), *row, *direction).expect("not at the end").0)
    };
    let in_headers = [
        (Row::Subnet(1), Direction::Down),
        (Row::NodeGroup(0, 0), Direction::Down),
        (Row::Workload(0, 1), Direction::Up),
    ];
    insta::assert_snapshot!(
        [
            titled(&in_headers, |case| shift(HEADERS, case)),
            titled(&[(Row::Cluster(1), Direction::Up)], |case| shift(BRACES, case)),
        ]
        .concat()
    );
    let doc = document(HEADERS);
    assert!(edits::shift(doc.plan(), Row::Subnet(2), Direction::Down).is_none());
}

#[test]
fn a_refused_edit_leaves_no_trace() {
    let mut doc = document(HEADERS);
    let refused = [
        set(Row::Subnet(0), "cidr", "\"10.0.0.1/24\""),
        set(Row::Subnet(0), "cidr", "1\nx = 2"),
        set(Row::Subnet(0), "nonsense", "1"),
        set(Row::Subnet(9), "name", "\"x\""),
        unset(Row::Subnet(0), "cidr"),
        Edit::Remove { row: Row::Subnet(0) },
        Edit::Remove { row: Row::Subnet(9) },
        Edit::Remove { row: Row::Plan },
        Edit::Insert { row: Row::Subnet(4), body: "name = \"x\"\ncidr = \"10.0.9.0/24\"".into() },
        Edit::Insert { row: Row::Subnet(1), body: "name = ".into() },
        Edit::Move { from: Row::Subnet(0), to: Row::Cluster(0) },
        Edit::Move { from: Row::Subnet(0), to: Row::Subnet(3) },
        Edit::Many(vec![set(Row::Plan, "name", "\"x\""), unset(Row::Plan, "format")]),
    ];
    let plan = doc.plan().clone();
    for edit in refused {
        let problems = doc.apply(edit.clone()).expect_err("a refusal");
        assert!(!problems.is_empty(), "{edit:?}");
        assert_eq!((doc.text().as_str(), doc.plan()), (HEADERS, &plan), "{edit:?}");
    }
    // and the document works on
    doc.apply(set(Row::Subnet(0), "cidr", "\"10.0.3.0/24\"")).expect("an edit");
}

#[test]
fn line_breaks_stay_as_they_are() {
    let text = HEADERS.replace('\n', "\r\n");
    let mut doc = document(&text);
    let edit = edits::duplicate(&doc, Row::Cluster(0)).expect("an edit").0;
    doc.apply(edit).expect("applied");
    doc.apply(set(Row::Env(0), "MAX_ENI", "3")).expect("applied");
    let new = doc.text();
    assert_eq!(new.matches('\n').count(), new.matches("\r\n").count());
}

fn rows(doc: &Document) -> Vec<Row> {
    let plan = doc.plan();
    let mut rows = vec![Row::Plan];
    rows.extend((0..plan.subnets.len()).map(Row::Subnet));
    for (c, cluster) in plan.clusters.iter().enumerate() {
        rows.extend([Row::Cluster(c), Row::Env(c)]);
        rows.extend((0..cluster.node_groups.len()).map(|g| Row::NodeGroup(c, g)));
        rows.extend((0..cluster.workloads.len()).map(|w| Row::Workload(c, w)));
    }
    rows
}

/// All that a document says, by paths of names.
fn values(doc: &Document) -> BTreeMap<String, String> {
    let places = rows(doc)
        .into_iter()
        .flat_map(|row| field::fields(field::section(row)).into_iter().map(move |f| Place::key(row, f.key)));
    places.filter_map(|place| Some((place.path(doc.plan()), doc.value(&place)?))).collect()
}

/// An edit of some kind, of something that may be there.
pub fn any_edit(doc: &Document, (kind, row, key, value): (u8, usize, usize, usize)) -> Option<Edit> {
    const VALUES: [&str; 18] = [
        "",
        "1",
        "2",
        "0",
        "b",
        "a, b",
        "b",
        "c, a",
        "auto",
        "true",
        "eu-1b",
        "10.0.9.0/24",
        "{ x = 1 }",
        "eu-1a=1 eu-1b=2",
        "m5.large, c5.large",
        "300m",
        "web",
        "a, b, c",
    ];
    let plan = doc.plan();
    let rows = rows(doc);
    let row = rows[row % rows.len()];
    let fields = field::fields(field::section(row));
    let field = fields[key % fields.len()];
    let sections = [Section::Subnet, Section::Cluster, Section::NodeGroup, Section::Workload];
    match kind {
        0..=9 => {
            let value = field.parse(VALUES[value % VALUES.len()]).ok()?;
            Some(Edit::Set { place: Place::key(row, field.key), value })
        }
        10 => Some(edits::rename(doc, row, VALUES[value % VALUES.len()])),
        11 => edits::remove(doc, row).ok(),
        12 => edits::duplicate(doc, row).ok().map(|(edit, _)| edit),
        13 => edits::add(doc, sections[key % 4], value % 2).ok().map(|(edit, _)| edit),
        14 => edits::shift(plan, row, Direction::Up).map(|(edit, _)| edit),
        15 => edits::shift(plan, row, Direction::Down).map(|(edit, _)| edit),
        16 => {
            let items = ["0", "1", "alb", "nat", "endpoints", "eu-1a"];
            let place = Place::item(row, field.key, items[value % items.len()]);
            let values = [None, Some("7"), Some("\"a\""), Some("\"c\"")];
            Some(Edit::Set { place, value: values[key % values.len()].map(str::to_owned) })
        }
        _ => None,
    }
}

/// A text with another line break, without its last, or with a mark at its beginning.
fn variant(n: usize) -> String {
    let text = if n.is_multiple_of(2) { HEADERS } else { BRACES };
    match n / 2 % 4 {
        0 => text.to_owned(),
        1 => text.replace('\n', "\r\n"),
        2 => text.trim_end().to_owned(),
        _ => format!("\u{feff}{text}"),
    }
}

proptest! {
    /// What comes of an edit beside what is known from before it is what comes of the plan alone.
    #[test]
    fn what_is_known_from_before_an_edit_changes_nothing(
        base in 0..3_usize,
        steps in prop::collection::vec((0..17_u8, 0..60_usize, 0..40_usize, 0..40_usize), 1..12),
    ) {
        let tables = Tables::builtin();
        let mut doc = document([HEADERS, BRACES, SEVERAL][base]);
        let mut known: Option<(Arc<Plan>, Evaluation)> = None;
        for step in steps {
            let Some(edit) = any_edit(&doc, step) else { continue };
            if doc.apply(edit).is_err() {
                continue;
            }
            let before = known.as_ref();
            let before = before.and_then(|(plan, evaluation)| Before::of(doc.plan(), plan, evaluation));
            let (alone, beside) = (evaluate(doc.plan(), &tables), evaluate_after(doc.plan(), &tables, before));
            prop_assert_eq!(format!("{alone:?}"), format!("{beside:?}"), "{}", doc.text());
            known = beside.ok().map(|evaluation| (doc.shared(), evaluation)).or(known);
        }
    }

    /// The same, of random plans in which a cluster becomes another.
    #[test]
    fn what_is_known_of_other_clusters_changes_nothing(
        plan in naive::plan(),
        other in naive::plan(),
        second in any::<bool>(),
    ) {
        let c = usize::from(second).min(plan.clusters.len() - 1);
        let mut then = plan.clone();
        let new = Cluster { name: plan.clusters[c].name.clone(), ..Cluster::clone(&other.clusters[0]) };
        // with subnets for pods or numbers by zone it may not fit the zones of another plan
        let by_zone = new.node_groups.iter().any(|group| matches!(group.nodes, Nodes::ByZone(_)));
        if new.pod_subnets.is_empty() && !by_zone {
            then.clusters[c] = new.into();
        }
        let tables = Tables::default();
        let Ok(evaluation) = evaluate(&plan, &tables) else { return Ok(()) };
        let before = Before::of(&then, &plan, &evaluation);
        let (alone, beside) = (evaluate(&then, &tables), evaluate_after(&then, &tables, before));
        prop_assert_eq!(format!("{alone:?}"), format!("{beside:?}"));
    }

    /// However a document came about, it is what its text reads as; and every edit can be taken back.
    #[test]
    fn edits_can_be_taken_back(
        base in 0..8_usize,
        steps in prop::collection::vec((0..17_u8, 0..40_usize, 0..40_usize, 0..40_usize), 1..12),
    ) {
        let text = variant(base);
        let mut doc = document(&text);
        let mut undo = Vec::new();
        for step in steps {
            let Some(edit) = any_edit(&doc, step) else { continue };
            let (before, said) = (doc.text(), values(&doc));
            let changes = match &edit {
                Edit::Set { place, .. } if place.key != "name" => place.path(doc.plan()),
                Edit::Move { .. } => "nothing".to_owned(),
                _ => String::new(),
            };
            match doc.apply(edit) {
                Ok(back) => {
                    undo.push((before, back));
                    if !changes.is_empty() {
                        // items of a key change its value
                        let others = |said: &BTreeMap<String, String>| -> BTreeMap<String, String> {
                            let other = |path: &str| !format!("{changes}.").starts_with(&format!("{path}."));
                            said.iter().filter(|(p, _)| other(p)).map(|(p, v)| (p.clone(), v.clone())).collect()
                        };
                        prop_assert_eq!(others(&values(&doc)), others(&said));
                    }
                }
                Err(_) => prop_assert_eq!(doc.text(), before),
            }
            let again = parse(&doc.text());
            prop_assert_eq!(again.plan.as_ref(), Some(doc.plan()), "{}", doc.text());
        }
        while let Some((before, back)) = undo.pop() {
            let now = doc.text();
            let redo = doc.apply(back).expect("an undo");
            prop_assert_eq!(doc.text(), before.as_str());
            let back = doc.apply(redo).expect("a redo");
            prop_assert_eq!(doc.text(), now);
            doc.apply(back).expect("an undo");
            prop_assert_eq!(doc.text(), before);
        }
        prop_assert_eq!(doc.text(), text);
    }
}
