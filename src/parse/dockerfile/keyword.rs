//! The names of instructions and of their flags.

/// Every instruction.
const INSTRUCTIONS: [&str; 18] = [
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
];

/// How a flag is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FlagShape {
    /// Once, with a value.
    Value,
    /// Once, with one of these values.
    OneOf(&'static [&'static str]),
    /// As often as one likes, with a value.
    Several,
    /// Once, alone or with `true` or `false`.
    Switch,
}

use FlagShape::{OneOf, Several, Switch, Value};

/// The flags of an instruction, from <https://docs.docker.com/reference/dockerfile/>.
fn flags(instruction: &str) -> &'static [(&'static str, FlagShape)] {
    match instruction {
        "FROM" => &[("platform", Value)],
        "RUN" => &[
            ("mount", Several),
            ("network", OneOf(&["default", "none", "host"])),
            ("security", OneOf(&["insecure", "sandbox"])),
            ("device", Several),
        ],
        "COPY" => &[
            ("from", Value),
            ("chown", Value),
            ("chmod", Value),
            ("link", Switch),
            ("parents", Switch),
            ("exclude", Several),
        ],
        "ADD" => &[
            ("keep-git-dir", Switch),
            ("checksum", Value),
            ("chown", Value),
            ("chmod", Value),
            ("link", Switch),
            ("unpack", Switch),
            ("exclude", Several),
        ],
        "HEALTHCHECK" => &[
            ("interval", Value),
            ("timeout", Value),
            ("start-period", Value),
            ("start-interval", Value),
            ("retries", Value),
        ],
        _ => &[],
    }
}

/// The instruction of this name, whatever the case.
pub(super) fn find(word: &str) -> Option<&'static str> {
    INSTRUCTIONS.into_iter().find(|name| name.eq_ignore_ascii_case(word))
}

/// The flag of this name.
pub(super) fn flag(instruction: &str, name: &str) -> Option<FlagShape> {
    flags(instruction).iter().find(|(known, _)| *known == name).map(|(_, shape)| *shape)
}

/// The instruction that was probably meant.
pub(super) fn nearest(word: &str) -> Option<&'static str> {
    among(&word.to_ascii_uppercase(), INSTRUCTIONS.into_iter())
}

/// The flag that was probably meant.
pub(super) fn nearest_flag(instruction: &str, word: &str) -> Option<&'static str> {
    among(word, flags(instruction).iter().map(|(name, _)| *name))
}

/// The nearest of some names, when it is near enough. Comparing costs the product of the lengths, so words far
/// longer than any name are not compared.
pub(super) fn among(word: &str, names: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    if word.len() > 24 {
        return None;
    }
    names
        .map(|name| (strsim::osa_distance(word, name), name))
        .filter(|(distance, name)| *distance <= 2 && *distance * 2 < name.len())
        .min()
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_any_case_and_nearly() {
        assert_eq!(find("from"), Some("FROM"));
        assert_eq!(find("FORM"), None);
        assert_eq!(nearest("FORM"), Some("FROM"));
        assert_eq!(nearest("copyy"), Some("COPY"));
        assert_eq!(nearest("echo"), None);
        assert_eq!(nearest_flag("COPY", "form"), Some("from"));
        assert_eq!(nearest(&"x".repeat(1 << 20)), None);
    }
}
