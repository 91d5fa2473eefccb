//! The situation that the table of pools shows.

use crate::engine::{Holding, PoolRow};

/// A situation of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Situation {
    Settled,
    Churned,
    Upgrade,
}

impl Situation {
    pub fn name(self) -> &'static str {
        match self {
            Situation::Settled => "settled",
            Situation::Churned => "churned",
            Situation::Upgrade => "upgrade",
        }
    }

    /// What it means, for a title.
    pub fn doc(self) -> &'static str {
        match self {
            Situation::Settled => "every node came up empty and got its pods",
            Situation::Churned => "every node once was full, then fell back to today's pods; the worst case",
            Situation::Upgrade => "settled, and the surge nodes of a rolling upgrade",
        }
    }

    /// What a pool's holders hold in it; `None` while that is not computed.
    pub fn of(self, pool: &PoolRow) -> Option<&Holding> {
        match self {
            Situation::Settled => Some(&pool.settled),
            Situation::Churned => None,
            Situation::Upgrade => None,
        }
    }
}

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
