//! Texts of a policy: with wildcards, and with policy variables that the request fills in.

use super::Keys;

/// A text as a policy has it. Its policy variables are filled in when a request is judged; what is filled in is text,
/// never a wildcard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    /// `?`
    One,
    /// `*`
    Many,
    /// `${aws:PrincipalTag/team, 'none'}`
    Variable {
        key: String,
        default: Option<String>,
    },
}

/// One character of a pattern whose variables are filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Glyph {
    Char(char),
    One,
    Many,
}

impl Pattern {
    /// Reads a text; `variables`: whether the policy's version knows policy variables. The error says what is wrong.
    pub fn read(text: &str, variables: bool) -> Result<Pattern, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${").filter(|_| variables) {
            let Some((inside, after)) = after.split_once('}') else {
                return Err("`${` without its `}`".to_owned());
            };
            plain(before, &mut pieces);
            pieces.push(variable(inside)?);
            rest = after;
        }
        plain(rest, &mut pieces);
        Ok(Pattern(pieces))
    }

    /// Whether it is `*` alone.
    pub fn is_everything(&self) -> bool {
        self.0 == [Piece::Many]
    }

    /// The text itself, in which `*` and `?` are characters; nothing if the request does not fill in a variable.
    pub fn literal(&self, keys: &Keys) -> Option<String> {
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(piece) => text.push_str(piece),
                Piece::One => text.push('?'),
                Piece::Many => text.push('*'),
                Piece::Variable { key, default } => text.push_str(&value_of(key, default.as_ref(), keys)?),
            }
        }
        Some(text)
    }

    /// Whether a text fits; none does if the request does not fill in a variable.
    pub fn fits(&self, text: &str, keys: &Keys) -> bool {
        let simple = |piece: &Piece| matches!(piece, Piece::Text(_));
        if self.is_everything() {
            return true;
        }
        if self.0.iter().all(simple) {
            return self.literal(keys).is_some_and(|literal| literal == text);
        }
        let text: Vec<char> = text.chars().collect();
        self.glyphs(keys).is_some_and(|glyphs| fits(&glyphs, &text))
    }

    /// Whether an ARN fits, each of its six parts by itself: a wildcard stays within its part, and parts that are
    /// left out at the end fit everything.
    pub fn fits_arn(&self, arn: &str, keys: &Keys) -> bool {
        if self.is_everything() {
            return true;
        }
        let Some(glyphs) = self.glyphs(keys) else { return false };
        let wanted: Vec<&[Glyph]> = glyphs.splitn(6, |glyph| *glyph == Glyph::Char(':')).collect();
        let parts: Vec<Vec<char>> = arn.splitn(6, ':').map(|part| part.chars().collect()).collect();
        wanted.len() <= parts.len() && wanted.iter().zip(&parts).all(|(wanted, part)| fits(wanted, part))
    }

    fn glyphs(&self, keys: &Keys) -> Option<Vec<Glyph>> {
        let mut glyphs = Vec::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => glyphs.extend(text.chars().map(Glyph::Char)),
                Piece::One => glyphs.push(Glyph::One),
                Piece::Many => glyphs.push(Glyph::Many),
                Piece::Variable { key, default } => {
                    glyphs.extend(value_of(key, default.as_ref(), keys)?.chars().map(Glyph::Char));
                }
            }
        }
        Some(glyphs)
    }
}

/// Adds a text without variables.
fn plain(text: &str, pieces: &mut Vec<Piece>) {
    for part in text.split_inclusive(['*', '?']) {
        let literal = part.trim_end_matches(['*', '?']);
        if !literal.is_empty() {
            pieces.push(Piece::Text(literal.to_owned()));
        }
        match &part[literal.len()..] {
            "*" => pieces.push(Piece::Many),
            "?" => pieces.push(Piece::One),
            _ => {}
        }
    }
}

/// What stands between `${` and `}`.
fn variable(inside: &str) -> Result<Piece, String> {
    if let "*" | "?" | "$" = inside {
        return Ok(Piece::Text(inside.to_owned()));
    }
    let (key, default) = match inside.split_once(',') {
        None => (inside, None),
        Some((key, quoted)) => {
            let text = quoted.trim().strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
            let Some(text) = text else {
                return Err(format!("the default value in `${{{inside}}}` does not stand in single quotes"));
            };
            (key, Some(text.to_owned()))
        }
    };
    match key.trim() {
        key if key.contains(':') => Ok(Piece::Variable { key: key.to_ascii_lowercase(), default }),
        key => Err(format!("`{key}` is no condition key, which a policy variable must be")),
    }
}

/// A variable's value: that of a key with one value, or its default.
fn value_of(key: &str, default: Option<&String>, keys: &Keys) -> Option<String> {
    let mut values = keys(key);
    match values.len() {
        0 => default.cloned(),
        1 => values.pop(),
        _ => None,
    }
}

/// Whether the text fits: each `*` takes as little as it can, and the last one is widened when the rest fails.
fn fits(pattern: &[Glyph], text: &[char]) -> bool {
    if pattern.iter().filter(|glyph| **glyph != Glyph::Many).count() > text.len() {
        return false;
    }
    let (mut p, mut t) = (0, 0);
    let mut last_star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(Glyph::Many) => {
                last_star = Some((p, t));
                p += 1;
            }
            Some(Glyph::One) => (p, t) = (p + 1, t + 1),
            Some(Glyph::Char(c)) if *c == text[t] => (p, t) = (p + 1, t + 1),
            _ => match &mut last_star {
                None => return false,
                Some((star, from)) => {
                    *from += 1;
                    (p, t) = (*star + 1, *from);
                }
            },
        }
    }
    pattern[p..].iter().all(|glyph| *glyph == Glyph::Many)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(key: &str) -> Vec<String> {
        match key {
            "aws:principaltag/team" => vec!["red*".to_owned()],
            "aws:tagkeys" => vec!["a".to_owned(), "b".to_owned()],
            _ => Vec::new(),
        }
    }

    fn fits(pattern: &str, text: &str) -> bool {
        Pattern::read(pattern, true).expect("readable").fits(text, &request)
    }

    #[test]
    fn wildcards_and_variables() {
        for (pattern, text) in [
            ("*", ""),
            ("a*c", "abbc"),
            ("a*c", "ac"),
            ("*a*b*", "xaxbx"),
            ("a?c", "abc"),
            ("eu-*", "eu-west-1"),
            ("a${*}", "a*"),
            ("${?}${$}", "?$"),
            ("x-${aws:PrincipalTag/team}", "x-red*"),
            ("${aws:PrincipalTag/none, 'blue'}-?", "blue-1"),
            ("**", "ä"),
        ] {
            assert!(fits(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [
            ("a?c", "ac"),
            ("a*c", "abcd"),
            ("a${*}", "ab"),
            ("x-${aws:PrincipalTag/team}", "x-reddish"),
            ("${aws:PrincipalTag/none}*", ""),
            ("${aws:TagKeys}", "a"),
            ("abc", "ABC"),
        ] {
            assert!(!fits(pattern, text), "{pattern} {text}");
        }
        for wrong in ["${aws:x", "${x}", "${aws:x, y}", "${}"] {
            assert!(Pattern::read(wrong, true).is_err(), "{wrong}");
        }
        assert!(Pattern::read("${aws:x", false).expect("plain text").fits("${aws:x", &request));
    }

    #[test]
    fn an_arn_fits_part_by_part() {
        let arn = "arn:aws:kms:eu-west-1:111122223333:key/mrk-1";
        let fits = |pattern: &str| Pattern::read(pattern, true).expect("readable").fits_arn(arn, &request);
        for pattern in
            ["*", "arn:aws:kms:*:111122223333:key/mrk-*", "arn:aws:kms:*", "arn:*:kms:eu-*:*:key/?rk-1"]
        {
            assert!(fits(pattern), "{pattern}");
        }
        for pattern in
            ["arn:aws:*:key/mrk-1", "arn:aws:kms:us-*:*:key/*", "arn:aws:kms:*:111122223333:alias/*"]
        {
            assert!(!fits(pattern), "{pattern}");
        }
    }

    #[test]
    fn a_long_pattern_is_no_trap() {
        let text = "a".repeat(8_000);
        assert!(!fits(&format!("{}b", "*a".repeat(60_000)), &text));
        assert!(!fits(&format!("{}b", "*a".repeat(7_000)), &text));
        assert!(!fits(&format!("*{}b", "a".repeat(4_000)), &text));
    }
}
