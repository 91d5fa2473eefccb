//! An instance table: TOML, or JSON of `aws ec2 describe-instance-types`.

use podroom::engine::evaluate;
use podroom::file::diagnose::{self, Ink};
use podroom::instance::Tables;
use podroom::plan::{Cluster, NodeGroup, Plan};

use super::{harmless, is_consistent};

pub fn feed(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut tables = Tables::default();
    match tables.add(&text, "t.toml") {
        Ok(count) => assert!(count > 0 && tables.iter().count() == count),
        Err(problems) => {
            assert!(!problems.is_empty() && tables.iter().count() == 0);
            assert!(problems.is_sorted_by_key(|p| (p.line, p.column)));
            problems.iter().for_each(|problem| harmless(&problem.to_string()));
            harmless(&diagnose::table_problems(&problems, "t.toml", &text, Ink::Plain));
            return;
        }
    }
    // on top of the built-in table, too
    let _ = Tables::builtin().add(&text, "t.toml");
    for kind in tables.iter().take(4) {
        harmless(&kind.name);
        let mut plan = Plan::named("p");
        let mut group = NodeGroup::named("g", 2);
        group.instance_types.push(kind.name.clone());
        let mut cluster = Cluster::named("c", &podroom::manager::AWS_VPC_CNI);
        cluster.node_groups.push(group);
        plan.clusters.push(cluster.into());
        if let Ok(evaluation) = evaluate(&plan, &tables) {
            is_consistent(&evaluation.report);
        }
    }
}
