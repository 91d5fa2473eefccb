//! Lost state of host-local. Sources: "Kubernetes Pod IP Conflict"; hl-wipe-*, which the plugin printed.

use podroom::engine::map::Use;
use podroom::file::preset;

use super::Seen;

/// A kind cluster whose first worker lost something while pods ran, and new ones came.
fn wiped(deleted: &str, running: u32, new: u32) -> Seen {
    Seen::of(&format!(
        "format = 1\n[[cluster]]\nname = \"k\"\nmanager = \"kind\"\nworkers = 1\npod_subnet = \"10.244.0.0/16\"\n\
         state_loss = {{ node = \"k-worker\", deleted = \"{deleted}\", running = {running}, new_pods = {new} }}\n"
    ))
}

/// Use and owner of an address.
fn at(seen: &Seen, pool: &str, address: &str) -> (Use, String) {
    let address = address.parse().unwrap();
    let runs = seen.evaluation.map(&seen.plan, seen.index(pool));
    let run = runs.into_iter().find(|run| run.range.contains(address)).unwrap();
    (run.of, run.who)
}

/// Ten pods at .2 to .11, then twenty new ones: ten addresses twice, ten once.
#[test]
fn the_case_of_the_source_document_address_by_address() {
    let seen = Seen::of(preset::find("kind-lost-state").expect("a preset").text);
    let own = |n: u8| at(&seen, "kind/pods", &format!("10.244.2.{n}"));
    assert_eq!(own(0).0, Use::Reserved);
    assert_eq!(own(1).0, Use::Primary);
    for n in 2..=11u8 {
        assert_eq!(
            own(n),
            (Use::Twice, format!("kind-worker3: a pod from before and new pod {}", n - 1)),
            "{n}"
        );
    }
    for n in 12..=21u8 {
        assert_eq!(own(n), (Use::Assigned, format!("kind-worker3: new pod {}", n - 1)), "{n}");
    }
    assert_eq!((own(22).0, own(254).0, own(255).0), (Use::Unused, Use::Unused, Use::Reserved));
    assert_eq!(
        seen.finding("state-lost"),
        "on kind-worker3 10 pods run in 10.244.2.0/24 when all of host-local's files are deleted: new pods 1 to 10 get \
         addresses that are in use, 10.244.2.2 to 10.244.2.11 in this order; new pod 11 is the first with one of its \
         own, 10.244.2.12; of 20 new pods 10 addresses are in use twice"
    );
    let help = &seen.findings("state-lost")[0].help;
    assert!(help.contains("restart all pods of the node") && help.contains("data directory"), "{help}");
    // the nodes whose ranges are known have these
    let roster = seen.evaluation.roster(&seen.plan, 0);
    let ranges: Vec<String> = roster.iter().map(|m| format!("{} {}", m.name, m.ranges[0])).collect();
    assert_eq!(
        ranges,
        [
            "kind-control-plane 10.244.0.0/24",
            "kind-worker 10.244.3.0/24",
            "kind-worker2 10.244.1.0/24",
            "kind-worker3 10.244.2.0/24"
        ]
    );
}

/// The addresses that are in use twice after so many new pods.
fn twice(seen: &Seen) -> Vec<String> {
    let runs = seen.evaluation.map(&seen.plan, seen.index("k/pods"));
    let twice = runs.iter().filter(|run| run.of == Use::Twice);
    twice.map(|run| run.range.to_string()).collect()
}

#[test]
fn a_wipe_of_everything_begins_at_the_first_address_again() {
    for (running, new) in [(10u32, 0u32), (10, 1), (10, 10), (10, 11), (0, 20), (110, 5)] {
        let seen = wiped("everything", running, new);
        let both = running.min(new);
        let expected: Vec<String> = (0..both).map(|i| format!("10.244.1.{}", 2 + i)).collect();
        assert_eq!(twice(&seen), expected, "{running} {new}");
        let message = seen.finding("state-lost");
        assert_eq!(message.contains("in use twice"), both > 0, "{message}");
    }
}

/// What was given out last is remembered: the walk goes on from there, and comes round at the 244th.
#[test]
fn without_address_files_the_first_address_comes_round_late() {
    assert!(twice(&wiped("addresses", 10, 243)).is_empty());
    let seen = wiped("addresses", 10, 20);
    assert!(twice(&seen).is_empty());
    assert_eq!(
        seen.finding("state-lost"),
        "on k-worker 10 pods run in 10.244.1.0/24 when host-local's address files are deleted: the first whose address \
         is in use is new pod 244, with 10.244.1.2; of 20 new pods none shares its address"
    );
    assert_eq!(at(&seen, "k/pods", "10.244.1.12").1, "k-worker: new pod 1");
    assert_eq!(twice(&wiped("addresses", 10, 244)), ["10.244.1.2"]);
    assert_eq!(twice(&wiped("addresses", 10, 247)).len(), 4);
}

/// The files still block the addresses.
#[test]
fn without_last_reserved_ip_no_address_comes_out_twice() {
    let seen = wiped("last_reserved_ip", 10, 243);
    assert!(twice(&seen).is_empty());
    assert!(
        seen.finding("state-lost").contains(": no address comes out twice"),
        "{}",
        seen.finding("state-lost")
    );
    assert_eq!(at(&seen, "k/pods", "10.244.1.12").1, "k-worker: new pod 1");
    let over = wiped("last_reserved_ip", 10, 250);
    assert!(
        over.finding("state-lost").ends_with("; 7 new pods get none at all"),
        "{}",
        over.finding("state-lost")
    );
}

#[test]
fn a_node_that_is_not_named_is_the_one_that_runs_most_pods() {
    let text = "format = 1\n[[cluster]]\nname = \"c\"\nmanager = \"flannel\"\nstate_loss = { new_pods = 5 }\n\
                [[cluster.node_group]]\nname = \"few\"\nnodes = 2\npods = 3\n[[cluster.node_group]]\nname = \"many\"\n\
                nodes = 2\npods = 9\n";
    let seen = Seen::of(text);
    let message = seen.finding("state-lost");
    assert!(message.starts_with("on many-1 9 pods run in 10.244.2.0/24 when"), "{message}");
    assert!(message.ends_with("5 addresses are in use twice"), "{message}");
}

#[test]
fn host_local_alone_loses_state_too() {
    let text = "format = 1\n[[cluster]]\nname = \"c\"\nmanager = \"host-local\"\nranges = [\"10.22.0.0/24\"]\n\
                state_loss = { new_pods = 5 }\n[[cluster.node_group]]\nname = \"g\"\nnodes = 1\npods = 3\n";
    let seen = Seen::of(text);
    let runs = seen.map("c/set-0");
    let expected = [
        "10.22.0.0 reserved",
        "10.22.0.1 primary",
        "10.22.0.2 twice",
        "10.22.0.3 twice",
        "10.22.0.4 twice",
        "10.22.0.5 assigned",
        "10.22.0.6 assigned",
        "10.22.0.7-10.22.0.254 unused",
        "10.22.0.255 reserved",
    ];
    assert_eq!(runs, expected);
}
