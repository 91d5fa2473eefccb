//! Variant to edits: rows go, rows come, values are set and unset, lists are put in order.

use super::Variant;
use super::path::{List, Outline};
use super::value::plain;
use crate::limits;
use crate::plan::document::{Document, Edit};
use crate::plan::field::quote;
use crate::plan::field::typed::Fault;
use crate::plan::{Place, Problem, Row};
use crate::text::excerpt;

impl Variant {
    /// The edit that makes the variant of a plan.
    ///
    /// # Errors
    ///
    /// A row or key that the plan does not have.
    pub fn edit(&self, document: &Document) -> Result<Edit, Vec<Problem>> {
        self.steps(&mut Outline::of(document.plan())).map(Edit::Many)
    }

    /// The variant as a plan of its own: without variants, called after the plan and the variant unless the variant
    /// has a name for it.
    ///
    /// # Errors
    ///
    /// The variant does not apply, or what comes of it is no valid plan; each problem names the variant.
    pub fn alone(&self, document: &Document) -> Result<Document, Vec<Problem>> {
        let mut own = document.clone();
        let edit = self.edit(document)?;
        own.apply(edit).map_err(|problems| problems.into_iter().map(|p| self.of(p)).collect::<Vec<_>>())?;
        let gone = own.plan().variants.iter().map(|v| Edit::Variant { name: v.name.clone(), variant: None });
        let mut edits: Vec<Edit> = gone.collect();
        let name = format!("{}-{}", own.plan().name, self.name);
        let named = self.set.iter().any(|(path, _)| path == "name");
        if !named && name.chars().count() <= limits::NAME_CHARS {
            edits.push(Edit::Set { place: Place::key(Row::Plan, "name"), value: Some(quote(&name)) });
        }
        own.apply(Edit::Many(edits))?;
        Ok(own)
    }

    /// A problem of the variant.
    pub(super) fn problem(&self, fault: Fault) -> Problem {
        let problem = Problem::new(self.place(), fault.message);
        self.of(Problem { help: fault.help, ..problem })
    }

    /// The problem, which then names the variant and is at its place.
    fn of(&self, problem: Problem) -> Problem {
        let message = format!("variant {}: {}", excerpt(&self.name), problem.message);
        Problem { place: self.place(), span: None, message, help: problem.help }
    }

    /// The edits, one after the other; the outline follows them.
    pub(super) fn steps(&self, outline: &mut Outline) -> Result<Vec<Edit>, Vec<Problem>> {
        let mut edits = Vec::new();
        let wrong = |fault: Fault| vec![self.problem(fault)];
        for path in &self.remove {
            let row = outline.row(path).map_err(wrong)?;
            outline.remove(row);
            edits.push(Edit::Remove { row });
        }
        for row in &self.add {
            let list = outline.list(&row.to).map_err(wrong)?;
            let body = row
                .keys
                .iter()
                .map(|(key, value)| format!("{} = {value}", crate::plan::field::quote_key(key)));
            let at = list.row(outline.names(list).len());
            edits.push(Edit::Insert { row: at, body: body.collect::<Vec<_>>().join("\n") });
            outline.push(list, row.name().map_or(String::new(), plain));
        }
        for (path, value) in &self.set {
            let place = outline.value(path).map_err(wrong)?;
            edits.push(Edit::Set { place, value: Some(value.clone()) });
        }
        for path in &self.unset {
            let place = outline.value(path).map_err(wrong)?;
            edits.push(Edit::Set { place, value: None });
        }
        for (path, names) in &self.order {
            let list = outline.list(path).map_err(wrong)?;
            edits.extend(moves(list, outline.names(list), names).map_err(wrong)?);
        }
        Ok(edits)
    }
}

/// The moves that put the named rows of a list first, in that order.
fn moves(list: List, mut now: Vec<&str>, names: &[String]) -> Result<Vec<Edit>, Fault> {
    let mut edits = Vec::new();
    for (to, name) in names.iter().enumerate() {
        let Some(from) = now.iter().position(|n| n == name).filter(|from| *from >= to) else {
            let fault = Fault::new(format!("order: there is no row {}, or it is named twice", excerpt(name)));
            return Err(fault.help(format!("there are {}", crate::text::list(&now))));
        };
        if from != to {
            edits.push(Edit::Move { from: list.row(from), to: list.row(to) });
            let row = now.remove(from);
            now.insert(to, row);
        }
    }
    Ok(edits)
}
