//! Reading the options of commands.

use crate::parse::shell::Word;

/// The word that carries one of these long options, with or without `=value`.
pub(super) fn long<'w>(arguments: &'w [Word], names: &[&str]) -> Option<&'w Word> {
    arguments.iter().find(|word| {
        let text = word.text();
        let name = text.split_once('=').map_or(text, |(name, _)| name);
        names.contains(&name)
    })
}

/// The value of an option, `--name=value` or `--name value`, with the word that it stands in and the offset in it.
pub(super) fn value<'w>(arguments: &'w [Word], names: &[&str]) -> Option<(&'w Word, u32)> {
    for (index, word) in arguments.iter().enumerate() {
        let text = word.text();
        for name in names {
            let Some(rest) = text.strip_prefix(name) else { continue };
            if rest.is_empty() {
                return arguments.get(index + 1).map(|next| (next, 0));
            }
            if rest.starts_with('=') {
                return Some((word, u32::try_from(name.len() + 1).unwrap_or(0)));
            }
            let short = name.len() == 2 && !name.starts_with("--");
            if short {
                return Some((word, 2));
            }
        }
    }
    None
}

/// The word that carries a short option alone or in a cluster (`-fsSk`), where `valued` are the letters that take a
/// value and so end a cluster.
pub(super) fn short<'w>(arguments: &'w [Word], letter: char, valued: &str) -> Option<&'w Word> {
    arguments.iter().find(|word| {
        let text = word.text();
        let Some(cluster) = text.strip_prefix('-') else { return false };
        if cluster.starts_with('-') {
            return false;
        }
        for found in cluster.chars() {
            if found == letter {
                return true;
            }
            if valued.contains(found) || !found.is_ascii_alphanumeric() {
                return false;
            }
        }
        false
    })
}

/// Letters of `curl` that take a value.
pub(super) const CURL_VALUED: &str = "AbcCdDeEFhHKmoPQrtTuUwxXyYz";

/// The first URL among the words.
pub(super) fn url(arguments: &[Word]) -> Option<&Word> {
    arguments.iter().find(|word| {
        let text = word.text();
        ["http://", "https://", "ftp://"].iter().any(|scheme| text.starts_with(scheme))
    })
}
