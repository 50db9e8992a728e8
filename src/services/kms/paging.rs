//! Lists in pages: Limit, Marker, NextMarker and Truncated (SIM-LIST-1).

use super::request::{Request, invalid, refuse};
use super::{Answer, rules};
use crate::services::{ErrorCode, Refusal};
use crate::sim::rng::fnv1a;
use serde_json::{Value, json};

/// How many entries a page has, unless told otherwise and at most (botocore 1.44.5 KMS service model).
#[derive(Clone, Copy, Debug)]
pub(super) struct Lengths {
    default: u64,
    most: u64,
}

/// Of ListKeys, ListKeyPolicies and ListKeyRotations.
pub(super) const LONG: Lengths = Lengths { default: 100, most: 1000 };
/// Of ListAliases, ListGrants and ListRetirableGrants.
pub(super) const MEDIUM: Lengths = Lengths { default: 50, most: 100 };
/// Of ListResourceTags.
pub(super) const SHORT: Lengths = Lengths { default: 50, most: 50 };

/// The page that a request asks for.
pub(super) struct Page<'a> {
    list: &'a str,
    first: usize,
    length: usize,
}

impl<'a> Page<'a> {
    /// The page of a list, which is called as in the answer: `Keys`.
    ///
    /// # Errors
    /// If the limit is out of range, or no answer of this list gave the marker.
    pub fn of(request: &Request, list: &'a str, lengths: Lengths) -> Result<Page<'a>, Refusal> {
        let length = match request.integer("Limit")? {
            None => lengths.default,
            Some(limit) if (1..=lengths.most).contains(&limit) => limit,
            Some(limit) => return Err(invalid(format!("Limit must be 1 to {}, not {limit}", lengths.most))),
        };
        let first = match request.text("Marker") {
            None => 0,
            Some(text) => read(list, text).ok_or_else(|| {
                let message = format!("'{text}' is no marker of this list");
                refuse(rules::LISTS_COME_IN_PAGES, ErrorCode::InvalidMarkerException, message)
            })?,
        };
        Ok(Page { list, first, length: length as usize })
    }

    /// The answer: this page of all entries, which come in an order of their own.
    pub fn answer(&self, entries: impl Iterator<Item = Value>) -> Answer {
        let mut rest = entries.skip(self.first).peekable();
        let page: Vec<Value> = rest.by_ref().take(self.length).collect();
        let truncated = rest.peek().is_some();
        let mut answer = json!({ self.list: page, "Truncated": truncated });
        if truncated {
            answer["NextMarker"] = json!(marker(self.list, self.first + self.length));
        }
        Ok(answer)
    }
}

/// Where the next page begins: the number of entries before it, sealed so that none can be made up.
fn marker(list: &str, first: usize) -> String {
    let seal = fnv1a(format!("{list}/{first}").as_bytes());
    format!("{first:08x}{seal:016x}")
}

fn read(list: &str, text: &str) -> Option<usize> {
    let first = usize::from_str_radix(text.get(..8)?, 16).ok()?;
    (marker(list, first) == text).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_is_of_its_list() {
        let text = marker("Keys", 100);
        assert_eq!(read("Keys", &text), Some(100));
        assert_eq!(read("Aliases", &text), None);
        let wrong = ["", "x", "00000064", "éééééééé", "+0000064aaaaaaaaaaaaaaaa", "ffffffff0000000000000000"];
        assert!(wrong.iter().all(|text| read("Keys", text).is_none()));
    }
}
