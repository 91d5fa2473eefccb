//! Values of the AWS VPC CNI's chart, which are those of the EKS add-on, too.
//!
//! Source: aws/amazon-vpc-cni-k8s v1.23, `charts/aws-vpc-cni/values.yaml` and `templates/eniconfig.yaml` (an ENIConfig
//! is called as its key of `eniConfig.subnets`); the add-on's schema (`aws eks describe-addon-configuration`), in which
//! `create`, `region` and the ids of the subnets are required, variables are texts, and there are no others than those
//! of [`OF_ADD_ON`].

use super::aws::{self, ALSO_OF_INIT, ONLY_OF_INIT};
use super::data::{Data, Map};
use super::{Exported, Source, json, yaml};
use crate::plan::Subnet;
use crate::text::excerpt;

/// The variables that the add-on takes: it refuses values with any other. EKS sets some of the others itself.
///
/// Source: AWS CLI reference, `eks describe-addon-configuration`, its example of vpc-cni v1.15.1, the newest schema
/// that is published; ENABLE_SUBNET_DISCOVERY, which the program has had since v1.18, is set through the add-on in
/// terraform-aws-modules/terraform-aws-eks v20, its example of further ranges.
const OF_ADD_ON: &[&str] = &[
    "ADDITIONAL_ENI_TAGS",
    "ANNOTATE_POD_IP",
    "AWS_EC2_ENDPOINT",
    "AWS_EXTERNAL_SERVICE_CIDRS",
    "AWS_MANAGE_ENIS_NON_SCHEDULABLE",
    "AWS_VPC_CNI_NODE_PORT_SUPPORT",
    "AWS_VPC_ENI_MTU",
    "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG",
    "AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS",
    "AWS_VPC_K8S_CNI_EXTERNALSNAT",
    "AWS_VPC_K8S_CNI_LOGLEVEL",
    "AWS_VPC_K8S_CNI_LOG_FILE",
    "AWS_VPC_K8S_CNI_RANDOMIZESNAT",
    "AWS_VPC_K8S_CNI_VETHPREFIX",
    "AWS_VPC_K8S_PLUGIN_LOG_FILE",
    "AWS_VPC_K8S_PLUGIN_LOG_LEVEL",
    "CLUSTER_ENDPOINT",
    "DISABLE_INTROSPECTION",
    "DISABLE_LEAKED_ENI_CLEANUP",
    "DISABLE_METRICS",
    "DISABLE_NETWORK_RESOURCE_PROVISIONING",
    "DISABLE_POD_V6",
    "ENABLE_BANDWIDTH_PLUGIN",
    "ENABLE_POD_ENI",
    "ENABLE_PREFIX_DELEGATION",
    "ENABLE_SUBNET_DISCOVERY",
    "ENABLE_V4_EGRESS",
    "ENABLE_V6_EGRESS",
    "ENI_CONFIG_ANNOTATION_DEF",
    "ENI_CONFIG_LABEL_DEF",
    "INTROSPECTION_BIND_ADDRESS",
    "IP_COOLDOWN_PERIOD",
    "MAX_ENI",
    "MINIMUM_IP_TARGET",
    "POD_SECURITY_GROUP_ENFORCING_MODE",
    "WARM_ENI_TARGET",
    "WARM_IP_TARGET",
    "WARM_PREFIX_TARGET",
];

/// Who takes the values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taker {
    AddOn,
    Chart,
}

pub(super) fn addon(source: &Source<'_>) -> Result<Exported, String> {
    json::write(&values(source, Taker::AddOn, &id)?)
}

pub(super) fn helm(source: &Source<'_>) -> Result<Exported, String> {
    Ok(yaml::write(&values(source, Taker::Chart, &id)?).into())
}

fn id(subnet: &Subnet) -> Option<Data> {
    subnet.id.as_ref().map(Data::from)
}

/// The variables to set, those of the init container apart, and with custom networking `eniConfig`; `id` is how a form
/// names a subnet.
pub(super) fn values(
    source: &Source<'_>,
    taker: Taker,
    id: &dyn Fn(&Subnet) -> Option<Data>,
) -> Result<Map, String> {
    let custom = aws::settings(source.aws()?).custom_networking;
    let (block, comments) = if custom { eni_config(source, id) } else { (None, Vec::new()) };
    let (variables, note) = source.variables()?;
    let (mut env, mut init, mut left_out) = (Map::new(), Map::new(), Vec::new());
    for (name, value) in variables {
        let of_init = ONLY_OF_INIT.contains(&name);
        if of_init || ALSO_OF_INIT.contains(&name) {
            init = init.with(name, &value);
        }
        match taker {
            _ if of_init => {}
            Taker::AddOn if !OF_ADD_ON.contains(&name) => left_out.push(name),
            _ => env = env.with(name, value),
        }
    }
    let mut lead: Vec<String> = note.into_iter().collect();
    if !left_out.is_empty() {
        lead.push(format!("left out, as the add-on takes no such variable: {}", left_out.join(", ")));
    }
    let some = |map: Map| Some(map).filter(|map| !map.0.is_empty());
    let map = Map::new().comments(lead).maybe("env", some(env));
    let map = map.maybe("init", some(init).map(|init| Map::new().with("env", init)));
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
        comments.extend(config.notes);
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
