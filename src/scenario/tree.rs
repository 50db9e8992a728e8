//! A TOML document as a tree of values, each with its place; and how one tree is laid over another.

use super::problem::Problem;
use super::source::Span;
use toml::de::{DeTable, DeValue};

/// A value and where it is written.
#[derive(Clone, Debug)]
pub struct Value {
    /// Where.
    pub span: Span,
    /// What.
    pub node: Node,
}

/// What a value is.
#[derive(Clone, Debug)]
pub enum Node {
    /// A text.
    Text(String),
    /// A whole number.
    Integer(i128),
    /// Any other number, infinite and not-a-number included.
    Float(f64),
    /// True or false.
    Flag(bool),
    /// A date or time of TOML: nothing in the language takes one.
    Date,
    /// A list.
    List(Vec<Value>),
    /// A table.
    Table(Table),
}

/// A table, in the order of the file.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// Its entries.
    pub entries: Vec<Entry>,
}

/// A key and its value.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key is written.
    pub at: Span,
    /// The value.
    pub value: Value,
}

impl Table {
    /// The entry of a key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// Removes a key; answers its entry.
    pub fn remove(&mut self, key: &str) -> Option<Entry> {
        let index = self.entries.iter().position(|entry| entry.key == key)?;
        Some(self.entries.remove(index))
    }

    /// The entries of a table within this one; none if it is not there.
    pub fn tables(&self, key: &str) -> &[Entry] {
        match self.get(key).map(|value| &value.node) {
            Some(Node::Table(table)) => &table.entries,
            _ => &[],
        }
    }
}

impl Value {
    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        match &self.node {
            Node::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The table, if it is one.
    pub fn table(&self) -> Option<&Table> {
        match &self.node {
            Node::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The values of a list; none if it is not a list.
    pub fn items(&self) -> &[Value] {
        match &self.node {
            Node::List(items) => items,
            _ => &[],
        }
    }

    /// What it is, in words.
    pub fn kind(&self) -> &'static str {
        match &self.node {
            Node::Text(_) => "a text",
            Node::Integer(_) => "a whole number",
            Node::Float(_) => "a number",
            Node::Flag(_) => "true or false",
            Node::Date => "a date",
            Node::List(_) => "a list",
            Node::Table(_) => "a table",
        }
    }
}

/// Reads a text whose first byte is at `start` of the common offset space.
///
/// # Errors
/// The first syntax error.
pub fn parse(text: &str, start: usize) -> Result<Table, Problem> {
    if let Some(at) = too_deep(text) {
        return Err(Problem::error(&(start + at..start + at + 1), "nested too deeply")
            .help(format!("no key of the scenario language lies more than {DEEPEST} levels deep")));
    }
    match DeTable::parse(text) {
        Ok(table) => Ok(owned(table.get_ref(), start)),
        Err(error) => {
            let span = error.span().unwrap_or(0..0);
            Err(Problem::error(&(start + span.start..start + span.end), error.message().trim_end()))
        }
    }
}

/// Levels of one dotted key, and of brackets.
const DEEPEST: usize = 16;

/// Where brackets or a dotted key nest too deeply: trees are walked and dropped by recursion.
fn too_deep(text: &str) -> Option<usize> {
    let (mut brackets, mut dots) = (0usize, 0usize);
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'"' | b'\'' => {
                let mut escaped = false;
                for (_, inner) in bytes.by_ref() {
                    match inner {
                        _ if escaped => escaped = false,
                        b'\\' if byte == b'"' => escaped = true,
                        _ if inner == byte => break,
                        _ => {}
                    }
                }
            }
            b'#' => {
                dots = 0;
                bytes.by_ref().find(|(_, byte)| *byte == b'\n');
            }
            b'[' | b'{' => (brackets, dots) = (brackets + 1, 0),
            b']' | b'}' => (brackets, dots) = (brackets.saturating_sub(1), 0),
            b'\n' | b'=' | b',' => dots = 0,
            b'.' => dots += 1,
            _ => {}
        }
        if brackets > DEEPEST || dots > DEEPEST {
            return Some(at);
        }
    }
    None
}

fn owned(table: &DeTable<'_>, start: usize) -> Table {
    let shift = |span: Span| start + span.start..start + span.end;
    let entry = |key: &toml::Spanned<std::borrow::Cow<'_, str>>, value: &toml::Spanned<DeValue<'_>>| Entry {
        key: key.get_ref().to_string(),
        at: shift(key.span()),
        value: value_of(value, start),
    };
    Table { entries: table.iter().map(|(key, value)| entry(key, value)).collect() }
}

fn value_of(value: &toml::Spanned<DeValue<'_>>, start: usize) -> Value {
    let span = value.span();
    let node = match value.get_ref() {
        DeValue::String(text) => Node::Text(text.to_string()),
        DeValue::Integer(number) => {
            // Only numbers beyond 128 bits do not fit: every limit refuses them alike.
            Node::Integer(i128::from_str_radix(number.as_str(), number.radix()).unwrap_or(i128::MAX))
        }
        DeValue::Float(number) => Node::Float(number.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(flag) => Node::Flag(*flag),
        DeValue::Datetime(_) => Node::Date,
        DeValue::Array(items) => Node::List(items.iter().map(|item| value_of(item, start)).collect()),
        DeValue::Table(table) => Node::Table(owned(table, start)),
    };
    Value { span: start + span.start..start + span.end, node }
}

/// Lays one scenario over another: tables merge key by key, anything else is replaced, a keyring of another kind
/// included, and entries of the timeline are addressed by their name.
pub fn overlay(base: &mut Table, over: &Table, problems: &mut Vec<Problem>) {
    for entry in &over.entries {
        match base.entries.iter_mut().find(|old| old.key == entry.key) {
            Some(old) if entry.key == "timeline" => timeline(&mut old.value, &entry.value, problems),
            None if entry.key == "timeline" && entry.value.table().is_some() => {
                problems.push(Problem::error(&entry.at, "there is no timeline to change"));
            }
            Some(old) => replace(old, entry),
            None => base.entries.push(entry.clone()),
        }
    }
}

fn merge(base: &mut Table, over: &Table) {
    for entry in &over.entries {
        match base.entries.iter_mut().find(|old| old.key == entry.key) {
            Some(old) => replace(old, entry),
            None => base.entries.push(entry.clone()),
        }
    }
}

fn replace(old: &mut Entry, new: &Entry) {
    match (&mut old.value.node, &new.value.node) {
        (Node::Table(base), Node::Table(over)) if new.key == "keyring" && is_another(base, over) => {
            *old = new.clone();
        }
        (Node::Table(base), Node::Table(over)) => merge(base, over),
        _ => *old = new.clone(),
    }
}

/// Whether two tables of one entry each say different things: a keyring is exactly one of its kinds.
fn is_another(base: &Table, over: &Table) -> bool {
    matches!((&base.entries[..], &over.entries[..]), ([old], [new]) if old.key != new.key)
}

fn timeline(base: &mut Value, over: &Value, problems: &mut Vec<Problem>) {
    let Node::List(entries) = &mut base.node else {
        *base = over.clone();
        return;
    };
    match &over.node {
        Node::List(more) => {
            for new in more {
                let name = new.table().and_then(|table| table.get("name")).and_then(Value::text);
                match (new.table(), name.and_then(|name| named(entries, name))) {
                    (Some(table), Some(old)) => merge(old, table),
                    _ => entries.push(new.clone()),
                }
            }
        }
        Node::Table(changes) => {
            for change in &changes.entries {
                match (named(entries, &change.key), change.value.table()) {
                    (Some(old), Some(table)) => merge(old, table),
                    (Some(_), None) => {
                        problems.push(Problem::error(&change.value.span, "expected a table of what changes"));
                    }
                    (None, _) => {
                        let known: Vec<&str> = entries.iter().filter_map(name_of).collect();
                        let help = super::problem::did_you_mean(&change.key, "named entries", known);
                        let message = format!("no entry of the timeline is named `{}`", change.key);
                        problems.push(Problem::error(&change.at, message).maybe_help(help));
                    }
                }
            }
        }
        _ => *base = over.clone(),
    }
}

fn name_of(entry: &Value) -> Option<&str> {
    entry.table()?.get("name")?.text()
}

fn named<'a>(entries: &'a mut [Value], name: &str) -> Option<&'a mut Table> {
    entries.iter_mut().find(|entry| name_of(entry) == Some(name)).and_then(|entry| match &mut entry.node {
        Node::Table(table) => Some(table),
        _ => None,
    })
}
