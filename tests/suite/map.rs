//! The map of a subnet: the counts are the pool's figures, cells are what is in them, keys and the mouse zoom.

use podroom::app::screen::Screen;
use podroom::app::situation::Show;
use podroom::engine::map::{Counts, Map, Use};
use podroom::engine::{PoolRow, Situation, evaluate};
use podroom::instance::Tables;
use podroom::manager::{MANAGERS, PoolKind};
use podroom::plan::parse;
use podroom::view::symbols::Symbols;
use podroom::view::theme::Theme;
use proptest::prelude::*;

use crate::desk::Desk;

/// What the figures of a pool say of each use.
fn figures(row: &PoolRow, situation: Situation) -> [(Use, u64); 5] {
    let held = row.holding(situation);
    [
        (Use::Reserved, row.reserved),
        (Use::Other, row.other),
        (Use::Primary, held.primary),
        (Use::Assigned, held.assigned),
        (Use::Unused, held.unused),
    ]
}

/// The counts are the figures, in whole and cell by cell at every zoom.
fn holds(map: &Map, row: &PoolRow, situation: Situation) -> Result<(), TestCaseError> {
    let held = row.holding(situation);
    let counts = map.counts();
    let told = format!("{} {} {held:?} {counts:?} {:?}", row.name, situation.name(), map.missing);
    prop_assert_eq!(
        (map.last() + 1, counts.total()),
        (row.capacity.into(), row.capacity.into()),
        "{}",
        &told
    );
    for (of, n) in figures(row, situation) {
        prop_assert_eq!(counts.of(of) + map.missing.of(of), u128::from(n), "{} {}", of.name(), &told);
    }
    // what is missing beyond what is short lacks a whole block, and is free
    let (missing, short) = (map.missing.total(), u128::from(held.short));
    prop_assert!(missing >= short, "{}", &told);
    prop_assert_eq!(counts.of(Use::Free), u128::from(held.free) + missing - short, "{}", &told);
    let whole = held.blocks.is_none_or(|blocks| !blocks.is_short());
    prop_assert!(missing == short || !whole, "{}", &told);
    let mut each = 1;
    while each <= map.last() + 1 {
        let mut sum = Counts::default();
        for cell in 0..=map.last() / each {
            let cell = map.counts_in(cell * each, (cell * each + each - 1).min(map.last()));
            prop_assert_eq!(cell.total(), each.min(map.last() + 1), "{}", &told);
            sum = sum + cell;
        }
        prop_assert_eq!(sum, counts, "{}", &told);
        each *= 4;
    }
    // address by address: runs, and the blocks
    let mut at = 0;
    let mut naive = vec![Use::Free; usize::try_from(map.last()).unwrap() + 1];
    while at <= map.last() {
        let run = map.stretch(at).expect("a run");
        prop_assert!(run.from == at && run.to >= at && run.to <= map.last(), "{:?} {}", &run, &told);
        let mut own = Counts::default();
        own.add(run.of, run.to - run.from + 1);
        prop_assert_eq!(map.counts_in(run.from, run.to), own, "{}", &told);
        naive[usize::try_from(run.from).unwrap()..=usize::try_from(run.to).unwrap()].fill(run.of);
        let holders = map.holders(run.from, run.to, 9);
        prop_assert_eq!(holders.0.len(), usize::from(run.of != Use::Free), "{:?} {:?}", &holders, &run);
        at = run.to + 1;
    }
    if let Some(blocks) = map.blocks {
        let free = |block: &&[Use]| block.iter().filter(|of| **of == Use::Free).count();
        let broken = naive.chunks(16).filter(|block| (1..16).contains(&free(block))).count() as u64;
        let whole = naive.chunks(16).filter(|block| free(block) == 16).count() as u64;
        // two reservations can share a block that is free: a prefix cannot be in it
        prop_assert!(
            blocks.free <= whole && blocks.free + blocks.broken == whole + broken,
            "{blocks:?} {}",
            &told
        );
        if let Some(figures) = held.blocks.filter(|blocks| !blocks.is_short()) {
            prop_assert_eq!((blocks.all, blocks.free), (figures.capacity, figures.free), "{}", &told);
            prop_assert_eq!(blocks.scattered, figures.scattered.free, "{}", &told);
        }
    }
    Ok(())
}

/// Every subnet of a plan, in every situation.
fn all_hold(text: &str) -> Result<usize, TestCaseError> {
    let parsed = parse(text);
    prop_assert!(parsed.problems.is_empty(), "{:#?}\n{text}", parsed.problems);
    let plan = parsed.plan.expect("a plan");
    let evaluation = evaluate(&plan, &Tables::builtin());
    prop_assert!(evaluation.is_ok(), "{:#?}\n{text}", evaluation.err());
    let evaluation = evaluation.expect("no problems");
    let mut seen = 0;
    for (p, row) in evaluation.report.pools.iter().enumerate() {
        for situation in Situation::ALL {
            let map = evaluation.drawn(&plan, p, situation);
            if row.kind == PoolKind::Subnet {
                holds(&map, row, situation).map_err(|e| TestCaseError::fail(format!("{e}\n{text}")))?;
                seen += 1;
            }
        }
    }
    Ok(seen)
}

#[test]
fn the_maps_of_every_preset_count_what_the_figures_say() {
    let mut seen = 0;
    for preset in podroom::file::preset::PLANS {
        seen += all_hold(preset.text).unwrap_or_else(|e| panic!("{}: {e}", preset.name));
    }
    assert!(seen > 40, "{seen}");
}

/// Plans with all that decides where an address can be: lengths, modes, others, used ones, reservations, pods in
/// subnets of their own, branch ENIs, several groups and clusters.
fn plans() -> impl Strategy<Value = String> {
    let group = (0u32..30, 0usize..4, 0u32..40, any::<bool>());
    let parts = prop::sample::subsequence(
        vec![
            "used = [\"10.0.0.17\", \"10.0.0.20-10.0.0.37\"]",
            "reservations = [{ cidr = \"10.0.0.64/27\", type = \"prefix\" }, { cidr = \"10.0.0.96/29\", type = \"explicit\" }]",
            "reservations = [{ cidr = \"10.0.0.0/28\", type = \"explicit\" }, { cidr = \"10.0.0.40/29\", type = \"prefix\" }]",
            "other = { databases = 9, \"load balancers\" = 14 }",
        ],
        0..3,
    );
    let env = prop::sample::subsequence(
        vec![
            "ENABLE_PREFIX_DELEGATION = true",
            "WARM_PREFIX_TARGET = 2",
            "WARM_IP_TARGET = 3",
            "MINIMUM_IP_TARGET = 12",
            "ENABLE_POD_ENI = true",
        ],
        0..4,
    );
    (prop::collection::vec(group, 1..4), parts, env, 22u8..=30, any::<bool>(), 0u32..200).prop_map(
        |(groups, mut parts, env, length, custom, branch)| {
            let reservations = parts.iter().filter(|part| part.starts_with("res")).count();
            if reservations > 1 || length > 25 {
                parts.retain(|part| !part.starts_with("res"));
            }
            if length > 26 {
                parts.retain(|part| !part.starts_with("used"));
            }
            let mut text = format!(
                "format = 1\n[[subnet]]\nname = \"a\"\ncidr = \"10.0.0.0/{length}\"\nzone = \"a\"\n{}\n\
                 [[subnet]]\nname = \"pods\"\ncidr = \"100.64.0.0/{}\"\nzone = \"a\"\n",
                parts.join("\n"),
                length - 1,
            );
            text += "[[cluster]]\nname = \"c\"\nmanager = \"aws-vpc-cni\"\ncontrol_plane_subnets = [\"a\"]\n";
            if custom {
                text += "pod_subnets = [\"pods\"]\n";
            }
            text += &format!("[cluster.env]\n{}\n", env.join("\n"));
            if custom {
                text += "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG = true\n";
            }
            for (i, (nodes, kind, pods, own)) in groups.iter().enumerate() {
                let kind = ["m5.large", "m5.8xlarge", "m6i.xlarge", "c5.4xlarge"][*kind];
                text += &format!(
                    "[[cluster.node_group]]\nname = \"g{i}\"\ninstance_type = \"{kind}\"\nnodes = {nodes}\nsubnets = [\"a\"]\n"
                );
                if *own {
                    text += &format!("pods = {}\n", pods.min(&8));
                }
            }
            text + &format!(
                "[[cluster.workload]]\nname = \"w\"\nreplicas = {branch}\ncpu = \"100m\"\nmemory = \"64Mi\"\n"
            )
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn the_map_of_any_subnet_counts_what_its_figures_say(text in plans()) {
        prop_assert!(all_hold(&text)? >= 3);
    }
}

/// Nodes of a manager of another cloud in a subnet.
fn elsewhere(manager: &str, cidr: &str, nodes: u32, pods: u32) -> String {
    format!(
        "format = 1\n[[subnet]]\nname = \"a\"\ncidr = \"{cidr}\"\nother = 3\n[[cluster]]\nname = \"c\"\nmanager = \"{manager}\"\n\
         [[cluster.node_group]]\nname = \"g\"\nnodes = {nodes}\npods = {pods}\nsubnets = [\"a\"]\n"
    )
}

#[test]
fn subnets_of_other_clouds_are_counted_too() {
    let mut seen = 0;
    for manager in MANAGERS.iter().filter(|manager| !manager.is_aws()) {
        let text = elsewhere(manager.name, "10.0.0.0/24", 9, 10);
        if parse(&text).problems.is_empty() {
            seen += all_hold(&text).unwrap_or_else(|e| panic!("{}: {e}", manager.name));
        }
    }
    assert!(seen > 3, "{seen}");
}

/// Subnets of 2^24 addresses and ranges of IPv6 with many nodes are counted without going through them.
#[test]
fn huge_pools_are_quick() {
    let text = "format = 1\n[[subnet]]\nname = \"a\"\ncidr = \"10.0.0.0/8\"\n[[cluster]]\nname = \"c\"\n\
                manager = \"aws-vpc-cni\"\n[[cluster.node_group]]\nname = \"g\"\ninstance_type = \"m5.8xlarge\"\n\
                nodes = 5000\npods = 200\nsubnets = [\"a\"]\n";
    let six = "format = 1\n[[cluster]]\nname = \"c\"\nmanager = \"flannel\"\npod_subnet = \"10.244.0.0/16,fd00::/48\"\n\
               [[cluster.node_group]]\nname = \"g\"\nnodes = 200\npods = 20\n";
    for (text, turns, last) in [(text, "", (1 << 24) - 1), (six, "n", (1 << 80) - 1)] {
        let mut desk = Desk::file("p.toml", text);
        desk.size(200, 60).turn_to(Screen::Map).keys(turns);
        let map = desk.app.map().expect("a map");
        assert_eq!(map.last(), last, "{}", desk.screen());
        assert!(map.counts().of(Use::Assigned) >= 4_000, "{:?}", map.counts());
        let began = std::time::Instant::now();
        for _ in 0..40 {
            desk.keys("+ right down");
        }
        assert_eq!(desk.app.plot().each, 1);
        assert!(began.elapsed().as_secs() < 60, "{:?}", began.elapsed());
    }
}

const SIZES: [(u16, u16); 4] = [(80, 24), (120, 40), (200, 60), (60, 15)];

#[test]
fn subnets_at_every_size() {
    for (preset, keys) in [("eks-1200-pods", "down down right"), ("prefix-delegation", "down right right")] {
        for (columns, rows) in SIZES {
            let mut desk = Desk::preset(preset);
            desk.size(columns, rows).turn_to(Screen::Map).keys(keys);
            insta::assert_snapshot!(format!("{preset}_{columns}x{rows}"), desk.screen());
        }
    }
}

#[test]
fn zoomed_short_and_in_ascii() {
    let mut desk = Desk::preset("eks-1200-pods");
    desk.size(80, 24).turn_to(Screen::Map).keys("s s down down + tab");
    insta::assert_snapshot!("upgrade_zoomed_80x24", desk.screen());
    let mut desk = Desk::preset("prefix-delegation");
    desk.look.symbols = Symbols::ASCII;
    desk.look.theme = Theme::mono();
    desk.size(120, 40).turn_to(Screen::Map).keys("s");
    assert!(desk.screen().is_ascii(), "{}", desk.screen());
    insta::assert_snapshot!("ascii_120x40", desk.screen());
}

fn range(desk: &Desk) -> String {
    desk.app.why().0
}

#[test]
fn keys_zoom_around_the_cursor() {
    let mut desk = Desk::preset("eks-1200-pods");
    desk.size(80, 24).turn_to(Screen::Map);
    assert_eq!(range(&desk), "10.68.0.0/28");
    desk.keys("down right right");
    assert_eq!(range(&desk), "10.68.1.32/28");
    desk.keys("+");
    assert_eq!(range(&desk), "10.68.1.32");
    assert!(desk.screen().contains(".1.0"), "the cursor's line is seen\n{}", desk.screen());
    desk.keys("+");
    assert_eq!(desk.message(), "a cell is one address already");
    desk.keys("right down");
    assert_eq!(range(&desk), "10.68.1.97");
    desk.keys("-");
    assert_eq!(range(&desk), "10.68.1.96/28");
    desk.keys("-");
    assert_eq!(range(&desk), "10.68.1.64/26");
    desk.keys("-");
    assert_eq!(desk.message(), "the whole pool is in one line");
    desk.keys("+");
    // to the ends, and no further; from the ends nothing moves
    for (keys, at) in [
        ("G", "10.68.3.240/28"),
        ("down", "10.68.3.240/28"),
        ("right", "10.68.3.240/28"),
        ("g", "10.68.0.0/28"),
        ("up", "10.68.0.0/28"),
        ("left", "10.68.0.0/28"),
        ("pgdn", "10.68.3.0/28"),
    ] {
        desk.keys(keys);
        assert_eq!(range(&desk), at, "{keys}");
    }
    // in the list it goes by runs
    desk.keys("g tab");
    for run in ["10.68.0.0/30", "10.68.0.4", "10.68.0.5-10.68.0.6"] {
        assert_eq!(range(&desk), run);
        desk.keys("down");
    }
    desk.keys("up up");
    assert_eq!(range(&desk), "10.68.0.4");
}

#[test]
fn the_situation_is_switched_on_the_map() {
    let mut desk = Desk::preset("eks-1200-pods");
    desk.turn_to(Screen::Map);
    let mut seen = Vec::new();
    for _ in 0..4 {
        let Show::One(situation) = desk.app.show else { panic!("one situation at a time") };
        let screen = desk.screen();
        assert!(screen.contains(&format!("10.68.0.0/22, {}", situation.name())), "{screen}");
        let row = &desk.app.report().expect("figures").pools[0];
        for key in desk.app.legend_of_map() {
            let figure =
                figures(row, situation).iter().find(|(of, _)| *of == key.of).map(|(_, n)| u128::from(*n));
            assert!(figure.is_none_or(|n| n == key.drawn + key.missing), "{key:?} {figure:?}");
        }
        seen.push(situation);
        desk.keys("s");
    }
    assert_eq!(seen[..3], Situation::ALL);
    assert_eq!(seen[3], Situation::Settled);
    // what is not there is said
    let missing = |desk: &Desk| desk.screen().contains("wanted and not there");
    assert!(missing(&desk), "churned: {}", desk.screen());
    assert!(missing(desk.keys("s")) && !missing(desk.keys("s")), "{}", desk.screen());
    // pools whose addresses are where they are known to be are drawn settled
    let mut desk = Desk::preset("flannel");
    desk.turn_to(Screen::Map).keys("s");
    assert!(desk.message().contains("drawn as it is settled"), "{}", desk.message());
}

#[test]
fn the_wheel_and_a_double_click_zoom() {
    let mut desk = Desk::preset("eks-1200-pods");
    desk.size(80, 24).turn_to(Screen::Map);
    let (x, y) = desk.place_of("10.68.2.0");
    desk.wheel(true, x + 10 + 3, y);
    assert_eq!(range(&desk), "10.68.2.16");
    desk.wheel(false, x + 12, y);
    assert!(range(&desk).ends_with("/28"), "{}", range(&desk));
    let (x, y) = desk.place_of("10.68.3.0");
    desk.click(x + 10, y);
    assert_eq!(range(&desk), "10.68.3.0/28");
    desk.wait(std::time::Duration::from_secs(2));
    desk.double_click(x + 10, y);
    assert_eq!(range(&desk), "10.68.3.0");
}

#[test]
fn the_border_between_cells_and_list_is_dragged() {
    let mut desk = Desk::preset("eks-1200-pods");
    desk.turn_to(Screen::Map);
    let (column, list) = desk.place_of("one after the other");
    let each = desk.app.plot().each;
    // so few lines that a cell has to be more addresses
    desk.drag((column + 60, list - 1), (column + 60, list - 12));
    assert!(desk.place_of("one after the other").1 < list, "{}", desk.screen());
    assert!(desk.app.plot().each > each, "{}", desk.screen());
}

#[test]
fn an_edit_changes_the_map_and_the_cursor_stays() {
    let mut desk = Desk::preset("eks-1200-pods");
    desk.turn_to(Screen::Map).keys("down down right");
    let before = (range(&desk), desk.app.map().expect("a map").counts());
    desk.turn_to(Screen::Plan).keys("+").turn_to(Screen::Map);
    assert_eq!(range(&desk), before.0);
    desk.turn_to(Screen::Plan).keys("u").turn_to(Screen::Map);
    assert_eq!((range(&desk), desk.app.map().expect("a map").counts()), before);
}

#[test]
fn what_is_listed_twice_is_counted_once_in_the_ranges_too() {
    let text = "format = 1\n[[subnet]]\nname = \"a\"\ncidr = \"10.0.0.0/24\"\n\
                reservations = [{ cidr = \"10.0.0.0/28\", type = \"explicit\" }]\n\
                used = [\"10.0.0.8-10.0.0.20\", \"10.0.0.200/30\"]\n";
    let plan = parse(text).plan.expect("a plan");
    let evaluation = evaluate(&plan, &Tables::builtin()).expect("figures");
    let row = &evaluation.report.pools[0];
    let of = |what: Use| -> u128 {
        let runs = evaluation.map(&plan, 0);
        runs.iter().filter(|run| run.of == what).map(|run| run.range.count()).sum()
    };
    assert_eq!([of(Use::Reserved), of(Use::Other)], [row.reserved.into(), row.other.into()]);
    assert_eq!((row.reserved, row.other), (5, 12 + 5 + 4));
}
