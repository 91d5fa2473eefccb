//! What is held of each pool in each situation, beside what it has.

use super::svg::{Anchor, Path, Svg, length};
use super::{ASSIGNED, Area, FREE, OTHER, PRIMARY, SHORT, UNUSED, Words, bar, legend, letters};
use crate::engine::{Holding, PoolRow, Situation};
use crate::text::thousands;

/// Some pools.
pub struct PoolBars {
    pub pools: Vec<PoolRow>,
}

/// A bar: its situations, and what is in it.
struct Bar<'a> {
    situations: String,
    holding: &'a Holding,
    /// What is there, from the left, and what of it is beyond the usable addresses.
    parts: Vec<(Area, u64)>,
}

/// Where bars begin and end, and where figures stand.
const LEFT: f64 = 130.0;
const RIGHT: f64 = 500.0;
const HIGH: f64 = 15.0;
/// Letters of the longest bar.
const WIDTH: usize = 50;

/// What is in bars.
const AREAS: [(Area, &str); 6] = [
    (OTHER, "other"),
    (PRIMARY, "primary"),
    (ASSIGNED, "assigned"),
    (UNUSED, "held but unused"),
    (FREE, "free"),
    (SHORT, "wanted and not there"),
];

/// The bars of a pool; situations in which the same is held have one.
fn bars(pool: &PoolRow) -> Vec<Bar<'_>> {
    let mut bars: Vec<Bar> = Vec::new();
    let figures = |h: &Holding| (h.held, h.primary, h.assigned, h.unused, h.free, h.short);
    for situation in Situation::ALL {
        let holding = pool.holding(situation);
        match bars.iter_mut().find(|bar| figures(bar.holding) == figures(holding)) {
            Some(bar) => bar.situations = format!("{}, {}", bar.situations, situation.name()),
            None => {
                let parts = parts(pool, holding);
                bars.push(Bar { situations: situation.name().to_owned(), holding, parts });
            }
        }
    }
    if let [one] = bars.as_mut_slice() {
        one.situations = "every situation".to_owned();
    }
    bars
}

/// What is in a bar; of what is wanted the end is what is not there.
fn parts(pool: &PoolRow, held: &Holding) -> Vec<(Area, u64)> {
    let mut room = pool.other.saturating_add(held.held).saturating_sub(held.short);
    let mut parts = Vec::new();
    for (area, n) in
        [(OTHER, pool.other), (PRIMARY, held.primary), (ASSIGNED, held.assigned), (UNUSED, held.unused)]
    {
        parts.push((area, n.min(room)));
        room -= n.min(room);
    }
    parts.extend([(FREE, held.free), (SHORT, held.short)]);
    parts
}

/// More addresses than any plan has nodes and pods: nearly all of them are free.
const ENDLESS: u64 = 1_000_000_000_000;

/// `900 of 1,019, 119 free`; of more than anybody uses up only the first half, as there is no room beside the bar
fn figures(pool: &PoolRow, held: &Holding) -> String {
    let used = thousands(pool.other.saturating_add(held.held));
    match held.short {
        0 if pool.usable > ENDLESS => format!("{used} of {}", thousands(pool.usable)),
        0 => format!("{used} of {}, {} free", thousands(pool.usable), thousands(held.free)),
        short => format!("{used} of {}, {} short", thousands(pool.usable), thousands(short)),
    }
}

/// What all of a pool's bars are drawn to.
fn whole(pool: &PoolRow) -> u64 {
    let wanted = Situation::ALL.map(|s| pool.other.saturating_add(pool.holding(s).held));
    wanted.into_iter().fold(pool.usable, u64::max)
}

impl PoolBars {
    pub fn words(&self) -> Words {
        let of_pool = |pool: &PoolRow| {
            let bars =
                bars(pool).into_iter().map(|b| format!("{}: {}", b.situations, figures(pool, b.holding)));
            format!("{}: {}.", pool.name, bars.collect::<Vec<_>>().join("; "))
        };
        let about: Vec<String> = self.pools.iter().map(of_pool).collect();
        Words {
            title: "What is used of each pool in each situation, as a share of what is usable".to_owned(),
            note: String::new(),
            about: about.join(" "),
        }
    }

    pub fn draw(&self) -> (Svg, f64) {
        let mut svg = Svg::default();
        let mut y = 6.0;
        let mut seen = [false; AREAS.len()];
        for pool in &self.pools {
            y += 12.0;
            svg.text("name", Anchor::Start, (10.0, y), &format!("{}  {}", pool.name, pool.cidr));
            let at = |n: u64| LEFT + (RIGHT - LEFT) * length(n) / length(whole(pool).max(1));
            let top = y + 4.0;
            y += 8.0;
            for drawn in bars(pool) {
                svg.text("tick", Anchor::End, (LEFT - 8.0, y + 11.5), &drawn.situations);
                let mut from = 0u64;
                for ((class, letter), n) in &drawn.parts {
                    if let Some(seen) =
                        AREAS.iter().position(|(area, _)| area.1 == *letter).and_then(|i| seen.get_mut(i))
                    {
                        *seen |= *n > 0;
                    }
                    let to = from.saturating_add(*n);
                    let wide = at(to) - at(from);
                    if *n > 0 {
                        // what is there is seen, however little it is
                        svg.rect(class, (at(from), y), (wide.max(0.6), HIGH));
                    }
                    from = to;
                }
                let mut frame = Path::default();
                frame.rect((LEFT, y), (at(whole(pool).min(from)) - LEFT, HIGH));
                svg.path("frame", &frame);
                svg.text("", Anchor::Start, (RIGHT + 12.0, y + 11.5), &figures(pool, drawn.holding));
                y += HIGH + 4.0;
            }
            svg.line("limit", (at(pool.usable), top), (at(pool.usable), y));
            y += 8.0;
        }
        let areas = AREAS
            .iter()
            .zip(seen)
            .filter(|(_, seen)| *seen)
            .map(|(((class, _), name), _)| (*class, (*name).to_owned()));
        let mut items: Vec<(&str, String)> = areas.collect();
        items.push(("limit", "what is usable".to_owned()));
        let high = legend(&mut svg, y + 4.0, &items);
        (svg, high)
    }

    pub fn text(&self) -> Vec<String> {
        let mut lines = vec![letters(&AREAS), String::new()];
        for pool in &self.pools {
            lines.push(format!("{}  {}", pool.name, pool.cidr));
            let bars = bars(pool);
            let label = bars.iter().map(|b| b.situations.len()).max().unwrap_or(0);
            for drawn in bars {
                let line = bar(&drawn.parts, whole(pool), WIDTH);
                lines.push(format!(
                    "  {:label$}  {line:WIDTH$}  {}",
                    drawn.situations,
                    figures(pool, drawn.holding)
                ));
            }
        }
        lines
    }
}
