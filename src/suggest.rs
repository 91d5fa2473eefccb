//! "Did you mean": the known name that is most like an unknown one.

use crate::limits::NAME_CHARS;

/// Names less alike than this are not suggested (Jaro-Winkler without case, 1 is equal): it lets one typing
/// mistake in a short name pass, and names cut short (`m5.8xl`).
const ALIKE: f64 = 0.88;
/// Candidates that are looked at: the cost grows with them, and no table of ours is longer.
const CANDIDATES: usize = 2_000;

/// The candidate that is most like a name (the first of equals), if any is much like it.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if name.chars().count() > NAME_CHARS {
        return None;
    }
    let name = name.to_lowercase();
    let mut best = (ALIKE, None);
    for candidate in candidates.into_iter().take(CANDIDATES) {
        let alike = strsim::jaro_winkler(&name, &candidate.to_lowercase());
        if alike > best.0 {
            best = (alike, Some(candidate));
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_close_names_are_suggested() {
        let known = ["private-a", "private-b", "WARM_IP_TARGET", "a"];
        for (name, meant) in [
            ("privat-a", Some("private-a")),
            ("Private-B", Some("private-b")),
            ("warm_ip_target", Some("WARM_IP_TARGET")),
            ("WARM_IP_TRAGET", Some("WARM_IP_TARGET")),
            ("b", None),
            ("public", None),
            ("", None),
        ] {
            assert_eq!(nearest(name, known), meant, "{name}");
        }
    }
}
