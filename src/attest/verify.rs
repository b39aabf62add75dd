//! Opening a bundle with a public key.

use std::ops::Deref;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::bundle::MEDIA_TYPE;
use super::dsse::{PAYLOAD_TYPE, pae};
use super::json::Json;
use super::keys::{KeyError, PublicKey};
use super::statement::{Statement, StatementError};

/// The largest bundle that is looked at.
const SIZE_LIMIT: usize = 512 << 20;

/// Something that was signed by the key it was checked with. Only this module makes one.
///
/// # What is NOT checked
/// - *When* it was signed: a key alone knows no time. An old bundle stays verified until the key is withdrawn.
/// - That a transparency log or a timestamp authority has seen it; bundles that carry such entries are refused
///   unless [`Checks::skip_transparency_log`] says otherwise, and then the entries are passed over.
/// - That what the statement says is *true* or complete: an SBOM can be signed and wrong.
/// - That the subjects are the artifacts at hand: ask [`Statement::covers`] or [`Statement::names`].
/// - The predicate's type and content: ask for the type that you expect.
#[derive(Clone, Debug, PartialEq)]
pub struct Verified<T> {
    inner: T,
    log_skipped: bool,
}

impl<T> Verified<T> {
    /// Takes it out.
    pub fn into_inner(self) -> T {
        self.inner
    }

    /// True when the bundle held log entries or timestamps that were passed over.
    pub fn log_skipped(&self) -> bool {
        self.log_skipped
    }
}

impl<T> Deref for Verified<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.inner
    }
}

/// What may be left out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Checks {
    /// Pass over transparency log entries and timestamps, which cannot be verified here, instead of refusing them.
    pub skip_transparency_log: bool,
}

/// Why a bundle is not verified.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// Larger than any bundle should be.
    #[error("not verified: the file is larger than 512 MiB; check that it is a bundle")]
    TooLarge,
    /// Not JSON, or not strict JSON.
    #[error("not verified: not valid JSON ({0}); check that the file is the bundle, and fetch it again")]
    Json(String),
    /// Valid JSON in no layout that a bundle writer produces.
    #[error("not verified: white space, number or escape was changed after signing; fetch the bundle again")]
    NotCanonical,
    /// Not a bundle of the version we know.
    #[error("not verified: the media type is not {MEDIA_TYPE}; ask for a Sigstore bundle of version 0.3")]
    MediaType,
    /// A member that does not belong.
    #[error("not verified: {place} has a member that is not known; fetch the bundle again")]
    UnknownMember {
        /// Where.
        place: &'static str,
    },
    /// A member that is missing or of the wrong type.
    #[error("not verified: {place} is missing or has the wrong form; fetch the bundle again")]
    Shape {
        /// Which.
        place: &'static str,
    },
    /// Signed with a certificate.
    #[error(
        "not verified: signed with a certificate, not with a key; check it with `cosign verify-blob-attestation`"
    )]
    Certificate,
    /// Log entries or timestamps are there.
    #[error(
        "not verified: the bundle holds transparency log entries or timestamps, which plimsoll cannot check; check it \
         with cosign, or pass them over with --insecure-skip-transparency-log"
    )]
    TransparencyLog,
    /// It signs a file's digest, not a statement, or the other way round.
    #[error("not verified: the bundle signs {found}; {remedy}")]
    Content {
        /// What it holds.
        found: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// Base64 that is not the one way to write its bytes.
    #[error("not verified: {place} is not canonical base64; fetch the bundle again")]
    Base64 {
        /// Which.
        place: &'static str,
    },
    /// The wrong payload type.
    #[error("not verified: the payload type is not {PAYLOAD_TYPE}; ask for an in-toto attestation")]
    PayloadType,
    /// None, or several.
    #[error("not verified: there are {0} signatures instead of one; ask for a bundle with one signature")]
    Signatures(usize),
    /// Another key's.
    #[error(
        "not verified: the bundle names another key than the given one ({given}); give the signer's public key"
    )]
    OtherKey {
        /// Fingerprint of the given key.
        given: String,
    },
    /// The signature is wrong.
    #[error("not verified: the signature does not match; the content was changed, or another key signed it")]
    Signature,
    /// Signed, but no statement.
    #[error("not verified: {0}")]
    Statement(#[from] StatementError),
    /// The signed digest is that of another file.
    #[error("not verified: the signature is for another file; give the file that was signed")]
    OtherFile,
    /// The given key could not be used.
    #[error("not verified: {0}")]
    Key(#[from] KeyError),
}

/// Verifies a bundle that holds a signed statement. See [`Verified`] for what is not checked.
pub fn verify(bundle: &[u8], key: &PublicKey) -> Result<Verified<Statement>, VerifyError> {
    verify_with(bundle, key, Checks::default())
}

/// [`verify`], leaving out what `checks` names.
pub fn verify_with(
    bundle: &[u8],
    key: &PublicKey,
    checks: Checks,
) -> Result<Verified<Statement>, VerifyError> {
    let (content, log_skipped) = open(bundle, key, checks)?;
    let Content::Envelope(envelope) = content else {
        return Err(VerifyError::Content {
            found: "a file's digest, not an attestation",
            remedy: "give the file that was signed",
        });
    };
    let mut envelope = Members::of(envelope, "dsseEnvelope")?;
    let payload = decode(&envelope.string("payload", "dsseEnvelope.payload")?, "dsseEnvelope.payload")?;
    let payload_type = envelope.string("payloadType", "dsseEnvelope.payloadType")?;
    let signatures = envelope.array("signatures", "dsseEnvelope.signatures")?;
    envelope.end()?;
    if payload_type != PAYLOAD_TYPE {
        return Err(VerifyError::PayloadType);
    }
    let count = signatures.len();
    let mut signatures = signatures.into_iter();
    let (Some(signature), None) = (signatures.next(), signatures.next()) else {
        return Err(VerifyError::Signatures(count));
    };
    let mut signature = Members::of(signature, "dsseEnvelope.signatures[0]")?;
    let sig = decode(&signature.string("sig", "the signature")?, "the signature")?;
    // An absent or empty key id says nothing; one that is there must be this key's.
    if let Some(keyid) = signature.optional_string("keyid", "the key id")?
        && !keyid.is_empty()
        && keyid != key.fingerprint()
    {
        return Err(VerifyError::OtherKey { given: key.fingerprint() });
    }
    signature.end()?;
    if !key.accepts(&pae(PAYLOAD_TYPE, &payload), &sig) {
        return Err(VerifyError::Signature);
    }
    Ok(Verified { inner: Statement::from_payload(&payload)?, log_skipped })
}

/// Verifies a bundle that holds a signature over a file's bytes, as `cosign sign-blob` makes it. What comes out is
/// the file's SHA-256 in hexadecimal.
pub fn verify_artifact(
    bundle: &[u8],
    key: &PublicKey,
    artifact: &[u8],
    checks: Checks,
) -> Result<Verified<[u8; 32]>, VerifyError> {
    let (content, log_skipped) = open(bundle, key, checks)?;
    let Content::Message(message) = content else {
        return Err(VerifyError::Content {
            found: "an attestation, not a file's digest",
            remedy: "verify it as an attestation",
        });
    };
    let mut message = Members::of(message, "messageSignature")?;
    let digest = message.take("messageDigest").ok_or(VerifyError::Shape { place: "messageDigest" })?;
    let mut digest = Members::of(digest, "messageDigest")?;
    if digest.string("algorithm", "messageDigest.algorithm")? != "SHA2_256" {
        return Err(VerifyError::Shape { place: "messageDigest.algorithm" });
    }
    let claimed = decode(&digest.string("digest", "messageDigest.digest")?, "messageDigest.digest")?;
    digest.end()?;
    let signature = decode(&message.string("signature", "the signature")?, "the signature")?;
    message.end()?;
    let actual: [u8; 32] = Sha256::digest(artifact).into();
    if claimed != actual {
        return Err(VerifyError::OtherFile);
    }
    if !key.accepts(artifact, &signature) {
        return Err(VerifyError::Signature);
    }
    Ok(Verified { inner: actual, log_skipped })
}

enum Content {
    Envelope(Json),
    Message(Json),
}

/// Everything about the bundle but its signed content.
fn open(bundle: &[u8], key: &PublicKey, checks: Checks) -> Result<(Content, bool), VerifyError> {
    if bundle.len() > SIZE_LIMIT {
        return Err(VerifyError::TooLarge);
    }
    let json = Json::parse(bundle).map_err(|error| VerifyError::Json(error.to_string()))?;
    if !json.is_layout_of(bundle) {
        return Err(VerifyError::NotCanonical);
    }
    let mut members = Members::of(json, "the bundle")?;
    if members.string("mediaType", "mediaType")? != MEDIA_TYPE {
        return Err(VerifyError::MediaType);
    }
    let material =
        members.take("verificationMaterial").ok_or(VerifyError::Shape { place: "verificationMaterial" })?;
    let envelope = members.take("dsseEnvelope");
    let message = members.take("messageSignature");
    members.end()?;
    let log_skipped = check_material(material, key, checks)?;
    match (envelope, message) {
        (Some(envelope), None) => Ok((Content::Envelope(envelope), log_skipped)),
        (None, Some(message)) => Ok((Content::Message(message), log_skipped)),
        _ => Err(VerifyError::Shape { place: "the signed content" }),
    }
}

/// The material must be a hint at the given key; true when there were log entries or timestamps and they may be
/// passed over.
fn check_material(material: Json, key: &PublicKey, checks: Checks) -> Result<bool, VerifyError> {
    let mut material = Members::of(material, "verificationMaterial")?;
    if material.take("certificate").is_some() || material.take("x509CertificateChain").is_some() {
        return Err(VerifyError::Certificate);
    }
    let public_key = material.take("publicKey").ok_or(VerifyError::Shape { place: "publicKey" })?;
    let mut public_key = Members::of(public_key, "publicKey")?;
    // protojson leaves an empty hint out; a hint that is there must be this key's.
    if let Some(hint) = public_key.optional_string("hint", "publicKey.hint")?
        && hint != key.hint()?
    {
        return Err(VerifyError::OtherKey { given: key.fingerprint() });
    }
    public_key.end()?;
    let mut present = false;
    if let Some(entries) = material.take("tlogEntries") {
        let Json::Array(entries) = entries else { return Err(VerifyError::Shape { place: "tlogEntries" }) };
        if !entries.iter().all(|entry| matches!(entry, Json::Object(_))) {
            return Err(VerifyError::Shape { place: "tlogEntries" });
        }
        present |= !entries.is_empty();
    }
    if let Some(timestamps) = material.take("timestampVerificationData") {
        let mut timestamps = Members::of(timestamps, "timestampVerificationData")?;
        if timestamps.take("rfc3161Timestamps").is_some() {
            present = true;
        }
        timestamps.end()?;
    }
    material.end()?;
    if present && !checks.skip_transparency_log {
        return Err(VerifyError::TransparencyLog);
    }
    Ok(present)
}

fn decode(text: &str, place: &'static str) -> Result<Vec<u8>, VerifyError> {
    // The engine refuses missing padding, white space and non-zero trailing bits.
    STANDARD.decode(text).map_err(|_| VerifyError::Base64 { place })
}

/// The members of an object, taken out one by one; what is left at the end does not belong there.
struct Members {
    left: Vec<(String, Json)>,
    place: &'static str,
}

impl Members {
    fn of(json: Json, place: &'static str) -> Result<Self, VerifyError> {
        match json {
            Json::Object(left) => Ok(Self { left, place }),
            _ => Err(VerifyError::Shape { place }),
        }
    }

    fn take(&mut self, name: &str) -> Option<Json> {
        let at = self.left.iter().position(|(member, _)| member == name)?;
        Some(self.left.remove(at).1)
    }

    fn optional_string(&mut self, name: &str, place: &'static str) -> Result<Option<String>, VerifyError> {
        match self.take(name) {
            None => Ok(None),
            Some(Json::String(text)) => Ok(Some(text)),
            Some(_) => Err(VerifyError::Shape { place }),
        }
    }

    fn string(&mut self, name: &str, place: &'static str) -> Result<String, VerifyError> {
        self.optional_string(name, place)?.ok_or(VerifyError::Shape { place })
    }

    fn array(&mut self, name: &str, place: &'static str) -> Result<Vec<Json>, VerifyError> {
        match self.take(name) {
            Some(Json::Array(items)) => Ok(items),
            _ => Err(VerifyError::Shape { place }),
        }
    }

    fn end(self) -> Result<(), VerifyError> {
        if self.left.is_empty() { Ok(()) } else { Err(VerifyError::UnknownMember { place: self.place }) }
    }
}
