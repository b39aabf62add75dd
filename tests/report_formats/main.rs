//! The formats over verdicts made by hand.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod json;
mod sarif;
mod text;
mod verdicts;
