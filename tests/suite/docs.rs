//! The pages of `docs/`: what they list is what the tables have, what they link to is there. Their commands run in
//! [`crate::cli`].
//!
//! Below its mark a page is made of a table. With DOCS=overwrite in the environment that part is made again.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use podroom::app::action::{ACTIONS, Context};
use podroom::app::screen::SCREENS;
use podroom::engine::Severity;
use podroom::engine::findings::RULES;
use podroom::manager::MANAGERS;
use podroom::plan::field::{Field, Section, fields};
use podroom::plan::parse;
use podroom::plan::scenario::kind::{KEYS, KINDS};

use crate::cli::COMMANDS;
use crate::facts::EKS;
use crate::findings::cases;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
/// What is below it is made of a table.
const MARK: &str = "<!-- below: made by DOCS=overwrite cargo test --test suite docs -->\n";

fn read(path: impl AsRef<Path>) -> String {
    let path = Path::new(ROOT).join(path);
    fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// A cell of a Markdown table: no column ends in it.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;")
}

fn code(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("`{}`", text.replace('|', "\\|")) }
}

/// The managers to which a field means something.
fn managers(field: &Field) -> String {
    let known: Vec<&str> =
        MANAGERS.iter().filter(|manager| field.is_of(manager)).map(|manager| manager.name).collect();
    if known.len() == MANAGERS.len() { "all".to_string() } else { known.join(", ") }
}

/// The keys of the plan file, section by section.
fn plan() -> String {
    let sections = [
        (Section::Plan, "The top of the file", "Once, before the first table."),
        (Section::Subnet, "`[[subnet]]`", "A subnet of a VPC, in the order of its rows everywhere."),
        (Section::Network, "`[[network]]`", "A docker network, as `docker network create` makes it."),
        (
            Section::Cluster,
            "`[[cluster]]`",
            "Its manager decides which keys mean something: those of the last column know the key.",
        ),
        (
            Section::Env,
            "`[cluster.env]`",
            "The variables of the aws-node DaemonSet. Those that say nothing about addresses are taken and mean nothing.",
        ),
        (Section::NodeGroup, "`[[cluster.node_group]]`", "A group of the cluster above it."),
        (Section::Workload, "`[[cluster.workload]]`", "Pods of the cluster above it."),
    ];
    let mut out = String::new();
    for (section, title, doc) in sections {
        let by_manager = section == Section::Cluster;
        let (head, line) = if by_manager { (" managers |", "---|") } else { ("", "") };
        let _ = writeln!(
            out,
            "\n### {title}\n\n{doc}\n\n| key | what | default | value |{head}\n|---|---|---|---|{line}"
        );
        for field in fields(section) {
            let (doc, value) = (cell(field.doc), cell(&field.kind.allowed()));
            let managers = if by_manager { format!(" {} |", managers(field)) } else { String::new() };
            let _ = writeln!(
                out,
                "| {} | {doc} | {} | {value} |{managers}",
                code(field.key),
                cell(field.default)
            );
        }
    }
    out += "\n### `[scenario.NAME]`\n\nWhat happens over time; `[[scenario.NAME.event]]` are its events.\n\n\
            | key | what | default |\n|---|---|---|\n";
    for key in KEYS {
        let _ = writeln!(out, "| {} | {} | {} |", code(key.name), cell(key.doc), cell(key.default));
    }
    out += "\nEvents have a time `at`, say what to `do`, and have the keys of that; those with a question mark may be \
            left out.\n\n| `do` | what happens | keys |\n|---|---|---|\n";
    for kind in KINDS {
        let keys = kind.required.iter().map(|k| code(k));
        let keys: Vec<String> = keys.chain(kind.optional.iter().map(|k| code(k) + "?")).collect();
        let _ = writeln!(out, "| {} | {} | {} |", code(kind.name), cell(kind.doc), keys.join(", "));
    }
    out
}

/// What can be done in the planner, context by context.
fn keys() -> String {
    let mut out = String::from("\n## Screens\n\n| key | screen | shows |\n|---|---|---|\n");
    for row in SCREENS {
        let _ = writeln!(out, "| {} | {} | {} |", code(&row.digit.to_string()), row.name, cell(row.doc));
    }
    let mut contexts: Vec<Context> = Vec::new();
    for row in ACTIONS {
        if !contexts.contains(&row.context) {
            contexts.push(row.context);
        }
    }
    for context in contexts {
        let _ = write!(
            out,
            "\n## {}\n\nIn the configuration: `[keys.{}]`.\n\n| keys | does | name |\n|---|---|---|\n",
            context.title(),
            context.name()
        );
        for row in ACTIONS.iter().filter(|row| row.context == context) {
            let keys: Vec<String> = row.keys.iter().map(|key| code(key)).collect();
            let (doc, name) = (cell(row.doc), row.action.name());
            let _ = writeln!(out, "| {} | {doc} | {} |", keys.join(" "), code(&name));
        }
    }
    out
}

#[test]
fn what_the_pages_list_is_what_the_tables_have() {
    let overwrite = std::env::var_os("DOCS").is_some_and(|v| v == "overwrite");
    for (name, made) in [("docs/plan.md", plan()), ("docs/keys.md", keys())] {
        let page = read(name);
        let (by_hand, listed) = page.split_once(MARK).unwrap_or_else(|| panic!("{name} has no {MARK}"));
        if overwrite {
            fs::write(Path::new(ROOT).join(name), [by_hand, MARK, &made].concat()).expect("written");
        } else {
            assert!(listed == made, "{name} is out of date: DOCS=overwrite cargo test --test suite docs");
        }
    }
}

/// A section for each code, in the order of the table: what it means is the table's, what else it says is not empty.
#[test]
fn every_finding_has_its_section() {
    let mut severities: BTreeMap<&str, BTreeSet<Severity>> = BTreeMap::new();
    for (code, severity, ..) in cases() {
        severities.entry(code).or_default().insert(severity);
    }
    let page = read("docs/findings.md");
    let sections: Vec<(&str, &str)> =
        page.split("\n## ").skip(1).filter_map(|section| section.split_once('\n')).collect();
    let codes: Vec<&str> = sections.iter().map(|(code, _)| *code).collect();
    assert_eq!(codes, RULES.iter().map(|rule| rule.code).collect::<Vec<_>>());
    for ((code, text), rule) in sections.iter().zip(RULES) {
        let named: Vec<&str> = severities[code].iter().map(|severity| severity.name()).collect();
        let named = match named.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
            _ => named.concat(),
        };
        let mut doc = rule.doc.chars();
        let first = doc.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
        let head = format!("\n*{named}* · {first}{}.\n\n", doc.as_str());
        let rest = text.strip_prefix(&head).unwrap_or_else(|| panic!("{code} does not begin with {head:?}"));
        let mut at = 0;
        for part in ["- **Why:** ", "\n- **Fix:** ", "\n- **Source:** "] {
            let found =
                rest[at..].find(part).unwrap_or_else(|| panic!("{code} has no {part:?} in its place"));
            assert_eq!(rest.matches(part.trim_start()).count(), 1, "{code}: {part:?}");
            at += found + part.len();
            assert!(
                rest[at..].starts_with(char::is_alphanumeric) || rest[at..].starts_with(['`', '[']),
                "{code}: {part:?}"
            );
        }
    }
}

#[test]
fn every_command_has_its_line() {
    let page = read("docs/commands.md");
    let help = String::from_utf8(
        std::process::Command::new(env!("CARGO_BIN_EXE_podroom"))
            .arg("--help")
            .output()
            .expect("it runs")
            .stdout,
    )
    .expect("UTF-8");
    let (_, commands) = help.split_once("Commands:\n").expect("a list of commands");
    let (commands, _) = commands.split_once("\n\n").expect("an end of it");
    let names: Vec<&str> = commands
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .collect();
    let known: BTreeSet<&str> = COMMANDS.iter().copied().collect();
    assert_eq!(names.iter().copied().collect::<BTreeSet<_>>(), known);
    for name in names {
        assert!(page.contains(&format!("| `podroom {name}")), "docs/commands.md has no line for {name}");
    }
}

/// The pages, with the README.
fn pages() -> Vec<PathBuf> {
    let mut pages = vec![PathBuf::from("README.md")];
    for folder in ["docs", "docs/guide"] {
        let entries = fs::read_dir(Path::new(ROOT).join(folder)).expect("a folder");
        let names = entries.map(|entry| PathBuf::from(folder).join(entry.expect("an entry").file_name()));
        pages.extend(names.filter(|path| path.extension().is_some_and(|e| e == "md")));
    }
    pages
}

/// What a heading is called in links, as GitHub does it.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect::<String>().to_lowercase()
}

fn anchors(page: &str) -> BTreeSet<String> {
    page.lines()
        .filter(|line| line.starts_with('#'))
        .map(|line| anchor(line.trim_start_matches('#').trim()))
        .collect()
}

#[test]
fn every_link_leads_somewhere() {
    let pages = pages();
    assert!(pages.len() > 12, "{pages:?}");
    let index = read("docs/README.md");
    let mut wrong = Vec::new();
    for page in &pages {
        let folder = page.parent().expect("a folder");
        let text = read(page);
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if target.starts_with("http") {
                continue;
            }
            let (file, heading) = target.split_once('#').unwrap_or((target, ""));
            let path = if file.is_empty() { page.clone() } else { folder.join(file) };
            let there = Path::new(ROOT).join(&path).exists();
            if !there || !(heading.is_empty() || anchors(&read(&path)).contains(heading)) {
                wrong.push(format!("{}: {target}", page.display()));
            }
        }
        let name = page.strip_prefix("docs").unwrap_or(Path::new("../README.md")).display().to_string();
        assert!(
            name == "README.md" || index.contains(&format!("({name}")),
            "docs/README.md does not lead to {name}"
        );
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What a page shows of a plan can be written into one.
#[test]
fn what_the_pages_have_of_plans_is_right() {
    let mut blocks = 0;
    for page in pages() {
        let text = read(&page);
        for block in text.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()) {
            let plan = match block {
                whole if whole.starts_with("format") => whole.to_string(),
                part if part.starts_with("[scenario") => format!("{EKS}\n{part}"),
                part => format!("format = 1\n{part}"),
            };
            let problems = parse(&plan).problems;
            assert!(problems.is_empty(), "{}: {problems:#?}\n{block}", page.display());
            blocks += 1;
        }
    }
    assert!(blocks > 5, "{blocks}");
}

/// The numbers by which the README says how the model was checked.
#[test]
fn the_readme_counts_what_is_there() {
    let readme = read("README.md");
    let lines = |path: &str| podroom::text::thousands(read(path).lines().count() as u64);
    for (count, what) in [
        (lines("tests/vectors/vpc-cni.jsonl"), "recorded lives"),
        (lines("tests/vectors/other-managers.jsonl"), "recorded cases"),
    ] {
        assert!(readme.contains(&format!("{count} {what}")), "the README does not say {count} {what}");
    }
    let mut tests = 0;
    let mut folders = vec![Path::new(ROOT).join("src"), Path::new(ROOT).join("tests/suite")];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = fs::read_to_string(&path).expect("text");
                tests += text.lines().filter(|line| line.trim() == "#[test]").count();
            }
        }
    }
    let (said, _) = readme.split_once(" tests in all").expect("a number of tests");
    let said: usize = said.rsplit(' ').next().expect("a word").replace(',', "").parse().expect("a number");
    assert!(said > 500 && tests > said, "{tests} tests, and the README says more than {said}");
}
