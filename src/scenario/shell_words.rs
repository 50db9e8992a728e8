//! Words of a command line, as a POSIX shell splits it.

use crate::runlog::parse::ParseError;
use std::ops::Range;

/// A word of the command line: its text without quotes, and where it stands.
#[derive(Clone, Debug)]
pub struct Word {
    /// What it says.
    pub text: String,
    /// Where.
    pub at: Range<usize>,
}

/// Splits a line as a POSIX shell does: white space, `'…'`, `"…"` and `\`.
///
/// # Errors
/// On an open quote, and on what a shell would act on.
pub fn words(text: &str) -> Result<Vec<Word>, ParseError> {
    let mut words = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((start, first)) = chars.next() {
        if first.is_whitespace() {
            continue;
        }
        let mut word = String::new();
        let mut end = start;
        let mut next = Some((start, first));
        while let Some((at, c)) = next {
            end = at + c.len_utf8();
            match c {
                '\'' | '"' => end = quoted(c, at, &mut chars, &mut word)?,
                '\\' => match chars.next() {
                    Some((_, '\n')) => {}
                    Some((at, escaped)) => {
                        word.push(escaped);
                        end = at + escaped.len_utf8();
                    }
                    None => return Err(ParseError::new(at..end, "nothing follows the `\\`")),
                },
                '|' | '&' | ';' | '<' | '>' | '`' => {
                    let message = format!("`{c}` is the shell's: a step is one command");
                    return Err(
                        ParseError::new(at..end, message).help("put it in quotes if it belongs to a value")
                    );
                }
                c => word.push(c),
            }
            next = chars.next_if(|(_, c)| !c.is_whitespace());
        }
        // A line that is continued with `\` leaves no word behind.
        if !(word.is_empty() && text[start..end].starts_with('\\')) {
            words.push(Word { text: word, at: start..end });
        }
    }
    Ok(words)
}

/// Reads up to the closing quote; answers where it ends.
fn quoted(
    quote: char,
    start: usize,
    chars: &mut std::iter::Peekable<std::str::CharIndices>,
    word: &mut String,
) -> Result<usize, ParseError> {
    while let Some((at, c)) = chars.next() {
        match c {
            c if c == quote => return Ok(at + 1),
            '\\' if quote == '"' => match chars.next() {
                Some((_, '\n')) => {}
                Some((_, escaped @ ('"' | '\\' | '$' | '`'))) => word.push(escaped),
                Some((_, other)) => word.extend(['\\', other]),
                None => break,
            },
            c => word.push(c),
        }
    }
    Err(ParseError::new(start..start + 1, format!("the {quote} is never closed")))
}
