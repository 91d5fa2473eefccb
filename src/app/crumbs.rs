//! Where the user is: from the screen down to what the cursor is on.

use super::App;
use super::form::Spot;
use super::pane::Pane;
use super::rows::called;
use super::sheet;
use crate::plan::Row;
use crate::plan::field::{Section, section};
use crate::text::shown;

impl App {
    /// The steps that lead to where the cursor is, from the screen on; what stands below the plan.
    pub fn crumbs(&self) -> Vec<String> {
        let mut crumbs = vec![self.screen().row().name.to_owned()];
        match self.focus {
            Pane::Inputs => self.crumbs_of_inputs(&mut crumbs),
            pane => {
                crumbs.extend(pane.name().map(str::to_owned));
                match sheet::sheet(pane) {
                    Some(sheet) => {
                        let cell = self.cell(pane);
                        let rows = self.report().map_or(0, sheet.rows);
                        let row = self.report().filter(|_| cell.row < rows);
                        crumbs.extend(row.map(|report| shown(&(sheet.id)(report, cell.row))));
                        let column = sheet.columns.get(cell.column).filter(|_| cell.row < rows);
                        crumbs.extend(column.map(|column| column.name.to_owned()));
                    }
                    None => crumbs.push(self.why().0),
                }
            }
        }
        crumbs.retain(|crumb| !crumb.is_empty());
        crumbs
    }

    fn crumbs_of_inputs(&self, crumbs: &mut Vec<String>) {
        let (row, field) = match self.form.spot {
            Spot::Add(section) => return crumbs.push(format!("new {}", called(section))),
            Spot::Key(row, _) => (row, self.form.field().map(|(_, field)| field)),
        };
        let plan = self.plan();
        let of_many = |c: usize| plan.clusters.get(c).filter(|_| plan.clusters.len() > 1);
        if let Row::NodeGroup(c, _) | Row::Workload(c, _) = row {
            crumbs.extend(of_many(c).map(|cluster| shown(&cluster.name)));
        }
        if !matches!(section(row), Section::Plan | Section::Env) {
            crumbs.push(called(section(row)).to_owned());
        }
        if row != Row::Plan {
            crumbs.extend(plan.name_of(row).map(shown));
        }
        // a row's name is what stands there already
        crumbs.extend(field.filter(|f| f.key != "name" || row == Row::Plan).map(|f| f.label.to_owned()));
    }
}
