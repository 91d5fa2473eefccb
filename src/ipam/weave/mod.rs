//! Weave Net: peers that share one range and give each other addresses.
//!
//! Each peer owns parts of the range ([`ring`]) and hands out the lowest free address of its own parts; one that
//! has none left asks another for some ([`Network`]). So a share is no hard limit, nothing is refused, and a request
//! that nobody can serve waits for ever ([`Allocated::Blocked`]); what ends it is the kubelet's patience
//! ([`cancelled`]).
//!
//! | module | what it knows |
//! |---|---|
//! | [`ring`] | who owns what: the first split, what a grant and a take-over do to it |
//! | `space` | the free addresses of one peer, and the block it gives away |
//! | [`network`] | peers that allocate, donate, join, leave, die |
//! | [`shares`](mod@shares) | the same as arithmetic: shares and totals without following each address |
//!
//! From weaveworks/weave `8c84763` (2022-11-23, archived): `ipam/ring/ring.go`, `ipam/space/space.go`,
//! `ipam/allocator.go`, `ipam/allocate.go`, `ipam/paxos/paxos.go`, `net/address/address.go`.

use std::fmt;

use ipnet::{IpNet, Ipv4Net};

pub mod network;
pub mod ring;
pub mod shares;
mod space;

pub use network::{Allocated, Network, Refused, Row};
pub use ring::Ring;
pub use shares::{Share, Totals, largest, shares, sizes, totals};

/// `--ipalloc-range` when nobody says.
pub const DEFAULT_RANGE: &str = "10.32.0.0/12";
/// The smallest range, in addresses: first and last are never given out.
pub const SMALLEST: u32 = 4;
/// What each Kubernetes host asks one address for: its bridge. It is no container.
pub const EXPOSE: &str = "weave:expose";

/// Reads a range as `--ipalloc-range` does: IPv4, aligned, /30 or larger.
///
/// # Errors
/// Weave's own texts, with what was typed.
pub fn range(text: &str) -> Result<Ipv4Net, BadRange> {
    let bad = |why| BadRange { text: text.into(), why };
    let net = match text.parse() {
        Ok(IpNet::V4(net)) => net,
        Ok(IpNet::V6(_)) => return Err(bad(Why::Ipv6)),
        Err(_) => return Err(bad(Why::NotACidr)),
    };
    // the size of a /0 overflows to 0 there
    if !(1..=30).contains(&net.prefix_len()) {
        return Err(bad(Why::TooSmall));
    }
    if net.addr() != net.network() {
        return Err(bad(Why::NotAligned));
    }
    if net.broadcast().is_broadcast() {
        return Err(bad(Why::Top));
    }
    Ok(net)
}

/// A range that Weave does not start with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRange {
    pub text: String,
    pub why: Why,
}

/// What is wrong with a range. If it is both too small and not aligned, Weave says that it is too small.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    NotACidr,
    Ipv6,
    TooSmall,
    NotAligned,
    /// It ends with 255.255.255.255: the end, one past the last address, is 0 in 32 bits, and Weave stops there
    /// with a failed assertion; the text here is podroom's.
    Top,
}

impl fmt::Display for BadRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = crate::text::shown(&self.text);
        match self.why {
            Why::NotACidr => write!(f, "invalid CIDR address: {text}"),
            Why::Ipv6 => write!(f, "invalid Non-IPv4 address not supported: {text}"),
            Why::TooSmall => {
                write!(f, "invalid subnet - smaller than minimum size {SMALLEST}: {text}")
            }
            Why::NotAligned => {
                write!(f, "invalid subnet - bits after network prefix are not all zero: {text}")
            }
            Why::Top => write!(
                f,
                "{text} ends with 255.255.255.255, and Weave does not start with such a range; take one below it"
            ),
        }
    }
}

impl std::error::Error for BadRange {}

/// Peers that have to agree before the range is split for `n` peers (`--ipalloc-init consensus=n`).
///
/// The split is made once, at the first allocation of the network, among the peers that whoever proposes it *knows*
/// by then: at least this many, not always all. Those left out start with nothing and get addresses by donation.
/// Which ones is a race, so a plan shows the split among all of them, as with `seed=`; a network of fewer is a
/// [`Network::new`] of those who took part, and a [`Network::join`] for each of the others.
pub fn quorum(n: usize) -> usize {
    n / 2 + 1
}

/// What is said once the kubelet has given up waiting: `Allocate request for <container> cancelled`.
pub fn cancelled(container: &str) -> String {
    format!("Allocate request for {} cancelled", crate::text::shown(container))
}
