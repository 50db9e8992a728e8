//! What the reference application would have seen in each incident: every replay with all its variants.

use super::common::{play, setup};
use super::{folder, hold, page};
use mrksim::runlog::expression::Value;
use mrksim::runlog::{RunLog, metrics};
use mrksim::scenario::{Request, Source, load};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// The replays, sorted by name.
fn replays() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/incidents");
    let files = std::fs::read_dir(folder).expect("the incidents").map(|entry| entry.expect("a file").path());
    let mut found: Vec<PathBuf> = files.filter(|path| !path.ends_with("application.toml")).collect();
    found.sort();
    found
}

fn stem(path: &Path) -> String {
    path.file_stem().expect("a name").to_string_lossy().into_owned()
}

/// `INC-01`, from the first line of the file.
fn number(path: &Path) -> String {
    let text = std::fs::read_to_string(path).expect("a text");
    let first = text.lines().next().unwrap_or_default().trim_start_matches("# ");
    first.split('.').next().unwrap_or_default().to_owned()
}

/// One way to have met an incident.
struct Met {
    number: String,
    name: String,
    title: String,
    variant: String,
    log: RunLog,
}

/// Every replay with every variant, the base first.
fn met() -> Vec<Met> {
    let mut all = Vec::new();
    for path in replays() {
        let request = Request::new(Source::Path(path.clone()));
        let variants =
            load(&request).unwrap_or_else(|invalid| panic!("{path:?}: {:?}", invalid.problems)).variants;
        for variant in std::iter::once(None).chain(variants.into_iter().map(Some)) {
            let request = Request { variant: variant.clone(), ..request.clone() };
            let log = play(&setup(&request), 0);
            all.push(Met {
                number: number(&path),
                name: stem(&path),
                title: log.title.clone(),
                variant: variant.unwrap_or_else(|| "base".to_owned()),
                log,
            });
        }
    }
    all.sort_by(|a, b| a.number.cmp(&b.number));
    all
}

/// The metrics that are published, in the order of the run log's table.
fn published(log: &RunLog) -> Vec<(String, Value)> {
    const NAMES: [&str; 12] = [
        "decryptable",
        "unreachable",
        "recoverable",
        "lost",
        "data-loss",
        "writes-lost",
        "writes-suppressed",
        "writes-delayed",
        "writes-pending",
        "recovery-time",
        "success",
        "staleness",
    ];
    let whole = |name: &str| {
        let (metric, arguments) = name.split_once('(').unwrap_or((name, ""));
        // Readers and faults one by one are in each run's own summary.
        let most = if ["decryptable", "unreachable", "recoverable", "lost", "staleness"].contains(&metric) {
            1
        } else {
            0
        };
        NAMES.contains(&metric) && arguments.matches(',').count() == most
    };
    metrics::table(log).into_iter().filter(|(name, _)| whole(name)).collect()
}

fn csv(all: &[Met]) -> String {
    let mut text = "incident,scenario,variant,metric,value\n".to_owned();
    for one in all {
        for (name, value) in published(&one.log) {
            let quoted = if name.contains(',') { format!("\"{name}\"") } else { name };
            let _ = writeln!(text, "{},{},{},{quoted},{value}", one.number, one.name, one.variant);
        }
    }
    text
}

/// The worst of a metric over what it is asked about; empty: it is asked about nothing.
fn shown(values: &BTreeMap<String, Value>, name: &str) -> String {
    values.get(name).map_or_else(|| "–".to_owned(), Value::to_string)
}

fn table(all: &[Met]) -> String {
    let mut text = String::from(
        "| incident | variant | requests answered | worst recovery | data loss | delayed / suppressed / lost / pending | readable at home, lowest | readable in the DR Region, lowest |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for one in all {
        let values: BTreeMap<String, Value> = published(&one.log).into_iter().collect();
        let (_, store) = one.log.store("app").expect("the table");
        let (_, client) = one.log.client("app").expect("the application");
        let (_, dr) = one.log.client("dr").expect("the reader in the DR Region");
        let home = &one.log.regions[client.region];
        let away = &one.log.regions[dr.region];
        assert!(store.regions.contains(&client.region) && store.regions.contains(&dr.region));
        let _ = writeln!(
            text,
            "| {} {} | {} | {} | {} | {} | {} / {} / {} / {} | {} | {} |",
            one.number,
            one.title,
            one.variant,
            shown(&values, "success(app)"),
            shown(&values, "recovery-time(app)"),
            shown(&values, "data-loss(app)"),
            shown(&values, "writes-delayed(app)"),
            shown(&values, "writes-suppressed(app)"),
            shown(&values, "writes-lost(app)"),
            shown(&values, "writes-pending(app)"),
            shown(&values, &format!("decryptable(app, {home})")),
            shown(&values, &format!("decryptable(app, {away})")),
        );
    }
    text
}

#[test]
fn the_incidents_are_what_the_program_finds() {
    let all = met();
    hold("incidents.csv", &csv(&all));
    let before = std::fs::read_to_string(folder().join("incidents.md")).expect("the page");
    hold("incidents.md", &page(&before, "table", &table(&all)));
}
