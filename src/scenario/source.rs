//! Every text that a scenario is made of, in one offset space, so that a span alone says file, line and column.

use std::ops::Range;

/// A place in one of the [`Sources`].
pub type Span = Range<usize>;

/// The files and arguments read, one after the other.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    texts: Vec<Text>,
}

/// One of them.
#[derive(Clone, Debug)]
pub struct Text {
    /// The file as the user named it, or `--set`.
    pub name: String,
    /// What it says.
    pub text: String,
    /// Its first byte in the common space.
    start: usize,
}

impl Sources {
    /// Adds a text; answers where it begins.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> usize {
        let start = self.texts.last().map_or(0, |last| last.start + last.text.len() + 1);
        self.texts.push(Text { name: name.into(), text: text.into(), start });
        start
    }

    /// The text that holds a place, its number, and the place within it.
    pub fn locate(&self, span: &Span) -> Option<(usize, &Text, Range<usize>)> {
        let index = self.texts.iter().rposition(|text| text.start <= span.start)?;
        let text = &self.texts[index];
        let within = |at: usize| floor(&text.text, at - text.start);
        Some((index, text, within(span.start)..within(span.end.max(span.start))))
    }

    /// `region-outage.toml:31`.
    pub fn location(&self, span: &Span) -> String {
        let Some((_, text, place)) = self.locate(span) else { return String::new() };
        let line = 1 + text.text[..place.start].matches('\n').count();
        let name = text.name.rsplit(['/', '\\']).next().unwrap_or_default();
        format!("{name}:{line}")
    }

    /// The place of a part of a value's text; the whole value where it is written with escapes.
    pub fn part(&self, value: &Span, text: &str, part: &Range<usize>) -> Span {
        let Some((_, source, place)) = self.locate(value) else { return value.clone() };
        match source.text[place].find(text) {
            Some(offset) => value.start + offset + part.start..value.start + offset + part.end,
            None => value.clone(),
        }
    }

    /// The hash of everything read, in order, and of what more there is: FNV-1a of 128 bits, in hexadecimal.
    pub fn hash<'a>(&'a self, more: impl IntoIterator<Item = &'a [u8]>) -> String {
        const PRIME: u128 = 0x0000000001000000000000000000013B;
        let mut hash: u128 = 0x6c62272e07bb014262b821756295c58d;
        for bytes in self.texts.iter().map(|text| text.text.as_bytes()).chain(more) {
            for byte in bytes.iter().chain(&[0]) {
                hash = (hash ^ u128::from(*byte)).wrapping_mul(PRIME);
            }
        }
        format!("{hash:032x}")
    }
}

/// The last character boundary at or before `at`.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_says_file_and_line() {
        let mut sources = Sources::default();
        sources.add("dir/base.toml", "a = 1\nb = 2\n");
        let start = sources.add("--set", "c=3");
        assert_eq!(sources.location(&(6..7)), "base.toml:2");
        assert_eq!(sources.location(&(start + 2..start + 3)), "--set:1");
        let (_, text, place) = sources.locate(&(start + 2..start + 3)).unwrap();
        assert_eq!(&text.text[place], "3");
    }

    #[test]
    fn the_hash_is_the_published_one_and_keeps_texts_apart() {
        let hash = |texts: &[&str]| {
            let mut sources = Sources::default();
            for text in texts {
                sources.add("", *text);
            }
            sources.hash([])
        };
        assert_eq!(hash(&[]), "6c62272e07bb014262b821756295c58d");
        assert_ne!(hash(&["ab", "c"]), hash(&["a", "bc"]));
        assert_ne!(hash(&["ab"]), hash(&["ab", ""]));
    }
}
