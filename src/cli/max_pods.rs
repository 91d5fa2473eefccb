//! `podroom max-pods`: max pods of an instance type, without asking AWS.

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::{Failure, Global, Outcome, input, tell};
use crate::cni::PREFIX;
use crate::cni::max_pods::{HOST_NETWORK, LARGE_VCPUS, cap, formula};
use crate::instance::InstanceType;
use crate::limits;
use crate::output::json;
use crate::text::{count, excerpt, shown, thousands};

/// Print max pods of an instance type: what the kubelet of its nodes should be set to.
///
/// The formula is ENIs x (addresses per ENI - 1) + 2, with custom networking one ENI less, in prefix mode x 16. EKS caps
/// it for managed node groups at 110 below 30 vCPU, else at 250; so did the script that came with the EKS AMI. By
/// itself the AMI (nodeadm) takes the formula of single addresses, whatever the mode.
#[derive(Args, Debug)]
#[command(after_long_help = "Examples:
  podroom max-pods m5.large
  podroom max-pods m5.large --prefix --custom --explain
  podroom max-pods m5.large --rule ami
  podroom max-pods c5.4xlarge --max-eni 4 --format json")]
pub struct MaxPods {
    /// Instance type.
    #[arg(value_name = "TYPE", required_unless_present = "instance_type", conflicts_with = "instance_type")]
    name: Option<String>,
    /// Prefix mode (ENABLE_PREFIX_DELEGATION), on types that can.
    #[arg(long, alias = "cni-prefix-delegation-enabled")]
    prefix: bool,
    /// Custom networking (AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG).
    #[arg(long, alias = "cni-custom-networking-enabled")]
    custom: bool,
    /// At most so many ENIs (MAX_ENI).
    #[arg(long, value_name = "N", alias = "cni-max-eni", value_parser = clap::value_parser!(u32).range(1..=i64::from(limits::ENIS)))]
    max_eni: Option<u32>,
    /// Who sets it.
    #[arg(long, default_value = "managed")]
    rule: Rule,
    /// How the number comes about, in a sentence.
    #[arg(long, conflicts_with = "format")]
    explain: bool,
    #[arg(long, default_value = "number")]
    format: Format,
    // what the script was called with
    #[arg(long, hide = true)]
    instance_type: Option<String>,
    #[arg(long, hide = true, value_parser = version)]
    cni_version: Option<(u64, u64)>,
    #[arg(long, hide = true, conflicts_with = "rule")]
    show_max_allowed: bool,
}

/// Who sets max pods, and by which rule; as plans name them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Rule {
    /// EKS, for managed node groups: the formula of the mode, capped.
    Managed,
    /// The AMI by itself: the formula of single addresses without custom networking.
    Ami,
    /// The formula of the mode, uncapped.
    Eni,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// The number alone.
    Number,
    /// One JSON document, with what it is made of and what the other rules come to.
    Json,
}

/// Major and minor.
fn version(text: &str) -> Result<(u64, u64), String> {
    let mut parts = text.trim_start_matches('v').split('.').map(str::parse);
    match (parts.next(), parts.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => Ok((major, minor)),
        _ => Err(format!("{} is no version such as 1.21.1", excerpt(text))),
    }
}

/// What it comes to.
#[derive(Serialize)]
struct Answer<'a> {
    instance_type: &'a str,
    max_pods: u64,
    rule: &'a str,
    enis: u64,
    ipv4_per_eni: u64,
    vcpus: Option<u32>,
    prefix_mode: bool,
    custom_networking: bool,
    managed: u64,
    ami: u64,
    eni: u64,
    cap: u64,
}

impl MaxPods {
    pub fn run(self, global: &Global) -> Result<Outcome, Failure> {
        let name = self.name.as_ref().or(self.instance_type.as_ref()).cloned().unwrap_or_default();
        let instance = input::instance(&name, global)?;
        let answer = self.answer(&instance);
        if self.prefix && !answer.prefix_mode && self.rule != Rule::Ami && !self.explain {
            tell(&format!("{}: {}", shown(&instance.name), self.no_prefixes(&instance)));
        }
        Ok(Outcome::Print(match (self.explain, self.format) {
            (true, _) => self.sentence(&answer, &instance),
            (false, Format::Number) => format!("{}\n", answer.max_pods),
            (false, Format::Json) => json::write(&answer).map_err(|e| e.to_string())?,
        }))
    }

    fn answer<'a>(&self, instance: &'a InstanceType) -> Answer<'a> {
        let rule = if self.show_max_allowed { Rule::Eni } else { self.rule };
        let enis = self.max_eni.map_or(instance.enis, |most| most.min(instance.enis)).into();
        let ipv4_per_eni = instance.ipv4_per_eni.into();
        let prefix_mode = self.prefix && instance.hypervisor.prefixes() && !self.is_old();
        let eni = formula(enis, ipv4_per_eni, prefix_mode, self.custom);
        let ami = formula(instance.enis.into(), ipv4_per_eni, false, false);
        let cap = cap(instance.vcpus);
        let managed = eni.min(cap);
        let (max_pods, rule) = match rule {
            Rule::Managed => (managed, "managed"),
            Rule::Ami => (ami, "ami"),
            Rule::Eni => (eni, "eni"),
        };
        let (vcpus, custom_networking) = (instance.vcpus, self.custom);
        let instance_type = instance.name.as_str();
        Answer {
            instance_type,
            max_pods,
            rule,
            enis,
            ipv4_per_eni,
            vcpus,
            prefix_mode,
            custom_networking,
            managed,
            ami,
            eni,
            cap,
        }
    }

    /// Versions before 1.9 had no prefixes.
    fn is_old(&self) -> bool {
        self.cni_version.is_some_and(|version| version < (1, 9))
    }

    fn no_prefixes(&self, instance: &InstanceType) -> String {
        match self.is_old() {
            true => "prefix mode came with version 1.9: reckoned with single addresses".to_owned(),
            false => format!(
                "its hypervisor is {}, its ENIs hold no prefixes: reckoned with single addresses",
                instance.hypervisor.name()
            ),
        }
    }

    fn sentence(&self, answer: &Answer<'_>, instance: &InstanceType) -> String {
        let name = shown(answer.instance_type);
        let (enis, less) = match (answer.rule, answer.custom_networking) {
            ("ami", _) => (u64::from(instance.enis), ""),
            (_, true) => (answer.enis, " - 1 for custom networking"),
            (_, false) => (answer.enis, ""),
        };
        let enis = count(enis, "ENI");
        let enis = if less.is_empty() { enis } else { format!("({enis}{less})") };
        let prefixes =
            if answer.prefix_mode && answer.rule != "ami" { format!(" x {PREFIX}") } else { String::new() };
        let value = if answer.rule == "ami" { answer.ami } else { answer.eni };
        let mut text = format!(
            "{name}: {enis} x ({} - 1){prefixes} + {HOST_NETWORK} for host-network pods = {}",
            count(answer.ipv4_per_eni, "address"),
            thousands(value)
        );
        if self.prefix && !answer.prefix_mode && answer.rule != "ami" {
            text.push_str("; ");
            text.push_str(&self.no_prefixes(instance));
        }
        let vcpus = match answer.vcpus {
            Some(n) => format!("with {}", count(n.into(), "vCPU")),
            None => "with an unknown number of vCPUs".to_owned(),
        };
        let bound = if answer.cap == cap(None) { "below" } else { "at least" };
        let end = match answer.rule {
            "managed" if answer.managed < answer.eni => format!(
                "; EKS caps managed node groups {vcpus} ({bound} {LARGE_VCPUS}) at {}; the AMI by itself sets {}",
                answer.cap,
                thousands(answer.ami)
            ),
            "managed" => format!(
                "; within EKS's cap for managed node groups {vcpus}, {}; the AMI by itself sets {}",
                answer.cap,
                thousands(answer.ami)
            ),
            "ami" => format!(
                "; the AMI takes it whatever the mode, MAX_ENI and networking; managed node groups have {}",
                answer.managed
            ),
            _ => format!(
                "; uncapped: managed node groups have {}, the AMI by itself {}",
                answer.managed,
                thousands(answer.ami)
            ),
        };
        format!("{text}{end}\n")
    }
}
