//! Axes: where a time, a share or a span stands on the sheet, and what is written beside it.

use super::plots::Measure;
use crate::sim::{Span, Time};

/// Maps values onto a stretch of the sheet.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
    log: bool,
}

impl Scale {
    /// Equal steps for equal differences.
    pub fn linear(low: f64, high: f64, from: f64, to: f64) -> Scale {
        Scale { low, high: if high > low { high } else { low + 1.0 }, from, to, log: false }
    }

    /// Equal steps for equal ratios, between the [`TICKS`] that enclose two spans.
    pub fn log(low: Span, high: Span, from: f64, to: f64) -> Scale {
        let last = TICKS.len() - 1;
        let below = TICKS.iter().rposition(|(tick, _)| *tick <= low).unwrap_or(0).min(last - 1);
        let above = TICKS.iter().position(|(tick, _)| *tick >= high).unwrap_or(last).max(below + 1);
        let [low, high] = [below, above].map(|index| libm::log10(TICKS[index].0.0 as f64));
        Scale { low, high, from, to, log: true }
    }

    /// Where a value stands; beyond the ends, at the end.
    pub fn place(&self, value: f64) -> f64 {
        let value = if self.log { libm::log10(value.max(1.0)) } else { value };
        let share = ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        self.from + share * (self.to - self.from)
    }

    /// Where an instant stands.
    pub fn time(&self, time: Time) -> f64 {
        self.place(time.0 as f64)
    }

    /// Where a span stands.
    pub fn span(&self, span: Span) -> f64 {
        self.place(span.0 as f64)
    }

    /// The ticks of a logarithmic scale: where, and what is written there.
    pub fn ticks(&self) -> Vec<(f64, &'static str)> {
        let within = |power: f64| power >= self.low && power <= self.high;
        let ticks = TICKS.iter().filter(|(tick, _)| within(libm::log10(tick.0 as f64)));
        ticks.map(|(tick, label)| (self.span(*tick), *label)).collect()
    }
}

/// Ticks of a logarithmic axis of spans: powers of ten as long as people count in them.
const TICKS: [(Span, &str); 16] = [
    (Span::MICROSECOND, "1 us"),
    (Span::micros(10), "10 us"),
    (Span::micros(100), "100 us"),
    (Span::MILLISECOND, "1 ms"),
    (Span::millis(10), "10 ms"),
    (Span::millis(100), "100 ms"),
    (Span::SECOND, "1 s"),
    (Span::secs(10), "10 s"),
    (Span::MINUTE, "1 min"),
    (Span::secs(600), "10 min"),
    (Span::HOUR, "1 h"),
    (Span::secs(6 * 3600), "6 h"),
    (Span::DAY, "1 d"),
    (Span::days(7), "7 d"),
    (Span::days(30), "30 d"),
    (Span::days(365), "1 a"),
];

/// Round values from at most `low` to at least `high`, about five of them, with what is written there.
pub fn value_ticks(measure: Measure, low: f64, high: f64) -> Vec<(f64, String)> {
    if measure == Measure::Seconds {
        let span = Span((high * 1e9) as u64);
        let mut ticks = time_ticks(span, 6);
        // Below a second a time axis has no ticks of its own.
        if span < Span::secs(2) {
            return plain_ticks(0.0, high * 1e3, |value| format!("{value} ms"))
                .into_iter()
                .map(|(value, name)| (value / 1e3, name))
                .collect();
        }
        if let [.., (before, _), (last, _)] = ticks[..]
            && last.0 < span.0
        {
            let step = last.0 - before.0;
            ticks.push((last + Span(step), tick_label(last.0 + step, step)));
        }
        return ticks.into_iter().map(|(time, name)| (time.0 as f64 / 1e9, name)).collect();
    }
    plain_ticks(low, high, |value| match measure {
        Measure::Share => format!("{} %", libm::round(value * 1e6) / 1e4),
        Measure::Money => format!("{value} USD"),
        Measure::Seconds | Measure::Number => value.to_string(),
    })
}

fn plain_ticks(low: f64, high: f64, name: impl Fn(f64) -> String) -> Vec<(f64, String)> {
    let range = if high > low { high - low } else { high.abs().max(1.0) };
    let power = libm::pow(10.0, libm::floor(libm::log10(range / 5.0)));
    let step = [1.0, 2.0, 5.0, 10.0].map(|times| times * power).into_iter().find(|step| range / step <= 6.0);
    let step = step.unwrap_or(range);
    let (first, last) = (libm::floor(low / step), libm::ceil((high - step * 1e-9) / step));
    let count = (last - first).clamp(1.0, 12.0) as u64;
    let tick = |index: u64| libm::round((first + index as f64) * step * 1e9) / 1e9;
    (0..=count).map(tick).map(|value| (value, name(value))).collect()
}

/// Ticks of a time axis: about `wanted` of them, at round times, in the unit that fits the length.
pub fn time_ticks(length: Span, wanted: u64) -> Vec<(Time, String)> {
    let steps: [(Span, &[u64]); 4] = [
        (Span::SECOND, &[1, 2, 5, 10, 15, 30]),
        (Span::MINUTE, &[1, 2, 5, 10, 15, 30]),
        (Span::HOUR, &[1, 2, 3, 6, 12]),
        (Span::DAY, &[1, 2, 5, 7, 14, 30, 60, 90, 182, 365, 730, 1825, 3650]),
    ];
    let candidates =
        steps.iter().flat_map(|(unit, counts)| counts.iter().map(|count| (*unit, unit.0 * count)));
    let fits = |step: &(Span, u64)| length.0 / step.1 <= wanted;
    let (_, step) = candidates.clone().find(fits).unwrap_or((Span::DAY, length.0.max(1)));
    (0..=length.0 / step).map(|n| (Time(n * step), tick_label(n * step, step))).collect()
}

/// `0`, `30 s`, `1 h`, `1 h 30`, `2 d`.
fn tick_label(at: u64, step: u64) -> String {
    let unit = |span: Span, name: &str| format!("{} {name}", at / span.0);
    let whole = |span: Span| at.is_multiple_of(span.0);
    match at {
        0 => "0".to_owned(),
        _ if step >= Span::DAY.0 => unit(Span::DAY, "d"),
        _ if at >= Span::DAY.0 && whole(Span::DAY) => unit(Span::DAY, "d"),
        _ if at >= Span::DAY.0 => format!("{} d {} h", at / Span::DAY.0, at % Span::DAY.0 / Span::HOUR.0),
        _ if whole(Span::HOUR) => unit(Span::HOUR, "h"),
        _ if at > Span::HOUR.0 && step >= Span::MINUTE.0 => {
            format!("{} h {:02}", at / Span::HOUR.0, at % Span::HOUR.0 / Span::MINUTE.0)
        }
        _ if whole(Span::MINUTE) => unit(Span::MINUTE, "min"),
        _ if at > Span::MINUTE.0 => {
            format!("{} min {:02}", at / Span::MINUTE.0, at % Span::MINUTE.0 / Span::SECOND.0)
        }
        _ => unit(Span::SECOND, "s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(length: Span) -> Vec<String> {
        time_ticks(length, 8).into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn time_ticks_stand_at_round_times() {
        assert_eq!(labels(Span::secs(60)), ["0", "10 s", "20 s", "30 s", "40 s", "50 s", "1 min"]);
        assert_eq!(labels(Span(4 * Span::HOUR.0))[..4], ["0", "30 min", "1 h", "1 h 30"]);
        assert_eq!(labels(Span::days(30)), ["0", "5 d", "10 d", "15 d", "20 d", "25 d", "30 d"]);
        assert_eq!(labels(Span::ZERO), ["0"]);
        assert!(labels(Span(u64::MAX)).len() <= 10);
    }

    #[test]
    fn a_logarithmic_axis_encloses_its_values() {
        let scale = Scale::log(Span::millis(12), Span::secs(7000), 100.0, 0.0);
        let labels: Vec<&str> = scale.ticks().into_iter().map(|(_, label)| label).collect();
        assert_eq!(labels, ["10 ms", "100 ms", "1 s", "10 s", "1 min", "10 min", "1 h", "6 h"]);
        assert_eq!(scale.span(Span::millis(10)), 100.0);
        assert_eq!(scale.span(Span(6 * Span::HOUR.0)), 0.0);
        assert_eq!(scale.span(Span::ZERO), 100.0, "below the axis: at its end");
        for (low, high) in
            [(Span::ZERO, Span::ZERO), (Span(u64::MAX), Span(u64::MAX)), (Span::SECOND, Span::SECOND)]
        {
            assert_eq!(Scale::log(low, high, 100.0, 0.0).ticks().len(), 2, "{low} to {high}");
        }
    }
}
