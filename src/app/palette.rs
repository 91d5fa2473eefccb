//! What can be chosen from: the items of each [`Chooser`], and what choosing one does.

use std::path::PathBuf;

use super::action::{ACTIONS, Context, Row as ActionRow};
use super::chooser::{Choice, Chooser, Item, Kind};
use super::form::Spot;
use super::inputs;
use super::keep::ago;
use super::key::Key;
use super::msg::Listing;
use super::popup::{Popup, Then};
use super::rows::called;
use super::screen::{SCREENS, Screen};
use super::{App, Cell};
use crate::explore::{FIGURES, Figure};
use crate::file::preset::{PLANS, Source};
use crate::limits;
use crate::manager::Nodes;
use crate::plan::document::field_of;
use crate::plan::edits;
use crate::plan::field::{self, FieldKind, Section};
use crate::plan::{Place, Row};
use crate::text::shown;

impl App {
    /// Opens the list of everything.
    pub(super) fn open_palette(&mut self) {
        let mut items = self.actions(|row| !row.action.is_a_move() && row.context.is_of_session());
        items.extend(self.rows_to_add());
        items.extend(self.screens());
        items.extend(self.pools_to_go_to());
        let figure = |(i, f): (usize, &Figure)| {
            Item::new("explore", format!("explore by {}", f.name), Choice::ExploreBy(i)).about(f.doc)
        };
        items.extend(FIGURES.iter().enumerate().map(figure));
        items.extend(PLANS.iter().map(|preset| {
            Item::new("presets", format!("preset {}", preset.name), Choice::Open(Source::Preset(preset)))
                .about(preset.title())
        }));
        items.extend(self.fields_to_go_to());
        self.popups.push(Popup::List(Chooser::new(Kind::Palette, items, 0)));
    }

    /// Opens the list of keys.
    pub(super) fn open_help(&mut self) {
        let mut items = self.screens();
        items.extend(self.actions(|_| true));
        self.popups.push(Popup::List(Chooser::new(Kind::Help, items, 0)));
    }

    /// Opens the list of the changes of this session, the present state marked.
    pub(super) fn open_history(&mut self) {
        let (undone, done) = (self.history.undone_steps(), self.history.steps());
        let text = |step: &super::history::Step| format!("{}{}", step.what, step.how);
        let count = |n: usize| isize::try_from(n).unwrap_or(isize::MAX);
        // the latest is on top, as in a log
        let forth = undone.enumerate().map(|(i, step)| {
            let far = self.history.undone_steps().count() - i;
            Item::new("undone", text(step), Choice::Turn(count(far))).about("redo up to here")
        });
        let now = Item::new("now", "the plan as it is", Choice::Turn(0));
        let back = done.enumerate().map(|(i, step)| {
            Item::new("changes", text(step), Choice::Turn(-count(i + 1))).about("undo it, and what is above")
        });
        let items: Vec<Item> = forth.chain([now]).chain(back).collect();
        let marked = items.iter().position(|item| item.choice == Choice::Turn(0)).unwrap_or(0);
        self.popups.push(Popup::List(Chooser::new(Kind::History, items, marked)));
    }

    /// Opens the values that the field under the cursor can have, the present one marked; `false` if there is no
    /// such list.
    pub(super) fn open_values(&mut self, row: Row, field: &'static field::Field) -> bool {
        let FieldKind::Choice(choices) = field.kind else { return false };
        let text = self.document.value(&Place::key(row, field.key)).unwrap_or_default();
        let default = self.default_of(field);
        let now = if text.is_empty() { default.as_str() } else { &text };
        let item = |value: &&'static str| {
            let about = if *value == default {
                format!("{} (default)", field.doc_of(value))
            } else {
                field.doc_of(value)
            };
            Item::new("", *value, Choice::Value((*value).to_owned())).about(about)
        };
        let marked = choices.iter().position(|value| *value == now).unwrap_or(0);
        let items = choices.iter().map(item).collect();
        self.popups.push(Popup::List(Chooser::new(Kind::Values, items, marked)));
        true
    }

    /// Fills the list of plans: recent files, edits that were left behind and files of the directory, once they
    /// are listed, and presets.
    pub(super) fn open_plans(&mut self) {
        self.popups.push(Popup::List(Chooser::new(Kind::Plans, plans(&Listing::default()), 0)));
        self.effects.push(super::msg::Effect::List);
    }

    /// The plans that can be opened are known.
    pub(super) fn listed(&mut self, listing: &Listing) {
        if let Some(Popup::List(list)) = self.popups.last_mut()
            && list.kind == Kind::Plans
        {
            list.refill(plans(listing));
        }
        if let Some(reason) = &listing.refused {
            self.refuse(reason.clone());
        }
    }

    fn actions(&self, wanted: impl Fn(&ActionRow) -> bool) -> Vec<Item> {
        let rows = ACTIONS.iter().enumerate().filter(|(_, row)| wanted(row));
        let item = |(i, row): (usize, &ActionRow)| {
            let refused = (row.enabled)(self).err().filter(|_| row.context.is_of_session());
            Item {
                keys: self.settings.keymap.keys(i).iter().map(Key::to_string).collect::<Vec<_>>().join(" "),
                refused,
                // what it is called in the configuration and in the bar
                alias: format!("{} {}", row.action.name(), row.label),
                ..Item::new(row.context.title(), row.doc, Choice::Act(i))
            }
        };
        rows.map(item).collect()
    }

    fn screens(&self) -> Vec<Item> {
        let item = |row: &super::screen::Row| Item {
            keys: format!("{0} alt-{0}", row.digit),
            ..Item::new("Screens", row.name, Choice::Screen(row.screen)).about(row.doc)
        };
        SCREENS.iter().map(item).collect()
    }

    /// A row of each section that rows can be added to.
    fn rows_to_add(&self) -> Vec<Item> {
        use Section::{Cluster, Network, NodeGroup, Subnet, Workload};
        let containers = inputs::manager(self.plan(), self.form.cluster).nodes == Nodes::Containers;
        let sections = [Subnet, Network, Cluster, NodeGroup, Workload].into_iter();
        // nodes that are containers are stated by their number
        let sections = sections.filter(|section| *section != NodeGroup || !containers);
        let item = |section| {
            let name = called(section);
            let cluster = self.plan().clusters.get(self.form.cluster);
            let item = Item::new("add", format!("add {name}"), Choice::Add(section));
            Item {
                about: match (section, cluster) {
                    (NodeGroup | Workload, Some(cluster)) => format!("to {}", shown(&cluster.name)),
                    _ => String::new(),
                },
                refused: edits::add(&self.document, section, self.form.cluster).err(),
                ..item.alias(format!("new {name}"))
            }
        };
        sections.map(item).collect()
    }

    fn pools_to_go_to(&self) -> Vec<Item> {
        let pools = self.report().into_iter().flat_map(|report| &report.pools).enumerate();
        let pools = pools.take(limits::LISTED);
        pools
            .map(|(i, pool)| {
                let about = format!("{} {}", pool.kind.words(), pool.cidr);
                Item::new("pools", shown(&pool.name), Choice::Pool(i)).about(about)
            })
            .collect()
    }

    /// The fields of every row, those of the plan first.
    fn fields_to_go_to(&self) -> Vec<Item> {
        self.fields_as("fields", |place| Some(Choice::Field(place)))
    }

    /// The fields of every row with their values, as far as there is a choice for them.
    pub(super) fn fields_as(
        &self,
        group: &'static str,
        choice: impl Fn(Place) -> Option<Choice>,
    ) -> Vec<Item> {
        let plan = self.plan();
        let item = |(row, field): (Row, &'static field::Field)| {
            let now = inputs::value(&self.document, row, field);
            let now = now.unwrap_or_else(|| format!("default {}", self.default_of(field)));
            let choice = choice(Place::key(row, field.key))?;
            Some(Item::new(group, plan.label(row, field), choice).about(now).alias(field.key))
        };
        let rows = inputs::all_rows(plan);
        let fields = rows.flat_map(|row| inputs::fields_of(row, plan).into_iter().map(move |f| (row, f)));
        fields.filter_map(item).take(limits::LISTED).collect()
    }

    /// Does what was chosen.
    pub(super) fn choose(&mut self, choice: Choice) {
        match choice {
            Choice::Act(row) => self.do_anywhere(row),
            Choice::Screen(screen) => self.show_screen(screen),
            Choice::Field(place) => self.go_to(&place),
            Choice::Set(place, value) => {
                self.form.put_place(&place);
                if let Some(field) = field_of(&place)
                    && let Err(reason) = self.set_value(place.row, field, &value)
                {
                    self.refuse(reason);
                }
            }
            Choice::Add(section) => {
                self.show_screen(Screen::Plan);
                self.focus = super::pane::Pane::Inputs;
                self.form.put(Spot::Add(section));
                if let Err(reason) = self.add_row() {
                    self.refuse(reason);
                }
            }
            Choice::Pool(row) => {
                self.focus = super::pane::Pane::Pools;
                self.select(super::pane::Pane::Pools, Cell { row, ..Cell::default() });
            }
            Choice::Open(source) => self.leave(Then::Load(source)),
            Choice::OpenEdits(mark) => self.leave(Then::LoadEdits(mark)),
            Choice::Value(value) => {
                if let Some((row, field)) = self.form.field()
                    && let Err(reason) = self.set_value(row, field, &value)
                {
                    self.refuse(reason);
                }
            }
            Choice::Turn(by) => {
                for _ in 0..by.unsigned_abs() {
                    if by < 0 { self.undo() } else { self.redo() }
                }
            }
            Choice::Column(pane, column) => self.toggle_column(pane, column),
            Choice::Theme(theme) => self.choose_theme(theme),
            Choice::Split(row, into) => {
                if let Err(reason) = self.split(row, into) {
                    self.refuse(reason);
                }
            }
            Choice::Figure(pointer) => self.go_to_figure(&pointer),
            Choice::Axis(side, place) => self.choose_axis(side, place),
            Choice::Option(option) => self.choose_option(option),
            Choice::ExploreBy(figure) => {
                self.show_screen(Screen::Explore);
                self.choose_figure(figure);
            }
            Choice::Form(form) => self.choose_form(form),
            Choice::Export(wanted) => self.ask_for_export(wanted),
        }
    }

    /// Goes to an input.
    pub(super) fn go_to(&mut self, place: &Place) {
        self.show_screen(Screen::Plan);
        self.focus = super::pane::Pane::Inputs;
        self.form.put_place(place);
    }

    /// Does what a row of [`ACTIONS`] says, on the screen where it means something.
    fn do_anywhere(&mut self, row: usize) {
        let Some(row) = ACTIONS.get(row) else { return };
        if !row.context.is_of_session() {
            return self.refuse(format!("{}: {}", row.context.title().to_lowercase(), row.doc));
        }
        if row.context == Context::Inputs {
            self.show_screen(Screen::Plan);
            self.focus = super::pane::Pane::Inputs;
        } else if let Some(screen) = SCREENS.iter().find(|s| s.context == row.context)
            && self.screen() != screen.screen
        {
            self.show_screen(screen.screen);
        }
        self.perform(row);
    }
}

fn plans(listing: &Listing) -> Vec<Item> {
    let open = |path: &PathBuf| Choice::Open(Source::File(path.clone()));
    let recent = listing.recent.iter().map(|(name, path)| Item::new("recent", name.clone(), open(path)));
    let left = listing.left.iter().map(|left| {
        let choice = left.file.as_ref().map_or_else(|| Choice::OpenEdits(left.mark.clone()), open);
        let about = format!("edits of {} that were not saved", ago(left.age));
        Item::new("not saved", left.name.clone(), choice).about(about)
    });
    let file = |path: &PathBuf| Item::new("files", shown(&path.to_string_lossy()), open(path)).about("file");
    let presets = PLANS.iter().map(|preset| {
        Item::new("presets", preset.name, Choice::Open(Source::Preset(preset))).about(preset.title())
    });
    recent.chain(left).chain(listing.files.iter().map(file)).chain(presets).collect()
}
