//! AWS IAM: accounts, principals, and policies in AWS's JSON policy language. It stands beneath the other services,
//! each of which asks it; it keeps no time and changes nothing during a run.
//!
//! `policy` reads documents, of `principals`, `pattern`s and `conditions`; `directory` knows who there is; `evaluate`
//! says what a request meets; `audit` says what can have no effect. How the answers of several policies go together is
//! the asking service's: KMS differs there from every other.

mod audit;
mod conditions;
mod directory;
mod evaluate;
mod json;
mod pattern;
mod policy;
mod principals;
pub mod rules;
mod values;

pub use directory::{AccountSetup, Directory, Principal, PrincipalSetup};
pub use evaluate::{Asked, Denied, PolicyKind, ResourcePolicy, Standing};
pub use policy::{Document, Malformed};

/// The condition keys of a request: the values of one by its name in lower case; none if the request has no such key.
pub type Keys<'a> = dyn Fn(&str) -> Vec<String> + 'a;
