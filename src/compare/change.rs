//! What became of a value: `549 (+430)`, `t3.large -> m5.large`.

use crate::explore::figure::Better;
use crate::text::thousands;

/// A value that is not what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    before: String,
    now: String,
    /// Of two numbers, by how much the value grew.
    by: Option<i64>,
}

/// Whether a change is what a user would rather have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worth {
    Good,
    Bad,
    /// It is neither.
    Neutral,
}

impl Change {
    /// What became of a text; `None` if it is the same.
    pub fn of(before: &str, now: &str) -> Option<Change> {
        let by = number(before).zip(number(now)).map(|(before, now)| now.saturating_sub(before));
        let change = Change { before: before.to_owned(), now: now.to_owned(), by };
        (before != now).then_some(change)
    }

    /// `119 -> 549 (+430)`, `fits -> short`.
    pub fn long(&self) -> String {
        let by = self.by.map_or(String::new(), |by| format!(" ({})", plus(by)));
        format!("{} -> {}{by}", named(&self.before), named(&self.now))
    }

    /// `549 (+430)`, `fits -> short`.
    pub fn text(&self) -> String {
        match self.by {
            Some(by) => format!("{} ({})", self.now, plus(by)),
            None => self.long(),
        }
    }

    /// By how much a number grew.
    pub fn by(&self) -> Option<i64> {
        self.by
    }

    /// Whether it is a number, and one that grew.
    pub fn grew(&self) -> Option<bool> {
        self.by.map(|by| by > 0)
    }

    /// What it is worth where more, or less, is better.
    pub fn worth(&self, better: Option<Better>) -> Worth {
        match (self.grew(), better) {
            (Some(grew), Some(better)) if grew == (better == Better::More) => Worth::Good,
            (Some(_), Some(_)) => Worth::Bad,
            _ => Worth::Neutral,
        }
    }
}

fn named(text: &str) -> &str {
    if text.is_empty() { "nothing" } else { text }
}

/// `+430`, `-1,234`.
pub fn plus(by: i64) -> String {
    let sign = if by < 0 { '-' } else { '+' };
    format!("{sign}{}", thousands(by.unsigned_abs()))
}

/// A whole number as podroom writes it: `-1,234`.
fn number(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.chars().all(|c| c.is_ascii_digit() || c == ',');
    text.replace(',', "").parse().ok().filter(|_| plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_of_numbers_say_by_how_much_and_others_what_was() {
        for (before, now, text, long) in [
            ("119", "549", "549 (+430)", "119 -> 549 (+430)"),
            ("1,019", "-12", "-12 (-1,031)", "1,019 -> -12 (-1,031)"),
            ("40..50", "45", "40..50 -> 45", "40..50 -> 45"),
            ("", "7", "nothing -> 7", "nothing -> 7"),
            ("fits", "short", "fits -> short", "fits -> short"),
        ] {
            let change = Change::of(before, now).expect("a change");
            assert_eq!((change.text().as_str(), change.long().as_str()), (text, long));
        }
        assert_eq!(Change::of("1", "1"), None);
        let more = Change::of("1", "2").expect("a change");
        assert_eq!(more.worth(Some(Better::More)), Worth::Good);
        assert_eq!(more.worth(Some(Better::Less)), Worth::Bad);
        assert_eq!(more.worth(None), Worth::Neutral);
    }
}
