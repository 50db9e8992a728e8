//! Faults of the network.

use super::super::context::Context;
use super::super::fields::Fields;
use super::super::problem::Problem;
use super::super::shape::{Form, Shape, field};
use super::super::tree::Value;
use super::super::value;
use super::super::world::SERVICES;
use super::{Kind, SERVICE, ratio};
use crate::faults::{Fault, Network, Traffic};
use crate::services::kms::KeySetup;
use crate::sim::{Law, Span};
use crate::world::RegionId;
use crate::world::names::Resolution;

const DIRECTION: Form = Form::OneOf(&["both", "one-way"]);

static PARTITION: Shape = Shape {
    what: "a partition",
    fields: &[
        field("from", Form::Text, "a Region"),
        field("to", Form::Text, "another Region"),
        field("direction", DIRECTION, "whether the way back is cut too (both)"),
        field("traffic", Form::OneOf(&["app", "replication", "all"]), "which messages are dropped (all)"),
    ],
};

static LATENCY: Shape = Shape {
    what: "a latency fault",
    fields: &[
        field("from", Form::Text, "a Region"),
        field("to", Form::Text, "another Region"),
        field("direction", DIRECTION, "whether the way back is slowed too (both)"),
        field("add", Form::Law, "the one-way delay added"),
        field("ratio", Form::Share, "share of messages delayed (1)"),
        field("jitter", Form::Law, "and more, message by message"),
    ],
};

static PACKET_LOSS: Shape = Shape {
    what: "a packet-loss fault",
    fields: &[
        field("from", Form::Text, "a Region"),
        field("to", Form::Text, "another Region"),
        field("direction", DIRECTION, "whether the way back loses too (both)"),
        field("ratio", Form::Share, "share of messages lost"),
    ],
};

const TRAFFIC: Form = Form::OneOf(&["app", "replication", "all"]);

static REGION_ISOLATION: Shape = Shape {
    what: "a region-isolation",
    fields: &[
        field("region", Form::Text, "the Region that is cut off from every other one"),
        field("traffic", TRAFFIC, "which messages are dropped (all)"),
    ],
};

static LINK_FLAP: Shape = Shape {
    what: "a link-flap",
    fields: &[
        field("from", Form::Text, "a Region"),
        field("to", Form::Text, "another Region"),
        field("direction", DIRECTION, "whether the way back flaps too (both)"),
        field("traffic", TRAFFIC, "which messages are dropped (all)"),
        field("down", Form::Duration, "how long the link is down each time"),
        field("up", Form::Duration, "how long it is up between"),
    ],
};

static BANDWIDTH: Shape = Shape {
    what: "a bandwidth fault",
    fields: &[
        field("from", Form::Text, "a Region"),
        field("to", Form::Text, "another Region"),
        field("direction", DIRECTION, "whether the way back is narrow too (both)"),
        field("limit", Form::Either(&[Form::Text, Form::Integer]), "bytes a second: \"64KiB\""),
        field(
            "message-size",
            Form::Either(&[Form::Text, Form::Integer]),
            "bytes of each request, answer and replicated write (1KiB)",
        ),
    ],
};

static ROUTE_CHANGE: Shape = Shape {
    what: "a route-change",
    fields: &[
        field("from", Form::Text, "a Region"),
        field("to", Form::Text, "another Region"),
        field("rtt", Form::Duration, "the new round trip"),
    ],
};

static VPC_ENDPOINT_OUTAGE: Shape = Shape {
    what: "a vpc-endpoint-outage",
    fields: &[
        field("region", Form::Text, "the Region of the applications and of the endpoint"),
        field("service", SERVICE, "the service"),
    ],
};

static DNS_FAILURE: Shape = Shape {
    what: "a dns-failure",
    fields: &[
        field("region", Form::Text, "the Region of the endpoint"),
        field("service", SERVICE, "the service"),
        field("mode", Form::OneOf(&["empty", "servfail", "stale"]), "what a lookup answers (empty)"),
        field("ttl", Form::Duration, "how long answers are kept: recovery takes up to this long (60s)"),
        field("connections", Form::Duration, "how long open connections live at most (60s)"),
    ],
};

/// Every fault of the network.
pub static KINDS: &[Kind] = &[
    Kind {
        name: "partition",
        aliases: &[
            "aws:network:route-table-disrupt-cross-region-connectivity",
            "aws:network:transit-gateway-disrupt-cross-region-connectivity",
        ],
        shape: &PARTITION,
        read: partition,
    },
    Kind { name: "region-isolation", aliases: &[], shape: &REGION_ISOLATION, read: region_isolation },
    Kind { name: "link-flap", aliases: &[], shape: &LINK_FLAP, read: link_flap },
    Kind { name: "bandwidth", aliases: &[], shape: &BANDWIDTH, read: bandwidth },
    Kind { name: "route-change", aliases: &[], shape: &ROUTE_CHANGE, read: route_change },
    Kind {
        name: "vpc-endpoint-outage",
        aliases: &["aws:network:disrupt-vpc-endpoint"],
        shape: &VPC_ENDPOINT_OUTAGE,
        read: vpc_endpoint_outage,
    },
    Kind { name: "dns-failure", aliases: &[], shape: &DNS_FAILURE, read: dns_failure },
    Kind {
        name: "latency",
        aliases: &["aws:ecs:task-network-latency", "aws:eks:pod-network-latency"],
        shape: &LATENCY,
        read: latency,
    },
    Kind {
        name: "packet-loss",
        aliases: &["aws:ecs:task-network-packet-loss", "aws:eks:pod-network-packet-loss"],
        shape: &PACKET_LOSS,
        read: packet_loss,
    },
];

/// The two ends of a network fault and whether it holds both ways.
fn ends(cx: &Context, fields: &Fields) -> Option<(RegionId, RegionId, bool)> {
    let from = fields.need("from", |v| cx.region(v));
    let to = fields.need("to", |v| match cx.region(v)? {
        to if from == Some(to) => Err(Problem::error(&v.span, "the two ends are the same Region")),
        to => Ok(to),
    });
    let both = fields.read("direction", |v| value::one_of(v, &[("both", true), ("one-way", false)]));
    Some((from?, to?, both.unwrap_or(true)))
}

/// The links between two Regions, cut.
fn cut(kind: &'static str, from: RegionId, to: RegionId, both: bool, traffic: Traffic) -> Network {
    let mut links = vec![(from, to)];
    links.extend(both.then_some((to, from)));
    Network::Cut { kind, links, traffic }
}

fn traffic(fields: &Fields) -> Traffic {
    let classes = [("app", Traffic::App), ("replication", Traffic::Replication), ("all", Traffic::All)];
    fields.read("traffic", |v| value::one_of(v, &classes)).unwrap_or(Traffic::All)
}

fn region_isolation(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let region = fields.need("region", |v| cx.region(v))?;
    let others = (0..cx.regions.iter().count() as u8).map(RegionId).filter(|other| *other != region);
    let links = others.flat_map(|other| [(region, other), (other, region)]).collect();
    Some(Fault::Network(Network::Cut { kind: "region-isolation", links, traffic: traffic(fields) }))
}

/// One time that a flapping link is down; the timeline repeats it (`flaps`).
fn link_flap(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let ends = ends(cx, fields);
    fields.need("down", value::duration_from(Span::SECOND));
    fields.need("up", value::duration_from(Span::SECOND));
    let (from, to, both) = ends?;
    Some(Fault::Network(cut("link-flap", from, to, both, traffic(fields))))
}

/// How long a flapping link is down and up in turn.
pub fn flaps(fault: &Fault, stated: &Value) -> Option<(Span, Span)> {
    let time = |key| value::duration(stated.table()?.get(key)?).ok();
    match fault.kind() {
        "link-flap" => time("down").zip(time("up")),
        _ => None,
    }
}

fn bandwidth(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let ends = ends(cx, fields);
    let limit = fields.need("limit", |v| value::size(v, 1, 1 << 50));
    let size = fields.read("message-size", |v| value::size(v, 1, 1 << 30));
    if size.is_none() {
        cx.assume("size of a message", "1KiB", "assumed", "our choice: items have no size");
    }
    let (from, to, both) = ends?;
    let nanos = u128::from(size.unwrap_or(1 << 10)) * u128::from(Span::SECOND.0) / u128::from(limit?);
    let each = Span(u64::try_from(nanos).unwrap_or(u64::MAX).clamp(1, Span::DAY.0));
    Some(Fault::Network(Network::Bandwidth { from, to, both, each }))
}

fn route_change(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let from = fields.need("from", |v| cx.region(v));
    let to = fields.need("to", |v| match cx.region(v)? {
        to if from == Some(to) => Err(Problem::error(&v.span, "the two ends are the same Region")),
        to => Ok(to),
    });
    let round_trip = fields.need("rtt", value::duration);
    Some(Fault::Network(Network::RouteChange { from: from?, to: to?, round_trip: round_trip? }))
}

fn vpc_endpoint_outage(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let region = fields.need("region", |v| cx.region(v));
    let service = fields.need("service", |v| value::one_of(v, SERVICES));
    Some(Fault::Network(Network::VpcEndpointOutage { region: region?, service: service? }))
}

fn dns_failure(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let region = fields.need("region", |v| cx.region(v));
    let service = fields.need("service", |v| value::one_of(v, SERVICES));
    let modes =
        [("empty", Resolution::Empty), ("servfail", Resolution::Servfail), ("stale", Resolution::Stale)];
    let answers = fields.read("mode", |v| value::one_of(v, &modes)).unwrap_or(Resolution::Empty);
    let time = |key, name| fields.read(key, value::duration).unwrap_or_else(|| cx.default(name).mean());
    let (ttl, connections) = (time("ttl", "dns-ttl"), time("connections", "connection-life"));
    let (region, service) = (region?, service?);
    Some(Fault::Network(Network::DnsFailure { region, service, answers, ttl, connections }))
}

fn partition(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let ends = ends(cx, fields);
    let traffic = traffic(fields);
    let (from, to, both) = ends?;
    Some(Fault::Network(cut("partition", from, to, both, traffic)))
}

fn latency(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let ends = ends(cx, fields);
    let add: Option<Law> = fields.need("add", value::law);
    let jitter = fields.read("jitter", value::law);
    let ratio = fields.read("ratio", ratio).unwrap_or(1.0);
    let (from, to, both) = ends?;
    Some(Fault::Network(Network::Latency { from, to, both, add: add?, jitter, ratio }))
}

fn packet_loss(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let ends = ends(cx, fields);
    let ratio = fields.need("ratio", |v| match ratio(v)? {
        1.0 => Err(Problem::error(&v.span, "a link that loses everything is a `partition`")),
        ratio => Ok(ratio),
    });
    cx.assume_retransmission();
    let (from, to, both) = ends?;
    Some(Fault::Network(Network::PacketLoss { from, to, both, ratio: ratio? }))
}
