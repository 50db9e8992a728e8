//! `[expect]`: what must hold; and what each metric is asked about.

use super::context::{Context, Names};
use super::problem::{Problem, did_you_mean, nearest};
use super::source::Span as Place;
use super::stores;
use super::timeline::Timeline;
use super::tree::{Entry, Node, Table, Value};
use crate::model::setup::{Expectation, RuleSet};
use crate::runlog::cost::Group;
use crate::runlog::expression::{Bound, Expression, MetricName, Moment, Op};
use crate::runlog::logged::MADE_BY_KMS;
use crate::runlog::parse;
use crate::services::ErrorCode;
use crate::services::kms::KeyState;
use crate::sim::Time;
use std::ops::Range;

/// What an argument of a metric names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Arg {
    Store,
    StoreRegion,
    Reader,
    Client,
    Operation,
    Phase,
    ErrorName,
    Key,
    Region,
    Fault,
    Step,
    Event,
    CostPart,
    Charged,
}

/// What a metric comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Share,
    Duration,
    Count,
    Text,
}

/// Arguments of a metric: the required ones, then those that may follow; its unit.
fn signature(metric: MetricName) -> (&'static [Arg], &'static [Arg], Unit) {
    use MetricName::*;
    match metric {
        Decryptable | Unreachable | Recoverable | Denied | Lost => {
            (&[Arg::Store, Arg::StoreRegion], &[Arg::Reader], Unit::Share)
        }
        DataLoss => (&[Arg::Store], &[Arg::Fault], Unit::Duration),
        WritesLost | WritesSuppressed | WritesDelayed | WritesPending => {
            (&[Arg::Store], &[Arg::Fault], Unit::Count)
        }
        RecoveryTime => (&[Arg::Client], &[Arg::Fault], Unit::Duration),
        Success => (&[Arg::Client], &[], Unit::Share),
        Staleness => (&[Arg::Store, Arg::StoreRegion], &[], Unit::Duration),
        Mean | P50 | P90 | P99 | P999 | Max => {
            (&[Arg::Client], &[Arg::Operation, Arg::Phase], Unit::Duration)
        }
        Requests => (&[Arg::Client], &[], Unit::Count),
        Failures => (&[Arg::Client], &[Arg::ErrorName], Unit::Count),
        State => (&[Arg::Key, Arg::Region], &[], Unit::Text),
        Primary => (&[Arg::Key], &[], Unit::Text),
        Writer => (&[Arg::Store], &[], Unit::Text),
        Error => (&[Arg::Step], &[], Unit::Text),
        Status => (&[Arg::Store, Arg::StoreRegion], &[], Unit::Text),
        Items => (&[Arg::Store, Arg::StoreRegion], &[], Unit::Count),
        Home => (&[Arg::Client], &[], Unit::Text),
        Logged => (&[Arg::Event, Arg::Region], &[], Unit::Count),
        Cost => (&[], &[Arg::CostPart, Arg::Charged], Unit::Count),
    }
}

/// The kinds of request that latency is kept of.
const OPERATIONS: &[&str] = &["read", "write", "insert"];
/// The phases of a request.
const PHASES: &[&str] = &["total", "network", "kms-queue", "kms-service", "store"];
/// Reads `[expect]`; under the rules of the notes, `[expect.notes]` replaces what differs.
pub fn read(cx: &Context, timeline: &Timeline, rules: RuleSet) -> Vec<Expectation> {
    let Some(value) = cx.scenario.get("expect") else { return Vec::new() };
    let Some(table) = value.table() else {
        let problem = Problem::error(&value.span, format!("expected a table, found {}", value.kind()));
        cx.sink.report(problem.help("for example `\"success(checkout)\" = \">= 99%\"`"));
        return Vec::new();
    };
    let none = Table::default();
    let notes = table.get("notes").and_then(Value::table).unwrap_or(&none);
    let read = |entry: &Entry| cx.sink.take(expectation(cx, timeline, entry));
    let base = table.entries.iter().filter(|entry| !(entry.key == "notes" && entry.value.table().is_some()));
    let base: Vec<_> = base.map(|entry| (entry.key.as_str(), read(entry))).collect();
    let over: Vec<_> = notes.entries.iter().map(|entry| (entry.key.as_str(), read(entry))).collect();
    if rules == RuleSet::Aws {
        return base.into_iter().filter_map(|(_, expectation)| expectation).collect();
    }
    let differs = |key: &str| over.iter().any(|(other, _)| *other == key);
    let same: Vec<_> = base.into_iter().filter(|(key, _)| !differs(key)).collect();
    same.into_iter().chain(over).filter_map(|(_, expectation)| expectation).collect()
}

fn expectation(cx: &Context, timeline: &Timeline, entry: &Entry) -> Result<Expectation, Problem> {
    let Node::Text(bound) = &entry.value.node else {
        let problem =
            Problem::error(&entry.value.span, format!("expected a bound, found {}", entry.value.kind()));
        return Err(problem.help("a bound is a text such as `\">= 99%\"`"));
    };
    let text = format!("{} {bound}", entry.key);
    let split = entry.key.len();
    let place = |at: Range<usize>| match at.start <= split && !at.is_empty() {
        true => cx.sources.part(&entry.at, &entry.key, &(at.start..at.end.min(split).max(at.start))),
        false => {
            let within = at.start.saturating_sub(split + 1)..at.end.saturating_sub(split + 1);
            cx.sources.part(&entry.value.span, bound, &within)
        }
    };
    let expression = expression(cx, timeline, &text, &place)?;
    Ok(Expectation { text, expression, location: cx.sources.location(&entry.at) })
}

/// Reads and checks an expression. `place` says where a part of its text is written.
pub fn expression(
    cx: &Context,
    timeline: &Timeline,
    text: &str,
    place: &dyn Fn(Range<usize>) -> Place,
) -> Result<Expression, Problem> {
    let expression = parse::parse(text)
        .map_err(|error| Problem::error(&place(error.at), error.message).maybe_help(error.help))?;
    arguments(cx, timeline, &expression, text, place)?;
    bound(cx, &expression, text, place)?;
    let name = expression.metric.name.name();
    if expression.at.is_some() && !expression.metric.name.has_moments() {
        let at = text.find('@').unwrap_or(0);
        let problem = Problem::error(&place(at..at + 1), format!("`{name}` is one value for the whole run"));
        return Err(problem.help("it takes no `@`"));
    }
    if let Some(Moment::At(at)) = expression.at
        && at > Time::ZERO + cx.duration
    {
        let after = text.find('@').map_or(0..0, |start| start..start + 1);
        return Err(Problem::error(
            &place(after),
            format!("{at} is after the end of the run, {}", cx.duration),
        ));
    }
    Ok(expression)
}

/// Reads a condition: an expression that can be asked while the run goes on.
pub fn condition(
    cx: &Context,
    timeline: &Timeline,
    text: &str,
    place: &dyn Fn(Range<usize>) -> Place,
) -> Result<Expression, Problem> {
    let expression = expression(cx, timeline, text, place)?;
    let name = expression.metric.name.name();
    let start = text.find(name).unwrap_or(0);
    if !expression.metric.name.has_moments() {
        let problem = Problem::error(
            &place(start..start + name.len()),
            format!("`{name}` is one value for the whole run"),
        );
        return Err(
            problem.help("a condition asks for what monitoring sees now, such as `success(checkout) < 50%`")
        );
    }
    if expression.at.is_some() {
        let at = text.find('@').unwrap_or(0);
        return Err(Problem::error(&place(at..at + 1), "a condition is about now: it takes no `@`"));
    }
    if expression.trials < 1.0 {
        let at = text.rfind(" in ").unwrap_or(0);
        let problem =
            Problem::error(&place(at..text.len()), "a condition is about this run, not about trials");
        return Err(problem.help("`in … of trials` belongs into `[expect]`"));
    }
    Ok(expression)
}

fn arguments(
    cx: &Context,
    timeline: &Timeline,
    expression: &Expression,
    text: &str,
    place: &dyn Fn(Range<usize>) -> Place,
) -> Result<(), Problem> {
    let metric = &expression.metric;
    let name = metric.name.name();
    let (required, more, _) = signature(metric.name);
    let open = text.find('(').unwrap_or(0);
    let close = text.find(')').map_or(text.len(), |at| at + 1);
    if metric.args.len() < required.len() || metric.args.len() > required.len() + more.len() {
        let words = |args: &[Arg]| args.iter().map(|arg| word(*arg)).collect::<Vec<_>>();
        let optional: String = words(more).iter().map(|word| format!("[, {word}]")).collect();
        let usage = format!("({}{optional})", words(required).join(", ")).replace("([, ", "([");
        let usage = format!("{name}{usage}");
        let message = format!("`{name}` does not take {} arguments", metric.args.len());
        return Err(Problem::error(&place(open..close), message).help(format!("write `{usage}`")));
    }
    let mut from = open + 1;
    let mut store = None;
    for (kind, arg) in required.iter().chain(more).zip(&metric.args) {
        let start = from + text[from..].find(arg.as_str()).unwrap_or(0);
        from = start + arg.len();
        let at = place(start..from);
        match kind {
            Arg::Store => store = Some(cx.stores.find_at(arg, &at)?),
            Arg::StoreRegion => {
                let region = cx.regions.find_at(arg, &at)?;
                let held = store.map(|store| stores::regions_of(cx, store)).unwrap_or_default();
                if let Some(store) = store
                    && !held.iter().any(|held| held.index() == region)
                {
                    let message = format!("store `{}` has no replica in `{arg}`", cx.stores.name(store));
                    return Err(Problem::error(&at, message).and(&cx.stores.at(store), "the store"));
                }
            }
            Arg::Reader => readers(cx, store).find_at(arg, &at).map(|_| ())?,
            Arg::Client => cx.clients.find_at(arg, &at).map(|_| ())?,
            Arg::Key => cx.keys.find_at(arg, &at).map(|_| ())?,
            Arg::Region => cx.regions.find_at(arg, &at).map(|_| ())?,
            Arg::Fault => timeline.faults.find_at(arg, &at).map(|_| ())?,
            Arg::Step => timeline.steps.find_at(arg, &at).map(|_| ())?,
            Arg::Event => among(arg, "event of CloudTrail", &events(), &at)?,
            Arg::Operation => among(arg, "operation", OPERATIONS, &at)?,
            Arg::Phase => among(arg, "phase", PHASES, &at)?,
            Arg::CostPart => among(arg, "part of the cost", &Group::ALL.map(Group::name), &at)?,
            Arg::Charged => among(arg, "key, store, client or record", &charged(cx), &at)?,
            Arg::ErrorName => {
                let names: Vec<&str> = ErrorCode::ALL.iter().map(|code| code.name()).collect();
                among(arg, "error", &names, &at)?;
            }
        }
    }
    Ok(())
}

fn word(arg: Arg) -> &'static str {
    match arg {
        Arg::Store => "store",
        Arg::StoreRegion | Arg::Region => "region",
        Arg::Reader => "reader",
        Arg::Client => "client",
        Arg::Operation => "operation",
        Arg::Phase => "phase",
        Arg::ErrorName => "error",
        Arg::Key => "key",
        Arg::Fault => "fault",
        Arg::Step => "step",
        Arg::Event => "event",
        Arg::CostPart => "part",
        Arg::Charged => "name",
    }
}

/// What CloudTrail may log.
fn events() -> Vec<&'static str> {
    let called = super::awscli::operations().into_iter().flatten().map(|operation| operation.name);
    called.chain(MADE_BY_KMS).collect()
}

/// Whose cost can be asked for.
fn charged<'a>(cx: &'a Context) -> Vec<&'a str> {
    let records = cx.scenario.tables("records").iter().map(|entry| entry.key.as_str());
    cx.keys.iter().chain(cx.stores.iter()).chain(cx.clients.iter()).chain(records).collect()
}

fn among(arg: &str, what: &str, known: &[&str], at: &Place) -> Result<(), Problem> {
    if known.contains(&arg) {
        return Ok(());
    }
    let problem = Problem::error(at, format!("there is no {what} `{arg}`"));
    Err(match (nearest(arg, known.iter().copied()), known.len()) {
        (Some(near), _) => problem.help(format!("did you mean `{near}`?")),
        (None, ..10) => problem.maybe_help(did_you_mean(arg, &format!("{what}s"), known.iter().copied())),
        (None, _) => problem,
    })
}

/// Who asks for the plaintext of a store: its clients, and the principals that it lists.
fn readers(cx: &Context, store: Option<usize>) -> Names {
    let mut names = Names::new("reader");
    let Some(store) = store else { return names };
    for entry in cx.scenario.tables("clients") {
        let its = entry.value.table().and_then(|table| table.get("store")).and_then(Value::text);
        if its == Some(cx.stores.name(store)) {
            names.add(&entry.key, entry.at.clone());
        }
    }
    let listed = cx.scenario.tables("stores")[store].value.table().and_then(|table| table.get("readers"));
    for value in listed.map(Value::items).unwrap_or_default() {
        names.add(value.text().unwrap_or_default(), value.span.clone());
    }
    names
}

fn bound(
    cx: &Context,
    expression: &Expression,
    text: &str,
    place: &dyn Fn(Range<usize>) -> Place,
) -> Result<(), Problem> {
    let name = expression.metric.name.name();
    let unit = signature(expression.metric.name).2;
    let at = value_of(text);
    let (fits, example) = match (unit, &expression.bound) {
        (Unit::Share, bound) => (matches!(bound, Bound::Share(_)), "a percentage such as `99%`"),
        (Unit::Duration, bound) => (matches!(bound, Bound::Duration(_)), "a duration such as `5m`"),
        (Unit::Count, bound) => (matches!(bound, Bound::Number(_)), "a number such as `12`"),
        (Unit::Text, bound) => (matches!(bound, Bound::Text(_)), "a name such as `Enabled`"),
    };
    if !fits {
        return Err(Problem::error(&place(at), format!("`{name}` cannot be compared with this"))
            .help(format!("it is {example}")));
    }
    let Bound::Text(written) = &expression.bound else { return Ok(()) };
    if !matches!(expression.op, Op::Equal | Op::NotEqual) {
        return Err(
            Problem::error(&place(at), format!("`{name}` has no order")).help("compare it with `==` or `!=`")
        );
    }
    let at = place(at);
    match expression.metric.name {
        MetricName::State => {
            let states: Vec<&str> =
                KeyState::ALL.iter().map(|state| state.name()).chain(["deleted"]).collect();
            among(written, "state", &states, &at)
        }
        // Each service has its own words.
        MetricName::Status => Ok(()),
        MetricName::Primary | MetricName::Writer | MetricName::Home => {
            cx.regions.find_at(written, &at).map(|_| ())
        }
        _ => {
            let names: Vec<&str> = ErrorCode::ALL.iter().map(|code| code.name()).chain(["ok"]).collect();
            among(written, "error", &names, &at)
        }
    }
}

/// Where the value of an expression stands: after its comparison.
fn value_of(text: &str) -> Range<usize> {
    let after = text.rfind(['=', '<', '>']).map_or(0, |at| at + 1);
    let space = text[after..].len() - text[after..].trim_start().len();
    after + space..text.trim_end().len().max(after + space)
}
