//! Ignore files as BuildKit evaluates them.
