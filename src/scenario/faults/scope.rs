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
        field("storage", Form::OneOf(&["kept", "lost"]), "whether what is stored there is kept (kept)"),
    ],
};

static REGION_LOSS: Shape = Shape {
    what: "a region-loss",
    fields: &[
        field("region", Form::Text, "the Region that is lost for good, with everything stored there"),
        field("mode", MODE, "what callers meet: silence (timeout), refused connections, 5xx (timeout)"),
    ],
};

static AZ_OUTAGE: Shape = Shape {
    what: "an az-outage",
    fields: &[
        field("region", Form::Text, "the Region"),
        field("azs", Form::List(&ZONE), "which of its three zones fail: \"a\", \"b\", \"c\""),
    ],
};

const ZONE: Form = Form::OneOf(&["a", "b", "c"]);

static INSUFFICIENT_CAPACITY: Shape = Shape {
    what: "an insufficient-capacity fault",
    fields: &[
        field("region", Form::Text, "the Region"),
        field("resource", Form::OneOf(&["instances"]), "what is short: applications' instances"),
        field("ratio", Form::Share, "share of launches that fail (1)"),
    ],
};

static HOME_REGION_DEPENDENCY: Shape = Shape {
    what: "a home-region-dependency",
    fields: &[field(
        "services",
        Form::List(&Form::OneOf(&["route53", "iam", "organizations", "cloudfront", "arc"])),
        "whose control planes fail, in the one Region that is their home",
    )],
};

static SERVICE_OUTAGE: Shape = Shape {
    what: "a service-outage",
    fields: &[
        field("region", Form::Text, "the Region"),
        field("service", SERVICE, "the service whose data plane fails"),
        field("mode", MODE, "what callers meet (error)"),
        field("operations", TEXTS, "the operations hit, such as \"PutItem\"; absent: all"),
        field("ratio", Form::Share, "share of requests hit (1)"),
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
        field("ratio", Form::Share, "the share of the endpoint's servers that is gone"),
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
    Kind { name: "region-loss", aliases: &[], shape: &REGION_LOSS, read: region_loss },
    Kind { name: "az-outage", aliases: &[], shape: &AZ_OUTAGE, read: az_outage },
    Kind {
        name: "insufficient-capacity",
        aliases: &[
            "aws:ec2:api-insufficient-instance-capacity-error",
            "aws:ec2:asg-insufficient-instance-capacity-error",
        ],
        shape: &INSUFFICIENT_CAPACITY,
        read: insufficient_capacity,
    },
    Kind {
        name: "home-region-dependency",
        aliases: &[],
        shape: &HOME_REGION_DEPENDENCY,
        read: home_region_dependency,
    },
    Kind { name: "service-outage", aliases: &[], shape: &SERVICE_OUTAGE, read: service_outage },
    Kind {
        name: "control-plane-outage",
        aliases: &[],
        shape: &CONTROL_PLANE_OUTAGE,
        read: control_plane_outage,
    },
    Kind {
        name: "capacity-loss",
        aliases: &["aws:ec2:terminate-instances"],
        shape: &CAPACITY_LOSS,
        read: capacity_loss,
    },
    Kind { name: "recovery-throttle", aliases: &[], shape: &RECOVERY_THROTTLE, read: recovery_throttle },
];

fn region_outage(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let region = fields.need("region", |v| cx.region(v));
    let mode = fields.read("mode", mode).unwrap_or(Mode::Timeout);
    let planes = [("both", Planes::Both), ("data", Planes::Data), ("control", Planes::Control)];
    let planes = fields.read("planes", |v| value::one_of(v, &planes)).unwrap_or(Planes::Both);
    let lost = fields.read("storage", |v| value::one_of(v, &[("kept", false), ("lost", true)]));
    let lost = lost.unwrap_or(false);
    let whole = fields.get("services").is_none_or(|v| v.text() == Some("all"));
    let services = match whole {
        true => Service::ALL.to_vec(),
        false => fields.each("services", |v: &Value| value::one_of(v, SERVICES)),
    };
    Some(Fault::Scope(match (whole, planes) {
        (true, Planes::Both) => Scope::RegionOutage { region: region?, mode, lost },
        _ => Scope::PartialOutage { region: region?, services, planes, mode },
    }))
}

fn region_loss(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let region = fields.need("region", |v| cx.region(v));
    let mode = fields.read("mode", mode).unwrap_or(Mode::Timeout);
    Some(Fault::Scope(Scope::RegionOutage { region: region?, mode, lost: true }))
}

fn az_outage(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let region = fields.need("region", |v| cx.region(v));
    let mut zones = fields.each("azs", |v| value::one_of(v, &[("a", 0), ("b", 1), ("c", 2)]));
    if fields.get("azs").is_none_or(|list| list.items().is_empty()) {
        let problem = Problem::error(&fields.place("azs"), "an az-outage needs `azs`");
        fields.report(problem.help("write `azs = [\"a\"]`: a Region has the zones a, b and c here"));
    }
    zones.sort_unstable();
    zones.dedup();
    cx.assume(
        "Availability Zones of a Region",
        "3",
        "assumed",
        "our choice: AWS has three or more in each Region",
    );
    Some(Fault::Scope(Scope::AzOutage { region: region?, zones }))
}

fn insufficient_capacity(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let region = fields.need("region", |v| cx.region(v));
    fields.read("resource", |v| value::one_of(v, &[("instances", ())]));
    let ratio = fields.read("ratio", ratio).unwrap_or(1.0);
    Some(Fault::Scope(Scope::InsufficientCapacity { region: region?, ratio }))
}

/// The services with one home that a command can call; the others' control planes are called by nobody here.
fn home_region_dependency(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let known = [
        ("route53", Some(Service::Route53)),
        ("arc", Some(Service::RecoveryCluster)),
        ("iam", None),
        ("organizations", None),
        ("cloudfront", None),
    ];
    fields.need("services", |_| Ok(()));
    let named = fields.each("services", |v| {
        let Some(service) = value::one_of(v, &known)? else {
            let message = "no operation of this service is modelled";
            fields.report(Problem::warning(&v.span, message).label("without effect").rule("CP-3"));
            return Ok(None);
        };
        let home = service.home().unwrap_or_default();
        match cx.regions.position(home) {
            Some(region) => Ok(Some((service, RegionId(region as u8)))),
            None => {
                let message = format!("the home of {service} is {home}, which is no Region of this scenario");
                Err(Problem::error(&v.span, message).rule("CP-3"))
            }
        }
    });
    let services = named.into_iter().flatten().collect();
    Some(Fault::Scope(Scope::HomeRegionDependency { services }))
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
