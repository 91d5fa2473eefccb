//! What is one change: keys and pastes, and the history that they come to. Every step is undone and redone, and the
//! text is the same on both ways.

use podroom::app::msg::Msg;
use podroom::app::popup::Popup;

use crate::desk::Desk;

/// What a user does.
enum Do {
    Keys(&'static str),
    Types(&'static str),
    Pastes(&'static str),
}
use Do::{Keys, Pastes, Types};

/// Goes to a field by its name, types nothing into it.
const fn to(field: &'static str) -> [Do; 3] {
    [Keys(":"), Types(field), Keys("enter")]
}

struct Case {
    preset: &'static str,
    deeds: Vec<Do>,
    /// What the history says of each change, the first first.
    changes: &'static [&'static str],
    /// What the plan has then.
    has: &'static [&'static str],
    /// Free addresses of the first pool then.
    free: u64,
}

fn case(
    preset: &'static str,
    deeds: impl IntoIterator<Item = Do>,
    changes: &'static [&'static str],
    has: &'static [&'static str],
    free: u64,
) -> Case {
    Case { preset, deeds: deeds.into_iter().collect(), changes, has, free }
}

fn cases() -> Vec<Case> {
    const EKS: &str = "eks-1200-pods";
    let all = |parts: Vec<Vec<Do>>| parts.into_iter().flatten().collect::<Vec<_>>();
    vec![
        case(EKS, [Keys("3 1 enter")], &["nodes of workers 30 -> 31"], &["nodes = 31"], 29),
        // what is typed twice is two changes, also in one field
        case(
            EKS,
            [Keys("3 1 enter 3 2 enter")],
            &["nodes of workers 30 -> 31", "nodes of workers 31 -> 32"],
            &["nodes = 32"],
            29,
        ),
        // a value that is left, and one that is written otherwise, are none
        case(EKS, [Keys("3 1 esc 3 0 enter 0 3 0 enter")], &[], &["nodes = 30"], 119),
        // a key that is held down is one change, whatever lies between two of them that changes nothing
        case(EKS, [Keys("+ + + -")], &["nodes of workers 30 -> 32"], &["nodes = 32"], 29),
        case(EKS, [Keys("+ j k +")], &["nodes of workers 30 -> 32"], &["nodes = 32"], 29),
        case(EKS, [Keys("+ -")], &[], &["nodes = 30"], 119),
        // but not over another field, and not onto what was typed
        case(
            EKS,
            all(vec![
                vec![Keys("+ +")],
                to("replicas of big").into(),
                vec![Keys("+ +")],
                to("nodes of workers").into(),
                vec![Keys("-")],
            ]),
            &["nodes of workers 30 -> 32", "replicas of big 200 -> 202", "nodes of workers 32 -> 31"],
            &["nodes = 31", "replicas = 202"],
            29,
        ),
        case(
            EKS,
            [Keys("3 1 enter + +")],
            &["nodes of workers 30 -> 31", "nodes of workers 31 -> 33"],
            &["nodes = 33"],
            0,
        ),
        // steps inside of a field are part of what is typed
        case(
            EKS,
            [Keys("enter up up 0 backspace enter")],
            &["nodes of workers 30 -> 32"],
            &["nodes = 32"],
            29,
        ),
        case(EKS, [Pastes("31\n"), Keys("enter")], &["nodes of workers 30 -> 31"], &["nodes = 31"], 29),
        case(
            EKS,
            all(vec![to("workload of big").into(), vec![Pastes("big\t150\t2\nweb\t20\t1\n")]]),
            &["pasted 6 cells, 1 row added"],
            &["replicas = 150", "name = \"web\""],
            119,
        ),
        case(
            EKS,
            all(vec![
                to("replicas of small").into(),
                vec![Keys("enter"), Types("900"), Keys("tab")],
                vec![Types("250m"), Keys("enter")],
            ]),
            &["replicas of small 1,000 -> 900", "cpu of small 300m -> 250m"],
            &["replicas = 900", "cpu = \"250m\""],
            119,
        ),
        case(
            EKS,
            [Keys("right enter"), Types("private-a"), Keys("enter")],
            &["subnets of workers private-a, private-b, private-c -> private-a"],
            &["subnets = [\"private-a\"]"],
            0,
        ),
        // suggestions that are gone through are one change
        case(
            EKS,
            [Keys("right enter"), Types("pri"), Keys("tab tab down enter")],
            &["subnets of workers private-a, private-b, private-c -> private-c"],
            &["subnets = [\"private-c\"]"],
            1_019,
        ),
        case(
            EKS,
            all(vec![to("subnet of private-a").into(), vec![Keys("enter"), Types("front"), Keys("enter")]]),
            &["subnet private-a -> front"],
            &["subnets = [\"front\", \"private-b\", \"private-c\"]"],
            119,
        ),
        case(
            EKS,
            [Keys("c K d")],
            &["duplicated node group workers", "moved node group workers-2", "deleted node group workers-2"],
            &["nodes = 30"],
            119,
        ),
        case(
            EKS,
            [Keys("a esc d")],
            &["added node group workers-2", "deleted node group workers-2"],
            &[],
            119,
        ),
        case(
            EKS,
            all(vec![to("CIDR of private-b").into(), vec![Keys("|"), Types("2 x"), Keys("enter")]]),
            &["split subnet private-b into 2"],
            &["10.68.6.0/23"],
            119,
        ),
        case(
            EKS,
            all(vec![to("CIDR of private-a").into(), vec![Keys("n n")]]),
            &[
                "subnet private-a to the next free range, 10.68.12.0/22",
                "subnet private-a to the next free range, 10.68.16.0/22",
            ],
            &["10.68.16.0/22"],
            119,
        ),
        case(
            EKS,
            [Keys("left enter"), Types("m5.4xlarge"), Keys("enter enter enter")],
            &["instance type of workers m5.8xlarge -> m5.4xlarge"],
            &["m5.4xlarge"],
            119,
        ),
        case(
            EKS,
            all(vec![to("placement of prod").into(), vec![Keys("enter down enter enter enter")]]),
            &["placement of prod spread -> pack"],
            &["placement = \"pack\""],
            119,
        ),
        case(
            EKS,
            all(vec![to("WARM_IP_TARGET of prod").into(), vec![Keys("5 enter x")]]),
            &["WARM_IP_TARGET of prod 0 -> 5", "WARM_IP_TARGET of prod 5 -> 0"],
            &[],
            119,
        ),
        // the pair that the plan has already is no change
        case(
            EKS,
            [Keys("alt-4 right right down enter enter")],
            &["WARM_IP_TARGET of prod = 2, MINIMUM_IP_TARGET of prod = 1"],
            &["WARM_IP_TARGET = 2", "MINIMUM_IP_TARGET = 1"],
            579,
        ),
        case(
            EKS,
            [
                Keys("+ alt-6 n ctrl-u"),
                Types("more"),
                Keys("enter c d r ctrl-u"),
                Types("most"),
                Keys("enter"),
            ],
            &[
                "nodes of workers 30 -> 31",
                "1 change kept as variant more",
                "variant more copied to more-2",
                "variant more-2 deleted",
                "variant more renamed to most",
            ],
            &["[variant.most]", "nodes = 30"],
            119,
        ),
        case(
            EKS,
            [Keys("+ alt-6 n ctrl-u"), Types("more"), Keys("enter enter")],
            &["nodes of workers 30 -> 31", "1 change kept as variant more", "variant more is the plan now"],
            &["nodes = 31"],
            29,
        ),
        case(
            "kind-two-clusters",
            [Keys("alt-7 /"), Types("range-overlap"), Keys("enter f")],
            &["fixed: write pod_subnet = \"10.245.0.0/16\" in cluster b"],
            &[],
            0,
        ),
    ]
}

#[test]
fn what_a_user_takes_for_one_change_is_one_and_leads_back_and_forth() {
    for Case { preset, deeds, changes, has, free } in cases() {
        let mut desk = Desk::preset(preset);
        let start = desk.app.text();
        for deed in deeds {
            match deed {
                Keys(keys) => drop(desk.keys(keys)),
                Types(text) => drop(desk.types(text)),
                Pastes(text) => desk.send(Msg::Paste(text.into())),
            }
        }
        let about = format!("{changes:?}: {}", desk.message());
        let (end, figures) = (desk.app.text(), desk.app.report().cloned());
        for text in has {
            assert!(end.contains(text), "{about}\n{end}");
        }
        if free > 0 {
            assert_eq!(desk.app.report().expect("figures").pools[0].settled.free, free, "{about}");
        }
        assert_eq!(history(&mut desk), changes, "{about}");
        for change in changes.iter().rev() {
            desk.keys("u");
            assert_eq!(desk.message(), format!("undid: {change}"));
        }
        assert_eq!(desk.app.text(), start, "{about}");
        assert!(!desk.app.is_dirty(), "{about}");
        desk.keys("u");
        assert_eq!(desk.message(), "nothing to undo");
        for change in changes {
            desk.keys("U");
            assert_eq!(desk.message(), format!("redid: {change}"));
        }
        assert_eq!(desk.app.text(), end, "{about}");
        assert_eq!(desk.app.report().map(|r| &r.pools), figures.as_ref().map(|r| &r.pools), "{about}");
    }
}

/// What the list of changes says, the first change first.
fn history(desk: &mut Desk) -> Vec<String> {
    desk.keys("esc esc esc H");
    let Some(Popup::List(list)) = desk.app.popups.last() else { return Vec::new() };
    let mut changes: Vec<String> =
        list.matching().filter(|item| item.group == "changes").map(|item| item.name.clone()).collect();
    desk.keys("esc");
    changes.reverse();
    changes
}
