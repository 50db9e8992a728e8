//! What is known of AWS's Regions: partitions, measured round trips. Sources: `data/README.md`.

use crate::sim::Span;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Where the round trips come from, for reports.
pub const ROUND_TRIP_SOURCE: &str =
    "cloudping.co, medians of one year, captured 2025-05-29, lookup overhead removed";

/// The rows of a built-in table, without its comments and heading.
fn rows(text: &'static str) -> Vec<csv::StringRecord> {
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
    reader.records().filter_map(Result::ok).collect()
}

static PARTITIONS: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    rows(include_str!("data/regions.csv")).iter().map(|row| (row[0].to_owned(), row[2].to_owned())).collect()
});

static ROUND_TRIPS: LazyLock<BTreeMap<(String, String), Span>> = LazyLock::new(|| {
    let text = include_str!("data/rtt-ms.csv");
    let table = rows(text);
    let names: Vec<&str> = table.iter().map(|row| &row[0]).collect();
    let mut trips = BTreeMap::new();
    for row in &table {
        for (to, cell) in names.iter().zip(row.iter().skip(1)) {
            let tenths = cell.parse::<f64>().unwrap_or(0.0) * 10.0;
            trips.insert((row[0].to_owned(), (*to).to_owned()), Span::micros(100 * tenths.round() as u64));
        }
    }
    trips
});

/// The Regions in which DynamoDB offers strong consistency over Regions.
static STRONG_TABLES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let rows = rows(include_str!("data/regions.csv"));
    rows.iter().filter(|row| row.get(3) == Some("yes")).map(|row| row[0].to_owned()).collect()
});

/// Whether DynamoDB offers strong consistency over Regions there (DDB-MRSC-8).
pub fn has_strong_tables(region: &str) -> bool {
    STRONG_TABLES.iter().any(|name| name == region)
}

/// The names of all Regions of AWS, in alphabetical order.
pub fn names() -> impl Iterator<Item = &'static str> {
    PARTITIONS.keys().map(String::as_str)
}

/// The partition of an AWS Region: `aws`, `aws-cn`, …; `None` if there is no such Region.
pub fn partition(region: &str) -> Option<&'static str> {
    PARTITIONS.get(region).map(String::as_str)
}

/// The measured round trip between two different Regions, if there is one.
pub fn round_trip(from: &str, to: &str) -> Option<Span> {
    if from == to {
        return None;
    }
    ROUND_TRIPS.get(&(from.to_owned(), to.to_owned())).copied()
}

/// Whether round trips to other Regions were measured.
pub fn is_measured(region: &str) -> bool {
    ROUND_TRIPS.contains_key(&(region.to_owned(), region.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips_are_symmetric_and_complete() {
        assert_eq!(ROUND_TRIPS.len(), 32 * 32);
        assert_eq!(round_trip("us-east-1", "eu-west-1"), Some(Span::micros(65_500)));
        for ((from, to), span) in ROUND_TRIPS.iter() {
            assert_eq!(ROUND_TRIPS.get(&(to.clone(), from.clone())), Some(span));
            assert!(span.0 > 0 && partition(from).is_some(), "{from} to {to}");
        }
    }

    #[test]
    fn every_region_has_a_partition() {
        assert_eq!(names().count(), 41);
        assert_eq!(partition("cn-north-1"), Some("aws-cn"));
        assert_eq!(partition("us-east1"), None);
        assert_eq!(round_trip("us-east-1", "cn-north-1"), None);
    }
}
