//! `aws ec2 describe-instance-types`, read as an instance table is ([`crate::instance`]).

use super::super::fact::{Fact, Types};
use super::super::mistake::Mistake;
use super::super::take::Take;
use super::super::value::{Document, Node};
use super::elements;
use crate::instance::Tables;

pub(super) fn read(document: &Document<'_>, node: Node<'_>, take: &mut Take) {
    let names: Vec<String> = elements(node, "InstanceTypes", take)
        .iter()
        .filter_map(|row| Some(row.text("InstanceType")?.into_owned()))
        .collect();
    let Node::Json { raw, .. } = document.node else { return };
    if node.list().is_none_or(|items| items.is_empty()) {
        return;
    }
    let mut tables = Tables::builtin();
    match tables.add(raw.get(), "") {
        Ok(_) => {
            let types = names.iter().filter_map(|name| tables.get(name).cloned()).collect();
            take.facts.push(Fact::Types(Types(types)));
        }
        Err(problems) => {
            let start = document.node.span().start;
            for problem in problems {
                let span = start.saturating_add(problem.span.start)..start.saturating_add(problem.span.end);
                let mistake = Mistake::new(span, problem.message);
                take.note(Mistake { help: problem.help, ..mistake });
            }
        }
    }
}
