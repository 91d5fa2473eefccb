//! `podroom sweep`: what comes of every combination of values.

use std::ops::ControlFlow;
use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::input;
use super::{Failure, Global, Outcome};
use crate::engine::Lives;
use crate::explore::figure::figure;
use crate::explore::{Axis, FIGURES, Figure, Question, Trials};
use crate::instance::Tables;
use crate::limits;
use crate::output::sweep::{Form, Row, print};
use crate::plan::Plan;
use crate::plan::variant::place_of;
use crate::term::crowd::in_order;
use crate::term::progress::Progress;
use crate::text::{excerpt, thousands};

/// Try every combination of values of some fields, and print what comes of each.
///
/// A field is a place of the plan, as findings have it (cluster.prod.env.WARM_IP_TARGET), or its key alone where one
/// row has it (WARM_IP_TARGET). Values are a list with commas of values, ranges (0..5, 10..60/10 in steps), the word
/// default, and of instance types patterns (m5.*).
#[derive(Args, Debug)]
#[command(after_long_help = figures())]
pub struct Sweep {
    /// File, preset or - [default: the preset eks-1200-pods].
    plan: Option<PathBuf>,
    /// A field and its values (repeatable: every combination).
    #[arg(long, value_name = "FIELD=VALUES", required = true)]
    vary: Vec<String>,
    #[arg(long, default_value = "table")]
    format: Form,
    /// Best first by this figure, plans that fail last [default: in the order of the values].
    #[arg(long, value_name = "FIGURE", value_parser = names())]
    by: Option<String>,
    /// Only so many.
    #[arg(long, value_name = "N")]
    top: Option<usize>,
}

const EXAMPLES: &str = "Examples:
  podroom sweep plan.toml --vary WARM_IP_TARGET=1..10 --vary MINIMUM_IP_TARGET=0..60/10
  podroom sweep plan.toml --vary 'instance_type=m5.*,r5.*' --by usd-a-month --top 10
  podroom sweep plan.toml --vary nodes=10..100/10 --format csv > nodes.csv";

/// The figures with what each means, and examples.
fn figures() -> String {
    let width = FIGURES.iter().map(|figure| figure.name.len()).max().unwrap_or(0);
    let line = |figure: &Figure| format!("  {:width$}  {}\n", figure.name, figure.doc);
    let lines: String = FIGURES.iter().map(line).collect();
    format!("Figures, the columns and what --by takes:\n{lines}\n{EXAMPLES}")
}

fn names() -> impl TypedValueParser<Value = String> {
    PossibleValuesParser::new(FIGURES.iter().map(|figure| figure.name))
}

impl Sweep {
    pub fn run(self, global: &Global) -> Result<Outcome, Failure> {
        let opened = input::open(self.plan.as_deref(), global)?;
        let plan = opened.plan(global)?;
        if self.vary.len() > limits::AXES {
            return Err(
                format!("{} fields: at most {} are varied at once", self.vary.len(), limits::AXES).into()
            );
        }
        let axes =
            self.vary.iter().map(|text| axis(text, plan, &opened.tables)).collect::<Result<Vec<_>, _>>()?;
        let document = opened.document(global)?;
        let paths: Vec<String> = axes.iter().map(|axis| axis.place.path(plan)).collect();
        let twice =
            paths.iter().enumerate().find(|(i, path)| paths.iter().take(*i).any(|other| other == *path));
        if let Some((_, path)) = twice {
            return Err(format!(
                "{} is varied twice: write all its values in one --vary, with commas",
                excerpt(path)
            )
            .into());
        }
        // the last field changes fastest, as one reads
        let question = Question { document, axes: axes.into_iter().rev().collect() };
        let all = question.len();
        if all > limits::SWEPT {
            return Err(format!(
                "{} combinations: at most {} are tried, name fewer values",
                thousands(all as u64),
                thousands(limits::SWEPT as u64)
            )
            .into());
        }
        let mut progress = Progress::begin().map_err(|e| format!("signals cannot be caught: {e}"))?;
        let mut rows: Vec<Row> = Vec::new();
        let job = |(trials, lives): &mut (Trials, Lives), i| {
            let mut values: Vec<String> = question.values(i).into_iter().map(str::to_owned).collect();
            values.reverse();
            (values, question.cell(i, &opened.tables, trials, lives))
        };
        in_order(all, Default::default, job, |row| {
            rows.push(row);
            progress.tell(|| format!("{} of {}", thousands(rows.len() as u64), thousands(all as u64)));
            if progress.stopped().is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        let signal = progress.stopped().filter(|_| rows.len() < all);
        progress.end();
        if let Some(signal) = signal {
            let done = thousands(rows.len() as u64);
            super::tell(&format!("stopped at {done} of {}: what there is follows", thousands(all as u64)));
            return Ok(Outcome::Interrupted(self.printed(&paths, rows, global)?, signal));
        }
        Ok(Outcome::Print(self.printed(&paths, rows, global)?))
    }

    fn printed(&self, paths: &[String], mut rows: Vec<Row>, global: &Global) -> Result<String, String> {
        if let Some(figure) = self.by.as_deref().and_then(figure) {
            rows.sort_by_key(|(_, cell)| figure.rank(cell));
        }
        rows.truncate(self.top.unwrap_or(usize::MAX));
        print(paths, &rows, self.format, global.color.paper()).map_err(|e| e.to_string())
    }
}

/// A field and its values: `WARM_IP_TARGET=1..5`. Names in paths may have equals signs, too.
fn axis(text: &str, plan: &Plan, tables: &Tables) -> Result<Axis, String> {
    let mut fault = None;
    for (at, _) in text.match_indices('=') {
        let (path, values) = text.split_at(at);
        match place_of(plan, path.trim()) {
            Ok(place) => return Axis::typed(place, values.get(1..).unwrap_or_default(), tables),
            Err(error) => drop(fault.get_or_insert(error)),
        }
    }
    let nothing =
        || format!("{} has no values: write FIELD=VALUES, such as WARM_IP_TARGET=1..5", excerpt(text));
    Err(fault.unwrap_or_else(nothing))
}
