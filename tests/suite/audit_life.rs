//! Nodes that live in the state machine, written down as aws and kubectl print them, and audited: a node that came up
//! and settled is as predicted, and what churn, a switch of modes, a cordon or a dry subnet leave is told as that.

use std::fmt::Write as _;
use std::net::Ipv4Addr;

use podroom::audit::nodes::NodeRow;
use podroom::audit::subnets::{Balance, SubnetRow};
use podroom::audit::{Audit, Figures, Planned, audit};
use podroom::cni::Settings;
use podroom::cni::machine::ec2::{Account, Subnet};
use podroom::cni::machine::store::Role;
use podroom::cni::machine::{Machine, Ms, PodId, Rest, Setup};
use podroom::cni::node::Shape;
use podroom::engine::{self, fleet::resolve};
use podroom::import::{Reading, Source};
use podroom::instance::Tables;
use podroom::plan::parse;
use proptest::prelude::*;
use serde_json::{Value, json};

const SECOND: Ms = 1000;

pub type Env = Vec<(String, String)>;

pub fn env(pairs: &[(&str, &str)]) -> Env {
    pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
}

/// A node in subnet 0, its pods with custom networking in subnet 1.
#[derive(Debug)]
pub struct Life {
    instance_type: String,
    setup: Setup,
    pub account: Account,
    pub machine: Machine,
    pub cordoned: bool,
    /// The variables of the DaemonSet, and of the node's own pod of it.
    pub daemonset: Env,
    pub pod: Env,
}

impl Life {
    /// One that has come up and settled.
    pub fn new(instance_type: &str, env: &Env, max_pods: u64, unmanaged: u64, seed: u64) -> Option<Life> {
        let plenty = Subnet { blocks: Subnet::PLENTY, singles: Subnet::PLENTY, ..Subnet::default() };
        let mut account = Account { subnets: vec![plenty; 2], ..Account::default() };
        let setup = Setup {
            settings: Settings::over_manifest(env),
            shape: Shape::of(Tables::builtin().get(instance_type).expect("a known type")),
            unmanaged,
            max_pods,
            subnet: 0,
            pod_subnet: 1,
            zone: vec![0],
        };
        let mut machine = Machine::start(setup.clone(), 0, seed, &mut account).ok()?;
        machine.rest(&mut account, |_, _| ());
        let instance_type = instance_type.to_owned();
        let (daemonset, pod) = (env.clone(), env.clone());
        Some(Life { instance_type, setup, account, machine, cordoned: false, daemonset, pod })
    }

    pub fn rest(&mut self) -> Rest {
        self.machine.rest(&mut self.account, |_, _| ())
    }

    pub fn pass(&mut self, seconds: u64) {
        let until = self.machine.now() + seconds * SECOND;
        self.machine.advance(until, &mut self.account);
    }

    /// The pods at these places of all go, and those that wait.
    pub fn leave(&mut self, stays: impl Fn(usize) -> bool) {
        let running: Vec<PodId> = self.machine.running().map(|(pod, _)| pod).collect();
        let waiting: Vec<PodId> = self.machine.pending().collect();
        for (at, pod) in running.into_iter().enumerate() {
            if !stays(at) {
                self.machine.remove(pod, &mut self.account);
            }
        }
        for pod in waiting {
            self.machine.remove(pod, &mut self.account);
        }
    }

    /// The first address of an ENI's, its singles, and its blocks.
    fn address(subnet: usize, offset: usize) -> Ipv4Addr {
        Ipv4Addr::from(u32::from(Ipv4Addr::new(10, subnet as u8, 0, 0)) + offset as u32)
    }

    fn single(subnet: usize, eni: u32, key: usize) -> Ipv4Addr {
        Life::address(subnet, 256 + eni as usize * 64 + key)
    }

    fn block(&self, subnet: usize, eni: u32, key: usize) -> Ipv4Addr {
        let slots = self.setup.shape.ipv4_per_eni as usize;
        Life::address(subnet, 32_768 + 16 * (eni as usize * slots + key))
    }

    /// Whether its addresses fit into the subnets as they are written here.
    pub fn fits(&self) -> bool {
        let slots = self.setup.shape.ipv4_per_eni as usize;
        let last = self.machine.enis().iter().map(|eni| eni.id as usize).max().unwrap_or(0);
        last < 400 && (last + 1) * slots < 2_048
    }

    fn interfaces(&self) -> Value {
        let mut all = Vec::new();
        for eni in self.machine.enis() {
            let own = Life::single(eni.subnet, eni.id, 0).to_string();
            let mut singles = vec![json!({"Primary": true, "PrivateIpAddress": own})];
            let mut prefixes = Vec::new();
            for (key, cidr) in eni.cidrs() {
                let key = key as usize;
                if cidr.is_block() {
                    prefixes
                        .push(json!({"Ipv4Prefix": format!("{}/28", self.block(eni.subnet, eni.id, key))}));
                } else {
                    let address = Life::single(eni.subnet, eni.id, key + 1).to_string();
                    singles.push(json!({"Primary": false, "PrivateIpAddress": address}));
                }
            }
            let kind = if eni.role == Role::Trunk { "trunk" } else { "interface" };
            all.push(json!({"NetworkInterfaceId": format!("eni-{}", eni.id), "SubnetId": format!("subnet-{}", eni.subnet),
                "VpcId": "vpc-1", "InterfaceType": kind, "Status": "in-use", "Description": "aws-K8S-i-1",
                "PrivateIpAddress": own, "PrivateIpAddresses": singles, "Ipv4Prefixes": prefixes,
                "Attachment": {"InstanceId": "i-1", "DeviceIndex": eni.device, "NetworkCardIndex": 0}}));
        }
        for n in 0..self.setup.unmanaged {
            let own = Life::address(0, 16 + n as usize).to_string();
            all.push(
                json!({"NetworkInterfaceId": format!("eni-own-{n}"), "SubnetId": "subnet-0", "VpcId": "vpc-1",
                "InterfaceType": "interface", "Status": "in-use", "PrivateIpAddress": own,
                "PrivateIpAddresses": [{"Primary": true, "PrivateIpAddress": own}],
                "Attachment": {"InstanceId": "i-1", "DeviceIndex": 100 + n, "NetworkCardIndex": 0},
                "TagSet": [{"Key": "node.k8s.amazonaws.com/no_manage", "Value": "true"}]}),
            );
        }
        json!({"NetworkInterfaces": all})
    }

    fn pods(&self) -> Value {
        let mut pods = Vec::new();
        let mut within: std::collections::HashMap<(u32, u32), usize> = std::collections::HashMap::new();
        for (pod, address) in self.machine.running() {
            let Some(at) = address else { continue };
            let eni = self.machine.enis().iter().find(|eni| eni.id == at.eni).expect("it is attached");
            let (_, cidr) = eni.cidrs().find(|(key, _)| *key == at.cidr).expect("it is there");
            let key = at.cidr as usize;
            let address = if cidr.is_block() {
                let next = within.entry((at.eni, at.cidr)).or_default();
                *next += 1;
                let first = self.block(eni.subnet, eni.id, key);
                Ipv4Addr::from(u32::from(first) + *next as u32 - 1)
            } else {
                Life::single(eni.subnet, eni.id, key + 1)
            };
            pods.push(json!({"metadata": {"name": format!("p{pod}"), "namespace": "n"},
                "spec": {"nodeName": "one"}, "status": {"phase": "Running", "podIP": address.to_string()}}));
        }
        let variables = |env: &Env| -> Vec<Value> {
            let mut all = vec![json!({"name": "ENABLE_IPv4", "value": "true"})];
            for (name, value) in [("WARM_ENI_TARGET", "1"), ("WARM_PREFIX_TARGET", "1")] {
                if !env.iter().any(|(own, _)| own == name) {
                    all.push(json!({"name": name, "value": value}));
                }
            }
            all.extend(env.iter().map(|(name, value)| json!({"name": name, "value": value})));
            all
        };
        let container =
            |env: &Env| json!([{"name": "aws-node", "image": "x/amazon-k8s-cni:v1", "env": variables(env)}]);
        pods.push(json!({"metadata": {"name": "aws-node-1", "namespace": "kube-system",
                "ownerReferences": [{"kind": "DaemonSet", "name": "aws-node"}]},
            "spec": {"nodeName": "one", "hostNetwork": true, "containers": container(&self.pod)},
            "status": {"phase": "Running", "podIP": Life::single(0, 0, 0).to_string()}}));
        pods.push(json!({"kind": "DaemonSet", "metadata": {"name": "aws-node", "namespace": "kube-system"},
            "spec": {"template": {"spec": {"hostNetwork": true, "containers": container(&self.daemonset)}}}}));
        for pod in &mut pods {
            pod.as_object_mut().expect("a table").entry("kind").or_insert(json!("Pod"));
        }
        json!({"kind": "List", "items": pods})
    }

    /// What ipamd says on the node: addresses in cool-down have been released just now.
    pub fn ipamd(&self) -> String {
        let mut enis = serde_json::Map::new();
        let mut busy: std::collections::HashMap<(u32, u32), u64> = std::collections::HashMap::new();
        for (_, address) in self.machine.running() {
            let at = address.expect("IPv4");
            *busy.entry((at.eni, at.cidr)).or_default() += 1;
        }
        for eni in self.machine.enis() {
            let mut cidrs = serde_json::Map::new();
            for (key, cidr) in eni.cidrs() {
                let (first, len) = match cidr.is_block() {
                    true => (self.block(eni.subnet, eni.id, key as usize), 28),
                    false => (Life::single(eni.subnet, eni.id, key as usize + 1), 32),
                };
                let used = busy.get(&(eni.id, key)).copied().unwrap_or(0);
                let mut addresses = serde_json::Map::new();
                for n in 0..used + cidr.cooling {
                    let address = Ipv4Addr::from(u32::from(first) + n as u32).to_string();
                    let name = if n < used { "p" } else { "" };
                    addresses.insert(
                        address.clone(),
                        json!({"Address": address, "IPAMMetadata": {"k8sPodName": name},
                            "AssignedTime": "2026-03-01T10:00:00.5Z",
                            "UnassignedTime": if n < used { "0001-01-01T00:00:00Z" } else { "2026-03-01T11:59:50.25+01:00" }}),
                    );
                }
                cidrs.insert(format!("{first}/{len}"), json!({"IPAddresses": addresses}));
            }
            enis.insert(
                format!("eni-{}", eni.id),
                json!({"IsPrimary": eni.role == Role::Primary, "IsTrunk": eni.role == Role::Trunk, "AvailableIPv4Cidrs": cidrs}),
            );
        }
        json!({"0": {"TotalIPs": 0, "AssignedIPs": 0, "ENIs": enis}}).to_string()
    }

    pub fn inputs(&self) -> Vec<(&'static str, String)> {
        let subnet = |at: usize| {
            let left = self.account.subnets[at].free();
            let mut subnet = json!({"SubnetId": format!("subnet-{at}"), "VpcId": "vpc-1",
                "CidrBlock": format!("10.{at}.0.0/16"), "AvailabilityZone": "a"});
            if left < 65_536 {
                subnet["AvailableIpAddressCount"] = json!(left);
            }
            subnet
        };
        let node = json!({"kind": "Node", "metadata": {"name": "one", "labels":
                {"node.kubernetes.io/instance-type": self.instance_type}},
            "spec": {"providerID": "aws:///a/i-1", "unschedulable": self.cordoned},
            "status": {"capacity": {"pods": self.setup.max_pods.to_string()},
                "addresses": [{"type": "InternalIP", "address": Life::single(0, 0, 0).to_string()}]}});
        vec![
            ("subnets", json!({"Subnets": [subnet(0), subnet(1)]}).to_string()),
            ("interfaces", self.interfaces().to_string()),
            ("nodes", node.to_string()),
            ("pods", self.pods().to_string()),
        ]
    }

    pub fn audit(&self) -> Audit {
        audited(&self.inputs())
    }
}

/// The audit of inputs, with the plan that they make.
pub fn audited(inputs: &[(&str, String)]) -> Audit {
    audited_beside(inputs, &[])
}

/// The same with the variables of a plan that is the user's own, if any are given.
fn audited_beside(inputs: &[(&str, String)], variables: &[(&str, &str)]) -> Audit {
    let mut reading = Reading::with_tables();
    for (name, text) in inputs {
        reading.add(&Source { name, text }).unwrap_or_else(|unread| panic!("{name}: {unread:?}\n{text}"));
    }
    let live = reading.clone().live();
    let text = reading.clone().plan().unwrap_or_else(|refusal| panic!("{refusal:?}")).text;
    let mut plan = parse(&text).plan.expect("a plan without mistakes");
    let given = !variables.is_empty();
    plan.cluster_mut(0).expect("a cluster").env.extend(env(variables));
    let tables = Tables::builtin();
    let groups = resolve(&plan, &tables).expect("known types");
    let evaluation = engine::evaluate(&plan, &tables).expect("it is right");
    audit(&reading, &live, Some(Planned { plan: &plan, groups: &groups, evaluation: &evaluation, given }))
}

pub fn only(audit: &Audit) -> &NodeRow {
    assert_eq!(audit.nodes.len(), 1);
    &audit.nodes[0]
}

fn told(audit: &Audit) -> String {
    let row = only(audit);
    let mut out = format!("{:?} {:?} {:?}\n", row.real, row.predicted, row.difference);
    row.why.iter().for_each(|told| _ = writeln!(out, "{told:?}"));
    out
}

fn lives() -> impl Strategy<Value = Option<Life>> {
    let types = prop::sample::select(vec!["t3.small", "m5.large", "c5.xlarge", "m5.2xlarge", "m4.large"]);
    let targets = prop_oneof![
        (0u64..4).prop_map(|n| vec![("WARM_ENI_TARGET", n.to_string())]),
        (0u64..4).prop_map(|n| vec![("WARM_PREFIX_TARGET", n.to_string())]),
        (0u64..20, 0u64..40, 0u64..3).prop_map(|(warm, minimum, prefixes)| vec![
            ("WARM_IP_TARGET", warm.to_string()),
            ("MINIMUM_IP_TARGET", minimum.to_string()),
            ("WARM_PREFIX_TARGET", prefixes.to_string()),
        ]),
    ];
    let flags = prop::array::uniform4(any::<bool>());
    let most = prop::option::weighted(0.2, 1u64..5);
    (types, targets, flags, most, 4u64..120, 0u64..8, any::<u64>()).prop_map(
        |(name, targets, [prefixes, custom, discovery, branches], most, max_pods, unmanaged, seed)| {
            let mut env: Env = targets.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
            for (name, flag) in [
                ("ENABLE_PREFIX_DELEGATION", prefixes),
                ("AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG", custom),
                ("ENABLE_SUBNET_DISCOVERY", discovery),
                ("ENABLE_POD_ENI", branches),
            ] {
                env.push((name.to_owned(), flag.to_string()));
            }
            env.extend(most.map(|n| ("MAX_ENI".to_owned(), n.to_string())));
            Life::new(name, &env, max_pods, u64::from(unmanaged == 7), seed)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// The prediction for a node is that of a node that came up, settled, and got its pods.
    #[test]
    fn a_settled_node_is_as_predicted(life in lives(), of_256 in 0u64..256) {
        let Some(mut life) = life else { return Ok(()) };
        life.machine.add((life.setup.max_pods * of_256 / 256) as u32);
        life.rest();
        prop_assume!(life.fits());
        let audit = life.audit();
        let row = only(&audit);
        prop_assert_eq!(row.difference, Some(0), "{} {:?}", told(&audit), life.daemonset);
        prop_assert!(row.why.is_empty() && audit.remedies.is_empty());
        let view = life.machine.view();
        let real = row.real.expect("it is known");
        prop_assert_eq!((real.held, real.enis, real.assigned), (view.held, view.enis, Some(view.assigned)));
        // of its only subnet, or of two
        let held: u64 = row.subnets.iter().map(|own| own.real.held).sum();
        let predicted: u64 = row.subnets.iter().filter_map(|own| own.predicted).sum();
        prop_assert_eq!((held, Some(predicted)), (real.held, row.predicted.map(|figures| figures.held)));
        // a subnet's figures are those of its nodes, and the plan's are those that it has for this node
        let sums = |of: fn(&SubnetRow) -> Option<Balance>| {
            let mut sums = (0, 0, 0, 0, 0);
            for own in &audit.subnets {
                let Balance { enis, prefixes, assigned, unused, held, .. } = of(own).expect("it is known");
                sums.0 += enis;
                sums.1 += prefixes;
                sums.2 += assigned.expect("it is known");
                sums.3 += unused.expect("it is known");
                sums.4 += held;
            }
            sums
        };
        let of_node = |own: Figures| {
            (own.enis, own.prefixes, own.assigned.unwrap(), own.unused().unwrap(), own.held)
        };
        prop_assert_eq!(sums(|own| own.real), of_node(real));
        prop_assert_eq!(sums(|own| Some(own.predicted)), of_node(row.predicted.expect("it is modelled")));
    }

    /// What churn leaves is told as that, wholly, and the remedies give back what is too much.
    #[test]
    fn what_churn_leaves_is_pinned(life in lives(), keep in 1usize..40, of_256 in 64u64..256) {
        let Some(mut life) = life else { return Ok(()) };
        life.machine.add((life.setup.max_pods * of_256 / 256) as u32);
        life.rest();
        life.leave(|at| at % keep == 0);
        let rest = life.rest();
        prop_assume!(life.fits() && matches!(rest, Rest::Settled { .. }));
        let audit = life.audit();
        let row = only(&audit);
        let difference = row.difference.expect("it is compared");
        let causes: Vec<&str> = row.why.iter().map(|told| told.cause).collect();
        prop_assert!(causes.iter().all(|cause| ["pinned", "full"].contains(cause)), "{} {:?}", told(&audit), life.daemonset);
        prop_assert_eq!(row.why.iter().map(|told| told.addresses).sum::<i64>(), difference);
        let back: u64 = audit.remedies.iter().map(|remedy| remedy.addresses).sum();
        prop_assert_eq!(back as i64, difference.max(0));
        // and that is what a node in its place does not take
        if difference > 0 {
            let real = row.real.expect("it is known").held;
            let most = row.range.map_or(row.predicted.expect("it is predicted").held, |(_, most)| most);
            prop_assert_eq!(real - back, most);
        }
    }
}

fn causes(audit: &Audit) -> Vec<(&str, i64)> {
    only(audit).why.iter().map(|told| (told.cause, told.addresses)).collect()
}

/// The example of the reader's document: 40 pods go from a node, the rest sits on all ENIs.
#[test]
fn enis_stay_for_their_pods() {
    let mut life = Life::new("m5.2xlarge", &env(&[]), 58, 0, 7).expect("it starts");
    life.machine.add(50);
    life.rest();
    life.leave(|at| at % 12 == 0);
    life.rest();
    let audit = life.audit();
    let view = life.machine.view();
    assert_eq!(causes(&audit), [("pinned", view.held as i64 - 30)], "{}", told(&audit));
    assert_eq!(audit.remedies[0].addresses, view.held - 30);
    assert!(only(&audit).why[0].sentence.contains("pods sit on"), "{}", told(&audit));
}

#[test]
fn an_older_setting_is_told_from_the_one_in_force() {
    let mut life = Life::new("m5.large", &env(&[]), 29, 0, 1).expect("it starts");
    life.machine.add(3);
    life.rest();
    life.daemonset = env(&[("WARM_IP_TARGET", "2")]);
    let audit = life.audit();
    // two ENIs of ten beside one with five addresses
    assert_eq!(causes(&audit), [("setting", 20 - 6)]);
    let sentence = &only(&audit).why[0].sentence;
    assert!(sentence.contains("WARM_IP_TARGET = 0 (the DaemonSet: 2)"), "{sentence}");
    assert_eq!((audit.remedies[0].cause, audit.remedies[0].addresses), ("setting", 14));
}

#[test]
fn variables_of_the_plan_that_are_nowhere_in_force_are_told_from_old_ones() {
    let mut life = Life::new("m5.large", &env(&[]), 29, 0, 1).expect("it starts");
    life.machine.add(3);
    life.rest();
    // two ENIs of ten where the plan has one with four addresses
    let audit = audited_beside(&life.inputs(), &[("WARM_IP_TARGET", "1")]);
    assert_eq!(causes(&audit), [("plan", 20 - 5)], "{}", told(&audit));
    let sentence = &only(&audit).why[0].sentence;
    assert!(sentence.contains("the DaemonSet has WARM_IP_TARGET = 0 (the plan: 1)"), "{sentence}");
    assert!(audit.remedies[0].what.contains("export PLAN --as set-env"), "{:?}", audit.remedies);
    // the DaemonSet has another value, and the node not yet that
    life.daemonset = env(&[("WARM_IP_TARGET", "4")]);
    let audit = audited_beside(&life.inputs(), &[("WARM_IP_TARGET", "1")]);
    assert_eq!(causes(&audit), [("plan", 3), ("setting", 12)], "{}", told(&audit));
    let back: Vec<u64> = audit.remedies.iter().map(|remedy| remedy.addresses).collect();
    assert_eq!(back, [12, 3]);
    // without the pods of aws-node it may run with what is shipped
    let mut inputs = life.inputs();
    let mut list: Value = serde_json::from_str(&inputs[3].1).expect("it is JSON");
    let items = list["items"].as_array_mut().expect("a list");
    items.retain(|item| item["metadata"]["name"] != "aws-node-1");
    inputs[3].1 = list.to_string();
    let audit = audited(&inputs);
    assert_eq!(causes(&audit), [("setting", 20 - 8)], "{}", told(&audit));
    assert!(only(&audit).why[0].sentence.contains("shipped variables"), "{}", told(&audit));
}

/// Which ENI the free addresses stay on is chance, and one that has them stays.
#[test]
fn what_goes_back_by_itself_is_said_within_bounds() {
    let now = env(&[("WARM_IP_TARGET", "2"), ("MINIMUM_IP_TARGET", "10")]);
    let (mut least_seen, mut most_seen) = (u64::MAX, 0);
    for seed in 0..60 {
        let mut life = Life::new("c6i.xlarge", &env(&[]), 58, 0, seed).expect("it starts");
        life.machine.add(10);
        life.rest();
        life.machine.restart(Settings::over_manifest(&now), &mut life.account).expect("it starts again");
        (life.daemonset, life.pod) = (now.clone(), now.clone());
        let before = life.machine.view().held;
        let audit = life.audit();
        assert_eq!(causes(&audit), [("surplus", 17)], "{}", told(&audit));
        let sentence = &only(&audit).why[0].sentence;
        assert!(sentence.starts_with("16 too many") && sentence.contains(", 1 more only if"), "{sentence}");
        life.rest();
        let back = before - life.machine.view().held;
        (least_seen, most_seen) = (least_seen.min(back), most_seen.max(back));
        let audit = life.audit();
        match back {
            17 => assert_eq!(only(&audit).difference, Some(0)),
            _ => {
                assert_eq!(causes(&audit), [("pinned", 1)], "{}", told(&audit));
                let sentence = &only(&audit).why[0].sentence;
                assert!(sentence.contains("free addresses that the targets ask for are on 1"), "{sentence}");
            }
        }
    }
    assert_eq!((least_seen, most_seen), (16, 17), "both happen");
}

#[test]
fn a_switch_of_modes_that_no_start_has_seen_is_told() {
    let mut life = Life::new("m5.xlarge", &env(&[]), 110, 0, 1).expect("it starts");
    life.machine.add(5);
    life.rest();
    let now = env(&[("ENABLE_PREFIX_DELEGATION", "true"), ("WARM_IP_TARGET", "1")]);
    (life.daemonset, life.pod) = (now.clone(), now);
    let audit = life.audit();
    let sentence = &only(&audit).why[0].sentence;
    assert_eq!(only(&audit).why[0].cause, "mode-switch");
    assert!(sentence.contains("no prefix, though there is room for one"), "{sentence}");
    assert!(
        audit.remedies.iter().any(|remedy| remedy.what.contains("rollout restart")),
        "{:?}",
        audit.remedies
    );
}

#[test]
fn what_a_switch_of_modes_leaves_is_told() {
    let mut life = Life::new("m5.large", &env(&[]), 110, 0, 1).expect("it starts");
    life.machine.add(12);
    life.rest();
    let now = env(&[("ENABLE_PREFIX_DELEGATION", "true")]);
    life.machine.restart(Settings::over_manifest(&now), &mut life.account).expect("it starts again");
    life.rest();
    (life.daemonset, life.pod) = (now.clone(), now);
    let audit = life.audit();
    let row = only(&audit);
    let of_mode: Vec<i64> =
        row.why.iter().filter(|told| told.cause == "mode-switch").map(|told| told.addresses).collect();
    assert_eq!(of_mode.len(), 1, "{}", told(&audit));
    assert!(row.why.iter().all(|told| told.cause != "unexplained"), "{}", told(&audit));
}

#[test]
fn cool_down_is_told_by_ipamd() {
    let mut life = Life::new("m5.large", &env(&[]), 29, 0, 3).expect("it starts");
    life.machine.add(25);
    life.rest();
    life.pass(100);
    life.leave(|_| false);
    life.pass(5);
    let mut inputs = life.inputs();
    inputs.push(("enis", life.ipamd()));
    let audit = audited(&inputs);
    // three ENIs of ten, of which two go
    assert_eq!(causes(&audit), [("cool-down", 20)], "{}", told(&audit));
    assert!(only(&audit).why[0].sentence.contains("up to 25 addresses are in cool-down"));
    assert!(audit.remedies.is_empty(), "time does it");
    // ipamd alone says what it holds, too, but for the node without any pod
    life.machine.add(1);
    let mut inputs: Vec<_> = life.inputs().into_iter().filter(|(name, _)| *name != "interfaces").collect();
    inputs.push(("enis", life.ipamd()));
    let audit = audited(&inputs);
    assert_eq!(only(&audit).real.expect("ipamd says it").held, life.machine.view().held);
}

#[test]
fn what_goes_by_itself_is_no_finding_of_churn() {
    let mut life = Life::new("m5.large", &env(&[]), 29, 0, 3).expect("it starts");
    life.machine.add(25);
    life.rest();
    life.leave(|_| false);
    let audit = life.audit();
    assert_eq!(causes(&audit), [("surplus", 20)], "{}", told(&audit));
    life.cordoned = true;
    assert_eq!(causes(&life.audit()), [("cordoned", 20)]);
    assert_eq!(life.audit().remedies[0].addresses, 20);
}

#[test]
fn a_dry_subnet_is_named() {
    let mut life = Life::new("m5.large", &env(&[]), 29, 0, 3).expect("it starts");
    life.account.subnets[0] = Subnet { singles: 4, ..Subnet::default() };
    life.machine.add(12);
    life.rest();
    let audit = life.audit();
    let row = only(&audit);
    assert_eq!(row.difference, Some(-10));
    assert_eq!(causes(&audit), [("dry-subnet", -10)], "{}", told(&audit));
    assert!(row.why[0].sentence.contains("4 free, and a new ENI takes 10 at once"), "{}", told(&audit));
    life.cordoned = true;
    assert_eq!(causes(&life.audit()), [("cordoned", -10)]);
}

#[test]
fn enis_of_before_max_eni_are_told() {
    let mut life = Life::new("m5.large", &env(&[]), 29, 0, 3).expect("it starts");
    life.machine.add(20);
    life.rest();
    life.daemonset = env(&[("MAX_ENI", "1")]);
    life.pod.clone_from(&life.daemonset);
    let audit = life.audit();
    assert_eq!(causes(&audit), [("max-eni", 20)], "{}", told(&audit));
    assert_eq!(audit.remedies[0].addresses, 20);
}

/// An ENI that the CNI leaves alone is none of those that MAX_ENI keeps away.
#[test]
fn unmanaged_enis_are_no_enis_of_before() {
    let env = env(&[("ENABLE_PREFIX_DELEGATION", "true"), ("MAX_ENI", "1")]);
    let mut life = Life::new("t3.small", &env, 110, 1, 0).expect("it starts");
    life.machine.add(40);
    life.rest();
    life.leave(|at| at % 5 == 0);
    life.rest();
    let audit = life.audit();
    assert!(causes(&audit).iter().all(|(cause, _)| *cause == "pinned"), "{}", told(&audit));
}

#[test]
fn what_nothing_explains_says_what_may_tell() {
    let mut life = Life::new("m5.large", &env(&[]), 29, 0, 3).expect("it starts");
    life.machine.add(3);
    life.rest();
    let mut inputs = life.inputs();
    // thirteen addresses satisfy the target, and no life of the node comes to them
    let mut interfaces: Value = serde_json::from_str(&inputs[1].1).expect("it is JSON");
    let addresses = interfaces["NetworkInterfaces"][1]["PrivateIpAddresses"].as_array_mut().expect("a list");
    addresses.truncate(5);
    inputs[1].1 = interfaces.to_string();
    let audit = audited(&inputs);
    assert_eq!(causes(&audit), [("unexplained", -5)], "{}", told(&audit));
    assert!(only(&audit).why[0].sentence.contains("61679/v1/enis"), "{}", told(&audit));
}
