//! Where the configuration file lies.

use std::path::{Path, PathBuf};

/// The names a configuration file may have in a folder, the first first.
const NAMES: [&str; 2] = ["plimsoll.toml", ".config/plimsoll.toml"];

/// The nearest configuration file from `start` (a folder) upwards, up to and including `top`; without a top, up
/// to the boundary of the file system.
pub(super) fn find(start: &Path, top: Option<&Path>) -> Option<PathBuf> {
    let device = device(start);
    for folder in start.ancestors() {
        if top.is_none() && self::device(folder) != device {
            return None;
        }
        for name in NAMES {
            let candidate = folder.join(name);
            // Anything that is there counts, readable or not: silently passing over a configuration that
            // cannot be read would loosen the gate.
            if candidate.symlink_metadata().is_ok_and(|meta| !meta.is_dir()) {
                return Some(candidate);
            }
        }
        if top == Some(folder) {
            return None;
        }
    }
    None
}

/// The folder that paths in a configuration file are relative to.
pub(super) fn home(file: &Path) -> Option<&Path> {
    let folder = file.parent()?;
    if folder.file_name().is_some_and(|name| name == ".config") { folder.parent() } else { Some(folder) }
}

#[cfg(unix)]
fn device(folder: &Path) -> Option<u64> {
    use std::os::unix::fs::MetadataExt as _;
    folder.metadata().ok().map(|meta| meta.dev())
}

#[cfg(not(unix))]
fn device(_: &Path) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn the_nearest_wins_and_the_top_is_the_end() {
        let temp = tempfile::tempdir().unwrap();
        let top = temp.path().join("repo");
        let deep = top.join("a/b");
        fs::create_dir_all(&deep).unwrap();
        fs::write(temp.path().join("plimsoll.toml"), "").unwrap();
        assert_eq!(find(&deep, Some(&top)), None);
        assert_eq!(find(&deep, None), Some(temp.path().join("plimsoll.toml")));
        fs::create_dir(top.join(".config")).unwrap();
        fs::write(top.join(".config/plimsoll.toml"), "").unwrap();
        assert_eq!(find(&deep, Some(&top)), Some(top.join(".config/plimsoll.toml")));
        fs::write(top.join("a/plimsoll.toml"), "").unwrap();
        assert_eq!(find(&deep, Some(&top)), Some(top.join("a/plimsoll.toml")));
    }

    #[test]
    fn a_hidden_folder_is_not_the_home() {
        assert_eq!(home(Path::new("/r/.config/plimsoll.toml")), Some(Path::new("/r")));
        assert_eq!(home(Path::new("/r/plimsoll.toml")), Some(Path::new("/r")));
    }
}
