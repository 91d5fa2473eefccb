//! Docker networks as docker makes them, with everybody attached.
//!
//! Attached once for a plan and the numbers of its nodes: rows of pools, rosters, findings, maps and routes all read
//! the same. First comes who has an address of his own choice or is known to be there (`node_addresses`, those of
//! names that no node has, too); then the containers of the plan; then, cluster by cluster, the load balancer that
//! kind puts before several control planes, and the nodes. A container has one address of each range of its network
//! or none at all: docker starts none that lacks one, and takes the other back.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use ipnet::IpNet;

use super::seats::{Run, Seats, Whose, whose};
use crate::ipam::docker::{self, Error, Spec};
use crate::plan::{Cluster, Network as Row, Plan};

/// Every network of a plan and every cluster's place on them, in file order.
#[derive(Debug, Clone, Default)]
pub struct Attached {
    pub networks: Vec<Network>,
    pub clusters: Vec<Seats>,
}

/// A network.
#[derive(Debug, Clone)]
pub struct Network {
    /// That of `subnet`, and behind it that of `ipv6_subnet`.
    pub ranges: Vec<Made>,
    /// Who is named in the plan and gets no address.
    pub refused: Vec<Refused>,
}

/// One range of a network.
#[derive(Debug, Clone)]
pub struct Made {
    pub range: IpNet,
    /// As docker makes it, with all that are attached by name; or docker's refusal.
    pub network: Result<docker::Network, Error>,
    /// Addresses that containers want of what is given out automatically: those of the plan, and known ones of names
    /// that no node has.
    pub own: u64,
    /// By cluster and group of it: addresses that its containers do not want there, as those that they ask for are
    /// elsewhere in the range, or not to be had.
    pub absent: BTreeMap<(usize, usize), u64>,
}

/// A container, or a node of a known address, that docker refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub who: Who,
    pub error: Error,
}

/// Whom a plan names on a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Of `containers`.
    Container(usize),
    /// Of a cluster's `node_addresses`, where its name is first.
    Known(usize, usize),
}

impl Made {
    /// What containers are given automatically; the rest of the range is for addresses of their own choice.
    pub fn pool(&self) -> IpNet {
        self.network.as_ref().ok().and_then(|network| network.spec().ip_range).unwrap_or(self.range)
    }
}

/// What a container of a cluster is called on a network that several clusters share.
pub fn endpoint(cluster: &Cluster, container: &str) -> String {
    format!("{}/{container}", cluster.name)
}

/// Whether the nodes of a group are containers of the cluster's network: those in subnets are not.
pub fn is_on(cluster: &Cluster, group: usize) -> bool {
    cluster.network.is_some() && cluster.node_groups.get(group).is_some_and(|group| group.subnets.is_empty())
}

/// The networks of a plan whose clusters have so many nodes, by group.
pub fn attach(plan: &Plan, nodes: &[&[u32]]) -> Attached {
    let mut attached =
        Attached { networks: Vec::new(), clusters: vec![Seats::default(); plan.clusters.len()] };
    let mut on: Vec<Vec<usize>> = vec![Vec::new(); plan.networks.len()];
    for (c, cluster) in plan.clusters.iter().enumerate() {
        if let Some(on) = cluster.network.and_then(|n| on.get_mut(n)) {
            on.push(c);
        }
    }
    for ((row, subnet), on) in plan.networks.iter().zip(subnets(plan)).zip(on) {
        let clusters = on.iter().filter_map(|c| {
            let (cluster, nodes) = (plan.clusters.get(*c)?, nodes.get(*c)?);
            Some(Resident { c: *c, cluster, nodes, known: known(cluster, nodes) })
        });
        let clusters: Vec<Resident> = clusters.collect();
        let (network, seats) = Bridge::new(row, subnet).attach(row, &clusters);
        attached.networks.push(network);
        for (resident, seats) in clusters.iter().zip(seats) {
            if let Some(at) = attached.clusters.get_mut(resident.c) {
                *at = seats;
            }
        }
    }
    attached
}

/// The subnet of every network, in file order: its own, or the next of docker's default pools that overlaps no
/// other; docker's own bridge has the first. `None` where docker has none left.
pub fn subnets(plan: &Plan) -> Vec<Option<IpNet>> {
    let mut taken: Vec<IpNet> = plan.networks.iter().filter_map(|n| n.subnet).collect();
    if plan.networks.iter().any(|n| n.subnet.is_none()) {
        taken.extend(docker::next_default(&taken));
    }
    let mut full = false;
    let given = plan.networks.iter().map(|network| {
        network.subnet.or_else(|| {
            let next = if full { None } else { docker::next_default(&taken) };
            full = next.is_none();
            taken.extend(next);
            next
        })
    });
    given.collect()
}

/// A cluster on a network.
struct Resident<'p> {
    c: usize,
    cluster: &'p Cluster,
    nodes: &'p [u32],
    known: Vec<Known<'p>>,
}

/// What `node_addresses` says under one name.
struct Known<'p> {
    name: &'p str,
    /// Its first place there.
    index: usize,
    addresses: Vec<IpAddr>,
    whose: Whose,
}

/// The known addresses of a cluster's containers on its network, in the order of the plan.
fn known<'p>(cluster: &'p Cluster, nodes: &[u32]) -> Vec<Known<'p>> {
    let mut known: Vec<Known> = Vec::new();
    let mut by_name: HashMap<&str, usize> = HashMap::new();
    for (index, (name, address)) in cluster.node_addresses.iter().enumerate() {
        let at = *by_name.entry(name).or_insert(known.len());
        match known.get_mut(at) {
            Some(one) => one.addresses.push(*address),
            None => known.push(Known { name, index, addresses: vec![*address], whose: Whose::Nobody }),
        }
    }
    let names = known.iter().map(|one| one.name);
    let whose = whose(cluster, nodes, names);
    known.iter_mut().zip(whose).for_each(|(one, whose)| one.whose = whose);
    known.retain(|one| match one.whose {
        Whose::Node { group, .. } => is_on(cluster, group),
        Whose::Balancer | Whose::Nobody => true,
    });
    known
}

/// A network that is being filled.
struct Bridge {
    ranges: Vec<Made>,
    refused: Vec<Refused>,
}

/// What a container has of each range.
type Has = Vec<Option<IpAddr>>;

impl Bridge {
    /// The network as docker makes it. What the plan says of the other family is not looked at.
    fn new(row: &Row, subnet: Option<IpNet>) -> Bridge {
        let make = |range: IpNet| {
            let same = |address: IpAddr| address.is_ipv4() == range.addr().is_ipv4();
            let spec = Spec {
                name: row.name.clone(),
                id: None,
                subnet: range,
                ip_range: row.ip_range.filter(|r| same(r.addr())),
                gateway: row.gateway.filter(|g| same(*g)),
                aux: row.aux_addresses.iter().filter(|(_, a)| same(*a)).cloned().collect(),
            };
            Made { range, network: docker::Network::create(spec), own: 0, absent: BTreeMap::new() }
        };
        let full = || Made {
            range: IpNet::default(),
            network: Err(Error::PoolsFull),
            own: 0,
            absent: BTreeMap::new(),
        };
        let mut ranges: Vec<Made> = std::iter::once(subnet.map_or_else(full, make)).collect();
        ranges.extend(row.ipv6_subnet.map(make));
        // docker makes all of a network, or nothing
        if let Some(error) = ranges.iter().find_map(|made| made.network.as_ref().err()).cloned() {
            ranges.iter_mut().for_each(|made| made.network = Err(error.clone()));
        }
        Bridge { ranges, refused: Vec::new() }
    }

    fn attach(mut self, row: &Row, clusters: &[Resident]) -> (Network, Vec<Seats>) {
        if let Some(error) = self.ranges.iter().find_map(|made| made.network.as_ref().err()).cloned() {
            let nobody = |resident: &Resident| Seats::refused(resident.cluster, resident.nodes, &error);
            let seats = clusters.iter().map(nobody).collect();
            return (Network { ranges: self.ranges, refused: Vec::new() }, seats);
        }
        let chosen: Vec<_> = row
            .containers
            .iter()
            .enumerate()
            .map(|(i, (name, address))| {
                let chosen: Vec<IpAddr> = address.iter().copied().collect();
                (Who::Container(i), name.as_str(), self.choose(name, &chosen))
            })
            .collect();
        let known: Vec<Vec<_>> = clusters
            .iter()
            .map(|at| {
                let known = at.known.iter();
                known.map(|one| self.choose(&endpoint(at.cluster, one.name), &one.addresses)).collect()
            })
            .collect();
        for (who, name, has) in chosen {
            let has = has.and_then(|has| self.complete(name, has));
            self.own(who, has);
        }
        let seats = clusters.iter().zip(known).map(|(at, known)| self.cluster(at, known)).collect();
        (Network { ranges: self.ranges, refused: self.refused }, seats)
    }

    /// The range that an address of one's own choice is asked of: that which has it, or else the first of its family.
    fn range_of(&self, address: IpAddr) -> Option<usize> {
        let of = |is: &dyn Fn(&IpNet) -> bool| self.ranges.iter().position(|made| is(&made.range));
        of(&|range| range.contains(&address))
            .or_else(|| of(&|range| range.addr().is_ipv4() == address.is_ipv4()))
    }

    /// Attaches a container at the addresses that it chooses.
    fn choose(&mut self, name: &str, chosen: &[IpAddr]) -> Result<Has, Error> {
        let mut has: Has = vec![None; self.ranges.len()];
        for address in chosen {
            let Some(i) = self.range_of(*address) else {
                self.take_back(name, &has);
                return Err(Error::Outside(*address));
            };
            self.one(i, name, Some(*address), &mut has)?;
        }
        Ok(has)
    }

    /// Gives a container what it lacks.
    fn complete(&mut self, name: &str, mut has: Has) -> Result<Has, Error> {
        for i in 0..has.len() {
            if has.get(i).is_some_and(Option::is_none) {
                self.one(i, name, None, &mut has)?;
            }
        }
        Ok(has)
    }

    fn one(&mut self, i: usize, name: &str, fixed: Option<IpAddr>, has: &mut Has) -> Result<(), Error> {
        let Some(Ok(network)) = self.ranges.get_mut(i).map(|made| made.network.as_mut()) else {
            return Ok(());
        };
        match network.attach(name, fixed) {
            Ok(address) => {
                if let Some(has) = has.get_mut(i) {
                    *has = Some(address);
                }
                Ok(())
            }
            Err(error) => {
                self.take_back(name, has);
                Err(error)
            }
        }
    }

    fn take_back(&mut self, name: &str, has: &Has) {
        for (made, _) in self.ranges.iter_mut().zip(has).filter(|(_, has)| has.is_some()) {
            if let Ok(network) = &mut made.network {
                let _given_back = network.detach(name);
            }
        }
    }

    /// Of each range whether an address that is given out automatically is wanted there. Who finds none left wants
    /// one all the same; who asks for one that he cannot have wants no other.
    fn wants<'s>(&'s self, has: &'s Result<Has, Error>) -> impl Iterator<Item = bool> + 's {
        self.ranges.iter().enumerate().map(move |(i, made)| match has {
            Ok(has) => has.get(i).copied().flatten().is_some_and(|address| made.pool().contains(&address)),
            Err(error) => matches!(error, Error::NoneLeft { .. }),
        })
    }

    /// Counts a container that no cluster's nodes count.
    fn own(&mut self, who: Who, has: Result<Has, Error>) {
        let wants: Vec<bool> = self.wants(&has).collect();
        self.ranges.iter_mut().zip(wants).for_each(|(made, wants)| made.own += u64::from(wants));
        self.refused.extend(has.err().map(|error| Refused { who, error }));
    }

    /// Counts a container that its group counts, too.
    fn absent(&mut self, at: (usize, usize), has: &Result<Has, Error>) {
        let wants: Vec<bool> = self.wants(has).collect();
        for (made, _) in self.ranges.iter_mut().zip(wants).filter(|(_, wants)| !wants) {
            *made.absent.entry(at).or_default() += 1;
        }
    }

    /// The containers of a cluster; `known` is what those have that its plan knows.
    fn cluster(&mut self, at: &Resident, known: Vec<Result<Has, Error>>) -> Seats {
        let mut seats = Seats::default();
        let mut known_nodes: BTreeMap<u64, (&Known, usize, Result<Has, Error>)> = BTreeMap::new();
        let mut balancer = None;
        for (one, has) in at.known.iter().zip(known) {
            match one.whose {
                Whose::Nobody => self.own(Who::Known(at.c, one.index), has),
                Whose::Balancer => balancer = Some((Who::Known(at.c, one.index), has)),
                Whose::Node { group, ordinal } => drop(known_nodes.insert(ordinal, (one, group, has))),
            }
        }
        if let Some(name) = super::seats::balancer(at.cluster, at.nodes) {
            let none = vec![None; self.ranges.len()];
            let (who, has) = balancer.map_or((None, Ok(none)), |(who, has)| (Some(who), has));
            let has = has.and_then(|has| self.complete(&endpoint(at.cluster, &name), has));
            self.absent((at.c, 0), &has);
            self.refused.extend(who.zip(has.clone().err()).map(|(who, error)| Refused { who, error }));
            seats.balancer = Some(has.map(|has| has.into_iter().flatten().collect()));
        }
        let mut next: u64 = 0;
        for (g, nodes) in at.nodes.iter().enumerate() {
            let end = next + u64::from(*nodes);
            if !is_on(at.cluster, g) {
                next = end;
                continue;
            }
            while next < end {
                let first_known = known_nodes.range(next..end).next().map(|(ordinal, _)| *ordinal);
                if let Some((one, group, has)) =
                    first_known.filter(|o| *o == next).and_then(|o| known_nodes.remove(&o))
                {
                    let has = has.and_then(|has| self.complete(&endpoint(at.cluster, one.name), has));
                    self.absent((at.c, group), &has);
                    let error = has.clone().err();
                    self.refused
                        .extend(error.map(|error| Refused { who: Who::Known(at.c, one.index), error }));
                    seats.runs.push(Run::one(next, has));
                    next += 1;
                    continue;
                }
                let until = first_known.unwrap_or(end);
                seats.runs.push(self.many(next, until - next));
                next = until;
            }
        }
        seats
    }

    /// Nodes of which nothing is known.
    fn many(&mut self, first: u64, nodes: u64) -> Run {
        let networks = || self.ranges.iter().filter_map(|made| made.network.as_ref().ok());
        let room = networks().map(docker::Network::left).min().unwrap_or(0);
        let got = u64::try_from(room).unwrap_or(u64::MAX).min(nodes);
        // the ranges are asked in their order
        let ends = networks().find(|network| network.left() == room).map(docker::Network::none_left);
        let given = self.ranges.iter_mut().filter_map(|made| made.network.as_mut().ok());
        let addresses = given.map(|network| network.attach_all(got)).collect();
        Run { first, nodes, got, addresses, refusal: ends.filter(|_| got < nodes) }
    }
}
