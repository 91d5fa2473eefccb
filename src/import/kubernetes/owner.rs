//! Who a pod belongs to.

use super::super::fact::Owner;
use super::super::take::{Take, harmless};
use super::super::value::Table;

/// The first of `ownerReferences`. A ReplicaSet is one of a Deployment's if its name ends in the hash that its
/// pods have as a label (Kubernetes, `pkg/controller/deployment/sync.go`); a Job is a CronJob's if its name ends
/// in the minutes since 1970 (`pkg/controller/cronjob/utils.go`).
pub(super) fn read(metadata: &Table<'_>, take: &mut Take) -> Owner {
    let first = take.list(metadata, "ownerReferences").into_iter().find_map(|node| node.table());
    let Some(first) = first else { return Owner::default() };
    let text = |key: &str| first.text(key).map_or(String::new(), |text| harmless(&text));
    let (kind, name) = (text("kind"), text("name"));
    match kind.as_str() {
        "ReplicaSet" => {
            let hash = metadata.table("labels").and_then(|labels| labels.text("pod-template-hash"));
            let of =
                hash.and_then(|hash| name.strip_suffix(hash.as_ref())?.strip_suffix('-').map(str::to_owned));
            of.map_or(Owner { kind, name }, |name| Owner { kind: "Deployment".to_owned(), name })
        }
        "Job" => match name.rsplit_once('-') {
            Some((of, minutes)) if is_minutes(minutes) && !of.is_empty() => {
                Owner { kind: "CronJob".to_owned(), name: of.to_owned() }
            }
            _ => Owner { kind, name },
        },
        _ => Owner { kind, name },
    }
}

/// Minutes since 1970 have eight digits until the year 2160; older controllers wrote seconds, which have ten.
fn is_minutes(text: &str) -> bool {
    [8, 10].contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}
