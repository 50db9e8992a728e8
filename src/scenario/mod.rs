//! From files and overlays to a checked [`Setup`]: what a user may write, and everything that is wrong with it.
//!
//! A scenario is read in three steps. [`overlay`] puts the texts together into one [`tree`] whose values know
//! where they are written. The readers, one a part of the language, turn their part into what the model needs and
//! report every problem with its place. `designs` then warns of designs that will hurt.

mod accounts;
pub mod awscli;
mod clients;
mod context;
mod cost;
mod defaults;
mod designs;
mod expect;
mod faults;
mod fields;
mod files;
mod horizon;
mod key_faults;
mod keyrings;
mod keys;
mod knobs;
mod messages;
pub mod overlay;
mod permits;
mod policy;
mod problem;
mod question;
mod records;
mod reference;
mod runbooks;
mod schema;
mod shape;
pub mod shell_words;
mod source;
mod stores;
mod timeline;
pub mod tree;
mod value;
mod whole;
mod world;

pub use knobs::knobs;
pub use overlay::read_file;
pub use problem::{Label, Problem, Severity, render};
pub use reference::reference;
pub use schema::schema;
pub use source::Sources;
pub use value::short;

use crate::model::setup::{RuleSet, Setup};
use overlay::{Assembly, Read};
use std::io;
use std::path::PathBuf;

/// A small scenario to start from: `mrksim init`.
pub const STARTER: &str = include_str!("starter.toml");

/// What to load.
#[derive(Clone, Debug)]
pub struct Request {
    /// The scenario.
    pub file: Source,
    /// Files laid over it, in order: `--with`.
    pub with: Vec<PathBuf>,
    /// The variant to play; `None`: the base.
    pub variant: Option<String>,
    /// `path=value` arguments, in order: `--set`.
    pub set: Vec<String>,
    /// Goes before the scenario's `seed`.
    pub seed: Option<u64>,
    /// Goes before the scenario's `[rules] base`.
    pub rules: Option<RuleSet>,
}

impl Request {
    /// A scenario as it is.
    pub fn new(file: Source) -> Request {
        Request { file, with: Vec::new(), variant: None, set: Vec::new(), seed: None, rules: None }
    }
}

/// Where a scenario comes from.
#[derive(Clone, Debug)]
pub enum Source {
    /// A file.
    Path(PathBuf),
    /// A text with a name to show; what it extends is found beside that name.
    Text {
        /// The name: `tutorial/region-outage.toml`.
        name: String,
        /// The scenario.
        text: String,
    },
}

/// A scenario that can be run.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// What the model needs.
    pub setup: Setup,
    /// The names of the variants, in file order.
    pub variants: Vec<String>,
    /// Warnings and notes.
    pub warnings: Vec<Problem>,
    /// The texts in which they point.
    pub sources: Sources,
}

/// A scenario that cannot be run.
#[derive(Clone, Debug)]
pub struct Invalid {
    /// Everything wrong, warnings included.
    pub problems: Vec<Problem>,
    /// The texts in which they point.
    pub sources: Sources,
    /// Set if something could not be read at all, which is no fault of the scenario (exit code 1, not 3).
    pub io: Option<io::ErrorKind>,
}

/// Loads a scenario from the disk.
///
/// # Errors
/// Every problem, each with its place.
pub fn load(request: &Request) -> Result<Loaded, Box<Invalid>> {
    load_with(request, &read_file)
}

/// Loads a scenario; `read` finds the files that it names.
///
/// # Errors
/// Every problem, each with its place.
pub fn load_with(request: &Request, read: &Read) -> Result<Loaded, Box<Invalid>> {
    let assembly = Assembly::read(request, read);
    if !assembly.problems.is_empty() {
        return Err(Box::new(Invalid {
            problems: assembly.problems,
            sources: assembly.sources,
            io: assembly.io,
        }));
    }
    if let Some(name) =
        request.variant.as_deref().filter(|name| !assembly.variants().any(|known| known == *name))
    {
        let problems = vec![assembly.no_variant(name)];
        return Err(Box::new(Invalid { problems, sources: assembly.sources, io: None }));
    }
    let whole::View { setup, mut problems, mut io } =
        whole::read(request, &assembly, read, request.variant.as_deref());
    let mut known = problems.clone();
    let others =
        assembly.variants().map(Some).chain([None]).filter(|name| *name != request.variant.as_deref());
    for variant in others {
        let view = whole::read(request, &assembly, read, variant);
        io = io.or(view.io);
        let place = variant.map_or("without the variant".to_owned(), |name| format!("in variant `{name}`"));
        for mut problem in view.problems.into_iter().filter(|problem| problem.severity == Severity::Error) {
            if !known.contains(&problem) {
                known.push(problem.clone());
                problem.message = format!("{}, {place}", problem.message);
                problems.push(problem);
            }
        }
    }
    let variants = assembly.variants().map(str::to_owned).collect();
    let sources = assembly.sources;
    match (setup, problems.iter().any(|problem| problem.severity == Severity::Error)) {
        (Some(setup), false) => Ok(Loaded { setup, variants, warnings: problems, sources }),
        _ => Err(Box::new(Invalid { problems, sources, io })),
    }
}
