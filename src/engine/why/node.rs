//! How the numbers of one node came about.

use crate::cni::settle::Range;
use crate::cni::{Node, PREFIX, Primary, Settled, Stop, Targets, max_pods};
use crate::engine::fleet::{Group, GroupShape};
use crate::engine::hold::{Cni, Part, Take};
use crate::engine::managed::Asked;
use crate::engine::outcome::Outcome;
use crate::manager::Nodes as Where;
use crate::manager::node_range::MAX_PODS;
use crate::plan::{Address, Cluster, MaxPods};
use crate::text::{addresses, count, thousands};

pub fn max_pods(cluster: &Cluster, g: usize, group: &Group) -> String {
    let spec = &cluster.node_groups[g];
    let rule = spec.max_pods_rule();
    let n = thousands(group.max_pods.into());
    if let MaxPods::Fixed(_) = rule {
        return format!("{n} max pods: the plan says so");
    }
    if !cluster.manager.is_aws() {
        let by = match (cluster.settings.max_pods, cluster.manager.defaults.max_pods) {
            (says, default) if says != default => "the cluster says so".to_string(),
            (_, MAX_PODS) if cluster.manager.nodes != Where::InSubnets => "the kubelet's default".to_string(),
            _ => format!("the default of {}", cluster.manager.title),
        };
        return format!("{n} max pods: {by}");
    }
    let in_force = rule != MaxPods::Ami;
    let formula = |shape: &GroupShape| {
        let prefix = in_force && shape.node.prefix_mode;
        let custom = in_force && group.settings.custom_networking;
        let f = max_pods::formula(shape.shape.enis, shape.shape.ipv4_per_eni, prefix, custom);
        let enis = match (custom, shape.shape.enis) {
            (true, n) => format!("({n} - 1) ENIs"),
            (false, n) => count(n, "ENI"),
        };
        let text = format!(
            "{enis} x ({} - 1) addresses{} + 2 = {}",
            shape.shape.ipv4_per_eni,
            if prefix { " x 16" } else { "" },
            thousands(f)
        );
        (f, text)
    };
    let Some((f, text, shape)) = group
        .shapes
        .iter()
        .map(|s| {
            let (f, text) = formula(s);
            let capped = if rule == MaxPods::Managed { f.min(max_pods::cap(s.vcpus)) } else { f };
            (capped, f, text, s)
        })
        .min_by_key(|(capped, ..)| *capped)
        .map(|(_, f, text, s)| (f, text, s))
    else {
        return String::new();
    };
    let cap = max_pods::cap(shape.vcpus);
    let capped = match (rule, shape.vcpus) {
        (MaxPods::Managed, Some(vcpus)) if f > cap => {
            format!(", capped at {cap} for {}", count(vcpus.into(), "vCPU"))
        }
        (MaxPods::Managed, None) if f > cap => format!(", capped at {cap} as the vCPUs are not known"),
        _ => String::new(),
    };
    let lowest = if group.shapes.len() > 1 {
        format!(", the lowest of its types ({})", shape.instance_type)
    } else {
        String::new()
    };
    format!("{n} max pods: {text}{capped}{lowest}")
}

pub fn pods(cluster: &Cluster, outcome: &Outcome, part: &Part) -> String {
    let bin = &outcome.placed.bins[part.bin];
    let starved = match part.starved() {
        0 => String::new(),
        n => format!(", {} starve", thousands(n)),
    };
    let spec = &cluster.node_groups[bin.group];
    if spec.pods.is_some() {
        return format!(
            "{}: the plan says that every node runs {}{starved}",
            count(part.running, "pod"),
            bin.asking
        );
    }
    let of: Vec<String> = bin
        .contents
        .iter()
        .filter(|(w, _)| cluster.workloads[*w].address() == Address::Pool)
        .map(|(w, pods)| format!("{} {}", thousands(*pods), cluster.workloads[*w].name))
        .collect();
    let of = if of.is_empty() { "none is placed here".to_string() } else { of.join(" + ") };
    format!("{}: {of}{starved}", count(part.running, "pod"))
}

pub fn enis(cluster: &Cluster, part: &Part) -> String {
    let Some(Cni { node, settled, .. }) = &part.cni else {
        return match part.enis(cluster.manager) {
            Some(enis) => format!("{}: {}", count(enis, "ENI"), given(part)),
            None => format!("0 ENIs: nodes of {} have none", cluster.manager.title),
        };
    };
    format!("{}: {}; {}", count(settled.enis, "ENI"), eni_kinds(node, settled), pool(node, settled))
}

/// What another manager than the AWS VPC CNI gives a node.
fn given(part: &Part) -> String {
    part.managed.as_ref().map_or(String::new(), Asked::why)
}

pub fn unused(part: &Part) -> String {
    let (primary, assigned) = (part.held() - part.unused() - part.assigned(), part.assigned());
    let own = match &part.managed {
        Some(asked) if asked.node.enis.is_none() => format!("{} of the node", thousands(primary)),
        _ => count(primary, "ENI"),
    };
    format!(
        "{} unused: {} held - {own} - {} assigned; {}",
        thousands(part.unused()),
        thousands(part.held()),
        thousands(assigned),
        held(part)
    )
}

/// Why pods of a node get no address.
pub fn starved(part: &Part) -> String {
    match &part.cni {
        Some(Cni { node, settled, .. }) => pool(node, settled),
        None => given(part),
    }
}

/// `3 serve pods`, `1 serves no pods + 2 serve pods + 1 trunk`.
fn eni_kinds(node: &Node, settled: &Settled) -> String {
    let idle = u64::from(node.primary == Primary::Idle);
    let trunk = u64::from(node.trunk);
    let serving = settled.enis - idle - trunk - node.unmanaged;
    let mut kinds = vec![match serving {
        0 => "none serves pods".into(),
        1 => "1 serves pods".into(),
        n => format!("{n} serve pods"),
    }];
    if idle == 1 && serving > 0 {
        kinds.insert(0, "the first serves none".into());
    }
    if trunk == 1 {
        kinds.push("1 trunk".into());
    }
    if node.unmanaged > 0 {
        kinds.push(format!("{} unmanaged", node.unmanaged));
    }
    kinds.join(" + ")
}

pub fn held(part: &Part) -> String {
    let Some(Cni { node, settled, branch_pods }) = &part.cni else {
        return given(part);
    };
    let plain = node.primary == Primary::Serves && !node.trunk && node.unmanaged == 0;
    let full = settled.slots == settled.enis * node.slots;
    let mut parts = match (node.prefix_mode, plain && full) {
        (false, true) => format!("{} x {} addresses", count(settled.enis, "ENI"), node.slots + 1),
        (false, false) => {
            format!("{} + {} for pods", count(settled.enis, "ENI"), addresses(settled.pool))
        }
        (true, _) => format!("{} + {} x 16", count(settled.enis, "ENI"), count(settled.slots, "prefix")),
    };
    if !plain {
        parts.push_str(&format!(" ({})", eni_kinds(node, settled)));
    }
    if *branch_pods > 0 {
        parts.push_str(&format!(" + {}", count(*branch_pods, "branch-ENI pod")));
    }
    format!("{parts}; {}", pool(node, settled))
}

/// Why a node's pool is as large as it is.
pub fn pool(node: &Node, settled: &Settled) -> String {
    let goal = match node.targets {
        _ if node.slots == 0 => "its ENIs have no slot for pods".to_string(),
        Targets::Enis { warm } => eni_goal(node, settled, warm),
        Targets::Ips { warm, minimum } => ip_goal(node, settled, warm, minimum),
        Targets::Prefixes { warm } => prefix_goal(settled, warm),
    };
    let stop = match settled.stop {
        Stop::Satisfied => String::new(),
        Stop::MaxPods => format!("; growth stops at max pods {}", thousands(node.max_pods)),
        Stop::Slots => match node.pod_enis() {
            0 => "; no ENI is left for pods".to_string(),
            enis => format!(
                "; all {} of {} for pods are used",
                count(node.slot_limit(), "slot"),
                count(enis, "ENI")
            ),
        },
    };
    let starved = match settled.starved() {
        0 => String::new(),
        n => format!(
            "; {} of {} {}",
            thousands(n),
            count(settled.asked, "pod"),
            if n == 1 { "starves" } else { "starve" }
        ),
    };
    let held = |slots: u64, enis: u64| thousands(slots * node.per_slot() + enis);
    let range = match settled.range {
        Range::Exact => String::new(),
        Range::Oscillates { slots, enis } => {
            format!("; it never settles and goes down to {}", held(slots, enis))
        }
        Range::Random { slots, enis } => format!("; it may be up to {}", held(slots, enis)),
    };
    format!("{goal}{stop}{starved}{range}")
}

/// `40 pods need 2 ENIs of 29, and WARM_ENI_TARGET=1 keeps one more`.
fn eni_goal(node: &Node, settled: &Settled, warm: u64) -> String {
    let needed = settled.asked.div_ceil(node.slots.max(1));
    let kept = (settled.slots / node.slots.max(1)).saturating_sub(needed);
    let need = match settled.asked {
        0 => "no pod needs an ENI".to_string(),
        1 => format!("1 pod needs 1 ENI of {}", node.slots),
        n => format!("{} need {} of {}", count(n, "pod"), count(needed, "ENI"), node.slots),
    };
    match (warm, kept) {
        (_, 0) => need,
        (0, _) => format!("{need}, and WARM_ENI_TARGET=0 adds one as long as no address is free"),
        (_, 1) => format!("{need}, and WARM_ENI_TARGET={warm} keeps one more"),
        (_, n) => format!("{need}, and WARM_ENI_TARGET={warm} keeps {n} more"),
    }
}

/// `40 pods + WARM_IP_TARGET=5 are 45 addresses`.
fn ip_goal(node: &Node, settled: &Settled, warm: u64, minimum: u64) -> String {
    let pods = count(settled.asked, "pod");
    let sum = settled.asked.saturating_add(warm);
    let (goal, total) = match warm {
        0 if minimum >= sum => (format!("MINIMUM_IP_TARGET={minimum} covers {pods}"), minimum),
        0 => {
            (format!("MINIMUM_IP_TARGET={minimum} alone asks for no more, whatever pods there are"), minimum)
        }
        _ if minimum > sum => (
            format!("MINIMUM_IP_TARGET={minimum} asks for more than {pods} + WARM_IP_TARGET={warm}"),
            minimum,
        ),
        _ => (format!("{pods} + WARM_IP_TARGET={warm} are {}", addresses(sum)), sum),
    };
    if node.prefix_mode {
        format!("{goal}, so {} of 16", count(total.div_ceil(PREFIX), "prefix"))
    } else {
        goal
    }
}

/// `40 pods use 3 prefixes, and WARM_PREFIX_TARGET=1 grows while fewer than 16 addresses are free`.
fn prefix_goal(settled: &Settled, warm: u64) -> String {
    let used = count(settled.asked.div_ceil(PREFIX), "prefix");
    let need = match settled.asked {
        0 => "no pod uses a prefix".to_string(),
        1 => format!("1 pod uses {used}"),
        n => format!("{} use {used}", count(n, "pod")),
    };
    let grows = match warm.checked_mul(PREFIX) {
        Some(0) => "no address is free".to_string(),
        Some(free) => format!("fewer than {} are free", addresses(free)),
        None => "it can".to_string(),
    };
    format!("{need}, and WARM_PREFIX_TARGET={warm} grows while {grows}")
}

/// What a node keeps of a pool after churn: `a node that once ran 106 pods and now runs 40 may keep …`
pub fn churned(part: &Part, pool: usize) -> String {
    let Some(churn) = &part.churn else { return "no node ever ran a pod".to_string() };
    if churn.high <= part.asked {
        return "no node ever ran more pods than it does now".to_string();
    }
    let once =
        format!("a node that once ran {} and now runs {}", count(churn.high, "pod"), thousands(part.asked));
    let Some((Cni { node, .. }, worst)) = part.cni.as_ref().zip(churn.worst) else {
        let held = |takes: &[Take]| takes.iter().filter(|t| t.pool == pool).map(Take::held).sum::<u64>();
        let (kept, now) = (held(&churn.takes), held(&part.takes));
        return match kept.saturating_sub(now) {
            0 => format!("{once} holds no more than if it had always run these"),
            more => format!(
                "{once} may keep {}, {} more than it would take now",
                thousands(kept),
                thousands(more)
            ),
        };
    };
    let rule = match node.targets {
        Targets::Enis { .. } => "an ENI with a pod is never given back",
        Targets::Ips { .. } if !node.prefix_mode => {
            "addresses are given back, an ENI that has one in use is not"
        }
        Targets::Ips { .. } | Targets::Prefixes { .. } => "a prefix with a pod is never given back",
    };
    let slots = worst.slots;
    let kept = if node.prefix_mode { count(slots, "prefix") } else { addresses(slots) };
    format!("{once} may keep {} and {kept}: {rule}", count(worst.enis, "ENI"))
}
