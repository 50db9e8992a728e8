//! What is wrong with a scenario is said at its place. `tests/scenarios-bad/x.txt` is what is shown for `x.toml`.
//!
//! `MRKSIM_BLESS=1 cargo test --test scenario_bad` writes the texts anew.

use mrksim::scenario::{Request, Source, load_with, render};
use std::path::{Path, PathBuf};

fn shown(file: &Path) -> String {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
    let text = std::fs::read_to_string(file).unwrap();
    let request = Request::new(Source::Text { name, text });
    match load_with(&request, &|_| Err(std::io::ErrorKind::NotFound.into())) {
        Ok(loaded) => render(&loaded.warnings, &loaded.sources, false),
        Err(invalid) => render(&invalid.problems, &invalid.sources, false),
    }
}

#[test]
fn bad_scenarios_are_refused_with_reason_and_place() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios-bad");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "toml"));
    files.sort();
    assert!(files.len() >= 10, "the bad scenarios are gone");
    let mut wrong = Vec::new();
    for file in files {
        let beside = file.with_extension("txt");
        let shown = shown(&file);
        if std::env::var_os("MRKSIM_BLESS").is_some() {
            std::fs::write(&beside, &shown).unwrap();
        } else if std::fs::read_to_string(&beside).unwrap_or_default() != shown {
            wrong.push(format!("{}:\n{shown}", file.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
