//! `$name`, `$name.Field.Path` and `$name@region` inside the values of a command.

use std::ops::Range;

/// A reference to a declared key or to the saved answer of an earlier step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The key or the saved answer.
    pub name: String,
    /// A field of the answer, by its path; absent: its natural identifier.
    pub field: Option<String>,
    /// The Region whose key ARN is meant.
    pub region: Option<String>,
    /// Where it stands in the text.
    pub range: Range<usize>,
}

/// Every reference in a text, from left to right.
///
/// ```
/// use mrksim::services::reference::references;
/// let found = references("$orders@eu-west-1 and $c1.KeyMetadata.KeyState.");
/// assert_eq!(found[0].region.as_deref(), Some("eu-west-1"));
/// assert_eq!(found[1].field.as_deref(), Some("KeyMetadata.KeyState"));
/// assert_eq!(&found[1].range, &(22..46));
/// ```
pub fn references(text: &str) -> Vec<Reference> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(dollar) = text[from..].find('$').map(|at| at + from) {
        let name = word(text, dollar + 1, is_name);
        let mut end = dollar + 1 + name.len();
        from = end;
        if name.is_empty() {
            continue;
        }
        let (mut region, mut field) = (None, None);
        if text[end..].starts_with('@') {
            let place = word(text, end + 1, is_name);
            if !place.is_empty() {
                end += 1 + place.len();
                region = Some(place.to_owned());
            }
        } else {
            let path = path(text, end);
            if !path.is_empty() {
                end += 1 + path.len();
                field = Some(path.to_owned());
            }
        }
        from = end;
        found.push(Reference { name: name.to_owned(), field, region, range: dollar..end });
    }
    found
}

fn is_name(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'
}

fn word(text: &str, at: usize, belongs: impl Fn(char) -> bool) -> &str {
    let rest = &text[at..];
    &rest[..rest.find(|c| !belongs(c)).unwrap_or(rest.len())]
}

/// `Field.Path` after a dot at `at`; empty if none begins there.
fn path(text: &str, at: usize) -> &str {
    let mut end = at;
    while text[end..].starts_with('.') {
        let segment = word(text, end + 1, |c| c.is_ascii_alphanumeric() || c == '_');
        if segment.is_empty() {
            break;
        }
        end += 1 + segment.len();
    }
    text.get(at + 1..end).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_reference_stays_text() {
        for text in ["", "$", "5$ or $ 6", "$$", "$É", "a$"] {
            assert_eq!(references(text), [], "{text}");
        }
        let names: Vec<_> = references("$a$b-c@ $d.").into_iter().map(|r| (r.name, r.range)).collect();
        assert_eq!(names, [("a".to_owned(), 0..2), ("b-c".to_owned(), 2..6), ("d".to_owned(), 8..10)]);
    }
}
