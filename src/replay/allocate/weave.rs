//! Weave: its steps are those of a peer.

use std::net::IpAddr;

use ipnet::Ipv4Net;
use serde_json::{Map, Value, json};

use super::managers::Setup;
use super::read::{Keys, is_name};
use super::{Peer, Run, Step};
use crate::ipam::weave::{Allocated, Network, cancelled};
use crate::limits;
use crate::replay::timeline::Mistake;

pub(super) fn read(keys: &Keys<'_, '_>) -> Result<Setup, Mistake> {
    let must = "a list of names, one for each peer";
    let peers: Vec<String> = keys.needed("peers", must)?;
    keys.at_most("peers", "peers", peers.len(), limits::REPLAY_PEERS)?;
    if !peers.iter().all(|peer| is_name(peer)) {
        return Err(keys.mistake("peers", format!("peers must be {must}")));
    }
    Ok(Setup::Weave { range: keys.needed("range", "a CIDR, as in \"10.32.0.0/12\"")?, peers })
}

/// The network, and the peer that the next container comes to.
pub(super) struct Peers {
    network: Network,
    at: String,
}

impl Peers {
    pub(super) fn new(range: Ipv4Net, peers: &[String], seed: u64) -> Peers {
        Peers { network: Network::new(range, peers, seed), at: String::new() }
    }
}

impl Run for Peers {
    /// Weave itself says nothing and waits; the error is what the kubelet makes of that.
    fn come(&mut self, name: &str, _: &[IpAddr]) -> Result<Vec<String>, String> {
        match self.network.allocate(&self.at, name).map_err(|e| e.to_string())? {
            Allocated::Address(address) => Ok(vec![address.to_string()]),
            Allocated::Blocked => Err(cancelled(name)),
        }
    }

    fn go(&mut self, name: &str) -> Result<(), String> {
        self.network.free(&self.at, name).map(|_| ()).map_err(|e| e.to_string())
    }

    fn has(&self, name: &str) -> bool {
        self.network.address_of(&self.at, name).is_some()
    }

    fn at(&mut self, peer: &str) {
        self.at = peer.into();
    }

    fn other(&mut self, step: &Step) -> Result<Value, String> {
        let network = &mut self.network;
        let seen = match step {
            Step::Peer(Peer::Joins, peer) => network.join(peer).map(|()| json!({})),
            Step::Peer(Peer::Stops, peer) => network.stop(peer).map(|()| json!({})),
            Step::Peer(Peer::Leaves, peer) => network.reset(peer).map(|left| {
                let ranges: Vec<String> = left.ranges.iter().map(|range| range.to_string()).collect();
                json!({ "heir": left.heir, "ranges": ranges, "in_use": left.in_use })
            }),
            Step::TakeOver(peer, by) => network.rmpeer(peer, by).map(|taken| json!({ "taken": taken })),
            _ => Ok(json!({})),
        };
        seen.map_err(|e| e.to_string())
    }

    fn look(&self) -> Value {
        let mut peers = Map::new();
        for row in self.network.rows() {
            let containers: Map<String, Value> =
                self.network.containers_of(&row.peer).map(|(name, a)| (name.into(), json!(a))).collect();
            let seen = json!({
                "up": row.up,
                "owned": row.owned,
                "usable": row.usable,
                "assigned": row.assigned,
                "free": row.free,
                "reachable": row.reachable,
                "containers": containers,
            });
            peers.insert(row.peer, seen);
        }
        json!({ "ring": self.network.ring().to_string(), "peers": peers })
    }
}
