//! All mutants of a list in one build.
//!
//! `weave LIST ROOT TREE`: of the mutants that `cargo mutants --list --json` printed to LIST for the repository at
//! ROOT, puts as many as compile into its copy at TREE. `run TREE SECONDS CAP [FILES]` runs them, `table TREE` counts,
//! `missed TREE` lists.

mod run;
mod table;
mod tests;
mod weave;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use weave::{Mutant, Woven, weave};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["weave", list, root, tree] => woven(list, root, tree),
        ["run", tree, seconds, cap, ..] => {
            let tree = Path::new(tree).canonicalize().expect("a tree");
            run::run(&tree, seconds.parse().expect("seconds"), cap.parse().expect("seconds"), &args[4..]);
        }
        ["table", tree] => table::table(Path::new(tree)),
        ["missed", tree] => table::missed(Path::new(tree)),
        _ => panic!("weave LIST ROOT TREE | run TREE SECONDS CAP [FILES] | table TREE | missed TREE"),
    }
}

fn woven(list: &str, root: &str, tree: &str) {
    let (root, tree) = (Path::new(root), Path::new(tree));
    let mutants = read(list);
    let noted = tree.join("left.json");
    let mut left: BTreeMap<usize, String> = BTreeMap::new();
    if let Ok(text) = fs::read_to_string(&noted) {
        left = serde_json::from_str(&text).expect("what was noted");
    }
    let text = include_str!("switch.txt").replace("COUNT", &mutants.len().to_string());
    fs::write(tree.join("src/switch.rs"), text).expect("written");
    let lib = fs::read_to_string(root.join("src/lib.rs")).expect("the crate");
    fs::write(tree.join("src/lib.rs"), lib + "pub mod switch;\n").expect("written");
    for m in mutants.iter().filter(|m| m.genre == "FnValue" && m.returns.contains("impl ")) {
        left.insert(m.id, "another opaque type".into());
    }
    loop {
        let mut files: BTreeMap<&str, Vec<&Mutant>> = BTreeMap::new();
        for m in mutants.iter().filter(|m| !left.contains_key(&m.id)) {
            files.entry(&m.file).or_default().push(m);
        }
        let mut woven: BTreeMap<&str, Woven> = BTreeMap::new();
        for (file, of_file) in files {
            let source = fs::read_to_string(root.join(file)).expect("a source");
            let out = weave(&source, &of_file);
            left.extend(out.left.iter().map(|(id, why)| (*id, why.to_string())));
            fs::write(tree.join(file), &out.text).expect("written");
            woven.insert(file, out);
        }
        let dropped = check(tree, &woven);
        println!("{} mutants, {} left out, {} more do not compile", mutants.len(), left.len(), dropped.len());
        let none = dropped.is_empty();
        left.extend(dropped);
        fs::write(&noted, serde_json::to_string(&left).expect("JSON")).expect("written");
        if none {
            break;
        }
    }
    let rows: Vec<Value> = mutants
        .iter()
        .map(|m| json!({"id": m.id, "file": m.file, "name": m.name, "genre": m.genre, "left": left.get(&m.id)}))
        .collect();
    fs::write(tree.join("mutants.json"), serde_json::to_string_pretty(&rows).expect("JSON"))
        .expect("written");
}

fn read(list: &str) -> Vec<Mutant> {
    let all: Value = serde_json::from_str(&fs::read_to_string(list).expect("a list")).expect("JSON");
    let all = all.as_array().expect("a list").clone();
    all.iter()
        .enumerate()
        .map(|(id, m)| {
            let s = |key: &str| m[key].as_str().unwrap_or_default().to_string();
            let at = |end: &str| {
                let n = |key: &str| m["span"][end][key].as_u64().expect("a place") as usize;
                (n("line"), n("column"))
            };
            Mutant {
                id,
                file: s("file"),
                name: s("name"),
                genre: s("genre"),
                replacement: s("replacement"),
                returns: m["function"]["return_type"].as_str().unwrap_or_default().to_string(),
                span: [at("start"), at("end")],
            }
        })
        .collect()
}

/// Mutants that keep the tree from compiling, with the compiler's word on them.
fn check(tree: &Path, woven: &BTreeMap<&str, Woven>) -> BTreeMap<usize, String> {
    let out = Command::new("cargo")
        .args(["check", "--lib", "--message-format=json"])
        .current_dir(tree)
        .stderr(Stdio::null())
        .output()
        .expect("cargo");
    let mut dropped = BTreeMap::new();
    let mut strange = BTreeSet::new();
    for line in String::from_utf8_lossy(&out.stdout).lines() {
        let Ok(v) = serde_json::from_str::<Value>(line) else { continue };
        let m = &v["message"];
        if m["level"] != "error" {
            continue;
        }
        let said = m["message"].as_str().unwrap_or_default();
        let spans = m["spans"].as_array().cloned().unwrap_or_default();
        let code = m["code"]["code"].as_str().unwrap_or_default();
        let mut ids = Vec::new();
        for span in spans.iter().filter(|s| s["is_primary"] == true) {
            let file = span["file_name"].as_str().unwrap_or_default();
            let at = span["byte_start"].as_u64().unwrap_or_default() as usize;
            let Some(w) = woven.get(file) else { continue };
            let branch = w.branches.iter().filter(|(_, r)| r.contains(&at)).min_by_key(|(_, r)| r.len());
            match branch {
                Some((id, _)) if code != "E0004" => ids.push(*id),
                _ => {
                    let unit = w.units.iter().filter(|(_, r)| r.contains(&at)).min_by_key(|(_, r)| r.len());
                    ids.extend(unit.map(|(ids, _)| ids.clone()).unwrap_or_default());
                }
            }
        }
        if ids.is_empty() && !spans.is_empty() {
            strange.insert(m["rendered"].as_str().unwrap_or_default().to_string());
        }
        dropped.extend(ids.into_iter().map(|id| (id, format!("{code} {said}"))));
    }
    for said in strange {
        println!("{said}");
    }
    assert!(!dropped.is_empty() || out.status.success(), "the tree does not compile, for no mutant's fault");
    dropped
}
