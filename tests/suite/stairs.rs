//! The staircase of every manager's nodes: facts by hand, and held against the report.

use podroom::engine::staircase::Point;
use podroom::engine::{Staircase, evaluate};
use podroom::instance::Tables;
use podroom::manager::MANAGERS;
use podroom::plan::parse;
use podroom::text::plural;

use crate::desk::Desk;
use crate::sentences::{SHAPES, plan_of};

fn staircase(text: &str) -> Staircase {
    let plan = parse(text).plan.expect("a plan");
    let evaluation = evaluate(&plan, &Tables::builtin()).unwrap_or_else(|problems| panic!("{problems:?}"));
    evaluation.staircase(&plan, 0).expect("a staircase")
}

/// A cluster of one group of three nodes.
fn plan(cluster: &str, group: &str, replicas: u32) -> String {
    format!(
        "format = 1\nname = \"x\"\n[[subnet]]\nname = \"nodes\"\ncidr = \"10.1.0.0/20\"\n[[subnet]]\nname = \"pods\"\n\
         cidr = \"10.2.0.0/18\"\n[[cluster]]\nname = \"c\"\n{cluster}\n[[cluster.node_group]]\nname = \"workers\"\n\
         nodes = 3\n{group}\n[[cluster.workload]]\nname = \"web\"\nreplicas = {replicas}\n"
    )
}

/// `(from, to, pieces, held)` of each step.
fn steps(staircase: &Staircase) -> Vec<(u64, u64, u64, u64)> {
    let count = |pods| staircase.count(pods).expect("a count");
    staircase.steps.iter().map(|s| (s.from, s.to, count(s.from).pieces, count(s.from).held())).collect()
}

const IN_SUBNET: &str = "subnets = [\"nodes\"]";

#[test]
fn calico_steps_by_blocks_and_keeps_those_of_the_high_water() {
    let calico = staircase(&plan("manager = \"calico\"", "", 60));
    assert_eq!(calico.piece, Some("block"));
    assert_eq!(steps(&calico), [(0, 0, 0, 0), (1, 64, 1, 64), (65, 108, 2, 128)]);
    assert_eq!(
        calico.why(65),
        "at 65 pods 128 held, 64 more than before; 2 blocks of 64 addresses for 65 pods"
    );
    let small = staircase(&plan(
        "manager = \"calico\"\nblock_size = 28\nmax_blocks_per_node = 3\nstrict_affinity = true\ntunnel = true",
        "peak_pods = 40",
        60,
    ));
    assert_eq!(steps(&small), [(0, 15, 1, 16), (16, 31, 2, 32), (32, 108, 3, 48)]);
    let at =
        |pods| small.count(pods).map(|count| (count.primary, count.running, count.churned)).expect("a count");
    assert_eq!(
        [at(0), at(20), at(47), at(48)],
        [(1, 0, Some(48)), (1, 20, Some(48)), (1, 47, Some(48)), (1, 47, Some(48))]
    );
    assert!(small.why(48).contains(", and 1 starves; "), "{}", small.why(48));
    let instead = |pods| calico.count(pods).and_then(|count| count.instead());
    assert_eq!(
        (instead(0), instead(10), instead(64)),
        (Some(64), None, None),
        "one node may once have run all 60"
    );
}

#[test]
fn azure_steps_by_batches_holds_max_pods_or_whole_blocks() {
    let dynamic = staircase(&plan(
        "manager = \"aks-pod-subnet\"\npod_subnets = [\"pods\"]\nmax_pods = 60",
        IN_SUBNET,
        30,
    ));
    assert_eq!(dynamic.piece, Some("batch"));
    let expected = [(0, 8, 1, 17), (9, 24, 2, 33), (25, 40, 3, 49), (41, 56, 4, 65), (57, 58, 5, 81)];
    assert_eq!(steps(&dynamic), expected);
    let classic = staircase(&plan("manager = \"aks-node-subnet\"", IN_SUBNET, 30));
    assert_eq!((classic.piece, steps(&classic)), (None, vec![(0, 28, 0, 31)]));
    let blocks = staircase(&plan(
        "manager = \"aks-static-block\"\npod_subnets = [\"pods\"]\nmax_pods = 30",
        IN_SUBNET,
        30,
    ));
    assert_eq!((blocks.piece, steps(&blocks)), (Some("block"), vec![(0, 28, 2, 33)]));
    assert_eq!(blocks.counts[0].stranded, 2, "32 addresses for 30 pods");
}

#[test]
fn node_ranges_are_one_step_with_what_max_pods_strands() {
    let flannel = staircase(&plan("manager = \"flannel\"", "", 30));
    assert_eq!(steps(&flannel), [(0, 108, 0, 256)]);
    let count = flannel.count(10).expect("a count");
    assert_eq!((count.primary, count.assigned, count.unused, count.stranded), (1, 10, 245, 143));
    let few = staircase(&plan("manager = \"flannel\"\nnode_mask = 27", "", 30));
    let full = few.count(108).expect("a count");
    assert_eq!(
        (full.running, full.unused, few.why(31).contains("2 starve")),
        (29, 2, true),
        "{}",
        few.why(31)
    );
    assert!(few.timeline(3).is_empty() && few.rules()[0].starts_with("kube-controller-manager "));
}

#[test]
fn enis_and_single_addresses_come_as_they_are_needed() {
    let cilium = staircase(&plan(
        "manager = \"cilium-eni\"",
        "instance_type = \"m5.large\"\nsubnets = [\"nodes\"]",
        30,
    ));
    let count =
        |pods| cilium.count(pods).map(|count| (count.primary, count.pool(), count.running)).expect("a count");
    assert!(cilium.enis);
    // pods + 8, nine to an ENI, three ENIs
    assert_eq!(
        [count(0), count(1), count(2), count(19), count(40)],
        [(1, 8, 0), (1, 9, 1), (2, 10, 2), (3, 27, 19), (3, 27, 27)]
    );
    let one = "manager = \"host-local\"\nranges = [\"10.22.0.0/26\"]";
    let host = staircase(&plan(one, "peak_pods = 12", 6).replace("nodes = 3", "nodes = 1"));
    // a step a pod: 64 less the first, the gateway and the last
    assert_eq!(
        (host.steps.len(), host.steps[61].from, host.count(108).map(|c| c.running)),
        (62, 61, Some(61))
    );
    assert_eq!(
        host.count(6).and_then(|count| count.churned),
        Some(6),
        "there are six replicas, however many it may run"
    );
}

#[test]
fn the_fullest_node_of_every_manager_stands_on_its_staircase() {
    for manager in MANAGERS {
        for shape in &SHAPES {
            let plan = parse(&plan_of(manager, shape)).plan.expect("a plan");
            let evaluation = evaluate(&plan, &Tables::builtin()).expect("an evaluation");
            for (row, group) in evaluation.report.node_groups.iter().enumerate() {
                let staircase = evaluation.staircase(&plan, row).expect("a staircase");
                let today = staircase.count(staircase.today()).expect("a count");
                let figures = &group.per_node;
                let most = |range: Option<[u64; 2]>| range.map(|[_, most]| most);
                assert_eq!(Some(today.held()), most(figures.held), "{}", manager.name);
                assert_eq!(Some(today.running), most(figures.pods), "{}", manager.name);
                assert_eq!(staircase.enis.then_some(today.primary), most(figures.enis), "{}", manager.name);
                assert_eq!(staircase.most(), u64::from(group.max_pods) - 2, "{}", manager.name);
                let climbs = staircase.counts.windows(2).all(|two| two[0].held() <= two[1].held());
                assert!(climbs || manager.is_aws(), "{}", manager.name);
                let high = staircase.marks.iter().find(|mark| mark.what == Point::HighWater);
                for count in &staircase.counts {
                    assert_eq!(count.churned.is_none(), manager.is_aws(), "{}", manager.name);
                    let least =
                        high.filter(|_| manager.name == "calico").and_then(|high| staircase.count(high.pods));
                    assert!(count.churned.is_none_or(|churned| churned >= count.held()), "{}", manager.name);
                    assert!(
                        count.churned.is_none_or(|churned| least.is_none_or(|least| churned >= least.held()))
                    );
                    assert!(
                        count.stranded <= count.unused && count.running <= count.pods,
                        "{}",
                        manager.name
                    );
                }
            }
        }
    }
}

#[test]
fn the_node_screen_of_every_manager() {
    let screens = [
        ("calico", plan("manager = \"calico\"\npod_subnet = \"10.240.0.0/16\"", "peak_pods = 90", 90)),
        ("flannel", plan("manager = \"flannel\"", "vcpus = 16", 120)),
        (
            "aks-pod-subnet",
            plan("manager = \"aks-pod-subnet\"\npod_subnets = [\"pods\"]\nmax_pods = 110", IN_SUBNET, 90),
        ),
    ];
    for (name, text) in screens {
        let mut desk = Desk::file("plan.toml", &text);
        desk.keys("alt-2");
        for (columns, rows) in [(80, 24), (120, 40)] {
            desk.size(columns, rows);
            insta::assert_snapshot!(format!("node_{name}_{columns}x{rows}"), desk.screen());
        }
    }
    let mut desk =
        Desk::file("plan.toml", &plan("manager = \"calico\"\nblock_size = 29", "peak_pods = 90", 90));
    desk.keys("alt-2").size(48, 12).keys("tab");
    insta::assert_snapshot!("node_calico_steps_48x12", desk.screen());
    desk.keys("tab");
    insta::assert_snapshot!("node_calico_rules_48x12", desk.screen());
    desk.keys("tab down down");
    assert_eq!(desk.app.pods(), 41);
    desk.keys("w");
    let why =
        "at 41 pods 48 held (and 96 once it ran as many as it ever does), 8 more than before; 6 blocks of 8";
    let words: String = desk.size(120, 40).screen().split_whitespace().collect();
    assert!(words.contains(&why.replace(' ', "")), "{}", desk.screen());
}

#[test]
fn columns_that_mean_nothing_are_not_there() {
    for manager in MANAGERS {
        let mut desk = Desk::file("plan.toml", &plan_of(manager, &SHAPES[0]));
        let tables = desk.size(200, 60).screen();
        let typed = tables.contains("max pods") && tables.contains(" type ");
        assert_eq!(typed, manager.has_enis(), "{}: {tables}", manager.name);
        assert_eq!(tables.contains(" ENIs "), manager.has_enis(), "{}: {tables}", manager.name);
        let node = desk.keys("alt-2").screen();
        assert_eq!(node.contains(" ENIs "), manager.has_enis(), "{}: {node}", manager.name);
        assert_eq!(node.contains("by the rules of "), !manager.is_aws(), "{}: {node}", manager.name);
        for piece in ["block", "batch"] {
            let has = desk.app.staircase().and_then(|staircase| staircase.piece) == Some(piece);
            assert_eq!(node.contains(&format!(" {} ", plural(piece))), has, "{}: {node}", manager.name);
        }
    }
}

#[test]
fn the_manager_says_how_it_gives_out_addresses_where_it_is_chosen() {
    let mut desk = Desk::preset("flannel");
    desk.size(200, 60);
    let said = |desk: &Desk, words: &str| desk.screen().contains(words);
    desk.click_on("manager");
    assert!(
        said(&desk, "manager: Flannel: kube-controller-manager gives every node a range"),
        "{}",
        desk.screen()
    );
    desk.keys("enter").types("calico");
    assert!(said(&desk, "Calico: nodes claim blocks of the pool"), "{}", desk.screen());
}
