//! Metrics and reports of hand-made run logs: no simulation runs here.

mod metrics;
mod sample;
