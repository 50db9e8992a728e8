//! `encrypt` and `decrypt` steps: calls of the AWS Encryption SDK, which has no command line that can choose every
//! keyring.

use super::context::Context;
use super::fields::Fields;
use super::keyrings::{KEYRING, Reader};
use super::problem::{Problem, Severity};
use super::shape::{Form, Shape, TEXT_BY_NAME, field};
use super::stores;
use super::timeline::{resolved, save};
use super::tree::Value;
use super::value;
use crate::client::Keyring;
use crate::model::setup::{MessageJob, MessageStep, StepExpectation};
use crate::world::RegionId;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use std::collections::BTreeMap;

/// `encrypt`
pub static ENCRYPT: Shape = Shape {
    what: "an encrypt step",
    fields: &[
        field("keyring", Form::Table(&KEYRING), "the keyring"),
        field("region", Form::Text, "the Region whose instance calls: keys are bound to it"),
        field("context", TEXT_BY_NAME, "the encryption context"),
        field("plaintext", Form::Text, "what is encrypted, in base64"),
    ],
};

/// `decrypt`
pub static DECRYPT: Shape = Shape {
    what: "a decrypt step",
    fields: &[
        field("keyring", Form::Table(&KEYRING), "the keyring"),
        field("region", Form::Text, "the Region whose instance calls: keys are bound to it"),
        field("context", TEXT_BY_NAME, "pairs that the message's encryption context must not contradict"),
        field("message", Form::Text, "the message: the answer of an `encrypt` step, `$name`"),
    ],
};

/// Reads the step of an entry: its `job`, and what stands in it.
pub fn read(
    cx: &Context,
    fields: &Fields,
    job: &str,
    call: &Value,
    expect: Option<StepExpectation>,
    known: &dyn Fn(&str) -> bool,
) -> Option<MessageStep> {
    let shape = if job == "encrypt" { &ENCRYPT } else { &DECRYPT };
    let inner = Fields::open(call, &fields.place(job), shape, cx.sink)?;
    let reader = Reader::of_step(cx, known);
    let keyring = inner.need("keyring", |v| reader.read(v)).flatten();
    if let (Some(v), Some(keyring), None) = (inner.get("keyring"), &keyring, &expect)
        && let Some(problem) = reader.unmakeable(v, keyring)
    {
        cx.sink.report(Problem { severity: Severity::Warning, ..problem });
    }
    let region = inner.need("region", |v| cx.region(v));
    let context = inner.read("context", value::texts).unwrap_or_default();
    let job = match job {
        "encrypt" => inner.need("plaintext", base64_text).map(MessageJob::Encrypt),
        _ => inner.need("message", |v| message_text(cx, v, known)).map(MessageJob::Decrypt),
    };
    let from = fields.read("from", |v| cx.region(v));
    let principal = fields.read("as", stores::principal).unwrap_or_else(|| "administrator".to_owned());
    let save = fields.read("save", |v| save(cx, v));
    let (keyring, region, job) = (keyring?, region?, job?);
    let text = in_words(cx, &job, &keyring, region, &context);
    Some(MessageStep { job, text, keyring, region, context, from, principal, save, expect })
}

/// A text in base64, as blobs are written.
fn base64_text(v: &Value) -> Result<String, Problem> {
    let text = value::text(v)?;
    match BASE64.decode(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err(Problem::error(&v.span, format!("`{text}` is not base64"))),
    }
}

/// A message, whose references must name answers saved before.
fn message_text(cx: &Context, v: &Value, known: &dyn Fn(&str) -> bool) -> Result<String, Problem> {
    let text = value::text(v)?;
    let place = |range| cx.sources.part(&v.span, text, &range);
    resolved(cx, text, &place, known)?;
    Ok(text.to_owned())
}

/// A step as the answers call it: `decrypt with plain(orders) in eu-west-1, context app=shop`.
fn in_words(
    cx: &Context,
    job: &MessageJob,
    keyring: &Keyring,
    region: RegionId,
    context: &BTreeMap<String, String>,
) -> String {
    let keyring =
        keyring.in_words(&|set| cx.keys.name(set.0 as usize), &|region| cx.regions.name(region.index()));
    let what = match job {
        MessageJob::Encrypt(_) => "encrypt".to_owned(),
        MessageJob::Decrypt(message) if message.starts_with('$') => format!("decrypt {message}"),
        MessageJob::Decrypt(_) => "decrypt a message".to_owned(),
    };
    let pairs: Vec<String> = context.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let context = if pairs.is_empty() { String::new() } else { format!(", context {}", pairs.join(" ")) };
    format!("{what} with {keyring} in {}{context}", cx.regions.name(region.index()))
}
