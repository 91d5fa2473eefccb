//! Nodes whose ENIs, pools or max pods do not do what their plan expects.

use super::super::report::Severity;
use super::{Context, Note, Seen};
use crate::cni::{Node, Primary, Settings, Targets, Trunking, max_pods};
use crate::engine::fleet::GroupShape;
use crate::engine::place::allowed;
use crate::instance::Hypervisor;
use crate::plan::{Address, Edit, MaxPods, Place, Row, Workload};
use crate::text::{addresses, count, shown, thousands};

/// One note per group for which `check` finds something.
pub(super) fn each(context: &Context, check: impl Fn(&Seen) -> Option<Note>) -> Vec<Note> {
    context.groups().filter_map(|seen| check(&seen)).collect()
}

pub fn no_pod_subnets(context: &Context) -> Vec<Note> {
    each(context, |seen| {
        let lacks =
            seen.group.settings.custom_networking && seen.group.zones.iter().any(|z| z.pods.is_none());
        let message = format!(
            "custom networking is on and {} has no pod subnets: its pods get no address",
            seen.name()
        );
        let help = "give pod_subnets, one per zone, to the cluster or the group";
        lacks.then(|| Note::new(Severity::Error, seen.key("pod_subnets"), message, help))
    })
}

pub fn no_pod_address(context: &Context) -> Vec<Note> {
    each(context, |seen| {
        if seen.group.settings.custom_networking && seen.group.zones.iter().any(|z| z.pods.is_none()) {
            return None;
        }
        let bins = &seen.outcome.placed.bins;
        let parts = seen.outcome.parts[seen.index].iter();
        let parts =
            parts.filter_map(|p| Some((&p.cni.as_ref()?.node, &seen.group.shapes[bins[p.bin].shape])));
        let (dead, shape) =
            parts.chain(seen.shapes().map(|s| (&s.node, s))).find(|(node, _)| node.is_dead())?;
        let message = format!(
            "a node of {} gets no pod address: {}",
            seen.name(),
            if dead.slots == 0 {
                "its ENIs have room for their own address only".to_string()
            } else {
                format!(
                    "no ENI is left for pods of the {} of the type{}",
                    shape.shape.enis,
                    takers(dead, shape)
                )
            }
        );
        let help = "choose a type with more ENIs, or undo what takes them";
        Some(Note::new(Severity::Error, seen.key("instance_type"), message, help))
    })
}

/// What takes ENIs away from pods, in words.
fn takers(node: &Node, shape: &GroupShape) -> String {
    let mut takers = Vec::new();
    if node.eni_limit < shape.shape.enis {
        takers.push(format!("MAX_ENI allows {}", node.eni_limit));
    }
    if node.primary == Primary::Idle {
        takers.push("the first serves none".to_string());
    }
    if node.trunk_reserved {
        takers.push("one slot is the trunk's".to_string());
    }
    if node.unmanaged > 0 {
        takers.push(format!("{} unmanaged", node.unmanaged));
    }
    if !node.more_enis {
        takers.push("no subnet may take new ones".to_string());
    }
    if takers.is_empty() { String::new() } else { format!(" ({})", takers.join(", ")) }
}

/// More ENIs that the program leaves alone than the type has beside its first.
pub fn unmanaged_enis(context: &Context) -> Vec<Note> {
    each(context, |seen| {
        let shape = seen.shapes().find(|s| s.node.unmanaged >= s.shape.enis)?;
        let message = format!(
            "{} unmanaged ENIs do not fit on {}, which has {} with its first",
            shape.node.unmanaged,
            shown(&shape.instance_type),
            count(shape.shape.enis, "ENI")
        );
        let help = format!("at most {} are possible", shape.shape.enis - 1);
        Some(Note::new(Severity::Error, seen.key("unmanaged_enis"), message, help))
    })
}

/// Only where a node could have more addresses than the minimum, and more pods that want one.
pub fn minimum_alone(context: &Context) -> Vec<Note> {
    each(context, |seen| {
        let (minimum, stops) = seen.shapes().find_map(|shape| match shape.node.targets {
            Targets::Ips { warm: 0, minimum } => {
                let stops = minimum.div_ceil(shape.node.per_slot()).saturating_mul(shape.node.per_slot());
                (stops < shape.node.address_limit().min(wanted(seen))).then_some((minimum, stops))
            }
            _ => None,
        })?;
        let starving: u64 = seen.outcome.parts[seen.index].iter().map(|p| p.starved() * p.nodes).sum();
        let message = format!(
            "MINIMUM_IP_TARGET = {} without WARM_IP_TARGET: a node of {} stops growing at {}, and pods above that \
             stay pending for ever{}",
            thousands(minimum),
            seen.name(),
            addresses(stops),
            match starving {
                0 => String::new(),
                1 => " (1 does)".to_string(),
                n => format!(" ({} do)", thousands(n)),
            }
        );
        let help = "set WARM_IP_TARGET = 1 or more beside it";
        let fix = Edit::Set { place: seen.variable("WARM_IP_TARGET"), value: Some("1".to_string()) };
        let note = Note::new(Severity::Warning, seen.variable("MINIMUM_IP_TARGET"), message, help);
        Some(note.fixed("set WARM_IP_TARGET = 1", fix))
    })
}

pub fn prefix_unsupported(context: &Context) -> Vec<Note> {
    each(context, |seen| {
        let shape = seen.shapes().find(|s| seen.group.settings.prefixes && !s.node.prefix_mode)?;
        let name = shown(&shape.instance_type);
        let message = format!(
            "{name} is not a Nitro type and cannot hold prefixes: in {} it runs in secondary-IP mode",
            seen.name()
        );
        let help =
            "choose a Nitro or bare metal type; the targets in force there are those of secondary-IP mode";
        Some(Note::new(Severity::Warning, seen.key("instance_type"), message, help))
    })
}

/// Pods that run on every node of a group in the host's network: each takes one of its max pods, and no address.
fn on_host(seen: &Seen) -> u64 {
    let of_every_node = |w: &&Workload| {
        w.daemonset && w.address() == Address::Host && allowed(seen.cluster, w).contains(&seen.index)
    };
    let daemonsets = seen.cluster.workloads.iter().filter(of_every_node).count() as u64;
    daemonsets + u64::from(seen.cluster.system_pods)
}

/// Pods with an address that the kubelet would run on a node.
pub(super) fn wanted(seen: &Seen) -> u64 {
    u64::from(seen.group.max_pods).saturating_sub(on_host(seen))
}

/// The shape that can serve the fewest pods, and how many.
fn tightest<'a>(seen: &Seen<'a>) -> Option<(&'a GroupShape, u64)> {
    seen.shapes().map(|s| (s, s.node.address_limit())).min_by_key(|(_, limit)| *limit)
}

/// The pods that a shape could serve if nothing took ENIs away: no MAX_ENI, trunk or unmanaged ENIs.
fn untaken(seen: &Seen, shape: &GroupShape) -> u64 {
    let settings = Settings { max_eni: None, pod_eni: false, ..seen.group.settings.clone() };
    Node::new(&settings, shape.shape, 0, shape.node.max_pods).address_limit()
}

/// The tightest shape of a group whose max pods allows more pods than that shape can serve, and how many it
/// can.
fn overcommitted<'a>(seen: &Seen<'a>) -> Option<(&'a GroupShape, u64)> {
    tightest(seen).filter(|(_, limit)| (1..wanted(seen)).contains(limit))
}

/// `max pods 29 allows 27 pods with an address, beside 2 of the host's network, on a node of prod/workers`.
fn allows(seen: &Seen) -> String {
    let beside = match on_host(seen) {
        0 => String::new(),
        n => format!(", beside {} of the host's network,", thousands(n)),
    };
    format!(
        "max pods {} allows {} with an address{beside} on a node of {}",
        thousands(seen.group.max_pods.into()),
        count(wanted(seen), "pod"),
        seen.name()
    )
}

/// A note that max pods should leave room for so many pods with an address, and for those without.
fn lower_max_pods(seen: &Seen, message: String, limit: u64) -> Note {
    let most = limit + on_host(seen);
    let help = format!("set max_pods to {most} or less");
    Note::new(Severity::Warning, seen.key("max_pods"), message, help).set(most)
}

pub fn enis_taken(context: &Context) -> Vec<Note> {
    each(context, |seen| {
        let (shape, limit) = overcommitted(seen).filter(|(shape, limit)| untaken(seen, shape) > *limit)?;
        let message = format!(
            "{}, but its ENIs serve {limit}: of the {} of the type {} for pods{}",
            allows(seen),
            count(shape.shape.enis, "ENI"),
            match shape.node.pod_enis() {
                1 => "1 is left".to_string(),
                n => format!("{n} are left"),
            },
            takers(&shape.node, shape),
        );
        Some(lower_max_pods(seen, message, limit))
    })
}

pub fn max_pods_above_addresses(context: &Context) -> Vec<Note> {
    each(context, |seen| {
        let (shape, limit) = overcommitted(seen).filter(|(shape, limit)| untaken(seen, shape) == *limit)?;
        let node = &shape.node;
        let message = format!(
            "{}, but {} can hold {}: {} x {}{}",
            allows(seen),
            shown(&shape.instance_type),
            addresses(limit),
            count(node.pod_enis(), "ENI"),
            count(node.slots, "slot"),
            if node.prefix_mode { " x 16" } else { "" },
        );
        Some(lower_max_pods(seen, message, limit))
    })
}

/// Karpenter and self-managed nodes take their max pods from the AMI, which knows only secondary IPs.
pub fn max_pods_secondary(context: &Context) -> Vec<Note> {
    each(context, |seen| {
        let by_ami = seen.spec.max_pods_rule() == MaxPods::Ami;
        let custom = seen.group.settings.custom_networking;
        let in_force = seen.shapes().map(|s| {
            let f = max_pods::formula(s.shape.enis, s.shape.ipv4_per_eni, s.node.prefix_mode, custom);
            (f.min(max_pods::cap(s.vcpus)), f)
        });
        let (capped, prefix) = in_force.min()?;
        let prefix_mode = seen.shapes().any(|s| s.node.prefix_mode);
        if !by_ami || !prefix_mode || capped <= seen.group.max_pods.into() {
            return None;
        }
        let message = format!(
            "{} is in prefix mode, but its max pods stays {}, the secondary-IP number of the AMI; prefixes would \
             serve {}",
            seen.name(),
            seen.group.max_pods,
            thousands(prefix)
        );
        let help = format!("set max_pods = {capped} and the kubelet's maxPods with it");
        Some(Note::new(Severity::Warning, seen.key("max_pods"), message, help).set(capped))
    })
}

pub fn trunk_unlisted(context: &Context) -> Vec<Note> {
    each(context, |seen| {
        let shape =
            seen.shapes().find(|s| seen.group.settings.pod_eni && s.shape.trunking == Trunking::Unlisted)?;
        let message = format!(
            "{} is not in the list of types with branch ENIs: {} reserves a slot for a trunk that never comes",
            shown(&shape.instance_type),
            seen.name()
        );
        let help = "pods with security groups cannot run there; choose a listed type";
        Some(Note::new(Severity::Warning, seen.key("instance_type"), message, help))
    })
}

pub fn no_new_enis(context: &Context) -> Vec<Note> {
    let mut notes = Vec::new();
    for seen in context.groups().filter(|s| !s.group.settings.custom_networking) {
        let parts = &seen.outcome.parts[seen.index];
        let stuck = parts
            .iter()
            .find(|p| p.cni.as_ref().is_some_and(|cni| !cni.node.more_enis && cni.node.slot_limit() > 0));
        if let Some(part) = stuck {
            let subnet = &context.plan.subnets[part.subnet].name;
            let message = format!(
                "{subnet} is tagged kubernetes.io/role/cni = 0: nodes of {} there get no ENI beyond the first",
                seen.name()
            );
            let help =
                "tag another subnet of the zone with 1 and leave subnet discovery on, or take the tag away";
            notes.push(Note::new(
                Severity::Warning,
                Place::key(Row::Subnet(part.subnet), "role_cni"),
                message,
                help,
            ));
        }
    }
    notes
}

pub fn random(context: &Context) -> Vec<Note> {
    each(context, |seen| {
        let warm = seen.shapes().find_map(|s| match s.node.targets {
            Targets::Prefixes { warm } if warm >= 2 => Some(warm),
            _ => None,
        })?;
        let message = format!(
            "WARM_PREFIX_TARGET = {warm}: how many prefixes a node of {} holds depends on which prefix its pods land \
             on; held is the least, held_max the most",
            seen.name()
        );
        let help = "WARM_PREFIX_TARGET = 1 and WARM_IP_TARGET settle on one number";
        Some(Note::new(Severity::Info, seen.variable("WARM_PREFIX_TARGET"), message, help))
    })
}

pub fn unknown(context: &Context) -> Vec<Note> {
    let mut notes = Vec::new();
    for seen in context.groups() {
        let workloads = &seen.cluster.workloads;
        let (cpu, memory) = (workloads.iter().any(|w| w.cpu > 0), workloads.iter().any(|w| w.memory > 0));
        for shape in seen.shapes() {
            let name = shown(&shape.instance_type);
            let mut note = |what: &str, key: &str, help: &str| {
                let message = format!("{what} of {name} is not known: it was not checked on {}", seen.name());
                notes.push(Note::new(Severity::Info, seen.key(key), message, help));
            };
            if cpu && shape.cpu.is_none() {
                note("cpu", "vcpus", "give vcpus");
            }
            if memory && shape.memory.is_none() {
                note("memory", "memory", "give memory");
            }
            if seen.group.settings.prefixes && shape.hypervisor == Hypervisor::Unknown {
                let message =
                    format!("whether {name} can hold prefixes is not known: it counts as a Nitro type");
                let help = "a table with its hypervisor settles it: --instances FILE";
                notes.push(Note::new(Severity::Info, seen.key("instance_type"), message, help));
            }
        }
    }
    notes
}

pub fn high_water(context: &Context) -> Vec<Note> {
    let mut notes = Vec::new();
    // under other managers what a node once held makes little difference
    for (c, cluster, outcome) in context.clusters() {
        let workloads = &cluster.workloads;
        let asked = workloads.iter().any(|w| w.cpu > 0 || w.memory > 0 || w.peak_replicas.is_some());
        let peak = cluster.node_groups.iter().any(|g| g.peak_pods.is_some());
        let runs =
            workloads.iter().any(|w| !w.daemonset) || cluster.node_groups.iter().any(|g| g.pods.is_some());
        if runs && !asked && !peak {
            let max_pods = outcome.groups.iter().map(|group| group.max_pods).max().unwrap_or(0);
            let message = format!(
                "nothing in {} says how many pods a node may once run (no cpu, memory or peak): after churn it may \
                 hold as much as max pods {} allows",
                cluster.name,
                thousands(max_pods.into())
            );
            let help = "give workloads cpu and memory requests, or groups peak_pods";
            notes.push(Note::new(Severity::Info, Place::row(Row::Cluster(c)), message, help));
        }
    }
    notes
}

pub fn instance_note(context: &Context) -> Vec<Note> {
    let mut notes = Vec::new();
    for seen in context.groups() {
        for shape in seen.shapes() {
            if let Some(note) = &shape.note {
                let message = format!("{}: {}", shown(&shape.instance_type), shown(note));
                let help = "give enis to override the table";
                notes.push(Note::new(Severity::Info, seen.key("instance_type"), message, help));
            }
        }
    }
    notes
}
