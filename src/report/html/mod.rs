//! `report.html`: one page that needs nothing else, to be sent to a colleague.
//!
//! [`page::Page`] is how a page is made; [`run`] is the page of a run. [`drawing`] and [`evidence`] are pieces of it
//! that the pages of many runs have, too.

mod evidence;
mod findings;
pub mod page;
mod run;

pub use evidence::evidence;
pub use run::{drawing, run};
