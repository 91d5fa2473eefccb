//! What a pool's nodes want, month by month of growth, against what it has.

use super::svg::{Anchor, Path, Svg, length};
use super::{Frame, Words, legend};
use crate::engine::{PoolRow, Situation};
use crate::text::{count, thousands, ticks};

/// A pool over some months.
pub struct GrowthOf {
    pub pool: String,
    pub cidr: String,
    pub usable: u64,
    pub series: Vec<Series>,
}

/// What is used of it in one situation: by others, and held.
#[derive(PartialEq)]
pub struct Series {
    pub situation: Situation,
    /// By month, the first is today.
    pub used: Vec<u64>,
    /// The first month in which the pool is short.
    pub short: Option<usize>,
}

/// What lies above so many times the usable addresses is not drawn: what is above them is short, however much.
const ABOVE: f64 = 1.5;
const HIGH: f64 = 220.0;
/// Lines of the text, and letters up to what is usable.
const LINES: usize = 13;
const WIDTH: usize = 40;

impl GrowthOf {
    /// A pool by its row; `None` if there is no such pool, or no month.
    pub fn new(months: &[Vec<PoolRow>], row: usize) -> Option<GrowthOf> {
        let pool = months.first()?.get(row)?;
        let series = Situation::ALL.map(|situation| {
            let rows = || months.iter().filter_map(|pools| pools.get(row));
            Series {
                situation,
                used: rows().map(|pool| pool.other.saturating_add(pool.holding(situation).held)).collect(),
                short: rows().position(|pool| pool.holding(situation).is_short()),
            }
        });
        Some(GrowthOf {
            pool: pool.name.clone(),
            cidr: pool.cidr.clone(),
            usable: pool.usable,
            series: series.into(),
        })
    }

    fn last(&self) -> usize {
        self.series.iter().map(|s| s.used.len()).max().unwrap_or(0).saturating_sub(1)
    }

    pub fn words(&self) -> Words {
        let lines: Vec<String> = self.series.iter().map(|s| self.told(s)).collect();
        Words {
            title: format!(
                "Growth: what is wanted of {} {} over {}",
                self.pool,
                self.cidr,
                count(self.last() as u64, "month")
            ),
            note: String::new(),
            about: format!("usable: {}. {}.", thousands(self.usable), lines.join("; ")),
        }
    }

    /// `settled: 900 today, 2,311 in month 36, short from month 4`
    fn told(&self, series: &Series) -> String {
        let name = match series.situation {
            Situation::Churned => "churned, worst case",
            other => other.name(),
        };
        let today = series.used.first().copied().unwrap_or(0);
        let end = series.used.last().copied().unwrap_or(0);
        let short = match series.short {
            Some(0) => "short today".to_owned(),
            Some(month) => format!("short from month {month}"),
            None => "lasts".to_owned(),
        };
        format!("{name}: {} today, {} in month {}, {short}", thousands(today), thousands(end), self.last())
    }

    pub fn draw(&self) -> (Svg, f64) {
        let mut svg = Svg::default();
        let highest = self.series.iter().flat_map(|s| &s.used).copied().max().unwrap_or(0);
        let today = self.series.iter().filter_map(|s| s.used.first()).copied().max().unwrap_or(0);
        let usable = length(self.usable);
        let top = length(highest).min(ABOVE * usable.max(length(today))).max(usable) * 1.06;
        let frame = Frame {
            left: 68.0,
            right: 704.0,
            top: 28.0,
            bottom: 28.0 + HIGH,
            most: (length(self.last() as u64), top),
        };
        // figures of less than 2^53: exact
        let ticks = (ticks(self.last() as u64 + 1, 12).collect(), ticks(top as u64, 5).collect());
        frame.axes(&mut svg, ("months from today", "addresses used: other + held"), ticks);
        let (_, limit) = frame.at(0.0, usable);
        svg.line("limit", (frame.left, limit), (frame.right, limit));
        // equal lines lie on each other: the most telling is drawn last, and its dashes leave the others seen
        for series in &self.series {
            svg.path(class(series.situation), &line(&frame, &series.used, top));
            if let Some(month) = series.short {
                let (x, _) = frame.at(length(month as u64), 0.0);
                svg.rect("dot", (x - 3.0, limit - 3.0), (6.0, 6.0));
            }
        }
        svg.text(
            "mark-name",
            Anchor::Start,
            (frame.left + 6.0, limit - 5.0),
            &format!("usable {}", thousands(self.usable)),
        );
        let mut months: Vec<(usize, Vec<&str>)> = Vec::new();
        for (month, name) in self.series.iter().filter_map(|s| Some((s.short?, s.situation.name()))) {
            match months.iter_mut().find(|(own, _)| *own == month) {
                Some((_, names)) => names.push(name),
                None => months.push((month, vec![name])),
            }
        }
        months.sort();
        for (row, (month, names)) in months.into_iter().enumerate() {
            let (x, _) = frame.at(length(month as u64), 0.0);
            let y = limit + 18.0 + 15.0 * length(row as u64);
            svg.line("mark", (x, limit), (x, frame.bottom));
            let text = format!(
                "{} short: {}",
                names.join(", "),
                if month == 0 { "today".to_owned() } else { format!("month {month}") }
            );
            let (anchor, x) = if x > 480.0 { (Anchor::End, x - 5.0) } else { (Anchor::Start, x + 5.0) };
            svg.text("mark-name", anchor, (x, y.min(frame.bottom - 6.0)), &text);
        }
        let items: Vec<(&str, String)> =
            self.series.iter().map(|s| (class(s.situation), self.told(s))).collect();
        let mut y = frame.bottom + 44.0;
        for item in items {
            y = legend(&mut svg, y, &[item]);
        }
        (svg, y)
    }

    pub fn text(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.series.iter().map(|s| self.told(s)).collect();
        let Some(settled) = self.series.first() else { return lines };
        lines.push(format!("settled, by month; | is what is usable, {}", thousands(self.usable)));
        let each = settled.used.len().div_ceil(LINES).max(1);
        for (month, used) in settled
            .used
            .iter()
            .enumerate()
            .filter(|(month, _)| month.is_multiple_of(each) || *month == self.last())
        {
            let long = u128::from(*used) * WIDTH as u128 / u128::from(self.usable.max(1));
            let long = usize::try_from(long).unwrap_or(usize::MAX).min(WIDTH * 3 / 2);
            let (within, above) = (long.min(WIDTH), long.saturating_sub(WIDTH));
            let more = if above == WIDTH / 2 { "+" } else { "" };
            lines.push(format!(
                "{month:>5}  {:>9}  {:WIDTH$}|{}{more}",
                thousands(*used),
                "#".repeat(within),
                "!".repeat(above)
            ));
        }
        lines
    }
}

/// A line up to where it leaves the picture.
fn line(frame: &Frame, used: &[u64], top: f64) -> Path {
    let mut path = Path::default();
    let mut before: Option<(f64, f64)> = None;
    for (month, used) in used.iter().enumerate() {
        let (x, y) = (length(month as u64), length(*used));
        match before {
            Some((_, last)) if last > top => break,
            Some((from, last)) if y > top => {
                let part = (top - last) / (y - last);
                path.to(frame.at(from + part * (x - from), top));
            }
            _ => path.to(frame.at(x, y.min(top))),
        }
        before = Some((x, y));
    }
    path
}

fn class(situation: Situation) -> &'static str {
    match situation {
        Situation::Settled => "line-settled",
        Situation::Churned => "line-churned",
        Situation::Upgrade => "line-upgrade",
    }
}
