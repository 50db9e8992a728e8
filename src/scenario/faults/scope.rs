//! Faults of whole Regions, zones, services and their planes.

use super::super::context::Context;
use super::super::fields::Fields;
use super::super::problem::Problem;
use super::super::shape::{Form, Shape, TEXTS, field};
use super::super::tree::Value;
use super::super::value;
use super::super::world::SERVICES;
use super::{Kind, MODE, SERVICE, mode, operations, ratio};
use crate::faults::{Fault, Mode, Planes, Scope};
use crate::services::Plane;
use crate::services::kms::KeySetup;
use crate::world::calls::Calls;
use crate::world::{RegionId, Service};

static REGION_OUTAGE: Shape = Shape {
    what: "a region-outage",
    fields: &[
        field("region", Form::Text, "the Region that fails"),
        field("mode", MODE, "what callers meet: silence (timeout), refused connections, 5xx (timeout)"),
        field(
            "services",
            Form::Either(&[Form::OneOf(&["all"]), TEXTS]),
            "the services that fail; instances go on unless all do (all)",
        ),
        field("planes", Form::OneOf(&["both", "data", "control"]), "which planes fail (both)"),
        field("storage", Form::OneOf(&["kept"]), "what becomes of the storage there (kept)"),
    ],
};

static SERVICE_OUTAGE: Shape = Shape {
    what: "a service-outage",
    fields: &[
        field("region", Form::Text, "the Region"),
        field("service", SERVICE, "the service whose data plane fails"),
        field("mode", MODE, "what callers meet (error)"),
        field("operations", TEXTS, "the operations hit, such as \"PutItem\"; absent: all"),
        field("ratio", Form::Number, "share of requests hit (1)"),
    ],
};

static CONTROL_PLANE_OUTAGE: Shape = Shape {
    what: "a control-plane-outage",
    fields: &[
        field("region", Form::Text, "the Region"),
        field("partition", Form::OneOf(&["aws"]), "instead of `region`: every Region"),
        field("service", SERVICE, "the service; absent: all"),
        field("operations", TEXTS, "the operations hit, such as \"ReplicateKey\"; absent: all"),
    ],
};

static CAPACITY_LOSS: Shape = Shape {
    what: "a capacity-loss",
    fields: &[
        field("region", Form::Text, "the Region"),
        field("service", SERVICE, "the service"),
        field("ratio", Form::Number, "the share of the endpoint's servers that is gone"),
    ],
};

static RECOVERY_THROTTLE: Shape = Shape {
    what: "a recovery-throttle",
    fields: &[
        field("region", Form::Text, "the Region"),
        field("service", SERVICE, "the service"),
        field("rate", Form::Integer, "requests admitted a second"),
    ],
};

/// Every fault of a Region, a zone or a service.
pub static KINDS: &[Kind] = &[
    Kind { name: "region-outage", aliases: &[], shape: &REGION_OUTAGE, read: region_outage },
    Kind { name: "service-outage", aliases: &[], shape: &SERVICE_OUTAGE, read: service_outage },
    Kind {
        name: "control-plane-outage",
        aliases: &[],
        shape: &CONTROL_PLANE_OUTAGE,
        read: control_plane_outage,
    },
    Kind { name: "capacity-loss", aliases: &[], shape: &CAPACITY_LOSS, read: capacity_loss },
    Kind { name: "recovery-throttle", aliases: &[], shape: &RECOVERY_THROTTLE, read: recovery_throttle },
];

fn region_outage(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let region = fields.need("region", |v| cx.region(v));
    let mode = fields.read("mode", mode).unwrap_or(Mode::Timeout);
    let planes = [("both", Planes::Both), ("data", Planes::Data), ("control", Planes::Control)];
    let planes = fields.read("planes", |v| value::one_of(v, &planes)).unwrap_or(Planes::Both);
    fields.read("storage", |v| value::one_of(v, &[("kept", ())]));
    let whole = fields.get("services").is_none_or(|v| v.text() == Some("all"));
    let services = match whole {
        true => Service::ALL.to_vec(),
        false => fields.each("services", |v: &Value| value::one_of(v, SERVICES)),
    };
    Some(Fault::Scope(match (whole, planes) {
        (true, Planes::Both) => Scope::RegionOutage { region: region?, mode },
        _ => Scope::PartialOutage { region: region?, services, planes, mode },
    }))
}

fn service_outage(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let region = fields.need("region", |v| cx.region(v));
    let service = fields.need("service", |v| value::one_of(v, SERVICES));
    let mode = fields.read("mode", mode).unwrap_or(Mode::Error);
    let share = fields.read("ratio", ratio).unwrap_or(1.0);
    let operations = operations(fields, service, Some(Plane::Data));
    let calls = Calls { operations, principal: None, share };
    Some(Fault::Scope(Scope::ServiceOutage { region: region?, service: service?, mode, calls }))
}

fn control_plane_outage(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let region = fields.read("region", |v| cx.region(v));
    let everywhere = fields.read("partition", |v| value::one_of(v, &[("aws", ())]));
    if fields.get("region").is_some() == fields.get("partition").is_some() {
        fields.report(Problem::error(
            &fields.at,
            "a control-plane-outage needs either a `region` or `partition = \"aws\"`",
        ));
    }
    let service = fields.read("service", |v| value::one_of(v, SERVICES));
    let operations = operations(fields, service, Some(Plane::Control));
    let regions = match (region, everywhere) {
        (Some(region), _) => vec![region],
        (None, Some(())) => (0..cx.regions.iter().count()).map(|index| RegionId(index as u8)).collect(),
        (None, None) => return None,
    };
    let calls = Calls { operations, ..Calls::all() };
    Some(Fault::Scope(Scope::ControlPlaneOutage { regions, service, calls }))
}

fn capacity_loss(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let region = fields.need("region", |v| cx.region(v));
    let service = fields.need("service", |v| value::one_of(v, SERVICES));
    let ratio = fields.need("ratio", |v| match ratio(v)? {
        1.0 => Err(Problem::error(&v.span, "an endpoint without servers is a `service-outage`")),
        ratio => Ok(ratio),
    });
    let stated = cx.scenario.get("endpoint").map(Value::items).unwrap_or_default().iter();
    let limited = |entry: &Value| {
        let table = entry.table();
        let its = table.and_then(|table| table.get("service")).and_then(Value::text);
        let named = SERVICES.iter().any(|(name, known)| its == Some(name) && Some(*known) == service);
        named && table.is_some_and(|table| table.get("servers").is_some())
    };
    if let Some(service) = service
        && !stated.clone().any(limited)
    {
        let problem = Problem::warning(
            &fields.value_place("service"),
            format!("endpoints of `{service}` have unlimited servers: the fault has no effect"),
        );
        fields.report(problem.help("state `servers` in an `[[endpoint]]`"));
    }
    Some(Fault::Scope(Scope::CapacityLoss { region: region?, service: service?, ratio: ratio? }))
}

fn recovery_throttle(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let region = fields.need("region", |v| cx.region(v));
    let service = fields.need("service", |v| value::one_of(v, SERVICES));
    let rate = fields.need("rate", |v| value::count(v, 0, value::MOST_A_SECOND));
    Some(Fault::Scope(Scope::RecoveryThrottle { region: region?, service: service?, rate: rate? }))
}
