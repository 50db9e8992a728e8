//! Faults of single calls: errors, throttling, delay.

use super::super::context::Context;
use super::super::fields::Fields;
use super::super::problem::{Problem, nearest};
use super::super::shape::{Field, Form, Shape, TEXTS, field};
use super::super::stores;
use super::super::tree::Value;
use super::super::value;
use super::super::world::SERVICES;
use super::{Kind, SERVICE, operations, ratio};
use crate::faults::{Api, Does, Fault};
use crate::services::ErrorCode;
use crate::services::kms::KeySetup;
use crate::world::calls::Calls;
use crate::world::{RegionId, Service, regions};

const REGION: Field = field("region", Form::Text, "the Region");
const OPERATIONS: Field = field("operations", TEXTS, "the operations hit, such as \"Decrypt\"; absent: all");
const RATIO: Field = field("ratio", Form::Share, "share of calls hit (1)");
const PRINCIPAL: Field = field("principal", Form::Text, "whose calls are hit; absent: everybody's");

static API_ERROR: Shape = Shape {
    what: "an api-error",
    fields: &[
        REGION,
        field("service", SERVICE, "the service"),
        OPERATIONS,
        RATIO,
        PRINCIPAL,
        field("error", Form::Text, "the error's name (the service's 5xx)"),
    ],
};

static THROTTLE: Shape = Shape {
    what: "a throttle",
    fields: &[
        REGION,
        field("service", SERVICE, "the service"),
        OPERATIONS,
        RATIO,
        PRINCIPAL,
        field("quota", Form::Integer, "requests admitted a second, of those hit; absent: none, of a `ratio`"),
    ],
};

static KMS_THROTTLE: Shape = Shape {
    what: "a kms-throttle",
    fields: &[
        REGION,
        OPERATIONS,
        RATIO,
        PRINCIPAL,
        field("quota", Form::Integer, "requests admitted a second, of those hit; absent: none, of a `ratio`"),
    ],
};

static API_LATENCY: Shape = Shape {
    what: "an api-latency fault",
    fields: &[
        REGION,
        field("service", SERVICE, "the service"),
        OPERATIONS,
        RATIO,
        PRINCIPAL,
        field("add", Form::Law, "the service time added"),
    ],
};

static CREDENTIALS_OUTAGE: Shape = Shape {
    what: "a credentials-outage",
    fields: &[field("region", Form::Text, "the Region in which AWS STS issues nothing")],
};

static CONSOLE_LOGIN_OUTAGE: Shape = Shape {
    what: "a console-login-outage",
    fields: &[
        field("region", Form::Text, "the Region to which people cannot sign in"),
        field("partition", Form::Text, "or every Region of a partition, such as \"aws\""),
    ],
};

static MONITORING_BLIND: Shape = Shape {
    what: "a monitoring-blind fault",
    fields: &[field("region", Form::Text, "the Region of whose applications nothing is seen")],
};

/// Every fault of calls.
pub static KINDS: &[Kind] = &[
    Kind {
        name: "api-error",
        aliases: &["aws:fis:inject-api-internal-error", "aws:fis:inject-api-unavailable-error"],
        shape: &API_ERROR,
        read: api_error,
    },
    Kind {
        name: "throttle",
        aliases: &["aws:fis:inject-api-throttle-error"],
        shape: &THROTTLE,
        read: throttle,
    },
    Kind { name: "credentials-outage", aliases: &[], shape: &CREDENTIALS_OUTAGE, read: credentials_outage },
    Kind {
        name: "console-login-outage",
        aliases: &[],
        shape: &CONSOLE_LOGIN_OUTAGE,
        read: console_login_outage,
    },
    Kind { name: "monitoring-blind", aliases: &[], shape: &MONITORING_BLIND, read: monitoring_blind },
    Kind { name: "kms-throttle", aliases: &[], shape: &KMS_THROTTLE, read: kms_throttle },
    Kind { name: "api-latency", aliases: &[], shape: &API_LATENCY, read: api_latency },
];

/// Where the calls go, and which of them are hit.
fn hit(cx: &Context, fields: &Fields, service: Option<Service>, does: Option<Does>) -> Option<Fault> {
    let region = fields.need("region", |v| cx.region(v));
    let share = fields.read("ratio", ratio).unwrap_or(1.0);
    let principal = fields.read("principal", stores::principal);
    let operations = operations(fields, service, None);
    let calls = Calls { operations, principal, share };
    Some(Fault::Api(Api::Calls { region: region?, service: service?, calls, does: does? }))
}

fn api_error(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let service = fields.need("service", |v| value::one_of(v, SERVICES));
    let usual = match service {
        Some(Service::Kms) => ErrorCode::KMSInternalException,
        Some(Service::DynamoDb) => ErrorCode::InternalServerError,
        _ => ErrorCode::InternalFailure,
    };
    let error = match fields.get("error") {
        None => Some(usual),
        Some(_) => fields.read("error", error),
    };
    hit(cx, fields, service, error.map(Does::Error))
}

/// The error of a name.
fn error(v: &Value) -> Result<ErrorCode, Problem> {
    let name = value::text(v)?;
    let known = ErrorCode::ALL.iter().find(|code| code.name() == name);
    known.copied().ok_or_else(|| {
        let near = nearest(name, ErrorCode::ALL.iter().map(|code| code.name()));
        Problem::error(&v.span, format!("no error `{name}` is modelled"))
            .maybe_help(near.map(|near| format!("did you mean `{near}`?")))
    })
}

fn throttle(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let service = fields.need("service", |v| value::one_of(v, SERVICES));
    throttled(cx, fields, service)
}

fn kms_throttle(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    throttled(cx, fields, Some(Service::Kms))
}

fn throttled(cx: &Context, fields: &Fields, service: Option<Service>) -> Option<Fault> {
    let quota = fields.read("quota", |v| value::count(v, 0, value::MOST_A_SECOND));
    if fields.get("quota").is_none() && fields.get("ratio").is_none() {
        let problem = Problem::error(&fields.at, "a throttle needs a `quota` or a `ratio`");
        fields.report(problem.help("`quota`: requests admitted a second"));
    }
    let understood = quota.is_some() || fields.get("quota").is_none();
    hit(cx, fields, service, understood.then_some(Does::Throttle(quota)))
}

fn api_latency(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let service = fields.need("service", |v| value::one_of(v, SERVICES));
    let add = fields.need("add", value::law);
    hit(cx, fields, service, add.map(Does::Delay))
}

fn credentials_outage(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let region = fields.need("region", |v| cx.region(v))?;
    Some(Fault::Api(Api::CredentialsOutage { region }))
}

fn monitoring_blind(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let region = fields.need("region", |v| cx.region(v))?;
    Some(Fault::Api(Api::MonitoringBlind { region }))
}

fn console_login_outage(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    if fields.get("region").is_some() == fields.get("partition").is_some() {
        let problem = Problem::error(&fields.at, "a console-login-outage is of a `region` or a `partition`");
        fields.report(problem.help("name one of them"));
    }
    let region = fields.read("region", |v| cx.region(v).map(|region| vec![region]));
    let partition = fields.read("partition", |v| {
        let name = value::text(v)?;
        let of = |region: &str| regions::partition(region).unwrap_or("aws") == name;
        let all = cx.regions.iter().enumerate().filter(|(_, region)| of(region));
        let all: Vec<RegionId> = all.map(|(index, _)| RegionId(index as u8)).collect();
        match all.is_empty() {
            true => {
                Err(Problem::error(&v.span, format!("no Region of this scenario is in partition `{name}`")))
            }
            false => Ok(all),
        }
    });
    Some(Fault::Api(Api::ConsoleLoginOutage { regions: region.or(partition)? }))
}
