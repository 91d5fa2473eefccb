//! Advice on the explore screen: the choices that nobody beats, the size that each subnet needs, and how many such
//! clusters fit into a range. Each has a pane; what is asked is what the options say, of the plan as it is.
//!
//! Advice is computed aside when its pane has the focus, and again when the plan changes.

use std::sync::{Arc, Mutex};

use ipnet::Ipv4Net;

use super::App;
use super::aside::{self, Task};
use super::chooser::{Choice, Chooser, Item, Kind};
use super::history::Step;
use super::msg::{Effect, Msg};
use super::pane::Pane;
use super::popup::{self, Popup, Prompt};
use crate::engine::Lives;
use crate::explore::Trials;
use crate::explore::copies::{self, Copies};
use crate::explore::recommend::dimension::Dimension;
use crate::explore::recommend::{self, Allowed, Answer, DIMENSIONS, Found, Must, Search};
use crate::explore::subnets::{self, When};
use crate::instance::Tables;
use crate::output::{self, Cell, Table};
use crate::plan::{MinFree, Place, Plan, Row};
use crate::text::{excerpt, listed, shown, thousands};

/// What is asked for.
#[derive(Debug, Clone, PartialEq)]
pub enum Question {
    Choices(Box<recommend::Ask>),
    Sizes(subnets::Ask),
    Copies(copies::Ask),
}

/// What was asked for.
#[derive(Debug)]
pub enum Advice {
    Choices { search: Box<Search>, answer: Box<Answer> },
    Sizes(subnets::Advice),
    Copies(Vec<Copies>),
}

/// What the user allows and asks, for all advice.
#[derive(Debug)]
struct Options {
    /// In the order of [`DIMENSIONS`]: whether it stays as the plan has it.
    kept: [bool; DIMENSIONS.len()],
    /// `None`: what the plan's policy says, or none.
    min_free: Option<MinFree>,
    /// `None`: the plan's own.
    burst: Option<u64>,
    /// Empty: the ranges of the VPC.
    into: Vec<Ipv4Net>,
}

impl Default for Options {
    /// Nodes stay: what can be changed at once are settings.
    fn default() -> Options {
        let kept = DIMENSIONS.each_ref().map(|dimension| !dimension.variable);
        Options { kept, min_free: None, burst: None, into: Vec::new() }
    }
}

/// One of the options.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opt {
    /// Index into [`DIMENSIONS`].
    Dimension(usize),
    MinFree,
    Burst,
    Into,
}

/// What the panes know.
#[derive(Debug, Default)]
pub struct AdviseView {
    options: Options,
    /// By pane.
    panes: [Advised; PANES.len()],
    /// Counts questions.
    questions: u64,
}

/// Pods of a burst at the most: more than a plan can have.
const MOST_PODS: u64 = 10_000_000;

/// The panes.
pub const PANES: [Pane; 3] = [Pane::Choices, Pane::Sizes, Pane::Copies];

/// What one pane knows.
#[derive(Debug, Default)]
struct Advised {
    /// The question, of which state of the plan, and its number.
    asked: Option<(Question, u64, u64)>,
    /// The part of it that is done, and all, as long as it is computed.
    at: Option<(u64, u64)>,
    stopped: bool,
    /// The newest that is known, and the number of its question.
    known: Option<(u64, Result<Arc<Advice>, String>)>,
    /// The row under the cursor.
    row: usize,
}

/// Advice as it is shown.
pub struct Told {
    pub table: Table,
    /// A sentence for each row.
    pub rows: Vec<String>,
    /// What is said of all.
    pub notes: Vec<String>,
}

impl App {
    fn advised(&self, pane: Pane) -> Option<&Advised> {
        self.advise.panes.get(PANES.iter().position(|p| *p == pane)?)
    }

    fn advised_mut(&mut self, pane: Pane) -> Option<&mut Advised> {
        self.advise.panes.get_mut(PANES.iter().position(|p| *p == pane)?)
    }

    /// Whether a pane of advice has the focus.
    pub fn is_advised(&self) -> bool {
        PANES.contains(&self.focus)
    }

    /// Asks for what the pane with the focus shows, if something has changed.
    pub(super) fn refresh_advice(&mut self) {
        if !self.is_advised() || self.document_is_broken() {
            return;
        }
        let (pane, generation) = (self.focus, self.generation);
        let Some(question) = self.advice_to_ask(pane) else { return };
        let same = |asked: &(Question, u64, u64)| asked.0 == question && asked.1 == generation;
        if self.advised(pane).and_then(|advised| advised.asked.as_ref()).is_some_and(same) {
            return;
        }
        self.advise.questions += 1;
        let number = self.advise.questions;
        let plan = Arc::new(self.plan().clone());
        let Some(advised) = self.advised_mut(pane) else { return };
        advised.asked = Some((question.clone(), generation, number));
        (advised.at, advised.stopped) = (Some((0, 0)), false);
        self.effects.push(Effect::Aside(Task::Advise {
            number,
            question,
            plan,
            tables: self.tables.clone(),
        }));
    }

    fn advice_to_ask(&self, pane: Pane) -> Option<Question> {
        let options = &self.advise.options;
        let (cluster, min_free) = (self.form.cluster, self.least_free());
        let must = Must { min_free, ..Must::default() };
        Some(match pane {
            Pane::Choices => {
                let mut allowed = Allowed::all(cluster);
                for (dimension, _) in DIMENSIONS.iter().zip(options.kept).filter(|(_, kept)| *kept) {
                    allowed.keep(self.plan(), dimension.name).ok()?;
                }
                Question::Choices(Box::new(recommend::Ask { allowed, must, burst: options.burst }))
            }
            Pane::Sizes => Question::Sizes(subnets::Ask { min_free, when: When::ALL.to_vec() }),
            _ => Question::Copies(copies::Ask { ranges: self.ranges_to_fill(), cluster, must }),
        })
    }

    /// What must stay free: as asked for, or as the plan's policy says.
    fn least_free(&self) -> MinFree {
        let own = || self.plan().policy.as_ref().map(|policy| policy.min_free);
        self.advise.options.min_free.or_else(own).unwrap_or_default()
    }

    /// The ranges that copies are to fit into: those asked for, of the VPC, or else around the first subnet.
    fn ranges_to_fill(&self) -> Vec<Ipv4Net> {
        let plan = self.plan();
        let around = || plan.subnets.first().and_then(|s| Ipv4Net::new(s.cidr.addr(), 16).ok());
        match (&self.advise.options.into, &plan.vpc) {
            (into, _) if !into.is_empty() => into.clone(),
            (_, vpc) if !vpc.is_empty() => vpc.clone(),
            _ => around().map(|net| net.trunc()).into_iter().collect(),
        }
    }

    /// What is asked in a pane, in a line.
    pub fn advice_asked(&self, pane: Pane) -> String {
        let options = &self.advise.options;
        let free = match self.least_free() {
            MinFree::Count(0) => "no pool short".to_owned(),
            least => format!("{least} free in every pool"),
        };
        match pane {
            Pane::Choices => {
                let kept = DIMENSIONS.iter().zip(options.kept).filter(|(_, kept)| *kept);
                let kept: Vec<&str> = kept.map(|(dimension, _)| dimension.name).collect();
                let kept = if kept.is_empty() {
                    "everything may change".to_owned()
                } else {
                    format!("{} stay", listed(&kept))
                };
                let burst = options.burst.map_or(String::new(), |n| format!(", a burst of {}", thousands(n)));
                format!("{kept}, {free}{burst}")
            }
            Pane::Copies => {
                let ranges: Vec<String> = self.ranges_to_fill().iter().map(Ipv4Net::to_string).collect();
                format!("into {}, {free}", ranges.join(", "))
            }
            _ => free,
        }
    }

    /// ` (3 of 12 tried, esc stops)`; nothing once all is there.
    pub fn advice_progress(&self, pane: Pane) -> String {
        let Some(advised) = self.advised(pane) else { return String::new() };
        match (advised.at, advised.stopped) {
            (None, false) => String::new(),
            (None, true) => " (stopped: of what was tried until then)".to_owned(),
            (Some((_, 0)), _) => format!(" (being computed, {} stops)", self.stop_key()),
            (Some((done, all)), _) => {
                format!(" ({} of {} tried, {} stops)", thousands(done), thousands(all), self.stop_key())
            }
        }
    }

    /// What is known in a pane, and whether it is of the plan and the options as they are; or why nothing is.
    pub fn advice(&self, pane: Pane) -> Option<(Result<Told, &str>, bool)> {
        let advised = self.advised(pane)?;
        let (number, known) = advised.known.as_ref()?;
        let fresh = advised.asked.as_ref().is_some_and(|(_, _, asked)| asked == number);
        let told = known.as_deref().map(|advice| self.told_of(advice)).map_err(String::as_str);
        Some((told, fresh))
    }

    fn told_of(&self, advice: &Advice) -> Told {
        match advice {
            Advice::Choices { search, answer } => {
                let (rows, mut notes) = output::recommend::sentences(answer, &search.plan);
                notes.insert(0, output::recommend::head(answer));
                Told { table: output::recommend::table(answer, &search.plan), rows, notes }
            }
            Advice::Sizes(sizes) => Told {
                table: output::subnets::table(sizes, self.plan()),
                rows: sizes.rows.iter().map(|row| row.sentence.clone()).collect(),
                notes: output::subnets::ways(sizes, self.plan()),
            },
            Advice::Copies(all) => {
                let name = self.plan().clusters.get(self.form.cluster).map_or("", |c| c.name.as_ref());
                let rows = all.iter().map(|copies| copies.sentence.clone()).collect();
                Told { table: output::copies::table(all, name), rows, notes: Vec::new() }
            }
        }
    }

    /// The row under the cursor of a pane.
    pub fn advice_row(&self, pane: Pane) -> usize {
        let rows = self.advice(pane).map_or(0, |(told, _)| told.map_or(0, |told| told.rows.len()));
        self.advised(pane).map_or(0, |advised| advised.row.min(rows.saturating_sub(1)))
    }

    /// Moves the cursor of a pane.
    pub(super) fn walk_advice(&mut self, pane: Pane, by: isize) {
        let row = self.advice_row(pane).saturating_add_signed(by);
        self.stand_on_advice(pane, row);
    }

    pub(super) fn stand_on_advice(&mut self, pane: Pane, row: usize) {
        if let Some(advised) = self.advised_mut(pane) {
            advised.row = row;
        }
        let row = self.advice_row(pane);
        if let Some(advised) = self.advised_mut(pane) {
            advised.row = row;
        }
    }

    /// The title and text of the why panel.
    pub(super) fn why_of_advice(&self, pane: Pane) -> (String, String) {
        let Some((Ok(told), _)) = self.advice(pane) else {
            return (self.advice_asked(pane), "being computed".to_owned());
        };
        let row = self.advice_row(pane);
        let name = told.table.rows.get(row).and_then(|row| row.first()).map_or(String::new(), Cell::shown);
        let title = if pane == Pane::Choices { format!("choice {name}") } else { name };
        (title, told.rows.get(row).cloned().unwrap_or_default())
    }

    /// How far a question is.
    pub(super) fn advising(&mut self, number: u64, done: u64, all: u64) {
        for advised in &mut self.advise.panes {
            if advised.asked.as_ref().is_some_and(|(_, _, asked)| *asked == number) && advised.at.is_some() {
                advised.at = Some((done, all));
            }
        }
    }

    /// What came of a question.
    pub(super) fn advised_of(&mut self, number: u64, advice: Result<Arc<Advice>, String>) {
        for advised in &mut self.advise.panes {
            if advised.asked.as_ref().is_some_and(|(_, _, asked)| *asked == number) {
                (advised.at, advised.known) = (None, Some((number, advice.clone())));
            }
        }
    }

    /// Whether the pane with the focus waits for advice.
    pub(super) fn advice_is_coming(&self) -> bool {
        self.advised(self.focus).is_some_and(|advised| advised.at.is_some())
    }

    pub(super) fn stop_advising(&mut self) {
        self.effects.push(Effect::Stop(aside::Kind::Advise));
        let pane = self.focus;
        if let Some(advised) = self.advised_mut(pane) {
            (advised.at, advised.stopped) = (None, true);
        }
        self.done("stopped: an edit or another option begins anew");
    }

    /// Does what Enter does in a pane of advice: takes a choice, goes to a subnet.
    ///
    /// # Errors
    ///
    /// There is nothing to do.
    pub(super) fn apply_advice(&mut self) -> Result<(), String> {
        let (pane, row) = (self.focus, self.advice_row(self.focus));
        let known = self.advised(pane).and_then(|advised| advised.known.as_ref());
        let Some((_, Ok(advice))) = known else { return Err("there is no advice yet".to_owned()) };
        match &*advice.clone() {
            Advice::Choices { search, answer } => {
                let Some(choice) = row.checked_sub(1).and_then(|at| answer.choices.get(at)) else {
                    return Err("this is the plan as it is: move to a choice".to_owned());
                };
                let Some((place, _)) = choice.tried.values.first() else {
                    return Err("the plan is this choice already".to_owned());
                };
                let before = self.document.edits();
                let turn = self.attempt(search.edit(&choice.tried)?)?;
                if self.document.edits() == before {
                    return Err("the plan has these values already".to_owned());
                }
                let what = shown(&output::recommend::changes(&choice.tried, &search.plan));
                self.record(Step { turn, what, how: String::new(), place: place.clone(), before: None });
            }
            Advice::Sizes(sizes) => {
                let subnet = sizes.rows.get(row).ok_or("there is no subnet to go to")?.subnet;
                self.go_to(&Place::key(Row::Subnet(subnet), "cidr"));
            }
            Advice::Copies(_) => {
                let key = self.key(super::action::Context::Explore, super::action::Action::Options);
                return Err(format!("there is nothing to apply: {key} asks about other ranges"));
            }
        }
        Ok(())
    }

    /// Opens the list of options.
    pub(super) fn open_options(&mut self) {
        self.open_options_at(0);
    }

    fn open_options_at(&mut self, marked: usize) {
        let options = &self.advise.options;
        let dimension = |(i, (dimension, kept)): (usize, (&Dimension, bool))| {
            let about = if kept { "stays as it is" } else { "may change" };
            Item::new("choices", dimension.name, Choice::Option(Opt::Dimension(i)))
                .about(format!("{about}: {}", dimension.doc))
        };
        let mut items: Vec<Item> = DIMENSIONS.iter().zip(options.kept).enumerate().map(dimension).collect();
        let burst = options.burst.map_or("the plan's own".to_owned(), thousands);
        let into: Vec<String> = self.ranges_to_fill().iter().map(Ipv4Net::to_string).collect();
        items.push(
            Item::new("choices", "burst", Choice::Option(Opt::Burst))
                .about(format!("{burst}: pods that come at once")),
        );
        items.push(
            Item::new("all", "min free", Choice::Option(Opt::MinFree))
                .about(format!("{}: must stay free in every pool", self.least_free())),
        );
        items.push(
            Item::new("copies", "into", Choice::Option(Opt::Into))
                .about(format!("{}: ranges to fill", into.join(", "))),
        );
        self.popups.push(Popup::List(Chooser::new(Kind::Options, items, marked)));
    }

    /// Turns an option, or asks for its value. The list stays open where it is turned.
    pub(super) fn choose_option(&mut self, option: Opt) {
        match option {
            Opt::Dimension(at) => {
                if let Some(kept) = self.advise.options.kept.get_mut(at) {
                    *kept = !*kept;
                }
                self.open_options_at(at);
            }
            Opt::MinFree | Opt::Burst | Opt::Into => {
                let options = &self.advise.options;
                let text = match option {
                    Opt::Burst => options.burst.map_or(String::new(), |n| n.to_string()),
                    Opt::MinFree => self.least_free().to_string(),
                    _ => self.ranges_to_fill().iter().map(Ipv4Net::to_string).collect::<Vec<_>>().join(", "),
                };
                self.popups.push(Popup::Prompt(Prompt::new(popup::Ask::Option(option), text)));
            }
        }
    }

    /// Takes the value of an option; nothing is what holds of itself.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub(super) fn take_option(&mut self, option: Opt, text: &str) -> Result<(), String> {
        let options = &mut self.advise.options;
        match option {
            Opt::MinFree => {
                options.min_free = if text.is_empty() { None } else { Some(text.parse()?) };
            }
            Opt::Burst => {
                let number = || text.replace(',', "").parse::<u64>().ok().filter(|n| *n <= MOST_PODS);
                let wrong = || format!("a number of pods up to {}", thousands(MOST_PODS));
                options.burst = if text.is_empty() { None } else { Some(number().ok_or_else(wrong)?) };
            }
            Opt::Into | Opt::Dimension(_) => options.into = ranges(text)?,
        }
        Ok(())
    }
}

/// Ranges with commas between them, none of which has addresses of another.
fn ranges(text: &str) -> Result<Vec<Ipv4Net>, String> {
    let range = |part: &str| {
        let range: Option<Ipv4Net> =
            part.parse().ok().filter(|range: &Ipv4Net| range.addr() == range.network());
        range.ok_or_else(|| format!("{} is no range such as 10.80.0.0/16", excerpt(part)))
    };
    let parts = text.split([',', ' ']).filter(|part| !part.is_empty());
    let mut all: Vec<Ipv4Net> = parts.map(range).collect::<Result<_, _>>()?;
    all.sort_unstable();
    match all.iter().zip(all.iter().skip(1)).find(|(a, b)| a.contains(*b)) {
        Some((a, b)) => Err(format!("{a} and {b} overlap: name ranges that do not")),
        None => Ok(all),
    }
}

/// Computes advice as long as it is `wanted`.
pub(super) fn compute(
    number: u64,
    question: Question,
    plan: &Plan,
    tables: Arc<Tables>,
    lives: &Mutex<Lives>,
    wanted: &dyn Fn() -> bool,
    tell: &mut dyn FnMut(Msg),
) {
    let advice = match question {
        Question::Choices(ask) => choices(number, plan, tables, *ask, wanted, tell),
        Question::Sizes(ask) => {
            let mut lives = lives.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            subnets::advise(plan, &tables, &ask, &mut lives, wanted).map(|advice| advice.map(Advice::Sizes))
        }
        Question::Copies(ask) => {
            copies::copies(plan, &tables, &ask, wanted).map(|all| all.map(Advice::Copies))
        }
    };
    if let Some(advice) = advice.map(|advice| advice.map(Arc::new)).transpose() {
        tell(Msg::Advised { number, advice });
    }
}

fn choices(
    number: u64,
    plan: &Plan,
    tables: Arc<Tables>,
    ask: recommend::Ask,
    wanted: &dyn Fn() -> bool,
    tell: &mut dyn FnMut(Msg),
) -> Result<Option<Advice>, String> {
    let Some(search) = Search::new(plan, tables, ask, wanted)? else { return Ok(None) };
    let (mut found, mut trials) = (Found::default(), Trials::default());
    let all = search.combinations() as u64;
    for part in 0..search.parts() {
        // what there is until then is advice, too
        if !wanted() {
            break;
        }
        found.add(search.try_part(part, &mut trials));
        tell(Msg::Advising { number, done: found.tried, all });
    }
    let answer = search.answer(&found)?;
    Ok(Some(Advice::Choices { search: Box::new(search), answer: Box::new(answer) }))
}
