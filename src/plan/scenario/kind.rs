//! The kinds of events and the keys of each: one table. The reader, its messages and the help come from it.

/// A kind of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// The value of `do`.
    pub name: &'static str,
    /// Keys besides `at` and `do` that it must have, and may have.
    pub required: &'static [&'static str],
    pub optional: &'static [&'static str],
    /// One line: what happens.
    pub doc: &'static str,
}

const fn kind(
    name: &'static str,
    required: &'static [&'static str],
    optional: &'static [&'static str],
    doc: &'static str,
) -> Kind {
    Kind { name, required, optional, doc }
}

pub const KINDS: [Kind; 8] = [
    kind("deploy", &[], &["workloads", "cluster"], "workloads get the plan's replicas [all of them]"),
    kind("scale", &["workload", "replicas"], &["cluster"], "a workload gets so many replicas"),
    kind(
        "roll",
        &[],
        &["workloads", "max_surge", "max_unavailable", "cluster"],
        "every pod of workloads is replaced, as a Deployment does it [all, 25%, 25%]",
    ),
    kind(
        "burst",
        &["pods", "lives"],
        &["name", "every", "times", "cpu", "memory", "node_groups", "cluster"],
        "pods come, work for a time and end, again and again [every 1m, to the end]",
    ),
    kind("join", &["nodes"], &["node_group", "within", "cluster"], "nodes are added [at once]"),
    kind("drain", &[], &["node_group", "nodes", "cluster"], "the newest nodes are drained and go [all]"),
    kind(
        "replace",
        &[],
        &["node_group", "style", "surge", "max_unavailable", "cluster"],
        "every node is replaced: style = \"rolling\" as a managed node group does it, or \"blue-green\"",
    ),
    kind(
        "subnet",
        &["subnet"],
        &["lose", "gain", "lose_blocks", "gain_blocks"],
        "others take single addresses or /28 blocks, or give them back",
    ),
];

/// The names of [`KINDS`].
#[allow(clippy::indexing_slicing)] // while it is compiled
pub static NAMES: [&str; KINDS.len()] = {
    let mut names = [""; KINDS.len()];
    let mut i = 0;
    while i < names.len() {
        names[i] = KINDS[i].name;
        i += 1;
    }
    names
};

/// A key of a scenario itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    pub name: &'static str,
    pub default: &'static str,
    pub doc: &'static str,
}

pub const KEYS: [Key; 8] = [
    Key { name: "format", default: "", doc: "1; in a file of its own" },
    Key { name: "name", default: "scenario", doc: "what it is called; in a file of its own" },
    Key { name: "plan", default: "", doc: "the plan that it was written for" },
    Key { name: "start", default: "running", doc: "with the plan's pods, or \"empty\"" },
    Key { name: "until", default: "30m", doc: "how long it is followed" },
    Key { name: "boot", default: "60s", doc: "from an instance's launch until its node takes pods" },
    Key { name: "ready", default: "5s", doc: "from a pod's address until the pod is ready" },
    Key { name: "grace", default: "30s", doc: "from a pod's deletion until it has ended" },
];

/// Columns of the series whose names do not say all.
const COLUMNS: [(&str, &str); 9] = [
    ("running", "pods with an address of their own, those that are ending included"),
    ("ending", "of these, pods that are deleted and have not ended yet: they keep their addresses"),
    ("waiting", "pods on nodes that have no address yet"),
    ("unplaced", "pods that no node has room for"),
    ("held", "primary + assigned + unused: what nodes really have; usable = other + held + free"),
    ("refused", "what calls that failed had asked for since the row before; who asks again counts again"),
    ("refusing", "a node or an instance got nothing from the pool within the last 130 s"),
    ("/28 free", "whole aligned /28 blocks among the free"),
    (
        "bucket",
        "what EC2 allows at once, and what comes back a second: AWS's published defaults at the time of \
                writing (EC2 developer guide, \"Request throttling for the Amazon EC2 API\")",
    ),
];

/// The format in words, for help.
pub fn help() -> String {
    let mut text = String::from(
        "A scenario is a TOML file, or [scenario.NAME] and [[scenario.NAME.event]] in a plan:\n\n  \
         format = 1\n  until = \"20m\"\n\n  [[event]]\n  at = \"1m\"\n  do = \"scale\"\n  \
         workload = \"small\"\n  replicas = 0\n\nKeys of a scenario:\n",
    );
    for key in KEYS {
        let default = if key.default.is_empty() { String::new() } else { format!(" [{}]", key.default) };
        text += &format!("  {:<8} {}{default}\n", key.name, key.doc);
    }
    text += "\nEvents, by what they do, with their keys besides at and do (? may be left out; cluster where names \
             are unique). Without node_group an event is about the first node group of each cluster, or of the one \
             it names; a burst is in the first cluster. No event may come after until:\n";
    for kind in KINDS {
        let keys = kind.required.iter().map(|k| (*k).to_string());
        let keys: Vec<String> = keys.chain(kind.optional.iter().map(|k| format!("{k}?"))).collect();
        text += &format!("  {:<8} {}\n           {}\n", kind.name, kind.doc, keys.join(", "));
    }
    text += "\nColumns of the series (addresses, pods, nodes):\n";
    for (name, doc) in COLUMNS {
        text += &format!("  {name:<8} {doc}\n");
    }
    text
}
