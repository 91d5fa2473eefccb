//! "Did you mean": the known name that is most like an unknown one.

/// Names longer than this are not compared, nor more than [`CANDIDATES`] of them: the cost grows with both.
const CHARS: usize = 64;
const CANDIDATES: usize = 1_000;

/// The candidate that differs least from `name`, if it differs little: by case, or by one letter in three.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > CHARS {
        return None;
    }
    let name = name.to_lowercase();
    candidates
        .into_iter()
        .take(CANDIDATES)
        .filter(|candidate| candidate.len() <= CHARS)
        .filter_map(|candidate| {
            let distance = strsim::osa_distance(&name, &candidate.to_lowercase());
            let most = name.chars().count().max(candidate.chars().count()) / 3;
            (distance <= most).then_some((distance, candidate))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
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
