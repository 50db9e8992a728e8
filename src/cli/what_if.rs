//! `mrksim what-if`: the same run twice, once with a change.

use super::output::{self, Format, say};
use super::trials::{self, STOP};
use super::{Exit, Rules, Scenario};
use crate::model;
use crate::runlog::RunLog;
use crate::study::what_if;
use clap::Args;
use std::path::Path;

/// The arguments of `mrksim what-if`.
///
/// What is changed: `--set` and `--do`; if neither is given, what is laid over the file (`--with`, `--variant`,
/// `--rules`). All else holds for both runs.
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    scenario: Scenario,
    /// When what `--do` says is done: two futures from one past
    #[arg(long, value_name = "TIME", requires = "act")]
    branch_at: Option<String>,
    /// A command that somebody types then: "aws kms disable-key --key-id $orders --region us-east-1" (may be repeated)
    #[arg(long = "do", id = "act", value_name = "COMMAND", requires = "branch_at")]
    act: Vec<String>,
    /// What is printed
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
    /// Which trial
    #[arg(long, value_name = "N", default_value = "0")]
    trial: u64,
}

/// Plays both and says where they part and what comes of it.
pub fn what_if(arguments: &Arguments) -> Exit {
    trials::listen();
    let [file] = &arguments.scenario.files[..] else {
        say("error: what-if is asked of one scenario\n");
        return Exit::Usage;
    };
    let given = &arguments.scenario;
    let mut before = given.clone();
    let mut after = given.clone();
    if given.set.is_empty() && arguments.act.is_empty() {
        (before.with, before.variant, before.rules) = (Vec::new(), None, None);
    }
    before.set.clear();
    after.set.extend(steps(arguments));
    let what = asked(arguments);
    if what.is_empty() {
        say("error: nothing is different: say `--set`, `--do`, `--with`, `--variant` or `--rules notes`\n");
        return Exit::Usage;
    }
    let played = play(&before, file, arguments.trial)
        .and_then(|before| Ok((before, play(&after, file, arguments.trial)?)));
    match played {
        Ok((before, after)) => output::print(&match arguments.format {
            Format::Human => what_if::report(&what, &before, &after, output::width().min(110)),
            Format::Json => what_if::json(&what, &before, &after),
        }),
        Err(exit) => exit,
    }
}

fn play(scenario: &Scenario, file: &Path, trial: u64) -> Result<RunLog, Exit> {
    let (setup, _) = trials::load(scenario, file, true)?;
    model::run(&setup, trial, &STOP).ok_or(Exit::Interrupted)
}

/// `--do` as entries of the timeline, after all that the file says for that time.
fn steps(arguments: &Arguments) -> Vec<String> {
    let Some(at) = &arguments.branch_at else { return Vec::new() };
    let text = |text: &str| serde_json::Value::from(text).to_string();
    let entry = |command: &String| format!("{{ at = {}, run = {} }}", text(at), text(command));
    let entries: Vec<String> = arguments.act.iter().map(entry).collect();
    vec![format!("timeline=[{}]", entries.join(", "))]
}

/// The change in words.
fn asked(arguments: &Arguments) -> String {
    let Scenario { set, with, variant, rules, .. } = &arguments.scenario;
    let mut parts: Vec<String> = set.clone();
    if let Some(at) = &arguments.branch_at {
        parts.push(format!("at {at} somebody types {}", arguments.act.join(", then ")));
    }
    if parts.is_empty() {
        parts.extend(with.iter().map(|file| file.display().to_string()));
        parts.extend(variant.iter().map(|variant| format!("variant {variant}")));
        parts.extend(
            rules
                .iter()
                .filter(|rules| matches!(rules, Rules::Notes))
                .map(|_| "the study notes were right (--rules notes)".to_owned()),
        );
    }
    parts.join(", ")
}
