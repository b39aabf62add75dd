//! in-toto statements: which bytes, and what is said of them
//! (<https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md>).

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::json::{Json, quoted};

/// The statement type that we write.
pub const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";
/// The type before it, which cosign 3.1 still writes; its fields mean the same.
const STATEMENT_TYPE_V0_1: &str = "https://in-toto.io/Statement/v0.1";

/// The predicate type of a file that is no SBOM in JSON: the signer vouches for these bytes, and says no more. Its
/// predicate is an empty object.
pub const FILE_PREDICATE: &str = "https://github.com/plimsoll-dev/plimsoll/attestation/file/v1";

/// Something that a statement is about, known by its digest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// Name, for people; what counts is the digest.
    pub name: String,
    /// Digests by algorithm, in lower-case hexadecimal.
    pub digest: BTreeMap<String, String>,
}

impl Subject {
    /// These bytes under this name.
    pub fn of(name: impl Into<String>, bytes: &[u8]) -> Self {
        Self { name: name.into(), digest: BTreeMap::from([("sha256".to_owned(), sha256_hex(bytes))]) }
    }

    /// Reads `NAME=sha256:HEX`, as the command line writes it.
    pub fn parse(text: &str) -> Result<Self, StatementError> {
        let wrong = || StatementError::Subject(text.to_owned());
        let (name, digest) = text.rsplit_once('=').ok_or_else(wrong)?;
        let hex = digest.strip_prefix("sha256:").ok_or_else(wrong)?;
        if name.is_empty() || hex.len() != 64 || !is_lower_hex(hex) {
            return Err(wrong());
        }
        Ok(Self { name: name.to_owned(), digest: BTreeMap::from([("sha256".to_owned(), hex.to_owned())]) })
    }
}

/// Why a statement cannot be made or read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// A subject on the command line.
    #[error("{0:?} is no subject; write NAME=sha256: and the 64 lower-case hexadecimal digits of the digest")]
    Subject(String),
    /// The predicate is no JSON object.
    #[error(
        "the file is not one JSON object without repeated members ({0}); sign a valid SBOM, or sign it as a plain file"
    )]
    Predicate(String),
    /// A signed payload that is no statement.
    #[error("the signed payload is no in-toto statement: {0}; ask its maker for a new bundle")]
    NotAStatement(&'static str),
}

/// An in-toto statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// What it is about; never empty.
    pub subjects: Vec<Subject>,
    /// What kind of thing is said.
    pub predicate_type: String,
    /// What is said, as JSON text.
    predicate: String,
}

impl Statement {
    /// A statement about a file. With a predicate type, the file itself is the predicate and must be a JSON object;
    /// without, it is a plain file ([`FILE_PREDICATE`]). Without subjects, the subject is the file.
    pub fn about(
        name: &str,
        bytes: &[u8],
        predicate_type: Option<&str>,
        subjects: Vec<Subject>,
    ) -> Result<Self, StatementError> {
        let predicate = match predicate_type {
            None => "{}".to_owned(),
            Some(_) => {
                let wrong = |detail: &dyn ToString| StatementError::Predicate(detail.to_string());
                let json = Json::parse(bytes).map_err(|error| wrong(&error))?;
                if !matches!(json, Json::Object(_)) {
                    return Err(wrong(&"it is another kind of value"));
                }
                std::str::from_utf8(bytes).map_err(|error| wrong(&error))?.trim().to_owned()
            }
        };
        let subjects = if subjects.is_empty() { vec![Subject::of(name, bytes)] } else { subjects };
        Ok(Self { subjects, predicate_type: predicate_type.unwrap_or(FILE_PREDICATE).to_owned(), predicate })
    }

    /// What is said, as JSON text.
    pub fn predicate(&self) -> &str {
        &self.predicate
    }

    /// True when a subject's SHA-256 is that of these bytes.
    pub fn covers(&self, bytes: &[u8]) -> bool {
        let hex = sha256_hex(bytes);
        self.subjects.iter().any(|subject| subject.digest.get("sha256") == Some(&hex))
    }

    /// True when the statement names this subject with the same name and every one of its digests.
    pub fn names(&self, wanted: &Subject) -> bool {
        !wanted.digest.is_empty()
            && self.subjects.iter().any(|subject| {
                subject.name == wanted.name
                    && wanted.digest.iter().all(|(algorithm, hex)| subject.digest.get(algorithm) == Some(hex))
            })
    }

    /// True when these bytes are JSON with the same data as the predicate.
    pub fn carries(&self, bytes: &[u8]) -> bool {
        match (Json::parse(self.predicate.as_bytes()), Json::parse(bytes)) {
            (Ok(ours), Ok(theirs)) => ours.same_data(&theirs),
            _ => false,
        }
    }

    /// The payload to sign: one line, except where the predicate has line breaks of its own.
    pub(super) fn to_payload(&self) -> Vec<u8> {
        let subjects: Vec<String> = self
            .subjects
            .iter()
            .map(|subject| {
                let digests: Vec<String> = subject
                    .digest
                    .iter()
                    .map(|(algorithm, hex)| format!("{}:{}", quoted(algorithm), quoted(hex)))
                    .collect();
                format!("{{\"name\":{},\"digest\":{{{}}}}}", quoted(&subject.name), digests.join(","))
            })
            .collect();
        format!(
            "{{\"_type\":{},\"subject\":[{}],\"predicateType\":{},\"predicate\":{}}}",
            quoted(STATEMENT_TYPE),
            subjects.join(","),
            quoted(&self.predicate_type),
            self.predicate
        )
        .into_bytes()
    }

    /// Reads a payload whose signature has been verified. Unknown members are passed over, as the specification
    /// wants it; repeated ones are not.
    pub(super) fn from_payload(payload: &[u8]) -> Result<Self, StatementError> {
        let wrong = StatementError::NotAStatement;
        let Ok(Json::Object(members)) = Json::parse(payload) else {
            return Err(wrong("it is not one JSON object without repeated members"));
        };
        let (mut kind, mut subjects, mut predicate_type, mut predicate) = (None, None, None, None);
        for (name, value) in members {
            match (name.as_str(), value) {
                ("_type", Json::String(text)) => kind = Some(text),
                ("subject", Json::Array(items)) => {
                    subjects = Some(items.into_iter().map(subject_from).collect::<Result<Vec<_>, _>>()?);
                }
                ("predicateType", Json::String(text)) => predicate_type = Some(text),
                ("predicate", value @ Json::Object(_)) => predicate = Some(value.to_compact()),
                ("_type" | "subject" | "predicateType" | "predicate", _) => {
                    return Err(wrong("a member has the wrong type"));
                }
                _ => {}
            }
        }
        if !matches!(kind.as_deref(), Some(STATEMENT_TYPE | STATEMENT_TYPE_V0_1)) {
            return Err(wrong("its _type is not known"));
        }
        let subjects = subjects.unwrap_or_default();
        if subjects.is_empty() {
            return Err(wrong("it names no subject"));
        }
        let predicate_type = predicate_type.ok_or(wrong("it has no predicateType"))?;
        Ok(Self { subjects, predicate_type, predicate: predicate.unwrap_or_else(|| "{}".to_owned()) })
    }
}

fn subject_from(json: Json) -> Result<Subject, StatementError> {
    let wrong = StatementError::NotAStatement;
    let Json::Object(members) = json else { return Err(wrong("a subject is no object")) };
    let mut subject = Subject { name: String::new(), digest: BTreeMap::new() };
    for (name, value) in members {
        match (name.as_str(), value) {
            ("name", Json::String(text)) => subject.name = text,
            ("digest", Json::Object(digests)) => {
                for (algorithm, hex) in digests {
                    let Json::String(hex) = hex else { return Err(wrong("a digest is no string")) };
                    if algorithm == "sha256" && !(hex.len() == 64 && is_lower_hex(&hex)) {
                        return Err(wrong("a sha256 digest is not 64 lower-case hexadecimal digits"));
                    }
                    subject.digest.insert(algorithm, hex);
                }
            }
            ("name" | "digest", _) => return Err(wrong("a member of a subject has the wrong type")),
            _ => {}
        }
    }
    if subject.digest.is_empty() {
        return Err(wrong("a subject has no digest"));
    }
    Ok(subject)
}

fn is_lower_hex(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn sha256_hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
