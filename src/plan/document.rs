//! The plan file's text as something that can be edited and undone. Comments, order and the way values are
//! written survive.

use super::{Place, Plan, Problem, Row};

/// A plan text under edit. It always reads as a valid [`Plan`] (as far as can be told without instance
/// tables): an edit that would make it invalid is refused and leaves no trace.
#[derive(Debug, Clone)]
pub struct Document {}

/// One change. Applying it gives the change that takes it back.
#[derive(Debug, Clone)]
pub enum Edit {
    /// The value of a key, as TOML; `None` removes the key (back to its default).
    Set { place: Place, value: Option<String> },
    /// Adds a row so that it gets this place; the text is the table's body as TOML.
    Insert { row: Row, body: String },
    /// Takes a row away.
    Remove { row: Row },
    /// Moves a row to the place of another of its kind in the same table.
    Move { from: Row, to: Row },
    /// Several, as one.
    Many(Vec<Edit>),
}

impl Document {
    /// A document of a text that [`super::parse`] accepts; otherwise its problems.
    pub fn new(text: &str) -> Result<Document, Vec<Problem>> {
        let _ = text;
        todo!()
    }

    /// The text, comments and all.
    pub fn text(&self) -> String {
        todo!()
    }

    /// The plan that the text means.
    pub fn plan(&self) -> &Plan {
        todo!()
    }

    /// What a field holds, as the user would type it in the form; `None` if the key is absent.
    pub fn value(&self, place: &Place) -> Option<String> {
        let _ = place;
        todo!()
    }

    /// Applies an edit and gives the one that takes it back, or the problems that the result would have, and
    /// then nothing has changed.
    pub fn apply(&mut self, edit: Edit) -> Result<Edit, Vec<Problem>> {
        let _ = edit;
        todo!()
    }
}
