//! Lists and structures as the AWS CLI takes them: JSON, or its shorthand syntax
//! (AWS CLI User Guide, "Using shorthand syntax in the AWS CLI").

use serde_json::{Map, Value};

/// `a b c`, `a,b,c` or `["a", "b"]`.
pub fn list(text: &str) -> Option<Vec<String>> {
    if text.trim_start().starts_with('[') {
        return serde_json::from_str(text).ok();
    }
    let words = text.split([' ', ',']).filter(|word| !word.is_empty());
    let words: Vec<String> = words.map(str::to_owned).collect();
    (!words.is_empty()).then_some(words)
}

/// `Name=value,Other={inner=value}` or a JSON object.
pub fn structure(text: &str) -> Option<Map<String, Value>> {
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(text).ok();
    }
    let mut reader = Reader { rest: text.trim() };
    let found = reader.pairs(None)?;
    reader.rest.is_empty().then_some(found)
}

/// Structures, each a word of its own, or a JSON list of objects.
pub fn structures(text: &str) -> Option<Vec<Map<String, Value>>> {
    if text.trim_start().starts_with('[') {
        return serde_json::from_str(text).ok();
    }
    let found: Option<Vec<_>> = text.split_whitespace().map(structure).collect();
    found.filter(|found| !found.is_empty())
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    /// `a=1,b=2` up to `end`, which is taken, or to the end of the text.
    fn pairs(&mut self, end: Option<char>) -> Option<Map<String, Value>> {
        let mut found = Map::new();
        loop {
            let (name, rest) = self.rest.split_once('=')?;
            let simple = !name.is_empty() && !name.contains([',', '{', '}', '[', ']']);
            if !simple || found.contains_key(name.trim()) {
                return None;
            }
            self.rest = rest;
            let value = self.value(end)?;
            found.insert(name.trim().to_owned(), value);
            if self.takes(',') {
                continue;
            }
            return match end {
                Some(end) => self.takes(end).then_some(found),
                None => Some(found),
            };
        }
    }

    fn value(&mut self, end: Option<char>) -> Option<Value> {
        if self.takes('{') {
            return self.pairs(Some('}')).map(Value::Object);
        }
        if self.takes('[') {
            let (inner, rest) = self.rest.split_once(']')?;
            self.rest = rest;
            return Some(inner.split(',').map(|word| Value::from(word.trim())).collect());
        }
        if let Some(quote @ ('"' | '\'')) = self.rest.chars().next() {
            let (inner, rest) = self.rest[1..].split_once(quote)?;
            self.rest = rest;
            return Some(Value::from(inner));
        }
        let first = self.word(end)?;
        // `Name=a,b,c`: further words without `=` belong to the same list.
        let mut all = vec![first];
        while self.rest.starts_with(',') && !self.pair_follows(end) {
            self.takes(',');
            all.push(self.word(end)?);
        }
        Some(match all.len() {
            1 => Value::from(all.remove(0)),
            _ => Value::from(all),
        })
    }

    /// A value without quotes, in which no bracket stands.
    fn word(&mut self, end: Option<char>) -> Option<String> {
        let stop = |c: char| c == ',' || Some(c) == end;
        let at = self.rest.find(stop).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(at);
        self.rest = rest;
        (!word.contains(['{', '}', '[', ']'])).then(|| word.trim().to_owned())
    }

    fn pair_follows(&self, end: Option<char>) -> bool {
        let after = &self.rest[1..];
        let stop = |c: char| c == ',' || Some(c) == end;
        let word = &after[..after.find(stop).unwrap_or(after.len())];
        word.contains('=')
    }

    fn takes(&mut self, c: char) -> bool {
        match self.rest.strip_prefix(c) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn shorthand_and_json_say_the_same() {
        let cases = [
            ("a=1,b=2", json!({"a": "1", "b": "2"})),
            (
                "EncryptionContextSubset={app=shop,tier=gold}",
                json!({"EncryptionContextSubset": {"app": "shop", "tier": "gold"}}),
            ),
            ("a=x,y,b=z", json!({"a": ["x", "y"], "b": "z"})),
            ("a=[x,y],b='p,q'", json!({"a": ["x", "y"], "b": "p,q"})),
            (r#"{"a": {"b": "c"}}"#, json!({"a": {"b": "c"}})),
        ];
        for (text, value) in cases {
            assert_eq!(structure(text).map(Value::Object), Some(value), "{text}");
        }
        for wrong in ["", "a", "a={b=c", "a=1,a=2", "{", "a=1}x,{", "=1", "a=[b"] {
            assert_eq!(structure(wrong), None, "{wrong}");
        }
        assert_eq!(structures("TagKey=a,TagValue=1 TagKey=b,TagValue=").map(|all| all.len()), Some(2));
        assert_eq!(list("Encrypt Decrypt"), list(r#"["Encrypt", "Decrypt"]"#));
        assert_eq!(list("  "), None);
    }
}
