//! What aws, kubectl, docker, kind and eksctl print: a plan is made of it, and it is audited. Several inputs have the
//! byte 1e between them.

use podroom::audit::{Planned, audit};
use podroom::engine::evaluate;
use podroom::engine::fleet::resolve;
use podroom::file::diagnose::{self, Ink};
use podroom::import::{Reading, Refusal, Source};
use podroom::output::audit::{Asked, print};
use podroom::output::{Format, Paper};
use podroom::plan::{Plan, parse};

use super::{TABLES, harmless, is_consistent, is_small};

pub fn feed(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut reading = Reading::with_tables();
    for (number, text) in text.split('\u{1e}').take(6).enumerate() {
        let name = format!("input-{number}.json");
        if let Err(unread) = reading.add(&Source { name: &name, text }) {
            assert!(!unread.mistakes.is_empty() || unread.strange);
            harmless(&diagnose::import_problems(&unread.mistakes, &name, text, Ink::Plain));
        }
    }
    if reading.is_empty() {
        return;
    }
    let plan = match reading.clone().plan() {
        Ok(imported) => {
            harmless(&imported.text);
            imported.findings.iter().for_each(|finding| harmless(finding));
            parse(&imported.text).plan
        }
        Err(Refusal::Lacking { message, help }) => {
            harmless(&message);
            assert!(!message.is_empty() && !help.is_empty());
            None
        }
        Err(Refusal::Plan { text, problems }) => {
            harmless(&diagnose::problems(&problems, "made.toml", &text, Ink::Plain));
            None
        }
        Err(Refusal::Inputs(_)) => unreachable!("the inputs were read"),
    };
    audited(&reading, plan.filter(is_small));
}

fn audited(reading: &Reading, plan: Option<Plan>) {
    let live = reading.clone().live();
    let fleet = plan.as_ref().and_then(|plan| {
        let (groups, evaluation) = (resolve(plan, &TABLES).ok()?, evaluate(plan, &TABLES).ok()?);
        is_consistent(&evaluation.report);
        Some((plan, groups, evaluation))
    });
    let planned =
        fleet.as_ref().map(|(plan, groups, evaluation)| Planned { plan, groups, evaluation, given: false });
    let audit = audit(reading, &live, planned);
    for format in [Format::Table, Format::Json, Format::Markdown] {
        let asked = Asked { format, part: None, all: true };
        harmless(&print(&audit, plan.as_ref(), asked, Paper::default()).expect("it can be written"));
    }
}
