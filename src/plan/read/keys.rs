//! The keys and tables of each section, and what to say of a key that is none of them.

use crate::plan::field::{self, Section};
use crate::plan::{Place, Problem, Row};
use crate::suggest::nearest;
use crate::text::excerpt;

/// The tables that a section holds.
pub(super) fn children(section: Section) -> &'static [&'static str] {
    match section {
        Section::Plan => &["subnet", "network", "cluster", "scenario", "variant"],
        Section::Cluster => &["env", "node_group", "workload"],
        _ => &[],
    }
}

/// How the header of a section's tables is written.
pub(crate) fn header(section: Section) -> &'static str {
    match section {
        Section::Plan => "the top of the file",
        Section::Subnet => "[[subnet]]",
        Section::Network => "[[network]]",
        Section::Cluster => "[[cluster]]",
        Section::Env => "[cluster.env]",
        Section::NodeGroup => "[[cluster.node_group]]",
        Section::Workload => "[[cluster.workload]]",
    }
}

const SECTIONS: [Section; 7] = [
    Section::Plan,
    Section::Subnet,
    Section::Network,
    Section::Cluster,
    Section::NodeGroup,
    Section::Workload,
    Section::Env,
];

/// The problem of an unknown key, and the known one that is probably meant.
pub(super) fn unknown(row: Row, section: Section, key: &str) -> (Problem, Option<&'static str>) {
    let place = Place::key(row, key);
    let problem = Problem::new(place, format!("unknown key {} in {}", excerpt(key), header(section)));
    let known = field::slice(section).iter().map(|f| f.key).chain(children(section).iter().copied());
    if let Some(name) = nearest(key, known) {
        return (problem.help(format!("did you mean {name}?")), Some(name));
    }
    let home = SECTIONS.into_iter().find(|s| field::field(*s, key).is_some() || name_of(*s) == key);
    let help = match home {
        Some(home) if name_of(home) == key => format!("write {}", header(home)),
        Some(home) => format!("{key} belongs in {}", header(home)),
        None => {
            let keys: Vec<&str> = field::slice(section).iter().map(|f| f.key).collect();
            format!("the keys are {}", keys.join(", "))
        }
    };
    (problem.help(help), None)
}

/// The key that holds a section's tables.
pub(super) fn name_of(section: Section) -> &'static str {
    header(section).trim_matches(['[', ']']).rsplit('.').next().unwrap_or_default()
}
