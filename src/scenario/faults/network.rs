//! Faults of the network.

use super::super::context::Context;
use super::super::fields::Fields;
use super::super::problem::Problem;
use super::super::shape::{Form, Shape, field, later};
use super::super::value;
use super::{Kind, ratio};
use crate::faults::{Fault, Network, Traffic};
use crate::services::kms::KeySetup;
use crate::sim::Law;
use crate::world::RegionId;

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
        field("ratio", Form::Number, "share of messages delayed (1)"),
        later("jitter", "state `add` as a distribution: `uniform(50ms, 150ms)`"),
    ],
};

static PACKET_LOSS: Shape = Shape {
    what: "a packet-loss fault",
    fields: &[
        field("from", Form::Text, "a Region"),
        field("to", Form::Text, "another Region"),
        field("direction", DIRECTION, "whether the way back loses too (both)"),
        field("ratio", Form::Number, "share of messages lost"),
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

fn partition(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let ends = ends(cx, fields);
    let classes = [("app", Traffic::App), ("replication", Traffic::Replication), ("all", Traffic::All)];
    let traffic = fields.read("traffic", |v| value::one_of(v, &classes)).unwrap_or(Traffic::All);
    let (from, to, both) = ends?;
    Some(Fault::Network(Network::Partition { from, to, both, traffic }))
}

fn latency(cx: &Context, fields: &Fields, _: &[KeySetup]) -> Option<Fault> {
    let ends = ends(cx, fields);
    let add: Option<Law> = fields.need("add", value::law);
    let ratio = fields.read("ratio", ratio).unwrap_or(1.0);
    let (from, to, both) = ends?;
    Some(Fault::Network(Network::Latency { from, to, both, add: add?, ratio }))
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
