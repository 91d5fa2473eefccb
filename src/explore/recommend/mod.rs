//! Recommendations: which settings of a cluster's warm pools, and which nodes, nobody beats.
//!
//! What is searched is a table ([`DIMENSIONS`]), and the user says how far ([`Allowed`]). Tried are the values at
//! which something can change ([`setting`]) on every fleet that runs all pods ([`fleet`]); what would leave pods
//! without an address or a pool with too little is none of the choices ([`accept`]). Of the others stay those that no
//! other one beats ([`front`]) in addresses held, settled and after churn at the worst, in pods of a burst that start
//! at once and in the wait of the rest, in EC2 calls and in price. A few of these are picked, each with the reason
//! why ([`pick`]).
//!
//! One cluster is looked at, the others stay as they are: what their settings should be is a question of its own.
//!
//! | step | |
//! |---|---|
//! | [`Search::new`] | every fleet, its pods placed |
//! | [`Search::try_part`] | some combinations; whoever has several cores does several parts at once |
//! | [`Found::add`] | what nobody beats so far |
//! | [`Search::answer`] | the few that are shown |

pub mod accept;
pub mod dimension;
pub mod fleet;
pub mod front;
pub mod pick;
pub mod setting;
pub mod words;

pub use accept::{Fault, Must};
pub use dimension::{Allowed, Bounds, DIMENSIONS};
pub use front::{Front, OBJECTIVES, cost};
pub use pick::{Answer, Choice, Now};

use std::cmp::Ordering;
use std::sync::Arc;

use super::{Change, Comes, Trials};
use crate::cni::Settings;
use crate::engine::alone::Alone;
use crate::engine::burst::Bursts;
use crate::engine::{Evaluation, Placements, figures};
use crate::instance::Tables;
use crate::limits;
use crate::plan::document::{Edit, field_of};
use crate::plan::{Place, Plan, Problem};
use crate::text::{list, thousands};
use fleet::{Manned, Yard, changes, must_change};
use setting::Setting;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    pub allowed: Allowed,
    pub must: Must,
    /// Pods of the burst; `None`: as many as the plan's own.
    pub burst: Option<u64>,
}

/// Combinations that are tried in one go.
const PART: usize = 256;

/// A search that can begin.
#[derive(Debug)]
pub struct Search {
    pub plan: Plan,
    /// What is evaluated: the cluster beside what the others hold, or the whole plan where they cannot be told apart.
    alone: Option<Alone>,
    tables: Arc<Tables>,
    pub ask: Ask,
    /// Pods of the burst.
    pub burst: u64,
    now: Setting,
    /// What makes the plan of any fleet the plan again.
    back: Vec<Change>,
    spaces: Vec<Space>,
    /// Of every part its space and its first setting there.
    parts: Vec<(usize, usize)>,
    /// Whether values were left out.
    pub thinned: bool,
}

/// The settings that are tried on one fleet.
#[derive(Debug)]
struct Space {
    manned: Manned,
    settings: Vec<Setting>,
}

/// A combination.
#[derive(Debug, Clone, PartialEq)]
pub struct Tried {
    /// What differs from the plan, as it is typed.
    pub values: Vec<(Place, String)>,
    pub comes: Comes,
}

/// What is known of some combinations.
#[derive(Debug, Default)]
pub struct Found {
    /// Combinations that were tried, and those of them that are choices.
    pub tried: u64,
    pub fit: u64,
    front: Front<Tried>,
    /// The one that is nearest to being a choice, where none is.
    nearest: Option<(Fault, Tried)>,
}

impl Search {
    /// A search in a plan; `None` if `go_on` says no.
    ///
    /// # Errors
    ///
    /// A cluster without nodes under the AWS VPC CNI, the first rule that the plan breaks, more combinations than
    /// [`limits::SWEPT`].
    pub fn new(
        plan: &Plan,
        tables: Arc<Tables>,
        ask: Ask,
        go_on: &dyn Fn() -> bool,
    ) -> Result<Option<Search>, String> {
        let c = ask.allowed.cluster;
        let cluster = plan.clusters.get(c).ok_or("there is no such cluster")?;
        if !cluster.manager.is_aws() {
            return Err(format!(
                "{} has no warm pools: recommendations are for clusters under aws-vpc-cni",
                crate::text::excerpt(&cluster.name)
            ));
        }
        let now = Setting::of(&Settings::over_manifest(&cluster.env));
        let alone = Alone::of(plan, c, &tables).map_err(|problems| Problem::first(&problems))?;
        let looked = alone.as_ref().map_or(plan, |alone| &alone.plan);
        let evaluation = figures(looked, &tables, &mut Placements::default());
        let evaluation = evaluation.map_err(|problems| Problem::first(&problems))?;
        let own = evaluation.burst_of(looked, Some(c), None, &mut Bursts::default());
        let burst = ask.burst.unwrap_or(own.map_or(0, |burst| burst.pods));
        let must = must_change(looked, &ask.allowed);
        if must.len() > 1 {
            let names: Vec<&str> =
                must.iter().filter_map(|g| Some(cluster.node_groups.get(*g)?.name.as_ref())).collect();
            return Err(format!(
                "{} would have to change at once, and one group is changed at a time: allow values of one by its path, \
                 such as {}.nodes=...",
                list(&names),
                crate::text::shown(&plan.place_of_group(c, must.first().copied().unwrap_or(0)).path(plan))
            ));
        }
        let Some(manned) = Yard::new(looked, &tables, &ask.allowed, now).manned(burst, go_on) else {
            return Ok(None);
        };
        if manned.is_empty() {
            return Err(format!(
                "{} has no nodes to recommend settings for: add a node group",
                crate::text::excerpt(&cluster.name)
            ));
        }
        let mut thinned = false;
        let budget = Budget::of(&manned);
        let space = |manned: Manned| {
            let (settings, thin) = setting::settings(&now, &manned, &ask.allowed, budget.values(&manned));
            thinned |= thin;
            Space { manned, settings }
        };
        let spaces: Vec<Space> = manned.into_iter().map(space).collect();
        let all: usize = spaces.iter().map(|space| space.settings.len()).sum();
        if all > limits::SWEPT {
            return Err(format!(
                "{} combinations: at most {} are tried, keep or allow less",
                thousands(all as u64),
                thousands(limits::SWEPT as u64)
            ));
        }
        let starts = |(s, space): (usize, &Space)| {
            (0..space.settings.len()).step_by(PART).map(move |at| (s, at)).collect::<Vec<_>>()
        };
        let parts = spaces.iter().enumerate().flat_map(starts).collect();
        let back = Change::back(plan, c);
        let plan = plan.clone();
        Ok(Some(Search { plan, alone, tables, ask, burst, now, back, spaces, parts, thinned }))
    }

    /// Parts that the search has.
    pub fn parts(&self) -> usize {
        self.parts.len()
    }

    /// Combinations that the search has.
    pub fn combinations(&self) -> usize {
        self.spaces.iter().map(|space| space.settings.len()).sum()
    }

    /// Tries the combinations of a part. `trials` are those of this search.
    pub fn try_part(&self, part: usize, trials: &mut Trials) -> Found {
        let mut found = Found::default();
        let Some((space, first)) = self.parts.get(part) else { return found };
        let Some(space) = self.spaces.get(*space) else { return found };
        for setting in space.settings.iter().skip(*first).take(PART) {
            self.try_one(space, setting, trials, &mut found);
        }
        found
    }

    fn try_one(&self, space: &Space, setting: &Setting, trials: &mut Trials, found: &mut Found) {
        let c = self.ask.allowed.cluster;
        let changes = changes(&self.plan, &self.now, setting, c, &self.back, &space.manned.fleet);
        let Some(changes) = changes else { return };
        let Ok(evaluation) = self.look(trials, &changes) else { return };
        found.tried += 1;
        let refused = setting.refused(&space.manned.kinds);
        let fault = self.ask.must.fault(&evaluation, &self.plan, c, refused);
        let nearer = |fault: &Fault| match &found.nearest {
            None => found.fit == 0,
            Some((known, _)) => found.fit == 0 && fault.distance() < known.distance(),
        };
        let values = || -> Vec<(Place, String)> {
            let settings = setting.differences(&self.now, c);
            space.manned.fleet.values.iter().cloned().chain(settings).collect()
        };
        match fault {
            None => {
                let Some(comes) = trials.of_cluster(&evaluation, c, self.burst) else { return };
                found.fit += 1;
                let values = values();
                found.front.put(cost(&comes, &values), Tried { values, comes }, rather);
            }
            Some(fault) if nearer(&fault) => {
                let Some(comes) = trials.of_cluster(&evaluation, c, self.burst) else { return };
                found.nearest = Some((fault, Tried { values: values(), comes }));
            }
            Some(_) => {}
        }
    }

    /// What the cluster comes to with changes, beside the others.
    fn look(&self, trials: &mut Trials, changes: &[Change]) -> Result<Evaluation, String> {
        trials.plan(self.alone.as_ref().map_or(&self.plan, |alone| &alone.plan), changes);
        let mut evaluation = trials.evaluation(&self.tables)?;
        if let Some(alone) = &self.alone {
            alone.join(&mut evaluation);
        }
        Ok(evaluation)
    }

    /// What the plan comes to as it is, and why it is no choice if it is none.
    ///
    /// # Errors
    ///
    /// The first rule that it breaks.
    pub fn present(&self) -> Result<(Comes, Option<Fault>), String> {
        let mut trials = Trials::default();
        let evaluation = self.look(&mut trials, &[])?;
        let c = self.ask.allowed.cluster;
        let refused = self.now.refused(&evaluation.kinds(&self.plan, c));
        let fault = self.ask.must.fault(&evaluation, &self.plan, c, refused);
        let comes = trials.of_cluster(&evaluation, c, self.burst).ok_or("there is no plan")?;
        Ok((comes, fault))
    }

    /// The edit that makes the plan one of the combinations.
    ///
    /// # Errors
    ///
    /// A value that its field does not take.
    pub fn edit(&self, tried: &Tried) -> Result<Edit, String> {
        let edits = tried.values.iter().map(|(place, text)| {
            let field = field_of(place).ok_or("there is no such field")?;
            let value = if text.is_empty() { None } else { field.parse(text)? };
            Ok(Edit::Set { place: place.clone(), value })
        });
        Ok(Edit::Many(edits.collect::<Result<_, String>>()?))
    }
}

/// How much is tried.
struct Budget {
    fleets: usize,
}

/// Bursts of nodes that are lived for the nodes that there are, and as many again for all others: a few seconds.
const LIVES: usize = 60_000;

impl Budget {
    fn of(manned: &[Manned]) -> Budget {
        Budget { fleets: manned.iter().filter(|manned| !manned.fleet.values.is_empty()).count() }
    }

    /// Values of one target that are tried on a fleet: of two targets every pair that differs in what it does, about
    /// half of all, on each kind of nodes.
    fn values(&self, on: &Manned) -> usize {
        let kinds = on.kinds.len().max(1);
        let (fleets, least, most) = match on.fleet.values.is_empty() {
            true => (1, 16, 256),
            false => (self.fleets.max(1), 6, 48),
        };
        (2 * LIVES / (kinds * fleets)).isqrt().clamp(least, most)
    }
}

/// Of two that come to the same rather the one that changes less.
fn rather(a: &Tried, b: &Tried) -> Ordering {
    a.values.len().cmp(&b.values.len())
}

impl Found {
    /// Adds what another part came to.
    pub fn add(&mut self, other: Found) {
        self.tried += other.tried;
        self.fit += other.fit;
        for (cost, tried) in other.front.members {
            self.front.put(cost, tried, rather);
        }
        if let Some((fault, tried)) = other.nearest {
            let nearer = |(known, _): &(Fault, Tried)| fault.distance() < known.distance();
            if self.nearest.as_ref().is_none_or(nearer) {
                self.nearest = Some((fault, tried));
            }
        }
    }

    /// The combinations that nobody beats.
    pub fn front(&self) -> impl Iterator<Item = &Tried> {
        self.front.members.iter().map(|(_, tried)| tried)
    }
}
