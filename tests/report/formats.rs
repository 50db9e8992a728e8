//! The terminal report, CSV and JSON.

use crate::sample::*;
use mrksim::report::terminal::{self, Options};
use mrksim::report::{csv, json};
use mrksim::runlog::{LossRow, RunLog, metrics};
use mrksim::sim::{Span, Time};
use serde_json::Value;

fn report(log: &RunLog, color: bool) -> String {
    let reproduce = "mrksim run region-outage.toml --seed 7".to_owned();
    terminal::render(log, &Options { color, width: 100, reproduce })
}

fn table(name: &str, log: &RunLog) -> String {
    let table = csv::tables(log).find(|table| table.name == name).expect("a table of that name");
    let mut out = Vec::new();
    table.write(log, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn the_report_says_verdict_then_events_then_numbers_then_how_to_repeat() {
    let text = report(&outage_run(), false);
    let in_order = [
        "us-east-1 goes dark for two hours",
        "NOT MET: 2 of 4 expectations",
        "✓ decryptable(orders, eu-west-1, checkout) >= 100%  100 %",
        "✗ recovery-time(checkout) <= 7m                     7m 12s",
        "✗ move-primary: expected ConnectTimeoutError,       UnsupportedOperationException (KMS-UPD-2)",
        "eu-west-1 could read 100 % of orders throughout",
        "checkout took 7m 12s to recover",
        "1:00:00        us-east-1       outage: region-outage us-east-1",
        "attacker: ScheduleKeyD",
        "720,000     97 %    7m 12s  21,600 AppUnavailable (KMS-OUT-20)",
        "kms-service 50 %",
        "recoverable (KMS-DEL-1)      0 %  7d 02:30:00",
        "17 delayed, 1 suppressed",
        "KMS-RET-1 (assumed): Standard mode",
        "KMS service time lognormal(8ms, 0.6)",
        "1,080,214 requests",
        "Again: mrksim run region-outage.toml --seed 7",
    ];
    let mut from = 0;
    for part in in_order {
        let at = text[from..].find(part);
        assert!(at.is_some(), "{part:?} is not in its place:\n{text}");
        from += at.unwrap();
    }
    assert!(!text.contains("KMS-CT-3 ("), "documented rules are no assumptions:\n{text}");
}

#[test]
fn a_typical_run_fits_one_screen() {
    let mut log = outage_run();
    log.stores.truncate(1);
    log.stores[0].readers.truncate(1);
    log.shares.retain(|shares| shares.store == 0 && shares.reader == 0);
    log.losses.truncate(1);
    log.events.drain(5..9);
    log.clients.truncate(1);
    log.availability.retain(|row| row.client == 0);
    log.latency.retain(|series| series.client == 0);
    let text = report(&log, false);
    assert!(text.lines().count() <= 46, "{} lines:\n{text}", text.lines().count());
    let widest = text.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(120), "{widest:?}:\n{text}");
}

#[test]
fn many_events_are_elided_in_the_middle_with_a_count() {
    let mut log = outage_run();
    let event = log.events[1].clone();
    for minute in 0..90 {
        let mut event = event.clone();
        event.time = at(1, 7, 0) + Span::secs(minute * 60);
        event.target = format!("number-{minute}");
        log.events.insert(2 + minute as usize, event);
    }
    let text = report(&log, false);
    assert!(text.contains("… 89 more, in events.csv"), "{text}");
    assert!(text.contains("number-0") && !text.contains("number-50"), "{text}");
    assert!(text.contains("3:30:00"), "the end of the story stays:\n{text}");
}

#[test]
fn the_count_of_the_rows_left_out_widens_no_column() {
    let mut log = outage_run();
    let row = log.losses[0].clone();
    log.losses = (0..12).map(|i| LossRow { fault: format!("outage-{i}"), ..row.clone() }).collect();
    let text = report(&log, false);
    assert!(text.contains("\n… 6 more, in data_loss.csv\n"), "{text}");
    assert!(text.contains("\nData loss  fault"), "{text}");
}

#[test]
fn time_that_no_phase_accounts_for_went_into_retries() {
    let mut log = outage_run();
    let (client, region) = (log.latency[0].client, log.latency[0].region);
    log.latency.retain(|series| (series.client, series.region) == (client, region));
    for series in log.latency.iter_mut() {
        let span = if series.phase == "total" { Span::secs(10) } else { Span::millis(5) };
        series.times = times(&[span]);
    }
    assert!(report(&log, false).contains("retries 100 %"));
}

#[test]
fn a_failed_step_that_nobody_expected_to_fail_is_a_warning() {
    let mut log = outage_run();
    log.answers[0].expected = None;
    let text = report(&log, false);
    assert!(text.contains("! move-primary") && text.contains("NOT MET: 1 of 3"), "{text}");
}

#[test]
fn colour_is_only_there_when_asked_for() {
    let log = outage_run();
    let plain = report(&log, false);
    let colored = report(&log, true);
    assert!(!plain.contains('\x1b') && colored.contains("\x1b[32m✓\x1b[0m"));
    let mut stripped = colored;
    for code in ["\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[32m", "\x1b[33m", "\x1b[1;31m"] {
        stripped = stripped.replace(code, "");
    }
    assert_eq!(stripped, plain);
}

#[test]
fn a_run_in_which_nothing_happened_says_so() {
    let text = report(&quiet(), false);
    assert!(text.contains("No expectations were stated") && text.contains("nothing was lost."), "{text}");
    assert!(!text.contains("What happened") && !text.contains("Data loss"), "{text}");
}

#[test]
fn narrow_terminals_do_not_break_it() {
    for width in [0, 1, 60, 1_000_000] {
        let options = Options { color: true, width, reproduce: String::new() };
        assert!(terminal::render(&outage_run(), &options).contains("NOT MET"));
    }
}

#[test]
fn events_are_quoted_as_rfc_4180_says() {
    let text = table("events.csv", &outage_run());
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "time_s,region,principal,source,operation,target,outcome,error,rule,detail");
    assert_eq!(
        lines[4],
        "4110,eu-west-1,rds.amazonaws.com,service,promotion,ledger,ok,,,\"the writer, \"\"promoted\"\"\""
    );
    assert_eq!(
        lines[5],
        "4200,us-east-1,administrator,step,UpdatePrimaryRegion,orders,refused,UnsupportedOperationException,KMS-UPD-2,aws kms update-primary-region --key-id orders"
    );
}

#[test]
fn tables_have_one_row_an_observation() {
    let log = outage_run();
    let cases = [
        ("availability.csv", log.availability.len(), "0,checkout,us-east-1,success,,1500"),
        ("refusals.csv", 1, "checkout,us-east-1,Decrypt,AppUnavailable,KMS-OUT-20,21600,3600,4031"),
        ("decryptability.csv", log.ledger.len(), "0,orders,us-east-1,checkout,decryptable,100000,KMS-CT-3,"),
        ("staleness.csv", log.staleness.len(), "3600,orders,us-east-1,30"),
        (
            "data_loss.csv",
            2,
            "orders,outage,us-east-1,eu-west-1,4032,first write elsewhere,1.204,18,17,1,0,0",
        ),
        ("latency_over_time.csv", log.latency_over_time.len(), "checkout,us-east-1,1500,"),
        ("replication.csv", log.replication.len(), "orders,us-east-1,eu-west-1,84000,3,0,0,"),
        ("latency.csv", log.latency.len(), "checkout,us-east-1,read,total,800,"),
    ];
    for (name, rows, line) in cases {
        let text = table(name, &log);
        assert_eq!(text.lines().count(), rows + 1, "{name}");
        assert!(
            text.contains(&format!("\n{line}")) || text.contains(&format!(",{line}")),
            "{name}: {line}\n{text}"
        );
        let columns = text.lines().next().unwrap().split(',').count();
        let read =
            ::csv::ReaderBuilder::new().from_reader(text.as_bytes()).into_records().collect::<Vec<_>>();
        assert!(read.iter().all(|row| row.as_ref().unwrap().len() == columns), "{name}");
    }
    let deadline = table("decryptability.csv", &log);
    assert!(deadline.contains("recoverable,") && deadline.contains(",KMS-DEL-1,613800"), "{deadline}");
}

#[test]
fn an_unused_histogram_has_empty_fields() {
    let mut log = outage_run();
    log.replication.truncate(1);
    log.replication[0].delay = times(&[]);
    assert!(table("replication.csv", &log).contains("orders,us-east-1,eu-west-1,84000,3,0,0,,,,\n"));
}

#[test]
fn the_summary_has_seed_digest_metrics_and_assumptions() {
    let summary: Value = serde_json::from_str(&json::summary(&outage_run())).unwrap();
    assert_eq!(summary["schema"], 1);
    assert_eq!(summary["seed"], 7);
    assert_eq!(summary["digest"], "00000000000000000000000000000abc");
    assert_eq!(summary["met"], false);
    assert_eq!(summary["metrics"]["recovery-time(checkout)"], 432.0);
    assert_eq!(summary["metrics"]["requests(checkout)"], 720_000);
    assert_eq!(summary["metrics"]["decryptable(orders, eu-west-1)"], 0.75);
    assert_eq!(summary["expectations"][2]["value"], 432.0);
    assert_eq!(summary["assumptions"]["rules"][0]["id"], "KMS-OUT-20");
    assert_eq!(summary["assumptions"]["rules"].as_array().unwrap().len(), 2, "documented rules are none");
    assert_eq!(summary["rules"]["KMS-UPD-2"], 1);
    let mut log = outage_run();
    log.answers.clear();
    log.expectations.retain(|checked| checked.met);
    log.seconds[0].iter_mut().filter(|row| row.second > 12_000).for_each(|row| row.good = 0);
    let summary: Value = serde_json::from_str(&json::summary(&log)).unwrap();
    assert_eq!(summary["met"], true);
    assert_eq!(summary["metrics"]["recovery-time(checkout)"], "not recovered");
}

#[test]
fn the_summary_has_exactly_the_properties_of_its_schema() {
    let schema = json::summary_schema();
    for log in [outage_run(), quiet()] {
        let summary: Value = serde_json::from_str(&json::summary(&log)).unwrap();
        conforms(&summary, &schema, &schema, "summary");
    }
}

/// Objects have the schema's properties, no more and no fewer; other values are of its types.
fn conforms(value: &Value, schema: &Value, root: &Value, path: &str) {
    let schema = match schema["$ref"].as_str() {
        Some(name) => &root["$defs"][name.trim_start_matches("#/$defs/")],
        None => schema,
    };
    if let Some(properties) = schema["properties"].as_object() {
        let object = value.as_object().unwrap_or_else(|| panic!("{path} is no object"));
        let mut there: Vec<&String> = object.keys().collect();
        let mut declared: Vec<&String> = properties.keys().collect();
        there.sort();
        declared.sort();
        assert_eq!(there, declared, "{path}");
        for (name, value) in object {
            conforms(value, &properties[name], root, &format!("{path}.{name}"));
        }
    } else if let Some(each) = value.as_array().filter(|_| schema["items"].is_object()) {
        each.iter().for_each(|value| conforms(value, &schema["items"], root, path));
    } else if let Some(object) = value.as_object() {
        for (name, value) in object {
            conforms(value, &schema["additionalProperties"], root, &format!("{path}.{name}"));
        }
    } else {
        assert!(has_type(value, schema), "{path}: {value} is not {schema}");
    }
}

fn has_type(value: &Value, schema: &Value) -> bool {
    if let Some(options) = schema["anyOf"].as_array() {
        return options.iter().any(|option| has_type(value, option));
    }
    let of = |name: &str| match name {
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        _ => false,
    };
    match &schema["type"] {
        Value::String(name) => of(name),
        Value::Array(names) => names.iter().filter_map(Value::as_str).any(of),
        _ => false,
    }
}

#[test]
fn answers_are_one_line_a_step() {
    let log = outage_run();
    let text = json::answers(&log);
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), log.answers.len());
    assert_eq!(lines[0]["ok"], false);
    assert_eq!(lines[0]["error"], "UnsupportedOperationException");
    assert_eq!(lines[0]["rule"], "KMS-UPD-2");
    assert_eq!((&lines[0]["expected"], &lines[0]["met"]), (&"ConnectTimeoutError".into(), &false.into()));
    assert_eq!(lines[1]["response"]["PendingWindowInDays"], 30);
    assert_eq!(lines[1]["expected"], Value::Null);
}

#[test]
fn every_metric_is_in_the_summary() {
    let log = outage_run();
    let summary: Value = serde_json::from_str(&json::summary(&log)).unwrap();
    let names = metrics::table(&log).len();
    assert_eq!(summary["metrics"].as_object().unwrap().len(), names);
}

#[test]
fn a_step_that_the_service_tells_of_is_told_once_and_without_its_arn() {
    let mut log = outage_run();
    let step = log.events.iter().position(|event| event.principal == "attacker").unwrap();
    let mut note = log.events[step].clone();
    note.source = "service";
    note.principal = "kms.amazonaws.com".into();
    note.target = "arn:aws:kms:ap-southeast-2:111122223333:key/mrk-1f".into();
    note.outcome = "PendingDeletion".into();
    log.events.insert(step + 1, note);
    let text = report(&log, false);
    assert!(!text.contains("attacker:"), "{text}");
    assert!(text.contains("ScheduleKeyDeletion key/mrk-1f"), "{text}");
}

/// The outage run, asked what its design costs.
fn costed() -> RunLog {
    use mrksim::runlog::cost::{Calls, Design, Keeper, Kept, Standby, Traffic};
    let table = Keeper::Table { write_capacity: None, witness: false };
    let kept = |by| Kept { item_size: 1_024, by };
    let design = Design {
        stores: vec![kept(table), kept(Keeper::Cluster { readers: 1 })],
        standby: vec![Standby { client: 0, region: 1, instances: 2, price: Some(0.5) }],
        checks: vec![("www".to_owned(), false)],
        traffic: Traffic {
            over: mrksim::sim::Span::HOUR,
            calls: vec![Calls { client: 0, from: 0, to: 1, kms: 9, reads: 7, writes: 5 }],
            replicated: Vec::new(),
        },
        ..Design::default()
    };
    RunLog { design: Some(design), ..outage_run() }
}

#[test]
fn every_line_of_the_bill_names_its_source_and_a_rule_that_exists() {
    let text = table("costs.csv", &costed());
    let mut rows = ::csv::Reader::from_reader(text.as_bytes());
    let known: Vec<&str> = mrksim::model::rules().iter().map(|rule| rule.id).collect();
    let mut parts = std::collections::BTreeSet::new();
    for row in rows.records().map(Result::unwrap) {
        parts.insert(row[0].to_owned());
        assert!(!row[12].is_empty(), "no source: {row:?}");
        assert!(row[13].is_empty() || known.contains(&&row[13]), "no such rule: {row:?}");
        assert_eq!(&row[11] == "not priced", row[7].is_empty(), "{row:?}");
    }
    assert!(parts.len() >= 4, "{parts:?}");
}

#[test]
fn the_bill_is_shown_to_who_asks_for_it() {
    let text = report(&costed(), false);
    assert!(text.contains("Cost a month") && text.contains("730.50 USD"), "{text}");
    assert!(text.contains("DynamoDB reads") && text.contains("Aurora instance"), "{text}");
    assert!(!report(&outage_run(), false).contains("Cost a month"));
    assert!(csv::tables(&outage_run()).all(|table| table.name != "costs.csv"));
}

#[test]
fn a_trace_nests_and_keeps_overlapping_requests_apart() {
    use mrksim::report::trace::trace;
    use mrksim::runlog::RequestRow;
    let mut log = outage_run();
    let row = |start: u64, end: u64, error| RequestRow {
        client: 0,
        region: 0,
        operation: "read",
        start: Time(start * 1_000_000),
        end: Time(end * 1_000_000),
        network: Span::millis(2),
        kms_queue: Span::ZERO,
        kms_service: Span::millis(5),
        store: Span::millis(1),
        error,
    };
    log.requests = vec![row(0, 10, None), row(5, 15, None), row(10, 18, None)];
    let document: serde_json::Value = serde_json::from_str(&trace(&log)).expect("JSON");
    let events = document["traceEvents"].as_array().expect("events");
    let slices: Vec<_> = events.iter().filter(|event| event["cat"] == "request").collect();
    let lane = |index: usize| {
        slices.iter().filter(|slice| slice["name"] == "read").nth(index).expect("a read")["tid"].as_u64()
    };
    assert_ne!(lane(0), lane(1), "they overlap");
    assert_eq!(lane(0), lane(2), "the first lane is free again");
    // On each lane every slice lies within another one or beside it.
    for (i, a) in slices.iter().enumerate() {
        for b in &slices[i + 1..] {
            let span = |slice: &serde_json::Value| {
                let from = slice["ts"].as_f64().expect("a time");
                (from, from + slice["dur"].as_f64().expect("a length"))
            };
            let ((a0, a1), (b0, b1)) = (span(a), span(b));
            let apart = a1 <= b0 || b1 <= a0;
            let nested = (a0 <= b0 && b1 <= a1) || (b0 <= a0 && a1 <= b1);
            assert!(a["tid"] != b["tid"] || apart || nested, "{a} and {b}");
        }
    }
    let retries = slices.iter().find(|slice| slice["name"] == "retries").expect("what no phase accounts for");
    assert_eq!(retries["dur"], 2_000.0, "{retries}");
    assert!(events.iter().any(|event| event["cat"] == "fault" && event["ph"] == "X"));
    assert!(events.iter().any(|event| event["ph"] == "M" && event["args"]["name"] == "us-east-1"));
}
