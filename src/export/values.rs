//! Values of the AWS VPC CNI's chart, which are those of the EKS add-on, too.
//!
//! Source: aws/amazon-vpc-cni-k8s v1.23, `charts/aws-vpc-cni/values.yaml` and `templates/eniconfig.yaml` (an ENIConfig
//! is called as its key of `eniConfig.subnets`); the add-on's schema (`aws eks describe-addon-configuration`), in which
//! `create`, `region` and the ids of the subnets are required and variables are texts.

use super::aws::{self, BY_LABEL, ZONE_LABEL};
use super::data::{Data, Map};
use super::{Exported, Source, json, yaml};
use crate::plan::Subnet;
use crate::text::excerpt;

pub(super) fn addon(source: &Source<'_>) -> Result<Exported, String> {
    json::write(&values(source, &id)?)
}

pub(super) fn helm(source: &Source<'_>) -> Result<Exported, String> {
    Ok(yaml::write(&values(source, &id)?).into())
}

fn id(subnet: &Subnet) -> Option<Data> {
    subnet.id.as_ref().map(Data::from)
}

/// `env` as the plan writes it, and with custom networking `eniConfig`; `id` is how a form names a subnet.
pub(super) fn values(source: &Source<'_>, id: &dyn Fn(&Subnet) -> Option<Data>) -> Result<Map, String> {
    let cluster = source.aws()?;
    let custom = aws::settings(cluster).custom_networking;
    let (block, comments) = if custom { eni_config(source, id) } else { (None, Vec::new()) };
    let mut env = aws::env(&source.variables());
    let mut lead = Map::new();
    if block.is_some() && !source.finds_eni_configs() {
        lead = lead
            .comment(format!("{BY_LABEL} is not in the plan: nodes find the ENIConfig of their zone by it"));
        env = env.with(BY_LABEL, ZONE_LABEL);
    }
    let map = if env.0.is_empty() { Map::new() } else { lead.with("env", env) };
    Ok(map.comments(comments).maybe("eniConfig", block))
}

/// The block that makes the ENIConfigs, if all that it needs is known; and what is to be said of it.
fn eni_config(source: &Source<'_>, id: &dyn Fn(&Subnet) -> Option<Data>) -> (Option<Map>, Vec<String>) {
    let left_out = |why: String| (None, vec![format!("eniConfig is left out: {why}")]);
    let configs = match source.aws().and_then(|cluster| source.eni_configs(cluster)) {
        Ok(configs) => configs,
        Err(why) => return left_out(why),
    };
    let subnets: Vec<&Subnet> = configs.iter().map(|config| config.subnet).collect();
    let Some(region) = Source::region(&subnets) else {
        return left_out("the zones of the pod subnets have no full names such as us-east-1a".to_owned());
    };
    let (mut all, mut comments) = (Map::new(), Vec::new());
    for config in configs {
        comments.extend(config.notes());
        let Some(id) = id(config.subnet) else {
            let subnet = excerpt(&config.subnet.name);
            return left_out(format!(
                "the pod subnet {subnet} has no id: write id = \"subnet-…\" in the plan"
            ));
        };
        all = all.with(config.name, Map::new().with("id", id));
    }
    comments.push(
        "the plan knows no security groups: without securityGroups a pod's ENI has those of its node"
            .to_owned(),
    );
    (Some(Map::new().with("create", true).with("region", region).with("subnets", all)), comments)
}
