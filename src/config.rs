//! Defaults, file, environment and flags become settings.
