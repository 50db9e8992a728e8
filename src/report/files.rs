//! `results/<name>/`: every file of a run, whole or not at all.

use super::{csv, html, json, svg, trace, trail};
use crate::runlog::RunLog;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use thiserror::Error;

/// Why a run's results could not be put in place.
#[derive(Debug, Error)]
pub enum WriteError {
    /// What is there is not an earlier result of this scenario.
    #[error(
        "{path} holds {what}, which this result would replace; choose another place with `--out DIR`, or replace it with `--force`"
    )]
    Occupied {
        /// The destination.
        path: PathBuf,
        /// `a file`, `the results of "…"`, `something else`.
        what: String,
    },
    /// The operating system refused.
    #[error("cannot {doing} {path}: {error}; choose another place with `--out DIR`")]
    Io {
        /// `create`, `write`, `replace`, …
        doing: &'static str,
        /// The path.
        path: PathBuf,
        /// Why.
        #[source]
        error: io::Error,
    },
}

/// How results are written.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Replace whatever is there.
    pub force: bool,
    /// Write `trail.jsonl` too.
    pub trail: bool,
    /// Write `trace.json` too.
    pub trace: bool,
    /// The command that plays the run again, for `report.html`.
    pub reproduce: String,
}

/// Writes every file of the run into a directory beside `dir`, then puts that in `dir`'s place.
///
/// An earlier result of the same name and title is replaced; with [`Options::force`], anything is.
///
/// # Errors
/// [`WriteError`], with the path and the remedy: what was at `dir` is still there, and the directory beside it
/// is removed. Only if the replaced result cannot be removed is the new one already in place.
pub fn write(log: &RunLog, dir: &Path, options: &Options) -> Result<(), WriteError> {
    let may = || if options.force { Ok(()) } else { vacant((&log.name, &log.title), dir) };
    may()?;
    let tables = csv::tables(log).map(|table| {
        let content: Content = Box::new(|out| table.write(log, out));
        (table.name.to_owned(), content)
    });
    let drawings = svg::drawings(log);
    let page = html::run(log, &drawings, &options.reproduce);
    let texts = [("answers.jsonl", json::answers(log)), (SUMMARY, json::summary(log)), ("report.html", page)];
    let trail = options.trail.then(|| ("trail.jsonl", trail::trail(log)));
    let trace = options.trace.then(|| ("trace.json", trace::trace(log)));
    let texts = texts.into_iter().chain(trail).chain(trace).chain(drawings).map(|(name, text)| {
        let content: Content = Box::new(move |out| out.write_all(text.as_bytes()));
        (name.to_owned(), content)
    });
    place(dir, &may, tables.chain(texts))
}

/// The same with these files, one of which is `summary.json`: it says whose results they are.
///
/// # Errors
/// As [`write()`].
pub fn write_texts(
    (name, title): (&str, &str),
    dir: &Path,
    force: bool,
    texts: Vec<(String, String)>,
) -> Result<(), WriteError> {
    let may = || if force { Ok(()) } else { vacant((name, title), dir) };
    may()?;
    let files = texts.into_iter().map(|(name, text)| {
        let content: Content = Box::new(move |out| out.write_all(text.as_bytes()));
        (name, content)
    });
    place(dir, &may, files)
}

/// What fills one file.
type Content<'a> = Box<dyn FnOnce(&mut dyn Write) -> io::Result<()> + 'a>;

/// All of the files at `dir`, or none; `may`: whether what is there may be replaced.
fn place<'a>(
    dir: &Path,
    may: &dyn Fn() -> Result<(), WriteError>,
    files: impl Iterator<Item = (String, Content<'a>)>,
) -> Result<(), WriteError> {
    let parent = match dir.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(parent).map_err(failed("create", parent))?;
    let beside = Beside::new(parent, dir)?;
    for (name, content) in files {
        put(&beside.path.join(name), content)?;
    }
    sync(&beside.path).map_err(failed("write", &beside.path))?;
    beside.replace(dir, may)?;
    sync(parent).map_err(failed("write", parent))
}

const SUMMARY: &str = "summary.json";

/// Whether `dir` is free, empty, or an earlier result of the same name and title.
fn vacant((own_name, own_title): (&str, &str), dir: &Path) -> Result<(), WriteError> {
    let occupied = |what: String| Err(WriteError::Occupied { path: dir.to_owned(), what });
    let mut entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(_) if dir.is_file() => return occupied("a file".to_owned()),
        Err(error) => return Err(failed("read", dir)(error)),
    };
    if entries.next().is_none() {
        return Ok(());
    }
    let summary = fs::read_to_string(dir.join(SUMMARY)).unwrap_or_default();
    let summary: serde_json::Value = serde_json::from_str(&summary).unwrap_or_default();
    let text = |field: &str| summary["scenario"][field].as_str().unwrap_or_default().to_owned();
    match (text("name"), text("title")) {
        (name, title) if name == own_name && title == own_title => Ok(()),
        (name, _) if name.is_empty() => occupied("something else than results".to_owned()),
        (_, title) => occupied(format!("the results of \"{title}\"")),
    }
}

/// A directory beside the destination: removed when dropped, unless it has taken the destination's place.
struct Beside {
    path: PathBuf,
}

/// How often another run may put its results in place between two of our steps.
const ATTEMPTS: usize = 100;

impl Beside {
    fn new(parent: &Path, dir: &Path) -> Result<Beside, WriteError> {
        loop {
            let path = hidden(parent, dir, "new");
            match fs::create_dir(&path) {
                Ok(()) => return Ok(Beside { path }),
                // A killed run left it.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(failed("create", &path)(error)),
            }
        }
    }

    /// Puts it in the place of `dir`; if that fails, what was there is put back. Other runs may do the same at the same
    /// time: the last one's results stay.
    fn replace(self, dir: &Path, may: &dyn Fn() -> Result<(), WriteError>) -> Result<(), WriteError> {
        let parent = self.path.parent().unwrap_or(Path::new("."));
        for _ in 0..ATTEMPTS {
            may()?;
            let old = hidden(parent, dir, "old");
            let had = match fs::rename(dir, &old) {
                Ok(()) => true,
                Err(error) if error.kind() == io::ErrorKind::NotFound => false,
                Err(error) => return Err(failed("replace", dir)(error)),
            };
            let placed = fs::rename(&self.path, dir);
            // Another run's results, even if they are on their way again.
            let is_taken = placed.as_ref().is_err_and(|error| {
                use io::ErrorKind::{AlreadyExists, DirectoryNotEmpty};
                matches!(error.kind(), AlreadyExists | DirectoryNotEmpty) || fs::symlink_metadata(dir).is_ok()
            });
            match placed {
                Err(error) if !is_taken => {
                    if had {
                        fs::rename(&old, dir).map_err(failed("put back", &old))?;
                    }
                    return Err(failed("create", dir)(error));
                }
                _ if had => remove(&old).map_err(failed("remove", &old))?,
                _ => {}
            }
            if !is_taken {
                return Ok(());
            }
        }
        Err(failed("replace", dir)(io::ErrorKind::ResourceBusy.into()))
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        // After a success it is no longer here; after a failure the error is already on its way to the user.
        let _ = remove(&self.path);
    }
}

/// `.name.new-4711-0` in the parent, another one at each call.
fn hidden(parent: &Path, place: &Path, role: &str) -> PathBuf {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    let name = place.file_name().map_or("results".into(), |name| name.to_string_lossy());
    let call = CALLS.fetch_add(1, Ordering::Relaxed);
    parent.join(format!(".{name}.{role}-{}-{call}", std::process::id()))
}

/// Writes one file where there is none, whole or not at all.
///
/// # Errors
/// As the system says; `AlreadyExists` if there is something.
pub fn write_new(path: &Path, text: &str) -> io::Result<()> {
    // The place is taken first, so that nobody else's file is written over.
    File::create_new(path)?;
    replace(path, text).inspect_err(|_| {
        // Empty, and not anybody's.
        let _ = fs::remove_file(path);
    })
}

/// Writes one file over what is there, whole or not at all.
///
/// # Errors
/// As the system says.
pub fn replace(path: &Path, text: &str) -> io::Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let beside = hidden(parent, path, "new");
    let fill = || {
        let mut file = File::create_new(&beside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&beside, path)
    };
    fill().inspect_err(|_| {
        // What could not be written is not worth keeping.
        let _ = fs::remove_file(&beside);
    })
}

/// Removes a directory, a file or nothing.
fn remove(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// A new file with this content, on the disk before anything refers to it.
fn put(path: &Path, content: Content) -> Result<(), WriteError> {
    let fill = || {
        let mut out = BufWriter::new(File::create_new(path)?);
        content(&mut out)?;
        out.into_inner()?.sync_all()
    };
    fill().map_err(failed("write", path))
}

/// Makes a directory's entries durable. Systems that cannot open a directory do not need it.
fn sync(dir: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(dir)?.sync_all() } else { Ok(()) }
}

fn failed(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> WriteError {
    move |error| WriteError::Io { doing, path: path.to_owned(), error }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An empty directory of this test's own.
    fn empty(test: &str) -> PathBuf {
        let dir = std::env::temp_dir().join(format!("mrksim-files-{test}-{}", std::process::id()));
        remove(&dir).expect("an earlier test's directory can be removed");
        fs::create_dir(&dir).expect("a directory for temporary files");
        dir
    }

    fn anything() -> Result<(), WriteError> {
        Ok(())
    }

    fn names(dir: &Path) -> Vec<String> {
        let entries = fs::read_dir(dir).expect("a directory");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    fn text(text: &'static str) -> Content<'static> {
        Box::new(move |out| out.write_all(text.as_bytes()))
    }

    fn disk_full() -> Content<'static> {
        Box::new(|out| {
            out.write_all(b"half of it")?;
            Err(io::Error::from(io::ErrorKind::StorageFull))
        })
    }

    #[test]
    fn a_full_disk_leaves_the_earlier_result_whole_and_nothing_else() {
        let parent = empty("full");
        let dir = parent.join("run");
        let files = |second| [("a.csv".to_owned(), text("old")), ("b.csv".to_owned(), second)].into_iter();
        place(&dir, &anything, files(text("old"))).expect("room enough");
        let error = place(&dir, &anything, files(disk_full())).expect_err("no room");
        assert!(error.to_string().contains("b.csv") && error.to_string().contains("--out"), "{error}");
        assert_eq!(names(&parent), ["run"]);
        assert_eq!(fs::read_to_string(dir.join("b.csv")).expect("the old file"), "old");
        remove(&parent).expect("removable");
    }

    #[test]
    fn many_runs_at_once_leave_one_whole_result() {
        let parent = empty("crowd");
        let dir = parent.join("run");
        let work = |text: &'static str| {
            for _ in 0..25 {
                let files = ["a.csv", "b.csv"].map(|name| (name.to_owned(), self::text(text)));
                place(&dir, &anything, files.into_iter()).expect("put in place");
            }
        };
        std::thread::scope(|scope| {
            for text in ["one", "two", "three", "four"] {
                scope.spawn(move || work(text));
            }
        });
        assert_eq!(names(&parent), ["run"]);
        let read = |name: &str| fs::read_to_string(dir.join(name)).expect("a whole result");
        assert_eq!(read("a.csv"), read("b.csv"));
        remove(&parent).expect("removable");
    }

    #[test]
    fn one_file_is_written_whole_and_over_nothing() {
        let parent = empty("one");
        let path = parent.join("a.toml");
        write_new(&path, "first").expect("there is room");
        assert_eq!(write_new(&path, "second").expect_err("taken").kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(&path).expect("the file"), "first");
        replace(&path, "third").expect("there is room");
        assert_eq!(fs::read_to_string(&path).expect("the file"), "third");
        assert!(write_new(&parent.join("none/a.toml"), "x").is_err());
        assert_eq!(names(&parent), ["a.toml"]);
        remove(&parent).expect("removable");
    }
}
