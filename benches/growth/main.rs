//! What a key costs at its slowest, and how every cost grows with the plan: `cargo bench --bench growth`.
//!
//! Prints two tables in Markdown, of one run. The exponent says how a time grows with a number: 0 is constant, 1 is
//! linear, 2 quadratic. With the beginning of a row's name, such as `huge` or `sweep`, it is that row alone, for profilers.

#[path = "../planner/kubectl.rs"]
mod kubectl;
#[path = "../planner/large.rs"]
mod large;
#[path = "../planner/search.rs"]
mod recommend;
#[path = "../planner/session.rs"]
mod session;

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use large::{HUGE, LARGE, Size};
use podroom::app::key::{Code, Key};
use podroom::app::msg::Msg;
use podroom::app::update::update;
use podroom::engine::{Lives, evaluate};
use podroom::explore::{Axis, Question, Trials};
use podroom::import::{Source, import};
use podroom::instance::Tables;
use podroom::plan::document::Document;
use podroom::plan::{Place, Row, parse, scenario};
use podroom::simulate::{World, follow};
use podroom::term::crowd::in_order;
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
    let wanted = |name: &str| asked.as_ref().is_none_or(|asked| name.starts_with(asked.as_str()));
    let plans =
        [("eks-1200-pods", EXAMPLE.to_owned()), ("large", large::plan(LARGE)), ("huge", large::plan(HUGE))];
    println!("| plan | key: median | p99 |\n| --- | ---: | ---: |");
    for (name, text) in plans.into_iter().filter(|(name, _)| wanted(name)) {
        let mut times = keys(&text, KEYS);
        times.sort_unstable();
        let at = |hundredths: usize| times[(times.len() - 1) * hundredths / 100].as_secs_f64() * 1e3;
        println!("| {name} | {:.2} ms | {:.2} ms |", at(50), at(99));
    }
    let names: Vec<&str> = GROWN.iter().map(|(name, _)| *name).collect();
    println!("\n| what | at first | {} |", names.join(" | "));
    println!("| --- | ---: |{}", " ---: |".repeat(GROWN.len()));
    for (what, time) in PATHS.iter().filter(|(what, _)| wanted(what)) {
        let first = best(*time, BASE);
        let grown = GROWN.iter().map(|(_, grow)| {
            let grown = best(*time, grow(BASE, TIMES));
            let exponent = (grown.as_secs_f64() / first.as_secs_f64()).ln() / (TIMES as f64).ln();
            // -0.0 is none
            format!(" {:.1} |", (exponent * 10.0).round() / 10.0 + 0.0)
        });
        println!("| {what} | {:.2} ms |{}", first.as_secs_f64() * 1e3, grown.collect::<String>());
    }
}

/// A size with so many times as much of something.
type Grow = fn(Size, usize) -> Size;

/// What grows: the columns of the table.
const GROWN: &[(&str, Grow)] = &[
    ("nodes", |size, by| Size { nodes: size.nodes * by, ..size }),
    ("pods", |size, by| Size { replicas: size.replicas * by, ..size }),
    ("groups", |size, by| Size { groups: size.groups * by, ..size }),
    ("workloads", |size, by| Size { workloads: size.workloads * by, ..size }),
    ("subnets", |size, by| Size { subnets: size.subnets * by, ..size }),
    ("clusters", |size, by| Size { clusters: size.clusters * by, ..size }),
];

/// What is timed of a size: what it is called, and how long it took.
type Path = (&'static str, fn(Size) -> Duration);

const PATHS: &[Path] = &[
    ("a key: edit, evaluate, draw", |size| {
        let mut times = keys(&large::plan(size), 15);
        times.sort_unstable();
        times[times.len() / 2]
    }),
    ("open: read, evaluate, draw", |size| {
        let text = large::plan(size);
        timed(|| {
            let (app, look) = (session(&text), look());
            let mut screen = podroom::view::Screen::default();
            terminal().draw(|frame| podroom::view::draw(frame, &app, &look, &mut screen)).map(|_| ())
        })
    }),
    ("read the plan", |size| {
        let text = large::plan(size);
        timed(|| parse(&text))
    }),
    ("evaluate it", |size| {
        let (plan, tables) = (plan(size), Tables::builtin());
        timed(|| evaluate(&plan, &tables))
    }),
    ("thresholds", |size| {
        let plan = plan(size);
        let evaluation = evaluate(&plan, &Tables::builtin()).unwrap_or_else(|p| panic!("{p:?}"));
        timed(|| evaluation.thresholds(&plan))
    }),
    ("percentiles of churn", |size| {
        let plan = plan(size);
        let mut evaluation = evaluate(&plan, &Tables::builtin()).unwrap_or_else(|p| panic!("{p:?}"));
        timed(|| evaluation.live_with(&plan, &mut Lives::default()))
    }),
    ("sweep of 64 settings", |size| {
        let tables = Tables::builtin();
        let document = Document::new(&large::plan(size)).unwrap_or_else(|problems| panic!("{problems:?}"));
        let axis = Axis::typed(Place::key(Row::Env(0), "WARM_IP_TARGET"), "0..63", &tables);
        let question = Question { document, axes: vec![axis.unwrap_or_else(|e| panic!("{e}"))] };
        timed(|| {
            let job = |(trials, lives): &mut (Trials, Lives), i| question.cell(i, &tables, trials, lives);
            in_order(question.len(), Default::default, job, |_| ControlFlow::Continue(()));
        })
    }),
    ("recommend settings", |size| {
        let (plan, tables) = (plan(size), Arc::new(Tables::builtin()));
        timed(|| recommend::search(&plan, &tables, recommend::SETTINGS))
    }),
    ("simulate ten minutes of an upgrade", |size| {
        let (plan, tables) = (plan(size), Tables::builtin());
        let parsed = scenario::parse(UPGRADE, &plan);
        let scenario = parsed.scenario.unwrap_or_else(|| panic!("{:?}", parsed.problems));
        let world = World::new(&plan, &tables, &scenario).unwrap_or_else(|p| panic!("{p:?}"));
        timed(|| follow(&world, 1, 60_000, scenario.until, |_| ControlFlow::Continue(())).steps)
    }),
    ("import nodes, interfaces and pods", |size| {
        let nodes = size.clusters * size.groups * size.nodes;
        let texts = kubectl::texts(nodes, size.clusters * size.workloads * size.replicas);
        let sources: Vec<Source> = texts.iter().map(|(name, text)| Source { name, text }).collect();
        timed(|| import(&sources).map(|imported| imported.text.len()).unwrap_or_else(|why| panic!("{why:?}")))
    }),
];

/// All nodes of the first group are replaced.
const UPGRADE: &str = "format = 1\nuntil = \"10m\"\n[[event]]\nat = \"1m\"\ndo = \"roll\"\n\
                       max_surge = 1\n";

fn plan(size: Size) -> podroom::plan::Plan {
    parse(&large::plan(size)).plan.unwrap_or_else(|| panic!("it is not a plan"))
}

fn timed<T>(run: impl FnOnce() -> T) -> Duration {
    let begun = Instant::now();
    let done = run();
    let time = begun.elapsed();
    drop(done);
    time
}

/// The best of three.
fn best(time: fn(Size) -> Duration, size: Size) -> Duration {
    (0..3).map(|_| time(size)).min().unwrap_or_default()
}

fn terminal() -> Terminal<TestBackend> {
    Terminal::new(TestBackend::new(200, 60)).unwrap_or_else(|e| match e {})
}

/// Keystrokes on the node count, each with the frame that shows its answer at 200x60.
fn keys(text: &str, n: usize) -> Vec<Duration> {
    let (mut app, look) = (session(text), look());
    let mut screen = podroom::view::Screen::default();
    let mut terminal = terminal();
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
