//! `trail.jsonl`: what AWS CloudTrail would have logged of a run, one record a line, in the order of time.
//!
//! In it: every call that a step, a runbook or a fault made and that a service received, what KMS does by itself
//! (KMS-LOG-1 to -10), and the calls to KMS and Secrets Manager of the single requests that the run kept. Not in it:
//! requests that it did not keep, of which it has too many; data events; what a service asks of KMS for a request; and
//! calls that reached nobody, which nobody can log. Key material, plaintext, ciphertext, signatures and tokens are left
//! out, as CloudTrail leaves them out. Source: AWS KMS Developer Guide, Logging AWS KMS API calls with AWS CloudTrail; AWS
//! CloudTrail User Guide, CloudTrail record contents.

use super::region;
use crate::runlog::logged::{Logged, logged};
use crate::runlog::{Call, EventRow, RequestCall, RunLog};
use crate::services::api::{Kind, Param};
use crate::services::{ErrorCode, Plane, Service, kms, shorthand};
use crate::sim::{Stream, Time};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// The version of CloudTrail's record format whose fields these are.
const EVENT_VERSION: &str = "1.11";

/// What a run's callers have for an address: one that is reserved for documents.
const SOURCE: &str = "192.0.2.0";

/// The Encryption SDK's data keys, for its default algorithm suite.
const DATA_KEY_BYTES: u32 = 32;

const KMS: &str = "kms.amazonaws.com";
const INTERNAL: &str = "AWS Internal";

/// Parameters and response fields that CloudTrail never shows, besides bytes.
const SECRET: [&str; 9] = [
    "Plaintext",
    "CiphertextBlob",
    "GrantToken",
    "GrantTokens",
    "ImportToken",
    "PublicKey",
    "PrivateKeyPlaintext",
    "SharedSecret",
    "SecretString",
];

/// A record, in CloudTrail's own names.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    event_version: &'static str,
    user_identity: Value,
    event_time: String,
    event_source: String,
    event_name: &'a str,
    aws_region: &'a str,
    #[serde(rename = "sourceIPAddress")]
    source_ip_address: &'static str,
    user_agent: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_message: Option<&'a str>,
    request_parameters: Value,
    response_elements: Value,
    #[serde(rename = "requestID")]
    request_id: String,
    #[serde(rename = "eventID")]
    event_id: String,
    read_only: bool,
    resources: Vec<Value>,
    event_type: &'static str,
    management_event: bool,
    recipient_account_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_event_details: Option<Value>,
    event_category: &'static str,
}

/// The text of `trail.jsonl`.
pub fn trail(log: &RunLog) -> String {
    let mut trail = Trail { log, lines: Vec::new(), request: String::new() };
    logged(log).into_iter().for_each(|one| trail.tell(one));
    let mut calls: Vec<&RequestCall> = log.request_calls.iter().collect();
    calls.sort_by_key(|call| (call.time, call.client));
    calls.into_iter().for_each(|call| trail.tell_request(call));
    // What operators did comes first in its instant.
    trail.lines.sort_by_key(|(time, _)| *time);
    trail.lines.into_iter().map(|(_, line)| line).collect()
}

struct Trail<'a> {
    log: &'a RunLog,
    lines: Vec<(Time, String)>,
    /// The ID of the latest call, which what it invoked has, too.
    request: String,
}

impl<'a> Trail<'a> {
    fn tell(&mut self, one: Logged<'a>) {
        let (time, record) = match one {
            Logged::Call(call) => {
                let record = self.record_of_call(call);
                self.request.clone_from(&record.request_id);
                (call.time, record)
            }
            Logged::Invoked(call, row) => (row.time, self.invoked(call, row)),
            Logged::ByItself(row) => (row.time, self.by_itself(row)),
        };
        self.write(time, &record);
    }

    /// What KMS did without a call.
    fn by_itself(&self, row: &'a EventRow) -> Record<'a> {
        let account = account_of(&row.target);
        let mut record = self.record(row.time, KMS.to_owned(), &row.operation, row.region);
        record.user_identity = json!({"accountId": account, "invokedBy": INTERNAL});
        (record.source_ip_address, record.user_agent) = (INTERNAL, INTERNAL);
        record.resources = vec![key_resource(&row.target)];
        record.event_type = "AwsServiceEvent";
        record.recipient_account_id = account;
        record.service_event_details = Some(details(row));
        record
    }

    fn record_of_call(&self, call: &'a Call) -> Record<'a> {
        let operation = call.operation;
        let source = format!("{}.amazonaws.com", operation.service.name());
        let mut record = self.record(call.time, source, operation.name, Some(call.region));
        record.user_identity = identity(&call.principal, &call.account, region(self.log, call.region));
        record.error_code = call.error.as_deref();
        record.error_message = Some(call.message.as_str()).filter(|message| !message.is_empty());
        record.request_parameters = parameters(call);
        record.read_only = is_read_only(operation.plane, operation.name);
        if !record.read_only && call.error.is_none() {
            record.response_elements = lower_names(&call.response);
        }
        record.resources =
            keys_of(call, region(self.log, call.region)).map(|arn| key_resource(&arn)).collect();
        record.recipient_account_id = &call.account;
        record
    }

    /// What a call made KMS log in another Region.
    fn invoked(&self, call: &'a Call, row: &'a EventRow) -> Record<'a> {
        let mut record = self.record(row.time, KMS.to_owned(), &row.operation, row.region);
        record.user_identity = identity(&call.principal, &call.account, region(self.log, call.region));
        record.user_identity["invokedBy"] = json!(KMS);
        (record.source_ip_address, record.user_agent) = (KMS, KMS);
        record.resources = vec![key_resource(&row.target)];
        record.recipient_account_id = &call.account;
        record.request_id.clone_from(&self.request);
        match call.operation.name {
            "ReplicateKey" => {
                record.request_parameters = json!({"multiRegion": true});
                record.response_elements = json!({
                    "keyMetadata": lower_names(&call.response["ReplicaKeyMetadata"]),
                });
            }
            _ => record.request_parameters = parameters(call),
        }
        record
    }

    /// A record with the fields that do not depend on who caused it.
    fn record(&self, time: Time, source: String, name: &'a str, at: Option<usize>) -> Record<'a> {
        let id = |what: &str| {
            let name = format!("trail/{}/{what}", self.lines.len());
            uuid(Stream::new(self.log.seed, self.log.trial, &name).next_u128())
        };
        Record {
            event_version: EVENT_VERSION,
            user_identity: Value::Null,
            event_time: timestamp(time),
            event_source: source,
            event_name: name,
            aws_region: at.map_or("", |at| region(self.log, at)),
            source_ip_address: SOURCE,
            user_agent: "mrksim",
            error_code: None,
            error_message: None,
            request_parameters: Value::Null,
            response_elements: Value::Null,
            request_id: id("request"),
            event_id: id("event"),
            read_only: false,
            resources: Vec::new(),
            event_type: "AwsApiCall",
            management_event: true,
            recipient_account_id: "",
            service_event_details: None,
            event_category: "Management",
        }
    }

    /// A call of a client's single request.
    fn tell_request(&mut self, call: &'a RequestCall) {
        let (log, place) = (self.log, region(self.log, call.region));
        let client = &log.clients[call.client];
        let source = format!("{}.amazonaws.com", call.service.name());
        let mut record = self.record(call.time, source, call.operation, Some(call.region));
        record.user_identity = identity(&client.principal, &client.account, place);
        record.error_code = call.error.map(ErrorCode::name);
        record.request_parameters = match (call.service, call.operation) {
            (Service::Kms, operation) => {
                let mut shown = json!({ "keyId": call.target });
                if !call.context.is_empty() {
                    shown["encryptionContext"] = json!(call.context);
                }
                match operation {
                    "GenerateDataKey" => shown["numberOfBytes"] = json!(DATA_KEY_BYTES),
                    _ => shown["encryptionAlgorithm"] = json!("SYMMETRIC_DEFAULT"),
                }
                shown
            }
            _ => json!({ "secretId": call.target }),
        };
        record.read_only = call.operation != "PutSecretValue";
        record.resources = call.key.iter().map(|arn| key_resource(arn)).collect();
        record.recipient_account_id = &client.account;
        self.write(call.time, &record);
    }

    fn write(&mut self, time: Time, record: &Record) {
        let line = serde_json::to_string(record).expect("texts and maps with text keys can be written");
        self.lines.push((time, line + "\n"));
    }
}

/// `2026-01-01T00:00:00Z`: CloudTrail knows no fractions.
fn timestamp(time: Time) -> String {
    let date = kms::date(time);
    format!("{}Z", date.get(..19).unwrap_or(&date))
}

/// A version 4 UUID of these bits.
fn uuid(bits: u128) -> String {
    let bits = bits & !(0xf << 76) & !(0x3 << 62) | 0x4 << 76 | 0x2 << 62;
    let digits = format!("{bits:032x}");
    let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
    parts.join("-")
}

/// Who called: a session of the principal's role.
fn identity(principal: &str, account: &str, place: &str) -> Value {
    let partition = partition(place);
    let name = principal.replace(' ', "-");
    json!({
        "type": "AssumedRole",
        "arn": format!("arn:{partition}:sts::{account}:assumed-role/{name}/mrksim"),
        "accountId": account,
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "arn": format!("arn:{partition}:iam::{account}:role/{name}"),
                "accountId": account,
                "userName": name,
            },
        },
    })
}

/// CloudTrail counts cryptography as reading: it changes no key.
fn is_read_only(plane: Plane, name: &str) -> bool {
    plane == Plane::Data || ["Describe", "Get", "List"].iter().any(|verb| name.starts_with(verb))
}

/// The parameters of a call as CloudTrail shows them.
fn parameters(call: &Call) -> Value {
    let mut shown = Map::new();
    for param in call.operation.params {
        if let Some(text) = call.parameters.get(param.name)
            && !SECRET.contains(&param.name)
            && param.kind != Kind::Blob
        {
            shown.insert(lower(param.name), parameter(param, text));
        }
    }
    if shown.is_empty() { Value::Null } else { Value::Object(shown) }
}

fn parameter(param: &Param, text: &str) -> Value {
    let as_written = || Value::from(text);
    match param.kind {
        Kind::Text | Kind::Blob => as_written(),
        Kind::Integer => text.parse::<u64>().map_or_else(|_| as_written(), Value::from),
        Kind::Flag => Value::from(text == "true"),
        Kind::Map => shorthand::structure(text).map_or_else(as_written, Value::Object),
        Kind::List => shorthand::list(text).map_or_else(as_written, Value::from),
        Kind::Structure => shorthand::structure(text).map_or_else(as_written, |structure| {
            // What is in the structure's fields is the caller's: an encryption context.
            structure.into_iter().map(|(name, value)| (lower(&name), value)).collect()
        }),
        Kind::Structures | Kind::Tags => shorthand::structures(text).map_or_else(as_written, |tags| {
            tags.into_iter().map(|tag| lower_names(&Value::Object(tag))).collect()
        }),
    }
}

/// `KeyId` as CloudTrail writes it: `keyId`.
fn lower(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or(String::new(), |first| first.to_ascii_lowercase().to_string() + letters.as_str())
}

/// An answer with CloudTrail's names and without secrets; `null` if nothing is left.
fn lower_names(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let open = fields.iter().filter(|(name, _)| !SECRET.contains(&name.as_str()));
            let shown: Map<String, Value> =
                open.map(|(name, value)| (lower(name), lower_names(value))).collect();
            if shown.is_empty() { Value::Null } else { Value::Object(shown) }
        }
        Value::Array(values) => values.iter().map(lower_names).collect(),
        plain => plain.clone(),
    }
}

/// The ARNs of the keys that a call was about, as far as the call or its answer names them.
fn keys_of<'a>(call: &'a Call, place: &'a str) -> impl Iterator<Item = String> + 'a {
    let answered = ["SourceKeyId", "KeyId"].into_iter().filter_map(|name| call.response[name].as_str());
    let answered = answered.chain(call.response["KeyMetadata"]["Arn"].as_str());
    let mut arns: Vec<String> = answered.filter(|arn| is_key_arn(arn)).map(str::to_owned).collect();
    let missing = call.error.as_deref() == Some("NotFoundException");
    if arns.is_empty() && !missing && call.operation.service == Service::Kms {
        let asked = ["KeyId", "TargetKeyId"].iter().filter_map(|name| call.parameters.get(name));
        arns.extend(asked.filter_map(|key| match key {
            arn if is_key_arn(arn) => Some(arn.to_owned()),
            other if other.starts_with("alias/") || other.starts_with("arn:") => None,
            id => Some(format!("arn:{}:kms:{place}:{}:key/{id}", partition(place), call.account)),
        }));
    }
    arns.into_iter()
}

fn is_key_arn(text: &str) -> bool {
    text.starts_with("arn:") && text.contains(":key/")
}

/// The partition of a Region, which AWS writes into the Region's name.
fn partition(place: &str) -> &'static str {
    match place {
        china if china.starts_with("cn-") => "aws-cn",
        government if government.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

fn account_of(arn: &str) -> &str {
    arn.split(':').nth(4).unwrap_or_default()
}

fn key_resource(arn: &str) -> Value {
    json!({"accountId": account_of(arn), "type": "AWS::KMS::Key", "ARN": arn})
}

/// The key, and each `name=value` of the change's details.
fn details(row: &EventRow) -> Value {
    let key = row.target.rsplit_once('/').map_or(row.target.as_str(), |(_, id)| id);
    let pairs = row.detail.split_whitespace().filter_map(|word| word.split_once('='));
    let named = pairs.map(|(name, value)| (lower(name), Value::from(value)));
    std::iter::once(("keyId".to_owned(), Value::from(key))).chain(named).collect::<Map<_, _>>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_uuids_of_version_4() {
        assert_eq!(uuid(0), "00000000-0000-4000-8000-000000000000");
        assert_eq!(uuid(u128::MAX), "ffffffff-ffff-4fff-bfff-ffffffffffff");
    }

    #[test]
    fn a_service_event_tells_the_details_that_have_names() {
        let row = EventRow {
            time: Time::ZERO,
            region: Some(0),
            principal: KMS.to_owned(),
            source: "service",
            operation: "RotateKey".to_owned(),
            target: "arn:aws:kms:us-east-1:111122223333:key/mrk-1".to_owned(),
            outcome: "rotated".to_owned(),
            error: String::new(),
            rule: None,
            detail: "as planned: RotationType=AUTOMATIC".to_owned(),
        };
        assert_eq!(details(&row), json!({"keyId": "mrk-1", "rotationType": "AUTOMATIC"}));
    }

    #[test]
    fn answers_lose_their_secrets_and_their_capitals() {
        let answer = json!({"GrantId": "g", "GrantToken": "t", "KeyMetadata": {"AWSAccountId": "1", "Tags": [{"TagKey": "a"}]}});
        let shown = json!({"grantId": "g", "keyMetadata": {"aWSAccountId": "1", "tags": [{"tagKey": "a"}]}});
        assert_eq!(lower_names(&answer), shown);
        assert_eq!(lower_names(&json!({"Plaintext": "c2VjcmV0"})), Value::Null);
    }
}
