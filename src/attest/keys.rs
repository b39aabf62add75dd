//! Key pairs: made, written, read; ECDSA on P-256 and Ed25519.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use pkcs8::der::pem::{LineEnding, PemLabel as _};
use pkcs8::der::{Decode as _, SecretDocument};
use pkcs8::pkcs5::pbes2;
use pkcs8::{
    DecodePublicKey as _, EncodePrivateKey as _, EncodePublicKey as _, EncryptedPrivateKeyInfoRef,
    ObjectIdentifier, PrivateKeyInfoRef,
};
use sha2::{Digest as _, Sha256};
use signature_traits::{Signer as _, Verifier as _};
use zeroize::Zeroizing;

use p256::ecdsa::signature as signature_traits;

const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// PKCS#8 version 1 of an Ed25519 key up to its 32 bytes (RFC 8410, section 10.3). Version 2, which carries the
/// public key too, is not read by OpenSSL 3.0.
const ED25519_PKCS8: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// scrypt cost: N = 2^14, r = 8, p = 5, one of the settings of OWASP's password storage page, and within the 32 MB
/// that OpenSSL allows.
const SCRYPT_LOG_N: u32 = 14;
const SCRYPT_R: u16 = 8;
const SCRYPT_P: u16 = 5;

/// The most memory that a key file may ask scrypt for, in bytes.
const SCRYPT_MEMORY_LIMIT: u64 = 1 << 28;
/// The most rounds that a key file may ask for: PBKDF2 iterations, or scrypt N * r * p.
const ROUNDS_LIMIT: u64 = 1 << 25;

/// Kinds of keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeyType {
    /// ECDSA on NIST P-256 with SHA-256, nonces by RFC 6979.
    #[default]
    EcdsaP256,
    /// Ed25519 (RFC 8032).
    Ed25519,
}

impl KeyType {
    /// Name on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::EcdsaP256 => "ecdsa-p256",
            Self::Ed25519 => "ed25519",
        }
    }
}

/// Why a key cannot be made, read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// No PEM block of a kind we know.
    #[error(
        "not a PEM private key; give a PKCS#8 file, which starts with BEGIN PRIVATE KEY or BEGIN ENCRYPTED PRIVATE KEY \
         (`plimsoll keygen` makes one)"
    )]
    NotAPrivateKey,
    /// A private key in its old form.
    #[error(
        "the private key is in a format of its own kind; turn it into PKCS#8: `openssl pkcs8 -topk8 -in KEY -out KEY.pkcs8`"
    )]
    OldFormat,
    /// A private key of cosign.
    #[error(
        "the private key is in cosign's own encrypted form, which is not read; make a key with `plimsoll keygen`"
    )]
    Cosign,
    /// No PEM public key.
    #[error("not a PEM public key; give the .pub file, which starts with BEGIN PUBLIC KEY")]
    NotAPublicKey,
    /// A public key was expected and a private one given.
    #[error("this is a private key; give the public one, the .pub file")]
    PrivateGiven,
    /// The block is broken.
    #[error("the key file is damaged or holds more than one key; take a fresh copy of it")]
    Damaged,
    /// A key of another kind.
    #[error("only ECDSA P-256 and Ed25519 keys are known; make one with `plimsoll keygen`")]
    UnknownType,
    /// Encrypted, and no passphrase was given.
    #[error("the private key is encrypted; give its passphrase in PLIMSOLL_PASSWORD or at the prompt")]
    PassphraseNeeded,
    /// Decryption failed.
    #[error("the passphrase does not open the private key; check PLIMSOLL_PASSWORD, or type it again")]
    WrongPassphrase,
    /// The file asks for an unreasonable amount of work.
    #[error(
        "the private key's encryption asks for more memory or time than is reasonable; encrypt it anew with `openssl pkcs8 -topk8`"
    )]
    TooCostly,
    /// An empty passphrase when writing.
    #[error("the passphrase is empty; choose one, or say --no-passphrase to write the key unencrypted")]
    EmptyPassphrase,
    /// The system gave no random bytes.
    #[error("the system's random number generator failed; try again")]
    NoRandomness,
    /// The key could not be encoded.
    #[error("the key could not be written in PKCS#8; make a new one with `plimsoll keygen`")]
    Encoding,
}

/// True when the PEM text holds an encrypted private key, so that a passphrase is needed to load it.
pub fn is_encrypted(pem: &[u8]) -> bool {
    has_label(pem, EncryptedPrivateKeyInfoRef::PEM_LABEL)
}

/// A private key. Its bytes are wiped from memory when it is dropped.
pub struct PrivateKey(Secret);

enum Secret {
    EcdsaP256(p256::ecdsa::SigningKey),
    Ed25519(Box<ed25519_dalek::SigningKey>),
}

impl PrivateKey {
    /// Makes a new key from the system's random numbers.
    pub fn generate(key_type: KeyType) -> Result<Self, KeyError> {
        loop {
            let mut seed = Zeroizing::new([0_u8; 32]);
            getrandom::fill(seed.as_mut_slice()).map_err(|_| KeyError::NoRandomness)?;
            match key_type {
                // A seed of zero or beyond the group's order is no P-256 key: draw again.
                KeyType::EcdsaP256 => {
                    if let Ok(key) = p256::ecdsa::SigningKey::from_slice(seed.as_slice()) {
                        return Ok(Self(Secret::EcdsaP256(key)));
                    }
                }
                KeyType::Ed25519 => {
                    return Ok(Self(Secret::Ed25519(Box::new(ed25519_dalek::SigningKey::from_bytes(&seed)))));
                }
            }
        }
    }

    /// Reads PKCS#8 PEM, plain or encrypted. The passphrase is not looked at when the file is not encrypted.
    pub fn from_pem(pem: &[u8], passphrase: Option<&str>) -> Result<Self, KeyError> {
        let text = std::str::from_utf8(pem).map_err(|_| KeyError::NotAPrivateKey)?.trim();
        if has_label(pem, PrivateKeyInfoRef::PEM_LABEL) {
            let (_, document) = SecretDocument::from_pem(text).map_err(|_| KeyError::Damaged)?;
            return Self::from_der(document.as_bytes());
        }
        if is_encrypted(pem) {
            let (_, document) = SecretDocument::from_pem(text).map_err(|_| KeyError::Damaged)?;
            let sealed =
                EncryptedPrivateKeyInfoRef::from_der(document.as_bytes()).map_err(|_| KeyError::Damaged)?;
            check_cost(&sealed)?;
            let passphrase = passphrase.ok_or(KeyError::PassphraseNeeded)?;
            let opened = sealed.decrypt(passphrase).map_err(|error| match error {
                pkcs8::Error::EncryptedPrivateKey(pkcs8::pkcs5::Error::UnsupportedAlgorithm { .. }) => {
                    KeyError::TooCostly
                }
                // A wrong passphrase gives wrong padding, or now and then bytes that are no key.
                _ => KeyError::WrongPassphrase,
            })?;
            return Self::from_der(opened.as_bytes()).map_err(|error| match error {
                KeyError::Damaged => KeyError::WrongPassphrase,
                other => other,
            });
        }
        Err(if has_label(pem, "EC PRIVATE KEY") || has_label(pem, "OPENSSH PRIVATE KEY") {
            KeyError::OldFormat
        } else if has_label(pem, "ENCRYPTED SIGSTORE PRIVATE KEY")
            || has_label(pem, "ENCRYPTED COSIGN PRIVATE KEY")
        {
            KeyError::Cosign
        } else {
            KeyError::NotAPrivateKey
        })
    }

    /// Writes PKCS#8 PEM, encrypted (PBES2: scrypt, AES-256-CBC) when a passphrase is given.
    pub fn to_pem(&self, passphrase: Option<&str>) -> Result<Zeroizing<String>, KeyError> {
        let plain = self.to_der()?;
        let Some(passphrase) = passphrase else {
            return plain
                .to_pem(PrivateKeyInfoRef::PEM_LABEL, LineEnding::LF)
                .map_err(|_| KeyError::Encoding);
        };
        if passphrase.is_empty() {
            return Err(KeyError::EmptyPassphrase);
        }
        let mut salt = [0_u8; 16];
        let mut iv = [0_u8; 16];
        getrandom::fill(&mut salt).map_err(|_| KeyError::NoRandomness)?;
        getrandom::fill(&mut iv).map_err(|_| KeyError::NoRandomness)?;
        let kdf = pbes2::ScryptParams {
            salt: pbes2::Salt::new(salt).map_err(|_| KeyError::Encoding)?,
            cost_parameter: 1 << SCRYPT_LOG_N,
            block_size: SCRYPT_R,
            parallelization: SCRYPT_P,
            key_length: None,
        };
        let parameters =
            pbes2::Parameters { kdf: kdf.into(), encryption: pbes2::EncryptionScheme::Aes256Cbc { iv } };
        PrivateKeyInfoRef::from_der(plain.as_bytes())
            .map_err(|_| KeyError::Encoding)?
            .encrypt_with_params(parameters, passphrase)
            .and_then(|sealed| Ok(sealed.to_pem(EncryptedPrivateKeyInfoRef::PEM_LABEL, LineEnding::LF)?))
            .map_err(|_| KeyError::Encoding)
    }

    /// Its other half.
    pub fn public_key(&self) -> PublicKey {
        PublicKey(match &self.0 {
            Secret::EcdsaP256(key) => Public::EcdsaP256(*key.verifying_key()),
            Secret::Ed25519(key) => Public::Ed25519(key.verifying_key()),
        })
    }

    /// Signs: DER for ECDSA, 64 bytes for Ed25519. The same message gives the same signature every time.
    pub(super) fn sign_bytes(&self, message: &[u8]) -> Result<Vec<u8>, signature_traits::Error> {
        Ok(match &self.0 {
            Secret::EcdsaP256(key) => {
                let signature: p256::ecdsa::Signature = key.try_sign(message)?;
                signature.to_der().as_bytes().to_vec()
            }
            Secret::Ed25519(key) => key.try_sign(message)?.to_bytes().to_vec(),
        })
    }

    fn from_der(der: &[u8]) -> Result<Self, KeyError> {
        let info = PrivateKeyInfoRef::from_der(der).map_err(|_| KeyError::Damaged)?;
        match info.algorithm.oid {
            EC_PUBLIC_KEY => {
                let curve = info.algorithm.parameters_oid().map_err(|_| KeyError::UnknownType)?;
                if curve != <p256::NistP256 as pkcs8::AssociatedOid>::OID {
                    return Err(KeyError::UnknownType);
                }
                p256::ecdsa::SigningKey::try_from(info)
                    .map(|key| Self(Secret::EcdsaP256(key)))
                    .map_err(|_| KeyError::Damaged)
            }
            ED25519 => ed25519_dalek::SigningKey::try_from(info)
                .map(|key| Self(Secret::Ed25519(Box::new(key))))
                .map_err(|_| KeyError::Damaged),
            _ => Err(KeyError::UnknownType),
        }
    }

    fn to_der(&self) -> Result<SecretDocument, KeyError> {
        match &self.0 {
            Secret::EcdsaP256(key) => key.to_pkcs8_der().map_err(|_| KeyError::Encoding),
            Secret::Ed25519(key) => {
                let mut der = Zeroizing::new(ED25519_PKCS8.to_vec());
                der.extend_from_slice(key.as_bytes());
                SecretDocument::try_from(der.as_slice()).map_err(|_| KeyError::Encoding)
            }
        }
    }
}

/// Never prints the key.
impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey of {}", self.public_key().fingerprint())
    }
}

/// A public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey(Public);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Public {
    EcdsaP256(p256::ecdsa::VerifyingKey),
    Ed25519(ed25519_dalek::VerifyingKey),
}

impl PublicKey {
    /// Reads a PEM `SubjectPublicKeyInfo`.
    pub fn from_pem(pem: &[u8]) -> Result<Self, KeyError> {
        let text = std::str::from_utf8(pem).map_err(|_| KeyError::NotAPublicKey)?.trim();
        if !has_label(pem, "PUBLIC KEY") {
            return Err(if text.contains("PRIVATE KEY-----") {
                KeyError::PrivateGiven
            } else {
                KeyError::NotAPublicKey
            });
        }
        let (_, document) = pkcs8::Document::from_pem(text).map_err(|_| KeyError::Damaged)?;
        let info =
            pkcs8::SubjectPublicKeyInfoRef::from_der(document.as_bytes()).map_err(|_| KeyError::Damaged)?;
        let key = match info.algorithm.oid {
            ED25519 => ed25519_dalek::VerifyingKey::from_public_key_der(document.as_bytes())
                .map(Public::Ed25519)
                .map_err(|_| KeyError::Damaged)?,
            EC_PUBLIC_KEY => {
                let curve = info.algorithm.parameters_oid().map_err(|_| KeyError::UnknownType)?;
                if curve != <p256::NistP256 as pkcs8::AssociatedOid>::OID {
                    return Err(KeyError::UnknownType);
                }
                p256::ecdsa::VerifyingKey::from_public_key_der(document.as_bytes())
                    .map(Public::EcdsaP256)
                    .map_err(|_| KeyError::Damaged)?
            }
            _ => return Err(KeyError::UnknownType),
        };
        if matches!(&key, Public::Ed25519(key) if key.is_weak()) {
            return Err(KeyError::Damaged);
        }
        Ok(Self(key))
    }

    /// Writes a PEM `SubjectPublicKeyInfo`.
    pub fn to_pem(&self) -> Result<String, KeyError> {
        match &self.0 {
            Public::EcdsaP256(key) => key.to_public_key_pem(LineEnding::LF),
            Public::Ed25519(key) => key.to_public_key_pem(LineEnding::LF),
        }
        .map_err(|_| KeyError::Encoding)
    }

    /// What kind of key it is.
    pub fn key_type(&self) -> KeyType {
        match &self.0 {
            Public::EcdsaP256(_) => KeyType::EcdsaP256,
            Public::Ed25519(_) => KeyType::Ed25519,
        }
    }

    /// The `SHA256:…` fingerprint that OpenSSH shows for this key (`ssh-keygen -l`): base64 without padding of the
    /// SHA-256 of the key in SSH wire format (RFC 4253, section 6.6; RFC 5656, section 3.1; RFC 8709).
    pub fn fingerprint(&self) -> String {
        let mut wire = Vec::new();
        let mut string = |bytes: &[u8]| {
            wire.extend_from_slice(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
            wire.extend_from_slice(bytes);
        };
        match &self.0 {
            Public::EcdsaP256(key) => {
                string(b"ecdsa-sha2-nistp256");
                string(b"nistp256");
                string(key.to_sec1_point(false).as_bytes());
            }
            Public::Ed25519(key) => {
                string(b"ssh-ed25519");
                string(key.as_bytes());
            }
        }
        format!("SHA256:{}", STANDARD_NO_PAD.encode(Sha256::digest(&wire)))
    }

    /// The hint that a Sigstore bundle carries for this key: base64 of the SHA-256 of its DER form.
    pub fn hint(&self) -> Result<String, KeyError> {
        let der = match &self.0 {
            Public::EcdsaP256(key) => key.to_public_key_der(),
            Public::Ed25519(key) => key.to_public_key_der(),
        }
        .map_err(|_| KeyError::Encoding)?;
        Ok(STANDARD.encode(Sha256::digest(der.as_bytes())))
    }

    /// True when `signature` (DER for ECDSA, 64 bytes for Ed25519) is this key's over `message`.
    pub(super) fn accepts(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.0 {
            Public::EcdsaP256(key) => p256::ecdsa::Signature::from_der(signature)
                .is_ok_and(|signature| key.verify(message, &signature).is_ok()),
            // verify_strict also refuses keys and points of small order.
            Public::Ed25519(key) => ed25519_dalek::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify_strict(message, &signature).is_ok()),
        }
    }
}

fn has_label(pem: &[u8], label: &str) -> bool {
    let line = format!("-----BEGIN {label}-----");
    pem.trim_ascii_start().starts_with(line.as_bytes())
}

fn check_cost(sealed: &EncryptedPrivateKeyInfoRef<'_>) -> Result<(), KeyError> {
    let Some(parameters) = sealed.encryption_algorithm.pbes2() else { return Err(KeyError::TooCostly) };
    let (memory, rounds) = match &parameters.kdf {
        pbes2::Kdf::Scrypt(scrypt) => {
            let blocks = scrypt.cost_parameter.saturating_mul(u64::from(scrypt.block_size));
            (blocks.saturating_mul(128), blocks.saturating_mul(u64::from(scrypt.parallelization)))
        }
        pbes2::Kdf::Pbkdf2(pbkdf2) => (0, u64::from(pbkdf2.iteration_count)),
        _ => return Err(KeyError::TooCostly),
    };
    if memory > SCRYPT_MEMORY_LIMIT || rounds > ROUNDS_LIMIT { Err(KeyError::TooCostly) } else { Ok(()) }
}
