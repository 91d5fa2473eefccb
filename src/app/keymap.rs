//! Which key means what, where.

use super::App;
use super::action::{ACTIONS, Context, Row};
use super::key::Key;
use super::pane::Pane;
use super::screen::Screen;

/// The contexts that a key is looked up in, the nearest first.
pub fn contexts(app: &App) -> Vec<Context> {
    let near = match (app.popups.last(), &app.editor, app.focus) {
        (Some(popup), _, _) => vec![popup.context()],
        (None, _, _) if app.filter.is_some() => vec![Context::Filtering],
        (None, Some(_), _) => vec![Context::Field],
        (None, None, Pane::Inputs) => vec![Context::Inputs, Context::Session],
        (None, None, focus) => vec![Screen::of(focus).row().context, Context::Session],
    };
    near.into_iter().chain([Context::Always]).collect()
}

/// What a key means in some contexts; `None` if it means nothing there.
pub fn resolve(contexts: &[Context], key: Key) -> Option<&'static Row> {
    contexts.iter().find_map(|context| {
        ACTIONS
            .iter()
            .find(|row| row.context == *context && row.keys.iter().any(|name| Key::parse(name) == Some(key)))
    })
}

#[cfg(test)]
mod tests {
    use super::super::action::Action;
    use super::*;

    #[test]
    fn the_nearest_context_wins() {
        let action = |contexts: &[Context], key| resolve(contexts, Key::parse(key)?).map(|r| r.action);
        assert_eq!(action(&[Context::Inputs, Context::Session], "enter"), Some(Action::Edit));
        assert_eq!(action(&[Context::Tables, Context::Session], "enter"), Some(Action::GoTo));
        assert_eq!(action(&[Context::Tables, Context::Session], "j"), Some(Action::Down));
        assert_eq!(action(&[Context::Field, Context::Always], "j"), None);
        assert_eq!(action(&[Context::Field, Context::Always], "ctrl-z"), Some(Action::Suspend));
    }
}
