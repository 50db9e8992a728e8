//! A directed link between two Regions, or the way inside one.

use super::outage::Holds;
use super::{LinkSetup, RETRANSMISSION_TIMEOUT};
use crate::sim::rng::unit;
use crate::sim::{Draws, Sampler, Span, Tables};

/// A directed link: its one-way delay, its losses, and whether it is up.
#[derive(Clone, Debug)]
pub struct Link {
    one_way: Sampler,
    loss: f64,
    /// Down for requests and answers.
    pub app: Holds,
    /// Down for replication, as far as it is no matter of two replicas: the way to a witness.
    pub replication: Holds,
    /// Latency faults now in force: (fault, added delay, share of messages).
    slowed: Vec<(u32, Sampler, f64)>,
    /// Packet-loss faults now in force: (fault, share of messages).
    lossy: Vec<(u32, f64)>,
}

impl Link {
    /// A healthy link.
    pub fn new(setup: &LinkSetup, tables: &mut Tables) -> Link {
        Link {
            one_way: tables.sampler(&setup.one_way),
            loss: setup.loss,
            app: Holds::default(),
            replication: Holds::default(),
            slowed: Vec::new(),
            lossy: Vec::new(),
        }
    }

    /// The delay of a message that leaves now. `draw` is the message's own number.
    #[inline]
    pub fn delay(&self, draw: u64) -> Span {
        let delay = self.one_way.sample(draw);
        match self.loss == 0.0 && self.slowed.is_empty() && self.lossy.is_empty() {
            true => delay,
            false => delay + self.weather(Draws(draw)),
        }
    }

    /// What latency and packet-loss faults add: delays add up, a lost message is sent again after a
    /// retransmission time-out that doubles each time (RFC 6298).
    fn weather(&self, draws: Draws) -> Span {
        let mut extra = Span::ZERO;
        for (fault, added, share) in &self.slowed {
            if unit(draws.at(1, *fault)) < *share {
                extra += added.sample(draws.at(2, *fault));
            }
        }
        let arrives = self.lossy.iter().fold(1.0 - self.loss, |kept, (_, lost)| kept * (1.0 - lost));
        let mut wait = RETRANSMISSION_TIMEOUT;
        for transmission in 0..16 {
            if unit(draws.at(3, transmission)) < arrives {
                break;
            }
            extra += wait;
            wait += wait;
        }
        extra
    }

    /// A latency fault starts.
    pub fn slow(&mut self, fault: u32, added: Sampler, share: f64) {
        self.slowed.push((fault, added, share));
    }

    /// A packet-loss fault starts.
    pub fn lose(&mut self, fault: u32, share: f64) {
        self.lossy.push((fault, share));
    }

    /// A latency or packet-loss fault ends.
    pub fn clear(&mut self, fault: u32) {
        self.slowed.retain(|(f, ..)| *f != fault);
        self.lossy.retain(|(f, _)| *f != fault);
    }
}
