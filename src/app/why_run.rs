//! What the why panel and the line at the bottom say on the simulation screen.

use super::App;
use super::pane::Pane;
use crate::output::simulate::summary;
use crate::plan::scenario::duration;
use crate::simulate::{Moment, Note, Run, Topic};
use crate::text::{count, shown, thousands};

/// What an event means, and what to do about it; one row a topic.
/// What EC2 and the nodes do is that of [`crate::cni::machine`], which names its sources.
#[rustfmt::skip] // a topic is a line
const MEANINGS: &[(Topic, &str, &str)] = &[
    (Topic::Scenario, "what the scenario does here, nothing has gone wrong by itself", "look at the charts from this moment on"),
    (Topic::FailedCreatePodSandBox, "the pod is on a node whose warm pool was empty: it waits, and the kubelet tries again, until the node has got more addresses", "if it passes by itself, a larger warm target takes the wait away; if it stays, a subnet refuses: give it room, or take fewer warm addresses on the other nodes"),
    (Topic::FailedScheduling, "no node has room for the pod, so it is on none and asks for no address", "more nodes, or smaller requests; where it says too many pods, max pods is the limit, which prefixes raise"),
    (Topic::Subnet, "EC2 gives all of what is asked for or nothing, so what is free may be too little to be of use", "a larger or another subnet, or fewer addresses asked for at once: a smaller warm target, or WARM_IP_TARGET in place of whole ENIs; prefixes need whole /28 blocks"),
    (Topic::Node, "a node cannot start: its instance, or the first of its pods, has no address", "free addresses in that subnet, or let the group use another; a smaller surge takes fewer at once"),
];

impl App {
    /// The title and text of the why panel on the simulation screen: of the selected pool at the moment under
    /// the cursor, or of the selected event; then of the run.
    pub(super) fn why_of_run(&self) -> (String, String) {
        let Some((run, (_, moment))) = self.done_run().zip(self.moment()) else {
            return ("a scenario".into(), self.hint_of_run());
        };
        let of_run = format!("The run: {}", summary(run).join("; "));
        let (title, text) = match self.note_of_run().and_then(|i| run.notes.get(i)) {
            Some(note) if self.focus == Pane::Happenings => why_note(note),
            _ => why_pool(run, moment, self.pool_of_run()),
        };
        (title, format!("{text}\n{of_run}"))
    }

    /// The line at the bottom: what is computed or why it cannot be, the selected event, else the run.
    pub fn hint_of_run(&self) -> String {
        match self.run() {
            _ if self.run_is_stale() => self.asked_for(),
            None => String::new(),
            Some(Err(reason)) => reason.to_owned(),
            Some(Ok(run)) => match self.note_of_run().and_then(|i| run.notes.get(i)) {
                Some(note) if self.focus == Pane::Happenings => why_note(note).1,
                _ => summary(run).join("; "),
            },
        }
    }
}

/// How the figures of a pool at a moment came about.
fn why_pool(run: &Run, moment: &Moment, pool: usize) -> (String, String) {
    let Some((name, p)) = run.pools.get(pool).zip(moment.pools.get(pool)) else {
        return (run.scenario.clone(), String::new());
    };
    let refused = match p.refused {
        0 => String::new(),
        n => format!("; {} asked for in vain so far", thousands(n)),
    };
    // an ENI has one primary address, so that they count the ENIs
    let text = format!(
        "{} usable = {} other + {} held + {} free{refused}; held by {} of the fleet's {}: {} primary, {} assigned \
         to pods, {} unused; {}",
        thousands(p.usable),
        thousands(p.other),
        thousands(p.held),
        thousands(p.free),
        count(p.primary, "ENI"),
        count(moment.nodes(), "node"),
        thousands(p.primary),
        thousands(p.assigned),
        thousands(p.unused),
        who_waits(run, moment, pool)
    );
    (format!("{} at {}", shown(name), duration(moment.at)), text)
}

/// Pods that wait at a moment, and why.
fn who_waits(run: &Run, moment: &Moment, pool: usize) -> String {
    let said = |topic: Topic, of: Option<&String>| {
        let before = |n: &&Note| n.at <= moment.at && n.topic == topic && of.is_none_or(|of| n.of == *of);
        run.notes.iter().rfind(before).map(|n| n.text.trim_end_matches('.'))
    };
    let mut parts = Vec::new();
    let refusing: Vec<usize> =
        moment.pools.iter().enumerate().filter(|(_, p)| p.refusing).map(|(i, _)| i).collect();
    let because =
        |i: usize| said(Topic::Subnet, run.pools.get(i)).map_or(String::new(), |t| format!(": {t}"));
    let why = if refusing.contains(&pool) {
        let free = moment.pools.get(pool).map_or(0, |p| p.free);
        format!("this pool refuses, its {} too few{}", are_free(free), because(pool))
    } else if let Some(first) = refusing.first() {
        let name = run.pools.get(*first).map_or("", String::as_str);
        format!("{name} refuses{}", because(*first))
    } else {
        "nodes add addresses step by step, and those of ended pods cool down first: no pool refuses"
            .to_owned()
    };
    if moment.waiting() > 0 {
        parts.push(format!("in the fleet {} for an address, because {why}", wait(moment.waiting())));
    } else if refusing.contains(&pool) {
        parts.push(format!("no pod waits for an address, but {why}"));
    }
    if moment.unplaced > 0 {
        let why = said(Topic::FailedScheduling, None).map_or(String::new(), |t| format!(": {t}"));
        parts.push(format!("{} for a node{why}", wait(moment.unplaced)));
    }
    if parts.is_empty() { "no pod waits".into() } else { parts.join("; ") }
}

fn wait(pods: u64) -> String {
    if pods == 1 { "1 pod waits".into() } else { format!("{} pods wait", thousands(pods)) }
}

fn are_free(n: u64) -> String {
    if n == 1 { "1 free address is".into() } else { format!("{} free addresses are", thousands(n)) }
}

/// What an event means, what to do, and then its own words, which are long and all alike.
fn why_note(note: &Note) -> (String, String) {
    let times = match note.count {
        1 => String::new(),
        n => format!(" ({} times, until {})", thousands(n), duration(note.last)),
    };
    let title = format!("{} of {} at {}", note.topic.name(), shown(&note.of), duration(note.at));
    let row = MEANINGS.iter().find(|row| row.0 == note.topic);
    let (means, what) = row.map_or(("", ""), |row| (row.1, row.2));
    (title, format!("It means: {means}.\nWhat to do: {what}.\nThe event{times}: {}", note.text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_has_a_meaning() {
        use Topic::*;
        for topic in [Scenario, FailedCreatePodSandBox, FailedScheduling, Subnet, Node] {
            assert_eq!(MEANINGS.iter().filter(|row| row.0 == topic).count(), 1, "{topic:?}");
        }
    }
}
