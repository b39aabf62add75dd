//! A plan becomes an outcome.
