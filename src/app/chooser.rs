//! Lists to choose from, narrowed by what is typed: the palette, the keys, plans to open, values of a field.

use std::path::PathBuf;

use tui_input::Input;

use super::advise::Opt;
use super::editor::{self, Selection, Typed};
use super::explore::Side;
use super::export::Wanted;
use super::key::Key;
use super::pane::Pane;
use super::screen::Screen;
use super::theme::ThemeName;
use crate::engine::Pointer;
use crate::file::preset::Source;
use crate::plan::document::field_of;
use crate::plan::field::Section;
use crate::plan::{Place, Row};
use crate::suggest::{self, Entry};
use crate::text::shown;

/// A list to choose from.
#[derive(Debug)]
pub struct Chooser {
    pub kind: Kind,
    /// All of it, in its own order.
    items: Vec<Item>,
    pub input: Input,
    selection: Selection,
    /// Indices of the items that match what is typed, best first.
    matching: Vec<usize>,
    /// Position of the marked one among those that match, and of the first on the screen.
    pub marked: usize,
    pub first: usize,
}

/// What is chosen from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Everything that can be done or gone to.
    Palette,
    /// The keys.
    Help,
    /// Plans; any path can be typed.
    Plans,
    /// The values that a field can have.
    Values,
    /// The states of the plan that undo and redo lead to.
    History,
    /// The columns of a table.
    Columns,
    /// The themes; the one that was in force before.
    Themes { before: ThemeName },
    /// The fields that can be varied.
    Axis,
    /// Options of advice.
    Options,
    /// How a number came about, line by line.
    Why,
    /// The forms that the plan can be written in.
    Forms,
    /// The clusters of the plan.
    Clusters,
}

/// One thing to choose.
#[derive(Debug, Clone)]
pub struct Item {
    /// What it has in common with its neighbours, above the first of them while nothing is typed.
    pub group: &'static str,
    pub name: String,
    pub about: String,
    /// The keys that do the same.
    pub keys: String,
    /// Other words to find it by.
    pub alias: String,
    /// Why it cannot be chosen now.
    pub refused: Option<String>,
    pub choice: Choice,
}

/// What choosing an item does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// Does what a row of [`super::action::ACTIONS`] says.
    Act(usize),
    Screen(Screen),
    /// Goes to an input.
    Field(Place),
    /// Gives an input a value, as it is typed; `""` unsets it.
    Set(Place, String),
    /// Adds a row to a section.
    Add(Section),
    /// Goes to a pool by its index.
    Pool(usize),
    Open(Source),
    /// Opens the edits that belong to a mark.
    OpenEdits(PathBuf),
    /// Gives the field under the cursor a value.
    Value(String),
    /// Goes so many changes back (negative) or forth.
    Turn(isize),
    /// Shows or hides a column.
    Column(Pane, usize),
    Theme(ThemeName),
    /// Splits a subnet into so many.
    Split(Row, u32),
    /// Goes to a number.
    Figure(Pointer),
    /// Varies a field.
    Axis(Side, Place),
    /// Turns an option of advice, or asks for its value.
    Option(Opt),
    /// Explores by a figure, by its index.
    ExploreBy(usize),
    /// Writes the plan in a form, by its index.
    Form(usize),
    Export(Wanted),
}

impl Kind {
    pub fn title(self) -> &'static str {
        match self {
            Kind::Palette => "do or go to; FIELD=VALUE sets",
            Kind::Help => "keys: type to search, enter does it",
            Kind::Plans => "open a plan",
            Kind::Values => "values",
            Kind::History => "changes",
            Kind::Columns => "columns",
            Kind::Themes { .. } => "theme",
            Kind::Axis => "vary a field",
            Kind::Options => "advice: enter turns an option",
            Kind::Why => "how it came about: enter goes there",
            Kind::Forms => "export",
            Kind::Clusters => "of which cluster",
        }
    }

    /// What is asked for, before the text that is typed.
    pub fn prompt(self) -> &'static str {
        if self == Kind::Plans { "name or path" } else { "search" }
    }
}

impl Item {
    pub fn new(group: &'static str, name: impl Into<String>, choice: Choice) -> Item {
        Item {
            group,
            name: name.into(),
            about: String::new(),
            keys: String::new(),
            alias: String::new(),
            refused: None,
            choice,
        }
    }

    pub fn about(self, about: impl Into<String>) -> Item {
        Item { about: about.into(), ..self }
    }

    pub fn alias(self, alias: impl Into<String>) -> Item {
        Item { alias: alias.into(), ..self }
    }

    /// Gives a field of another item the value that was typed behind its name.
    fn setting(&self, value: &str) -> Option<Item> {
        let Choice::Field(place) = &self.choice else { return None };
        let name = match value {
            "" => format!("unset {}", self.name),
            value => format!("set {} to {}", self.name, shown(value)),
        };
        let refused = field_of(place)?.parse(value).err();
        let item = Item::new(SETTINGS, name, Choice::Set(place.clone(), value.to_owned()));
        Some(Item { refused, ..item.about(format!("now {}", self.about)) })
    }
}

impl Chooser {
    /// A list with nothing typed yet, an item of it marked.
    pub fn new(kind: Kind, items: Vec<Item>, marked: usize) -> Chooser {
        let (input, selection) = (Input::default(), Selection::Nothing);
        let matching = (0..items.len()).collect();
        let first = marked.saturating_sub(5);
        Chooser { kind, items, input, selection, matching, marked, first }
    }

    /// Takes a key that edits what is typed.
    pub fn key(&mut self, key: Key) {
        if editor::edit_text(&mut self.input, &mut self.selection, key) == Typed::Changed {
            self.search();
        }
    }

    pub fn paste(&mut self, text: &str) {
        editor::paste(&mut self.input, &mut self.selection, text);
        self.search();
    }

    /// Exchanges the items; what is typed stays.
    pub fn refill(&mut self, items: Vec<Item>) {
        self.items = items;
        let marked = self.marked;
        self.search();
        self.mark(isize::try_from(marked).unwrap_or(0), 1);
    }

    fn search(&mut self) {
        let typed = self.input.value().trim();
        // a path that is being typed is no item of the list, but can be chosen
        self.items.retain(|item| ![TYPED, SETTINGS].contains(&item.group));
        if self.kind == Kind::Plans && !typed.is_empty() {
            let source = Source::File(PathBuf::from(typed));
            if !self.items.iter().any(|item| item.choice == Choice::Open(source.clone())) {
                self.items.push(Item::new(TYPED, shown(typed), Choice::Open(source)).about("open this path"));
            }
        }
        (self.marked, self.first) = (0, 0);
        let settings = if self.kind == Kind::Palette { self.settings(typed) } else { Vec::new() };
        if !settings.is_empty() {
            self.matching = (self.items.len()..self.items.len() + settings.len()).collect();
            self.items.extend(settings);
            return;
        }
        self.matching = found(typed, &self.items);
        // part of a name means what is in the list; a path means itself
        let is_path = typed.contains('/') || typed.ends_with(".toml");
        let is_typed = |i: &usize| self.items.get(*i).is_some_and(|item| item.group == TYPED);
        if !is_path {
            self.matching.sort_by_key(is_typed);
        }
    }

    /// What `WARM_IP_TARGET=3` means: the fields of that name, each with an item that gives it the value.
    fn settings(&self, typed: &str) -> Vec<Item> {
        let Some((name, value)) = typed.split_once('=') else { return Vec::new() };
        if name.trim().is_empty() {
            return Vec::new();
        }
        let fields = self.items.iter().filter(|item| matches!(item.choice, Choice::Field(_)));
        let fields: Vec<&Item> = fields.collect();
        // what it is now does not tell which one is meant
        let entries = fields.iter().map(|item| Entry { name: &item.name, alias: &item.alias, about: "" });
        let entries: Vec<Entry<'_>> = entries.collect();
        let found = suggest::matching(name.trim(), &entries).into_iter();
        let items = found.filter_map(|i| fields.get(i)?.setting(value.trim()));
        items.take(MOST_SETTINGS).collect()
    }

    /// The items that match, best first.
    pub fn matching(&self) -> impl Iterator<Item = &Item> {
        self.matching.iter().filter_map(|i| self.items.get(*i))
    }

    /// All items in their own order, but for those made of what is typed.
    pub fn all(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(|item| ![TYPED, SETTINGS].contains(&item.group))
    }

    /// How many match.
    pub fn len(&self) -> usize {
        self.matching.len()
    }

    pub fn is_empty(&self) -> bool {
        self.matching.is_empty()
    }

    /// Whether something is typed: then the items are no longer in their own order.
    pub fn is_searched(&self) -> bool {
        !self.input.value().trim().is_empty()
    }

    /// The marked item.
    pub fn item(&self) -> Option<&Item> {
        self.items.get(*self.matching.get(self.marked)?)
    }

    /// Moves the mark, and the list with it.
    pub fn mark(&mut self, by: isize, page: usize) {
        let last = self.len().saturating_sub(1);
        self.marked = self.marked.saturating_add_signed(by).min(last);
        self.scroll(page);
    }

    /// Scrolls so that the mark is on the screen.
    pub fn scroll(&mut self, page: usize) {
        let page = page.max(1);
        let end = self.len().saturating_sub(page);
        self.first = self.first.clamp((self.marked + 1).saturating_sub(page), self.marked).min(end);
    }
}

/// The group of the path that is being typed.
const TYPED: &str = "path";
/// The group of the fields that are given a value that is being typed, and how many of them there are at most.
const SETTINGS: &str = "set";
const MOST_SETTINGS: usize = 20;

/// The items that match a query by index, best first.
fn found(query: &str, items: &[Item]) -> Vec<usize> {
    let aliases: Vec<String> = items.iter().map(|item| format!("{} {}", item.keys, item.alias)).collect();
    let entries = items.iter().zip(&aliases);
    let entries = entries.map(|(item, alias)| Entry { name: &item.name, alias, about: &item.about });
    suggest::matching(query, &entries.collect::<Vec<_>>())
}
