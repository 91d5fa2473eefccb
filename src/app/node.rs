//! The node screen: the staircase of the selected node group, and a cursor on it.
//!
//! The group is the one that is selected in the table of node groups. The staircase is computed when the
//! screen is shown, once for each answer and group.

use super::App;
use super::pane::Pane;
use super::screen::Screen;
use crate::engine::Staircase;
use crate::engine::timeline::Line;
use crate::plan::Row;

/// What is said where there is nothing to show.
pub const NONE: &str = "there is no node group: add one to the plan's inputs";

/// The staircase that is shown, and where the cursor is.
#[derive(Debug, Default)]
pub struct NodeView {
    shown: Option<Shown>,
    /// Pods that the cursor is at; `None`: today's on the fullest node.
    pods: Option<u64>,
    /// What happens to a node that gets as many pods as the cursor is at, and for how many that is.
    timeline: Vec<Line>,
    timeline_of: u64,
    /// Rows of it on the screen that are above what is shown.
    first: usize,
}

#[derive(Debug)]
struct Shown {
    generation: u64,
    group: usize,
    staircase: Staircase,
}

impl App {
    /// The staircase of the selected group.
    pub fn staircase(&self) -> Option<&Staircase> {
        self.node.shown.as_ref().map(|shown| &shown.staircase)
    }

    /// The number of pods that the cursor is at.
    pub fn pods(&self) -> u64 {
        let Some(staircase) = self.staircase() else { return 0 };
        self.node.pods.unwrap_or_else(|| staircase.today()).min(staircase.most())
    }

    /// The life of a node that gets that many pods, and how many rows of it are scrolled over.
    pub fn timeline(&self) -> (&[Line], usize) {
        (&self.node.timeline, self.node.first)
    }

    /// Computes what the node screen shows, if it is shown and something has changed.
    pub(super) fn refresh_node(&mut self) {
        if self.screen() != Screen::Node {
            return;
        }
        let group = self.cell(Pane::Groups).row;
        let known = self.node.shown.as_ref();
        let newest = known.is_some_and(|s| s.generation == self.generation && s.group == group);
        if !newest {
            if known.is_some_and(|s| s.group != group) {
                self.node.pods = None;
            }
            let answer = self.answer.as_ref();
            let staircase = answer.and_then(|a| a.evaluation.staircase(&a.plan, group));
            self.node.shown = staircase.map(|s| Shown { generation: self.generation, group, staircase: s });
        }
        let pods = self.pods();
        if !newest || pods != self.node.timeline_of {
            self.node.timeline = self.staircase().map_or_else(Vec::new, |s| s.timeline(pods));
            (self.node.timeline_of, self.node.first) = (pods, 0);
        }
    }

    /// Selects the group that the cursor of the inputs is on, if it is on one.
    pub(super) fn select_group_of_inputs(&mut self) {
        if let (Pane::Inputs, Some((Row::NodeGroup(c, g), _))) = (self.focus, self.form.field()) {
            let before = self.plan().clusters.iter().take(c).map(|c| c.node_groups.len()).sum::<usize>();
            let cell = self.cell(Pane::Groups);
            self.select(Pane::Groups, super::Cell { row: before + g, ..cell });
        }
    }

    /// Shows another node group, after the last the first.
    pub(super) fn turn_group(&mut self, by: isize) {
        let groups = self.report().map_or(0, |r| r.node_groups.len()).max(1);
        let cell = self.cell(Pane::Groups);
        let step = if by < 0 { groups - 1 } else { 1 };
        self.select(Pane::Groups, super::Cell { row: (cell.row + step) % groups, ..cell });
    }

    /// Moves the cursor by steps of the staircase, from end to end.
    pub(super) fn climb(&mut self, by: isize) {
        let Some(staircase) = self.staircase() else { return };
        let to = staircase.step_of(self.pods()).saturating_add_signed(by);
        let beyond = to >= staircase.steps.len() || by == isize::MAX;
        let pods = if beyond { staircase.most() } else { staircase.steps.get(to).map_or(0, |s| s.from) };
        self.node.pods = Some(pods);
    }

    /// Scrolls the timeline.
    pub(super) fn scroll_timeline(&mut self, by: isize) {
        self.node.first = self.node.first.saturating_add_signed(by);
    }

    /// Takes notice of how far the timeline can be scrolled.
    pub(super) fn timeline_drawn(&mut self, end: usize) {
        self.node.first = self.node.first.min(end);
    }

    /// Moves the cursor by pods.
    pub(super) fn walk(&mut self, by: isize) {
        let by = i64::try_from(by).unwrap_or(if by < 0 { i64::MIN } else { i64::MAX });
        self.stand_at(self.pods().saturating_add_signed(by));
    }

    /// Puts the cursor at a number of pods.
    pub(super) fn stand_at(&mut self, pods: u64) {
        if let Some(staircase) = self.staircase() {
            self.node.pods = Some(pods.min(staircase.most()));
        }
    }

    /// The title and text of the why panel on the node screen.
    pub(super) fn why_of_node(&self) -> (String, String) {
        let Some(staircase) = self.staircase() else { return ("a node".into(), NONE.into()) };
        let pods = crate::text::count(self.pods(), "pod");
        let group = crate::text::shown(&staircase.group);
        (format!("a node of {group} with {pods}"), staircase.why(self.pods()))
    }
}
