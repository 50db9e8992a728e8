//! Faults of whole Regions, zones, services and their planes.

use super::super::context::Context;
use super::super::fields::Fields;
use super::super::shape::{Form, Shape, field, later};
use super::super::value;
use super::super::world::SERVICES;
use super::{Kind, MODE, SERVICE, mode, ratio};
use crate::faults::{Fault, Mode, Scope};
use crate::services::kms::KeySetup;

static REGION_OUTAGE: Shape = Shape {
    what: "a region-outage",
    fields: &[
        field("region", Form::Text, "the Region that fails"),
        field("mode", MODE, "what callers meet: silence (timeout), refused connections, 5xx (timeout)"),
        later("services", "every service of the Region fails; nearest: `service-outage`"),
        later("planes", "both planes fail; nearest: `control-plane-outage`"),
        later("storage", "storage is kept"),
    ],
};

static SERVICE_OUTAGE: Shape = Shape {
    what: "a service-outage",
    fields: &[
        field("region", Form::Text, "the Region"),
        field("service", SERVICE, "the service whose data plane fails"),
        field("mode", MODE, "what callers meet (error)"),
        field("ratio", Form::Number, "share of requests hit (1)"),
    ],
};

static CONTROL_PLANE_OUTAGE: Shape = Shape {
    what: "a control-plane-outage",
    fields: &[
        field("region", Form::Text, "the Region"),
        field("service", SERVICE, "the service; absent: all"),
        later("partition", "state one fault for each Region"),
        later("operations", "every operation of the control plane fails"),
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
];

fn region_outage(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let region = fields.need("region", |v| cx.region(v));
    let mode = fields.read("mode", mode).unwrap_or(Mode::Timeout);
    Some(Fault::Scope(Scope::RegionOutage { region: region?, mode }))
}

fn service_outage(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let region = fields.need("region", |v| cx.region(v));
    let service = fields.need("service", |v| value::one_of(v, SERVICES));
    let mode = fields.read("mode", mode).unwrap_or(Mode::Error);
    let ratio = fields.read("ratio", ratio).unwrap_or(1.0);
    Some(Fault::Scope(Scope::ServiceOutage { region: region?, service: service?, mode, ratio }))
}

fn control_plane_outage(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let region = fields.need("region", |v| cx.region(v));
    let service = fields.read("service", |v| value::one_of(v, SERVICES));
    Some(Fault::Scope(Scope::ControlPlaneOutage { region: region?, service }))
}
