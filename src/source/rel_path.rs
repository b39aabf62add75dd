//! A path as reports name it: relative to the top of the tree, `/` between its parts, any bytes.

use std::fmt;
use std::sync::Arc;

use super::printable;

/// A relative path in bytes. Compares and sorts by bytes, prints escaped.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelPath(Arc<[u8]>);

impl RelPath {
    /// Takes the bytes as they are: relative, `/` separators, no `.` parts, `..` parts only at the front, for what
    /// lies outside. The empty path is the top.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self(Arc::from(bytes))
    }

    /// The top of the tree.
    pub fn top() -> Self {
        Self::from_bytes(b"")
    }

    /// The raw bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// True for the top of the tree.
    pub fn is_top(&self) -> bool {
        self.0.is_empty()
    }

    /// The last part.
    pub fn file_name(&self) -> &[u8] {
        self.0.rsplit(|byte| *byte == b'/').next().unwrap_or(&self.0)
    }

    /// Everything before the last part; the top for a path of one part, `None` for the top itself.
    pub fn parent(&self) -> Option<Self> {
        if self.is_top() {
            return None;
        }
        let end = memchr::memrchr(b'/', &self.0).unwrap_or(0);
        Some(Self::from_bytes(&self.0[..end]))
    }

    /// Where the paths below this folder begin when paths are sorted: the path with a `/` at its end.
    pub fn first_below(&self) -> Self {
        let mut bytes = self.0.to_vec();
        if !bytes.is_empty() {
            bytes.push(b'/');
        }
        Self(Arc::from(bytes))
    }

    /// This path with one or more parts appended.
    pub fn join(&self, more: &[u8]) -> Self {
        if self.is_top() {
            return Self::from_bytes(more);
        }
        if more.is_empty() {
            return self.clone();
        }
        let mut bytes = Vec::with_capacity(self.0.len() + 1 + more.len());
        bytes.extend_from_slice(&self.0);
        bytes.push(b'/');
        bytes.extend_from_slice(more);
        Self(Arc::from(bytes))
    }

    /// The rest of this path below `folder`; `None` when it does not lie there. A path lies below itself, with
    /// an empty rest.
    pub fn below(&self, folder: &Self) -> Option<&[u8]> {
        if folder.is_top() {
            return Some(&self.0);
        }
        let rest = self.0.strip_prefix(folder.as_bytes())?;
        if rest.is_empty() { Some(rest) } else { rest.strip_prefix(b"/") }
    }
}

impl From<&str> for RelPath {
    fn from(text: &str) -> Self {
        Self::from_bytes(text.as_bytes())
    }
}

/// One line, whatever the bytes: see [`printable`].
impl fmt::Display for RelPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&printable(&self.0))
    }
}

impl fmt::Debug for RelPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts() {
        let path = RelPath::from("a/b/c.txt");
        assert_eq!(path.file_name(), b"c.txt");
        assert_eq!(path.parent(), Some(RelPath::from("a/b")));
        assert_eq!(RelPath::from("a").parent(), Some(RelPath::top()));
        assert_eq!(RelPath::top().parent(), None);
        assert_eq!(RelPath::top().join(b"x"), RelPath::from("x"));
        assert_eq!(path.below(&RelPath::from("a")), Some(&b"b/c.txt"[..]));
        assert_eq!(path.below(&RelPath::from("a/bb")), None);
        assert_eq!(RelPath::from("ab").below(&RelPath::from("a")), None);
    }
}
