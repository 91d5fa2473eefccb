//! The shape of a timeline.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// Most ENIs, addresses of an ENI, pods and seconds that a timeline may have: more than any node.
const MOST_ENIS: u64 = 256;
const MOST_ADDRESSES: u64 = 256;
const MOST_PODS: u64 = 100_000;
const MOST_SECONDS: u64 = 10_000_000;
/// Most addresses or blocks of a subnet: a whole IPv4 internet.
const MOST_FREE: u64 = 1 << 32;

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

/// Names of the steps, and what follows each.
pub const STEPS: [(&str, &str); 8] = [
    ("start", ""),
    ("add", "a number of pods"),
    ("del", "a number of pods and fifo, lifo, pack or spread"),
    ("wait", "seconds"),
    ("settle", ""),
    ("restart", "an object of variables, null to unset one"),
    ("cordon", "0 or 1"),
    ("subnet", "a name, blocks and single addresses"),
];

/// What is wrong with a line.
pub type Mistake = String;

#[derive(Deserialize)]
struct Raw {
    id: Value,
    inst: (u64, u64),
    maxpods: u64,
    #[serde(default)]
    env: BTreeMap<String, Value>,
    #[serde(default)]
    subnets: BTreeMap<String, (u64, u64)>,
    #[serde(default)]
    tags: BTreeMap<String, Value>,
    #[serde(default)]
    unmanaged: u64,
    hyp: Option<String>,
    steps: Vec<Vec<Value>>,
}

impl Timeline {
    /// Reads one line of JSON. Keys that say what was seen elsewhere (`obs`, `runs`, `grp`) are passed over.
    ///
    /// # Errors
    /// JSON of another shape; an unknown step or policy; numbers beyond what a node can have.
    pub fn parse(line: &str) -> Result<Timeline, Mistake> {
        let raw: Raw = serde_json::from_str(line).map_err(|e| e.to_string())?;
        let (enis, ipv4_per_eni) = raw.inst;
        let id = match raw.id {
            Value::String(id) => id,
            other => other.to_string(),
        };
        let mut timeline = Timeline {
            id,
            enis: between("inst: ENIs", enis, 1, MOST_ENIS)?,
            ipv4_per_eni: between("inst: addresses of an ENI", ipv4_per_eni, 1, MOST_ADDRESSES)?,
            max_pods: between("maxpods", raw.maxpods, 0, MOST_PODS)?,
            env: raw
                .env
                .into_iter()
                .map(|(n, v)| Ok((n.clone(), text(&n, v)?)))
                .collect::<Result<_, Mistake>>()?,
            subnets: raw.subnets,
            tags: raw
                .tags
                .into_iter()
                .map(|(n, v)| Ok((n.clone(), text(&n, v)?)))
                .collect::<Result<_, Mistake>>()?,
            unmanaged: between("unmanaged", raw.unmanaged, 0, enis.saturating_sub(1))?,
            nitro: match raw.hyp.as_deref() {
                None | Some("nitro" | "") => true,
                Some("xen") => false,
                Some(other) => return Err(format!("hyp: `{}` is not nitro or xen", other.escape_debug())),
            },
            steps: Vec::new(),
        };
        for (name, (blocks, singles)) in &timeline.subnets {
            between(name, (*blocks).max(*singles), 0, MOST_FREE)?;
        }
        let (mut pods, mut seconds) = (0, 0);
        for (number, raw) in (1..).zip(&raw.steps) {
            let step = Step::parse(raw).map_err(|m| format!("step {number}: {m}"))?;
            match &step {
                Step::Add(n) => pods += u64::from(*n),
                Step::Wait(s) => seconds += s,
                _ => {}
            }
            between("pods added in all", pods, 0, MOST_PODS)?;
            between("seconds waited in all", seconds, 0, MOST_SECONDS)?;
            timeline.steps.push(step);
        }
        match timeline.steps.iter().position(|s| *s == Step::Start) {
            Some(0) => {}
            _ => return Err("steps: the first step must be [\"start\"]".into()),
        }
        if timeline.steps.iter().skip(1).any(|s| *s == Step::Start) {
            return Err("steps: a node starts once; use [\"restart\", {}] to start it again".into());
        }
        Ok(timeline)
    }
}

impl Step {
    fn parse(raw: &[Value]) -> Result<Step, Mistake> {
        let name = raw.first().and_then(Value::as_str).unwrap_or_default();
        let at = |i: usize| raw.get(i).and_then(Value::as_u64);
        let wrong = || {
            let after = STEPS.iter().find(|(n, _)| *n == name).map(|(_, after)| *after);
            match after {
                Some("") => format!("`{name}` takes nothing after it"),
                Some(after) => format!("`{name}` is followed by {after}"),
                None => format!(
                    "`{}` is not a step; the steps are {}",
                    name.escape_debug(),
                    STEPS.map(|(n, _)| n).join(", ")
                ),
            }
        };
        let pods = |i| at(i).filter(|n| *n <= MOST_PODS).and_then(|n| u32::try_from(n).ok());
        let step = match (name, raw.len()) {
            ("start", 1) => Some(Step::Start),
            ("settle", 1) => Some(Step::Settle),
            ("add", 2) => pods(1).map(Step::Add),
            ("del", 3) => {
                let policy = raw[2].as_str().and_then(|p| POLICIES.iter().find(|(n, _)| *n == p));
                pods(1).zip(policy).map(|(n, (_, policy))| Step::Delete(n, *policy))
            }
            ("wait", 2) => at(1).filter(|s| *s <= MOST_SECONDS).map(Step::Wait),
            ("cordon", 2) => match at(1) {
                Some(0) => Some(Step::Cordon(false)),
                Some(1) => Some(Step::Cordon(true)),
                _ => None,
            },
            ("subnet", 4) => raw[1].as_str().zip(at(2)).zip(at(3)).and_then(|((name, blocks), singles)| {
                (blocks.max(singles) <= MOST_FREE).then(|| Step::Subnet(name.into(), blocks, singles))
            }),
            ("restart", 1) => Some(Step::Restart(Vec::new())),
            ("restart", 2) => match &raw[1] {
                Value::Object(changes) => {
                    let changes = changes.iter().map(|(name, value)| {
                        let value = if value.is_null() { None } else { Some(text(name, value.clone())?) };
                        Ok((name.clone(), value))
                    });
                    Some(Step::Restart(changes.collect::<Result<_, Mistake>>()?))
                }
                _ => None,
            },
            _ => None,
        };
        step.ok_or_else(wrong)
    }
}

fn between(what: &str, value: u64, least: u64, most: u64) -> Result<u64, Mistake> {
    if (least..=most).contains(&value) {
        return Ok(value);
    }
    Err(format!("{}: {value} is not between {least} and {most}", what.escape_debug()))
}

/// Values of variables may be text, numbers or booleans.
fn text(name: &str, value: Value) -> Result<String, Mistake> {
    match value {
        Value::String(text) => Ok(text),
        Value::Number(n) => Ok(n.to_string()),
        Value::Bool(b) => Ok(b.to_string()),
        other => Err(format!("{}: {other} is not a string, a number or a boolean", name.escape_debug())),
    }
}
