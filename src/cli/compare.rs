//! `mrksim compare`: variants, files or stored results under the same random numbers.

use super::output::{self, Format, say};
use super::trials::{self, Spread};
use super::{Exit, Scenario, builtin};
use crate::compare::{
    Batch, Played, Range, difference, json, pages, pictures, side_by_side, stored, summary, terminal,
};
use crate::model::{self, setup::Setup};
use crate::report::files;
use crate::runlog::RunLog;
use clap::Args;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The arguments of `mrksim compare`.
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    scenario: Scenario,
    #[command(flatten)]
    spread: Spread,
    /// Trials of each: a number, or a slice `400..500`
    #[arg(long, value_name = "N", default_value = "40")]
    trials: Range,
    /// Compare these variants only (`base` is the file itself) [default: the base and all variants]
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    variants: Vec<String>,
    /// Compare overlays: each of the list is laid over the file; a `*` stands for all that fit. Given again: all
    /// combinations
    #[arg(long, value_name = "FILE,…", conflicts_with_all = ["variants", "variant"])]
    each: Vec<String>,
    /// The one that the others are compared with [default: the first]
    #[arg(long, value_name = "NAME")]
    reference: Option<String>,
    /// Play on until the interval of a difference is no wider: "recovery-time(app)=30s"
    #[arg(long, value_name = "METRIC=WIDTH")]
    until_width: Option<String>,
    /// Write the comparison here [default: results/<name>-compare]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Replace whatever is there
    #[arg(long)]
    force: bool,
    /// What is printed
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
    /// Print no report
    #[arg(long, short)]
    quiet: bool,
}

/// One side of the comparison.
struct Side {
    label: String,
    /// What can be played on; `None`: it is stored.
    setup: Option<Arc<Setup>>,
    batch: Option<Batch>,
}

/// A metric, and how wide the interval of its difference may be.
struct Width {
    metric: String,
    width: f64,
}

/// The file itself, beside its variants.
const BASE: &str = "base";

/// The most trials that `--until-width` plays of each.
const MOST: u64 = 1_000_000;

/// Plays or reads every side and compares each with the reference.
pub fn compare(arguments: &Arguments) -> Exit {
    trials::listen();
    let width = match arguments.until_width.as_deref().map(width).transpose() {
        Ok(width) => width,
        Err(why) => {
            say(&format!("error: {why}\n"));
            return Exit::Usage;
        }
    };
    let mut sides = match sides(arguments) {
        Ok(sides) => sides,
        Err(exit) => return exit,
    };
    if let Err(exit) = settle(arguments, &mut sides, width.as_ref()) {
        return exit;
    }
    let first = first_trials(&sides, arguments.trials.first);
    let batches: Vec<(String, Batch)> =
        sides.into_iter().filter_map(|side| Some((side.label, side.batch?))).collect();
    report(arguments, batches, &first, width.as_ref())
}

/// `recovery-time(app)=30s`, `success(app)=1%`, `writes-lost(app)=5`.
fn width(text: &str) -> Result<Width, String> {
    let wrong = || format!("`{text}` is no width: write `recovery-time(app)=30s`, `success(app)=1%`");
    let (metric, stated) = text.rsplit_once('=').ok_or_else(wrong)?;
    let number = match stated.strip_suffix('%') {
        Some(percent) => percent.parse::<f64>().map_err(|_| wrong())? / 100.0,
        None => match stated.parse::<f64>() {
            Ok(number) => number,
            Err(_) => crate::runlog::parse::duration(stated).map_err(|_| wrong())?.as_secs_f64(),
        },
    };
    match number.is_finite() && number > 0.0 {
        true => Ok(Width { metric: metric.trim().to_owned(), width: number }),
        false => Err(wrong()),
    }
}

/// Files with their variants, and stored results.
fn sides(arguments: &Arguments) -> Result<Vec<Side>, Exit> {
    let mut sides = Vec::new();
    let several = arguments.scenario.files.len() > 1;
    for file in &arguments.scenario.files {
        if file.join("trials.csv").is_file() {
            let batch = stored::read(file).map_err(|error| {
                say(&format!("error: {error}\n"));
                Exit::Io
            })?;
            let label = if several { file.display().to_string() } else { batch.label() };
            sides.push(Side { label, setup: None, batch: Some(batch) });
            continue;
        }
        for way in ways(arguments, file)? {
            let setup = match way.setup {
                Some(setup) => setup,
                None => trials::load(&way.scenario, file, true)?.0,
            };
            let label = match (several, way.name.as_str()) {
                (true, BASE) => setup.name.clone(),
                (true, name) => format!("{}/{name}", setup.name),
                (false, _) => way.name,
            };
            sides.push(Side { label, setup: Some(setup), batch: None });
        }
    }
    if let Some(reference) = &arguments.reference {
        let Some(place) = sides.iter().position(|side| side.label == *reference) else {
            let labels: Vec<&str> = sides.iter().map(|side| side.label.as_str()).collect();
            say(&format!("error: `--reference {reference}` is none of {}\n", labels.join(", ")));
            return Err(Exit::Usage);
        };
        sides.swap(0, place);
    }
    match sides.len() {
        0 | 1 => {
            say("error: there is one side only; name more files, or a file that has `[variants.x]`\n");
            Err(Exit::Usage)
        }
        _ => Ok(sides),
    }
}

/// A way to play a file.
struct Way {
    name: String,
    scenario: Scenario,
    setup: Option<Arc<Setup>>,
}

/// A file with each combination of overlays, or with each variant.
fn ways(arguments: &Arguments, file: &Path) -> Result<Vec<Way>, Exit> {
    let scenario = &arguments.scenario;
    if !arguments.each.is_empty() {
        let lists = arguments.each.iter().map(|list| overlays(list)).collect::<Result<Vec<_>, Exit>>()?;
        let laid = |overlays: Vec<PathBuf>| {
            let stems = overlays.iter().filter_map(|path| Some(path.file_stem()?.to_string_lossy()));
            let name = stems.collect::<Vec<_>>().join(" + ");
            let with = scenario.with.iter().cloned().chain(overlays).collect();
            Way { name, scenario: Scenario { with, ..scenario.clone() }, setup: None }
        };
        return Ok(combinations(&lists).into_iter().map(laid).collect());
    }
    let variant = |name: String, setup| {
        let variant = Some(name.clone()).filter(|name| name != BASE);
        Way { name, scenario: Scenario { variant, ..scenario.clone() }, setup }
    };
    let named: Vec<String> = scenario.variant.iter().chain(&arguments.variants).cloned().collect();
    if !named.is_empty() {
        return Ok(named.into_iter().map(|name| variant(name, None)).collect());
    }
    let (setup, names) = trials::load(scenario, file, arguments.quiet)?;
    let base = variant(BASE.to_owned(), Some(setup));
    Ok(std::iter::once(base).chain(names.into_iter().map(|name| variant(name, None))).collect())
}

/// The files of one `--each`.
fn overlays(list: &str) -> Result<Vec<PathBuf>, Exit> {
    let mut found = Vec::new();
    for pattern in list.split(',').map(str::trim).filter(|pattern| !pattern.is_empty()) {
        let fit = builtin::matching(pattern);
        if fit.is_empty() {
            say(&format!("error: `--each {pattern}`: no file has such a name, and no built-in scenario\n"));
            return Err(Exit::Usage);
        }
        found.extend(fit);
    }
    Ok(found)
}

/// Every choice of one from each list, the last list changing fastest.
fn combinations<T: Clone>(lists: &[Vec<T>]) -> Vec<Vec<T>> {
    lists.iter().fold(vec![Vec::new()], |chosen, list| {
        let with = |so_far: &Vec<T>| {
            let so_far = so_far.clone();
            list.iter()
                .map(move |one| so_far.iter().cloned().chain([one.clone()]).collect::<Vec<T>>())
                .collect::<Vec<_>>()
        };
        chosen.iter().flat_map(with).collect()
    })
}

/// Plays what is to be played: so many trials of each, or until the width is reached.
fn settle(arguments: &Arguments, sides: &mut [Side], width: Option<&Width>) -> Result<(), Exit> {
    let mut range = arguments.trials;
    loop {
        for side in sides.iter_mut() {
            let Some(setup) = &side.setup else { continue };
            match arguments.spread.play(setup, range, &side.label, arguments.quiet) {
                Played::Whole(batch) => match &mut side.batch {
                    Some(so_far) => so_far.trials.extend(batch.trials),
                    None => side.batch = Some(batch),
                },
                Played::Partial(_) => {
                    say("interrupted: nothing was written\n");
                    return Err(Exit::Interrupted);
                }
            }
        }
        let Some(width) = width else { return Ok(()) };
        let reached = sides.iter().skip(1).all(|side| is_narrow(&sides[0], side, width));
        let end = range.end.saturating_add(range.end - arguments.trials.first);
        if reached || end > MOST || sides.iter().any(|side| side.setup.is_none()) {
            return Ok(());
        }
        range = Range { first: range.end, end };
    }
}

fn is_narrow(reference: &Side, side: &Side, width: &Width) -> bool {
    let (Some(reference), Some(batch)) = (&reference.batch, &side.batch) else { return true };
    let paired = difference::of(reference, batch, &width.metric).paired;
    paired.is_some_and(|paired| paired.high - paired.low <= width.width)
}

/// The first trial of each side that can be played, for what is drawn over its time.
fn first_trials(sides: &[Side], number: u64) -> Vec<(String, RunLog)> {
    let one =
        |side: &Side| Some((side.label.clone(), model::run(side.setup.as_ref()?, number, &trials::STOP)?));
    sides.iter().filter_map(one).collect()
}

fn report(
    arguments: &Arguments,
    mut batches: Vec<(String, Batch)>,
    first: &[(String, RunLog)],
    width: Option<&Width>,
) -> Exit {
    if let Some(why) = unpaired(&batches) {
        say(&format!("error: {why}\n"));
        return Exit::Usage;
    }
    for (label, batch) in &mut batches {
        batch.variant = Some(label.clone());
    }
    let (_, reference) = &batches[0];
    let others: Vec<&Batch> = batches[1..].iter().map(|(_, batch)| batch).collect();
    let name = format!("{}-compare", reference.name);
    let dir = arguments.out.clone().unwrap_or_else(|| PathBuf::from("results").join(&name));
    let all: Vec<&Batch> = batches.iter().map(|(_, batch)| batch).collect();
    let mut texts = difference::files(&name, reference, &others);
    let drawings = pictures::of_comparison(&all, first);
    let page = pages::of_comparison(&all, &drawings, first, &output::command());
    texts.push(("report.html".to_owned(), page));
    texts.extend(drawings.into_iter().map(|drawing| (drawing.file, drawing.svg)));
    if let Err(error) = files::write_texts((&name, &reference.title), &dir, arguments.force, texts) {
        say(&format!("error: {error}\n"));
        return Exit::Io;
    }
    if arguments.quiet {
        return Exit::Met;
    }
    let text = match (arguments.format, width) {
        (Format::Json, _) => json::comparison(&name, reference, &others),
        (Format::Human, None) => side_by_side::comparison(reference, &others),
        (Format::Human, Some(width)) => {
            side_by_side::comparison(reference, &others) + &took(reference, &others, width)
        }
    };
    let printed = output::print(&text);
    say(&format!("results: {}\n", dir.display()));
    printed
}

/// What a width took.
fn took(reference: &Batch, others: &[&Batch], width: &Width) -> String {
    let widest = others
        .iter()
        .filter_map(|other| difference::of(reference, other, &width.metric).paired)
        .map(|paired| paired.high - paired.low)
        .fold(None, |widest: Option<f64>, one| Some(widest.map_or(one, |widest| widest.max(one))));
    let trials = reference.trials.len();
    let unit = summary::of(reference, &width.metric).unit;
    match widest {
        None => format!("\n{} has no interval in {trials} trials: no width can be reached.\n", width.metric),
        Some(widest) => format!(
            "\n{trials} trials of each: the widest interval of a difference in {} is {}.\n",
            width.metric,
            terminal::show(widest, &unit)
        ),
    }
}

/// Why trials cannot be paired, if they cannot.
fn unpaired(batches: &[(String, Batch)]) -> Option<String> {
    let (first, reference) = &batches[0];
    batches[1..].iter().find_map(|(label, batch)| match batch.seed == reference.seed {
        true => None,
        false => Some(format!(
            "{label} was played with seed {}, {first} with {}: only trials of the same random numbers can be paired",
            batch.seed, reference.seed
        )),
    })
}
