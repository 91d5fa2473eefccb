//! `podroom audit`: addresses in use twice, and whole clusters as files have them.

use podroom::audit::{Audit, audit};
use podroom::import::{Reading, Source};
use podroom::output::audit::{Asked, Part, print};
use podroom::output::{Format, Paper};
use serde_json::{Value, json};

use crate::audit_life::{Life, audited, env, only};

fn data(name: &str) -> String {
    let path = format!("{}/tests/data/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).expect("the data is there")
}

/// The audit of inputs of which no plan is made.
fn of(inputs: &[&str]) -> Audit {
    let mut reading = Reading::with_tables();
    for (at, text) in inputs.iter().enumerate() {
        let name = format!("input-{at}");
        reading.add(&Source { name: &name, text }).unwrap_or_else(|unread| panic!("{unread:?}\n{text}"));
    }
    let live = reading.clone().live();
    audit(&reading, &live, None)
}

fn pod(name: &str, node: &str, address: &str) -> Value {
    json!({"kind": "Pod", "metadata": {"name": name, "namespace": "n"}, "spec": {"nodeName": node},
        "status": {"phase": "Running", "podIP": address}})
}

fn pods(pods: &[Value]) -> String {
    json!({"kind": "List", "items": pods}).to_string()
}

fn figures(audit: &Audit) -> Vec<(&str, u64, u64, u64)> {
    audit.twice.nodes.iter().map(|own| (own.node.as_str(), own.pods, own.sharing, own.addresses)).collect()
}

#[test]
fn the_documents_own_listing_has_ten_addresses_twice() {
    let audit = of(&[&data("audit/kind-worker3.txt")]);
    assert_eq!(figures(&audit), [("kind-worker3", 30, 20, 10)]);
    let shared: Vec<String> = audit.twice.shared.iter().map(|shared| shared.address.to_string()).collect();
    let expected: Vec<String> = (2..=11).map(|n| format!("10.244.2.{n}")).collect();
    assert_eq!(shared, expected);
    assert!(
        audit.twice.shared.iter().all(|shared| shared.pods.len() == 2 && shared.nodes == ["kind-worker3"])
    );
    let sentence = &audit.twice.nodes[0].sentence;
    for part in ["20 of its 30 pods share 10 addresses", "/run/cni-ipam-state", "the lowest there"] {
        assert!(sentence.contains(part), "{sentence}");
    }
}

#[test]
fn lines_that_were_aligned_anew_say_the_same() {
    let text = data("audit/kind-worker3.txt");
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let narrow: String = text.lines().map(|line| words(line) + "\n").collect();
    assert_eq!(of(&[&narrow]).twice.shared, of(&[&text]).twice.shared);
    // with -A, pods that were restarted, and labels behind
    let wide: String = text
        .lines()
        .map(|line| match line.strip_prefix("NAME ") {
            Some(rest) => format!("NAMESPACE   NAME {rest}   LABELS\n"),
            None => format!("default     {}   app=web\n", line.replacen("   0   ", "   3 (5m12s ago)   ", 1)),
        })
        .collect();
    assert_eq!(figures(&of(&[&wide])), [("kind-worker3", 30, 20, 10)]);
    // the same table twice is no news
    assert_eq!(figures(&of(&[&wide, &wide])), [("kind-worker3", 30, 20, 10)]);
}

#[test]
fn the_same_in_json_and_in_yaml() {
    let all = [pod("a", "n1", "10.244.1.2"), pod("b", "n1", "10.244.1.2"), pod("c", "n1", "10.244.1.3")];
    assert_eq!(figures(&of(&[&pods(&all)])), [("n1", 3, 2, 1)]);
    let yaml = "kind: List\nitems:\n".to_owned()
        + &["a", "b"]
            .map(|name| {
                format!("- {{kind: Pod, metadata: {{name: {name}}}, spec: {{nodeName: n1}}, status: {{phase: Running, podIP: 10.244.1.9}}}}\n")
            })
            .concat();
    assert_eq!(figures(&of(&[&yaml])), [("n1", 2, 2, 1)]);
    // a table beside it has the same pods
    let table = "NAME READY STATUS RESTARTS AGE IP NODE NOMINATED NODE READINESS GATES\n\
                 a 1/1 Running 0 1d 10.244.1.2 n1 <none> <none>\n";
    assert_eq!(figures(&of(&[&pods(&all), table])), [("n1", 3, 2, 1)]);
}

#[test]
fn pods_that_hold_no_address_of_their_own_are_passed_over() {
    let mut host = pod("proxy", "n1", "172.18.0.2");
    host["spec"]["hostNetwork"] = json!(true);
    let mut other = pod("kindnet", "n1", "172.18.0.2");
    other["spec"]["hostNetwork"] = json!(true);
    let mut over = pod("job", "n1", "10.244.1.2");
    over["status"]["phase"] = json!("Succeeded");
    let mut waits = pod("waits", "n1", "10.244.1.2");
    waits["status"] = json!({"phase": "Pending"});
    let audit = of(&[&pods(&[host, other, over, waits, pod("a", "n1", "10.244.1.2")])]);
    assert_eq!((figures(&audit), audit.twice.pods), (vec![], 1));
    // a table tells by names and by the nodes' addresses
    let table = "NAMESPACE NAME READY STATUS RESTARTS AGE IP NODE NOMINATED NODE READINESS GATES\n\
        kube-system kube-proxy-x2x4s 1/1 Running 0 1d 172.18.0.2 n1 <none> <none>\n\
        kube-system etcd-n1 1/1 Running 0 1d 172.18.0.2 n1 <none> <none>\n\
        monitoring node-exporter-1 1/1 Running 0 1d 172.18.0.2 n1 <none> <none>\n\
        default job-1 0/1 Completed 0 1d 10.244.1.2 n1 <none> <none>\n\
        default web-1 1/1 Running 2 (3m ago) 1d 10.244.1.2 n1 <none> <none>\n\
        eks aws-1 1/1 Running 0 1d 10.0.0.10 ip-10-0-0-10.ec2.internal <none> <none>\n\
        eks aws-2 1/1 Running 0 1d 10.0.0.10 ip-10-0-0-10.ec2.internal <none> <none>\n";
    let audit = of(&[table]);
    assert_eq!((figures(&audit), audit.twice.pods), (vec![], 1));
}

#[test]
fn only_pods_of_known_daemonsets_are_taken_for_those_of_the_host() {
    let table = "NAMESPACE NAME READY STATUS RESTARTS AGE IP NODE NOMINATED NODE READINESS GATES\n\
        kube-system aws-node-termination-handler-x2x4s 1/1 Running 0 1d 10.0.0.77 n1 <none> <none>\n\
        shop web-1 1/1 Running 0 1d 10.0.0.77 n1 <none> <none>\n";
    let audit = of(&[table]);
    assert_eq!(figures(&audit), [("n1", 2, 2, 1)]);
    // a pod of aws-node says that the VPC CNI gives the addresses, and a guess is told
    let table = table.to_owned() + "kube-system aws-node-x2x4s 1/1 Running 0 1d 10.0.0.9 n1 <none> <none>\n";
    let audit = of(&[&table]);
    assert!(audit.twice.nodes[0].sentence.contains("ipam.json"), "{:?}", audit.twice.nodes);
    assert!(audit.twice.notes[0].starts_with("a table of pods does not say"), "{:?}", audit.twice.notes);
}

#[test]
fn an_address_of_thousands_is_told_in_a_sentence() {
    let all: Vec<Value> =
        (0..3_000).map(|n| pod(&format!("p{n}"), &format!("node-{n}"), "10.244.1.2")).collect();
    let audit = of(&[&pods(&all)]);
    assert_eq!((audit.twice.shared.len(), audit.twice.nodes.len()), (1, 3_000));
    let longest = audit.twice.nodes.iter().map(|own| own.sentence.len()).max();
    assert!(longest < Some(400), "{longest:?}");
}

#[test]
fn clusters_have_their_own_addresses() {
    let one = pods(&[pod("a", "one-worker", "10.244.1.2")]);
    let two = pods(&[pod("b", "two-worker", "10.244.1.2")]);
    assert!(of(&[&one, &two]).twice.shared.is_empty(), "each of two clusters may have it");
    let same = pods(&[pod("b", "one-worker", "10.244.1.9"), pod("c", "one-worker2", "10.244.1.2")]);
    let audit = of(&[&one, &same]);
    assert_eq!(figures(&audit), [("one-worker", 2, 1, 1), ("one-worker2", 1, 1, 1)]);
    assert!(audit.twice.nodes[0].sentence.contains("podCIDR"), "{:?}", audit.twice.nodes);
}

#[test]
fn a_node_of_aws_has_no_files_of_host_local() {
    let mut life = Life::new("m5.large", &env(&[]), 29, 0, 1).expect("it starts");
    life.machine.add(3);
    life.rest();
    let mut inputs = life.inputs();
    let first = audited(&inputs);
    assert!(first.twice.shared.is_empty() && only(&first).difference == Some(0));
    let taken =
        inputs[3].1.split("\"podIP\":\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a pod");
    let twin = pods(&[pod("twin", "one", taken)]);
    inputs.push(("twin", twin));
    let audit = audited(&inputs);
    assert_eq!(audit.twice.nodes.len(), 1);
    assert!(audit.twice.nodes[0].sentence.contains("ipam.json"), "{:?}", audit.twice.nodes);
    // an address is held once, however many pods have it
    assert_eq!(only(&audit).difference, Some(0));
}

#[test]
fn hostile_names_are_harmless_in_every_format() {
    let name = "evil\u{1b}]0;pwn\u{7}\u{202e}|<img src=x>";
    let audit = of(&[&pods(&[pod(name, name, "10.244.1.2"), pod("b", name, "10.244.1.2")])]);
    assert_eq!(audit.twice.shared.len(), 1);
    for format in [Format::Table, Format::Markdown, Format::Json, Format::Csv] {
        let asked = Asked { format, part: Some(Part::Duplicates), all: true };
        let text = print(&audit, None, asked, Paper::default()).expect("it is printed");
        let hostile = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
        assert!(text.contains("evil") && !text.contains(hostile), "{text:?}");
        assert!(format != Format::Markdown || !text.contains("<img"), "{text}");
    }
}

#[test]
fn tables_that_are_none_are_refused_with_their_line() {
    let header = "NAME READY STATUS RESTARTS AGE IP NODE\n";
    for (text, message) in [
        ("NAME READY STATUS RESTARTS AGE\na 1/1 Running 0 1d\n".to_owned(), "no addresses"),
        (format!("{header}a 1/1 Running\n"), "3 cells"),
        (format!("{header}a 1/1 Running 0 1d 10.0.0 n1\n"), "10.0.0"),
        (header.to_owned(), "without pods"),
    ] {
        let unread = Reading::with_tables().add(&Source { name: "t", text: &text }).expect_err("refused");
        assert!(unread.mistakes[0].message.contains(message), "{unread:?}");
        assert!(
            unread.mistakes[0].help.as_deref().is_some_and(|help| help.contains("-o wide")),
            "{unread:?}"
        );
    }
}
