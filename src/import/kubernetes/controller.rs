//! Deployments, StatefulSets, DaemonSets and CronJobs: how many pods should run, and what each asks for.

use super::super::fact::{Controller, Owner};
use super::super::take::Take;
use super::super::value::Table;
use super::{Gathered, Meta, ask, aws_node, within};
use crate::limits;

/// Where the pods' `spec` is.
const TEMPLATE: &[&str] = &["spec", "template", "spec"];
const CRON_TEMPLATE: &[&str] = &["spec", "jobTemplate", "spec", "template", "spec"];

pub(super) fn read(row: &Table<'_>, kind: &str, take: &mut Take, all: &mut Gathered) {
    let Some(meta) = Meta::of(row, &format!("a {kind}"), take) else { return };
    let spec = take.table(row, "spec");
    let cron = kind == "CronJob";
    let Some(template) = within(row, if cron { CRON_TEMPLATE } else { TEMPLATE }, take) else { return };
    if kind == "DaemonSet" && meta.name == aws_node::NAME {
        aws_node::of_daemonset(&template, take);
    }
    let replicas = match (cron, &spec) {
        (true, _) => within(row, &["spec", "jobTemplate", "spec"], take)
            .and_then(|job| take.count(&job, "parallelism", 0, limits::REPLICAS)),
        (false, Some(spec)) => take.count(spec, "replicas", 0, limits::REPLICAS),
        (false, None) => None,
    };
    let asked = ask::read(&template, take);
    let controller = Controller {
        namespace: meta.namespace,
        owner: Owner { kind: kind.to_owned(), name: meta.name },
        replicas: replicas.unwrap_or(1),
        ask: all.ask(asked),
    };
    all.controllers.push(controller);
}
