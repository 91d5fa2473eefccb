//! Spans of time: `90s`, `5m`, `1h30m`, `2.5s`.

use super::Ms;

pub const SECOND: Ms = 1_000;
pub const MINUTE: Ms = 60 * SECOND;
const HOUR: Ms = 60 * MINUTE;

/// Units, the longest first: their names, and milliseconds.
const UNITS: [(&str, Ms); 4] = [("h", HOUR), ("m", MINUTE), ("s", SECOND), ("ms", 1)];

/// A span as people write it, each unit at most once, the longer before the shorter; a number alone is
/// seconds.
pub fn written(text: &str) -> Option<Ms> {
    if let Some(seconds) = decimal(text, SECOND) {
        return Some(seconds);
    }
    let (mut rest, mut total, mut next) = (text, 0u64, 0);
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at(digits);
        let letters = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(letters);
        let (at, (_, each)) =
            UNITS.iter().enumerate().find(|(at, (name, _))| *name == unit && *at >= next)?;
        total = total.checked_add(decimal(number, *each)?)?;
        (rest, next) = (tail, at + 1);
    }
    (!text.is_empty()).then_some(total)
}

/// A number of units in milliseconds, if it is a whole number of those.
fn decimal(text: &str, unit: Ms) -> Option<Ms> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |s: &str| !s.is_empty() && s.len() <= 9 && s.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !(part.is_empty() || digits(part)) || text.ends_with('.') {
        return None;
    }
    let whole = whole.parse::<u64>().ok()?.checked_mul(unit)?;
    if part.is_empty() {
        return Some(whole);
    }
    let scale = 10u64.checked_pow(u32::try_from(part.len()).ok()?)?;
    let part = part.parse::<u64>().ok()?.checked_mul(unit)?;
    (part % scale == 0).then(|| whole + part / scale)
}

/// The shortest way to write a span: `1h30m`, `12.5s`, `0s`.
pub fn shown(span: Ms) -> String {
    let (hours, minutes, rest) = (span / HOUR, span % HOUR / MINUTE, span % MINUTE);
    let mut text = String::new();
    if hours > 0 {
        text += &format!("{hours}h");
    }
    if minutes > 0 {
        text += &format!("{minutes}m");
    }
    if rest > 0 || text.is_empty() {
        let part = format!("{:03}", rest % SECOND);
        let part = part.trim_end_matches('0');
        let point = if part.is_empty() { "" } else { "." };
        text += &format!("{}{point}{part}s", rest / SECOND);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_and_written() {
        for (text, span) in [
            ("0s", 0),
            ("90s", 90 * SECOND),
            ("2.5s", 2_500),
            ("1m30s", 90 * SECOND),
            ("1h30m", 90 * MINUTE),
            ("250ms", 250),
            ("45", 45 * SECOND),
            ("1.5h", 90 * MINUTE),
        ] {
            assert_eq!(written(text), Some(span), "{text}");
            assert_eq!(written(&shown(span)), Some(span), "{text}");
        }
        for text in ["", "s", "1x", "1s1m", "1m1m", "-1s", "1..5s", "1.s", "0.0001s", "9999999999s", "1 m"] {
            assert_eq!(written(text), None, "{text}");
        }
    }
}
