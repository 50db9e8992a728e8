//! Reads what [`expression`](super::expression) states: `success(checkout) @ end >= 99%`; and the durations in it.

use super::expression::{Bound, Expression, Metric, MetricName, Moment, Op};
use crate::sim::{Span, Time};
use std::ops::Range;

/// Why a text is not what it should be, and where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// The place, in bytes of the text.
    pub at: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl ParseError {
    /// An error at a place.
    pub fn new(at: Range<usize>, message: impl Into<String>) -> ParseError {
        ParseError { at, message: message.into(), help: None }
    }

    /// With advice.
    pub fn help(mut self, help: impl Into<String>) -> ParseError {
        self.help = Some(help.into());
        self
    }
}

/// `metric(args) [@ time|end] op value`.
///
/// # Errors
/// Where the text departs from that form.
pub fn parse(text: &str) -> Result<Expression, ParseError> {
    let mut scan = Scan { text, at: 0 };
    let metric = metric(&mut scan)?;
    let at = moment(&mut scan)?;
    let op = op(&mut scan)?;
    let trials = trials(&mut scan)?;
    let bound = bound(&mut scan)?;
    Ok(Expression { metric, at, op, bound, trials })
}

fn metric(scan: &mut Scan) -> Result<Metric, ParseError> {
    let name = scan.word();
    let written = &scan.text[name.clone()];
    if written.is_empty() {
        return Err(ParseError::new(scan.here(), "a metric is missing")
            .help("for example `success(checkout) >= 99%`"));
    }
    let Some((_, metric)) = MetricName::ALL.iter().find(|(known, _)| *known == written) else {
        let help = match nearest(written, MetricName::ALL.iter().map(|(name, _)| *name)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("metrics: {}", MetricName::ALL.map(|(name, _)| name).join(", ")),
        };
        return Err(ParseError::new(name, format!("there is no metric `{written}`")).help(help));
    };
    if !scan.eat("(") {
        if *metric == MetricName::Cost {
            return Ok(Metric { name: *metric, args: Vec::new() });
        }
        return Err(ParseError::new(scan.here(), format!("`{written}` needs its arguments in parentheses")));
    }
    let mut args = Vec::new();
    while !scan.eat(")") {
        let arg = scan.word();
        if arg.is_empty() {
            return Err(ParseError::new(scan.here(), "expected an argument or `)`"));
        }
        args.push(scan.text[arg].to_owned());
        if !scan.eat(",") && !scan.rest().starts_with(')') {
            return Err(ParseError::new(scan.here(), "expected `,` or `)`"));
        }
    }
    Ok(Metric { name: *metric, args })
}

fn moment(scan: &mut Scan) -> Result<Option<Moment>, ParseError> {
    if !scan.eat("@") {
        return Ok(None);
    }
    let at = scan.word();
    match &scan.text[at.clone()] {
        "end" => Ok(Some(Moment::End)),
        text => match duration(text) {
            Ok(span) => Ok(Some(Moment::At(Time::ZERO + span))),
            Err(_) => Err(ParseError::new(scan.place(at), "expected a time of the run after `@`")
                .help("for example `@ 2h` or `@ end`")),
        },
    }
}

fn op(scan: &mut Scan) -> Result<Op, ParseError> {
    let ops = [
        (">=", Op::AtLeast),
        ("<=", Op::AtMost),
        ("==", Op::Equal),
        ("!=", Op::NotEqual),
        (">", Op::More),
        ("<", Op::Less),
    ];
    match ops.iter().find(|(text, _)| scan.eat(text)) {
        Some((_, op)) => Ok(*op),
        None => {
            Err(ParseError::new(scan.here(), "expected a comparison").help("one of ==, !=, <, <=, >, >="))
        }
    }
}

/// `… in 95% of trials`, which is taken off the end; without it, in all of them.
fn trials(scan: &mut Scan) -> Result<f64, ParseError> {
    let Some(rest) = scan.rest().trim_end().strip_suffix(" of trials") else { return Ok(1.0) };
    let wrong = |place| {
        ParseError::new(place, "expected `in 95% of trials`").help("a bound without it holds for every trial")
    };
    let Some((bound, share)) = rest.rsplit_once(" in ") else {
        return Err(wrong(scan.at..scan.at + rest.len()));
    };
    let start = scan.at + bound.len() + " in ".len();
    let stated = percent(share.trim()).filter(|share| *share > 0.0 && *share <= 1.0);
    scan.text = &scan.text[..scan.at + bound.len()];
    stated.ok_or_else(|| wrong(start..start + share.len()))
}

fn bound(scan: &mut Scan) -> Result<Bound, ParseError> {
    scan.skip_space();
    let start = scan.at;
    let value = scan.rest().trim_end();
    let place = start..start + value.len();
    if value.is_empty() {
        return Err(ParseError::new(scan.here(), "expected a value after the comparison"));
    }
    if let Some(share) = percent(value) {
        return match (0.0..=1.0).contains(&share) {
            true => Ok(Bound::Share(share)),
            false => Err(ParseError::new(place, format!("`{value}` is not between 0% and 100%"))),
        };
    }
    if let Ok(number) = value.replace('_', "").parse::<f64>()
        && value.starts_with(|c: char| c.is_ascii_digit() || c == '-')
    {
        return match number.is_finite() && number >= 0.0 {
            true => Ok(Bound::Number(number)),
            false => Err(ParseError::new(place, format!("`{value}` is less than any value there can be"))),
        };
    }
    if value.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
        return match duration(value) {
            Ok(span) => Ok(Bound::Duration(span)),
            Err(why) => Err(ParseError::new(place, why)),
        };
    }
    match value.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
        true => Ok(Bound::Text(value.to_owned())),
        false => Err(ParseError::new(place, format!("`{value}` is no value"))
            .help("a value is a percentage, a duration, a number or a name")),
    }
}

/// `99.9%` as 0.999; `None` if it is no percentage.
pub fn percent(text: &str) -> Option<f64> {
    let number = text.strip_suffix('%')?.trim_end();
    let plain = number.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    number.parse::<f64>().ok().filter(|_| plain).map(|value| value / 100.0)
}

/// The longest duration that may be written.
pub const LONGEST: Span = Span::days(3650);

/// `90s`, `1h30m`, `1.5h`, `250ms`, `30d`, `2y` (of 365 days), `PT10M`: exact to the nanosecond.
///
/// # Errors
/// In words, with the user's text in backticks.
pub fn duration(text: &str) -> Result<Span, String> {
    let (mut rest, iso) = match text.strip_prefix('P') {
        Some(rest) => (rest, true),
        None => (text, false),
    };
    let mut total: u128 = 0;
    let mut date = true;
    let no_duration = || format!("`{text}` is no duration; write `90s`, `1h30m`, `250ms`, `30d`");
    if rest.is_empty() || text.ends_with('T') {
        return Err(no_duration());
    }
    while !rest.is_empty() {
        if let (true, true, Some(after)) = (iso, date, rest.strip_prefix('T')) {
            (rest, date) = (after, false);
        }
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, after) = rest.split_at(digits);
        let letters =
            after.find(|c: char| !c.is_ascii_alphabetic() || (iso && c == 'T')).unwrap_or(after.len());
        let (unit, after) = after.split_at(letters);
        let unit = match (iso, date, unit) {
            (false, _, "ns") => Span(1),
            (false, _, "us") => Span::MICROSECOND,
            (false, _, "ms") => Span::MILLISECOND,
            (false, _, "s") | (true, false, "S") => Span::SECOND,
            (false, _, "m") | (true, false, "M") => Span::MINUTE,
            (false, _, "h") | (true, false, "H") => Span::HOUR,
            (false, _, "d") | (true, true, "D") => Span::DAY,
            (false, _, "y") => Span::days(365),
            (false, _, "") if number == text => {
                return Err(format!("`{text}` has no unit; write `{text}s`"));
            }
            (false, _, unit) if !number.is_empty() && !unit.is_empty() => {
                return Err(format!("`{unit}` is no unit of time; units are ns, us, ms, s, m, h, d, y"));
            }
            _ => return Err(no_duration()),
        };
        let nanos = scaled(number, unit).ok_or_else(no_duration)?;
        total = total.saturating_add(nanos);
        rest = after;
    }
    match u64::try_from(total) {
        Ok(total) if total <= LONGEST.0 => Ok(Span(total)),
        _ => Err(format!("`{text}` is longer than 3650d, the longest time that can be simulated")),
    }
}

/// A decimal number of units in nanoseconds, without rounding errors; `None` if it is no number.
fn scaled(number: &str, unit: Span) -> Option<u128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || fraction.len() > 18 {
        return None;
    }
    let whole = whole.parse::<u128>().unwrap_or(u128::from(u64::MAX)).min(u128::from(u64::MAX));
    let part = fraction.parse::<u128>().ok()?;
    let unit = u128::from(unit.0);
    Some(whole * unit + part * unit / 10u128.pow(fraction.len() as u32))
}

/// The known name nearest to a misspelt one, if one is near enough to be meant.
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let far = (written.chars().count() / 3).clamp(1, 4);
    let ranked = known.into_iter().map(|name| (distance(written, name), name));
    ranked
        .filter(|(distance, _)| *distance <= far)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// Edits (insert, delete, replace, swap neighbours) between two texts, case ignored.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().take(80).flat_map(char::to_lowercase).collect();
    let b: Vec<char> = b.chars().take(80).flat_map(char::to_lowercase).collect();
    let mut rows = vec![(0..=b.len()).collect::<Vec<usize>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

/// A cursor over a text.
struct Scan<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scan<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn skip_space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn eat(&mut self, token: &str) -> bool {
        self.skip_space();
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    /// The place of the next name, time or number; empty if there is none.
    fn word(&mut self) -> Range<usize> {
        self.skip_space();
        let belongs = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | '_');
        let start = self.at;
        self.at += self.rest().find(|c| !belongs(c)).unwrap_or(self.rest().len());
        start..self.at
    }

    /// The character that comes next, or the end.
    fn here(&self) -> Range<usize> {
        let rest = self.rest();
        let space = rest.len() - rest.trim_start().len();
        let start = if space == rest.len() { self.at } else { self.at + space };
        start..start + self.text[start..].chars().next().map_or(0, char::len_utf8)
    }

    /// The place itself, or what comes next if it is empty.
    fn place(&self, range: Range<usize>) -> Range<usize> {
        if range.is_empty() { self.here() } else { range }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_exact() {
        let cases = [
            ("0s", 0),
            ("1ns", 1),
            ("250ms", 250_000_000),
            ("1h30m", 5_400_000_000_000),
            ("1.5h", 5_400_000_000_000),
            ("0.1s", 100_000_000),
            ("30d", 30 * Span::DAY.0),
            ("PT10M", 600_000_000_000),
            ("P1DT2H", 26 * Span::HOUR.0),
            ("P7D", 7 * Span::DAY.0),
        ];
        for (text, nanos) in cases {
            assert_eq!(duration(text), Ok(Span(nanos)), "{text}");
        }
        let bad = [
            "", "s", "5", "5 s", "-5s", "1e3s", "5x", "P", "PT", "P1DT", "PT5", "P5M", ".5s", "5.s", "3651d",
            "1s!",
        ];
        for text in bad {
            assert!(duration(text).is_err(), "{text}");
        }
        assert!(duration("99999999999999999999999999999999999999999d").unwrap_err().contains("3650d"));
    }

    #[test]
    fn expressions_have_one_form() {
        let read = parse("decryptable(orders, eu-west-1) @ 2h >= 99.9%").unwrap();
        assert_eq!(
            read.metric,
            Metric { name: MetricName::Decryptable, args: vec!["orders".into(), "eu-west-1".into()] }
        );
        assert_eq!(read.at, Some(Moment::At(Time(2 * Span::HOUR.0))));
        assert_eq!((read.op, read.bound), (Op::AtLeast, Bound::Share(99.9 / 100.0)));
        let read = parse("state(orders,us-east-1)@end==PendingReplicaDeletion").unwrap();
        assert_eq!(read.at, Some(Moment::End));
        assert_eq!(read.bound, Bound::Text("PendingReplicaDeletion".into()));
        assert_eq!(parse("recovery-time(checkout) <= 7m").unwrap().bound, Bound::Duration(Span::secs(420)));
        assert_eq!(parse("requests(checkout) > 1_000").unwrap().bound, Bound::Number(1000.0));
        let read = parse("writes-lost(a) == 0 in 95% of trials").unwrap();
        assert_eq!((read.bound, read.trials), (Bound::Number(0.0), 0.95));
        assert_eq!(parse("writes-lost(a) == 0").unwrap().trials, 1.0);
    }

    #[test]
    fn errors_point_at_their_place() {
        let cases = [
            ("sucess(checkout) > 1%", "sucess", "there is no metric `sucess`"),
            ("success > 1%", ">", "`success` needs its arguments in parentheses"),
            ("success(a b) > 1%", "b", "expected `,` or `)`"),
            ("success(a", "", "expected `,` or `)`"),
            ("success(a) = 1%", "=", "expected a comparison"),
            ("success(a) >=", "", "expected a value after the comparison"),
            ("success(a) >= 101%", "101%", "`101%` is not between 0% and 100%"),
            ("success(a) @ 5 >= 1%", "5", "expected a time of the run after `@`"),
            ("success(a) >= 99% in most of trials", "most", "expected `in 95% of trials`"),
            ("success(a) >= 99% in 0% of trials", "0%", "expected `in 95% of trials`"),
            ("p99(a) <= -5ms", "-5ms", "`-5ms` is no duration; write `90s`, `1h30m`, `250ms`, `30d`"),
            ("", "", "a metric is missing"),
        ];
        for (text, place, message) in cases {
            let error = parse(text).unwrap_err();
            assert_eq!((&text[error.at.clone()], error.message.as_str()), (place, message), "{text}");
        }
        assert_eq!(parse("sucess(a) > 1%").unwrap_err().help.as_deref(), Some("did you mean `success`?"));
    }

    #[test]
    fn the_nearest_name_is_near() {
        let known = ["us-east-1", "us-east-2", "eu-west-1"];
        assert_eq!(nearest("us-east1", known), Some("us-east-1"));
        assert_eq!(nearest("ue-west-1", known), Some("eu-west-1"));
        assert_eq!(nearest("mars", known), None);
    }
}
