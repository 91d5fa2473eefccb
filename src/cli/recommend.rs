//! `podroom recommend`: which settings and nodes nobody beats.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use ipnet::Ipv4Net;

use super::fit::{apart, cidr};
use super::input::{self, Opened, Situation};
use super::{Failure, Global, Outcome};
use crate::engine::{self, Lives};
use crate::explore::recommend::{Allowed, Answer, Ask, DIMENSIONS, Found, Must, Search};
use crate::explore::subnets::{self, When};
use crate::explore::{Trials, copies};
use crate::file::save::{NotSaved, Over, save};
use crate::output::recommend::{changes, print};
use crate::output::{self, Format};
use crate::plan::{MinFree, Plan};
use crate::term::crowd::in_order;
use crate::term::progress::Progress;
use crate::text::{excerpt, shown, thousands};

/// Recommend settings and nodes: the few choices that nobody beats, each with the reason why.
///
/// With --subnets it says which size every subnet needs, and which ranges would help; with --into how many such
/// clusters and node groups fit into a range.
///
/// Searched are the warm targets, prefix mode, max pods, the instance type and the number of nodes. A choice runs all
/// pods and leaves no pool short in any situation; no other one holds fewer addresses, settled and after churn at the
/// worst, and serves a burst as well, with as few EC2 calls, at the same price.
#[derive(Args, Debug)]
#[command(after_long_help = dimensions())]
pub struct Recommend {
    /// File, preset or - [default: the preset eks-1200-pods].
    plan: Option<PathBuf>,
    /// The cluster, where the plan has several [default: the one under aws-vpc-cni that holds most addresses
    /// without a pod].
    #[arg(long, value_name = "NAME")]
    cluster: Option<String>,
    /// Keep a field as the plan has it (repeatable, or with commas): one of those below, for all node groups, or the
    /// path of one group's.
    #[arg(long, value_name = "FIELD", value_delimiter = ',')]
    keep: Vec<String>,
    /// Allow a field these values and no others (repeatable): a list, ranges, and patterns of instance types.
    #[arg(long, value_name = "FIELD=VALUES")]
    allow: Vec<String>,
    /// Addresses that must stay free in each of the cluster's pools: a number, or a share of the usable ones such as
    /// 12.5%, rounded up [default: that of the plan's policy].
    #[arg(long, value_name = "N|P%")]
    min_free: Option<MinFree>,
    /// Where that must hold (repeatable); of churn it is the worst case [default: settled, churned-worst and
    /// upgrade].
    #[arg(long, value_name = "S")]
    situation: Vec<Situation>,
    /// Pods of the burst, spread over all nodes [default: as many as fill every node as much as it ever is].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(..=10_000_000))]
    burst: Option<u64>,
    /// Say instead which size each subnet needs, in each situation and month of growth, and which ranges would help
    /// where one is too small.
    #[arg(long, conflicts_with_all = ["cluster", "keep", "allow", "burst", "apply", "into"])]
    subnets: bool,
    /// Say instead how many such clusters, and node groups that share the range, fit into it (several with commas).
    #[arg(long, value_name = "CIDR", value_delimiter = ',', value_parser = cidr, conflicts_with_all = ["keep", "allow", "burst", "apply"])]
    into: Vec<Ipv4Net>,
    #[arg(long, default_value = "table")]
    format: Format,
    /// Write a choice into the plan file, by its number or name [default: the first]. Of a plan that is in no file
    /// the text is printed.
    #[arg(long, value_name = "N|NAME", num_args = 0..=1, default_missing_value = "1")]
    apply: Option<String>,
}

const EXAMPLES: &str = "Examples:
  podroom recommend plan.toml --keep nodes,instance_type,max_pods
  podroom recommend plan.toml --min-free 15% --burst 60
  podroom recommend plan.toml --allow 'instance_type=m5.*,m6i.*' --allow nodes=20..40/2
  podroom recommend plan.toml --keep nodes --apply fewest-held
  podroom recommend plan.toml --subnets --min-free 10%
  podroom recommend plan.toml --into 10.80.0.0/14";

fn dimensions() -> String {
    let width = DIMENSIONS.iter().map(|dimension| dimension.name.len()).max().unwrap_or(0);
    let lines: String = DIMENSIONS.iter().map(|d| format!("  {:width$}  {}\n", d.name, d.doc)).collect();
    format!("What is searched, and the values that are tried:\n{lines}\n{EXAMPLES}")
}

impl Recommend {
    pub fn run(self, global: &Global) -> Result<Outcome, Failure> {
        let opened = input::open(self.plan.as_deref(), global)?;
        let plan = opened.plan(global)?;
        // mistakes that only the tables know are told with their places
        let evaluation = opened.evaluate(global)?;
        if self.subnets {
            return self.sizes(plan, &opened, global);
        }
        if !self.into.is_empty() {
            return self.copies(plan, &evaluation, &opened, global);
        }
        let ask = self.ask(plan, &evaluation, &opened)?;
        let mut progress = Progress::begin().map_err(|e| format!("signals cannot be caught: {e}"))?;
        let search =
            Search::new(plan, Arc::new(opened.tables.clone()), ask, &|| progress.stopped().is_none())?;
        let Some(search) = search else { return Ok(interrupted(&progress, String::new())) };
        let (all, mut found, mut done) = (search.combinations() as u64, Found::default(), 0);
        in_order(
            search.parts(),
            Trials::default,
            |trials, part| search.try_part(part, trials),
            |part| {
                found.add(part);
                done += 1;
                progress.tell(|| format!("{} of {}", thousands(found.tried), thousands(all)));
                if progress.stopped().is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            },
        );
        let answer = search.answer(&found)?;
        if progress.stopped().is_some() && done < search.parts() {
            super::tell(&format!(
                "stopped at {} of {}: what there is follows",
                thousands(found.tried),
                thousands(all)
            ));
            let text = self.printed(&answer, plan, global)?;
            return Ok(interrupted(&progress, text));
        }
        progress.end();
        match &self.apply {
            None => Ok(Outcome::Print(self.printed(&answer, plan, global)?)),
            Some(choice) => self.applied(&search, &answer, choice, &opened, global),
        }
    }

    fn printed(&self, answer: &Answer, plan: &Plan, global: &Global) -> Result<String, String> {
        print(answer, plan, self.format, global.color.paper()).map_err(|e| e.to_string())
    }

    /// Which size each subnet needs.
    fn sizes(&self, plan: &Plan, opened: &Opened, global: &Global) -> Result<Outcome, Failure> {
        let when = self.when();
        let ask = subnets::Ask { min_free: self.min_free(plan), when };
        let progress = Progress::begin().map_err(|e| format!("signals cannot be caught: {e}"))?;
        let go_on = || progress.stopped().is_none();
        let advice = subnets::advise(plan, &opened.tables, &ask, &mut Lives::default(), &go_on)?;
        let Some(advice) = advice else { return Ok(interrupted(&progress, String::new())) };
        let text = output::subnets::print(&advice, plan, self.format, global.color.paper());
        Ok(Outcome::Print(text.map_err(|e| e.to_string())?))
    }

    fn min_free(&self, plan: &Plan) -> MinFree {
        self.min_free.or(plan.policy.as_ref().map(|policy| policy.min_free)).unwrap_or_default()
    }

    fn when(&self) -> Vec<When> {
        let one = |situation: &Situation| match situation {
            Situation::Settled => vec![When::Settled],
            Situation::Churned => vec![When::Churned],
            Situation::ChurnedWorst => vec![When::ChurnedWorst],
            Situation::Upgrade => vec![When::Upgrade],
            Situation::All => When::ALL.to_vec(),
        };
        match self.situation.as_slice() {
            [] => When::ALL.to_vec(),
            some => {
                let mut when: Vec<When> = some.iter().flat_map(one).collect();
                when.sort_unstable();
                when.dedup();
                when
            }
        }
    }

    /// How many such clusters and node groups fit.
    fn copies(
        &self,
        plan: &Plan,
        evaluation: &engine::Evaluation,
        opened: &Opened,
        global: &Global,
    ) -> Result<Outcome, Failure> {
        apart(&self.into)?;
        let ask = self.ask(plan, evaluation, opened)?;
        let cluster = ask.allowed.cluster;
        let question = copies::Ask { ranges: self.into.clone(), cluster, must: ask.must };
        let progress = Progress::begin().map_err(|e| format!("signals cannot be caught: {e}"))?;
        let all = copies::copies(plan, &opened.tables, &question, &|| progress.stopped().is_none())?;
        let Some(all) = all else { return Ok(interrupted(&progress, String::new())) };
        let name = plan.clusters.get(cluster).map_or("", |cluster| cluster.name.as_ref());
        let text = output::copies::print(&all, name, self.format, global.color.paper());
        Ok(Outcome::Print(text.map_err(|e| e.to_string())?))
    }

    fn ask(&self, plan: &Plan, evaluation: &engine::Evaluation, opened: &Opened) -> Result<Ask, String> {
        let cluster = match &self.cluster {
            Some(name) => plan.clusters.iter().position(|c| *c.name == **name).ok_or_else(|| {
                let names: Vec<&str> = plan.clusters.iter().map(|c| c.name.as_ref()).collect();
                format!("no cluster is called {}: there are {}", excerpt(name), crate::text::list(&names))
            })?,
            None => most_unused(plan, evaluation)?,
        };
        let mut allowed = Allowed::all(cluster);
        self.keep.iter().try_for_each(|name| allowed.keep(plan, name.trim()))?;
        self.allow.iter().try_for_each(|text| allowed.allow(plan, text, &opened.tables))?;
        let mut must = Must { min_free: self.min_free(plan), ..Must::default() };
        if !self.situation.is_empty() && !self.situation.contains(&Situation::All) {
            if self.situation.contains(&Situation::Churned) {
                return Err(
                    "--situation churned: the 95th percentile takes too long to know of every combination; \
                            churned-worst is what a search can hold"
                        .to_owned(),
                );
            }
            must.situations = self.situation.iter().filter_map(|s| s.shown()).collect();
        }
        Ok(Ask { allowed, must, burst: self.burst })
    }

    /// The plan with a choice, written.
    fn applied(
        &self,
        search: &Search,
        answer: &Answer,
        choice: &str,
        opened: &Opened,
        global: &Global,
    ) -> Result<Outcome, Failure> {
        if let Some((fault, _)) = &answer.nearest {
            return Err(format!("nothing is applied: no choice that is allowed is one: {}", fault.why).into());
        }
        let choice = answer.choice(choice)?;
        let mut document = opened.document(global)?;
        let edit = search.edit(&choice.tried)?;
        document
            .apply(edit)
            .map_err(|problems| opened.loaded.rejected(&problems, crate::text::Ink::Plain))?;
        let Some(path) = &opened.loaded.path else {
            super::tell(&format!(
                "{} is no file that can be written: its text with {} follows",
                shown(&opened.loaded.name),
                shown(&changes(&choice.tried, &search.plan))
            ));
            return Ok(Outcome::Print(document.text()));
        };
        if choice.tried.values.is_empty() {
            return Ok(Outcome::Print(format!(
                "{}: nothing to change: {}\n",
                shown(&opened.loaded.name),
                choice.why
            )));
        }
        save(path, &document.text(), Over::Unchanged(opened.loaded.stamp)).map_err(|e| match e {
            NotSaved::Failed(error) => Failure::from(error),
            NotSaved::Conflict | NotSaved::Exists => {
                format!("{} was changed meanwhile: run it again", shown(&opened.loaded.name)).into()
            }
        })?;
        let changes = changes(&choice.tried, &search.plan);
        Ok(Outcome::Print(format!(
            "{}: {}\n{}\n",
            shown(&opened.loaded.name),
            shown(&changes),
            shown(&choice.why)
        )))
    }
}

fn interrupted(progress: &Progress, text: String) -> Outcome {
    Outcome::Interrupted(text, progress.stopped().unwrap_or(0))
}

/// The cluster with warm pools that holds most addresses without a pod, the first of equals.
fn most_unused(plan: &Plan, evaluation: &engine::Evaluation) -> Result<usize, String> {
    let unused = |c: usize| -> u64 {
        let name = plan.clusters.get(c).map_or("", |cluster| cluster.name.as_ref());
        let by = evaluation.report.pools.iter().flat_map(|pool| &pool.settled.by);
        by.filter(|by| *by.cluster == *name).map(|by| by.unused).sum()
    };
    let own = plan.clusters.iter().enumerate().filter(|(_, cluster)| cluster.manager.is_aws());
    own.map(|(c, _)| c).max_by_key(|c| (unused(*c), std::cmp::Reverse(*c))).ok_or_else(|| {
        "no cluster of the plan has warm pools: recommendations are for clusters under aws-vpc-cni".to_owned()
    })
}
