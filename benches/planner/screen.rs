//! What happens between a key and the picture of its answer: edit, evaluation, frame. Nobody computes thresholds and
//! percentiles here: in the terminal other threads do.

use std::sync::Mutex;

use criterion::Criterion;
use podroom::app::aside;
use podroom::app::key::{Code, Key};
use podroom::app::msg::{Effect, Msg};
use podroom::app::screen::SCREENS;
use podroom::app::{App, update::update};
use podroom::engine::Lives;
use podroom::view::{Screen, draw};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use crate::session::{look, session};
use crate::{EKS, large};

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
    let look = look();
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
    for (plan, text) in [
        ("eks-1200-pods", EKS.to_string()),
        ("large", large::plan(large::LARGE)),
        ("huge", large::plan(large::HUGE)),
    ] {
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
