//! Hand-made run logs, as a simulation would leave them.

use mrksim::runlog::expression::{Bound, Expression, Metric, MetricName, Moment, Op};
use mrksim::runlog::*;
use mrksim::services::ErrorCode;
use mrksim::sim::{Histogram, Span, Time};

mrksim::rules! {
    DECRYPT = "KMS-CT-3", "Any related key decrypts what another one encrypted.",
        Documented "AWS KMS Developer Guide, Multi-Region keys";
    OUTAGE = "KMS-OUT-20", "A client of a Region that is down sees a connect timeout.",
        Reported "post-incident reports of 2021 and 2025";
    RETRY = "KMS-RET-1", "Standard mode makes three attempts with full jitter.",
        Assumed "the SDKs differ in the base of the back-off";
    UPDATE = "KMS-UPD-2", "UpdatePrimaryRegion is called in the Region of the current primary."
        => UnsupportedOperationException,
        Documented "AWS KMS API Reference, UpdatePrimaryRegion";
    PENDING = "KMS-DEL-1", "A key that is pending deletion refuses cryptographic operations."
        => KMSInvalidStateException,
        Documented "AWS KMS Developer Guide, Key states";
    DENIED = "KMS-POL-2", "Without an allowing statement a request is denied." => AccessDeniedException,
        Documented "AWS KMS Developer Guide, Key policies";
}

/// `hours:minutes:seconds` of the run.
pub fn at(hours: u64, minutes: u64, seconds: u64) -> Time {
    Time::ZERO + Span::secs(hours * 3600 + minutes * 60 + seconds)
}

/// A run of four hours in two Regions in which nothing happened.
pub fn quiet() -> RunLog {
    RunLog {
        items: Vec::new(),
        name: "quiet".into(),
        title: "Nothing happens".into(),
        variant: None,
        scenario_hash: "00ff".into(),
        seed: 7,
        trial: 0,
        rule_set: "aws",
        duration: Span(4 * Span::HOUR.0),
        ended: at(4, 0, 0),
        bin: Span::secs(30),
        regions: vec!["us-east-1".into(), "eu-west-1".into(), "ap-southeast-2".into()],
        clients: vec![client("checkout", 0, 0, true)],
        stores: vec![StoreInfo {
            states: Vec::new(),
            name: "orders".into(),
            kind: "dynamodb-global-table",
            regions: vec![0, 1],
            readers: vec!["checkout".into(), "dba".into()],
            writers: vec![],
        }],
        keys: vec![KeyInfo {
            name: "orders".into(),
            key_id: "mrk-00000000000000000000000000000001".into(),
            kind: "multi-region",
            primary: 0,
            replicas: vec![1],
            moves: vec![],
            states: vec![(0, "Enabled".into(), Time::ZERO), (1, "Enabled".into(), Time::ZERO)],
        }],
        links: vec![(0, 1, Span::millis(34)), (1, 0, Span::millis(34))],
        events: vec![],
        answers: vec![],
        calls: vec![],
        skipped: Vec::new(),
        requests: Vec::new(),
        request_calls: Vec::new(),
        recorded: Vec::new(),
        faults: vec![],
        latency: vec![],
        latency_over_time: vec![],
        availability: vec![],
        seconds: vec![vec![]],
        refusals: vec![],
        ledger: vec![],
        shares: vec![],
        staleness: vec![],
        replication: vec![],
        losses: vec![],
        design: None,
        expectations: vec![],
        rules: Default::default(),
        assumptions: vec![],
        totals: Totals::default(),
        digest: 0xabc,
    }
}

pub fn client(name: &str, region: usize, store: usize, traffic: bool) -> ClientInfo {
    ClientInfo {
        moves: Vec::new(),
        name: name.into(),
        principal: name.into(),
        account: "111122223333".into(),
        region,
        store,
        objective_share: 0.99,
        objective_window: Span::secs(60),
        traffic,
        keyring: "mrk(orders)".into(),
    }
}

pub fn outage(name: &str, region: usize, start: Time, end: Option<Time>) -> FaultSpan {
    let scope = ["us-east-1", "eu-west-1", "ap-southeast-2"][region].to_owned();
    FaultSpan { name: name.into(), kind: "region-outage", scope, region: Some(region), start, end }
}

pub fn loss(fault: &str, age: Span, writes: [u64; 4]) -> LossRow {
    let [delayed, suppressed, lost, pending] = writes;
    LossRow {
        store: 0,
        fault: fault.into(),
        from: 0,
        to: 1,
        takeover: at(1, 7, 12),
        how: "first write elsewhere",
        age,
        writes: delayed + suppressed + lost + pending,
        delayed,
        suppressed,
        lost,
        pending,
    }
}

pub fn times(spans: &[Span]) -> Histogram {
    let mut times = Histogram::new(64);
    spans.iter().for_each(|span| times.record(*span));
    times
}

pub fn ledger(
    time: Time,
    place: (usize, usize, usize),
    class: Class,
    items: u64,
    rule: mrksim::rulebook::RuleRef,
) -> LedgerRow {
    let (store, region, reader) = place;
    LedgerRow { time, store, region, reader, class, items, rule, deadline: None }
}

pub fn ask(name: MetricName, args: &[&str], at: Option<Moment>) -> Expression {
    let args = args.iter().map(|arg| (*arg).to_owned()).collect();
    Expression { metric: Metric { name, args }, at, op: Op::AtLeast, bound: Bound::Share(1.0), trials: 1.0 }
}

/// us-east-1 is dark from 1 h to 3 h; checkout moves to eu-west-1 after 7 min 12 s; a key is deleted late.
pub fn outage_run() -> RunLog {
    let mut log = quiet();
    log.name = "region-outage".into();
    log.title = "us-east-1 goes dark for two hours".into();
    log.clients.push(client("mobile-app", 1, 0, true));
    log.stores[0].regions = vec![0, 1, 2];
    log.stores[0].readers = vec!["checkout".into(), "mobile-app".into(), "dba".into()];
    log.stores.push(StoreInfo {
        states: Vec::new(),
        name: "ledger".into(),
        kind: "aurora-global-database",
        regions: vec![0, 1],
        readers: vec!["dba".into()],
        writers: vec![(0, Time::ZERO), (1, at(1, 8, 30))],
    });
    log.keys[0].replicas = vec![1, 2];
    log.keys[0].states.push((2, "Enabled".into(), Time::ZERO));
    log.keys[0].states.push((2, "PendingDeletion".into(), at(2, 30, 0)));
    log.keys.push(KeyInfo {
        name: "ledger".into(),
        key_id: "00000000-0000-4000-8000-000000000002".into(),
        kind: "single-region",
        primary: 0,
        replicas: vec![],
        moves: vec![],
        states: vec![(0, "Enabled".into(), Time::ZERO)],
    });
    let ms = Span::millis;
    log.links = vec![
        (0, 1, ms(34)),
        (1, 0, ms(34)),
        (0, 2, ms(99)),
        (2, 0, ms(98)),
        (1, 2, ms(128)),
        (2, 1, ms(127)),
    ];
    log.faults = vec![
        outage("outage", 0, at(1, 0, 0), Some(at(3, 0, 0))),
        FaultSpan {
            name: "slow-link".into(),
            kind: "latency",
            scope: "eu-west-1 <-> ap-southeast-2".into(),
            region: None,
            start: at(3, 20, 0),
            end: Some(at(3, 30, 0)),
        },
    ];
    fill_requests(&mut log);
    fill_ledger(&mut log);
    fill_replication(&mut log);
    fill_events(&mut log);
    fill_expectations(&mut log);
    log.totals = Totals {
        requests: 1_080_214,
        succeeded: 1_058_614,
        failed: 21_600,
        events: 4_821_377,
        writes: 317_584,
    };
    log.rules = [(DECRYPT, 740_000), (OUTAGE, 21_600), (RETRY, 44_000), (UPDATE, 1), (PENDING, 12)].into();
    let number = |what: &str, value: &str, basis, source: &str| Assumption {
        what: what.into(),
        value: value.into(),
        basis,
        source: source.into(),
    };
    log.assumptions = vec![
        number("KMS service time", "lognormal(8ms, 0.6)", "assumed", "AWS publishes none"),
        number("latency us-east-1 -> eu-west-1", "34ms one way", "measured", "public probe data, 2026-09"),
        number(
            "DynamoDB replication lag",
            "lognormal(900ms, 0.4)",
            "reported",
            "ReplicationLatency seen by users",
        ),
        number("attempt time-out", "5s", "assumed", "SDK defaults to none"),
    ];
    log
}

/// A pseudo-random share, for weather that repeats.
fn noise(n: u64) -> f64 {
    let x = (n.wrapping_add(1)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    ((x ^ (x >> 32)) >> 11) as f64 / (1u64 << 53) as f64
}

fn fill_requests(log: &mut RunLog) {
    let down = |second: u64| (3600..3600 + 432).contains(&second);
    let checkout = |second: u64| SecondRow { second, total: 50, good: if down(second) { 0 } else { 50 } };
    log.seconds = vec![
        (0..14_400).map(checkout).collect(),
        (0..14_400).map(|second| SecondRow { second, total: 25, good: 25 }).collect(),
    ];
    for bin in 0..480 {
        let time = Time::ZERO + Span::secs(bin * 30);
        let away = bin >= 120 + 14;
        let region = usize::from(away);
        let failed = if (120..134).contains(&bin) {
            1500
        } else if bin == 134 {
            600
        } else {
            0
        };
        let mut row = |client, region, error, count| {
            if count > 0 {
                log.availability.push(AvailabilityRow { time, client, region, error, count });
            }
        };
        row(0, region, None, 1500 - failed);
        row(0, 0, Some(ErrorCode::AppUnavailable), failed);
        row(1, 1, None, 750);
        let slow = if (400..420).contains(&bin) { 40.0 } else { 0.0 };
        let base = if away { 48.0 } else { 21.0 };
        let jitter = |salt: u64| noise(bin * 7 + salt);
        let micros = |ms: f64| Span::micros((ms * 1000.0) as u64);
        if failed < 1500 {
            let (p50, p99) = (micros(base + jitter(1)), micros(base * 2.6 + 9.0 * jitter(2)));
            log.latency_over_time.push(LatencyBin {
                time,
                client: 0,
                region,
                count: 1500 - failed,
                p50,
                p99,
            });
        }
        let (p50, p99) = (micros(14.0 + slow + jitter(3)), micros(44.0 + 3.0 * slow + 8.0 * jitter(4)));
        log.latency_over_time.push(LatencyBin { time, client: 1, region: 1, count: 750, p50, p99 });
    }
    for (client, region, base) in [(0, 0, 21.0), (0, 1, 48.0), (1, 1, 14.0)] {
        for (operation, factor) in [("read", 1.0), ("write", 1.4)] {
            for (phase, part) in [("total", 1.0), ("network", 0.3), ("kms-service", 0.5), ("store", 0.2)] {
                let spans: Vec<Span> = (0..800)
                    .map(|n| {
                        let u = noise(n * 31 + client as u64 * 7 + region as u64);
                        Span::micros(
                            (base * factor * part * 1000.0 * (0.6 + u + 0.4 * u / (1.004 - u))) as u64,
                        )
                    })
                    .collect();
                log.latency.push(LatencySeries { client, region, operation, phase, times: times(&spans) });
            }
        }
    }
    log.refusals = vec![RefusalRow {
        client: 0,
        region: 0,
        operation: "Decrypt",
        error: ErrorCode::AppUnavailable,
        rule: OUTAGE,
        count: 21_600,
        first: at(1, 0, 0),
        last: at(1, 7, 11),
    }];
}

fn fill_ledger(log: &mut RunLog) {
    let all = 100_000;
    for reader in 0..3 {
        for minute in (0..240).step_by(10) {
            let time = at(0, minute, 0);
            let items = all + minute * 400;
            for region in 0..3 {
                let class = match (region, minute) {
                    (0, 60..180) => Class::Unreachable,
                    (2, 150..) => Class::Recoverable,
                    _ if reader == 2 => Class::Denied,
                    _ => Class::Decryptable,
                };
                let rule = match class {
                    Class::Unreachable => OUTAGE,
                    Class::Recoverable => PENDING,
                    Class::Denied => DENIED,
                    _ => DECRYPT,
                };
                if reader == 2 && class == Class::Denied {
                    log.ledger.push(ledger(
                        time,
                        (0, region, reader),
                        Class::Decryptable,
                        items * 3 / 4,
                        DECRYPT,
                    ));
                    log.ledger.push(ledger(time, (0, region, reader), Class::Denied, items / 4, DENIED));
                    continue;
                }
                let mut row = ledger(time, (0, region, reader), class, items, rule);
                row.deadline = (class == Class::Recoverable).then(|| at(2 + 24 * 7, 30, 0));
                log.ledger.push(row);
            }
            if reader == 0 {
                let class = if (60..180).contains(&minute) { Class::Unreachable } else { Class::Decryptable };
                log.ledger.push(ledger(time, (1, 0, 0), class, 5_000, OUTAGE));
                log.ledger.push(ledger(time, (1, 1, 0), class, 5_000, OUTAGE));
            }
        }
    }
    log.ledger.sort_by_key(|row| row.time);
    let shares = |store, region, reader, extreme, end| LedgerExtremes {
        store,
        region,
        reader,
        extreme: Some(extreme),
        end: Some(end),
    };
    for (reader, whole) in [(0, 1.0), (1, 1.0), (2, 0.75)] {
        let fine = [whole, 0.0, 0.0, 1.0 - whole, 0.0];
        log.shares.push(shares(0, 0, reader, [0.0, 1.0, 0.0, 1.0 - whole, 0.0], fine));
        log.shares.push(shares(0, 1, reader, fine, fine));
        log.shares.push(shares(0, 2, reader, [0.0, 0.0, 1.0, 1.0 - whole, 0.0], [0.0, 0.0, 1.0, 0.0, 0.0]));
    }
    for region in 0..2 {
        log.shares.push(shares(1, region, 0, [0.0, 1.0, 0.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0, 0.0]));
    }
}

fn fill_replication(log: &mut RunLog) {
    for (store, region, base) in [(0, 0, 1.1), (0, 1, 1.2), (0, 2, 1.6), (1, 1, 0.4)] {
        for bin in 0..480u64 {
            let time = Time::ZERO + Span::secs(bin * 30);
            let held = region == 0 && (120..360).contains(&bin);
            let seconds = match held {
                true => (bin - 120 + 1) as f64 * 30.0,
                false => base * (0.7 + noise(bin * 3 + region as u64)),
            };
            let staleness = Span::micros((seconds * 1e6) as u64);
            log.staleness.push(StalenessPoint { time, store, region, staleness });
        }
    }
    let lag = times(&(0..500).map(|n| Span::millis(600 + (noise(n) * 900.0) as u64)).collect::<Vec<_>>());
    for (from, to) in [(0, 1), (0, 2), (1, 0), (1, 2)] {
        let delay = lag.clone();
        log.replication.push(ReplicationRow {
            store: 0,
            from,
            to,
            applied: 84_000,
            superseded: 3,
            pending: u64::from(to == 2),
            lost: 0,
            delay,
        });
    }
    log.losses = vec![
        loss("outage", Span::millis(1_204), [17, 1, 0, 0]),
        LossRow { store: 1, how: "promotion", ..loss("outage", Span::millis(380), [0, 0, 2, 0]) },
    ];
}

/// (who, source, operation, target, outcome)
type What<'a> = (&'a str, &'static str, &'a str, &'a str, &'a str);

fn event(time: Time, region: usize, what: What, detail: &str) -> EventRow {
    let (principal, source, operation, target, outcome) = what;
    EventRow {
        time,
        region: Some(region),
        principal: principal.into(),
        source,
        operation: operation.into(),
        target: target.into(),
        outcome: outcome.into(),
        error: String::new(),
        rule: None,
        detail: detail.into(),
    }
}

fn fill_events(log: &mut RunLog) {
    let mut refused = event(
        at(1, 10, 0),
        0,
        ("administrator", "step", "UpdatePrimaryRegion", "orders", "refused"),
        "aws kms update-primary-region --key-id orders",
    );
    refused.error = "UnsupportedOperationException".into();
    refused.rule = Some(UPDATE);
    let both = "eu-west-1 <-> ap-southeast-2";
    log.events = vec![
        event(at(1, 0, 0), 0, ("outage", "fault", "region-outage", "us-east-1", "started"), ""),
        event(at(1, 2, 12), 0, ("evacuate", "runbook", "success(checkout) < 50% for 60s", "", "started"), ""),
        event(
            at(1, 7, 12),
            1,
            ("evacuate", "runbook", "route", "checkout", "ok"),
            "new requests go to eu-west-1",
        ),
        event(
            at(1, 8, 30),
            1,
            ("rds.amazonaws.com", "service", "promotion", "ledger", "ok"),
            "the writer, \"promoted\"",
        ),
        refused,
        event(at(2, 30, 0), 2, ("attacker", "step", "ScheduleKeyDeletion", "orders", "ok"), ""),
        event(
            at(2, 30, 0),
            2,
            ("kms.amazonaws.com", "service", "key-state", "orders", "PendingDeletion"),
            "",
        ),
        event(at(3, 0, 0), 0, ("outage", "fault", "region-outage", "us-east-1", "lifted"), ""),
        event(at(3, 20, 0), 1, ("slow-link", "fault", "latency", both, "started"), ""),
        event(at(3, 30, 0), 1, ("slow-link", "fault", "latency", both, "lifted"), ""),
    ];
    log.answers = vec![
        Answer {
            time: at(1, 10, 0),
            command:
                "aws kms update-primary-region --key-id $orders --primary-region eu-west-1 --region us-east-1"
                    .into(),
            name: Some("move-primary".into()),
            saved: None,
            region: "us-east-1".into(),
            principal: "administrator".into(),
            error: Some("UnsupportedOperationException".into()),
            message: "not here".into(),
            rule: Some(UPDATE),
            response: serde_json::Value::Null,
            expected: Some(("ConnectTimeoutError".into(), false)),
            location: "region-outage.toml:41".into(),
        },
        Answer {
            time: at(2, 30, 0),
            command: "aws kms schedule-key-deletion --key-id $orders --region ap-southeast-2".into(),
            name: None,
            saved: None,
            region: "ap-southeast-2".into(),
            principal: "attacker".into(),
            error: None,
            message: String::new(),
            rule: None,
            response: serde_json::json!({"KeyState": "PendingDeletion", "PendingWindowInDays": 30}),
            expected: None,
            location: "region-outage.toml:47".into(),
        },
    ];
}

fn fill_expectations(log: &mut RunLog) {
    let expect = |name, args: &[&str], op, bound| Expression { op, bound, ..ask(name, args, None) };
    let all = [
        (
            "decryptable(orders, eu-west-1, checkout) >= 100%",
            expect(
                MetricName::Decryptable,
                &["orders", "eu-west-1", "checkout"],
                Op::AtLeast,
                Bound::Share(1.0),
            ),
        ),
        (
            "data-loss(orders) <= 2s",
            expect(MetricName::DataLoss, &["orders"], Op::AtMost, Bound::Duration(Span::secs(2))),
        ),
        (
            "recovery-time(checkout) <= 7m",
            expect(MetricName::RecoveryTime, &["checkout"], Op::AtMost, Bound::Duration(Span::secs(420))),
        ),
    ];
    log.expectations = metrics::check(
        log,
        all.iter().map(|(text, expression)| (*text, expression, "region-outage.toml:70")),
    );
}
