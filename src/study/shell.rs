//! A world at a prompt. What is typed becomes an entry of a scenario's timeline, and the world is that scenario played up
//! to now: so the session can be saved as a scenario that plays the same again, and taken back line by line.

use super::what_if::wrapped;
use crate::model::{self, setup::Setup};
use crate::rulebook::{Basis, RuleRef};
use crate::runlog::parse::{duration, nearest};
use crate::runlog::{Answer, LedgerRow, RunLog};
use crate::scenario::{self, Request, Source, short};
use crate::sim::{Span, Time};
use std::io;
use std::path::Path;
use std::sync::Arc;

/// A world without keys: every Region that latencies were measured for.
pub const BARE: &str = include_str!("bare.toml");

/// How a file that a scenario names is read.
pub type Read = fn(&Path) -> io::Result<Vec<u8>>;

/// The words that a line may begin with, with what they do.
pub const WORDS: [(&str, &str); 14] = [
    ("aws", "types an AWS CLI command: aws kms create-key --multi-region --region us-east-1"),
    ("NAME = aws", "the same, and keeps the answer: $NAME, $NAME.Field"),
    ("as WHO aws", "the same, typed by somebody else"),
    ("wait", "lets time pass: wait 7d"),
    ("fail", "fail us-east-1; fail kms us-east-1; fail us-east-1 eu-west-1, the way between two"),
    ("heal", "ends that: heal us-east-1"),
    ("who can read", "who can read STORE, where, and why not"),
    ("why", "why the last command came to what it came to"),
    ("rules", "the rules that have decided something so far"),
    ("now", "the time, and what is down"),
    ("undo", "takes the last command, `fail` or `heal` back"),
    ("save", "writes the session as a scenario: save my.toml"),
    ("help", "this list"),
    ("exit", "ends the session"),
];

/// What a line comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Something to read.
    Text(String),
    /// The line is not understood, or cannot be carried out: why, and what may have been meant.
    Wrong(String),
    /// The session as a scenario, to be written there.
    Save(String, String),
    /// The end.
    Exit,
}

/// An entry of the timeline.
#[derive(Clone, Debug)]
struct Entry {
    at: Span,
    /// What it does, each `key = value` in TOML.
    what: Vec<String>,
    /// Of a fault: what failed, and since `heal`, for how long.
    fault: Option<(String, Option<Span>)>,
}

impl Entry {
    /// Each `key = value` in TOML.
    fn parts(&self) -> Vec<String> {
        let time = |key: &str, span: Span| format!("{key} = {}", quoted(&short(span)));
        let lasts = self.fault.as_ref().and_then(|(_, lasts)| *lasts);
        let lasts = lasts.map(|lasts| time("for", lasts));
        std::iter::once(time("at", self.at)).chain(lasts).chain(self.what.iter().cloned()).collect()
    }
}

/// A session.
pub struct Session {
    base: Request,
    read: Read,
    /// What is saved on top of: `extends = "…"`, or nothing.
    origin: Option<String>,
    /// How long the scenario below lasts.
    lasts: Span,
    entries: Vec<Entry>,
    /// What can be taken back: each command, `fail` or `heal`, and the entries before it.
    past: Vec<(String, Vec<Entry>)>,
    now: Span,
    log: RunLog,
}

impl Session {
    /// A session in a scenario, or in a bare world. `origin`: how a saved session names the scenario.
    ///
    /// # Errors
    /// The scenario is not valid.
    pub fn new(
        base: Option<Request>,
        origin: Option<String>,
        read: Read,
    ) -> Result<Session, Box<scenario::Invalid>> {
        let bare = || Request::new(Source::Text { name: "bare.toml".to_owned(), text: BARE.to_owned() });
        let base = base.unwrap_or_else(bare);
        let setup = Arc::new(scenario::load_with(&base, &read)?.setup);
        let log = up_to(&setup, Span::ZERO);
        Ok(Session {
            base,
            read,
            origin,
            lasts: setup.duration,
            entries: Vec::new(),
            past: Vec::new(),
            now: Span::ZERO,
            log,
        })
    }

    /// The time of the world.
    pub fn now(&self) -> Span {
        self.now
    }

    /// What has happened so far.
    pub fn log(&self) -> &RunLog {
        &self.log
    }

    /// What may be typed next, for completion: words, Regions, names of stores and keys.
    pub fn words(&self) -> Vec<String> {
        let words = WORDS.iter().map(|(word, _)| (*word).to_owned());
        let keys = self.log.keys.iter().map(|key| format!("${}", key.name));
        let stores = self.log.stores.iter().map(|store| store.name.clone());
        words.chain(self.log.regions.iter().cloned()).chain(keys).chain(stores).collect()
    }

    /// Carries out a line.
    pub fn line(&mut self, line: &str) -> Reply {
        let line = without_comment(line).trim();
        let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let rest = rest.trim();
        match word {
            "" => Reply::Text(String::new()),
            "aws" => self.command(line, None, None),
            "as" => match rest.split_once(char::is_whitespace) {
                Some((who, command)) if command.trim().starts_with("aws") => {
                    self.command(command.trim(), None, Some(who))
                }
                _ => wrong("write `as WHO aws …`"),
            },
            "wait" => self.wait(rest),
            "fail" => self.fail(rest),
            "heal" => self.heal(rest),
            "who" => self.who_can_read(rest),
            "why" => Reply::Text(self.why()),
            "rules" => Reply::Text(self.rules()),
            "now" => Reply::Text(self.show_now()),
            "undo" => self.undo(),
            "save" if !rest.is_empty() => Reply::Save(rest.to_owned(), self.saved()),
            "save" => wrong("say where: `save my.toml`"),
            "help" | "?" => Reply::Text(help()),
            "exit" | "quit" => Reply::Exit,
            _ => match line.split_once('=').map(|(name, command)| (name.trim(), command.trim())) {
                Some((name, command)) if command.starts_with("aws ") => {
                    self.command(command, Some(name), None)
                }
                _ => {
                    let first =
                        |(word, _): &(&'static str, &'static str)| word.split(' ').next().unwrap_or(word);
                    let near = nearest(word, WORDS.iter().map(first));
                    let help = near.map_or("`help` lists what there is".to_owned(), |near| {
                        format!("did you mean `{near}`?")
                    });
                    wrong(&format!("`{word}` is no command; {help}"))
                }
            },
        }
    }

    fn command(&mut self, command: &str, save: Option<&str>, who: Option<&str>) -> Reply {
        let mut what = vec![format!("run = {}", quoted(command))];
        what.extend(save.map(|name| format!("save = {}", quoted(name))));
        what.extend(who.map(|who| format!("as = {}", quoted(who))));
        let answers = self.log.answers.len();
        if let Err(why) = self.add(Entry { at: self.now, what, fault: None }) {
            return Reply::Wrong(why);
        }
        match self.log.answers.get(answers..).and_then(<[Answer]>::last) {
            Some(answer) => Reply::Text(answered(answer)),
            None => Reply::Text(String::new()),
        }
    }

    /// Plays the world with one entry more; without it, if that is not possible.
    fn add(&mut self, entry: Entry) -> Result<(), String> {
        let (what, before) = (entry.what.join(", "), self.entries.clone());
        self.entries.push(entry);
        self.play_or_return_to(what, before)
    }

    /// Plays what the entries have become, and can take it back; returns to what they were if it cannot be played.
    fn play_or_return_to(&mut self, what: String, before: Vec<Entry>) -> Result<(), String> {
        match self.play() {
            Ok(()) => self.past.push((what, before)),
            Err(why) => {
                self.entries = before;
                return Err(why);
            }
        }
        Ok(())
    }

    fn play(&mut self) -> Result<(), String> {
        let mut request = self.base.clone();
        if self.now > self.lasts {
            request.set.push(format!("duration={}", quoted(&short(self.now))));
        }
        let entries: Vec<String> =
            self.entries.iter().map(|entry| format!("{{ {} }}", entry.parts().join(", "))).collect();
        request.set.push(format!("timeline=[{}]", entries.join(", ")));
        match scenario::load_with(&request, &self.read) {
            Ok(loaded) => {
                self.log = up_to(&Arc::new(loaded.setup), self.now);
                Ok(())
            }
            Err(invalid) => {
                let errors =
                    invalid.problems.iter().filter(|problem| problem.severity == scenario::Severity::Error);
                let say = |problem: &scenario::Problem| match &problem.help {
                    Some(help) => format!("{}; {help}", problem.message),
                    None => problem.message.clone(),
                };
                Err(errors.map(say).collect::<Vec<_>>().join("\n"))
            }
        }
    }

    fn wait(&mut self, time: &str) -> Reply {
        let span = match duration(time) {
            Ok(span) => span,
            Err(why) => return Reply::Wrong(why),
        };
        let before = self.now;
        self.now = before + span;
        if self.now > crate::runlog::parse::LONGEST {
            self.now = before;
            return wrong("a session lasts ten years at most");
        }
        let rows = self.log.events.len();
        if let Err(why) = self.play() {
            self.now = before;
            return Reply::Wrong(why);
        }
        let news = self.log.events.iter().skip(rows).filter(|row| row.source != "step");
        let news: Vec<String> = news
            .map(|row| {
                let place = row.region.map_or("", |region| self.log.regions[region].as_str());
                let target = row.target.rsplit(':').next().unwrap_or_default();
                let rule = row.rule.map_or(String::new(), |rule| format!(" ({})", rule.id));
                let outcome = if row.error.is_empty() { &row.outcome } else { &row.error };
                format!(
                    "  {}  {place} {}: {} {target} {outcome}{rule}",
                    row.time, row.principal, row.operation
                )
            })
            .collect();
        let shown = news.len().min(20);
        let more =
            if news.len() > shown { format!("  … {} more\n", news.len() - shown) } else { String::new() };
        let news: String = news.into_iter().take(shown).map(|line| line + "\n").collect();
        Reply::Text(format!("It is {} now.\n{news}{more}", Time::ZERO + self.now))
    }

    /// What `fail` and `heal` are about: the fault in TOML.
    fn fault(&self, what: &str) -> Result<String, String> {
        let words: Vec<&str> = what.split_whitespace().collect();
        let region = |name: &str| {
            let known = self.log.regions.iter().map(String::as_str);
            match self.log.regions.iter().any(|region| region == name) {
                true => Ok(quoted(name)),
                false => Err(match nearest(name, known) {
                    Some(near) => format!("there is no Region `{name}`; did you mean `{near}`?"),
                    None => format!("there is no Region `{name}`"),
                }),
            }
        };
        match words[..] {
            [one] => Ok(format!("region-outage = {{ region = {} }}", region(one)?)),
            [a, b] if self.log.regions.iter().any(|region| region == a) => {
                Ok(format!("partition = {{ from = {}, to = {} }}", region(a)?, region(b)?))
            }
            [service, place] => Ok(format!(
                "service-outage = {{ service = {}, region = {} }}",
                quoted(service),
                region(place)?
            )),
            _ => Err("write `fail us-east-1`, `fail kms us-east-1` or `fail us-east-1 eu-west-1`".to_owned()),
        }
    }

    fn fail(&mut self, what: &str) -> Reply {
        let fault = match self.fault(what) {
            Ok(fault) => fault,
            Err(why) => return Reply::Wrong(why),
        };
        let what = what.split_whitespace().collect::<Vec<_>>().join(" ");
        if self.entries.iter().any(|entry| matches!(&entry.fault, Some((other, None)) if *other == what)) {
            return wrong(&format!("{what} is down already"));
        }
        let entry = Entry { at: self.now, what: vec![fault], fault: Some((what.clone(), None)) };
        match self.add(entry) {
            Ok(()) => Reply::Text(format!("{what} is down from now on.\n")),
            Err(why) => Reply::Wrong(why),
        }
    }

    fn heal(&mut self, what: &str) -> Reply {
        let what = what.split_whitespace().collect::<Vec<_>>().join(" ");
        let is_it = |entry: &Entry| matches!(&entry.fault, Some((other, None)) if *other == what);
        let Some(index) = self.entries.iter().position(is_it) else {
            return wrong(&format!("`{what}` has not failed in this session; `now` says what is down"));
        };
        let (since, before) = (self.entries[index].at, self.now);
        if Span(before.0 - since.0) < Span::MILLISECOND {
            return wrong("no time has passed since it failed: `wait` first, or `undo` it");
        }
        // One instant is played in the order of the file, in which the fault and its end stand before what was typed since.
        let typed_now = self.entries.iter().any(|entry| entry.at == before);
        self.now.0 += u64::from(typed_now);
        let lasts = Span(self.now.0 - since.0);
        let entries = self.entries.clone();
        self.entries[index].fault = Some((what.clone(), Some(lasts)));
        match self.play_or_return_to(format!("heal {what}"), entries) {
            Ok(()) => {
                let later = if typed_now { ", a nanosecond after what was typed last" } else { "" };
                Reply::Text(format!("{what} is up again after {lasts}{later}.\n"))
            }
            Err(why) => {
                self.now = before;
                Reply::Wrong(why)
            }
        }
    }

    fn undo(&mut self) -> Reply {
        let Some((what, before)) = self.past.pop() else { return wrong("there is nothing to take back") };
        self.entries = before;
        match self.play() {
            Ok(()) => Reply::Text(format!("taken back: {what}\n")),
            Err(why) => Reply::Wrong(why),
        }
    }

    fn who_can_read(&self, rest: &str) -> Reply {
        let name = rest.strip_prefix("can").unwrap_or(rest).trim();
        let name = name.strip_prefix("read").unwrap_or(name).trim();
        let stores = || self.log.stores.iter().map(|store| store.name.as_str());
        if self.log.stores.is_empty() {
            return wrong("there is no data in this world; begin with a scenario: `mrksim shell FILE`");
        }
        let Some((index, store)) = self.log.store(name) else {
            let near =
                nearest(name, stores()).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            let all = stores().collect::<Vec<_>>().join(", ");
            return wrong(&format!("there is no store `{name}`{near} The stores: {all}"));
        };
        let mut text = String::new();
        for region in self.log.replicas(index) {
            for (reader, who) in store.readers.iter().enumerate() {
                let mine = || {
                    let all = self.log.ledger.iter();
                    all.filter(|row| (row.store, row.region, row.reader) == (index, region, reader))
                };
                let Some(latest) = mine().map(|row| row.time).max() else { continue };
                let rows: Vec<&LedgerRow> = mine().filter(|row| row.time == latest).collect();
                let all: u64 = rows.iter().map(|row| row.items).sum();
                let part = |row: &&LedgerRow| {
                    let share = crate::runlog::expression::Value::Share(row.items as f64 / all.max(1) as f64);
                    let until =
                        row.deadline.map(|until| format!(", mend before {until}")).unwrap_or_default();
                    format!("{share} {} ({}{until})", row.class.name(), row.rule.id)
                };
                let parts: Vec<String> = rows.iter().map(part).collect();
                text += &format!("  {who} in {}: {}\n", self.log.regions[region], parts.join(", "));
            }
        }
        Reply::Text(text)
    }

    fn why(&self) -> String {
        let Some(answer) = self.log.answers.last() else {
            return "Nothing has been asked of AWS yet.\n".to_owned();
        };
        match (answer.rule, &answer.error) {
            (Some(rule), _) => told(rule),
            (None, Some(error)) => format!("{error}: {}\n", answer.message),
            (None, None) => "The last command was accepted: no rule refused it.\n".to_owned(),
        }
    }

    fn rules(&self) -> String {
        if self.log.rules.is_empty() {
            return "No rule has decided anything yet.\n".to_owned();
        }
        let line =
            |(rule, times): (&RuleRef, &u64)| format!("  {:<11} {times:>9} ×  {}\n", rule.id, rule.says);
        self.log.rules.iter().map(line).collect()
    }

    fn show_now(&self) -> String {
        let mut text = format!("It is {} now.\n", Time::ZERO + self.now);
        let down = self.log.faults.iter().filter(|fault| fault.end.is_none_or(|end| end.0 > self.now.0));
        for fault in down {
            text += &format!("  {} since {}\n", fault.scope, fault.start);
        }
        text
    }

    /// The session as a scenario.
    fn saved(&self) -> String {
        let longer = (self.now > self.lasts).then(|| format!("duration = {}\n", quoted(&short(self.now))));
        let mut text = match &self.origin {
            Some(origin) => {
                let longer = longer.unwrap_or_default();
                format!("# A session of `mrksim shell {origin}`.\n\nextends = {}\n{longer}", quoted(origin))
            }
            None => {
                let bare = BARE.replace("# The world", "# A session of `mrksim shell`, in the world");
                longer.map_or(bare.clone(), |longer| bare.replace("duration = \"1d\"\n", &longer))
            }
        };
        for entry in &self.entries {
            text += &format!("\n[[timeline]]\n{}\n", entry.parts().join("\n"));
        }
        text
    }
}

/// The scenario played up to an instant, at which everybody stops.
fn up_to(setup: &Arc<Setup>, now: Span) -> RunLog {
    model::run_until(setup, 0, Time::ZERO + now)
}

/// What stands before a `#` that begins a word, as in a shell: in quotes it is the value's.
fn without_comment(line: &str) -> &str {
    let (mut quote, mut before) = (None, ' ');
    for (at, c) in line.char_indices() {
        match quote {
            None if c == '#' && before.is_whitespace() => return &line[..at],
            None if matches!(c, '\'' | '"') && before != '\\' => quote = Some(c),
            Some(open) if open == c && !(c == '"' && before == '\\') => quote = None,
            _ => {}
        }
        before = c;
    }
    line
}

fn wrong(why: &str) -> Reply {
    Reply::Wrong(why.to_owned())
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// As the AWS CLI shows it.
fn answered(answer: &Answer) -> String {
    match &answer.error {
        None => match answer.response.as_object().is_some_and(serde_json::Map::is_empty) {
            true => String::new(),
            false => serde_json::to_string_pretty(&answer.response).unwrap_or_default() + "\n",
        },
        Some(error) => {
            let rule = answer.rule.map(|rule| format!("  [{}: why]", rule.id)).unwrap_or_default();
            format!("An error occurred ({error}): {}{rule}\n", answer.message)
        }
    }
}

fn told(rule: RuleRef) -> String {
    let source = match rule.basis {
        Basis::Documented(source) => source.to_owned(),
        Basis::Reported(source) => format!("reported: {source}"),
        Basis::Assumed(why) => format!("assumed: {why}"),
    };
    let lines = wrapped(&format!("{}: {} ({source})", rule.id, rule.says), 100);
    lines.join("\n") + "\n"
}

fn help() -> String {
    WORDS.iter().map(|(word, does)| format!("  {word:<13} {does}\n")).collect()
}
