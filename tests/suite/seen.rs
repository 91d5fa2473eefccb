//! Nodes as they are seen from outside, by hand: what an m5.large, 3 ENIs of 9 addresses for pods, does next.

use podroom::cni::seen::{Eni, Seen};
use podroom::cni::{Node, Settings, node::Shape};
use podroom::instance::Tables;

fn node(env: &[(&str, &str)]) -> Node {
    let env: Vec<_> = env.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    let shape = Shape::of(Tables::builtin().get("m5.large").unwrap());
    Node::new(&Settings::over_manifest(&env), shape, 0, 110)
}

/// Of two prefixes without pods WARM_PREFIX_TARGET=1 keeps one. If the first ENI's goes, the second ENI stays with the
/// one that is kept; if its own goes, so does the ENI.
#[test]
fn the_prefix_that_is_kept_keeps_its_eni() {
    let node = node(&[("ENABLE_PREFIX_DELEGATION", "true"), ("WARM_PREFIX_TARGET", "1")]);
    let first = Eni { first: true, prefixes: 2, busy_prefixes: 1, pods: 3, ..Eni::default() };
    let second = Eni { prefixes: 1, ..Eni::default() };
    assert_eq!(Seen { enis: vec![first, second] }.gives_back(&node, true), (16, 16 + 1));
}

/// WARM_ENI_TARGET=1 keeps one ENI without pods, and a second one goes with its own address.
#[test]
fn one_warm_eni_stays() {
    let node = node(&[("WARM_ENI_TARGET", "1")]);
    let first = Eni { first: true, singles: 9, busy_singles: 9, pods: 9, ..Eni::default() };
    let warm = Eni { singles: 9, ..Eni::default() };
    assert_eq!(Seen { enis: vec![first, warm] }.gives_back(&node, true), (0, 0));
    assert_eq!(Seen { enis: vec![first, warm, warm] }.gives_back(&node, true), (10, 10));
}

#[test]
fn an_eni_with_a_free_slot_has_room() {
    let node = node(&[]);
    let room = |second: Eni| {
        let full = Eni { first: true, singles: 9, ..Eni::default() };
        Seen { enis: vec![full, second] }.has_room(&node)
    };
    assert!(room(Eni { singles: 8, ..Eni::default() }));
    let first = Eni { first: true, singles: 8, ..Eni::default() };
    assert!(
        Seen { enis: vec![first, Eni { singles: 9, ..Eni::default() }] }.has_room(&node),
        "the first, too"
    );
    assert!(!room(Eni { singles: 9, ..Eni::default() }));
    assert!(!room(Eni { singles: 5, prefixes: 4, ..Eni::default() }), "prefixes take slots too");
    assert!(!room(Eni { idle: true, ..Eni::default() }), "it serves no pods");
}
