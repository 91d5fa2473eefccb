//! Whether an action can be done now, and if not, why.

use super::App;
use super::action::{Action, Context};
use super::border::Lies;
use super::form::Spot;
use super::inputs;
use super::step;
use crate::plan::field::Section;
use crate::plan::{Place, Row};

/// Can be done, or the reason why not.
pub type Enabled = Result<(), String>;

/// It always can.
pub fn always(_: &App) -> Enabled {
    Ok(())
}

fn unless(problem: bool, reason: &str) -> Enabled {
    if problem { Err(reason.to_owned()) } else { Ok(()) }
}

/// The key that edits a field, or adds a row.
fn edit(app: &App) -> String {
    app.key(Context::Inputs, Action::Edit)
}

fn no_row(app: &App) -> String {
    format!("there is no row here: {} adds one", edit(app))
}

/// The cursor is on a field.
pub fn on_field(app: &App) -> Enabled {
    unless(app.form.field().is_none(), &format!("there is no field here: {} adds a row", edit(app)))
}

/// The cursor is on a row of a list: subnet, cluster, node group, workload.
pub fn on_row(app: &App) -> Enabled {
    match app.form.spot {
        Spot::Key(Row::Plan, _) => {
            Err("the plan is one: this is for subnets, clusters, groups, workloads".into())
        }
        Spot::Key(Row::Env(_), _) => {
            Err(format!("variables are always there: {} unsets one", app.key(Context::Inputs, Action::Unset)))
        }
        Spot::Key(..) => Ok(()),
        Spot::Add(_) => Err(no_row(app)),
    }
}

/// The cursor is on a subnet.
pub fn on_subnet(app: &App) -> Enabled {
    let subnet = matches!(app.form.spot, Spot::Key(Row::Subnet(_), _));
    unless(!subnet, "this is for subnets: move to one")
}

/// The cursor is in a list that rows can be added to.
pub fn on_list(app: &App) -> Enabled {
    let fixed = matches!(app.form.section(), Section::Plan | Section::Env);
    unless(fixed, "rows are added to subnets, clusters, node groups and workloads: move there")
}

/// The row has more fields.
pub fn more(app: &App) -> Enabled {
    unless(matches!(app.form.spot, Spot::Add(_)), &no_row(app))
}

/// The field has steps.
pub fn step(app: &App) -> Enabled {
    on_field(app)?;
    let steps = app.form.field().is_some_and(|(_, field)| step::steps(field));
    unless(!steps, &format!("this field has no steps: {} edits it", edit(app)))
}

/// The field under edit has values to go to.
pub fn other_values(app: &App) -> Enabled {
    let steps = app.editor.as_ref().is_some_and(|editor| step::steps(editor.field));
    unless(!steps && !app.offers_something(), "nothing is known that may stand here: type it")
}

/// The field is set, and may be absent.
pub fn unset(app: &App) -> Enabled {
    on_field(app)?;
    let Some((row, field)) = app.form.field() else { return Ok(()) };
    unless(field.required, &format!("this field is required: {} edits it", edit(app)))?;
    let absent = app.document.value(&Place::key(row, field.key)).is_none();
    unless(absent, "the default holds already")
}

/// There is something to undo.
pub fn undo(app: &App) -> Enabled {
    unless(app.history.last().is_none(), "nothing to undo")
}

/// There is something to undo or redo.
pub fn history(app: &App) -> Enabled {
    unless(app.history.last().is_none() && app.history.next().is_none(), "nothing has changed yet")
}

/// There is something to redo.
pub fn redo(app: &App) -> Enabled {
    unless(app.history.next().is_none(), "nothing to redo")
}

/// There is something to save.
pub fn save(app: &App) -> Enabled {
    unless(app.path.is_some() && !app.is_dirty(), "nothing has changed here since it was saved")
}

/// There is more than one cluster.
pub fn clusters(app: &App) -> Enabled {
    let add = app.key(Context::Inputs, Action::Add);
    unless(
        inputs::rows(app.plan(), Section::Cluster, 0) < 2,
        &format!("the plan has one cluster: go to it, {add} adds another"),
    )
}

/// There is more than one node group.
pub fn groups(app: &App) -> Enabled {
    let groups = app.report().map_or(0, |r| r.node_groups.len());
    unless(groups < 2, "the plan has no other node group")
}

/// There is a pair of values.
pub fn pair(app: &App) -> Enabled {
    varied(app)?;
    unless(app.axes().is_none(), "there is nothing to explore: the plan has problems, or no cluster")
}

/// Values of fields are shown, and not advice.
pub fn varied(app: &App) -> Enabled {
    unless(app.is_advised(), "this is for the map of values: tab leads there")
}

/// There is something to take under the cursor.
pub fn apply(app: &App) -> Enabled {
    if app.is_advised() { Ok(()) } else { pair(app) }
}

/// A pane of advice has the focus.
pub fn advised(app: &App) -> Enabled {
    unless(!app.is_advised(), "options are for what is recommended: tab leads there")
}

/// The cursor is on a variant.
pub fn variant(app: &App) -> Enabled {
    unless(app.variant().is_none(), "this is no variant: move to one, or n keeps what has changed as one")
}

/// There is more than one pool.
pub fn pools(app: &App) -> Enabled {
    unless(app.pools_of_run() < 2, "the run has no other pool")
}

/// There is more than one pool in the plan.
pub fn pools_of_plan(app: &App) -> Enabled {
    let pools = app.report().map_or(0, |r| r.pools.len());
    unless(pools < 2, "the plan has no other pool")
}

/// There is a cell to copy.
pub fn copy(app: &App) -> Enabled {
    unless(!app.can_copy(), "there is nothing here to copy: go to a table or to the inputs")
}

/// The screen has panes side by side.
pub fn upright_border(app: &App) -> Enabled {
    unless(app.border(Lies::Upright).is_none(), "no panes stand side by side on this screen")
}

pub fn level_border(app: &App) -> Enabled {
    unless(app.border(Lies::Level).is_none(), "no panes stand one above the other on this screen")
}

/// There is a number to explain.
pub fn why(app: &App) -> Enabled {
    unless(app.report().is_none(), "there are no figures: the plan has problems")
}

/// The selected finding has a change that removes it.
pub fn fix(app: &App) -> Enabled {
    unless(app.fix().is_none(), "no one change removes this: select a finding that has one, or read its help")
}

/// The selected row of a table is about an input.
pub fn go_to(app: &App) -> Enabled {
    unless(app.input_of_row().is_none(), "there is no row to go from")
}

/// A cell of the map can be fewer addresses.
pub fn zoom_in(app: &App) -> Enabled {
    unless(app.plot().nearer == 0, "a cell is one address already")
}

/// A cell of the map can be more addresses.
pub fn zoom_out(app: &App) -> Enabled {
    unless(app.plot().farther == 0, "the whole pool is in one line")
}

/// What the map shows depends on the situation.
pub fn situation_of_map(app: &App) -> Enabled {
    unless(
        app.situation_of_map().is_none(),
        "this pool is drawn as it is settled: subnets are in each situation",
    )
}

/// The plan can be exported.
pub fn export(app: &App) -> Enabled {
    unless(!app.problems.is_empty() || app.answer.is_none(), "the plan has problems: mend them first")
}
