//! Scenarios as texts, loaded and played as a user would.

use mrksim::model::{self, setup::Setup};
use mrksim::runlog::RunLog;
use mrksim::scenario::{Request, load, render};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// What a run needs.
///
/// # Panics
/// If the scenario is invalid; the message shows why.
pub fn setup(request: &Request) -> Arc<Setup> {
    match load(request) {
        Ok(loaded) => Arc::new(loaded.setup),
        Err(invalid) => panic!("{}", render(&invalid.problems, &invalid.sources, false)),
    }
}

/// One trial, played to its end.
pub fn play(setup: &Arc<Setup>, trial: u64) -> RunLog {
    model::run(setup, trial, &AtomicBool::new(false)).expect("nobody stops it")
}
