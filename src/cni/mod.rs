//! What the AWS VPC CNI does with one node: its variables ([`env`]), and (to come) the ENI limits, the
//! settled address pool and the max-pods formulas.
//!
//! Every rule here is one of `ipamd` in aws/amazon-vpc-cni-k8s v1.23.1, restated in our own words; the
//! tests hold it to outcomes of the real program.

pub mod env;
