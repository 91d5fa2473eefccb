//! The next free range for a new subnet.

use ipnet::Ipv4Net;

use crate::plan::Plan;

/// The first block of `prefix` bits after `after` that overlaps no subnet and no service CIDR; within the
/// range of the VPC that `after` lies in, where the plan says one, and then from that range's beginning.
pub(super) fn next_block(plan: &Plan, after: Ipv4Net, prefix: u8) -> Option<Ipv4Net> {
    let within = plan.vpc.iter().find(|vpc| vpc.contains(&after)).copied();
    let taken: Vec<Ipv4Net> = plan
        .subnets
        .iter()
        .map(|s| s.cidr)
        .chain(plan.clusters.iter().filter_map(|c| c.service_cidr))
        .collect();
    let whole = within.unwrap_or_default();
    let start = u64::from(u32::from(after.broadcast())) + 1;
    search(&taken, whole, start, prefix)
        .or_else(|| search(&taken, within?, u32::from(whole.network()).into(), prefix))
}

/// The first free block from `start` within a range. Each step goes past a range that is taken, so there
/// are no more steps than those.
fn search(taken: &[Ipv4Net], whole: Ipv4Net, start: u64, prefix: u8) -> Option<Ipv4Net> {
    let size = 1_u64 << 32_u8.checked_sub(prefix)?;
    let mut start = start.next_multiple_of(size);
    loop {
        let block = Ipv4Net::new(u32::try_from(start).ok()?.into(), prefix).ok()?;
        if !whole.contains(&block) {
            return None;
        }
        let overlap = |t: &&Ipv4Net| t.contains(&block) || block.contains(*t);
        match taken.iter().filter(overlap).map(|t| u64::from(u32::from(t.broadcast()))).max() {
            Some(end) => start = (end + 1).next_multiple_of(size),
            None => return Some(block),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::parse;

    #[test]
    fn the_next_free_block_is_found() {
        let cases = [
            ("[\"10.0.0.0/16\"]", &["10.0.0.0/22", "10.0.4.0/22"][..], "10.0.0.0/22", Some("10.0.8.0/22")),
            ("[\"10.0.0.0/16\"]", &["10.0.252.0/22"], "10.0.252.0/22", Some("10.0.0.0/22")),
            ("[\"10.0.0.0/22\"]", &["10.0.0.0/22"], "10.0.0.0/22", None),
            ("[]", &["10.0.0.0/24", "10.0.1.0/28"], "10.0.0.0/24", Some("10.0.2.0/24")),
            ("[]", &["255.255.255.0/24"], "255.255.255.0/24", None),
        ];
        for (vpc, subnets, after, next) in cases {
            let rows: String =
                subnets.iter().map(|c| format!("[[subnet]]\nname = \"{c}\"\ncidr = \"{c}\"\n")).collect();
            let plan = parse(&format!("format = 1\nvpc = {vpc}\n{rows}")).plan.expect("a plan");
            let after: Ipv4Net = after.parse().expect("a CIDR");
            let found = next_block(&plan, after, after.prefix_len()).map(|b| b.to_string());
            assert_eq!(found.as_deref(), next, "{vpc} {subnets:?}");
        }
    }
}
