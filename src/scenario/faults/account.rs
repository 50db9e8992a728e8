//! Faults of accounts.

use super::super::context::Context;
use super::super::fields::Fields;
use super::super::problem::Problem;
use super::super::shape::{Form, Shape, TEXTS, field};
use super::super::tree::Value;
use super::super::{accounts, key_faults, shell_words, stores, timeline, value};
use super::Kind;
use crate::faults::{Account, Fault};
use crate::services::Command;
use crate::services::kms::KeySetup;
use crate::sim::Span;

const ACCOUNT: super::super::shape::Field =
    field("account", Form::Text, "the account; absent: the first one, which owns the stores");

static COMPROMISE: Shape = Shape {
    what: "an account-compromise",
    fields: &[
        ACCOUNT,
        field("principal", Form::Text, "as whom the calls are made (the account's root)"),
        field("actions", TEXTS, "AWS CLI commands; one without `--region` is made in every Region"),
    ],
};

static CLOSED: Shape = Shape {
    what: "an account-closed fault",
    fields: &[
        ACCOUNT,
        field("window", Form::Duration, "how long it can still be opened again, which is the lift (90d)"),
    ],
};

static OPT_OUT: Shape = Shape {
    what: "a region-opt-out",
    fields: &[ACCOUNT, field("region", Form::Text, "the Region that is disabled for it")],
};

static GUARDRAIL: Shape = Shape {
    what: "a guardrail-deny fault",
    fields: &[
        ACCOUNT,
        field("region", Form::Text, "the Region in which the calls are denied"),
        field("operations", TEXTS, "operations of KMS, such as \"Decrypt\"; absent: all"),
    ],
};

/// Every fault of an account.
pub static KINDS: &[Kind] = &[
    Kind { name: "account-compromise", aliases: &[], shape: &COMPROMISE, read: compromise },
    Kind { name: "account-closed", aliases: &[], shape: &CLOSED, read: closed },
    Kind { name: "region-opt-out", aliases: &[], shape: &OPT_OUT, read: opt_out },
    Kind { name: "guardrail-deny", aliases: &[], shape: &GUARDRAIL, read: guardrail },
];

fn compromise(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let account = accounts::of(cx, fields);
    let root = match account {
        0 => "root".to_owned(),
        other => format!("{}/root", cx.accounts.name(other)),
    };
    let principal = fields.read("principal", stores::principal).unwrap_or(root);
    fields.need("actions", |_| Ok(()));
    let calls = fields.each("actions", |v| calls(cx, v)).concat();
    Some(Fault::Account(Account::Compromise { account, principal, calls }))
}

/// One command, in its Region or in all of them.
fn calls(cx: &Context, v: &Value) -> Result<Vec<Command>, Problem> {
    let text = value::text(v)?;
    let words = shell_words::words(text).unwrap_or_default();
    let names = |word: &shell_words::Word| word.text == "--region" || word.text.starts_with("--region=");
    let known = |name: &str| cx.keys.position(name).is_some();
    if words.iter().any(names) {
        return Ok(vec![timeline::command_at(cx, v, text, 0, &known)?]);
    }
    let everywhere = cx.regions.iter().map(|region| format!("{text} --region {region}"));
    everywhere.map(|text| timeline::command_at(cx, v, &text, 0, &known)).collect()
}

fn closed(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let account = accounts::of(cx, fields);
    let window = fields.read("window", value::duration).unwrap_or_else(|| {
        let source =
            "AWS Account Management Reference Guide, 2026: a closed account can be opened again for 90 days";
        cx.assume("window in which a closed account can be opened again", "90d", "documented", source);
        Span::days(90)
    });
    Some(Fault::Account(Account::Closed { account, window }))
}

fn opt_out(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let account = accounts::of(cx, fields);
    let region = fields.need("region", |v| cx.region(v))?;
    Some(Fault::Account(Account::RegionOptOut { account, region }))
}

fn guardrail(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let account = accounts::of(cx, fields);
    let region = fields.need("region", |v| cx.region(v));
    let mut actions = fields.each("operations", key_faults::action);
    if actions.is_empty() {
        actions.push("kms:*".to_owned());
    }
    Some(Fault::Account(Account::GuardrailDeny { account, region: region?, actions }))
}
