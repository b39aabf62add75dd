//! Bytes to signed envelopes and back: keys, in-toto statements, DSSE, Sigstore bundles. Knows no SBOM.
//!
//! `sign` wraps a [`Statement`] about some bytes in a DSSE envelope inside a Sigstore bundle v0.3; `verify` opens
//! such a bundle with a public key. Anything that is not exactly as it should be is *not verified*.

mod bundle;
mod dsse;
mod json;
mod keys;
mod statement;
mod verify;

pub use bundle::{MEDIA_TYPE, SignError, Signer, sign};
pub use dsse::{PAYLOAD_TYPE, pae};
pub use keys::{KeyError, KeyType, PrivateKey, PublicKey, is_encrypted};
pub use statement::{FILE_PREDICATE, STATEMENT_TYPE, Statement, StatementError, Subject};
pub use verify::{Checks, Verified, VerifyError, verify, verify_artifact, verify_with};
