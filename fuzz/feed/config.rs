//! The configuration, and behind a line of `---` what a session kept for the next.

use podroom::config::{self, Config, kept};
use podroom::file::diagnose::{self, Ink};

use super::harmless;

pub fn feed(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (text, chosen) = text.split_once("\n---\n").unwrap_or((&text, ""));
    let config = match config::parse(text) {
        Ok(config) => config,
        Err(mistakes) => {
            assert!(!mistakes.is_empty());
            harmless(&diagnose::config_problems(&mistakes, "config.toml", text, Ink::Plain));
            Config::default()
        }
    };
    let mut settings = config.settings();
    kept::apply(chosen, &config, &mut settings);
    // what is kept is read again as what was chosen
    let text = kept::text(&settings, &config);
    let mut again = config.settings();
    kept::apply(&text, &config, &mut again);
    assert_eq!(kept::text(&again, &config), text);
}
