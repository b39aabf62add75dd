//! Ignore files that no repository has a reason for: compiling their patterns would cost more than the scan.

use std::fs;
use std::path::{Path, PathBuf};

/// The largest ignore file that is compiled.
const FILE_AT_MOST: u64 = 1 << 20;
/// The longest line: no path is longer (`PATH_MAX`).
const LINE_AT_MOST: usize = 4096;

/// An ignore file that is not compiled.
#[derive(Clone, Debug)]
pub(super) struct TooBig {
    /// The file.
    pub(super) path: PathBuf,
    /// Why.
    pub(super) reason: &'static str,
}

/// The ignore file of a folder that must not be compiled, if there is one. A link is judged by what it leads to,
/// for that is what would be read: a device or a pipe never ends.
pub(super) fn too_big(folder: &Path) -> Option<TooBig> {
    [".gitignore", ".git/info/exclude"].iter().find_map(|name| {
        let path = folder.join(name);
        let metadata = fs::metadata(&path).ok()?;
        let reason = if metadata.is_dir() {
            return None;
        } else if !metadata.is_file() {
            "not a regular file"
        } else if metadata.len() > FILE_AT_MOST {
            "larger than any ignore file"
        } else if metadata.len() > LINE_AT_MOST as u64 && has_long_line(&path) {
            "has a line that is longer than any path"
        } else {
            return None;
        };
        Some(TooBig { path, reason })
    })
}

fn has_long_line(path: &Path) -> bool {
    // What cannot be read is told when the file itself is looked at.
    fs::read(path).is_ok_and(|bytes| bytes.split(|byte| *byte == b'\n').any(|line| line.len() > LINE_AT_MOST))
}
