//! `mrksim diagram`: what there is at a moment, drawn.

use super::output::{self, say};
use super::{Exit, Scenario, trials};
use crate::model;
use crate::report::{diagram, files, scene::Scene, svg};
use crate::runlog::parse;
use crate::sim::{Span, Time};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// The arguments of `mrksim diagram`.
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    scenario: Scenario,
    /// The moment, with what has failed by then: 1h30m [default: the start]
    #[arg(long, value_name = "TIME", value_parser = parse::duration)]
    at: Option<Span>,
    /// What is written
    #[arg(long, value_name = "FORMAT", default_value = "mermaid")]
    format: Format,
    /// Write it here, if there is no such file [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A flow chart that Markdown pages draw
    Mermaid,
    /// A graph for `dot`
    Graphviz,
    /// A picture
    Svg,
    /// What is in it, for scripts
    Json,
}

/// Draws one scenario.
pub fn diagram(arguments: &Arguments) -> Exit {
    let [file] = &arguments.scenario.files[..] else {
        say("error: a diagram is of one scenario\n");
        return Exit::Usage;
    };
    let setup = match trials::load(&arguments.scenario, file, true) {
        Ok((setup, _)) => setup,
        Err(exit) => return exit,
    };
    let at = arguments.at.unwrap_or_default();
    if at > setup.duration {
        say(&format!("error: `--at {at}` is after the end of the run, {}\n", setup.duration));
        return Exit::Usage;
    }
    let log = model::run_until(&setup, 0, Time::ZERO + at);
    let scene = Scene::of(&log, Time::ZERO + at);
    let text = match arguments.format {
        Format::Mermaid => diagram::mermaid(&log, &scene),
        Format::Graphviz => diagram::graphviz(&log, &scene),
        Format::Svg => svg::topology(&scene),
        Format::Json => scene.json(),
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
