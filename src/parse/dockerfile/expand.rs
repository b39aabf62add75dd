//! What a word says once its variables are replaced.

/// A word with its variables replaced as far as their values are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expanded {
    /// The text. A variable without a known value stands as it was written.
    pub text: String,
    /// True when a part of it has no known value: rules stay silent then.
    pub unknown: bool,
    /// How many bytes at the front of the text are certain.
    pub known_prefix: usize,
}

impl Expanded {
    /// The text when all of it is known.
    pub fn known(&self) -> Option<&str> {
        (!self.unknown).then_some(self.text.as_str())
    }
}
