//! `mrksim shell`: a world at a prompt, or played from a script on standard input.

use super::output::{self, say};
use super::{Exit, Scenario, builtin};
use crate::report::files;
use crate::scenario::{self, awscli};
use crate::study::shell::{Reply, Session};
use clap::Args;
use rustyline::completion::{Completer, Pair};
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::DefaultHistory;
use rustyline::validate::Validator;
use rustyline::{Context, Editor, Helper};
use std::io::{BufRead, IsTerminal};
use std::path::{Path, PathBuf};

/// The arguments of `mrksim shell`.
#[derive(Args)]
pub struct Arguments {
    /// The world to begin in: a scenario at its start [default: every Region, one account, no keys]
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Change one value: keys.orders.kind=single-region (may be repeated)
    #[arg(long, value_name = "PATH=VALUE", requires = "file")]
    set: Vec<String>,
}

/// Reads lines until the end or `exit`.
pub fn shell(arguments: &Arguments) -> Exit {
    let request = arguments.file.as_ref().map(|file| {
        let scenario = Scenario {
            files: vec![file.clone()],
            with: Vec::new(),
            variant: None,
            set: arguments.set.clone(),
            seed: None,
            rules: None,
        };
        scenario.request(file)
    });
    let origin = arguments.file.as_ref().map(|file| file.to_string_lossy().into_owned());
    let session = match Session::new(request, origin, builtin::read) {
        Ok(session) => session,
        Err(invalid) => {
            say(&scenario::render(&invalid.problems, &invalid.sources, output::stderr_color()));
            let file = arguments.file.clone().unwrap_or_default();
            return super::cannot_run(&file, &[], &invalid);
        }
    };
    match std::io::stdin().is_terminal() {
        true => at_a_prompt(session),
        false => from_a_script(session),
    }
}

/// What a reply comes to; `None`: the session goes on. What is wrong counts against the session.
fn carry_out(reply: Reply, worst: &mut Exit) -> Option<Exit> {
    match reply {
        Reply::Text(text) => Some(output::print(&text)).filter(|exit| *exit != Exit::Met),
        Reply::Wrong(why) => {
            say(&format!("error: {why}\n"));
            *worst = (*worst).max(Exit::Usage);
            None
        }
        Reply::Save(file, text) => {
            match files::write_new(Path::new(&file), &text) {
                Ok(()) => say(&format!("saved: {file}\n")),
                Err(error) => {
                    say(&format!("error: {file} cannot be written: {error}\n"));
                    *worst = (*worst).max(Exit::Io);
                }
            }
            None
        }
        Reply::Exit => Some(Exit::Met),
    }
}

/// Each line is shown as if it had been typed. A line that is wrong makes the whole script wrong, but not the rest of it.
fn from_a_script(mut session: Session) -> Exit {
    let mut worst = Exit::Met;
    for line in std::io::stdin().lock().lines() {
        let line = match line {
            Ok(line) => line,
            Err(error) => {
                say(&format!("error: standard input cannot be read: {error}\n"));
                return Exit::Io;
            }
        };
        if output::print(&format!("{}{line}\n", prompt(&session))) != Exit::Met {
            return Exit::Io;
        }
        if let Some(end) = carry_out(session.line(&line), &mut worst) {
            return worst.max(end);
        }
    }
    worst
}

fn prompt(session: &Session) -> String {
    format!("{}> ", session.now())
}

fn at_a_prompt(mut session: Session) -> Exit {
    let mut editor: Editor<Words, DefaultHistory> = match Editor::new() {
        Ok(editor) => editor,
        Err(error) => {
            say(&format!("error: the terminal cannot be read: {error}\n"));
            return Exit::Io;
        }
    };
    say("A world at a prompt: `help` says what may be typed, Ctrl-D ends it.\n");
    loop {
        editor.set_helper(Some(Words { words: session.words() }));
        match editor.readline(&prompt(&session)) {
            Ok(line) => {
                // A history that cannot be kept is no reason to stop.
                let _ = editor.add_history_entry(line.as_str());
                // At a prompt a mistake has been seen and mended.
                if let Some(end) = carry_out(session.line(&line), &mut Exit::Met) {
                    return end;
                }
            }
            // Ctrl-C takes the line back, as shells do.
            Err(ReadlineError::Interrupted) => {}
            Err(ReadlineError::Eof) => return Exit::Met,
            Err(error) => {
                say(&format!("error: the terminal cannot be read: {error}\n"));
                return Exit::Io;
            }
        }
    }
}

/// Completion with the words of the session.
struct Words {
    words: Vec<String>,
}

impl Helper for Words {}
impl Highlighter for Words {}
impl Validator for Words {}
impl Hinter for Words {
    type Hint = String;
}

impl Completer for Words {
    type Candidate = Pair;

    fn complete(
        &self,
        line: &str,
        at: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Self::Candidate>)> {
        let start = line[..at].rfind(char::is_whitespace).map_or(0, |space| space + 1);
        let begun = &line[start..at];
        let operations = awscli::operations().into_iter().flatten().map(|operation| operation.cli_name());
        let known = self.words.iter().cloned().chain(operations);
        let fits = known.filter(|word| word.starts_with(begun));
        let pair = |word: String| Pair { display: word.clone(), replacement: word };
        Ok((start, fits.map(pair).collect()))
    }
}
