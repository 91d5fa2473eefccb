//! `podroom variants`: a plan and its variants side by side; one as a plan of its own.

use std::io;
use std::path::{Path, PathBuf};

use clap::Args;

use super::input::{self, Opened};
use super::{Failure, Global, Outcome, tell};
use crate::compare::{Side, side};
use crate::engine::Lives;
use crate::file::load::{Loaded, path_shown};
use crate::file::save::{NotSaved, Over, save};
use crate::output::{Format, variants};
use crate::plan::document::Document;
use crate::suggest::nearest;
use crate::text::{excerpt, list};

/// Print a plan and its variants side by side, or write one as a plan of its own.
///
/// Variants are what-if versions in the plan's own file, [variant.NAME], each as what differs from the plan.
/// `podroom show PLAN --variant NAME` prints all tables of one.
#[derive(Args, Debug)]
pub struct Variants {
    /// File, preset or - [default: the preset eks-1200-pods].
    plan: Option<PathBuf>,
    #[arg(long, default_value = "table", conflicts_with = "write")]
    format: Format,
    /// Write this variant as a plan of its own.
    #[arg(long, value_name = "NAME")]
    write: Option<String>,
    /// To this file, which must not be there yet [default: standard output].
    #[arg(short, long, value_name = "FILE", requires = "write")]
    output: Option<PathBuf>,
}

impl Variants {
    pub fn run(self, global: &Global) -> Result<Outcome, Failure> {
        let opened = input::open(self.plan.as_deref(), global)?;
        if let Some(name) = &self.write {
            let text = alone(&opened, name, global)?.text();
            return match self.output.filter(|path| !input::is_standard(path)) {
                None => Ok(Outcome::Print(text)),
                Some(path) => write(&path, &text).map(|()| Outcome::Print(String::new())),
            };
        }
        let document = opened.document(global)?;
        let mut lives = Lives::default();
        let outcome = |side: Side| {
            let outcome = side.outcome(&opened.tables, &mut lives);
            (side, outcome)
        };
        let compared: Vec<variants::Compared> =
            (0..).map_while(|i| side(&document, i)).map(outcome).collect();
        let printed = variants::print(&compared, self.format, global.color.paper());
        Ok(Outcome::Print(printed.map_err(|e| e.to_string())?))
    }
}

/// A variant of a plan as a plan of its own.
fn alone(opened: &Opened, name: &str, global: &Global) -> Result<Document, Failure> {
    let document = opened.document(global)?;
    let variants = &document.plan().variants;
    let Some(variant) = variants.iter().find(|v| v.name == name) else {
        let names: Vec<&str> = variants.iter().map(|v| v.name.as_str()).collect();
        let help = match (nearest(name, names.iter().copied()), names.as_slice()) {
            (Some(near), _) => format!("did you mean {}?", excerpt(near)),
            (None, []) => "the plan has no variants: write one as [variant.NAME]".to_owned(),
            (None, names) => format!("there are {}", list(names)),
        };
        return Err(format!("no variant is called {}: {help}", excerpt(name)).into());
    };
    let ink = global.color.ink(&io::stderr());
    Ok(variant.alone(&document).map_err(|problems| opened.loaded.rejected(&problems, ink))?)
}

/// The plan, or a variant of it in its place.
pub(super) fn opened(opened: Opened, variant: Option<&str>, global: &Global) -> Result<Opened, Failure> {
    let Some(name) = variant else { return Ok(opened) };
    let own = alone(&opened, name, global)?;
    let path = opened.loaded.path.clone();
    let loaded =
        Loaded { path, ..Loaded::of_text(format!("{} --variant {name}", opened.loaded.name), own.text()) };
    // a variant may name other tables
    let tables = crate::file::load::load_tables(&loaded, &global.instances, global.color.ink(&io::stderr()))?;
    Ok(Opened { loaded, tables })
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let shown = path_shown(path);
    save(path, text, Over::Nothing).map_err(|e| match e {
        NotSaved::Failed(error) => Failure::from(error),
        NotSaved::Exists | NotSaved::Conflict => {
            format!("{shown}: there is such a file already: name another, or remove it").into()
        }
    })?;
    tell(&format!("{shown}: written"));
    Ok(())
}
