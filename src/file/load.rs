//! Reading plans and instance tables.

use std::fs::File;
use std::hash::{DefaultHasher, Hasher};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::diagnose::{self, Ink};
use super::{Error, reason};
use crate::instance::Tables;
use crate::limits;
use crate::plan::{Document, Parsed, Place, Plan, Problem, Row, parse};
use crate::replay::Entry;
use crate::text::{shown, thousands};

/// What a file had in it when it was read or written; tells whether somebody has changed it since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    len: u64,
    hash: u64,
}

impl Stamp {
    /// The stamp of some content.
    pub fn of(bytes: &[u8]) -> Stamp {
        let mut hasher = DefaultHasher::new();
        hasher.write(bytes);
        Stamp { len: bytes.len() as u64, hash: hasher.finish() }
    }

    /// Whether a file has this content still.
    pub(super) fn is_of(self, path: &Path) -> io::Result<bool> {
        let file = File::open(path)?;
        if file.metadata()?.len() != self.len {
            return Ok(false);
        }
        let mut bytes = Vec::new();
        file.take(self.len + 1).read_to_end(&mut bytes)?;
        Ok(self == Stamp::of(&bytes))
    }
}

/// A plan file, read.
#[derive(Debug)]
pub struct Loaded {
    /// What messages call it: the path as given, or `standard input`. Not yet safe to print.
    pub name: String,
    /// Where it is; `None` for standard input and presets.
    pub path: Option<PathBuf>,
    pub text: String,
    pub parsed: Parsed,
    /// For [`super::save::save`].
    pub stamp: Stamp,
}

impl Loaded {
    /// A plan that is no file of its own: a preset.
    pub fn of_text(name: impl Into<String>, text: impl Into<String>) -> Loaded {
        let text = text.into();
        let parsed = parse(&text);
        Loaded { name: name.into(), path: None, stamp: Stamp::of(text.as_bytes()), text, parsed }
    }

    /// The plan.
    ///
    /// # Errors
    ///
    /// Every mistake in it, rendered.
    pub fn plan(&self, ink: Ink) -> Result<&Plan, Error> {
        let problems =
            || Error::Rendered(diagnose::problems(&self.parsed.problems, &self.name, &self.text, ink));
        self.parsed.plan.as_ref().ok_or_else(problems)
    }

    /// The plan's text under edit.
    ///
    /// # Errors
    ///
    /// Every mistake in it.
    pub fn document(&self) -> Result<Document, Vec<Problem>> {
        Document::of(&self.text, &self.parsed)
    }

    /// Mistakes that were found elsewhere, such as by [`crate::engine::evaluate()`], with their places in the
    /// text, rendered.
    pub fn rejected(&self, problems: &[Problem], ink: Ink) -> Error {
        let mut located = problems.to_vec();
        for problem in &mut located {
            problem.span = problem.span.take().or_else(|| self.parsed.span(&problem.place));
        }
        Error::Rendered(diagnose::problems(&located, &self.name, &self.text, ink))
    }
}

/// Reads a plan; `-` is standard input. What is wrong with the text is in [`Loaded::parsed`].
///
/// # Errors
///
/// Directories, files that cannot be opened, longer than [`limits::PLAN_BYTES`], or no text.
pub fn load(path: &Path) -> Result<Loaded, Error> {
    if path == Path::new("-") {
        let name = "standard input";
        let text = text(io::stdin().lock(), limits::PLAN_BYTES, Kind::Plan)
            .map_err(|reason| Error::file(Path::new(name), reason))?;
        return Ok(Loaded::of_text(name, text));
    }
    let text = read(path, limits::PLAN_BYTES, Kind::Plan)?;
    Ok(Loaded { path: Some(path.to_path_buf()), ..Loaded::of_text(path.to_string_lossy(), text) })
}

/// The text of a scenario file; `-` is standard input.
///
/// # Errors
///
/// As [`load`].
pub fn scenario_text(path: &Path) -> Result<String, Error> {
    if path == Path::new("-") {
        return text(io::stdin().lock(), limits::PLAN_BYTES, Kind::Scenario)
            .map_err(|reason| Error::file(Path::new("standard input"), reason));
    }
    read(path, limits::PLAN_BYTES, Kind::Scenario)
}

/// The built-in instance table with those that a plan file names on top, and then those of the command line.
///
/// # Errors
///
/// As [`tables`]; for a table that the plan names and that cannot be read, the plan's line is shown.
pub fn load_tables(loaded: &Loaded, extra: &[PathBuf], ink: Ink) -> Result<Tables, Error> {
    let named = loaded.parsed.plan.as_ref().map_or(&[][..], |plan| &plan.instances);
    let mut tables = Tables::builtin();
    for (i, name) in named.iter().enumerate() {
        add_named(&mut tables, name, loaded.path.as_deref(), ink).map_err(|error| match error {
            Error::File { .. } => {
                let place = Place::item(Row::Plan, "instances", i);
                loaded.rejected(&[Problem::new(place, format!("instances: {error}"))], ink)
            }
            rendered => rendered,
        })?;
    }
    add_tables(&mut tables, extra, ink)?;
    Ok(tables)
}

/// As [`load_tables`], for a plan that is being edited: `named` are its tables, `path` is its file.
///
/// # Errors
///
/// A table that cannot be read, or every mistake in it, rendered.
pub fn tables(named: &[String], path: Option<&Path>, extra: &[PathBuf], ink: Ink) -> Result<Tables, Error> {
    let mut tables = Tables::builtin();
    named.iter().try_for_each(|name| add_named(&mut tables, name, path, ink))?;
    add_tables(&mut tables, extra, ink)?;
    Ok(tables)
}

/// Puts a table on top that lies relative to a plan's file.
fn add_named(tables: &mut Tables, name: &str, plan: Option<&Path>, ink: Ink) -> Result<(), Error> {
    let beside = plan.and_then(Path::parent);
    add_tables(tables, &[beside.map_or_else(|| PathBuf::from(name), |dir| dir.join(name))], ink)
}

/// Puts tables on top of others, each over those before it.
///
/// # Errors
///
/// As [`load_tables`].
pub fn add_tables(tables: &mut Tables, paths: &[PathBuf], ink: Ink) -> Result<(), Error> {
    paths.iter().try_for_each(|path| {
        let text = read(path, limits::FILE_BYTES, Kind::Table)?;
        let name = path.to_string_lossy();
        match tables.add(&text, &name) {
            Ok(_) => Ok(()),
            Err(mistakes) => Err(Error::Rendered(diagnose::table_problems(&mistakes, &name, &text, ink))),
        }
    })
}

/// Reads timelines; `-` is standard input.
///
/// # Errors
///
/// As [`load`], or every mistake in them, rendered.
pub fn timelines(path: &Path, ink: Ink) -> Result<Vec<Entry>, Error> {
    let (name, text) = if path == Path::new("-") {
        let name = "standard input";
        let text = text(io::stdin().lock(), limits::FILE_BYTES, Kind::Timelines);
        (name.to_owned(), text.map_err(|reason| Error::file(Path::new(name), reason))?)
    } else {
        (path.to_string_lossy().into_owned(), read(path, limits::FILE_BYTES, Kind::Timelines)?)
    };
    let rendered =
        |mistakes: Vec<_>| Error::Rendered(diagnose::timeline_problems(&mistakes, &name, &text, ink));
    Entry::all(&text).map_err(rendered)
}

/// An input of `podroom import`, with what it is called; `-` is standard input.
///
/// # Errors
///
/// As [`load`], only that it may be longer: [`limits::IMPORT_BYTES`].
pub fn input(path: &Path) -> Result<(String, String), Error> {
    if path == Path::new("-") {
        let name = "standard input";
        let text = text(io::stdin().lock(), limits::IMPORT_BYTES, Kind::Input)
            .map_err(|reason| Error::file(Path::new(name), reason))?;
        return Ok((name.to_owned(), text));
    }
    Ok((path.to_string_lossy().into_owned(), read(path, limits::IMPORT_BYTES, Kind::Input)?))
}

/// The text of the configuration; `None` if there is no such file.
///
/// # Errors
///
/// As [`load`].
pub fn configuration(path: &Path) -> Result<Option<String>, Error> {
    match path.symlink_metadata() {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        _ => read(path, limits::CONFIG_BYTES, Kind::Config).map(Some),
    }
}

/// What a file should be.
#[derive(Clone, Copy)]
enum Kind {
    Plan,
    Scenario,
    Table,
    Timelines,
    Input,
    Config,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Plan => "a plan file",
            Kind::Scenario => "a scenario file",
            Kind::Table => "an instance table",
            Kind::Timelines => "a file of timelines",
            Kind::Input => "a file to import",
            Kind::Config => "a configuration",
        }
    }
}

/// The text of a file.
fn read(path: &Path, most: u64, kind: Kind) -> Result<String, Error> {
    let fail = |reason: String| Error::file(path, reason);
    let file = File::open(path).map_err(|e| fail(reason(&e)))?;
    let about = file.metadata().map_err(|e| fail(reason(&e)))?;
    if about.is_dir() {
        return Err(fail(format!("it is a directory: name {} in it", kind.name())));
    }
    // pipes and devices say nothing about their size, so the read is bounded, too
    if about.is_file() && about.len() > most {
        return Err(fail(too_large(Some(about.len()), most)));
    }
    text_of(file, about.len().min(most), most, kind).map_err(fail)
}

/// Everything there is to read, if that is a text of at most so many bytes.
fn text(from: impl Read, most: u64, kind: Kind) -> Result<String, String> {
    text_of(from, 0, most, kind)
}

/// The same of so many bytes, as far as is known: a text that grows would be held twice at times.
fn text_of(from: impl Read, bytes: u64, most: u64, kind: Kind) -> Result<String, String> {
    let mut bytes = Vec::with_capacity(usize::try_from(bytes).unwrap_or(0).saturating_add(1));
    from.take(most + 1).read_to_end(&mut bytes).map_err(|e| reason(&e))?;
    if bytes.len() as u64 > most {
        return Err(too_large(None, most));
    }
    let binary = |what: String| format!("{what}: name {}, which is UTF-8 text", kind.name());
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err("it is UTF-16 text: save it as UTF-8".to_owned());
    }
    if let Some(at) = bytes.iter().position(|b| *b == 0) {
        return Err(binary(format!("it is binary, with a zero byte at offset {}", thousands(at as u64))));
    }
    String::from_utf8(bytes).map_err(|e| {
        let at = e.utf8_error().valid_up_to();
        let byte = e.as_bytes().get(at).copied().unwrap_or_default();
        let line = e.as_bytes().iter().take(at).filter(|b| **b == b'\n').count() + 1;
        binary(format!("it is no UTF-8 text, with the byte 0x{byte:02x} in line {}", thousands(line as u64)))
    })
}

fn too_large(bytes: Option<u64>, most: u64) -> String {
    let size =
        bytes.map_or_else(|| "it is too large".to_owned(), |n| format!("it has {} bytes", thousands(n)));
    format!("{size}: at most {} are read", thousands(most))
}

/// A path as messages show it.
pub fn path_shown(path: &Path) -> String {
    shown(&path.to_string_lossy())
}
