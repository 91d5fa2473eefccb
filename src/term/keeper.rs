//! Keeps edits aside that are not saved, and sees other sessions: one thread, so that a slow disk stops nobody
//! who types. What is done on the disk is said in [`crate::file::recovery`].

use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use crate::app::Msg;
use crate::app::keep::{Edits, Fate, Found};
use crate::app::msg::LeftPlan;
use crate::file::recovery::{Left, Mark, Of, Recoveries};
use crate::file::{dirs, recent};
use crate::text::shown;

/// How long an answer is waited for. A disk that takes longer is no reason not to begin, or not to end.
const PATIENCE: Duration = Duration::from_secs(5);
/// Most edits of one plan that are offered; the rest is in the list of plans.
const OFFERED: usize = 5;
/// Why nothing is kept without a directory.
const NOWHERE: &str = "there is no state directory: set XDG_STATE_HOME or HOME";

/// A plan that is in no file but the edits that a session left behind.
pub struct Plan {
    /// For [`Keeper::settle`].
    pub id: u64,
    pub of: Of,
    pub text: String,
}

/// The thread that keeps.
pub struct Keeper {
    orders: Sender<Order>,
}

/// What it is told.
enum Order {
    /// The session is on a plan now; nothing of the one before is needed.
    Sit {
        of: Of,
        text: String,
        answer: Sender<Found>,
    },
    Keep(String),
    Forget,
    Settle(u64, Fate),
    /// Find what belongs to a mark.
    Find {
        mark: PathBuf,
        answer: Sender<Option<Plan>>,
    },
    List {
        answer: Sender<Vec<LeftPlan>>,
    },
    /// The session ends, with edits that are to be kept or without.
    End {
        edits: Option<String>,
        answer: Sender<Result<Option<PathBuf>, String>>,
    },
}

impl Keeper {
    /// Starts the thread; `tell` takes what it has to say.
    ///
    /// # Errors
    ///
    /// The system gives no thread.
    pub fn start(tell: impl Fn(Msg) + Send + 'static) -> io::Result<Keeper> {
        let (orders, inbox) = channel();
        let desk = Desk {
            state: dirs::state(),
            of: None,
            own: None,
            left: Vec::new(),
            next: 0,
            others: Vec::new(),
            tell: Box::new(tell),
        };
        thread::Builder::new().name("keeper".into()).spawn(move || desk.work(&inbox))?;
        Ok(Keeper { orders })
    }

    fn ask<A>(&self, order: impl FnOnce(Sender<A>) -> Order) -> Option<A> {
        let (answer, answered) = channel();
        self.orders.send(order(answer)).ok()?;
        answered.recv_timeout(PATIENCE).ok()
    }

    /// The session is on a plan, with this text; a file is remembered as open. Nothing of the plan before is
    /// needed any more.
    pub fn sit(&self, of: Of, text: &str) -> Found {
        self.ask(|answer| Order::Sit { of, text: text.to_owned(), answer }).unwrap_or_default()
    }

    /// Keeps a text in place of the one before.
    pub fn keep(&self, text: String) {
        let _ = self.orders.send(Order::Keep(text));
    }

    /// Nothing has to be kept at present.
    pub fn forget(&self) {
        let _ = self.orders.send(Order::Forget);
    }

    /// What becomes of edits that were found.
    pub fn settle(&self, id: u64, fate: Fate) {
        let _ = self.orders.send(Order::Settle(id, fate));
    }

    /// What belongs to a mark, until it is settled; `None` if somebody else has it, or it is gone.
    pub fn find(&self, mark: PathBuf) -> Option<Plan> {
        self.ask(|answer| Order::Find { mark, answer }).flatten()
    }

    /// The plans with edits that were left behind.
    pub fn left(&self) -> Vec<LeftPlan> {
        self.ask(|answer| Order::List { answer }).unwrap_or_default()
    }

    /// The session ends: keeps a text, or nothing. Gives where it is.
    ///
    /// # Errors
    ///
    /// It could not be kept.
    pub fn end(self, edits: Option<String>) -> Result<Option<PathBuf>, String> {
        let wanted = edits.is_some();
        match self.ask(|answer| Order::End { edits, answer }) {
            Some(done) => done,
            None if wanted => Err("the disk does not answer".into()),
            None => Ok(None),
        }
    }
}

/// What the thread knows.
struct Desk {
    state: Option<PathBuf>,
    of: Option<Of>,
    /// There from the beginning for a file, for others once something is kept.
    own: Option<Mark>,
    /// Edits that are being asked about.
    left: Vec<(u64, Left)>,
    next: u64,
    others: Vec<u32>,
    tell: Box<dyn Fn(Msg) + Send>,
}

impl Desk {
    fn work(mut self, inbox: &Receiver<Order>) {
        // who does not wait for an answer any more needs none
        for order in inbox {
            match order {
                Order::Sit { of, text, answer } => {
                    let found = self.sit(of, &text);
                    let _ = answer.send(found);
                }
                Order::Keep(text) => {
                    let kept = self.keep(&text);
                    (self.tell)(Msg::EditsKept(kept.map(|_| ())));
                    self.look_around();
                }
                Order::Forget => {
                    if let Some(own) = &mut self.own {
                        own.forget();
                    }
                    self.look_around();
                }
                Order::Settle(id, fate) => self.settle(id, fate),
                Order::Find { mark, answer } => {
                    let _ = answer.send(self.find(&mark));
                }
                Order::List { answer } => {
                    let _ = answer.send(self.list());
                }
                Order::End { edits, answer } => {
                    let kept = match edits {
                        Some(text) => self.keep(&text).map(Some),
                        None => {
                            self.stand_up();
                            Ok(None)
                        }
                    };
                    // marks go before the answer: the process does not wait for more
                    (self.own, self.left) = (None, Vec::new());
                    let _ = answer.send(kept);
                    return;
                }
            }
        }
    }

    fn recoveries(&self) -> Option<Recoveries> {
        self.state.as_deref().map(Recoveries::below)
    }

    /// Nothing of the plan is needed any more.
    fn stand_up(&mut self) {
        if let Some(mut own) = self.own.take() {
            own.forget();
        }
        self.left.clear();
    }

    fn sit(&mut self, of: Of, text: &str) -> Found {
        let Some((recoveries, state)) = self.recoveries().zip(self.state.clone()) else {
            return Found::default();
        };
        if let Of::File(path) = &of {
            // a list that cannot be written is not worth a word
            let _ = recent::remember(&state, path);
        }
        if self.of.as_ref() == Some(&of) && self.own.is_some() {
            self.look_around();
            return Found { others: self.others.clone(), left: Vec::new() };
        }
        self.stand_up();
        let is_file = matches!(of, Of::File(_));
        self.others = if is_file { recoveries.others(&of) } else { Vec::new() };
        let mut left = recoveries.take(&of);
        for same in left.iter_mut().filter(|l| l.text == text) {
            same.mark.forget();
        }
        left.retain(|l| l.text != text);
        left.truncate(OFFERED);
        // said once something is to be kept, if it is so still
        self.own = is_file.then(|| recoveries.begin(&of).ok()).flatten();
        self.of = Some(of);
        let edits = |(id, left): &(u64, Left)| Edits {
            id: *id,
            text: left.text.clone(),
            age: left.age,
            outdated: left.outdated,
        };
        for left in left {
            self.hold(left);
        }
        Found { others: self.others.clone(), left: self.left.iter().map(edits).collect() }
    }

    fn keep(&mut self, text: &str) -> Result<PathBuf, String> {
        let recoveries = self.recoveries().ok_or(NOWHERE)?;
        let of = self.of.as_ref().ok_or("the disk does not answer")?;
        let own = match &mut self.own {
            Some(own) => own,
            none => none.insert(recoveries.begin(of).map_err(|e| e.to_string())?),
        };
        own.keep(text).map_err(|e| e.to_string())
    }

    fn settle(&mut self, id: u64, fate: Fate) {
        let Some(at) = self.left.iter().position(|(found, _)| *found == id) else { return };
        let (_, mut left) = self.left.remove(at);
        match fate {
            Fate::Left => {}
            Fate::Discarded => left.mark.forget(),
            // the session goes on with the mark of the other
            Fate::Taken => {
                self.of = Some(left.of);
                if let Some(mut own) = self.own.replace(left.mark) {
                    own.forget();
                }
            }
        }
    }

    /// Holds edits until it is known what becomes of them.
    fn hold(&mut self, left: Left) -> u64 {
        self.next += 1;
        self.left.push((self.next, left));
        self.next
    }

    fn find(&mut self, mark: &Path) -> Option<Plan> {
        let left = self.recoveries()?.claim(mark)?;
        let (of, text) = (left.of.clone(), left.text.clone());
        Some(Plan { id: self.hold(left), of, text })
    }

    fn list(&self) -> Vec<LeftPlan> {
        let all = self.recoveries().map_or(Vec::new(), |r| r.all());
        let plan = |(mark, of, age): (PathBuf, Of, Duration)| {
            let file = match &of {
                Of::File(path) if path.is_file() => Some(near(path)),
                _ => None,
            };
            LeftPlan { name: named(&of), age, file, mark }
        };
        all.into_iter().map(plan).collect()
    }

    /// Says so if other sessions have come or gone.
    fn look_around(&mut self) {
        let Some((recoveries, of @ Of::File(_))) = self.recoveries().zip(self.of.as_ref()) else { return };
        let others = recoveries.others(of);
        if others != self.others {
            self.others.clone_from(&others);
            (self.tell)(Msg::Others(others));
        }
    }
}

fn named(of: &Of) -> String {
    match of {
        Of::File(path) => at_home(path),
        Of::Origin { .. } => of.name(),
    }
}

/// A path below the working directory, relative to it.
pub fn near(path: &Path) -> PathBuf {
    let here = std::env::current_dir().ok();
    let below = here.and_then(|here| path.strip_prefix(here).ok().map(Path::to_path_buf));
    below.unwrap_or_else(|| path.to_path_buf())
}

/// A path for a reader: below the working directory relative to it, below the home directory with `~`.
pub fn at_home(path: &Path) -> String {
    let near = near(path);
    let home = std::env::var_os("HOME").map(PathBuf::from).filter(|home| home.is_absolute());
    let below = home.and_then(|home| near.strip_prefix(home).ok().map(|rest| Path::new("~").join(rest)));
    shown(&below.unwrap_or(near).to_string_lossy())
}
