//! Timelines of an address manager: who comes, who goes, and what each gets.
//!
//! A line has `manager`, the keys of that manager and `steps`; `obs` is passed over, so that what was seen can be
//! kept beside it. [`MANAGERS`] has one row a manager: its keys, its steps, how it is read.
//!
//! | module | what it knows |
//! |---|---|
//! | `read` | keys and steps of a line, and what is wrong with them |
//! | `managers` | each manager of the table: set up, stepped, looked at |
//! | `weave` | Weave, whose steps are those of a peer |

mod managers;
mod read;
mod weave;

use std::net::IpAddr;

use serde_json::{Map, Value, json};

pub use managers::Setup;
pub(super) use read::keys;

use super::timeline::Mistake;
use crate::ipam::host_local::Lost;

/// What happens to a manager.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allocation {
    pub id: String,
    pub setup: Setup,
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Someone comes, and perhaps asks for addresses.
    Come(String, Vec<IpAddr>),
    /// Someone goes.
    Go(String),
    /// A container ends without a word.
    Vanish(String),
    Lose(Lost),
    /// The program starts again.
    Restart,
    /// New ones come until one gets nothing, at most so many.
    Fill(u64),
    Look,
    /// A step on one of several peers.
    At(String, Box<Step>),
    Peer(Peer, String),
    /// The first is dead, and the second takes over what it has.
    TakeOver(String, String),
}

/// What a peer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peer {
    /// It is new, or back.
    Joins,
    /// It is gone, and keeps what it has.
    Stops,
    /// It leaves, and hands over what it has.
    Leaves,
}

/// A word that is a step of a manager, and how it is written.
pub struct Word {
    pub name: &'static str,
    pub step: Kind,
    pub written: &'static str,
}

/// What can follow the word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A name, and at most so many addresses.
    Come(usize),
    Go,
    Vanish,
    Lose,
    Restart,
    Fill,
    Look,
    /// The name of a peer, then what can follow here.
    At(&'static Kind),
    Peer(Peer),
    TakeOver,
}

/// A row of the table.
pub struct Manager {
    pub name: &'static str,
    pub keys: &'static [&'static str],
    pub words: &'static [Word],
    read: fn(&read::Keys<'_, '_>) -> Result<Setup, Mistake>,
}

const fn word(name: &'static str, step: Kind, written: &'static str) -> Word {
    Word { name, step, written }
}

/// The managers.
pub const MANAGERS: &[Manager] = &[
    Manager {
        name: "docker",
        keys: &["subnet", "ip_range", "gateway", "aux", "name", "network_id"],
        words: &[
            word("attach", Kind::Come(1), r#"["attach", container] or ["attach", container, address]"#),
            word("detach", Kind::Go, r#"["detach", container]"#),
        ],
        read: managers::docker,
    },
    Manager {
        name: "host-local",
        keys: &["ranges"],
        words: &[
            word("add", Kind::Come(16), r#"["add", container] or ["add", container, address, …]"#),
            word("del", Kind::Go, r#"["del", container]"#),
            word("vanish", Kind::Vanish, r#"["vanish", container]"#),
            word("lose", Kind::Lose, r#"["lose", "everything", "address-files" or "last-reserved"]"#),
        ],
        read: managers::host_local,
    },
    Manager {
        name: "node-cidr",
        keys: &["cluster_cidr", "node_mask", "service_cidrs"],
        words: &[
            word("join", Kind::Come(0), r#"["join", node]"#),
            word("leave", Kind::Go, r#"["leave", node]"#),
            word("restart", Kind::Restart, r#"["restart"]"#),
        ],
        read: managers::node_cidr,
    },
    Manager {
        name: "ovn-kubernetes",
        keys: &["cluster_network", "host_prefix"],
        words: &[
            word("join", Kind::Come(0), r#"["join", node]"#),
            word("leave", Kind::Go, r#"["leave", node]"#),
        ],
        read: managers::ovn,
    },
    Manager {
        name: "services",
        keys: &["service_cidr"],
        words: &[
            word("create", Kind::Come(1), r#"["create", service] or ["create", service, address]"#),
            word("delete", Kind::Go, r#"["delete", service]"#),
        ],
        read: managers::services,
    },
    Manager {
        name: "weave",
        keys: &["range", "peers"],
        words: &[
            word("allocate", Kind::At(&Kind::Come(0)), r#"["allocate", peer, container]"#),
            word("free", Kind::At(&Kind::Go), r#"["free", peer, container]"#),
            word("fill", Kind::At(&Kind::Fill), r#"["fill", peer, most]"#),
            word("join", Kind::Peer(Peer::Joins), r#"["join", peer]"#),
            word("stop", Kind::Peer(Peer::Stops), r#"["stop", peer]"#),
            word("kill", Kind::Peer(Peer::Stops), r#"["kill", peer]"#),
            word("reset", Kind::Peer(Peer::Leaves), r#"["reset", peer]"#),
            word("rmpeer", Kind::TakeOver, r#"["rmpeer", peer, by]"#),
        ],
        read: weave::read,
    },
];

/// The steps of every manager that does not write them in another way.
pub const COMMON: &[Word] =
    &[word("fill", Kind::Fill, r#"["fill", most]"#), word("look", Kind::Look, r#"["look"]"#)];

/// What can be lost of host-local's directory.
pub const LOST: [(&str, Lost); 3] = [
    ("everything", Lost::Everything),
    ("address-files", Lost::AddressFiles),
    ("last-reserved", Lost::LastReserved),
];

/// A manager at work. Errors are its own words.
trait Run {
    /// What the one who comes gets: one address or range of each set or family.
    fn come(&mut self, name: &str, addresses: &[IpAddr]) -> Result<Vec<String>, String>;
    fn go(&mut self, name: &str) -> Result<(), String>;
    /// Whether one of that name is there.
    fn has(&self, name: &str) -> bool;
    fn look(&self) -> Value;
    /// Addresses among those just given that someone else uses.
    fn shared(&self, _name: &str) -> Vec<String> {
        Vec::new()
    }
    /// The steps that only some have, and what is seen after them.
    fn other(&mut self, _step: &Step) -> Result<Value, String> {
        Ok(json!({}))
    }
    /// Who comes and goes from now on does so there.
    fn at(&mut self, _peer: &str) {}
}

impl Allocation {
    /// What is seen after each step; if it does not start, only why. The seed decides what is chance.
    pub fn run(&self, seed: u64) -> Vec<Value> {
        match self.setup.start(seed) {
            Ok(mut run) => self.steps.iter().map(|step| seen(run.as_mut(), step)).collect(),
            Err(error) => vec![json!({ "error": error })],
        }
    }
}

fn seen(run: &mut dyn Run, step: &Step) -> Value {
    let done = match step {
        Step::Look => return run.look(),
        Step::Fill(most) => return fill(run, *most),
        Step::Come(name, addresses) => return come(run, name, addresses),
        Step::At(peer, step) => {
            run.at(peer);
            return seen(run, step);
        }
        Step::Go(name) => run.go(name).map(|()| json!({})),
        step => run.other(step),
    };
    done.unwrap_or_else(|error| json!({ "error": error }))
}

fn come(run: &mut dyn Run, name: &str, addresses: &[IpAddr]) -> Value {
    let mut obs = Map::new();
    match run.come(name, addresses) {
        Err(error) => obs.insert("error".into(), json!(error)),
        Ok(given) => match given.as_slice() {
            [one] => obs.insert("address".into(), json!(one)),
            all => obs.insert("addresses".into(), json!(all)),
        },
    };
    let shared = run.shared(name);
    if !shared.is_empty() && !obs.contains_key("error") {
        obs.insert("shared".into(), json!(shared));
    }
    Value::Object(obs)
}

/// New ones are called `new1`, `new2`, …, without the names that are there.
fn fill(run: &mut dyn Run, most: u64) -> Value {
    let (mut given, mut shared, mut error) = (Vec::new(), Vec::new(), None);
    let mut names = (1u64..).map(|n| format!("new{n}"));
    for _ in 0..most {
        let Some(name) = names.by_ref().find(|name| !run.has(name)) else { break };
        match run.come(&name, &[]) {
            Ok(addresses) => given.extend(addresses),
            Err(why) => {
                error = Some(why);
                break;
            }
        }
        shared.extend(run.shared(&name));
    }
    let mut obs = Map::from_iter([("addresses".to_string(), json!(given))]);
    obs.extend(error.map(|error| ("error".to_string(), json!(error))));
    if !shared.is_empty() {
        obs.insert("shared".into(), json!(shared));
    }
    Value::Object(obs)
}
