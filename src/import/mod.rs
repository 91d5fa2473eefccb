//! Plan text from what people have at hand: kind's cluster file, what docker and kubectl print.
//!
//! Inputs are recognised by what is in them, not by their names, and nothing is ever contacted. Each format is
//! one file and one row of `FORMATS`: how it is recognised, how it is read. A reader gives facts, which are put
//! together once all inputs have been read, in their order: what an earlier one says, a later one does not
//! overrule. What could not be known is a comment in the plan, never a guess.
//!
//! | part | what it knows |
//! |---|---|
//! | `value.rs`, `json.rs`, `yaml.rs` | JSON and YAML as one kind of value with its place in the text |
//! | `take.rs`, `mistake.rs` | reading values, and what is wrong with them |
//! | `fact.rs` | what an input says |
//! | `kind.rs`, `patch.rs`, `docker.rs`, `nodes.rs` | one format each; kubeadm's patches in kind's files |
//! | `look.rs` | what an input looks like that no format reads, and what to run instead |
//! | `join.rs`, `kinds.rs`, `groups.rs` | facts of all inputs together |
//! | `draft.rs`, `write.rs` | the plan, and its text |

mod docker;
mod draft;
mod fact;
mod groups;
mod join;
mod json;
mod kind;
mod kinds;
mod look;
mod mistake;
mod nodes;
mod patch;
mod take;
mod value;
mod write;
mod yaml;

use fact::Fact;
pub use mistake::Mistake;
use take::Take;
use value::Node;

use crate::plan::{self, Problem};

/// A kind of input.
struct Format {
    name: &'static str,
    /// What to run, or where to find it.
    run: &'static str,
    is: fn(Node<'_>) -> bool,
    /// Gives at least one fact or mistake.
    read: fn(Node<'_>, &mut Take),
}

const FORMATS: &[Format] = &[
    Format { name: "a kind cluster", run: kind::RUN, is: kind::is, read: kind::read },
    Format { name: "docker networks", run: docker::RUN, is: docker::is, read: docker::read },
    Format { name: "nodes", run: nodes::RUN, is: nodes::is, read: nodes::read },
];

/// A text to import.
#[derive(Debug, Clone, Copy)]
pub struct Source<'t> {
    /// What it is called: its path as the user gave it, or `standard input`. Clusters without a name of their own
    /// are called after it.
    pub name: &'t str,
    pub text: &'t str,
}

/// A plan made from inputs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The plan, in TOML.
    pub text: String,
    pub networks: usize,
    pub clusters: usize,
    /// Comments that say what could not be known, or was left out.
    pub notes: usize,
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Inputs that cannot be read: for each its index and what is wrong with it, in the order of its text.
    Inputs(Vec<(usize, Vec<Mistake>)>),
    /// What the inputs say together is no plan: its text, and what is wrong with that.
    Plan { text: String, problems: Vec<Problem> },
}

/// Makes a plan from inputs. The same inputs in the same order give the same bytes.
///
/// # Errors
///
/// [`Refusal`].
pub fn import(sources: &[Source<'_>]) -> Result<Imported, Refusal> {
    let (mut facts, mut wrong) = (Vec::new(), Vec::new());
    for (index, source) in sources.iter().enumerate() {
        match read(source.text) {
            Ok(read) => facts.extend(read.into_iter().map(|fact| (index, fact))),
            Err(mut mistakes) => {
                mistakes.sort_by_key(|mistake| mistake.span.start);
                wrong.push((index, mistakes));
            }
        }
    }
    if !wrong.is_empty() {
        return Err(Refusal::Inputs(wrong));
    }
    let names: Vec<&str> = sources.iter().map(|source| source.name).collect();
    let imported = write::plan(&join::join(facts, &names), &names);
    let problems = plan::parse(&imported.text).problems;
    if problems.is_empty() { Ok(imported) } else { Err(Refusal::Plan { text: imported.text, problems }) }
}

/// The facts of one input.
fn read(text: &str) -> Result<Vec<Fact>, Vec<Mistake>> {
    if let Some(mistake) = look::text(text) {
        return Err(vec![mistake]);
    }
    let is_json = text.trim_start_matches('\u{feff}').trim_start().starts_with(['{', '[']);
    let explained = |mut mistake: Mistake| {
        let again = || format!("save the whole output or file again; {}", look::known());
        mistake.help.get_or_insert_with(again);
        vec![mistake]
    };
    if is_json {
        let documents = json::documents(text).map_err(explained)?;
        facts(documents.into_iter().map(|raw| Node::Json { text, raw }))
    } else {
        let documents = yaml::documents(text).map_err(explained)?;
        facts(documents.iter().map(Node::Yaml))
    }
}

/// The facts of the documents of one input. One that no format reads is a mistake, unless another is read: then
/// it is a note.
fn facts<'t>(documents: impl Iterator<Item = Node<'t>>) -> Result<Vec<Fact>, Vec<Mistake>> {
    let mut take = Take::default();
    let mut strange = Vec::new();
    for node in documents {
        match FORMATS.iter().find(|format| (format.is)(node)) {
            Some(format) => (format.read)(node, &mut take),
            None => strange.push(look::document(node)),
        }
    }
    if !take.mistakes.is_empty() {
        return Err(take.mistakes);
    }
    if take.facts.is_empty() {
        if strange.is_empty() {
            strange.push(Mistake::new(0..0, "there is no document in it").help(look::known()));
        }
        strange.truncate(crate::limits::PROBLEMS);
        return Err(strange);
    }
    take.facts
        .extend(strange.into_iter().map(|mistake| Fact::Note(format!("passed over: {}", mistake.message))));
    Ok(take.facts)
}
