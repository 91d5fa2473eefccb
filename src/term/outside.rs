//! What the session asks of the world: files at once, long computations aside.

use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use super::keeper::{self, Keeper, Plan};
use super::timer::Timer;
use super::worker::Worker;
use crate::app::Msg;
use crate::app::aside::{self, Kind, Task};
use crate::app::keep::Fate;
use crate::app::msg::{Effect, Listing, NotSaved, Opened, Over};
use crate::app::settings::Settings;
use crate::config::{Config, kept};
use crate::engine::Lives;
use crate::file::load::{Loaded, Stamp, load, load_tables};
use crate::file::preset::Source;
use crate::file::recent;
use crate::file::recovery::Of;
use crate::file::{Error, dirs, list, save};
use crate::instance::Tables;
use crate::plan::Problem;
use crate::text::Ink;

/// From one moment to the next while a run is played.
const TICK: Duration = Duration::from_millis(60);

/// Files and workers of a session; `T` is what goes over its channel.
pub struct Outside<T> {
    to: Sender<T>,
    /// Instance tables of the command line.
    extra: Vec<PathBuf>,
    /// What the configuration says, without what is chosen in sessions.
    configured: Config,
    /// The plan's own file as it was read or saved last.
    stamp: Option<Stamp>,
    /// Long computations: a worker of each kind.
    workers: Vec<(Kind, Worker)>,
    /// Nodes whose lives are known.
    lives: Arc<Mutex<Lives>>,
    clock: Worker,
    reminder: Timer<u64>,
    keeper: Keeper,
}

/// A plan that was read, as the session takes it.
///
/// # Errors
///
/// Mistakes in its text.
pub fn opened(loaded: &Loaded, origin: String, tables: Tables) -> Result<Opened, Vec<Problem>> {
    let document = loaded.document()?;
    Ok(Opened { document, tables: Arc::new(tables), path: loaded.path.clone(), origin })
}

impl<T: From<Msg> + Send + 'static> Outside<T> {
    /// Starts the workers.
    ///
    /// # Errors
    ///
    /// The system gives no thread.
    pub fn new(
        to: Sender<T>,
        extra: Vec<PathBuf>,
        configured: Config,
        stamp: Option<Stamp>,
    ) -> io::Result<Outside<T>> {
        let (reminds, keeps) = (to.clone(), to.clone());
        // nobody is left to tell when the session has ended
        let remind = move |edit| drop(reminds.send(Msg::Paused(edit).into()));
        let tell = move |msg: Msg| drop(keeps.send(msg.into()));
        let worker = |kind: &Kind| Ok((*kind, Worker::start(kind.name())?));
        let workers = Kind::ALL.iter().map(worker).collect::<io::Result<Vec<_>>>()?;
        Ok(Outside {
            to,
            extra,
            configured,
            stamp,
            workers,
            lives: Arc::default(),
            clock: Worker::start("clock")?,
            reminder: Timer::start(remind)?,
            keeper: Keeper::start(tell)?,
        })
    }

    /// Does what is asked; the answer, if it is there at once.
    pub fn perform(&mut self, effect: Effect) -> Option<Msg> {
        match effect {
            Effect::Save { path, text, over } => Some(self.save(path, &text, over)),
            Effect::Load(source) => {
                Some(self.load(&source).unwrap_or_else(|e| Msg::NotLoaded(e.to_string())))
            }
            Effect::LoadEdits(mark) => {
                Some(self.load_edits(mark).unwrap_or_else(|e| Msg::NotLoaded(e.to_string())))
            }
            Effect::List => Some(Msg::Listed(self.list())),
            Effect::Remind { edit, after } => {
                self.reminder.ask(after, edit);
                None
            }
            Effect::KeepEdits(text) => {
                self.keeper.keep(text);
                None
            }
            Effect::ForgetEdits => {
                self.keeper.forget();
                None
            }
            Effect::Settle { id, fate } => {
                self.keeper.settle(id, fate);
                None
            }
            Effect::ReadTables { text, path } => {
                let loaded = Loaded { path, ..Loaded::of_text("the plan", text) };
                let tables = load_tables(&loaded, &self.extra, Ink::Plain);
                Some(Msg::Tables(tables.map(Arc::new).map_err(|e| e.to_string())))
            }
            Effect::Aside(task) => {
                self.aside(task);
                None
            }
            Effect::Stop(kind) => {
                self.worker(kind).into_iter().for_each(Worker::stop);
                None
            }
            Effect::Export { path, text, over } => {
                let target = at_home(&path);
                let over = if over == Over::Anything { save::Over::Anything } else { save::Over::Nothing };
                Some(Msg::Exported(match save::save(&target, &text, over) {
                    Ok(_) => Ok(target),
                    Err(save::NotSaved::Failed(error)) => Err(NotSaved::Failed(error.to_string())),
                    Err(save::NotSaved::Exists | save::NotSaved::Conflict) => Err(NotSaved::Exists(target)),
                }))
            }
            Effect::Tick(play) => {
                let to = self.to.clone();
                self.clock.ask(move |_| {
                    thread::sleep(TICK);
                    let _ = to.send(Msg::Tick(play).into());
                });
                None
            }
            // the loop's own
            Effect::Quit(_)
            | Effect::Suspend
            | Effect::Copy(_)
            | Effect::Theme(_)
            | Effect::Picture { .. } => None,
            Effect::Keep(settings) => self.keep(&settings),
            Effect::KeepQuietly(settings) => {
                self.keep(&settings);
                None
            }
        }
    }

    fn worker(&self, kind: Kind) -> Option<&Worker> {
        self.workers.iter().find(|(of, _)| *of == kind).map(|(_, worker)| worker)
    }

    /// Has something computed, until something newer of its kind is asked for.
    fn aside(&self, task: Task) {
        let Some(worker) = self.worker(task.kind()) else { return };
        let (to, lives) = (self.to.clone(), self.lives.clone());
        worker.ask(move |wanted| {
            aside::compute(task, &lives, &|| wanted.goes_on(), &mut |msg| {
                if wanted.counts() {
                    // nobody is left to tell when the session has ended
                    let _ = to.send(msg.into());
                }
            });
        });
    }

    /// Keeps what was chosen; a failure is told once.
    fn keep(&self, settings: &Settings) -> Option<Msg> {
        let path = kept::path()?;
        kept::write(&path, &kept::text(settings, &self.configured)).err().map(|e| Msg::NotKept(e.to_string()))
    }

    fn save(&mut self, path: PathBuf, text: &str, over: Over) -> Msg {
        let target = at_home(&path);
        let over = match (over, self.stamp) {
            (Over::Nothing, _) => save::Over::Nothing,
            (Over::OwnUnchanged, Some(stamp)) => save::Over::Unchanged(stamp),
            (Over::OwnUnchanged, None) => save::Over::Nothing,
            (Over::Anything, _) => save::Over::Anything,
        };
        match save::save(&target, text, over) {
            Ok(stamp) => {
                self.stamp = Some(stamp);
                self.sit(Of::file(&target), text);
                Msg::Saved(target)
            }
            Err(save::NotSaved::Conflict) => Msg::NotSaved(NotSaved::Changed(target)),
            Err(save::NotSaved::Exists) => Msg::NotSaved(NotSaved::Exists(target)),
            Err(save::NotSaved::Failed(error)) => Msg::NotSaved(NotSaved::Failed(error.to_string())),
        }
    }

    fn load(&mut self, source: &Source) -> Result<Msg, Error> {
        let (loaded, origin) = match source {
            Source::Preset(preset) => {
                (Loaded::of_text(preset.name, preset.text), format!("preset {}", preset.name))
            }
            Source::File(path) => (load(&at_home(path))?, String::new()),
        };
        let opened = self.open(&loaded, origin)?;
        self.stamp = loaded.path.is_some().then_some(loaded.stamp);
        self.sit_on(&opened);
        Ok(Msg::Loaded(Box::new(opened)))
    }

    /// The session is on a plan now: what is found goes over its channel.
    pub fn sit_on(&self, opened: &Opened) {
        let text = opened.document.text();
        let of = match &opened.path {
            Some(path) => Of::file(path),
            None => Of::origin(&opened.origin, &text),
        };
        self.sit(of, &text);
    }

    fn sit(&self, of: Of, text: &str) {
        let found = self.keeper.sit(of, text);
        // the session outlives its effects
        let _ = self.to.send(Msg::Found(found).into());
    }

    /// Opens edits whose plan is in no file.
    fn load_edits(&mut self, mark: PathBuf) -> Result<Msg, Error> {
        let gone = || Error::file(&mark, "these edits are gone, or another podroom has them");
        let plan = self.keeper.find(mark.clone()).ok_or_else(gone)?;
        let id = plan.id;
        let opened = self.open_edits(plan);
        self.keeper.settle(id, if opened.is_ok() { Fate::Taken } else { Fate::Left });
        let opened = opened?;
        self.stamp = None;
        Ok(Msg::Recovered(Box::new(opened)))
    }

    fn open_edits(&self, Plan { of, text, .. }: Plan) -> Result<Opened, Error> {
        let loaded = match &of {
            Of::File(path) => Loaded { path: Some(path.clone()), ..Loaded::of_text(of.name(), text) },
            Of::Origin { .. } => Loaded::of_text(of.name(), text),
        };
        self.open(&loaded, of.name())
    }

    fn open(&self, loaded: &Loaded, origin: String) -> Result<Opened, Error> {
        loaded.plan(Ink::Plain)?;
        let tables = load_tables(loaded, &self.extra, Ink::Plain)?;
        opened(loaded, origin, tables).map_err(|p| loaded.rejected(&p, Ink::Plain))
    }

    fn list(&self) -> Listing {
        let files = list::plans(Path::new("."));
        let recent = dirs::state().map_or(Vec::new(), |state| recent::files(&state));
        let refused = files.as_ref().err().map(ToString::to_string);
        let is_recent = |file: &PathBuf| matches!(Of::file(file), Of::File(path) if recent.contains(&path));
        let files = files.unwrap_or_default().into_iter().filter(|file| !is_recent(file)).collect();
        let recent = recent.iter().map(|path| (keeper::at_home(path), keeper::near(path))).collect();
        Listing { recent, left: self.keeper.left(), files, refused }
    }

    /// Ends, with edits to be kept or without. Gives where they are.
    ///
    /// # Errors
    ///
    /// They could not be kept.
    pub fn end(self, edits: Option<String>) -> Result<Option<PathBuf>, String> {
        self.keeper.end(edits)
    }
}

/// A path with `~/` for the home directory, as shells have it.
fn at_home(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), env::var_os("HOME")) {
        (Ok(rest), Some(home)) => Path::new(&home).join(rest),
        _ => path.to_path_buf(),
    }
}
