//! The variables of the aws-node DaemonSet: one table, and what the program makes of their values.
//!
//! Sources: `pkg/ipamd/ipamd.go` (parsing and code defaults), `config/master/aws-k8s-cni.yaml` (the shipped
//! manifest), both of aws/amazon-vpc-cni-k8s v1.23.1.

/// One variable with an effect on addresses.
#[derive(Debug)]
pub struct Variable {
    pub name: &'static str,
    pub kind: Kind,
    /// What the program takes when the variable is unset, or when its value is junk.
    pub code_default: &'static str,
    /// What the shipped manifest sets; `""` where it does not set the variable.
    pub manifest: &'static str,
    /// One line for the form and the help.
    pub doc: &'static str,
}

impl Variable {
    /// What holds in a cluster that does not set the variable: what the shipped manifest says, else the
    /// code's default.
    pub fn shipped(&self) -> &'static str {
        if self.manifest.is_empty() { self.code_default } else { self.manifest }
    }

    /// What the program makes of a value, in one way of writing it: two values of a variable are the same to it if
    /// these are.
    pub fn means(&self, value: &str) -> String {
        let read = |value: &str| match self.kind {
            Kind::Count => parse_count(value).map(|n| n.to_string()),
            Kind::PositiveCount => parse_count(value).filter(|n| *n >= 1).map(|n| n.to_string()),
            Kind::Flag | Kind::Fixed(_) => parse_flag(value).map(|flag| flag.to_string()),
            Kind::Text => Some(value.to_owned()),
        };
        read(value).or_else(|| read(self.code_default)).unwrap_or_default()
    }
}

/// How the program reads a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Go's `strconv.Atoi`, 0 and above; anything else is the code default.
    Count,
    /// As [`Kind::Count`], from 1.
    PositiveCount,
    /// Go's `strconv.ParseBool`; anything else is the code default.
    Flag,
    /// Any text.
    Text,
    /// Not modelled in plans: only the given value is accepted there.
    Fixed(&'static str),
}

/// The variables that have an effect on addresses, the everyday ones first.
pub const VARIABLES: &[Variable] = &[
    Variable {
        name: "WARM_ENI_TARGET",
        kind: Kind::Count,
        code_default: "1",
        manifest: "1",
        doc: "whole ENIs of free addresses that a node keeps ready; no effect with IP targets or prefixes",
    },
    Variable {
        name: "WARM_IP_TARGET",
        kind: Kind::Count,
        code_default: "0",
        manifest: "",
        doc: "free addresses that a node keeps ready; 0 is unset; wins over WARM_ENI_TARGET",
    },
    Variable {
        name: "MINIMUM_IP_TARGET",
        kind: Kind::Count,
        code_default: "0",
        manifest: "",
        doc: "least pod addresses that a node holds; 0 is unset; alone it starves pods above it",
    },
    Variable {
        name: "ENABLE_PREFIX_DELEGATION",
        kind: Kind::Flag,
        code_default: "false",
        manifest: "false",
        doc: "ENIs hold /28 prefixes of 16 addresses instead of single addresses",
    },
    Variable {
        name: "WARM_PREFIX_TARGET",
        kind: Kind::Count,
        code_default: "0",
        manifest: "1",
        doc: "prefix mode: grow while fewer than 16 x this many addresses are free",
    },
    Variable {
        name: "MAX_ENI",
        kind: Kind::PositiveCount,
        code_default: "",
        manifest: "",
        doc: "most ENIs of a node, if below the type's own limit",
    },
    Variable {
        name: "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG",
        kind: Kind::Flag,
        code_default: "false",
        manifest: "false",
        doc: "custom networking: pods live in the pod subnets, the first ENI serves none",
    },
    Variable {
        name: "ENABLE_POD_ENI",
        kind: Kind::Flag,
        code_default: "false",
        manifest: "false",
        doc: "security groups for pods: one ENI slot goes to the trunk, branch pods get an address each",
    },
    Variable {
        name: "ENABLE_SUBNET_DISCOVERY",
        kind: Kind::Flag,
        code_default: "true",
        manifest: "true",
        doc: "new ENIs may use other subnets of the zone that are tagged kubernetes.io/role/cni",
    },
    Variable {
        name: "CLUSTER_NAME",
        kind: Kind::Text,
        code_default: "",
        manifest: "",
        doc: "the cluster whose subnet tags count in subnet discovery",
    },
    Variable {
        name: "IP_COOLDOWN_PERIOD",
        kind: Kind::Count,
        code_default: "30",
        manifest: "",
        doc: "seconds before a released address may be assigned again; no effect on a fresh node",
    },
    Variable {
        name: "AWS_MANAGE_ENIS_NON_SCHEDULABLE",
        kind: Kind::Flag,
        code_default: "false",
        manifest: "",
        doc: "manage the ENIs of cordoned nodes too; no effect on a fresh node",
    },
    Variable {
        name: "MANAGE_UNTAGGED_ENI",
        kind: Kind::Flag,
        code_default: "true",
        manifest: "",
        doc: "manage ENIs that the program did not create; unmanaged_enis says how many it leaves alone",
    },
    Variable {
        name: "DISABLE_LEAKED_ENI_CLEANUP",
        kind: Kind::Flag,
        code_default: "false",
        manifest: "false",
        doc: "leave detached ENIs behind; no effect on a settled node",
    },
    Variable {
        name: "ENABLE_IPv4",
        kind: Kind::Fixed("true"),
        code_default: "false",
        manifest: "true",
        doc: "IPv4 clusters are what plans model",
    },
    Variable {
        name: "ENABLE_IPv6",
        kind: Kind::Fixed("false"),
        code_default: "false",
        manifest: "false",
        doc: "IPv6 clusters are not modelled in plans",
    },
    Variable {
        name: "ENABLE_MULTI_NIC",
        kind: Kind::Fixed("false"),
        code_default: "false",
        manifest: "false",
        doc: "further network cards are not modelled in plans",
    },
    Variable {
        name: "DISABLE_NETWORK_RESOURCE_PROVISIONING",
        kind: Kind::Fixed("false"),
        code_default: "false",
        manifest: "false",
        doc: "nodes that never ask for addresses are not modelled in plans",
    },
    Variable {
        name: "ENABLE_IMDS_ONLY_MODE",
        kind: Kind::Fixed("false"),
        code_default: "false",
        manifest: "",
        doc: "nodes that never ask for addresses are not modelled in plans",
    },
];

/// Variables of the DaemonSet that have no effect on addresses: accepted, and without effect here too.
pub const WITHOUT_EFFECT: &[&str] = &[
    "ADDITIONAL_ENI_TAGS",
    "ANNOTATE_POD_IP",
    "AWS_EC2_ENDPOINT",
    "AWS_EXTERNAL_SERVICE_CIDRS",
    "AWS_REGION",
    "AWS_VPC_CNI_NODE_PORT_SUPPORT",
    "AWS_VPC_ENI_MTU",
    "AWS_VPC_K8S_CNI_CONFIGURE_RPFILTER",
    "AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS",
    "AWS_VPC_K8S_CNI_EXTERNALSNAT",
    "AWS_VPC_K8S_CNI_LOGLEVEL",
    "AWS_VPC_K8S_CNI_LOG_FILE",
    "AWS_VPC_K8S_CNI_RANDOMIZESNAT",
    "AWS_VPC_K8S_CNI_VETHPREFIX",
    "AWS_VPC_K8S_CNI_BACKING_STORE",
    "AWS_VPC_K8S_PLUGIN_LOG_FILE",
    "AWS_VPC_K8S_PLUGIN_LOG_LEVEL",
    "CLUSTER_ENDPOINT",
    "DISABLE_INTROSPECTION",
    "DISABLE_METRICS",
    "DISABLE_POD_V6",
    "DISABLE_TCP_EARLY_DEMUX",
    "ENABLE_BANDWIDTH_PLUGIN",
    "ENABLE_NFTABLES",
    "ENABLE_V4_EGRESS",
    "ENABLE_V6_EGRESS",
    "ENI_CONFIG_ANNOTATION_DEF",
    "ENI_CONFIG_LABEL_DEF",
    "HOST_CNI_BIN_PATH",
    "HOST_CNI_CONFDIR_PATH",
    "INTROSPECTION_BIND_ADDRESS",
    "MY_NODE_NAME",
    "MY_POD_NAME",
    "NETWORK_POLICY_ENFORCING_MODE",
    "POD_MTU",
    "POD_SECURITY_GROUP_ENFORCING_MODE",
    "VPC_CNI_VERSION",
    "VPC_ID",
];

/// The row of a variable.
pub fn variable(name: &str) -> Option<&'static Variable> {
    VARIABLES.iter().find(|v| v.name == name)
}

/// What Go's `strconv.Atoi` makes of a text, if it is 0 or more: an optional sign and decimal digits within
/// 64 bits; no space, no underscore.
pub fn parse_count(text: &str) -> Option<u64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse::<i64>().ok().and_then(|n| u64::try_from(n).ok())
}

/// What Go's `strconv.ParseBool` makes of a text.
pub fn parse_flag(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_as_go_reads_them() {
        let cases = [
            ("5", Some(5)),
            ("+5", Some(5)),
            ("007", Some(7)),
            ("-0", Some(0)),
            ("9223372036854775807", Some(9_223_372_036_854_775_807)),
            ("9223372036854775808", None),
            ("-1", None),
            ("", None),
            (" 5", None),
            ("5_0", None),
            ("five", None),
            ("+", None),
            ("1.0", None),
        ];
        for (text, count) in cases {
            assert_eq!(parse_count(text), count, "{text:?}");
        }
    }

    #[test]
    fn flags_are_read_as_go_reads_them() {
        for (text, flag) in
            [("True", Some(true)), ("t", Some(true)), ("0", Some(false)), ("yes", None), ("", None)]
        {
            assert_eq!(parse_flag(text), flag, "{text:?}");
        }
    }

    #[test]
    fn a_value_means_what_the_program_reads() {
        let means = |name: &str, value: &str| variable(name).expect("a row").means(value);
        assert_eq!(means("MAX_ENI", "007"), "7");
        // below 1 it is as if it were not set
        assert_eq!(means("MAX_ENI", "0"), means("MAX_ENI", ""));
        assert_eq!(means("WARM_IP_TARGET", "0"), "0");
    }

    #[test]
    fn no_variable_is_listed_twice() {
        let mut names: Vec<_> =
            VARIABLES.iter().map(|v| v.name).chain(WITHOUT_EFFECT.iter().copied()).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
