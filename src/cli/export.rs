//! `podroom export`: a plan in the form that other programs read.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser};

use super::input;
use super::{Failure, Global, Outcome, tell, variants};
use crate::export::report::{PARTS, Part};
use crate::export::{self, FORMS, Source};
use crate::file::load::path_shown;
use crate::file::save::{NotSaved, Over, save};

/// Write a plan in the form that other programs read.
///
/// What a form cannot say is a comment in it, never a guess; JSON has no comments, there it is told on standard
/// error. Nothing is ever contacted.
#[derive(Args, Debug)]
#[command(after_long_help = "Examples:
  podroom export plan.toml --as html -o report.html
  podroom export plan.toml --as csv --table growth
  podroom export plan.toml --as set-env --cluster prod
  podroom export plan.toml --as terraform -o vpc-cni.tf --force
  podroom export plan.toml --as addon > vpc-cni.json
  aws eks update-addon --cluster-name prod --addon-name vpc-cni --configuration-values file://vpc-cni.json")]
pub struct Export {
    /// File, preset or - [default: the preset eks-1200-pods].
    plan: Option<PathBuf>,
    /// What to write.
    #[arg(long = "as", value_name = "FORM", value_parser = forms())]
    form: String,
    /// The cluster, where the form is of one and the plan has several.
    #[arg(long, value_name = "NAME")]
    cluster: Option<String>,
    /// One table of the report, of forms that have tables.
    #[arg(long, value_name = "TABLE", value_parser = tables())]
    table: Option<String>,
    /// A variant of the plan in its place; `podroom variants` lists them.
    #[arg(long, value_name = "NAME")]
    variant: Option<String>,
    /// Write to this file, which must not be there yet [default: standard output].
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write over a file that is there.
    #[arg(long, requires = "output")]
    force: bool,
}

fn forms() -> PossibleValuesParser {
    PossibleValuesParser::new(FORMS.iter().map(|form| PossibleValue::new(form.name).help(form.doc)))
}

fn tables() -> PossibleValuesParser {
    PossibleValuesParser::new(PARTS.iter().map(|(_, name, doc)| PossibleValue::new(*name).help(*doc)))
}

impl Export {
    pub fn run(self, global: &Global) -> Result<Outcome, Failure> {
        let form = export::form(&self.form).ok_or("no such form".to_owned())?;
        let opened = input::open(self.plan.as_deref(), global)?;
        let opened = variants::opened(opened, self.variant.as_deref(), global)?;
        let (document, evaluation) = (opened.document(global)?, opened.evaluate(global)?);
        let source = Source {
            document: &document,
            tables: &opened.tables,
            evaluation: &evaluation,
            cluster: None,
            table: self.table.as_deref().and_then(Part::named),
        };
        let exported = export::write(form, &source, self.cluster.as_deref())?;
        let printed = match self.output.filter(|path| !input::is_standard(path)) {
            None => exported.text,
            Some(path) => {
                write(&path, &exported.text, self.force)?;
                String::new()
            }
        };
        for note in &exported.notes {
            tell(note);
        }
        Ok(Outcome::Print(printed))
    }
}

fn write(path: &Path, text: &str, force: bool) -> Result<(), Failure> {
    let shown = path_shown(path);
    let over = if force { Over::Anything } else { Over::Nothing };
    save(path, text, over).map_err(|e| match e {
        NotSaved::Failed(error) => Failure::from(error),
        NotSaved::Exists | NotSaved::Conflict => {
            format!("{shown}: there is such a file already: name another, or give --force").into()
        }
    })?;
    tell(&format!("{shown}: written"));
    Ok(())
}
