//! The Dockerfile grammar: lossless, tolerant of errors, every word with its place.

/// A parsed Dockerfile.
#[derive(Debug)]
pub struct Dockerfile {}
