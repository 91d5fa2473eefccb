//! Plans of any manager, and what their nodes hold: one node after the other, one address after the other, by the
//! rules as they are written down, in this file's own arithmetic.

use std::collections::BTreeMap;

use proptest::prelude::*;

/// A cluster with its groups, in figures.
#[derive(Debug, Clone)]
pub struct Case {
    pub manager: &'static str,
    /// Prefix lengths: of the pods' range, of a node's range, of services inside of the pods' range, of the nodes'
    /// subnet, of the docker network.
    pub pods: u8,
    pub mask: u8,
    pub inside: Option<u8>,
    pub subnet: u8,
    pub network: Option<u8>,
    pub max_pods: u64,
    pub services: u64,
    /// Nodes, and pods of each, or of all together under kind: control planes, then workers.
    pub groups: Vec<(u64, u64)>,
    pub tunnel: bool,
    pub hybrid: bool,
    pub strict: bool,
    pub block: u8,
    pub max_blocks: u64,
    pub pre: u64,
    pub min: u64,
    pub dead: u64,
    /// Ends of the range of host-local or Whereabouts, counted from its first address.
    pub bounds: (u64, u64),
}

pub const MANAGERS: &[&str] = &[
    "kind",
    "kubeadm",
    "flannel",
    "k3s",
    "kube-router",
    "cilium-cluster-pool",
    "ovn-kubernetes",
    "host-local",
    "whereabouts",
    "weave",
    "calico",
    "cilium-eni",
    "gke",
    "aks-node-subnet",
    "aks-pod-subnet",
    "aks-static-block",
    "aks-overlay",
];

/// System pods of every node.
const SYSTEM: u64 = 2;
/// Of an m5.large.
const ENIS: u64 = 3;
const PER_ENI: u64 = 10;

impl Case {
    fn is(&self, names: &[&str]) -> bool {
        names.contains(&self.manager)
    }

    pub fn has_node_ranges(&self) -> bool {
        let all =
            ["kind", "kubeadm", "flannel", "k3s", "kube-router", "cilium-cluster-pool", "ovn-kubernetes"];
        self.is(&all)
    }

    fn in_subnets(&self) -> bool {
        self.manager.starts_with("aks") || self.is(&["gke", "cilium-eni"])
    }

    fn on_network(&self) -> bool {
        self.network.is_some() && !self.in_subnets()
    }

    /// Of the range of Whereabouts, counted from its first address.
    fn excluded(&self) -> std::ops::Range<u64> {
        16 * self.pre..16 * (self.pre + 1)
    }

    pub fn text(&self) -> String {
        let mut text = format!(
            "format = 1\n[[subnet]]\nname = \"s\"\ncidr = \"10.1.0.0/{}\"\n[[subnet]]\nname = \"t\"\n\
             cidr = \"10.2.0.0/{}\"\n",
            self.subnet, self.subnet
        );
        if let Some(prefix) = self.network {
            text += &format!("[[network]]\nname = \"n\"\nsubnet = \"172.20.0.0/{prefix}\"\n");
        }
        text += &format!(
            "[[cluster]]\nname = \"c\"\nmanager = \"{}\"\nmax_pods = {}\nservices = {}\nsystem_pods = {SYSTEM}\n",
            self.manager, self.max_pods, self.services
        );
        let mut key = |managers: &[&str], key: &str, value: String| {
            if self.is(managers) {
                text += &format!("{key} = {value}\n");
            }
        };
        let own_range = [
            "kind",
            "kubeadm",
            "flannel",
            "k3s",
            "kube-router",
            "cilium-cluster-pool",
            "ovn-kubernetes",
            "weave",
            "calico",
            "gke",
            "aks-overlay",
        ];
        key(&own_range, "pod_subnet", format!("\"10.64.0.0/{}\"", self.pods));
        key(&own_range[..7], "node_mask", self.mask.to_string());
        let services = self.inside.map_or("10.96.0.0/20".to_string(), |prefix| format!("10.64.0.0/{prefix}"));
        key(MANAGERS, "service_subnet", format!("\"{services}\""));
        key(&["ovn-kubernetes"], "hybrid_overlay", self.hybrid.to_string());
        key(&["calico"], "tunnel", self.tunnel.to_string());
        key(&["calico"], "strict_affinity", self.strict.to_string());
        key(&["calico"], "block_size", self.block.to_string());
        if self.strict {
            key(&["calico"], "max_blocks_per_node", self.max_blocks.to_string());
        }
        key(&["cilium-eni"], "pre_allocate", self.pre.to_string());
        key(&["cilium-eni"], "min_allocate", self.min.to_string());
        key(&["weave"], "dead_peers", self.dead.to_string());
        key(&["aks-pod-subnet", "aks-static-block"], "pod_subnets", "[\"t\"]".to_string());
        let at = |n: u64| format!("10.64.{}.{}", n / 256, n % 256);
        let (start, end) = (at(self.bounds.0), at(self.bounds.1));
        let range =
            format!("[{{ subnet = \"10.64.0.0/24\", range_start = \"{start}\", range_end = \"{end}\" }}]");
        key(&["host-local"], "ranges", range);
        let range = format!(
            "[{{ subnet = \"10.64.0.0/24\", range_start = \"{start}\", range_end = \"{end}\", exclude = [\"10.64.0.{}/28\"] }}]",
            self.excluded().start
        );
        key(&["whereabouts"], "ranges", range);
        if self.on_network() {
            text += "network = \"n\"\n";
        }
        if self.manager == "kind" {
            let [(control_planes, _), (workers, pods)] = self.groups[..] else { panic!("two groups") };
            return text
                + &format!(
                    "control_planes = {control_planes}\nworkers = {workers}\n[[cluster.workload]]\nname = \"w\"\n\
                     replicas = {pods}\n"
                );
        }
        for (i, (nodes, pods)) in self.groups.iter().enumerate() {
            text += &format!("[[cluster.node_group]]\nname = \"g{i}\"\nnodes = {nodes}\npods = {pods}\n");
            if self.in_subnets() {
                text += "subnets = [\"s\"]\n";
            }
            if self.manager == "cilium-eni" {
                text += "instance_type = \"m5.large\"\n";
            }
        }
        text
    }

    /// Pods of each node.
    fn nodes(&self) -> Vec<u64> {
        if self.manager != "kind" {
            return self.groups.iter().flat_map(|(nodes, pods)| (0..*nodes).map(|_| *pods)).collect();
        }
        let [(control_planes, _), (workers, pods)] = self.groups[..] else { panic!("two groups") };
        let mut nodes = vec![0; (control_planes + workers) as usize];
        let alone = nodes.len() == 1;
        for _ in 0..pods {
            let open = nodes.iter().enumerate().filter(|(i, _)| alone || *i as u64 >= control_planes);
            let room = open.filter(|(_, pods)| **pods + SYSTEM < self.max_pods);
            if let Some((i, _)) = room.min_by_key(|(_, pods)| **pods) {
                nodes[i] += 1;
            }
        }
        nodes
    }
}

/// A pool while addresses are taken from it, whether it has them or not.
#[derive(Debug, Default, Clone)]
pub struct Ledger {
    pub usable: u64,
    pub primary: u64,
    pub assigned: u64,
    pub unused: u64,
}

impl Ledger {
    fn of(usable: u64) -> Ledger {
        Ledger { usable, ..Ledger::default() }
    }

    /// `[usable, held, primary, assigned, unused, free, short]`.
    pub fn figures(&self) -> [u64; 7] {
        let held = self.primary + self.assigned + self.unused;
        let (free, short) = (self.usable.saturating_sub(held), held.saturating_sub(self.usable));
        [self.usable, held, self.primary, self.assigned, self.unused, free, short]
    }
}

/// What is held of each pool, and pods without an address on nodes that have no more.
pub fn expected(case: &Case) -> (BTreeMap<String, [u64; 7]>, u64) {
    let in_subnet = |prefix: u8, kept: u64| (1u64 << (32 - prefix)) - kept;
    let kept = if case.manager == "gke" { 4 } else { 5 };
    let home = if case.in_subnets() { kept } else { 5 };
    let mut pools: BTreeMap<String, Ledger> = BTreeMap::new();
    let name = |name: &str| name.to_string();
    pools.insert(name("s"), Ledger::of(in_subnet(case.subnet, home)));
    pools.insert(name("t"), Ledger::of(in_subnet(case.subnet, 5)));
    if let Some(prefix) = case.network {
        // network, broadcast, gateway
        pools.insert(name("n"), Ledger::of((1 << (32 - prefix)) - 3));
    }
    let own = own_pool(case);
    if let Some((own, ledger)) = own {
        pools.insert(own, ledger);
    }
    let services = case.inside.unwrap_or(20);
    let mut service = Ledger::of((1 << (32 - services)) - 2);
    (service.primary, service.assigned) = (1, case.services);
    pools.insert(name("c/services"), service);

    let mut without = 0;
    let nodes = case.nodes();
    for pods in &nodes {
        without += node(case, *pods, &mut pools);
    }
    if case.manager == "kind" && case.groups[0].0 > 1 && case.on_network() {
        // the load balancer
        pools.get_mut("n").unwrap().assigned += 1;
    }
    if case.manager == "calico" && !case.strict {
        // no block is held that is not there: its node borrows
        let pool = pools.get_mut("c/pods").unwrap();
        while pool.unused > 0 && pool.primary + pool.assigned + pool.unused > pool.usable {
            pool.unused -= 1;
        }
    }
    if case.manager == "weave" {
        let ring = pools.get_mut("c/pods").unwrap();
        let dead = dead(case, nodes.len() as u64 + case.dead);
        ring.unused += dead;
        // all that is not assigned is some peer's
        if !nodes.is_empty() {
            let held = ring.primary + ring.assigned + ring.unused;
            ring.unused += ring.usable.saturating_sub(held);
        }
    }
    (pools.into_iter().map(|(name, ledger)| (name, ledger.figures())).collect(), without)
}

/// The pool of the pods.
fn own_pool(case: &Case) -> Option<(String, Ledger)> {
    let size = 1u64 << (32 - case.pods);
    let usable = match case.manager {
        "weave" => size - 2,
        "calico" | "gke" | "aks-overlay" => size,
        "host-local" => {
            let (from, to) = case.bounds;
            // .1 is the gateway
            return Some((
                "c/set-0".to_string(),
                Ledger::of((from..=to).filter(|at| *at != 1).count() as u64),
            ));
        }
        "whereabouts" => {
            let (from, to) = case.bounds;
            let open = (from..=to).filter(|at| !case.excluded().contains(at));
            return Some(("c/range-0".to_string(), Ledger::of(open.count() as u64)));
        }
        _ if case.has_node_ranges() => {
            // a range of a node that has an address of a service is nobody's, if kube-controller-manager cuts it
            let controlled = !case.is(&["cilium-cluster-pool", "ovn-kubernetes"]);
            let services = case.inside.filter(|_| controlled).map_or(0, |prefix| 1u64 << (32 - prefix));
            let each = 1u64 << (32 - case.mask);
            let open =
                (0..size / each).filter(|range| !(range * each..(range + 1) * each).any(|at| at < services));
            open.count() as u64 * each
        }
        _ => return None,
    };
    Some(("c/pods".to_string(), Ledger::of(usable)))
}

/// One node: what it takes, and its pods that get no address.
fn node(case: &Case, pods: u64, pools: &mut BTreeMap<String, Ledger>) -> u64 {
    if case.on_network() {
        // a container of the network
        pools.get_mut("n").unwrap().assigned += 1;
    }
    if case.in_subnets() && case.manager != "cilium-eni" {
        pools.get_mut("s").unwrap().primary += 1;
    }
    match case.manager {
        "host-local" => {
            let pool = pools.get_mut("c/set-0").unwrap();
            let running = pods.min(pool.usable);
            pool.assigned += running;
            pods - running
        }
        "weave" => {
            let pool = pools.get_mut("c/pods").unwrap();
            (pool.primary, pool.assigned) = (pool.primary + 1, pool.assigned + pods);
            0
        }
        "whereabouts" => {
            pools.get_mut("c/range-0").unwrap().assigned += pods;
            0
        }
        "calico" => calico(case, pods, pools.get_mut("c/pods").unwrap()),
        "cilium-eni" => cilium(case, pods, pools.get_mut("s").unwrap()),
        "aks-node-subnet" => {
            let pool = pools.get_mut("s").unwrap();
            for slot in 0..case.max_pods {
                if slot < pods { pool.assigned += 1 } else { pool.unused += 1 }
            }
            0
        }
        "aks-pod-subnet" => {
            let pool = pools.get_mut("t").unwrap();
            let mut held = 0;
            // a batch more until half a batch is to spare
            while held < pods + 8 {
                held += 16;
            }
            pool.assigned += pods;
            pool.unused += held.min(250) - pods;
            0
        }
        "aks-static-block" => {
            let pool = pools.get_mut("t").unwrap();
            let mut held = 0;
            while held < case.max_pods {
                held += 16;
            }
            pool.assigned += pods;
            pool.unused += held - pods;
            0
        }
        _ => range(case, pods, pools.get_mut("c/pods").unwrap()),
    }
}

/// A node with a range of its own, address by address.
fn range(case: &Case, pods: u64, pool: &mut Ledger) -> u64 {
    let size: u64 = match case.manager {
        // the smallest power of two with twice the pods, at least 16
        "gke" => (4..).map(|bits| 1u64 << bits).find(|size| *size >= 2 * case.max_pods).unwrap(),
        "aks-overlay" => 256,
        _ => 1 << (32 - case.mask),
    };
    // what the node has of it for itself, and whether the first and the last are nobody's
    let (own, ends) = match case.manager {
        "gke" | "aks-overlay" => (0, false),
        "cilium-cluster-pool" => (2, true),
        "ovn-kubernetes" => (if case.hybrid { 3 } else { 2 }, true),
        _ => (1, true),
    };
    let mut left = pods;
    for at in 0..size {
        if ends && (at == 0 || at == size - 1) {
            pool.unused += 1;
        } else if at < own + u64::from(ends) {
            pool.primary += 1;
        } else if left > 0 {
            pool.assigned += 1;
            left -= 1;
        } else {
            pool.unused += 1;
        }
    }
    left
}

/// A block more whenever those of the node are full, up to its most.
fn calico(case: &Case, pods: u64, pool: &mut Ledger) -> u64 {
    let size = 1u64 << (32 - case.block);
    let (mut blocks, mut used, mut without) = (0, 0, 0);
    let demand =
        std::iter::repeat_n(true, usize::from(case.tunnel)).chain(std::iter::repeat_n(false, pods as usize));
    for tunnel in demand {
        if used == blocks * size {
            // Calico's own limit, where no other can be set
            if blocks == if case.strict { case.max_blocks } else { 20 } {
                without += 1;
                continue;
            }
            blocks += 1;
        }
        used += 1;
        if tunnel { pool.primary += 1 } else { pool.assigned += 1 }
    }
    pool.unused += blocks * size - used;
    without
}

/// Addresses one by one until enough are ahead, an ENI more whenever those of the node are full.
fn cilium(case: &Case, pods: u64, pool: &mut Ledger) -> u64 {
    let mut enis = 1;
    let mut held = 0;
    let ahead = if case.pre == 0 { 8 } else { case.pre };
    loop {
        let used = pods.min(held);
        if held >= case.min && held >= pods && held - used >= ahead {
            break;
        }
        if held == enis * (PER_ENI - 1) {
            if enis == ENIS {
                break;
            }
            enis += 1;
        }
        held += 1;
    }
    let running = pods.min(held);
    pool.primary += enis;
    pool.assigned += running;
    pool.unused += held - running;
    pods - running
}

/// What so many dead peers own of a ring of so many, if they are those with most.
fn dead(case: &Case, peers: u64) -> u64 {
    fn split(from: u64, to: u64, peers: u64, shares: &mut Vec<(u64, u64)>) {
        let share = to - from;
        if share == 0 {
            shares.extend((0..peers).map(|_| (0, 0)));
        } else if share == 1 || peers == 1 {
            shares.push((from, to));
            shares.extend((1..peers).map(|_| (0, 0)));
        } else {
            let mid = from + share / 2;
            split(from, mid, peers / 2, shares);
            split(mid + share % 2, to, peers - peers / 2, shares);
        }
    }
    let size = 1u64 << (32 - case.pods);
    let mut shares = Vec::new();
    if peers > 0 {
        split(0, size, peers, &mut shares);
    }
    let usable =
        |(from, to): &(u64, u64)| (*from..*to).filter(|at| *at != 0 && *at != size - 1).count() as u64;
    let mut usable: Vec<u64> = shares.iter().map(usable).collect();
    usable.sort_unstable();
    usable.iter().rev().take(case.dead as usize).sum()
}

prop_compose! {
    /// Plans that their managers start with.
    pub fn case()(
        manager in prop::sample::select(MANAGERS),
        (pods, below, inside) in (18u8..24, 1u8..7, prop::option::weighted(0.3, 0u8..8)),
        (subnet, network) in (22u8..28, prop::option::of(24u8..29)),
        (max_pods, services) in (10u64..120, 0u64..30),
        sizes in prop::collection::vec((0u64..9, 0u64..120), 1..3),
        (tunnel, hybrid, strict) in any::<(bool, bool, bool)>(),
        (block, max_blocks, pre, min) in (24u8..31, 1u64..5, 0u64..12, 0u64..30),
        (dead, bounds) in (0u64..4, (1u64..60, 60u64..254)),
    ) -> Case {
        let room = max_pods - SYSTEM;
        let mut groups: Vec<(u64, u64)> = sizes.iter().map(|(nodes, pods)| (*nodes, pods % (room + 1))).collect();
        match manager {
            "kind" => {
                let (nodes, pods) = sizes[0];
                groups = vec![(nodes % 3 + 1, 0), (nodes, pods * 3)];
            }
            "host-local" => groups = vec![(1, groups[0].1)],
            _ => {}
        }
        // kind without a network of the plan makes one of its own
        let network = if manager == "kind" { Some(network.unwrap_or(26)) } else { network };
        let mask = (pods + below).min(29);
        Case {
            manager, pods, mask, inside: inside.map(|more| (pods + more).min(28)), subnet, network, max_pods,
            services: services.min(14), groups, tunnel, hybrid, strict, block: block.max(pods), max_blocks, pre, min,
            dead, bounds,
        }
    }
}
