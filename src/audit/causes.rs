//! Why a node does not hold what is predicted for it: one table. Each cause takes a part of the difference, in this
//! order; what no cause takes is said to be without explanation. A cause is only said where figures of the inputs show it.

use super::predict::Predicted;
use super::real::Real;
use crate::cni::seen::Eni;
use crate::cni::settings::Targets;
use crate::cni::{PREFIX, Primary, Stop, churn};
use crate::text::{addresses, count, excerpt, thousands};

/// A node whose holding is not what is predicted.
pub struct Case<'a> {
    pub real: &'a Real,
    /// With the variables that the plan has.
    pub predicted: &'a Predicted,
    /// With those that its own aws-node has, where these come to something else, and which they are.
    pub own: Option<(&'a Predicted, &'a str)>,
    /// With those of the shipped manifest, where no input has the node's and it holds exactly that.
    pub shipped: Option<&'a Predicted>,
    /// Whose variables the plan has: the DaemonSet's, or its own.
    pub of: &'static str,
    /// It takes no pods now, and the VPC CNI leaves its ENIs alone.
    pub cordoned: bool,
    /// Where it would take more.
    pub room: Option<&'a Room>,
    /// Addresses that are held beyond the prediction and not explained yet; below 0: that lack.
    pub left: i64,
}

/// What a subnet can still give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    pub name: String,
    pub free: u64,
    /// Whole aligned /28; `None`: not known.
    pub blocks: Option<u64>,
}

impl Case<'_> {
    /// The prediction that is compared with: that of the variables in force, as far as it is known.
    fn base(&self) -> &Predicted {
        self.own.map(|(own, _)| own).or(self.shipped).unwrap_or(self.predicted)
    }

    fn more(&self) -> Option<u64> {
        u64::try_from(self.left).ok().filter(|more| *more > 0)
    }

    fn less(&self) -> Option<u64> {
        (self.left < 0).then(|| self.left.unsigned_abs())
    }
}

/// A cause.
pub struct Cause {
    /// As JSON and CSV have it.
    pub key: &'static str,
    /// How it is found: the addresses that it explains, and a sentence.
    pub find: fn(&Case<'_>) -> Option<(i64, String)>,
    /// What to do about it on so many nodes; `None`: nothing, or nothing that gives addresses back.
    pub remedy: Option<fn(u64) -> String>,
}

fn nodes(n: u64) -> String {
    count(n, "node")
}

/// Every cause.
pub const CAUSES: &[Cause] = &[
    Cause {
        key: "setting",
        find: setting,
        remedy: Some(|n| {
            format!(
                "let the present variables come into force on {}: kubectl -n kube-system rollout restart daemonset \
                 aws-node",
                nodes(n)
            )
        }),
    },
    Cause { key: "trunk", find: trunk, remedy: None },
    Cause {
        key: "mode-switch",
        find: mode_switch,
        remedy: Some(|n| format!("drain and replace {} that had pods when the mode was switched", nodes(n))),
    },
    Cause {
        key: "max-eni",
        find: max_eni,
        remedy: Some(|n| {
            format!("drain and replace {}, whose ENIs are from before MAX_ENI was set", nodes(n))
        }),
    },
    Cause { key: "cool-down", find: cool_down, remedy: None },
    Cause {
        key: "cordoned",
        find: cordoned,
        remedy: Some(|n| format!("uncordon {}, or take them away: cordoned nodes keep their ENIs", nodes(n))),
    },
    Cause { key: "surplus", find: surplus, remedy: None },
    Cause {
        key: "pinned",
        find: pinned,
        remedy: Some(|n| {
            format!(
                "drain and replace {}: pods are spread there over more than they need, and find room on other nodes",
                nodes(n)
            )
        }),
    },
    Cause { key: "full", find: full, remedy: None },
    Cause { key: "dry-subnet", find: dry, remedy: None },
    Cause { key: "growing", find: growing, remedy: None },
    Cause { key: "moments", find: moments, remedy: None },
];

/// What no cause explains.
pub const UNEXPLAINED: &str = "unexplained";

/// What explains the difference of a node, in order: key, addresses, sentence.
pub fn explain(mut case: Case<'_>) -> Vec<(&'static str, i64, String)> {
    let mut told = Vec::new();
    for cause in CAUSES {
        if case.left == 0 {
            break;
        }
        if let Some((part, sentence)) = (cause.find)(&case) {
            case.left -= part;
            told.push((cause.key, part, sentence));
        }
    }
    if case.left != 0 {
        let run = match case.real.of_ipamd {
            true => "its log, /var/log/aws-routed-eni/ipamd.log, may tell",
            false => "ipamd may tell: curl -s http://localhost:61679/v1/enis, on the node",
        };
        let sentence = match case.left {
            more if more > 0 => format!("{} that no input explains; {run}", addresses(more.unsigned_abs())),
            less => format!("{} are missing, and no input says why; {run}", addresses(less.unsigned_abs())),
        };
        told.push((UNEXPLAINED, case.left, sentence));
    }
    told
}

/// An older setting still in force.
fn setting(case: &Case<'_>) -> Option<(i64, String)> {
    let held = case.real.of_pool();
    let part = |base: &Predicted| case.left.saturating_sub(base.difference(held));
    if let Some((own, words)) = case.own {
        let part = part(own);
        let more = word(part);
        let sentence = format!("its aws-node still runs with {words}: {more}");
        return (part != 0).then_some((part, sentence));
    }
    let shipped = case.shipped?;
    let sentence = format!(
        "it holds exactly what the shipped variables would make it hold: {}'s may not be in force there; kubectl -n \
         kube-system get pods -l k8s-app=aws-node -o json tells",
        case.of
    );
    Some((part(shipped), sentence))
}

/// `that is 30 addresses more`.
fn word(part: i64) -> String {
    let more = if part > 0 { "more" } else { "fewer" };
    format!("that is {} {more}", addresses(part.unsigned_abs()))
}

/// A trunk ENI that is there or is not.
fn trunk(case: &Case<'_>) -> Option<(i64, String)> {
    let wanted = u64::from(case.base().node.trunk);
    match (case.real.trunks, wanted) {
        (0, 1) => Some((-1, "its trunk ENI is not attached, though ENABLE_POD_ENI asks for one".to_owned())),
        (1, 0) => Some((1, "a trunk ENI is attached, which no setting asks for".to_owned())),
        _ => None,
    }
}

/// Addresses of a mode that is not in force any more: single ones in prefix mode, prefixes without it, and those on the
/// first ENI with custom networking.
fn mode_switch(case: &Case<'_>) -> Option<(i64, String)> {
    let node = &case.base().node;
    let enis = &case.real.seen.enis;
    let (own, idle): (Vec<&Eni>, Vec<&Eni>) = enis.iter().partition(|eni| !eni.idle);
    let on_idle: u64 = idle.iter().map(|eni| eni.held() - 1).sum();
    let singles: u64 = own.iter().map(|eni| eni.singles).sum();
    let prefixes: u64 = own.iter().map(|eni| eni.prefixes).sum();
    let (left, what) = match node.prefix_mode {
        true => (singles, format!("{} of secondary-IP mode", count(singles, "single address"))),
        false => (prefixes * PREFIX, format!("{} of prefix mode", count(prefixes, "prefix"))),
    };
    let what = match (left, on_idle) {
        (0, 0) => return None,
        (0, n) => format!("{} on its first ENI, which serves no pods any more", addresses(n)),
        _ => what,
    };
    let left = left + on_idle;
    let beyond = case.real.figures.enis.saturating_sub(case.base().settled.enis);
    let part = match case.more() {
        Some(more) => i64::try_from(more.min(left + beyond)).unwrap_or(i64::MAX),
        None => case.left,
    };
    let tail = if part < 0 { ", which take the slots of others" } else { "" };
    Some((part, format!("it still has {what}{tail}: they stay until the node goes")))
}

/// More ENIs than MAX_ENI allows: it keeps new ones away, and takes none.
fn max_eni(case: &Case<'_>) -> Option<(i64, String)> {
    let more = case.more()?;
    let node = &case.base().node;
    // the first one is there whatever the limit is
    let limit = node.pod_enis() + u64::from(node.primary == Primary::Idle);
    let enis = case.real.seen.enis.len() as u64;
    let sentence = format!(
        "{} for pods where MAX_ENI allows {}: those from before it was set stay while they have pods",
        count(enis, "ENI"),
        thousands(limit)
    );
    (enis > limit).then_some((i64::try_from(more).ok()?, sentence))
}

/// What goes back when addresses have cooled down.
fn cool_down(case: &Case<'_>) -> Option<(i64, String)> {
    let more = case.more().filter(|_| case.real.cooling > 0 && !case.cordoned)?;
    let part = more.min(case.real.seen.gives_back(&case.base().node, true));
    let cooling = addresses(case.real.cooling);
    let sentence = format!(
        "pods have just left, up to {cooling} are in cool-down: {} go back by themselves, within a minute or two",
        thousands(part)
    );
    (part > 0).then_some((i64::try_from(part).ok()?, sentence))
}

/// What would go back if the node were not cordoned.
fn cordoned(case: &Case<'_>) -> Option<(i64, String)> {
    if !case.cordoned {
        return None;
    }
    if case.less().is_some() {
        case.real.seen.low(&case.base().node).ok()?;
        return Some((case.left, "it is cordoned, and takes no more addresses while it is".to_owned()));
    }
    let part = case.more()?.min(case.real.seen.gives_back(&case.base().node, true));
    let sentence =
        format!("it is cordoned: ENIs without pods are not deleted while it is, {} in all", addresses(part));
    (part > 0).then_some((i64::try_from(part).ok()?, sentence))
}

/// What goes back soon.
fn surplus(case: &Case<'_>) -> Option<(i64, String)> {
    let part = case.more()?.min(case.real.seen.gives_back(&case.base().node, false));
    let sentence = format!(
        "{} too many, which go back by themselves: addresses within 30 s, ENIs without pods within a minute or two",
        thousands(part)
    );
    (part > 0).then_some((i64::try_from(part).ok()?, sentence))
}

/// What stays as long as its pods do.
fn pinned(case: &Case<'_>) -> Option<(i64, String)> {
    let (node, settled) = (&case.base().node, &case.base().settled);
    let high = node.max_pods.max(settled.asked);
    let worst = churn(node, high, settled.asked).held(node);
    let part = case.more()?.min(worst.saturating_sub(case.base().most));
    if part == 0 {
        return None;
    }
    let enis = &case.real.seen.enis;
    let further = || enis.iter().filter(|eni| !eni.first);
    let pods = count(case.real.pods, "pod");
    let more_enis = case.real.figures.enis.saturating_sub(settled.enis);
    let prefixes: u64 = enis.iter().map(|eni| eni.prefixes).sum();
    let more_prefixes = prefixes.saturating_sub(if node.prefix_mode { settled.slots } else { 0 });
    let with_pods = further().filter(|eni| eni.pods > 0).count() as u64;
    let of_enis = || {
        format!(
            "{} more than its {pods} need: pods sit on {} of its {}",
            count(more_enis, "ENI"),
            thousands(with_pods),
            count(further().count() as u64, "further ENI")
        )
    };
    let of_prefixes = || {
        let busy: u64 = enis.iter().map(|eni| eni.busy_prefixes).sum();
        format!(
            "{} more than its {pods} need: pods sit in {} of its {}",
            count(more_prefixes, "prefix"),
            thousands(busy),
            count(prefixes, "prefix")
        )
    };
    let what = match (more_prefixes, more_enis, node.targets) {
        (1.., 0, _) => of_prefixes(),
        (1.., 1.., _) => format!("{}; {}", of_prefixes(), of_enis()),
        (0, 1.., _) => of_enis(),
        (0, 0, Targets::Enis { .. } | Targets::Ips { .. } | Targets::Prefixes { .. }) => {
            format!("{} more than its {pods} need", addresses(part))
        }
    };
    Some((i64::try_from(part).ok()?, format!("it ran more pods once, and has {what}")))
}

/// Nothing more can be taken, and nothing is asked for.
fn full(case: &Case<'_>) -> Option<(i64, String)> {
    case.less()?;
    let node = &case.base().node;
    match case.real.seen.low(node) {
        Err(Stop::MaxPods) => {
            let sentence = format!(
                "it stopped at {}, which max pods ({}) does not go beyond",
                addresses(case.real.figures.pool),
                thousands(node.max_pods)
            );
            Some((case.left, sentence))
        }
        Err(Stop::Slots) => Some((case.left, "all slots of its ENIs are taken".to_owned())),
        _ => None,
    }
}

/// Its subnet does not have what it needs.
fn dry(case: &Case<'_>) -> Option<(i64, String)> {
    case.less()?;
    let node = &case.base().node;
    let need = case.real.seen.low(node).ok()?;
    let room = case.room?;
    let new = !case.real.seen.has_room(node);
    let singles = match (new, node.prefix_mode) {
        (true, true) => 1,
        (true, false) => 1 + need.min(node.slots),
        (false, true) => 0,
        (false, false) => 1,
    };
    let lacks_block = node.prefix_mode && room.blocks == Some(0);
    if room.free >= singles && !lacks_block {
        return None;
    }
    let what = if lacks_block {
        "no whole /28 for a prefix".to_owned()
    } else {
        format!("{} free", thousands(room.free))
    };
    let whole = if new && !lacks_block {
        format!(", and a new ENI takes {} at once or none", thousands(singles))
    } else {
        String::new()
    };
    Some((case.left, format!("the subnet {} has {what}{whole}", excerpt(&room.name))))
}

/// It can take more, and will.
fn growing(case: &Case<'_>) -> Option<(i64, String)> {
    case.less()?;
    case.real.seen.low(&case.base().node).ok()?;
    let sentence =
        "it takes more, a step every 5 s, unless its aws-node does not run or EC2 refuses it".to_owned();
    Some((case.left, sentence))
}

/// The lists do not fit together.
fn moments(case: &Case<'_>) -> Option<(i64, String)> {
    let astray = case.real.astray;
    let sentence = format!(
        "{} of its pods are on no ENI that is listed: the lists of pods and of network interfaces are of different \
         moments",
        addresses(astray)
    );
    (astray > 0).then_some((case.left, sentence))
}
