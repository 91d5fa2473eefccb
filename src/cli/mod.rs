//! Commands and their arguments. One file per command; each turns its arguments into an outcome or a
//! failure, and [`main`] is the only one that prints and decides the exit status.
//!
//! Exit status: 0 done; 1 from `check`, `audit`, `diff --check` and `fmt --check` when something is violated; 2 bad input,
//! usage or I/O. A reader that closes the pipe early (`podroom show | head -1`) has what it wanted: nothing is
//! said, and the status is that of the whole answer.

mod addresses;
mod audit;
mod check;
mod completions;
mod config;
mod diff;
mod env;
mod export;
mod fit;
mod fmt;
mod import;
mod input;
mod instances;
mod look;
mod man;
mod managers;
mod max_pods;
mod node;
mod open;
mod presets;
mod reading;
mod recommend;
mod replay;
mod routes;
mod schema;
mod shot;
mod show;
mod simulate;
mod sweep;
mod tone;
mod variants;

use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, CommandFactory, Parser, Subcommand};

use crate::app::theme::ThemeName;
use crate::file;
use crate::text::{excerpt, is_hostile, shown};

/// podroom's version and that of the program whose behaviour is computed.
const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (models amazon-vpc-cni-k8s v1.23.1)");

/// Plans the IP addresses of Kubernetes clusters: what the nodes of the AWS VPC CNI hold, and where it runs
/// out.
///
/// PLAN is a file, the name of a preset, or - for standard input. Without a command the planner opens; with
/// TERM=dumb, or when standard output is no terminal, the tables are printed as by `podroom show`.
///
/// Exit status: 0 done; 1 from `check`, `audit`, `diff --check` and `fmt --check` when something is violated; 2 bad
/// input, usage or I/O; 128 + n on signal n.
#[derive(Parser, Debug)]
#[command(name = "podroom", version = VERSION, max_term_width = 100)]
pub struct Cli {
    /// Plan to open: file, preset or - [default: the preset eks-1200-pods].
    plan: Option<PathBuf>,
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Option<Command>,
}

/// What holds for every command.
#[derive(Args, Debug)]
#[command(next_help_heading = "Global options")]
struct Global {
    /// Instance table on top of the built-in one: TOML, or the JSON of `aws ec2 describe-instance-types`
    /// (repeatable; later files win).
    #[arg(long, global = true, value_name = "FILE")]
    instances: Vec<PathBuf>,
    /// Colour: `auto` is on a terminal without NO_COLOR.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: tone::Color,
    /// What the planner looks like; goes before the configuration, and before NO_COLOR and --color.
    #[arg(long, global = true, value_name = "NAME", value_parser = look::themes(), hide_possible_values = true)]
    theme: Option<ThemeName>,
    /// Draw the planner with ASCII characters only.
    #[arg(long, global = true)]
    ascii: bool,
    /// Leave the mouse to the terminal.
    #[arg(long, global = true)]
    no_mouse: bool,
    /// Go on as without a configuration file.
    #[arg(long, global = true)]
    no_config: bool,
}

#[derive(Subcommand, Debug)]
enum Command {
    Show(show::Show),
    Addresses(addresses::Addresses),
    Variants(variants::Variants),
    Diff(diff::DiffArgs),
    Check(check::Check),
    Fmt(fmt::Fmt),
    Node(node::Node),
    MaxPods(max_pods::MaxPods),
    Fit(fit::Fit),
    Sweep(sweep::Sweep),
    Recommend(recommend::Recommend),
    Simulate(simulate::Simulate),
    Import(import::Import),
    Audit(audit::Audit),
    Export(export::Export),
    Routes(routes::Routes),
    Replay(replay::Replay),
    Instances(instances::Instances),
    Managers(managers::Managers),
    Presets(presets::Presets),
    Shot(shot::Shot),
    Schema(schema::Schema),
    Config(config::Config),
    Completions(completions::Completions),
    Man(man::Man),
}

/// What a command came to.
enum Outcome {
    /// Results for standard output; status 0.
    Print(String),
    /// Violations for standard output; status 1.
    Violated(String),
    /// Results for standard output as far as they go; status 128 + this signal.
    Interrupted(String, u8),
    /// The planner ran, and ended with this.
    Ended(ExitCode),
}

/// Why a command did not do what it was asked to: what goes to standard error. Status 2.
struct Failure {
    /// A message of its own, or diagnostics that already look like one.
    message: Result<String, String>,
}

impl Failure {
    fn print(&self, color: tone::Color) {
        let mut stderr = io::stderr().lock();
        // nobody is left to tell when standard error is closed
        let _ = match &self.message {
            Ok(message) => {
                let error = color.ink(&stderr).paint("1;31", "error:");
                writeln!(stderr, "{error} {message}")
            }
            Err(diagnostics) => writeln!(stderr, "{}", diagnostics.trim_end()),
        };
    }
}

impl From<String> for Failure {
    fn from(message: String) -> Failure {
        Failure { message: Ok(message) }
    }
}

impl From<file::Error> for Failure {
    fn from(error: file::Error) -> Failure {
        match error {
            file::Error::File { .. } => error.to_string().into(),
            file::Error::Rendered(diagnostics) => Failure { message: Err(diagnostics) },
        }
    }
}

/// The program: reads the arguments, runs the command, prints, and gives the exit status.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        // also --help and --version, which are not errors
        Err(usage) => {
            print_usage(&usage);
            return ExitCode::from(u8::try_from(usage.exit_code()).unwrap_or(2));
        }
    };
    let color = cli.global.color;
    let written = cli.run().and_then(|outcome| match outcome {
        Outcome::Print(text) => written(&text).map(|()| ExitCode::SUCCESS),
        Outcome::Violated(text) => written(&text).map(|()| ExitCode::from(1)),
        Outcome::Interrupted(text, signal) => written(&text).map(|()| ExitCode::from(128 + signal)),
        Outcome::Ended(code) => Ok(code),
    });
    written.unwrap_or_else(|failure| {
        failure.print(color);
        ExitCode::from(2)
    })
}

impl Cli {
    fn run(self) -> Result<Outcome, Failure> {
        let global = &self.global;
        let Some(command) = self.command else { return open::run(self.plan.as_deref(), global) };
        if let Some(plan) = self.plan {
            return Err(format!(
                "{} stands before the command; a plan comes after it, as in podroom show PLAN",
                excerpt(&plan.to_string_lossy())
            )
            .into());
        }
        match command {
            Command::Show(show) => show.run(global),
            Command::Addresses(addresses) => addresses.run(global),
            Command::Variants(variants) => variants.run(global),
            Command::Diff(diff) => diff.run(global),
            Command::Fmt(fmt) => fmt.run(global),
            Command::Check(check) => check.run(global),
            Command::Node(node) => node.run(global),
            Command::MaxPods(max_pods) => max_pods.run(global),
            Command::Fit(fit) => fit.run(global),
            Command::Sweep(sweep) => sweep.run(global),
            Command::Recommend(recommend) => recommend.run(global),
            Command::Simulate(simulate) => simulate.run(global),
            Command::Import(import) => import.run(global),
            Command::Audit(audit) => audit.run(global),
            Command::Export(export) => export.run(global),
            Command::Routes(routes) => routes.run(global),
            Command::Replay(replay) => replay.run(global),
            Command::Instances(instances) => instances.run(global),
            Command::Managers(managers) => managers.run(global),
            Command::Presets(presets) => presets.run(global),
            Command::Shot(shot) => shot.run(global),
            Command::Schema(schema) => schema.run(),
            Command::Config(config) => config.run(),
            Command::Completions(completions) => completions.run(Cli::command()),
            Command::Man(man) => man.run(Cli::command()),
        }
    }
}

/// What clap says; it repeats arguments as they are, which may do things to a terminal.
fn print_usage(usage: &clap::Error) {
    let hostile = std::env::args_os().any(|arg| arg.to_string_lossy().contains(is_hostile));
    if hostile && usage.use_stderr() {
        let text = usage.render().to_string();
        let lines: Vec<String> = text.lines().map(shown).collect();
        let _ = writeln!(io::stderr(), "{}", lines.join("\n"));
    } else {
        let _ = usage.print();
    }
}

/// Says something on standard error, beside the results.
fn tell(text: &str) {
    // nobody is left to tell when standard error is closed
    let _ = writeln!(io::stderr(), "podroom: {text}");
}

/// Writes results. A closed pipe is no failure.
fn written(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => {
            Err(format!("standard output cannot be written: {e}").into())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }
}
