//! `[clients.<name>]`: applications.

use super::context::Context;
use super::fields::Fields;
use super::keyrings::{KEYRING, Reader};
use super::problem::Problem;
use super::shape::{Form, Shape, TEXT_BY_NAME, TEXTS, field};
use super::stores;
use super::tree::{Entry, Node, Value};
use super::value;
use crate::client::{CacheSetup, ClientSetup, Keyring, Mix, Objective, RetryMode, cache};
use crate::sim::Span;
use crate::world::RegionId;
use std::collections::BTreeMap;

/// Application instances, unless stated.
const INSTANCES: u64 = 4;

/// `[clients.<name>]`
pub static CLIENT: Shape = Shape {
    what: "a client",
    fields: &[
        field("region", Form::Text, "where its instances run and call from"),
        field("store", Form::Text, "the store that it reads and writes"),
        field("principal", Form::Text, "the IAM principal as which its instances call (its own name)"),
        field(
            "rate",
            Form::Rate,
            "mean arrivals, such as \"50/s\"; absent: no traffic, only a reader of the ledger",
        ),
        field("requests", Form::Integer, "ends the arrivals after this many requests"),
        field("mix", Form::Table(&MIX), "shares of the kinds of request, which add up to 1"),
        field(
            "reads",
            Form::OneOf(&["eventual", "strong"]),
            "consistency of its reads, where the store knows a difference (eventual)",
        ),
        field(
            "keyring",
            Form::Either(&[Form::Table(&KEYRING), Form::Flag]),
            "client-side envelope encryption; absent or false: none",
        ),
        field("context", TEXT_BY_NAME, "the encryption context"),
        field("failover", TEXTS, "Regions whose endpoints its calls try next"),
        field(
            "retry",
            Form::OneOf(&["standard", "standard-before-2026", "legacy", "adaptive", "none"]),
            "the SDK's retry mode (standard)",
        ),
        field("instances", Form::Integer, "application instances (4)"),
        field(
            "standby",
            Form::Named(&Form::Integer),
            "instances ready at the start, by Region (as many as `instances`): `standby = { eu-west-1 = 0 }`",
        ),
        field(
            "instance-price",
            Form::Price,
            "US dollars an hour for an instance, for the cost of those that stand by",
        ),
        field("session", Form::Duration, "how long an instance's credentials are good (1h)"),
        field(
            "connect-timeout",
            Form::Duration,
            "time to give up connecting (1100ms in the Region, 3100ms across)",
        ),
        field("attempt-timeout", Form::Duration, "time to give up waiting for one attempt's answer (5s)"),
        field("objective", Form::Text, "what recovery time is measured against (\"99% over 60s\")"),
        field(
            "cache",
            Form::Either(&[Form::Table(&CACHE), Form::Flag]),
            "data-key caching, in each instance; absent or false: none",
        ),
    ],
};

/// `mix`
pub static MIX: Shape = Shape {
    what: "a mix",
    fields: &[
        field("read", Form::Share, "share of reads of an item"),
        field("write", Form::Share, "share of writes of an item"),
        field("insert", Form::Share, "share of writes of a new item"),
    ],
};

/// `cache`
pub static CACHE: Shape = Shape {
    what: "a data-key cache",
    fields: &[
        field("max-age", Form::Duration, "how long a cached data key may be used"),
        field("max-messages", Form::Integer, "how many messages it may encrypt (4294967296)"),
        field(
            "max-bytes",
            Form::Either(&[Form::Text, Form::Integer]),
            "how many bytes it may encrypt (unlimited)",
        ),
        field(
            "message-size",
            Form::Either(&[Form::Text, Form::Integer]),
            "with `max-bytes`: bytes of one message (1KiB)",
        ),
        field("capacity", Form::Integer, "how many decrypted data keys an instance keeps (1000)"),
    ],
};

const RETRY_MODES: [(&str, RetryMode); 5] = [
    ("standard", RetryMode::Standard),
    ("standard-before-2026", RetryMode::StandardBefore2026),
    ("legacy", RetryMode::Legacy),
    ("adaptive", RetryMode::Adaptive),
    ("none", RetryMode::None),
];

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
    let principal = fields.read("principal", stores::principal);
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
    let reads = fields.read("reads", |v| value::one_of(v, &[("eventual", false), ("strong", true)]));
    let keyring = fields.read("keyring", |v| keyring(cx, v)).flatten();
    let context = fields.read("context", value::texts).unwrap_or_default();
    let failover = fields.each("failover", |v| match cx.region(v)? {
        other if region == Some(other) => {
            Err(Problem::error(&v.span, "a client does not fail over to its own Region")
                .and(&fields.place("region"), "its instances run here"))
        }
        other => Ok(other),
    });
    let retry = fields.read("retry", |v| value::one_of(v, &RETRY_MODES));
    let cache = fields.read("cache", |v| cache(cx, v)).flatten();
    if fields.get("keyring").is_none_or(|v| matches!(v.node, Node::Flag(false))) {
        warn_of_idle(&fields, cache.is_some());
    }
    let (instances, standby, session) = instances(cx, &fields);
    let timeout = |key, name| {
        let stated = fields.read(key, value::duration_from(Span::MILLISECOND));
        stated.unwrap_or_else(|| cx.default_if(rate.is_some(), name).mean())
    };
    let objective = fields.read("objective", value::objective);
    Some(ClientSetup {
        name: entry.key.clone(),
        consistent_reads: reads.unwrap_or(false),
        principal: principal.unwrap_or_else(|| entry.key.clone()),
        region: region?,
        store: store?,
        rate,
        requests,
        mix: mix.unwrap_or(Mix { read: 1.0, write: 0.0, insert: 0.0 }),
        cache: cache.filter(|_| keyring.is_some()),
        keyring,
        context,
        failover,
        retry: retry.unwrap_or(RetryMode::Standard),
        instances,
        standby,
        instance_price: fields.read("instance-price", value::price),
        session,
        connect_timeout_local: timeout("connect-timeout", "connect-timeout-local"),
        connect_timeout_across: timeout("connect-timeout", "connect-timeout-across"),
        attempt_timeout: timeout("attempt-timeout", "attempt-timeout"),
        objective: objective.unwrap_or(Objective { share: 0.99, window: Span::secs(60) }),
    })
}

/// Warns of what means nothing to a client that does not encrypt.
fn warn_of_idle(fields: &Fields, caches: bool) {
    let idle = ["principal", "context", "cache"].into_iter().filter(|key| fields.get(key).is_some());
    for key in idle.filter(|key| *key != "cache" || caches) {
        let problem =
            Problem::warning(&fields.place(key), format!("`{key}` has no effect without `keyring`"));
        fields.report(problem.label("ignored"));
    }
}

/// How many instances there are in a Region, how many of them are ready at the start, and how long their credentials are
/// good.
fn instances(cx: &Context, fields: &Fields) -> (u32, BTreeMap<RegionId, u32>, Span) {
    let instances = fields.read("instances", |v| value::count(v, 1, value::MOST_INSTANCES));
    let instances = instances.unwrap_or(INSTANCES);
    let standby = fields.read("standby", |v| standby(cx, v, instances)).unwrap_or_default();
    let session = fields.read("session", value::duration_from(Span::SECOND));
    let session = session.unwrap_or_else(|| cx.default_if(fails_without_sts(cx), "session").mean());
    (instances as u32, standby, session)
}

/// Whether the timeline has a fault for which the length of sessions matters.
fn fails_without_sts(cx: &Context) -> bool {
    let entries = cx.scenario.get("timeline").map(Value::items).unwrap_or_default();
    entries.iter().any(|entry| entry.table().is_some_and(|table| table.get("credentials-outage").is_some()))
}

/// Ready instances by Region: no more than there may be.
fn standby(cx: &Context, v: &Value, instances: u64) -> Result<BTreeMap<RegionId, u32>, Problem> {
    let Some(table) = v.table() else {
        let problem = Problem::error(&v.span, format!("expected a table, found {}", v.kind()));
        return Err(problem.help("for example `standby = { eu-west-1 = 0 }`"));
    };
    let one = |entry: &Entry| {
        let region = cx.regions.find_at(&entry.key, &entry.at)?;
        Ok((RegionId(region as u8), value::count(&entry.value, 0, instances)? as u32))
    };
    table.entries.iter().map(one).collect()
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
    if let Node::Flag(false) = v.node {
        return Ok(None);
    }
    let reader = Reader::of_client(cx);
    let keyring = reader.read(v)?;
    match keyring.as_ref().and_then(|keyring| reader.unmakeable(v, keyring)) {
        Some(problem) => Err(problem),
        None => Ok(keyring),
    }
}

fn cache(cx: &Context, v: &Value) -> Result<Option<CacheSetup>, Problem> {
    if let Node::Flag(false) = v.node {
        return Ok(None);
    }
    let Some(fields) = Fields::open(v, &v.span, &CACHE, cx.sink) else { return Ok(None) };
    let max_age = fields.need("max-age", value::duration_from(Span::MILLISECOND));
    let max_messages = fields.read("max-messages", |v| value::count(v, 1, cache::MOST_MESSAGES));
    let max_bytes = fields.read("max-bytes", |v| value::size(v, 1, cache::MOST_BYTES));
    let message_size = fields.read("message-size", |v| value::size(v, 1, cache::MOST_BYTES));
    let capacity = fields.read("capacity", |v| value::count(v, 1, value::MOST_ITEMS));
    if max_bytes.is_some() && message_size.is_none() {
        cx.assume(
            "size of a message, for data-key caches",
            "1KiB",
            "assumed",
            "our choice: items have no size",
        );
    }
    if capacity.is_none() {
        cx.assume("data keys that a cache holds", "1000", "assumed", "our choice: the SDK wants it stated");
    }
    let setup = max_age.map(|max_age| CacheSetup {
        max_age,
        max_messages: max_messages.unwrap_or(cache::MOST_MESSAGES),
        max_bytes: max_bytes.unwrap_or(cache::MOST_BYTES),
        message_size: message_size.unwrap_or(1024),
        capacity: capacity.unwrap_or(1000) as usize,
    });
    if setup.is_some_and(|setup| setup.messages() < 2) {
        let problem = Problem::warning(&v.span, "no data key of this cache encrypts a second message");
        cx.sink.report(
            problem.help("let `max-messages`, and `max-bytes` divided by `message-size`, be at least 2"),
        );
    }
    Ok(setup)
}
