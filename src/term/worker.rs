//! Long computations, aside: one thread, and only the newest of what it is asked counts.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

/// Something to compute, and whom it tells.
type Job = Box<dyn FnOnce() + Send>;

/// A thread that does one job at a time. A job that comes while another waits takes its place.
#[derive(Debug, Clone)]
pub struct Worker {
    jobs: Sender<Job>,
    /// Counts jobs.
    newest: Arc<AtomicU64>,
    /// The job that is to end as far as it is.
    stopped: Arc<AtomicU64>,
}

/// Whether a job is still wanted.
#[derive(Debug)]
pub struct Wanted {
    own: u64,
    newest: Arc<AtomicU64>,
    stopped: Arc<AtomicU64>,
}

impl Wanted {
    /// Whether nothing newer was asked for: what there is of the job is to be told.
    pub fn counts(&self) -> bool {
        self.newest.load(Ordering::Relaxed) == self.own
    }

    /// Whether the job is to go on.
    pub fn goes_on(&self) -> bool {
        self.counts() && self.stopped.load(Ordering::Relaxed) != self.own
    }
}

impl Worker {
    /// Starts the thread. It ends when the worker is dropped and its last job is done.
    ///
    /// # Errors
    ///
    /// The system gives no thread.
    pub fn start(name: &str) -> std::io::Result<Worker> {
        let (jobs, waiting) = channel();
        thread::Builder::new().name(name.into()).spawn(move || work(&waiting))?;
        Ok(Worker { jobs, newest: Arc::default(), stopped: Arc::default() })
    }

    /// Asks for a job to be done after the one that is being done, which is no longer wanted.
    pub fn ask(&self, job: impl FnOnce(Wanted) + Send + 'static) {
        let own = self.newest.fetch_add(1, Ordering::Relaxed) + 1;
        let wanted = Wanted { own, newest: self.newest.clone(), stopped: self.stopped.clone() };
        // the thread lives as long as this sender
        let _ = self.jobs.send(Box::new(move || job(wanted)));
    }

    /// Has the newest job end as far as it is.
    pub fn stop(&self) {
        self.stopped.store(self.newest.load(Ordering::Relaxed), Ordering::Relaxed);
    }
}

fn work(waiting: &Receiver<Job>) {
    while let Ok(mut job) = waiting.recv() {
        while let Ok(newer) = waiting.try_recv() {
            job = newer;
        }
        // a job that panics gives no answer; the session goes on without it
        let _ = catch_unwind(AssertUnwindSafe(job));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_newest_waiting_job_is_done_and_a_panic_ends_nothing() {
        let worker = Worker::start("test").unwrap();
        let (started, has_started) = channel();
        let (go_on, may_go_on) = channel::<()>();
        worker.ask(move |_| {
            started.send(()).unwrap();
            may_go_on.recv().unwrap();
            panic!("expected by the test");
        });
        has_started.recv().unwrap();
        let (done, results) = channel();
        for n in 0..3 {
            let done = done.clone();
            worker.ask(move |_| done.send(n).unwrap());
        }
        drop(done);
        go_on.send(()).unwrap();
        assert_eq!(results.iter().collect::<Vec<_>>(), [2]);
    }

    #[test]
    fn a_job_is_wanted_until_it_is_stopped_and_counts_until_another_comes() {
        let worker = Worker::start("test").unwrap();
        let (sender, receiver) = channel();
        let ask = || {
            let sender = sender.clone();
            worker.ask(move |wanted| sender.send(wanted).unwrap());
            receiver.recv().unwrap()
        };
        let first = ask();
        assert!(first.counts() && first.goes_on());
        worker.stop();
        assert!(first.counts() && !first.goes_on());
        let second = ask();
        assert!(!first.counts() && second.goes_on());
    }
}
