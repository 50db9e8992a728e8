//! What single values mean: durations, rates, distributions, shares, counts, names; and how large they may be.

use super::problem::{Problem, did_you_mean};
use super::tree::{Entry, Node, Value};
use crate::client::{Objective, Rate};
use crate::runlog::parse::{duration as parse_duration, percent};
use crate::sim::{Law, Span};
use std::collections::BTreeMap;

pub use crate::runlog::parse::LONGEST;

/// The most application instances of a client.
pub const MOST_INSTANCES: u64 = 10_000;
/// The most servers of an endpoint.
pub const MOST_SERVERS: u64 = 100_000;
/// The most items of a store.
pub const MOST_ITEMS: u64 = 1 << 31;
/// The most requests a second that a quota or a catch-up rate may admit.
pub const MOST_A_SECOND: u64 = 1_000_000_000;
/// The shortest mean time between arrivals: ten million requests a second.
const SHORTEST_GAP: Span = Span(100);

fn expected(value: &Value, what: &str) -> Problem {
    Problem::error(&value.span, format!("expected {what}, found {}", value.kind()))
}

/// Any text.
pub fn text(value: &Value) -> Result<&str, Problem> {
    value.text().ok_or_else(|| expected(value, "a text"))
}

/// True or false.
pub fn flag(value: &Value) -> Result<bool, Problem> {
    match value.node {
        Node::Flag(flag) => Ok(flag),
        _ => Err(expected(value, "true or false")),
    }
}

/// A name: lower-case letters, digits, hyphens.
pub fn name(value: &Value) -> Result<String, Problem> {
    let text = text(value)?;
    match is_name(text) {
        true => Ok(text.to_owned()),
        false => Err(not_a_name(&value.span, text)),
    }
}

/// Whether a text may name something.
pub fn is_name(text: &str) -> bool {
    let belongs = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    !text.is_empty() && text.len() <= 64 && text.bytes().all(belongs)
}

/// The problem of a text that may not name anything.
pub fn not_a_name(span: &super::source::Span, text: &str) -> Problem {
    Problem::error(span, format!("`{text}` cannot be a name"))
        .help("names are up to 64 lower-case letters, digits and hyphens")
}

/// One of some texts: the value beside it.
pub fn one_of<T: Copy>(value: &Value, choices: &[(&str, T)]) -> Result<T, Problem> {
    let written = text(value)?;
    let known = choices.iter().map(|(name, _)| *name);
    match choices.iter().find(|(name, _)| *name == written) {
        Some((_, meaning)) => Ok(*meaning),
        None => Err(Problem::error(&value.span, format!("`{written}` is not one of the choices"))
            .maybe_help(did_you_mean(written, "choices", known))),
    }
}

/// One of some whole numbers: the value beside it.
pub fn number_of<T: Copy>(value: &Value, choices: &[(u64, T)]) -> Result<T, Problem> {
    let Node::Integer(written) = value.node else { return Err(expected(value, "a whole number")) };
    let found = choices.iter().find(|(number, _)| i128::from(*number) == written);
    found.map(|(_, meaning)| *meaning).ok_or_else(|| {
        let all: Vec<String> = choices.iter().map(|(number, _)| format!("`{number}`")).collect();
        Problem::error(&value.span, format!("`{written}` is not one of the choices"))
            .help(format!("choices: {}", all.join(", ")))
    })
}

/// A whole number between two limits.
pub fn count(value: &Value, least: u64, most: u64) -> Result<u64, Problem> {
    let Node::Integer(number) = value.node else { return Err(expected(value, "a whole number")) };
    match u64::try_from(number) {
        Ok(number) if (least..=most).contains(&number) => Ok(number),
        _ => {
            let message = format!("expected a whole number from {least} to {}", grouped(most));
            Err(Problem::error(&value.span, message))
        }
    }
}

/// A number as a scenario may write it: `1_000_000`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let group = |(at, digit): (usize, char)| {
        let space = at > 0 && (digits.len() - at).is_multiple_of(3);
        space.then_some('_').into_iter().chain([digit])
    };
    digits.chars().enumerate().flat_map(group).collect()
}

/// A table of texts.
pub fn texts(value: &Value) -> Result<BTreeMap<String, String>, Problem> {
    let table = value.table().ok_or_else(|| expected(value, "a table of texts"))?;
    let one = |entry: &Entry| Ok((entry.key.clone(), text(&entry.value)?.to_owned()));
    table.entries.iter().map(one).collect()
}

/// A number of bytes between two limits: `4KiB`, or a whole number.
pub fn size(value: &Value, least: u64, most: u64) -> Result<u64, Problem> {
    const UNITS: [(&str, u64); 5] =
        [("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];
    let Node::Text(text) = &value.node else { return count(value, least, most) };
    let unit = UNITS.iter().find_map(|(name, bytes)| Some((text.strip_suffix(name)?, bytes)));
    let size = unit.and_then(|(number, bytes)| {
        let number: u64 = number.trim().replace('_', "").parse().ok()?;
        number.checked_mul(*bytes)
    });
    match size {
        Some(size) if (least..=most).contains(&size) => Ok(size),
        Some(_) => {
            Err(Problem::error(&value.span, format!("expected from {least} to {} bytes", grouped(most))))
        }
        None => Err(Problem::error(&value.span, format!("`{text}` is no size")).help("write `4KiB`, `1GiB`")),
    }
}

/// A factor: a number from 1 to a million.
pub fn factor(value: &Value) -> Result<f64, Problem> {
    let number = match &value.node {
        Node::Integer(number) => *number as f64,
        Node::Float(number) => *number,
        _ => return Err(expected(value, "a number from 1 to 1 000 000")),
    };
    match (1.0..=1e6).contains(&number) {
        true => Ok(number),
        false => Err(Problem::error(&value.span, "a factor is a number from 1 to 1 000 000")),
    }
}

/// US dollars: a number from 0 to a million.
pub fn price(value: &Value) -> Result<f64, Problem> {
    let number = match &value.node {
        Node::Integer(number) => *number as f64,
        Node::Float(number) => *number,
        _ => return Err(expected(value, "a number of US dollars")),
    };
    match (0.0..=1e6).contains(&number) {
        true => Ok(number),
        false => Err(Problem::error(&value.span, "a price is a number of US dollars from 0 to 1 000 000")),
    }
}

/// A share: a number from 0 to 1, or a percentage.
pub fn share(value: &Value) -> Result<f64, Problem> {
    let number = match &value.node {
        Node::Integer(number) => *number as f64,
        Node::Float(number) => *number,
        Node::Text(text) => {
            percent(text).ok_or_else(|| expected(value, "a number from 0 to 1, or a percentage"))?
        }
        _ => return Err(expected(value, "a number from 0 to 1")),
    };
    match (0.0..=1.0).contains(&number) {
        true => Ok(number),
        false => Err(Problem::error(&value.span, "a share is a number from 0 to 1")),
    }
}

/// A duration.
pub fn duration(value: &Value) -> Result<Span, Problem> {
    match &value.node {
        Node::Text(text) => parse_duration(text).map_err(|why| Problem::error(&value.span, why)),
        Node::Integer(number) => Err(Problem::error(&value.span, "a duration needs a unit")
            .help(format!("write `\"{number}s\"`; units are ns, us, ms, s, m, h, d, y"))),
        _ => Err(expected(value, "a duration such as \"90s\"")),
    }
}

/// A duration of at least so much.
pub fn duration_from(least: Span) -> impl Fn(&Value) -> Result<Span, Problem> {
    move |value| match duration(value)? {
        span if span >= least => Ok(span),
        _ => Err(Problem::error(&value.span, format!("expected a duration of at least {least}"))),
    }
}

/// `50/s`: a number of things a second, minute, hour or day, as the mean time between two of them.
pub fn rate(value: &Value) -> Result<Rate, Problem> {
    let written = value.text().ok_or_else(|| expected(value, "a rate such as \"50/s\""))?;
    let no_rate = || {
        Problem::error(&value.span, format!("`{written}` is no rate")).help("write `50/s`, `3/h`, `0.5/s`")
    };
    let (number, unit) = written.split_once('/').ok_or_else(no_rate)?;
    let unit = match unit.trim() {
        "s" => Span::SECOND,
        "m" => Span::MINUTE,
        "h" => Span::HOUR,
        "d" => Span::DAY,
        _ => return Err(no_rate()),
    };
    let number = number.trim().replace('_', "");
    let plain = number.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let number: f64 = number.parse().ok().filter(|_| plain).ok_or_else(no_rate)?;
    let gap = unit.0 as f64 / number;
    match gap {
        gap if gap < SHORTEST_GAP.0 as f64 => {
            Err(Problem::error(&value.span, format!("`{written}` is more than 10,000,000 a second")))
        }
        gap if gap > LONGEST.0 as f64 => {
            Err(Problem::error(&value.span, format!("`{written}` is less than one in 3650 days")))
        }
        gap => Ok(Rate { gap: Span(gap.round() as u64) }),
    }
}

/// `99% over 60s`.
pub fn objective(value: &Value) -> Result<Objective, Problem> {
    let written = text(value)?;
    let parts = written.split_once(" over ");
    let parts =
        parts.and_then(|(share, window)| Some((percent(share.trim())?, parse_duration(window.trim()).ok()?)));
    match parts {
        Some((share, window)) if share <= 1.0 && share > 0.0 && window >= Span::SECOND => {
            Ok(Objective { share, window })
        }
        Some(_) => Err(Problem::error(&value.span, "an objective is a share up to 100% over at least 1s")),
        None => {
            Err(Problem::error(&value.span, format!("`{written}` is no objective"))
                .help("write `99% over 60s`"))
        }
    }
}

/// A distribution of times: a duration alone, or one of the named forms.
pub fn law(value: &Value) -> Result<Law, Problem> {
    match &value.node {
        Node::Text(text) => parse_law(text).map_err(|why| {
            Problem::error(&value.span, why).help(
                "a time is `5s`, `uniform(1s, 5s)`, `exponential(1ms)`, `lognormal(3.5ms, 0.5)`, \
                 `shifted-lognormal(2ms, 1ms, 0.5)` or `quantiles(0: 1ms, 0.5: 3ms, 1: 80ms)`",
            )
        }),
        _ => duration(value).map(Law::Constant),
    }
}

/// Reads a distribution.
///
/// # Errors
/// In words.
pub fn parse_law(text: &str) -> Result<Law, String> {
    let Some((kind, rest)) = text.split_once('(') else {
        return parse_duration(text.trim()).map(Law::Constant);
    };
    let arguments =
        rest.trim_end().strip_suffix(')').ok_or_else(|| format!("`{text}` lacks its closing `)`"))?;
    let arguments: Vec<&str> = arguments.split(',').map(str::trim).collect();
    let time = |at: usize| parse_duration(arguments[at]);
    let positive = |at: usize| match time(at)? {
        Span::ZERO => Err(format!("`{}` must be longer than 0", arguments[at])),
        span => Ok(span),
    };
    match (kind.trim(), arguments.len()) {
        ("uniform", 2) => match (time(0)?, time(1)?) {
            (low, high) if low <= high => Ok(Law::Uniform { low, high }),
            _ => Err(format!("`{}` is longer than `{}`", arguments[0], arguments[1])),
        },
        ("exponential", 1) => Ok(Law::Exponential { mean: positive(0)? }),
        ("lognormal", 2) => Ok(Law::LogNormal { median: positive(0)?, sigma: sigma(arguments[1])? }),
        ("shifted-lognormal", 3) => {
            Ok(Law::ShiftedLogNormal { shift: time(0)?, median: positive(1)?, sigma: sigma(arguments[2])? })
        }
        ("quantiles", _) => quantiles(&arguments),
        ("uniform" | "exponential" | "lognormal" | "shifted-lognormal", given) => {
            Err(format!("`{}` does not take {given} values", kind.trim()))
        }
        (kind, _) => Err(format!("there is no distribution `{kind}`")),
    }
}

fn sigma(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|sigma| (0.0..=5.0).contains(sigma));
    number.ok_or_else(|| format!("`{text}` is no sigma: a number from 0 to 5"))
}

fn quantiles(points: &[&str]) -> Result<Law, String> {
    let mut read: Vec<(f64, Span)> = Vec::new();
    for point in points {
        let (share, time) =
            point.split_once(':').ok_or_else(|| format!("`{point}` is no `probability: time`"))?;
        let probability = share.trim().parse().ok().filter(|share| (0.0..=1.0).contains(share));
        let share: f64 = probability.ok_or_else(|| format!("`{share}` is no probability"))?;
        let time = parse_duration(time.trim())?;
        if read.last().is_some_and(|(before, shorter)| *before >= share || *shorter > time) {
            return Err(format!("`{point}`: probabilities and times must rise"));
        }
        read.push((share, time));
    }
    match (read.first(), read.last()) {
        (Some((first, _)), Some((last, _))) if *first == 0.0 && *last == 1.0 => Ok(Law::Quantiles(read)),
        _ => Err("quantiles begin at probability 0 and end at 1".to_owned()),
    }
}

/// A distribution as a scenario would write it.
pub fn law_text(law: &Law) -> String {
    match law {
        Law::Constant(span) => short(*span),
        Law::Uniform { low, high } => format!("uniform({}, {})", short(*low), short(*high)),
        Law::Exponential { mean } => format!("exponential({})", short(*mean)),
        Law::LogNormal { median, sigma } => format!("lognormal({}, {sigma})", short(*median)),
        Law::ShiftedLogNormal { shift, median, sigma } => {
            format!("shifted-lognormal({}, {}, {sigma})", short(*shift), short(*median))
        }
        Law::Quantiles(points) => {
            let points: Vec<String> =
                points.iter().map(|(p, time)| format!("{p}: {}", short(*time))).collect();
            format!("quantiles({})", points.join(", "))
        }
    }
}

/// A duration in the largest unit that says it exactly.
pub fn short(span: Span) -> String {
    let units = [
        (Span::DAY, "d"),
        (Span::HOUR, "h"),
        (Span::MINUTE, "m"),
        (Span::SECOND, "s"),
        (Span::MILLISECOND, "ms"),
        (Span::MICROSECOND, "us"),
    ];
    match units.iter().find(|(unit, _)| span.0 > 0 && span.0.is_multiple_of(unit.0)) {
        Some((unit, name)) => format!("{}{name}", span.0 / unit.0),
        None if span == Span::ZERO => "0s".to_owned(),
        None => format!("{}ns", span.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn laws_read_as_they_are_written() {
        let texts = [
            "5s",
            "0s",
            "uniform(1s, 5s)",
            "exponential(1ms)",
            "lognormal(3500us, 0.5)",
            "shifted-lognormal(2ms, 1ms, 0.5)",
            "quantiles(0: 1ms, 0.5: 3ms, 0.99: 20ms, 1: 80ms)",
        ];
        for text in texts {
            assert_eq!(law_text(&parse_law(text).unwrap()), text);
        }
        let bad = [
            "",
            "uniform(5s, 1s)",
            "uniform(1s)",
            "lognormal(0s, 0.5)",
            "lognormal(1s, NaN)",
            "lognormal(1s, 6)",
            "lognormal(1s, -1)",
            "exponential(1ms",
            "pareto(1s, 2)",
            "quantiles(0: 1ms)",
            "quantiles(0.1: 1ms, 1: 2ms)",
            "quantiles(0: 2ms, 1: 1ms)",
            "quantiles(0: 1ms, NaN: 2ms, 1: 3ms)",
        ];
        for text in bad {
            assert!(parse_law(text).is_err(), "{text}");
        }
    }

    fn of(text: &str) -> Value {
        Value { span: 0..text.len(), node: Node::Text(text.to_owned()) }
    }

    #[test]
    fn rates_are_gaps() {
        assert_eq!(rate(&of("50/s")).unwrap().gap, Span::millis(20));
        assert_eq!(rate(&of("3/h")).unwrap().gap, Span::secs(1200));
        for text in ["0/s", "-1/s", "NaN/s", "inf/s", "1e9/s", "100000000/s", "5", "5/y", "/s", "0.0000001/d"]
        {
            assert!(rate(&of(text)).is_err(), "{text}");
        }
    }

    #[test]
    fn objectives_name_share_and_window() {
        let read = objective(&of("99.9% over 2m")).unwrap();
        assert_eq!((read.share, read.window), (99.9 / 100.0, Span::secs(120)));
        for text in ["99%", "over 60s", "0% over 60s", "101% over 60s", "99% over 0s"] {
            assert!(objective(&of(text)).is_err(), "{text}");
        }
    }
}
