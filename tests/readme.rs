//! The report in the README is the one that the program prints.

use mrksim::report::terminal::{Options, render};
use mrksim::scenario::{Request, Source, load};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

#[test]
fn the_readme_shows_a_real_report() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let scenario: PathBuf = root.join("scenarios/tutorial/region-outage.toml");
    let loaded = load(&Request::new(Source::Path(scenario))).expect("a valid scenario");
    let log =
        mrksim::model::run(&Arc::new(loaded.setup), 0, &AtomicBool::new(false)).expect("nobody stops it");
    let reproduce = "mrksim run scenarios/tutorial/region-outage.toml --seed 7".to_owned();
    let report = render(&log, &Options { color: false, width: 100, reproduce });
    let readme = std::fs::read_to_string(root.join("README.md")).expect("README.md");
    let shown =
        readme.split("```text\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap_or_default();
    assert_eq!(
        shown.trim_end(),
        report.trim_end(),
        "README.md shows another report than `mrksim run` prints"
    );
}
