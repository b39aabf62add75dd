//! The one door by which source text leaves: masks what is sensitive.
