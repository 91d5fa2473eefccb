//! The shape of a timeline.

use std::collections::BTreeMap;
use std::ops::{Range, RangeInclusive};

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::limits;
use crate::suggest::nearest;
use crate::text::{excerpt, thousands};

/// What happens to one node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline {
    pub id: String,
    /// ENIs of the instance type, and IPv4 addresses of each, the ENI's own included.
    pub enis: u64,
    pub ipv4_per_eni: u64,
    /// The kubelet's max pods.
    pub max_pods: u64,
    /// Exactly the variables of the container.
    pub env: Env,
    /// Free aligned /28 blocks and free single addresses by name; others have plenty.
    pub subnets: BTreeMap<String, (u64, u64)>,
    /// Value of the tag `kubernetes.io/role/cni` by subnet.
    pub tags: BTreeMap<String, String>,
    /// ENIs that are attached from the start and not managed.
    pub unmanaged: u64,
    /// Whether the type can have prefixes.
    pub nitro: bool,
    pub steps: Vec<Step>,
}

/// Name and value, as text.
pub type Env = Vec<(String, String)>;

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Start,
    Add(u32),
    Delete(u32, Policy),
    /// Seconds.
    Wait(u64),
    Settle,
    /// Variables that change; `None` unsets one.
    Restart(Vec<(String, Option<String>)>),
    Cordon(bool),
    /// So many blocks and single addresses become free.
    Subnet(String, u64, u64),
}

/// Which pods go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// The oldest.
    Fifo,
    /// The newest.
    Lifo,
    /// Always from the ENI with the fewest pods, and there from the address or prefix with the fewest.
    Pack,
    /// Always from the ENI with the most, and there from the address or prefix with the most.
    Spread,
}

/// Names of the policies.
pub const POLICIES: [(&str, Policy); 4] =
    [("fifo", Policy::Fifo), ("lifo", Policy::Lifo), ("pack", Policy::Pack), ("spread", Policy::Spread)];

/// Names of the steps, and how each is written.
pub const STEPS: [(&str, &str); 8] = [
    ("start", r#"["start"]"#),
    ("add", r#"["add", pods]"#),
    ("del", r#"["del", pods, "fifo", "lifo", "pack" or "spread"]"#),
    ("wait", r#"["wait", seconds]"#),
    ("settle", r#"["settle"]"#),
    ("restart", r#"["restart", {variable: value, or null to unset it}]"#),
    ("cordon", r#"["cordon", 0 or 1]"#),
    ("subnet", r#"["subnet", name, blocks, single addresses]"#),
];

/// One mistake. The message is lower case, names the value and says what is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Bytes of the text.
    pub span: Range<usize>,
    pub message: String,
    pub help: Option<String>,
}

/// The values are still text: that is how each knows its place. Keys that say what was seen elsewhere (`obs`,
/// `runs`, `grp`) are passed over.
#[derive(Deserialize)]
struct Raw<'a> {
    id: Option<Value>,
    #[serde(borrow)]
    inst: Option<&'a RawValue>,
    #[serde(borrow)]
    maxpods: Option<&'a RawValue>,
    #[serde(borrow)]
    env: Option<&'a RawValue>,
    #[serde(borrow)]
    subnets: Option<&'a RawValue>,
    #[serde(borrow)]
    tags: Option<&'a RawValue>,
    #[serde(borrow)]
    unmanaged: Option<&'a RawValue>,
    #[serde(borrow)]
    hyp: Option<&'a RawValue>,
    #[serde(borrow)]
    steps: Option<&'a RawValue>,
}

impl Timeline {
    /// Reads timelines, one JSON object a line; empty lines are passed over.
    ///
    /// # Errors
    /// JSON of another shape, an unknown step or policy, numbers beyond what a node can have: the first mistake
    /// of each line.
    pub fn all(text: &str) -> Result<Vec<Timeline>, Vec<Mistake>> {
        lines(text, |line, number| line.timeline(number))
    }
}

/// Reads every line that is not empty; the first mistake of each.
pub(super) fn lines<T>(
    text: &str,
    read: impl Fn(&Line<'_>, u64) -> Result<T, Mistake>,
) -> Result<Vec<T>, Vec<Mistake>> {
    let (mut all, mut mistakes) = (Vec::new(), Vec::new());
    for (number, line) in (1..).zip(text.lines()).filter(|(_, l)| !l.trim().is_empty()) {
        match read(&Line { text, line }, number) {
            Ok(one) => all.push(one),
            Err(mistake) if mistakes.len() < limits::PROBLEMS => mistakes.push(mistake),
            Err(_) => {}
        }
    }
    if mistakes.is_empty() { Ok(all) } else { Err(mistakes) }
}

/// A line of a text.
pub(super) struct Line<'a> {
    text: &'a str,
    pub(super) line: &'a str,
}

impl<'a> Line<'a> {
    pub(super) fn timeline(&self, number: u64) -> Result<Timeline, Mistake> {
        if !self.line.trim_start().starts_with('{') {
            let message = "a line of timelines must be a JSON object".to_string();
            return Err(self.mistake(self.line, message));
        }
        let raw: Raw = serde_json::from_str(self.line).map_err(|error| {
            let whole = error.to_string();
            let place = format!(" at line {} column {}", error.line(), error.column());
            let reason = whole.strip_suffix(&place).unwrap_or(&whole);
            let at = self.place(self.line).start.saturating_add(error.column().saturating_sub(1));
            let help = "a timeline is one JSON object on a line of its own".to_string();
            Mistake {
                span: at..at.saturating_add(1),
                message: format!("not a timeline: {reason}"),
                help: Some(help),
            }
        })?;
        let (enis, ipv4_per_eni): (u64, u64) =
            self.needed("inst", raw.inst, "[ENIs, addresses of an ENI], as in [3, 10]")?;
        let inst = raw.inst.map_or(self.line, RawValue::get);
        let of_node = 1..=limits::ENIS.into();
        let pods = 0..=limits::PODS_PER_NODE.into();
        let max_pods = self.needed("maxpods", raw.maxpods, "a number of pods")?;
        let unmanaged: Option<u64> = self.given("unmanaged", raw.unmanaged, "a number of ENIs")?;
        let subnets: Option<BTreeMap<String, (u64, u64)>> =
            self.given("subnets", raw.subnets, "{name: [free /28 blocks, free single addresses]}")?;
        let hyp: Option<String> = self.given("hyp", raw.hyp, "\"nitro\" or \"xen\"")?;
        for (blocks, singles) in subnets.iter().flat_map(BTreeMap::values) {
            let given = raw.subnets.map_or(self.line, RawValue::get);
            self.between(given, "free blocks or addresses", (*blocks).max(*singles), 0..=limits::FREE)?;
        }
        let unmanaged = unmanaged.unwrap_or(0);
        let given = raw.unmanaged.map_or(self.line, RawValue::get);
        Ok(Timeline {
            id: id(raw.id, number),
            enis: self.between(inst, "ENIs", enis, of_node.clone())?,
            ipv4_per_eni: self.between(inst, "addresses of an ENI", ipv4_per_eni, of_node)?,
            max_pods: self.between(
                raw.maxpods.map_or(self.line, RawValue::get),
                "maxpods",
                max_pods,
                pods,
            )?,
            env: self.variables("env", raw.env)?.into_iter().filter_map(|(n, v)| Some((n, v?))).collect(),
            tags: self.variables("tags", raw.tags)?.into_iter().filter_map(|(n, v)| Some((n, v?))).collect(),
            subnets: subnets.unwrap_or_default(),
            unmanaged: self.between(given, "unmanaged ENIs", unmanaged, 0..=enis.saturating_sub(1))?,
            nitro: match hyp.as_deref() {
                None | Some("nitro") => true,
                Some("xen") => false,
                Some(other) => {
                    let message = format!("hyp: {} is neither \"nitro\" nor \"xen\"", excerpt(other));
                    return Err(self.mistake(raw.hyp.map_or(self.line, RawValue::get), message));
                }
            },
            steps: self.steps(raw.steps)?,
        })
    }

    fn steps(&self, raw: Option<&RawValue>) -> Result<Vec<Step>, Mistake> {
        let list: Vec<&RawValue> = self.needed("steps", raw, "a list of steps")?;
        let (mut steps, mut pods, mut seconds) = (Vec::new(), 0, 0);
        for (number, raw) in list.into_iter().enumerate() {
            let step = self.step(raw)?;
            match &step {
                Step::Start if number > 0 => {
                    let message = "a node starts once: [\"restart\", {}] starts the program again";
                    return Err(self.mistake(raw.get(), message.into()));
                }
                Step::Add(n) => pods += u64::from(*n),
                Step::Wait(s) => seconds += s,
                _ => {}
            }
            self.between(raw.get(), "pods added in all", pods, 0..=limits::REPLAY_PODS)?;
            self.between(raw.get(), "seconds waited in all", seconds, 0..=limits::REPLAY_SECONDS)?;
            steps.push(step);
        }
        match steps.first() {
            Some(Step::Start) => Ok(steps),
            _ => {
                let message = "the first step must be [\"start\"]";
                Err(self.mistake(raw.map_or(self.line, RawValue::get), message.into()))
            }
        }
    }

    fn step(&self, raw: &RawValue) -> Result<Step, Mistake> {
        let list: Vec<Value> = self.needed("a step", Some(raw), "a list that begins with its name")?;
        let name = list.first().and_then(Value::as_str).unwrap_or_default();
        let number = |i: usize, most: u64| list.get(i).and_then(Value::as_u64).filter(|n| *n <= most);
        let pods = || number(1, limits::REPLAY_PODS).and_then(|n| u32::try_from(n).ok());
        let step = match (name, list.as_slice()) {
            ("start", [_]) => Some(Step::Start),
            ("settle", [_]) => Some(Step::Settle),
            ("add", [_, _]) => pods().map(Step::Add),
            ("del", [_, _, policy]) => {
                let policy = POLICIES.iter().find(|(name, _)| policy.as_str() == Some(name));
                pods().zip(policy).map(|(n, (_, policy))| Step::Delete(n, *policy))
            }
            ("wait", [_, _]) => number(1, limits::REPLAY_SECONDS).map(Step::Wait),
            ("cordon", [_, _]) => number(1, 1).map(|on| Step::Cordon(on == 1)),
            ("subnet", [_, name, _, _]) => {
                let free = number(2, limits::FREE).zip(number(3, limits::FREE));
                name.as_str()
                    .zip(free)
                    .map(|(name, (blocks, singles))| Step::Subnet(name.into(), blocks, singles))
            }
            ("restart", [_]) => Some(Step::Restart(Vec::new())),
            ("restart", [_, Value::Object(changes)]) => {
                let changes = changes.iter().map(|(n, v)| Some((n.clone(), variable(v)?)));
                changes.collect::<Option<_>>().map(Step::Restart)
            }
            _ => None,
        };
        step.ok_or_else(|| match STEPS.iter().find(|(known, _)| *known == name) {
            Some((_, written)) => self.mistake(raw.get(), format!("this step is written {written}")),
            None => {
                let names = STEPS.map(|(name, _)| name);
                let message =
                    format!("there is no step {}; the steps are {}", excerpt(name), names.join(", "));
                let meant = nearest(name, names.iter().copied()).map(|n| format!("did you mean \"{n}\"?"));
                Mistake { help: meant, ..self.mistake(raw.get(), message) }
            }
        })
    }

    /// Names with values that are text, numbers, booleans, or null.
    fn variables(&self, key: &str, raw: Option<&RawValue>) -> Result<Vec<(String, Option<String>)>, Mistake> {
        let must = "{name: text, number or boolean}";
        let all: BTreeMap<String, Value> = self.given(key, raw, must)?.unwrap_or_default();
        let all = all.iter().map(|(n, v)| Some((n.clone(), variable(v)?)));
        let wrong = || self.mistake(raw.map_or(self.line, RawValue::get), format!("{key} must be {must}"));
        all.collect::<Option<_>>().ok_or_else(wrong)
    }

    pub(super) fn needed<T: Deserialize<'a>>(
        &self,
        key: &str,
        raw: Option<&'a RawValue>,
        must: &str,
    ) -> Result<T, Mistake> {
        let missing = || self.mistake(self.line, format!("a timeline needs {key}: {must}"));
        self.given(key, raw, must)?.ok_or_else(missing)
    }

    pub(super) fn given<T: Deserialize<'a>>(
        &self,
        key: &str,
        raw: Option<&'a RawValue>,
        must: &str,
    ) -> Result<Option<T>, Mistake> {
        let Some(raw) = raw else { return Ok(None) };
        let value = serde_json::from_str(raw.get());
        value.map(Some).map_err(|_| self.mistake(raw.get(), format!("{key} must be {must}")))
    }

    pub(super) fn between(
        &self,
        part: &str,
        what: &str,
        value: u64,
        range: RangeInclusive<u64>,
    ) -> Result<u64, Mistake> {
        if range.contains(&value) {
            return Ok(value);
        }
        let (least, most) = (thousands(*range.start()), thousands(*range.end()));
        let value = thousands(value);
        Err(self.mistake(part, format!("{what}: {value} is not between {least} and {most}")))
    }

    pub(super) fn mistake(&self, part: &str, message: String) -> Mistake {
        Mistake { span: self.place(part), message, help: None }
    }

    /// Where a part of the text stands in it.
    fn place(&self, part: &str) -> Range<usize> {
        let start = part.as_ptr().addr().saturating_sub(self.text.as_ptr().addr());
        start..start.saturating_add(part.len())
    }
}

/// What a line is called: by its `id`, or by its number.
pub(super) fn id(given: Option<Value>, number: u64) -> String {
    given.map_or_else(|| number.to_string(), |id| id.as_str().map_or(id.to_string(), str::to_string))
}

/// The value of a variable as text; `Some(None)` for null.
fn variable(value: &Value) -> Option<Option<String>> {
    match value {
        Value::Null => Some(None),
        Value::String(text) => Some(Some(text.clone())),
        Value::Number(_) | Value::Bool(_) => Some(Some(value.to_string())),
        Value::Array(_) | Value::Object(_) => None,
    }
}
