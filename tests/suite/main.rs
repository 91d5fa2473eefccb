//! Every integration test, in one binary. Each topic is a module.

mod anything;
mod blocks;
mod cli;
mod desk;
mod edit;
mod facts;
mod files;
mod findings;
mod growth;
mod instance_tables;
mod instance_tables_bad;
mod instance_tables_ec2;
mod keys;
mod layers;
mod naive;
mod plan;
mod pty;
mod replay;
mod screens;
mod simulate;
mod staircase;
mod thresholds;
mod tty;
mod vectors;
mod why;
