//! What the why panel says, and which input a number of the tables is about.

use super::App;
use super::chooser::{Choice, Chooser, Item, Kind};
use super::columns;
use super::pane::Pane;
use super::popup::Popup;
use super::screen::Screen;
use super::sheet;
use super::situation::Show;
use crate::engine::{Finding, Fix, Of, Pointer, What};
use crate::plan::{Place, Row};
use crate::text::shown;

/// One line of how a number came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// How many figures stand above it.
    pub depth: usize,
    pub text: String,
    /// Where it leads; `None`: it is about the selected number itself.
    pub of: Option<Of>,
}

impl App {
    /// The number that is selected: a cell of a table, or what the input under the cursor comes to.
    pub fn pointer(&self) -> Pointer {
        let plan = self.plan();
        let groups = |c: usize| plan.clusters.iter().take(c).map(|x| x.node_groups.len()).sum::<usize>();
        let workloads = |c: usize| plan.clusters.iter().take(c).map(|x| x.workloads.len()).sum::<usize>();
        if let Some(sheet) = sheet::sheet(self.focus) {
            let cell = self.cell(self.focus);
            let column = sheet.columns.get(cell.column);
            let key = column.map_or("", |c| c.key);
            return match ((sheet.pointer)(cell.row, key), self.figures()) {
                (Pointer::Pool(row, key), Some(figures)) => {
                    Pointer::PoolIn(columns::situation(&figures, column.and_then(|c| c.situation)), row, key)
                }
                (pointer, _) => pointer,
            };
        }
        if self.screen() == Screen::Node {
            return Pointer::NodeGroup(self.cell(Pane::Groups).row, "held");
        }
        match self.form.field().map(|(row, _)| row) {
            Some(row @ (Row::Subnet(_) | Row::Network(_))) => {
                let pools = self.report().into_iter().flat_map(|r| &r.pools);
                let pool = pools.enumerate().find(|(_, pool)| pool.place.row == row);
                pool.map_or(Pointer::Verdict, |(i, _)| Pointer::Pool(i, "free"))
            }
            Some(Row::NodeGroup(c, g)) => Pointer::NodeGroup(groups(c) + g, "held"),
            Some(Row::Workload(c, w)) => Pointer::Workload(workloads(c) + w, "running"),
            _ => Pointer::Verdict,
        }
    }

    /// The title and text of the why panel.
    pub fn why(&self) -> (String, String) {
        if self.screen() == Screen::Node {
            return self.why_of_node();
        }
        if self.screen() == Screen::Map {
            return self.why_of_map();
        }
        if self.screen() == Screen::Explore {
            return match self.is_advised() {
                true => self.why_of_advice(self.focus),
                false => self.why_of_pair(),
            };
        }
        if self.screen() == Screen::Compare {
            return self.why_of_side();
        }
        if self.screen() == Screen::Simulate {
            return self.why_of_run();
        }
        let pointer = self.pointer();
        let (Some(answer), Some(report)) = (&self.answer, self.report()) else {
            return (String::new(), String::new());
        };
        let name = |row: Option<&str>| row.map_or_else(String::new, crate::text::shown);
        let title = match &pointer {
            Pointer::Verdict => "the verdict".to_owned(),
            Pointer::Pool(i, key) | Pointer::PoolIn(_, i, key) => {
                let key = key.replace('.', " ");
                format!("{key} of {}", name(report.pools.get(*i).map(|p| p.name.as_str())))
            }
            Pointer::NodeGroup(i, key) => {
                let key = key.replace('_', " ");
                format!("{key} of {}", name(report.node_groups.get(*i).map(|g| &*g.name)))
            }
            Pointer::Workload(i, key) => {
                format!("{key} of {}", name(report.workloads.get(*i).map(|w| &*w.name)))
            }
            Pointer::Threshold(i) => {
                let t = report.thresholds.get(*i);
                t.map_or_else(String::new, |t| format!("{} of {}", t.what.name(), crate::text::shown(&t.of)))
            }
            Pointer::Finding(i) => name(report.findings.get(*i).map(|f| f.at.as_str())),
        };
        let text = match &pointer {
            Pointer::Threshold(i) => {
                report.thresholds.get(*i).map(|t| t.sentence.clone()).unwrap_or_default()
            }
            Pointer::Finding(i) => report.findings.get(*i).map_or_else(String::new, |f| {
                if f.help.is_empty() { f.message.clone() } else { format!("{}\n{}", f.message, f.help) }
            }),
            other => answer.evaluation.why(&answer.plan, other),
        };
        (title, text)
    }

    /// How the selected number came about: its sentence, and below it the figures and inputs that it is made of.
    pub fn derivation(&self) -> Vec<Reason> {
        let (_, text) = self.why();
        let one = |text: String| vec![Reason { depth: 0, text, of: None }];
        let figures = matches!(self.screen(), Screen::Plan | Screen::Findings);
        let Some(answer) = self.answer.as_ref().filter(|_| figures) else { return one(text) };
        let lines = answer.evaluation.derive(&answer.plan, &self.pointer());
        // thresholds are not the evaluation's, nor is what a newer report says of findings
        let mut below = lines.into_iter().filter(|line| line.depth > 0).map(|line| Reason {
            depth: line.depth,
            text: match &line.of {
                Of::Figure(_, sentence) => shown(sentence),
                Of::Input(place) => self.document.says(place),
            },
            of: Some(line.of),
        });
        let mut lines = one(text);
        lines.extend(below.by_ref());
        lines
    }

    /// Opens the derivation as a list, to go to any of its lines.
    pub(super) fn open_derivation(&mut self) {
        let item = |reason: Reason| {
            let text = format!("{}{}", "  ".repeat(reason.depth), reason.text.replace('\n', " "));
            let choice = match reason.of {
                Some(Of::Figure(pointer, _)) => Choice::Figure(pointer),
                Some(Of::Input(place)) => Choice::Field(place),
                None => Choice::Figure(self.pointer()),
            };
            Item::new("", text, choice)
        };
        let items = self.derivation().into_iter().map(item).collect();
        self.popups.push(Popup::List(Chooser::new(Kind::Why, items, 0)));
    }

    /// Goes to what a line of the derivation is about.
    pub(super) fn follow_reason(&mut self, line: usize) {
        match self.derivation().into_iter().nth(line).and_then(|reason| reason.of) {
            Some(Of::Figure(pointer, _)) => self.go_to_figure(&pointer),
            Some(Of::Input(place)) => self.go_to(&place),
            None => {}
        }
    }

    /// Selects a number in its table.
    pub(super) fn go_to_figure(&mut self, pointer: &Pointer) {
        let (pane, row, key) = match *pointer {
            Pointer::Verdict => return,
            Pointer::Pool(row, key) => (Pane::Pools, row, key),
            Pointer::PoolIn(situation, row, key) => {
                self.show = Show::One(situation);
                (Pane::Pools, row, key)
            }
            Pointer::NodeGroup(row, key) => (Pane::Groups, row, key),
            Pointer::Workload(row, key) => (Pane::Workloads, row, key),
            Pointer::Threshold(row) => (Pane::Thresholds, row, "sentence"),
            Pointer::Finding(row) => (Pane::Findings, row, "message"),
        };
        let Some((sheet, figures)) = sheet::sheet(pane).zip(self.figures()) else { return };
        // what is short stands in the column of what is free
        let key = if key == "short" { "free" } else { key };
        let wanted = |(i, column): &(usize, &'static sheet::Column)| {
            *i > 0 && column.key == key && (column.useful)(&figures)
        };
        let column = sheet.columns.iter().enumerate().find(wanted).map_or(0, |(i, _)| i);
        self.focus = pane;
        self.select(pane, super::Cell { row, column });
    }

    /// The selected finding.
    pub fn finding(&self) -> Option<&Finding> {
        let row = match self.focus {
            pane @ (Pane::Findings | Pane::AllFindings) => self.cell(pane).row,
            _ => return None,
        };
        self.report()?.findings.get(row)
    }

    /// The change that removes the selected finding.
    pub fn fix(&self) -> Option<&Fix> {
        self.finding()?.fix.as_ref()
    }

    /// Does what removes the selected finding: one change.
    pub(super) fn apply_fix(&mut self) -> Result<(), String> {
        let Some((fix, place)) = self.finding().and_then(|f| Some((f.fix.clone()?, f.place.clone()))) else {
            return Ok(());
        };
        self.change(format!("fixed: {}", shown(&fix.text)), place, fix.edit)
    }

    /// The input that the selected row of a table is about.
    pub fn input_of_row(&self) -> Option<Place> {
        let report = self.report()?;
        let table = match self.screen() {
            Screen::Node => Pane::Groups,
            Screen::Map => Pane::Pools,
            _ => self.focus,
        };
        let row = self.cell(table).row;
        let plan = self.plan();
        match self.focus {
            Pane::Inputs => None,
            Pane::Pools | Pane::Addresses | Pane::Runs => {
                let pool = report.pools.get(row)?;
                Some(pool.place.clone())
            }
            Pane::Heat | Pane::Ranking | Pane::Choices | Pane::Sizes | Pane::Copies => None,
            Pane::Sides | Pane::Series | Pane::Happenings => None,
            Pane::Groups | Pane::Staircase | Pane::Steps | Pane::Timeline => {
                let g = report.node_groups.get(row)?;
                let c = plan.clusters.iter().position(|c| c.name == g.cluster)?;
                let at = plan.clusters.get(c)?.node_groups.iter().position(|x| x.name == g.name)?;
                Some(Place::key(Row::NodeGroup(c, at), "nodes"))
            }
            Pane::Workloads => {
                let w = report.workloads.get(row)?;
                let c = plan.clusters.iter().position(|c| c.name == w.cluster)?;
                let at = plan.clusters.get(c)?.workloads.iter().position(|x| x.name == w.name)?;
                Some(Place::key(Row::Workload(c, at), "replicas"))
            }
            Pane::Thresholds => {
                let t = report.thresholds.get(row)?;
                if t.what == What::Month {
                    return Some(report.pools.iter().find(|p| p.name == t.of)?.place.clone());
                }
                plan.clusters.iter().enumerate().find_map(|(c, cluster)| {
                    let name = t.of.strip_prefix(cluster.name.as_ref())?.strip_prefix('/')?;
                    Some(match t.what {
                        What::Nodes => {
                            let g = cluster.node_groups.iter().position(|g| *g.name == *name)?;
                            Place::key(Row::NodeGroup(c, g), "nodes")
                        }
                        What::Replicas => {
                            let w = cluster.workloads.iter().position(|w| *w.name == *name)?;
                            Place::key(Row::Workload(c, w), "replicas")
                        }
                        What::AllReplicas | What::Month => return None,
                    })
                })
            }
            Pane::Findings | Pane::AllFindings => report.findings.get(row).map(|f| f.place.clone()),
        }
    }
}
