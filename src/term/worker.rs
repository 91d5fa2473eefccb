//! Long computations, aside: one thread, and only the newest of what it is asked counts.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

/// Something to compute, and whom it tells.
pub type Job = Box<dyn FnOnce() + Send>;

/// A thread that does one job at a time. A job that comes while another waits takes its place.
#[derive(Debug, Clone)]
pub struct Worker {
    jobs: Sender<Job>,
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
        Ok(Worker { jobs })
    }

    /// Asks for a job to be done after the one that is being done.
    pub fn ask(&self, job: Job) {
        // the thread lives as long as this sender
        let _ = self.jobs.send(job);
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
        worker.ask(Box::new(move || {
            started.send(()).unwrap();
            may_go_on.recv().unwrap();
            panic!("expected by the test");
        }));
        has_started.recv().unwrap();
        let (done, results) = channel();
        for n in 0..3 {
            let done = done.clone();
            worker.ask(Box::new(move || done.send(n).unwrap()));
        }
        drop(done);
        go_on.send(()).unwrap();
        assert_eq!(results.iter().collect::<Vec<_>>(), [2]);
    }
}
