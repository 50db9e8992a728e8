//! Faults of single calls.

use super::super::context::Context;
use super::super::fields::Fields;
use super::super::shape::{Form, Shape, field, later};
use super::super::value;
use super::super::world::SERVICES;
use super::{Kind, SERVICE};
use crate::faults::{Api, Fault};
use crate::services::kms::KeySetup;

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

/// Every fault of calls.
pub static KINDS: &[Kind] = &[
    Kind { name: "throttle", aliases: &[], shape: &THROTTLE, read: throttle },
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
