//! `results/published/`: what the program found, held to what it finds.
//!
//! `BLESS=1 cargo test --release --test published` plays everything and writes the files (some minutes); without it,
//! and in seconds, the replays of incidents are played again, and of the strategies a sample.

#[path = "../common/mod.rs"]
mod common;
mod incidents;
mod strategies;

use std::path::{Path, PathBuf};

/// Where it is.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("results/published")
}

/// Whether the files are to be written.
fn blessed() -> bool {
    std::env::var_os("BLESS").is_some()
}

/// A page with a table by its name: the text around it is written by hand.
fn page(before: &str, name: &str, table: &str) -> String {
    let begin = format!("<!-- {name}: written by BLESS=1 cargo test --release --test published -->\n");
    let end = format!("<!-- end of {name} -->\n");
    let (head, rest) = before.split_once(&begin).unwrap_or_else(|| panic!("where {name} begins"));
    let (_, tail) = rest.split_once(&end).unwrap_or_else(|| panic!("where {name} ends"));
    format!("{head}{begin}{table}{end}{tail}")
}

/// Writes the file, if it is to be written, and holds it to the text.
fn hold(name: &str, text: &str) {
    let path = folder().join(name);
    if blessed() {
        std::fs::write(&path, text).expect("can be written");
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(there == text, "{} is not what the program finds", path.display());
}
