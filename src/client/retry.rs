//! The SDK's standard retry mode (KMS-RET-1): attempts, backoff with full jitter, and a budget of tokens.

use super::RetryMode;
use crate::services::error::RetryClass;
use crate::sim::Span;
use crate::sim::rng::below;
use crate::world::Service;

/// The budget of one SDK client of one application instance.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    tokens: u16,
}

const BUDGET: u16 = 500;
const TRANSIENT_COST: u16 = 14;
const THROTTLING_COST: u16 = 5;
const LONGEST_BACKOFF: Span = Span::secs(20);

impl Default for Budget {
    fn default() -> Self {
        Budget { tokens: BUDGET }
    }
}

impl Budget {
    /// A call succeeded in its `tries`-th attempt: the last retry's tokens come back, a first try earns one.
    #[inline]
    pub fn succeeded(&mut self, tries: u8, last: RetryClass) {
        if tries == 1 && self.tokens == BUDGET {
            return;
        }
        let earned = if tries == 1 { 1 } else { cost(last) };
        self.tokens = (self.tokens + earned).min(BUDGET);
    }

    /// How long to wait before the next attempt after `tries` failed ones; `None`: give up.
    pub fn backoff(
        &mut self,
        mode: RetryMode,
        service: Service,
        class: RetryClass,
        tries: u8,
        draw: u64,
    ) -> Option<Span> {
        let attempts = if service == Service::DynamoDb { 4 } else { 3 };
        if mode == RetryMode::None || class == RetryClass::Never || tries >= attempts {
            return None;
        }
        self.tokens = self.tokens.checked_sub(cost(class))?;
        let base = match (class, service) {
            (RetryClass::Throttling, _) => Span::SECOND,
            (_, Service::DynamoDb) => Span::millis(25),
            _ => Span::millis(50),
        };
        let longest = base.0.saturating_mul(1 << (tries - 1).min(20)).min(LONGEST_BACKOFF.0);
        Some(Span(below(draw, longest)))
    }
}

fn cost(class: RetryClass) -> u16 {
    match class {
        RetryClass::Throttling => THROTTLING_COST,
        _ => TRANSIENT_COST,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(service: Service, class: RetryClass) -> Vec<Option<u64>> {
        let mut budget = Budget::default();
        let wait = |tries| budget.backoff(RetryMode::Standard, service, class, tries, u64::MAX);
        (1..=4).map(wait).map(|span| span.map(|s| (s.0 + 1) / 1_000_000)).collect()
    }

    #[test]
    fn three_attempts_and_four_for_dynamodb() {
        assert_eq!(waits(Service::Kms, RetryClass::Transient), [Some(50), Some(100), None, None]);
        assert_eq!(waits(Service::Kms, RetryClass::Throttling), [Some(1000), Some(2000), None, None]);
        assert_eq!(waits(Service::DynamoDb, RetryClass::Transient), [Some(25), Some(50), Some(100), None]);
        assert_eq!(waits(Service::Kms, RetryClass::Never), [None; 4]);
    }

    #[test]
    fn the_budget_ends_retries_in_a_long_outage() {
        let mut budget = Budget::default();
        let mut allowed = 0;
        while budget.backoff(RetryMode::Standard, Service::Kms, RetryClass::Transient, 1, 0).is_some() {
            allowed += 1;
        }
        assert_eq!(allowed, 500 / 14);
        budget.succeeded(2, RetryClass::Transient);
        assert!(budget.backoff(RetryMode::Standard, Service::Kms, RetryClass::Transient, 1, 0).is_some());
    }
}
