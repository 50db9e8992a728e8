//! Metrics: what a finished run comes to, by the names that users write in `[expect]`.

use super::cost::{self, Group};
use super::expression::{Bound, Expression, Metric, MetricName, Moment, Op, Value};
use super::recovery::{Objective, Recovery, recovery};
use super::rows::Rows;
use super::{Checked, Class, ClientInfo, FaultSpan, ItemsPoint, KeyInfo, LossRow, RunLog, StoreInfo};
use crate::sim::{Histogram, Span, Time};

/// The value of the expression's metric. A name that the run does not know has no value.
pub fn evaluate(log: &RunLog, expression: &Expression) -> Value {
    valued(&Rows::of(log), expression)
}

/// The value of a metric over the run, of rows that are sorted out already.
pub fn over_the_run(rows: &Rows, metric: &Metric) -> Value {
    value(rows, metric, None).unwrap_or(Value::NotAvailable)
}

fn valued(rows: &Rows, expression: &Expression) -> Value {
    value(rows, &expression.metric, expression.at).unwrap_or(Value::NotAvailable)
}

/// Whether a value meets a bound. "Not recovered" and "n/a" meet none, nor does a bound of another kind.
pub fn holds(value: &Value, op: Op, bound: &Bound) -> bool {
    match (value, bound) {
        (Value::Share(value), Bound::Share(bound)) => compare(value, op, bound),
        (Value::Duration(value), Bound::Duration(bound)) => compare(value, op, bound),
        (Value::Number(value) | Value::Money(value), Bound::Number(bound)) => compare(value, op, bound),
        (Value::Text(value), Bound::Text(bound)) => match op {
            Op::Equal => value == bound,
            Op::NotEqual => value != bound,
            _ => false,
        },
        _ => false,
    }
}

/// What each expectation comes to: (text as written, what it says, `file:line`).
pub fn check<'a>(
    log: &RunLog,
    expected: impl IntoIterator<Item = (&'a str, &'a Expression, &'a str)>,
) -> Vec<Checked> {
    let rows = Rows::of(log);
    let checked = |(text, expression, location): (&str, &Expression, &str)| {
        let value = valued(&rows, expression);
        let met = holds(&value, expression.op, &expression.bound);
        let (text, location) = (text.to_owned(), location.to_owned());
        Checked { text, expression: expression.clone(), value, met, location }
    };
    expected.into_iter().map(checked).collect()
}

/// Every metric of the run but `logged`, which `trail.jsonl` tells; by the name that users write, in a fixed order.
pub fn table(log: &RunLog) -> Vec<(String, Value)> {
    let rows = Rows::of(log);
    let mut names: Vec<Metric> = Vec::new();
    let mut add = |name, args: &[&str]| {
        names.push(Metric { name, args: args.iter().map(|arg| (*arg).to_owned()).collect() });
    };
    for (index, store) in log.stores.iter().enumerate() {
        for region in rows.replicas(index) {
            let region = log.regions[*region].as_str();
            for (_, class) in CLASSES {
                add(class, &[&store.name, region]);
                for reader in &store.readers {
                    add(class, &[&store.name, region, reader]);
                }
            }
            add(MetricName::Staleness, &[&store.name, region]);
            add(MetricName::Status, &[&store.name, region]);
            add(MetricName::Items, &[&store.name, region]);
        }
        if !store.writers.is_empty() {
            add(MetricName::Writer, &[&store.name]);
        }
        for name in LOSSES {
            add(name, &[&store.name]);
            for fault in fault_names(log) {
                if log.losses.iter().any(|loss| loss.store == index && loss.fault == fault) {
                    add(name, &[&store.name, fault]);
                }
            }
        }
    }
    for (index, client) in log.clients.iter().enumerate().filter(|(_, client)| client.traffic) {
        for name in
            [MetricName::Requests, MetricName::Failures, MetricName::Success, MetricName::RecoveryTime]
        {
            add(name, &[&client.name]);
        }
        add(MetricName::Home, &[&client.name]);
        for fault in fault_names(log) {
            add(MetricName::RecoveryTime, &[&client.name, fault]);
        }
        for (name, _) in LATENCIES {
            add(name, &[&client.name]);
        }
        for (operation, phase) in series(&rows, index) {
            for (name, _) in LATENCIES {
                add(name, &[&client.name, operation, phase]);
            }
        }
    }
    for key in &log.keys {
        add(MetricName::Primary, &[&key.name]);
        for region in key.regions() {
            add(MetricName::State, &[&key.name, &log.regions[region]]);
        }
    }
    for name in log.answers.iter().filter_map(|answer| answer.name.as_deref()) {
        add(MetricName::Error, &[name]);
    }
    if log.design.is_some() {
        add(MetricName::Cost, &[]);
        Group::ALL.into_iter().for_each(|group| add(MetricName::Cost, &[group.name()]));
    }
    names
        .into_iter()
        .map(|metric| (metric.to_string(), value(&rows, &metric, None).unwrap_or(Value::NotAvailable)))
        .collect()
}

const CLASSES: [(Class, MetricName); 5] = [
    (Class::Decryptable, MetricName::Decryptable),
    (Class::Unreachable, MetricName::Unreachable),
    (Class::Recoverable, MetricName::Recoverable),
    (Class::Denied, MetricName::Denied),
    (Class::Lost, MetricName::Lost),
];

const LOSSES: [MetricName; 5] = [
    MetricName::DataLoss,
    MetricName::WritesLost,
    MetricName::WritesSuppressed,
    MetricName::WritesDelayed,
    MetricName::WritesPending,
];

/// The latency metrics, with how each reads a histogram.
type Reading = fn(&Histogram) -> Span;

const LATENCIES: [(MetricName, Reading); 6] = [
    (MetricName::Mean, |times| times.mean()),
    (MetricName::P50, |times| times.quantile(0.5)),
    (MetricName::P90, |times| times.quantile(0.9)),
    (MetricName::P99, |times| times.quantile(0.99)),
    (MetricName::P999, |times| times.quantile(0.999)),
    (MetricName::Max, |times| times.max()),
];

/// The metric's value over the run, or at a moment; `None` if there is nothing to measure.
fn value(rows: &Rows, metric: &Metric, at: Option<Moment>) -> Option<Value> {
    if matches!(at, Some(Moment::At(_))) && !metric.name.has_moments() {
        return None;
    }
    let log = rows.log;
    let arg = |index: usize| metric.args.get(index).map(String::as_str);
    let until = match at {
        Some(Moment::At(time)) => time,
        Some(Moment::End) | None => Time::MAX,
    };
    use MetricName::*;
    match metric.name {
        Decryptable | Unreachable | Recoverable | Denied | Lost => {
            let (class, _) = CLASSES.into_iter().find(|(_, name)| *name == metric.name)?;
            share(rows, class, rows.store(arg(0)?)?.0, log.region(arg(1)?)?, arg(2), at)
        }
        DataLoss => {
            let losses = losses(rows, arg(0)?, arg(1))?;
            Some(Value::Duration(losses.into_iter().map(|loss| loss.age).max().unwrap_or_default()))
        }
        WritesLost => count(losses(rows, arg(0)?, arg(1))?, |loss| loss.lost),
        WritesSuppressed => count(losses(rows, arg(0)?, arg(1))?, |loss| loss.suppressed),
        WritesDelayed => count(losses(rows, arg(0)?, arg(1))?, |loss| loss.delayed),
        WritesPending => count(losses(rows, arg(0)?, arg(1))?, |loss| loss.pending),
        RecoveryTime => recovery_time(rows, arg(0)?, arg(1)),
        Success => success(log, rows.client(arg(0)?)?.0, at),
        Staleness => staleness(rows, rows.store(arg(0)?)?.0, log.region(arg(1)?)?, at),
        Mean | P50 | P90 | P99 | P999 | Max => {
            let (_, read) = LATENCIES.into_iter().find(|(name, _)| *name == metric.name)?;
            let times = latency(rows, rows.client(arg(0)?)?.0, arg(1), arg(2).unwrap_or("total"))?;
            Some(Value::Duration(read(&times)))
        }
        Requests => Some(Value::Number(requests(rows, rows.client(arg(0)?)?.0) as f64)),
        Failures => Some(Value::Number(failures(rows, rows.client(arg(0)?)?.0, arg(1)) as f64)),
        State => {
            let region = log.region(arg(1)?)?;
            Some(Value::Text(rows.key(arg(0)?)?.state(region, until).unwrap_or("deleted").to_owned()))
        }
        Primary => Some(Value::Text(log.regions.get(rows.key(arg(0)?)?.primary_at(until))?.clone())),
        Writer => {
            let (_, store) = rows.store(arg(0)?)?;
            Some(Value::Text(log.regions.get(latest(&store.writers, until)?)?.clone()))
        }
        Error => error(log, arg(0)?, until),
        Status => {
            let (_, store) = rows.store(arg(0)?)?;
            Some(Value::Text(store.status(log.region(arg(1)?)?, until)?.to_owned()))
        }
        Items => {
            let place = (rows.store(arg(0)?)?.0, log.region(arg(1)?)?);
            let here = |point: &&ItemsPoint| (point.store, point.region) == place && point.time <= until;
            Some(Value::Number(log.items.iter().rev().find(here)?.items as f64))
        }
        Home => {
            let (_, client) = rows.client(arg(0)?)?;
            Some(Value::Text(log.regions.get(client.home(until))?.clone()))
        }
        Logged => {
            let wanted = (arg(0)?, Some(log.region(arg(1)?)?));
            let all = super::logged::logged(log);
            Some(Value::Number(all.iter().filter(|one| one.what_and_where() == wanted).count() as f64))
        }
        Cost => a_month(log, arg(0), arg(1)),
    }
}

/// What the step of that name came to by then.
fn error(log: &RunLog, name: &str, until: Time) -> Option<Value> {
    let named = |answer: &&super::Answer| answer.name.as_deref() == Some(name) && answer.time <= until;
    let answer = log.answers.iter().rev().find(named)?;
    Some(Value::Text(answer.error.clone().unwrap_or_else(|| "ok".to_owned())))
}

/// What a month of the design costs, or a part of it, or a part for one key, store, client or record.
fn a_month(log: &RunLog, part: Option<&str>, of: Option<&str>) -> Option<Value> {
    log.design.as_ref()?;
    let group = |name: &str| Group::ALL.into_iter().find(|group| group.name() == name);
    let part = match part {
        Some(name) => Some(group(name)?),
        None => None,
    };
    cost::total(&cost::lines(log), part, of).map(Value::Money)
}

fn compare<T: PartialOrd>(value: &T, op: Op, bound: &T) -> bool {
    match op {
        Op::Equal => value == bound,
        Op::NotEqual => value != bound,
        Op::Less => value < bound,
        Op::AtMost => value <= bound,
        Op::More => value > bound,
        Op::AtLeast => value >= bound,
    }
}

/// The share of a replica's items in a class, for one reader or the worst off.
fn share(
    rows: &Rows,
    class: Class,
    store: usize,
    region: usize,
    reader: Option<&str>,
    at: Option<Moment>,
) -> Option<Value> {
    let readers = rows.log.stores[store].readers.iter().enumerate();
    let shares = readers
        .filter(|(_, name)| reader.is_none_or(|reader| reader == *name))
        .filter_map(|(index, _)| reader_share(rows, class, (store, region, index), at));
    let worse = match class {
        Class::Decryptable => f64::min,
        _ => f64::max,
    };
    shares.reduce(worse).map(Value::Share)
}

/// The share of a replica's items in a class for a reader; `None` if it holds no items.
fn reader_share(rows: &Rows, class: Class, who: (usize, usize, usize), at: Option<Moment>) -> Option<f64> {
    if let Some(Moment::At(time)) = at {
        let mine = || rows.ledger(who).iter();
        let latest = mine().map(|row| row.time).filter(|row| *row <= time).max()?;
        let items = |of: Option<Class>| {
            let rows = mine().filter(|row| row.time == latest);
            rows.filter(|row| of.is_none_or(|of| of == row.class)).map(|row| row.items).sum::<u64>()
        };
        let all = items(None);
        return (all > 0).then(|| items(Some(class)) as f64 / all as f64);
    }
    let mine = rows.shares(who)?;
    let shares = if at.is_some() { mine.end } else { mine.extreme };
    let index = Class::ALL.into_iter().position(|each| each == class)?;
    shares.map(|shares| shares[index])
}

/// The losses of a store for one fault, or all of them; `None` if there is no such store or fault. A fault
/// without a row did no harm: it hit no Region of the store.
fn losses<'a>(rows: &Rows<'a>, store: &str, fault: Option<&str>) -> Option<Vec<&'a LossRow>> {
    let (store, _) = rows.store(store)?;
    faults(rows.log, fault)?;
    let mine = |loss: &&LossRow| loss.store == store && fault.is_none_or(|fault| fault == loss.fault);
    Some(rows.log.losses.iter().filter(mine).collect())
}

fn count(losses: Vec<&LossRow>, of: fn(&LossRow) -> u64) -> Option<Value> {
    Some(Value::Number(losses.into_iter().map(of).sum::<u64>() as f64))
}

/// The faults of that name, or all of them; `None` if none has the name.
fn faults<'a>(log: &'a RunLog, name: Option<&str>) -> Option<Vec<&'a FaultSpan>> {
    let faults: Vec<_> =
        log.faults.iter().filter(|fault| name.is_none_or(|name| name == fault.name)).collect();
    (name.is_none() || !faults.is_empty()).then_some(faults)
}

/// The names of the faults, each once, in order of their start.
fn fault_names(log: &RunLog) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for fault in &log.faults {
        if !names.contains(&fault.name.as_str()) {
            names.push(&fault.name);
        }
    }
    names
}

/// The worst recovery of a client over the faults (of that name), each up to the next fault or the end.
fn recovery_time(rows: &Rows, client: &str, fault: Option<&str>) -> Option<Value> {
    let log = rows.log;
    let (index, client) = rows.client(client)?;
    let seconds = log.seconds.get(index)?;
    if seconds.is_empty() {
        return None;
    }
    let objective = Objective::over(client.objective_share, client.objective_window);
    let end = Time::ZERO + log.duration;
    let mut worst = Span::ZERO;
    for fault in faults(log, fault)? {
        let later = log.faults.iter().map(|other| other.start).filter(|start| *start > fault.start);
        // The second in which the next fault starts is the next fault's.
        let whole = |start: Time| Time(start.0 - start.0 % Span::SECOND.0);
        let horizon = later.min().map_or(end, |next| whole(next).min(end));
        match recovery(seconds, objective, fault.start, horizon) {
            Recovery::After(span) => worst = worst.max(span),
            Recovery::Never => return Some(Value::Never),
        }
    }
    Some(Value::Duration(worst))
}

/// The share of a client's requests that succeeded: of all, or of those first attempted in one second.
fn success(log: &RunLog, client: usize, at: Option<Moment>) -> Option<Value> {
    let rows = log.seconds.get(client)?.iter().filter(|row| match at {
        Some(Moment::At(time)) => row.second == time.second(),
        Some(Moment::End) | None => true,
    });
    let simulated = rows.fold((0, 0), |sum, row| (sum.0 + row.good, sum.1 + row.total));
    // A moment is one second, and is simulated or not.
    let skipped = log.skipped.iter().filter(|row| row.client == client && !matches!(at, Some(Moment::At(_))));
    let (good, total) = skipped.fold(simulated, |sum, row| (sum.0 + row.good, sum.1 + row.requests));
    (total > 0).then(|| Value::Share(good as f64 / total as f64))
}

/// The largest staleness of a replica over the run, or within the bin of a moment.
fn staleness(rows: &Rows, store: usize, region: usize, at: Option<Moment>) -> Option<Value> {
    if !rows.replicas(store).contains(&region) {
        return None;
    }
    let mut points = rows.staleness(store, region).iter();
    let largest = match at {
        None => points.map(|point| point.staleness).max(),
        Some(Moment::End) => points.next_back().map(|point| point.staleness),
        Some(Moment::At(time)) => {
            let bin =
                |point: &&&super::StalenessPoint| point.time <= time && time < point.time + rows.log.bin;
            points.find(bin).map(|point| point.staleness)
        }
    };
    Some(Value::Duration(largest.unwrap_or_default()))
}

/// The times of a client's requests in one phase, over all Regions; `None` if none succeeded.
fn latency(rows: &Rows, client: usize, operation: Option<&str>, phase: &str) -> Option<Histogram> {
    let mut series = rows.latency(client).iter().filter(|series| {
        series.phase == phase && operation.is_none_or(|operation| operation == series.operation)
    });
    let mut times = series.next()?.times.clone();
    series.for_each(|more| times.merge(&more.times));
    (times.count() > 0).then_some(times)
}

/// The (operation, phase) pairs for which a client has latencies, each once.
fn series(rows: &Rows, client: usize) -> Vec<(&'static str, &'static str)> {
    let mut pairs = Vec::new();
    for series in rows.latency(client) {
        if !pairs.contains(&(series.operation, series.phase)) {
            pairs.push((series.operation, series.phase));
        }
    }
    pairs
}

/// A client's requests, also those of times in which none was simulated.
fn requests(rows: &Rows, client: usize) -> u64 {
    ended(rows, client, |_| true) + skipped(rows, client, |row| row.requests)
}

/// Those that failed, or failed with an error: of requests that nobody simulated no error is known.
fn failures(rows: &Rows, client: usize, error: Option<&str>) -> u64 {
    match error {
        Some(wanted) => ended(rows, client, |error| error == Some(wanted)),
        None => {
            ended(rows, client, |error| error.is_some())
                + skipped(rows, client, |row| row.requests - row.good)
        }
    }
}

fn ended(rows: &Rows, client: usize, counts: impl Fn(Option<&str>) -> bool) -> u64 {
    let mine = rows.outcomes(client).iter();
    mine.filter(|(error, _)| counts(error.map(|error| error.name()))).map(|(_, count)| count).sum()
}

/// Requests of times in which none was simulated.
fn skipped(rows: &Rows, client: usize, of: fn(&super::SkippedRow) -> u64) -> u64 {
    rows.log.skipped.iter().filter(|row| row.client == client).map(of).sum()
}

/// The latest entry of a history that begins no later than `until`.
fn latest(history: &[(usize, Time)], until: Time) -> Option<usize> {
    history.iter().rev().find(|(_, since)| *since <= until).map(|(region, _)| *region)
}

/// Look-ups by name, for metrics and reports.
impl RunLog {
    /// Index of a Region.
    pub fn region(&self, name: &str) -> Option<usize> {
        self.regions.iter().position(|region| region == name)
    }

    /// A store, with its index.
    pub fn store(&self, name: &str) -> Option<(usize, &StoreInfo)> {
        self.stores.iter().enumerate().find(|(_, store)| store.name == name)
    }

    /// A client, with its index.
    pub fn client(&self, name: &str) -> Option<(usize, &ClientInfo)> {
        self.clients.iter().enumerate().find(|(_, client)| client.name == name)
    }

    /// A declared key.
    pub fn key(&self, name: &str) -> Option<&KeyInfo> {
        self.keys.iter().find(|key| key.name == name)
    }

    /// The Regions that held a replica of a store at any time: the first ones, then what the run added.
    pub fn replicas(&self, store: usize) -> Vec<usize> {
        let mut regions = self.stores[store].regions.clone();
        for shares in self.shares.iter().filter(|shares| shares.store == store) {
            if !regions.contains(&shares.region) {
                regions.push(shares.region);
            }
        }
        regions
    }
}

impl ClientInfo {
    /// Index of the Region to whose instances new requests went at an instant.
    pub fn home(&self, at: Time) -> usize {
        latest(&self.moves, at).unwrap_or(self.region)
    }
}

impl StoreInfo {
    /// What the service showed of the replica in a Region at an instant; `None`: it had none there.
    pub fn status(&self, region: usize, at: Time) -> Option<&str> {
        let known = self.states.iter().rev().find(|(place, _, since)| *place == region && *since <= at);
        known.map(|(_, status, _)| status.as_str())
    }
}

impl KeyInfo {
    /// The state of the related key in a Region at an instant; `None` if there was no key there.
    pub fn state(&self, region: usize, at: Time) -> Option<&str> {
        let known = self.states.iter().rev().find(|(place, _, since)| *place == region && *since <= at);
        known.map(|(_, state, _)| state.as_str())
    }

    /// Index of the Region that held the primary key at an instant.
    pub fn primary_at(&self, at: Time) -> usize {
        latest(&self.moves, at).unwrap_or(self.primary)
    }

    /// The Regions that had a related key at any time: the primary's, the replicas', then what the run added.
    pub fn regions(&self) -> Vec<usize> {
        let mut regions = vec![self.primary];
        for region in self.replicas.iter().chain(self.states.iter().map(|(region, _, _)| region)) {
            if !regions.contains(region) {
                regions.push(*region);
            }
        }
        regions
    }
}
