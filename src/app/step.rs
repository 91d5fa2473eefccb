//! The next and the previous value of a field: what `+`, `-`, `>` and `<` do.

use crate::limits;
use crate::plan::field::{Field, FieldKind, MAX_PODS};

/// How far a step goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Up,
    Down,
    /// Ten at once.
    LeapUp,
    LeapDown,
}

impl Step {
    fn by(self) -> i64 {
        match self {
            Step::Up => 1,
            Step::Down => -1,
            Step::LeapUp => 10,
            Step::LeapDown => -10,
        }
    }
}

/// Whether a field's values have an order to step in.
pub fn steps(field: &Field) -> bool {
    use FieldKind as K;
    match field.kind {
        K::Count { .. } | K::Flag | K::Choice(_) | K::Other | K::Nodes | K::MaxPods => true,
        K::Cpu | K::Memory | K::Cidr | K::Variable => true,
        K::Rate => true,
        K::Addresses | K::Reservations | K::Growth | K::Policy => false,
        K::Net | K::Nets | K::Ip | K::Addressed | K::Ranged | K::Sets | K::StateLoss => false,
        K::Name | K::Text | K::Texts | K::Cidrs | K::Subnets | K::Groups | K::InstanceTypes => false,
    }
}

/// The value a step away from `text`, as typed; an empty text is the default.
///
/// # Errors
///
/// Why there is no such value.
pub fn stepped(field: &Field, text: &str, step: Step) -> Result<String, String> {
    let text = if text.trim().is_empty() { field.default } else { text.trim() };
    match field.kind {
        FieldKind::Count { least, most } => number(field, text, step, least.into(), most.into()),
        FieldKind::Rate => number(field, text, step, 0, limits::GROWTH_PERCENT.into()),
        FieldKind::Flag => flip(text),
        FieldKind::Choice(choices) => Ok(turn(choices, text, step)),
        FieldKind::MaxPods if MAX_PODS.contains(&text) || text == field.default => {
            Ok(turn(MAX_PODS, text, step))
        }
        FieldKind::Variable if flip(text).is_ok() => flip(text),
        FieldKind::Cidr => {
            let (address, prefix) = text.split_once('/').ok_or("no prefix length to step")?;
            Ok(format!("{address}/{}", number(field, prefix, step, 0, 32)?))
        }
        FieldKind::Cpu | FieldKind::Memory => {
            let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
            let (count, unit) = text.split_at_checked(digits).unwrap_or((text, ""));
            Ok(format!("{}{unit}", number(field, count, step, 0, i64::MAX)?))
        }
        FieldKind::Nodes | FieldKind::Other | FieldKind::MaxPods | FieldKind::Variable => {
            number(field, text, step, 0, i64::MAX)
        }
        _ => Err("this field has no steps: edit it".into()),
    }
}

/// Defaults in words that depend on the cluster's manager.
const WORDS: &[&str] = &["the cluster's", "required", "none"];

/// A number within bounds. A default in words counts as 0.
fn number(field: &Field, text: &str, step: Step, least: i64, most: i64) -> Result<String, String> {
    let number = text.replace(',', "").parse::<i64>().ok();
    let word = text == field.default || WORDS.contains(&text);
    let Some(now) = number.or(word.then_some(0)) else {
        return Err(format!("{text} has no steps: edit it"));
    };
    let then = now.saturating_add(step.by()).clamp(least, most);
    if number == Some(then) {
        let end = if step.by() > 0 { "most" } else { "least" };
        return Err(format!("{now} is the {end} allowed"));
    }
    Ok(then.to_string())
}

fn flip(text: &str) -> Result<String, String> {
    match text {
        "true" => Ok("false".into()),
        "false" => Ok("true".into()),
        _ => Err("not a flag".into()),
    }
}

/// The choice beside the present one, around the ends.
fn turn(choices: &[&str], text: &str, step: Step) -> String {
    let len = choices.len().max(1);
    let then = match choices.iter().position(|c| *c == text) {
        Some(now) if step.by() > 0 => (now + 1) % len,
        Some(now) => (now + len - 1) % len,
        None => 0,
    };
    choices.get(then).map_or_else(String::new, |c| (*c).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::field::{Section, field};

    #[test]
    fn steps_go_to_the_neighbours() {
        use Section::*;
        let cases = [
            (NodeGroup, "nodes", "30", Step::Up, Ok("31")),
            (NodeGroup, "nodes", "30", Step::LeapDown, Ok("20")),
            (NodeGroup, "nodes", "3", Step::LeapDown, Ok("0")),
            (NodeGroup, "nodes", "0", Step::Down, Err("0 is the least allowed")),
            (NodeGroup, "nodes", "auto", Step::Up, Err("auto has no steps: edit it")),
            (NodeGroup, "nodes", "a=1, b=2", Step::Up, Err("a=1, b=2 has no steps: edit it")),
            (NodeGroup, "pods", "", Step::Up, Ok("1")),
            (NodeGroup, "max_pods", "", Step::Up, Ok("managed")),
            (NodeGroup, "max_pods", "managed", Step::Up, Ok("ami")),
            (NodeGroup, "max_pods", "110", Step::Up, Ok("111")),
            (NodeGroup, "kind", "", Step::Up, Ok("self-managed")),
            (NodeGroup, "kind", "", Step::Down, Ok("karpenter")),
            (Cluster, "system_pods", "", Step::Up, Ok("3")),
            (Workload, "replicas", "1,000", Step::Up, Ok("1001")),
            (Workload, "daemonset", "", Step::Up, Ok("true")),
            (Workload, "cpu", "300m", Step::LeapUp, Ok("310m")),
            (Workload, "memory", "512Mi", Step::Down, Ok("511Mi")),
            (Workload, "cpu", "1.5", Step::Up, Ok("2.5")),
            (Subnet, "cidr", "10.0.0.0/22", Step::Down, Ok("10.0.0.0/21")),
            (Env, "WARM_IP_TARGET", "", Step::Up, Ok("1")),
            (Env, "WARM_ENI_TARGET", "many", Step::Up, Err("many has no steps: edit it")),
            (Env, "WARM_ENI_TARGET", "1", Step::Down, Ok("0")),
            (Env, "ENABLE_PREFIX_DELEGATION", "", Step::Up, Ok("true")),
        ];
        for (section, key, text, step, then) in cases {
            let got = stepped(field(section, key).expect("a field"), text, step);
            assert_eq!(got.as_deref(), then.map_err(String::from).as_deref(), "{key} {text} {step:?}");
        }
    }
}
