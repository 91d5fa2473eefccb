//! The plans that are built in, and what a PLAN argument means.

use std::path::{Path, PathBuf};

use crate::suggest::nearest;
use crate::text::{excerpt, shown};

/// A plan or a scenario that is part of the program: a file of `presets`.
#[derive(Debug, PartialEq, Eq)]
pub struct Preset {
    /// The file's name without `.toml`, and the plan's name.
    pub name: &'static str,
    pub text: &'static str,
}

/// The presets, in the order in which they are offered.
#[rustfmt::skip] // a preset is a line
pub const PLANS: &[Preset] = &[
    Preset { name: "eks-1200-pods", text: include_str!("../../presets/plans/eks-1200-pods.toml") },
    Preset { name: "eks-1200-pods-warm-ip", text: include_str!("../../presets/plans/eks-1200-pods-warm-ip.toml") },
    Preset { name: "starter", text: include_str!("../../presets/plans/starter.toml") },
    Preset { name: "prefix-delegation", text: include_str!("../../presets/plans/prefix-delegation.toml") },
    Preset { name: "custom-networking", text: include_str!("../../presets/plans/custom-networking.toml") },
    Preset { name: "tight-node", text: include_str!("../../presets/plans/tight-node.toml") },
    Preset { name: "does-not-fit", text: include_str!("../../presets/plans/does-not-fit.toml") },
    Preset { name: "kind-small-network", text: include_str!("../../presets/plans/kind-small-network.toml") },
    Preset { name: "kind-small-network-fixed", text: include_str!("../../presets/plans/kind-small-network-fixed.toml") },
    Preset { name: "kind-two-clusters", text: include_str!("../../presets/plans/kind-two-clusters.toml") },
    Preset { name: "kind-two-clusters-apart", text: include_str!("../../presets/plans/kind-two-clusters-apart.toml") },
    Preset { name: "kind-lost-state", text: include_str!("../../presets/plans/kind-lost-state.toml") },
    Preset { name: "flannel", text: include_str!("../../presets/plans/flannel.toml") },
    Preset { name: "weave-three-peers", text: include_str!("../../presets/plans/weave-three-peers.toml") },
    Preset { name: "weave-five-peers", text: include_str!("../../presets/plans/weave-five-peers.toml") },
    Preset { name: "host-local-bridge", text: include_str!("../../presets/plans/host-local-bridge.toml") },
];

/// The scenarios that are built in: files of `presets/scenarios`.
pub const SCENARIOS: &[Preset] = &[
    Preset { name: "small-then-big", text: include_str!("../../presets/scenarios/small-then-big.toml") },
    Preset { name: "rolling-restart", text: include_str!("../../presets/scenarios/rolling-restart.toml") },
    Preset { name: "scale-out-50", text: include_str!("../../presets/scenarios/scale-out-50.toml") },
    Preset { name: "blue-green", text: include_str!("../../presets/scenarios/blue-green.toml") },
    Preset {
        name: "cron-every-minute",
        text: include_str!("../../presets/scenarios/cron-every-minute.toml"),
    },
];

/// The scenario of that name.
pub fn scenario(name: &str) -> Option<&'static Preset> {
    SCENARIOS.iter().find(|p| p.name == name)
}

/// The plan that opens when none is named.
#[allow(clippy::indexing_slicing)] // while it is compiled
pub const EXAMPLE: &Preset = &PLANS[0];

impl Preset {
    /// What it is about: the file's leading comment line, else its name.
    pub fn title(&self) -> &'static str {
        self.text.lines().next().and_then(|line| line.strip_prefix("# ")).unwrap_or(self.name)
    }
}

/// An instance table that is part of the program: a file of `presets/instances`.
#[derive(Debug, PartialEq, Eq)]
pub struct InstanceTable {
    pub name: &'static str,
    pub text: &'static str,
}

/// The instance tables.
pub const TABLES: &[InstanceTable] = &[InstanceTable { name: "aws-ec2", text: crate::instance::BUILTIN }];

impl InstanceTable {
    /// The day its facts were collected, `2026-11-21`, as its comments say.
    pub fn date(&self) -> &'static str {
        self.text.split_once("Collected on ").and_then(|(_, rest)| rest.get(..10)).unwrap_or_default()
    }
}

/// The preset of that name.
pub fn find(name: &str) -> Option<&'static Preset> {
    PLANS.iter().find(|p| p.name == name)
}

/// Where a plan's text comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A path; `-` is standard input.
    File(PathBuf),
    Preset(&'static Preset),
}

/// What a PLAN argument means: `-` is standard input, a path that exists wins, then a preset's name.
///
/// # Errors
///
/// Neither a path nor a preset: says what was looked for, and which presets there are.
pub fn resolve(plan: &Path) -> Result<Source, String> {
    // a broken link or a closed directory is for whoever opens it to report
    if plan == Path::new("-") || plan.symlink_metadata().is_ok() {
        return Ok(Source::File(plan.to_path_buf()));
    }
    let name = plan.to_string_lossy();
    find(&name).map(Source::Preset).ok_or_else(|| unknown(plan, &name))
}

fn unknown(plan: &Path, name: &str) -> String {
    let names: Vec<&str> = PLANS.iter().map(|p| p.name).collect();
    let with_ending = PathBuf::from(format!("{name}.toml"));
    let meant = if with_ending.exists() {
        format!("; did you mean the file {}?", excerpt(&with_ending.to_string_lossy()))
    } else {
        nearest(name, names.iter().copied()).map_or(String::new(), |n| format!("; did you mean \"{n}\"?"))
    };
    format!(
        "there is no plan {}: no file {}, and no preset of that name{meant}\n  presets: {}",
        excerpt(name),
        shown(&std::path::absolute(plan).unwrap_or_else(|_| plan.to_path_buf()).to_string_lossy()),
        names.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_has_a_title_of_its_own() {
        for preset in PLANS.iter().chain(SCENARIOS) {
            assert!(preset.text.starts_with("# "), "{} begins with its title", preset.name);
            assert!(preset.title().len() < 80, "{}: {}", preset.name, preset.title());
        }
    }

    #[test]
    fn every_table_says_when_it_was_collected() {
        for table in TABLES {
            assert!(table.date().starts_with("20"), "{}: {}", table.name, table.date());
        }
    }

    #[test]
    fn paths_win_then_presets_then_an_error_that_names_both() {
        assert_eq!(resolve(Path::new("-")), Ok(Source::File("-".into())));
        assert_eq!(resolve(Path::new("src")), Ok(Source::File("src".into())));
        assert_eq!(resolve(Path::new("starter")), Ok(Source::Preset(&PLANS[2])));
        let error = resolve(Path::new("startr")).unwrap_err();
        assert!(error.contains("/startr") && error.contains("did you mean \"starter\"?"), "{error}");
        assert!(error.contains("does-not-fit"), "{error}");
    }
}
