//! The tests of the copy: how long each takes, and which mutants it reaches.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::Instant;

use serde_json::{Value, json};

use crate::run::WORKERS;

/// Tests of terminals: under load they fail by themselves.
const LEFT_OUT: &[&str] = &["pty::", "tty::", "killed::"];
/// Address space of a test's process: a mutant that never stops may also never stop growing.
const MEMORY: &str = "--as=6000000000";

pub struct Test {
    pub program: PathBuf,
    pub name: String,
    pub seconds: f64,
    /// Without any mutant.
    pub passes: bool,
    pub reaches: Vec<usize>,
}

/// Runs tests of one program, for so many seconds of the processor: its exit code, if it ended by itself.
pub fn start(
    tree: &Path,
    program: &Path,
    names: &[&str],
    limit: u64,
    env: (&str, &str),
) -> (Option<i32>, String) {
    let out = Command::new("timeout")
        .args(["-k", "2", &(60 + limit * 20).to_string(), "prlimit", MEMORY, &format!("--cpu={limit}")])
        .arg(program)
        .args(["--exact", "--test-threads=1"])
        .args(names)
        .env(env.0, env.1)
        .env("INSTA_UPDATE", "no")
        .env("PROPTEST_DISABLE_FAILURE_PERSISTENCE", "1")
        .current_dir(tree)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .expect("a test");
    (out.status.code(), String::from_utf8_lossy(&out.stdout).into_owned())
}

/// As noted in the copy, or built and run now.
pub fn tests(tree: &Path) -> Vec<Test> {
    let noted = tree.join("tests.json");
    if let Ok(text) = fs::read_to_string(&noted) {
        let all: Vec<Value> = serde_json::from_str(&text).expect("JSON");
        let one = |v: &Value| Test {
            program: v["program"].as_str().expect("a path").into(),
            name: v["name"].as_str().expect("a name").into(),
            seconds: v["seconds"].as_f64().expect("a time"),
            passes: v["passes"] == true,
            reaches: v["reaches"]
                .as_array()
                .expect("ids")
                .iter()
                .filter_map(|n| Some(n.as_u64()? as usize))
                .collect(),
        };
        return all.iter().map(one).collect();
    }
    let built = Command::new("cargo")
        .args(["test", "--lib", "--test", "suite", "--no-run", "--message-format=json"])
        .current_dir(tree)
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo");
    assert!(built.status.success(), "the tree does not build");
    let mut queue = Vec::new();
    for line in String::from_utf8_lossy(&built.stdout).lines() {
        let Ok(v) = serde_json::from_str::<Value>(line) else { continue };
        let Some(program) = v["executable"].as_str().filter(|_| v["profile"]["test"] == true) else {
            continue;
        };
        let list = Command::new(program)
            .args(["--list", "--format", "terse"])
            .current_dir(tree)
            .output()
            .expect("a list");
        for name in String::from_utf8_lossy(&list.stdout).lines().filter_map(|l| l.strip_suffix(": test")) {
            if !LEFT_OUT.iter().any(|l| name.starts_with(l)) {
                queue.push((PathBuf::from(program), name.to_string()));
            }
        }
    }
    let queue = Mutex::new(queue);
    let tests: Mutex<Vec<Test>> = Mutex::default();
    std::thread::scope(|scope| {
        for worker in 0..WORKERS {
            let (queue, tests) = (&queue, &tests);
            scope.spawn(move || {
                let seen = tree.join(format!("seen.{worker}"));
                while let Some((program, name)) = { queue.lock().expect("no panic").pop() } {
                    let _ = fs::remove_file(&seen);
                    let begin = Instant::now();
                    let path = seen.to_str().expect("a path");
                    let (code, _) = start(tree, &program, &[&name], 600, ("MUTANTS_SEEN", path));
                    let text = fs::read_to_string(&seen).unwrap_or_default();
                    let mut reaches: Vec<usize> = text.lines().filter_map(|l| l.parse().ok()).collect();
                    reaches.sort_unstable();
                    reaches.dedup();
                    let seconds = begin.elapsed().as_secs_f64();
                    let test = Test { program, name, seconds, passes: code == Some(0), reaches };
                    tests.lock().expect("no panic").push(test);
                }
            });
        }
    });
    let tests = tests.into_inner().expect("no panic");
    let all: Vec<Value> = tests
        .iter()
        .map(|t| json!({"program": t.program, "name": t.name, "seconds": t.seconds, "passes": t.passes, "reaches": t.reaches}))
        .collect();
    fs::write(noted, serde_json::to_string(&all).expect("JSON")).expect("written");
    tests
}
