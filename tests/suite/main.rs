//! Every integration test, in one binary. Each topic is a module.

mod cli;
mod naive;
mod plan;
mod vectors;
