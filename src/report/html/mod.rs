//! `report.html`: one page that needs nothing else, to be sent to a colleague.
//!
//! [`page::Page`] is how a page is made; [`run`] is the page of a run.

pub mod page;
mod run;

pub use run::run;
