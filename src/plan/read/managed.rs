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
    let pod_subnet = nets(table, "pod_subnet");
    let missing = pod_subnet == Got::Absent && default.pod_subnet.is_empty();
    let count = |table: &mut Table<'_, '_>, key: &str, default: u32| {
        in_force(manager, key, table.count(key), default)
    };
    let prefix = |table: &mut Table<'_, '_>, key: &str, default: u8| {
        u8::try_from(count(table, key, default.into())).unwrap_or(default)
    };
    let flag = |table: &mut Table<'_, '_>, key: &str, default: bool| {
        in_force(manager, key, table.flag(key), default)
    };
    // service_cidr is the same key, but for EKS, whose services have rules of their own
    let services = if manager.is_aws() { nets(table, "service_subnet") } else { services(table) };
    let ranges = table.read("ranges", |value, _| value.sets());
    let settings = Settings {
        pod_subnet: in_force(manager, "pod_subnet", pod_subnet, default.pod_subnet),
        service_subnet: in_force(manager, "service_subnet", services, default.service_subnet),
        node_mask: (
            prefix(table, "node_mask", default.node_mask.0),
            prefix(table, "node_mask_v6", default.node_mask.1),
        ),
        services: count(table, "services", default.services),
        max_pods: count(table, "max_pods", default.max_pods),
        control_planes: count(table, "control_planes", default.control_planes),
        workers: count(table, "workers", default.workers),
        block_size: prefix(table, "block_size", default.block_size),
        max_blocks_per_node: count(table, "max_blocks_per_node", default.max_blocks_per_node),
        strict_affinity: flag(table, "strict_affinity", default.strict_affinity),
        tunnel: flag(table, "tunnel", default.tunnel),
        hybrid_overlay: flag(table, "hybrid_overlay", default.hybrid_overlay),
        pre_allocate: count(table, "pre_allocate", default.pre_allocate),
        min_allocate: count(table, "min_allocate", default.min_allocate),
        max_above_watermark: count(table, "max_above_watermark", default.max_above_watermark),
        release_excess: flag(table, "release_excess", default.release_excess),
        dead_peers: count(table, "dead_peers", default.dead_peers),
        ranges: in_force(manager, "ranges", ranges, default.ranges),
    };
    for (key, such, missing) in [
        ("pod_subnet", "\"10.244.0.0/16\"", missing),
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
    if let Some(refusal) = manager.refusal(&settings) {
        let keys = [refusal.key, "service_cidr"].into_iter().filter(|_| refusal.key == "service_subnet");
        let mut keys = keys.chain([refusal.key, "pod_subnet"]);
        let key = keys.find(|key| table.node(key).is_some()).unwrap_or("pod_subnet");
        table.report(key, refusal.message, refusal.help);
    }
    settings
}

/// What holds of a key: of one that the manager does not read its default, though its mistakes are mistakes all the
/// same.
fn in_force<T>(manager: &Manager, key: &str, got: Got<T>, default: T) -> T {
    if manager.reads(key) { got.or(default) } else { default }
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

pub(super) fn facts(table: &mut Table<'_, '_>, manager: &Manager, settings: &Settings) -> Facts {
    let node_ranges = table.read("node_ranges", |value, _| {
        let ranges = each(value.pairs(Typed::nets)?);
        for (name, range) in &ranges {
            if manager.reads("node_ranges") && !settings.pod_subnet.iter().any(|pods| pods.contains(range)) {
                return Err(Fault::new(format!("{name}: {range} is outside of the pod subnet"))
                    .help("correct it, or widen pod_subnet"));
            }
        }
        Ok(ranges)
    });
    let node_addresses = table.read("node_addresses", |value, _| value.pairs(Typed::ips));
    let state_loss = table.read("state_loss", |value, _| value.state_loss());
    Facts {
        node_addresses: owned(each(in_force(manager, "node_addresses", node_addresses, Vec::new()))),
        node_ranges: owned(in_force(manager, "node_ranges", node_ranges, Vec::new())),
        state_loss: state_loss.some().filter(|_| manager.reads("state_loss")),
    }
}

/// Names with one thing each; a name with one of each family is there twice.
fn each<T>(pairs: Vec<(&str, Vec<T>)>) -> Vec<(&str, T)> {
    pairs.into_iter().flat_map(|(name, all)| all.into_iter().map(move |one| (name, one))).collect()
}
