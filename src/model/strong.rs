//! Strong consistency over Regions: who can be reached for consent, and how long that takes.

use super::Simulation;
use super::requests::{RequestId, purpose};
use crate::services::dynamodb::rules;
use crate::sim::Span;
use crate::world::RegionId;

impl Simulation {
    /// The participants that a replica reaches now: their Regions and, unless it is the witness, the replicas.
    fn participants(&self, index: usize, replica: u8) -> impl Iterator<Item = (RegionId, Option<u8>)> + '_ {
        let store = &self.stores[index];
        let home = store.replicas().regions[usize::from(replica)];
        let others = (0..store.replicas().regions.len() as u8).filter(move |other| *other != replica);
        let replicas = others
            .filter(move |other| store.is_open(replica, *other) && store.is_open(*other, replica))
            .map(|other| (store.replicas().regions[usize::from(other)], Some(other)));
        let witness = self.setup.stores[index].witness().filter(move |witness| {
            let links = [self.world.link(home, *witness), self.world.link(*witness, home)];
            self.world.endpoint(store.service, *witness).outage().is_none()
                && self.world.endpoint(store.service, home).outage().is_none()
                && links.iter().all(|link| !link.replication.is_down())
        });
        replicas.chain(witness.map(|witness| (witness, None)))
    }

    /// How much longer a request takes because the nearest participant must consent (DDB-MRSC-7); nothing if none can
    /// be reached.
    pub(super) fn consent(&mut self, id: RequestId, index: usize) -> Span {
        let r = *self.requests.read(id);
        let home = r.endpoint;
        let round_trip = |(i, (region, _)): (usize, (RegionId, Option<u8>))| {
            let draw = |way: usize| r.draws.at(purpose::CONSENT + (2 * i + way) as u8, u32::from(r.attempt));
            self.world.link(home, region).delay(draw(0)) + self.world.link(region, home).delay(draw(1))
        };
        let nearest = self.participants(index, r.replica).enumerate().map(round_trip).min();
        self.recorder.count_rule(rules::THE_NEAREST_DECIDES);
        nearest.unwrap_or(Span::ZERO)
    }

    /// The replica that has a write before it is acknowledged: the nearest that can be reached; `None`: the witness has
    /// it.
    pub(super) fn consenting(&self, index: usize, replica: u8) -> Option<u8> {
        let home = self.stores[index].replicas().regions[usize::from(replica)];
        let distance = |region: RegionId| self.setup.world.links[home.index()][region.index()].one_way.mean();
        let nearest =
            self.participants(index, replica).min_by_key(|(region, _)| (distance(*region), *region));
        nearest.and_then(|(_, other)| other)
    }

    /// Whether a replica reaches any other participant.
    pub(super) fn is_in_touch(&self, index: usize, replica: u8) -> bool {
        self.participants(index, replica).next().is_some()
    }

    /// Something went down or came back: replicas may be alone now, or no longer.
    pub(super) fn look_at_quorums(&mut self) {
        for index in 0..self.stores.len() {
            if !self.stores[index].is_strong() {
                continue;
            }
            for replica in 0..self.stores[index].replicas().regions.len() as u8 {
                let has = self.is_in_touch(index, replica);
                let out = self.stores[index].quorum_found(replica, has, self.kernel.now());
                self.take_out(index as u16, out);
            }
            self.release_all(index as u16);
        }
    }
}
