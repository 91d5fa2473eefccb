//! The explore screen: two fields of the plan varied, a figure of every pair of their values, and the pairs ranked by
//! it. Enter applies a pair to the plan.
//!
//! The pairs are computed aside, and come row by row; a change of the plan asks again.

use std::sync::Arc;

use super::App;
use super::aside::{self, Asked, Task};
use super::chooser::{Choice, Chooser, Item, Kind};
use super::history::Step;
use super::msg::Effect;
use super::pane::Pane;
use super::popup::{Ask, Popup, Prompt};
use super::screen::Screen;
use crate::explore::{Axis, Cell, Comes, FIGURES, Figure, Question};
use crate::limits;
use crate::manager::Nodes;
use crate::plan::document::field_of;
use crate::plan::{Place, Row};
use crate::text::shown;

/// Which of the two fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Across,
    Down,
}

/// What the screen knows.
#[derive(Debug, Default)]
pub struct ExploreView {
    /// What is varied; `None`: what is usually asked first. The values stay while the plan is edited.
    chosen: [Option<Axis>; 2],
    /// Whether the user has chosen it: then it stays when another cluster is shown.
    by_user: [bool; 2],
    /// Index into [`FIGURES`].
    figure: usize,
    /// The pair that the cursor is on: positions across and down.
    at: (usize, usize),
    asked: Option<Pairs>,
    /// Counts questions.
    questions: u64,
    /// Why nothing is shown.
    refused: Option<String>,
}

/// What was asked last, and what comes of its pairs.
#[derive(Debug)]
struct Pairs {
    generation: u64,
    axes: [Axis; 2],
    cells: Asked<Cell>,
}

impl Side {
    fn index(self) -> usize {
        match self {
            Side::Across => 0,
            Side::Down => 1,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Side::Across => "across",
            Side::Down => "down",
        }
    }
}

impl App {
    /// The fields that are varied, with their values.
    pub fn axes(&self) -> Option<&[Axis; 2]> {
        self.explore.asked.as_ref().map(|asked| &asked.axes)
    }

    /// Why there is nothing to explore.
    pub fn explore_refused(&self) -> Option<&str> {
        self.explore.refused.as_deref()
    }

    /// What comes of a pair by its index, and whether it is of the plan as it is.
    pub fn explored(&self, index: usize) -> Option<(&Cell, bool)> {
        self.explored_cells()?.part(index)
    }

    /// What was asked, and how much of it is known.
    pub fn explored_cells(&self) -> Option<&Asked<Cell>> {
        self.explore.asked.as_ref().map(|asked| &asked.cells)
    }

    /// What is known stays, and no more is computed.
    pub(super) fn stop_exploring(&mut self) {
        self.effects.push(Effect::Stop(aside::Kind::Explore));
        self.explore.asked.iter_mut().for_each(|asked| asked.cells.stop());
        self.done("stopped: what has been computed is shown; an edit or another field begins anew");
    }

    /// The figure that is shown and ranked by.
    pub fn figure(&self) -> &'static Figure {
        FIGURES.get(self.explore.figure).unwrap_or(&FIGURES[0])
    }

    /// The pair under the cursor.
    pub fn pair(&self) -> (usize, usize) {
        let Some([across, down]) = self.axes() else { return (0, 0) };
        let (x, y) = self.explore.at;
        (x.min(across.values.len().saturating_sub(1)), y.min(down.values.len().saturating_sub(1)))
    }

    /// The index of the pair under the cursor.
    pub fn pair_index(&self) -> usize {
        let (x, y) = self.pair();
        y * self.axes().map_or(0, |[across, _]| across.values.len()) + x
    }

    /// The pair that the plan has now, if it is among those that are tried.
    pub fn present_pair(&self) -> Option<(usize, usize)> {
        let axes = self.axes()?;
        let mut at = [0, 0];
        for (axis, at) in axes.iter().zip(&mut at) {
            let now = self.document.value(&axis.place).unwrap_or_default();
            let default = axis.field().map_or(String::new(), |f| self.default_of(f));
            let is = |value: &String| *value == now || (now.is_empty() && *value == default);
            *at = axis.values.iter().position(is)?;
        }
        Some((at[0], at[1]))
    }

    /// What the plan comes to as it is, of the pairs that are known.
    pub fn present(&self) -> Option<&Comes> {
        let (x, y) = self.present_pair()?;
        let [across, _] = self.axes()?;
        match self.explored(y * across.values.len() + x)?.0 {
            Cell::Comes(comes) => Some(comes),
            Cell::Invalid(_) => None,
        }
    }

    /// The indices of the pairs that are known, best first by the figure ([`Figure::rank`]), equals as in the map.
    pub fn ranking(&self) -> Vec<usize> {
        let figure = self.figure();
        let (_, all) = self.explored_cells().map_or((0, 0), Asked::so_far);
        let mut ranked: Vec<(&Cell, usize)> =
            (0..all).filter_map(|i| Some((self.explored(i)?.0, i))).collect();
        ranked.sort_by_cached_key(|(cell, i)| (figure.rank(cell), *i));
        ranked.into_iter().map(|(_, i)| i).collect()
    }

    /// Asks for what the screen shows, if it is shown and something has changed.
    pub(super) fn refresh_explore(&mut self) {
        if self.screen() != Screen::Explore || self.is_advised() || self.document_is_broken() {
            return;
        }
        let axes = match self.axes_to_ask() {
            Ok(axes) => axes,
            Err(reason) => {
                self.explore.refused = Some(reason);
                self.explore.asked = None;
                return;
            }
        };
        self.explore.refused = None;
        let known = self.explore.asked.as_ref();
        if known.is_some_and(|asked| asked.generation == self.generation && asked.axes == axes) {
            return;
        }
        // of other fields it would stand for other values
        let before = self.explore.asked.take().filter(|asked| asked.axes == axes);
        let before = before.map_or(Vec::new(), |asked| asked.cells.parts());
        self.explore.chosen = axes.clone().map(Some);
        let first = self.explore.questions == 0;
        self.explore.questions += 1;
        let question = self.explore.questions;
        let generation = self.generation;
        let all = axes.iter().map(|axis| axis.values.len()).product();
        let cells = Asked::new(question, all, before);
        self.explore.asked = Some(Pairs { generation, axes: axes.clone(), cells });
        if first && let Some(pair) = self.present_pair() {
            self.explore.at = pair;
        }
        let ask = Arc::new(Question { document: self.document.clone(), axes: axes.to_vec() });
        self.effects.push(Effect::Aside(Task::Explore { question, ask, tables: self.tables.clone() }));
    }

    pub(super) fn document_is_broken(&self) -> bool {
        !self.problems.is_empty() || self.editor.is_some()
    }

    /// The fields as they are to be asked for: chosen ones with their values, others with values around the present.
    ///
    /// # Errors
    ///
    /// There are no two such fields.
    fn axes_to_ask(&self) -> Result<[Axis; 2], String> {
        let usual = self.usual_places();
        let mut axes = Vec::with_capacity(2);
        for (side, chosen) in self.explore.chosen.iter().enumerate() {
            let axis = match chosen {
                Some(axis) if self.stays(side, &axis.place) => axis.clone(),
                _ => {
                    let other = axes.first().map(|axis: &Axis| axis.place.clone());
                    let other =
                        other.or(self.explore.chosen.get(1 - side).cloned().flatten().map(|a| a.place));
                    let free = usual.iter().filter(|place| Some(*place) != other.as_ref());
                    let mut made = free.filter_map(|place| self.around(place.clone()).ok());
                    made.next().ok_or("there is nothing to vary: add a cluster to the plan's inputs")?
                }
            };
            axes.push(axis);
        }
        axes.try_into().map_err(|_| "there is nothing to vary".to_owned())
    }

    /// Whether what is varied is still there, and of the cluster that is shown unless the user has chosen it.
    fn stays(&self, side: usize, place: &Place) -> bool {
        let chosen = self.explore.by_user.get(side) == Some(&true);
        let shown = place.row.cluster().is_none_or(|c| c == self.form.cluster);
        (chosen || shown) && self.plan().name_of(place.row).is_some()
    }

    fn around(&self, place: Place) -> Result<Axis, String> {
        let default = self.number_of(&place);
        Axis::around(&self.document, place, &default, &self.tables)
    }

    /// The default of a field that is a number; `""` of others.
    fn number_of(&self, place: &Place) -> String {
        let default = field_of(place).map_or(String::new(), |field| self.default_of(field));
        if default.parse::<u64>().is_ok() { default } else { String::new() }
    }

    /// What is usually asked first: warm targets under the AWS VPC CNI, otherwise the numbers of nodes and their
    /// ranges.
    fn usual_places(&self) -> Vec<Place> {
        let c = self.form.cluster;
        let Some(cluster) = self.plan().clusters.get(c) else { return Vec::new() };
        let of_cluster = |keys: &[&str]| -> Vec<Place> {
            let reads = |key: &&&str| cluster.manager.reads(key);
            keys.iter().filter(reads).map(|key| Place::key(Row::Cluster(c), *key)).collect()
        };
        if cluster.manager.is_aws() {
            return ["WARM_IP_TARGET", "MINIMUM_IP_TARGET"].map(|key| Place::key(Row::Env(c), key)).to_vec();
        }
        let mut places = of_cluster(&["workers", "control_planes"]);
        if cluster.manager.nodes != Nodes::Containers {
            places.extend((0..cluster.node_groups.len()).map(|g| Place::key(Row::NodeGroup(c, g), "nodes")));
        }
        places.extend(of_cluster(&["node_mask", "block_size", "max_pods", "services"]));
        places
    }

    /// What came of some pairs, in their order.
    pub(super) fn explored_more(&mut self, question: u64, cells: Vec<Cell>) {
        if let Some(asked) = &mut self.explore.asked {
            asked.cells.take(question, cells);
        }
    }

    /// Moves the cursor over the map.
    pub(super) fn walk_explore(&mut self, across: isize, down: isize) {
        let (x, y) = self.pair();
        self.explore.at = (x.saturating_add_signed(across), y.saturating_add_signed(down));
        self.explore.at = self.pair();
    }

    /// Moves the cursor through the ranking.
    pub(super) fn walk_ranking(&mut self, by: isize) {
        let ranking = self.ranking();
        let at = ranking.iter().position(|i| *i == self.pair_index()).unwrap_or(0);
        let then = at.saturating_add_signed(by).min(ranking.len().saturating_sub(1));
        if let Some(index) = ranking.get(then) {
            self.stand_on_pair(*index);
        }
    }

    /// Puts the cursor on a pair.
    pub(super) fn stand_on_pair(&mut self, index: usize) {
        let across = self.axes().map_or(1, |[across, _]| across.values.len()).max(1);
        self.explore.at = (index % across, index / across);
    }

    /// Shows another figure.
    pub(super) fn turn_figure(&mut self, by: isize) {
        let step = if by < 0 { FIGURES.len() - 1 } else { 1 };
        self.choose_figure((self.explore.figure + step) % FIGURES.len());
    }

    /// Shows the figure with an index.
    pub(super) fn choose_figure(&mut self, index: usize) {
        self.explore.figure = index;
        let figure = self.figure();
        self.done(format!("{}: {}", figure.name, figure.doc));
    }

    /// Opens the list of fields for one side.
    pub(super) fn open_axis(&mut self, side: Side) {
        let items = self.fields_as("", |place| {
            let varied = Axis::is_of(&self.document, &place, &self.number_of(&place));
            varied.is_ok().then_some(Choice::Axis(side, place))
        });
        let chosen = self.axes().and_then(|axes| axes.get(side.index())).map(|axis| &axis.place);
        let is = |item: &Item| matches!(&item.choice, Choice::Axis(_, place) if Some(place) == chosen);
        let marked = items.iter().position(is).unwrap_or(0);
        self.popups.push(Popup::List(Chooser::new(Kind::Axis, items, marked)));
    }

    /// Varies another field.
    pub(super) fn choose_axis(&mut self, side: Side, place: Place) {
        match self.around(place) {
            Ok(axis) => self.set_axis(side, axis),
            Err(reason) => self.refuse(reason),
        }
    }

    fn set_axis(&mut self, side: Side, axis: Axis) {
        if let Some((slot, by_user)) =
            self.explore.chosen.get_mut(side.index()).zip(self.explore.by_user.get_mut(side.index()))
        {
            (*slot, *by_user) = (Some(axis), true);
        }
        self.refresh_explore();
        if let Some(pair) = self.present_pair() {
            self.explore.at = pair;
        }
    }

    /// Asks for the values of one side.
    pub(super) fn ask_values(&mut self, side: Side) {
        let Some(axis) = self.axes().and_then(|axes| axes.get(side.index())) else { return };
        let word = |value: &String| if value.is_empty() { "default".to_owned() } else { value.clone() };
        let text = axis.values.iter().map(word).collect::<Vec<_>>().join(",");
        self.popups.push(Popup::Prompt(Prompt::new(Ask::Values(side), text)));
    }

    /// Takes the values that were typed.
    ///
    /// # Errors
    ///
    /// What is wrong with them.
    pub(super) fn take_values(&mut self, side: Side, text: &str) -> Result<(), String> {
        let Some(axis) = self.axes().and_then(|axes| axes.get(side.index())) else { return Ok(()) };
        let axis = Axis::typed(axis.place.clone(), text, &self.tables)?;
        let other =
            self.axes().and_then(|axes| axes.get(1 - side.index())).map_or(1, |axis| axis.values.len());
        let pairs = axis.values.len().saturating_mul(other);
        if pairs > limits::PAIRS {
            return Err(format!("{pairs} pairs: at most {} are tried, name fewer values", limits::PAIRS));
        }
        self.set_axis(side, axis);
        Ok(())
    }

    /// Gives the plan the values of the pair under the cursor: one change.
    pub(super) fn apply_pair(&mut self) -> Result<(), String> {
        let Some(axes) = self.axes().cloned() else { return Ok(()) };
        let (x, y) = self.pair();
        let question = Question { document: self.document.clone(), axes: axes.to_vec() };
        let edit = question.edit(self.pair_index())?;
        let before = self.document.edits();
        let turn = self.attempt(edit)?;
        if self.document.edits() == before {
            return Err("the plan has these values already".to_owned());
        }
        let [across, down] = &axes;
        let mut said = vec![self.assignment(across, x)];
        if across.place != down.place {
            said.push(self.assignment(down, y));
        }
        let place = across.place.clone();
        self.record(Step { turn, what: said.join(", "), how: String::new(), place, before: None });
        Ok(())
    }

    /// `WARM_IP_TARGET of prod = 3`.
    pub fn assignment(&self, axis: &Axis, index: usize) -> String {
        let value = axis.values.get(index).map_or("", String::as_str);
        let value = if value.is_empty() { "default" } else { value };
        let field = axis.field().map_or(String::new(), |f| self.what(self.plan(), axis.place.row, f));
        format!("{field} = {}", shown(value))
    }

    /// The title and text of the why panel on the explore screen.
    pub(super) fn why_of_pair(&self) -> (String, String) {
        let Some([across, down]) = self.axes() else {
            return ("explore".into(), self.explore_refused().unwrap_or_default().to_owned());
        };
        let (x, y) = self.pair();
        let title = format!("{}, {}", self.assignment(across, x), self.assignment(down, y));
        let text = match self.explored(self.pair_index()) {
            None => "being computed".to_owned(),
            Some((Cell::Invalid(reason), _)) => format!("no valid plan: {}", shown(reason)),
            Some((Cell::Comes(comes), _)) => sentence(comes),
        };
        (title, text)
    }

    /// Whether the ranking has the focus, and not the map.
    pub fn ranks(&self) -> bool {
        self.focus == Pane::Ranking
    }
}

/// What a pair of values comes to, in a sentence.
fn sentence(comes: &Comes) -> String {
    use crate::text::{count, thousands};
    let free = match comes.free {
        short if short < 0 => {
            format!("{} is short by {}", shown(&comes.tightest), thousands(short.unsigned_abs()))
        }
        free => format!("{} has least free, {}", shown(&comes.tightest), thousands(free.unsigned_abs())),
    };
    let burst = comes.burst.map_or(String::new(), |b| match (b.pods, b.never) {
        (0, _) => "; every node is as full as it ever is".to_owned(),
        (pods, never) => {
            let rest = match (pods - b.at_once - never, never) {
                (0, 0) => "all at once".to_owned(),
                (rest, 0) => {
                    format!(
                        "{} at once and the other {} within {} s",
                        thousands(b.at_once),
                        thousands(rest),
                        thousands(b.millis.div_ceil(1_000))
                    )
                }
                (_, never) => {
                    format!("{} at once, and {} never", thousands(b.at_once), thousands(never))
                }
            };
            format!(
                "; a burst of {} on all nodes gets addresses {rest}, with {} an hour",
                count(pods, "pod"),
                count(b.calls, "EC2 call")
            )
        }
    });
    format!(
        "{}: {} held, {} of them without a pod; {free}{burst}",
        comes.verdict.name(),
        thousands(comes.held),
        thousands(comes.unused)
    )
}
