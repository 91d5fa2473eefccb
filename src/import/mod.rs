//! Plan text from what people have at hand: kind's cluster file, what docker, kubectl and aws print.
//!
//! Inputs are recognised by what is in them, not by their names, and nothing is ever contacted. Each format is
//! one file and one row of `FORMATS`: how it is recognised, how it is read. A reader gives [facts](fact), which are
//! put together once all inputs have been read, in their order: what an earlier one says, a later one does not
//! overrule. What could not be known is a comment in the plan, never a guess.
//!
//! Reading and making a plan are apart: a [`Reading`] has the facts of its inputs, and no more of them, so that
//! each text can be let go of before the next one is read. Values are looked at one level at a time and never built
//! as a tree: 5,000 nodes with 100,000 pods as kubectl indents them (1.2 gigabytes) take 7.5 seconds of one core, and
//! little more memory than the longest text; without the indentation (0.6 gigabytes) they take 4 seconds.
//!
//! | part | what it knows |
//! |---|---|
//! | `value.rs`, `json.rs`, `yaml.rs` | JSON and YAML as one kind of value with its place in the text |
//! | `take.rs`, `mistake.rs` | reading values, and what is wrong with them |
//! | [`fact`] | what an input says |
//! | `kind.rs`, `patch.rs`, `docker.rs`, `eksctl.rs`, `ipamd.rs` | one format each; kubeadm's patches in kind's files |
//! | `kubernetes/` | what kubectl prints: one file for each kind of object, one row of `KINDS` |
//! | `aws/` | what aws prints: one file for each service's answers, one row of `ANSWERS` |
//! | `pod_table.rs` | kubectl's table of pods, which no plan is made of, but [`crate::audit`] looks at |
//! | `look.rs` | what an input looks like that no format reads, and what to run instead |
//! | `commands.rs` | the commands whose output is read |
//! | `join.rs`, `kinds.rs`, `groups.rs`, `homes.rs` | facts of all inputs together |
//! | [`live`] | the clusters of AWS as they are: whose each fact is, and who uses each address of a subnet |
//! | `eks/` | plans of those: subnets, variables, groups, workloads |
//! | `draft/`, `write/` | the plan, and its text |

mod aws;
mod commands;
mod docker;
mod draft;
mod eks;
mod eksctl;
pub mod fact;
mod groups;
mod homes;
mod ipamd;
mod join;
mod json;
mod kind;
mod kinds;
mod kubernetes;
pub mod live;
mod look;
mod mistake;
mod patch;
mod pod_table;
mod take;
mod value;
mod write;
mod yaml;

pub use commands::commands;
use fact::Fact;
use live::Live;
pub use mistake::Mistake;
use take::Take;
use value::{Document, Node};

use crate::limits;
use crate::plan::{self, Problem};

/// A kind of input.
struct Format {
    name: &'static str,
    is: fn(&Document<'_>) -> bool,
    /// Gives at least one fact, mistake, or document that is strange or empty.
    read: fn(&Document<'_>, &mut Take),
}

const FORMATS: &[Format] = &[
    Format { name: "a kind cluster", is: kind::is, read: kind::read },
    Format { name: "docker networks", is: docker::is, read: docker::read },
    Format { name: "objects of kubectl in JSON or YAML", is: kubernetes::is, read: kubernetes::read },
    Format { name: "JSON of aws ec2 and aws eks", is: aws::is, read: aws::read },
    Format { name: "ipamd's JSON and metrics", is: ipamd::is, read: ipamd::read },
    Format { name: "eksctl's ClusterConfig", is: eksctl::is, read: eksctl::read },
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
    pub subnets: usize,
    pub clusters: usize,
    /// Comments that say what could not be known, or was left out.
    pub notes: usize,
    /// Those of them that tell of what has no figures in the plan, though it takes addresses: each with its cluster.
    pub findings: Vec<String>,
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Inputs that cannot be read: for each its index and what is wrong with it, in the order of its text.
    Inputs(Vec<(usize, Vec<Mistake>)>),
    /// Something without which there is no plan is in none of the inputs: what, and what to run.
    Lacking { message: String, help: String },
    /// What the inputs say together is no plan: its text, and what is wrong with that.
    Plan { text: String, problems: Vec<Problem> },
}

/// Why an input was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// What is wrong with it, in the order of its text.
    pub mistakes: Vec<Mistake>,
    /// Nothing is wrong with it: it is something that is not read, or has nothing in it.
    pub strange: bool,
}

/// What inputs say.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    names: Vec<String>,
    facts: Vec<(usize, Fact)>,
    /// `kubectl get pods -o wide` is read, too.
    tables: bool,
}

impl Reading {
    /// One that also takes the table of pods that `kubectl get pods -o wide` prints. No plan is made of it.
    pub fn with_tables() -> Reading {
        Reading { tables: true, ..Reading::default() }
    }

    /// Reads an input; its text is not needed any more then.
    ///
    /// # Errors
    ///
    /// [`Unread`]; nothing of it has been taken then.
    pub fn add(&mut self, source: &Source<'_>) -> Result<(), Unread> {
        let facts = read(source, self.tables)?;
        let index = self.names.len();
        self.names.push(source.name.to_owned());
        self.facts.extend(facts.into_iter().map(|fact| (index, fact)));
        Ok(())
    }

    /// Something that a reader of the plan should know of the inputs.
    pub fn note(&mut self, note: String) {
        self.facts.push((self.names.len(), Fact::Note(note)));
    }

    /// Whether nothing has been read.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// What has been read, in the order of the inputs, each with the index of its input.
    pub fn facts(&self) -> impl Iterator<Item = (usize, &Fact)> {
        self.facts.iter().map(|(input, fact)| (*input, fact))
    }

    /// What the inputs are called.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// What a cluster is called of which no more is known than that it is of this input.
    pub fn called(&self, input: usize) -> String {
        take::harmless(self.names.get(input).map_or("cluster", |name| join::stem(name)))
    }

    /// What they say of clusters of AWS.
    pub fn live(mut self) -> Live {
        eks::live(&mut self.facts, &self.names)
    }

    /// Makes a plan. The same inputs in the same order give the same bytes.
    ///
    /// # Errors
    ///
    /// [`Refusal::Lacking`] and [`Refusal::Plan`].
    pub fn plan(self) -> Result<Imported, Refusal> {
        let draft = join::join(self.facts, &self.names)?;
        let imported = write::plan(&draft, &self.names);
        let problems = plan::parse(&imported.text).problems;
        if problems.is_empty() { Ok(imported) } else { Err(Refusal::Plan { text: imported.text, problems }) }
    }
}

/// Makes a plan from inputs that are all at hand.
///
/// # Errors
///
/// [`Refusal`].
pub fn import(sources: &[Source<'_>]) -> Result<Imported, Refusal> {
    let (mut reading, mut wrong) = (Reading::default(), Vec::new());
    for (index, source) in sources.iter().enumerate() {
        if let Err(unread) = reading.add(source) {
            wrong.push((index, unread.mistakes));
        }
    }
    if wrong.is_empty() { reading.plan() } else { Err(Refusal::Inputs(wrong)) }
}

/// The facts of one input.
fn read(source: &Source<'_>, tables: bool) -> Result<Vec<Fact>, Unread> {
    let text = source.text;
    let body = text.trim_start_matches('\u{feff}').trim_start();
    if tables && pod_table::is(body) {
        let mut take = Take::default();
        pod_table::read(text, &mut take);
        return told(take);
    }
    if let Some(mistake) = look::text(source.name, text) {
        return Err(Unread { mistakes: vec![mistake], strange: true });
    }
    if ipamd::is_metrics(body) {
        let mut take = Take::default();
        ipamd::metrics(text, &mut take);
        return told(take);
    }
    let explained = |mut mistake: Mistake| {
        let again = || format!("save the whole output or file again; {}", look::known());
        mistake.help.get_or_insert_with(again);
        Unread { mistakes: vec![mistake], strange: false }
    };
    if body.starts_with(['{', '[']) {
        let documents = json::documents(text).map_err(explained)?;
        facts(documents.into_iter().map(|raw| Node::Json { text, raw }))
    } else {
        let documents = yaml::documents(text).map_err(explained)?;
        facts(documents.iter().map(Node::Yaml))
    }
}

/// The facts of the documents of one input.
fn facts<'t>(documents: impl Iterator<Item = Node<'t>>) -> Result<Vec<Fact>, Unread> {
    let mut take = Take::default();
    for node in documents {
        let document = Document::of(node);
        match FORMATS.iter().find(|format| (format.is)(&document)) {
            Some(format) => (format.read)(&document, &mut take),
            None => take.strange.push(look::document(&document)),
        }
    }
    told(take)
}

/// What was read. What no format reads is a mistake, unless something else is read: then it is a note.
fn told(mut take: Take) -> Result<Vec<Fact>, Unread> {
    let by_place = |mistakes: &mut Vec<Mistake>| mistakes.sort_by_key(|mistake| mistake.span.start);
    if !take.mistakes.is_empty() {
        by_place(&mut take.mistakes);
        return Err(Unread { mistakes: take.mistakes, strange: false });
    }
    if take.facts.is_empty() {
        let mut strange = take.strange;
        strange.append(&mut take.empty);
        if strange.is_empty() {
            strange.push(Mistake::new(0..0, "there is no document in it").help(look::known()));
        }
        by_place(&mut strange);
        strange.truncate(limits::PROBLEMS);
        return Err(Unread { mistakes: strange, strange: true });
    }
    let mut notes: Vec<String> = Vec::new();
    for mistake in take.strange {
        let note = format!("passed over: {}", mistake.message);
        if !notes.contains(&note) && notes.len() < limits::PROBLEMS {
            notes.push(note);
        }
    }
    take.facts.extend(notes.into_iter().map(Fact::Note));
    Ok(take.facts)
}
