//! What the AWS VPC CNI does with one node.
//!
//! | module | what it knows |
//! |---|---|
//! | [`mod@env`] | the variables, and what the program makes of their values |
//! | [`settings`] | the variables of one cluster as the program reads them |
//! | [`node`] | ENI limits and address slots of one node |
//! | [`mod@settle`] | the address pool of a fresh node once it has settled |
//! | [`excess`] | what is too much of a pool, and which ENI a node does without |
//! | [`machine`] | the whole life of one node on a virtual clock |
//! | [`seen`] | a node as it is seen from outside, and what the program will do with it |
//! | [`mod@churn`] | the most that a node holds after it ran more pods than it does now |
//! | [`pace`] | how fast the program is, and its EC2 calls where it never stops |
//! | [`max_pods`] | the max-pods formulas |
//!
//! Every rule here is one of `ipamd` in aws/amazon-vpc-cni-k8s v1.23.1, restated in our own words; the
//! tests hold it to outcomes of the real program.

pub mod churn;
pub mod env;
pub mod excess;
pub mod machine;
pub mod max_pods;
pub mod node;
pub mod pace;
pub mod seen;
pub mod settings;
pub mod settle;

pub use churn::{Churned, churn};
pub use node::{Node, Primary, Trunking};
pub use settings::{Settings, Targets};
pub use settle::{Settled, Stop, settle};

/// Addresses of one /28 prefix.
pub const PREFIX: u64 = 16;
