//! Reading a line: the manager, its keys, its steps.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::IpNet;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::{Allocation, COMMON, Kind, LOST, MANAGERS, Manager, Peer, Step, Word};
use crate::limits;
use crate::replay::timeline::{Line, Mistake, id};
use crate::suggest::nearest;
use crate::text::{excerpt, is_hostile};

/// Keys of every manager; what was seen elsewhere (`obs`) is passed over.
const OF_ALL: [&str; 4] = ["id", "manager", "steps", "obs"];

/// The keys of a line with the text of their values.
pub struct Keys<'l, 'a> {
    line: &'l Line<'a>,
    all: BTreeMap<String, &'a RawValue>,
}

/// The keys of a line that names a manager.
pub fn keys<'l, 'a>(line: &'l Line<'a>) -> Option<Keys<'l, 'a>> {
    let all: BTreeMap<String, &RawValue> = serde_json::from_str(line.line).ok()?;
    all.contains_key("manager").then_some(Keys { line, all })
}

impl<'a> Keys<'_, 'a> {
    /// What the line says.
    ///
    /// # Errors
    /// An unknown manager, key or step, a value of another shape, numbers beyond bounds.
    pub fn allocation(&self, number: u64) -> Result<Allocation, Mistake> {
        let name: String = self.needed("manager", "the name of an address manager")?;
        let known = MANAGERS.iter().map(|manager| manager.name);
        let manager = MANAGERS.iter().find(|manager| manager.name == name);
        let manager =
            manager.ok_or_else(|| self.unknown("manager", "manager", "managers", &name, known.collect()))?;
        for key in self.all.keys().filter(|key| !OF_ALL.contains(&key.as_str())) {
            if !manager.keys.contains(&key.as_str()) {
                let plural = format!("keys of {name}");
                return Err(self.unknown(key, "key", &plural, key, manager.keys.to_vec()));
            }
        }
        let id = id(self.given("id", "text or a number")?, number);
        Ok(Allocation { id, setup: (manager.read)(self)?, steps: self.steps(manager)? })
    }

    fn steps(&self, manager: &Manager) -> Result<Vec<Step>, Mistake> {
        let list: Vec<&RawValue> = self.needed("steps", "a list of steps")?;
        let (mut steps, mut come, mut peers) = (Vec::new(), 0, 0);
        for raw in list {
            let step = self.step(manager, raw)?;
            come += comers(&step);
            self.line.between(raw.get(), "names that come in all", come, 0..=limits::REPLAY_PODS)?;
            peers += u64::from(matches!(step, Step::Peer(Peer::Joins, _)));
            self.line.between(raw.get(), "peers that join in all", peers, 0..=limits::REPLAY_PEERS)?;
            steps.push(step);
        }
        Ok(steps)
    }

    fn step(&self, manager: &Manager, raw: &'a RawValue) -> Result<Step, Mistake> {
        let list: Vec<Value> = self.line.needed("a step", Some(raw), "a list that begins with its name")?;
        let name = list.first().and_then(Value::as_str).unwrap_or_default();
        let own = |word: &&Word| manager.words.iter().any(|other| other.name == word.name);
        let words = || manager.words.iter().chain(COMMON.iter().filter(|word| !own(word)));
        let Some(word) = words().find(|word| word.name == name) else {
            let names: Vec<&str> = words().map(|word| word.name).collect();
            let message =
                format!("{} has no step {}; its steps are {}", manager.name, excerpt(name), names.join(", "));
            let help = nearest(name, names).map(|n| format!("did you mean \"{n}\"?"));
            return Err(Mistake { help, ..self.line.mistake(raw.get(), message) });
        };
        let rest = list.get(1..).unwrap_or_default();
        let step = step(word.step, rest);
        step.ok_or_else(|| self.line.mistake(raw.get(), format!("this step is written {}", word.written)))
    }

    /// A CIDR that must be there.
    ///
    /// # Errors
    /// It is missing, or no CIDR.
    pub fn cidr(&self, key: &str) -> Result<IpNet, Mistake> {
        let text: String = self.needed(key, "a CIDR, as in \"10.0.0.0/16\"")?;
        self.parsed(key, &text, "a CIDR, as in \"10.0.0.0/16\"")
    }

    /// A CIDR or an address that may be there.
    ///
    /// # Errors
    /// It is another thing.
    pub fn maybe<T: std::str::FromStr>(&self, key: &str, must: &str) -> Result<Option<T>, Mistake> {
        let text: Option<String> = self.given(key, must)?;
        text.map(|text| self.parsed(key, &text, must)).transpose()
    }

    /// Text of a key as something else.
    ///
    /// # Errors
    /// It is not that.
    pub fn parsed<T: std::str::FromStr>(&self, key: &str, text: &str, must: &str) -> Result<T, Mistake> {
        let message = || format!("{key}: {} is not {must}", excerpt(text));
        text.parse().map_err(|_| self.mistake(key, message()))
    }

    /// The value of a key that may be there.
    ///
    /// # Errors
    /// It has another shape.
    pub fn given<T: Deserialize<'a>>(&self, key: &str, must: &str) -> Result<Option<T>, Mistake> {
        self.line.given(key, self.all.get(key).copied(), must)
    }

    /// The value of a key that must be there.
    ///
    /// # Errors
    /// It is missing, or has another shape.
    pub fn needed<T: Deserialize<'a>>(&self, key: &str, must: &str) -> Result<T, Mistake> {
        self.line.needed(key, self.all.get(key).copied(), must)
    }

    /// A count in the value of a key that has a bound.
    ///
    /// # Errors
    /// It is beyond.
    pub fn at_most(&self, key: &str, what: &str, count: usize, most: u64) -> Result<(), Mistake> {
        let text = self.all.get(key).map_or(self.line.line, |raw| raw.get());
        self.line.between(text, what, count as u64, 0..=most).map(|_| ())
    }

    /// A mistake in the value of a key.
    pub fn mistake(&self, key: &str, message: String) -> Mistake {
        self.line.mistake(self.all.get(key).map_or(self.line.line, |raw| raw.get()), message)
    }

    fn unknown(&self, key: &str, one: &str, all: &str, name: &str, known: Vec<&str>) -> Mistake {
        let message = format!("there is no {one} {}; the {all} are {}", excerpt(name), known.join(", "));
        let help = nearest(name, known).map(|n| format!("did you mean \"{n}\"?"));
        Mistake { help, ..self.mistake(key, message) }
    }
}

/// How many come in a step, at most.
fn comers(step: &Step) -> u64 {
    match step {
        Step::Come(..) => 1,
        Step::Fill(most) => *most,
        Step::At(_, step) => comers(step),
        _ => 0,
    }
}

/// What a step says after its word.
fn step(kind: Kind, rest: &[Value]) -> Option<Step> {
    let address = |value: &Value| value.as_str()?.parse::<IpAddr>().ok();
    match (kind, rest) {
        (Kind::At(kind), [peer, rest @ ..]) => Some(Step::At(name(peer)?, Box::new(step(*kind, rest)?))),
        (Kind::Peer(does), [peer]) => name(peer).map(|peer| Step::Peer(does, peer)),
        (Kind::TakeOver, [peer, by]) => Some(Step::TakeOver(name(peer)?, name(by)?)),
        (Kind::Come(most), [who, addresses @ ..]) if addresses.len() <= most => {
            let addresses: Option<Vec<IpAddr>> = addresses.iter().map(address).collect();
            Some(Step::Come(name(who)?, addresses?))
        }
        (Kind::Go, [who]) => name(who).map(Step::Go),
        (Kind::Vanish, [who]) => name(who).map(Step::Vanish),
        (Kind::Lose, [what]) => {
            LOST.iter().find(|(name, _)| what.as_str() == Some(name)).map(|(_, lost)| Step::Lose(*lost))
        }
        (Kind::Fill, [most]) => most.as_u64().filter(|most| *most <= limits::REPLAY_PODS).map(Step::Fill),
        (Kind::Restart, []) => Some(Step::Restart),
        (Kind::Look, []) => Some(Step::Look),
        _ => None,
    }
}

/// A name that can be printed as it is.
fn name(value: &Value) -> Option<String> {
    let name = value.as_str()?;
    let good =
        !name.is_empty() && name.chars().count() <= limits::NAME_CHARS && !name.chars().any(is_hostile);
    good.then(|| name.to_string())
}

/// Names in a key are held to the same.
pub fn is_name(text: &str) -> bool {
    name(&Value::from(text)).is_some()
}
