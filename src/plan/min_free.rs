//! How many addresses must stay free in a pool.

use std::fmt;
use std::str::FromStr;

/// How many addresses must stay free in a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MinFree {
    Count(u64),
    /// Millionths of a percent of the usable addresses, at most 100 %.
    Share {
        micro_percent: u64,
    },
}

/// Digits after the point that a share may have.
const DECIMALS: usize = 6;
const HUNDRED_PERCENT: u64 = 100 * 10u64.pow(DECIMALS as u32);

impl MinFree {
    /// What it can be, as the end of the sentence "... is not ...".
    pub const ALLOWED: &str = "a number of addresses such as 64, or a share from 0% to 100% such as 12.5%";

    /// The least free addresses of a pool with so many usable ones; a share is rounded up.
    pub fn of(self, usable: u64) -> u64 {
        match self {
            MinFree::Count(n) => n,
            MinFree::Share { micro_percent } => {
                let exact = u128::from(usable) * u128::from(micro_percent);
                u64::try_from(exact.div_ceil(HUNDRED_PERCENT.into())).unwrap_or(u64::MAX)
            }
        }
    }
}

impl Default for MinFree {
    fn default() -> MinFree {
        MinFree::Count(0)
    }
}

impl fmt::Display for MinFree {
    /// As it is read: `64`, `12.5%`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MinFree::Count(n) => write!(f, "{n}"),
            MinFree::Share { micro_percent } => {
                let one = HUNDRED_PERCENT / 100;
                let decimals = format!("{:0DECIMALS$}", micro_percent % one);
                let decimals = decimals.trim_end_matches('0');
                let point = if decimals.is_empty() { "" } else { "." };
                write!(f, "{}{point}{decimals}%", micro_percent / one)
            }
        }
    }
}

impl FromStr for MinFree {
    type Err = String;

    fn from_str(text: &str) -> Result<MinFree, String> {
        let wrong = || MinFree::ALLOWED.to_owned();
        let Some(share) = text.strip_suffix('%') else {
            return digits(text).map(MinFree::Count).ok_or_else(wrong);
        };
        let (whole, decimals) = share.split_once('.').unwrap_or((share, "0"));
        if decimals.len() > DECIMALS {
            return Err(format!("a share has at most {DECIMALS} decimals"));
        }
        let micro_percent = digits(&format!("{whole}{decimals:0<DECIMALS$}"))
            .filter(|n| *n <= HUNDRED_PERCENT && !whole.is_empty() && !decimals.is_empty())
            .ok_or_else(wrong)?;
        Ok(MinFree::Share { micro_percent })
    }
}

/// Decimal digits and nothing else.
fn digits(text: &str) -> Option<u64> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded_up() {
        let cases = [
            ("0", 1019, 0),
            ("64", 1019, 64),
            ("0%", 1019, 0),
            ("10%", 1019, 102),
            ("12.5%", 1019, 128),
            ("100%", 1019, 1019),
            ("0.000001%", 1019, 1),
            ("50%", u64::MAX, u64::MAX / 2 + 1),
        ];
        for (text, usable, least) in cases {
            let min_free: MinFree = text.parse().unwrap();
            assert_eq!((min_free.of(usable), min_free.to_string().as_str()), (least, text));
        }
    }

    #[test]
    fn what_is_no_number_and_no_share_is_refused() {
        for text in ["", "%", "-1", "+5", "1.5", ".5%", "5.%", "100.1%", "1e3", "ten", "0.0000001%", "5 %"] {
            assert!(text.parse::<MinFree>().is_err(), "{text:?}");
        }
    }
}
