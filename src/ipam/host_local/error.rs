//! What the plugin says, word for word.

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;

/// The CNI code of every error of the plugin.
pub const CODE: u32 = 999;

/// What the plugin answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    NoSets,
    NotASet { set: usize, is: SetIs },
    SetsOverlap(usize, usize),
    Set { set: usize, why: Refused },
    NotAll(Vec<IpAddr>),
}

/// What is wrong with a set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SetIs {
    Empty,
    TooSmall(IpNet),
    WithHostBits(IpNet),
    StartOutside {
        start: IpAddr,
        subnet: IpNet,
    },
    EndOutside {
        end: IpAddr,
        subnet: IpNet,
    },
    /// Only possible where the start is the broadcast address and no end is written. The plugin takes it, and
    /// then gives out addresses beyond the subnet; podroom refuses it.
    Backwards {
        start: IpAddr,
        end: IpAddr,
    },
    Mixed,
    Overlap(String, String),
}

/// Why a set gives no address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    NoneLeft(String),
    Again { address: IpAddr, id: String },
    Gateway(IpAddr),
    NotAvailable { address: IpAddr, set: String },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::NoSets => f.write_str("no IP ranges specified"),
            Error::NotASet { set, is } => write!(f, "invalid range set {set}: {is}"),
            Error::SetsOverlap(one, other) => write!(f, "range set {one} overlaps with {other}"),
            Error::Set { set, why } => write!(f, "failed to allocate for range {set}: {why}"),
            Error::NotAll(left) => {
                f.write_str("failed to allocate all requested IPs:")?;
                left.iter().try_for_each(|address| write!(f, " {address}"))
            }
        }
    }
}

impl fmt::Display for SetIs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SetIs::Empty => f.write_str("empty range set"),
            SetIs::TooSmall(subnet) => write!(f, "Network {subnet} too small to allocate from"),
            SetIs::WithHostBits(subnet) => write!(
                f,
                "Network has host bits set. For a subnet mask of length {} the network address is {}",
                subnet.prefix_len(),
                subnet.network()
            ),
            SetIs::StartOutside { start, subnet } => write!(f, "RangeStart {start} not in network {subnet}"),
            SetIs::EndOutside { end, subnet } => write!(f, "RangeEnd {end} not in network {subnet}"),
            SetIs::Backwards { start, end } => {
                write!(f, "range start {start} is after the last usable address {end}")
            }
            SetIs::Mixed => f.write_str("mixed address families"),
            SetIs::Overlap(one, other) => write!(f, "subnets {one} and {other} overlap"),
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::NoneLeft(set) => write!(f, "no IP addresses available in range set: {set}"),
            Refused::Again { address, id } => {
                write!(f, "{address} has been allocated to {id}, duplicate allocation is not allowed")
            }
            Refused::Gateway(address) => write!(f, "requested ip {address} is subnet's gateway"),
            Refused::NotAvailable { address, set } => {
                write!(f, "requested IP address {address} is not available in range set {set}")
            }
        }
    }
}

impl std::error::Error for Error {}
impl std::error::Error for SetIs {}
