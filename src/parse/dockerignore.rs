//! Ignore files as BuildKit evaluates them.

/// A parsed ignore file.
#[derive(Clone, Debug, Default)]
pub struct Dockerignore {}

impl Dockerignore {
    /// Parses. Never fails: a pattern that cannot be read matches nothing.
    pub fn parse(bytes: &[u8]) -> Self {
        let _ = bytes;
        Self {}
    }

    /// True when the path, relative to the context, is left out.
    pub fn is_ignored(&self, path: &[u8]) -> bool {
        let _ = path;
        false
    }

    /// True when something below this folder may be taken back in although the folder is ignored.
    pub fn may_reinclude_below(&self, folder: &[u8]) -> bool {
        let _ = folder;
        false
    }
}
