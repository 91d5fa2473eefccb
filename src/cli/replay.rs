//! `podroom replay`: timelines of one node, and of the other address managers.

use std::io;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::{Failure, Global, Outcome};
use crate::file::load;
use crate::limits;
use crate::output::json;
use crate::replay::{Entry, replay};

/// Run timelines of one node, or of another address manager.
///
/// A timeline of a node runs on the program's state machine. It is one line of JSON: `id`, `inst` ([ENIs,
/// addresses of an ENI]), `maxpods`, `env` (exactly the variables of the container: an absent one has the code's
/// default, only that ENABLE_IPv4 is true), `steps`,
/// and where wanted `subnets` ({name: [free /28 blocks, free single addresses]}; those of the names subnet-node
/// and subnet-pod that are absent have plenty), `tags` ({subnet: value of kubernetes.io/role/cni}), `unmanaged`
/// ENIs and `hyp` (nitro or xen). Steps: ["start"], ["add", pods], ["del", pods, "fifo", "lifo", "pack" or
/// "spread"], ["wait", seconds], ["settle"], ["restart", {variable: value}], ["cordon", 0 or 1],
/// ["subnet", name, blocks, addresses].
///
/// Prints one line for each, {"id": …, "obs": […]}, with what is seen after each step: e ENIs, n pool
/// addresses, a assigned, f free, w pending, c in cool-down, i single addresses, x prefixes, s taken from
/// subnets, h ENIs with pods, d addresses or prefixes by ENI, g pods by ENI, sec and rdy seconds until nothing
/// changed and no pod was pending, osc runs that never settle, orphan ENIs on their way out.
///
/// A line with the key `manager` runs another address manager instead; other keys than its own are mistakes.
/// docker: `subnet`, and where wanted `ip_range`, `gateway`, `aux` ({name: address}), `name`, `network_id`; steps
/// ["attach", container] or ["attach", container, address], ["detach", container].
/// host-local: `ranges` (sets of subnets or {subnet, rangeStart, rangeEnd, gateway}); steps ["add", container] or
/// ["add", container, address, …], ["del", container], ["vanish", container] (it ends without a DEL),
/// ["lose", "everything", "address-files" or "last-reserved"].
/// node-cidr: `cluster_cidr`, and where wanted `node_mask`, `service_cidrs`; steps ["join", node],
/// ["leave", node], ["restart"].
/// ovn-kubernetes: `cluster_network`, and where wanted `host_prefix`; steps ["join", node], ["leave", node].
/// services: `service_cidr`; steps ["create", service] or ["create", service, address], ["delete", service];
/// which address a service gets is chance, drawn from the seed.
/// weave: `range` and `peers` (their names: they split the range at the start); steps ["allocate", peer, container],
/// ["free", peer, container], ["fill", peer, most], ["join", peer], ["stop", peer], ["kill", peer], ["reset", peer],
/// ["rmpeer", peer, by]; which peer is asked to donate is chance. Weave waits without a word when nobody has an
/// address; the error seen is what the kubelet makes of it.
/// The others: ["fill", most] (new ones until one fails, or so many). All of them: ["look"] (everything there is to
/// see).
/// Seen is after each step: addresses, or the error word for word, which after a start that fails is all there is.
#[derive(Args, Debug)]
pub struct Replay {
    /// Timelines, or - for standard input.
    file: PathBuf,
    /// Runs of each timeline: which ENI a pod lands on is chance. A number that varies is printed as
    /// [least, most].
    #[arg(long, value_name = "R", default_value_t = 1,
        value_parser = clap::value_parser!(u32).range(1..=limits::RUNS as i64))]
    runs: u32,
    /// The same seed gives the same runs.
    #[arg(long, value_name = "S", default_value_t = 0)]
    seed: u64,
    /// Count the EC2 calls too, by kind; "!" are those that failed.
    #[arg(long)]
    api: bool,
}

#[derive(Serialize)]
struct Line<'a, T> {
    id: &'a str,
    obs: Vec<T>,
}

impl Replay {
    pub fn run(self, global: &Global) -> Result<Outcome, Failure> {
        let entries = load::timelines(&self.file, global.color.ink(&io::stderr()))?;
        let mut out = String::new();
        for entry in &entries {
            let line = match entry {
                Entry::Manager(allocation) => {
                    json::line(&Line { id: &allocation.id, obs: allocation.run(self.seed) })
                }
                Entry::Node(timeline) => {
                    let mut obs = replay(timeline, self.runs, self.seed);
                    if !self.api {
                        obs.iter_mut().for_each(|step| step.api.clear());
                    }
                    json::line(&Line { id: &timeline.id, obs })
                }
            };
            out += &line.map_err(|e| e.to_string())?;
        }
        Ok(Outcome::Print(out))
    }
}
