//! Many trials, and what they say: of one scenario, and of the differences between several.
//!
//! | question | file |
//! | --- | --- |
//! | how are trials played, on all cores, with the same result on any number of them? | `trials.rs` |
//! | what is stored of them, and how are slices joined? | `stored.rs`; of comparisons and sweeps: `json.rs` |
//! | what do they say of each metric? | `summary.rs`; intervals: `statistics.rs` |
//! | how does it look? | `pictures.rs`, `pages.rs` |
//! | what does it come to on a grid of values? | `sweep.rs` |
//! | which variant is better, by how much, and can that be told? | `difference.rs`; for people: `side_by_side.rs` |

pub mod availability;
pub mod difference;
pub mod json;
pub mod pages;
pub mod pictures;
pub mod side_by_side;
pub mod statistics;
pub mod stored;
pub mod summary;
pub mod sweep;
pub mod terminal;
pub mod trials;

pub use sweep::grid;
pub use trials::{Batch, Played, Range, Trial};
