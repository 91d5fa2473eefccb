//! Kubernetes quantities: `300m`, `1.5`, `512Mi`, `1e3`.
//!
//! Grammar and suffixes: `k8s.io/apimachinery/pkg/api/resource`, `quantity.go`. Arithmetic is exact; what
//! is finer than a unit is rounded up, as Kubernetes does.

use std::borrow::Cow;

use crate::limits::QUANTITY;
use crate::text::{excerpt, thousands};

/// Suffix, power of two, power of ten.
const SUFFIXES: &[(&str, u32, i32)] = &[
    ("", 0, 0),
    ("n", 0, -9),
    ("u", 0, -6),
    ("m", 0, -3),
    ("k", 0, 3),
    ("M", 0, 6),
    ("G", 0, 9),
    ("T", 0, 12),
    ("P", 0, 15),
    ("E", 0, 18),
    ("Ki", 10, 0),
    ("Mi", 20, 0),
    ("Gi", 30, 0),
    ("Ti", 40, 0),
    ("Pi", 50, 0),
    ("Ei", 60, 0),
];

/// Most digits of a number: with them, the largest binary suffix and a tenth power still fit 128 bits.
const DIGITS: usize = 20;

/// Millicores, rounded up to 1m.
///
/// # Errors
///
/// Not a quantity, negative, or above [`QUANTITY`].
pub fn cpu(text: &str) -> Result<u64, String> {
    parse(text, 3, "write cores such as \"300m\", \"1.5\" or 2")
}

/// Bytes, rounded up.
///
/// # Errors
///
/// As [`cpu`].
pub fn memory(text: &str) -> Result<u64, String> {
    parse(text, 0, "write bytes such as \"512Mi\", \"6Gi\" or \"1.5G\"")
}

/// The quantity in units of `10^-unit`, rounded up.
fn parse(text: &str, unit: i32, allowed: &str) -> Result<u64, String> {
    let junk = || format!("{} is not a quantity: {allowed}", excerpt(text));
    let (negative, rest) = match text.strip_prefix(['+', '-']) {
        Some(rest) => (text.starts_with('-'), rest),
        None => (false, text),
    };
    let number = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').len();
    let (number, suffix) = rest.split_at_checked(number).ok_or_else(junk)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if fraction.contains('.') || (whole.is_empty() && fraction.is_empty()) {
        return Err(junk());
    }
    let (two, ten) = scale(suffix).ok_or_else(|| match suffix {
        "K" => format!("{}: the suffix is k (1,000) or Ki (1,024)", excerpt(text)),
        _ => junk(),
    })?;
    let places = DIGITS.saturating_sub(whole.trim_start_matches('0').len());
    let fraction = &*cut(fraction.trim_end_matches('0'), places);
    let digits = format!("{whole}{fraction}");
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return Ok(0);
    }
    if negative {
        return Err(format!("{} is negative: {allowed}", excerpt(text)));
    }
    let beyond = || format!("{} is more than the {} that can be planned", excerpt(text), most(unit));
    if digits.len() > DIGITS {
        return Err(beyond());
    }
    let digits: u128 = digits.parse().map_err(|_| junk())?;
    let places = i32::try_from(fraction.len()).map_err(|_| junk())?;
    let value = digits << two;
    let power = ten + unit - places;
    let tens = 10_u128.checked_pow(power.unsigned_abs());
    let value = match (power < 0, tens) {
        (false, Some(tens)) => value.checked_mul(tens).ok_or_else(beyond)?,
        (false, None) => return Err(beyond()),
        (true, Some(tens)) => value.div_ceil(tens),
        (true, None) => 1,
    };
    u64::try_from(value).ok().filter(|v| *v <= QUANTITY).ok_or_else(beyond)
}

/// A fraction of at most so many places, rounded up.
fn cut(fraction: &str, places: usize) -> Cow<'_, str> {
    match fraction.get(..places) {
        Some(head) if fraction.len() > places => {
            let up = head.parse::<u128>().unwrap_or(0).saturating_add(1);
            let digits = format!("{up:0places$}");
            // a carry out of the fraction needs none: all nines round up to the same unit
            if digits.len() == places { Cow::Owned(digits) } else { Cow::Borrowed(head) }
        }
        _ => Cow::Borrowed(fraction),
    }
}

/// The powers of two and ten that a suffix stands for.
fn scale(suffix: &str) -> Option<(u32, i32)> {
    if let Some(row) = SUFFIXES.iter().find(|(name, ..)| *name == suffix) {
        return Some((row.1, row.2));
    }
    let exponent: i32 = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
    // beyond a thousand everything is either nothing or too much, whatever the digits
    Some((0, exponent.clamp(-1_000, 1_000)))
}

fn most(unit: i32) -> String {
    if unit == 3 { format!("{}m", thousands(QUANTITY)) } else { format!("{} bytes", thousands(QUANTITY)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_read_as_kubernetes_reads_them() {
        let cases = [
            ("300m", Some(300)),
            ("3", Some(3_000)),
            ("0.5", Some(500)),
            (".5", Some(500)),
            ("1.", Some(1_000)),
            ("+1", Some(1_000)),
            ("0.0001", Some(1)),
            ("1n", Some(1)),
            ("1500u", Some(2)),
            ("1e3", Some(1_000_000)),
            ("1E-3", Some(1)),
            ("1e-2147483648", Some(1)),
            ("0e2147483647", Some(0)),
            ("-0", Some(0)),
            ("2k", Some(2_000_000)),
            ("9007199254740992m", Some(1 << 53)),
            ("9007199254740993m", None),
            ("1e2147483647", None),
            ("1e2147483648", None),
            ("99999999999999999999999999999", None),
            ("0.123456789012345678901", Some(124)),
            ("0.1000000000000000055511151231257827", Some(101)),
            ("0.99999999999999999999999", Some(1_000)),
            ("-1", None),
            ("1K", None),
            ("1 ", None),
            ("", None),
            (".", None),
            ("1.2.3", None),
            ("m", None),
            ("1mm", None),
            ("inf", None),
            ("1\u{1b}", None),
            ("٣", None),
        ];
        for (text, millicores) in cases {
            assert_eq!(cpu(text).ok(), millicores, "{text:?}");
        }
    }

    #[test]
    fn memory_is_bytes_rounded_up() {
        let cases = [
            ("512Mi", Some(512 << 20)),
            ("1.5Gi", Some(3 << 29)),
            ("128974848", Some(128_974_848)),
            ("1E", None),
            ("0.001Ei", Some(1_152_921_504_606_847)),
            ("1M", Some(1_000_000)),
            ("512m", Some(1)),
            ("0.1", Some(1)),
            ("8Pi", Some(1 << 53)),
            ("9Pi", None),
        ];
        for (text, bytes) in cases {
            assert_eq!(memory(text).ok(), bytes, "{text:?}");
        }
    }

    #[test]
    fn errors_say_what_is_allowed() {
        insta::assert_snapshot!(cpu("1K").unwrap_err(), @"\"1K\": the suffix is k (1,000) or Ki (1,024)");
        insta::assert_snapshot!(cpu("-1").unwrap_err(), @r#""-1" is negative: write cores such as "300m", "1.5" or 2"#);
        insta::assert_snapshot!(memory("16Pi").unwrap_err(), @r#""16Pi" is more than the 9,007,199,254,740,992 bytes that can be planned"#);
    }
}
