//! Calico IPAM: a pool cut into blocks, each affine to one node.
//!
//! A node takes a block when none of its own has a free address, up to a limit; once no block is unclaimed it takes an
//! empty one of another node, and failing that it borrows single addresses from other nodes' blocks, unless affinity is
//! strict. Blocks stay with the node when its pods go.
//!
//! | module | what it knows |
//! |---|---|
//! | this one | the pool as arithmetic: what nodes hold, who is refused |
//! | [`blocks`] | the same address by address, as pods come and go |
//!
//! From projectcalico/calico `87c1590`: `libcalico-go/lib/ipam/ipam.go` (`autoAssign`, `findOrClaimBlock`),
//! `ipam_block.go` (`newBlock`, `autoAssign`, `release`), `ipam_block_reader_writer.go` (`findUsableBlock`,
//! `randomBlockGenerator`), `kube-controllers/pkg/controllers/node/ipam.go` (`releaseUnusedBlocks`). Read, not run.

use std::fmt;

use ipnet::IpNet;

pub mod blocks;

pub use blocks::Cluster;

/// Prefix of a block when nobody says: 64 addresses, in either family.
pub const BLOCK_V4: u8 = 26;
pub const BLOCK_V6: u8 = 122;
/// Blocks of a node when `maxBlocksPerHost` is not set. One that is set asks for strict affinity.
pub const MAX_BLOCKS: u64 = 20;
/// What is said of a limit that is set without strict affinity (`libcalico-go/lib/ipam/ipam.go`, `SetIPAMConfig`).
pub const LIMIT_NOT_STRICT: &str = "MaxBlocksPerHost requires StrictAffinity to be enabled";
/// Addresses of each node for itself with IPIP or VXLAN (WireGuard takes one more): assigned like a pod's, from its
/// blocks. Without tunnels a node takes none.
pub const TUNNEL: u64 = 1;
/// Addresses of each block that Windows nodes keep, at its start and at its end.
pub const WINDOWS_START: u64 = 3;
pub const WINDOWS_END: u64 = 1;

/// The system of a node.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Os {
    /// Every address of a block is usable: no network, broadcast or gateway address.
    #[default]
    Linux,
    Windows,
}

/// A pool and the rules about its blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pool {
    cidr: IpNet,
    block: u8,
    strict: bool,
    max_blocks: u64,
}

/// What one node has, in addresses, after the pool served nodes one after another.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Holding {
    pub blocks: u64,
    /// Addresses in use out of its own blocks.
    pub own: u64,
    /// Addresses in use out of other nodes' blocks.
    pub borrowed: u64,
    /// Addresses it did not get.
    pub refused: u64,
    /// Why, if so.
    pub why: Option<Why>,
}

impl Pool {
    /// A pool with blocks of a prefix. `strict` is `strictAffinity`, `max_blocks` is `maxBlocksPerHost`
    /// ([`MAX_BLOCKS`] if it is 0, which is how Calico says that it is not set).
    ///
    /// # Errors
    /// A pool smaller than a block, a block that is none (IPv4 /20 to /32, IPv6 /116 to /128).
    pub fn new(cidr: IpNet, block: u8, strict: bool, max_blocks: u64) -> Result<Pool, BadPool> {
        let smallest = cidr.max_prefix_len();
        if !(smallest - 12..=smallest).contains(&block) {
            return Err(BadPool::Block { block, least: smallest - 12, most: smallest });
        }
        if cidr.prefix_len() > block {
            return Err(BadPool::Small { cidr: cidr.trunc(), block });
        }
        let max_blocks = if max_blocks == 0 { MAX_BLOCKS } else { max_blocks };
        Ok(Pool { cidr: cidr.trunc(), block, strict, max_blocks })
    }

    pub fn cidr(&self) -> IpNet {
        self.cidr
    }

    pub fn block(&self) -> u8 {
        self.block
    }

    /// Whether nodes never take an address out of another node's block.
    pub fn strict(&self) -> bool {
        self.strict
    }

    /// Most blocks of a node.
    pub fn max_blocks(&self) -> u64 {
        self.max_blocks
    }

    /// Blocks of the pool, which is how many nodes can have one; from 2^64 on, one less than that.
    pub fn blocks(&self) -> u64 {
        1_u64.checked_shl(u32::from(self.block - self.cidr.prefix_len())).unwrap_or(u64::MAX)
    }

    /// Addresses of a block: 1 to 4,096.
    pub fn block_size(&self) -> u64 {
        1 << (self.cidr.max_prefix_len() - self.block)
    }

    /// Addresses of a block that pods of such a node can have.
    pub fn usable(&self, os: Os) -> u64 {
        match os {
            Os::Linux => self.block_size(),
            Os::Windows => self.block_size().saturating_sub(WINDOWS_START + WINDOWS_END),
        }
    }

    /// Addresses of the pool; from 2^64 on, one less than that.
    pub fn total(&self) -> u64 {
        self.blocks().saturating_mul(self.block_size())
    }

    /// Whether nodes of that system can use the pool at all.
    ///
    /// # Errors
    /// [`Why::WindowsNotStrict`], [`Why::NoQualifiedPool`].
    pub fn serves(&self, os: Os) -> Result<(), Why> {
        match os {
            Os::Windows if !self.strict => Err(Why::WindowsNotStrict),
            Os::Windows if self.usable(os) == 0 => Err(Why::NoQualifiedPool),
            _ => Ok(()),
        }
    }

    /// Blocks of a node that so many addresses are in use on and that only ever grew; the pool's end and the limit
    /// ([`Pool::max_blocks`]) aside. `None` if a block has no usable address.
    pub fn blocks_for(&self, used: u64, os: Os) -> Option<u64> {
        match self.usable(os) {
            0 => None,
            usable => Some(used.div_ceil(usable)),
        }
    }

    /// Addresses of those blocks.
    pub fn held(&self, used: u64, os: Os) -> Option<u64> {
        Some(self.blocks_for(used, os)?.saturating_mul(self.block_size()))
    }

    /// The most addresses that a node may hold that once had `high` in use and now has `now`: all the blocks of back
    /// then. A block stays affine while it has a pod, and an empty one until another node finds no unclaimed block.
    pub fn held_after(&self, high: u64, now: u64, os: Os) -> Option<u64> {
        self.held(high.max(now), os)
    }

    /// The same where Calico's kube-controllers run, as on every Kubernetes installation: 15 minutes after a block got
    /// empty they give it up, unless it is its node's only one. The worst case is then one pod in each block.
    pub fn held_after_collection(&self, high: u64, now: u64, os: Os) -> Option<u64> {
        let blocks = self.blocks_for(high.max(now), os)?;
        Some(blocks.min(now.max(1)).saturating_mul(self.block_size()))
    }

    /// What nodes get that want so many addresses each (pods and [`TUNNEL`]), all of it one node after another: blocks
    /// first, then, once no block is unclaimed, addresses of the nodes before it. A node at its limit of blocks is
    /// refused though others have free ones. Later nodes get nothing of a pool that is used up.
    pub fn serve(&self, wanted: &[u64], os: Os) -> Vec<Holding> {
        if let Err(why) = self.serves(os) {
            let refused = |wanted: &u64| Holding {
                refused: *wanted,
                why: (*wanted > 0).then_some(why),
                ..Holding::default()
            };
            return wanted.iter().map(refused).collect();
        }
        let usable = self.usable(os);
        let (mut unclaimed, mut spare) = (self.blocks(), 0_u64);
        let mut serve = |wanted: u64| {
            let blocks = wanted.div_ceil(usable).min(self.max_blocks).min(unclaimed);
            let room = blocks.saturating_mul(usable);
            let own = wanted.min(room);
            unclaimed -= blocks;
            let why = self.why_full(blocks);
            let borrowed = if why == Why::Exhausted { (wanted - own).min(spare) } else { 0 };
            spare = (spare - borrowed).saturating_add(room - own);
            let refused = wanted - own - borrowed;
            Holding { blocks, own, borrowed, refused, why: (refused > 0).then_some(why) }
        };
        wanted.iter().map(|wanted| serve(*wanted)).collect()
    }

    /// Why a node that has so many blocks, all of them full, gets no address once there is no block for it. At its
    /// limit it does not even look for addresses to borrow.
    fn why_full(&self, blocks: u64) -> Why {
        if blocks >= self.max_blocks {
            Why::BlockLimit
        } else if self.strict {
            Why::Strict
        } else {
            Why::Exhausted
        }
    }

    /// What Calico says to a node that asks for one address and gets none.
    pub fn text(&self, why: Why, os: Os) -> String {
        let family = if self.cidr.max_prefix_len() == 32 { 4 } else { 6 };
        let suffix = match os {
            Os::Linux => "",
            Os::Windows => "; HostReservedAttr: windows-reserved-ipam-handle",
        };
        let none =
            |reason: &str| format!("Assigned 0 out of 1 requested IPv{family} addresses; {reason}{suffix}");
        match why {
            Why::BlockLimit => "cannot allocate new block due to per host block limit".into(),
            Why::Strict => none("No more free affine blocks and strict affinity enabled"),
            Why::Exhausted => none(&format!("No IPs available in pools: [{}]", self.cidr)),
            Why::NoQualifiedPool => "cannot find a qualified ippool".into(),
            Why::WindowsNotStrict => "global strict affinity should not be false for Windows node".into(),
        }
    }

    /// The message that goes with [`Why::BlockLimit`].
    pub fn limit_message(&self) -> String {
        format!(
            "Need to allocate an IPAM block but could not - limit of {} blocks reached for this node",
            self.max_blocks
        )
    }
}

/// Why a node gets no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It has its most blocks, and they are full.
    BlockLimit,
    /// No block is left, and it may not borrow.
    Strict,
    /// No address of the pool is left.
    Exhausted,
    /// Windows: a block has no address beyond those that the node keeps.
    NoQualifiedPool,
    /// Windows nodes ask for strict affinity.
    WindowsNotStrict,
}

/// A pool that cannot be cut into blocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadPool {
    Block { block: u8, least: u8, most: u8 },
    Small { cidr: IpNet, block: u8 },
}

impl fmt::Display for BadPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BadPool::Block { block, least, most } => {
                write!(f, "block size /{block} is none of Calico's; take /{least} to /{most}")
            }
            BadPool::Small { cidr, block } => {
                write!(
                    f,
                    "pool {cidr} is smaller than a block of /{block}; take a larger pool or smaller blocks"
                )
            }
        }
    }
}

impl std::error::Error for BadPool {}
