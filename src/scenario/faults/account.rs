//! Faults of accounts.

use super::Kind;

/// Every fault of an account.
pub static KINDS: &[Kind] = &[];
