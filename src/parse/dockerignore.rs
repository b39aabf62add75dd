//! Ignore files as BuildKit evaluates them (<https://github.com/moby/patternmatcher>): the last pattern that
//! matches a path or a folder above it decides, and `!` takes back in.

use super::glob::{Dialect, Glob};

/// A parsed ignore file.
#[derive(Clone, Debug, Default)]
pub struct Dockerignore {
    patterns: Vec<Pattern>,
}

#[derive(Clone, Debug)]
struct Pattern {
    takes_back: bool,
    glob: Glob,
}

impl Dockerignore {
    /// Parses. Never fails: a pattern that cannot be read matches nothing.
    pub fn parse(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes));
        let lines = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
        Self { patterns: lines.filter(|line| !line.starts_with('#')).filter_map(pattern).collect() }
    }

    /// The patterns of `COPY --exclude`.
    pub(super) fn from_patterns<'a>(patterns: impl Iterator<Item = &'a str>) -> Self {
        Self { patterns: patterns.filter_map(pattern).collect() }
    }

    /// True when the path, relative to the context, is left out.
    pub fn is_ignored(&self, path: &[u8]) -> bool {
        let path = String::from_utf8_lossy(path);
        let mut ignored = false;
        for pattern in &self.patterns {
            // A pattern that would change nothing is not tried.
            if pattern.takes_back == ignored && pattern.glob.matched_len(&path).is_some() {
                ignored = !pattern.takes_back;
            }
        }
        ignored
    }

    /// True when something below this folder may be taken back in although the folder is ignored.
    pub fn may_reinclude_below(&self, folder: &[u8]) -> bool {
        let folder = String::from_utf8_lossy(folder);
        self.patterns.iter().any(|pattern| pattern.takes_back && pattern.glob.may_match_below(&folder))
    }
}

fn pattern(line: &str) -> Option<Pattern> {
    let line = line.trim();
    let (takes_back, line) = line.strip_prefix('!').map_or((false, line), |rest| (true, rest.trim()));
    if line.is_empty() {
        return None;
    }
    let cleaned = clean(line);
    let relative = cleaned.strip_prefix('/').unwrap_or(&cleaned);
    Some(Pattern { takes_back, glob: Glob::new(relative, Dialect::Ignore)? })
}

/// The shortest spelling of a path, as Go's `filepath.Clean` has it.
pub(super) fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            _ => parts.push(part),
        }
    }
    match (rooted, parts.is_empty()) {
        (false, true) => ".".to_owned(),
        (false, false) => parts.join("/"),
        (true, _) => format!("/{}", parts.join("/")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ignored(file: &str, path: &str) -> bool {
        Dockerignore::parse(file.as_bytes()).is_ignored(path.as_bytes())
    }

    #[test]
    fn the_last_match_decides() {
        assert!(ignored("*.md\n!README.md", "a.md"));
        assert!(!ignored("*.md\n!README.md", "README.md"));
        assert!(ignored("*.md\n!README*.md\nREADME-secret.md", "README-secret.md"));
        assert!(!ignored("*.md\nREADME-secret.md\n!README*.md", "README-secret.md"));
        assert!(ignored("!a\n*", "a"));
    }

    #[test]
    fn a_folder_takes_what_is_below_along() {
        assert!(ignored("node_modules", "node_modules/a/b.js"));
        assert!(!ignored("node_modules", "web/node_modules/a.js"));
        assert!(ignored("**/node_modules", "web/node_modules/a.js"));
        assert!(!ignored("*\n!src", "src/a/b"));
        assert!(ignored("*\n!src\nsrc/a", "src/a/b"));
        assert!(!ignored("docs\n!docs/README.md", "docs/README.md"));
        assert!(ignored("docs\n!docs/README.md", "docs/x"));
    }

    #[test]
    fn spelling() {
        for file in
            ["foo", "/foo", "foo/", "./foo", " foo\t", "\u{FEFF}foo", "foo\r\nbar", "x/../foo", "//foo//"]
        {
            assert!(ignored(file, "foo"), "{file:?}");
        }
        assert!(!ignored("#foo", "#foo"));
        assert!(ignored(" #foo", "#foo"), "only a # in the first column starts a comment");
        assert!(!ignored("! foo\nfoo\n! foo", "foo"));
        assert!(!ignored("!", "foo"));
        assert!(!ignored("", "foo"));
        assert!(!ignored("..", "foo"));
        assert!(!ignored("[", "["));
    }

    #[test]
    fn pruning() {
        let ignore = Dockerignore::parse(b"*\n!src/**/*.rs\n!docs");
        assert!(ignore.may_reinclude_below(b"src"));
        assert!(ignore.may_reinclude_below(b"src/a/b"));
        assert!(ignore.may_reinclude_below(b"docs/a"));
        assert!(!ignore.may_reinclude_below(b"node_modules"));
        assert!(!Dockerignore::parse(b"a\nb").may_reinclude_below(b"a"));
    }
}
