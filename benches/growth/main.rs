//! What a key costs at its slowest, and how every cost grows with the plan: `cargo bench --bench growth`.
//!
//! Prints two tables in Markdown, of one run. The exponent says how a time grows with a number: 0 is constant, 1 is
//! linear, 2 quadratic. With the name of a plan, such as `huge`, its keys alone are pressed, for profilers.

#[path = "../planner/large.rs"]
mod large;
#[path = "../planner/session.rs"]
mod session;

use std::time::{Duration, Instant};

use large::{HUGE, LARGE, Size};
use podroom::app::key::{Code, Key};
use podroom::app::msg::Msg;
use podroom::app::update::update;
use podroom::engine::{Lives, evaluate};
use podroom::instance::Tables;
use podroom::plan::parse;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use session::{look, session};

const EXAMPLE: &str = include_str!("../../presets/plans/eks-1200-pods.toml");
/// Keys that are timed.
const KEYS: usize = 300;
/// A plan that every number can grow from, and by how much it grows.
const BASE: Size = Size { clusters: 4, groups: 6, nodes: 60, workloads: 12, replicas: 100, subnets: 6 };
const TIMES: usize = 8;

fn main() {
    // `cargo test --benches` only wants to know that it begins
    if !std::env::args().any(|arg| arg == "--bench") {
        return;
    }
    let asked = std::env::args().nth(1).filter(|arg| arg != "--bench");
    println!("| plan | key: median | p99 |\n| --- | ---: | ---: |");
    let plans =
        [("eks-1200-pods", EXAMPLE.to_owned()), ("large", large::plan(LARGE)), ("huge", large::plan(HUGE))];
    let wanted = |name: &str| asked.as_ref().is_none_or(|asked| asked == name);
    for (name, text) in plans.into_iter().filter(|(name, _)| wanted(name)) {
        let mut times = keys(&text, KEYS);
        times.sort_unstable();
        let at = |hundredths: usize| times[(times.len() - 1) * hundredths / 100].as_secs_f64() * 1e3;
        println!("| {name} | {:.2} ms | {:.2} ms |", at(50), at(99));
    }
    if asked.is_some() {
        return;
    }
    println!("\n| what | at first | nodes | pods | groups | workloads | subnets | clusters |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    for (what, time) in PATHS {
        let first = best(*time, BASE);
        let grown = GROWN.iter().map(|grow| {
            let grown = best(*time, grow(BASE, TIMES));
            let exponent = (grown.as_secs_f64() / first.as_secs_f64()).ln() / (TIMES as f64).ln();
            format!(" {exponent:.1} |")
        });
        println!("| {what} | {:.2} ms |{}", first.as_secs_f64() * 1e3, grown.collect::<String>());
    }
}

/// What grows, in the order of the table's columns.
const GROWN: &[fn(Size, usize) -> Size] = &[
    |size, by| Size { nodes: size.nodes * by, ..size },
    |size, by| Size { replicas: size.replicas * by, ..size },
    |size, by| Size { groups: size.groups * by, ..size },
    |size, by| Size { workloads: size.workloads * by, ..size },
    |size, by| Size { subnets: size.subnets * by, ..size },
    |size, by| Size { clusters: size.clusters * by, ..size },
];

/// What is timed of a plan's text: what it is called, and how long it took.
type Path = (&'static str, fn(&str) -> Duration);

const PATHS: &[Path] = &[
    ("a key: edit, evaluate, draw", |text| {
        let mut times = keys(text, 15);
        times.sort_unstable();
        times[times.len() / 2]
    }),
    ("read the plan", |text| timed(|| parse(text))),
    ("evaluate it", |text| {
        let (plan, tables) = (plan(text), Tables::builtin());
        timed(|| evaluate(&plan, &tables))
    }),
    ("thresholds", |text| {
        let plan = plan(text);
        let evaluation = evaluate(&plan, &Tables::builtin()).unwrap_or_else(|p| panic!("{p:?}"));
        timed(|| evaluation.thresholds(&plan))
    }),
    ("percentiles of churn", |text| {
        let plan = plan(text);
        let mut evaluation = evaluate(&plan, &Tables::builtin()).unwrap_or_else(|p| panic!("{p:?}"));
        timed(|| evaluation.live_with(&plan, &mut Lives::default()))
    }),
];

fn plan(text: &str) -> podroom::plan::Plan {
    parse(text).plan.unwrap_or_else(|| panic!("it is not a plan"))
}

fn timed<T>(run: impl FnOnce() -> T) -> Duration {
    let begun = Instant::now();
    let done = run();
    let time = begun.elapsed();
    drop(done);
    time
}

/// The best of three.
fn best(time: fn(&str) -> Duration, size: Size) -> Duration {
    let text = large::plan(size);
    (0..3).map(|_| time(&text)).min().unwrap_or_default()
}

/// Keystrokes on the node count, each with the frame that shows its answer at 200x60.
fn keys(text: &str, n: usize) -> Vec<Duration> {
    let (mut app, look) = (session(text), look());
    let mut screen = podroom::view::Screen::default();
    let mut terminal = Terminal::new(TestBackend::new(200, 60)).unwrap_or_else(|e| match e {});
    let key = |up: bool| Msg::Key(Key::plain(Code::Char(if up { '+' } else { '-' })));
    (0..n)
        .map(|i| {
            timed(|| {
                drop(update(&mut app, key(i % 2 == 0)));
                terminal.draw(|frame| podroom::view::draw(frame, &app, &look, &mut screen)).map(|_| ())
            })
        })
        .collect()
}
