//! Letting time pass until nothing changes any more.

use super::ec2::Account;
use super::{Machine, Ms, SECOND, View};

/// A node has settled when nothing has changed for this long: longer than any pause that the program makes
/// (the longest is the back-off of 120 s), and than two lives of an ENI.
const QUIET: Ms = 185 * SECOND;
/// A node that has not settled by then never will. New pods that still get addresses put that off.
const PATIENCE: Ms = 1500 * SECOND;

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    /// Nothing changed any more after so long.
    Settled { after: Ms },
    /// ENIs, addresses or prefixes come and go for ever.
    Never,
}

impl Machine {
    /// Lets time pass until nothing has changed for 185 s, or until it is clear that this never comes. It is
    /// looked at on whole seconds from now on, and `changed` is told what there is after each change. The end of
    /// a cool-down is none.
    pub fn rest(&mut self, account: &mut Account, mut changed: impl FnMut(Ms, View)) -> Rest {
        let start = self.now();
        let mut last = self.view();
        let (mut since, mut served) = (start, start);
        loop {
            let quiet = since.saturating_add(QUIET);
            let end = quiet.min(start.saturating_add(PATIENCE).max(served.saturating_add(QUIET)));
            let next = self.next().map(|at| {
                let seconds = at.saturating_sub(start).div_ceil(SECOND);
                start.saturating_add(seconds.saturating_mul(SECOND))
            });
            let Some(next) = next.filter(|at| *at <= end) else {
                self.advance(end, account);
                let after = since.saturating_sub(start);
                return if quiet <= end { Rest::Settled { after } } else { Rest::Never };
            };
            self.advance(next, account);
            let view = self.view();
            if visible(view) != visible(last) {
                since = next;
                changed(next, view);
            }
            if view.assigned > last.assigned {
                served = next;
            }
            last = view;
        }
    }
}

/// The part of a view whose change counts.
fn visible(view: View) -> View {
    View { cooling: 0, known_enis: 0, ..view }
}
