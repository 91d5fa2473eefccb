//! TOML to [`Scenario`], with every mistake at its place.

mod names;

use std::ops::Range;

use super::kind::{KEYS, KINDS, Kind, NAMES};
use super::time::{self, MINUTE, SECOND};
use super::{Burst, Change, Event, GroupId, Ms, Scenario, Share, Start, Style, What};
use names::group_names;

use crate::limits;
use crate::plan::field::FieldKind;
use crate::plan::field::typed::{Fault, Typed};
use crate::plan::tree::{self, Entry, Node, Value};
use crate::plan::{Place, Plan, Problem, Row};
use crate::suggest::nearest;
use crate::text::excerpt;

/// What came of a scenario's text.
#[derive(Debug)]
pub struct ParsedScenario {
    /// The scenario, if there is not a single problem.
    pub scenario: Option<Scenario>,
    /// Every mistake, in the order of the text, each with its span.
    pub problems: Vec<Problem>,
}

/// Reads a scenario file that is about a plan.
pub fn parse(text: &str, plan: &Plan) -> ParsedScenario {
    let (tree, errors) = tree::parse(text);
    let mut read = Read { text, plan: Some(plan), problems: Vec::new() };
    for error in &errors {
        read.problem(error.span().unwrap_or(0..0), error.message(), None);
    }
    let scenario = errors.is_empty().then(|| read.scenario("scenario", &tree, true));
    let problems = read.sorted();
    ParsedScenario { scenario: scenario.filter(|_| problems.is_empty()), problems }
}

/// The name of the plan that a scenario file says it was written for, whether or not it is right otherwise.
pub fn parse_in(text: &str) -> Option<String> {
    let (tree, _) = tree::parse(text);
    match &tree.get("plan")?.value {
        Value::String(name) => Some(name.clone()),
        _ => None,
    }
}

/// Reads `[scenario.*]` of a plan; names are looked up where the rest of the plan is right.
pub(in crate::plan) fn of_plan(
    text: &str,
    node: &Node,
    plan: &Plan,
    names: bool,
) -> (Vec<Scenario>, Vec<Problem>) {
    let mut read = Read { text, plan: names.then_some(plan), problems: Vec::new() };
    let Value::Table(entries) = &node.value else {
        read.problem(node.span.clone(), "scenario is not a table", Some("write [scenario.NAME]".into()));
        return (Vec::new(), read.problems);
    };
    let scenarios = entries.iter().map(|e| read.scenario(&e.key, &e.node, false)).collect();
    (scenarios, read.problems)
}

struct Read<'a> {
    text: &'a str,
    /// Without a plan no name is looked up.
    plan: Option<&'a Plan>,
    problems: Vec<Problem>,
}

impl<'a> Read<'a> {
    fn problem(&mut self, span: Range<usize>, message: impl Into<String>, help: Option<String>) {
        if self.problems.len() < limits::PROBLEMS {
            let place = Place::key(Row::Plan, "scenario");
            self.problems.push(Problem { span: Some(span), help, ..Problem::new(place, message) });
        }
    }

    fn sorted(&mut self) -> Vec<Problem> {
        let mut problems = std::mem::take(&mut self.problems);
        problems.sort_by_key(|p| p.span.clone().map(|s| (s.start, s.end)));
        problems
    }

    fn scenario(&mut self, name: &str, node: &'a Node, own_file: bool) -> Scenario {
        let mut scenario = Scenario {
            name: name.to_owned(),
            plan: None,
            start: Start::Running,
            until: 30 * MINUTE,
            boot: 60 * SECOND,
            ready: 5 * SECOND,
            grace: 30 * SECOND,
            events: Vec::new(),
        };
        let Value::Table(entries) = &node.value else {
            self.problem(node.span.clone(), "a scenario is a table", Some("write [scenario.NAME]".into()));
            return scenario;
        };
        let own = |k: &&str| own_file || !["format", "name"].contains(k);
        let keys: Vec<&str> = KEYS.iter().map(|k| k.name).filter(own).chain(["event"]).collect();
        self.unknown_keys(entries, &keys, "a scenario");
        let mut keys = Keys { read: self, entries, span: node.span.clone() };
        if own_file {
            if !entries.iter().any(|e| e.key == "format") {
                keys.read.problem(0..0, "format is missing", Some("write format = 1".into()));
            }
            keys.count("format", 1, 1);
            if let Some(name) = keys.typed("name", Typed::name) {
                scenario.name = name.to_owned();
            }
        }
        scenario.plan = keys.typed("plan", Typed::name).map(str::to_owned);
        if let Some(1) = keys.choice("start", &["running", "empty"]) {
            scenario.start = Start::Empty;
        }
        for (key, value, least) in [
            ("until", &mut scenario.until, SECOND),
            ("boot", &mut scenario.boot, 0),
            ("ready", &mut scenario.ready, 0),
            ("grace", &mut scenario.grace, 0),
        ] {
            if let Some(span) = keys.span_of_time(key, least) {
                *value = span;
            }
        }
        if let Some(events) = entries.iter().find(|e| e.key == "event") {
            scenario.events = self.events(events, scenario.until);
        }
        scenario
    }

    fn unknown_keys(&mut self, entries: &[Entry], known: &[&str], what: &str) {
        for entry in entries.iter().filter(|e| !known.contains(&e.key.as_str())) {
            let help = match nearest(&entry.key, known.iter().copied()) {
                Some(name) => format!("did you mean {name}?"),
                None => format!("the keys are {}", known.join(", ")),
            };
            self.problem(
                entry.span.clone(),
                format!("unknown key {} in {what}", excerpt(&entry.key)),
                Some(help),
            );
        }
    }

    /// The events by time; of those at one time the first of the text first.
    fn events(&mut self, entry: &'a Entry, until: Ms) -> Vec<Event> {
        let Value::Array(items) = &entry.node.value else {
            self.problem(
                entry.node.span.clone(),
                "event is not a list of tables",
                Some("write [[event]]".into()),
            );
            return Vec::new();
        };
        let mut events: Vec<Event> = items.iter().flat_map(|item| self.event(item, until)).collect();
        events.sort_by_key(|e| e.at);
        if items.len() > limits::SCENARIO_EVENTS {
            let message = format!("{} events: at most {} are allowed", items.len(), limits::SCENARIO_EVENTS);
            self.problem(entry.node.span.clone(), message, None);
        }
        events
    }

    /// What an entry says, once for each cluster that it is about.
    fn event(&mut self, node: &'a Node, until: Ms) -> Vec<Event> {
        self.events_of(node, until).unwrap_or_default()
    }

    fn events_of(&mut self, node: &'a Node, until: Ms) -> Option<Vec<Event>> {
        let Value::Table(entries) = &node.value else {
            let help = "write { at = \"1m\", do = \"…\" }".to_owned();
            self.problem(node.span.clone(), "the event is not a table", Some(help));
            return None;
        };
        let mut keys = Keys { read: self, entries, span: node.span.clone() };
        let at = keys.span_of_time("at", 0);
        if keys.entry("at").is_none() {
            keys.missing("at", "\"1m\" or another time since the beginning");
        }
        if keys.entry("do").is_none() {
            keys.missing("do", &format!("one of {}", NAMES.join(", ")));
        }
        let kind = KINDS.get(keys.choice("do", &NAMES)?)?;
        let known: Vec<&str> =
            ["at", "do"].into_iter().chain(kind.required.iter().chain(kind.optional).copied()).collect();
        let what = format!("an event that does \"{}\"", kind.name);
        keys.read.unknown_keys(entries, &known, &what);
        for key in kind.required.iter().filter(|key| !entries.iter().any(|e| e.key == **key)) {
            keys.missing(key, &format!("{key} = …: {}", kind.doc));
        }
        keys.reached(at, until);
        let groups =
            if kind.optional.contains(&"node_group") { keys.groups()? } else { vec![((0, 0), false)] };
        let of = |(group, first_group)| {
            let what = keys.what(kind, group);
            Some(Event { at: at?, what: what?, first_group })
        };
        groups.into_iter().map(of).collect()
    }
}

/// One table being read.
struct Keys<'r, 'a> {
    read: &'r mut Read<'a>,
    entries: &'a [Entry],
    span: Range<usize>,
}

impl<'a> Keys<'_, 'a> {
    fn entry(&self, key: &str) -> Option<&'a Entry> {
        self.entries.iter().find(|e| e.key == key)
    }

    /// An event after the end would never come.
    fn reached(&mut self, at: Option<Ms>, until: Ms) {
        if let (Some(at), Some(entry)) = (at.filter(|at| *at > until), self.entry("at")) {
            let message = format!(
                "{} is after the scenario's end, until = \"{}\"",
                time::shown(at),
                time::shown(until)
            );
            let fault = Fault::new(message).help("raise until, or remove the event");
            self.fault("at", entry.node.span.clone(), fault);
        }
    }

    fn missing(&mut self, key: &str, write: &str) {
        self.read.problem(self.span.clone(), format!("{key} is missing"), Some(format!("write {write}")));
    }

    fn fault(&mut self, key: &str, span: Range<usize>, fault: Fault) {
        self.read.problem(span, format!("{key}: {}", fault.message), fault.help);
    }

    fn typed<T>(&mut self, key: &str, read: impl FnOnce(Typed<'a>) -> Result<T, Fault>) -> Option<T> {
        let entry = self.entry(key)?;
        match read(Typed { node: &entry.node, text: self.read.text }) {
            Ok(value) => Some(value),
            Err(fault) => {
                self.fault(key, entry.node.span.clone(), fault);
                None
            }
        }
    }

    fn count(&mut self, key: &str, least: u32, most: u32) -> Option<u32> {
        self.typed(key, |value| value.count(least, most))
    }

    fn choice(&mut self, key: &str, choices: &'static [&'static str]) -> Option<usize> {
        self.typed(key, |value| value.choice(FieldKind::Choice(choices), choices))
    }

    /// A time or a span, at most [`limits::SCENARIO_HOURS`].
    fn span_of_time(&mut self, key: &str, least: Ms) -> Option<Ms> {
        let most = limits::SCENARIO_HOURS * 60 * MINUTE;
        self.typed(key, |value| {
            let text = match &value.node.value {
                Value::String(text) => text.as_str(),
                Value::Integer(_) => value.node.source(value.text),
                _ => "",
            };
            time::written(text).filter(|span| (least..=most).contains(span)).ok_or_else(|| {
                value.is_no(&format!(
                    "a time from {} to {}, such as \"90s\" or \"1h30m\"",
                    time::shown(least),
                    time::shown(most)
                ))
            })
        })
    }

    /// A number of pods, or `"25%"`.
    fn share(&mut self, key: &str) -> Share {
        let read = |value: Typed<'a>| match &value.node.value {
            Value::Integer(_) => value.count(0, limits::REPLICAS).map(Share::Pods),
            Value::String(s) => s
                .strip_suffix('%')
                .and_then(|p| p.parse().ok())
                .filter(|p| *p <= 100)
                .map(Share::Percent)
                .ok_or_else(|| value.is_no("a number of pods or \"0%\" to \"100%\"")),
            _ => Err(value.is_no("a number of pods or \"0%\" to \"100%\"")),
        };
        self.typed(key, read).unwrap_or(Share::DEFAULT)
    }

    fn what(&mut self, kind: &Kind, group: GroupId) -> Option<What> {
        Some(match kind.name {
            "deploy" => What::Deploy(self.workloads()?),
            "scale" => {
                let replicas = self.count("replicas", 0, limits::REPLICAS);
                let workload = self.workload("workload");
                What::Scale { workload: workload?, replicas: replicas? }
            }
            "roll" => {
                let (max_surge, max_unavailable) = (self.share("max_surge"), self.share("max_unavailable"));
                if let (Share::Pods(0) | Share::Percent(0), Share::Pods(0) | Share::Percent(0)) =
                    (max_surge, max_unavailable)
                {
                    let message = "max_surge and max_unavailable are both 0: nothing could ever roll";
                    self.read.problem(self.span.clone(), message, Some("raise one of them".into()));
                }
                What::Roll { workloads: self.workloads()?, max_surge, max_unavailable }
            }
            "burst" => What::Burst(self.burst()?),
            "join" => {
                let nodes = self.count("nodes", 1, limits::NODES);
                let within = self.span_of_time("within", 0).unwrap_or(0);
                What::Join { group, nodes: nodes?, within }
            }
            "drain" => {
                let nodes = self.count("nodes", 1, limits::NODES);
                What::Drain { group, nodes }
            }
            "replace" => {
                let style = match self.choice("style", &["rolling", "blue-green"]) {
                    Some(1) => Style::BlueGreen,
                    _ => Style::Rolling,
                };
                let surge = self.count("surge", 0, limits::NODES);
                let max_unavailable = self.count("max_unavailable", 1, limits::NODES);
                What::Replace { group, style, surge, max_unavailable }
            }
            _ => self.subnet()?,
        })
    }

    fn burst(&mut self) -> Option<Burst> {
        let name = self.typed("name", Typed::name).unwrap_or("job").to_owned();
        let every = self.span_of_time("every", SECOND).unwrap_or(MINUTE);
        let times = self.count("times", 1, limits::REPLICAS);
        let cpu = self.typed("cpu", |v| v.quantity(FieldKind::Cpu)).unwrap_or(0);
        let memory = self.typed("memory", |v| v.quantity(FieldKind::Memory)).unwrap_or(0);
        let (pods, lives) = (self.count("pods", 1, limits::REPLICAS), self.span_of_time("lives", SECOND));
        let groups = match self.entry("node_groups") {
            None => Vec::new(),
            Some(_) => self.named_list("node_groups", "node group", group_names)?,
        };
        let cluster = match groups.first() {
            Some((c, _)) => *c,
            None => self.cluster()?.unwrap_or(0),
        };
        let node_groups = groups.into_iter().map(|(_, g)| g).collect();
        Some(Burst { name, cluster, node_groups, pods: pods?, every, times, lives: lives?, cpu, memory })
    }

    fn subnet(&mut self) -> Option<What> {
        let [lose, gain, lose_blocks, gain_blocks] =
            ["lose", "gain", "lose_blocks", "gain_blocks"].map(|key| self.count(key, 0, limits::OTHER));
        let (loses, gains) = (lose.or(lose_blocks).is_some(), gain.or(gain_blocks).is_some());
        if loses == gains {
            let help = "write lose or lose_blocks, or else gain or gain_blocks";
            self.read.problem(self.span.clone(), "a subnet loses addresses or gains some", Some(help.into()));
            return None;
        }
        let entry = self.entry("subnet")?;
        let name = self.typed("subnet", Typed::name)?;
        let plan = self.read.plan?;
        let Some(subnet) = plan.subnets.iter().position(|s| s.name == name) else {
            let names: Vec<&str> = plan.subnets.iter().map(|s| s.name.as_str()).collect();
            self.no("subnet", "subnet", name, entry.node.span.clone(), &names);
            return None;
        };
        let change = if loses { Change::Lose } else { Change::Gain };
        let (singles, blocks) = (lose.or(gain).unwrap_or(0), lose_blocks.or(gain_blocks).unwrap_or(0));
        Some(What::Subnet { subnet, change, singles, blocks })
    }
}
