//! Which calls of an endpoint a fault hits.

use crate::sim::Draws;
use crate::sim::rng::unit;

/// A call, as far as a fault looks at it.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// AWS's name of the operation: `Decrypt`, `PutItem`.
    pub operation: &'a str,
    /// Who calls.
    pub principal: &'a str,
    /// The call's own random number.
    pub draw: u64,
}

/// The calls that a fault hits: some operations or all, of one principal or all, and of those a share.
#[derive(Clone, Debug, PartialEq)]
pub struct Calls {
    /// AWS's names of the operations; empty: all.
    pub operations: Vec<String>,
    /// The principal; `None`: all.
    pub principal: Option<String>,
    /// The share that is hit, 0..=1.
    pub share: f64,
}

impl Calls {
    /// All of them.
    pub fn all() -> Calls {
        Calls::share(1.0)
    }

    /// A share of all.
    pub fn share(share: f64) -> Calls {
        Calls { operations: Vec::new(), principal: None, share }
    }

    /// Whether every call is hit.
    pub fn are_all(&self) -> bool {
        self.operations.is_empty() && self.principal.is_none() && self.share >= 1.0
    }

    /// Whether every call of an operation is hit.
    pub fn are_every(&self, operation: &str) -> bool {
        let named = self.operations.is_empty() || self.operations.iter().any(|name| name == operation);
        named && self.principal.is_none() && self.share >= 1.0
    }

    /// Whether a fault with these calls hits this one.
    pub fn hit(&self, fault: u32, call: &Call) -> bool {
        let named = self.operations.is_empty() || self.operations.iter().any(|name| name == call.operation);
        let theirs = self.principal.as_deref().is_none_or(|principal| principal == call.principal);
        named && theirs && (self.share >= 1.0 || unit(Draws(call.draw).at(0, fault)) < self.share)
    }

    /// In words, after what is hit: ` (GetItem, PutItem; of app; 50 %)`; nothing for all.
    pub fn in_words(&self) -> String {
        let mut words = Vec::new();
        if !self.operations.is_empty() {
            words.push(self.operations.join(", "));
        }
        words.extend(self.principal.iter().map(|principal| format!("of {principal}")));
        if self.share < 1.0 {
            words.push(format!("{} %", self.share * 100.0));
        }
        if words.is_empty() { String::new() } else { format!(" ({})", words.join("; ")) }
    }
}
