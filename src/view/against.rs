//! What has changed in a table since the baseline, beside its figures.
//!
//! The figures of a table get room for it as soon as a baseline is pinned, so that nothing moves while one types:
//! for ` (+430)` where no column has to give way for that, otherwise for a sign. A cell whose change is longer than the
//! room has the sign too.

use super::Look;
use crate::app::baseline::Against;
use crate::app::sheet::{Column, Figures};
use crate::compare::Worth;

/// How much is said of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `549 (+430)`, `t3.large -> m5.large`.
    Full,
    /// `549 ↑`, `m5.large *`.
    Short,
}

/// Room that a table may keep beside each of its main figures, the widest that fits: for ` (+1,234)`, ` (+999)`, ` ↑`.
pub const ROOMS: [u16; 3] = [9, 7, SHORT];
/// Room for ` ↑`, which any figure keeps.
const SHORT: u16 = 2;

/// Text of a cell: what it says, and what is to be said of its change after that.
pub struct Said {
    pub text: String,
    pub change: String,
    pub worth: Worth,
}

/// The room that a column keeps for its changes, whether there are any or not, where main figures keep so much.
pub fn room(column: &Column, main: u16) -> u16 {
    match (column.varies, column.better) {
        (false, _) => 0,
        (true, Some(_)) => main,
        (true, None) => SHORT,
    }
}

/// What a cell says.
pub fn said(
    against: Option<&Against>,
    figures: &Figures,
    (index, column): (usize, &Column),
    row: usize,
    form: Form,
    look: &Look,
) -> Said {
    let text = (column.cell)(figures, row);
    let plain = |text: String| Said { text, change: String::new(), worth: Worth::Neutral };
    let Some(against) = against else { return plain(text) };
    if against.is_new(row) {
        return plain(if index == 0 { format!("{text} (new)") } else { text });
    }
    let Some(change) = against.change(figures, column, row) else {
        // a finding that says something else now
        let otherwise = index == 0 && against.reads_otherwise(figures, row);
        return plain(if otherwise { format!("{text} *") } else { text });
    };
    let sign = match change.grew() {
        Some(true) => look.symbols.above,
        Some(false) => look.symbols.below,
        None => "*",
    };
    let worth = change.worth(column.better);
    match form {
        Form::Full if column.varies && change.grew().is_some() => {
            let by = change.text().strip_prefix(text.as_str()).unwrap_or_default().to_owned();
            Said { text, change: by, worth }
        }
        Form::Full => plain(change.text()),
        Form::Short if column.varies => Said { text, change: format!(" {sign}"), worth },
        Form::Short => plain(format!("{text} {sign}")),
    }
}
