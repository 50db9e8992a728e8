//! What each part of a scenario may say. The reader accepts these keys, the JSON Schema lists them.

/// A part of the scenario language: a table with known keys.
#[derive(Debug)]
pub struct Shape {
    /// What it is: `a client`.
    pub what: &'static str,
    /// Its keys.
    pub fields: &'static [Field],
}

/// One key of a part.
#[derive(Debug)]
pub struct Field {
    /// The key.
    pub name: &'static str,
    /// What it takes.
    pub form: Form,
    /// What it means.
    pub says: &'static str,
}

/// What a key takes.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// Any text.
    Text,
    /// A whole number.
    Integer,
    /// A number from 0 to 1, or a percentage: `0.5`, `50%`.
    Share,
    /// A number from 1 to a million.
    Factor,
    /// US dollars, up to a million.
    Price,
    /// True or false.
    Flag,
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// One of these whole numbers.
    OneOfNumbers(&'static [u64]),
    /// A duration: `90s`.
    Duration,
    /// A duration or a distribution of durations: `uniform(1s, 5s)`.
    Law,
    /// A rate: `50/s`.
    Rate,
    /// A list.
    List(&'static Form),
    /// A table with these keys.
    Table(&'static Shape),
    /// A table with a name for each entry.
    Named(&'static Form),
    /// One of these forms.
    Either(&'static [Form]),
    /// Anything the language allows elsewhere.
    Any,
    /// The language has it, this release does not; the nearest thing that it has.
    Later(&'static str),
}

/// A key, what it takes and what it means.
pub const fn field(name: &'static str, form: Form, says: &'static str) -> Field {
    Field { name, form, says }
}

/// A key that is not modelled yet, and what is nearest to it.
pub const fn later(name: &'static str, instead: &'static str) -> Field {
    Field { name, form: Form::Later(instead), says: "" }
}

impl Shape {
    /// The keys that are modelled.
    pub fn modelled(&self) -> impl Iterator<Item = &'static Field> + Clone {
        self.fields.iter().filter(|field| !matches!(field.form, Form::Later(_)))
    }
}

/// A list of texts.
pub const TEXTS: Form = Form::List(&Form::Text);
/// A text with a name for each.
pub const TEXT_BY_NAME: Form = Form::Named(&Form::Text);
