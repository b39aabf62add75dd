//! Where the corpora lie, and which files they hold.

use std::path::{Path, PathBuf};

/// A folder of the corpora; a printed note and nothing when it is not there.
pub(crate) fn corpus(below: &str) -> Option<PathBuf> {
    let top = std::env::var_os("PLIMSOLL_CORPUS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"), PathBuf::from);
    let folder = top.join(below);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("note: skipped, there is no corpus at {below}; set PLIMSOLL_CORPUS to where it lies");
    None
}

/// Every file below a folder, sorted.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { waiting.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}
