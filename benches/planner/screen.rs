//! What happens between a key and the picture of its answer: edit, evaluation, frame. Nobody computes thresholds and
//! percentiles here: in the terminal other threads do.

use std::sync::{Arc, Mutex};

use criterion::Criterion;
use podroom::app::aside;
use podroom::app::key::{Code, Key};
use podroom::app::msg::{Effect, Msg, Opened};
use podroom::app::screen::SCREENS;
use podroom::app::settings::Settings;
use podroom::app::theme::ThemeName;
use podroom::app::{App, update::update};
use podroom::engine::Lives;
use podroom::instance::Tables;
use podroom::plan::document::Document;
use podroom::view::symbols::Symbols;
use podroom::view::theme::{Depth, Theme};
use podroom::view::{Look, Screen, draw};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use crate::{EKS, large};

/// A session on a plan.
fn session(text: &str) -> App {
    let document = Document::new(text).unwrap_or_else(|problems| panic!("{problems:?}"));
    let tables = Arc::new(Tables::builtin());
    let opened = Opened { document, tables, path: None, origin: "bench".into() };
    App::with(opened, Settings::default()).0
}

/// Tells the session something, and does what it asks to be computed aside.
fn tell(app: &mut App, msg: Msg, lives: &Mutex<Lives>) {
    for effect in update(app, msg) {
        if let Effect::Aside(task) = effect {
            let mut answers = Vec::new();
            aside::compute(task, lives, &|| true, &mut |answer| answers.push(answer));
            answers.into_iter().for_each(|answer| drop(update(app, answer)));
        }
    }
}

/// Every screen at 200x60, and keystrokes on the node count with the frame that shows them.
pub fn screens(c: &mut Criterion) {
    let look = Look { theme: Theme::of(ThemeName::Terminal, Depth::Many), symbols: Symbols::UNICODE };
    let mut screen = Screen::default();
    let lives = Mutex::default();
    let mut terminal = Terminal::new(TestBackend::new(200, 60)).unwrap_or_else(|e| match e {});
    let mut app = session(EKS);
    for row in SCREENS {
        tell(&mut app, Msg::Key(Key::alt(row.digit)), &lives);
        c.bench_function(&format!("frame/eks-1200-pods/{}", row.name), |b| {
            b.iter(|| terminal.draw(|frame| draw(frame, &app, &look, &mut screen)).map(|_| ()));
        });
    }
    for (plan, text) in [("eks-1200-pods", EKS.to_string()), ("large", large::plan(20))] {
        let mut app = session(&text);
        let mut up = false;
        c.bench_function(&format!("keystroke/{plan}"), |b| {
            b.iter(|| {
                up = !up;
                update(&mut app, Msg::Key(Key::plain(Code::Char(if up { '+' } else { '-' }))));
                terminal.draw(|frame| draw(frame, &app, &look, &mut screen)).map(|_| ())
            });
        });
    }
}
