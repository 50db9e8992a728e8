//! Metrics and reports of hand-made run logs: no simulation runs here.

mod drawings;
mod files;
mod formats;
mod metrics;
mod sample;
