//! What people type, for the help of each command: a test reads every line as the command line that it is.

/// The foot of a command's help.
macro_rules! examples {
    ($($name:ident: $($line:literal)*;)*) => {
        $(
            #[doc = concat!("Of `", stringify!($name), "`.")]
            pub const $name: &str = concat!("Examples:", $("\n  mrksim ", $line),*);
        )*
        /// Every one.
        #[cfg(test)]
        const ALL: &[&str] = &[$($name),*];
    };
}

examples! {
    RUN:
        "run tutorial/region-outage"
        "run my.toml --set keys.orders.kind=single-region"
        "run my.toml --trials 200"
        "run strategies/event-region-outage --with strategies/key-mrk --with strategies/dr-pilot-light"
        "run tutorial/region-outage --trail --trace --record 59m..1h5m"
        "run my.toml --format json --quiet --out results/mine";
    COMPARE:
        "compare tutorial/region-outage"
        "compare strategies/event-region-outage --each strategies/key-mrk --each 'strategies/dr-*'"
        "compare results/a results/b"
        "compare my.toml --until-width 'data-loss(orders)=100ms'";
    SWEEP:
        "sweep tutorial/region-outage --grid timeline.outage.for=5m..2h:5m"
        "sweep my.toml --grid clients.app.rate=1/s,10/s --grid keys.app.kind=single-region,multi-region --trials 20";
    MERGE:
        "merge results/a results/b --out results/whole";
    WHAT_IF:
        "what-if tutorial/region-outage --set keys.orders.kind=single-region"
        "what-if tutorial/region-outage --branch-at 30m --do 'aws kms disable-key --key-id $orders --region us-east-1'"
        "what-if tutorial/primary-deletion --rules notes";
    SHELL:
        "shell"
        "shell tutorial/region-outage";
    DIAGRAM:
        "diagram tutorial/region-outage --at 1h30m"
        "diagram my.toml --format svg --out topology.svg";
    CHECK:
        "check my.toml"
        "check my.toml --format json";
    RULES:
        "rules --kind rule"
        "rules --basis assumed"
        "rules --audience study";
    EXPLAIN:
        "explain KMS-DEL-3"
        "explain --run results/region-outage";
    QUIZ:
        "quiz"
        "quiz deletion --random"
        "quiz --list";
    CARDS:
        "cards --out exam.txt";
    INIT:
        "init my.toml"
        "init --policy";
    SCHEMA:
        "schema"
        "schema trials"
        "schema reference";
    COMPLETIONS:
        "completions bash";
}

#[cfg(test)]
mod tests {
    use super::ALL;
    use clap::CommandFactory;

    #[test]
    fn every_example_is_a_command_line() {
        let command = crate::cli::Cli::command();
        assert_eq!(ALL.len() + 1, command.get_subcommands().count(), "all but `man` have examples");
        for line in ALL.iter().flat_map(|text| text.lines().skip(1)) {
            let words = crate::scenario::shell_words::words(line.trim()).expect("words of a shell");
            let parsed = command.clone().try_get_matches_from(words.into_iter().map(|word| word.text));
            assert!(
                parsed.is_ok(),
                "{line}: {}",
                parsed.err().map(|error| error.to_string()).unwrap_or_default()
            );
        }
    }
}
