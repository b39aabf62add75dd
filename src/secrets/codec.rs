//! Checksums and encodings that credentials carry inside: the checks read them, the sampler writes them.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use sha2::{Digest, Sha256};

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// Digits of base 62 in the order that GitHub uses (0-9, A-Z, a-z).
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Digits of base 32, RFC 4648.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// Digits of bech32, BIP-173.
const BECH32: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// Base64 of either alphabet, padded or not.
pub(super) fn base64_decode(text: &[u8]) -> Option<Vec<u8>> {
    let url_safe = text.iter().any(|byte| matches!(byte, b'-' | b'_'));
    if url_safe { URL_SAFE.decode(text).ok() } else { STANDARD.decode(text).ok() }
}

/// Padded base64.
pub(super) fn base64_encode(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// Base64 for URLs, without padding.
pub(super) fn base64url_encode(bytes: &[u8]) -> String {
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

/// CRC-32 of zip and Ethernet (reflected, polynomial 0xEDB88320).
pub(super) fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & 0_u32.wrapping_sub(crc & 1)))
    })
}

/// CRC-16/XMODEM (polynomial 0x1021), which NATS keys end with.
pub(super) fn crc16_xmodem(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ (u16::from(*byte) << 8), |crc: u16, _| {
            (crc << 1) ^ (0x1021 & 0_u16.wrapping_sub(crc >> 15))
        })
    })
}

/// CRC-24 of OpenPGP armor, RFC 9580 section 6.1.
pub(super) fn crc24(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x00B7_04CE, |crc, byte| {
        (0..8).fold(crc ^ (u32::from(*byte) << 16), |crc: u32, _| {
            let shifted = crc << 1;
            if shifted & 0x0100_0000 == 0 { shifted } else { (shifted ^ 0x0186_4CFB) & 0x00FF_FFFF }
        })
    })
}

/// A number in base 62, padded with zeros to `width`.
pub(super) fn base62(number: u32, width: usize) -> String {
    radix(number, BASE62, width)
}

/// A number in base 36 (lower case), padded with zeros to `width`.
pub(super) fn base36(number: u32, width: usize) -> String {
    radix(number, b"0123456789abcdefghijklmnopqrstuvwxyz", width)
}

fn radix(mut number: u32, digits: &[u8], width: usize) -> String {
    let base = u32::try_from(digits.len()).unwrap_or(u32::MAX);
    let mut out = Vec::new();
    while number > 0 || out.len() < width {
        out.push(char::from(digits[(number % base) as usize]));
        number /= base;
    }
    out.iter().rev().collect()
}

/// Base 32 of RFC 4648, no padding; bits that fill no byte are dropped.
pub(super) fn base32_decode(text: &[u8]) -> Option<Vec<u8>> {
    let (mut out, mut bits, mut count) = (Vec::with_capacity(text.len() * 5 / 8), 0_u32, 0);
    for byte in text {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'2'..=b'7' => byte - b'2' + 26,
            _ => return None,
        };
        bits = (bits << 5) | u32::from(value);
        count += 5;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    Some(out)
}

/// Base 32 of RFC 4648, no padding.
pub(super) fn base32_encode(bytes: &[u8]) -> String {
    five_bits(bytes).into_iter().map(|value| char::from(BASE32[usize::from(value)])).collect()
}

fn five_bits(bytes: &[u8]) -> Vec<u8> {
    let (mut out, mut bits, mut count) = (Vec::new(), 0_u32, 0);
    for byte in bytes {
        bits = (bits << 8) | u32::from(*byte);
        count += 8;
        while count >= 5 {
            count -= 5;
            out.push(((bits >> count) & 31) as u8);
        }
    }
    if count > 0 {
        out.push(((bits << (5 - count)) & 31) as u8);
    }
    out
}

fn bech32_polymod(values: impl IntoIterator<Item = u8>) -> u32 {
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    values.into_iter().fold(1, |check, value| {
        let top = check >> 25;
        let check = ((check & 0x01ff_ffff) << 5) ^ u32::from(value);
        (0..5).filter(|bit| top >> bit & 1 == 1).fold(check, |check, bit| check ^ GENERATOR[bit])
    })
}

fn bech32_expand(hrp: &[u8]) -> Vec<u8> {
    let high = hrp.iter().map(|byte| byte >> 5);
    high.chain([0]).chain(hrp.iter().map(|byte| byte & 31)).collect()
}

/// True when a bech32 string's last six characters are its checksum (BIP-173); upper or lower case.
pub(super) fn bech32_holds(text: &[u8]) -> bool {
    let lower = text.to_ascii_lowercase();
    let Some(separator) = memchr::memrchr(b'1', &lower) else { return false };
    let (hrp, data) = (&lower[..separator], &lower[separator + 1..]);
    let mut values = bech32_expand(hrp);
    for byte in data {
        let Some(value) = BECH32.iter().position(|digit| digit == byte) else { return false };
        values.push(value as u8);
    }
    data.len() > 6 && bech32_polymod(values) == 1
}

/// Bytes as a lower-case bech32 string.
pub(super) fn bech32_encode(hrp: &str, bytes: &[u8]) -> String {
    let data = five_bits(bytes);
    let mut values = bech32_expand(hrp.as_bytes());
    values.extend(&data);
    values.extend([0; 6]);
    let check = bech32_polymod(values) ^ 1;
    let check = (0..6).map(|at| ((check >> (5 * (5 - at))) & 31) as u8);
    let digits = data.into_iter().chain(check).map(|value| char::from(BECH32[usize::from(value)]));
    format!("{hrp}1{}", digits.collect::<String>())
}

const BASE58: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// The checksum of base58check: four bytes of a double SHA-256.
fn base58_sum(bytes: &[u8]) -> [u8; 4] {
    let sum = Sha256::digest(Sha256::digest(bytes));
    [sum[0], sum[1], sum[2], sum[3]]
}

/// True for base58check text, whose last four bytes sum up the rest (Bitcoin).
pub(super) fn base58check_holds(text: &[u8]) -> bool {
    // A number in base 256, least byte first; texts are some hundred characters at most.
    let mut bytes: Vec<u8> = Vec::with_capacity(text.len());
    for digit in text {
        let Some(value) = BASE58.iter().position(|known| known == digit) else { return false };
        let mut carry = value;
        for byte in &mut bytes {
            carry += usize::from(*byte) * 58;
            *byte = (carry & 0xFF) as u8;
            carry >>= 8;
        }
        if carry > 0 {
            bytes.push(carry as u8);
        }
    }
    let zeros = text.iter().take_while(|digit| **digit == b'1').count();
    bytes.extend(std::iter::repeat_n(0, zeros));
    bytes.reverse();
    bytes.split_last_chunk::<4>().is_some_and(|(rest, sum)| base58_sum(rest) == *sum)
}

/// Text in base58check; the first byte must not be 0.
pub(super) fn base58check_encode(bytes: &[u8]) -> String {
    let mut digits: Vec<usize> = Vec::new();
    for byte in bytes.iter().chain(&base58_sum(bytes)) {
        let mut carry = usize::from(*byte);
        for digit in &mut digits {
            carry += *digit << 8;
            *digit = carry % 58;
            carry /= 58;
        }
        while carry > 0 {
            digits.push(carry % 58);
            carry /= 58;
        }
    }
    digits.iter().rev().map(|digit| char::from(BASE58[*digit])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_check_values() {
        // The check values of the CRC catalogue are those of "123456789".
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(crc16_xmodem(b"123456789"), 0x31C3);
        assert_eq!(crc24(b"123456789"), 0x0021_CF02);
        // RFC 4648 section 10.
        assert_eq!(base32_encode(b"foobar"), "MZXW6YTBOI");
        assert_eq!(base32_decode(b"MZXW6YTBOI").as_deref(), Some(&b"foobar"[..]));
        // BIP-173, valid bech32 strings.
        assert!(bech32_holds(b"abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw"));
        assert!(bech32_holds(b"A12UEL5L".as_slice()) || !bech32_holds(b"A12UEL5M"));
        assert!(!bech32_holds(b"abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxx"));
        // The address of the first Bitcoin block.
        assert!(base58check_holds(b"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"));
        assert!(!base58check_holds(b"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb"));
        assert!(base58check_holds(base58check_encode(&[0x80, 7, 7]).as_bytes()));
        assert!(bech32_holds(bech32_encode("age-secret-key-", &[7; 32]).as_bytes()));
        assert_eq!((base62(61, 2), base36(35, 3)), ("0z".to_owned(), "00z".to_owned()));
    }
}
