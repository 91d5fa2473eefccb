//! EC2 as the program sees it: subnets that give addresses, blocks and ENIs, and the calls that were made.

use std::ops::Sub;

use crate::cni::PREFIX;

/// Index of a subnet in an [`Account`].
pub type SubnetId = usize;

/// The subnets that nodes share, and the calls made so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Account {
    pub subnets: Vec<Subnet>,
    pub calls: Calls,
}

/// What one subnet can give: free aligned /28 blocks, and free addresses outside of them. Single addresses
/// are taken outside of whole blocks while there are any, then a block is broken; those that come back do
/// not make a block again. EC2 picks addresses at will, so that a real subnet is worse off, unless a subnet
/// CIDR reservation keeps single addresses out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subnet {
    pub blocks: u64,
    pub singles: u64,
    /// Blocks in reservations of type `prefix`, besides: only prefixes are taken there, and first.
    pub kept: u64,
    /// Of these, those that are taken: prefixes that come back go there again.
    pub kept_taken: u64,
    /// Value of its tag `kubernetes.io/role/cni`.
    pub role_cni: Option<String>,
}

impl Subnet {
    /// More than any node can take.
    pub const PLENTY: u64 = 1 << 40;

    /// Free addresses.
    pub fn free(&self) -> u64 {
        self.singles + PREFIX * self.free_blocks()
    }

    /// Free whole blocks.
    pub fn free_blocks(&self) -> u64 {
        self.blocks + self.kept
    }

    /// Whether so many single addresses and whole blocks can be taken.
    pub fn has(&self, singles: u64, blocks: u64) -> bool {
        let broken = singles.saturating_sub(self.singles).div_ceil(PREFIX);
        self.blocks >= blocks.saturating_sub(self.kept).saturating_add(broken)
    }

    /// Takes single addresses and whole blocks, all of them or none.
    pub fn take(&mut self, singles: u64, blocks: u64) -> bool {
        if !self.has(singles, blocks) {
            return false;
        }
        let broken = singles.saturating_sub(self.singles).div_ceil(PREFIX);
        let kept = blocks.min(self.kept);
        self.kept -= kept;
        self.kept_taken += kept;
        self.blocks -= blocks - kept + broken;
        self.singles = self.singles + broken * PREFIX - singles;
        true
    }

    /// Addresses that can be taken one by one.
    pub fn most_singles(&self) -> u64 {
        self.singles.saturating_add(PREFIX.saturating_mul(self.blocks))
    }

    /// Takes as many single addresses as there are of so many: how many.
    pub fn take_up_to(&mut self, singles: u64) -> u64 {
        let taken = singles.min(self.most_singles());
        self.take(taken, 0);
        taken
    }

    /// Whole blocks that a prefix can be taken from.
    pub fn whole(&self) -> u64 {
        self.blocks.saturating_add(self.kept)
    }

    /// Gives single addresses and whole blocks back.
    pub fn give(&mut self, singles: u64, blocks: u64) {
        let kept = blocks.min(self.kept_taken);
        self.kept_taken -= kept;
        self.kept += kept;
        self.singles = self.singles.saturating_add(singles);
        self.blocks = self.blocks.saturating_add(blocks - kept);
    }

    /// Whether the tag keeps the program away.
    pub fn forbidden(&self) -> bool {
        self.role_cni.as_deref() == Some("0")
    }

    /// Whether the tag offers the subnet to nodes of others in its zone.
    pub fn offered(&self) -> bool {
        self.role_cni.as_deref().is_some_and(|role| role != "0")
    }
}

/// Kinds of EC2 calls, as the program makes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(usize)]
pub enum Call {
    CreateNetworkInterface,
    AttachNetworkInterface,
    ModifyNetworkInterfaceAttribute,
    DescribeInstances,
    DescribeSubnets,
    AssignPrivateIpAddresses,
    UnassignPrivateIpAddresses,
    DetachNetworkInterface,
    DeleteNetworkInterface,
    DescribeNetworkInterfaces,
    CreateTags,
    AssignIpv6Addresses,
}

use Call::{
    AssignIpv6Addresses, AssignPrivateIpAddresses, AttachNetworkInterface, CreateNetworkInterface,
    CreateTags, DeleteNetworkInterface, DescribeInstances, DescribeNetworkInterfaces, DescribeSubnets,
    DetachNetworkInterface, ModifyNetworkInterfaceAttribute, UnassignPrivateIpAddresses,
};

/// Every kind, and its short name in timelines.
pub const CALLS: [(Call, &str); 12] = [
    (CreateNetworkInterface, "cre"),
    (AttachNetworkInterface, "att"),
    (ModifyNetworkInterfaceAttribute, "mod"),
    (DescribeInstances, "din"),
    (DescribeSubnets, "dsn"),
    (AssignPrivateIpAddresses, "asg"),
    (UnassignPrivateIpAddresses, "una"),
    (DetachNetworkInterface, "det"),
    (DeleteNetworkInterface, "del"),
    (DescribeNetworkInterfaces, "dni"),
    (CreateTags, "tag"),
    (AssignIpv6Addresses, "as6"),
];

impl Call {
    /// Whether it changes anything: such calls have the tighter throttle.
    /// Source: Amazon EC2 API reference, "Request throttling".
    pub fn mutates(self) -> bool {
        !matches!(self, DescribeInstances | DescribeSubnets | DescribeNetworkInterfaces)
    }
}

/// Calls by kind, and how many of them failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Calls {
    made: [u64; CALLS.len()],
    failed: [u64; CALLS.len()],
}

impl Calls {
    pub fn made(&self, call: Call) -> u64 {
        self.made[call as usize]
    }

    pub fn failed(&self, call: Call) -> u64 {
        self.failed[call as usize]
    }

    /// Notes calls that succeed.
    pub fn count(&mut self, call: Call, calls: u64) {
        self.made[call as usize] += calls;
    }

    /// Notes a call, and whether it succeeds.
    pub fn result(&mut self, call: Call, succeeds: bool) {
        self.made[call as usize] += 1;
        self.failed[call as usize] += u64::from(!succeeds);
    }

    /// Calls that change something.
    pub fn mutating(&self) -> u64 {
        CALLS.iter().filter(|(call, _)| call.mutates()).map(|(call, _)| self.made(*call)).sum()
    }

    /// All calls.
    pub fn all(&self) -> u64 {
        self.made.iter().sum()
    }
}

impl Sub for Calls {
    type Output = Calls;

    /// The calls since an earlier count.
    fn sub(mut self, earlier: Calls) -> Calls {
        for (now, then) in self.made.iter_mut().zip(earlier.made) {
            *now = now.saturating_sub(then);
        }
        for (now, then) in self.failed.iter_mut().zip(earlier.failed) {
            *now = now.saturating_sub(then);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn singles_break_blocks_only_when_they_run_out() {
        let mut subnet = Subnet { blocks: 2, singles: 3, ..Subnet::default() };
        assert!(subnet.take(2, 1));
        assert_eq!((subnet.blocks, subnet.singles), (1, 1));
        assert!(!subnet.take(2, 1), "the block is needed whole or broken, not both");
        assert!(subnet.take(2, 0));
        assert_eq!((subnet.blocks, subnet.singles, subnet.free()), (0, 15, 15));
        subnet.give(2, 1);
        assert_eq!((subnet.blocks, subnet.singles), (1, 17));
    }

    #[test]
    fn reserved_blocks_are_for_prefixes_alone() {
        let mut subnet = Subnet { blocks: 1, kept: 2, ..Subnet::default() };
        assert!(subnet.has(16, 2) && !subnet.has(17, 0) && !subnet.has(1, 3));
        assert!(subnet.take(1, 2));
        assert_eq!((subnet.blocks, subnet.singles, subnet.kept), (0, 15, 0));
        subnet.give(0, 3);
        assert_eq!((subnet.blocks, subnet.kept, subnet.free()), (1, 2, 63));
    }
}
