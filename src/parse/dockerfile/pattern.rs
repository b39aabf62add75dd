//! The patterns of `${V#p}`, `${V%p}` and `${V/p/r}`: `*` and `?`, matched without backtracking.

/// The longest pattern, in tokens, that is looked at.
const MAX_TOKENS: usize = 120;
/// The longest value that patterns are applied to.
const MAX_VALUE: usize = 512;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    Literal(char),
    One,
    Any,
}

/// A pattern.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    tokens: Vec<Token>,
}

impl Pattern {
    /// Reads a pattern; `None` when it is broken or too long.
    pub(super) fn new(text: &str) -> Option<Self> {
        let mut tokens = Vec::new();
        let mut characters = text.chars();
        while let Some(character) = characters.next() {
            let token = match character {
                '*' => Token::Any,
                '?' => Token::One,
                '\\' => Token::Literal(
                    characters.next().filter(|next| matches!(next, '*' | '?' | '\\' | '}' | '/'))?,
                ),
                _ => Token::Literal(character),
            };
            if token != Token::Any || tokens.last() != Some(&Token::Any) {
                tokens.push(token);
            }
        }
        (tokens.len() <= MAX_TOKENS).then_some(Self { tokens })
    }

    /// Cuts the shortest or longest match off the front.
    pub(super) fn trim_prefix(&self, value: &str, longest: bool) -> Option<String> {
        let characters = characters(value)?;
        let cut = matches(&self.tokens, characters.iter().copied(), longest).unwrap_or(0);
        Some(characters[cut..].iter().collect())
    }

    /// Cuts the shortest or longest match off the end.
    pub(super) fn trim_suffix(&self, value: &str, longest: bool) -> Option<String> {
        let characters = characters(value)?;
        let reversed: Vec<Token> = self.tokens.iter().rev().copied().collect();
        let cut = matches(&reversed, characters.iter().rev().copied(), longest).unwrap_or(0);
        Some(characters[..characters.len() - cut].iter().collect())
    }

    /// Replaces the first or all matches, each as long as can be.
    pub(super) fn replace(&self, value: &str, with: &str, all: bool) -> Option<String> {
        let characters = characters(value)?;
        let mut out = String::new();
        let mut at = 0;
        let mut done = false;
        while at <= characters.len() {
            let found =
                if done { None } else { matches(&self.tokens, characters[at..].iter().copied(), true) };
            match found {
                Some(len) => {
                    out.push_str(with);
                    done = !all;
                    if len == 0 {
                        out.extend(characters.get(at));
                    }
                    // What follows a match of everything is not matched again as nothing.
                    if at + len == characters.len() {
                        break;
                    }
                    at += len.max(1);
                }
                None => {
                    out.extend(characters.get(at));
                    at += 1;
                }
            }
        }
        Some(out)
    }
}

/// A replacement without the backslashes that keep its `/` and `}` from ending it.
pub(super) fn unescape(text: &str) -> String {
    text.replace("\\/", "/").replace("\\}", "}")
}

fn characters(value: &str) -> Option<Vec<char>> {
    (value.len() <= MAX_VALUE).then(|| value.chars().collect())
}

/// How many characters at the front match. All states are followed at once, as bits.
fn matches(tokens: &[Token], characters: impl Iterator<Item = char>, longest: bool) -> Option<usize> {
    let mask = |wanted: &dyn Fn(&Token) -> bool| {
        tokens
            .iter()
            .enumerate()
            .filter(|(_, token)| wanted(token))
            .fold(0_u128, |mask, (bit, _)| mask | 1 << bit)
    };
    let any = mask(&|token| *token == Token::Any);
    let one = mask(&|token| *token == Token::One);
    let accept = 1_u128 << tokens.len();
    let mut states = 1_u128;
    states |= (states & any) << 1;
    let mut found = (states & accept != 0).then_some(0);
    for (index, character) in characters.enumerate() {
        if found.is_some() && !longest {
            return found;
        }
        let literal = mask(&|token| *token == Token::Literal(character));
        states = (states & any) | ((states & (one | literal)) << 1);
        states |= (states & any) << 1;
        if states == 0 {
            break;
        }
        if states & accept != 0 {
            found = Some(index + 1);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expectations are what bash prints for the same substitution.
    #[test]
    fn as_the_shell_does() {
        let pattern = |text| Pattern::new(text).unwrap();
        assert_eq!(pattern("*/").trim_prefix("a/b/c", false).unwrap(), "b/c");
        assert_eq!(pattern("*/").trim_prefix("a/b/c", true).unwrap(), "c");
        assert_eq!(pattern("/*").trim_suffix("a/b/c", false).unwrap(), "a/b");
        assert_eq!(pattern("/*").trim_suffix("a/b/c", true).unwrap(), "a");
        assert_eq!(pattern("x").trim_prefix("abc", true).unwrap(), "abc");
        assert_eq!(pattern("a?").trim_prefix("abc", false).unwrap(), "c");
        assert_eq!(pattern("b").replace("abcb", "x", false).unwrap(), "axcb");
        assert_eq!(pattern("b").replace("abcb", "x", true).unwrap(), "axcx");
        assert_eq!(pattern(r"\*").replace("a*b", "-", true).unwrap(), "a-b");
        assert_eq!(pattern("b*").replace("abcb", "x", false).unwrap(), "ax");
        assert!(Pattern::new(r"a\b").is_none());
        assert!(Pattern::new(&"a".repeat(1000)).is_none());
        assert!(pattern("a").trim_prefix(&"a".repeat(1000), true).is_none());
    }
}
