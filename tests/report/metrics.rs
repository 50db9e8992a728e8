//! What a run log comes to, metric by metric.

use crate::sample::*;
use mrksim::runlog::expression::MetricName::{self, *};
use mrksim::runlog::expression::{Bound, Moment, Op, Value};
use mrksim::runlog::metrics::{check, evaluate, holds, table};
use mrksim::runlog::*;
use mrksim::services::ErrorCode;
use mrksim::sim::{Span, Time};

fn value(log: &RunLog, name: MetricName, args: &[&str]) -> Value {
    evaluate(log, &ask(name, args, None))
}

fn value_at(log: &RunLog, name: MetricName, args: &[&str], time: Time) -> Value {
    evaluate(log, &ask(name, args, Some(Moment::At(time))))
}

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

/// Two readers of orders in eu-west-1: checkout reads all but for a while, dba half.
fn ledger_run() -> RunLog {
    let mut log = quiet();
    let checkout = (0, 1, 0);
    let dba = (0, 1, 1);
    log.ledger = vec![
        ledger(at(0, 0, 0), checkout, Class::Decryptable, 100, DECRYPT),
        ledger(at(0, 0, 0), dba, Class::Decryptable, 50, DECRYPT),
        ledger(at(0, 0, 0), dba, Class::Denied, 50, DENIED),
        ledger(at(1, 0, 0), checkout, Class::Decryptable, 90, DECRYPT),
        ledger(at(1, 0, 0), checkout, Class::Unreachable, 20, OUTAGE),
        ledger(at(1, 0, 0), checkout, Class::Unreachable, 10, RETRY),
        ledger(at(2, 0, 0), checkout, Class::Decryptable, 120, DECRYPT),
    ];
    let mine = |reader, extreme, end| LedgerExtremes { store: 0, region: 1, reader, extreme, end };
    log.shares = vec![
        mine(0, Some([0.75, 0.25, 0.0, 0.0, 0.0]), Some([1.0, 0.0, 0.0, 0.0, 0.0])),
        mine(1, Some([0.5, 0.0, 0.0, 0.5, 0.0]), Some([0.5, 0.0, 0.0, 0.5, 0.0])),
        LedgerExtremes { store: 0, region: 0, reader: 0, extreme: None, end: None },
    ];
    log
}

#[test]
fn over_the_run_the_worst_share_counts_and_the_worst_reader() {
    let log = ledger_run();
    let cases = [
        (Decryptable, vec!["orders", "eu-west-1", "checkout"], Value::Share(0.75)),
        (Decryptable, vec!["orders", "eu-west-1"], Value::Share(0.5)),
        (Unreachable, vec!["orders", "eu-west-1"], Value::Share(0.25)),
        (Denied, vec!["orders", "eu-west-1", "checkout"], Value::Share(0.0)),
        (Denied, vec!["orders", "eu-west-1"], Value::Share(0.5)),
        (Lost, vec!["orders", "eu-west-1"], Value::Share(0.0)),
        (Decryptable, vec!["orders", "us-east-1"], Value::NotAvailable),
        (Decryptable, vec!["orders", "ap-southeast-2"], Value::NotAvailable),
        (Decryptable, vec!["nothing", "eu-west-1"], Value::NotAvailable),
        (Decryptable, vec!["orders", "eu-west-1", "nobody"], Value::NotAvailable),
    ];
    for (name, args, expected) in cases {
        assert_eq!(value(&log, name, &args), expected, "{} {args:?}", name.name());
    }
}

#[test]
fn a_moment_has_the_shares_of_the_latest_ledger_before_it() {
    let log = ledger_run();
    let checkout = ["orders", "eu-west-1", "checkout"];
    assert_eq!(value_at(&log, Decryptable, &checkout, at(0, 59, 59)), Value::Share(1.0));
    assert_eq!(value_at(&log, Decryptable, &checkout, at(1, 0, 0)), Value::Share(0.75));
    assert_eq!(value_at(&log, Unreachable, &checkout, at(1, 30, 0)), Value::Share(0.25));
    assert_eq!(value_at(&log, Decryptable, &checkout, at(2, 0, 0)), Value::Share(1.0));
    assert_eq!(value_at(&log, Decryptable, &checkout[..2], at(2, 0, 0)), Value::Share(0.5));
    assert_eq!(value_at(&log, Decryptable, &["orders", "us-east-1"], at(2, 0, 0)), Value::NotAvailable);
    let end = evaluate(&log, &ask(Decryptable, &checkout, Some(Moment::End)));
    assert_eq!(end, Value::Share(1.0));
}

#[test]
fn data_loss_is_the_worst_and_writes_add_up() {
    let mut log = quiet();
    log.faults = vec![
        outage("first", 0, at(1, 0, 0), Some(at(1, 30, 0))),
        outage("second", 0, at(2, 0, 0), None),
        outage("elsewhere", 2, at(3, 0, 0), None),
    ];
    log.losses =
        vec![loss("first", Span::millis(1204), [7, 2, 0, 0]), loss("second", Span::SECOND, [1, 0, 3, 4])];
    let cases = [
        (DataLoss, vec!["orders"], Value::Duration(Span::millis(1204))),
        (DataLoss, vec!["orders", "second"], Value::Duration(Span::SECOND)),
        (DataLoss, vec!["orders", "elsewhere"], Value::Duration(Span::ZERO)),
        (DataLoss, vec!["orders", "no-such-fault"], Value::NotAvailable),
        (WritesLost, vec!["orders"], Value::Number(3.0)),
        (WritesLost, vec!["orders", "first"], Value::Number(0.0)),
        (WritesSuppressed, vec!["orders"], Value::Number(2.0)),
        (WritesDelayed, vec!["orders"], Value::Number(8.0)),
    ];
    for (name, args, expected) in cases {
        assert_eq!(value(&log, name, &args), expected, "{} {args:?}", name.name());
    }
    assert_eq!(value_at(&log, DataLoss, &["orders"], at(1, 0, 0)), Value::NotAvailable);
}

#[test]
fn recovery_is_judged_fault_by_fault_up_to_the_next() {
    let mut log = quiet();
    let down = |second: u64| (3600..4032).contains(&second) || second >= 10_800;
    log.seconds = vec![
        (0..14_400)
            .map(|second| SecondRow { second, total: 50, good: if down(second) { 10 } else { 50 } })
            .collect(),
    ];
    assert_eq!(value(&log, RecoveryTime, &["checkout"]), Value::Duration(Span::ZERO), "no fault");
    log.faults =
        vec![outage("first", 0, at(1, 0, 0), Some(at(2, 0, 0))), outage("second", 0, at(3, 0, 0), None)];
    let first = Value::Duration(Span::secs(432));
    assert_eq!(value(&log, RecoveryTime, &["checkout", "first"]), first);
    assert_eq!(value(&log, RecoveryTime, &["checkout", "second"]), Value::Never);
    assert_eq!(value(&log, RecoveryTime, &["checkout"]), Value::Never);
    assert_eq!(value(&log, RecoveryTime, &["checkout", "third"]), Value::NotAvailable);
    log.clients[0].objective_share = 0.2;
    assert_eq!(value(&log, RecoveryTime, &["checkout"]), Value::Duration(Span::ZERO), "20 % is enough");
    log.seconds = vec![vec![]];
    assert_eq!(value(&log, RecoveryTime, &["checkout"]), Value::NotAvailable, "no traffic");
}

#[test]
fn requests_are_counted_by_what_became_of_them() {
    let mut log = quiet();
    let row = |error, count| AvailabilityRow { time: Time::ZERO, client: 0, region: 0, error, count };
    log.availability = vec![
        row(None, 90),
        row(Some(ErrorCode::ThrottlingException), 6),
        row(Some(ErrorCode::AppUnavailable), 4),
    ];
    log.seconds = vec![vec![
        SecondRow { second: 3, total: 60, good: 60 },
        SecondRow { second: 9, total: 40, good: 30 },
    ]];
    assert_eq!(value(&log, Requests, &["checkout"]), Value::Number(100.0));
    assert_eq!(value(&log, Failures, &["checkout"]), Value::Number(10.0));
    assert_eq!(value(&log, Failures, &["checkout", "AppUnavailable"]), Value::Number(4.0));
    assert_eq!(value(&log, Success, &["checkout"]), Value::Share(0.9));
    assert_eq!(value_at(&log, Success, &["checkout"], Time(9_400_000_000)), Value::Share(0.75));
    assert_eq!(value_at(&log, Success, &["checkout"], at(0, 1, 0)), Value::NotAvailable);
}

#[test]
fn latency_is_of_all_operations_or_one_and_of_all_phases_or_one() {
    let mut log = quiet();
    let series = |region, operation, phase, spans: &[Span]| LatencySeries {
        client: 0,
        region,
        operation,
        phase,
        times: times(spans),
    };
    let ms = Span::millis;
    log.latency = vec![
        series(0, "read", "total", &[ms(10), ms(20)]),
        series(1, "read", "total", &[ms(40)]),
        series(0, "write", "total", &[ms(80)]),
        series(0, "read", "network", &[ms(1), ms(2)]),
        series(0, "insert", "total", &[]),
    ];
    assert_eq!(value(&log, Max, &["checkout"]), Value::Duration(ms(80)));
    assert_eq!(value(&log, Max, &["checkout", "read"]), Value::Duration(ms(40)), "over all Regions");
    assert_eq!(value(&log, Max, &["checkout", "read", "network"]), Value::Duration(ms(2)));
    assert_eq!(value(&log, P99, &["checkout", "insert"]), Value::NotAvailable);
    assert_eq!(value(&log, Mean, &["checkout", "read", "store"]), Value::NotAvailable);
    let Value::Duration(median) = value(&log, P50, &["checkout"]) else { panic!("a duration") };
    assert!(median >= ms(20) && median < ms(21), "{median}");
}

#[test]
fn staleness_is_the_highest_or_that_of_the_bin() {
    let mut log = quiet();
    let point = |time, staleness| StalenessPoint { time, store: 0, region: 1, staleness };
    log.staleness = vec![point(at(0, 0, 30), Span::secs(9)), point(at(0, 1, 0), Span::secs(2))];
    assert_eq!(value(&log, Staleness, &["orders", "eu-west-1"]), Value::Duration(Span::secs(9)));
    let now = value_at(&log, Staleness, &["orders", "eu-west-1"], at(0, 1, 29));
    assert_eq!(now, Value::Duration(Span::secs(2)));
    assert_eq!(value(&log, Staleness, &["orders", "us-east-1"]), Value::Duration(Span::ZERO));
    assert_eq!(value(&log, Staleness, &["orders", "ap-southeast-2"]), Value::NotAvailable, "no replica");
}

#[test]
fn states_primaries_writers_and_answers_have_histories() {
    let mut log = outage_run();
    log.keys[0].moves = vec![(1, at(1, 30, 0))];
    log.keys[0].states.push((2, "deleted".into(), at(3, 0, 0)));
    let state = ["orders", "ap-southeast-2"];
    assert_eq!(value_at(&log, State, &state, at(2, 29, 59)), text("Enabled"));
    assert_eq!(value_at(&log, State, &state, at(2, 30, 0)), text("PendingDeletion"));
    assert_eq!(value(&log, State, &state), text("deleted"), "at the end");
    assert_eq!(value(&log, State, &["ledger", "eu-west-1"]), text("deleted"), "never was one");
    assert_eq!(value(&log, State, &["ledger", "mars-1"]), Value::NotAvailable);
    assert_eq!(value_at(&log, Primary, &["orders"], at(1, 29, 59)), text("us-east-1"));
    assert_eq!(value(&log, Primary, &["orders"]), text("eu-west-1"));
    assert_eq!(value_at(&log, Writer, &["ledger"], at(1, 0, 0)), text("us-east-1"));
    assert_eq!(value(&log, Writer, &["ledger"]), text("eu-west-1"));
    assert_eq!(value(&log, Writer, &["orders"]), Value::NotAvailable, "every replica writes");
    assert_eq!(value(&log, Error, &["move-primary"]), text("UnsupportedOperationException"));
    assert_eq!(value_at(&log, Error, &["move-primary"], at(1, 9, 0)), Value::NotAvailable, "not yet typed");
    log.answers[0].error = None;
    assert_eq!(value(&log, Error, &["move-primary"]), text("ok"));
}

#[test]
fn bounds_hold_exactly_and_only_for_values_of_their_kind() {
    let share = |value| Value::Share(value);
    let second = Value::Duration(Span::SECOND);
    let met = [
        (share(99.0 / 100.0), Op::AtLeast, Bound::Share(0.99)),
        (share(0.0), Op::Equal, Bound::Share(0.0)),
        (second.clone(), Op::AtMost, Bound::Duration(Span::SECOND)),
        (second.clone(), Op::NotEqual, Bound::Duration(Span::ZERO)),
        (Value::Number(3.0), Op::More, Bound::Number(2.0)),
        (text("Enabled"), Op::Equal, Bound::Text("Enabled".into())),
    ];
    for (value, op, bound) in met {
        assert!(holds(&value, op, &bound), "{value:?} {op:?} {bound:?}");
    }
    let unmet = [
        (share(0.9899), Op::AtLeast, Bound::Share(0.99)),
        (second.clone(), Op::Less, Bound::Duration(Span::SECOND)),
        (Value::Never, Op::AtLeast, Bound::Duration(Span::ZERO)),
        (Value::Never, Op::NotEqual, Bound::Duration(Span::ZERO)),
        (Value::NotAvailable, Op::AtMost, Bound::Share(1.0)),
        (text("Enabled"), Op::Less, Bound::Text("z".into())),
        (share(1.0), Op::Equal, Bound::Number(1.0)),
    ];
    for (value, op, bound) in unmet {
        assert!(!holds(&value, op, &bound), "{value:?} {op:?} {bound:?}");
    }
}

#[test]
fn expectations_carry_their_value() {
    let log = outage_run();
    let met: Vec<bool> = log.expectations.iter().map(|checked| checked.met).collect();
    assert_eq!(met, [true, true, false]);
    assert_eq!(log.expectations[2].value, Value::Duration(Span::secs(432)));
    assert!(check(&log, []).is_empty());
}

#[test]
fn the_table_names_every_metric_as_users_write_it() {
    let log = RunLog { design: Some(mrksim::runlog::cost::Design::default()), ..outage_run() };
    let table = table(&log);
    let of = |name: &str| table.iter().find(|(each, _)| each == name).map(|(_, value)| value.clone());
    assert_eq!(of("decryptable(orders, eu-west-1, dba)"), Some(Value::Share(0.75)));
    assert_eq!(of("recovery-time(checkout, outage)"), Some(Value::Duration(Span::secs(432))));
    assert_eq!(of("writes-lost(ledger, outage)"), Some(Value::Number(2.0)));
    assert_eq!(of("error(move-primary)"), Some(text("UnsupportedOperationException")));
    // `trail.jsonl` tells what was logged.
    for (name, metric) in MetricName::ALL.into_iter().filter(|(_, metric)| *metric != MetricName::Logged) {
        assert!(table.iter().any(|(each, _)| each.starts_with(&format!("{name}("))), "{name}: {metric:?}");
    }
    let mut names: Vec<&String> = table.iter().map(|(name, _)| name).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), table.len(), "each once");
}

#[test]
fn values_read_as_people_write_them_and_never_round_to_all_or_nothing() {
    let cases = [
        (Value::Share(1.0), "100 %"),
        (Value::Share(0.999_999), "99.9999 %"),
        (Value::Share(0.999_971_4), "99.9971 %"),
        (Value::Share(0.999_91), "99.991 %"),
        (Value::Share(1.0 - 1.04e-9), "99.99999989 %"),
        (Value::Share(0.000_001), "<0.01 %"),
        (Value::Share(0.125), "12.5 %"),
        (Value::Duration(Span::secs(432)), "7m 12s"),
        (Value::Number(12.0), "12"),
        (Value::Never, "not recovered"),
        (Value::NotAvailable, "n/a"),
    ];
    for (value, text) in cases {
        assert_eq!(value.to_string(), text);
    }
}
