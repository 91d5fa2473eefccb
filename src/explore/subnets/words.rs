//! What the advisor says, in sentences with figures.

use super::{Need, Row, When};
use crate::plan::{MinFree, Plan};
use crate::text::{addresses, shown, thousands};

/// What a subnet needs in one situation, today and while it grows.
pub fn row(plan: &Plan, row: &Row, min_free: MinFree) -> String {
    let Some(subnet) = plan.subnets.get(row.subnet) else { return String::new() };
    let (Some(today), Some(last)) = (row.needs.first(), row.needs.last()) else { return String::new() };
    let name = format!("{} {}", shown(&subnet.name), subnet.cidr);
    let wants = |need: &Need| thousands(need.wanted.addresses);
    let when = match row.when {
        When::Settled => "when settled",
        When::Churned => "after churn in 95 of 100 runs",
        When::ChurnedWorst => "after churn in the worst case",
        When::Upgrade => "in an upgrade",
    };
    let keep = match min_free {
        MinFree::Count(0) => String::new(),
        n => format!(" beside {n} free"),
    };
    let first = row.needs.iter().find(|need| !need.suffices);
    let now = match (today.suffices, today.length) {
        (true, Some(length)) if length == subnet.cidr.prefix_len() => {
            format!(
                "{name} is as small as it can be {when}: {} wanted{keep}",
                addresses(today.wanted.addresses)
            )
        }
        (true, length) => format!(
            "{name} suffices {when}: {} wanted{keep}, for which {} would do",
            addresses(today.wanted.addresses),
            size(length)
        ),
        (false, length) => format!(
            "{name} is too small {when}: {} wanted{keep}, for which it takes {}",
            addresses(today.wanted.addresses),
            size(length)
        ),
    };
    let grown = match (first, last.month) {
        (_, 0) => String::new(),
        (Some(need), _) if need.month > 0 => {
            let then = match need.month == last.month {
                true => String::new(),
                false => format!(", and {} for {} in month {}", size(last.length), wants(last), last.month),
            };
            format!("; from month {} on it takes {} for {}{then}", need.month, size(need.length), wants(need))
        }
        (Some(_), month) => format!("; in month {month} {} for {}", size(last.length), wants(last)),
        (None, month) => format!("; it lasts to month {month}, with {} wanted then", wants(last)),
    };
    now + &grown
}

/// `a /22`, or that no subnet is large enough.
pub fn size(length: Option<u8>) -> String {
    length.map_or("more than one subnet".to_owned(), |length| format!("a /{length}"))
}
