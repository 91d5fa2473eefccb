//! How kind names its containers, which are its nodes.
//!
//! Source: kubernetes-sigs/kind, `pkg/cluster/internal/providers/common/namer.go`: CLUSTER-ROLE
//! for the first of a role, then CLUSTER-ROLE2, CLUSTER-ROLE3; with several control planes there is a load
//! balancer before them.

/// What a node is in its cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Part {
    /// The first is 1.
    ControlPlane(u32),
    Worker(u32),
    LoadBalancer,
}

type Role = (&'static str, fn(u32) -> Part);

const ROLES: [Role; 2] = [("-control-plane", Part::ControlPlane), ("-worker", Part::Worker)];
const LOAD_BALANCER: &str = "-external-load-balancer";

/// Cluster and part of a container, if its name is one that kind gives.
pub(super) fn split(name: &str) -> Option<(&str, Part)> {
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
        let parts: Vec<_> =
            crate::ipam::kind::names("a-1", 2, 2).map(|name| split(&name).map(|(_, part)| part)).collect();
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
