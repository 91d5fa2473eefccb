//! The program in a terminal of its own, as a user waits for it: `cargo bench --bench terminal`.
//!
//! Whole figures of one run, no statistics of many: how long a key takes to change the screen, what a frame costs the
//! line to a remote machine, what an idle session costs, how long it takes to be there.

#[path = "../planner/large.rs"]
mod large;
// the terminal of the tests; this program needs a part of it
#[allow(dead_code)]
#[path = "../../tests/suite/pty.rs"]
mod pty;

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use pty::{Pty, podroom};

const EXAMPLE: &str = include_str!("../../presets/plans/eks-1200-pods.toml");
const SIZE: (u16, u16) = (200, 60);
/// Keys, and starts, that are timed.
const KEYS: usize = 200;
const STARTS: usize = 30;
/// From a key to the next: longer than the answer takes, so that each is timed alone.
const BETWEEN: Duration = Duration::from_millis(30);
/// How long nothing is done.
const IDLE: Duration = Duration::from_secs(10);

fn main() {
    // `cargo test --benches` only wants to know that it begins
    if !std::env::args().any(|arg| arg == "--bench") {
        return;
    }
    for (name, text) in [("eks-1200-pods", EXAMPLE.to_owned()), ("large", large::plan(large::LARGE))] {
        measure(name, &text);
    }
}

fn measure(name: &str, text: &str) {
    let home = tempfile::tempdir().expect("a directory");
    fs::write(home.path().join("plan.toml"), text).expect("written");
    let start = || {
        let begun = Instant::now();
        let mut pty = Pty::run(podroom(home.path(), &["plan.toml"]), SIZE.0, SIZE.1);
        pty.shows("quit");
        (pty, begun.elapsed())
    };
    let starts = (0..STARTS).map(|_| {
        let (mut pty, time) = start();
        pty.types("q").ends();
        time
    });
    say(name, "start to first frame", starts.collect());

    let (mut pty, _) = start();
    pty.shows("runs out first: ").until("the thresholds", |screen| !screen.contents().contains("computing"));
    let before = pty.bytes().len();
    let keys = (0..KEYS).map(|i| {
        thread::sleep(BETWEEN);
        let before = pty.contents();
        let begun = Instant::now();
        pty.types(if i % 2 == 0 { "+" } else { "-" });
        pty.until("a change", |screen| screen.contents() != before);
        begun.elapsed()
    });
    say(name, "key to visible change", keys.collect());
    thread::sleep(BETWEEN);
    println!("{name}: bytes a key: {}", (pty.bytes().len() - before) / KEYS);

    let process = format!("/proc/{}", pty.process());
    let last = ticks(&process);
    // thresholds and percentiles of the last plan are computed aside; then there is nothing to do
    while {
        let before = ticks(&process);
        thread::sleep(Duration::from_secs(2));
        ticks(&process) > before
    } {}
    println!("{name}: computed aside after the last key: {} ticks of CPU", ticks(&process) - last);
    let (busy, written) = (ticks(&process), pty.bytes().len());
    thread::sleep(IDLE);
    let (idle, more) = (ticks(&process) - busy, pty.bytes().len() - written);
    println!("{name}: idle for {} s: {idle} ticks of CPU, {more} bytes", IDLE.as_secs());
    println!("{name}: memory: {} now, {} at most", status(&process, "VmRSS:"), status(&process, "VmHWM:"));
    pty.types("q").ends();
}

/// Median and 99th percentile.
fn say(name: &str, what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |hundredths: usize| times[(times.len() - 1) * hundredths / 100].as_secs_f64() * 1e3;
    println!("{name}: {what}: median {:.1} ms, p99 {:.1} ms", at(50), at(99));
}

/// The CPU time of a process, in the system's ticks, of which a second has 100.
fn ticks(process: &str) -> u64 {
    let stat = fs::read_to_string(Path::new(process).join("stat")).expect("a process");
    // the name is between brackets and may have spaces
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    [11, 12].iter().filter_map(|i| fields.get(*i)?.parse::<u64>().ok()).sum()
}

/// A line of what the system says of a process.
fn status(process: &str, key: &str) -> String {
    let status = fs::read_to_string(Path::new(process).join("status")).expect("a process");
    let line = status.lines().find_map(|line| line.strip_prefix(key));
    line.unwrap_or("unknown").trim().to_owned()
}
