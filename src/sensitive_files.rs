//! Which files are sensitive by their name alone.
