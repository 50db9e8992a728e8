//! `[clients.<name>]`: applications.

use super::context::Context;
use super::fields::Fields;
use super::problem::Problem;
use super::shape::{Form, Shape, TEXT_BY_NAME, TEXTS, field, later};
use super::tree::{Entry, Value};
use super::value;
use crate::client::{ClientSetup, KeyName, Keyring, Mix, Objective, RetryMode};
use crate::services::kms::SetId;
use crate::sim::Span;
use std::collections::BTreeMap;

/// `[clients.<name>]`
pub static CLIENT: Shape = Shape {
    what: "a client",
    fields: &[
        field("region", Form::Text, "where its instances run and call from"),
        field("store", Form::Text, "the store that it reads and writes"),
        field(
            "rate",
            Form::Rate,
            "mean arrivals, such as \"50/s\"; absent: no traffic, only a reader of the ledger",
        ),
        field("requests", Form::Integer, "ends the arrivals after this many requests"),
        field("mix", Form::Table(&MIX), "shares of the kinds of request, which add up to 1"),
        field("keyring", Form::Table(&KEYRING), "client-side envelope encryption; absent: none"),
        field("context", TEXT_BY_NAME, "the encryption context"),
        field("failover", TEXTS, "Regions whose endpoints its calls try next"),
        field("retry", Form::OneOf(&["standard", "none"]), "the SDK's retry mode"),
        field("instances", Form::Integer, "application instances (4)"),
        field(
            "connect-timeout",
            Form::Duration,
            "time to give up connecting (1100ms in the Region, 3100ms across)",
        ),
        field("attempt-timeout", Form::Duration, "time to give up waiting for one attempt's answer (5s)"),
        field("objective", Form::Text, "what recovery time is measured against (\"99% over 60s\")"),
        later("cache", "data keys are not cached"),
    ],
};

/// `mix`
pub static MIX: Shape = Shape {
    what: "a mix",
    fields: &[
        field("read", Form::Number, "share of reads of an item"),
        field("write", Form::Number, "share of writes of an item"),
        field("insert", Form::Number, "share of writes of a new item"),
    ],
};

/// `keyring`
pub static KEYRING: Shape = Shape {
    what: "a keyring",
    fields: &[
        field("mrk", Form::Text, "an MRK-aware keyring of this key"),
        field("plain", Form::Text, "a keyring of this key that is not MRK-aware"),
        field("multi", TEXTS, "a multi-keyring: a generator and children, each MRK-aware"),
        later("mrk-discovery", "nearest: `mrk`, whose key is named"),
    ],
};

/// Reads every client, in file order.
pub fn read(cx: &Context) -> Vec<ClientSetup> {
    cx.scenario.tables("clients").iter().filter_map(|entry| client(cx, entry)).collect()
}

fn client(cx: &Context, entry: &Entry) -> Option<ClientSetup> {
    if !value::is_name(&entry.key) {
        cx.sink.report(value::not_a_name(&entry.at, &entry.key));
    }
    let fields = Fields::open(&entry.value, &entry.at, &CLIENT, cx.sink)?;
    let region = fields.need("region", |v| cx.region(v));
    let store = fields.need("store", |v| cx.stores.find(v));
    let rate = fields.read("rate", value::rate);
    let requests = fields.read("requests", |v| value::count(v, 1, u64::MAX));
    if fields.get("rate").is_none() {
        for key in ["requests", "mix"] {
            if fields.get(key).is_some() {
                let problem =
                    Problem::warning(&fields.place(key), format!("`{key}` has no effect without `rate`"));
                fields.report(problem.label("ignored"));
            }
        }
    } else if fields.get("mix").is_none() {
        let problem = Problem::error(&fields.at, "a client with a `rate` needs a `mix`");
        fields.report(problem.help("for example `mix = { write = 0.3, read = 0.7 }`"));
    }
    let mix = fields.read("mix", |v| mix(cx, v)).flatten();
    let keyring = fields.read("keyring", |v| keyring(cx, v)).flatten();
    let context = fields.read("context", context).unwrap_or_default();
    let failover = fields.each("failover", |v| match cx.region(v)? {
        other if region == Some(other) => {
            Err(Problem::error(&v.span, "a client does not fail over to its own Region")
                .and(&fields.place("region"), "its instances run here"))
        }
        other => Ok(other),
    });
    let retry = fields.read("retry", |v| match v.text() {
        Some(mode @ ("adaptive" | "legacy")) => {
            Err(Problem::later(&v.span, mode, "nearest: `retry = \"standard\"`"))
        }
        _ => value::one_of(v, &[("standard", RetryMode::Standard), ("none", RetryMode::None)]),
    });
    let instances = fields.read("instances", |v| value::count(v, 1, value::MOST_INSTANCES));
    let timeout = |key, name| {
        let stated = fields.read(key, value::duration_from(Span::MILLISECOND));
        stated.unwrap_or_else(|| cx.default_if(rate.is_some(), name).mean())
    };
    let objective = fields.read("objective", value::objective);
    Some(ClientSetup {
        name: entry.key.clone(),
        principal: entry.key.clone(),
        region: region?,
        store: store?,
        rate,
        requests,
        mix: mix.unwrap_or(Mix { read: 1.0, write: 0.0, insert: 0.0 }),
        keyring,
        context,
        failover,
        retry: retry.unwrap_or(RetryMode::Standard),
        instances: instances.unwrap_or(4) as u32,
        connect_timeout_local: timeout("connect-timeout", "connect-timeout-local"),
        connect_timeout_across: timeout("connect-timeout", "connect-timeout-across"),
        attempt_timeout: timeout("attempt-timeout", "attempt-timeout"),
        objective: objective.unwrap_or(Objective { share: 0.99, window: Span::secs(60) }),
    })
}

fn mix(cx: &Context, v: &Value) -> Result<Option<Mix>, Problem> {
    let Some(fields) = Fields::open(v, &v.span, &MIX, cx.sink) else { return Ok(None) };
    let share = |key| fields.read(key, value::share).unwrap_or(0.0);
    let mix = Mix { read: share("read"), write: share("write"), insert: share("insert") };
    let sum = mix.read + mix.write + mix.insert;
    match (sum - 1.0).abs() < 1e-9 {
        true => Ok(Some(mix)),
        false => Err(Problem::error(&v.span, format!("the shares of a mix must add up to 1, not {sum:.4}"))),
    }
}

fn keyring(cx: &Context, v: &Value) -> Result<Option<Keyring>, Problem> {
    let Some(fields) = Fields::open(v, &v.span, &KEYRING, cx.sink) else { return Ok(None) };
    let given = v.table().map_or(0, |table| table.entries.len());
    if given != 1 {
        return Err(Problem::error(&v.span, "a keyring is exactly one of `mrk`, `plain`, `multi`"));
    }
    let key = |v: &Value| key_name(cx, v);
    let plain = fields.read("plain", key).map(Keyring::Plain);
    let mrk = fields.read("mrk", key).map(Keyring::MrkAware);
    let multi = fields.each("multi", key);
    if fields.get("multi").is_some_and(|list| list.items().is_empty()) {
        fields.report(Problem::error(&fields.place("multi"), "a multi-keyring needs at least one key"));
    }
    Ok(plain.or(mrk).or((!multi.is_empty()).then_some(Keyring::Multi(multi))))
}

/// A key of the file, or else a literal ARN, key ID or alias.
fn key_name(cx: &Context, v: &Value) -> Result<KeyName, Problem> {
    let written = value::text(v)?;
    let hex = |text: &str| text.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    let literal = written.starts_with("arn:")
        || written.starts_with("alias/")
        || written.strip_prefix("mrk-").is_some_and(|rest| rest.len() == 32 && hex(rest))
        || (written.len() == 36 && hex(written));
    match cx.keys.position(written) {
        Some(index) => Ok(KeyName::Declared(SetId(index as u32))),
        None if literal => Ok(KeyName::Literal(written.to_owned())),
        None => cx.keys.find(v).map(|index| KeyName::Declared(SetId(index as u32))),
    }
}

fn context(v: &Value) -> Result<BTreeMap<String, String>, Problem> {
    let Some(table) = v.table() else {
        return Err(Problem::error(&v.span, format!("expected a table of texts, found {}", v.kind())));
    };
    let pair = |entry: &Entry| Ok((entry.key.clone(), value::text(&entry.value)?.to_owned()));
    table.entries.iter().map(pair).collect()
}
