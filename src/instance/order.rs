//! Searching the tables by name, best first.

use std::cmp::Reverse;

use crate::suggest::scores;

/// The names that match a query as [`scores`] has it, best first, equals in [`natural`] order.
pub(super) fn ranked<'a, T>(query: &str, rows: &'a [T], name: impl Fn(&'a T) -> &'a str) -> Vec<&'a T> {
    let mut found = scores(query, rows.iter().map(&name));
    let order = |i: &usize| rows.get(*i).map(|row| natural(name(row)));
    found.sort_by(|(a, x), (b, y)| Reverse(x).cmp(&Reverse(y)).then_with(|| order(a).cmp(&order(b))));
    found.into_iter().filter_map(|(i, _)| rows.get(i)).collect()
}

/// The order people expect: by family, then from nano to metal, numbers as numbers.
pub(super) fn natural(name: &str) -> (&str, u8, u32, &str) {
    let (family, size) = name.split_once('.').unwrap_or((name, ""));
    let number = |text: &str, empty: u32| if text.is_empty() { Some(empty) } else { text.parse().ok() };
    let (class, count) = match size {
        "nano" => (0, 0),
        "micro" => (1, 0),
        "small" => (2, 0),
        "medium" => (3, 0),
        "large" => (4, 0),
        "metal" => (6, 0),
        _ => {
            let (class, count) = match size.strip_prefix("metal-") {
                Some(metal) => (6, metal.strip_suffix("xl")),
                None => (5, size.strip_suffix("xlarge")),
            };
            count.and_then(|count| number(count, 1)).map_or((7, 0), |count| (class, count))
        }
    };
    (family, class, count, size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_in_natural_order() {
        let sorted = [
            "c7a.large",
            "c7a.xlarge",
            "c7a.2xlarge",
            "c7a.16xlarge",
            "c7a.metal",
            "c7a.metal-24xl",
            "c7a.metal-48xl",
            "c7a.odd",
            "t3.nano",
            "t3.micro",
            "t3.small",
            "t3.medium",
            "t3.large",
        ];
        let mut names = sorted;
        names.sort_unstable();
        names.sort_by_key(|name| natural(name));
        assert_eq!(names, sorted);
    }
}
