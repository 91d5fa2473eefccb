//! The picker of instance types.

use ratatui::layout::Rect;

use super::field::draw_input;
use super::grid::{self, Column, Fitted};
use super::paint::{Paint, cut};
use crate::app::App;
use crate::app::action::{Action, Context};
use crate::app::msg::Target;
use crate::app::picker::{Picker, Trial};
use crate::app::sheet::{Align, Tone};
use crate::instance::InstanceType;
use crate::text::{shown, thousands};

/// One column of the picker: header, alignment, least width, how readily it gives way, text.
type PickerColumn = (&'static str, Align, u16, u8, fn(&InstanceType, Option<&Trial>) -> String);

#[rustfmt::skip] // a column is a line
const COLUMNS: &[PickerColumn] = &[
    ("type", Align::Left, 14, 0, |t, _| shown(&t.name)),
    ("vCPU", Align::Right, 4, 0, |t, _| number(t.vcpus)),
    ("memory", Align::Right, 8, 3, |t, _| t.memory_mib.map_or_else(unknown, gib)),
    ("ENIs", Align::Right, 4, 0, |t, _| thousands(t.enis.into())),
    ("IP/ENI", Align::Right, 6, 0, |t, _| thousands(t.ipv4_per_eni.into())),
    ("max pods", Align::Right, 8, 4, |_, trial| of_plan(trial, |c| thousands(c.max_pods.into()))),
    ("USD/h", Align::Right, 7, 1, |t, _| t.usd_per_hour.map_or_else(unknown, |usd| format!("{usd:.3}"))),
    ("holds", Align::Right, 6, 0, |_, trial| of_plan(trial, |c| thousands(c.held))),
    ("free", Align::Right, 7, 2, |_, trial| of_plan(trial, |c| match c.short {
        0 => thousands(c.free),
        short => format!("-{}", thousands(short)),
    })),
    ("pending", Align::Right, 7, 5, |_, trial| of_plan(trial, |c| thousands(c.pending))),
    ("verdict", Align::Left, 9, 0, |_, trial| match trial {
        None => "...".into(),
        Some(Trial::Comes(c)) => c.verdict.name().into(),
        Some(Trial::Invalid(why)) => shown(why),
    }),
];

fn number(n: Option<u32>) -> String {
    n.map_or_else(unknown, |n| thousands(n.into()))
}

fn unknown() -> String {
    "?".into()
}

fn gib(mib: u64) -> String {
    if mib.is_multiple_of(1_024) {
        format!("{} GiB", thousands(mib / 1_024))
    } else {
        format!("{} MiB", thousands(mib))
    }
}

fn of_plan(trial: Option<&Trial>, text: impl Fn(&crate::app::picker::Comes) -> String) -> String {
    match trial {
        Some(Trial::Comes(comes)) => text(comes),
        _ => String::new(),
    }
}

/// Draws the picker.
pub fn draw(paint: &mut Paint, app: &App, picker: &Picker, area: Rect) {
    let theme = paint.look.theme.clone();
    let title = format!("instance type: {} of {}", picker.names.len(), app.tables().iter().count());
    let inner = paint.popup(area, area.width.min(116), area.height.min(32), &title);
    let label = "search: ";
    let x = inner.x + 1 + paint.put(inner, inner.x + 1, inner.y, label, theme.muted);
    let input = Rect { x, y: inner.y, width: inner.right().saturating_sub(x + 1), height: 1 };
    draw_input(paint, &picker.input, input.intersection(inner), theme.text);
    let list = Rect { y: inner.y + 2, height: inner.height.saturating_sub(2), ..inner };
    paint.screen.rows = usize::from(list.height);
    let wanted = COLUMNS.iter().enumerate().map(|(index, (_, align, least, gives_way, _))| Column {
        index,
        align: *align,
        width: *least,
        gives_way: *gives_way,
    });
    let Fitted { mut columns, gap } = grid::fit(wanted.collect(), list.width.saturating_sub(3), None);
    // the names and the verdicts have what is left
    let used: u16 = columns.iter().map(|c| c.width + gap).sum();
    let left = list.width.saturating_sub(3).saturating_sub(used);
    if let Some(last) = columns.last_mut() {
        last.width += left.saturating_sub(4);
    }
    if let Some(first) = columns.first_mut() {
        first.width += left.min(4);
    }
    let fitted = Fitted { columns, gap };
    draw_line(paint, list, inner.y + 1, &fitted, |column| (column.0.to_owned(), theme.heading));
    if picker.names.is_empty() {
        let as_text = app.key(Context::Picker, Action::EditText);
        let text = format!("nothing matches: {as_text} edits the field as text");
        paint.put(list, list.x + 2, list.y, &text, theme.muted);
    }
    let rows = usize::from(list.height);
    let first = picker.first.min(picker.names.len().saturating_sub(1));
    for ((i, name), y) in picker.names.iter().enumerate().skip(first).take(rows).zip(list.y..list.bottom()) {
        let Some(facts) = app.tables().get(name) else { continue };
        let trial = picker.trials.get(name);
        let here = i == picker.marked;
        let line = Rect { y, height: 1, ..list };
        if here {
            paint.style(line, theme.cursor);
            paint.put(line, line.x, y, paint.look.symbols.here, theme.cursor);
        }
        draw_line(paint, list, y, &fitted, |column| {
            let style = match (here, column.0, trial) {
                (true, ..) => theme.cursor,
                (_, "verdict", Some(Trial::Comes(c))) => theme.tone(Tone::of(c.verdict)),
                _ => theme.text,
            };
            ((column.4)(facts, trial), style)
        });
        paint.hit(line, Target::Item(i));
    }
}

fn draw_line(
    paint: &mut Paint,
    area: Rect,
    y: u16,
    fitted: &Fitted,
    text: impl Fn(&PickerColumn) -> (String, ratatui::style::Style),
) {
    let area = Rect { y, height: 1, ..area };
    let mut x = area.x + 2;
    for column in &fitted.columns {
        let Some(of) = COLUMNS.get(column.index) else { continue };
        let (text, style) = text(of);
        let room = Rect { x, y, width: column.width, height: 1 }.intersection(area);
        if column.align == Align::Right {
            let text = cut(&text, room.width, paint.look.symbols.dots);
            paint.put_right(room, room.right(), y, &text, style);
        } else {
            paint.put(room, x, y, &text, style);
        }
        x += column.width + fitted.gap;
    }
}
