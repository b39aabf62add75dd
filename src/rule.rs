//! What a rule is: its name, its page and how much its findings weigh.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// The stable name of a rule, in kebab case: it reads as "allow `<rule>`".
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct RuleId(Cow<'static, str>);

impl RuleId {
    /// A name known at compile time.
    pub const fn new(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// A name from a file.
    pub fn owned(name: String) -> Self {
        Self(Cow::Owned(name))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name { $($(#[$variant_doc])* $variant,)+ }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The word used in reports, flags and configuration.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.word())
            }
        }

        impl std::str::FromStr for $name {
            type Err = UnknownWord;

            fn from_str(text: &str) -> Result<Self, UnknownWord> {
                Self::ALL.iter().copied().find(|value| value.word() == text).ok_or_else(|| UnknownWord {
                    text: text.to_owned(),
                    known: Self::ALL.iter().map(|value| value.word()).collect(),
                })
            }
        }
    };
}

/// A word that is none of the known values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not one of {}", known.join(", "))]
pub struct UnknownWord {
    /// What was given.
    pub text: String,
    /// What would do.
    pub known: Vec<&'static str>,
}

words! {
    /// How bad it is.
    Severity {
        /// Worth knowing.
        Info = "info",
        /// A blemish.
        Low = "low",
        /// Should be put right.
        Medium = "medium",
        /// Must be put right before it ships.
        High = "high",
        /// Must be put right now.
        Critical = "critical",
    }
}

words! {
    /// How sure we are. Findings of low confidence never fail the gate.
    Confidence {
        /// A guess.
        Low = "low",
        /// Likely.
        Medium = "medium",
        /// Certain.
        High = "high",
    }
}

words! {
    /// Who wants to hear of it: each persona hears all that the ones before it hear.
    Persona {
        /// Everybody.
        Regular = "regular",
        /// Who wants every nicety.
        Pedantic = "pedantic",
        /// Who wants every suspicion.
        Auditor = "auditor",
    }
}

words! {
    /// The kind of check that a rule belongs to.
    Family {
        /// Dockerfiles and build contexts.
        Dockerfile = "dockerfile",
        /// Hardcoded secrets.
        Secret = "secret",
        /// Dependencies and the software bill of materials.
        Sbom = "sbom",
        /// Deployment manifests.
        Manifest = "manifest",
        /// Known vulnerabilities.
        Vulnerability = "vulnerability",
        /// Users' own policies.
        Policy = "policy",
        /// Suppressions that lack a reason, are unused or have expired.
        Suppression = "suppression",
    }
}

/// Everything that is known of a rule without running it.
#[derive(Clone, Debug)]
pub struct RuleMeta {
    /// Stable name.
    pub id: RuleId,
    /// Family.
    pub family: Family,
    /// One line, no trailing full stop.
    pub summary: Cow<'static, str>,
    /// The rule's page in Markdown: What it does, Why it matters, Bad, Good, How to fix, References.
    pub page: Cow<'static, str>,
    /// Default severity; a rule may report lower.
    pub severity: Severity,
    /// Default confidence; a rule may report lower.
    pub confidence: Confidence,
    /// The first persona that hears of it.
    pub persona: Persona,
    /// Version of Plimsoll that brought the rule.
    pub since: &'static str,
    /// Ids of the same concern in other tools (`DL3002`, `CKV_DOCKER_8`, `AVD-DS-0002`).
    pub aliases: Cow<'static, [Cow<'static, str>]>,
    /// Controls it gives evidence for (`CIS-Docker:4.1`).
    pub controls: Cow<'static, [Cow<'static, str>]>,
    /// Further reading.
    pub references: Cow<'static, [Cow<'static, str>]>,
}

/// The [`RuleMeta`] of a rule, with the rule's doc comment as its page.
///
/// ```
/// use plimsoll::card;
/// use plimsoll::rule::{Confidence, Family, Persona, RuleMeta, Severity};
/// static META: RuleMeta = card! {
///     /// ## What it does
///     /// Finds …
///     id: "root-user",
///     family: Dockerfile,
///     summary: "the shipped image runs as root",
///     severity: High,
///     confidence: High,
///     persona: Regular,
///     since: "0.1.0",
///     aliases: ["DL3002"],
///     controls: ["CIS-Docker:4.1"],
///     references: [],
/// };
/// assert!(META.page.starts_with(" ## What it does\n"));
/// ```
/// The space after `///` stays in [`RuleMeta::page`]; [`RuleMeta::markdown`] takes it off.
#[macro_export]
macro_rules! card {
    (
        $(#[doc = $line:literal])+
        id: $id:literal,
        family: $family:ident,
        summary: $summary:literal,
        severity: $severity:ident,
        confidence: $confidence:ident,
        persona: $persona:ident,
        since: $since:literal,
        aliases: [$($alias:literal),* $(,)?],
        controls: [$($control:literal),* $(,)?],
        references: [$($reference:literal),* $(,)?] $(,)?
    ) => {
        $crate::rule::RuleMeta {
            id: $crate::rule::RuleId::new($id),
            family: $crate::rule::Family::$family,
            summary: ::std::borrow::Cow::Borrowed($summary),
            page: ::std::borrow::Cow::Borrowed(concat!($($line, "\n"),+)),
            severity: $crate::rule::Severity::$severity,
            confidence: $crate::rule::Confidence::$confidence,
            persona: $crate::rule::Persona::$persona,
            since: $since,
            aliases: ::std::borrow::Cow::Borrowed(&[$(::std::borrow::Cow::Borrowed($alias)),*]),
            controls: ::std::borrow::Cow::Borrowed(&[$(::std::borrow::Cow::Borrowed($control)),*]),
            references: ::std::borrow::Cow::Borrowed(&[$(::std::borrow::Cow::Borrowed($reference)),*]),
        }
    };
}

impl RuleMeta {
    /// The page as Markdown, without the space that a doc comment leaves before each line.
    pub fn markdown(&self) -> String {
        self.page.lines().flat_map(|line| [line.strip_prefix(' ').unwrap_or(line), "\n"]).collect()
    }
}
