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

pub mod endpoint;
pub mod link;
pub mod outage;
pub mod regions;
pub mod topology;

use crate::sim::{Law, Span};

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

/// A service, by its AWS CLI name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    /// AWS Key Management Service: `aws kms`.
    Kms,
    /// Amazon DynamoDB: `aws dynamodb`.
    DynamoDb,
    /// Amazon Aurora, under Amazon RDS: `aws rds`.
    Rds,
}

impl Service {
    /// All services, in their fixed order.
    pub const ALL: [Service; 3] = [Service::Kms, Service::DynamoDb, Service::Rds];

    /// `kms`, `dynamodb`, `rds`.
    pub fn name(self) -> &'static str {
        match self {
            Service::Kms => "kms",
            Service::DynamoDb => "dynamodb",
            Service::Rds => "rds",
        }
    }
}

impl std::fmt::Display for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// The default retransmission time-out of a lost message: RFC 6298's lower bound as Linux sets it (Assumed).
pub const RETRANSMISSION_TIMEOUT: Span = Span::millis(200);

impl Setup {
    /// The setup of one endpoint.
    pub fn endpoint(&self, service: Service, region: RegionId) -> &EndpointSetup {
        &self.endpoints[service as usize][region.index()]
    }
}
