//! mrksim
pub mod cli;
pub mod client;
pub mod faults;
pub mod model;
pub mod report;
pub mod rulebook;
pub mod runlog;
pub mod scenario;
pub mod services;
pub mod sim;
pub mod world;
