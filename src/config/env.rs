//! The layer between file and flags: `PLIMSOLL_*` variables.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::str::FromStr;

use crate::config::error::ConfigError;
use crate::config::nearest::nearest;
use crate::config::{FILE_VARIABLE, Overrides};
use crate::rule::UnknownWord;

/// The environment as the program was given it.
pub type Env = BTreeMap<OsString, OsString>;

/// Every variable that is read, here or elsewhere, with what it does.
pub const VARIABLES: &[(&str, &str)] = &[
    ("PLIMSOLL_COLOR", "auto, always or never, as --color"),
    (FILE_VARIABLE, "the configuration file, as --config"),
    ("PLIMSOLL_DIGEST_KEY", "key for the digests of secrets in reports"),
    ("PLIMSOLL_FAIL_ON", "the threshold, as --fail-on"),
    ("PLIMSOLL_PASSWORD", "passphrase of the private key for keygen, sign and sbom --sign"),
    ("PLIMSOLL_PERSONA", "the persona, as --persona"),
    ("PLIMSOLL_THREADS", "the number of threads, as --threads"),
];

/// A variable's value, when it is set and not empty.
pub fn text<'e>(env: &'e Env, name: &'static str) -> Result<Option<&'e str>, ConfigError> {
    match env.get(std::ffi::OsStr::new(name)) {
        None => Ok(None),
        Some(value) => match value.to_str() {
            Some("") => Ok(None),
            Some(text) => Ok(Some(text)),
            None => Err(ConfigError::Environment { variable: name, problem: "is not UTF-8".to_owned() }),
        },
    }
}

/// A variable's value as one of a fixed set of words.
pub fn word<T: FromStr<Err = UnknownWord>>(env: &Env, name: &'static str) -> Result<Option<T>, ConfigError> {
    let Some(text) = text(env, name)? else { return Ok(None) };
    text.parse().map(Some).map_err(|error: UnknownWord| ConfigError::Environment {
        variable: name,
        problem: format!("is not one of {}", error.known.join(", ")),
    })
}

/// What the environment says about the gate.
pub(super) fn overrides(env: &Env) -> Result<Overrides, ConfigError> {
    Ok(Overrides {
        fail_on: word(env, "PLIMSOLL_FAIL_ON")?,
        persona: word(env, "PLIMSOLL_PERSONA")?,
        families: None,
    })
}

/// Remarks about variables that look like slips: a mistyped threshold must not pass unseen.
pub fn slips(env: &Env) -> Vec<String> {
    let known = || VARIABLES.iter().map(|(name, _)| *name);
    env.keys()
        .filter_map(|name| name.to_str())
        .filter(|name| name.starts_with("PLIMSOLL_") && !known().any(|known| known == *name))
        .filter_map(|name| {
            let lower: Vec<(String, &str)> = known().map(|known| (kebab(known), known)).collect();
            let near = nearest(&kebab(name), lower.iter().map(|(lower, _)| lower.as_str()))?;
            let (_, meant) = lower.iter().find(|(lower, _)| lower == near)?;
            Some(format!("the environment variable {name} means nothing here; did you mean {meant}?"))
        })
        .collect()
}

/// Without the common beginning, so that what is compared is what tells them apart.
fn kebab(name: &str) -> String {
    name.trim_start_matches("PLIMSOLL_").to_lowercase().replace('_', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(pairs: &[(&str, &str)]) -> Env {
        pairs.iter().map(|(name, value)| (name.into(), value.into())).collect()
    }

    #[test]
    fn values_are_checked_and_not_repeated() {
        let error = overrides(&env(&[("PLIMSOLL_FAIL_ON", "hgih")])).unwrap_err().to_string();
        assert_eq!(
            error,
            "the environment variable PLIMSOLL_FAIL_ON is not one of none, info, low, medium, high, critical; \
             unset it or set it to one of the values named"
        );
        assert!(overrides(&env(&[("PLIMSOLL_FAIL_ON", "")])).unwrap().fail_on.is_none());
    }

    #[test]
    fn slips_are_noticed_and_strangers_are_not() {
        let notes =
            slips(&env(&[("PLIMSOLL_FAILON", "low"), ("PLIMSOLL_BINARY", "x"), ("PLIMSOLL_COLOR", "x")]));
        assert_eq!(
            notes,
            ["the environment variable PLIMSOLL_FAILON means nothing here; did you mean PLIMSOLL_FAIL_ON?"]
        );
    }
}
