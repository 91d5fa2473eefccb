//! Plan text -> [`Plan`], with every mistake at once.

use super::{Place, Plan, Problem};
use std::ops::Range;

/// What came of a plan text.
#[derive(Debug)]
pub struct Parsed {
    /// The plan, if there is not a single problem.
    pub plan: Option<Plan>,
    /// Every mistake, in the order of the text, each with its span.
    pub problems: Vec<Problem>,
}

impl Parsed {
    /// The bytes of the text at which `place` stands: the value of a key, the header of a row, and for a key
    /// that is not there the header of its row.
    pub fn span(&self, place: &Place) -> Option<Range<usize>> {
        let _ = place;
        None
    }
}

/// Reads and checks a plan text. Never fails otherwise than by [`Parsed::problems`].
pub fn parse(text: &str) -> Parsed {
    let _ = text;
    todo!()
}
