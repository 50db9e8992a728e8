//! The SDKs' retry modes: attempts, backoff, and a budget of tokens. A service's wish for a longer pause
//! (`x-amz-retry-after`) is not modelled.

use crate::services::ErrorCode;
use crate::services::error::RetryClass;
use crate::sim::Span;
use crate::sim::rng::below;
use crate::world::Service;

/// The SDK's retry mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryMode {
    /// Standard mode of 2026 (KMS-RET-1).
    Standard,
    /// Standard mode as it was before 2026 (KMS-RET-2).
    StandardBefore2026,
    /// botocore's first mode (KMS-RET-3).
    Legacy,
    /// Standard mode with a rate limiter in the client (KMS-RET-4, [`pace`](super::pace)).
    Adaptive,
    /// One attempt.
    None,
}

/// The budget of one SDK client of one application instance.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    tokens: u16,
}

/// A retry that may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// The pause before it.
    pub pause: Span,
    /// The tokens that it cost; they come back if it succeeds.
    pub paid: u16,
}

const BUDGET: u16 = 500;
const LONGEST_BACKOFF: Span = Span::secs(20);

impl Default for Budget {
    fn default() -> Self {
        Budget { tokens: BUDGET }
    }
}

impl Budget {
    /// A call succeeded in its `tries`-th attempt: the last retry's tokens come back, a first try earns one.
    #[inline]
    pub fn succeeded(&mut self, tries: u8, paid: u16) {
        if tries == 1 && self.tokens == BUDGET {
            return;
        }
        let earned = if tries == 1 { 1 } else { paid };
        self.tokens = (self.tokens + earned).min(BUDGET);
    }

    /// The next attempt after `tries` failed ones; `None`: give up.
    pub fn retry(
        &mut self,
        mode: RetryMode,
        service: Service,
        error: ErrorCode,
        tries: u8,
        draw: u64,
    ) -> Option<Retry> {
        let class = error.retry_class();
        if class == RetryClass::Never || tries >= attempts(mode, service) {
            return None;
        }
        let paid = cost(mode, error);
        self.tokens = self.tokens.checked_sub(paid)?;
        let doublings = u32::from(tries - 1).min(20);
        let grown = |base: Span| Span(base.0.saturating_mul(1 << doublings));
        let pause = match (mode, service) {
            // botocore draws no random number for DynamoDB.
            (RetryMode::Legacy, Service::DynamoDb) => grown(Span::millis(50)),
            (RetryMode::Legacy, _) => Span(below(draw, grown(Span::SECOND).0)),
            (RetryMode::StandardBefore2026, _) => {
                Span(below(draw, grown(Span::SECOND).0)).min(LONGEST_BACKOFF)
            }
            _ => Span(below(draw, grown(base(service, class)).min(LONGEST_BACKOFF).0)),
        };
        Some(Retry { pause, paid })
    }
}

/// How many attempts a call has, the first included.
fn attempts(mode: RetryMode, service: Service) -> u8 {
    match (mode, service) {
        (RetryMode::None, _) => 1,
        (RetryMode::Legacy, Service::DynamoDb) => 10,
        (RetryMode::Legacy, _) => 5,
        (RetryMode::Standard | RetryMode::Adaptive, Service::DynamoDb) => 4,
        _ => 3,
    }
}

/// The tokens of a retry.
fn cost(mode: RetryMode, error: ErrorCode) -> u16 {
    let timed_out = matches!(error, ErrorCode::ConnectTimeoutError | ErrorCode::ReadTimeoutError);
    match (mode, error.retry_class()) {
        (RetryMode::Legacy | RetryMode::None, _) => 0,
        (RetryMode::StandardBefore2026, _) if timed_out => 10,
        (RetryMode::StandardBefore2026, _) => 5,
        (_, RetryClass::Throttling) => 5,
        _ => 14,
    }
}

/// The longest pause before the first retry in standard mode.
fn base(service: Service, class: RetryClass) -> Span {
    match (class, service) {
        (RetryClass::Throttling, _) => Span::SECOND,
        (_, Service::DynamoDb) => Span::millis(25),
        _ => Span::millis(50),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_ends_retries_in_a_long_outage() {
        let timeout = ErrorCode::ConnectTimeoutError;
        for (mode, cost) in
            [(RetryMode::Standard, 14), (RetryMode::Adaptive, 14), (RetryMode::StandardBefore2026, 10)]
        {
            let mut budget = Budget::default();
            let mut once = || budget.retry(mode, Service::Kms, timeout, 1, 0);
            let allowed = std::iter::from_fn(&mut once).count();
            assert_eq!(allowed, 500 / cost, "{mode:?}");
            budget.succeeded(2, cost as u16);
            assert!(budget.retry(mode, Service::Kms, timeout, 1, 0).is_some());
        }
        let mut budget = Budget::default();
        let endless =
            (0..10_000).all(|_| budget.retry(RetryMode::Legacy, Service::Kms, timeout, 1, 0).is_some());
        assert!(endless, "legacy mode has no budget");
    }
}
