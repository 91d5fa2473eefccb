//! What happens on a message.

use super::action::{ACTIONS, Row};
use super::editor::{self, Selection, Typed};
use super::key::{Code, Key, With};
use super::keymap::Keymap;
use super::msg::{Drawn, Effect, Msg, Target};
use super::pane::Pane;
use super::popup::{Popup, Question};
use super::{App, Cell, keymap, screen};
use crate::plan::field::{Field, FieldKind};
use crate::text::shown;

/// Takes a message in, and gives the work that it causes outside.
pub fn update(app: &mut App, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::Key(key) => app.press(key),
        Msg::Paste(text) => app.paste(&text),
        Msg::Click(target) => app.click(target),
        Msg::DoubleClick(target) => app.double_click(target),
        Msg::Border(border, share) => app.put_border(border, share),
        Msg::Wheel(target, lines) => app.wheel(target, lines),
        Msg::Drawn(drawn) => app.drawn(drawn),
        Msg::Saved(path) => app.saved(path),
        Msg::NotSaved(why) => app.not_saved(why),
        Msg::Loaded(opened) => app.loaded(*opened),
        Msg::NotLoaded(text) => {
            app.popups.push(Popup::Text { title: "this plan cannot be opened".into(), text, scroll: 0 });
        }
        Msg::Recovered(opened) => app.recovered(*opened),
        Msg::Listed(listing) => app.listed(&listing),
        Msg::Found(found) => app.found(found),
        Msg::Others(others) => app.meet(others),
        Msg::Paused(edit) => app.paused(edit),
        Msg::EditsKept(done) => app.edits_kept(done),
        Msg::Tables(tables) => app.tables_read(tables),
        Msg::Percentiles { generation, percentiles } => app.percentiles(generation, &percentiles),
        Msg::Thresholds { generation, thresholds } => app.thresholds(generation, thresholds),
        Msg::Tried { generation, trials } => app.tried(generation, trials),
        Msg::Simulated { question, run } => app.simulated(question, run),
        Msg::Progress { question, at } => app.run_is_at(question, at),
        Msg::NotKept(reason) => app.refuse(format!("this holds for this session only: {reason}")),
        Msg::Pictured(Ok(path)) => app.done(format!("picture in {}", shown(&path.to_string_lossy()))),
        Msg::Pictured(Err(reason)) => app.refuse(format!("no picture: {reason}")),
        Msg::Explored { question, cells } => app.explored_more(question, cells),
        Msg::Advising { number, done, all } => app.advising(number, done, all),
        Msg::Advised { number, advice } => app.advised_of(number, advice),
        Msg::Compared { question, sides } => app.compared_more(question, sides),
        Msg::Exported(done) => app.exported(done),
        Msg::Formed { wanted, to, exported } => app.formed(wanted, to, exported),
        Msg::Tick(play) => app.tick(play),
    }
    app.refresh_node();
    app.refresh_map();
    app.refresh_explore();
    app.refresh_advice();
    app.refresh_compare();
    app.refresh_simulation();
    app.mind_edits();
    std::mem::take(&mut app.effects)
}

impl App {
    fn press(&mut self, key: Key) {
        self.message = None;
        match self.settings.keymap.resolve(&keymap::contexts(self), key) {
            Some(row) => self.perform(row),
            None => self.type_key(key),
        }
    }

    /// Does what a row of the table says, or says why not.
    pub(super) fn perform(&mut self, row: &Row) {
        match (row.enabled)(self) {
            Ok(()) => self.act(row.action),
            Err(reason) => self.refuse(reason),
        }
    }

    /// A key that means nothing by itself: text, an answer, or the first digit of a number.
    fn type_key(&mut self, key: Key) {
        match self.popups.last_mut() {
            Some(Popup::Picker(picker)) => {
                if editor::edit_text(&mut picker.input, &mut picker.selection, key) == Typed::Changed {
                    picker.search(&self.tables);
                    self.try_visible();
                }
            }
            Some(Popup::List(list)) => {
                list.key(key);
                self.try_theme();
            }
            Some(Popup::Prompt(prompt)) => {
                editor::edit_text(&mut prompt.input, &mut prompt.selection, key);
                prompt.error = None;
            }
            Some(Popup::Question(question)) => {
                let answer = question.choices().iter().position(|c| Some(c.0) == key.typed());
                if let Some(answer) = answer {
                    question.marked = answer;
                    self.accept_popup();
                }
            }
            Some(Popup::Text { .. }) => {}
            None if self.filter.is_some() => self.type_filter(key),
            None => self.type_into_session(key),
        }
    }

    /// The field under the cursor if a digit begins a value of it.
    pub fn number(&self) -> Option<(crate::plan::Row, &'static Field)> {
        self.form.field().filter(|(_, f)| self.focus == Pane::Inputs && takes_digits(f.kind))
    }

    fn type_into_session(&mut self, key: Key) {
        if let Some(editor) = &mut self.editor {
            match editor.key(key) {
                Typed::Changed => {
                    self.preview();
                    self.offer();
                }
                Typed::Moved => editor.offers = None,
                Typed::Nothing => {}
            }
            return;
        }
        let digit = key.typed().is_some_and(|c| c.is_ascii_digit()) && key.with == With::Nothing;
        if let Some((row, field)) = self.number().filter(|_| digit) {
            self.begin_edit(row, field, Selection::All);
            return self.type_into_session(key);
        }
        if let Some(screen) = screen::chosen_by(key) {
            self.show_screen(screen);
        }
    }

    fn paste(&mut self, text: &str) {
        self.message = None;
        // terminals send the end of a line as a key does, as a carriage return
        let text = &text.replace("\r\n", "\n").replace('\r', "\n");
        match self.popups.last_mut() {
            Some(Popup::Picker(picker)) => {
                editor::paste(&mut picker.input, &mut picker.selection, text);
                picker.search(&self.tables);
                return self.try_visible();
            }
            Some(Popup::List(list)) => {
                list.paste(text);
                return self.try_theme();
            }
            Some(Popup::Prompt(prompt)) => {
                return editor::paste(&mut prompt.input, &mut prompt.selection, text);
            }
            Some(_) => return,
            None if self.filter.is_some() => return self.paste_filter(text),
            None => {}
        }
        if self.editor.is_none()
            && self.focus == Pane::Inputs
            && let Some(done) = self.paste_cells(text)
        {
            if let Err(reason) = done {
                self.refuse(reason);
            }
            return;
        }
        if self.editor.is_none() {
            match self.form.field() {
                Some((row, field)) if self.focus == Pane::Inputs => {
                    self.begin_edit(row, field, Selection::All);
                }
                _ => return self.refuse("text is pasted into fields: move to one"),
            }
        }
        if let Some(editor) = &mut self.editor {
            editor.paste(text);
            self.preview();
            self.offer();
        }
    }

    fn click(&mut self, target: Target) {
        self.message = None;
        if let Target::Bar(row) = target {
            if let Some(row) = ACTIONS.get(row) {
                self.perform(row);
            }
            return;
        }
        if let Some(popup) = self.popups.last_mut() {
            if let Target::Item(item) = target {
                match popup {
                    Popup::Picker(picker) => picker.marked = item,
                    Popup::List(list) => {
                        list.marked = item;
                        self.try_theme();
                    }
                    Popup::Question(question) => {
                        question.marked = item;
                        self.accept_popup();
                    }
                    _ => {}
                }
            }
            return;
        }
        match target {
            Target::Offer(offer) => return self.click_offer(offer),
            Target::Welcome => return self.settle_in(),
            _ => {}
        }
        self.filter = None;
        if let Err(reason) = self.accept() {
            return self.refuse(reason);
        }
        match target {
            Target::Input { line, column } => {
                self.focus = Pane::Inputs;
                self.form.click(&self.document, line, column);
            }
            Target::Cell { pane, row, column } => {
                self.focus = pane;
                self.select(pane, Cell { row, column });
            }
            Target::Pane(pane) => self.focus = pane,
            Target::Screen(screen) => self.show_screen(screen),
            Target::Pods(pods) => self.stand_at(pods),
            Target::Moment(moment) => self.scrub_to(moment),
            Target::Address(at) => self.stand_on_map(Pane::Addresses, at),
            Target::Run(at) => self.stand_on_map(Pane::Runs, at),
            Target::Reason(line) => self.follow_reason(line),
            Target::Pair(pair) => self.stand_on_pair(pair),
            Target::Advice(row) => self.stand_on_advice(self.focus, row),
            Target::Side { line, side } => self.stand_on_side(line, side),
            Target::Item(_) | Target::Bar(_) | Target::Popup | Target::Border(_) => {}
            Target::Offer(_) | Target::Welcome => {}
        }
    }

    /// Does what Enter does here unless it has other keys.
    fn enter(&mut self) {
        let row = Keymap::default().resolve(&keymap::contexts(self), Key::plain(Code::Enter));
        if let Some(row) = row {
            self.perform(row);
        }
    }

    /// The second of two clicks on the same: what Enter does there. The first has selected it.
    fn double_click(&mut self, target: Target) {
        match (target, self.popups.last()) {
            (Target::Item(_), Some(Popup::Picker(_) | Popup::List(_))) => self.enter(),
            // an answer was given by the first click; what is asked now is something else
            (Target::Item(_), _) | (_, Some(_)) => {}
            (
                Target::Input { .. }
                | Target::Cell { .. }
                | Target::Run(_)
                | Target::Pair(_)
                | Target::Advice(_),
                None,
            ) => {
                self.enter();
            }
            (Target::Address(_), None) => self.zoom_map(None, 1),
            // such as a button that is pressed twice
            _ => self.click(target),
        }
    }

    fn wheel(&mut self, target: Target, lines: i32) {
        let by = isize::try_from(lines).unwrap_or(0);
        match self.popups.last_mut() {
            Some(Popup::Question(question)) => {
                question.scroll = question.scroll.saturating_add_signed(by);
                return;
            }
            Some(_) => return self.move_popup(by),
            None => {}
        }
        match target {
            // the field under edit stays where it is
            Target::Input { .. } | Target::Pane(Pane::Inputs) if self.editor.is_some() => {}
            Target::Input { .. } => self.move_in(Pane::Inputs, by),
            // what the wheel does to maps everywhere
            Target::Address(at) => self.zoom_map(Some(at), -by.signum()),
            Target::Pane(Pane::Addresses) => self.zoom_map(None, -by.signum()),
            Target::Cell { pane, .. } | Target::Pane(pane) => self.move_in(pane, by),
            Target::Pods(_) => self.climb(by),
            Target::Moment(_) => self.scrub(by),
            Target::Run(_) => self.walk_runs(by),
            Target::Pair(_) if self.ranks() => self.walk_ranking(by),
            Target::Pair(_) => self.walk_explore(0, by),
            Target::Advice(_) => self.walk_advice(self.focus, by),
            Target::Side { .. } => self.walk_compare(by, 0),
            Target::Offer(_) => self.wheel_offers(by),
            Target::Item(_) | Target::Bar(_) | Target::Popup | Target::Welcome => {}
            Target::Screen(_) | Target::Reason(_) | Target::Border(_) => {}
        }
    }

    /// Takes notice of how much of a list or text is on the screen.
    fn drawn(&mut self, Drawn { rows, end, room, borders }: Drawn) {
        self.page = rows.max(1);
        self.drawn_borders = borders;
        self.map_drawn(room);
        match self.popups.last_mut() {
            Some(Popup::Picker(picker)) => picker.scroll(self.page),
            Some(Popup::List(list)) => list.scroll(self.page),
            Some(Popup::Text { scroll, .. } | Popup::Question(Question { scroll, .. })) => {
                *scroll = (*scroll).min(end);
            }
            None if self.focus == Pane::Timeline => self.timeline_drawn(end),
            _ => {}
        }
        self.try_visible();
    }
}

/// Whether a digit begins a value of the field.
fn takes_digits(kind: FieldKind) -> bool {
    use FieldKind as K;
    match kind {
        K::Count { .. } | K::Other | K::Nodes | K::MaxPods | K::Cpu | K::Memory | K::Variable => true,
        K::Cidr | K::Cidrs | K::Addresses | K::Reservations | K::Rate => true,
        K::Net | K::Nets | K::Ip | K::Sets => true,
        K::Addressed | K::Ranged | K::StateLoss => false,
        K::Name | K::Text | K::Texts | K::Flag | K::Choice(_) | K::Growth | K::Policy => false,
        K::Subnets | K::Groups | K::InstanceTypes => false,
    }
}
