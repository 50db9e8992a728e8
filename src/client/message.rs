//! A message of the AWS Encryption SDK: it carries its encryption context and its data key, wrapped by each key of the
//! keyring that made it. Like a KMS ciphertext here it is a model, not cryptography, and one text, so that steps can
//! pass it on.

use super::classes::Context;
use crate::sim::rng::{Draws, fnv1a};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

/// A data key as one key wrapped it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncryptedDataKey {
    /// The ARN of the key that wrapped it.
    pub key_id: String,
    /// The KMS ciphertext, in base64.
    pub ciphertext: String,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The encryption context that it carries.
    pub context: Context,
    /// Its wrapped data keys, the generator's first.
    pub data_keys: Vec<EncryptedDataKey>,
    masked: Vec<u8>,
    check: u64,
}

impl Message {
    /// Encrypts under a data key.
    pub fn seal(
        plaintext: &[u8],
        data_key: &[u8],
        context: Context,
        data_keys: Vec<EncryptedDataKey>,
    ) -> Message {
        let check = check(data_key, &context, plaintext);
        Message { masked: mask(data_key, plaintext), context, data_keys, check }
    }

    /// The plaintext; nothing under another data key.
    pub fn open(&self, data_key: &[u8]) -> Option<Vec<u8>> {
        let plaintext = mask(data_key, &self.masked);
        (check(data_key, &self.context, &plaintext) == self.check).then_some(plaintext)
    }

    /// As one text.
    pub fn text(&self) -> String {
        let data_key = |key: &EncryptedDataKey| json!([key.key_id, key.ciphertext]);
        let data_keys: Vec<Value> = self.data_keys.iter().map(data_key).collect();
        let whole = json!([self.context, data_keys, BASE64.encode(&self.masked), self.check]);
        BASE64.encode(whole.to_string())
    }

    /// Reads a text; nothing if it is no message.
    pub fn read(text: &str) -> Option<Message> {
        let whole: Value = serde_json::from_slice(&BASE64.decode(text).ok()?).ok()?;
        let data_key = |key: &Value| {
            let part = |i| Some(key.get(i)?.as_str()?.to_owned());
            Some(EncryptedDataKey { key_id: part(0)?, ciphertext: part(1)? })
        };
        Some(Message {
            context: serde_json::from_value(whole.get(0)?.clone()).ok()?,
            data_keys: whole.get(1)?.as_array()?.iter().map(data_key).collect::<Option<_>>()?,
            masked: BASE64.decode(whole.get(2)?.as_str()?).ok()?,
            check: whole.get(3)?.as_u64()?,
        })
    }
}

/// Hides or shows: its own inverse.
fn mask(data_key: &[u8], bytes: &[u8]) -> Vec<u8> {
    let stream = Draws(fnv1a(data_key));
    let words = bytes.chunks(8).zip(0..);
    words.flat_map(|(chunk, i)| chunk.iter().zip(stream.at(0, i).to_be_bytes()).map(|(a, b)| a ^ b)).collect()
}

fn check(data_key: &[u8], context: &Context, plaintext: &[u8]) -> u64 {
    let mut all = json!([data_key, context]).to_string().into_bytes();
    all.extend(plaintext);
    fnv1a(&all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_text_that_says_everything_but_the_data_key() {
        let context = Context::from([("app".to_owned(), "shop".to_owned())]);
        let wrapped = EncryptedDataKey { key_id: "arn".to_owned(), ciphertext: "AAAA".to_owned() };
        let message = Message::seal(b"hello, world", b"secret", context, vec![wrapped]);
        let read = Message::read(&message.text()).expect("a message");
        assert_eq!(read, message);
        assert_eq!(read.open(b"secret").as_deref(), Some(&b"hello, world"[..]));
        assert_eq!(read.open(b"another"), None);
        assert!(!message.masked.windows(5).any(|window| window == b"hello"));
        for text in ["", "AAAA", "not base64!", &BASE64.encode("[]"), &BASE64.encode("[{}, [[1]], \"\", 0]")]
        {
            assert_eq!(Message::read(text), None, "{text}");
        }
    }
}
