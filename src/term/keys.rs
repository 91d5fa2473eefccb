//! The terminal's events as the session's messages.

use std::time::{Duration, Instant};

use crossterm::event::{
    Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};

use crate::app::Msg;
use crate::app::border::Border;
use crate::app::key::{Code, Key, With};
use crate::app::msg::Target;
use crate::view::Screen;

/// Lines that one notch of the wheel moves.
const NOTCH: i32 = 3;

/// Longest time between the clicks of a double click: what desktops have by default (GTK
/// `gtk-double-click-time`, Qt `mouseDoubleClickInterval`).
const DOUBLE: Duration = Duration::from_millis(400);

/// The mouse, as far as what it does depends on what it did.
#[derive(Debug, Default)]
pub struct Pointer {
    /// What was clicked last, and when, unless that was a double click.
    clicked: Option<(Instant, Target)>,
    /// The border that is held.
    held: Option<Border>,
}

impl Pointer {
    /// What an event means to the session; `None` if it means nothing. `screen` knows what is where.
    pub fn msg(&mut self, event: Event, screen: &Screen, now: Instant) -> Option<Msg> {
        match event {
            // terminals that tell releases apart send them too
            Event::Key(event) if event.kind != KeyEventKind::Release => key(event).map(Msg::Key),
            Event::Paste(text) => Some(Msg::Paste(text)),
            Event::Mouse(event) => self.mouse(event, screen, now),
            _ => None,
        }
    }

    fn mouse(&mut self, event: MouseEvent, screen: &Screen, now: Instant) -> Option<Msg> {
        let target = screen.at(event.column, event.row);
        match event.kind {
            MouseEventKind::Down(MouseButton::Left) => {
                let target = target?;
                self.held = match target {
                    Target::Border(border) => Some(border),
                    _ => None,
                };
                let before = self.clicked.take().filter(|(when, _)| now.duration_since(*when) <= DOUBLE);
                if before.is_some_and(|(_, before)| before == target) {
                    return Some(Msg::DoubleClick(target));
                }
                self.clicked = Some((now, target));
                Some(Msg::Click(target))
            }
            MouseEventKind::Drag(MouseButton::Left) => {
                let border = self.held?;
                Some(Msg::Border(border, screen.share(border, event.column, event.row)?))
            }
            MouseEventKind::Up(MouseButton::Left) => {
                self.held = None;
                None
            }
            MouseEventKind::ScrollUp => Some(Msg::Wheel(target?, -NOTCH)),
            MouseEventKind::ScrollDown => Some(Msg::Wheel(target?, NOTCH)),
            _ => None,
        }
    }
}

/// A key press. Shift is part of a character, and of Tab; elsewhere it means nothing.
fn key(event: KeyEvent) -> Option<Key> {
    let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
    let alt = event.modifiers.contains(KeyModifiers::ALT);
    let shift = event.modifiers.contains(KeyModifiers::SHIFT);
    let code = match event.code {
        // some terminals send the letter as it is on the key
        KeyCode::Char(c) if shift && !ctrl => {
            Code::Char(c.to_uppercase().next().filter(|_| c.is_ascii_lowercase()).unwrap_or(c))
        }
        KeyCode::Char(c) if ctrl => Code::Char(c.to_ascii_lowercase()),
        KeyCode::Char(c) => Code::Char(c),
        KeyCode::F(n) => Code::F(n),
        KeyCode::Enter => Code::Enter,
        KeyCode::Esc => Code::Esc,
        KeyCode::Tab if shift => Code::BackTab,
        KeyCode::Tab => Code::Tab,
        KeyCode::BackTab => Code::BackTab,
        KeyCode::Backspace => Code::Backspace,
        KeyCode::Delete => Code::Delete,
        KeyCode::Up => Code::Up,
        KeyCode::Down => Code::Down,
        KeyCode::Left => Code::Left,
        KeyCode::Right => Code::Right,
        KeyCode::Home => Code::Home,
        KeyCode::End => Code::End,
        KeyCode::PageUp => Code::PageUp,
        KeyCode::PageDown => Code::PageDown,
        _ => return None,
    };
    let with = match (ctrl, alt) {
        // AltGr types characters, and terminals report it as both
        (true, true) => With::Nothing,
        (true, false) => With::Ctrl,
        (false, true) => With::Alt,
        (false, false) => With::Nothing,
    };
    Some(Key { code, with })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_keep_what_was_meant() {
        let cases = [
            (KeyCode::Char('j'), KeyModifiers::NONE, "j"),
            (KeyCode::Char('J'), KeyModifiers::SHIFT, "J"),
            (KeyCode::Char('j'), KeyModifiers::SHIFT, "J"),
            (KeyCode::Char('+'), KeyModifiers::SHIFT, "+"),
            (KeyCode::Char('S'), KeyModifiers::CONTROL | KeyModifiers::SHIFT, "ctrl-s"),
            (KeyCode::Char('{'), KeyModifiers::CONTROL | KeyModifiers::ALT, "{"),
            (KeyCode::BackTab, KeyModifiers::SHIFT, "shift-tab"),
            (KeyCode::Tab, KeyModifiers::SHIFT, "shift-tab"),
            (KeyCode::Up, KeyModifiers::ALT, "alt-up"),
        ];
        for (code, modifiers, text) in cases {
            assert_eq!(key(KeyEvent::new(code, modifiers)).map(|k| k.to_string()).as_deref(), Some(text));
        }
    }

    #[test]
    fn releases_mean_nothing() {
        let mut event = KeyEvent::new(KeyCode::Char('q'), KeyModifiers::NONE);
        event.kind = KeyEventKind::Release;
        assert!(Pointer::default().msg(Event::Key(event), &Screen::default(), Instant::now()).is_none());
    }
}
