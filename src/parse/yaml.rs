//! A YAML tree that keeps spans, comments and duplicate keys.
