//! The session: what is shown, edited and undone. It knows no terminal, no file and no clock: what happens
//! comes in as [`Msg`], what has to be done outside goes out as [`Effect`].
//!
//! ```text
//! key -> keymap -> Action -> update -> App, Effects -> view
//! ```
//!
//! | module | what it knows |
//! |---|---|
//! | [`key`], [`action`], [`keymap`] | keys, the table of what can be done, and which key means what where |
//! | [`msg`] | what comes into the session, and what it asks of the world outside |
//! | [`enabled`] | why something cannot be done now |
//! | [`update`](mod@update) | what happens on a message |
//! | [`act`], [`above`] | what each action does: in the session, and in what lies above it |
//! | [`aside`] | long computations, for whoever runs the session |
//! | [`change`], [`history`] | edits, the evaluation after each; undo |
//! | [`inputs`], [`form`], [`cursor`] | the inputs: what there is, as lines, and the cursor among them |
//! | [`editor`], [`typing`], [`offers`], [`draft`], [`step`] | a field under edit and its preview, what is offered, what was left half typed, steps |
//! | [`rows`], [`paste`] | rows as wholes, cells of a spreadsheet |
//! | [`screen`], [`pane`], [`border`], [`crumbs`] | the screens, the panes that take the focus, the room they have, where one is |
//! | [`sheet`], [`columns`], [`arrange`], [`situation`], [`why`] | the live tables, how they are arranged, and what is asked about their numbers |
//! | [`baseline`] | the plan as it was, and what has changed in the tables since |
//! | [`node`], [`map`] (and [`plot`]), [`explore`] (and [`advise`]), [`compare`], [`simulate`], [`why_run`] | the other screens |
//! | [`settings`], [`theme`] | what the user has chosen: keys, theme, columns |
//! | [`picture`] | pictures of the screen |
//! | [`popup`], [`chooser`], [`palette`], [`picker`], [`save`] | what opens above the session |
//! | [`copy`], [`export`] | what goes to the clipboard, and to files that other programs read |
//! | [`keep`], [`diff`] | edits that are not saved: kept aside, and offered again |

pub mod above;
pub mod act;
pub mod action;
pub mod advise;
pub mod arrange;
pub mod aside;
pub mod baseline;
pub mod border;
pub mod change;
pub mod chooser;
pub mod columns;
pub mod compare;
pub mod copy;
pub mod crumbs;
pub mod cursor;
pub mod diff;
pub mod draft;
pub mod editor;
pub mod enabled;
pub mod explore;
pub mod export;
pub mod form;
pub mod history;
pub mod inputs;
pub mod keep;
pub mod key;
pub mod keymap;
pub mod map;
pub mod msg;
pub mod node;
pub mod offers;
pub mod palette;
pub mod pane;
pub mod paste;
pub mod picker;
pub mod picture;
pub mod plot;
pub mod popup;
pub mod rows;
pub mod save;
pub mod screen;
pub mod settings;
pub mod sheet;
pub mod simulate;
pub mod situation;
pub mod step;
pub mod theme;
pub mod typing;
pub mod update;
pub mod why;
pub mod why_run;

use std::path::PathBuf;
use std::sync::Arc;

pub use msg::{Effect, Msg};
pub use update::update;

use advise::AdviseView;
use arrange::Filter;
use baseline::Baseline;
use compare::CompareView;
use editor::Editor;
use explore::ExploreView;
use form::Form;
use history::History;
use map::MapView;
use msg::Opened;
use node::NodeView;
use pane::Pane;
use popup::{Popup, Then};
use screen::{SCREENS, Screen};
use settings::Settings;
use sheet::Figures;
use simulate::SimulateView;
use situation::{Show, Situation};

use crate::engine::{Evaluation, Report};
use crate::instance::Tables;
use crate::plan::document::Document;
use crate::plan::{Plan, Problem};

/// A plan and what the engine says of it.
#[derive(Debug, Clone)]
pub struct Answer {
    pub plan: Arc<Plan>,
    /// The instance tables that it was evaluated with.
    pub tables: Arc<Tables>,
    pub evaluation: Evaluation,
}

/// What one session knows.
#[derive(Debug)]
pub struct App {
    document: Document,
    tables: Arc<Tables>,
    /// The plan's `instances` that `tables` was read with.
    instances: Vec<String>,
    path: Option<PathBuf>,
    origin: String,
    history: History,
    /// Of the document as it is, unless there are problems: then of its last state without. With the newest thresholds
    /// that are known.
    answer: Option<Arc<Answer>>,
    /// The verdict of the answer in a sentence.
    verdict: String,
    problems: Vec<Problem>,
    /// The plan as it was when it was pinned.
    baseline: Option<Baseline>,
    /// The text as it was opened or saved last.
    saved: String,
    /// Counts plans that were opened.
    opening: u64,
    /// Counts answers.
    generation: u64,
    /// The answer that the thresholds are of.
    thresholds_of: u64,
    pub form: Form,
    pub focus: Pane,
    /// The pane of each screen that had the focus last.
    foci: [Pane; SCREENS.len()],
    /// What the table of pools shows.
    pub show: Show,
    node: NodeView,
    map: MapView,
    explore: ExploreView,
    advise: AdviseView,
    compare: CompareView,
    simulation: SimulateView,
    cells: [Cell; columns::SHEETS.len()],
    settings: Settings,
    /// The filter that is being typed.
    pub filter: Option<Filter>,
    pub editor: Option<Editor>,
    drafts: Vec<draft::Draft>,
    pub popups: Vec<Popup>,
    pub panel: Panel,
    pub message: Option<Message>,
    /// What follows once the plan is saved.
    then: Then,
    /// The path that was typed to save to, until that is done.
    asked_path: Option<String>,
    /// What is being written to a file that is not the plan's.
    exporting: Option<export::Exporting>,
    /// Rows that the list under the cursor shows at once.
    page: usize,
    keep: keep::Keep,
    borders: border::Borders,
    /// Where the last frame had them.
    drawn_borders: border::Borders,
    effects: Vec<Effect>,
}

/// The selected cell of a live table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cell {
    pub row: usize,
    /// Of all columns of the sheet.
    pub column: usize,
}

/// Whether the why panel is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Panel {
    Closed,
    Why,
}

/// One line for the user; goes away with the next key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub tone: Tone,
    pub text: String,
}

/// What kind of message it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Something was done.
    Done,
    /// Something was not done.
    Refused,
}

impl App {
    /// A session on a plan as podroom comes, and the first work to do.
    pub fn new(opened: Opened) -> (App, Vec<Effect>) {
        App::with(opened, Settings::default())
    }

    /// A session on a plan as the user likes it, and the first work to do.
    pub fn with(opened: Opened, settings: Settings) -> (App, Vec<Effect>) {
        let mut app = App::begin(opened, settings, 0);
        let effects = std::mem::take(&mut app.effects);
        (app, effects)
    }

    /// A session on a plan, after so many answers of another.
    fn begin(opened: Opened, settings: Settings, generation: u64) -> App {
        let Opened { document, tables, path, origin } = opened;
        let form = Form::new(document.plan());
        let instances = document.plan().instances.clone();
        let document_text = document.text();
        let mut app = App {
            document,
            tables,
            instances,
            path,
            origin,
            history: History::saved(),
            answer: None,
            verdict: String::new(),
            problems: Vec::new(),
            baseline: None,
            saved: document_text,
            opening: 0,
            generation,
            thresholds_of: generation,
            form,
            focus: Pane::Inputs,
            foci: std::array::from_fn(|i| SCREENS[i].panes[0]),
            show: Show::One(Situation::Settled),
            node: NodeView::default(),
            map: MapView::default(),
            explore: ExploreView::default(),
            advise: AdviseView::default(),
            compare: CompareView::default(),
            simulation: SimulateView::default(),
            cells: [Cell::default(); columns::SHEETS.len()],
            settings,
            filter: None,
            editor: None,
            drafts: Vec::new(),
            popups: Vec::new(),
            panel: Panel::Closed,
            message: None,
            then: Then::Stay,
            asked_path: None,
            exporting: None,
            page: 20,
            keep: keep::Keep::default(),
            borders: border::Borders::default(),
            drawn_borders: border::Borders::default(),
            effects: Vec::new(),
        };
        app.evaluate_anyway();
        if let Some(problem) = app.problems.first() {
            app.form.put_place(&problem.place);
        }
        app
    }

    /// The plan as text, to be saved.
    pub fn text(&self) -> String {
        self.document.text()
    }

    /// The plan under edit.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The plan as it is in the inputs.
    pub fn plan(&self) -> &Plan {
        self.document.plan()
    }

    /// What holds where a field of the cluster that is shown says nothing.
    pub fn default_of(&self, field: &crate::plan::field::Field) -> String {
        field.default_under(inputs::manager(self.plan(), self.form.cluster))
    }

    /// The instance types that the plan can name.
    pub fn tables(&self) -> &Arc<Tables> {
        &self.tables
    }

    /// Where the plan is saved; `None` before it first is.
    pub fn path(&self) -> Option<&PathBuf> {
        self.path.as_ref()
    }

    /// Where a plan without a path came from.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// What the engine says; `None` if the plan has had problems from the start.
    pub fn report(&self) -> Option<&Report> {
        self.answer.as_ref().map(|answer| &answer.evaluation.report)
    }

    /// How the verdict came about.
    pub fn verdict_sentence(&self) -> &str {
        &self.verdict
    }

    /// What is wrong with the plan as it is; rules that need the instance tables.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Whether the figures are those of an earlier state, because the present one is not valid.
    pub fn is_stale(&self) -> bool {
        !self.problems.is_empty() || self.editor.as_ref().is_some_and(|e| e.error.is_some())
    }

    /// Whether the thresholds are those of the figures.
    pub fn thresholds_are_known(&self) -> bool {
        self.thresholds_of == self.generation
    }

    /// Whether there is something that is not saved.
    pub fn is_dirty(&self) -> bool {
        self.history.is_dirty() || self.editor.as_ref().is_some_and(|e| e.preview.is_some())
    }

    /// The screen that is shown.
    pub fn screen(&self) -> Screen {
        Screen::of(self.focus)
    }

    /// Shows a screen, the focus where it was on it.
    fn show_screen(&mut self, screen: Screen) {
        if screen == self.screen() {
            return;
        }
        if screen == Screen::Node {
            self.select_group_of_inputs();
        }
        if screen == Screen::Map {
            self.select_pool_of_inputs();
        }
        self.foci[self.screen().index()] = self.focus;
        self.focus = self.foci[screen.index()];
    }

    /// What the live tables show; `None` if the plan has had problems from the start.
    pub fn figures(&self) -> Option<Figures<'_>> {
        self.report().map(|report| Figures { report, show: self.show })
    }

    /// The selected cell of a live table.
    pub fn cell(&self, pane: Pane) -> Cell {
        sheet::index(pane).and_then(|i| self.cells.get(i)).copied().unwrap_or_default()
    }

    /// Tells the user that something was done.
    fn done(&mut self, text: impl Into<String>) {
        self.message = Some(Message { tone: Tone::Done, text: text.into() });
    }

    /// Tells the user why something was not done.
    fn refuse(&mut self, text: impl Into<String>) {
        self.message = Some(Message { tone: Tone::Refused, text: text.into() });
    }
}
