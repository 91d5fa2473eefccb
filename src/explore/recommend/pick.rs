//! The few choices that are shown, out of those that nobody beats.
//!
//! The first is the middle ground: of the choices on the nodes that there are the one that is nearest to the best of
//! everything at once. After it comes the best in each objective; of several best ones that which is one already, then
//! that which is nearest to the middle ground. Where the plan is beaten as it is and none of these beats it, the one
//! that does so is added.

use super::super::{Comes, figure::NEVER};
use super::front::is_on_own_nodes;
use super::front::{Cost, beats, cost};
use super::{Fault, Found, OBJECTIVES, Search, Tried, words};
use crate::text::thousands;

/// The middle ground.
pub const BALANCED: &str = "balanced";
/// What is as good as the plan in everything, and better in something.
pub const BETTER: &str = "better-than-now";
/// Most choices that are shown.
const MOST: usize = 6;

/// A choice that is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// Why it is there: [`BALANCED`], [`BETTER`], or what it is best in.
    pub names: Vec<&'static str>,
    pub tried: Tried,
    /// The same in a sentence, with figures.
    pub why: String,
    /// Whether it beats the plan as it is.
    pub beats_now: bool,
}

/// The plan as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Now {
    pub comes: Comes,
    /// Why it is no choice.
    pub fault: Option<Fault>,
    /// Choices that beat it, of all that nobody beats.
    pub beaten_by: u64,
    /// Its place in a sentence.
    pub place: String,
}

/// What a search comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The name of the cluster.
    pub cluster: String,
    /// Pods of the burst.
    pub burst: u64,
    /// Combinations that were tried, those of them that are choices, and those of these that nobody beats.
    pub tried: u64,
    pub fit: u64,
    pub unbeaten: u64,
    /// Whether only some of the values were tried.
    pub thinned: bool,
    /// What was not searched, or is not shown, and why.
    pub notes: Vec<String>,
    pub now: Now,
    /// The first is what is recommended; none where nothing is a choice.
    pub choices: Vec<Choice>,
    /// What comes nearest to being a choice where none is, and why it is none.
    pub nearest: Option<(Fault, Tried)>,
}

impl Answer {
    /// A choice by its number, from 1 on, or by one of its names.
    ///
    /// # Errors
    ///
    /// There is no such choice.
    pub fn choice(&self, text: &str) -> Result<&Choice, String> {
        let number = text.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
        let named = || self.choices.iter().find(|choice| choice.names.contains(&text));
        let found = number.map_or_else(named, |at| self.choices.get(at));
        found.ok_or_else(|| match self.choices.as_slice() {
            [] => "there is no choice to apply".to_owned(),
            all => {
                let names: Vec<&str> = all.iter().flat_map(|choice| choice.names.clone()).collect();
                format!(
                    "no choice is {}: write a number from 1 to {}, or {}",
                    crate::text::excerpt(text),
                    all.len(),
                    names.join(", ")
                )
            }
        })
    }
}

impl Search {
    /// The few choices that are shown.
    ///
    /// # Errors
    ///
    /// The first rule that the plan breaks.
    pub fn answer(&self, found: &Found) -> Result<Answer, String> {
        let (now, fault) = self.present()?;
        let members: Vec<(Cost, &Tried)> =
            found.front().map(|tried| (cost(&tried.comes, &tried.values), tried)).collect();
        let own = cost(&now, &[]);
        let beaten_by = members.iter().filter(|(cost, _)| beats(cost, &own)).count() as u64;
        let choices: Vec<Choice> = pick(&members, &now, &own)
            .into_iter()
            .filter_map(|(at, names)| {
                let (cost, tried) = members.get(at)?;
                let why = words::why(&names, &tried.comes, &now, self.burst);
                Some(Choice { names, tried: (*tried).clone(), why, beats_now: beats(cost, &own) })
            })
            .collect();
        let place = words::place(fault.as_ref(), beaten_by, &choices, members.is_empty());
        Ok(Answer {
            cluster: self
                .plan
                .clusters
                .get(self.ask.allowed.cluster)
                .map_or(String::new(), |c| c.name.to_string()),
            burst: self.burst,
            tried: found.tried,
            fit: found.fit,
            unbeaten: members.len() as u64,
            thinned: self.thinned,
            notes: self.notes(&members, &now),
            now: Now { comes: now, fault, beaten_by, place },
            choices,
            nearest: found.nearest.clone().filter(|_| found.fit == 0),
        })
    }

    /// What was not searched, or is not shown, and why.
    fn notes(&self, members: &[(Cost, &Tried)], now: &Comes) -> Vec<String> {
        let mut notes = self.ask.allowed.fixed(&self.plan);
        let more = members.iter().filter(|(_, tried)| never(&tried.comes) > never(now)).count();
        if more > 0 && more < members.len() {
            notes.push(format!(
                "{} not shown, as more pods of the burst than now get no address there: --burst N asks about a smaller \
                 one",
                if more == 1 { "1 of these is".to_owned() } else { format!("{} of these are", thousands(more as u64)) }
            ));
        }
        if self.burst == 0 {
            notes.push(
                "no node is ever fuller than today, so that no burst was looked at, and only addresses and prices \
                 count: peak_replicas say how many pods may come, or --burst N"
                    .to_owned(),
            );
        }
        notes
    }
}

/// Pods of the burst that never get an address.
fn never(comes: &Comes) -> u64 {
    comes.burst.map_or(0, |burst| burst.never)
}

/// Indices of the choices that are shown, each with its names. Choices that do not serve a burst that now is served
/// are not shown, however little they hold.
fn pick(members: &[(Cost, &Tried)], now: &Comes, cost_now: &Cost) -> Vec<(usize, Vec<&'static str>)> {
    let served = |at: &usize| members.get(*at).is_some_and(|(_, tried)| never(&tried.comes) <= never(now));
    let mut all: Vec<usize> = (0..members.len()).filter(served).collect();
    if all.is_empty() {
        all = (0..members.len()).collect();
    }
    let on_own = |at: &usize| members.get(*at).is_some_and(|(_, tried)| is_on_own_nodes(&tried.values));
    let own: Vec<usize> = all.iter().copied().filter(on_own).collect();
    let among = if own.is_empty() { &all } else { &own };
    let scores = scores(members, among);
    let score = |at: &usize| scores.get(*at).copied().unwrap_or(f64::INFINITY);
    let nearest = |some: &mut dyn Iterator<Item = usize>| some.min_by(|a, b| score(a).total_cmp(&score(b)));
    let mut picked: Vec<(usize, Vec<&'static str>)> = Vec::new();
    picked.extend(nearest(&mut among.iter().copied()).map(|at| (at, vec![BALANCED])));
    for (i, objective) in OBJECTIVES.iter().enumerate() {
        let value =
            |at: &usize| members.get(*at).and_then(|(cost, _)| cost.get(i)).copied().unwrap_or(i64::MAX);
        let Some(best) = all.iter().map(value).min() else { break };
        let mut ties: Vec<usize> = all.iter().copied().filter(|at| value(at) == best).collect();
        // where all are alike none is best
        if ties.len() == all.len() {
            continue;
        }
        // other nodes only for what those that there are cannot do
        if ties.iter().any(on_own) {
            ties.retain(on_own);
        }
        if let Some((_, names)) = picked.iter_mut().find(|(at, _)| ties.contains(at)) {
            names.push(objective.best);
        } else if picked.len() < MOST {
            picked.extend(nearest(&mut ties.into_iter()).map(|at| (at, vec![objective.best])));
        }
    }
    let beaten = |at: &usize| members.get(*at).is_some_and(|(cost, _)| beats(cost, cost_now));
    if !picked.iter().any(|(at, _)| beaten(at))
        && let Some(at) = nearest(&mut all.iter().copied().filter(beaten))
    {
        picked.push((at, vec![BETTER]));
    }
    picked
}

/// How far each choice is from the best of everything at once: the sum of the squares of what it is worse by in each
/// objective, of the range that there is among some of them.
fn scores(members: &[(Cost, &Tried)], among: &[usize]) -> Vec<f64> {
    let bounds = |i: usize| {
        let values = among.iter().filter_map(|at| members.get(*at)?.0.get(i).copied());
        values.filter(|v| *v != NEVER).fold((i64::MAX, i64::MIN), |(a, b), v| (a.min(v), b.max(v)))
    };
    let bounds: Vec<(i64, i64)> = (0..OBJECTIVES.len()).map(bounds).collect();
    let part = |value: i64, (least, most): (i64, i64)| -> f64 {
        // what never comes is farther away than anything that does
        if value == NEVER {
            return 2.0;
        }
        // where those all are alike, others are measured by what they have: half as much again is worse by a half
        let range = if most > least { most as f64 - least as f64 } else { (least as f64).abs().max(1.0) };
        ((value as f64 - least as f64) / range).max(0.0)
    };
    let score = |(cost, _): &(Cost, &Tried)| -> f64 {
        cost.iter().zip(&bounds).map(|(value, bounds)| part(*value, *bounds).powi(2)).sum()
    };
    members.iter().map(score).collect()
}
