//! Regions, the links between them, and the endpoints of their services.

/// A Region of this run: its index in [`Setup::regions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegionId(pub u8);

impl RegionId {
    /// As an index.
    #[inline]
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// The most Regions one scenario may have.
pub const MAX_REGIONS: usize = 64;

/// A set of Regions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RegionSet(pub u64);

impl RegionSet {
    /// Every Region there can be.
    pub const ALL: RegionSet = RegionSet(u64::MAX);

    /// Whether the Region is in the set.
    pub fn has(self, region: RegionId) -> bool {
        self.0 >> region.0 & 1 == 1
    }

    /// The set with this Region as well.
    pub fn with(self, region: RegionId) -> RegionSet {
        RegionSet(self.0 | 1 << region.0)
    }

    /// The set without this Region.
    pub fn without(self, region: RegionId) -> RegionSet {
        RegionSet(self.0 & !(1 << region.0))
    }
}

pub mod calls;
pub mod endpoint;
pub mod link;
pub mod names;
pub mod outage;
pub mod quota;
pub mod regions;
pub mod rules;
pub mod site;
pub mod topology;

use crate::sim::{Law, Span, Tables, Time};
use endpoint::Endpoint;
use link::Link;
use site::{Site, ZONES};

/// The world before the run: what exists and how it behaves while nothing is broken.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The Regions, in the scenario's order. `RegionId(i)` is the i-th.
    pub regions: Vec<Region>,
    /// Directed links, `links[from][to]`; `links[r][r]` is the way inside a Region.
    pub links: Vec<Vec<LinkSetup>>,
    /// One endpoint a service and Region: `endpoints[service as usize][region]`.
    pub endpoints: Vec<Vec<EndpointSetup>>,
}

/// A Region.
#[derive(Clone, Debug)]
pub struct Region {
    /// `us-east-1`, or a made-up name.
    pub name: String,
    /// `aws`, `aws-cn`, … (made-up Regions: `aws`).
    pub partition: String,
}

/// A directed link.
#[derive(Clone, Debug)]
pub struct LinkSetup {
    /// One-way delay.
    pub one_way: Law,
    /// Probability that a message must be sent again, 0..1.
    pub loss: f64,
}

/// One Region's endpoint of one service.
#[derive(Clone, Debug)]
pub struct EndpointSetup {
    /// Requests served at once; `None` is unlimited (AWS publishes no number).
    pub servers: Option<u32>,
    /// Service time of a read (GetItem, SELECT) or of a cryptographic operation.
    pub read_time: Law,
    /// Service time of a write (PutItem, COMMIT) or of a cryptographic operation.
    pub write_time: Law,
    /// Requests admitted a second (token bucket holding one second's worth); `None` is unlimited.
    pub quota: Option<u64>,
    /// Whether calls cross the network at all; `false` is `network = "none"`.
    pub network: bool,
}

/// A service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    /// AWS Key Management Service: `aws kms`.
    Kms,
    /// Amazon DynamoDB: `aws dynamodb`.
    DynamoDb,
    /// Amazon RDS, and Aurora under it: `aws rds`.
    Rds,
    /// Amazon S3: `aws s3api`.
    S3,
    /// Amazon EC2, and EBS under it: `aws ec2`.
    Ec2,
    /// Amazon EC2 Auto Scaling: `aws autoscaling`.
    AutoScaling,
    /// AWS Backup: `aws backup`.
    Backup,
    /// AWS Secrets Manager: `aws secretsmanager`.
    SecretsManager,
    /// AWS Security Token Service: `aws sts`.
    Sts,
    /// Amazon Route 53: `aws route53`. Its control plane is in one Region (CP-3).
    Route53,
    /// Routing control of Application Recovery Controller: `aws route53-recovery-cluster`.
    RecoveryCluster,
}

impl Service {
    /// All services, in their fixed order.
    pub const ALL: [Service; 11] = [
        Service::Kms,
        Service::DynamoDb,
        Service::Rds,
        Service::S3,
        Service::Ec2,
        Service::AutoScaling,
        Service::Backup,
        Service::SecretsManager,
        Service::Sts,
        Service::Route53,
        Service::RecoveryCluster,
    ];

    /// The services that hold what applications read and write.
    pub const OF_DATA: [Service; 5] =
        [Service::DynamoDb, Service::Rds, Service::S3, Service::Ec2, Service::SecretsManager];

    /// `kms`, `dynamodb`, `rds`, `s3`, …
    pub fn name(self) -> &'static str {
        match self {
            Service::S3 => "s3",
            other => other.cli_name(),
        }
    }

    /// The Region in which the control plane of a global service is; its data plane is everywhere (AWS whitepaper,
    /// Fault isolation boundaries).
    pub fn home(self) -> Option<&'static str> {
        match self {
            Service::Route53 => Some("us-east-1"),
            Service::RecoveryCluster => Some("us-west-2"),
            _ => None,
        }
    }

    /// As the AWS CLI calls it.
    pub fn cli_name(self) -> &'static str {
        match self {
            Service::Kms => "kms",
            Service::DynamoDb => "dynamodb",
            Service::Rds => "rds",
            Service::S3 => "s3api",
            Service::Ec2 => "ec2",
            Service::AutoScaling => "autoscaling",
            Service::Backup => "backup",
            Service::SecretsManager => "secretsmanager",
            Service::Sts => "sts",
            Service::Route53 => "route53",
            Service::RecoveryCluster => "route53-recovery-cluster",
        }
    }
}

impl std::fmt::Display for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// The Region on which the configuration of buckets in every Region depends (ibid., Amazon S3).
pub const BUCKETS_HOME: &str = "us-east-1";

/// The default retransmission time-out of a lost message: RFC 6298's lower bound as Linux sets it (Assumed).
pub const RETRANSMISSION_TIMEOUT: Span = Span::millis(200);

/// The longest that a lost message waits: Linux's `TCP_RTO_MAX`.
pub const LONGEST_TIMEOUT: Span = Span::secs(120);

impl Setup {
    /// The setup of one endpoint.
    pub fn endpoint(&self, service: Service, region: RegionId) -> &EndpointSetup {
        &self.endpoints[service as usize][region.index()]
    }
}

/// The world while a run goes on: the state of every Region, link and endpoint.
#[derive(Clone, Debug)]
pub struct World {
    sites: Vec<Site>,
    links: Vec<Link>,
    endpoints: Vec<Endpoint>,
}

impl World {
    /// A healthy, idle world.
    pub fn new(setup: &Setup, tables: &mut Tables) -> World {
        World {
            sites: vec![Site::default(); setup.regions.len()],
            links: setup.links.iter().flatten().map(|link| Link::new(link, tables)).collect(),
            endpoints: setup
                .endpoints
                .iter()
                .flatten()
                .map(|endpoint| Endpoint::new(endpoint, tables))
                .collect(),
        }
    }

    /// Every Region.
    pub fn regions(&self) -> impl Iterator<Item = RegionId> + use<> {
        (0..self.sites.len() as u8).map(RegionId)
    }

    /// A Region as a place: whether it is down as a whole (its endpoints, and the instances there), its zones, …
    #[inline]
    pub fn region(&self, region: RegionId) -> &Site {
        &self.sites[region.index()]
    }

    /// The same, to change it.
    pub fn site_mut(&mut self, region: RegionId) -> &mut Site {
        &mut self.sites[region.index()]
    }

    /// The link from one Region to another, or the way inside one.
    #[inline]
    pub fn link(&self, from: RegionId, to: RegionId) -> &Link {
        &self.links[from.index() * self.sites.len() + to.index()]
    }

    /// The same, to change it.
    pub fn link_mut(&mut self, from: RegionId, to: RegionId) -> &mut Link {
        &mut self.links[from.index() * self.sites.len() + to.index()]
    }

    /// Whether some link is slower than usual, and whether messages wait for each other on some.
    pub fn slow_links(&self) -> (bool, bool) {
        (self.links.iter().any(Link::is_slow), self.links.iter().any(Link::is_narrow))
    }

    /// A service's endpoint in a Region.
    #[inline]
    pub fn endpoint(&self, service: Service, region: RegionId) -> &Endpoint {
        &self.endpoints[service as usize * self.sites.len() + region.index()]
    }

    /// The same, to use or change it.
    #[inline]
    pub fn endpoint_mut(&mut self, service: Service, region: RegionId) -> &mut Endpoint {
        &mut self.endpoints[service as usize * self.sites.len() + region.index()]
    }

    /// A whole Region goes down by a fault.
    pub fn crash(&mut self, now: Time, region: RegionId, fault: u32, mode: endpoint::Mode) {
        self.sites[region.index()].stop(now);
        for service in Service::ALL {
            self.endpoint_mut(service, region).crash(now, fault, mode);
        }
    }

    /// That fault is lifted.
    pub fn recover(&mut self, region: RegionId, fault: u32) {
        self.sites[region.index()].down.lift();
        for service in Service::ALL {
            self.endpoint_mut(service, region).recover(fault);
        }
    }

    /// Zones of a Region go down by a fault: their share of every endpoint's servers is gone, and with two of them the
    /// Region's services.
    pub fn stop_zones(&mut self, now: Time, region: RegionId, fault: u32, zones: &[u8]) {
        zones.iter().for_each(|zone| self.sites[region.index()].stop_zone(*zone, now));
        self.spread(region);
        if self.region(region).quorum_lost_by.is_none() && self.region(region).lacks_quorum() {
            self.site_mut(region).quorum_lost_by = Some(fault);
            self.crash(now, region, fault, endpoint::Mode::Error);
        }
    }

    /// That fault is lifted.
    pub fn restart_zones(&mut self, region: RegionId, zones: &[u8]) {
        zones.iter().for_each(|zone| self.sites[region.index()].lift_zone(*zone));
        self.spread(region);
        if let Some(fault) = self.region(region).quorum_lost_by
            && !self.region(region).lacks_quorum()
        {
            self.site_mut(region).quorum_lost_by = None;
            self.recover(region, fault);
        }
    }

    /// Every endpoint has its share of servers in the zones that are left.
    fn spread(&mut self, region: RegionId) {
        let left = ZONES - self.region(region).zones_down();
        for service in Service::ALL {
            self.endpoint_mut(service, region).keep_zones(left);
        }
    }

    /// Whether applications in `from` can exchange messages with endpoints in `to`, both ways.
    pub fn connected(&self, from: RegionId, to: RegionId) -> bool {
        !self.link(from, to).app.is_down() && !self.link(to, from).app.is_down()
    }

    /// Whether a service's control plane in a Region answers now.
    pub fn control_answers(&self, service: Service, at: RegionId) -> bool {
        !self.endpoint(service, at).control.is_down()
    }

    /// The Regions whose control plane of a service answers from `from` (which is always among them).
    pub fn reach(&self, service: Service, from: RegionId) -> RegionSet {
        let answers = |to: &RegionId| {
            *to == from || (self.connected(from, *to) && !self.endpoint(service, *to).control.is_down())
        };
        self.regions().filter(answers).fold(RegionSet::default(), RegionSet::with)
    }
}
