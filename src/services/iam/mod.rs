//! AWS IAM: accounts, principals, and policies in AWS's JSON policy language. It stands beneath the other services,
//! each of which asks it; it keeps no time and changes nothing during a run.

mod directory;
mod policy;
pub mod rules;

pub use directory::{AccountSetup, Directory, PrincipalSetup};
pub use policy::{Document, Malformed};
