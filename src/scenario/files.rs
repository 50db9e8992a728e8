//! Files that a scenario names beside itself: policies, and the values of commands (`file://`, `fileb://`).

use super::context::Context;
use super::overlay::{LARGEST, Read, reason};
use super::source::Span;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// What was read of them, each once.
pub struct Files<'a> {
    read: &'a Read<'a>,
    found: RefCell<BTreeMap<PathBuf, Vec<u8>>>,
    io: Cell<Option<io::ErrorKind>>,
}

impl<'a> Files<'a> {
    /// Nothing yet.
    pub fn new(read: &'a Read<'a>) -> Files<'a> {
        Files { read, found: RefCell::default(), io: Cell::default() }
    }

    /// The bytes of a file whose name is written at a place: it lies beside the file that names it, or in the
    /// working directory if an argument does.
    ///
    /// # Errors
    /// Why it cannot be read, in one line with its name.
    pub fn bytes(&self, cx: &Context, at: &Span, name: &str) -> Result<Vec<u8>, String> {
        let by = cx.sources.locate(at).map_or("", |(_, text, _)| text.name.as_str());
        let path = Path::new(by).parent().unwrap_or(Path::new("")).join(name);
        if let Some(known) = self.found.borrow().get(&path) {
            return Ok(known.clone());
        }
        let bytes = (self.read)(&path).and_then(|bytes| match bytes.len() as u64 > LARGEST {
            true => Err(io::ErrorKind::FileTooLarge.into()),
            false => Ok(bytes),
        });
        let bytes = bytes.map_err(|error| {
            self.io.set(self.io.get().or(Some(error.kind())));
            format!("cannot read `{}`: {}", path.display(), reason(&error))
        })?;
        self.found.borrow_mut().insert(path, bytes.clone());
        Ok(bytes)
    }

    /// The same as text.
    ///
    /// # Errors
    /// Also if it is not UTF-8.
    pub fn text(&self, cx: &Context, at: &Span, name: &str) -> Result<String, String> {
        String::from_utf8(self.bytes(cx, at, name)?).map_err(|_| format!("`{name}` is not UTF-8 text"))
    }

    /// What was read, in the order of the paths.
    pub fn contents(&self) -> Vec<Vec<u8>> {
        self.found.borrow().values().cloned().collect()
    }

    /// The first reason why one could not be read.
    pub fn io(&self) -> Option<io::ErrorKind> {
        self.io.get()
    }
}
