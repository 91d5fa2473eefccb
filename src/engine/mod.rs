//! Plan + instance tables -> [`Report`], pure and deterministic.
//!
//! | module | step |
//! |---|---|
//! | [`networks`] | docker networks as docker makes them, with everybody attached |
//! | [`seats`] | the containers of one cluster on its network |
//! | [`brought`] | the pools beside the subnets: docker networks, and what clusters bring along |
//! | [`fleet`] | groups with what the tables add: shapes, max pods, allocatable cpu and memory, zones |
//! | [`managed`] | what nodes take whose manager is not the AWS VPC CNI |
//! | [`place`], [`auto`] | pods onto classes of identical nodes ([`nodes`]) |
//! | [`placements`] | the same, remembered for who tries many plans |
//! | [`hold`] | nodes onto subnets, and what each distinct node takes from them |
//! | [`burst`] | pods that come on every node at once: how many start, and when the rest does |
//! | [`churn`] | the most pods that a node ever ran |
//! | [`warm`] | the kinds of nodes that warm targets treat alike |
//! | [`upgrade`] | the nodes that a rolling upgrade adds |
//! | [`blocks`] | the aligned /28 blocks of a subnet, and what is left of them |
//! | [`outcome`] | what became of each cluster: pods placed, addresses held, who goes without |
//! | [`join`] | nodes that join one at a time, while their subnets last |
//! | `share`, `tally` | a cluster's share of the report: its rows, and what it takes of each pool, summed up |
//! | [`pools`] | what is held of each pool in each situation |
//! | [`evaluate`](mod@evaluate) | all of it: the report |
//! | [`before`] | the plan before an edit: what need not be computed again |
//! | [`ranges`] | every range of addresses of a plan, and which have addresses in common |
//! | [`overlaps`] | what it means that two ranges have addresses in common |
//! | [`space`] | room for ranges: the nearest place that is free |
//! | [`alone`] | one cluster, beside what the others hold |
//! | [`apart`] | the smallest changes that leave none that have |
//! | [`roster`] | which node has which address and which ranges, one by one |
//! | [`lost`] | lost state of host-local: which addresses come out twice |
//! | [`map`] | what a pool's addresses are, from the first to the last |
//! | [`findings`] | what a user should know |
//! | [`percentiles`] | what pools hold after churn, by chance |
//! | [`thresholds`] | the first counts that fail |
//! | [`why`] | how a number came about |
//! | `price` | what the nodes cost |
//! | [`policy`] | what must hold, and what does not |
//! | [`node`], [`fit`] | one node, and how many of one kind fit: the commands of these names |
//! | [`sheet`] | what AWS's calculator sheet would say |
//! | [`timeline`] | the life of one node, decision by decision |
//! | [`routes`] | the routes that connect clusters pod to pod |
//! | [`staircase`] | what a node of a group holds with every number of pods |

pub mod alone;
pub mod apart;
pub mod auto;
pub mod before;
pub mod blocks;
pub mod brought;
pub mod burst;
pub mod churn;
pub mod evaluate;
pub mod findings;
pub mod fit;
pub mod fleet;
pub mod hold;
pub mod join;
pub mod lost;
pub mod managed;
pub mod map;
pub mod networks;
pub mod node;
pub mod nodes;
pub mod outcome;
pub mod overlaps;
pub mod percentiles;
pub mod place;
pub mod placements;
pub mod policy;
pub mod pools;
mod price;
pub mod ranges;
pub mod report;
pub mod roster;
pub mod routes;
pub mod seats;
mod share;
pub mod sheet;
pub mod space;
pub mod staircase;
mod tally;
pub mod thresholds;
pub mod timeline;
pub mod upgrade;
pub mod warm;
pub mod why;

pub use before::Before;
pub use blocks::Blocks;
pub use evaluate::{Evaluation, evaluate, evaluate_after, figures};
pub use percentiles::Lives;
pub use placements::Placements;
pub use report::*;
pub use staircase::Staircase;
pub use thresholds::{At, Behind, Event, Level, Threshold, What, WithNodes};
pub use why::{Line, Of, Pointer};
