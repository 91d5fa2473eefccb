//! Every integration test, in one binary. Each topic is a module.

mod facts;
mod naive;
mod plan;
mod vectors;
