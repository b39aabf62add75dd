//! What to read, each blob once: work tree, build contexts, index.
