//! The table of `kubectl get pods -o wide`, with `-A` or without: which pod has which address, and where.
//!
//! It has less than the JSON: not which pods use their node's network, and not what they ask for. Plans are not made
//! of it. Cells have no blanks in them but for the restarts, `1 (5m ago)`, so that the lines may have been aligned
//! anew, or not at all. Source: kubernetes/kubernetes `pkg/printers/internalversion/printers.go` (`printPod`).

use super::fact::{Fact, Listed};
use super::mistake::Mistake;
use super::take::{Take, harmless};
use crate::limits;
use crate::text::{count, excerpt};

pub(super) const RUN: &str = "kubectl get pods -A -o wide";

const NAMESPACE: &str = "NAMESPACE";
const NAME: &str = "NAME";
const STATUS: &str = "STATUS";
const ADDRESS: &str = "IP";
const NODE: &str = "NODE";
/// Headers of more than one word: the first one, and the second.
const TWO_WORDS: [(&str, &str); 2] = [("NOMINATED", "NODE"), ("READINESS", "GATES")];

/// What stands in the status of pods that have ended, and of those whose containers have and are not started again.
/// The address is still shown, and is another's by now, perhaps.
const OVER: [&str; 11] = [
    "Completed",
    "Succeeded",
    "Failed",
    "Error",
    "Evicted",
    "OOMKilled",
    "DeadlineExceeded",
    "ContainerCannotRun",
    "NodeShutdown",
    "Terminated",
    "NodeAffinity",
];

/// The cells of a line: their first words, which are all but of the restarts and of two headers.
fn cells(line: &str) -> Vec<&str> {
    let mut cells: Vec<&str> = Vec::new();
    let mut open = false;
    for word in line.split_whitespace() {
        let two = cells.last().is_some_and(|last| TWO_WORDS.contains(&(*last, word)));
        if !(open || two || word.starts_with('(')) {
            cells.push(word);
        }
        open = (open || word.starts_with('(')) && !word.ends_with(')');
    }
    cells
}

/// The places of the columns that are read.
struct Columns {
    namespace: Option<usize>,
    name: usize,
    status: usize,
    address: Option<usize>,
    node: Option<usize>,
}

impl Columns {
    /// Those of a header of pods.
    fn of(line: &str) -> Option<Columns> {
        let cells = cells(line);
        let at = |header: &str| cells.iter().position(|cell| *cell == header);
        let begins = cells.first().is_some_and(|cell| [NAMESPACE, NAME].contains(cell));
        at("READY").filter(|_| begins)?;
        Some(Columns {
            namespace: at(NAMESPACE),
            name: at(NAME)?,
            status: at(STATUS)?,
            address: at(ADDRESS),
            node: at(NODE),
        })
    }
}

/// Whether a text begins as such a table does.
pub(super) fn is(body: &str) -> bool {
    body.lines().next().is_some_and(|line| Columns::of(line).is_some())
}

/// Reads a table, or several behind each other.
pub(super) fn read(text: &str, take: &mut Take) {
    let mut columns: Option<Columns> = None;
    let mut pods = Vec::new();
    let mut at = 0_usize;
    for line in text.split_inclusive('\n') {
        let start = at;
        at = at.saturating_add(line.len());
        let line = line.trim_end().trim_start_matches('\u{feff}');
        if line.trim().is_empty() {
            continue;
        }
        let span = start..start.saturating_add(line.len());
        if let Some(header) = Columns::of(line) {
            if header.address.is_none() || header.node.is_none() {
                let mistake = Mistake::new(span, "this table of pods has no addresses, or no nodes");
                return take.note(mistake.help(format!("run {RUN}")));
            }
            columns = Some(header);
            continue;
        }
        let Some(columns) = &columns else { continue };
        match pod(line, columns) {
            Ok(pod) => pods.push(pod),
            Err(message) => {
                let mistake = Mistake::new(span, message);
                take.note(mistake.help(format!("save the whole output of {RUN} again")));
            }
        }
        if take.mistakes.len() >= limits::PROBLEMS {
            return;
        }
    }
    if pods.is_empty() && take.mistakes.is_empty() {
        take.empty.push(Mistake::new(0..0, "a table without pods").help(format!("run {RUN}")));
    } else if !pods.is_empty() {
        take.facts.push(Fact::Listed(pods));
    }
}

fn pod(line: &str, columns: &Columns) -> Result<Listed, String> {
    let cells = cells(line);
    let cell = |at: usize| cells.get(at).copied();
    let needed = |at: usize| {
        cell(at).ok_or_else(|| format!("a line of {}, too few for a pod", count(cells.len() as u64, "cell")))
    };
    let known = |at: Option<usize>| -> Result<Option<&str>, String> {
        at.map(needed).transpose().map(|cell| cell.filter(|cell| !["<none>", "<unknown>"].contains(cell)))
    };
    let address = match known(columns.address)? {
        None => None,
        Some(text) => {
            let wrong =
                || format!("the address of a pod must be one such as 10.244.0.5, not {}", excerpt(text));
            Some(text.parse().map_err(|_| wrong())?)
        }
    };
    let status = needed(columns.status)?;
    Ok(Listed {
        namespace: known(columns.namespace)?.map(harmless),
        name: harmless(needed(columns.name)?),
        node: known(columns.node)?.map(harmless),
        address,
        over: OVER.contains(&status) || status.starts_with("OutOf") || status.starts_with("ExitCode:"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn restarts_have_blanks_and_columns_do_not_matter() {
        let wide = "NAMESPACE   NAME   READY   STATUS    RESTARTS      AGE   IP           NODE   NOMINATED NODE   READINESS GATES\n\
                    a           one    1/1     Running   1 (5m ago)    7d    10.244.0.5   n1     <none>           <none>\n\
                    \n\
                    a two 0/1 Pending 0 1s <none> <none> <none> <none>\n";
        let mut take = Take::default();
        read(wide, &mut take);
        let Some(Fact::Listed(pods)) = take.facts.pop() else { panic!("{take:?}") };
        let seen: Vec<_> = pods.iter().map(|p| (p.name.as_str(), p.node.as_deref(), p.address)).collect();
        assert_eq!(seen, [("one", Some("n1"), "10.244.0.5".parse().ok()), ("two", None, None)]);
    }

    #[test]
    fn other_tables_are_not_taken_for_it() {
        for header in ["NAME STATUS ROLES AGE VERSION INTERNAL-IP", "NAMESPACE NAME TYPE CLUSTER-IP", ""] {
            assert!(!is(header), "{header}");
        }
    }
}
