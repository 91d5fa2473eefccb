//! Edits of a plan's text: each leaves a document that is what its text reads as, and can be taken back.
//!
//! The first byte chooses the plan; each edit is a byte that says what it is, and what that needs.

use podroom::engine::evaluate;
use podroom::file::preset::PLANS;
use podroom::plan::edits::{self, Direction};
use podroom::plan::field::{self, Section};
use podroom::plan::{Document, Edit, Place, Row, parse, rows};

use super::bytes::Bytes;
use super::{TABLES, is_consistent, is_small};

const SECTIONS: [Section; 5] =
    [Section::Subnet, Section::Network, Section::Cluster, Section::NodeGroup, Section::Workload];

/// Values that mean something somewhere, as a user types them.
const TYPED: &[&str] = &[
    "",
    "0",
    "1",
    "3",
    "a, b",
    "private-a",
    "auto",
    "true",
    "no",
    "a=1 b=2",
    "10.0.9.0/24",
    "10.0.0.0/16",
    "fd00::/64",
    "10.68.0.9-10.68.0.40",
    "m5.large, c5.large",
    "300m",
    "2Gi",
    "eni",
    "5%",
    "kind",
    "flannel",
    "aws-vpc-cni",
    "é\"'",
];

pub fn feed(data: &[u8]) {
    let mut bytes = Bytes(data);
    let Some(preset) = bytes.one(PLANS) else { return };
    let mut document = Document::new(preset.text).expect("a preset is a plan");
    let mut undo = Vec::new();
    for _ in 0..32 {
        if bytes.is_empty() {
            break;
        }
        let before = document.text();
        let Some(edit) = edit(&document, &mut bytes) else { continue };
        match document.apply(edit) {
            Ok(back) => undo.push((before, back)),
            Err(problems) => {
                assert!(!problems.is_empty());
                assert_eq!(document.text(), before);
            }
        }
        let again = parse(&document.text());
        assert_eq!(again.plan.as_ref(), Some(document.plan()), "{}", document.text());
    }
    if is_small(document.plan())
        && let Ok(evaluation) = evaluate(document.plan(), &TABLES)
    {
        is_consistent(&evaluation.report);
    }
    for (before, back) in undo.into_iter().rev() {
        let now = document.text();
        let redo = document.apply(back).expect("an undo");
        assert_eq!(document.text(), before);
        let back = document.apply(redo).expect("a redo");
        assert_eq!(document.text(), now);
        document.apply(back).expect("an undo");
        assert_eq!(document.text(), before);
    }
    assert_eq!(document.text(), preset.text);
}

fn edit(document: &Document, bytes: &mut Bytes<'_>) -> Option<Edit> {
    let plan = document.plan();
    let kind = bytes.byte();
    let all: Vec<Row> = rows::all_rows(plan).collect();
    // also one that is not there
    let row = all.get(bytes.below(all.len() + 1)).copied().unwrap_or(Row::NodeGroup(9, 9));
    let fields = field::fields(field::section(row));
    let made = |made: Result<(Edit, Row), String>| made.ok().map(|(edit, _)| edit);
    match kind % 14 {
        0..=2 => {
            let field = fields.get(bytes.below(fields.len()))?;
            let value = field.parse(TYPED[bytes.below(TYPED.len())]).ok()?;
            Some(Edit::Set { place: Place::key(row, field.key), value })
        }
        3 => {
            let field = fields.get(bytes.below(fields.len()))?;
            let value = field.parse(&bytes.line()).ok()?;
            Some(Edit::Set { place: Place::key(row, field.key), value })
        }
        // not as a user types it, but as TOML, and whatever key
        4 => {
            let (key, value) = (bytes.line(), bytes.line());
            Some(Edit::Set { place: Place::key(row, key), value: Some(value) })
        }
        5 => {
            let field = fields.get(bytes.below(fields.len()))?;
            let (item, value) = (bytes.line(), bytes.line());
            let value = (!value.is_empty()).then_some(value);
            Some(Edit::Set { place: Place::item(row, field.key, item), value })
        }
        6 => Some(edits::rename(document, row, &bytes.line())),
        7 => edits::remove(document, row).ok(),
        8 => made(edits::duplicate(document, row)),
        9 => made(edits::add(document, SECTIONS[bytes.below(SECTIONS.len())], bytes.below(3))),
        10 => {
            let direction = if bytes.byte().is_multiple_of(2) { Direction::Up } else { Direction::Down };
            edits::shift(plan, row, direction).map(|(edit, _)| edit)
        }
        11 => edits::split(document, row, bytes.byte().into()).ok(),
        12 => edits::next_free(document, row).ok().map(|(edit, _)| edit),
        _ => Some(match bytes.byte() % 3 {
            0 => Edit::Insert { row, body: bytes.line() },
            1 => Edit::Remove { row },
            _ => document.rewritten(&bytes.line()),
        }),
    }
}
