//! ENIConfig manifests of custom networking.
//!
//! Source: the custom resource `eniconfigs.crd.k8s.amazonaws.com` of aws/amazon-vpc-cni-k8s v1.23
//! (`config/master/aws-k8s-cni.yaml`); `pkg/eniconfig/eniconfig.go` for how a node finds its own.

use super::aws::{BY_LABEL, ZONE_LABEL, no_id};
use super::data::Map;
use super::{Exported, Source, yaml};

pub(super) fn write(source: &Source<'_>) -> Result<Exported, String> {
    let cluster = source.aws()?;
    let configs = source.eni_configs(cluster)?;
    let is_added = source.variables()?.1.is_some();
    let mut documents: Vec<Map> = Vec::with_capacity(configs.len());
    for config in configs {
        let mut map = Map::new();
        if documents.is_empty() && is_added {
            map = map.comment(format!(
                "nodes find the one of their zone where aws-node has {BY_LABEL}={ZONE_LABEL}"
            ));
        }
        let spec = match &config.subnet.id {
            Some(id) => Map::new().with("subnet", id),
            None => Map::new().comment(format!("subnet: {}", no_id(config.subnet))),
        };
        let spec = spec.comment(
            "securityGroups: those of the pods, which the plan does not know; absent: those of the node",
        );
        documents.push(
            map.comments(config.notes)
                .with("apiVersion", "crd.k8s.amazonaws.com/v1alpha1")
                .with("kind", "ENIConfig")
                .with("metadata", Map::new().with("name", config.name))
                .with("spec", spec),
        );
    }
    Ok(yaml::documents(&documents).into())
}
