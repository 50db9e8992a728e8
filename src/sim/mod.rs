//! The simulation kernel: time, the event list, random streams and distributions.
//!
//! This floor knows nothing of AWS. It may be read, tested and replaced on its own.

pub mod dist;
pub mod histogram;
pub mod kernel;
pub mod queue;
pub mod rng;
pub mod time;

pub use dist::{Law, Sampler};
pub use histogram::Histogram;
pub use kernel::Kernel;
pub use rng::{Draws, Stream};
pub use time::{Span, Time};
