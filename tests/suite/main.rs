//! Integration tests, one binary.

mod instance_tables;
mod instance_tables_bad;
mod instance_tables_ec2;
