//! The situation that the table of pools shows.

pub use crate::engine::Situation;

/// What the table of pools shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    One(Situation),
    /// All of them side by side.
    All,
}

impl Show {
    /// The next one: each situation, then all.
    pub fn next(self) -> Show {
        match self {
            Show::One(Situation::Settled) => Show::One(Situation::Churned),
            Show::One(Situation::Churned) => Show::One(Situation::Upgrade),
            Show::One(Situation::Upgrade) => Show::All,
            Show::All => Show::One(Situation::Settled),
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Show::One(situation) => situation.name(),
            Show::All => "all situations",
        }
    }
}
