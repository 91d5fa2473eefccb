//! Cases of host-local.

use std::collections::BTreeSet;
use std::net::IpAddr;

use ipnet::IpNet;
use podroom::ipam::host_local::{CODE, HostLocal, Lost, Owner, RangeSpec};
use serde_json::{Map, Value, json};

use super::{Facts, ip, ip_of, net, only, word, words};

pub fn sets(ranges: &Value) -> Vec<Vec<RangeSpec>> {
    let range = |range: &Value| match range {
        Value::String(subnet) => RangeSpec::of(net(subnet)),
        Value::Object(keys) => {
            only(keys, &["subnet", "rangeStart", "rangeEnd", "gateway"]);
            let address = |key: &str| keys.get(key).map(|text| ip(text.as_str().unwrap()));
            RangeSpec {
                subnet: net(keys["subnet"].as_str().unwrap()),
                range_start: address("rangeStart"),
                range_end: address("rangeEnd"),
                gateway: address("gateway"),
                exclude: Vec::new(),
            }
        }
        other => panic!("no pattern for range {other}"),
    };
    ranges.as_array().unwrap().iter().map(|set| set.as_array().unwrap().iter().map(range).collect()).collect()
}

/// One ADD or DEL and what came of it.
struct Done {
    id: String,
    result: Option<Result<Vec<IpNet>, String>>,
    last: Option<IpAddr>,
}

struct Case {
    node: HostLocal,
    done: Vec<Done>,
    files_before_wipe: Vec<String>,
    last_before_wipe: Option<IpAddr>,
    duplicates: BTreeSet<IpAddr>,
}

impl Case {
    fn add(&mut self, id: &str, requested: Option<IpAddr>) -> bool {
        let result = self.node.add(&Owner::eth0(id), requested.as_slice()).map_err(|e| e.to_string());
        let went = result.is_ok();
        self.duplicates.extend(self.node.duplicates().map(|(address, _)| address));
        let last = self.node.last_reserved(0);
        self.done.push(Done { id: id.into(), result: Some(result), last });
        went
    }

    /// Adds pods whose names go on from those that are there, until one fails.
    fn fill(&mut self, prefix: &str) {
        let there = self.done.iter().filter(|done| done.id.starts_with(prefix)).count();
        assert!((there + 1..70_000).any(|n| !self.add(&format!("{prefix}{n}"), None)), "it never fails");
    }

    fn lose(&mut self, what: Lost) {
        self.files_before_wipe = self.node.recorded().map(|(address, _)| address.to_string()).collect();
        self.files_before_wipe.extend(["last_reserved_ip.0".to_string(), "lock".to_string()]);
        self.files_before_wipe.sort();
        self.last_before_wipe = self.node.last_reserved(0);
        self.node.lose(what);
    }

    fn step(&mut self, step: &str) {
        let words: Vec<&str> = step.split(' ').collect();
        let lower = step.to_lowercase();
        let subnet = self.node.sets()[0].ranges()[0].subnet;
        match words.as_slice() {
            _ if lower == "add until it fails" => self.fill("pod"),
            _ if lower == "keep adding pods" => self.fill("new"),
            _ if lower.contains("vanish without") => {
                let running: Vec<Owner> = self.node.recorded().map(|(_, owner)| owner.clone()).collect();
                running.iter().for_each(|owner| self.node.vanish(owner));
            }
            ["ADD" | "add", id, "requesting", address, ..] => {
                self.add(id, Some(ip_of(address, subnet)));
            }
            ["ADD" | "add", ids] => {
                for id in names(ids) {
                    self.add(&id, None);
                }
            }
            ["DEL" | "del", ids] => {
                for id in names(ids) {
                    self.node.del(&Owner::eth0(&id));
                    let last = self.node.last_reserved(0);
                    self.done.push(Done { id, result: None, last });
                }
            }
            ["wipe", "all"] => self.lose(Lost::Everything),
            ["wipe", "the", "whole", ..] => self.lose(Lost::Everything),
            ["delete", "only", "the", "IP", "files,", ..] => self.lose(Lost::AddressFiles),
            ["delete", "only", "last_reserved_ip.0"] => self.lose(Lost::LastReserved),
            _ => panic!("no pattern for {step}"),
        }
    }

    /// What the ADDs of some pods gave, of the first set.
    fn given(&self, prefix: &str) -> Vec<IpNet> {
        let of = self.done.iter().filter(|done| done.id.starts_with(prefix));
        of.filter_map(|done| done.result.as_ref()?.as_ref().ok()).map(|nets| nets[0]).collect()
    }

    fn error(&self) -> Option<&String> {
        self.done.iter().rev().find_map(|done| done.result.as_ref()?.as_ref().err())
    }

    /// Those new pods that came to an address in use, in order.
    fn shared(&self) -> Vec<IpNet> {
        self.given("new").into_iter().filter(|net| self.duplicates.contains(&net.addr())).collect()
    }

    fn fact(&self, key: &str, their: &Value) -> Value {
        let last = |address: Option<IpAddr>| json!({ "last_reserved_ip.0": address });
        let all = self.given("");
        let first_of = |shared: bool| {
            let mut new = (1..).zip(self.given("new"));
            new.find(|(_, net)| self.duplicates.contains(&net.addr()) == shared)
        };
        match key {
            "old" | "new" => words(&self.given(key)),
            "ips" => words(&all),
            "capacity" => json!(self.node.capacity() as u64),
            "first" => word(all[0]),
            "last" => word(all[all.len() - 1]),
            "gateway" => json!(self.node.sets()[0].ranges()[0].gateway),
            "error" => json!(self.error()),
            "code" => json!(CODE),
            "files_before_wipe" => json!(self.files_before_wipe),
            "last_before_wipe" => last(self.last_before_wipe),
            "last_after" => last(self.node.last_reserved(0)),
            "duplicates" | "duplicates_in_order" => words(&self.shared()),
            "first_unique_new" => json!(first_of(false).map(|(n, _)| format!("new{n}"))),
            "first_duplicate_is_new_pod_number" => json!(first_of(true).map(|(n, _)| n)),
            "first_duplicate_ip" => json!(first_of(true).map(|(_, net)| net.to_string())),
            "new_pods_ok_total" => json!(self.given("new").len()),
            "held_but_unused" => json!(self.node.leaked().count()),
            "results" => {
                let one = |done: &Done| {
                    let given = match &done.result {
                        Some(Ok(nets)) => word(nets[0]),
                        Some(Err(error)) => json!(error),
                        None => Value::Null,
                    };
                    json!([given, done.last.map(|last| format!("last={last}"))])
                };
                json!(self.done.iter().map(one).collect::<Vec<_>>())
            }
            "still_running" => {
                // by name, what those have that a DEL did not end
                let of = |id: &String| Some((id.clone(), word(self.given(id).first()?)));
                let ended: Vec<&str> =
                    self.done.iter().filter(|d| d.result.is_none()).map(|d| d.id.as_str()).collect();
                let ids = self.done.iter().map(|done| &done.id);
                let old = ids.filter(|id| id.starts_with("old") && !ended.contains(&id.as_str()));
                Value::Object(old.filter_map(of).collect())
            }
            // what one pod got
            id => {
                let done = self.done.iter().find(|done| done.id == id);
                match done.and_then(|done| done.result.as_ref()) {
                    Some(Ok(nets)) => word(nets[0]),
                    Some(Err(error)) if their.is_object() => json!({ "error": error, "code": CODE }),
                    Some(Err(error)) => json!(error),
                    None => panic!("no pattern for {id}"),
                }
            }
        }
    }
}

/// `a`, or `old1..old10`.
fn names(ids: &str) -> Vec<String> {
    let Some((first, last)) = ids.split_once("..") else { return vec![ids.into()] };
    let number = |id: &str| id.trim_start_matches(char::is_alphabetic).parse::<u32>().unwrap();
    let prefix = first.trim_end_matches(char::is_numeric);
    (number(first)..=number(last)).map(|n| format!("{prefix}{n}")).collect()
}

pub fn facts(inputs: &Map<String, Value>, expected: &Map<String, Value>) -> Facts {
    only(inputs, &["ranges", "steps"]);
    let node = match HostLocal::new(&sets(&inputs["ranges"])) {
        Ok(node) => node,
        Err(error) => {
            return [("error".into(), json!(error.to_string())), ("code".into(), json!(CODE))].into();
        }
    };
    let mut case = Case {
        node,
        done: Vec::new(),
        files_before_wipe: Vec::new(),
        last_before_wipe: None,
        duplicates: BTreeSet::new(),
    };
    super::steps(inputs).iter().for_each(|step| case.step(step));
    expected.iter().map(|(key, their)| (key.clone(), case.fact(key, their))).collect()
}
