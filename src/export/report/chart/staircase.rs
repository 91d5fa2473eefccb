//! What a node holds with every number of pods.

use super::svg::{Anchor, Path, Svg, length};
use super::{ASSIGNED, Area, Frame, PRIMARY, UNUSED, Words, bar, legend, letters};
use crate::engine::Staircase;
use crate::engine::staircase::Count;
use crate::text::{count, ticks};

/// Of the numbers of pods at most so many are drawn, which is more than can be seen: of neighbours what is held most.
const DRAWN: usize = 600;
/// Lines of the text, and letters of its longest bar.
const LINES: usize = 16;
const WIDTH: usize = 60;
/// Height of the areas.
const HIGH: f64 = 220.0;

/// From where to where an area is.
type Bounds = fn(&Count) -> (u64, u64);

pub fn words(stairs: &Staircase) -> Words {
    let Staircase { cluster, group, instance_type, .. } = stairs;
    let typed = if instance_type.is_empty() { String::new() } else { format!(" ({instance_type})") };
    let marks: Vec<String> = stairs
        .marks
        .iter()
        .filter_map(|mark| {
            let held = stairs.count(mark.pods)?;
            Some(format!("{}: {}", mark.what.name(), told(held)))
        })
        .collect();
    Words {
        title: format!("Staircase: what a node of {cluster}/{group}{typed} holds with every number of pods"),
        note: String::new(),
        about: format!("{}.", marks.join("; ")),
    }
}

/// `40 pods, 90 held = 3 primary + 40 assigned + 47 unused`
fn told(held: &Count) -> String {
    let Count { pods, primary, assigned, unused, .. } = held;
    format!(
        "{}, {} held = {primary} primary + {assigned} assigned + {unused} unused",
        count(*pods, "pod"),
        held.held()
    )
}

pub fn draw(stairs: &Staircase) -> (Svg, f64) {
    let mut svg = Svg::default();
    let counts = drawn(stairs);
    let top = 28.0 + 16.0 * length(stairs.marks.len() as u64);
    let highest = stairs.counts.iter().map(|c| c.held().max(c.instead().unwrap_or(0))).max().unwrap_or(0);
    let frame = Frame {
        left: 58.0,
        right: 704.0,
        top,
        bottom: top + HIGH,
        most: (length(stairs.most() + 1), length(highest) * 1.04),
    };
    let axis = (ticks(stairs.most() + 1, 10).collect(), ticks(highest + 1, 5).collect());
    frame.axes(&mut svg, ("pods on the node that ask for an address", "addresses held"), axis);
    let layers: [(Area, Bounds); 3] = [
        (PRIMARY, |c| (0, c.primary)),
        (ASSIGNED, |c| (c.primary, c.primary + c.assigned)),
        (UNUSED, |c| (c.primary + c.assigned, c.held())),
    ];
    for ((class, _), bounds) in layers {
        let upper = steps(&counts, |c| Some(bounds(c).1));
        let lower = steps(&counts, |c| Some(bounds(c).0));
        let mut path = Path::default();
        upper.iter().chain(lower.iter().rev()).for_each(|(x, y)| path.to(frame.at(*x, *y)));
        path.close();
        svg.path(class, &path);
    }
    line(&mut svg, &frame, "line-held", &steps(&counts, |c| Some(c.held())));
    if stairs.varies() {
        line(&mut svg, &frame, "line-instead", &steps(&counts, |c| Some(c.instead().unwrap_or(c.held()))));
    }
    for (row, mark) in stairs.marks.iter().enumerate() {
        let Some(held) = stairs.count(mark.pods) else { continue };
        let (x, y) = frame.at(length(mark.pods) + 0.5, length(held.held()));
        let label = 12.0 + 16.0 * length(row as u64);
        svg.line("mark", (x, label + 4.0), (x, frame.bottom));
        svg.rect("dot", (x - 2.5, y - 2.5), (5.0, 5.0));
        let text = format!("{}: {}, {} held", mark.what.name(), count(mark.pods, "pod"), held.held());
        let (anchor, x) = if x > 400.0 { (Anchor::End, x + 3.0) } else { (Anchor::Start, x - 3.0) };
        svg.text("mark-name", anchor, (x, label), &text);
    }
    let today = stairs.count(stairs.today());
    let named = |name: &str, of: fn(&Count) -> u64| {
        today.map_or(name.to_owned(), |c| format!("{name} ({} with {})", of(c), count(c.pods, "pod")))
    };
    let mut items = vec![
        (PRIMARY.0, named("primary", |c| c.primary)),
        (ASSIGNED.0, named("assigned", |c| c.assigned)),
        (UNUSED.0, named("held but unused", |c| c.unused)),
    ];
    if stairs.varies() {
        items.push(("line-instead", "dashed: what it may hold instead, by chance or after churn".to_owned()));
    }
    let high = legend(&mut svg, frame.bottom + 46.0, &items);
    (svg, high)
}

/// What is drawn of the counts.
fn drawn(stairs: &Staircase) -> Vec<&Count> {
    let each = stairs.counts.len().div_ceil(DRAWN).max(1);
    let most = |some: &'_ [Count]| some.iter().map(Count::held).max();
    stairs.counts.chunks(each).filter_map(|some| some.iter().find(|c| Some(c.held()) == most(some))).collect()
}

/// The corners of steps: each count holds until the next.
fn steps(counts: &[&Count], of: impl Fn(&Count) -> Option<u64>) -> Vec<(f64, f64)> {
    let mut corners: Vec<(f64, f64)> = Vec::new();
    for held in counts {
        let Some(y) = of(held).map(length) else { continue };
        let x = length(held.pods);
        match corners.last() {
            Some((_, before)) if *before == y => continue,
            Some((_, before)) => corners.extend([(x, *before), (x, y)]),
            None => corners.push((x, y)),
        }
    }
    if let (Some(last), Some((_, y))) = (counts.last(), corners.last().copied()) {
        corners.push((length(last.pods + 1), y));
    }
    corners
}

fn line(svg: &mut Svg, frame: &Frame, class: &str, corners: &[(f64, f64)]) {
    let mut path = Path::default();
    corners.iter().for_each(|(x, y)| path.to(frame.at(*x, *y)));
    svg.path(class, &path);
}

pub fn text(stairs: &Staircase) -> Vec<String> {
    let whole = stairs.counts.iter().map(Count::held).max().unwrap_or(0);
    // the ends of the steps, or what is even between them where these are too many
    let each = stairs.steps.len().div_ceil(LINES).max(1);
    let mut lines =
        vec![letters(&[(PRIMARY, "primary"), (ASSIGNED, "assigned"), (UNUSED, "held but unused")])];
    lines.push(format!("{:>11}  {:>6}", "pods", "held"));
    for some in stairs.steps.chunks(each) {
        let (Some(first), Some(last)) = (some.first(), some.last()) else { continue };
        let Some(held) = stairs.count(last.to) else { continue };
        let pods = if first.from == last.to {
            first.from.to_string()
        } else {
            format!("{}-{}", first.from, last.to)
        };
        let parts = [(PRIMARY, held.primary), (ASSIGNED, held.assigned), (UNUSED, held.unused)];
        lines.push(format!("{pods:>11}  {:>6}  {}", held.held(), bar(&parts, whole, WIDTH)));
    }
    for mark in &stairs.marks {
        lines.extend(stairs.count(mark.pods).map(|held| format!("{}: {}", mark.what.name(), told(held))));
    }
    lines
}
