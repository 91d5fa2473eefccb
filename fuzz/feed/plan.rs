//! The text of a plan: read, evaluated, printed, exported.

use podroom::engine::{Evaluation, evaluate, routes};
use podroom::export::report::PARTS;
use podroom::export::{FORMS, Scope, Source, write};
use podroom::file::diagnose::{self, Ink};
use podroom::output::report::{Asked, Part, print};
use podroom::output::{Format, Paper};
use podroom::plan::format::format;
use podroom::plan::{Document, Plan, parse};
use podroom::simulate::{World, follow};

use super::{TABLES, harmless, is_consistent, is_small};

pub fn feed(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let parsed = parse(&text);
    assert_eq!(parsed.plan.is_none(), !parsed.problems.is_empty());
    harmless(&diagnose::problems(&parsed.problems, "plan.toml", &text, Ink::Plain));
    if let Some(formatted) = format(&text) {
        assert_eq!(parse(&formatted).plan, parsed.plan, "it means the same");
        assert_eq!(format(&formatted).as_ref(), Some(&formatted));
    }
    let Some(plan) = parsed.plan else { return };
    let document = Document::new(&text).expect("what parses is a document");
    assert_eq!((document.text().as_str(), document.plan()), (&*text, &plan));
    if !is_small(&plan) {
        return;
    }
    match evaluate(&plan, &TABLES) {
        Ok(evaluation) => evaluated(&document, &evaluation, data.len()),
        Err(problems) => harmless(&diagnose::problems(&problems, "plan.toml", &text, Ink::Plain)),
    }
}

/// What can be said of a plan that has figures; of what takes long only some, by `turn`.
fn evaluated(document: &Document, evaluation: &Evaluation, turn: usize) {
    let plan = document.plan();
    is_consistent(&evaluation.report);
    for (form, text) in [("lean", document.without_defaults()), ("full", document.with_defaults())] {
        let same = Document::new(&text).unwrap_or_else(|problems| panic!("{form}: {problems:?}\n{text}"));
        let same = evaluate(same.plan(), &TABLES).unwrap_or_else(|problems| panic!("{form}: {problems:?}"));
        assert_eq!(same.report.pools, evaluation.report.pools, "{form}\n{text}");
    }
    printed(plan, evaluation);
    let form = &FORMS[turn % FORMS.len()];
    let clusters: Vec<Option<&str>> = match form.scope {
        Scope::Plan | Scope::Tables => vec![None],
        Scope::Cluster => plan.clusters.iter().take(2).map(|cluster| Some(cluster.name.as_ref())).collect(),
    };
    let table = (form.scope == Scope::Tables).then(|| PARTS[turn / FORMS.len() % PARTS.len()].0);
    for cluster in clusters {
        let source = Source { document, tables: &TABLES, evaluation, cluster: None, table };
        match write(form, &source, cluster) {
            Ok(exported) => {
                harmless(&exported.text);
                exported.notes.iter().for_each(|note| harmless(note));
            }
            Err(said) => harmless(&said),
        }
    }
    if let Some(scenario) = plan.scenarios.first()
        && let Ok(world) = World::new(plan, &TABLES, scenario)
    {
        // so many questions whether to go on, a minute of the fleet's time each
        let mut left = 200;
        let run = follow(&world, 1, scenario.until.max(1) / 50, scenario.until, |_| {
            left -= 1;
            if left > 0 { std::ops::ControlFlow::Continue(()) } else { std::ops::ControlFlow::Break(()) }
        });
        run.remarks.iter().for_each(|remark| harmless(remark));
    }
}

fn printed(plan: &Plan, evaluation: &Evaluation) {
    let why = evaluation.why(plan, &podroom::engine::Pointer::Verdict);
    for format in [Format::Table, Format::Json, Format::Csv, Format::Markdown] {
        for part in [None, Some(Part::Pools), Some(Part::Findings)] {
            let asked = Asked { format, part, situation: None, sheet: None };
            let text = print(&evaluation.report, &why, asked, Paper { width: Some(80), ..Paper::default() });
            harmless(&text.expect("it can be written"));
        }
    }
    if let Err(problems) = routes::routes(plan, evaluation) {
        problems.iter().for_each(|problem| harmless(&problem.message));
    }
}
