//! Path patterns of ignore files and of COPY, matched by following all states at once: no pattern takes more than
//! the product of its length and that of the path.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The most stars in one pattern: each keeps states alive, and nobody writes as many.
const MAX_STARS: usize = 256;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Literal(char),
    /// `?`: one character, no slash.
    One,
    /// `*`: any characters, no slash.
    Star,
    /// `**/` begins: nothing (skip the next token, too), or anything that ends with a slash.
    Folders,
    /// Inside `**/`.
    InFolders,
    /// Anything at all.
    Rest,
    /// `[…]`
    Class {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
}

/// Whose rules a pattern follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// moby's patternmatcher: `**` goes over folders.
    Ignore,
    /// Go's `filepath.Match`: a second star means nothing.
    Copy,
}

/// A path pattern. It matches a path when it matches the path itself or a folder above it.
#[derive(Clone, Debug)]
pub(super) struct Glob {
    tokens: Vec<Token>,
}

impl Glob {
    /// The pattern that matches everything.
    pub(super) fn everything() -> Self {
        Self { tokens: vec![Token::Rest] }
    }

    /// Matches every path that starts with this text.
    pub(super) fn starting_with(text: &str) -> Self {
        Self { tokens: text.chars().map(Token::Literal).chain([Token::Rest]).collect() }
    }

    /// Reads a cleaned pattern; `None` when it is broken.
    pub(super) fn new(pattern: &str, dialect: Dialect) -> Option<Self> {
        let mut tokens: Vec<Token> = Vec::new();
        let mut rest = pattern.chars().peekable();
        let mut starts_with_folders = false;
        while let Some(character) = rest.next() {
            let token = match character {
                '*' if dialect == Dialect::Ignore && rest.peek() == Some(&'*') => {
                    rest.next();
                    let slash = rest.next_if_eq(&'/').is_some();
                    starts_with_folders |= tokens.is_empty() && !slash;
                    if rest.peek().is_none() { Token::Rest } else { Token::Folders }
                }
                '*' => Token::Star,
                '?' => Token::One,
                '[' => class(&mut rest)?,
                '\\' => Token::Literal(rest.next().unwrap_or('\\')),
                _ => Token::Literal(character),
            };
            let again =
                matches!(token, Token::Star | Token::Folders | Token::Rest) && tokens.last() == Some(&token);
            let again = again || token == Token::Folders && tokens.last() == Some(&Token::InFolders);
            if !again {
                let folders = token == Token::Folders;
                tokens.push(token);
                tokens.extend(folders.then_some(Token::InFolders));
            }
        }
        // `**name` without a slash and without another wildcard matches any path that ends so.
        if starts_with_folders && tokens.iter().skip(2).all(|token| matches!(token, Token::Literal(_))) {
            tokens.splice(..tokens.len().min(2), [Token::Rest]);
        }
        let stars =
            tokens.iter().filter(|token| matches!(token, Token::Star | Token::Folders | Token::Rest)).count();
        (stars <= MAX_STARS).then_some(Self { tokens })
    }

    /// The length of the shortest front of the path, at a slash or the end, that the pattern matches.
    pub(super) fn matched_len(&self, path: &str) -> Option<usize> {
        let mut states = self.start();
        for (at, character) in path.char_indices() {
            if character == '/' && states.last() == Some(&self.tokens.len()) {
                return Some(at);
            }
            states = self.step(&states, character);
            if states.is_empty() {
                return None;
            }
        }
        (states.last() == Some(&self.tokens.len())).then_some(path.len())
    }

    /// False when no path below this folder can match.
    pub(super) fn may_match_below(&self, folder: &str) -> bool {
        if folder.is_empty() || self.matched_len(folder).is_some() {
            return true;
        }
        let mut states = self.start();
        for character in folder.chars().chain(['/']) {
            states = self.step(&states, character);
        }
        !states.is_empty()
    }

    /// The states before the first character, in ascending order; the number of tokens is the accepting one.
    fn start(&self) -> Vec<usize> {
        self.close(vec![0])
    }

    /// Adds what can be reached without a character; a state leads only to later ones.
    fn close(&self, states: Vec<usize>) -> Vec<usize> {
        let mut closed = Vec::with_capacity(states.len() + 2);
        let mut heap: BinaryHeap<Reverse<usize>> = states.into_iter().map(Reverse).collect();
        while let Some(Reverse(state)) = heap.pop() {
            if closed.last() == Some(&state) {
                continue;
            }
            closed.push(state);
            match self.tokens.get(state) {
                Some(Token::Star | Token::Rest) => heap.push(Reverse(state + 1)),
                Some(Token::Folders) => heap.extend([Reverse(state + 1), Reverse(state + 2)]),
                _ => {}
            }
        }
        closed
    }

    fn step(&self, states: &[usize], character: char) -> Vec<usize> {
        let mut next = Vec::with_capacity(states.len() + 2);
        for &state in states {
            match self.tokens.get(state) {
                Some(Token::InFolders) if character == '/' => next.extend([state, state + 1]),
                Some(Token::InFolders | Token::Rest) => next.push(state),
                Some(Token::Star) if character != '/' => next.push(state),
                Some(Token::One) if character != '/' => next.push(state + 1),
                Some(Token::Literal(literal)) if *literal == character => next.push(state + 1),
                Some(Token::Class { negated, ranges })
                    if ranges.iter().any(|(from, to)| (*from..=*to).contains(&character)) != *negated =>
                {
                    next.push(state + 1);
                }
                _ => {}
            }
        }
        self.close(next)
    }
}

fn class(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<Token> {
    let negated = rest.next_if_eq(&'^').is_some();
    let mut ranges = Vec::new();
    loop {
        let mut from = rest.next()?;
        if from == ']' && !ranges.is_empty() {
            return Some(Token::Class { negated, ranges });
        }
        if from == '\\' {
            from = rest.next()?;
        }
        let mut to = from;
        if rest.peek() == Some(&'-') {
            rest.next();
            if rest.peek() == Some(&']') {
                ranges.push(('-', '-'));
            } else {
                to = rest.next()?;
                if to == '\\' {
                    to = rest.next()?;
                }
            }
        }
        ranges.push((from, to));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn takes(pattern: &str, path: &str) -> bool {
        Glob::new(pattern, Dialect::Ignore).unwrap().matched_len(path).is_some()
    }

    /// Rows of moby's own table of patterns and paths.
    #[test]
    fn as_patternmatcher_does() {
        for (pattern, path, wanted) in [
            ("**", "file", true),
            ("**", "dir/file", true),
            ("**/", "file", true),
            ("**/**", "dir/file", true),
            ("dir/**", "dir/file", true),
            ("dir/**", "dir/dir2/file", true),
            ("**/dir", "dir", true),
            ("**/dir", "dir/file", true),
            ("**/dir2/*", "dir/dir2/file", true),
            ("**/dir2/*", "dir/dir2/file/x", true),
            ("**/dir2/**", "dir/dir2/dir2/file", true),
            ("**file", "file", true),
            ("**file", "dir/file", true),
            ("**/file", "dir/dir/file", true),
            ("**/file*", "dir/dir/file.txt", true),
            ("**/file*txt", "dir/dir/file.txt", true),
            ("**/file*.txt", "dir/dir/file.txt", true),
            ("**/**/*.txt", "dir/dir/file.txt", true),
            ("**/**/*.txt2", "dir/dir/file.txt", false),
            ("**/*.txt", "file.txt", true),
            ("a**/*.txt", "a/file.txt", true),
            ("a**/*.txt", "a/dir/file.txt", true),
            ("a/*.txt", "a/dir/file.txt", false),
            ("a/*.txt", "a/file.txt", true),
            ("a/*.txt**", "a/file.txt", true),
            ("a[b-d]e", "ae", false),
            ("a[b-d]e", "ace", true),
            ("a[b-d]e", "aae", false),
            ("a[^b-d]e", "aze", true),
            (".*", ".foo", true),
            (".*", "foo", false),
            ("abc.def", "abcdef", false),
            ("abc.def", "abcZdef", false),
            ("abc?def", "abcZdef", true),
            ("abc?def", "abcdef", false),
            ("a\\\\", "a\\", true),
            ("**/foo/bar", "foo/bar", true),
            ("**/foo/bar", "dir/foo/bar", true),
            ("abc/**", "abc", false),
            ("abc/**", "abc/def", true),
            ("**/.foo", "bar.foo", false),
            ("a(b)c/def", "a(b)c/def", true),
            ("a.|)$(}+{bc", "a.|)$(}+{bc", true),
            ("dist/*.whl", "dist/proxy.py-2.4.0rc3.dev36+g08acad9-py3-none-any.whl", true),
        ] {
            assert_eq!(takes(pattern, path), wanted, "{pattern} {path}");
        }
        for broken in ["a[", "a[^", "a[^b", "[b-", "[]a"] {
            assert!(Glob::new(broken, Dialect::Ignore).is_none(), "{broken}");
        }
    }

    #[test]
    fn a_pattern_of_copy_stops_at_slashes() {
        let glob = Glob::new("src/*.conf", Dialect::Copy).unwrap();
        assert_eq!(glob.matched_len("src/a.conf"), Some(10));
        assert_eq!(glob.matched_len("src/x.conf/y"), Some(10));
        assert_eq!(glob.matched_len("src/x/a.conf"), None);
        assert!(glob.may_match_below("src"));
        assert!(glob.may_match_below(""));
        assert!(!glob.may_match_below("srcs"));
        assert!(!glob.may_match_below("src/x"));
        assert!(glob.may_match_below("src/x.conf/y"));
        let both = Glob::new("a/**/b", Dialect::Ignore).unwrap();
        assert!(both.may_match_below("a/x/y"));
        assert!(!both.may_match_below("b"));
    }

    #[test]
    fn hostile_patterns_are_refused_or_quick() {
        assert!(Glob::new(&"*a".repeat(300), Dialect::Ignore).is_none());
        let stars = Glob::new(&"*a".repeat(200), Dialect::Ignore).unwrap();
        assert_eq!(stars.matched_len(&"a".repeat(4000)), Some(4000));
        assert_eq!(stars.matched_len(&format!("{}b", "a".repeat(4000))), None);
    }
}
