//! "Did you mean": the known name that is most like an unknown one. And what a search finds, best first.

use std::cmp::Reverse;

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use crate::limits::NAME_CHARS;

/// The texts that match a query (words of a fuzzy pattern, all of which must match: `m5 8x`) by index, with how well,
/// in their own order. An empty query matches every text.
pub fn scores<'a>(query: &str, texts: impl IntoIterator<Item = &'a str>) -> Vec<(usize, u32)> {
    let mut matcher = Matcher::new(Config::DEFAULT);
    let pattern = Pattern::parse(query, CaseMatching::Ignore, Normalization::Smart);
    let mut chars = Vec::new();
    let texts = texts.into_iter().enumerate();
    texts
        .filter_map(|(i, text)| Some((i, pattern.score(Utf32Str::new(text, &mut chars), &mut matcher)?)))
        .collect()
}

/// The texts that match a query by index, best first: those that contain every word of it, whatever the case, and
/// only if there are none those that match as [`scores`] has it.
pub fn matching(query: &str, texts: &[String]) -> Vec<usize> {
    let words: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
    let contains = |text: &String| {
        let text = text.to_lowercase();
        words.iter().all(|word| text.contains(word))
    };
    let literal: Vec<usize> = (0..texts.len()).filter(|i| texts.get(*i).is_some_and(contains)).collect();
    if words.is_empty() {
        return literal;
    }
    let of_literal = |i: &usize| literal.is_empty() || literal.binary_search(i).is_ok();
    let mut found = scores(query, texts.iter().map(String::as_str));
    found.retain(|(i, _)| of_literal(i));
    // what begins with the query comes first
    let begins = |i: usize| texts.get(i).is_some_and(|t| t.to_lowercase().starts_with(&words.join(" ")));
    found.sort_by_key(|(i, score)| (!begins(*i), Reverse(*score), *i));
    found.into_iter().map(|(i, _)| i).collect()
}

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
    fn words_are_found_before_letters_are() {
        let texts = ["save the plan", "situation", "the nodes of a plan", "undo"].map(str::to_owned);
        assert_eq!(matching("", &texts), [0, 1, 2, 3]);
        assert_eq!(matching("plan the", &texts), [0, 2], "all words, in any order");
        assert_eq!(matching("Situ", &texts), [1]);
        assert_eq!(matching("und", &texts), [3]);
        assert_eq!(matching("sitn", &texts), [1], "letters, as no text has the word");
        assert_eq!(matching("zzz", &texts), [0; 0]);
    }

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
