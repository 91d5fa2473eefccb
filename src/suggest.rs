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

/// What can be found: its name, other words for it, and what is said about it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Entry<'a> {
    pub name: &'a str,
    pub alias: &'a str,
    pub about: &'a str,
}

/// How a word is in a text, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum In {
    Whole,
    Start,
    Middle,
}

/// The best way in which a word is in a text; both in lower case.
fn within(word: &str, text: &str) -> Option<In> {
    let outside = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    let ways = text.match_indices(word).map(|(at, found)| {
        let (before, rest) = text.split_at_checked(at).unwrap_or((text, ""));
        match outside(before.chars().next_back()) {
            true if outside(rest.chars().nth(found.chars().count())) => In::Whole,
            true => In::Start,
            false => In::Middle,
        }
    });
    ways.min()
}

impl Entry<'_> {
    /// Where the words of a query (in lower case) are, that of the worst; `None` if one is not there. What it is
    /// called goes before what is said about it, and words before parts of words.
    fn rank(self, words: &[String]) -> Option<u8> {
        let [name, alias, about] = [self.name, self.alias, self.about].map(str::to_lowercase);
        let of_word = |word: &String| {
            let called = within(word, &name).into_iter().chain(within(word, &alias)).min();
            match (called, within(word, &about)) {
                (Some(In::Whole), _) => Some(0),
                (Some(In::Start), _) => Some(1),
                (_, Some(In::Whole)) => Some(2),
                (_, Some(In::Start)) => Some(3),
                (Some(In::Middle), _) => Some(4),
                (None, Some(In::Middle)) => Some(5),
                (None, None) => None,
            }
        };
        words.iter().try_fold(0, |worst, word| Some(of_word(word)?.max(worst)))
    }
}

/// The entries that match a query by index, best first: those that have every word of it, whatever the case, whole
/// words first, then beginnings, then parts of words; and only if there are none those that match as [`scores`] has
/// it.
pub fn matching(query: &str, entries: &[Entry<'_>]) -> Vec<usize> {
    let words: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
    if words.is_empty() {
        return (0..entries.len()).collect();
    }
    let ranks: Vec<Option<u8>> = entries.iter().map(|entry| entry.rank(&words)).collect();
    let texts: Vec<String> = entries.iter().map(|e| format!("{} {} {}", e.name, e.alias, e.about)).collect();
    let mut score = vec![0; entries.len()];
    let fuzzy = scores(query, texts.iter().map(String::as_str));
    for (i, worth) in &fuzzy {
        if let Some(score) = score.get_mut(*i) {
            *score = *worth;
        }
    }
    let literal = ranks.iter().enumerate().filter_map(|(i, rank)| Some((i, (*rank)?)));
    let mut found: Vec<(usize, u8)> = literal.collect();
    if found.is_empty() {
        found = fuzzy.into_iter().map(|(i, _)| (i, 0)).collect();
    }
    // what begins with the query comes first
    let start = words.join(" ");
    let begins = |i: usize| entries.get(i).is_some_and(|e| e.name.to_lowercase().starts_with(&start));
    found.sort_by_cached_key(|(i, rank)| (*rank, !begins(*i), Reverse(score.get(*i).copied()), *i));
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
        let names = ["save the plan", "situation", "the nodes of a plan", "undo"];
        let entries = names.map(|name| Entry { name, ..Entry::default() });
        assert_eq!(matching("", &entries), [0, 1, 2, 3]);
        assert_eq!(matching("plan the", &entries), [0, 2], "all words, in any order");
        assert_eq!(matching("Situ", &entries), [1]);
        assert_eq!(matching("und", &entries), [3]);
        assert_eq!(matching("sitn", &entries), [1], "letters, as no text has the word");
        assert_eq!(matching("zzz", &entries), [0; 0]);
    }

    #[test]
    fn names_come_before_what_is_said_and_words_before_parts_of_words() {
        let entry = |name, alias, about| Entry { name, alias, about };
        let entries = [
            entry("a saddle", "", ""),
            entry("of something else", "", "to add"),
            entry("address", "", ""),
            entry("a new row", "add a", ""),
            entry("h\u{e9}add", "", ""),
        ];
        assert_eq!(matching("add", &entries), [3, 2, 1, 0, 4]);
        assert_eq!(matching("ADD row", &entries), [3]);
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
