//! Who uses the addresses of a subnet, one by one.
//!
//! Sources: EC2's InterfaceType, the descriptions and tags that the VPC CNI (aws/amazon-vpc-cni-k8s
//! `pkg/awsutils/awsutils.go`), the VPC resource controller and AWS's services give their ENIs.

use std::collections::HashSet;
use std::net::Ipv4Addr;

use super::super::fact::{Interface, NotModelled, Subnet};
use super::{Index, Live};
use crate::plan::Addresses;
use crate::plan::range::kept;

/// What an address is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Use {
    /// A pod has it.
    Workload,
    /// On a node's ENI, and no pod has it.
    Warm,
    /// On a node's ENI; no input says whether a pod has it.
    Secondary,
    /// A node's ENI's own.
    Primary,
    Trunk,
    Branch,
    /// On a node's ENI that the VPC CNI leaves alone.
    Unmanaged,
    ControlPlane,
    LoadBalancer,
    Nat,
    Endpoint,
    Lambda,
    Fargate,
    /// On ENIs of nodes that are not modelled.
    AutoMode,
    Windows,
    /// On ENIs of nodes that are in no group: of those that plans do not model otherwise, or of which too little is
    /// known.
    NoGroup,
    /// On ENIs of machines that are no node of the inputs.
    Machine,
    /// An ENI of the VPC CNI that is attached to nothing.
    Leaked,
    Unattached,
    Other,
}

/// Every use, what it is called, and whether the plan's nodes take it: the rest is the subnet's `other`.
pub const USES: &[(Use, &str, bool)] = &[
    (Use::Workload, "workload", true),
    (Use::Warm, "warm", true),
    (Use::Secondary, "workload or warm", true),
    (Use::Primary, "ENI primary", true),
    (Use::Trunk, "trunk", true),
    (Use::Branch, "branch", true),
    (Use::Unmanaged, "unmanaged ENIs", false),
    (Use::ControlPlane, "control plane", false),
    (Use::LoadBalancer, "load balancer", false),
    (Use::Nat, "NAT gateway", false),
    (Use::Endpoint, "endpoint", false),
    (Use::Lambda, "Lambda", false),
    (Use::Fargate, "Fargate", false),
    (Use::AutoMode, "Auto Mode nodes", false),
    (Use::Windows, "Windows nodes", false),
    (Use::NoGroup, "nodes in no group", false),
    (Use::Machine, "other instances", false),
    (Use::Leaked, "leaked ENIs", false),
    (Use::Unattached, "unattached ENIs", false),
    (Use::Other, "other", false),
];

/// What addresses are called that AWS counts as in use, and that no interface of the list has.
pub const UNLISTED: &str = "not in the interfaces";

impl Use {
    fn row(self) -> Option<&'static (Use, &'static str, bool)> {
        USES.iter().find(|(of, ..)| *of == self)
    }

    /// What it is called.
    pub fn word(self) -> &'static str {
        self.row().map_or("other", |(_, word, _)| word)
    }

    /// Whether nodes of the plan take it.
    pub fn is_of_nodes(self) -> bool {
        self.row().is_some_and(|(_, _, nodes)| *nodes)
    }
}

/// Neighbouring addresses of one ENI with one use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Used {
    pub addresses: Addresses,
    pub by: Use,
    /// Index into [`Live::interfaces`].
    pub interface: usize,
}

/// What is used of a subnet, as far as its network interfaces tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Usage {
    /// By address, none twice, none that AWS keeps.
    pub used: Vec<Used>,
    /// Addresses that can be given out at all.
    pub usable: u64,
    /// Of them, in use by no interface.
    pub free: u64,
    /// Aligned blocks of 16 free addresses.
    pub blocks: u64,
}

impl Usage {
    /// How many addresses have this use.
    pub fn count(&self, by: Use) -> u64 {
        self.used.iter().filter(|used| used.by == by).map(|used| used.addresses.count()).sum()
    }
}

/// Tags of the VPC CNI and of the VPC resource controller.
const TRUNK_TAG: &str = "vpcresources.k8s.aws/trunk-eni-id";
const OWNER_TAG: &str = "eks:eni:owner";
const INSTANCE_TAG: &str = "node.k8s.amazonaws.com/instance_id";
const NO_MANAGE_TAG: &str = "node.k8s.amazonaws.com/no_manage";

/// Types and beginnings of descriptions that tell what an ENI is for that is on no node.
const KNOWN: &[(&[&str], &[&str], Use)] = &[
    (&[], &["Amazon EKS "], Use::ControlPlane),
    (&["load_balancer", "network_load_balancer", "gateway_load_balancer"], &["ELB "], Use::LoadBalancer),
    (&["natGateway", "nat_gateway"], &["Interface for NAT Gateway "], Use::Nat),
    (
        &["vpc_endpoint", "gateway_load_balancer_endpoint"],
        &["VPC Endpoint Interface ", "Route 53 Resolver"],
        Use::Endpoint,
    ),
    (&["lambda"], &["AWS Lambda VPC ENI"], Use::Lambda),
];

impl Interface {
    /// Of security groups for pods: the one that branch ENIs hang on.
    pub fn is_trunk(&self) -> bool {
        self.kind.as_deref() == Some("trunk") || self.description == "aws-k8s-trunk-eni"
    }

    pub fn is_branch(&self) -> bool {
        self.kind.as_deref() == Some("branch") || self.description == "aws-k8s-branch-eni"
    }

    /// The trunk ENI that a branch ENI hangs on.
    pub fn trunk(&self) -> Option<&str> {
        self.tag(TRUNK_TAG)
    }

    /// The VPC CNI leaves it alone.
    pub fn is_unmanaged(&self) -> bool {
        self.tag(NO_MANAGE_TAG) == Some("true")
    }

    /// The VPC CNI, or the resource controller, made it for a node.
    fn is_of_cni(&self) -> bool {
        self.description.starts_with("aws-K8S-")
            || self.tag(INSTANCE_TAG).is_some()
            || ["amazon-vpc-cni", "eks-vpc-resource-controller"].map(Some).contains(&self.tag(OWNER_TAG))
    }
}

/// What is used of a subnet, and by whom. `index` is that of `live`.
pub fn usage(live: &Live, index: &Index<'_>, subnet: &Subnet) -> Usage {
    let Some(cidr) = subnet.cidr else { return Usage::default() };
    let kept = kept(cidr);
    let whole = Addresses::of(cidr);
    let mut used = Vec::new();
    if let Some(given) = given(&kept) {
        for (i, interface) in live.interfaces.iter().enumerate() {
            if interface.subnet.as_deref() == Some(&subnet.id) {
                of_interface(index, interface, |addresses, by| {
                    let (first, last) = (addresses.first.max(given.first), addresses.last.min(given.last));
                    if first <= last {
                        used.push(Used { addresses: Addresses { first, last }, by, interface: i });
                    }
                });
            }
        }
    }
    let used = apart(used);
    let usable = whole.count().saturating_sub(kept.iter().map(Addresses::count).sum());
    let taken: u64 = used.iter().map(|used| used.addresses.count()).sum();
    let gone: HashSet<u32> =
        kept.iter().chain(used.iter().map(|used| &used.addresses)).flat_map(blocks_of).collect();
    let blocks = (whole.count() / 16).saturating_sub(gone.len() as u64);
    Usage { used, usable, free: usable.saturating_sub(taken), blocks }
}

/// What can be given out between the addresses that AWS keeps.
fn given(kept: &[Addresses]) -> Option<Addresses> {
    let [head, tail] = kept else { return None };
    let first = Ipv4Addr::from(u32::from(head.last).checked_add(1)?);
    let last = Ipv4Addr::from(u32::from(tail.first).checked_sub(1)?);
    (first <= last).then_some(Addresses { first, last })
}

/// By address; one that two have goes to the one that begins first, or is listed first.
fn apart(mut used: Vec<Used>) -> Vec<Used> {
    used.sort_by_key(|used| (used.addresses.first, used.interface));
    let mut next = 0_u64;
    used.retain_mut(|used| {
        let first = u64::from(u32::from(used.addresses.first)).max(next);
        let last = u64::from(u32::from(used.addresses.last));
        let is_left = first <= last;
        if let Ok(first) = u32::try_from(first) {
            used.addresses.first = Ipv4Addr::from(first);
        }
        next = next.max(last + 1);
        is_left
    });
    used
}

/// The numbers of the aligned blocks of 16 addresses that these are in.
fn blocks_of(addresses: &Addresses) -> impl Iterator<Item = u32> + use<> {
    (u32::from(addresses.first) >> 4)..=(u32::from(addresses.last) >> 4)
}

/// Tells every address of an ENI, in runs.
fn of_interface(index: &Index<'_>, interface: &Interface, mut tell: impl FnMut(Addresses, Use)) {
    let single = |address: Ipv4Addr| Addresses { first: address, last: address };
    let own = index.machine(interface).filter(|(_, _, machine)| machine.is_planned());
    let left_alone = interface.is_unmanaged() || interface.card > 0;
    let Some((cluster, ..)) = own.filter(|_| !left_alone && !interface.is_branch()) else {
        let by = foreign(index, interface);
        // a node's unmanaged ENI is in the plan with its own address; those of further cards are not
        let node = own.is_some() && interface.is_unmanaged() && interface.card == 0;
        for addresses in interface.addresses() {
            let primary = Some(addresses) == interface.primary.map(single);
            tell(addresses, if node && primary { Use::Primary } else { by });
        }
        return;
    };
    let primary = if interface.is_trunk() { Use::Trunk } else { Use::Primary };
    interface.primary.into_iter().for_each(|address| tell(single(address), primary));
    let by = |address: Ipv4Addr| match index.is_assigned(cluster, &interface.id, address) {
        Some(true) => Use::Workload,
        Some(false) => Use::Warm,
        None => Use::Secondary,
    };
    interface.secondary.iter().for_each(|address| tell(single(*address), by(*address)));
    for prefix in &interface.prefixes {
        let mut run: Option<(Addresses, Use)> = None;
        for address in (u32::from(prefix.network())..=u32::from(prefix.broadcast())).map(Ipv4Addr::from) {
            match &mut run {
                Some((addresses, of)) if *of == by(address) => addresses.last = address,
                other => {
                    if let Some((addresses, of)) = other.replace((single(address), by(address))) {
                        tell(addresses, of);
                    }
                }
            }
        }
        if let Some((addresses, of)) = run {
            tell(addresses, of);
        }
    }
}

/// What an ENI is for that is on none of the nodes that are modelled.
fn foreign(index: &Index<'_>, interface: &Interface) -> Use {
    if let Some(planned) = index.is_planned_branch(interface).filter(|_| interface.is_branch()) {
        return if planned { Use::Branch } else { Use::NoGroup };
    }
    if let Some((_, _, machine)) = index.machine(interface) {
        return match machine.not_modelled {
            Some(NotModelled::Windows) => Use::Windows,
            Some(NotModelled::AutoMode) => Use::AutoMode,
            Some(NotModelled::Fargate) => Use::Fargate,
            Some(NotModelled::Mode) => Use::NoGroup,
            None if machine.left_out => Use::NoGroup,
            None => Use::Unmanaged,
        };
    }
    let kind = interface.kind.as_deref().unwrap_or_default();
    let told = |(kinds, starts, _): &&(&[&str], &[&str], Use)| {
        kinds.contains(&kind) || starts.iter().any(|start| interface.description.starts_with(start))
    };
    if let Some((.., by)) = KNOWN.iter().find(told) {
        return *by;
    }
    if interface.primary.is_some_and(|address| index.is_fargate(address)) {
        return Use::Fargate;
    }
    match (interface.status.as_deref(), interface.instance.is_some()) {
        (Some("available"), _) if interface.is_of_cni() => Use::Leaked,
        (Some("available"), _) => Use::Unattached,
        (_, true) => Use::Machine,
        _ => Use::Other,
    }
}
