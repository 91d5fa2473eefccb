//! Weave Net: peers own shares of one range, and hand them on when another needs some.
//!
//! A share is what a peer gives out first, not what it is limited to: until the whole range is used, one that has
//! nothing left is given some. What a dead peer owns is out of reach until somebody takes it over.

use std::sync::Arc;

use ipnet::{IpNet, Ipv4Net};

use super::model::{From, Held, Inside, Limit, Model, Node, Order, Own, Pool, PoolKind, Sharing, Take};
use super::node_range::{KUBEADM, services};
use super::settings::counted;
use super::{Defaults, Manager, Nodes, Refusal, Settings};
use crate::ipam::Range;
use crate::ipam::weave::{self, Share};
use crate::text::{addresses, count, thousands};

#[derive(Debug)]
struct Ring(Settings);

/// Source: weaveworks/weave 8c84763 `ipam/ring`, `ipam/space`, `ipam/allocator.go`; the project is archived.
pub const WEAVE: Manager = Manager {
    name: "weave",
    title: "Weave Net",
    doc: "the range is split among the peers by powers of two; who has nothing left is given some of another's",
    source: "weaveworks/weave 8c84763 (archived), ipam/",
    keys: &[
        "pod_subnet",
        "service_subnet",
        "services",
        "max_pods",
        "network",
        "dead_peers",
        "node_addresses",
    ],
    defaults: Defaults { pod_subnet: "10.32.0.0/12", ..KUBEADM.defaults },
    refuses: refused,
    nodes: Nodes::Anywhere,
    model: Some(|settings| Arc::new(Ring(settings.clone()))),
    ..KUBEADM
};

/// Ranges that Weave does not start with, in its words.
fn refused(settings: &Settings) -> Option<Refusal> {
    let error = settings.pod_subnet.iter().find_map(|range| weave::range(&range.to_string()).err())?;
    let help = "write an IPv4 range of /30 or larger, such as \"10.32.0.0/12\"".to_string();
    Some(Refusal { key: "pod_subnet", message: error.to_string(), help })
}

/// A peer, and what it starts with.
#[derive(Debug, Clone, Copy)]
pub struct Peer {
    pub share: Share,
    pub dead: bool,
}

/// The peers of so many nodes and the dead ones, in the order of their names, at most [`MOST_PEERS`]. Which names the
/// dead have nobody knows: the largest shares count as theirs, the last of equal ones.
pub fn peers(settings: &Settings, nodes: u64) -> Vec<Peer> {
    let Some(IpNet::V4(range)) = settings.pod_subnet.first() else { return Vec::new() };
    let gone = u64::from(settings.dead_peers);
    let all = usize::try_from(nodes.saturating_add(gone)).unwrap_or(usize::MAX).min(MOST_PEERS);
    let mut peers: Vec<Peer> =
        weave::shares(*range, all).into_iter().map(|share| Peer { share, dead: false }).collect();
    let mut by_size: Vec<usize> = (0..peers.len()).collect();
    by_size.sort_by_key(|peer| std::cmp::Reverse((peers[*peer].share.usable, *peer)));
    for peer in by_size.into_iter().take(usize::try_from(gone).unwrap_or(usize::MAX)) {
        peers[peer].dead = true;
    }
    peers
}

/// Most peers that are looked at one by one.
pub const MOST_PEERS: usize = 1 << 16;

impl Peer {
    /// The addresses of its share that it can give out: all but the first and the last of the ring.
    pub fn given(&self, ring: Ipv4Net) -> Option<Range> {
        let (owned, ends) = (self.share.owned?, Range::of(ring.into()));
        let first = owned.nth(u128::from(owned.first == ends.first))?;
        let last = owned.count() - u128::from(owned.last == ends.last);
        Range::new(first, owned.nth(last.checked_sub(1)?)?)
    }

    /// What the addresses of its share are: the first of them is the bridge's.
    pub fn inside(&self, ring: Ipv4Net) -> Inside {
        let given = self.given(ring);
        let rest = given.and_then(|given| Range::new(given.nth(1)?, given.last));
        Inside {
            own: given.map(|given| (Some(given.first), "the bridge")).into_iter().collect(),
            open: rest.into_iter().collect(),
            order: Order::Lowest,
        }
    }
}

/// `10.32.0.0/12 is split among 3 peers by powers of two: 524,288 addresses for one, 262,144 each for 2`.
pub fn split_sentence(settings: &Settings, nodes: u64) -> String {
    let peers = nodes.saturating_add(settings.dead_peers.into());
    let Some(IpNet::V4(range)) = settings.pod_subnet.first() else { return String::new() };
    let words: Vec<String> = weave::sizes(*range, peers)
        .into_iter()
        .enumerate()
        .map(|(i, (size, peers))| {
            let size = if i == 0 { addresses(size) } else { thousands(size) };
            match peers {
                1 => format!("{size} for one"),
                n => format!("{size} each for {}", thousands(n)),
            }
        })
        .collect();
    format!("{range} is split among {} by powers of two: {}", count(peers, "peer"), words.join(", "))
}

/// What dead peers own: the largest shares, as nobody knows which names they have.
fn dead(settings: &Settings, nodes: u64) -> u64 {
    let Some(IpNet::V4(range)) = settings.pod_subnet.first() else { return 0 };
    let gone = u64::from(settings.dead_peers);
    weave::largest(*range, nodes.saturating_add(gone), gone)
}

impl Model for Ring {
    fn pools(&self, nodes: u64) -> Vec<Pool> {
        let ring = self.0.pod_subnet.iter().take(1).map(|range| Pool {
            name: "pods".into(),
            key: "pod_subnet",
            kind: PoolKind::Ring,
            ranges: vec![*range],
            counted_in: None,
            capacity: counted(*range),
            reserved: 2,
            because: "the first address of the range and the last".to_string(),
            left_out: Vec::new(),
            own: (self.0.dead_peers > 0).then(|| Own {
                name: "dead peers",
                primary: 0,
                assigned: 0,
                unused: dead(&self.0, nodes),
            }),
            sharing: Sharing::Handed,
            exhausted: weave::cancelled("<id>"),
        });
        ring.chain(services(&self.0)).collect()
    }

    /// One for the host's bridge (`weave expose`), and one for each pod; the rest of the shares is the pool's.
    fn settled(&self, node: &Node) -> Held {
        let pods = Take { from: From::Own(0), primary: 1, assigned: node.asked, unused: 0, stranded: 0 };
        Held { takes: vec![Take::HOME, pods], running: node.asked, limit: Limit::Range }
    }

    fn why(&self, node: &Node) -> String {
        format!(
            "one for the bridge of the host + {} for pods, out of its share or of another's",
            thousands(node.asked)
        )
    }
}
