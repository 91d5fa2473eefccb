//! Names that are something else to somebody: nothing that comes from a file reaches a terminal, a shell, a
//! spreadsheet, a page or another program as more than a text, whatever is printed and in whatever form.
//!
//! The commands, and the values that their arguments can have, are those of the program's own table: a command, a
//! table or a form that is new is asked for by itself, and one that nobody here can read is a failure.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use clap::CommandFactory as _;
use podroom::cli::Cli;
use podroom::export::FORMS;
use podroom::plan::parse;
use podroom::text::is_hostile;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::exports::yaml;
use crate::report::{as_html, check_page, records, selected};

/// Names as a plan may have them: printable.
const NAMES: &[&str] = &[
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3+cmd",
    "@SUM(A1)",
    "＝1+1",
    "$(touch pwned)`touch pwned`",
    "'; touch pwned; # \"",
    "</script></style><script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "a: b # c",
    "- x",
    "${var.secret} %{ if true }x%{ endif } {{ .Values.x }}",
    "*b* _i_ [x](https://evil.example) | `c` @team #1",
    "\\u001b[31m \\x1b \\",
    "::error file=x::%0A",
    "]]> <!-- --> &lt; &amp; ]]>",
];

/// What names may not have, and texts of other files may.
const CONTROLS: &str = "\u{1b}]0;pwned\u{7}\u{1b}[2J\u{9b}31m\u{202e}\u{2028}\u{85}\r\n---\n=x\tb\u{0}";

/// A plan in which every name and every text is one of [`NAMES`].
fn plan() -> String {
    let all: Vec<String> = NAMES.iter().map(|name| quoted(name)).collect();
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = &all[..] else { panic!("{}", all.len()) };
    let controls = quoted(CONTROLS);
    let path = quoted(&format!("cluster.{}.env.WARM_IP_TARGET", NAMES[11]));
    format!(
        r#"format = 1
name = {a}
policy = {{ min_free = "50%", findings = "warnings" }}
growth = {{ replicas = 5, nodes = 5, months = 2 }}
[[subnet]]
name = {b}
cidr = "10.0.0.0/28"
zone = {c}
other = {{ {d} = 3, {e} = 1 }}
id = {f}
role_cni = {g}
[[subnet]]
name = {h}
cidr = "10.0.0.64/28"
zone = {i}
elb = true
[[subnet]]
name = {j}
cidr = "10.0.1.0/26"
id = {k}
[[cluster]]
name = {l}
control_plane_subnets = [{b}]
[cluster.env]
WARM_IP_TARGET = 3
CLUSTER_NAME = {m}
ADDITIONAL_ENI_TAGS = {controls}
[[cluster.node_group]]
name = {n}
instance_type = "=1+1.x"
nodes = 1
subnets = [{b}, {h}]
[[cluster.node_group]]
name = {o}
instance_type = "=1+1.x"
nodes = 0
subnets = [{h}]
kind = "karpenter"
[[cluster.node_group]]
name = {p}
instance_type = "=1+1.x"
nodes = 0
subnets = [{b}]
kind = "self-managed"
[[cluster.workload]]
name = {a}
replicas = 9
node_groups = [{n}]
[[cluster.workload]]
name = {d}
daemonset = true
[variant.{e}.set]
{path} = 1
[scenario.{h}]
until = "2m"
[[scenario.{h}.event]]
at = "1m"
do = "scale"
workload = {a}
replicas = 10
"#
    )
}

/// Two clusters between which there are routes.
fn racks() -> String {
    let name = |n: usize| quoted(NAMES[n]);
    let cluster = |n: usize| {
        format!(
            "[[cluster]]\nname = {}\nmanager = \"kind\"\npod_subnet = \"10.{n}.0.0/16\"\n\
             service_subnet = \"10.10{n}.0.0/16\"\n",
            name(n)
        )
    };
    format!(
        "format = 1\nname = {}\n{}{}[[network]]\nname = \"kind\"\ncontainers = {{ {} = \"auto\" }}\n",
        name(5),
        cluster(6),
        cluster(7),
        name(8)
    )
}

/// What `kubectl` and `aws` never print, as far as it is read.
fn inputs() -> Value {
    let evil = |n: usize| format!("{}{CONTROLS}", NAMES[n]);
    let pod = |n: usize| {
        json!({"kind": "Pod", "metadata": {"name": evil(n), "namespace": evil(1)}, "spec": {"nodeName": evil(0)},
            "status": {"phase": "Running", "podIP": "10.244.1.2"}})
    };
    let node = json!({"kind": "Node", "metadata": {"name": evil(0), "labels": {evil(1): evil(2),
            "eks.amazonaws.com/nodegroup": evil(3), "node.kubernetes.io/instance-type": "m5.large"}},
        "spec": {"providerID": "aws:///a/i-1", "podCIDR": "10.244.1.0/24"},
        "status": {"addresses": [{"type": "InternalIP", "address": "10.0.0.9"}]}});
    json!({"kind": "List", "items": [node, pod(2), pod(3)]})
}

/// What AWS says of the subnets and of who is in them.
fn aws() -> [Value; 2] {
    let evil = |n: usize| format!("{}{CONTROLS}", NAMES[n]);
    let tag = |key: &str, n: usize| json!({"Key": key, "Value": evil(n)});
    let subnets = json!({"Subnets": [{"SubnetId": evil(0), "VpcId": evil(1), "CidrBlock": "10.0.0.0/24",
        "AvailabilityZone": evil(2), "AvailableIpAddressCount": 9,
        "Tags": [tag("Name", 3), tag("kubernetes.io/role/cni", 4)]}]});
    let interfaces = json!({"NetworkInterfaces": [{"NetworkInterfaceId": evil(5), "SubnetId": evil(0),
        "Description": evil(6), "InterfaceType": evil(7), "PrivateIpAddress": "10.0.0.9",
        "PrivateIpAddresses": [{"PrivateIpAddress": "10.0.0.9", "Primary": true}],
        "Attachment": {"InstanceId": "i-1", "DeviceIndex": 0}, "TagSet": [tag("cluster.k8s.amazonaws.com/name", 8)]}]});
    [subnets, interfaces]
}

fn quoted(text: &str) -> String {
    let escaped = text.chars().map(|c| match c {
        '"' | '\\' => format!("\\{c}"),
        c if is_hostile(c) => format!("\\U{:08X}", u32::from(c)),
        c => c.to_string(),
    });
    format!("\"{}\"", escaped.collect::<String>())
}

/// Files whose names are hostile, too.
struct Desk {
    folder: TempDir,
    /// By the words that [`COMMANDS`] has for them.
    files: BTreeMap<&'static str, PathBuf>,
}

impl Desk {
    fn new() -> Desk {
        let folder = tempfile::tempdir().expect("a directory");
        let text = plan();
        let changed =
            text.replace("replicas = 9", "replicas = 7").replace("WARM_IP_TARGET = 3", "MAX_ENI = 2");
        let [subnets, interfaces] = aws();
        let timeline = json!({"id": format!("{}{CONTROLS}", NAMES[0]), "inst": [2, 10], "maxpods": 20, "env": {},
            "steps": [["start"], ["add", 1], ["settle"]]});
        let files = [
            // a variable may be anything, and of one that is more than a text no shell line is made
            ("PLAIN", text.replace(&quoted(CONTROLS), "1")),
            ("PLAN", text),
            ("CHANGED", changed),
            ("RACKS", racks()),
            (
                "TYPES",
                "\"=1+1.x\" = { enis = 2, ipv4_per_eni = 4, note = \"=1+1 $(touch pwned)<b>\" }\n".to_owned(),
            ),
            ("CLUSTER", inputs().to_string()),
            ("SUBNETS", subnets.to_string()),
            ("INTERFACES", interfaces.to_string()),
            ("TIMELINES", timeline.to_string()),
        ];
        let write = |(word, text): (&'static str, String)| {
            let path = folder.path().join(format!("$(touch pwned)\u{1b}[31m\u{202e}<b>{word}.toml"));
            fs::write(&path, text).expect("written");
            (word, path)
        };
        let files = files.into_iter().map(write).collect();
        Desk { folder, files }
    }

    fn run(&self, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_podroom"));
        command.current_dir(self.folder.path()).env_remove("NO_COLOR").env("HOME", self.folder.path());
        for arg in args {
            match self.files.get(arg) {
                Some(path) => command.arg(path),
                None => command.arg(arg),
            };
        }
        command.output().expect("podroom starts")
    }

    /// What a command prints, or why it does not; whatever it says is harmless.
    fn printed(&self, name: &str, way: &str, chosen: &[String]) -> Result<String, String> {
        let mut args = vec![name, "--instances", "TYPES"];
        args.extend(way.split(' ').filter(|word| !word.is_empty()));
        args.extend(chosen.iter().map(String::as_str));
        println!("{}", args.join(" "));
        let output = self.run(&args);
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        harmless(&said);
        let picture = self.folder.path().join("picture");
        let text = if picture.exists() { fs::read(&picture) } else { Ok(output.stdout) };
        let text = String::from_utf8(text.expect("a text")).expect("UTF-8");
        let _ = fs::remove_file(picture);
        if syntax(chosen) != "ansi" {
            harmless(&text);
        }
        match output.status.code() {
            Some(0 | 1) => Ok(text),
            Some(2) => Err(said),
            other => panic!("{args:?} ends with {other:?}: {said}"),
        }
    }
}

/// Every command, and how it comes to print something of a file; none where it reads none.
const COMMANDS: &[(&str, &[&str])] = &[
    ("show", &["PLAN", "PLAN --sheet", "PLAN --why verdict", "PLAN --variant ＝1+1"]),
    ("addresses", &["PLAN"]),
    ("variants", &["PLAN", "PLAN --write ＝1+1"]),
    ("diff", &["PLAN CHANGED", "PLAN CHANGED --all", "PLAN RACKS"]),
    ("check", &["PLAN"]),
    ("fmt", &["--check PLAN"]),
    ("node", &["--instance-type =1+1.x --pods 1..=3"]),
    ("max-pods", &["=1+1.x", "=1+1.x --explain"]),
    ("fit", &["--cidr 10.0.0.0/26 --instance-type =1+1.x"]),
    ("sweep", &["PLAN --vary WARM_IP_TARGET=1,2"]),
    (
        "recommend",
        &["PLAN --keep MINIMUM_IP_TARGET,WARM_ENI_TARGET --allow WARM_IP_TARGET=1,2", "PLAN --subnets"],
    ),
    ("simulate", &["PLAN --every 1m"]),
    ("import", &["CLUSTER", "SUBNETS INTERFACES CLUSTER"]),
    ("audit", &["CLUSTER", "SUBNETS INTERFACES CLUSTER --all", "CLUSTER --plan PLAN"]),
    ("export", &["PLAN", "PLAIN"]),
    ("routes", &["RACKS"]),
    ("replay", &["TIMELINES"]),
    ("instances", &["", "1+1"]),
    ("shot", &["PLAN --output picture"]),
    ("managers", &[]),
    ("presets", &[]),
    ("schema", &[]),
    ("config", &[]),
    ("completions", &[]),
    ("man", &[]),
];

/// An option and one of its values.
type Choice = [String; 2];

/// What can be asked of a command: nothing, one choice of any option, and with each form or format one of another.
/// Only the first of several ways is asked for everything, the others in each form.
fn asked(command: &clap::Command, first: bool) -> Vec<Vec<String>> {
    let (mut forms, mut others): (Vec<Choice>, Vec<Choice>) = Default::default();
    for arg in command.get_arguments().filter(|arg| !arg.is_global_set()) {
        let Some(long) = arg.get_long() else { continue };
        let to = if ["as", "format"].contains(&long) { &mut forms } else { &mut others };
        let values = arg.get_possible_values();
        to.extend(values.iter().map(|value| [format!("--{long}"), value.get_name().to_owned()]));
    }
    if !first {
        others.clear();
    }
    let alone = forms.iter().chain(&others).map(|choice| choice.to_vec());
    let both = forms.iter().flat_map(|form| others.iter().map(|other| [&form[..], other].concat()));
    std::iter::once(Vec::new()).chain(alone).chain(both).collect()
}

/// How an output is read: by the form or the format that was asked for.
fn syntax(args: &[String]) -> String {
    let asked = |option: &str| args.iter().position(|arg| arg == option).and_then(|at| args.get(at + 1));
    match (asked("--as"), asked("--format")) {
        (Some(form), _) => {
            let form = FORMS.iter().find(|row| row.name == form).expect("a form");
            let name = Path::new(form.file).extension().expect("a name with an end");
            name.to_string_lossy().into_owned()
        }
        (None, Some(format)) => format.clone(),
        (None, None) => "table".to_owned(),
    }
}

/// Reads an output by the rules of whoever it is for.
fn is_only_text(syntax: &str, text: &str, folder: &Path) {
    match syntax {
        "table" | "text" | "txt" | "number" => {}
        // one document, or one a line
        "json" | "jsonl" => {
            let documents = serde_json::Deserializer::from_str(text).into_iter::<Value>();
            assert!(!documents.collect::<Result<Vec<_>, _>>().expect("JSON").is_empty());
        }
        "toml" => assert_eq!(parse(text).problems, []),
        "yaml" => drop(yaml(text)),
        "tf" => drop(hcl::parse(text).expect("HCL")),
        "svg" | "junit" => drop(roxmltree::Document::parse(text).expect("XML")),
        "html" => drop(check_page(text)),
        "csv" => records(text).iter().flatten().for_each(|cell| {
            let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
            assert!(!is_formula || cell.parse::<f64>().is_ok(), "{cell}");
        }),
        "markdown" | "md" => {
            let page = as_html(text);
            let foreign = "a, img, script, style, em, del, h4, blockquote, ol, input";
            assert!(selected(&page, foreign).is_empty(), "{text}");
        }
        // a workflow command has a line of its own
        "github" => assert!(text.lines().all(|line| line.starts_with("::error file=")), "{text}"),
        "ansi" => harmless(&unstyled(text)),
        "sh" => {
            let own = "kubectl() { :; }\ndocker() { :; }\nip() { :; }\n";
            let script = format!("{own}{text}");
            let done =
                Command::new("/bin/sh").arg("-euc").arg(script).env_clear().current_dir(folder).output();
            let done = done.expect("a shell");
            assert!(done.status.success() && done.stderr.is_empty(), "{text}\n{done:?}");
        }
        other => panic!("nobody reads {other} here: say how it is read"),
    }
}

/// A picture for terminals without what sets its colours.
fn unstyled(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| !c.is_ascii_digit() && c != ';').expect("an end");
        assert!(part[end..].starts_with('m'), "{part:?}");
        out += &part[end + 1..];
    }
    out
}

fn harmless(text: &str) {
    let found = text.lines().find(|line| line.contains(is_hostile));
    assert_eq!(found, None);
}

#[test]
fn every_command_is_asked_for_what_it_prints() {
    let known: Vec<&str> = COMMANDS.iter().map(|(name, _)| *name).collect();
    let cli = Cli::command();
    for command in cli.get_subcommands() {
        assert!(
            known.contains(&command.get_name()),
            "how does {} print what is in a file?",
            command.get_name()
        );
    }
}

fn print_only_text(commands: &[(&str, &[&str])]) {
    let (desk, cli) = (Desk::new(), Cli::command());
    for (name, ways) in commands {
        let command = cli.find_subcommand(name).unwrap_or_else(|| panic!("there is no {name}"));
        for (at, way) in ways.iter().enumerate() {
            let (mut printed, mut refused) = (0, String::new());
            for chosen in asked(command, at == 0) {
                match desk.printed(name, way, &chosen) {
                    Ok(text) => is_only_text(&syntax(&chosen), &text, desk.folder.path()),
                    Err(said) => {
                        refused = said;
                        continue;
                    }
                }
                printed += 1;
            }
            assert!(printed > 0, "{name} {way} prints nothing: {refused}");
        }
        assert!(!desk.folder.path().join("pwned").exists(), "{name}");
    }
}

#[test]
fn nothing_that_is_printed_is_more_than_a_text() {
    let (some, others) = COMMANDS.split_at(COMMANDS.len() / 2);
    std::thread::scope(|scope| {
        scope.spawn(|| print_only_text(some));
        print_only_text(others);
    });
}
