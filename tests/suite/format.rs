//! `podroom fmt` changes how a plan looks, and nothing else.

use std::fs;

use podroom::file::preset::PLANS;
use podroom::plan::format::format;
use podroom::plan::parse;
use proptest::prelude::*;

/// The comments of a text, in their order.
fn comments(text: &str) -> Vec<&str> {
    // no plan of the tests has a # within quotes
    text.lines().filter_map(|line| line.find('#').and_then(|at| line.get(at..))).map(str::trim_end).collect()
}

#[test]
fn presets_are_formatted() {
    for preset in PLANS {
        assert_eq!(format(preset.text).as_deref(), Some(preset.text), "{}", preset.name);
    }
}

#[test]
fn cases_mean_what_they_meant() {
    let text = fs::read_to_string("tests/cases/contract.toml").unwrap();
    let formatted = format(&text).unwrap();
    assert_eq!(parse(&formatted).plan, parse(&text).plan);
    assert_eq!(comments(&formatted), comments(&text));
}

/// A preset, its white space shaken.
fn shaken() -> impl Strategy<Value = (usize, String)> {
    let white = prop::collection::vec(0_usize..6, 64);
    (0..PLANS.len(), white, any::<bool>()).prop_map(|(which, white, crlf)| {
        let mut turn = white.iter().cycle();
        let mut out = String::new();
        for line in PLANS[which].text.lines() {
            let n = turn.next().copied().unwrap_or(0);
            let line = match line.find('#') {
                None if n == 1 => line.replace(" = ", "="),
                None if n == 2 => line.replace(", ", " ,  ").replace(" = ", "\t=  "),
                None if n == 3 => {
                    line.replace('[', "[ ").replace(']', " ]").replace("[ [", "[[").replace("] ]", "]]")
                }
                _ => line.to_owned(),
            };
            out += &" ".repeat(if n == 4 { 3 } else { 0 });
            out += &line;
            out += &" ".repeat(n / 3);
            out += if crlf { "\r\n" } else { "\n" };
            if n == 5 {
                out += if crlf { "\r\n\r\n" } else { "\n\n" };
            }
        }
        (which, out)
    })
}

proptest! {
    #[test]
    fn meaning_and_comments_stay_and_once_is_enough((which, text) in shaken()) {
        let formatted = format(&text).expect("it is TOML");
        prop_assert_eq!(parse(&formatted).plan, parse(PLANS[which].text).plan);
        prop_assert_eq!(comments(&formatted), comments(PLANS[which].text));
        prop_assert_eq!(format(&formatted), Some(formatted.clone()));
        prop_assert!(formatted.lines().all(|line| line.trim_end() == line));
        prop_assert!(!formatted.contains("\n\n\n") && !formatted.contains("\r\n\r\n\r\n"));
    }

    /// Whatever TOML it is: the same is read from it, and once is enough.
    #[test]
    fn any_toml_is_read_as_before(text in "([a-c. ]{1,4}=[ \\[\\]{},a1'\"#=\n]{0,16}\n|\\[[a-c. ]{1,4}\\]\n|#[a ]{0,3}\n|\n| ){0,8}") {
        let before: Result<toml::Table, _> = toml::from_str(&text);
        let formatted = format(&text);
        prop_assert_eq!(before.is_ok(), formatted.is_some());
        if let (Ok(before), Some(formatted)) = (before, formatted) {
            prop_assert_eq!(Ok(before), toml::from_str(&formatted), "{}", &formatted);
            prop_assert_eq!(format(&formatted), Some(formatted.clone()));
        }
    }
}
