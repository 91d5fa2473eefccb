//! Many jobs of one kind, on every core.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;
use std::thread;

/// Results that may wait for the one before them, for each core: who is far ahead waits.
const AHEAD: usize = 64;

/// Does the jobs `0..count`, on each core with a state of its own, and takes what comes of them in their order. Ends
/// when `take` says so.
pub fn in_order<S, T: Send>(
    count: usize,
    state: impl Fn() -> S + Sync,
    job: impl Fn(&mut S, usize) -> T + Sync,
    mut take: impl FnMut(T) -> ControlFlow<()>,
) {
    let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get).min(count);
    let next = AtomicUsize::new(0);
    let (sender, results) = sync_channel(cores * AHEAD);
    thread::scope(|scope| {
        for _ in 0..cores {
            let (sender, next, state, job) = (sender.clone(), &next, &state, &job);
            scope.spawn(move || {
                let mut state = state();
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    // nobody takes it any more
                    if index >= count || sender.send((index, job(&mut state, index))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let (mut wanted, mut early) = (0, BTreeMap::new());
        for (index, result) in results {
            early.insert(index, result);
            while let Some(result) = early.remove(&wanted) {
                wanted += 1;
                if take(result).is_break() {
                    // the receiver goes with this loop, and with it the others' reason to go on
                    return;
                }
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_and_each_once() {
        let mut taken = Vec::new();
        let slow = |_: &mut (), i: usize| {
            // the first ones take longest
            (0..(1_000 - i) * 50).fold(0_u64, |a, b| a ^ b as u64);
            i
        };
        in_order(
            1_000,
            || (),
            slow,
            |i| {
                taken.push(i);
                ControlFlow::Continue(())
            },
        );
        assert!(taken.iter().copied().eq(0..1_000));
    }

    #[test]
    fn whoever_has_enough_gets_no_more() {
        let mut taken = 0;
        in_order(
            usize::MAX,
            || (),
            |_, i| i,
            |i| {
                taken = i;
                if i == 100 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            },
        );
        assert_eq!(taken, 100);
        in_order(0, || (), |_, i| i, |_| panic!("there is nothing to take"));
    }
}
