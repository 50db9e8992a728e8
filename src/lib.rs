//! mrksim
pub mod client;
pub mod faults;
pub mod model;
pub mod rulebook;
pub mod runlog;
pub mod scenario;
pub mod services;
pub mod sim;
pub mod world;
