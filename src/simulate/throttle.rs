//! EC2 calls against what AWS says of its limits. Nothing is ever throttled here; what would be is flagged.
//!
//! EC2 has a bucket of tokens for each action of an account in a region; a call takes one, and the bucket is
//! filled up at a steady rate. Single actions may have other numbers than their category.
//! The numbers are AWS's published defaults at the time of writing, an account may have others. Source: Amazon EC2
//! developer guide, "Request throttling for the Amazon EC2 API", request token bucket sizes and refill rates.

use super::Ms;
use crate::cni::machine::ec2::{CALLS, Call, Calls};

/// Bucket size, and tokens that come back a second: of actions that only read, and of those that change something.
const BUCKETS: [(u64, u64); 2] = [(100, 20), (50, 5)];

/// The bucket of an action.
pub fn bucket(call: Call) -> (u64, u64) {
    BUCKETS[usize::from(call.mutates())]
}

/// One action over a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Throttle {
    pub call: Call,
    pub made: u64,
    pub failed: u64,
    /// Calls of the busiest minute, and when it began.
    pub busiest: u64,
    pub busiest_at: Ms,
    /// Calls that found the bucket empty, and when the first of them was.
    pub over: u64,
    pub over_at: Option<Ms>,
    /// In thousandths of a token, as of a time.
    tokens: u64,
    filled: Ms,
    minute: (Ms, u64),
}

/// All actions over a run.
#[derive(Debug, Clone)]
pub struct Meter {
    pub actions: Vec<Throttle>,
    seen: Calls,
}

impl Meter {
    /// Full buckets; the calls made so far do not count.
    pub fn new(now: Ms, seen: Calls) -> Meter {
        let of = |(call, _): &(Call, &str)| Throttle {
            call: *call,
            made: 0,
            failed: 0,
            busiest: 0,
            busiest_at: 0,
            over: 0,
            over_at: None,
            tokens: bucket(*call).0 * 1_000,
            filled: now,
            minute: (0, 0),
        };
        Meter { actions: CALLS.iter().map(of).collect(), seen }
    }

    /// Calls were made up to now; times are since `origin`.
    pub fn note(&mut self, now: Ms, origin: Ms, calls: Calls) {
        if calls == self.seen {
            return;
        }
        let new = calls - self.seen;
        self.seen = calls;
        let since = now.saturating_sub(origin);
        for action in self.actions.iter_mut().filter(|a| new.made(a.call) > 0) {
            action.take(now, since, new.made(action.call));
            action.failed += new.failed(action.call);
        }
    }
}

impl Throttle {
    fn take(&mut self, now: Ms, since: Ms, calls: u64) {
        let (size, rate) = bucket(self.call);
        let came = now.saturating_sub(self.filled).saturating_mul(rate);
        self.tokens = self.tokens.saturating_add(came).min(size * 1_000);
        self.filled = now;
        let there = self.tokens / 1_000;
        let over = calls.saturating_sub(there);
        self.tokens -= calls.min(there) * 1_000;
        self.made += calls;
        if over > 0 {
            self.over += over;
            self.over_at = self.over_at.or(Some(since));
        }
        let minute = since / super::MINUTE * super::MINUTE;
        if self.minute.0 != minute {
            self.minute = (minute, 0);
        }
        self.minute.1 += calls;
        if self.minute.1 > self.busiest {
            (self.busiest_at, self.busiest) = self.minute;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_empties_and_fills() {
        let mut meter = Meter::new(0, Calls::default());
        let mut calls = Calls::default();
        let mut at = |now: Ms, more: u64| {
            calls.count(Call::CreateNetworkInterface, more);
            meter.note(now, 0, calls);
            meter.actions[0].over
        };
        assert_eq!(at(0, 50), 0);
        assert_eq!(at(900, 4), 0);
        assert_eq!(at(900, 1), 1);
        assert_eq!(at(61_000, 60), 11);
        assert_eq!(meter.actions[0].over_at, Some(900));
        assert_eq!((meter.actions[0].busiest, meter.actions[0].busiest_at), (60, 60_000));
    }
}
