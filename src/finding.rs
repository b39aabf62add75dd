//! A finding from its draft, which points into live bytes, to its final form, which holds masked text only;
//! and a gap, for what could not be looked at.

use std::fmt;
use std::fmt::Write as _;
use std::ops::Range;

use sha2::{Digest, Sha256};

use crate::rule::{Confidence, Family, RuleId, RuleMeta, Severity};
use crate::source::{Origin, Place, Span};

/// What a detector says: it points into sources and must not leave the process. `redact` turns it into a
/// [`Finding`].
#[derive(Clone, Debug)]
pub struct Draft {
    /// The rule that was broken.
    pub rule: RuleId,
    /// Its family.
    pub family: Family,
    /// How bad this one is.
    pub severity: Severity,
    /// How sure we are of this one.
    pub confidence: Confidence,
    /// One sentence, no trailing full stop, no secret.
    pub message: String,
    /// The place that is at fault.
    pub primary: Label,
    /// Places that explain it.
    pub context: Vec<Label>,
    /// What to do next.
    pub help: Option<String>,
    /// An edit that puts it right.
    pub fix: Option<Fix>,
    /// What the finding is about in terms that survive a line move (stage and instruction, key name, package);
    /// never a line number, never a secret. Part of the fingerprint.
    pub anchor: String,
    /// Set for findings of the secret family.
    pub secret: Option<SecretFacts>,
    /// True when a finding of another family says that the marked bytes are a credential. A secret rule that judges by
    /// shape alone has then nothing to add.
    pub tells_credential: bool,
}

impl Draft {
    /// A draft with the rule's own severity and confidence, pointing at `span`.
    pub fn new(meta: &RuleMeta, span: Span, message: impl Into<String>) -> Self {
        Self {
            rule: meta.id.clone(),
            family: meta.family,
            severity: meta.severity,
            confidence: meta.confidence,
            message: message.into(),
            primary: Label { span, text: String::new() },
            context: Vec::new(),
            help: None,
            fix: None,
            anchor: String::new(),
            secret: None,
            tells_credential: false,
        }
    }

    /// Another severity than the rule's own.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// Another confidence than the rule's own.
    #[must_use]
    pub fn confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }

    /// Words beside the marked place.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.primary.text = text.into();
        self
    }

    /// A further place that explains the finding.
    #[must_use]
    pub fn context(mut self, span: Span, text: impl Into<String>) -> Self {
        self.context.push(Label { span, text: text.into() });
        self
    }

    /// What to do next.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// An edit that puts it right.
    #[must_use]
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }

    /// What the finding is about, for the fingerprint.
    #[must_use]
    pub fn anchor(mut self, anchor: impl Into<String>) -> Self {
        self.anchor = anchor.into();
        self
    }

    /// Says that the marked bytes are a credential.
    #[must_use]
    pub fn tells_credential(mut self) -> Self {
        self.tells_credential = true;
        self
    }

    /// Facts of a secret.
    #[must_use]
    pub fn secret(mut self, secret: SecretFacts) -> Self {
        self.secret = Some(secret);
        self
    }
}

/// A marked place in live bytes.
#[derive(Clone, Debug)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// Words beside it; may be empty.
    pub text: String,
}

/// What may be told of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretFacts {
    /// Kind, as in the rule's name: `github-pat`.
    pub kind: String,
    /// Who issues it.
    pub provider: String,
    /// True when a checksum or structure inside the token was checked offline.
    pub verified_format: bool,
    /// HMAC-SHA256 of the value under `PLIMSOLL_DIGEST_KEY`, in hexadecimal, where that is set.
    pub digest: Option<String>,
}

impl SecretFacts {
    /// True when an issuer's own format or a check inside the token gave it away, false when only the words around it
    /// did: an assignment, a URL, a header.
    pub fn names_issuer(&self) -> bool {
        self.verified_format || !matches!(self.provider.as_str(), "generic" | "HTTP")
    }
}

/// Edits that put a finding right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, in the imperative.
    pub title: String,
    /// True when it cannot change what the image does for the worse.
    pub safe: bool,
    /// Edits of the file of the primary place; sorted, not overlapping.
    pub edits: Vec<Edit>,
}

/// Replaces a byte range of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// First byte replaced.
    pub start_byte: u64,
    /// Byte after the last replaced.
    pub end_byte: u64,
    /// What to put there.
    pub text: String,
}

/// What a report shows: no raw bytes, everything sensitive masked. Only `redact::seal` makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule that was broken.
    pub rule: RuleId,
    /// Its family.
    pub family: Family,
    /// How bad it is.
    pub severity: Severity,
    /// How sure we are.
    pub confidence: Confidence,
    /// One sentence, no trailing full stop.
    pub message: String,
    /// The place that is at fault.
    pub primary: Mark,
    /// Places that explain it.
    pub context: Vec<Mark>,
    /// What to do next.
    pub help: Option<String>,
    /// An edit that puts it right.
    pub fix: Option<Fix>,
    /// See [`Draft::anchor`].
    pub anchor: String,
    /// How many findings with the same rule, path and anchor come before this one.
    pub occurrence: u32,
    /// Set for findings of the secret family.
    pub secret: Option<SecretFacts>,
}

impl Finding {
    /// Where it lies first.
    pub fn origin(&self) -> &Origin {
        self.primary.place.origins.first()
    }

    /// The stable identity: survives line moves, scopes and machines.
    pub fn fingerprint(&self) -> Fingerprint {
        let mut hash = Sha256::new();
        for part in [
            b"plimsoll/1".as_slice(),
            self.rule.as_str().as_bytes(),
            self.origin().path().as_bytes(),
            self.anchor.as_bytes(),
            &self.occurrence.to_be_bytes(),
        ] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        Fingerprint(hash.finalize().into())
    }
}

/// A marked place in masked text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Where.
    pub place: Place,
    /// Words beside it; may be empty.
    pub text: String,
    /// The lines around it, masked.
    pub excerpt: Excerpt,
}

/// Masked lines with a stretch to point at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// Whole lines joined by LF, safe to print: masked, control characters replaced.
    pub text: String,
    /// 1-based number of the first line.
    pub first_line: u64,
    /// The marked stretch, in bytes of `text`; on character boundaries.
    pub marked: Range<usize>,
    /// True when lines were too long or too many and something was left out.
    pub shortened: bool,
}

/// SHA-256 over version, rule, path, anchor and occurrence.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 32]);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// Bytes that we could not look at. A verdict with gaps is incomplete.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// Printable name of what was not seen: a path, a commit, a scope.
    pub path: String,
    /// Why.
    pub kind: GapKind,
    /// What happened and what to do next, printable, in one line.
    pub detail: String,
}

/// Why bytes were not looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GapKind {
    /// The file or folder exists and cannot be read.
    Unreadable,
    /// An object that git should have is not there or does not check out.
    MissingObject,
    /// Larger or deeper than the budget allows.
    OverBudget,
    /// A detector failed on it.
    Internal,
}

impl GapKind {
    /// The word that reports use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::MissingObject => "missing-object",
            Self::OverBudget => "over-budget",
            Self::Internal => "internal",
        }
    }
}
