//! Provisioned capacity of a replica: applications and replication share its write units (DDB-GT-7).

use super::TableSetup;
use super::rules;
use crate::services::ErrorCode;
use crate::services::store::Barrier;
use crate::sim::{Span, Time};
use crate::world::endpoint::Work;
use crate::world::quota::Bucket;

/// The capacity of one replica. An item counts as one unit: items have no size here.
#[derive(Clone, Debug)]
pub struct Capacity {
    reads: Bucket,
    writes: Bucket,
    /// Time in which one more write unit comes.
    pause: Option<Span>,
}

impl Capacity {
    /// As the file declares it: the same for every replica (DDB-GT-5).
    pub fn new(setup: &TableSetup) -> Capacity {
        Capacity {
            reads: Bucket::new(setup.read_capacity),
            writes: Bucket::new(setup.write_capacity),
            pause: setup.write_capacity.map(|units| Span(Span::SECOND.0.div_ceil(units.max(1)))),
        }
    }

    /// Takes one unit, if it is there.
    #[inline]
    pub fn take(&mut self, work: Work, now: Time) -> Result<(), Barrier> {
        let units = match work {
            Work::Read => &mut self.reads,
            Work::Write => &mut self.writes,
        };
        match units.take(now) {
            true => Ok(()),
            false => Err(Barrier::passes(
                ErrorCode::ProvisionedThroughputExceededException,
                rules::REPLICATED_WRITES_TAKE_CAPACITY,
            )),
        }
    }

    /// How long a replicated write waits for the next unit; `None`: on demand.
    #[inline]
    pub fn pause(&self) -> Option<Span> {
        self.pause
    }
}
