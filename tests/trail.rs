//! `trail.jsonl`: the records that CloudTrail would have of a run.

mod common;

use common::{play, setup};
use mrksim::model::setup::Record;
use mrksim::report::trail::trail;
use mrksim::runlog::RequestRow;
use mrksim::runlog::expression::Value as Counted;
use mrksim::runlog::metrics;
use mrksim::runlog::parse::parse;
use mrksim::scenario::{Request, Source};
use mrksim::services::kms::api;
use mrksim::sim::Time;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const GOLDEN: &str = "tests/golden/trail.jsonl";

const SCENARIO: &str = r#"
title    = "What CloudTrail sees"
seed     = 11
duration = "9d"
regions  = ["us-east-1", "eu-west-1", "ap-southeast-2"]

[keys.orders]
kind     = "multi-region"
primary  = "us-east-1"
replicas = ["eu-west-1"]

[stores.orders]
kind    = "dynamodb-global-table"
regions = ["us-east-1", "eu-west-1"]
items   = 10

[clients.shop]
region  = "us-east-1"
store   = "orders"
keyring = { mrk = "orders" }

[runbooks.label]
when  = "primary(orders) == eu-west-1"
steps = ["aws kms update-key-description --key-id $orders --description moved --region eu-west-1"]

[[timeline]]
at   = "1h"
run  = "aws kms replicate-key --key-id $orders --replica-region ap-southeast-2 --description spare --region us-east-1"

[[timeline]]
at   = "2h"
run  = "aws kms update-primary-region --key-id $orders --primary-region eu-west-1 --region us-east-1"

[[timeline]]
at   = "3h"
run  = "aws kms encrypt --key-id alias/orders --plaintext c2VjcmV0 --encryption-context app=shop --region us-east-1"
save = "c"

[[timeline]]
at   = "4h"
for  = "1h"
name = "slip"
key-disabled = { key = "orders", region = "ap-southeast-2" }

[[timeline]]
at   = "4h30m"
run  = "aws kms decrypt --ciphertext-blob $c --encryption-context app=shop --region ap-southeast-2"

[[timeline]]
at   = "5h"
run  = "aws kms schedule-key-deletion --key-id $orders --pending-window-in-days 7 --region us-east-1"

[[timeline]]
at   = "6h"
for  = "1h"
region-outage = { region = "us-east-1" }

[[timeline]]
at   = "6h30m"
run  = "aws kms describe-key --key-id $orders --region us-east-1"
"#;

fn of_text() -> String {
    let source = Source::Text { name: "trail.toml".into(), text: SCENARIO.into() };
    trail(&play(&setup(&Request::new(source)), 0))
}

fn records(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn the_trail_of_a_run_is_as_it_was() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(GOLDEN);
    let text = of_text();
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &text).expect("the golden file");
    }
    assert_eq!(text, std::fs::read_to_string(&path).expect("the golden file"));
}

#[test]
fn it_says_what_cloudtrail_says() {
    let records = records(&of_text());
    let events: Vec<String> = records
        .iter()
        .map(|record| {
            let text = |name: &str| record[name].as_str().expect("a text");
            format!("{} {}", text("eventName"), text("awsRegion"))
        })
        .collect();
    assert_eq!(
        events,
        [
            "ReplicateKey us-east-1",
            "CreateKey ap-southeast-2",
            "SynchronizeMultiRegionKey ap-southeast-2",
            "SynchronizeMultiRegionKey eu-west-1",
            "UpdatePrimaryRegion us-east-1",
            "UpdatePrimaryRegion eu-west-1",
            "UpdateKeyDescription eu-west-1",
            "SynchronizeMultiRegionKey ap-southeast-2",
            "Encrypt us-east-1",
            "DisableKey ap-southeast-2",
            "Decrypt ap-southeast-2",
            "EnableKey ap-southeast-2",
            "ScheduleKeyDeletion us-east-1",
            "DeleteKey us-east-1",
            "SynchronizeMultiRegionKey ap-southeast-2",
        ],
        "a call that nobody answers leaves no record"
    );
    // One request, two events (KMS-LOG-3).
    assert_eq!(records[4]["requestID"], records[5]["requestID"]);
    assert_eq!(records[4]["userIdentity"]["invokedBy"], Value::Null);
    assert_eq!(records[5]["userIdentity"]["invokedBy"], "kms.amazonaws.com");
    assert_eq!(records[6]["userIdentity"]["sessionContext"]["sessionIssuer"]["userName"], "runbook-label");
    assert_eq!(records[8]["requestParameters"]["encryptionContext"]["app"], "shop");
    assert_eq!(records[8]["readOnly"], true);
    assert_eq!(records[10]["errorCode"], "DisabledException");
    assert_eq!(records[12]["responseElements"]["keyState"], "PendingDeletion");
    assert_eq!(records[12]["requestParameters"]["pendingWindowInDays"], 7);
    assert_eq!(records[13]["eventType"], "AwsServiceEvent");
    let arn = records[13]["resources"][0]["ARN"].as_str().expect("an ARN");
    assert!(arn.starts_with("arn:aws:kms:us-east-1:") && arn.contains(":key/mrk-"), "{arn}");
}

#[test]
fn records_are_in_order_and_keep_secrets() {
    let mut names: BTreeSet<&str> = api::OPERATIONS.iter().map(|operation| operation.name).collect();
    names.extend(["SynchronizeMultiRegionKey", "RotateKey", "DeleteKey", "DeleteExpiredKeyMaterial"]);
    names.extend(["SwitchoverGlobalCluster", "FailoverGlobalCluster", "RemoveFromGlobalCluster"]);
    names.insert("DescribeGlobalClusters");
    let (mut sources, mut ids) = (BTreeSet::new(), BTreeSet::new());
    for name in ["replica-promotion", "primary-deletion", "aurora-global-database"] {
        let path = PathBuf::from(format!("scenarios/tutorial/{name}.toml"));
        let text = trail(&play(&setup(&Request::new(Source::Path(path))), 0));
        assert!(!text.contains("aGVsbG8"), "{name}: a plaintext");
        let records = records(&text);
        assert!(!records.is_empty(), "{name}");
        let time = |record: &Value| record["eventTime"].as_str().expect("a time").to_owned();
        assert!(records.is_sorted_by_key(time), "{name}");
        for record in &records {
            assert!(names.contains(record["eventName"].as_str().expect("a name")), "{name}: {record}");
            assert!(ids.insert((name, record["eventID"].to_string())), "{name}: {record}");
            sources.insert(record["eventSource"].to_string());
        }
    }
    assert_eq!(sources.len(), 2, "{sources:?}");
}

/// A keyring's calls are calls of KMS like any other.
#[test]
fn the_calls_of_messages_are_recorded() {
    let text = "duration = '1h'\nregions = ['us-east-1', 'eu-west-1']\n\
        [keys.orders]\nkind = 'multi-region'\nprimary = 'us-east-1'\nreplicas = ['eu-west-1']\n\
        [[timeline]]\nat = '1m'\nas = 'app'\nsave = 'm'\n\
        encrypt = { keyring = { multi = ['$orders@us-east-1', '$orders@eu-west-1'] }, region = 'us-east-1', plaintext = 'aGVsbG8=' }\n\
        [[timeline]]\nat = '2m'\nrun = 'aws kms disable-key --key-id $orders --region eu-west-1'\n\
        [[timeline]]\nat = '3m'\nas = 'app'\n\
        decrypt = { keyring = { plain = 'orders' }, region = 'eu-west-1', message = '$m' }\n";
    let source = Source::Text { name: "messages.toml".into(), text: text.into() };
    let written = trail(&play(&setup(&Request::new(source)), 0));
    let records = written.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let by_app = records.filter(|record| record.to_string().contains("role/app"));
    let shown: Vec<String> = by_app
        .map(|record| format!("{} {} {}", record["eventName"], record["awsRegion"], record["errorCode"]))
        .collect();
    let expected = [
        r#""GenerateDataKey" "us-east-1" null"#,
        r#""Encrypt" "eu-west-1" null"#,
        r#""Decrypt" "eu-west-1" "DisabledException""#,
    ];
    assert_eq!(shown, expected);
}

const REQUESTS: &str = r#"
title    = "A key is disabled for a while"
duration = "2m"
regions  = ["us-east-1", "eu-west-1"]

[keys.orders]
kind     = "multi-region"
primary  = "us-east-1"
replicas = ["eu-west-1"]

[stores.orders]
kind    = "dynamodb-global-table"
regions = ["us-east-1", "eu-west-1"]
items   = 10
preload = "shop"

[clients.shop]
region  = "us-east-1"
store   = "orders"
rate    = "5/s"
mix     = { read = 0.5, write = 0.5 }
retry   = "none"
context = { app = "shop" }
keyring = { mrk = "orders" }

[[timeline]]
at   = "1m"
for  = "20s"
name = "slip"
key-disabled = { key = "orders", region = "us-east-1" }
"#;

/// Every request makes one call to KMS, which CloudTrail sees, as it sees what the operator did meanwhile.
#[test]
fn single_requests_that_are_kept_are_in_it() {
    let source = Source::Text { name: "requests.toml".into(), text: REQUESTS.into() };
    let mut setup = setup(&Request::new(source));
    let whole = Record::Between(Time::ZERO, Time::ZERO + setup.duration);
    Arc::make_mut(&mut setup).record = whole;
    let log = play(&setup, 0);
    let records = records(&trail(&log));
    let count = |name: &str, error: Option<&str>| {
        let same = |record: &&Value| record["eventName"] == name && record["errorCode"].as_str() == error;
        records.iter().filter(same).count()
    };
    let ended = |operation: &str, is_ok: bool| {
        let same = |row: &&RequestRow| row.operation == operation && row.error.is_none() == is_ok;
        log.requests.iter().filter(same).count()
    };
    assert_eq!(log.requests.len() as u64, log.totals.requests);
    for (operation, call) in [("read", "Decrypt"), ("write", "GenerateDataKey")] {
        assert!(ended(operation, true) > 100 && ended(operation, false) > 20, "{operation}");
        assert_eq!(count(call, None), ended(operation, true), "{call}");
        assert_eq!(count(call, Some("DisabledException")), ended(operation, false), "{call}");
    }
    let times: Vec<&str> =
        records.iter().map(|record| record["eventTime"].as_str().expect("a text")).collect();
    assert!(times.is_sorted());
    let decrypt = records.iter().find(|record| record["eventName"] == "Decrypt").expect("a call");
    let key = &decrypt["requestParameters"]["keyId"];
    assert!(
        key.as_str()
            .is_some_and(|arn| arn.starts_with("arn:aws:kms:us-east-1:") && arn.contains(":key/mrk-"))
    );
    assert_eq!(decrypt["resources"][0]["ARN"], *key);
    assert_eq!(decrypt["requestParameters"]["encryptionContext"], serde_json::json!({ "app": "shop" }));
    assert_eq!(decrypt["readOnly"], true);
}

/// `logged(event, region)` counts what the trail shows.
#[test]
fn the_metric_counts_the_records() {
    let source = Source::Text { name: "trail.toml".into(), text: SCENARIO.into() };
    let log = play(&setup(&Request::new(source)), 0);
    let records = records(&trail(&log));
    let of = |record: &Value| (record["eventName"].clone(), record["awsRegion"].clone());
    let mut kinds = BTreeSet::new();
    for (event, region) in records.iter().map(of) {
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        kinds.insert((text(&event), text(&region)));
    }
    assert!(kinds.len() >= 10, "{kinds:?}");
    for (event, region) in kinds {
        let count =
            records.iter().filter(|record| of(record) == (event.clone().into(), region.clone().into()));
        let expression =
            parse(&format!("logged({event}, {region}) == {}", count.count())).expect("an expression");
        let value = metrics::evaluate(&log, &expression);
        assert!(metrics::holds(&value, expression.op, &expression.bound), "{event} {region}: {value}");
    }
    let nothing = parse("logged(RotateKey, us-east-1) == 0").expect("an expression");
    assert_eq!(metrics::evaluate(&log, &nothing), Counted::Number(0.0));
}
