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
        "10.22.0.7-10.22.0.254 free",
        "10.22.0.255 reserved",
    ];
    assert_eq!(runs, expected);
}

/// A host with several sets, of which every pod has an address each.
fn sets(ranges: &str, pods: u32, loss: &str) -> Seen {
    Seen::of(&format!(
        "format = 1\n[[cluster]]\nname = \"c\"\nmanager = \"host-local\"\nranges = {ranges}\nstate_loss = {loss}\n\
         [[cluster.node_group]]\nname = \"g\"\nnodes = 1\npods = {pods}\n"
    ))
}

/// The least of the sets decides how many new pods there are, and an address of either family can come out twice.
#[test]
fn of_several_sets_the_least_room_counts_and_all_duplicates() {
    let seen = sets("[\"10.22.0.0/24\", \"fd00:22::/125\"]", 4, "{ new_pods = 9 }");
    assert_eq!(
        seen.finding("state-lost"),
        "on g-1 4 pods run in 10.22.0.0/24 and fd00:22::/125 when all of host-local's files are deleted: new pods 1 to \
         4 get addresses that are in use, 10.22.0.2 and fd00:22::2 to 10.22.0.5 and fd00:22::5 in this order; new pod \
         5 is the first with one of its own, 10.22.0.6 and fd00:22::6; of 9 new pods 8 addresses are in use twice; 3 \
         new pods get none at all"
    );
    let twice = |pool: &str| seen.map(pool).iter().filter(|run| run.ends_with("twice")).count();
    assert_eq!((twice("c/set-0"), twice("c/set-1")), (4, 4));
    // the second set comes round first: 6 addresses, of which pods have 4
    let seen = sets("[\"10.22.0.0/24\", \"fd00:22::/125\"]", 4, "{ deleted = \"addresses\", new_pods = 6 }");
    assert_eq!(
        seen.finding("state-lost"),
        "on g-1 4 pods run in 10.22.0.0/24 and fd00:22::/125 when host-local's address files are deleted: the first \
         whose address is in use is new pod 3, with fd00:22::2; of 6 new pods 4 addresses are in use twice"
    );
}

#[test]
fn where_the_whole_range_is_in_use_no_new_pod_has_an_address_of_its_own() {
    let seen = sets("[\"10.22.0.0/29\"]", 5, "{ new_pods = 7 }");
    assert_eq!(
        seen.finding("state-lost"),
        "on g-1 5 pods run in 10.22.0.0/29 when all of host-local's files are deleted: new pods 1 to 5 get addresses \
         that are in use, 10.22.0.2 to 10.22.0.6 in this order; after them none is left; of 7 new pods 5 addresses are \
         in use twice; 2 new pods get none at all"
    );
    let one = sets("[\"10.22.0.0/30\"]", 1, "{ new_pods = 1 }");
    assert_eq!(
        one.finding("state-lost"),
        "on g-1 1 pod runs in 10.22.0.0/30 when all of host-local's files are deleted: new pod 1 gets 10.22.0.2, which \
         is in use; after it none is left; of 1 new pod 1 address is in use twice"
    );
    // the files are there: nobody gets anything
    let full = sets("[\"10.22.0.0/29\"]", 5, "{ deleted = \"last_reserved_ip\", new_pods = 1 }");
    assert_eq!(
        full.finding("state-lost"),
        "on g-1 5 pods run in 10.22.0.0/29 when host-local's last_reserved_ip is deleted: no new pod gets an address; \
         of 1 new pod none shares its address; 1 new pod gets none at all"
    );
}

/// There is something to do only where an address comes out twice, now or with more new pods.
#[test]
fn how_bad_lost_state_is() {
    use podroom::engine::Severity;
    let of = |loss: &str| {
        let seen = sets("[\"10.22.0.0/24\"]", 5, loss);
        let [finding] = seen.findings("state-lost")[..] else { panic!() };
        (finding.severity, finding.help.clone())
    };
    assert_eq!(of("{ new_pods = 1 }").0, Severity::Error);
    let (later, help) = of("{ deleted = \"addresses\", new_pods = 1 }");
    assert!(later == Severity::Warning && help.starts_with("restart the pods"), "{help}");
    assert_eq!(of("{ deleted = \"last_reserved_ip\", new_pods = 9 }"), (Severity::Info, String::new()));
}

#[test]
fn rows_say_what_is_in_use_twice_and_what_nodes_could_still_get() {
    let row = |preset: &str, pool: &str| {
        let seen = Seen::of(podroom::file::preset::find(preset).expect("a preset").text);
        seen.evaluation.report.pools[seen.index(pool)].settled.clone()
    };
    // the source document: ten addresses that two pods each have
    let lost = row("kind-lost-state", "kind/pods");
    assert_eq!((lost.duplicates, lost.reachable), (10, None));
    // all that no pod has, whoever's share it is in
    let ring = row("weave-three-peers", "weave/pods");
    assert_eq!(ring.reachable, Some(ring.unused));
    assert_eq!((ring.free, ring.duplicates), (0, 0));
}
