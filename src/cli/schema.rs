//! `mrksim schema`: JSON Schemas, for editors and for whoever reads the results; the scenario reference, for people.

use super::{Exit, output};
use crate::compare::json as compare;
use crate::compare::stored;
use crate::report::json;
use crate::scenario;
use clap::{Args, ValueEnum};

/// The arguments of `mrksim schema`.
#[derive(Args)]
pub struct Arguments {
    /// Of what
    #[arg(default_value = "scenario")]
    of: Of,
}

#[derive(Clone, Copy, ValueEnum)]
enum Of {
    /// Scenario files
    Scenario,
    /// summary.json of a run
    Summary,
    /// summary.json of trials
    Trials,
    /// summary.json of a comparison
    Comparison,
    /// summary.json of a sweep
    Sweep,
    /// Scenario files, for people: every key, fault and metric, in Markdown
    Reference,
}

/// Prints the schema.
pub fn schema(arguments: &Arguments) -> Exit {
    let schema = match arguments.of {
        Of::Reference => return output::print(&scenario::reference()),
        Of::Scenario => scenario::schema(),
        Of::Summary => json::summary_schema(),
        Of::Trials => stored::schema(),
        Of::Comparison => compare::comparison_schema(),
        Of::Sweep => compare::sweep_schema(),
    };
    output::print(&format!("{schema:#}\n"))
}
