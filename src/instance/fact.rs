//! The facts that a table can state about a type: one list, read by both formats.

use std::ops::Range;

use serde_json::Value;

use super::problem::Fault;
use super::{Hypervisor, InstanceType};
use crate::{limits, text};

/// What to do about a new type that lacks one of the two facts that every type must have.
const NEEDED: &str = "a new type needs enis and ipv4_per_eni; in JSON of the EC2 API these are NetworkInfo's \
    NetworkCards (or MaximumNetworkInterfaces) and Ipv4AddressesPerInterface";

/// What one row of a table states about a type. What it does not state is `None`.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Stated {
    pub name: String,
    /// Where the table has the name.
    pub span: Range<usize>,
    pub enis: Option<u32>,
    pub ipv4_per_eni: Option<u32>,
    pub hypervisor: Option<Hypervisor>,
    pub branch_enis: Option<u32>,
    pub vcpus: Option<u32>,
    pub memory_mib: Option<u64>,
    pub arch: Option<Vec<String>>,
    pub usd_per_hour: Option<f64>,
    pub note: Option<String>,
}

/// One fact: its key in our tables, and where the EC2 API has it.
pub(super) struct Fact {
    pub key: &'static str,
    /// Path in an element of `InstanceTypes`. Empty: not there, or no value to take as it is.
    pub ec2: &'static [&'static str],
    /// Takes a value (of either format, as JSON), or says what it must be.
    pub take: fn(&mut Stated, &Value) -> Result<(), String>,
}

/// The facts, in the order in which our tables write them.
pub(super) const FACTS: &[Fact] = &[
    Fact {
        key: "enis",
        ec2: &[],
        take: |row, value| whole(value, 1, limits::ENIS.into()).map(|n| row.enis = Some(n)),
    },
    Fact {
        key: "ipv4_per_eni",
        ec2: &["NetworkInfo", "Ipv4AddressesPerInterface"],
        take: |row, value| whole(value, 1, limits::ENIS.into()).map(|n| row.ipv4_per_eni = Some(n)),
    },
    Fact {
        key: "hypervisor",
        ec2: &[],
        take: |row, value| hypervisor(value).map(|h| row.hypervisor = Some(h)),
    },
    Fact {
        key: "branch_enis",
        ec2: &[],
        take: |row, value| whole(value, 0, limits::PODS_PER_NODE.into()).map(|n| row.branch_enis = Some(n)),
    },
    Fact {
        key: "vcpus",
        ec2: &["VCpuInfo", "DefaultVCpus"],
        take: |row, value| whole(value, 1, limits::VCPUS.into()).map(|n| row.vcpus = Some(n)),
    },
    Fact {
        key: "memory_mib",
        ec2: &["MemoryInfo", "SizeInMiB"],
        take: |row, value| whole(value, 1, limits::QUANTITY >> 20).map(|n| row.memory_mib = Some(n)),
    },
    Fact {
        key: "arch",
        ec2: &["ProcessorInfo", "SupportedArchitectures"],
        take: |row, value| names(value).map(|list| row.arch = Some(list)),
    },
    Fact {
        key: "usd_per_hour",
        ec2: &[],
        take: |row, value| price(value).map(|usd| row.usd_per_hour = Some(usd)),
    },
    Fact { key: "note", ec2: &[], take: |row, value| note(value).map(|text| row.note = Some(text)) },
];

/// The fact of a key.
pub(super) fn fact(key: &str) -> Option<&'static Fact> {
    FACTS.iter().find(|fact| fact.key == key)
}

fn whole<T: TryFrom<u64>>(value: &Value, least: u64, most: u64) -> Result<T, String> {
    let number = value.as_u64().filter(|n| (least..=most).contains(n)).and_then(|n| T::try_from(n).ok());
    number.ok_or_else(|| format!("a whole number from {least} to {}", text::thousands(most)))
}

/// Unknown is not stated: a row leaves the fact out.
fn hypervisor(value: &Value) -> Result<Hypervisor, String> {
    let mut known = [Hypervisor::Nitro, Hypervisor::Xen, Hypervisor::None].into_iter();
    let found = known.find(|hypervisor| value.as_str() == Some(hypervisor.name()));
    found.ok_or_else(|| "\"nitro\", \"xen\" or \"none\" (bare metal)".to_string())
}

/// One name, or a list of at least one.
fn names(value: &Value) -> Result<Vec<String>, String> {
    let list = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    let names: Option<Vec<_>> =
        list.iter().map(|v| v.as_str().filter(|n| is_name(n)).map(str::to_string)).collect();
    names
        .filter(|names| !names.is_empty())
        .ok_or_else(|| "one or more of \"x86_64\", \"arm64\", \"i386\"".to_string())
}

fn price(value: &Value) -> Result<f64, String> {
    let most = limits::USD_PER_HOUR;
    let usd = value.as_f64().filter(|usd| (0.0..=f64::from(most)).contains(usd));
    // minus zero would show its sign
    usd.map(|usd| usd + 0.0).ok_or_else(|| format!("a number from 0 to {}", text::thousands(most.into())))
}

fn note(value: &Value) -> Result<String, String> {
    let note = value.as_str().filter(|note| note.chars().count() <= limits::NOTE_CHARS);
    note.map(str::to_string).ok_or_else(|| format!("a text of at most {} characters", limits::NOTE_CHARS))
}

/// Whether a text can be the name of a type or an architecture: not empty, not too long, no blanks, nothing a
/// terminal acts on.
pub(super) fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.chars().count() <= limits::NAME_CHARS
        && !name.chars().any(|c| c.is_whitespace() || text::is_hostile(c))
}

impl Stated {
    /// The type with what the row states, fact by fact, on top of what was known of it. A note goes with the
    /// limits it was written for: a row that changes one of them and has no note of its own takes it away.
    pub fn onto(self, old: Option<&InstanceType>) -> Result<InstanceType, Fault> {
        let enis = self.enis.or(old.map(|t| t.enis));
        let ipv4_per_eni = self.ipv4_per_eni.or(old.map(|t| t.ipv4_per_eni));
        let (Some(enis), Some(ipv4_per_eni)) = (enis, ipv4_per_eni) else {
            return Err(self.incomplete(enis.is_none(), ipv4_per_eni.is_none()));
        };
        let branch_enis = self.branch_enis.or(old.and_then(|t| t.branch_enis));
        let same =
            |t: &&InstanceType| (t.enis, t.ipv4_per_eni, t.branch_enis) == (enis, ipv4_per_eni, branch_enis);
        let note = self.note.or_else(|| old.filter(same).and_then(|t| t.note.clone()));
        Ok(InstanceType {
            name: self.name,
            vcpus: self.vcpus.or(old.and_then(|t| t.vcpus)),
            memory_mib: self.memory_mib.or(old.and_then(|t| t.memory_mib)),
            arch: self.arch.or_else(|| old.map(|t| t.arch.clone())).unwrap_or_default(),
            hypervisor: self.hypervisor.or(old.map(|t| t.hypervisor)).unwrap_or(Hypervisor::Unknown),
            enis,
            ipv4_per_eni,
            branch_enis,
            usd_per_hour: self.usd_per_hour.or(old.and_then(|t| t.usd_per_hour)),
            note: note.filter(|text| !text.is_empty()),
        })
    }

    /// The fault of a new type without ENIs or addresses per ENI.
    fn incomplete(self, enis: bool, ipv4_per_eni: bool) -> Fault {
        let lacks = [(enis, "enis"), (ipv4_per_eni, "ipv4_per_eni")];
        let lacks: Vec<_> = lacks.into_iter().filter_map(|(missing, key)| missing.then_some(key)).collect();
        let (name, lacks) = (text::shown(&self.name), lacks.join(" and no "));
        let message = format!("{name} has no {lacks}, and no table before this one knows it");
        Fault::new(self.span, message).help(NEEDED)
    }
}
