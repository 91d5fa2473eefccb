//! A docker bridge network: which address each container gets, and what docker says when there is none.
//!
//! The lowest free address, always: one that a container gives back is what the next one gets. A *stopped*
//! container gives its address back too ([`Network::detach`]), even one that was asked for with `--ip`;
//! containers that start again in another order swap addresses.
//!
//! From moby/moby `b985e2313a` (2026-08-23): `daemon/libnetwork/network.go` (`ipamAllocateVersion`),
//! `endpoint.go` (`assignAddressVersion`), `ipams/defaultipam/` (`newPoolData`, `getAddress`,
//! `allocationStatus`, `allocatePredefinedPool`), `internal/addrset`, `ipamutils/utils.go`;
//! `daemon/network.go` (`validateIpamConfig`). A network of both families is two of these.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;

use super::range::{Range, number, size, step};
use super::runs::Runs;

/// Automatic addresses come from the first so many of a pool: a bitmap of the allocator has no more bits.
pub const SEARCHED: u128 = 1 << 63;

/// What `docker network create` is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spec {
    pub name: String,
    /// 64 hexadecimal digits, known once the network exists; only messages have it.
    pub id: Option<String>,
    /// `--subnet`.
    pub subnet: IpNet,
    /// `--ip-range`: where automatic addresses come from, the gateway's too.
    pub ip_range: Option<IpNet>,
    /// `--gateway`.
    pub gateway: Option<IpAddr>,
    /// `--aux-address`: addresses that no container gets, by name.
    pub aux: Vec<(String, IpAddr)>,
}

/// What an address is taken by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Use {
    /// The first address of an IPv4 subnet of /30 or larger.
    Network,
    /// The last one.
    Broadcast,
    /// The first address of an IPv6 subnet (subnet-router anycast).
    Anycast,
    Gateway,
    Aux(String),
    Endpoint(String),
}

/// Docker's own counters of a network (`docker network inspect`). The two do not add up to the subnet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status {
    /// `IPsInUse`: everything that is taken, network, broadcast, gateway and auxiliary addresses included.
    pub in_use: u64,
    /// `DynamicIPsAvailable`: the size of the ip-range, or of the subnet, minus what is taken in it.
    pub available: u64,
}

/// A network and who is attached to it.
#[derive(Debug, Clone)]
pub struct Network {
    spec: Spec,
    gateway: IpAddr,
    taken: BTreeMap<IpAddr, Use>,
    endpoints: BTreeMap<String, IpAddr>,
    runs: Runs,
    capacity: u128,
}

impl Network {
    /// Creates a network; its gateway and auxiliary addresses are taken from the start.
    ///
    /// # Errors
    /// Docker's: a subnet or ip-range that is not one, a gateway or auxiliary address that is outside or taken.
    /// Of a gateway outside docker's command line says so in other words
    /// (`parent subnet … doesn't contain this address`); this is the allocator's own text.
    pub fn create(spec: Spec) -> Result<Network, Error> {
        validate(&spec)?;
        let mut network = Network {
            gateway: spec.subnet.network(),
            taken: BTreeMap::new(),
            endpoints: BTreeMap::new(),
            runs: Runs::default(),
            capacity: 0,
            spec,
        };
        network.reserve_ends();
        network.gateway = network.take_gateway()?;
        for (name, address) in network.spec.aux.clone() {
            let aux = || (name.clone(), address);
            if !network.spec.subnet.contains(&address) {
                let (name, address) = aux();
                return Err(Error::AuxOutside { name, address, subnet: network.spec.subnet });
            }
            if !network.take(address, Use::Aux(name.clone())) {
                let (name, address) = aux();
                return Err(Error::AuxTaken { name, address });
            }
        }
        network.capacity = network.left();
        Ok(network)
    }

    /// Attaches a container, with the lowest free address or with one of its choice (`--ip`).
    ///
    /// # Errors
    /// No address left, one outside the subnet, one that is taken, a name that is attached already.
    pub fn attach(&mut self, endpoint: &str, fixed: Option<IpAddr>) -> Result<IpAddr, Error> {
        if self.endpoints.contains_key(endpoint) {
            return Err(Error::Attached { endpoint: endpoint.into(), network: self.spec.name.clone() });
        }
        let address = match fixed {
            Some(address) if !self.spec.subnet.contains(&address) => {
                return Err(Error::Outside(address));
            }
            Some(address) => address,
            None => self.lowest_free().ok_or_else(|| self.none_left())?,
        };
        if !self.take(address, Use::Endpoint(endpoint.into())) {
            return Err(Error::Taken);
        }
        self.endpoints.insert(endpoint.into(), address);
        Ok(address)
    }

    /// Attaches so many containers that nobody tells apart, each with the lowest free address: the addresses that they
    /// get, in order; fewer than they are where the network ends. They are not among [`Network::endpoints`], nor their
    /// addresses among [`Network::taken`].
    pub fn attach_all(&mut self, mut containers: u64) -> Vec<Range> {
        let searched = self.searched();
        let (first, last) = (number(searched.first), number(searched.last));
        let mut given = Vec::new();
        while let Some((from, to)) = self.runs.gap(first, last).filter(|_| containers > 0) {
            let to = to.min(from.saturating_add(u128::from(containers) - 1));
            containers -= u64::try_from(to - from).unwrap_or(u64::MAX).saturating_add(1).min(containers);
            self.runs.add_all(from, to);
            let at = |n: u128| step(searched.first, n - first);
            given.extend(at(from).zip(at(to)).and_then(|(from, to)| Range::new(from, to)));
        }
        given
    }

    /// Detaches a container: it stops, is removed or is disconnected. Says which address it gave back.
    ///
    /// # Errors
    /// It is not attached.
    pub fn detach(&mut self, endpoint: &str) -> Result<IpAddr, Error> {
        let Some(address) = self.endpoints.remove(endpoint) else {
            return Err(Error::NotAttached { endpoint: endpoint.into(), network: self.spec.name.clone() });
        };
        self.taken.remove(&address);
        self.runs.remove(number(address));
        Ok(address)
    }

    /// Automatic addresses that the network can give while nothing is attached: attachment `capacity + 1` fails.
    pub fn capacity(&self) -> u128 {
        self.capacity
    }

    /// Automatic addresses that are left now.
    pub fn left(&self) -> u128 {
        let searched = self.searched();
        searched.count() - self.runs.within(number(searched.first), number(searched.last))
    }

    /// What the next container gets.
    pub fn lowest_free(&self) -> Option<IpAddr> {
        let searched = self.searched();
        let free = self.runs.first_gap(number(searched.first), number(searched.last))?;
        step(searched.first, free - number(searched.first))
    }

    /// Where automatic addresses are looked for.
    pub fn searched(&self) -> Range {
        let all = Range::of(self.pool());
        Range { last: all.nth(SEARCHED - 1).unwrap_or(all.last), ..all }
    }

    /// Every address that is taken, in order, and by what.
    pub fn taken(&self) -> impl Iterator<Item = (IpAddr, &Use)> {
        self.taken.iter().map(|(address, by)| (*address, by))
    }

    /// Who is attached, by name.
    pub fn endpoints(&self) -> impl Iterator<Item = (&str, IpAddr)> {
        self.endpoints.iter().map(|(name, address)| (name.as_str(), *address))
    }

    /// What a container has, if it is attached.
    pub fn address_of(&self, endpoint: &str) -> Option<IpAddr> {
        self.endpoints.get(endpoint).copied()
    }

    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    pub fn gateway(&self) -> IpAddr {
        self.gateway
    }

    /// What docker shows; counts beyond 64 bits are shown as the largest.
    pub fn status(&self) -> Status {
        let pool = Range::of(self.pool());
        let within = self.runs.within(number(pool.first), number(pool.last));
        let saturated = |n: u128| u64::try_from(n).unwrap_or(u64::MAX);
        Status {
            in_use: saturated(self.runs.count()),
            available: saturated(size(self.pool()).saturating_sub(within)),
        }
    }

    /// What docker says when no automatic address is left.
    pub fn none_left(&self) -> Error {
        Error::NoneLeft {
            six: self.spec.subnet.addr().is_ipv6(),
            name: self.spec.name.clone(),
            id: self.spec.id.clone(),
        }
    }

    fn pool(&self) -> IpNet {
        self.spec.ip_range.unwrap_or(self.spec.subnet)
    }

    fn reserve_ends(&mut self) {
        let all = Range::of(self.spec.subnet);
        match self.spec.subnet {
            IpNet::V6(_) => {
                self.take(all.first, Use::Anycast);
            }
            // the two addresses of a /31 are the two ends of a link (RFC 3021)
            IpNet::V4(four) if four.prefix_len() <= 30 => {
                self.take(all.first, Use::Network);
                self.take(all.last, Use::Broadcast);
            }
            IpNet::V4(_) => {}
        }
    }

    fn take_gateway(&mut self) -> Result<IpAddr, Error> {
        let refused = |why| Error::Gateway { gateway: self.spec.gateway, why };
        let address = match self.spec.gateway {
            Some(given) if !self.spec.subnet.contains(&given) => return Err(refused(OUT_OF_RANGE)),
            Some(given) => given,
            None => self.lowest_free().ok_or(refused(NO_ADDRESSES))?,
        };
        if self.take(address, Use::Gateway) {
            return Ok(address);
        }
        Err(Error::Gateway { gateway: self.spec.gateway, why: IN_USE })
    }

    fn take(&mut self, address: IpAddr, by: Use) -> bool {
        let free = self.runs.add(number(address));
        if free {
            self.taken.insert(address, by);
        }
        free
    }
}

fn validate(spec: &Spec) -> Result<(), Error> {
    let Spec { subnet, ip_range, .. } = spec;
    if *subnet != subnet.trunc() {
        return Err(Error::SubnetBits(*subnet));
    }
    let Some(range) = *ip_range else { return Ok(()) };
    let wrong = |why| Err(Error::IpRange { range, subnet: *subnet, why });
    match () {
        () if range.addr().is_ipv4() != subnet.addr().is_ipv4() => wrong(IpRangeIs::OfOtherFamily),
        () if range.prefix_len() < subnet.prefix_len() => wrong(IpRangeIs::Bigger),
        () if range != range.trunc() => wrong(IpRangeIs::WithHostBits),
        () if !subnet.contains(&range) => wrong(IpRangeIs::Outside),
        () => Ok(()),
    }
}

/// Where networks without `--subnet` come from, and the prefix length of each network: 31 networks. The first is
/// that of the default bridge `docker0`.
pub const DEFAULT_POOLS: [(&str, u8); 7] = [
    ("172.17.0.0/16", 16),
    ("172.18.0.0/16", 16),
    ("172.19.0.0/16", 16),
    ("172.20.0.0/14", 16),
    ("172.24.0.0/14", 16),
    ("172.28.0.0/14", 16),
    ("192.168.0.0/16", 20),
];

/// The subnet of the next network without `--subnet`: the lowest that overlaps nothing. `taken` are the subnets of
/// the networks that exist, the on-link routes of the host and the addresses of its nameservers. With `None`
/// docker says [`Error::PoolsFull`].
pub fn next_default(taken: &[IpNet]) -> Option<IpNet> {
    DEFAULT_POOLS
        .iter()
        .filter_map(|(base, length)| base.parse::<IpNet>().ok()?.subnets(*length).ok())
        .flatten()
        .find(|subnet| !taken.iter().any(|other| overlap(subnet, other)))
}

/// Whether a network can be created beside others: docker refuses any overlap.
///
/// # Errors
/// [`Error::Overlap`].
pub fn beside(subnet: IpNet, others: &[IpNet]) -> Result<(), Error> {
    if others.iter().any(|other| overlap(&subnet, other)) { Err(Error::Overlap) } else { Ok(()) }
}

fn overlap(one: &IpNet, other: &IpNet) -> bool {
    one.contains(other) || other.contains(one)
}

const OUT_OF_RANGE: &str = "requested address is out of range";
const IN_USE: &str = "Address already in use";
const NO_ADDRESSES: &str = "no available addresses on this pool";

/// What is wrong with an ip-range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IpRangeIs {
    OfOtherFamily,
    Bigger,
    WithHostBits,
    Outside,
}

/// What docker says, word for word, without what its command line puts before it
/// (`Error response from daemon: `).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    NoneLeft { six: bool, name: String, id: Option<String> },
    Outside(IpAddr),
    Taken,
    Attached { endpoint: String, network: String },
    NotAttached { endpoint: String, network: String },
    Gateway { gateway: Option<IpAddr>, why: &'static str },
    AuxOutside { name: String, address: IpAddr, subnet: IpNet },
    AuxTaken { name: String, address: IpAddr },
    SubnetBits(IpNet),
    IpRange { range: IpNet, subnet: IpNet, why: IpRangeIs },
    Overlap,
    PoolsFull,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::NoneLeft { six, name, id } => {
                let family = if *six { 6 } else { 4 };
                let id = id.as_deref().unwrap_or("<network id>");
                write!(f, "no available IPv{family} addresses on this network's address pools: {name} ({id})")
            }
            Error::Outside(address) => {
                write!(f, "invalid address {address}: It does not belong to any of this network's subnets")
            }
            Error::Taken => f.write_str(IN_USE),
            Error::Attached { endpoint, network } => {
                write!(f, "endpoint with name {endpoint} already exists in network {network}")
            }
            Error::NotAttached { endpoint, network } => {
                write!(f, "container {endpoint} is not connected to network {network}")
            }
            Error::Gateway { gateway, why } => {
                let gateway = gateway.map_or(String::new(), |address| address.to_string());
                write!(f, "failed to allocate gateway ({gateway}): {why}")
            }
            Error::AuxOutside { name, address, subnet } => {
                write!(f, "auxiliary address: ({name}:{address}) must belong to the master pool: {subnet}")
            }
            Error::AuxTaken { name, address } => {
                write!(f, "failed to allocate secondary ip address ({name}:{address}): {IN_USE}")
            }
            Error::SubnetBits(subnet) => {
                write!(f, "invalid subnet {subnet}: it should be {}", subnet.trunc())
            }
            Error::IpRange { range, subnet, why } => {
                write!(f, "invalid ip-range {range}: ")?;
                match (why, subnet) {
                    (IpRangeIs::OfOtherFamily, IpNet::V4(_)) => {
                        write!(f, "parent subnet is an IPv4 block")
                    }
                    (IpRangeIs::OfOtherFamily, IpNet::V6(_)) => {
                        write!(f, "parent subnet is an IPv6 block")
                    }
                    (IpRangeIs::Bigger, _) => {
                        write!(f, "CIDR block is bigger than its parent subnet {subnet}")
                    }
                    (IpRangeIs::WithHostBits, _) => write!(f, "it should be {}", range.trunc()),
                    (IpRangeIs::Outside, _) => {
                        write!(f, "parent subnet {subnet} doesn't contain ip-range")
                    }
                }
            }
            Error::Overlap => {
                f.write_str("invalid pool request: Pool overlaps with other one on this address space")
            }
            Error::PoolsFull => f.write_str("all predefined address pools have been fully subnetted"),
        }
    }
}

impl std::error::Error for Error {}
