//! Checksums in the spellings of lock files.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::finding::hex;
use crate::inventory::{Checksum, HashAlgorithm};

/// An algorithm by its name in lock files, with its length in bytes.
fn algorithm(name: &str) -> Option<(HashAlgorithm, usize)> {
    Some(match name {
        "md5" => (HashAlgorithm::Md5, 16),
        "sha1" => (HashAlgorithm::Sha1, 20),
        "sha256" => (HashAlgorithm::Sha256, 32),
        "sha384" => (HashAlgorithm::Sha384, 48),
        "sha512" => (HashAlgorithm::Sha512, 64),
        _ => return None,
    })
}

/// Subresource integrity: `sha512-<base64>`, several between blanks, options after `?`.
/// <https://www.w3.org/TR/SRI/#the-integrity-attribute>
pub(super) fn integrity(text: &str) -> impl Iterator<Item = Checksum> {
    text.split_ascii_whitespace().filter_map(|part| {
        let (name, value) = part.split_once('-')?;
        let (algorithm, length) = algorithm(name)?;
        let bytes = STANDARD.decode(value.split('?').next().unwrap_or(value)).ok()?;
        (bytes.len() == length).then(|| Checksum { algorithm, hex: hex(&bytes) })
    })
}

/// `sha256:<hexadecimal>`, as Python's lock files and image digests write it.
pub(super) fn named_hex(text: &str) -> Option<Checksum> {
    let (name, value) = text.split_once([':', '='])?;
    let (algorithm, length) = algorithm(name)?;
    plain_hex(algorithm, length, value)
}

/// A hexadecimal SHA-1 or SHA-256, told apart by length.
pub(super) fn bare_hex(text: &str) -> Option<Checksum> {
    match text.len() {
        40 => plain_hex(HashAlgorithm::Sha1, 20, text),
        64 => plain_hex(HashAlgorithm::Sha256, 32, text),
        _ => None,
    }
}

fn plain_hex(algorithm: HashAlgorithm, length: usize, value: &str) -> Option<Checksum> {
    let good = value.len() == 2 * length && value.bytes().all(|byte| byte.is_ascii_hexdigit());
    good.then(|| Checksum { algorithm, hex: value.to_ascii_lowercase() })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SHA-1 of nothing: FIPS 180-4 test value.
    const EMPTY_SHA1: &str = "da39a3ee5e6b4b0d3255bfef95601890afd80709";

    #[test]
    fn spellings() {
        let found: Vec<_> = integrity("sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk= sha512-short md9-x").collect();
        assert_eq!(found, [Checksum { algorithm: HashAlgorithm::Sha1, hex: EMPTY_SHA1.to_owned() }]);
        assert_eq!(bare_hex(&EMPTY_SHA1.to_uppercase()).unwrap().hex, EMPTY_SHA1);
        assert_eq!(named_hex(&format!("sha1:{EMPTY_SHA1}")).unwrap().algorithm, HashAlgorithm::Sha1);
        assert_eq!(named_hex(&format!("sha256:{EMPTY_SHA1}")), None);
        assert_eq!(bare_hex("da39a3ee5e6b4b0d3255bfef95601890afd8070g"), None);
    }
}
