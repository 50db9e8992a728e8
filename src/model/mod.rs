//! model
pub mod setup;
