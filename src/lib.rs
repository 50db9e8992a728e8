//! mrksim
pub mod rulebook;
pub mod services;
pub mod sim;
pub mod world;
