//! What a cluster says to its manager.

use ipnet::IpNet;

use super::network::owned;
use super::table::{Got, Table};
use crate::manager::{MANAGERS, Manager, Settings};
use crate::plan::StateLoss;
use crate::plan::field::typed::{Fault, Typed};
use crate::text::thousands;

/// `manager`, the AWS VPC CNI where it is absent; `None` if it is unreadable.
pub(super) fn manager(table: &mut Table<'_, '_>) -> Option<&'static Manager> {
    table.choice("manager", MANAGERS).known(MANAGERS.first()?)
}

/// What the cluster says, with the manager's defaults. What the manager does not read has no effect: that is a
/// finding.
pub(super) fn settings(table: &mut Table<'_, '_>, manager: &'static Manager) -> Settings {
    let default = Settings::of(manager);
    let prefix = |table: &mut Table<'_, '_>, key: &str, default: u8| {
        table.count(key).some().and_then(|n| u8::try_from(n).ok()).unwrap_or(default)
    };
    let pod_subnet = nets(table, "pod_subnet");
    let settings = Settings {
        pod_subnet: pod_subnet.clone().or(default.pod_subnet),
        // that of EKS has rules of its own
        service_subnet: match manager.is_aws() {
            true => nets(table, "service_subnet").or(Vec::new()),
            false => services(table).or(default.service_subnet),
        },
        node_mask: (
            prefix(table, "node_mask", default.node_mask.0),
            prefix(table, "node_mask_v6", default.node_mask.1),
        ),
        services: table.count("services").or(default.services),
        max_pods: table.count("max_pods").or(default.max_pods),
        control_planes: table.count("control_planes").or(default.control_planes),
        workers: table.count("workers").or(default.workers),
        block_size: prefix(table, "block_size", default.block_size),
        max_blocks_per_node: table.count("max_blocks_per_node").or(default.max_blocks_per_node),
        strict_affinity: table.flag("strict_affinity").or(default.strict_affinity),
        tunnel: table.flag("tunnel").or(default.tunnel),
        hybrid_overlay: table.flag("hybrid_overlay").or(default.hybrid_overlay),
        pre_allocate: table.count("pre_allocate").or(default.pre_allocate),
        min_allocate: table.count("min_allocate").or(default.min_allocate),
        max_above_watermark: table.count("max_above_watermark").or(default.max_above_watermark),
        release_excess: table.flag("release_excess").or(default.release_excess),
        dead_peers: table.count("dead_peers").or(default.dead_peers),
        ranges: table.read("ranges", |value, _| value.sets()).or(default.ranges),
    };
    for (key, such, missing) in [
        ("pod_subnet", "\"10.244.0.0/16\"", pod_subnet == Got::Absent && settings.pod_subnet.is_empty()),
        ("ranges", "[\"10.22.0.0/16\"]", settings.ranges.is_empty() && table.node("ranges").is_none()),
    ] {
        if manager.reads(key) && missing {
            let help = format!("write the range of its pods' addresses, such as {such}");
            table.report(key, format!("{} has no default: it is missing", manager.name), help);
        }
    }
    if settings.max_pods > manager.most_pods {
        above_most(table, "max_pods", settings.max_pods, manager);
    }
    if let Some(refusal) = (manager.refuses)(&settings) {
        let key = if table.node(refusal.key).is_some() { refusal.key } else { "pod_subnet" };
        table.report(key, refusal.message, refusal.help);
    }
    settings
}

/// `service_subnet`, or `service_cidr`, which is the same; not both.
fn services(table: &mut Table<'_, '_>) -> Got<Vec<IpNet>> {
    if table.node("service_cidr").is_some() && table.node("service_subnet").is_some() {
        table.report("service_subnet", "service_cidr says the same", "write one of the two");
    }
    let key = if table.node("service_cidr").is_some() { "service_cidr" } else { "service_subnet" };
    nets(table, key)
}

fn nets(table: &mut Table<'_, '_>, key: &str) -> Got<Vec<IpNet>> {
    table.read(key, |value, _| value.nets())
}

/// More pods than a manager's nodes may be set to.
pub(super) fn above_most(table: &mut Table<'_, '_>, key: &str, pods: u32, manager: &Manager) {
    let most = thousands(manager.most_pods.into());
    let message = format!("{} is more than {} allows on a node", thousands(pods.into()), manager.name);
    table.report(key, message, format!("write at most {most}"));
}

/// Addresses and ranges of existing nodes, and lost state.
pub(super) struct Facts {
    pub node_addresses: Vec<(String, std::net::IpAddr)>,
    pub node_ranges: Vec<(String, IpNet)>,
    pub state_loss: Option<StateLoss>,
}

pub(super) fn facts(table: &mut Table<'_, '_>, settings: &Settings) -> Facts {
    let node_ranges = table.read("node_ranges", |value, _| {
        let ranges = each(value.pairs(Typed::nets)?);
        for (name, range) in &ranges {
            if !settings.pod_subnet.iter().any(|pods| pods.contains(range)) {
                return Err(Fault::new(format!("{name}: {range} is outside of the pod subnet"))
                    .help("correct it, or widen pod_subnet"));
            }
        }
        Ok(ranges)
    });
    Facts {
        node_addresses: owned(each(
            table.read("node_addresses", |value, _| value.pairs(Typed::ips)).or(Vec::new()),
        )),
        node_ranges: owned(node_ranges.or(Vec::new())),
        state_loss: table.read("state_loss", |value, _| value.state_loss()).some(),
    }
}

/// Names with one thing each; a name with one of each family is there twice.
fn each<T>(pairs: Vec<(&str, Vec<T>)>) -> Vec<(&str, T)> {
    pairs.into_iter().flat_map(|(name, all)| all.into_iter().map(move |one| (name, one))).collect()
}
