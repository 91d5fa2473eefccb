//! The picker of instance types: a fuzzy search over the tables, and what this plan would hold with each.

use std::collections::HashMap;

use tui_input::Input;

use super::aside::Task;
use super::editor::Selection;
use super::msg::Effect;
use super::{Answer, App};
use crate::engine::{self, Verdict};
use crate::instance::Tables;
use crate::plan::{Plan, Problem, Row};

/// The picker.
#[derive(Debug)]
pub struct Picker {
    /// Cluster and group whose type is chosen.
    pub group: (usize, usize),
    pub input: Input,
    pub selection: Selection,
    /// Types that match, best first.
    pub names: Vec<String>,
    /// The type that is marked, and the first that is on the screen.
    pub marked: usize,
    pub first: usize,
    /// What is known of the plan with a type.
    pub trials: HashMap<String, Trial>,
    /// What was asked last and is not answered yet.
    asked: Vec<String>,
}

/// What a plan comes to with another type in one group.
#[derive(Debug, Clone, PartialEq)]
pub enum Trial {
    Comes(Comes),
    /// The plan is not valid with it, and why.
    Invalid(String),
}

/// The figures of a plan with another type in one group.
#[derive(Debug, Clone, PartialEq)]
pub struct Comes {
    pub verdict: Verdict,
    pub max_pods: u32,
    /// Addresses held of all pools.
    pub held: u64,
    /// Free in the pool with least.
    pub free: u64,
    /// Short over all pools.
    pub short: u64,
    /// Pods.
    pub pending: u64,
}

/// The plan of an answer with another type in one group (cluster, group).
pub fn try_type(answer: &Answer, tables: &Tables, group: (usize, usize), name: &str) -> Trial {
    let mut plan = Plan::clone(&answer.plan);
    let (c, g) = group;
    let Some(spec) = plan.cluster_mut(c).and_then(|c| c.node_groups.get_mut(g)) else {
        return Trial::Invalid("there is no such group".into());
    };
    spec.instance_types = vec![name.to_owned()];
    match engine::evaluate(&plan, tables) {
        Err(problems) => Trial::Invalid(Problem::first(&problems)),
        Ok(evaluation) => {
            let report = &evaluation.report;
            let before: usize = plan.clusters.iter().take(c).map(|c| c.node_groups.len()).sum();
            Trial::Comes(Comes {
                verdict: report.verdict,
                max_pods: report.node_groups.get(before + g).map_or(0, |g| g.max_pods),
                held: report.pools.iter().map(|p| p.settled.held).sum(),
                free: report.pools.iter().map(|p| p.settled.free).min().unwrap_or(0),
                short: report.pools.iter().map(|p| p.settled.short).sum(),
                pending: report.pending(),
            })
        }
    }
}

impl Picker {
    /// A picker for a group, its present type marked.
    pub fn new(group: (usize, usize), tables: &Tables, now: &str) -> Picker {
        let mut picker = Picker {
            group,
            input: Input::default(),
            selection: Selection::Nothing,
            names: Vec::new(),
            marked: 0,
            first: 0,
            trials: HashMap::new(),
            asked: Vec::new(),
        };
        picker.search(tables);
        picker.marked = picker.names.iter().position(|n| n == now).unwrap_or(0);
        picker.first = picker.marked.saturating_sub(5);
        picker
    }

    /// Searches for what is typed.
    pub fn search(&mut self, tables: &Tables) {
        self.names = tables.search(self.input.value()).into_iter().map(|t| t.name.clone()).collect();
        (self.marked, self.first) = (0, 0);
    }

    /// Moves the mark, and the list with it.
    pub fn mark(&mut self, by: isize, page: usize) {
        let last = self.names.len().saturating_sub(1);
        self.marked = self.marked.saturating_add_signed(by).min(last);
        self.scroll(page);
    }

    /// Scrolls so that the mark is on the screen.
    pub fn scroll(&mut self, page: usize) {
        let page = page.max(1);
        let end = self.names.len().saturating_sub(page);
        self.first = self.first.clamp((self.marked + 1).saturating_sub(page), self.marked).min(end);
    }

    /// The type that is marked.
    pub fn name(&self) -> Option<&String> {
        self.names.get(self.marked)
    }

    /// The types on the screen of which nothing is known yet.
    fn unknown(&self, page: usize) -> Vec<String> {
        let visible = self.names.iter().skip(self.first).take(page);
        visible.filter(|n| !self.trials.contains_key(*n)).cloned().collect()
    }
}

impl App {
    /// Opens the picker on a group.
    pub(super) fn open_picker(&mut self, row: Row, now: &str) {
        let Row::NodeGroup(c, g) = row else { return };
        let picker = Picker::new((c, g), &self.tables, now);
        self.popups.push(super::popup::Popup::Picker(picker));
        self.try_visible();
    }

    /// Asks what the plan comes to with the types on the screen, once for each.
    pub(super) fn try_visible(&mut self) {
        let (page, generation) = (self.page, self.generation);
        let Some(super::popup::Popup::Picker(picker)) = self.popups.last_mut() else { return };
        let Some(answer) = &self.answer else { return };
        let types = picker.unknown(page);
        if types.is_empty() || types == picker.asked {
            return;
        }
        picker.asked.clone_from(&types);
        let (answer, tables, group) = (answer.clone(), self.tables.clone(), picker.group);
        self.effects.push(Effect::Aside(Task::Try { generation, answer, tables, group, types }));
    }

    /// Takes what became known.
    pub(super) fn tried(&mut self, generation: u64, trials: Vec<(String, Trial)>) {
        if generation != self.generation {
            return;
        }
        if let Some(super::popup::Popup::Picker(picker)) = self.popups.last_mut() {
            picker.trials.extend(trials);
            picker.asked.clear();
        }
        self.try_visible();
    }
}
