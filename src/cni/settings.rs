//! The variables of one cluster as the program reads them.

use super::env::{Kind, VARIABLES, Variable, parse_count, parse_flag};

/// What the program makes of its environment. Counts are as given; 0 in `warm_ip`, `minimum_ip` is unset.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Settings {
    pub warm_eni: u64,
    pub warm_ip: u64,
    pub minimum_ip: u64,
    pub warm_prefix: u64,
    /// `None`: no limit below the instance type's.
    pub max_eni: Option<u64>,
    /// Prefix mode is asked for; whether it is in force depends on the type ([`super::Node::prefix_mode`]).
    pub prefixes: bool,
    pub custom_networking: bool,
    pub subnet_discovery: bool,
    pub pod_eni: bool,
    /// Seconds before a released address may be assigned again.
    pub cooldown: u64,
    /// Cordoned nodes grow and drop ENIs like any other.
    pub manage_cordoned: bool,
    /// The pool grows and shrinks at all.
    pub provisioning: bool,
    pub ipv4: bool,
    pub ipv6: bool,
}

/// What keeps a node's pool filled. Precedence is by code path: IP targets win over everything, then
/// prefix mode, then whole ENIs (`ipamd.go`, `isDatastorePoolTooLow`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Targets {
    /// WARM_IP_TARGET or MINIMUM_IP_TARGET is set.
    Ips { warm: u64, minimum: u64 },
    /// Prefix mode: WARM_PREFIX_TARGET.
    Prefixes { warm: u64 },
    /// Secondary-IP mode: WARM_ENI_TARGET.
    Enis { warm: u64 },
}

impl Settings {
    /// The settings of an environment laid over the shipped manifest: an absent variable has the
    /// manifest's value. This is what plans mean.
    pub fn over_manifest(env: &[(String, String)]) -> Settings {
        Settings::read(env, Variable::shipped)
    }

    /// The settings of exactly this environment: an absent variable has the code's default.
    pub fn exact(env: &[(String, String)]) -> Settings {
        Settings::read(env, |v| v.code_default)
    }

    fn read(env: &[(String, String)], absent: impl Fn(&Variable) -> &'static str) -> Settings {
        let get = |name: &str| {
            let given = env.iter().rev().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
            VARIABLES.iter().find(|v| v.name == name).map_or("", |v| effective(v, given.unwrap_or(absent(v))))
        };
        let count = |name| parse_count(get(name)).unwrap_or(0);
        let flag = |name| parse_flag(get(name)).unwrap_or(false);
        Settings {
            warm_eni: count("WARM_ENI_TARGET"),
            warm_ip: count("WARM_IP_TARGET"),
            minimum_ip: count("MINIMUM_IP_TARGET"),
            warm_prefix: count("WARM_PREFIX_TARGET"),
            max_eni: parse_count(get("MAX_ENI")),
            prefixes: flag("ENABLE_PREFIX_DELEGATION"),
            custom_networking: flag("AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG"),
            subnet_discovery: flag("ENABLE_SUBNET_DISCOVERY"),
            pod_eni: flag("ENABLE_POD_ENI"),
            cooldown: count("IP_COOLDOWN_PERIOD"),
            manage_cordoned: flag("AWS_MANAGE_ENIS_NON_SCHEDULABLE"),
            provisioning: !flag("DISABLE_NETWORK_RESOURCE_PROVISIONING"),
            ipv4: flag("ENABLE_IPv4"),
            ipv6: flag("ENABLE_IPv6"),
        }
    }

    /// The targets in force on a node that is (or is not) in prefix mode.
    pub fn targets(&self, prefix_mode: bool) -> Targets {
        if self.warm_ip > 0 || self.minimum_ip > 0 {
            Targets::Ips { warm: self.warm_ip, minimum: self.minimum_ip }
        } else if prefix_mode {
            Targets::Prefixes { warm: self.warm_prefix }
        } else {
            Targets::Enis { warm: self.warm_eni }
        }
    }
}

/// Whether the program can read a value of the variable.
pub fn readable(variable: &Variable, value: &str) -> bool {
    match variable.kind {
        Kind::Count => parse_count(value).is_some(),
        Kind::PositiveCount => parse_count(value).is_some_and(|n| n >= 1),
        Kind::Flag | Kind::Fixed(_) => parse_flag(value).is_some(),
        Kind::Text => true,
    }
}

/// The value that the program works with when the variable has `value`: junk becomes the code's default.
pub fn effective<'a>(variable: &Variable, value: &'a str) -> &'a str
where
    'static: 'a,
{
    if readable(variable, value) { value } else { variable.code_default }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(n, v)| (n.to_string(), v.to_string())).collect()
    }

    #[test]
    fn absent_variables_take_the_manifest_in_plans_and_the_code_elsewhere() {
        assert_eq!(Settings::over_manifest(&[]).warm_prefix, 1);
        assert_eq!(Settings::exact(&[]).warm_prefix, 0);
        assert!(Settings::over_manifest(&[]).subnet_discovery);
    }

    #[test]
    fn junk_takes_the_code_default_even_where_the_manifest_says_otherwise() {
        let s = Settings::over_manifest(&env(&[
            ("WARM_PREFIX_TARGET", "junk"),
            ("WARM_ENI_TARGET", "-2"),
            ("ENABLE_SUBNET_DISCOVERY", ""),
            ("MAX_ENI", "0"),
        ]));
        assert_eq!((s.warm_prefix, s.warm_eni, s.max_eni), (0, 1, None));
        assert!(s.subnet_discovery);
    }

    #[test]
    fn ip_targets_win_over_prefixes_and_prefixes_over_enis() {
        let s = Settings::exact(&env(&[("WARM_ENI_TARGET", "3"), ("WARM_PREFIX_TARGET", "2")]));
        assert_eq!(s.targets(false), Targets::Enis { warm: 3 });
        assert_eq!(s.targets(true), Targets::Prefixes { warm: 2 });
        let s = Settings::exact(&env(&[("WARM_ENI_TARGET", "3"), ("MINIMUM_IP_TARGET", "2")]));
        assert_eq!(s.targets(true), Targets::Ips { warm: 0, minimum: 2 });
    }
}
