//! Each manager of the table: its keys, its start, its steps.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::IpNet;
use serde::Deserialize;
use serde_json::{Value, json};

use super::read::{Keys, is_name};
use super::weave::Peers;
use super::{Run, Step};
use crate::ipam::docker::{Network, Spec, Use};
use crate::ipam::host_local::{HostLocal, Owner, RangeSpec};
use crate::ipam::node_ranges::{DEFAULT_MASK, NodeRanges};
use crate::ipam::ovn::NodeSubnets;
use crate::ipam::services::{self, Services};
use crate::replay::timeline::Mistake;

const CIDR: &str = "a CIDR, as in \"10.0.0.0/16\"";
const ADDRESS: &str = "an address, as in \"10.0.0.1\"";
/// OVN-Kubernetes' subnets if nothing is said.
const HOST_PREFIX: (u8, u8) = (23, 64);

/// What a manager begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setup {
    Docker(Spec),
    HostLocal(Vec<Vec<RangeSpec>>),
    NodeCidr {
        cluster: IpNet,
        mask: u8,
        services: Vec<IpNet>,
    },
    Ovn {
        cluster: IpNet,
        host_prefix: u8,
    },
    Services(IpNet),
    /// The range as it is written: Weave says itself what is wrong with it.
    Weave {
        range: String,
        peers: Vec<String>,
    },
}

impl Setup {
    pub(super) fn start(&self, seed: u64) -> Result<Box<dyn Run>, String> {
        let said = |error: &dyn std::error::Error| error.to_string();
        Ok(match self {
            Setup::Docker(spec) => Box::new(Network::create(spec.clone()).map_err(|e| said(&e))?),
            Setup::HostLocal(sets) => Box::new(HostLocal::new(sets).map_err(|e| said(&e))?),
            Setup::NodeCidr { cluster, mask, services } => {
                let mut ranges = NodeRanges::new(*cluster, *mask).map_err(|e| said(&e))?;
                ranges.restart(services, &[]).map_err(|e| said(&e))?;
                Box::new(Nodes { ranges, services: services.clone(), nodes: BTreeMap::new() })
            }
            Setup::Ovn { cluster, host_prefix } => {
                let subnets = NodeSubnets::new(*cluster, *host_prefix).map_err(|e| said(&e))?;
                Box::new(Ovn { subnets, nodes: BTreeMap::new() })
            }
            Setup::Services(cidr) => {
                let services = Services::new(*cidr).map_err(|e| said(&e))?;
                let chance = fastrand::Rng::with_seed(seed);
                Box::new(ClusterIps { cidr: *cidr, services, chance, names: BTreeMap::new() })
            }
            Setup::Weave { range, peers } => {
                let range = crate::ipam::weave::range(range).map_err(|e| said(&e))?;
                Box::new(Peers::new(range, peers, seed))
            }
        })
    }
}

/// A mask or prefix length, by family if it is not given.
fn length(keys: &Keys<'_, '_>, key: &str, of: IpNet, (four, six): (u8, u8)) -> Result<u8, Mistake> {
    let assumed = if of.addr().is_ipv4() { four } else { six };
    Ok(keys.given(key, "a prefix length, as in 24")?.unwrap_or(assumed))
}

/// Counts beyond 64 bits are text.
fn number(n: u128) -> Value {
    u64::try_from(n).map_or_else(|_| json!(n.to_string()), |n| json!(n))
}

fn named<T: std::fmt::Display>(all: &BTreeMap<String, T>) -> Value {
    all.iter().map(|(name, has)| (name.clone(), json!(has.to_string()))).collect()
}

pub(super) fn docker(keys: &Keys<'_, '_>) -> Result<Setup, Mistake> {
    let aux: BTreeMap<String, String> = keys.given("aux", "{name: address}")?.unwrap_or_default();
    let named = |(name, address): (String, String)| {
        if !is_name(&name) {
            return Err(keys.mistake("aux", "aux must be {name: address}".into()));
        }
        Ok((name, keys.parsed("aux", &address, ADDRESS)?))
    };
    let text = |key: &str| match keys.given::<String>(key, "a name")? {
        Some(name) if !is_name(&name) => Err(keys.mistake(key, format!("{key} must be a name"))),
        name => Ok(name),
    };
    Ok(Setup::Docker(Spec {
        name: text("name")?.unwrap_or_else(|| "network".into()),
        id: text("network_id")?,
        subnet: keys.cidr("subnet")?,
        ip_range: keys.maybe("ip_range", CIDR)?,
        gateway: keys.maybe("gateway", ADDRESS)?,
        aux: aux.into_iter().map(named).collect::<Result<_, _>>()?,
    }))
}

impl Run for Network {
    fn come(&mut self, name: &str, addresses: &[IpAddr]) -> Result<Vec<String>, String> {
        let length = self.spec().subnet.prefix_len();
        let address = self.attach(name, addresses.first().copied()).map_err(|e| e.to_string())?;
        Ok(vec![format!("{address}/{length}")])
    }

    fn go(&mut self, name: &str) -> Result<(), String> {
        self.detach(name).map(|_| ()).map_err(|e| e.to_string())
    }

    fn has(&self, name: &str) -> bool {
        self.address_of(name).is_some()
    }

    fn look(&self) -> Value {
        let by = |by: &Use| match by {
            Use::Network => "network".to_string(),
            Use::Broadcast => "broadcast".to_string(),
            Use::Anycast => "anycast".to_string(),
            Use::Gateway => "gateway".to_string(),
            Use::Aux(name) => format!("aux {name}"),
            Use::Endpoint(name) => format!("container {name}"),
        };
        let taken: Value = self.taken().map(|(address, is)| (address.to_string(), json!(by(is)))).collect();
        let status = self.status();
        json!({
            "IPsInUse": status.in_use,
            "DynamicIPsAvailable": status.available,
            "capacity": number(self.capacity()),
            "left": number(self.left()),
            "taken": taken,
        })
    }
}

/// A range as the plugin's own configuration has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRange {
    subnet: String,
    #[serde(rename = "rangeStart")]
    range_start: Option<String>,
    #[serde(rename = "rangeEnd")]
    range_end: Option<String>,
    gateway: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenOr {
    Subnet(String),
    Range(WrittenRange),
}

pub(super) fn host_local(keys: &Keys<'_, '_>) -> Result<Setup, Mistake> {
    let must = "a list of sets, each a list of subnets or {subnet, rangeStart, rangeEnd, gateway}";
    let sets: Vec<Vec<WrittenOr>> = keys.needed("ranges", must)?;
    let address = |text: Option<String>| text.map(|text| keys.parsed("ranges", &text, ADDRESS)).transpose();
    let range = |range: WrittenOr| {
        Ok(match range {
            WrittenOr::Subnet(subnet) => RangeSpec::of(keys.parsed("ranges", &subnet, CIDR)?),
            WrittenOr::Range(WrittenRange { subnet, range_start, range_end, gateway }) => RangeSpec {
                subnet: keys.parsed("ranges", &subnet, CIDR)?,
                range_start: address(range_start)?,
                range_end: address(range_end)?,
                gateway: address(gateway)?,
                exclude: Vec::new(),
            },
        })
    };
    let sets = sets.into_iter().map(|set| set.into_iter().map(range).collect());
    Ok(Setup::HostLocal(sets.collect::<Result<_, _>>()?))
}

impl Run for HostLocal {
    fn come(&mut self, name: &str, addresses: &[IpAddr]) -> Result<Vec<String>, String> {
        let given = self.add(&Owner::eth0(name), addresses).map_err(|e| e.to_string())?;
        Ok(given.iter().map(IpNet::to_string).collect())
    }

    fn go(&mut self, name: &str) -> Result<(), String> {
        self.del(&Owner::eth0(name));
        Ok(())
    }

    fn has(&self, name: &str) -> bool {
        let owner = Owner::eth0(name);
        self.runs(&owner) || self.is_recorded(&owner)
    }

    fn shared(&self, name: &str) -> Vec<String> {
        self.shared_by(&Owner::eth0(name)).map(|address| address.to_string()).collect()
    }

    fn other(&mut self, step: &Step) -> Result<Value, String> {
        match step {
            Step::Vanish(name) => self.vanish(&Owner::eth0(name)),
            Step::Lose(what) => self.lose(*what),
            _ => {}
        }
        Ok(json!({}))
    }

    fn look(&self) -> Value {
        let text = |address: IpAddr| address.to_string();
        let last = (0..self.sets().len()).map(|set| self.last_reserved(set).map(text)).collect::<Vec<_>>();
        let recorded: Value = self.recorded().map(|(a, owner)| (text(a), json!(owner.id))).collect();
        let in_use: Value = self.in_use().map(|(a, users)| (text(a), json!(users))).collect();
        json!({
            "capacity": number(self.capacity()),
            "recorded": recorded,
            "in_use": in_use,
            "shared": self.duplicates().map(|(a, _)| text(a)).collect::<Vec<_>>(),
            "leaked": self.leaked().map(text).collect::<Vec<_>>(),
            "last_reserved": last,
        })
    }
}

pub(super) fn node_cidr(keys: &Keys<'_, '_>) -> Result<Setup, Mistake> {
    let cluster = keys.cidr("cluster_cidr")?;
    let services: Vec<String> = keys.given("service_cidrs", "a list of CIDRs")?.unwrap_or_default();
    let services = services.iter().map(|text| keys.parsed("service_cidrs", text, CIDR));
    Ok(Setup::NodeCidr {
        cluster,
        mask: length(keys, "node_mask", cluster, DEFAULT_MASK)?,
        services: services.collect::<Result<_, _>>()?,
    })
}

struct Nodes {
    ranges: NodeRanges,
    services: Vec<IpNet>,
    nodes: BTreeMap<String, IpNet>,
}

impl Run for Nodes {
    /// A node that is there keeps its range.
    fn come(&mut self, name: &str, _: &[IpAddr]) -> Result<Vec<String>, String> {
        if let Some(range) = self.nodes.get(name) {
            return Ok(vec![range.to_string()]);
        }
        let range = self.ranges.allocate_next().map_err(|e| e.to_string())?;
        self.nodes.insert(name.into(), range);
        Ok(vec![range.to_string()])
    }

    fn go(&mut self, name: &str) -> Result<(), String> {
        let range = self.nodes.remove(name);
        range.map_or(Ok(()), |range| self.ranges.release(range)).map_err(|e| e.to_string())
    }

    fn has(&self, name: &str) -> bool {
        self.nodes.contains_key(name)
    }

    fn other(&mut self, _: &Step) -> Result<Value, String> {
        let nodes: Vec<IpNet> = self.nodes.values().copied().collect();
        self.ranges.restart(&self.services, &nodes).map_err(|e| e.to_string())?;
        Ok(json!({}))
    }

    fn look(&self) -> Value {
        let (used, left) = (self.ranges.used(), self.ranges.left());
        json!({ "used": number(used), "left": number(left), "nodes": named(&self.nodes) })
    }
}

pub(super) fn ovn(keys: &Keys<'_, '_>) -> Result<Setup, Mistake> {
    let cluster = keys.cidr("cluster_network")?;
    Ok(Setup::Ovn { cluster, host_prefix: length(keys, "host_prefix", cluster, HOST_PREFIX)? })
}

struct Ovn {
    subnets: NodeSubnets,
    nodes: BTreeMap<String, IpNet>,
}

impl Run for Ovn {
    fn come(&mut self, name: &str, _: &[IpAddr]) -> Result<Vec<String>, String> {
        let subnet = self.subnets.allocate(name).map_err(|e| e.to_string())?;
        self.nodes.insert(name.into(), subnet);
        Ok(vec![subnet.to_string()])
    }

    fn go(&mut self, name: &str) -> Result<(), String> {
        self.subnets.release(name);
        self.nodes.remove(name);
        Ok(())
    }

    fn has(&self, name: &str) -> bool {
        self.nodes.contains_key(name)
    }

    fn look(&self) -> Value {
        json!({
            "left": number(self.subnets.left()),
            "nodes": named(&self.nodes),
            "pods_per_node": number(self.subnets.pods(false)),
            "pods_per_node_hybrid": number(self.subnets.pods(true)),
        })
    }
}

pub(super) fn services(keys: &Keys<'_, '_>) -> Result<Setup, Mistake> {
    keys.cidr("service_cidr").map(Setup::Services)
}

struct ClusterIps {
    cidr: IpNet,
    services: Services,
    chance: fastrand::Rng,
    names: BTreeMap<String, IpAddr>,
}

impl Run for ClusterIps {
    /// A service that is there keeps its address.
    fn come(&mut self, name: &str, addresses: &[IpAddr]) -> Result<Vec<String>, String> {
        if let Some(address) = self.names.get(name) {
            return Ok(vec![address.to_string()]);
        }
        let address = match addresses.first() {
            Some(address) => self.services.allocate(*address).map(|()| *address),
            None => self.services.allocate_next(self.chance.u64(..)),
        };
        let address = address.map_err(|e| e.to_string())?;
        self.names.insert(name.into(), address);
        Ok(vec![address.to_string()])
    }

    fn go(&mut self, name: &str) -> Result<(), String> {
        if let Some(address) = self.names.remove(name) {
            self.services.release(address);
        }
        Ok(())
    }

    fn has(&self, name: &str) -> bool {
        self.names.contains_key(name)
    }

    fn look(&self) -> Value {
        json!({
            "usable": number(services::usable(self.cidr)),
            "static_band": services::static_range(self.cidr).map(|band| band.to_string()),
            "dynamic_band": number(services::dynamic_band(self.cidr)),
            "api_server": services::api_server(self.cidr),
            "left": number(self.services.left()),
            "services": named(&self.names),
        })
    }
}
