//! What lies above the session: a stack, the top one gets the keys.

use std::path::PathBuf;

use tui_input::Input;

use super::action::Context;
use super::advise::Opt;
use super::chooser::Chooser;
use super::editor::Selection;
use super::explore::Side;
use super::export::Wanted;
use super::keep::Offer;
use super::picker::Picker;
use crate::file::preset::Source;
use crate::text::shown;

/// Something above the session.
#[derive(Debug)]
pub enum Popup {
    /// A text to read, such as the problems of a plan that could not be opened.
    Text {
        title: String,
        text: String,
        scroll: usize,
    },
    Picker(Picker),
    List(Chooser),
    Prompt(Prompt),
    Question(Question),
}

/// Asks for a line of text.
#[derive(Debug)]
pub struct Prompt {
    pub ask: Ask,
    pub input: Input,
    pub selection: Selection,
    /// The text to begin with.
    pub before: String,
    pub error: Option<String>,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// The path to save to, and what follows then.
    Path(Then),
    /// The values of a field that is varied.
    Values(Side),
    /// The value of an option of advice.
    Option(Opt),
    /// What the variant is called that so many changes become.
    Keep(String),
    /// Another name of a variant.
    Rename(String),
    /// The file that a variant is written to.
    Export(String),
    /// The file that a form of the plan is written to; none is the clipboard.
    Form(Wanted),
}

impl Prompt {
    /// Asks with a text to begin with, all of it selected.
    pub fn new(ask: Ask, text: String) -> Prompt {
        Prompt { ask, input: Input::new(text.clone()), selection: Selection::All, before: text, error: None }
    }

    pub fn title(&self) -> String {
        match &self.ask {
            Ask::Path(_) => "save the plan to".to_owned(),
            Ask::Keep(changes) => format!("keep {changes} as a variant called"),
            Ask::Rename(name) => format!("call variant {}", shown(name)),
            Ask::Export(name) => format!("write variant {} to", shown(name)),
            Ask::Form(wanted) => {
                format!("write {} to (no path copies it)", wanted.form().map_or("", |form| form.name))
            }
            Ask::Option(Opt::MinFree) => "addresses that must stay free in every pool: 64 or 15%".to_owned(),
            Ask::Option(Opt::Burst) => "pods of a burst; none is as many as fill every node".to_owned(),
            Ask::Option(_) => "ranges to fill: 10.80.0.0/14, 100.64.0.0/16".to_owned(),
            Ask::Values(side) => {
                format!("values {}: 1,2,4 or 0..10 or 10..50/10; types as m5.*", side.name())
            }
        }
    }

    /// What accepting does.
    pub fn accepts(&self) -> &'static str {
        match self.ask {
            Ask::Path(_) => "saves",
            Ask::Values(_) => "takes them",
            Ask::Option(_) => "takes it",
            Ask::Keep(_) => "keeps it and takes the plan back",
            Ask::Rename(_) => "renames it",
            Ask::Export(_) | Ask::Form(_) => "writes it",
        }
    }
}

/// What follows once the plan is saved, or its changes are given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    Stay,
    Quit,
    Load(Source),
    /// Opens the edits that belong to a mark.
    LoadEdits(PathBuf),
}

/// A question with answers.
#[derive(Debug)]
pub struct Question {
    pub about: About,
    /// The marked answer.
    pub marked: usize,
    /// How far what it is about is scrolled.
    pub scroll: usize,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// There are changes, and the session is to leave the plan.
    Unsaved(Then),
    /// The file has changed on disk since it was read.
    Changed(PathBuf, Then),
    /// There is such a file already.
    Exists(PathBuf, Then),
    /// There is such a file already, where something that is not the plan is to be written.
    Taken(PathBuf),
    /// A session that ended without its user left edits of this plan.
    Left(Box<Offer>),
}

/// An answer to a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    Save,
    Discard,
    Overwrite,
    Reload,
    Elsewhere,
    Restore,
    Later,
    Cancel,
}

/// An answer, its key and its word, which begins with the key.
pub type Choice = (char, &'static str, Reply);

impl Question {
    /// A question, its first answer marked.
    pub fn new(about: About) -> Question {
        Question { about, marked: 0, scroll: 0 }
    }

    /// The answers.
    pub fn choices(&self) -> &'static [Choice] {
        match self.about {
            About::Unsaved(_) => &[
                ('s', "Save", Reply::Save),
                ('d', "Discard", Reply::Discard),
                ('c', "Cancel", Reply::Cancel),
            ],
            About::Changed(..) => &[
                ('c', "Cancel", Reply::Cancel),
                ('o', "Overwrite", Reply::Overwrite),
                ('r', "Reload", Reply::Reload),
                ('e', "Elsewhere", Reply::Elsewhere),
            ],
            About::Left(_) => &[
                ('r', "Restore", Reply::Restore),
                ('d', "Discard", Reply::Discard),
                ('l', "Later", Reply::Later),
            ],
            About::Exists(..) | About::Taken(_) => {
                &[('c', "Cancel", Reply::Cancel), ('o', "Overwrite", Reply::Overwrite)]
            }
        }
    }
}

impl Popup {
    /// Where keys are looked up while it is on top.
    pub fn context(&self) -> Context {
        match self {
            Popup::Text { .. } => Context::Reading,
            Popup::Picker(_) => Context::Picker,
            Popup::List(_) => Context::List,
            Popup::Prompt(_) => Context::Prompt,
            Popup::Question(_) => Context::Question,
        }
    }
}
