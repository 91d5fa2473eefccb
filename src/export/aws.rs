//! What the forms of EKS clusters share: variables, zones, ENIConfigs, max pods.

use super::Source;
use crate::cni::Settings;
use crate::plan::{Cluster, GroupKind, MaxPods, NodeGroup, Subnet};
use crate::text::{count, excerpt};

/// The label of a node by which a zone's ENIConfig is found.
pub(super) const ZONE_LABEL: &str = "topology.kubernetes.io/zone";
/// Which label of a node names its ENIConfig, and which annotation, which goes before the label.
///
/// Source: aws/amazon-vpc-cni-k8s v1.23, `pkg/eniconfig/eniconfig.go`; an empty value is none.
pub(super) const BY_LABEL: &str = "ENI_CONFIG_LABEL_DEF";
const BY_ANNOTATION: &str = "ENI_CONFIG_ANNOTATION_DEF";
/// The annotation where no variable says another.
const ANNOTATION: &str = "k8s.amazonaws.com/eniConfig";

/// Variables that the DaemonSet's init container reads, too; and those that only it reads.
///
/// Source: aws/amazon-vpc-cni-k8s v1.23, `cmd/aws-vpc-cni-init/main.go`; `init.env` of the add-on's schema.
pub(super) const ALSO_OF_INIT: &[&str] = &["ENABLE_V6_EGRESS"];
pub(super) const ONLY_OF_INIT: &[&str] = &["DISABLE_TCP_EARLY_DEMUX"];

/// Names and values.
type Variables<'a> = Vec<(&'a str, String)>;

/// A node group with what the engine says of it.
pub(super) struct Group<'a> {
    pub group: &'a NodeGroup,
    pub nodes: u64,
    pub max_pods: u32,
}

impl<'a> Source<'a> {
    /// The variables to set, as Kubernetes stores them: those that the plan writes, and with custom networking the
    /// one by which nodes find the ENIConfig of their zone; and what is to be said of them.
    ///
    /// # Errors
    ///
    /// The cluster is none of the AWS VPC CNI.
    pub(super) fn variables(&self) -> Result<(Variables<'a>, Option<String>), String> {
        let custom = settings(self.aws()?).custom_networking;
        let mut written = self.cluster.map_or_else(Vec::new, |c| self.document.variables(c));
        if !custom || self.value(BY_LABEL).is_some() {
            return Ok((written, None));
        }
        // an empty one is none
        written.retain(|(name, _)| *name != BY_LABEL);
        written.push((BY_LABEL, ZONE_LABEL.to_owned()));
        let note = format!("{BY_LABEL} is not in the plan: nodes find the ENIConfig of their zone by it");
        Ok((written, Some(note)))
    }

    /// What the plan writes for a variable, if it is not empty.
    fn value(&self, name: &str) -> Option<String> {
        let written = self.cluster.map_or_else(Vec::new, |c| self.document.variables(c));
        written.into_iter().find(|(n, value)| *n == name && !value.is_empty()).map(|(_, value)| value)
    }

    /// The groups of the cluster.
    pub(super) fn groups(&self, cluster: &'a Cluster) -> Vec<Group<'a>> {
        let rows = &self.evaluation.report.node_groups;
        let group = |group: &'a NodeGroup| {
            let row = rows.iter().find(|row| row.cluster == cluster.name && row.name == group.name)?;
            Some(Group { group, nodes: row.nodes, max_pods: row.max_pods })
        };
        cluster.node_groups.iter().filter_map(group).collect()
    }

    /// The subnets of the cluster's nodes and control plane, in the order of the plan; with those of its pods if
    /// wanted.
    pub(super) fn subnets(&self, cluster: &Cluster, of_pods: bool) -> Vec<&'a Subnet> {
        let groups = cluster.node_groups.iter();
        let mut places: Vec<usize> = groups.clone().flat_map(|group| group.subnets.iter().copied()).collect();
        places.extend(&cluster.control_plane_subnets);
        if of_pods {
            places.extend(&cluster.pod_subnets);
            places.extend(groups.flat_map(|group| group.pod_subnets.iter()));
        }
        places.sort_unstable();
        places.dedup();
        places.into_iter().filter_map(|s| self.plan().subnets.get(s)).collect()
    }

    /// The region, if the full name of every zone of these subnets says so.
    pub(super) fn region(subnets: &[&'a Subnet]) -> Option<&'a str> {
        let mut regions = subnets.iter().map(|subnet| region_of(subnet.zone.as_deref()?));
        let first = regions.next()??;
        regions.all(|region| region == Some(first)).then_some(first)
    }

    /// The ENIConfigs of the cluster: one for each zone, and for groups with pod subnets of their own further ones.
    ///
    /// # Errors
    ///
    /// Without custom networking there are none.
    pub(super) fn eni_configs(&self, cluster: &'a Cluster) -> Result<Vec<EniConfig<'a>>, String> {
        if !settings(cluster).custom_networking {
            return Err(format!(
                "{} has no custom networking, so that it has no ENIConfig: AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG = true \
                 and pod_subnets turn it on",
                excerpt(&cluster.name)
            ));
        }
        let own = cluster.node_groups.iter().map(|group| (Some(group.name.as_ref()), &group.pod_subnets));
        let lists = std::iter::once((None, &cluster.pod_subnets)).chain(own);
        let label = self.value(BY_LABEL).unwrap_or_else(|| ZONE_LABEL.to_owned());
        let annotation = self.value(BY_ANNOTATION).unwrap_or_else(|| ANNOTATION.to_owned());
        let mut configs: Vec<EniConfig<'a>> = Vec::new();
        let mut names = Names::new(is_of_kubernetes);
        for (group, list) in lists {
            for subnet in list.iter().filter_map(|s| self.plan().subnets.get(*s)) {
                let zone = subnet.zone.as_deref().unwrap_or(&subnet.name);
                let first = configs.iter().find(|config| config.zone == zone);
                let like = match (first, group) {
                    (None, _) => zone.to_owned(),
                    (Some(first), _) if std::ptr::eq(first.subnet, subnet) => continue,
                    (Some(_), Some(group)) => format!("{group}-{zone}"),
                    (Some(_), None) => format!("{zone}-{}", subnet.name),
                };
                let group = group.filter(|_| first.is_some());
                let (name, note) = names.like(&like);
                let mut notes: Vec<String> = note.into_iter().collect();
                notes.extend(match (group, first) {
                    (Some(group), _) => Some(format!(
                        "of the node group {group}: its nodes need the annotation {annotation}={name}"
                    )),
                    (None, Some(_)) => Some(format!(
                        "the zone {} has another one already: nodes need the annotation {annotation}={name}",
                        excerpt(zone)
                    )),
                    (None, None) if label != ZONE_LABEL => {
                        Some(format!("nodes of zone {} need the label {label}={name}", excerpt(zone)))
                    }
                    (None, None) if !is_full_zone(zone) => Some(format!(
                        "{} is the plan's name of the zone: nodes have its full name, as in us-east-1a",
                        excerpt(zone)
                    )),
                    (None, None) => None,
                });
                configs.push(EniConfig { name, zone, subnet, notes });
            }
        }
        match configs.is_empty() {
            true => Err(format!(
                "{} has custom networking and no pod subnets: name them in pod_subnets",
                excerpt(&cluster.name)
            )),
            false => Ok(configs),
        }
    }
}

/// The settings of a cluster's nodes.
pub(super) fn settings(cluster: &Cluster) -> Settings {
    Settings::over_manifest(&cluster.env)
}

/// Where pods of a zone get their ENIs.
pub(super) struct EniConfig<'a> {
    /// That of the zone, if it is the first of it, and Kubernetes takes it.
    pub name: String,
    zone: &'a str,
    pub subnet: &'a Subnet,
    /// What is to be known of its name, and of how nodes find it.
    pub notes: Vec<String>,
}

/// Names for others that are like those of the plan, each once.
pub(super) struct Names {
    /// What the others take.
    fits: fn(&str) -> bool,
    taken: Vec<String>,
}

impl Names {
    pub(super) fn new(fits: fn(&str) -> bool) -> Names {
        Names { fits, taken: Vec::new() }
    }

    /// The name itself where it can be; else one of lower case letters, digits and hyphens, and a note.
    pub(super) fn like(&mut self, foreign: &str) -> (String, Option<String>) {
        let mut name = foreign.to_owned();
        if !(self.fits)(foreign) {
            let kept = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
            let like: String = foreign.chars().map(kept).take(LONGEST - 8).collect();
            name = like.trim_matches('-').to_owned();
            if !(self.fits)(&name) {
                name = format!("n-{name}").trim_end_matches('-').to_owned();
            }
        }
        if self.taken.contains(&name) {
            let mut numbered = (2u64..).map(|n| format!("{name}-{n}"));
            name = numbered.find(|name| !self.taken.contains(name)).unwrap_or(name);
        }
        self.taken.push(name.clone());
        let note = (name != foreign)
            .then(|| format!("{} in the plan, which is no name that can be taken here", excerpt(foreign)));
        (name, note)
    }
}

/// The longest value of a label, which names of node pools and of ENIConfigs are, too.
const LONGEST: usize = 63;

/// Whether Kubernetes takes it for the name of an object: an RFC 1123 subdomain.
pub(super) fn is_of_kubernetes(name: &str) -> bool {
    let of_dns = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let is_part = |part: &str| {
        part.starts_with(of_dns) && part.ends_with(of_dns) && part.chars().all(|c| of_dns(c) || c == '-')
    };
    name.len() <= LONGEST && name.split('.').all(is_part)
}

/// What is said where the id of a subnet is not known.
pub(super) fn no_id(subnet: &Subnet) -> String {
    format!("that of {} ({}), which the plan does not say", excerpt(&subnet.name), subnet.cidr)
}

/// Whether a zone is named as AWS names it: us-east-1a.
pub(super) fn is_full_zone(zone: &str) -> bool {
    region_of(zone).is_some()
}

/// The region of a zone's full name: us-east-1 of us-east-1a.
fn region_of(zone: &str) -> Option<&str> {
    let (at, letter) = zone.char_indices().next_back()?;
    let region = zone.get(..at).filter(|_| letter.is_ascii_lowercase())?;
    let mut parts = region.split('-').rev();
    let number = parts.next()?;
    let words: Vec<&str> = parts.collect();
    let is_word = |word: &&str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase());
    let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    (is_number && words.len() >= 2 && words.iter().all(is_word)).then_some(region)
}

impl Group<'_> {
    /// Max pods as a number, where it is not what the kind of the group comes to by itself: nodes of several types
    /// would each have their own.
    pub(super) fn max_pods_to_set(&self) -> Option<u32> {
        let by_itself = match self.group.kind {
            GroupKind::Managed => MaxPods::Managed,
            GroupKind::SelfManaged | GroupKind::Karpenter => MaxPods::Ami,
        };
        let one_for_all = self.group.kind == GroupKind::Managed || self.group.instance_types.len() == 1;
        let same = self.group.max_pods_rule() == by_itself && one_for_all && !self.has_own_limits();
        (!same).then_some(self.max_pods)
    }

    /// Whether its nodes have other ENIs than their type has, as far as the plan goes.
    pub(super) fn has_own_limits(&self) -> bool {
        self.group.enis.is_some() || self.group.ipv4_per_eni.is_some() || self.group.vcpus.is_some()
    }

    /// What no tool is told of a group.
    pub(super) fn notes(&self) -> Vec<String> {
        let group = self.group;
        let mut notes = Vec::new();
        if group.dedicated {
            notes.push(
                "dedicated: a taint keeps other pods away; the plan does not say which, so give it one"
                    .to_owned(),
            );
        }
        if group.unmanaged_enis > 0 {
            notes.push(format!(
                "{} of each node are tagged node.k8s.amazonaws.com/no_manage: its launch template attaches them",
                count(group.unmanaged_enis.into(), "ENI")
            ));
        }
        notes
    }
}
