//! What a user should know.
use super::{Evaluation, Finding};
use crate::plan::Plan;
pub fn findings(_plan: &Plan, _evaluation: &Evaluation) -> Vec<Finding> {
    Vec::new()
}
