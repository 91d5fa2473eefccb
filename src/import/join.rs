//! The facts of all inputs together.
//!
//! A docker network's containers and kubectl's nodes belong to a kind cluster by their names ([`split`]) if one
//! of that name is known: from its file, from a node's `providerID`, or because its first control plane is
//! there. All other nodes of one input are one cluster, called after the input.

use std::collections::HashSet;

use super::draft::{Cluster, Draft, unique};
use super::fact::{Container, Fact, Member, Network};
use super::homes::{Home, Homes, Runs};
use super::kinds::Kinds;
use super::take::harmless;
use super::{Refusal, eks, groups};
use crate::ipam::kind::{CLUSTER, Part, split};
use crate::text::excerpt;

/// Puts facts together; `names` are those of the inputs, and each fact has the index of its own.
///
/// # Errors
///
/// [`Refusal::Lacking`].
pub(super) fn join(mut facts: Vec<(usize, Fact)>, names: &[String]) -> Result<Draft, Refusal> {
    let mut draft = Draft::default();
    let live = eks::live(&mut facts, names);
    let mut kinds = Kinds::default();
    let stem = |index: usize| harmless(names.get(index).map_or("cluster", |name| stem(name)));
    let known = known(&facts);
    let mut strangers = Vec::new();
    let (mut homes, mut running) = (Homes::of(known.clone()), Vec::new());
    for (index, fact) in facts {
        match fact {
            Fact::Kind(cluster) => kinds.declared(cluster, &stem(index), &mut draft.notes),
            Fact::Network(network) => join_network(network, &known, &mut kinds, &mut draft),
            Fact::Nodes(members) => {
                let of_one = |member: &Member| of_kind(member, &known).is_none();
                let (others, own): (Vec<Member>, Vec<Member>) = members.into_iter().partition(of_one);
                for member in own {
                    if let Some(cluster) = of_kind(&member, &known) {
                        homes.node(index, &member.name, Home::Kind(cluster.clone()));
                        kinds.member(&cluster, member);
                    }
                }
                if !others.is_empty() {
                    let home = Home::Other(strangers.len());
                    others.iter().for_each(|member| homes.node(index, &member.name, home.clone()));
                    // clusters stay in the order of the inputs
                    strangers.push((kinds.len(), stem(index), others));
                }
            }
            Fact::Pods(_) | Fact::Controllers(_) => running.push((index, fact)),
            Fact::Note(note) if draft.notes.contains(&note) => {}
            Fact::Note(note) => draft.notes.push(note),
            // of AWS, and not here any more
            _ => {}
        }
    }
    let mut clusters = kinds.finish(&mut draft.networks);
    let mut taken: HashSet<String> = clusters.iter().map(|cluster| cluster.name.clone()).collect();
    let mut runs = homes.share(running, &mut draft.notes);
    for cluster in &mut clusters {
        run(cluster, runs.remove(&Home::Kind(cluster.name.clone())));
    }
    for (before, (place, stem, members)) in strangers.into_iter().enumerate() {
        let mut cluster = groups::cluster(unique(&mut taken, &stem), members);
        run(&mut cluster, runs.remove(&Home::Other(before)));
        clusters.insert((place + before).min(clusters.len()), cluster);
    }
    draft.clusters = clusters;
    eks::draft(live, &mut draft)?;
    Ok(draft)
}

/// Gives a cluster its workloads.
fn run(cluster: &mut Cluster, runs: Option<Runs>) {
    let Some(Runs { pods, controllers }) = runs else { return };
    let (workloads, notes) = eks::workloads::elsewhere(pods, controllers);
    cluster.workloads = workloads;
    cluster.notes.extend(notes);
}

/// The kind clusters that there are.
fn known(facts: &[(usize, Fact)]) -> HashSet<String> {
    let first = |name: &str| match split(name) {
        Some((cluster, Part::ControlPlane(1))) => Some(cluster.to_owned()),
        _ => None,
    };
    let mut known = HashSet::new();
    for (_, fact) in facts {
        match fact {
            Fact::Kind(cluster) => {
                known.extend(Some(cluster.name.clone().unwrap_or_else(|| CLUSTER.to_owned())))
            }
            Fact::Network(network) => known.extend(network.containers.iter().filter_map(|c| first(&c.name))),
            Fact::Nodes(members) => {
                known.extend(members.iter().filter_map(|member| member.kind.clone()));
                known.extend(members.iter().filter(|m| !m.provided).filter_map(|m| first(&m.name)));
            }
            _ => {}
        }
    }
    known
}

/// The kind cluster of a node. The name alone counts for nodes that do not say who provides them.
fn of_kind(member: &Member, known: &HashSet<String>) -> Option<String> {
    let by_name = || {
        let (cluster, _) = split(&member.name).filter(|(cluster, _)| known.contains(*cluster))?;
        (!member.provided).then(|| cluster.to_owned())
    };
    member.kind.clone().or_else(by_name)
}

/// A network whose nodes of kind clusters go to their clusters.
fn join_network(mut network: Network, known: &HashSet<String>, kinds: &mut Kinds, draft: &mut Draft) {
    if draft.networks.iter().any(|other| other.name == network.name) {
        let note = format!(
            "the network {} is in the inputs more than once: the first is taken",
            excerpt(&network.name)
        );
        draft.notes.push(note);
        return;
    }
    let (own, others): (Vec<Container>, Vec<Container>) = network
        .containers
        .into_iter()
        .partition(|c| split(&c.name).is_some_and(|(cluster, _)| known.contains(cluster)));
    // docker gives each of them the lowest free address of the other range, as it did
    network.notes.extend(others.iter().filter_map(|container| {
        let (_, more) = container.addresses.split_first().filter(|(_, more)| !more.is_empty())?;
        let more: Vec<String> = more.iter().map(ToString::to_string).collect();
        Some(format!(
            "{} has {}, too: the plan states one address of a container that is no node",
            excerpt(&container.name),
            more.join(" and ")
        ))
    }));
    network.containers = others;
    own.into_iter().for_each(|container| kinds.container(&network.name, container));
    draft.networks.push(network);
}

/// The name of an input without folders and endings.
pub(super) fn stem(name: &str) -> &str {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let stem = file.split('.').find(|part| !part.is_empty()).unwrap_or("");
    match stem.trim() {
        "" | "standard input" => "cluster",
        stem => stem,
    }
}

#[cfg(test)]
mod tests {
    use super::stem;

    #[test]
    fn clusters_are_called_after_files() {
        for (name, expected) in [
            ("one.json", "one"),
            ("a/b/prod.nodes.json", "prod"),
            ("..", "cluster"),
            (".hidden.json", "hidden"),
            ("standard input", "cluster"),
            ("/", "cluster"),
            ("C:\\x\\two.json", "two"),
        ] {
            assert_eq!(stem(name), expected, "{name}");
        }
    }
}
