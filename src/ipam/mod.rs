//! What the address managers other than the AWS VPC CNI do, each as the program itself does it: in which order
//! addresses come, which are never given out, what is said when there are none left.
//!
//! Allocators work address by address; where a manager's rule is arithmetic, its module is that arithmetic.
//! They know nothing of plans: [`crate::engine`] asks them what nodes hold.
//!
//! | module | what it knows |
//! |---|---|
//! | [`range`] | neighbouring addresses of either family |

pub mod range;

pub use range::Range;
