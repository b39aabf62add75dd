//! Base images: typed, dated entries of `rules/images.toml`.
