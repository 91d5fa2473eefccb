//! What makes a whole cluster one that plans do not model.

use super::Cluster;
use crate::cni::env::{Kind, VARIABLES, variable};
use crate::text::excerpt;

/// The family of addresses that plans model.
const FAMILY: &str = "ipv4";

impl Cluster {
    /// The modes that it is in and that plans do not model: its family of addresses, and variables of aws-node of which
    /// plans take one value alone ([`Kind::Fixed`]). Where any is told, none of its nodes has figures.
    pub fn modes(&self) -> Vec<String> {
        let declared = self.declared.as_ref().and_then(|declared| declared.family.as_deref());
        let family = declared.or(self.eksctl.as_ref().and_then(|asked| asked.family.as_deref()));
        let family = family.filter(|family| !family.eq_ignore_ascii_case(FAMILY));
        let mut modes: Vec<String> = family
            .map(|family| format!("its pods have addresses of {}", excerpt(family)))
            .into_iter()
            .collect();
        for variable in VARIABLES {
            let Kind::Fixed(only) = variable.kind else { continue };
            let value =
                self.value(variable.name).filter(|value| variable.means(value) != variable.means(only));
            modes.extend(
                value.map(|value| format!("{} is {}: {}", variable.name, excerpt(value), variable.doc)),
            );
        }
        modes
    }

    /// A variable of aws-node's, or what eksctl's file sets where nothing of aws-node's is known.
    fn value(&self, name: &str) -> Option<&str> {
        match self.aws_nodes.first() {
            Some(read) => read.value(name),
            None => {
                let mut env = self.eksctl.iter().flat_map(|asked| &asked.env);
                env.rfind(|(key, _)| key == name).map(|(_, value)| value.as_str())
            }
        }
    }
}

/// Whether a variable is one that [`Cluster::modes`] tells of.
pub(in crate::import) fn is_mode(name: &str) -> bool {
    variable(name).is_some_and(|variable| matches!(variable.kind, Kind::Fixed(_)))
}
