//! The shape of the source, read from its text: arrows point down, nothing of the model reads clocks or hash maps,
//! rules are unique and sourced, files and functions stay small.

use mrksim::model;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

/// The floors, top to bottom. A floor may use those below it.
const FLOORS: [&str; 12] = [
    "cli", "study", "compare", "report", "scenario", "model", "runlog", "client", "faults", "services",
    "world", "sim",
];

/// Beside `sim`, at the bottom.
const BESIDE: &str = "rulebook";

/// What a service may use of its neighbours: the words they share, the calendar, what all stores have in common, and
/// IAM, which each of them asks.
const SHARED_BY_SERVICES: [&str; 9] =
    ["api", "calendar", "dates", "error", "iam", "reference", "replication", "shorthand", "store"];

/// Functions that may be longer than a screen, with the reason.
const LONG_FUNCTIONS: &[(&str, &str)] = &[];

const LONGEST_FUNCTION: usize = 70;

struct Source {
    path: PathBuf,
    text: String,
}

impl Source {
    /// `model/requests.rs`
    fn name(&self) -> String {
        let parts: Vec<_> = self.path.iter().skip(1).map(|part| part.to_string_lossy()).collect();
        parts.join("/")
    }

    /// The floor it belongs to; none for `lib.rs` and `main.rs`.
    fn floor(&self) -> Option<String> {
        let first = self.path.iter().nth(1)?.to_string_lossy().replace(".rs", "");
        (!["lib", "main"].contains(&first.as_str())).then_some(first)
    }

    /// The lines of code: no comments, and nothing from `#[cfg(test)]` on, which stands last.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate().take_while(|(_, line)| line.trim() != "#[cfg(test)]");
        let code = lines.map(|(number, line)| (number + 1, line.split("//").next().unwrap_or_default()));
        code.filter(|(_, line)| !line.trim().is_empty())
    }

    /// The code in one piece, so that a path over several lines reads as one.
    fn in_one_line(&self) -> String {
        let lines: Vec<&str> = self.code().map(|(_, line)| line.trim()).collect();
        let code = lines.join(" ");
        [("{ ", "{"), (" }", "}"), (", ", ","), (",}", "}")]
            .iter()
            .fold(code, |code, (a, b)| code.replace(a, b))
    }
}

fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the folder").map(|entry| entry.expect("an entry").path()) {
            match entry.is_dir() {
                true => folders.push(entry),
                false if entry.extension().is_some_and(|extension| extension == "rs") => {
                    let text = fs::read_to_string(&entry).expect("the source");
                    found.push(Source { path: entry, text });
                }
                false => {}
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(found.len() > 50);
    found
}

/// What stands after each `prefix` in code of one line: the paths, with braces opened.
fn paths_after(code: &str, prefix: &str) -> BTreeSet<Vec<String>> {
    let mut paths = BTreeSet::new();
    for (at, _) in code.match_indices(prefix) {
        let before = code[..at].chars().next_back();
        if before.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != '$') {
            open(&code[at + prefix.len()..], &[], &mut paths);
        }
    }
    paths
}

/// Reads `a::{b::c,d}` and answers how much of the text it took.
fn open(text: &str, above: &[String], paths: &mut BTreeSet<Vec<String>>) -> usize {
    if let Some(inner) = text.strip_prefix('{') {
        let mut at = 0;
        while !inner[at..].is_empty() && !inner[at..].starts_with('}') {
            at += open(&inner[at..], above, paths).max(1);
            at += usize::from(inner[at..].starts_with(','));
        }
        return at + 2;
    }
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    let mut path = above.to_vec();
    path.push(text[..end].to_owned());
    match text[end..].strip_prefix("::") {
        Some(rest) if path.len() < 4 => end + 2 + open(rest, &path, paths),
        _ => {
            paths.insert(path);
            end
        }
    }
}

#[test]
fn paths_are_read_as_rust_reads_them() {
    let found = paths_after("use crate::{a::{b,c::D},e}; let x = &mut crate::f::g(); $crate::no", "crate::");
    let found: Vec<String> = found.into_iter().map(|path| path.join("::")).collect();
    assert_eq!(found, ["a::b", "a::c::D", "e", "f::g"]);
}

#[test]
fn arrows_point_down() {
    let height: BTreeMap<&str, usize> =
        FLOORS.iter().rev().enumerate().map(|(i, floor)| (*floor, i)).collect();
    let mut wrong = Vec::new();
    for source in sources() {
        let Some(floor) = source.floor() else { continue };
        let code = source.in_one_line();
        for path in paths_after(&code, "crate::") {
            let target = path[0].as_str();
            let down = match (height.get(floor.as_str()), height.get(target)) {
                _ if target == floor || target == BESIDE || target == "rules" || target == "facts" => true,
                (Some(from), Some(to)) => from > to,
                _ => false,
            };
            if !down {
                wrong.push(format!("{} uses crate::{}", source.name(), path.join("::")));
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that point up, or to no floor:\n{}", wrong.join("\n"));
}

#[test]
fn services_never_see_each_other() {
    let mut wrong = Vec::new();
    for source in sources() {
        let name = source.name();
        let Some((service, depth)) = name.strip_prefix("services/").and_then(|rest| {
            let (service, file) = rest.split_once('/')?;
            Some((service.to_owned(), file.matches('/').count() + usize::from(!file.ends_with("mod.rs"))))
        }) else {
            continue;
        };
        let code = source.in_one_line();
        let up = "super::".repeat(depth + 1);
        let absolute = paths_after(&code, "crate::services::");
        for path in absolute.into_iter().chain(paths_after(&code, &up)) {
            let first = path[0].as_str();
            let is_module = first.chars().next().is_some_and(char::is_lowercase);
            if is_module && first != service && first != "super" && !SHARED_BY_SERVICES.contains(&first) {
                wrong.push(format!("{name} uses services::{}", path.join("::")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_depends_on_clocks_hashes_or_the_platform() {
    const NOWHERE: [&str; 11] = [
        "HashMap",
        "HashSet",
        "SystemTime::now",
        ".exp()",
        ".ln()",
        ".powf(",
        ".log10()",
        ".log2()",
        ".mul_add(",
        ".exp2()",
        "thread_rng",
    ];
    // Progress goes by the clock, and trials are spread over the cores: neither reaches a result.
    const ONLY_CLI: [&str; 7] =
        ["println!", "print!", "eprintln!", "eprint!", "dbg!", "Instant::now", "available_parallelism"];
    let mut wrong = Vec::new();
    for source in sources() {
        let cli = source.name().starts_with("cli/") || source.name() == "main.rs";
        for (number, line) in source.code() {
            let banned = NOWHERE.iter().chain(if cli { &[] } else { &ONLY_CLI[..] });
            for word in banned.filter(|word| line.contains(*word)) {
                wrong.push(format!("{}:{number}: {word}", source.name()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_is_unique_and_says_how_we_know() {
    let rules = model::rules();
    let mut seen = BTreeSet::new();
    for rule in &rules {
        assert!(seen.insert(rule.id), "{} is there twice", rule.id);
        assert!(rule.says.len() > 20 && rule.says.ends_with(['.', ')']), "{}: {:?}", rule.id, rule.says);
        assert!(rule.basis.text().len() > 10, "{}: {:?}", rule.id, rule.basis);
    }
    // Every rule that a file states is in the registry.
    for source in sources().iter().filter(|source| source.name().ends_with("rules.rs")) {
        for (_, line) in source.code() {
            let id = line.split_once(" = \"").and_then(|(_, rest)| rest.split_once('"')).map(|(id, _)| id);
            if let Some(id) = id.filter(|_| line.trim_end().ends_with("\",")) {
                assert!(seen.contains(id), "{} states {id}, which is in no registry", source.name());
            }
        }
    }
}

#[test]
fn every_file_says_what_it_is() {
    let silent: Vec<String> =
        sources().iter().filter(|source| !source.text.starts_with("//! ")).map(Source::name).collect();
    assert!(silent.is_empty(), "without a module comment: {silent:?}");
}

/// (name, first line, lines) of each function outside tests, by indentation, as rustfmt leaves it.
fn functions(source: &Source) -> Vec<(String, usize, usize)> {
    let lines: Vec<&str> = source.text.lines().collect();
    let tests = lines.iter().position(|line| line.trim() == "#[cfg(test)]").unwrap_or(lines.len());
    let mut found = Vec::new();
    for (start, line) in lines[..tests].iter().enumerate() {
        let body = line.trim_start();
        let indent = &line[..line.len() - body.len()];
        let is_function =
            ["fn ", "pub fn ", "pub(super) fn ", "pub(crate) fn ", "const fn ", "pub const fn "]
                .iter()
                .any(|head| body.starts_with(head));
        if !is_function || body.ends_with('}') || body.ends_with(';') {
            continue;
        }
        let end = lines[start..].iter().position(|line| *line == format!("{indent}}}"));
        let name = body.split_once("fn ").map_or("", |(_, rest)| rest);
        let name = name.split(['(', '<']).next().unwrap_or_default();
        found.push((name.to_owned(), start + 1, end.map_or(0, |end| end + 1)));
    }
    found
}

#[test]
fn functions_fit_on_a_screen() {
    let mut long = Vec::new();
    let mut seen = 0;
    let mut excused = BTreeSet::new();
    for source in sources() {
        for (function, line, length) in functions(&source) {
            let name = format!("{}: {function}", source.name());
            seen += 1;
            assert!(length > 0, "{name}: where does it end?");
            if LONG_FUNCTIONS.iter().any(|(known, _)| *known == name) {
                excused.insert(name);
            } else if length > LONGEST_FUNCTION {
                long.push(format!("{name} (line {line}) has {length} lines"));
            }
        }
    }
    assert!(long.is_empty(), "longer than {LONGEST_FUNCTION} lines:\n{}", long.join("\n"));
    assert_eq!(excused.len(), LONG_FUNCTIONS.len(), "an excuse for a function that is not there");
    assert!(seen > 500, "{seen} functions found");
}
