//! Everything that can be done: one table. The keymap, the bar at the bottom and the help come from it.

use super::App;
use super::enabled::{self, Enabled};
use super::screen::SCREENS;

/// What a key or a click means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    // moving
    Up,
    Down,
    Left,
    Right,
    PageUp,
    PageDown,
    First,
    Last,
    NextPane,
    PreviousPane,
    NextCluster,
    PreviousCluster,
    NextGroup,
    PreviousGroup,
    NextScenario,
    PreviousScenario,
    NextPool,
    PreviousPool,
    ZoomIn,
    ZoomOut,
    Play,
    NextFigure,
    PreviousFigure,
    Options,
    AcrossField,
    DownField,
    ValuesAcross,
    ValuesDown,
    Apply,
    Keep,
    Rename,
    Export,
    // editing
    Edit,
    EditText,
    More,
    MoreEverywhere,
    StepUp,
    StepDown,
    LeapUp,
    LeapDown,
    Unset,
    Add,
    Duplicate,
    Remove,
    MoveUp,
    MoveDown,
    Split,
    NextFree,
    Undo,
    Redo,
    // in a field, a list, a question
    Accept,
    AcceptNext,
    AcceptPrevious,
    // looking
    Palette,
    History,
    Fix,
    Filter,
    Sort,
    Columns,
    Theme,
    GoTo,
    Situation,
    Why,
    Pin,
    PinAnew,
    Derivation,
    Help,
    Back,
    BorderLeft,
    BorderRight,
    BorderUp,
    BorderDown,
    CopyCell,
    CopyRow,
    CopyTable,
    // the session
    Open,
    Picture,
    ExportAs,
    Save,
    SaveAs,
    Quit,
    Suspend,
}

/// Where a key has a meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Context {
    /// The inputs.
    Inputs,
    /// The live tables.
    Tables,
    /// The node screen.
    Node,
    /// The map screen.
    Map,
    /// The explore screen.
    Explore,
    /// The simulation screen.
    Simulate,
    /// The compare screen.
    Compare,
    /// Every screen, with nothing above it.
    Session,
    /// A field that is being edited.
    Field,
    /// What is offered while a field is edited.
    Offers,
    /// The instance types.
    Picker,
    /// A list to choose from.
    List,
    /// The filter of a table, while it is typed.
    Filtering,
    /// A line of text that is asked for.
    Prompt,
    /// A question with answers.
    Question,
    /// A text to read: help, problems.
    Reading,
    /// Everywhere.
    Always,
}

impl Action {
    /// What it is called in the configuration, and where it has no key: `step-up`.
    pub fn name(self) -> String {
        kebab(&format!("{self:?}"))
    }

    /// Whether it only moves the cursor: nobody searches for that.
    pub fn is_a_move(self) -> bool {
        use Action::*;
        matches!(
            self,
            Up | Down
                | Left
                | Right
                | PageUp
                | PageDown
                | First
                | Last
                | NextPane
                | PreviousPane
                | Back
                | Palette
        )
    }
}

impl Context {
    /// What it is called in the configuration: `inputs`.
    pub fn name(self) -> String {
        kebab(&format!("{self:?}"))
    }

    /// Whether the keys of both are looked up at once, so that a key can mean only one thing in them.
    pub fn meets(self, other: Context) -> bool {
        let on_screen = |context| context == Inputs || SCREENS.iter().any(|screen| screen.context == context);
        self == other
            || [self, other].contains(&Always)
            || (self == Session && on_screen(other))
            || (other == Session && on_screen(self))
    }

    /// Whether it is one of the session, and not of what lies above it.
    pub fn is_of_session(self) -> bool {
        [Session, Always, Inputs].contains(&self) || SCREENS.iter().any(|screen| screen.context == self)
    }

    /// Whether characters are typed into a text there.
    pub fn is_typed_in(self) -> bool {
        matches!(self, Field | Offers | Picker | List | Filtering | Prompt)
    }

    /// What the help calls it.
    pub fn title(self) -> &'static str {
        match self {
            Context::Inputs => "Inputs",
            Context::Tables => "Tables",
            Context::Node => "Node",
            Context::Map => "Map",
            Context::Explore => "Explore",
            Context::Simulate => "Simulate",
            Context::Compare => "Compare",
            Context::Session => "Every screen",
            Context::Field => "Editing a field",
            Context::Offers => "Suggestions in a field",
            Context::Picker => "Choosing an instance type",
            Context::List => "Lists",
            Context::Filtering => "Filtering a table",
            Context::Prompt => "Typing a path or values",
            Context::Question => "Questions",
            Context::Reading => "Reading",
            Context::Always => "Everywhere",
        }
    }
}

/// `StepUp` as `step-up`.
fn kebab(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 2);
    for c in name.chars() {
        if c.is_uppercase() && !out.is_empty() {
            out.push('-');
        }
        out.extend(c.to_lowercase());
    }
    out
}

/// One row of [`ACTIONS`].
pub struct Row {
    pub context: Context,
    pub action: Action,
    /// As [`super::key::Key::parse`] reads them, the one to show first; what holds unless the user has given it
    /// others, see [`super::keymap::Keymap`].
    pub keys: &'static [&'static str],
    /// What the bar calls it; `""` keeps it out of the bar.
    pub label: &'static str,
    /// The action that the bar shows the key of, too: `+/- step`.
    pub beside: Option<Action>,
    /// Where the bar has no room, what has the highest rank goes first; 0 stays.
    pub rank: u8,
    /// One line for the help.
    pub doc: &'static str,
    /// Whether it can be done now, and if not, why.
    pub enabled: fn(&App) -> Enabled,
}

const fn row(
    context: Context,
    action: Action,
    keys: &'static [&'static str],
    label: &'static str,
    doc: &'static str,
) -> Row {
    Row { context, action, keys, label, beside: None, rank: 3, doc, enabled: enabled::always }
}

impl Row {
    const fn rank(self, rank: u8) -> Row {
        Row { rank, ..self }
    }

    const fn beside(self, other: Action) -> Row {
        Row { beside: Some(other), ..self }
    }

    const fn when(self, enabled: fn(&App) -> Enabled) -> Row {
        Row { enabled, ..self }
    }
}

/// What the switch of situations does.
const SITUATION: &str = "pools settled, churned, in an upgrade, or all three side by side";

use Action::*;
use Context::*;

/// What can be done, by context; within one the most useful first, for the bar shows as many as fit.
#[rustfmt::skip] // a row is a line
pub const ACTIONS: &[Row] = &[
    // every screen
    row(Session, NextPane, &["tab"], "pane", "the next pane of the screen; after the last the first").rank(0),
    row(Session, PreviousPane, &["shift-tab"], "", "the pane before"),
    row(Session, Why, &["w"], "why", "how the selected number came about").when(enabled::why).rank(1),
    row(Session, Derivation, &["W"], "", "what the selected number is made of, as a list to go from").when(enabled::why),
    row(Session, Pin, &["b"], "pin", "pin the plan as it is, or take the pin out: the tables show what changes from there").when(enabled::why).rank(4),
    row(Session, PinAnew, &["B"], "", "pin the plan as it is now, in place of what is pinned").when(enabled::why),
    row(Session, Undo, &["u"], "undo", "take the last change back").when(enabled::undo).rank(1),
    row(Session, Redo, &["U", "ctrl-r"], "", "do again what was undone").when(enabled::redo),
    row(Session, Save, &["ctrl-s"], "save", "save the plan").when(enabled::save).rank(1),
    row(Session, SaveAs, &["S"], "", "save the plan to another path"),
    row(Session, ExportAs, &["E"], "", "export: the plan for kubectl, the EKS add-on, Helm, eksctl, Terraform, nodeadm, Karpenter, as a report; to a file or the clipboard").when(enabled::export),
    row(Session, Open, &["ctrl-o"], "open", "open a preset or a plan file").rank(4),
    row(Session, NextCluster, &["]"], "cluster", "show the next cluster").when(enabled::clusters).rank(5),
    row(Session, PreviousCluster, &["["], "", "show the cluster before").when(enabled::clusters),
    row(Session, Up, &["up", "k"], "", "up"),
    row(Session, Down, &["down", "j"], "", "down"),
    row(Session, Left, &["left", "h"], "", "left"),
    row(Session, Right, &["right", "l"], "", "right"),
    row(Session, PageUp, &["pgup", "ctrl-b"], "", "a page up"),
    row(Session, PageDown, &["pgdn", "ctrl-f"], "", "a page down"),
    row(Session, First, &["g", "home"], "", "the first row"),
    row(Session, Last, &["G", "end"], "", "the last row"),
    row(Session, Back, &["esc"], "", "one step back: close the panel, show all rows, back to the plan and its inputs"),
    row(Session, Palette, &[":", "ctrl-p"], "find", "search everything that can be done or gone to").rank(1),
    row(Session, History, &["H"], "", "the changes of this session, to go back or forth to any").when(enabled::history),
    row(Session, CopyCell, &["y"], "", "copy the cell to the clipboard, by the terminal (OSC 52; tmux: set-clipboard on)").when(enabled::copy),
    row(Session, CopyRow, &["Y"], "", "copy the row, with tabs between its cells").when(enabled::copy),
    row(Session, CopyTable, &["ctrl-y"], "", "copy the table as it is shown, with its heading").when(enabled::copy),
    row(Session, BorderLeft, &["alt-left"], "", "move the border between the panes to the left; the mouse drags it").when(enabled::upright_border),
    row(Session, BorderRight, &["alt-right"], "", "move the border between the panes to the right").when(enabled::upright_border),
    row(Session, BorderUp, &["ctrl-up", "alt-k"], "", "move the border between the panes up; the mouse drags it").when(enabled::level_border),
    row(Session, BorderDown, &["ctrl-down", "alt-j"], "", "move the border between the panes down").when(enabled::level_border),
    row(Session, Theme, &["T"], "", "choose the theme; it is shown while you choose"),
    row(Session, Picture, &["P"], "", "write what is on the screen to a picture, an SVG file"),
    row(Session, Help, &["?"], "help", "all keys").rank(0),
    row(Session, Quit, &["q"], "quit", "leave; asks if something is not saved").rank(0),
    // inputs
    row(Inputs, Edit, &["enter", "space"], "edit", "edit the field; a flag changes at once, a type opens the picker").rank(0),
    row(Inputs, StepUp, &["+", "="], "step", "the next value: one more, the next choice").beside(StepDown).when(enabled::step).rank(1),
    row(Inputs, StepDown, &["-"], "", "the value before: one less, the choice before").when(enabled::step),
    row(Inputs, LeapUp, &[">"], "", "ten more").when(enabled::step),
    row(Inputs, LeapDown, &["<"], "", "ten less").when(enabled::step),
    row(Inputs, More, &["o"], "more", "show or hide the rest of the row's fields").when(enabled::more).rank(2),
    row(Inputs, MoreEverywhere, &["O"], "", "show or hide the rest of the fields of every row"),
    row(Inputs, Add, &["a"], "add", "add a row below").when(enabled::on_list),
    row(Inputs, Duplicate, &["c"], "copy", "duplicate the row").when(enabled::on_row).rank(4),
    row(Inputs, Remove, &["d"], "delete", "delete the row; undo brings it back").when(enabled::on_row).rank(4),
    row(Inputs, EditText, &["i"], "", "edit the value as text, from its end; goes on with what was typed there and left").when(enabled::on_field),
    row(Inputs, Unset, &["x", "del", "backspace"], "", "unset the field: back to its default").when(enabled::unset),
    row(Inputs, Situation, &["s"], "situation", SITUATION).rank(2),
    row(Inputs, Split, &["|"], "", "split the subnet into equal parts").when(enabled::on_subnet),
    row(Inputs, NextFree, &["n"], "", "give the subnet the next free range of its size").when(enabled::on_subnet),
    row(Inputs, MoveUp, &["K", "alt-up"], "", "move the row up").when(enabled::on_row),
    row(Inputs, MoveDown, &["J", "alt-down"], "", "move the row down").when(enabled::on_row),
    // tables
    row(Tables, GoTo, &["enter"], "go to input", "go to the input that the row is about").when(enabled::go_to).rank(1),
    row(Tables, Situation, &["s"], "situation", SITUATION).rank(1),
    row(Tables, Fix, &["f"], "fix", "do what removes the selected finding, where one change does").when(enabled::fix).rank(2),
    row(Tables, Filter, &["/"], "filter", "show only the rows with some words in them").rank(2),
    row(Tables, Sort, &["o"], "sort", "sort by the selected column; again: the other way, then as in the plan").rank(3),
    row(Tables, Columns, &["c"], "columns", "choose the columns").rank(4),
    // node
    row(Node, NextGroup, &["n"], "group", "the next node group").when(enabled::groups).rank(1),
    row(Node, PreviousGroup, &["p", "N"], "", "the node group before").when(enabled::groups),
    row(Node, GoTo, &["enter"], "go to input", "go to the node group in the inputs").when(enabled::go_to).rank(1),
    // map
    row(Map, ZoomIn, &["+", "=", "z"], "zoom", "zoom in around the cursor, down to one address a cell; the wheel and a double click do it, too").beside(ZoomOut).when(enabled::zoom_in).rank(0),
    row(Map, ZoomOut, &["-", "Z"], "", "zoom out, up to the whole pool in one line").when(enabled::zoom_out),
    row(Map, Situation, &["s"], "situation", "the subnet settled, churned, or in an upgrade").when(enabled::situation_of_map).rank(1),
    row(Map, NextPool, &["n"], "pool", "the next pool").when(enabled::pools_of_plan).rank(1),
    row(Map, PreviousPool, &["p", "N"], "", "the pool before").when(enabled::pools_of_plan),
    row(Map, GoTo, &["enter"], "go to input", "go to the pool in the inputs").when(enabled::go_to).rank(1),
    // explore
    row(Explore, Apply, &["enter"], "apply", "give the plan the values of the pair or the choice under the cursor; of a subnet's size, go to the subnet").when(enabled::apply).rank(0),
    row(Explore, NextFigure, &["f"], "figure", "show and rank by the next figure").when(enabled::varied).rank(1),
    row(Explore, PreviousFigure, &["F"], "", "show and rank by the figure before").when(enabled::varied),
    row(Explore, AcrossField, &["a"], "across", "choose the field that is varied across").when(enabled::varied).rank(1),
    row(Explore, DownField, &["d"], "down", "choose the field that is varied down").when(enabled::varied).rank(1),
    row(Explore, ValuesAcross, &["v"], "values", "type the values across: 1,2,4 or 0..10 or m5.*").when(enabled::pair).rank(2),
    row(Explore, ValuesDown, &["V"], "", "type the values down").when(enabled::pair),
    row(Explore, Options, &["o"], "options", "what recommendations may change, what must stay free, the burst, ranges to fill").when(enabled::advised).rank(2),
    // simulate
    row(Simulate, Play, &["space"], "play", "let the time run, or stop it; left and right move in it").rank(1),
    row(Simulate, NextScenario, &["n"], "scenario", "the next scenario").rank(1),
    row(Simulate, PreviousScenario, &["p", "N"], "", "the scenario before"),
    row(Simulate, NextPool, &["s"], "pool", "the next pool; up and down do it in the charts").when(enabled::pools).rank(1),
    // compare
    row(Compare, Apply, &["enter"], "apply", "make the plan the variant under the cursor").when(enabled::variant).rank(0),
    row(Compare, Keep, &["n"], "keep", "keep what has changed since the baseline, or since the plan was saved, as a variant; the plan goes back").rank(1),
    row(Compare, Rename, &["r"], "rename", "call the variant something else").when(enabled::variant).rank(3),
    row(Compare, Duplicate, &["c"], "copy", "duplicate the variant").when(enabled::variant).rank(4),
    row(Compare, Remove, &["d"], "delete", "delete the variant (u brings it back)").when(enabled::variant).rank(2),
    row(Compare, Export, &["e"], "export", "write the variant to a file, as a plan of its own").when(enabled::variant).rank(2),
    // a field
    row(Field, Accept, &["enter"], "accept", "accept the value, if it is valid").rank(0),
    row(Field, Back, &["esc"], "cancel", "leave the field as it was; i goes on with what was typed").rank(0),
    row(Field, AcceptNext, &["tab"], "accept, next", "accept the value and edit the next field"),
    row(Field, AcceptPrevious, &["shift-tab"], "", "accept the value and edit the field before"),
    row(Field, StepUp, &["up"], "other values", "the next value: one more, the next choice; in a text what may stand there").beside(StepDown).when(enabled::other_values),
    row(Field, StepDown, &["down"], "", "the value before: one less, the choice before"),
    row(Field, LeapUp, &["pgup"], "", "ten more"),
    row(Field, LeapDown, &["pgdn"], "", "ten less"),
    row(Field, Save, &["ctrl-s"], "", "accept the value and save the plan"),
    // what is offered in a field
    row(Offers, Down, &["tab", "down"], "take", "take the suggestion, then the next one").rank(0),
    row(Offers, Up, &["shift-tab", "up"], "", "the suggestion before"),
    row(Offers, PageDown, &["pgdn"], "", "five suggestions on"),
    row(Offers, PageUp, &["pgup"], "", "five suggestions back"),
    row(Offers, Back, &["esc"], "as typed", "close the suggestions; the text is as it was typed").rank(0),
    // instance types
    row(Picker, Accept, &["enter"], "take", "take the type").rank(0),
    row(Picker, Back, &["esc"], "leave", "leave the field as it was").rank(0),
    row(Picker, Up, &["up", "ctrl-p"], "", "up"),
    row(Picker, Down, &["down", "ctrl-n"], "", "down"),
    row(Picker, PageUp, &["pgup"], "", "a page up"),
    row(Picker, PageDown, &["pgdn"], "", "a page down"),
    row(Picker, EditText, &["tab"], "as text", "edit the field as text: several types, or one that no table knows"),
    // lists
    row(List, Accept, &["enter"], "choose", "choose what is marked").rank(0),
    row(List, Back, &["esc"], "close", "close the list").rank(0),
    row(List, Up, &["up", "ctrl-p"], "", "up"),
    row(List, Down, &["down", "ctrl-n"], "", "down"),
    row(List, PageUp, &["pgup"], "", "a page up"),
    row(List, PageDown, &["pgdn"], "", "a page down"),
    // a filter
    row(Filtering, Accept, &["enter"], "keep", "keep the filter").rank(0),
    row(Filtering, Back, &["esc"], "all rows", "show all rows again").rank(0),
    row(Filtering, Up, &["up"], "", "up"),
    row(Filtering, Down, &["down"], "", "down"),
    // prompts
    row(Prompt, Accept, &["enter"], "accept", "take what is typed").rank(0),
    row(Prompt, Back, &["esc"], "cancel", "change nothing").rank(0),
    row(Prompt, Up, &["up"], "", "what was typed here before, and left"),
    // questions
    row(Question, Accept, &["enter"], "choose", "choose the marked answer").rank(0),
    row(Question, Back, &["esc"], "cancel", "cancel").rank(0),
    row(Question, Left, &["left", "up", "k", "shift-tab"], "", "the answer before"),
    row(Question, Right, &["right", "down", "j", "tab"], "", "the next answer"),
    row(Question, PageUp, &["pgup", "ctrl-b"], "", "a page up"),
    row(Question, PageDown, &["pgdn", "ctrl-f"], "", "a page down"),
    // reading
    row(Reading, Back, &["esc", "q", "enter", "?"], "close", "close").rank(0),
    row(Reading, Up, &["up", "k"], "", "up"),
    row(Reading, Down, &["down", "j"], "", "down"),
    row(Reading, PageUp, &["pgup", "ctrl-b"], "", "a page up"),
    row(Reading, PageDown, &["pgdn", "ctrl-f", "space"], "", "a page down"),
    row(Reading, First, &["g", "home"], "", "the beginning"),
    row(Reading, Last, &["G", "end"], "", "the end"),
    // everywhere
    row(Always, Help, &["f1"], "", "all keys"),
    row(Always, Suspend, &["ctrl-z"], "", "suspend podroom; fg brings it back"),
    row(Always, Quit, &["ctrl-c"], "", "leave; asks if something is not saved, twice leaves at once"),
];

#[cfg(test)]
mod tests {
    use super::super::key::Key;
    use super::*;

    #[test]
    fn every_key_can_be_read_and_means_one_thing_in_a_context() {
        for (i, row) in ACTIONS.iter().enumerate() {
            assert!(!row.doc.is_empty() && !row.keys.is_empty(), "{:?}", row.action);
            for key in row.keys {
                assert_eq!(Key::parse(key).map(|k| k.to_string()).as_deref(), Some(*key));
                for other in &ACTIONS[i + 1..] {
                    assert!(
                        !(row.context.meets(other.context) && other.keys.contains(key)),
                        "{key} is {:?} and {:?}",
                        row.action,
                        other.action
                    );
                }
            }
        }
    }

    #[test]
    fn a_row_is_named_by_its_context_and_its_action() {
        for (i, row) in ACTIONS.iter().enumerate() {
            let same = |other: &Row| (other.context, other.action) == (row.context, row.action);
            assert!(!ACTIONS[i + 1..].iter().any(same), "{} {}", row.context.name(), row.action.name());
            let found = |beside| ACTIONS.iter().any(|r| r.context == row.context && r.action == beside);
            assert!(row.beside.is_none_or(found), "{} stands beside no row", row.action.name());
        }
        assert_eq!((Action::StepUp.name(), Context::Inputs.name()), ("step-up".into(), "inputs".into()));
    }
}
