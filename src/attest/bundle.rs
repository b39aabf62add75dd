//! Sigstore bundles v0.3, signed with a key of one's own: no certificate, no log entry, no timestamp
//! (<https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_bundle.proto>).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::dsse::{PAYLOAD_TYPE, pae};
use super::keys::{KeyError, PrivateKey};
use super::statement::Statement;

/// The only media type that we write and accept.
pub const MEDIA_TYPE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";

/// Whoever can sign: a key in memory today, a key elsewhere tomorrow.
pub trait Signer {
    /// The `SHA256:…` fingerprint of the public key.
    fn key_id(&self) -> String;
    /// Base64 of the SHA-256 of the public key's DER form.
    fn hint(&self) -> Result<String, SignError>;
    /// Signs these bytes: DER for ECDSA, 64 bytes for Ed25519.
    fn sign(&self, pae: &[u8]) -> Result<Vec<u8>, SignError>;
}

/// Why nothing was signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The signature.
    #[error("the key made no signature; check it with `plimsoll sign` on another file, or make a new one")]
    Signature,
    /// The bundle.
    #[error("the bundle could not be written as JSON ({0}); this is a bug of plimsoll, please report it")]
    Json(#[from] serde_json::Error),
}

impl Signer for PrivateKey {
    fn key_id(&self) -> String {
        self.public_key().fingerprint()
    }

    fn hint(&self) -> Result<String, SignError> {
        Ok(self.public_key().hint()?)
    }

    fn sign(&self, pae: &[u8]) -> Result<Vec<u8>, SignError> {
        self.sign_bytes(pae).map_err(|_| SignError::Signature)
    }
}

/// Signs a statement. The bundle is one line of JSON without a line feed; the same key and statement give the same
/// bytes every time.
pub fn sign(signer: &dyn Signer, statement: &Statement) -> Result<Vec<u8>, SignError> {
    let payload = statement.to_payload();
    let signature = signer.sign(&pae(PAYLOAD_TYPE, &payload))?;
    let bundle = Bundle {
        media_type: MEDIA_TYPE,
        verification_material: Material { public_key: Hint { hint: signer.hint()? }, tlog_entries: [] },
        dsse_envelope: Envelope {
            payload: STANDARD.encode(&payload),
            payload_type: PAYLOAD_TYPE,
            signatures: [Signature { sig: STANDARD.encode(signature), keyid: signer.key_id() }],
        },
    };
    Ok(serde_json::to_vec(&bundle)?)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Bundle {
    media_type: &'static str,
    verification_material: Material,
    dsse_envelope: Envelope,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Material {
    public_key: Hint,
    tlog_entries: [(); 0],
}

#[derive(Serialize)]
struct Hint {
    hint: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    payload: String,
    payload_type: &'static str,
    signatures: [Signature; 1],
}

#[derive(Serialize)]
struct Signature {
    sig: String,
    keyid: String,
}
