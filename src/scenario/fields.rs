//! Reads one part of a scenario: known keys only, every problem reported, with its place.

use super::problem::{Problem, Sink, did_you_mean, listing};
use super::shape::{Form, Shape};
use super::source::Span;
use super::tree::{Table, Value};

/// The most entries of a list.
const LONGEST_LIST: usize = 1_000;

/// A part being read.
pub struct Fields<'a> {
    table: &'a Table,
    shape: &'static Shape,
    /// Where the part is named, for what is missing in it.
    pub at: Span,
    sink: &'a Sink,
}

impl<'a> Fields<'a> {
    /// Begins with a part that is named at `at`; reports keys that it may not have.
    pub fn open(value: &'a Value, at: &Span, shape: &'static Shape, sink: &'a Sink) -> Option<Fields<'a>> {
        let Some(table) = value.table() else {
            sink.report(
                Problem::error(&value.span, format!("expected a table, found {}", value.kind()))
                    .help(format!("{} takes {}", shape.what, keys(shape))),
            );
            return None;
        };
        Some(Fields::of(table, at, shape, sink))
    }

    /// Begins with a table.
    pub fn of(table: &'a Table, at: &Span, shape: &'static Shape, sink: &'a Sink) -> Fields<'a> {
        for entry in &table.entries {
            match shape.fields.iter().find(|field| field.name == entry.key) {
                Some(field) => {
                    if let Form::Later(instead) = field.form {
                        sink.report(Problem::later(&entry.at, &entry.key, instead));
                    }
                }
                None => {
                    let known = shape.modelled().map(|field| field.name);
                    let help = did_you_mean(&entry.key, &format!("{} takes", shape.what), known);
                    let message = format!("{} has no `{}`", shape.what, entry.key);
                    sink.report(Problem::error(&entry.at, message).label("unknown key").maybe_help(help));
                }
            }
        }
        Fields { table, shape, at: at.clone(), sink }
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&'a Value> {
        debug_assert!(self.shape.fields.iter().any(|field| field.name == key), "{key} has no field");
        self.table.get(key)
    }

    /// Where a key is written; the part itself if it is not.
    pub fn place(&self, key: &str) -> Span {
        self.table.entry(key).map_or(self.at.clone(), |entry| entry.at.clone())
    }

    /// Where a key's value is written; the part itself if it is not.
    pub fn value_place(&self, key: &str) -> Span {
        self.table.get(key).map_or(self.at.clone(), |value| value.span.clone())
    }

    /// A key that may be absent. Nothing if it is, or if its value is wrong, which is reported.
    pub fn read<T>(&self, key: &str, read: impl FnOnce(&'a Value) -> Result<T, Problem>) -> Option<T> {
        self.get(key).and_then(|value| self.sink.take(read(value)))
    }

    /// A key that must be there.
    pub fn need<T>(&self, key: &str, read: impl FnOnce(&'a Value) -> Result<T, Problem>) -> Option<T> {
        if self.get(key).is_none() {
            let says =
                self.shape.fields.iter().find(|field| field.name == key).map_or("", |field| field.says);
            let message = format!("{} needs `{key}`", self.shape.what);
            self.sink.report(Problem::error(&self.at, message).help(format!("`{key}`: {says}")));
        }
        self.read(key, read)
    }

    /// The values of a list that may be absent; what is wrong among them is reported and left out.
    pub fn each<T>(&self, key: &str, read: impl Fn(&'a Value) -> Result<T, Problem>) -> Vec<T> {
        let Some(value) = self.get(key) else { return Vec::new() };
        if !matches!(value.node, super::tree::Node::List(_)) {
            let message = format!("expected a list, found {}", value.kind());
            self.sink.report(Problem::error(&value.span, message).help(format!("write `{key} = [...]`")));
        }
        if value.items().len() > LONGEST_LIST {
            self.sink
                .report(Problem::error(&value.span, format!("a list has at most {LONGEST_LIST} entries")));
        }
        value.items().iter().take(LONGEST_LIST).filter_map(|item| self.sink.take(read(item))).collect()
    }

    /// Reports a problem of this part.
    pub fn report(&self, problem: Problem) {
        self.sink.report(problem);
    }
}

fn keys(shape: &Shape) -> String {
    listing(shape.modelled().map(|field| field.name))
}
