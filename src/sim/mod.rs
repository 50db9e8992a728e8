//! The simulation kernel: time, the event list, random streams and distributions.
//!
//! This floor knows nothing of AWS. It may be read, tested and replaced on its own.

pub mod digest;
pub mod dist;
pub mod histogram;
pub mod kernel;
pub mod queue;
pub mod rng;
mod table;
pub mod time;

pub use digest::Digest;
pub use dist::{Law, Sampler, Tables};
pub use histogram::Histogram;
pub use kernel::Kernel;
pub use rng::{Draws, Stream};
pub use time::{Span, Time};
