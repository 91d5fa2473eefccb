//! Why a node does not hold what is predicted for it: one table. Each cause takes a part of the difference, in this
//! order; what no cause takes is said to be without explanation. A cause is only said where figures of the inputs show it.

use super::predict::Predicted;
use super::real::Real;
use crate::cni::seen::Eni;
use crate::cni::settings::Targets;
use crate::cni::{Node, PREFIX, Primary, Stop, churn};
use crate::text::{addresses, count, excerpt, thousands};

/// A node whose holding is not what is predicted.
pub struct Case<'a> {
    pub real: &'a Real,
    /// With the variables that the plan has.
    pub predicted: &'a Predicted,
    /// With those of the DaemonSet, and then of its own aws-node, where these come to something else.
    pub stages: &'a [Stage],
    /// With those of the shipped manifest, where no input has the node's and it holds exactly that.
    pub shipped: Option<&'a Predicted>,
    /// Whose variables should be in force there.
    pub of: &'static str,
    /// It takes no pods now, and the VPC CNI leaves its ENIs alone.
    pub cordoned: bool,
    /// Where it would take more.
    pub room: Option<&'a Room>,
    /// Addresses that are held beyond the prediction and not explained yet; below 0: that lack.
    pub left: i64,
}

/// Variables that are not those before them.
pub struct Stage {
    /// [`PLAN`] or [`SETTING`].
    pub cause: &'static str,
    pub predicted: Predicted,
    /// Which variables, and what they are.
    pub words: String,
}

/// The plan's variables are not those of the cluster.
pub const PLAN: &str = "plan";
/// The cluster's variables are not those that a node's aws-node was started with.
pub const SETTING: &str = "setting";

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
        self.shipped.or(self.stages.last().map(|stage| &stage.predicted)).unwrap_or(self.predicted)
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
        key: PLAN,
        find: |case| stage(case, PLAN),
        remedy: Some(|n| {
            format!(
                "give the cluster the plan's variables, which concern {}: podroom export PLAN --as set-env prints the \
                 command",
                nodes(n)
            )
        }),
    },
    Cause {
        key: SETTING,
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
        remedy: Some(|n| {
            format!(
                "restart aws-node on {}, which gives back what is of the former mode and has no pod: kubectl -n \
                 kube-system rollout restart daemonset aws-node; what has pods, once they have gone and it restarts",
                nodes(n)
            )
        }),
    },
    Cause {
        key: "first-eni",
        find: first_eni,
        remedy: Some(|n| {
            format!("drain and replace {}, whose first ENI served pods before custom networking", nodes(n))
        }),
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

/// The part of what is left that other variables than those before come to.
fn moved(case: &Case<'_>, to: &Predicted) -> i64 {
    case.left.saturating_sub(to.difference(case.real.of_pool()))
}

/// Variables that differ.
fn stage(case: &Case<'_>, cause: &str) -> Option<(i64, String)> {
    let stage = case.stages.iter().find(|stage| stage.cause == cause)?;
    let part = moved(case, &stage.predicted);
    (part != 0).then(|| (part, format!("{}: {}", stage.words, word(part))))
}

/// An older setting still in force.
fn setting(case: &Case<'_>) -> Option<(i64, String)> {
    let Some(shipped) = case.shipped else { return stage(case, SETTING) };
    let sentence = format!(
        "it holds exactly what the shipped variables would make it hold: {}'s may not be in force there; kubectl -n \
         kube-system get pods -l k8s-app=aws-node -o json tells",
        case.of
    );
    Some((moved(case, shipped), sentence))
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

/// Addresses of a mode that is not in force any more: single ones in prefix mode, prefixes without it. At its start the
/// program frees those without a pod; a prefix goes with its last pod, a single address of before only at a start
/// (`nodeInit`, `DelNetwork`).
fn mode_switch(case: &Case<'_>) -> Option<(i64, String)> {
    let node = &case.base().node;
    let own = || case.real.seen.enis.iter().filter(|eni| !eni.idle);
    let sum = |of: fn(&Eni) -> u64| -> u64 { own().map(of).sum() };
    let (singles, prefixes) = (sum(|eni| eni.singles), sum(|eni| eni.prefixes));
    let (all, idle, per) = match node.prefix_mode {
        true => (singles, singles - sum(|eni| eni.busy_singles).min(singles), 1),
        false => (prefixes, prefixes - sum(|eni| eni.busy_prefixes).min(prefixes), PREFIX),
    };
    if all == 0 {
        return None;
    }
    let beyond = case.real.figures.enis.saturating_sub(case.base().settled.enis);
    let part = match case.more() {
        Some(more) => i64::try_from(more.min(all * per + beyond)).unwrap_or(i64::MAX),
        None => case.left,
    };
    let (what, with_pods) = match node.prefix_mode {
        true => (
            format!("{} of secondary-IP mode", count(all, "single address")),
            "go when their pods have gone and aws-node restarts",
        ),
        false => (format!("{} of prefix mode", count(all, "prefix")), "go with their last pods"),
    };
    // a start takes a prefix at once where an ENI has room for it, or another ENI is allowed
    let another = node.more_enis && (case.real.seen.enis.len() as u64) < most_enis(node);
    if node.prefix_mode && prefixes == 0 && idle > 0 && (another || case.real.seen.has_room(node)) {
        let sentence = format!(
            "it still has {what} and no prefix, though there is room for one: its aws-node has not restarted since \
             the mode was switched, or its subnet has no whole /28"
        );
        return Some((part, sentence));
    }
    let tail = if part < 0 { ", which take the slots of others" } else { "" };
    let go = match (idle, all - idle) {
        (0, _) => format!("they {with_pods}"),
        (_, 0) => "they have no pods, and go when aws-node restarts".to_owned(),
        (idle, busy) => format!(
            "{} without a pod go when aws-node restarts, {} with pods {with_pods}",
            thousands(idle),
            thousands(busy)
        ),
    };
    Some((part, format!("it still has {what}{tail}: {go}")))
}

/// Addresses on the first ENI, which serves no pods with custom networking.
fn first_eni(case: &Case<'_>) -> Option<(i64, String)> {
    let idle = case.real.seen.enis.iter().filter(|eni| eni.idle);
    let on_idle: u64 = idle.map(|eni| eni.held() - 1).sum();
    let part = case.more()?.min(on_idle);
    let sentence = format!(
        "it still has {} on its first ENI, which serves no pods any more: they stay until the node goes",
        addresses(on_idle)
    );
    (part > 0).then_some((i64::try_from(part).ok()?, sentence))
}

/// ENIs that it may have; the first one is there whatever the limit is.
fn most_enis(node: &Node) -> u64 {
    node.pod_enis() + u64::from(node.primary == Primary::Idle)
}

/// More ENIs than MAX_ENI allows: it keeps new ones away, and takes none.
fn max_eni(case: &Case<'_>) -> Option<(i64, String)> {
    let more = case.more()?;
    let node = &case.base().node;
    let limit = most_enis(node);
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
    let part = more.min(case.real.seen.gives_back(&case.base().node, true).0);
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
    let part = case.more()?.min(case.real.seen.gives_back(&case.base().node, true).0);
    let sentence =
        format!("it is cordoned: ENIs without pods are not deleted while it is, {} in all", addresses(part));
    (part > 0).then_some((i64::try_from(part).ok()?, sentence))
}

/// What goes back soon.
fn surplus(case: &Case<'_>) -> Option<(i64, String)> {
    let more = case.more()?;
    let (least, most) = case.real.seen.gives_back(&case.base().node, false);
    let (least, part) = (more.min(least), more.min(most));
    let chance = match part - least {
        0 => String::new(),
        n => format!(
            ", {} more only if the free addresses that stay are on other ENIs, which is chance",
            thousands(n)
        ),
    };
    let sentence = format!(
        "{} too many, which go back by themselves: addresses within 30 s, ENIs without anything in use within a \
         minute or two{chance}",
        thousands(least)
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
        let all = further().count() as u64;
        // an ENI without pods stays while the others do not have what the targets ask for
        let why = match (with_pods, all - with_pods) {
            (_, 0) => format!("pods sit on {} of its", thousands(with_pods)),
            (0, warm) => format!("free addresses that the targets ask for are on {} of its", thousands(warm)),
            (busy, warm) => format!(
                "pods sit on {}, and free addresses that the targets ask for are on {} of its",
                thousands(busy),
                thousands(warm)
            ),
        };
        format!("{} more than its {pods} need: {why} {}", count(more_enis, "ENI"), count(all, "further ENI"))
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
