//! Growth: what a plan's counts are after some months.

use super::{NodeGroup, Nodes, Plan, Workload};
use crate::limits;

/// Percent a month, compounding, in thousandths: 2.5 % is 2,500. At most [`limits::GROWTH_PERCENT`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Rate(pub u32);

impl std::fmt::Display for Rate {
    /// `5%`, `2.5%`: as a plan may write it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let thousandths = format!("{:03}", self.0 % 1_000);
        let decimals = thousandths.trim_end_matches('0');
        let point = if decimals.is_empty() { "" } else { "." };
        write!(f, "{}{point}{decimals}%", self.0 / 1_000)
    }
}

/// Thousandths of a percent in a whole: 100 %.
const WHOLE: u128 = 100_000;

impl Rate {
    /// A count after so many months of growth, rounded up, `most` where it would be more.
    ///
    /// Only the result is rounded: one replica at 1 % a month is two after a month and still two after 69.
    /// Between the months fractions down to 2^-64 are kept and what is finer is dropped, so that a whole
    /// number stays one: 100 at 10 % is 121 after two months, not 122.
    pub fn after(self, count: u32, months: u32, most: u32) -> u32 {
        let mut exact = u128::from(count) << 64;
        let limit = u128::from(most) << 64;
        for _ in 0..months {
            if exact >= limit || exact == 0 {
                break;
            }
            // below 2^96, times less than 2^21
            exact = exact * (WHOLE + u128::from(self.0)) / WHOLE;
        }
        let up = (exact >> 64) + u128::from(exact << 64 > 0);
        u32::try_from(up).unwrap_or(u32::MAX).min(most.max(count))
    }
}

/// `[growth]`: how fast the plan's counts grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Growth {
    /// Of the replicas of every workload that has no rate of its own.
    pub replicas: Rate,
    /// Of the nodes of every group that has no rate of its own; groups with `nodes = "auto"` have as many as
    /// their workloads need.
    pub nodes: Rate,
    /// Months that are looked at.
    pub months: u32,
}

impl Default for Growth {
    fn default() -> Growth {
        Growth { replicas: Rate(0), nodes: Rate(0), months: MONTHS }
    }
}

/// Months that are looked at unless the plan says otherwise.
pub const MONTHS: u32 = 36;

impl Plan {
    /// Months of growth that are worth looking at; 0 when nothing grows.
    pub fn months(&self) -> u32 {
        let growth = self.growth.unwrap_or_default();
        let own = self.clusters.iter().any(|c| {
            c.workloads.iter().any(|w| w.replicas.is_some_and(|n| n > 0) && w.rate(&growth) > Rate(0))
                || c.node_groups.iter().any(|g| g.grows() && g.rate(&growth) > Rate(0))
        });
        if own { growth.months } else { 0 }
    }

    /// The plan after so many months: replicas, peak replicas and stated numbers of nodes grown, each rounded
    /// up (by zone each zone), at most [`limits::REPLICAS`] and [`limits::NODES`]. Groups with `nodes = "auto"`
    /// keep their bounds.
    pub fn after(&self, months: u32) -> Plan {
        let mut plan = self.clone();
        let growth = self.growth.unwrap_or_default();
        for cluster in plan.clusters_mut() {
            for workload in &mut cluster.workloads {
                let rate = workload.rate(&growth);
                for count in [&mut workload.replicas, &mut workload.peak_replicas].into_iter().flatten() {
                    *count = rate.after(*count, months, limits::REPLICAS);
                }
            }
            for group in &mut cluster.node_groups {
                let rate = group.rate(&growth);
                match &mut group.nodes {
                    Nodes::Count(n) => *n = rate.after(*n, months, limits::NODES),
                    Nodes::ByZone(zones) => {
                        let mut room = limits::NODES;
                        for (_, n) in zones {
                            *n = rate.after(*n, months, room).min(room);
                            room -= *n;
                        }
                    }
                    Nodes::Auto { .. } => {}
                }
            }
        }
        plan
    }
}

impl Workload {
    /// Its own rate, or the plan's.
    fn rate(&self, growth: &Growth) -> Rate {
        self.growth.unwrap_or(growth.replicas)
    }
}

impl NodeGroup {
    /// Its own rate, or the plan's.
    fn rate(&self, growth: &Growth) -> Rate {
        self.growth.unwrap_or(growth.nodes)
    }

    /// Whether there is a number of nodes that can grow.
    pub fn grows(&self) -> bool {
        match &self.nodes {
            Nodes::Count(n) => *n > 0,
            Nodes::ByZone(zones) => zones.iter().any(|(_, n)| *n > 0),
            Nodes::Auto { .. } => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_written_as_they_are_read() {
        for (rate, text) in [(0, "0%"), (5_000, "5%"), (2_500, "2.5%"), (1, "0.001%"), (1_000_000, "1000%")] {
            assert_eq!(Rate(rate).to_string(), text);
        }
    }

    #[test]
    fn counts_grow_by_compound_interest_and_round_up_once() {
        let most = 1_000_000;
        for (percent, count, months, grown) in [
            (10_000, 100, 0, 100),
            (10_000, 100, 1, 110),
            (10_000, 100, 2, 121),
            (10_000, 100, 3, 134),
            (1_000, 1, 1, 2),
            (1_000, 1, 69, 2),
            (1_000, 1, 70, 3),
            (5_000, 1_000, 12, 1_796),
            (2_500, 30, 36, 73),
            (0, 7, 120, 7),
            (5_000, 0, 120, 0),
            (1_000_000, 1, 6, most),
            (1_000_000, u32::MAX, 120, u32::MAX),
        ] {
            assert_eq!(Rate(percent).after(count, months, most), grown, "{percent} {count} {months}");
        }
    }
}
