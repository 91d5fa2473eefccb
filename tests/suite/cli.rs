//! The commands as users type them: sessions in `tests/cli/*.md`, in the README and in the pages of `docs/`, and what a
//! session cannot show.
//!
//! After a wanted change `TRYCMD=overwrite cargo test cli` writes the new output into the sessions.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use podroom::file::preset::{PLANS, TABLES};
use serde_json::{Value, json};

pub const COMMANDS: &[&str] = &[
    "show",
    "variants",
    "check",
    "fmt",
    "node",
    "fit",
    "simulate",
    "addresses",
    "diff",
    "sweep",
    "recommend",
    "schema",
    "import",
    "audit",
    "export",
    "max-pods",
    "routes",
    "replay",
    "instances",
    "managers",
    "presets",
    "shot",
    "config",
    "completions",
    "man",
];

#[test]
fn sessions() {
    let pages = ["tests/cli/*.md", "README.md", "docs/*.md", "docs/guide/*.md"];
    let sessions = trycmd::TestCases::new();
    for page in pages {
        sessions.case(page);
    }
}

fn podroom(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_podroom"));
    command.args(args).env_remove("NO_COLOR");
    command
}

fn run(args: &[&str]) -> Output {
    podroom(args).output().expect("podroom starts")
}

/// Standard output of a command that does what it is asked to.
fn printed(args: &[&str]) -> String {
    let output = run(args);
    assert_eq!(output.status.code(), Some(0), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{args:?}");
    String::from_utf8(output.stdout).expect("podroom prints UTF-8")
}

#[test]
fn completions_and_the_man_page_know_every_command() {
    let mut texts: Vec<(&str, String)> = ["bash", "zsh", "fish", "powershell", "elvish"]
        .map(|shell| (shell, printed(&["completions", shell])))
        .into();
    texts.push(("man", printed(&["man"]).replace("\\-", "-")));
    for (of, text) in texts {
        for word in COMMANDS.iter().copied().chain(["--min-free", "--ipv4-per-eni"]) {
            let word = if of == "fish" { word.trim_start_matches('-') } else { word };
            assert!(text.contains(word), "{of} does not know {word}");
        }
    }
}

#[test]
fn the_presets_are_the_files_of_their_folders() {
    let files = |folder: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("presets").join(folder);
        let mut files: Vec<(String, String)> = fs::read_dir(path)
            .expect("the folder is there")
            .map(|entry| entry.expect("it can be read").path())
            .map(|path| {
                let name = path.file_stem().and_then(|name| name.to_str()).expect("names are UTF-8");
                (name.to_string(), fs::read_to_string(&path).expect("presets are text"))
            })
            .collect();
        files.sort();
        files
    };
    let mut plans: Vec<_> = PLANS.iter().map(|p| (p.name.to_string(), p.text.to_string())).collect();
    plans.sort();
    assert!(plans == files("plans"), "PLANS has the plans of presets/plans");
    let tables: Vec<_> = TABLES.iter().map(|t| (t.name.to_string(), t.text.to_string())).collect();
    assert!(tables == files("instances"), "TABLES has the tables of presets/instances");
}

#[test]
fn every_preset_opens_under_its_own_name_with_its_verdict() {
    for preset in PLANS {
        let report: Value =
            serde_json::from_str(&printed(&["show", preset.name, "--format", "json"])).unwrap();
        assert_eq!(report["plan"], preset.name);
        let expected = match preset.name {
            "does-not-fit" | "kind-small-network" => "exhausted",
            "eks-1200-pods" | "tight-node" => "at-risk",
            _ => "fits",
        };
        assert_eq!(report["verdict"], expected, "{}", preset.name);
    }
}

#[test]
fn json_has_the_keys_and_figures_of_the_example() {
    let text = printed(&["show", "eks-1200-pods", "--format", "json"]);
    let report: Value = serde_json::from_str(&text).unwrap();
    let keys = ["format", "plan", "verdict", "pools", "node_groups", "workloads", "thresholds", "findings"];
    let mut from = 0;
    for key in keys {
        let at = text.get(from..).and_then(|rest| rest.find(&format!("\n  \"{key}\":")));
        from += at.unwrap_or_else(|| panic!("{key} comes after the keys before it"));
    }
    for (i, name, cidr, zone) in [
        (0, "private-a", "10.68.0.0/22", "a"),
        (1, "private-b", "10.68.4.0/22", "b"),
        (2, "private-c", "10.68.8.0/22", "c"),
    ] {
        let by = |nodes: u64, primary: u64, unused: u64| {
            json!([{"cluster": "prod", "node_group": "workers", "nodes": nodes, "primary": primary,
                "assigned": 400, "unused": unused}])
        };
        assert_eq!(
            report["pools"][i],
            json!({"name": name, "kind": "subnet", "cidr": cidr, "zone": zone, "capacity": 1024,
                "reserved": 5, "other": 0, "usable": 1019, "useful": {"node": 90, "eni": 30},
                "settled": {"held": 900, "primary": 30, "assigned": 400, "unused": 470, "free": 119,
                    "short": 0, "by": by(10, 30, 470)},
                "churned": {"held": 1500, "held_p50": 1200, "held_p95": 1200, "primary": 50, "assigned": 400,
                    "unused": 1050, "free": 0, "short": 481, "by": by(10, 50, 1050)},
                "upgrade": {"held": 1080, "primary": 36, "assigned": 400, "unused": 644, "free": 0,
                    "short": 61, "by": by(12, 36, 644)}})
        );
    }
    let per_node = json!({"pods": [40, 40], "enis": [3, 3], "held": [90, 90], "unused": [47, 47]});
    assert_eq!(report["node_groups"][0]["per_node"], per_node);
    assert_eq!(report["node_groups"][0]["max_pods"], 234);
    assert_eq!(
        report["workloads"][0],
        json!({"cluster": "prod", "name": "small", "replicas": 1000, "running": 1000, "pending": 0,
            "reason": null})
    );
    let nodes = &report["thresholds"][0];
    let stated = ["what", "of", "event", "at", "level", "limit"].map(|key| nodes[key].clone());
    let expected = ["nodes", "prod/workers", "warm_pool_short"].map(Value::from).into_iter();
    assert!(stated.into_iter().eq(expected.chain([json!(34), json!("pool"), json!("private-a")])));
}

#[test]
fn a_reader_that_has_enough_ends_the_program_quietly() {
    // far more than a pipe holds
    let mut child = podroom(&["instances", "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("podroom starts");
    let mut first = [0; 1];
    let mut stdout = child.stdout.take().expect("it is piped");
    stdout.read_exact(&mut first).expect("there is output");
    drop(stdout);
    let output = child.wait_with_output().expect("podroom ends");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_an_error() {
    let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has it");
    let output = podroom(&["show"]).stdout(full).output().expect("podroom starts");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("error: standard output"));
}

#[test]
#[cfg(unix)]
fn a_disk_that_fills_up_leaves_what_was_there() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let at = |name: &str| folder.path().join(name);
    let ragged = podroom::file::preset::EXAMPLE.text.replace(" = ", "=");
    fs::write(at("old.html"), "old").expect("written");
    fs::write(at("ragged.toml"), &ragged).expect("written");
    let data = format!("{}/tests/data/import/rack1.json", env!("CARGO_MANIFEST_DIR"));
    for args in [
        format!("import '{data}' -o new.toml"),
        "export --as html -o new.html".to_owned(),
        "export --as html -o old.html --force".to_owned(),
        "fmt ragged.toml".to_owned(),
        "shot -o new.svg".to_owned(),
    ] {
        // a file may have one block: 512 bytes, or 1,024 in some shells
        let script = format!("trap '' XFSZ; ulimit -f 1; exec '{}' {args}", env!("CARGO_BIN_EXE_podroom"));
        let output =
            Command::new("sh").args(["-c", &script]).current_dir(folder.path()).output().expect("a shell");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(2) && said.contains("file too large"), "{args}: {said}");
        let mut names: Vec<_> =
            fs::read_dir(folder.path()).expect("readable").map(|e| e.expect("one").file_name()).collect();
        names.sort();
        assert_eq!(names, ["old.html", "ragged.toml"], "{args}");
        assert_eq!(fs::read_to_string(at("old.html")).expect("as it was"), "old");
        assert_eq!(fs::read_to_string(at("ragged.toml")).expect("as it was"), ragged);
    }
}

#[test]
fn colour_is_for_terminals_or_when_it_is_asked_for() {
    assert!(!printed(&["show"]).contains('\u{1b}'));
    assert!(printed(&["show", "--color", "always"]).contains("\u{1b}[1;33mat-risk"));
    let error = run(&["show", "nowhere", "--color", "always"]).stderr;
    assert!(String::from_utf8_lossy(&error).starts_with("\u{1b}[1;31merror:"));
}

#[test]
fn a_plan_can_come_from_standard_input() {
    let mut child = podroom(&["check", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("podroom starts");
    let plan = PLANS.iter().find(|p| p.name == "does-not-fit").expect("it is a preset");
    child.stdin.take().expect("it is piped").write_all(plan.text.as_bytes()).expect("podroom reads it");
    let output = child.wait_with_output().expect("podroom ends");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 3);
}

#[test]
fn check_tells_blocks_from_addresses() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("plan.toml");
    let checked = |subnet: &str| {
        let rows = "[[cluster]]\nname = \"c\"\nenv = { ENABLE_PREFIX_DELEGATION = true }\n\
                    [[cluster.node_group]]\nname = \"g\"\ninstance_type = \"m5.large\"\nnodes = 5\npods = 20\n\
                    subnets = [\"a\"]\n";
        let subnet = format!("[[subnet]]\nname = \"a\"\ncidr = \"10.0.0.0/24\"\n{subnet}\n");
        fs::write(&path, format!("format = 1\n{subnet}{rows}")).expect("the plan is written");
        let output = run(&["check", path.to_str().expect("the name is UTF-8")]);
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stdout).expect("podroom prints UTF-8")
    };
    assert_eq!(checked(""), "settled: pool a: short by 1 whole /28 block for prefixes\n");
    assert_eq!(
        checked("reservations = [{ cidr = \"10.0.0.0/24\", type = \"prefix\" }]").lines().next(),
        Some("settled: pool a: short by 1 whole /28 block for prefixes")
    );
}

#[test]
fn nothing_foreign_reaches_any_format_unescaped() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("\u{1b}[2Jhostile.toml");
    let plan = "format = 1\nname = \"=cmd()\"\n[[subnet]]\nname = \"<b>|`x`\"\ncidr = \"10.0.0.0/24\"\n\
                [[subnet]]\nname = \"+1,\\\"x\\\"\"\ncidr = \"10.0.1.0/24\"\n";
    fs::write(&path, plan).expect("the plan is written");
    let path = path.to_str().expect("the name is UTF-8");
    let csv = printed(&["show", path, "--format", "csv"]);
    assert!(csv.contains("\n\"'+1,\"\"x\"\"\",subnet,"), "{csv}");
    let markdown = printed(&["show", path, "--format", "markdown"]);
    assert!(markdown.contains("| &lt;b&gt;\\|\\`x\\` |"), "{markdown}");
    fs::write(path, "format = 1\nname = \"\u{1b}[31m\u{202e}\"\n").expect("the plan is written");
    let output = run(&["show", path]);
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).expect("podroom prints UTF-8");
    assert!(!error.contains(['\u{1b}', '\u{202e}']) && error.contains("\\u{1b}"), "{error:?}");
}

#[test]
fn import_writes_a_new_plan_and_never_over_another() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("plan.toml");
    let plan = path.to_str().expect("the name is UTF-8");
    let fixture = |name: &str| format!("{}/tests/data/import/{name}", env!("CARGO_MANIFEST_DIR"));
    let (one, network) = (fixture("one.yaml"), fixture("network-small.json"));
    let output = run(&["import", &one, &network, "-o", plan]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(0), 0));
    let said = String::from_utf8(output.stderr).expect("podroom prints UTF-8");
    assert!(said.ends_with("plan.toml: 1 network, 1 cluster; 1 comment on what is not known\n"), "{said}");
    let written = fs::read_to_string(&path).expect("the plan is there");
    assert_eq!(written, printed(&["import", &one, &network]));
    assert_eq!(run(&["show", plan]).status.code(), Some(0));
    let output = run(&["import", &one, "-o", plan]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("there is such a file already"));
    assert_eq!(fs::read_to_string(&path).expect("the plan is there still"), written);
    // a file without content that is larger than any input
    let large = folder.path().join("large.json");
    let file = fs::File::create(&large).expect("the folder can be written to");
    file.set_len(podroom::limits::IMPORT_BYTES + 1).expect("it can be sparse");
    let output = run(&["import", large.to_str().expect("the name is UTF-8")]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("at most 2,147,483,648 are read"));
}

#[test]
fn a_plan_is_compared_with_the_one_that_is_committed() {
    let home = tempfile::tempdir().expect("a directory");
    let git = |args: &[&str]| {
        let mut command = Command::new("git");
        command.current_dir(home.path()).args(["-c", "user.name=x", "-c", "user.email=x@x"]).args(args);
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").output().expect("git")
    };
    let diff = |args: &[&str]| {
        let out = podroom(args).current_dir(home.path()).output().expect("podroom");
        let text = |bytes| String::from_utf8(bytes).expect("text");
        (out.status.code(), text(out.stdout), text(out.stderr))
    };
    let plan = home.path().join("plan.toml");
    let text = podroom::file::preset::find("eks-1200-pods").expect("a preset").text;
    std::fs::write(&plan, text).expect("written");
    let (status, _, error) = diff(&["diff", "plan.toml"]);
    assert_eq!(status, Some(2));
    assert!(error.contains("plan.toml: git has no \"HEAD\" of it"), "{error}");
    assert!(git(&["init", "-q"]).status.success());
    assert!(git(&["add", "plan.toml"]).status.success());
    assert!(git(&["commit", "-q", "-m", "one"]).status.success());
    let (status, out, _) = diff(&["diff", "plan.toml"]);
    assert_eq!(status, Some(0));
    assert!(out.contains("HEAD:plan.toml -> plan.toml\nno input differs"), "{out}");
    let lean = text.replace("WARM_ENI_TARGET = 1", "WARM_ENI_TARGET = 1\nWARM_IP_TARGET = 5 # of the day");
    std::fs::write(&plan, lean).expect("written");
    let (_, out, _) = diff(&["diff", "plan.toml"]);
    assert!(out.contains("cluster.prod.env.WARM_IP_TARGET: "), "{out}");
    let (status, _, error) = diff(&["diff", "plan.toml", "--rev", "--output=x"]);
    assert_eq!(status, Some(2));
    assert!(!home.path().join("x").exists(), "{error}");
    let (_, _, error) = diff(&["diff", "plan.toml", "--rev", "gone"]);
    assert!(error.contains("git has no \"gone\" of it"), "{error}");
}

#[test]
fn an_export_is_written_over_a_file_only_if_that_is_said() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("vpc-cni.json");
    let path = file.to_str().expect("UTF-8");
    let export = ["export", "--as", "addon", "-o", path];
    assert_eq!(run(&export).status.code(), Some(0));
    let written = fs::read_to_string(&file).expect("written");
    assert_eq!(written, printed(&["export", "--as", "addon"]));
    fs::write(&file, "mine").expect("writable");
    let refused = run(&export);
    assert_eq!(refused.status.code(), Some(2));
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("there is such a file already: name another, or give --force"), "{said}");
    assert_eq!(fs::read_to_string(&file).expect("as it was"), "mine");
    assert_eq!(run(&[&export[..], &["--force"]].concat()).status.code(), Some(0));
    assert_eq!(fs::read_to_string(&file).expect("written"), written);
    assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 1, "nothing is left behind");
}
