//! A request's parameters, read by kind: shape errors come before everything else (KMS-ERR-20).

use super::rules;
use super::spec::{Algorithm, KeyUsage};
use crate::rulebook::RuleRef;
use crate::services::{Caller, ErrorCode, Params, Refusal, Remedy, shorthand};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The pairs of an encryption context; their order does not matter (KMS-CT-8).
pub(super) type Context = BTreeMap<String, String>;

/// One call.
pub(super) struct Request<'a> {
    pub params: &'a Params,
    pub caller: &'a Caller<'a>,
}

/// A refusal that no key operation would mend.
pub(super) fn refuse(rule: RuleRef, error: ErrorCode, message: impl Into<String>) -> Refusal {
    Refusal { error, message: message.into(), rule, remedy: Remedy::None }
}

/// A malformed, missing or impossible value.
pub(super) fn invalid(message: impl Into<String>) -> Refusal {
    refuse(rules::VALID_INPUT, ErrorCode::ValidationException, message)
}

impl<'a> Request<'a> {
    /// A parameter's text, if given.
    pub fn text(&self, name: &str) -> Option<&'a str> {
        self.params.get(name)
    }

    /// A parameter that the operation cannot do without.
    pub fn required(&self, name: &str) -> Result<&'a str, Refusal> {
        match self.text(name) {
            Some(text) if !text.is_empty() => Ok(text),
            _ => Err(invalid(format!("{name} must not be empty"))),
        }
    }

    /// A whole number, if given.
    pub fn integer(&self, name: &str) -> Result<Option<u64>, Refusal> {
        let parse = |text: &str| {
            text.parse().map_err(|_| invalid(format!("{name} must be a whole number: '{text}'")))
        };
        self.text(name).map(parse).transpose()
    }

    /// At least one byte and at `most` so many, written in base64 as AWS CLI v2 wants them.
    pub fn blob(&self, name: &str, most: usize) -> Result<Vec<u8>, Refusal> {
        let text = self.required(name)?;
        let bytes = BASE64.decode(text).map_err(|_| invalid(format!("{name} is not base64")))?;
        match bytes.len() {
            n if n <= most => Ok(bytes),
            n => {
                let message = format!("{name} must have 1 to {most} bytes, not {n}");
                Err(refuse(rules::SIZES, ErrorCode::ValidationException, message))
            }
        }
    }

    /// An encryption context: `k=v,k=v` or a JSON object of texts; absent is empty.
    pub fn context(&self, name: &str) -> Result<Context, Refusal> {
        let Some(text) = self.text(name).map(str::trim).filter(|text| !text.is_empty()) else {
            return Ok(Context::new());
        };
        let malformed = || invalid(format!("{name} must be key=value,key=value or a JSON object of strings"));
        if text.starts_with('{') {
            return serde_json::from_str(text).map_err(|_| malformed());
        }
        let pair = |pair: &str| pair.split_once('=').map(|(k, v)| (k.trim().to_owned(), v.trim().to_owned()));
        let pairs: Option<Context> = text.split(',').map(pair).collect();
        pairs.filter(|pairs| !pairs.contains_key("")).ok_or_else(malformed)
    }

    /// A list of texts; absent is empty.
    pub fn list(&self, name: &str) -> Result<Vec<String>, Refusal> {
        let Some(text) = self.text(name) else { return Ok(Vec::new()) };
        shorthand::list(text).ok_or_else(|| invalid(format!("{name} must be a list of texts")))
    }

    /// A structure, if given.
    pub fn structure(&self, name: &str) -> Result<Option<Map<String, Value>>, Refusal> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let found = shorthand::structure(text);
        found.map(Some).ok_or_else(|| invalid(format!("{name} must be Name=value,... or a JSON object")))
    }

    /// Structures, if given; absent is empty.
    pub fn structures(&self, name: &str) -> Result<Vec<Map<String, Value>>, Refusal> {
        let Some(text) = self.text(name) else { return Ok(Vec::new()) };
        let malformed = || invalid(format!("{name} must be Name=value,... words or a JSON list of objects"));
        shorthand::structures(text).ok_or_else(malformed)
    }

    /// One of AWS's names, if given.
    pub fn choice<T>(&self, name: &str, named: fn(&str) -> Option<T>) -> Result<Option<T>, Refusal> {
        let Some(text) = self.text(name) else { return Ok(None) };
        named(text).map(Some).ok_or_else(|| invalid(format!("'{text}' is no {name}")))
    }

    /// An algorithm of the usage's; only to encrypt there is a default.
    pub fn algorithm(&self, name: &str, usage: KeyUsage) -> Result<Algorithm, Refusal> {
        if self.text(name).is_none() && usage == KeyUsage::ENCRYPT_DECRYPT {
            return Ok(Algorithm::SYMMETRIC_DEFAULT);
        }
        let text = self.required(name)?;
        let known = Algorithm::named(text).filter(|algorithm| algorithm.serves(usage));
        known.ok_or_else(|| invalid(format!("'{text}' is no {name}")))
    }
}

/// Something that AWS would do and the simulator does not yet.
pub(super) fn not_modelled(message: String) -> Refusal {
    refuse(rules::NOT_MODELLED, ErrorCode::NotModelled, message)
}

/// Bytes as AWS CLI v2 prints them.
pub(super) fn base64(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}
