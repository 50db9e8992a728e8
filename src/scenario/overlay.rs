//! Puts a scenario together: `extends`, `--with`, one variant, `--set`, in this order.
//!
//! A file with `requires` is an overlay and no scenario: it names what the scenario below it must declare, so that
//! nothing is declared by halves.

use super::Request;
use super::problem::{Problem, did_you_mean, listing};
use super::source::Sources;
use super::stores;
use super::tree::{self, Entry, Node, Table, Value};
use super::value;
use std::io;
use std::path::{Path, PathBuf};

/// Reads a file; tests and built-in scenarios need no disk.
pub type Read<'a> = dyn Fn(&Path) -> io::Result<Vec<u8>> + 'a;

/// The largest file that is read.
pub const LARGEST: u64 = 16 << 20;

/// Reads a file of the disk, and of one larger than a scenario can be no more than shows that it is.
///
/// # Errors
/// As the system says.
pub fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let file = std::fs::File::open(path)?;
    let mut bytes = Vec::new();
    io::Read::read_to_end(&mut io::Read::take(file, LARGEST + 1), &mut bytes)?;
    Ok(bytes)
}

/// Everything read, not yet understood.
pub struct Assembly {
    /// All texts.
    pub sources: Sources,
    /// What is wrong so far.
    pub problems: Vec<Problem>,
    /// Whether something could not be read at all.
    pub io: Option<io::ErrorKind>,
    base: Table,
    variants: Table,
    sets: Vec<Table>,
}

impl Assembly {
    /// Reads the scenario, what it extends, and what is laid over it.
    pub fn read(request: &Request, read: &Read) -> Assembly {
        let mut reader =
            Reader { read, sources: Sources::default(), problems: Vec::new(), io: None, open: Vec::new() };
        let mut base = match &request.file {
            super::Source::Path(path) => reader.file(path, None),
            super::Source::Text { name, text } => reader.text(Path::new(name), text),
        };
        if let Some(requires) = base.remove("requires") {
            reader.problems.push(no_scenario(&requires));
        }
        for path in &request.with {
            let mut over = reader.file(path, None);
            let requires = over.remove("requires");
            // Of a scenario that could not be read nothing is missing.
            if let Some(requires) = requires.filter(|_| reader.problems.is_empty()) {
                reader.problems.extend(missing(&requires, &base));
            }
            lay(&mut base, &over, &mut reader.problems);
        }
        let sets = request.set.iter().map(|argument| reader.argument(argument)).collect();
        let variants = match base.remove("variants") {
            Some(entry) => reader.variants(entry.value),
            None => Table::default(),
        };
        let Reader { sources, problems, io, .. } = reader;
        Assembly { sources, problems, io, base, variants, sets }
    }

    /// The names of the variants, in file order.
    pub fn variants(&self) -> impl Iterator<Item = &str> + Clone {
        self.variants.entries.iter().map(|entry| entry.key.as_str())
    }

    /// The scenario with a variant, or without, and with every `--set`.
    pub fn view(&self, variant: Option<&str>) -> (Table, Vec<Problem>) {
        let mut view = self.base.clone();
        let mut problems = Vec::new();
        if let Some(entry) = variant.and_then(|name| self.variants.entry(name)) {
            match entry.value.table() {
                Some(over) => lay(&mut view, over, &mut problems),
                None => {
                    problems.push(Problem::error(&entry.value.span, "a variant is a table of what changes"))
                }
            }
        }
        for set in &self.sets {
            lay(&mut view, set, &mut problems);
        }
        (view, problems)
    }

    /// The problem of a variant that there is not.
    pub fn no_variant(&self, name: &str) -> Problem {
        let help = did_you_mean(name, "variants", self.variants());
        Problem::nowhere(format!("the scenario has no variant `{name}`")).maybe_help(help)
    }
}

struct Reader<'a> {
    read: &'a Read<'a>,
    sources: Sources,
    problems: Vec<Problem>,
    io: Option<io::ErrorKind>,
    /// The files that are being read, each extended by the one before it.
    open: Vec<PathBuf>,
}

impl Reader<'_> {
    /// A file and what it extends. `by`: where the file is named in another one.
    fn file(&mut self, path: &Path, by: Option<&Value>) -> Table {
        let result = (self.read)(path).and_then(|bytes| match bytes.len() as u64 > LARGEST {
            true => Err(io::ErrorKind::FileTooLarge.into()),
            false => String::from_utf8(bytes).map_err(|_| io::ErrorKind::InvalidData.into()),
        });
        match result {
            Ok(text) => self.text(path, &text),
            Err(error) => {
                let message = format!("cannot read `{}`: {}", path.display(), reason(&error));
                self.io = self.io.or(Some(error.kind()));
                self.problems.push(match by {
                    Some(value) => Problem::error(&value.span, message),
                    None => Problem::nowhere(message),
                });
                Table::default()
            }
        }
    }

    fn text(&mut self, path: &Path, text: &str) -> Table {
        let start = self.sources.add(path.display().to_string(), text);
        let mut table = match tree::parse(text, start) {
            Ok(table) => table,
            Err(problem) => {
                self.problems.push(problem);
                return Table::default();
            }
        };
        let Some(extends) = table.remove("extends") else { return table };
        let Some(name) = extends.value.text() else {
            let message = format!("expected the name of a file, found {}", extends.value.kind());
            self.problems.push(Problem::error(&extends.value.span, message));
            return table;
        };
        let other = path.parent().unwrap_or(Path::new("")).join(name);
        self.open.push(path.to_owned());
        let mut base = match self.open.iter().any(|open| plain(open) == plain(&other)) {
            true => {
                let message = format!("`{name}` extends itself");
                self.problems
                    .push(Problem::error(&extends.value.span, message).label("the circle closes here"));
                Table::default()
            }
            false => self.file(&other, Some(&extends.value)),
        };
        self.open.pop();
        lay(&mut base, &table, &mut self.problems);
        base
    }

    /// A `--set` argument: a TOML value, or else text.
    fn argument(&mut self, argument: &str) -> Table {
        let start = self.sources.add("--set", argument);
        let table = tree::parse(argument, start).or_else(|problem| as_text(argument, start).ok_or(problem));
        match table {
            Ok(table) if table.entries.len() == 1 => {
                let entry = &table.entries[0];
                if ["variants", "extends", "requires"].contains(&entry.key.as_str()) {
                    let message = format!("`{}` cannot be set: it is read before", entry.key);
                    self.problems.push(Problem::error(&entry.at, message));
                    return Table::default();
                }
                table
            }
            _ => {
                let whole = start..start + argument.len();
                self.problems.push(
                    Problem::error(&whole, "expected `path=value`")
                        .help("for example `--set keys.orders.kind=single-region`"),
                );
                Table::default()
            }
        }
    }

    fn variants(&mut self, value: Value) -> Table {
        match value.node {
            Node::Table(table) => table,
            _ => {
                let message = format!("expected a table of variants, found {}", value.kind());
                self.problems.push(Problem::error(&value.span, message));
                Table::default()
            }
        }
    }
}

/// Lays one part of a scenario over another.
fn lay(base: &mut Table, over: &Table, problems: &mut Vec<Problem>) {
    stores::give_way(base, over);
    tree::overlay(base, over, problems);
}

/// The problem of an overlay that is given where a scenario belongs.
fn no_scenario(requires: &Entry) -> Problem {
    let names = listing(requires.value.items().iter().filter_map(Value::text));
    Problem::error(&requires.at, format!("this file is an overlay, to be laid over what has {names}"))
        .help("name a scenario and lay this over it: `mrksim run SCENARIO --with FILE`")
}

/// What an overlay requires and the scenario below it lacks.
fn missing(requires: &Entry, base: &Table) -> Vec<Problem> {
    let value = &requires.value;
    if !matches!(value.node, Node::List(_)) {
        let message = format!("expected a list of names, found {}", value.kind());
        return vec![
            Problem::error(&value.span, message).help("for example `[\"keys.app\", \"clients.app\"]`"),
        ];
    }
    let one = |name: &Value| {
        let parts = name.text().and_then(|text| text.split_once('.'));
        let Some((part, wanted)) = parts.filter(|(_, wanted)| value::is_name(wanted)) else {
            let found = name.text().map_or_else(|| name.kind().to_owned(), |text| format!("`{text}`"));
            let message = format!("expected a name such as `keys.app`, found {found}");
            return Some(Problem::error(&name.span, message));
        };
        let declared = base.tables(part);
        if declared.iter().any(|entry| entry.key == wanted) {
            return None;
        }
        let there = match listing(declared.iter().map(|entry| entry.key.as_str())) {
            none if none.is_empty() => format!("it has no {part}"),
            names => format!("its {part}: {names}"),
        };
        let message = format!("the scenario below this overlay has no `[{part}.{wanted}]`");
        Some(Problem::error(&name.span, message).help(format!("declare it there; {there}")))
    };
    value.items().iter().filter_map(one).collect()
}

/// `path=text`, where the text needs no quotes.
fn as_text(argument: &str, start: usize) -> Option<Table> {
    let quoted = |at: usize| argument[..at].matches('"').count() % 2 == 1;
    let equals = argument.match_indices('=').map(|(at, _)| at).find(|at| !quoted(*at))?;
    let mut table = tree::parse(&format!("{}=0", &argument[..equals]), start).ok()?;
    let written = argument[equals + 1..].trim();
    let offset = argument.len() - argument[equals + 1..].trim_start().len();
    let span = start + offset..start + offset + written.len();
    leaf(&mut table).map(|value| *value = Value { span, node: Node::Text(written.to_owned()) })?;
    Some(table)
}

fn leaf(table: &mut Table) -> Option<&mut Value> {
    let value = &mut table.entries.first_mut()?.value;
    match value.node {
        Node::Table(ref mut inner) => leaf(inner),
        _ => Some(value),
    }
}

/// A path without its `.` and `..` parts, to see whether two name the same file.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir if plain.file_name().is_some() => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

/// Why a file cannot be read, in words that do not depend on the system.
pub fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::InvalidData => "it is not UTF-8 text".to_owned(),
        io::ErrorKind::FileTooLarge => "it is larger than 16 MiB".to_owned(),
        io::ErrorKind::IsADirectory => "it is a directory".to_owned(),
        _ => error.to_string(),
    }
}
