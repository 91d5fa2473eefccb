//! The engine against a naive reference that places one pod at a time, node by node, and adds `auto` nodes
//! one by one: the contract's rules written down as plainly as possible.

use ipnet::Ipv4Net;
use podroom::cni::{Primary, settle};
use podroom::engine::fleet::{Group, resolve};
use podroom::engine::{Reason, evaluate};
use podroom::instance::Tables;
use podroom::manager::AWS_VPC_CNI;
use podroom::plan::{Cluster, GroupKind, MaxPods, NodeGroup, Nodes, Placement, Plan, Subnet, Workload};
use proptest::prelude::*;

const MIB: u64 = 1 << 20;

/// One node of the reference.
pub struct Node {
    pub group: usize,
    pub shape: usize,
    pub cpu: u64,
    pub memory: u64,
    pub branch: u64,
    /// Workload of each pod in the order of placement, and when it was placed.
    pub pods: Vec<(usize, u64)>,
}

pub struct Reference {
    pub nodes: Vec<Node>,
    /// Per workload: pods without a node, and when and why the first of them was refused.
    unplaced: Vec<(u64, Option<(u64, Reason)>)>,
    pub counts: Vec<u32>,
}

pub fn room(cluster: &Cluster, groups: &[Group], node: &Node, w: &Workload) -> Vec<Reason> {
    let group = &groups[node.group];
    let shape = &group.shapes[node.shape];
    let mut lacks = Vec::new();
    if w.cpu > 0 && shape.cpu.is_some_and(|have| node.cpu + w.cpu > have) {
        lacks.push(Reason::Cpu);
    }
    if w.memory > 0 && shape.memory.is_some_and(|have| node.memory + w.memory > have) {
        lacks.push(Reason::Memory);
    }
    if node.pods.len() as u64 + u64::from(cluster.system_pods) + 1 > u64::from(group.max_pods) {
        lacks.push(Reason::MaxPods);
    }
    if w.branch_eni && node.branch + 1 > shape.node.branch_enis {
        lacks.push(Reason::BranchEnis);
    }
    lacks
}

fn score(groups: &[Group], node: &Node) -> u128 {
    let shape = &groups[node.group].shapes[node.shape];
    let part = |used: u64, have: Option<u64>| match have {
        Some(have) if have > 0 => u128::from(used) * 1_000_000_000 / u128::from(have),
        _ => 0,
    };
    part(node.cpu, shape.cpu) + part(node.memory, shape.memory)
}

pub fn may_run(cluster: &Cluster, g: usize, w: &Workload) -> bool {
    let group = &cluster.node_groups[g];
    let named = w.node_groups.contains(&g);
    let open = w.node_groups.is_empty() && (w.daemonset || !group.dedicated);
    group.pods.is_none() && (named || open)
}

pub fn put(node: &mut Node, cluster: &Cluster, w: usize, now: u64) {
    let spec = &cluster.workloads[w];
    node.cpu += spec.cpu;
    node.memory += spec.memory;
    node.branch += u64::from(spec.branch_eni);
    node.pods.push((w, now));
}

fn place_all(cluster: &Cluster, groups: &[Group], counts: &[u32]) -> Reference {
    let mut nodes = Vec::new();
    for (group, &count) in counts.iter().enumerate() {
        for i in 0..count as usize {
            let shape = i % groups[group].shapes.len();
            nodes.push(Node { group, shape, cpu: 0, memory: 0, branch: 0, pods: Vec::new() });
        }
    }
    let mut unplaced = vec![(0, None); cluster.workloads.len()];
    let mut now = 0;
    for (w, spec) in cluster.workloads.iter().enumerate().filter(|(_, w)| w.daemonset) {
        for node in nodes.iter_mut().filter(|n| may_run(cluster, n.group, spec)) {
            let lacks = room(cluster, groups, node, spec);
            now += 1;
            if lacks.is_empty() {
                put(node, cluster, w, now);
            } else {
                unplaced[w].0 += 1;
                unplaced[w].1 = unplaced[w].1.or(Some((now, lacks[0])));
            }
        }
    }
    for (w, spec) in cluster.workloads.iter().enumerate().filter(|(_, w)| !w.daemonset) {
        for _ in 0..spec.replicas.unwrap_or(0) {
            let open = nodes.iter().enumerate().filter(|(_, n)| may_run(cluster, n.group, spec));
            let with_room = open.filter(|(_, n)| room(cluster, groups, n, spec).is_empty());
            let chosen = match cluster.placement {
                Placement::Pack => with_room.map(|(i, _)| i).next(),
                Placement::Spread => {
                    with_room.min_by_key(|(i, n)| (score(groups, n), n.pods.len(), *i)).map(|(i, _)| i)
                }
            };
            now += 1;
            if let Some(i) = chosen {
                put(&mut nodes[i], cluster, w, now);
                continue;
            }
            unplaced[w].0 += 1;
            if unplaced[w].1.is_none() {
                let least = nodes
                    .iter()
                    .filter(|n| may_run(cluster, n.group, spec))
                    .map(|n| room(cluster, groups, n, spec))
                    .min_by_key(Vec::len);
                unplaced[w].1 = Some((now, least.map_or(Reason::NoNode, |lacks| lacks[0])));
            }
        }
    }
    Reference { nodes, unplaced, counts: counts.to_vec() }
}

pub fn reference(cluster: &Cluster, groups: &[Group]) -> Reference {
    let mut counts: Vec<u32> = cluster
        .node_groups
        .iter()
        .map(|g| match &g.nodes {
            Nodes::Count(n) => *n,
            Nodes::ByZone(zones) => zones.iter().map(|z| z.1).sum(),
            Nodes::Auto { min, .. } => *min,
        })
        .collect();
    loop {
        let placed = place_all(cluster, groups, &counts);
        let mut chosen = None;
        'pods: for (w, spec) in cluster.workloads.iter().enumerate() {
            if spec.daemonset || placed.unplaced[w].0 == 0 {
                continue;
            }
            for (g, group) in cluster.node_groups.iter().enumerate() {
                let Nodes::Auto { max, .. } = group.nodes else { continue };
                if !may_run(cluster, g, spec) || counts[g] >= max {
                    continue;
                }
                let mut only = vec![0; counts.len()];
                only[g] = groups[g].shapes.len() as u32;
                let mut empty = cluster.clone();
                empty.workloads.iter_mut().filter(|w| !w.daemonset).for_each(|w| w.replicas = Some(0));
                let fresh = place_all(&empty, groups, &only);
                if fresh.nodes.iter().any(|n| room(cluster, groups, n, spec).is_empty()) {
                    chosen = Some(g);
                    break 'pods;
                }
            }
        }
        match chosen {
            Some(g) => counts[g] += 1,
            None => return placed,
        }
    }
}

/// The subnet of node `i` of a group, and the pod subnet of its zone.
pub fn home(group: &NodeGroup, resolved: &Group, i: u32, free: &[i64]) -> (usize, Option<usize>) {
    let zones = resolved.zones.len() as u32;
    let (zone, rank) = match &group.nodes {
        Nodes::ByZone(table) => {
            let mut order = Vec::new();
            for zone in &resolved.zones {
                let n = table.iter().find(|(name, _)| *name == zone.name).unwrap().1;
                order.extend((0..n).map(|k| (zone, k)));
            }
            order[i as usize]
        }
        _ => (&resolved.zones[(i % zones) as usize], i / zones),
    };
    let subnet = match group.kind {
        GroupKind::Karpenter => most_free(&zone.subnets, free),
        _ => zone.subnets[rank as usize % zone.subnets.len()],
    };
    (subnet, zone.pods)
}

fn most_free(subnets: &[usize], free: &[i64]) -> usize {
    let mut best = subnets[0];
    for &s in subnets {
        if free[s] > free[best] {
            best = s;
        }
    }
    best
}

/// Subnets that new ENIs of nodes in `subnet` may use by their tags, and whether the first ENI serves pods.
fn tags(plan: &Plan, subnet: usize, custom: Option<Option<usize>>) -> (Vec<usize>, Primary) {
    if let Some(pods) = custom {
        return (pods.into_iter().collect(), Primary::Idle);
    }
    let me = &plan.subnets[subnet];
    let own = me.role_cni.as_deref() != Some("0");
    let mut new_enis = Vec::new();
    for (s, other) in plan.subnets.iter().enumerate() {
        let tagged = other.role_cni.as_deref().is_some_and(|role| role != "0");
        let near = me.zone.is_some() && me.zone == other.zone;
        if (s == subnet && own) || (s != subnet && tagged && near) {
            new_enis.push(s);
        }
    }
    (new_enis, if own { Primary::Serves } else { Primary::Idle })
}

fn check(plan: &Plan) -> Result<(), TestCaseError> {
    let tables = Tables::default();
    let Ok(evaluation) = evaluate(plan, &tables) else { return Ok(()) };
    let report = &evaluation.report;
    let fleet = resolve(plan, &tables).unwrap();
    let mut held = vec![(0u64, 0u64, 0u64); plan.subnets.len()];
    let mut prefixes = vec![0u64; plan.subnets.len()];
    let mut free: Vec<i64> = report.pools.iter().map(|p| p.usable as i64 - p.other as i64).collect();
    let (mut group_row, mut workload_row) = (0, 0);
    for (c, cluster) in plan.clusters.iter().enumerate() {
        let naive = reference(cluster, &fleet[c]);
        let mut starved = vec![0u64; cluster.workloads.len()];
        let mut starving: Vec<Option<(u64, Reason)>> = vec![None; cluster.workloads.len()];
        let mut index = vec![0u32; cluster.node_groups.len()];
        let mut per_node: Vec<Vec<[u64; 4]>> = vec![Vec::new(); cluster.node_groups.len()];
        for node in &naive.nodes {
            let spec = &cluster.node_groups[node.group];
            let resolved = &fleet[c][node.group];
            let takes = |(w, _): &&(usize, u64)| {
                !cluster.workloads[*w].host_network && !cluster.workloads[*w].branch_eni
            };
            let asking: Vec<(usize, u64)> = node.pods.iter().filter(takes).copied().collect();
            let asked = spec.pods.map_or(asking.len() as u64, u64::from);
            let (subnet, pods) = home(spec, resolved, index[node.group], &free);
            index[node.group] += 1;
            let custom = resolved.settings.custom_networking.then_some(pods);
            let (new_enis, primary) = tags(plan, subnet, custom);
            let mut shape = resolved.shapes[node.shape].node.clone();
            shape.primary = primary;
            shape.more_enis = !new_enis.is_empty();
            let settled = settle(&shape, asked);
            let all_used = settled.slots >= shape.slot_limit();
            let reason = if all_used { Reason::EniLimit } else { Reason::WarmPool };
            let branch: Vec<(usize, u64)> =
                node.pods.iter().filter(|(w, _)| cluster.workloads[*w].branch_eni).copied().collect();
            let dead = shape.slot_limit() == 0;
            let without = if dead { branch.clone() } else { Vec::new() };
            let branch = if dead { 0 } else { branch.len() as u64 };
            for (w, placed) in asking.into_iter().skip(settled.running as usize).chain(without) {
                starved[w] += 1;
                let first = starving[w].is_none_or(|(known, _)| placed < known);
                if first {
                    starving[w] = Some((placed, reason));
                }
            }
            let trunk_home = custom.flatten().unwrap_or(subnet);
            let mut slots = settled.slots;
            let mut running = settled.running;
            let mut eni = |at: usize, serves: bool, free: &mut Vec<i64>| {
                let filled = if serves { slots.min(shape.slots) } else { 0 };
                slots -= filled;
                let addresses = filled * shape.per_slot();
                let assigned = running.min(addresses);
                running -= assigned;
                prefixes[at] += if shape.prefix_mode { filled } else { 0 };
                held[at].0 += 1;
                held[at].1 += assigned;
                held[at].2 += addresses - assigned;
                free[at] -= 1 + addresses as i64;
                slots
            };
            // unmanaged ENIs are there before the program asks for any
            free[subnet] -= shape.unmanaged as i64;
            let mut left = eni(subnet, primary == Primary::Serves, &mut free);
            while left > 0 {
                let at = most_free(&new_enis, &free);
                left = eni(at, true, &mut free);
            }
            held[subnet].0 += shape.unmanaged;
            held[trunk_home].0 += u64::from(shape.trunk);
            held[trunk_home].1 += branch;
            free[trunk_home] -= i64::from(shape.trunk) + branch as i64;
            per_node[node.group].push([
                settled.running,
                settled.enis,
                settled.held() + branch,
                settled.unused(),
            ]);
        }
        for (g, figures) in per_node.iter().enumerate() {
            let row = &report.node_groups[group_row + g];
            prop_assert_eq!(row.nodes, u64::from(naive.counts[g]));
            let range =
                |f: usize| Some([figures.iter().map(|n| n[f]).min()?, figures.iter().map(|n| n[f]).max()?]);
            prop_assert_eq!(row.per_node.pods, range(0));
            prop_assert_eq!(row.per_node.enis, range(1));
            prop_assert_eq!(row.per_node.held, range(2));
            prop_assert_eq!(row.per_node.unused, range(3));
        }
        group_row += per_node.len();
        for w in 0..cluster.workloads.len() {
            let row = &report.workloads[workload_row + w];
            let pending = naive.unplaced[w].0 + starved[w];
            prop_assert_eq!(row.pending, pending, "workload {}", w);
            prop_assert_eq!(row.running + row.pending, row.replicas);
            let first = starving[w].into_iter().chain(naive.unplaced[w].1).min_by_key(|(when, _)| *when);
            prop_assert_eq!(row.reason, first.map(|(_, reason)| reason), "workload {}", w);
        }
        workload_row += cluster.workloads.len();
    }
    for (s, pool) in report.pools.iter().enumerate() {
        let now = (pool.settled.primary, pool.settled.assigned, pool.settled.unused);
        prop_assert_eq!(now, held[s], "pool {}", s);
        prop_assert_eq!(pool.settled.blocks.map_or(0, |b| b.held), prefixes[s], "pool {}", s);
        prop_assert_eq!(pool.settled.held, now.0 + now.1 + now.2);
        prop_assert_eq!(pool.usable + pool.settled.short, pool.other + pool.settled.held + pool.settled.free);
        prop_assert!(pool.settled.short == 0 || pool.settled.free == 0);
    }
    Ok(())
}

prop_compose! {
    fn subnet(i: u8)(
        zone in 0..3usize,
        other in 0..40u32,
        role_cni in prop::option::weighted(0.25, prop::sample::select(vec!["0".to_string(), "1".to_string()])),
    ) -> Subnet {
        Subnet {
            name: format!("s{i}"),
            cidr: Ipv4Net::new([10, i, 0, 0].into(), 22).unwrap(),
            zone: [Some("a".to_string()), Some("b".to_string()), None][zone].clone(),
            other: vec![(String::new(), other)],
            used: Vec::new(),
            reservations: Vec::new(),
            id: None,
            role_cni,
            elb: false,
        }
    }
}

prop_compose! {
    fn node_group(i: usize)(
        shapes in 1..3usize,
        nodes in prop_oneof![
            (0..9u32).prop_map(Nodes::Count),
            (0..3u32, 0..9u32).prop_map(|(min, more)| Nodes::Auto { min, max: min + more }),
        ],
        subnets in prop::sample::subsequence(vec![0usize, 1, 2], 1..=3),
        (enis, ipv4, vcpus) in (1..5u32, 1..9u32, prop::option::of(0..9u32)),
        memory in prop::option::of((500..9000u64).prop_map(|mib| mib * MIB)),
        max_pods in prop_oneof![Just(MaxPods::Eni), (2..30u32).prop_map(MaxPods::Fixed)],
        pods in prop::option::weighted(0.15, 0..6u32),
        dedicated in prop::bool::weighted(0.2),
        unmanaged_enis in 0..2u32,
        karpenter in prop::bool::weighted(0.3),
    ) -> NodeGroup {
        NodeGroup {
            name: format!("g{i}").into(),
            instance_types: vec!["own".to_string(); shapes],
            nodes,
            subnets,
            kind: if karpenter { GroupKind::Karpenter } else { GroupKind::Managed },
            max_pods: Some(max_pods),
            pods,
            peak_pods: None,
            pod_subnets: Vec::new(),
            max_unavailable: None,
            surge: None,
            dedicated,
            unmanaged_enis,
            enis: Some(enis),
            ipv4_per_eni: Some(ipv4),
            vcpus,
            memory,
            growth: None,
        }
    }
}

prop_compose! {
    fn workload(i: usize, groups: usize)(
        replicas in 0..60u32,
        cpu in prop_oneof![Just(0u64), 1..2000u64],
        memory in prop_oneof![Just(0u64), (1..900u64).prop_map(|mib| mib * MIB)],
        daemonset in prop::bool::weighted(0.2),
        host_network in prop::bool::weighted(0.15),
        branch_eni in prop::bool::weighted(0.1),
        named in prop::option::weighted(0.2, 0..groups),
    ) -> Workload {
        Workload {
            name: format!("w{i}").into(),
            replicas: (!daemonset).then_some(replicas),
            cpu,
            memory,
            daemonset,
            host_network,
            branch_eni: branch_eni && !host_network,
            node_groups: named.into_iter().collect(),
            peak_replicas: None,
            growth: None,
        }
    }
}

fn cluster() -> impl Strategy<Value = Cluster> {
    (1..4usize, 0..5usize).prop_flat_map(|(groups, workloads)| {
        let groups_of: Vec<_> = (0..groups).map(node_group).collect();
        let workloads_of: Vec<_> = (0..workloads).map(|w| workload(w, groups)).collect();
        (groups_of, workloads_of, any::<bool>(), 0..3u32, env()).prop_map(
            |(node_groups, workloads, spread, system_pods, env)| Cluster {
                placement: if spread { Placement::Spread } else { Placement::Pack },
                system_pods,
                env,
                node_groups,
                workloads,
                ..Cluster::named("c", &AWS_VPC_CNI)
            },
        )
    })
}

fn env() -> impl Strategy<Value = Vec<(String, String)>> {
    prop::sample::subsequence(
        vec![
            ("WARM_ENI_TARGET", "0"),
            ("WARM_IP_TARGET", "2"),
            ("MINIMUM_IP_TARGET", "5"),
            ("ENABLE_PREFIX_DELEGATION", "true"),
            ("MAX_ENI", "2"),
            ("ENABLE_POD_ENI", "true"),
        ],
        0..3,
    )
    .prop_map(|pairs| pairs.into_iter().map(|(n, v)| (n.to_string(), v.to_string())).collect())
}

/// Whether where a cluster's addresses come from may depend on the nodes of others.
pub fn depends_on_free(plan: &Plan, cluster: &Cluster) -> bool {
    plan.subnets.iter().any(|s| s.role_cni.is_some())
        || cluster.node_groups.iter().any(|g| g.kind == GroupKind::Karpenter)
}

/// Plans of one or two clusters over three subnets, with types of their own.
pub fn plan() -> impl Strategy<Value = Plan> {
    let subnets = (subnet(0), subnet(1), subnet(2));
    let clusters = prop::collection::vec((cluster(), prop::bool::weighted(0.2), any::<bool>()), 1..3);
    (subnets, clusters).prop_map(|((a, b, c), clusters)| {
        let mut plan = Plan { subnets: vec![a, b, c], ..Plan::named("p") };
        for (i, (mut cluster, custom, by_zone)) in clusters.into_iter().enumerate() {
            cluster.name = format!("c{i}").into();
            if custom {
                custom_networking(&plan, &mut cluster);
            }
            if by_zone {
                cluster.node_groups.iter_mut().for_each(|group| tabulate(&plan, group));
            }
            plan.clusters.push(cluster.into());
        }
        plan
    })
}

/// Turns custom networking on, with the last subnet of each zone for the pods, if every subnet has a zone.
fn custom_networking(plan: &Plan, cluster: &mut Cluster) {
    if plan.subnets.iter().any(|s| s.zone.is_none()) {
        return;
    }
    for zone in ["a", "b"] {
        let last = plan.subnets.iter().rposition(|s| s.zone.as_deref() == Some(zone));
        cluster.pod_subnets.extend(last);
    }
    cluster.env.push(("AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG".into(), "true".into()));
}

/// Says a fixed number of nodes by zone.
fn tabulate(plan: &Plan, group: &mut NodeGroup) {
    let Nodes::Count(n) = group.nodes else { return };
    let mut zones: Vec<(String, u32)> = Vec::new();
    for &s in &group.subnets {
        let name = plan.subnets[s].zone.clone().unwrap_or(plan.subnets[s].name.clone());
        if zones.iter().all(|(known, _)| *known != name) {
            zones.push((name, (n + zones.len() as u32) / 2));
        }
    }
    group.nodes = Nodes::ByZone(zones);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]
    #[test]
    fn classes_of_nodes_equal_the_rule_for_one_pod_at_a_time(plan in plan()) {
        check(&plan)?;
    }
}
