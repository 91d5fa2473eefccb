//! Searching the tables by name, best first.

use std::cmp::Reverse;

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

/// The names that match a query (words of a fuzzy pattern, all of which must match: `m5 8x`), best first,
/// equals in [`natural`] order. An empty query matches every name.
pub(super) fn ranked<'a, T>(query: &str, rows: &'a [T], name: impl Fn(&'a T) -> &'a str) -> Vec<&'a T> {
    let mut matcher = Matcher::new(Config::DEFAULT);
    let pattern = Pattern::parse(query, CaseMatching::Ignore, Normalization::Smart);
    let mut chars = Vec::new();
    let mut found: Vec<_> = rows
        .iter()
        .filter_map(|row| {
            let score = pattern.score(Utf32Str::new(name(row), &mut chars), &mut matcher)?;
            Some((Reverse(score), natural(name(row)), row))
        })
        .collect();
    found.sort_by_key(|&(score, order, _)| (score, order));
    found.into_iter().map(|(_, _, row)| row).collect()
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
