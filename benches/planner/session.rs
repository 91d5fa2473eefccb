//! A session on a plan, without a terminal.

use std::sync::Arc;

use podroom::app::App;
use podroom::app::msg::Opened;
use podroom::app::settings::Settings;
use podroom::app::theme::ThemeName;
use podroom::instance::Tables;
use podroom::plan::document::Document;
use podroom::view::Look;
use podroom::view::symbols::Symbols;
use podroom::view::theme::{Depth, Theme};

/// A session on a plan.
pub fn session(text: &str) -> App {
    let document = Document::new(text).unwrap_or_else(|problems| panic!("{problems:?}"));
    let tables = Arc::new(Tables::builtin());
    let opened = Opened { document, tables, path: None, origin: "bench".into() };
    App::with(opened, Settings::default()).0
}

/// How it looks by default.
pub fn look() -> Look {
    Look { theme: Theme::of(ThemeName::Terminal, Depth::Many), symbols: Symbols::UNICODE }
}
