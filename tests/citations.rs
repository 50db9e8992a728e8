//! Rules that scenarios and documents cite can be looked up with `mrksim explain`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => files(&path, found),
            false => found.push(path),
        }
    }
}

/// Whether a word is a rule's id: `KMS-DEL-3`, `AUR-1`, `KMS-OUT-4a`.
fn is_id(word: &str) -> bool {
    let parts: Vec<&str> = word.split('-').collect();
    let [service, topic @ .., number] = parts.as_slice() else { return false };
    ["KMS", "DDB", "AUR", "CP", "SIM"].contains(service)
        && topic.iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_uppercase()))
        && number.starts_with(|first: char| first.is_ascii_digit())
}

#[test]
fn every_cited_rule_can_be_explained() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let known: BTreeSet<&str> = mrksim::model::rules().iter().map(|rule| rule.id).collect();
    let mut cited =
        vec![root.join("README.md"), root.join("docs/MODEL.md"), root.join("docs/ARCHITECTURE.md")];
    files(&root.join("scenarios"), &mut cited);
    let mut unknown = Vec::new();
    let mut count = 0;
    for file in cited {
        let text = std::fs::read_to_string(&file).expect("readable");
        for word in text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).filter(|word| is_id(word))
        {
            count += 1;
            if !known.contains(word) {
                unknown.push(format!("{word} in {}", file.strip_prefix(root).expect("below").display()));
            }
        }
    }
    assert!(count > 20, "only {count} citations were found");
    assert_eq!(unknown, [""; 0]);
}
