//! Which key means what, where.

use super::App;
use super::action::{ACTIONS, Action, Context, Row};
use super::key::Key;
use super::pane::Pane;
use super::screen::Screen;

/// The contexts that a key is looked up in, the nearest first.
pub fn contexts(app: &App) -> Vec<Context> {
    let near = match (app.popups.last(), &app.editor, app.focus) {
        (Some(popup), _, _) => vec![popup.context()],
        (None, _, _) if app.filter.is_some() => vec![Context::Filtering],
        (None, Some(editor), _) if editor.offers.is_some() => vec![Context::Offers, Context::Field],
        (None, Some(_), _) => vec![Context::Field],
        (None, None, Pane::Inputs) => vec![Context::Inputs, Context::Session],
        (None, None, focus) => vec![Screen::of(focus).row().context, Context::Session],
    };
    near.into_iter().chain([Context::Always]).collect()
}

/// The keys of each row of [`ACTIONS`]: those of the table, unless the user has given it others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    keys: Vec<Vec<Key>>,
}

impl Default for Keymap {
    fn default() -> Keymap {
        let keys = |row: &Row| row.keys.iter().filter_map(|name| Key::parse(name)).collect();
        Keymap { keys: ACTIONS.iter().map(keys).collect() }
    }
}

impl Keymap {
    /// The keys of a row by its index, the one to show first.
    pub fn keys(&self, row: usize) -> &[Key] {
        self.keys.get(row).map_or(&[], Vec::as_slice)
    }

    /// Gives a row other keys.
    pub fn set(&mut self, row: usize, keys: Vec<Key>) {
        if let Some(slot) = self.keys.get_mut(row) {
            *slot = keys;
        }
    }

    /// What a key means in some contexts; `None` if it means nothing there.
    pub fn resolve(&self, contexts: &[Context], key: Key) -> Option<&'static Row> {
        let of = |context: &Context| {
            ACTIONS
                .iter()
                .zip(&self.keys)
                .find(|(row, keys)| row.context == *context && keys.contains(&key))
                .map(|(row, _)| row)
        };
        contexts.iter().find_map(of)
    }

    /// The key to show for an action, in words: `enter`. Of one without a key where it is found.
    pub fn key(&self, context: Context, action: Action) -> String {
        let row = ACTIONS.iter().position(|row| row.context == context && row.action == action);
        match row.and_then(|row| self.keys(row).first()) {
            Some(key) => key.to_string(),
            None => format!("{} (it has no key)", action.name()),
        }
    }
}

impl App {
    /// The key to show for an action, in words.
    pub fn key(&self, context: Context, action: Action) -> String {
        self.settings.keymap.key(context, action)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_context_wins() {
        let keymap = Keymap::default();
        let action = |contexts: &[Context], key| keymap.resolve(contexts, Key::parse(key)?).map(|r| r.action);
        assert_eq!(action(&[Context::Inputs, Context::Session], "enter"), Some(Action::Edit));
        assert_eq!(action(&[Context::Tables, Context::Session], "enter"), Some(Action::GoTo));
        assert_eq!(action(&[Context::Tables, Context::Session], "j"), Some(Action::Down));
        assert_eq!(action(&[Context::Field, Context::Always], "j"), None);
        assert_eq!(action(&[Context::Field, Context::Always], "ctrl-z"), Some(Action::Suspend));
    }

    #[test]
    fn a_row_has_the_keys_that_it_was_given() {
        let mut keymap = Keymap::default();
        let why = ACTIONS.iter().position(|row| row.action == Action::Why).unwrap();
        keymap.set(why, vec![Key::parse("f2").unwrap()]);
        let action = |key| keymap.resolve(&[Context::Session], Key::parse(key)?).map(|r| r.action);
        assert_eq!((action("f2"), action("w")), (Some(Action::Why), None));
        assert_eq!(keymap.key(Context::Session, Action::Why), "f2");
        keymap.set(why, Vec::new());
        assert_eq!(keymap.key(Context::Session, Action::Why), "why (it has no key)");
    }
}
