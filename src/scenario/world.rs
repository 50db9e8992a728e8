//! `regions`, `[[link]]` and `[[endpoint]]`: the world of the run.

use super::context::Context;
use super::fields::Fields;
use super::problem::{Problem, listing, nearest};
use super::shape::{Form, Shape, TEXTS, field};
use super::tree::Value;
use super::value;
use crate::services::kms::{QuotaVintage, quotas};
use crate::sim::{Law, Span};
use crate::world::topology::Topology;
use crate::world::{EndpointSetup, LinkSetup, MAX_REGIONS, Region, RegionId, Service, Setup, regions};
use std::collections::BTreeMap;

/// `[[link]]`
pub static LINK: Shape = Shape {
    what: "a link",
    fields: &[
        field("from", Form::Text, "the Region in which messages start"),
        field("to", Form::Text, "the Region in which they arrive"),
        field("between", TEXTS, "two or more Regions: a link both ways between each two of them"),
        field("within", TEXTS, "Regions: the way inside each of them"),
        field("one-way", Form::Law, "the one-way delay"),
        field("loss", Form::Share, "share of messages that must be sent again, from 0 to less than 1"),
    ],
};

/// `[[endpoint]]`
pub static ENDPOINT: Shape = Shape {
    what: "an endpoint",
    fields: &[
        field(
            "service",
            Form::OneOf(&["kms", "dynamodb", "rds", "s3", "ec2", "secretsmanager"]),
            "the service",
        ),
        field("regions", TEXTS, "its Regions; absent: all"),
        field(
            "servers",
            Form::Either(&[Form::Integer, Form::OneOf(&["unlimited"])]),
            "requests served at once",
        ),
        field("time", Form::Law, "the service time of every request"),
        field(
            "quota",
            Form::Either(&[Form::Integer, Form::OneOf(&["unlimited"])]),
            "requests admitted a second",
        ),
        field("network", Form::OneOf(&["none"]), "calls do not cross the network"),
    ],
};

/// The names that a service may be called by.
pub const SERVICES: &[(&str, Service)] = &[
    ("kms", Service::Kms),
    ("dynamodb", Service::DynamoDb),
    ("rds", Service::Rds),
    ("aurora", Service::Rds),
    ("s3", Service::S3),
    ("ec2", Service::Ec2),
    ("autoscaling", Service::AutoScaling),
    ("backup", Service::Backup),
    ("secretsmanager", Service::SecretsManager),
    ("sts", Service::Sts),
    ("route53", Service::Route53),
    ("arc", Service::RecoveryCluster),
];

/// The world, and what stores need of it.
pub struct World {
    /// Regions, links, endpoints.
    pub setup: Setup,
    /// The part of a link's delay that is distance: `distance[from][to]`.
    pub distance: Vec<Vec<Span>>,
}

/// Reads the world. `vintage`: whose request quotas KMS has where the scenario states none.
pub fn read(cx: &Context, used: &[Service], vintage: QuotaVintage) -> World {
    let listed = listed(cx);
    let given = links(cx);
    let (links, distance) = matrix(cx, &given);
    let setup = Setup { regions: listed, links, endpoints: endpoints(cx, used, vintage) };
    World { setup, distance }
}

fn listed(cx: &Context) -> Vec<Region> {
    let Some(value) = cx.scenario.get("regions") else { return Vec::new() };
    let items = value.items();
    if items.is_empty() {
        cx.sink.report(Problem::error(&value.span, "expected a list of at least one Region"));
    }
    if items.len() > MAX_REGIONS {
        cx.sink.report(Problem::error(&value.span, format!("a scenario has at most {MAX_REGIONS} Regions")));
    }
    for (index, item) in items.iter().enumerate() {
        if let Some(name) = cx.sink.take(value::name(item))
            && let Some(first) = cx.regions.position(&name)
            && first < index
        {
            let problem = Problem::error(&item.span, format!("Region `{name}` is listed twice"));
            cx.sink.report(problem.and(&cx.regions.at(first), "first here"));
        }
    }
    let region = |name: &str| Region {
        name: name.to_owned(),
        partition: regions::partition(name).unwrap_or("aws").to_owned(),
    };
    cx.regions.iter().map(region).collect()
}

/// Links that the scenario states: delay and loss.
type Given = BTreeMap<(RegionId, RegionId), (Option<Law>, Option<f64>)>;

fn links(cx: &Context) -> Given {
    let mut given = Given::new();
    for item in cx.scenario.get("link").map(Value::items).unwrap_or_default() {
        let Some(fields) = Fields::open(item, &item.span, &LINK, cx.sink) else { continue };
        let one_way = fields.read("one-way", value::law);
        let loss = fields.read("loss", loss);
        if fields.get("one-way").is_none() && fields.get("loss").is_none() {
            let problem = Problem::error(&fields.at, "a link needs `one-way` or `loss`");
            fields.report(problem.help("`one-way`: the one-way delay, such as \"35ms\""));
        }
        for pair in pairs(cx, &fields) {
            given.insert(pair, (one_way.clone(), loss));
        }
    }
    given
}

fn loss(value: &Value) -> Result<f64, Problem> {
    match value::share(value)? {
        1.0 => Err(Problem::error(&value.span, "a link that loses everything is a partition")
            .help("state it as a fault: `partition = { from = ..., to = ... }`")),
        share => Ok(share),
    }
}

/// The directed pairs that a link speaks of.
fn pairs(cx: &Context, fields: &Fields) -> Vec<(RegionId, RegionId)> {
    let ways = ["from", "between", "within"].iter().filter(|key| fields.get(key).is_some()).count();
    if ways != 1 || fields.get("from").is_some() != fields.get("to").is_some() {
        let problem =
            Problem::error(&fields.at, "a link needs either `from` and `to`, or `between`, or `within`");
        fields.report(problem);
        return Vec::new();
    }
    if let (Some(from), Some(to)) =
        (fields.read("from", |v| cx.region(v)), fields.read("to", |v| cx.region(v)))
    {
        return vec![(from, to)];
    }
    if fields.get("within").is_some() {
        return fields.each("within", |v| cx.region(v)).into_iter().map(|region| (region, region)).collect();
    }
    let mut between = fields.each("between", |v| cx.region(v));
    between.sort_unstable();
    between.dedup();
    if fields.get("between").is_some_and(|list| list.items().len() < 2) {
        fields.report(Problem::error(&fields.place("between"), "`between` needs at least two Regions"));
    }
    let both = between.iter().flat_map(|from| between.iter().map(move |to| (*from, *to)));
    both.filter(|(from, to)| from != to).collect()
}

/// Every link: as stated, else as measured, else over stated links.
fn matrix(cx: &Context, given: &Given) -> (Vec<Vec<LinkSetup>>, Vec<Vec<Span>>) {
    let count = cx.regions.iter().count();
    let ids = || (0..count).map(|region| RegionId(region as u8));
    let own = |from: RegionId, to: RegionId| own_link(cx, given, from, to);
    let mut topology = Topology::new(count);
    for (from, to) in ids().flat_map(|from| ids().map(move |to| (from, to))) {
        if let Some((_, distance)) = own(from, to) {
            topology.link(from, to, distance);
        }
    }
    let mut missing = Vec::new();
    let mut links = vec![Vec::new(); count];
    let mut distances = vec![Vec::new(); count];
    for (from, to) in ids().flat_map(|from| ids().map(move |to| (from, to))) {
        let (one_way, distance) =
            own(from, to).or_else(|| composed(cx, &topology, from, to)).unwrap_or_else(|| {
                missing.push((from, to));
                (Law::Constant(Span::ZERO), Span::ZERO)
            });
        let loss = given.get(&(from, to)).and_then(|(_, loss)| *loss).unwrap_or(0.0);
        if loss > 0.0 {
            cx.assume_retransmission();
        }
        links[from.index()].push(LinkSetup { one_way, loss });
        distances[from.index()].push(distance);
    }
    without_latency(cx, &missing);
    (links, distances)
}

/// A link as the scenario states it, or as it was measured, with the part of it that is distance.
fn own_link(cx: &Context, given: &Given, from: RegionId, to: RegionId) -> Option<(Law, Span)> {
    if let Some((Some(law), _)) = given.get(&(from, to)) {
        return Some((law.clone(), law.mean()));
    }
    let distance = match from == to {
        true => cx.default("within-region").mean(),
        false => {
            let trip = regions::round_trip(cx.regions.name(from.index()), cx.regions.name(to.index()))?;
            cx.assume(
                "latency between Regions",
                "half the round trip, by pair of Regions",
                "measured",
                regions::ROUND_TRIP_SOURCE,
            );
            Span(trip.0 / 2)
        }
    };
    Some((shifted(distance, cx.default("link-jitter")), distance))
}

/// A log-normal time after a constant one.
pub fn shifted(shift: Span, law: Law) -> Law {
    match law {
        Law::LogNormal { median, sigma } => Law::ShiftedLogNormal { shift, median, sigma },
        other => other,
    }
}

fn composed(cx: &Context, topology: &Topology, from: RegionId, to: RegionId) -> Option<(Law, Span)> {
    let distance = topology.route(from, to)?;
    cx.assume(
        "latency between Regions without a link of their own",
        "sum of the mean delays on the fastest way, constant",
        "assumed",
        "our choice: a made-up Region has no measured latency",
    );
    Some((Law::Constant(distance), distance))
}

/// Reports each Region that lacks links, with all those it lacks them to.
fn without_latency(cx: &Context, missing: &[(RegionId, RegionId)]) {
    let name = |region: RegionId| cx.regions.name(region.index());
    let measured = |region: RegionId| regions::is_measured(name(region));
    let mut lacking: BTreeMap<RegionId, Vec<&str>> = BTreeMap::new();
    for (from, to) in missing.iter().filter(|(from, to)| name(*from) != name(*to)) {
        let (whose, other) = if measured(*from) { (to, from) } else { (from, to) };
        let others = lacking.entry(*whose).or_default();
        if !others.contains(&name(*other)) {
            others.push(name(*other));
        }
    }
    for (region, others) in lacking {
        let name = name(region);
        let message =
            format!("no latency between Region `{name}` and {} is known", listing(others.iter().copied()));
        let near = nearest(name, regions::names()).filter(|near| *near != name);
        let help = match near {
            Some(near) => format!("did you mean `{near}`? a Region that is not measured needs a `[[link]]`"),
            None => {
                format!("state it: `[[link]]` with `between = [\"{name}\", \"{}\"]` and `one-way`", others[0])
            }
        };
        cx.sink.report(Problem::error(&cx.regions.at(region.index()), message).help(help));
    }
}

/// What a scenario says of one endpoint.
#[derive(Clone, Default)]
struct Stated {
    servers: Option<Option<u32>>,
    time: Option<Law>,
    quota: Option<Option<u64>>,
    network: Option<bool>,
}

fn endpoints(cx: &Context, used: &[Service], vintage: QuotaVintage) -> Vec<Vec<EndpointSetup>> {
    let count = cx.regions.iter().count();
    let mut stated = vec![vec![Stated::default(); count]; Service::ALL.len()];
    for item in cx.scenario.get("endpoint").map(Value::items).unwrap_or_default() {
        let Some(fields) = Fields::open(item, &item.span, &ENDPOINT, cx.sink) else { continue };
        let service = fields.need("service", |v| value::one_of(v, SERVICES));
        let new = Stated {
            servers: fields.read("servers", |v| {
                unlimited(v, |v| value::count(v, 1, value::MOST_SERVERS).map(|n| n as u32))
            }),
            time: fields.read("time", value::law),
            quota: fields.read("quota", |v| unlimited(v, |v| value::count(v, 0, value::MOST_A_SECOND))),
            network: fields.read("network", |v| value::one_of(v, &[("none", false)])),
        };
        let listed = fields.each("regions", |v| cx.region(v));
        let all = (0..count).map(|region| RegionId(region as u8)).collect();
        let places = if fields.get("regions").is_some() { listed } else { all };
        for place in places.into_iter().filter(|place| place.index() < count) {
            if let Some(service) = service {
                let old = &mut stated[service as usize][place.index()];
                old.servers = new.servers.or(old.servers);
                old.time = new.time.clone().or(old.time.take());
                old.quota = new.quota.or(old.quota);
                old.network = new.network.or(old.network);
            }
        }
    }
    let one = |service: Service, region: usize| {
        let quota = match service {
            Service::Kms => {
                let quota = quotas::symmetric(cx.regions.name(region), vintage);
                quota.map(|quota| (quota, quotas::source(vintage)))
            }
            _ => None,
        };
        endpoint(cx, used, service, quota, &stated[service as usize][region])
    };
    Service::ALL.map(|service| (0..count).map(|region| one(service, region)).collect()).to_vec()
}

/// A value, or `"unlimited"`.
fn unlimited<T>(v: &Value, read: impl Fn(&Value) -> Result<T, Problem>) -> Result<Option<T>, Problem> {
    if v.text() == Some("unlimited") {
        return Ok(None);
    }
    read(v).map(Some).map_err(|problem| match problem.help {
        None => problem.help("or write \"unlimited\""),
        Some(_) => problem,
    })
}

fn endpoint(
    cx: &Context,
    used: &[Service],
    service: Service,
    documented: Option<(u64, &'static str)>,
    stated: &Stated,
) -> EndpointSetup {
    let (read, write, title) = match service {
        Service::Kms => ("kms", "kms", "KMS"),
        Service::DynamoDb => ("dynamodb-read", "dynamodb-write", "DynamoDB"),
        Service::Rds => ("rds-read", "rds-write", "Aurora"),
        Service::S3 => ("s3-read", "s3-write", "S3"),
        Service::SecretsManager => ("secret-read", "secret-write", "Secrets Manager"),
        // Of the others only the control plane is called, which takes no time.
        _ => ("volume", "volume", "EBS"),
    };
    let default = |name| cx.default_if(used.contains(&service), name);
    let time = |name| stated.time.clone().unwrap_or_else(|| default(name));
    let quota = stated.quota.unwrap_or(documented.map(|(quota, _)| quota));
    if used.contains(&service) {
        if stated.servers.is_none() {
            cx.assume(format!("{title} servers"), "unlimited", "assumed", "AWS publishes no number");
        }
        match (stated.quota, documented) {
            (Some(_), _) => {}
            (None, Some((_, source))) => {
                cx.assume(format!("{title} request quota"), "by Region", "documented", source);
            }
            (None, None) => cx.assume(
                format!("{title} request quota"),
                "unlimited",
                "assumed",
                "capacity depends on the table or the instances, which are not modelled",
            ),
        }
    }
    EndpointSetup {
        servers: stated.servers.unwrap_or(None),
        read_time: time(read),
        write_time: time(write),
        quota,
        network: stated.network.unwrap_or(true),
    }
}
