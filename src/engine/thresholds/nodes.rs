//! Nodes of a group that join one at a time, each settled before the next, in the group's subnet order.

use std::ops::Range;

use super::{At, Behind, Event, Level, Threshold, What, behind_sentence, nothing};
use crate::engine::brought::{self, Brought};
use crate::engine::evaluate::Evaluation;
use crate::engine::hold::{Free, Part, Sites, take};
use crate::engine::join::{Join, Refused};
use crate::engine::managed::Managed;
use crate::engine::outcome::{Outcome, free};
use crate::engine::place::{Bin, empty_nodes, in_order};
use crate::engine::report::Reason;
use crate::engine::roster;
use crate::limits::THRESHOLD;
use crate::plan::{Cluster, Plan};
use crate::text::{addresses, count, stay_free, thousands};

/// Nodes of a round at the most that are reckoned with at once; those of larger ones join one by one.
const LARGEST_ROUND: usize = 1_000;

/// The first node with which something fails.
#[derive(Debug, Clone, Copy)]
struct Hit {
    /// From 1.
    node: u32,
    /// The pool that does not give what the node wants; `None` if the node's own limits leave pods pending.
    refused: Option<Refused>,
    /// Addresses that it wants of that pool, or of all.
    wanted: u64,
    pending: u64,
    /// Its pods that ask for an address.
    asking: u64,
    reason: Reason,
}

/// Both first nodes.
#[derive(Debug, Clone, Copy, Default)]
struct Hits {
    short: Option<Hit>,
    pending: Option<Hit>,
}

/// A limit that is not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lifted {
    Nothing,
    Pool(usize),
    /// The nodes' own: pods that starve because of them do not count.
    Node,
}

/// A group whose nodes join.
struct Line<'a> {
    plan: &'a Plan,
    brought: &'a [Brought],
    outcome: &'a Outcome,
    group: &'a crate::engine::fleet::Group,
    kind: crate::plan::GroupKind,
    nodes: &'a crate::plan::Nodes,
    bins: Vec<Bin>,
    today: Vec<usize>,
    /// Today's nodes by what they take.
    parts: &'a [Part],
    added: Range<usize>,
    /// The subnets when everything else has joined, and what those before the group in file order leave: by
    /// that nodes choose among several.
    rest: Join<'a>,
    before: Free,
    /// After so many nodes more, zones, subnets and shapes come round again.
    round: usize,
}

impl Evaluation {
    /// The first node of a group whose pool cannot fill, and the first on which a pod stays pending: nodes in
    /// their order, each as full as it is today, those beyond today's as full as the fullest.
    pub(in crate::engine) fn nodes_thresholds(&self, plan: &Plan, c: usize, g: usize) -> [Threshold; 2] {
        let cluster = &plan.clusters[c];
        let of = format!("{}/{}", cluster.name, cluster.node_groups[g].name);
        let line = self.line(plan, c, g);
        let who =
            if line.today.is_empty() { of.clone() } else { format!("{of}, each node as full as today,") };
        let mut hits = line.walk(Lifted::Nothing);
        // pods that starve by the node's own limits end the walk before a pool does
        if hits.short.is_none() && hits.pending.is_some() {
            hits.short = line.walk(Lifted::Node).short;
        }
        let behind = |hit: &Hit, event: Event| {
            let lifted = hit.refused.map_or(Lifted::Node, |r| Lifted::Pool(r.pool));
            let next = line.walk(lifted);
            let next = if event == Event::PodPending { next.pending } else { next.short };
            let (level, limit) = next.map_or((Level::None, None), |n| line.limit(&n));
            Some(Behind { at: next.map(|n| At::Count(n.node.into())), level, limit })
        };
        [(Event::WarmPoolShort, hits.short), (Event::PodPending, hits.pending)].map(|(event, hit)| {
            let Some(hit) = hit else { return nothing(What::Nodes, of.clone(), event) };
            let (level, limit) = line.limit(&hit);
            let behind = behind(&hit, event);
            let sentence = line.sentence(&who, &hit, event) + &behind_sentence(&behind);
            Threshold {
                at: Some(At::Count(hit.node.into())),
                level,
                limit,
                left: hit.refused.map(|r| r.left),
                sentence,
                behind,
                ..nothing(What::Nodes, of.clone(), event)
            }
        })
    }

    fn line<'a>(&'a self, plan: &'a Plan, c: usize, g: usize) -> Line<'a> {
        let cluster = &plan.clusters[c];
        let spec = &cluster.node_groups[g];
        let outcome = &self.clusters[c];
        let mut chosen = free(plan, &self.brought);
        let mut before = chosen.clone();
        let mut rest = Join::new(plan, &self.brought);
        for (oc, o) in self.clusters.iter().enumerate() {
            for og in 0..o.groups.len() {
                if (oc, og) != (c, g) {
                    rest.group(&plan.clusters[oc], o.nodes(), og, &mut chosen, |_, _| false);
                } else {
                    before.clone_from(&chosen);
                    o.parts[og].iter().for_each(|p| take(p, p.nodes, &mut chosen));
                }
            }
        }
        let mut bins = outcome.placed.bins.clone();
        let today: Vec<usize> = in_order(&bins, g).into_iter().map(|(_, b)| b).collect();
        let added = added_nodes(cluster, outcome, g, &mut bins);
        let group = &outcome.groups[g];
        let subnets = group.zones.iter().fold(1, |all, z| least_common_multiple(all, z.subnets.len()));
        let round = group.zones.len().saturating_mul(subnets).saturating_mul(added.len());
        let (brought, parts) = (&self.brought, outcome.parts[g].as_slice());
        Line {
            plan,
            brought,
            outcome,
            group,
            kind: spec.kind,
            nodes: &spec.nodes,
            bins,
            today,
            parts,
            added,
            rest,
            before,
            round,
        }
    }
}

fn least_common_multiple(a: usize, b: usize) -> usize {
    let (mut x, mut y) = (a, b);
    while y > 0 {
        (x, y) = (y, x % y);
    }
    (a / x.max(1)).saturating_mul(b)
}

/// Nodes that a group would get next, one of each shape: with the pods of its fullest node, or, without any
/// node, with its DaemonSets. They are put behind the known bins; where, is returned.
fn added_nodes(cluster: &Cluster, outcome: &Outcome, g: usize, bins: &mut Vec<Bin>) -> Range<usize> {
    let mut added = empty_nodes(cluster, &outcome.groups, g);
    if let Some(fullest) = outcome.fullest(g).map(|part| part.bin) {
        for bin in &mut added {
            bin.asking = bins[fullest].asking;
            bin.used.branch_enis = bins[fullest].used.branch_enis;
        }
    }
    let start = bins.len();
    bins.append(&mut added);
    start..bins.len()
}

impl Line<'_> {
    /// Nodes join until a pod stays pending.
    fn walk(&self, lifted: Lifted) -> Hits {
        let mut hits = Hits::default();
        let mut join = self.rest.clone();
        let mut before = self.before.clone();
        if let Lifted::Pool(pool) = lifted {
            join.lift(pool);
            before[pool] = i64::MAX / 2;
        }
        // how many nodes in a row have only taken from the subnet that never ends
        let mut endless = 0;
        let mut sites = Sites::new(self.plan, self.group, self.kind, self.nodes, &self.bins);
        let mut index = self.today(lifted, &mut join, &mut before, &sites);
        let mut skipped = None;
        while index < THRESHOLD - 1 {
            // once at the start, and once behind the first node that is short
            if skipped != Some(hits.short.is_some()) && self.comes_round(index) {
                skipped = Some(hits.short.is_some());
                index += self.skip(lifted, index, hits.short.is_some(), &mut join, &mut before, &mut sites);
                continue;
            }
            let bin = self.bin(index);
            let part = sites.next(index, bin, &before);
            take(&part, 1, &mut before);
            let Bin { shape, asking, .. } = self.bins[bin];
            let elsewhere = part.takes.iter().any(|t| lifted != Lifted::Pool(t.pool));
            endless = if elsewhere || (index as usize) < self.today.len() { 0 } else { endless + 1 };
            let joined = join.node(self.group, shape, &part, asking);
            let own = if lifted == Lifted::Node { part.starved() } else { 0 };
            let hit = || self.hit(index, &part, asking, joined.refused, joined.pending);
            if joined.refused.is_some_and(|r| r.matters) && hits.short.is_none() {
                hits.short = Some(hit());
            }
            // starving pods would want addresses, too, if their nodes let them
            let dry = own > 0 && joined.refused.is_some_and(|r| r.matters);
            if joined.pending > own || dry {
                hits.pending = Some(hit());
            }
            // a node without pods cannot leave one pending
            let idle = index as usize >= self.today.len() && asking + part.branch_pods() == 0;
            if hits.pending.is_some() || (hits.short.is_some() && idle) || endless > self.round {
                break;
            }
            index += 1;
        }
        hits
    }

    /// Whether the nodes from one on take the same again and again: those of another manager than the AWS VPC CNI, once
    /// all that are there today, and the load balancer that comes with one, have come.
    fn comes_round(&self, index: u32) -> bool {
        let balanced = self.group.managed.as_ref().and_then(Managed::balanced);
        let known = index as usize >= self.today.len() && balanced.is_none_or(|at| index > at);
        self.group.managed.is_some() && known && self.round <= LARGEST_ROUND
    }

    /// Today's nodes join all at once, if there is all that they want and nothing is to be said of any: how many.
    fn today(&self, lifted: Lifted, join: &mut Join, before: &mut Free, sites: &Sites) -> u32 {
        let starves = |part: &Part| lifted != Lifted::Node && part.starved() > 0;
        if self.group.managed.is_none() || sites.depends_on_free() || self.parts.iter().any(starves) {
            return 0;
        }
        let mut all = join.clone();
        if !self.parts.iter().all(|part| all.all(part, part.nodes)) {
            return 0;
        }
        *join = all;
        self.parts.iter().for_each(|part| take(part, part.nodes, before));
        u32::try_from(self.today.len()).unwrap_or(u32::MAX)
    }

    /// As many whole rounds of added nodes join at once as find the same: how many nodes.
    fn skip(
        &self,
        lifted: Lifted,
        index: u32,
        dry: bool,
        join: &mut Join,
        before: &mut Free,
        sites: &mut Sites,
    ) -> u32 {
        let Some(managed) = self.group.managed.as_ref().filter(|_| !sites.depends_on_free()) else {
            return 0;
        };
        let round = u32::try_from(self.round).unwrap_or(u32::MAX);
        let nodes = (index..index.saturating_add(round)).map(|at| (at, self.bin(at)));
        let nodes: Vec<(Part, u64)> =
            nodes.map(|(at, bin)| (sites.next(at, bin, before), self.bins[bin].asking)).collect();
        // of these something is to be said of every single one
        let starves = |part: &Part| part.starved() > 0 && (dry || lifted != Lifted::Node);
        if nodes.iter().any(|(part, asking)| starves(part) || (dry && *asking == 0)) {
            return 0;
        }
        let parts: Vec<Part> = nodes.into_iter().map(|(part, _)| part).collect();
        let most = (THRESHOLD - 1).saturating_sub(index) / round.max(1);
        let rounds = join.rounds(managed, &parts, dry, most.into());
        join.repeat(&parts, rounds);
        parts.iter().for_each(|part| take(part, rounds, before));
        u32::try_from(rounds).unwrap_or(0).saturating_mul(round)
    }

    fn bin(&self, index: u32) -> usize {
        let today = self.today.get(index as usize).copied();
        today.unwrap_or_else(|| self.added.start + index as usize % self.added.len())
    }

    fn hit(&self, index: u32, part: &Part, asking: u64, refused: Option<Refused>, pending: u64) -> Hit {
        let of = |t: &&crate::engine::hold::Take| refused.is_none_or(|r| t.pool == r.pool);
        let wanted = part.takes.iter().filter(of).map(|t| t.held()).sum();
        let reason = part.limit;
        Hit { node: index + 1, refused, wanted, pending, asking: asking + part.branch_pods(), reason }
    }

    fn limit(&self, hit: &Hit) -> (Level, Option<String>) {
        match (hit.refused, hit.reason) {
            (Some(refused), _) => {
                (refused.level, Some(brought::name(self.plan, self.brought, refused.pool).0))
            }
            (None, reason) => (reason.level(), None),
        }
    }

    fn sentence(&self, who: &str, hit: &Hit, event: Event) -> String {
        let node = thousands(hit.node.into());
        let fits = count(u64::from(hit.node) - 1, "node");
        let Some(refused) = hit.refused else {
            let why = match hit.reason {
                Reason::EniLimit => "all its address slots are used",
                Reason::NodeRange => "its own range is used up",
                Reason::BlockLimit => "it may claim no more blocks",
                Reason::NodeLimit => "its manager holds no more for it",
                _ => "its pool stops growing before that",
            };
            let pending = pending_of(hit);
            let at = (self.group.index, hit.node - 1);
            let says = roster::says(self.plan, self.group.cluster, self.outcome, at);
            return format!("{who} runs all pods of {fits}: {pending} no address, {why}{says}");
        };
        let (name, _) = brought::name(self.plan, self.brought, refused.pool);
        let had = match refused.had {
            0 => "has none left".to_string(),
            n => format!("has {} left", thousands(n)),
        };
        let useless = match (refused.left, refused.level) {
            (0, _) => String::new(),
            (n, Level::Blocks) => format!(", and {}, but no whole /28", stay_free(n)),
            (n, _) => format!(", and {} that it cannot take", stay_free(n)),
        };
        let says = brought::says(self.plan, self.brought, refused.pool);
        match event {
            Event::WarmPoolShort => {
                let wants = addresses(hit.wanted);
                let end = match brought::lends(self.plan, self.brought, refused.pool) && hit.pending == 0 {
                    true => ": it borrows single addresses of other nodes' blocks".to_string(),
                    false => format!("{useless}{says}"),
                };
                format!("{who} fits {fits}: node {node} wants {wants} of {name}, which {had}{end}")
            }
            Event::PodPending => {
                let pending = pending_of(hit);
                format!("{who} runs all pods of {fits}: {pending} no address, {name} {had}{useless}{says}")
            }
        }
    }
}

/// `12 of 40 pods of node 34 get`.
fn pending_of(hit: &Hit) -> String {
    let get = if hit.pending == 1 { "gets" } else { "get" };
    let node = thousands(hit.node.into());
    format!("{} of {} of node {node} {get}", thousands(hit.pending), count(hit.asking, "pod"))
}
