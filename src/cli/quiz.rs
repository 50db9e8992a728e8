//! `mrksim quiz` and `mrksim cards`: exam practice whose answers are played.

use super::output::{self, Format, say};
use super::{Exit, builtin};
use crate::model::{self, setup::Question};
use crate::report::files;
use crate::runlog::RunLog;
use crate::scenario::{self, Request, Source};
use crate::sim::{Stream, rng::below};
use crate::study::{cards, quiz};
use clap::{Args, ValueEnum};
use std::collections::BTreeMap;
use std::io::{BufRead, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The arguments of `mrksim quiz`.
#[derive(Args)]
pub struct Arguments {
    /// Topics, or questions by their names [default: all; what was never asked, or wrong, comes first]
    #[arg(value_name = "TOPIC")]
    wanted: Vec<String>,
    /// In an order of chance, with the choices of each in an order of chance
    #[arg(long)]
    random: bool,
    /// Another chance
    #[arg(long, value_name = "N", default_value = "1")]
    seed: u64,
    /// So many questions at most
    #[arg(long, value_name = "N")]
    count: Option<usize>,
    /// The answers, one a question: b,a,cd
    #[arg(long, value_name = "LETTERS", value_delimiter = ',')]
    answers: Vec<String>,
    /// List topics and questions
    #[arg(long)]
    list: bool,
    /// What is written to standard output
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Human)]
    format: Format,
    /// Keep what was answered here [default: quiz.toml in the user's state directory]
    #[arg(long, value_name = "FILE", conflicts_with = "no_progress")]
    progress: Option<PathBuf>,
    /// Keep nothing
    #[arg(long)]
    no_progress: bool,
}

/// The arguments of `mrksim cards`.
#[derive(Args)]
pub struct Cards {
    /// Write them here, if there is no such file [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// What is written
    #[arg(long, value_name = "FORMAT", default_value = "anki")]
    format: CardFormat,
}

#[derive(Clone, Copy, ValueEnum)]
enum CardFormat {
    /// Text that Anki imports
    Anki,
    /// A JSON array
    Json,
}

/// A question that can be asked.
struct Asked {
    name: &'static str,
    question: Question,
    setup: Arc<model::setup::Setup>,
}

/// Every built-in question; those that do not load are no questions, which a test sees to.
fn questions() -> Vec<Asked> {
    let all = builtin::all().filter_map(|(name, text)| Some((name, name.strip_prefix("quiz/")?, text)));
    let one = |(path, name, text): (&'static str, &'static str, &'static str)| {
        let request = Request::new(Source::Text { name: format!("{path}.toml"), text: text.to_owned() });
        let setup = scenario::load_with(&request, &builtin::read).ok()?.setup;
        Some(Asked { name, question: setup.question.clone()?, setup: Arc::new(setup) })
    };
    all.filter_map(one).collect()
}

/// Asks, plays, and says what is right and why.
pub fn quiz(arguments: &Arguments) -> Exit {
    let mut asked = questions();
    if arguments.list {
        return list(&asked, arguments.format);
    }
    let known = |wanted: &String| asked.iter().any(|one| one.name == wanted || one.question.topic == *wanted);
    if let Some(unknown) = arguments.wanted.iter().find(|wanted| !known(wanted)) {
        let names = asked.iter().flat_map(|one| [one.name, one.question.topic.as_str()]);
        let near = crate::runlog::parse::nearest(unknown, names);
        let help = near.map_or("`--list` shows them".to_owned(), |near| format!("did you mean `{near}`?"));
        say(&format!("error: there is no topic and no question `{unknown}`; {help}\n"));
        return Exit::Usage;
    }
    let wanted = &arguments.wanted;
    asked.retain(|one| {
        wanted.is_empty() || wanted.iter().any(|name| one.name == name || one.question.topic == *name)
    });
    let mut kept = match Kept::open(arguments) {
        Ok(kept) => kept,
        Err(why) => return failed(&why),
    };
    let mut chance = Stream::new(arguments.seed, 0, "quiz");
    if arguments.random {
        shuffle(&mut asked, &mut chance);
    }
    asked.sort_by_key(|one| kept.progress.rank(one.name));
    asked.truncate(arguments.count.unwrap_or(usize::MAX));
    match given(&arguments.answers, &asked) {
        Ok(given) => match ask(arguments, &asked, &given, &mut kept, &mut chance) {
            Ok(()) => Exit::Met,
            Err(exit) => exit,
        },
        Err(why) => {
            say(&format!("error: {why}\n"));
            Exit::Usage
        }
    }
}

/// The answers of the command line. Each is checked before the first question is asked, so that a slip costs nothing.
fn given(answers: &[String], asked: &[Asked]) -> Result<Vec<Vec<usize>>, String> {
    if answers.len() > asked.len() {
        let questions = if asked.len() == 1 { "question" } else { "questions" };
        return Err(format!("{} answers to {} {questions}", answers.len(), asked.len()));
    }
    let one = |(text, one): (&String, &Asked)| {
        let choices = one.question.choices.len();
        quiz::answer(text, choices).ok_or_else(|| {
            let last = quiz::letter(choices - 1);
            format!("`{text}` does not answer {}, whose choices are a to {last}", one.name)
        })
    };
    answers.iter().zip(asked).map(one).collect()
}

fn list(asked: &[Asked], format: Format) -> Exit {
    let mut topics: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    asked.iter().for_each(|one| topics.entry(&one.question.topic).or_default().push(one.name));
    let line =
        |(topic, names): (&str, Vec<&str>)| format!("{topic} ({}): {}\n", names.len(), names.join(", "));
    output::print(&match format {
        Format::Human => topics.into_iter().map(line).collect::<String>(),
        Format::Json => format!("{:#}\n", serde_json::json!(topics)),
    })
}

fn shuffle<T>(items: &mut [T], chance: &mut Stream) {
    for last in (1..items.len()).rev() {
        items.swap(last, below(chance.next_u64(), last as u64 + 1) as usize);
    }
}

fn ask(
    arguments: &Arguments,
    asked: &[Asked],
    given: &[Vec<usize>],
    kept: &mut Kept,
    chance: &mut Stream,
) -> Result<(), Exit> {
    let width = output::width().clamp(50, 100);
    let people = arguments.format == Format::Human;
    let mut topics: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
    let mut again: Vec<&str> = Vec::new();
    let asked_for = if given.is_empty() { asked.len() } else { given.len() };
    for (number, one) in asked.iter().take(asked_for).enumerate() {
        let question = &one.question;
        let mut order: Vec<usize> = (0..question.choices.len()).collect();
        if arguments.random {
            shuffle(&mut order, chance);
        }
        let head = format!("{} of {} · {} · {}\n\n", number + 1, asked.len(), question.topic, one.name);
        let text = head + &quiz::asked(question, &order, width);
        match (people, given.is_empty()) {
            (true, _) => print(&text)?,
            (false, true) => say(&text),
            (false, false) => {}
        }
        let Some(answer) = given.get(number).cloned().or_else(|| typed(order.len())) else { break };
        let log = played(one);
        let unanswered =
            || failed(&format!("{} cannot be answered by its run; please report this", one.name));
        let came = quiz::key(question, &log).ok_or_else(unanswered)?;
        let right = quiz::right(&came, &order, &answer);
        kept.note(one.name, right).map_err(|why| failed(&why))?;
        let score = topics.entry(&question.topic).or_default();
        *score = (score.0 + 1, score.1 + u32::from(right));
        if !right {
            again.extend(question.facts.iter().map(String::as_str));
        }
        let verdict = if right { "Right." } else { "Wrong." };
        print(&match people {
            true => format!("\n{verdict}\n{}\n", quiz::shown(question, &came, &order, &log, width)),
            false => format!("{}\n", quiz::told(one.name, question, &came, &order, &answer, &log)),
        })?;
    }
    if people { print(&score(&topics, &again)) } else { Ok(()) }
}

fn print(text: &str) -> Result<(), Exit> {
    match output::print(text) {
        Exit::Met => Ok(()),
        exit => Err(exit),
    }
}

fn failed(why: &str) -> Exit {
    say(&format!("error: {why}\n"));
    Exit::Io
}

fn played(one: &Asked) -> RunLog {
    model::run_until(&one.setup, 0, crate::sim::Time::ZERO + one.setup.duration)
}

fn score(topics: &BTreeMap<&str, (u32, u32)>, again: &[&str]) -> String {
    let (asked, right) = topics.values().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    if asked == 0 {
        return String::new();
    }
    let mut text = format!("{right} of {asked} right\n");
    for (topic, (asked, right)) in topics {
        text += &format!("  {topic}: {right} of {asked}\n");
    }
    if !again.is_empty() {
        text += &format!("Read again: mrksim explain {}\n", again.join(" "));
    }
    text
}

/// A line of letters; `None`: nobody answers any more.
fn typed(choices: usize) -> Option<Vec<usize>> {
    let terminal = std::io::stdin().is_terminal();
    loop {
        if terminal {
            say("\nYour answer: ");
        }
        let mut line = String::new();
        match std::io::stdin().lock().read_line(&mut line) {
            Ok(0) | Err(_) => return None,
            Ok(_) => {}
        }
        match quiz::answer(line.trim(), choices) {
            Some(answer) => return Some(answer),
            None if ["q", "quit", "exit"].contains(&line.trim()) => return None,
            None => say("letters of the choices, such as `b` or `ac`; `quit` ends\n"),
        }
    }
}

/// `$XDG_STATE_HOME/mrksim/quiz.toml`, or below the home directory.
fn usual_place() -> Option<PathBuf> {
    let state = std::env::var_os("XDG_STATE_HOME").filter(|dir| !dir.is_empty()).map(PathBuf::from);
    let home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".local/state"));
    Some(state.or_else(home)?.join("mrksim/quiz.toml"))
}

/// What was answered so far, and the file that it is kept in.
struct Kept {
    file: Option<PathBuf>,
    progress: quiz::Progress,
}

impl Kept {
    fn open(arguments: &Arguments) -> Result<Kept, String> {
        let file =
            (!arguments.no_progress).then(|| arguments.progress.clone().or_else(usual_place)).flatten();
        let progress = file.as_deref().map(read).transpose()?.unwrap_or_default();
        Ok(Kept { file, progress })
    }

    /// Notes an answer, and writes it at once: Ctrl-C at the next question loses nothing.
    fn note(&mut self, name: &str, right: bool) -> Result<(), String> {
        self.progress.note(name, right);
        self.file.as_deref().map_or(Ok(()), |file| write(file, &self.progress))
    }
}

fn read(file: &Path) -> Result<quiz::Progress, String> {
    match std::fs::read_to_string(file) {
        Ok(text) => toml::from_str(&text).map_err(|error| {
            format!(
                "{} is no progress of a quiz: {}; delete it, or name another file with `--progress`",
                file.display(),
                error.message()
            )
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(quiz::Progress::default()),
        Err(error) => {
            Err(format!("{} cannot be read: {error}; name another file with `--progress`", file.display()))
        }
    }
}

/// Keeps the progress.
fn write(file: &Path, progress: &quiz::Progress) -> Result<(), String> {
    let failed =
        |error: std::io::Error| format!("{} cannot be written: {error}; use `--no-progress`", file.display());
    if let Some(dir) = file.parent() {
        std::fs::create_dir_all(dir).map_err(failed)?;
    }
    let text = toml::to_string(progress).map_err(|error| error.to_string())?;
    files::replace(file, &text).map_err(failed)
}

/// Flash cards for Anki, or for scripts.
pub fn cards(arguments: &Cards) -> Exit {
    let cards = cards::cards();
    let text = match arguments.format {
        CardFormat::Anki => cards::anki(&cards),
        CardFormat::Json => cards::json(&cards),
    };
    let Some(path) = &arguments.out else { return output::print(&text) };
    match files::write_new(path, &text) {
        Ok(()) => Exit::Met,
        Err(error) => {
            say(&format!("error: {} cannot be written: {error}\n", path.display()));
            Exit::Io
        }
    }
}
