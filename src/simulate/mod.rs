//! A fleet over time: the nodes of a plan on one clock, sharing its subnets, while a scenario happens to them.
//!
//! | module | what it knows |
//! |---|---|
//! | [`world`] | what a run begins with: groups, subnets, nodes, and how large a fleet may be |
//! | [`fleet`] | the clock: nodes and tasks, each with the time of its next step |
//! | `nodes`, `pods`, `loads` | instances that come and go, pods on them, and who wants how many |
//! | `replace`, `act` | node groups whose nodes are replaced, the events of a scenario |
//! | `why`, `end` | what nodes were refused and why pods wait, what is not finished at the end |
//! | `books` | what every pool and group has, kept up to date |
//! | [`throttle`] | EC2 calls against what AWS says of its limits |
//! | [`run`] | what comes out: a series, events, bursts, the worst moment |
//!
//! Each node is a [`crate::cni::machine::Machine`]. Placement is that of [`crate::engine::place`], one pod at a
//! time on nodes as they are. Deployments roll as the controller of Kubernetes rolls them. Nothing adds nodes
//! by itself: a cluster autoscaler is what the scenario says.
//!
//! Nothing between two steps costs anything, and a run that is advanced in many small steps is the same as
//! one advanced in one. All chance comes from one seed.

mod act;
mod books;
mod end;
pub mod fleet;
mod loads;
mod nodes;
mod pods;
mod replace;
pub mod run;
pub mod throttle;
mod why;
pub mod world;

pub use books::{GroupAt, PoolAt};
pub use fleet::Fleet;
pub use run::{Batch, Moment, Note, Run, Topic, Worst, follow};
pub use throttle::Throttle;
pub use world::World;

/// Milliseconds on the fleet's clock.
pub type Ms = u64;

const SECOND: Ms = 1_000;
const MINUTE: Ms = 60 * SECOND;
