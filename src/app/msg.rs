//! What comes into the session ([`Msg`]) and what it asks of the world outside ([`Effect`]).

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::advise::Advice;
use super::aside::{self, Task};
use super::border::{Border, Borders};
use super::compare::Compared;
use super::export::Wanted;
use super::keep::{Fate, Found};
use super::key::Key;
use super::pane::Pane;
use super::picker::Trial;
use super::screen::Screen;
use super::settings::Settings;
use super::theme::ThemeName;
use crate::engine::{Percentiles, Threshold};
use crate::explore::Cell;
use crate::export::Exported;
use crate::file::preset::Source;
use crate::instance::Tables;
use crate::plan::document::Document;
use crate::simulate::{Ms, Run};

/// Something that happened.
#[derive(Debug)]
pub enum Msg {
    Key(Key),
    /// Text that was pasted into the terminal.
    Paste(String),
    /// A click on something.
    Click(Target),
    /// The second of two clicks on the same; the first was a [`Msg::Click`].
    DoubleClick(Target),
    /// A border was dragged so that its first side has this share, in thousandths.
    Border(Border, u16),
    /// The wheel was turned above something; lines, negative is up.
    Wheel(Target, i32),
    /// The screen was drawn.
    Drawn(Drawn),
    /// The plan was written.
    Saved(PathBuf),
    NotSaved(NotSaved),
    /// A plan was read.
    Loaded(Box<Opened>),
    /// A plan could not be read: what to say.
    NotLoaded(String),
    /// A plan was read that is in no file but the edits that a session left behind.
    Recovered(Box<Opened>),
    /// The plans that can be opened.
    Listed(Listing),
    /// What was found when the session began on a plan.
    Found(Found),
    /// Processes of other sessions that are on the same file now.
    Others(Vec<u32>),
    /// The time of [`Effect::Remind`] has passed, and no other was asked for.
    Paused(u64),
    /// Edits that are not saved were kept aside, or why not.
    EditsKept(Result<(), String>),
    /// The tables that the plan's `instances` name were read, or not.
    Tables(Result<Arc<Tables>, String>),
    /// Thresholds of the answer with that generation.
    Thresholds {
        generation: u64,
        thresholds: Vec<Threshold>,
    },
    /// Percentiles of `churned` for the answer with that generation, by row of the pools.
    Percentiles {
        generation: u64,
        percentiles: Vec<Percentiles>,
    },
    /// What the plan with that generation would hold with other types.
    Tried {
        generation: u64,
        trials: Vec<(String, Trial)>,
    },
    /// A run of a scenario, for the answer and the scenario that were asked for; or why there is none.
    Simulated {
        question: (u64, usize),
        run: Result<Arc<Run>, String>,
    },
    /// How far the run that was asked for is, in its own time.
    Progress {
        question: (u64, usize),
        at: Ms,
    },
    /// What was chosen could not be kept for the next session: why.
    NotKept(String),
    /// The picture was written, or why not.
    Pictured(Result<PathBuf, String>),
    /// What came of some pairs of values, in their order, for the question that was asked.
    Explored {
        question: u64,
        cells: Vec<Cell>,
    },
    /// How many combinations have been tried for the advice that was asked for.
    Advising {
        number: u64,
        done: u64,
        all: u64,
    },
    /// The advice that was asked for.
    Advised {
        number: u64,
        advice: Result<Arc<Advice>, String>,
    },
    /// What some sides of the comparison come to, in their order, for the question that was asked.
    Compared {
        question: u64,
        sides: Vec<Compared>,
    },
    /// A text that is not the plan's was written, or why not.
    Exported(Result<PathBuf, NotSaved>),
    /// A form of the plan, for a path or without one for the clipboard; or why there is none.
    Formed {
        wanted: Wanted,
        to: String,
        exported: Result<Exported, String>,
    },
    /// A moment has passed since [`Effect::Tick`].
    Tick(u64),
}

/// What only the screen knows, and the session wants to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Drawn {
    /// Rows that the list under the cursor shows at once.
    pub rows: usize,
    /// How far the text to read can be scrolled.
    pub end: usize,
    /// Columns and lines that the cells of a map have; 0 where none is shown.
    pub room: (u16, u16),
    /// Where borders are.
    pub borders: Borders,
}

/// Why a plan was not written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotSaved {
    /// Somebody else has changed the file since it was read or saved.
    Changed(PathBuf),
    /// There is such a file already, and it is not the plan's own.
    Exists(PathBuf),
    Failed(String),
}

/// Work for the outside.
#[derive(Debug, Clone)]
pub enum Effect {
    Quit(Leave),
    /// Give the terminal back until the process is continued.
    Suspend,
    /// Put a text on the clipboard.
    Copy(String),
    Save {
        path: PathBuf,
        text: String,
        over: Over,
    },
    Load(Source),
    /// Read the edits that belong to a mark.
    LoadEdits(PathBuf),
    /// List the plans that can be opened.
    List,
    /// Say when some time has passed after an edit. A newer one makes this one needless.
    Remind {
        edit: u64,
        after: Duration,
    },
    /// Keep a text aside that is not saved.
    KeepEdits(String),
    /// What is kept aside is no longer needed.
    ForgetEdits,
    /// What becomes of edits that were found.
    Settle {
        id: u64,
        fate: Fate,
    },
    /// Read the tables that the `instances` of a plan name; they lie beside its file.
    ReadTables {
        text: String,
        path: Option<PathBuf>,
    },
    /// Compute something aside, and tell what is known as it becomes known. A newer one of its kind makes this one
    /// needless.
    Aside(Task),
    /// End what is being computed of a kind: it comes as far as it is.
    Stop(aside::Kind),
    /// Show the session in a theme from now on.
    Theme(ThemeName),
    /// Keep what was chosen for the next session.
    Keep(Box<Settings>),
    /// The same; nobody is told if that fails.
    KeepQuietly(Box<Settings>),
    /// Write what is on the screen to a new file in a directory; it is called after the screen.
    Picture {
        directory: PathBuf,
        screen: &'static str,
    },
    /// Write a text that is not the plan's.
    Export {
        path: PathBuf,
        text: String,
        over: Over,
    },
    /// Say when a moment has passed.
    Tick(u64),
}

/// How the session ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leave {
    /// Everything is saved, or was discarded by the user.
    Done,
    /// In a hurry: what is not saved goes to a recovery file.
    Recover,
}

/// What saving may write over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// Nothing: the file must not be there yet.
    Nothing,
    /// The plan's own file as it was read or saved last.
    OwnUnchanged,
    /// Whatever is there.
    Anything,
}

/// A plan with the tables it names.
#[derive(Debug)]
pub struct Opened {
    pub document: Document,
    pub tables: Arc<Tables>,
    /// Where it is saved; `None` for presets and standard input.
    pub path: Option<PathBuf>,
    /// Where it came from when it has no path: `preset starter`, `standard input`.
    pub origin: String,
}

/// The plans that can be opened, presets aside.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    /// What was open last, the latest first: what it is called, and where it is.
    pub recent: Vec<(String, PathBuf)>,
    /// Edits that sessions left behind, the latest first.
    pub left: Vec<LeftPlan>,
    /// The plan files of the directory.
    pub files: Vec<PathBuf>,
    /// Why there are no files.
    pub refused: Option<String>,
}

/// A plan with edits that a session left behind.
#[derive(Debug, Clone)]
pub struct LeftPlan {
    pub name: String,
    pub age: Duration,
    /// The plan's file, if it is there: opening it offers the edits.
    pub file: Option<PathBuf>,
    /// For [`Effect::LoadEdits`].
    pub mark: PathBuf,
}

/// Something on the screen that can be clicked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A line of the form, and a column of it.
    Input { line: usize, column: usize },
    /// A cell of a table.
    Cell { pane: Pane, row: usize, column: usize },
    /// A pane as such.
    Pane(Pane),
    /// The tab of a screen.
    Screen(Screen),
    /// A number of pods on the node screen.
    Pods(u64),
    /// A moment of the series on the simulation screen.
    Moment(usize),
    /// A pair of values on the explore screen, by its index.
    Pair(usize),
    /// A row of advice.
    Advice(usize),
    /// A line of the why panel.
    Reason(usize),
    /// A cell of the comparison: line and side.
    Side { line: usize, side: usize },
    /// A cell of a map, by the number of its first address.
    Address(u128),
    /// A line of the list of a map, by the number of its first address.
    Run(u128),
    /// A row of the list or the answers of the popup on top.
    Item(usize),
    /// One of the offers in the field under edit.
    Offer(usize),
    /// The hint of the first session.
    Welcome,
    /// An entry of the bar: a row of [`super::action::ACTIONS`].
    Bar(usize),
    /// Whatever is above the session.
    Popup,
    /// The border between two panes.
    Border(Border),
}
