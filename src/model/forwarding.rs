//! Write forwarding: a secondary cluster passes an application's write on to the primary.

use super::requests::{RequestId, purpose};
use super::{Event, Moment, Simulation};
use crate::client::Failure;
use crate::services::ErrorCode;
use crate::services::aurora::rules as aurora;
use crate::sim::Time;

impl Simulation {
    /// A replica passes a write on to the primary, whose answer goes straight to the application: the way within its
    /// Region is nothing to that between Regions.
    pub(super) fn forward(&mut self, id: RequestId, index: usize, (primary, at): (u8, Time)) {
        self.recorder.count_rule(aurora::WRITES_ARE_FORWARDED);
        let region = self.stores[index].replicas().regions[usize::from(primary)];
        let r = self.requests.get(id);
        let network = self.world.endpoint(r.service, region).network;
        let link = self.world.link(r.endpoint, region);
        if network && link.app.is_down() {
            let failure = Failure::new(ErrorCode::EndpointConnectionError, aurora::WRITES_ARE_FORWARDED);
            return self.answer_at(id, at, Err(failure));
        }
        // The primary's part has random numbers of its own.
        r.attempt += 1;
        let arrival = if network { at + link.delay(r.draw(purpose::OUT)) } else { at };
        if arrival > r.deadline {
            return self.answer_lost(id);
        }
        r.spent.network += arrival - at;
        r.endpoint = region;
        r.replica = primary;
        r.forwarded = true;
        self.kernel.schedule(arrival, Event::Request(id, Moment::AtStore));
    }
}
