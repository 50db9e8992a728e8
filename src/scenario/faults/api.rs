//! Faults of single calls.

use super::super::context::Context;
use super::super::fields::Fields;
use super::super::problem::Problem;
use super::super::shape::{Form, Shape, field, later};
use super::super::value;
use super::super::world::SERVICES;
use super::{Kind, SERVICE};
use crate::faults::{Api, Fault};
use crate::services::kms::KeySetup;
use crate::world::{RegionId, regions};

static THROTTLE: Shape = Shape {
    what: "a throttle",
    fields: &[
        field("region", Form::Text, "the Region"),
        field("service", SERVICE, "the service"),
        field("quota", Form::Integer, "requests admitted a second"),
        later("operations", "the quota is for all operations of the data plane"),
        later("ratio", "state the `quota` itself"),
        later("principal", "the quota is the account's"),
    ],
};

static KMS_THROTTLE: Shape = Shape {
    what: "a kms-throttle",
    fields: &[
        field("region", Form::Text, "the Region"),
        field("quota", Form::Integer, "requests admitted a second"),
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
    Kind { name: "throttle", aliases: &[], shape: &THROTTLE, read: throttle },
    Kind { name: "credentials-outage", aliases: &[], shape: &CREDENTIALS_OUTAGE, read: credentials_outage },
    Kind {
        name: "console-login-outage",
        aliases: &[],
        shape: &CONSOLE_LOGIN_OUTAGE,
        read: console_login_outage,
    },
    Kind { name: "monitoring-blind", aliases: &[], shape: &MONITORING_BLIND, read: monitoring_blind },
    Kind { name: "kms-throttle", aliases: &[], shape: &KMS_THROTTLE, read: throttle },
];

fn throttle(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let region = fields.need("region", |v| cx.region(v));
    let service = match std::ptr::eq(fields.shape(), &KMS_THROTTLE) {
        true => Some(crate::world::Service::Kms),
        false => fields.need("service", |v| value::one_of(v, SERVICES)),
    };
    let quota = fields.need("quota", |v| value::count(v, 0, value::MOST_A_SECOND));
    Some(Fault::Api(Api::Throttle { region: region?, service: service?, quota: quota? }))
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
