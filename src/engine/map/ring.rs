//! What the addresses of a ring are.

use ipnet::IpNet;

use super::pods::drawn_as;
use super::{MOST, Run, Use, between};
use crate::engine::evaluate::Evaluation;
use crate::ipam::Range;
use crate::manager::weave::{Peer, peers};
use crate::plan::Plan;
use crate::text::addresses;

impl Evaluation {
    /// The shares of the peers of a ring, in the order of their names, for which that of the nodes stands; dead ones are
    /// where they keep most. Each gives out the lowest address that is free, the first of all to the bridge of its host.
    /// What one lacks comes out of the shares of others, and whose these are is chance.
    pub(super) fn ring(&self, plan: &Plan, c: usize) -> Vec<Run> {
        let (cluster, outcome) = (&plan.clusters[c], &self.clusters[c]);
        let Some(IpNet::V4(range)) = cluster.settings.pod_subnet.first() else { return Vec::new() };
        let members = self.roster(plan, c);
        let all = peers(&cluster.settings, members.len() as u64);
        if all.is_empty() {
            let range = Range::of((*range).into());
            return vec![Run { range, of: Use::Free, who: "for the peers to come".to_string() }];
        }
        let mut nodes = members.iter();
        let asked: Vec<Option<(String, u64)>> = all
            .iter()
            .map(|peer| {
                let node = if peer.dead { None } else { nodes.next() }?;
                Some((node.name.clone(), outcome.running(node.group, node.index)))
            })
            .collect();
        let short = |peer: &Peer, asked: &Option<(String, u64)>| {
            asked.as_ref().map_or(0, |(_, pods)| (pods + 1).saturating_sub(peer.share.usable))
        };
        let lacking: u64 = all.iter().zip(&asked).map(|(peer, asked)| short(peer, asked)).sum();
        let mut runs = Vec::new();
        for (n, (peer, asked)) in (1..).zip(all.iter().zip(&asked)) {
            let Some(owned) = peer.share.owned else { continue };
            let Some((name, pods)) = asked else {
                let who = format!("peer {n} by name: dead, and keeps {}", addresses(peer.share.usable));
                let kept = peer.given(*range).map(|range| Run { range, of: Use::Unused, who });
                runs.extend(between(owned, kept.into_iter(), |_| {
                    (Use::Reserved, "not given out".to_string())
                }));
                continue;
            };
            let (inside, given) = (peer.inside(*range), pods + 1);
            let mut own = drawn_as(&[owned], &inside, name, given.min(peer.share.usable).saturating_sub(1));
            if lacking > 0 {
                for run in own.iter_mut().filter(|run| run.of == Use::Unused) {
                    run.of = Use::Mixed;
                    run.who =
                        format!("{name}: {} that other peers lack are here or elsewhere", addresses(lacking));
                }
            }
            runs.extend(own);
            if runs.len() > MOST {
                break;
            }
        }
        runs
    }
}
