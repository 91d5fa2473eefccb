//! What each action does, depending on what is on top: a popup, a field under edit, or the session.

use super::action::Action;
use super::border::Lies;
use super::chooser::Kind;
use super::copy::Much;
use super::editor::Selection;
use super::explore::Side;
use super::form::Spot;
use super::msg::{Effect, Leave};
use super::pane::Pane;
use super::popup::{About, Popup, Question, Then};
use super::screen::Screen;
use super::settings::Welcome;
use super::situation::Show;
use super::step::{self, Step};
use super::{App, Cell, Panel, border, inputs};
use crate::plan::Place;
use crate::plan::edits::Direction;
use crate::plan::field::{FieldKind, Section};

/// How far to move.
enum Far {
    By(isize),
    Begin,
    End,
}

impl App {
    /// Does what an action means here.
    pub(super) fn act(&mut self, action: Action) {
        let done = match action {
            Action::Suspend => {
                self.effects.push(Effect::Suspend);
                Ok(())
            }
            Action::Quit => {
                self.quit();
                Ok(())
            }
            Action::Help if !matches!(self.popups.last(), Some(Popup::List(list)) if list.kind == Kind::Help) =>
            {
                self.open_help();
                Ok(())
            }
            _ if !self.popups.is_empty() => {
                self.act_on_popup(action);
                Ok(())
            }
            _ if self.filter.is_some() => {
                self.act_on_filter(action);
                Ok(())
            }
            _ if self.editor.is_some() => self.act_on_field(action),
            _ => self.act_on_session(action),
        };
        if let Err(reason) = done {
            self.refuse(reason);
        }
    }

    /// Leaves; a second time in a hurry.
    fn quit(&mut self) {
        match self.popups.last() {
            Some(Popup::Question(Question { about: About::Unsaved(Then::Quit), .. })) => {
                self.effects.push(Effect::Quit(Leave::Recover));
            }
            _ => self.leave(Then::Quit),
        }
    }

    fn act_on_filter(&mut self, action: Action) {
        let Some(pane) = self.filter.as_ref().map(|filter| filter.pane) else { return };
        match action {
            Action::Accept => self.filter = None,
            Action::Back => self.clear_filter(pane),
            Action::Up => self.move_in(pane, -1),
            Action::Down => self.move_in(pane, 1),
            _ => {}
        }
    }

    fn act_on_session(&mut self, action: Action) -> Result<(), String> {
        let page = isize::try_from(self.page).unwrap_or(10).max(1);
        match action {
            Action::Up => self.go(&Far::By(-1)),
            Action::Down => self.go(&Far::By(1)),
            Action::PageUp => self.go(&Far::By(-page)),
            Action::PageDown => self.go(&Far::By(page)),
            Action::First => self.go(&Far::Begin),
            Action::Last => self.go(&Far::End),
            Action::Left => self.sidestep(-1),
            Action::Right => self.sidestep(1),
            Action::NextPane => self.focus = self.focus.next(),
            Action::PreviousPane => self.focus = self.focus.previous(),
            Action::NextCluster => self.turn_cluster(1),
            Action::PreviousCluster => self.turn_cluster(-1),
            Action::NextGroup => self.turn_group(1),
            Action::PreviousGroup => self.turn_group(-1),
            Action::NextScenario => self.turn_scenario(1),
            Action::PreviousScenario => self.turn_scenario(-1),
            Action::NextPool if self.screen() == Screen::Map => self.turn_pool_of_map(1),
            Action::NextPool => self.next_pool(),
            Action::PreviousPool => self.turn_pool_of_map(-1),
            Action::ZoomIn => self.zoom_map(None, 1),
            Action::ZoomOut => self.zoom_map(None, -1),
            Action::Play => self.play(),
            Action::NextFigure => self.turn_figure(1),
            Action::PreviousFigure => self.turn_figure(-1),
            Action::AcrossField => self.open_axis(Side::Across),
            Action::DownField => self.open_axis(Side::Down),
            Action::ValuesAcross => self.ask_values(Side::Across),
            Action::ValuesDown => self.ask_values(Side::Down),
            Action::Apply if self.screen() == Screen::Compare => return self.apply_variant(),
            Action::Apply if self.is_advised() => return self.apply_advice(),
            Action::Apply => return self.apply_pair(),
            Action::Options => self.open_options(),
            Action::Keep => return self.ask_to_keep(),
            Action::Rename => return self.ask_to_rename(),
            Action::Export => return self.ask_to_export(),
            Action::Duplicate if self.screen() == Screen::Compare => return self.duplicate_variant(),
            Action::Remove if self.screen() == Screen::Compare => return self.remove_variant(),
            Action::Situation if self.screen() == Screen::Map => self.turn_situation_of_map(),
            Action::Situation => self.next_situation(),
            Action::Edit => return self.edit(),
            Action::EditText => self.edit_text(),
            Action::More => {
                if let Spot::Key(row, _) = self.form.spot {
                    self.form.toggle(row);
                    self.form.stay(&self.document);
                }
            }
            Action::MoreEverywhere => {
                self.form.toggle_everywhere();
                self.form.stay(&self.document);
            }
            Action::StepUp => return self.step(Step::Up),
            Action::StepDown => return self.step(Step::Down),
            Action::LeapUp => return self.step(Step::LeapUp),
            Action::LeapDown => return self.step(Step::LeapDown),
            Action::Unset => {
                if let Some((row, field)) = self.form.field() {
                    return self.set_value(row, field, "");
                }
            }
            Action::Add => return self.add_row(),
            Action::Duplicate => return self.duplicate_row(),
            Action::Remove => return self.remove_row(),
            Action::MoveUp => return self.move_row(Direction::Up),
            Action::MoveDown => return self.move_row(Direction::Down),
            Action::Split => return self.open_split(),
            Action::NextFree => return self.next_free(),
            Action::Undo => self.undo(),
            Action::Redo => self.redo(),
            Action::GoTo => {
                if let Some(place) = self.input_of_row() {
                    self.go_to(&place);
                }
            }
            Action::Pin => self.toggle_pin(),
            Action::PinAnew => self.pin(),
            Action::Why if self.panel == Panel::Why => self.panel = Panel::Closed,
            Action::Why => self.panel = Panel::Why,
            Action::Derivation => self.open_derivation(),
            Action::Back if self.panel == Panel::Why => self.panel = Panel::Closed,
            Action::Back if self.stop_computing() => {}
            Action::Back if !self.arrangement(self.focus).filter.is_empty() => self.clear_filter(self.focus),
            Action::Back if self.settings.welcome == Welcome::Shown => self.settle_in(),
            Action::Back if self.screen() == Screen::Plan => self.focus = Pane::Inputs,
            Action::Back => self.show_screen(Screen::Plan),
            Action::Open => self.open_plans(),
            Action::Palette => self.open_palette(),
            Action::History => self.open_history(),
            Action::Fix => return self.apply_fix(),
            Action::Filter => self.begin_filter(),
            Action::Sort => self.sort(),
            Action::Columns => self.open_columns(),
            Action::CopyCell => self.copy(Much::Cell),
            Action::CopyRow => self.copy(Much::Row),
            Action::CopyTable => self.copy(Much::Table),
            Action::BorderLeft => self.move_border(Lies::Upright, -border::STEP),
            Action::BorderRight => self.move_border(Lies::Upright, border::STEP),
            Action::BorderUp => self.move_border(Lies::Level, -border::STEP),
            Action::BorderDown => self.move_border(Lies::Level, border::STEP),
            Action::Theme => self.open_themes(),
            Action::Picture => self.take_picture(),
            Action::ExportAs => return self.open_forms(),
            Action::Save => self.save(Then::Stay),
            Action::SaveAs => self.ask_path(Then::Stay),
            Action::Accept | Action::AcceptNext | Action::AcceptPrevious => {}
            Action::Help | Action::Quit | Action::Suspend => {}
        }
        Ok(())
    }

    /// Moves in the focused pane.
    fn go(&mut self, far: &Far) {
        let by = match far {
            Far::By(by) => *by,
            Far::Begin => isize::MIN,
            Far::End => isize::MAX,
        };
        self.move_in(self.focus, by);
    }

    /// Moves the cursor of a pane by rows.
    pub(super) fn move_in(&mut self, pane: Pane, by: isize) {
        match pane {
            Pane::Inputs => return self.form.move_by(&self.document, by),
            Pane::Staircase | Pane::Steps => return self.climb(by),
            Pane::Timeline => return self.scroll_timeline(by),
            Pane::Addresses => return self.walk_map(0, by),
            Pane::Runs => return self.walk_runs(by),
            Pane::Heat => return self.walk_explore(0, by),
            Pane::Sides => return self.walk_compare(by, 0),
            Pane::Ranking => return self.walk_ranking(by),
            Pane::Choices | Pane::Sizes | Pane::Copies => return self.walk_advice(pane, by),
            Pane::Series if by == isize::MIN || by == isize::MAX => return self.scrub(by),
            Pane::Series => return self.turn_pool(by),
            Pane::Happenings => return self.turn_note(by),
            _ => {}
        }
        self.move_row_of_table(pane, by);
    }

    fn sidestep(&mut self, by: isize) {
        match self.focus {
            Pane::Inputs => return self.form.sidestep(&self.document, by),
            Pane::Staircase | Pane::Steps | Pane::Timeline => return self.walk(by),
            Pane::Addresses => return self.walk_map(by, 0),
            Pane::Runs => return self.turn_pool_of_map(by),
            Pane::Heat => return self.walk_explore(by, 0),
            Pane::Sides => return self.walk_compare(0, by),
            Pane::Ranking | Pane::Choices | Pane::Sizes | Pane::Copies => return,
            Pane::Series | Pane::Happenings => return self.scrub(by),
            _ => {}
        }
        self.move_column_of_table(by);
    }

    /// Shows the pools in the next situation.
    pub(super) fn next_situation(&mut self) {
        self.show = self.show.next();
        self.done(match self.show {
            Show::One(situation) => format!("{}: {}", situation.name(), situation.doc()),
            Show::All => "all situations side by side".to_owned(),
        });
        self.select(Pane::Pools, self.cell(Pane::Pools));
    }

    /// Shows another cluster, and the first rows that belong to it.
    fn turn_cluster(&mut self, by: isize) {
        let clusters = inputs::rows(self.plan(), Section::Cluster, 0).max(1);
        let step = if by < 0 { clusters - 1 } else { 1 };
        let cluster = (self.form.cluster + step) % clusters;
        self.form.put_place(&Place::row(inputs::row(Section::Cluster, cluster, cluster)));
        let Some(name) = self.plan().clusters.get(cluster).map(|c| c.name.clone()) else { return };
        let Some(report) = self.report() else { return };
        let group = report.node_groups.iter().position(|g| g.cluster == name);
        let workload = report.workloads.iter().position(|w| w.cluster == name);
        for (pane, row) in [(Pane::Groups, group), (Pane::Workloads, workload)] {
            if let Some(row) = row {
                self.select(pane, Cell { row, ..self.cell(pane) });
            }
        }
    }

    /// Enter in the inputs.
    pub(super) fn edit(&mut self) -> Result<(), String> {
        let Some((row, field)) = self.form.field() else { return self.add_row() };
        let text = self.document.value(&Place::key(row, field.key)).unwrap_or_default();
        let default = self.default_of(field);
        let set = if text.is_empty() { default.as_str() } else { &text };
        match field.kind {
            FieldKind::Flag => self.step(Step::Up),
            FieldKind::Variable if ["true", "false"].contains(&set) => self.step(Step::Up),
            FieldKind::InstanceTypes => {
                self.open_picker(row, &text);
                Ok(())
            }
            _ if self.open_values(row, field) => Ok(()),
            _ => {
                self.begin_edit(row, field, Selection::All);
                Ok(())
            }
        }
    }

    fn step(&mut self, step: Step) -> Result<(), String> {
        let Some((row, field)) = self.form.field() else { return Ok(()) };
        let text = self.document.value(&Place::key(row, field.key)).unwrap_or_default();
        let text = if text.is_empty() { self.default_of(field) } else { text };
        self.step_value(row, field, &step::stepped(field, &text, step)?)
    }
}
