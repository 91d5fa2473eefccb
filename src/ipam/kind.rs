//! kind: the containers of its clusters on a docker network, and the ranges that it assumes.
//!
//! All clusters share the network `kind` (or that of KIND_EXPERIMENTAL_DOCKER_NETWORK). One that was made
//! beforehand is used as it is. Containers start at the same time: which of them gets which address, and which
//! one fails, is not fixed; how many fail is.
//!
//! From kubernetes-sigs/kind `fed2688` (2026-08-21): `pkg/apis/config/v1alpha4/default.go`,
//! `pkg/cluster/internal/providers/docker/{network,provision}.go`, `providers/common/namer.go`,
//! `images/kindnetd/cmd/kindnetd/cni.go`. Nothing in kind compares the ranges of clusters.

use ipnet::{IpNet, Ipv6Net};
use sha1_smol::Sha1;

/// The docker network if nothing is said.
pub const NETWORK: &str = "kind";
/// The cluster's name if nothing is said.
pub const CLUSTER: &str = "kind";
/// How often an IPv6 subnet is tried that overlaps nothing.
pub const ATTEMPTS: u32 = 5;
/// Where its pod plugin keeps host-local's files: memory, gone when the node restarts, as its pods are.
pub const DATA_DIR: &str = "/run/cni-ipam-state";

/// Families of a cluster (`networking.ipFamily`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Family {
    #[default]
    Ipv4,
    Ipv6,
    Dual,
}

/// What both families assume: (IPv4, IPv6).
const POD_SUBNETS: (&str, &str) = ("10.244.0.0/16", "fd00:10:244::/56");
const SERVICE_SUBNETS: (&str, &str) = ("10.96.0.0/16", "fd00:10:96::/112");

impl Family {
    /// `podSubnet` if nothing is said.
    pub fn pod_subnets(self) -> Vec<IpNet> {
        self.of(POD_SUBNETS)
    }

    /// `serviceSubnet` if nothing is said. kind's examples often show a /12; it assumes a /16.
    pub fn service_subnets(self) -> Vec<IpNet> {
        self.of(SERVICE_SUBNETS)
    }

    fn of(self, (four, six): (&str, &str)) -> Vec<IpNet> {
        let texts = match self {
            Family::Ipv4 => vec![four],
            Family::Ipv6 => vec![six],
            Family::Dual => vec![four, six],
        };
        texts.into_iter().filter_map(|text| text.parse().ok()).collect()
    }
}

/// Containers of one cluster on the docker network: its nodes, and the load balancer that more than one control
/// plane has.
pub fn containers(control_planes: u64, workers: u64) -> u64 {
    let balancers = u64::from(control_planes > 1);
    control_planes.saturating_add(workers).saturating_add(balancers)
}

/// Their names as kind gives them: `kind-control-plane`, `kind-control-plane2`, …, `kind-worker`, …, and last
/// `kind-external-load-balancer`.
pub fn names(cluster: &str, control_planes: u64, workers: u64) -> impl Iterator<Item = String> {
    let balancers = u64::from(control_planes > 1);
    let roles =
        [("control-plane", control_planes), ("worker", workers), ("external-load-balancer", balancers)];
    roles.into_iter().flat_map(move |(role, count)| {
        (1..=count).map(move |n| match n {
            1 => format!("{cluster}-{role}"),
            n => format!("{cluster}-{role}{n}"),
        })
    })
}

/// The container that kind puts before several control planes.
pub fn balancer(cluster: &str) -> String {
    format!("{cluster}{LOAD_BALANCER}")
}

/// What a container is in its cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The first is 1.
    ControlPlane(u32),
    Worker(u32),
    LoadBalancer,
}

type Role = (&'static str, fn(u32) -> Part);

const ROLES: [Role; 2] = [("-control-plane", Part::ControlPlane), ("-worker", Part::Worker)];
const LOAD_BALANCER: &str = "-external-load-balancer";

/// Cluster and part of a container, if its name is one that kind gives.
pub fn split(name: &str) -> Option<(&str, Part)> {
    let named = |cluster: &&str| !cluster.is_empty();
    if let Some(cluster) = name.strip_suffix(LOAD_BALANCER) {
        return Some(cluster).filter(named).map(|cluster| (cluster, Part::LoadBalancer));
    }
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = match name.get(stem.len()..).unwrap_or_default() {
        "" => 1,
        digits => digits.parse().ok().filter(|n| *n > 1 && !digits.starts_with('0'))?,
    };
    let of =
        |(role, part): &Role| stem.strip_suffix(role).filter(named).map(|cluster| (cluster, part(number)));
    ROLES.iter().find_map(of)
}

/// The IPv6 subnet of a docker network that kind makes: a /64 of `fc00::/16`, from the SHA-1 of the network's name
/// and the number of the attempt, so the same on every machine.
pub fn ula(network: &str, attempt: u32) -> IpNet {
    let mut hash = Sha1::from(network);
    hash.update(&attempt.to_le_bytes());
    let [_, _, a, b, c, d, e, f, ..] = hash.digest().bytes();
    let segment = |high, low| u16::from_be_bytes([high, low]);
    let address = [0xfc00, segment(a, b), segment(c, d), segment(e, f), 0, 0, 0, 0];
    Ipv6Net::new(address.into(), 64).map_or_else(|_| Ipv6Net::default().into(), IpNet::from)
}

/// The IPv6 subnet of a docker network that kind makes beside others: the first attempt that overlaps none.
/// With `None` kind gives up (`exhausted attempts trying to find a non-overlapping subnet`).
pub fn free_ula(network: &str, taken: &[IpNet]) -> Option<IpNet> {
    (0..ATTEMPTS)
        .map(|attempt| ula(network, attempt))
        .find(|subnet| super::docker::beside(*subnet, taken).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart_as_kind_puts_them_together() {
        for (name, expected) in [
            ("kind-control-plane", Some(("kind", Part::ControlPlane(1)))),
            ("a-b-control-plane3", Some(("a-b", Part::ControlPlane(3)))),
            ("kind-worker", Some(("kind", Part::Worker(1)))),
            ("a-worker-worker12", Some(("a-worker", Part::Worker(12)))),
            ("ha-external-load-balancer", Some(("ha", Part::LoadBalancer))),
            ("cluster2-worker2", Some(("cluster2", Part::Worker(2)))),
            ("kind-worker1", None),
            ("kind-worker02", None),
            ("-worker", None),
            ("registry", None),
            ("kind-worker99999999999", None),
        ] {
            assert_eq!(split(name), expected, "{name}");
        }
        let parts: Vec<_> = names("a-1", 2, 2).map(|name| split(&name).map(|(_, part)| part)).collect();
        let expected = [
            Part::ControlPlane(1),
            Part::ControlPlane(2),
            Part::Worker(1),
            Part::Worker(2),
            Part::LoadBalancer,
        ];
        assert_eq!(parts, expected.map(Some));
    }
}
