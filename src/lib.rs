//! podroom plans the IP addresses of Kubernetes clusters.
//!
//! # Words
//!
//! A **pool** is a range of addresses (an AWS subnet, a docker network, a pod CIDR, a service CIDR, a Weave
//! range). **Holders** (nodes) take addresses from a pool and **assign** them to pods. Who gives them out is the
//! cluster's address **manager** ([`manager::MANAGERS`]: the AWS VPC CNI is one of them). What is held and not
//! assigned is the **held-but-unused** part that no pod counter shows and that makes clusters run out of addresses:
//!
//! ```text
//! usable         = capacity - reserved
//! usable + short = other + held + free          (free and short are never both above 0)
//! held           = primary + assigned + unused
//! ```
//!
//! # Map
//!
//! Each module knows only the ones above it in this list.
//!
//! | module | what it knows |
//! |---|---|
//! | [`limits`] | every bound on what podroom takes in, in one place |
//! | [`text`] | how numbers and foreign names are written |
//! | [`suggest`] | "did you mean" |
//! | [`picture`] | a grid of cells as SVG, for terminals, as text |
//! | [`instance`] | instance types: ENIs, addresses per ENI, cpu, memory, price |
//! | [`cni`] | what the AWS VPC CNI does with one node: variables, ENI limits, the settled address pool |
//! | [`ipam`] | what other address managers do: docker bridges, host-local, Whereabouts, node CIDRs, services, Weave, … |
//! | [`manager`] | the address managers, and what differs between them: pools that a cluster brings along, what a node takes |
//! | [`replay`] | timelines of one node: what happens to it, and what can be seen after each step |
//! | [`plan`] | what is asked: the plan as data, the table of its fields, reading it, editing it |
//! | [`engine`] | plan + instance tables -> [`engine::Report`]: placement, pools, thresholds, findings, reasons |
//! | [`simulate`] | a plan's fleet over time, while a scenario happens to it |
//! | [`explore`] | what a plan comes to with other values of its fields |
//! | [`compare`] | a plan beside others: its variants, itself as it was |
//! | [`import`] | plan text from what aws, kubectl and docker print, from files of kind, eksctl and Karpenter |
//! | [`audit`] | clusters as they are beside what is predicted for them |
//! | [`mod@file`] | the only place that opens files: load, save, presets, diagnostics |
//! | [`output`] | report -> text, Markdown, JSON, CSV |
//! | [`export`] | plan -> what other programs read: one table of forms |
//! | [`app`] | the session: what is shown, edited, undone; no terminal, no file, no clock |
//! | [`config`] | the configuration file, and what is kept between sessions |
//! | [`view`] | session -> screen; decides nothing |
//! | [`shot`] | a screen of a session that nobody sees, as a picture |
//! | [`term`] | the real terminal: enter, leave, keys, signals, the loop |
//! | [`cli`] | commands and their arguments |
//!
//! # How a number comes about
//!
//! A plan file becomes a [`plan::Plan`] ([`plan::parse`]); [`engine::evaluate()`] places its pods on its nodes
//! ([`engine`]), asks [`cni`], or the [`manager::Model`] of another manager, what each distinct node holds once
//! its pool has settled, sums that up per pool, and can say of each figure how it came about ([`engine::Evaluation::why`]).
//! The engine is pure: no terminal, clock, file or global.
//!
//! # From a keystroke to a figure
//!
//! 1. [`term`] reads the key and makes it a message to the session ([`app::Msg`]).
//! 2. [`mod@app::update`] looks up what it means in the contexts in force ([`app::keymap::Keymap`], made of
//!    [`app::action::ACTIONS`]), and does that. An edit goes into the plan's text ([`plan::Document`]), where comments
//!    and order stay as they are; if no plan comes of it, it leaves no trace.
//! 3. The plan is evaluated at once. What takes longer (percentiles, thresholds, trials, runs) and what is outside of the
//!    session (files, the clipboard) it asks for as [`app::Effect`]s; [`term`] sees to them, computes aside, and
//!    tells the outcome in another message. One about a plan that has changed since is passed over.
//! 4. [`view`] draws the session: the tables by the columns that [`output`] prints them by, the reasons by the same
//!    [`engine::Evaluation::why`]; and [`term`] waits for the next message.
//!
//! A command of [`cli`] takes the short way: [`mod@file`] loads, [`engine`] evaluates, [`output`] or [`export`] writes.
//!
//! How to add a field, a finding, a manager or an importer is said in `docs/contributing.md`, and nearer to the code in
//! [`manager`], [`engine::findings`], [`import`] and [`export`]; how to add a screen in [`app::screen`].

// What comes from outside never ends the program: what cannot be is argued where it stands. Tests may panic.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::todo,
        clippy::indexing_slicing
    )
)]

#[allow(clippy::indexing_slicing)] // places of the tables of screens, panes and sheets
pub mod app;
pub mod audit;
pub mod cli;
#[allow(clippy::indexing_slicing)] // ids that the machine itself gave out
pub mod cni;
pub mod compare;
pub mod config;
#[allow(clippy::indexing_slicing)] // indices of the plan, which its reader has resolved
pub mod engine;
pub mod explore;
pub mod export;
pub mod file;
pub mod import;
pub mod instance;
#[allow(clippy::indexing_slicing)] // places in the sets of one model
pub mod ipam;
pub mod limits;
#[allow(clippy::indexing_slicing)] // tables, while they are compiled, and the peers just made
pub mod manager;
pub mod output;
pub mod picture;
pub mod plan;
pub mod replay;
pub mod shot;
#[allow(clippy::indexing_slicing)] // ids that the simulation itself gave out
pub mod simulate;
pub mod suggest;
pub mod term;
pub mod text;
pub mod view;
