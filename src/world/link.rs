//! A directed link between two Regions, or the way inside one.

use super::outage::Holds;
use super::{LONGEST_TIMEOUT, LinkSetup, RETRANSMISSION_TIMEOUT};
use crate::sim::rng::unit;
use crate::sim::{Draws, Sampler, Span, Tables, Time};

/// A directed link: its one-way delay, its losses, and whether it is up.
#[derive(Clone, Debug)]
pub struct Link {
    one_way: Sampler,
    loss: f64,
    /// Down for requests and answers.
    pub app: Holds,
    /// Down for replication, as far as it is no matter of two replicas: the way to a witness.
    pub replication: Holds,
    /// Latency faults now in force.
    slowed: Vec<Slowed>,
    /// Faults that have changed the way: (fault, one-way delay). The latest counts.
    routes: Vec<(u32, Span)>,
    /// Faults that make messages wait for each other.
    narrow: Vec<(u32, Narrow)>,
    /// Packet-loss faults now in force: (fault, share of messages).
    lossy: Vec<(u32, f64)>,
}

/// A latency fault in force.
#[derive(Clone, Debug)]
struct Slowed {
    fault: u32,
    added: Sampler,
    jitter: Option<Sampler>,
    /// Of messages.
    share: f64,
}

/// A link on which messages wait for each other.
#[derive(Clone, Copy, Debug)]
pub struct Narrow {
    /// Time on the wire of one message.
    pub each: Span,
    /// When the wire is free again.
    pub free: Time,
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
            routes: Vec::new(),
            narrow: Vec::new(),
            lossy: Vec::new(),
        }
    }

    /// The delay of a message that leaves now. `draw` is the message's own number.
    #[inline]
    pub fn delay(&self, draw: u64) -> Span {
        let delay = match self.routes.last() {
            None => self.one_way.sample(draw),
            Some((_, one_way)) => *one_way,
        };
        match self.loss == 0.0 && self.slowed.is_empty() && self.lossy.is_empty() {
            true => delay,
            false => delay + self.weather(Draws(draw)),
        }
    }

    /// Whether messages wait for each other here.
    #[inline]
    pub fn is_narrow(&self) -> bool {
        !self.narrow.is_empty()
    }

    /// Whether a fault makes the way longer than usual for replication, too.
    #[inline]
    pub fn is_slow(&self) -> bool {
        !(self.slowed.is_empty() && self.routes.is_empty() && self.narrow.is_empty() && self.lossy.is_empty())
    }

    /// How long a message that is sent now waits for those before it, and its own time on the wire.
    pub fn queue(&mut self, now: Time) -> Span {
        let mut done = now;
        for (_, narrow) in &mut self.narrow {
            narrow.free = narrow.free.max(done) + narrow.each;
            done = narrow.free;
        }
        done - now
    }

    /// What faults add to the delay of a replicated write.
    pub fn burden(&mut self, now: Time, draw: u64) -> Span {
        let draws = Draws(draw);
        let longer = self
            .routes
            .last()
            .map_or(Span::ZERO, |(_, one_way)| Span(one_way.0.saturating_sub(self.one_way.sample(draw).0)));
        longer + self.slowness(draws) + self.resending(draws, 1.0) + self.queue(now)
    }

    fn slowness(&self, draws: Draws) -> Span {
        let mut extra = Span::ZERO;
        for Slowed { fault, added, jitter, share } in &self.slowed {
            if unit(draws.at(1, *fault)) < *share {
                extra += added.sample(draws.at(2, *fault));
                extra += jitter.as_ref().map_or(Span::ZERO, |jitter| jitter.sample(draws.at(4, *fault)));
            }
        }
        extra
    }

    /// What latency and packet-loss faults add, and what the link itself loses.
    fn weather(&self, draws: Draws) -> Span {
        self.slowness(draws) + self.resending(draws, 1.0 - self.loss)
    }

    /// A lost message is sent again after a retransmission time-out that doubles each time (RFC 6298), up to a limit. `kept`: the share
    /// that arrives without any fault.
    fn resending(&self, draws: Draws, kept: f64) -> Span {
        let arrives = self.lossy.iter().fold(kept, |kept, (_, lost)| kept * (1.0 - lost));
        let mut extra = Span::ZERO;
        let mut wait = RETRANSMISSION_TIMEOUT;
        for transmission in 0..16 {
            if unit(draws.at(3, transmission)) < arrives {
                break;
            }
            extra += wait;
            wait = (wait + wait).min(LONGEST_TIMEOUT);
        }
        extra
    }

    /// A latency fault starts.
    pub fn slow(&mut self, fault: u32, added: Sampler, jitter: Option<Sampler>, share: f64) {
        self.slowed.push(Slowed { fault, added, jitter, share });
    }

    /// The way becomes another.
    pub fn reroute(&mut self, fault: u32, one_way: Span) {
        self.routes.push((fault, one_way));
    }

    /// Messages begin to wait for each other.
    pub fn narrow(&mut self, fault: u32, narrow: Narrow) {
        self.narrow.push((fault, narrow));
    }

    /// A packet-loss fault starts.
    pub fn lose(&mut self, fault: u32, share: f64) {
        self.lossy.push((fault, share));
    }

    /// A fault ends, whatever it did here besides cutting the link.
    pub fn clear(&mut self, fault: u32) {
        self.slowed.retain(|slowed| slowed.fault != fault);
        self.routes.retain(|(f, _)| *f != fault);
        self.narrow.retain(|(f, _)| *f != fault);
        self.lossy.retain(|(f, _)| *f != fault);
    }
}
