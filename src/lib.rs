//! **When an AWS Region fails, who can still read the encrypted data, how fast, and what was lost?**
//!
//! `mrksim` plays such a failure: Regions and their links, KMS with single-Region and multi-Region keys, replicated
//! stores and the applications that use them. A seeded event loop plays a scenario file; the same scenario and seed
//! give the same bytes on every machine.
//!
//! ```text
//!   scenario file ──► scenario ──► Setup ──► model ──► RunLog ──► report ──► results/<name>/
//!    (TOML, --set)    reads and              plays it, event      a function of
//!                     checks it              by event             the run log alone
//! ```
//!
//! # Where to start reading
//!
//! | question | place |
//! | --- | --- |
//! | what may a scenario say? | [`scenario`]; a small one is [`scenario::STARTER`] |
//! | which KMS rule decides this, and says who? | [`services::kms::rules`], checked in [`services::kms`] |
//! | what do policies say? | [`services::iam`]; what KMS makes of it: `services/kms/authorization.rs` |
//! | what is a rule at all? | [`rulebook`]; all of them: `model/registry.rs` |
//! | which calls does a keyring make, and when does it retry? | [`client`] |
//! | what can happen in a run? | [`model::Event`] and the one `match` in [`model::Simulation::step`] |
//! | how does a request go? | the drawing at the top of `model/calls.rs` |
//! | who can read what, and why? | `model/ledger.rs` |
//! | what does a run leave behind? | [`runlog::RunLog`] |
//! | how is a metric defined? | [`runlog::metrics`], [`runlog::recovery`] |
//! | what would CloudTrail have logged? | [`report::trail`] |
//! | what do many trials say, and which variant is better? | [`compare`] |
//! | where do two runs part, and why? | [`study`] |
//! | how is the queue so quick? | [`sim::queue`], [`sim::dist`] |
//!
//! Arrows point down only: `cli` → `study` → `compare` → `report` → `scenario` → `model` → `runlog` → `client` → `faults` → `services` →
//! `world` → `sim`. A service sees no other but IAM; `sim` knows nothing of AWS.
//!
//! # Playing a scenario from code
//!
//! ```
//! use mrksim::scenario::{Request, STARTER, Source, load};
//! use std::sync::{Arc, atomic::AtomicBool};
//!
//! let source = Source::Text { name: "starter.toml".into(), text: STARTER.into() };
//! let request = Request { set: vec!["duration=40m".into()], ..Request::new(source) };
//! let loaded = load(&request).expect("a valid scenario");
//! let log = mrksim::model::run(&Arc::new(loaded.setup), 0, &AtomicBool::new(false)).expect("nobody stops it");
//! assert_eq!(log.totals.requests, log.totals.succeeded + log.totals.failed);
//! ```
//!
//! The library makes no promise of stability before 1.0.

pub mod cli;
pub mod client;
pub mod compare;
pub mod faults;
pub mod model;
pub mod report;
pub mod rulebook;
pub mod runlog;
pub mod scenario;
pub mod services;
pub mod sim;
pub mod study;
pub mod world;
