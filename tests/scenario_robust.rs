//! Nothing a user can write makes the reader panic, or its diagnostics.

use mrksim::scenario::{Request, STARTER, Source, load_with, render};
use proptest::prelude::*;

const EVERYTHING: &str = include_str!("scenarios-good/everything.toml");

fn try_it(text: &str, set: &[String]) {
    let mut request = Request::new(Source::Text { name: "a.toml".into(), text: text.into() });
    request.set = set.to_vec();
    let missing = |_: &std::path::Path| Err(std::io::ErrorKind::NotFound.into());
    match load_with(&request, &missing) {
        Ok(loaded) => render(&loaded.warnings, &loaded.sources, true),
        Err(invalid) => {
            assert!(!invalid.problems.is_empty());
            render(&invalid.problems, &invalid.sources, false)
        }
    };
}

/// A place in the text and what stands there instead of up to so many bytes.
fn change() -> impl Strategy<Value = (usize, usize, String)> {
    const PIECES: &[&str] = &[
        "\"",
        "'",
        "\"\"\"",
        "[",
        "]",
        "{",
        "}",
        "=",
        ".",
        ",",
        "\n",
        "#",
        "0",
        "-1",
        "99999999999999999999999",
        "nan",
        "inf",
        "1e400",
        "0s",
        "-5s",
        "3650d",
        "true",
        "[]",
        "{}",
        "\\",
        "$",
        "$orders",
        "@",
        "é",
        "🦀",
        "\u{feff}",
        "\r\n",
        "\t",
        "%",
        "for ",
        " = ",
        "us-east-1",
        "aws kms ",
        "--region ",
        "1970-01-01",
        "regions",
        "0x7f",
        "\u{0}",
    ];
    let piece = prop_oneof![prop::sample::select(PIECES).prop_map(str::to_owned), ".{0,8}"];
    (0usize..10_000, 0usize..12, piece)
}

fn changed(text: &str, changes: &[(usize, usize, String)]) -> String {
    let mut text = text.to_owned();
    for (at, length, piece) in changes {
        let floor = |mut at: usize| {
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let start = floor(at % (text.len() + 1));
        let end = floor((start + length).min(text.len()));
        text.replace_range(start.min(end)..end, piece);
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_scenarios(changes in prop::collection::vec(change(), 1..6)) {
        try_it(&changed(STARTER, &changes), &[]);
        try_it(&changed(EVERYTHING, &changes), &[]);
    }

    #[test]
    fn any_text(text in "\\PC*", set in "\\PC*") {
        try_it(&text, &[]);
        try_it(STARTER, &[set]);
    }

    #[test]
    fn any_value_anywhere(line in 0usize..200, value in prop::sample::select(&[
        "0", "-1", "true", "\"\"", "\"x\"", "[]", "[1]", "{}", "{ a = 1 }", "1.5", "nan", "inf", "1e999", "\"3650d\"",
        "\"99999999999999999d\"", "\"0/s\"", "\"1e9/s\"", "170141183460469231731687303715884105728", "1979-05-27",
        "[[[[[[[[[[]]]]]]]]]]", "\"$orders\"", "\"aws\"", "\"aws kms\"", "\"wait\"", "\"route a to\"", "\"retry :\"",
    ][..])) {
        let mut lines: Vec<String> = EVERYTHING.lines().map(str::to_owned).collect();
        let line = line % lines.len();
        if let Some((key, _)) = lines[line].split_once('=') {
            lines[line] = format!("{key}= {value}");
        }
        try_it(&lines.join("\n"), &[]);
    }
}

#[test]
fn deep_and_long_texts() {
    for text in [
        "a.".repeat(100_000) + "a = 1",
        format!("[{}a]", "a.".repeat(100_000)),
        "[".repeat(100_000),
        format!("a = {}", "[".repeat(100_000)),
        format!("a = {}", "{a=".repeat(100_000)),
        format!("regions = [{}]", "\"us-east-1\",".repeat(50_000)),
        "[[timeline]]\n".repeat(50_000),
        format!(
            "duration = \"1h\"\nregions = [\"a\"]\n{}",
            (0..20_000).map(|n| format!("[keys.k{n}]\n")).collect::<String>()
        ),
        "x".repeat(2 << 20),
    ] {
        try_it(&text, &[]);
    }
}
