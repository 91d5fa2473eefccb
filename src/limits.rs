//! Every bound on what podroom takes in. What is beyond a bound is refused with an error that names it.

/// Largest instance table or other file, in bytes.
pub const FILE_BYTES: u64 = 16 << 20;
/// Largest configuration, in bytes.
pub const CONFIG_BYTES: u64 = 1 << 20;
/// Largest plan, in bytes: a plan of 100,000 nodes has an eighth of a megabyte.
pub const PLAN_BYTES: u64 = 4 << 20;
/// Longest name of anything, in characters.
pub const NAME_CHARS: usize = 253;
/// Most nodes of one group (also of `min_nodes`, `max_nodes` and each zone's count).
pub const NODES: u32 = 1_000_000;
/// Most nodes of a group with `nodes = "auto"` that does not say.
pub const AUTO_NODES: u32 = 1_000;
/// Most replicas of one workload.
pub const REPLICAS: u32 = 10_000_000;
/// Most pods of one node, whatever the type: no kubelet is known to run with more.
pub const PODS_PER_NODE: u32 = 32_768;
/// Most `other` addresses under one reason: the largest subnet.
pub const OTHER: u32 = 65_536;
/// Most entries of one subnet's `used`: one for each address of the largest subnet.
pub const USED: usize = 65_536;
/// Most reservations of one subnet: one for each /28 of the largest.
pub const RESERVATIONS: usize = 4_096;
/// Most addresses of one list of names: auxiliary addresses, containers, nodes.
pub const NAMED: usize = 65_536;
/// Most services, and most pods that lost state is followed over.
pub const SERVICES: u32 = 1_000_000;
/// Most docker networks of a plan.
pub const NETWORKS: usize = 1_000;
/// Most ranges of host-local in all, and most addresses that they have together.
pub const RANGES: usize = 256;
/// Fastest growth, in percent a month.
pub const GROWTH_PERCENT: u32 = 1_000;
/// Most months of growth that are looked at: ten years.
pub const MONTHS: u32 = 120;
/// Most ENIs, and most addresses per ENI, that an instance table or an override may give.
pub const ENIS: u32 = 256;
/// Most virtual cpus of an instance type.
pub const VCPUS: u32 = 65_536;
/// Largest quantity of cpu (millicores) and memory (bytes): 2^53, exact in every format.
pub const QUANTITY: u64 = 1 << 53;
/// Thresholds are searched up to this count.
pub const THRESHOLD: u32 = 1_000_000;
/// Largest picture of a screen, in cells, and most keys that are pressed for it.
pub const PICTURE: (u16, u16) = (500, 200);
pub const PICTURE_KEYS: usize = 10_000;
/// Values of one field that are tried.
pub const VARIED: usize = 2_000;
/// Pairs of values that are tried at once.
pub const PAIRS: usize = 10_000;
/// Combinations of values of one sweep.
pub const SWEPT: usize = 1_000_000;
/// Fields that one sweep varies.
pub const AXES: usize = 16;
/// Lines of cells that are pasted at once.
pub const PASTED: usize = 10_000;
/// Fields and pools that the palette lists.
pub const LISTED: usize = 5_000;
/// Longest text that is copied, in bytes: terminals take about 100,000 characters of OSC 52, which has four for
/// three bytes.
pub const COPY_BYTES: usize = 74_000;
/// Edits that can be undone in one session.
pub const UNDO: usize = 10_000;
/// Texts that were typed and left, and can be gone on with.
pub const DRAFTS: usize = 100;
/// Mistakes of one file that are reported; the rest is left out.
pub const PROBLEMS: usize = 1_000;
/// Highest price of an instance type, in US dollars an hour.
pub const USD_PER_HOUR: u32 = 1_000_000;
/// Longest note of an instance type, in characters.
pub const NOTE_CHARS: usize = 500;
/// Most variants of a plan, and most changes of one.
pub const VARIANTS: usize = 64;
pub const CHANGES: usize = 1_000;
/// Most events of one scenario.
pub const SCENARIO_EVENTS: usize = 1_000;
/// Longest scenario, in hours.
pub const SCENARIO_HOURS: u64 = 168;
/// Most nodes, and most pods, of a fleet that is followed over time.
pub const FLEET_NODES: usize = 20_000;
pub const FLEET_PODS: usize = 500_000;
/// Most moments of one series, and most lines of its events.
pub const SERIES: usize = 100_000;
pub const SERIES_EVENTS: usize = 10_000;
/// Most pods that one timeline of `replay` adds in all, and most seconds that it waits.
pub const REPLAY_PODS: u64 = 100_000;
pub const REPLAY_SECONDS: u64 = 10_000_000;
/// Most peers that a timeline of Weave begins with, and most that join: each request may look at all of them.
pub const REPLAY_PEERS: u64 = 1_000;
/// Most blocks or addresses that a subnet of a timeline has: all of IPv4.
pub const FREE: u64 = 1 << 32;
/// Most runs of a timeline.
pub const RUNS: u32 = 100_000;
/// Largest input of `import`, in bytes: 100,000 pods of `kubectl get pods -A -o json` have up to a gigabyte.
/// One input is held at a time.
pub const IMPORT_BYTES: u64 = 2 << 30;
/// Workloads of one cluster that are imported one by one.
pub const IMPORT_WORKLOADS: usize = 1_000;
/// Most files of one import.
pub const IMPORT_FILES: usize = 1_000;
/// Most levels of lists and tables in an input of `import`.
pub const IMPORT_DEPTH: usize = 64;
/// Largest YAML input, in bytes, and most values in it, those counted again that aliases stand for: unlike JSON
/// it is held as a tree.
pub const YAML_BYTES: usize = 16 << 20;
pub const YAML_VALUES: usize = 1_000_000;
/// Most routes of `podroom routes`: 300 nodes that all reach each other have 90,000.
pub const ROUTES: u64 = 100_000;
/// Most pairs of overlapping ranges that are looked at: 1,000 networks and 100 clusters that all have the same
/// ranges have fewer.
pub const OVERLAPS: usize = 1_000_000;
