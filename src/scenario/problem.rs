//! What is wrong with a scenario, and how it is shown: the place with a caret, and what to do about it.

use super::source::{Sources, Span};
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};
use std::cell::RefCell;

pub use crate::runlog::parse::nearest;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The scenario cannot be run.
    Error,
    /// It runs, but probably not as meant, or the design will hurt.
    Warning,
    /// Worth knowing.
    Note,
}

/// A place and what is to be said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What; may be empty.
    pub text: Box<str>,
}

/// One thing wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// How bad.
    pub severity: Severity,
    /// What is wrong: in lower case, without a full stop, the user's words in backticks.
    pub message: String,
    /// Where.
    pub primary: Option<Label>,
    /// Other places that matter.
    pub secondary: Vec<Label>,
    /// What to do about it.
    pub help: Option<Box<str>>,
    /// The id of the rule behind it.
    pub rule: Option<&'static str>,
}

impl Problem {
    fn new(severity: Severity, span: &Span, message: impl Into<String>) -> Problem {
        Problem {
            severity,
            message: message.into(),
            primary: Some(Label { span: span.clone(), text: Box::default() }),
            secondary: Vec::new(),
            help: None,
            rule: None,
        }
    }

    /// An error at a place.
    pub fn error(span: &Span, message: impl Into<String>) -> Problem {
        Problem::new(Severity::Error, span, message)
    }

    /// A warning at a place.
    pub fn warning(span: &Span, message: impl Into<String>) -> Problem {
        Problem::new(Severity::Warning, span, message)
    }

    /// A note at a place.
    pub fn note(span: &Span, message: impl Into<String>) -> Problem {
        Problem::new(Severity::Note, span, message)
    }

    /// An error that has no place in any text.
    pub fn nowhere(message: impl Into<String>) -> Problem {
        Problem { primary: None, ..Problem::error(&(0..0), message) }
    }

    /// Something that the language names and this release does not simulate.
    pub fn later(span: &Span, what: &str, instead: &str) -> Problem {
        let problem = Problem::error(span, format!("`{what}` is not modelled yet"));
        if instead.is_empty() { problem } else { problem.help(instead) }
    }

    /// Says more beside the caret.
    pub fn label(mut self, text: impl Into<String>) -> Problem {
        if let Some(primary) = &mut self.primary {
            primary.text = text.into().into();
        }
        self
    }

    /// Points at another place.
    pub fn and(mut self, span: &Span, text: impl Into<String>) -> Problem {
        self.secondary.push(Label { span: span.clone(), text: text.into().into() });
        self
    }

    /// With advice.
    pub fn help(mut self, help: impl Into<String>) -> Problem {
        self.help = Some(help.into().into());
        self
    }

    /// With advice, if there is any.
    pub fn maybe_help(mut self, help: Option<String>) -> Problem {
        self.help = help.map(Into::into);
        self
    }

    /// Names the rule behind it.
    pub fn rule(mut self, id: &'static str) -> Problem {
        self.rule = Some(id);
        self
    }
}

/// The nearest known name, or else all of them.
pub fn did_you_mean<'a>(
    written: &str,
    what: &str,
    known: impl IntoIterator<Item = &'a str> + Clone,
) -> Option<String> {
    if let Some(near) = nearest(written, known.clone()) {
        return Some(format!("did you mean `{near}`?"));
    }
    let all = listing(known);
    (!all.is_empty()).then(|| format!("{what}: {all}"))
}

/// The first names of many.
pub fn listing<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 24;
    let mut names = names.into_iter();
    let shown: Vec<String> = names.by_ref().take(SHOWN).map(|name| format!("`{name}`")).collect();
    match names.count() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// Collects problems while the reading goes on.
#[derive(Debug, Default)]
pub struct Sink(RefCell<Vec<Problem>>);

impl Sink {
    /// One more.
    pub fn report(&self, problem: Problem) {
        self.0.borrow_mut().push(problem);
    }

    /// The value, or nothing and a problem more.
    pub fn take<T>(&self, result: Result<T, Problem>) -> Option<T> {
        result.map_err(|problem| self.report(problem)).ok()
    }

    /// Whether the scenario cannot be run.
    pub fn has_errors(&self) -> bool {
        self.0.borrow().iter().any(|problem| problem.severity == Severity::Error)
    }

    /// All of them.
    pub fn into_problems(self) -> Vec<Problem> {
        self.0.into_inner()
    }
}

/// The most problems that are shown: nobody reads more at once.
const SHOWN: usize = 100;

/// Shows problems as rustc and cargo do: file, line, column, caret, help.
pub fn render(problems: &[Problem], sources: &Sources, color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let mut shown: Vec<String> = problems
        .iter()
        .take(SHOWN)
        .map(|problem| renderer.render(&groups(problem, sources)) + "\n")
        .collect();
    if problems.len() > SHOWN {
        let more = Problem::nowhere(format!("{} more problems", problems.len() - SHOWN));
        shown.push(renderer.render(&groups(&more, sources)) + "\n");
    }
    shown.join("\n")
}

fn groups<'a>(problem: &'a Problem, sources: &'a Sources) -> Vec<Group<'a>> {
    let level = match problem.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut title = level.primary_title(problem.message.as_str());
    if let Some(rule) = problem.rule {
        title = title.id(rule);
    }
    let mut group = Group::with_title(title);
    for (text, annotations) in places(problem, sources) {
        group = group.element(Snippet::source(&text.text).path(&text.name).annotations(annotations));
    }
    if let Some(help) = &problem.help {
        group = group.element(Level::HELP.message(&**help));
    }
    vec![group]
}

/// The places of a problem, text by text, the primary one's first.
fn places<'a>(
    problem: &'a Problem,
    sources: &'a Sources,
) -> Vec<(&'a super::source::Text, Vec<Annotation<'a>>)> {
    let primary = problem.primary.iter().map(|label| (AnnotationKind::Primary, label));
    let others = problem.secondary.iter().map(|label| (AnnotationKind::Context, label));
    let mut shown: Vec<(usize, &super::source::Text, Vec<Annotation>)> = Vec::new();
    for (kind, label) in primary.chain(others) {
        let Some((index, text, place)) = sources.locate(&label.span) else { continue };
        let mut annotation = kind.span(place);
        if !label.text.is_empty() {
            annotation = annotation.label(&*label.text);
        }
        match shown.iter_mut().find(|(other, ..)| *other == index) {
            Some((.., annotations)) => annotations.push(annotation),
            None => shown.push((index, text, vec![annotation])),
        }
    }
    shown.into_iter().map(|(_, text, annotations)| (text, annotations)).collect()
}
