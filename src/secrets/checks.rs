//! Proofs that a token carries inside itself: a rule names them, and the sampler makes what they accept.

use super::codec;

/// A check by its name in a rule file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Check {
    /// Last 6 characters: base 62 of the CRC-32 of what lies between prefix and them (GitHub blog, April 2021).
    GithubCrc32,
    /// Last 8: hexadecimal of the little-endian CRC-32 of all before `_`.
    GrafanaCrc32,
    /// Last 8: hexadecimal of the CRC-32 of all before.
    AtlassianCrc32,
    /// `payload.[version.]LLCCCCCCC`: length of the payload and CRC-32 in base 36 (GitLab routable tokens).
    GitlabRoutable,
    /// A version 2 macaroon whose packets add up.
    Macaroon,
    /// Bech32 checksum, BIP-173.
    Bech32,
    /// NATS key: base 32 whose last two bytes are the CRC-16 of the rest.
    NkeyCrc16,
    /// Base64 after the last `_`, `.` or `-` of the prefix that holds a JSON object.
    Base64Json,
    /// Base64 of `<integer>:<bytes>` (Bitbucket and Jira data centre).
    IntegerColon,
    /// Base 58 whose last four bytes are the start of a double SHA-256 of the rest (Bitcoin).
    Base58,
    /// The part before the first dot is base64 of a decimal number (Discord).
    NumericId,
}

impl Check {
    pub(super) const ALL: [(&'static str, Self); 11] = [
        ("github-crc32", Self::GithubCrc32),
        ("grafana-crc32", Self::GrafanaCrc32),
        ("atlassian-crc32", Self::AtlassianCrc32),
        ("gitlab-routable", Self::GitlabRoutable),
        ("macaroon", Self::Macaroon),
        ("bech32", Self::Bech32),
        ("nkey-crc16", Self::NkeyCrc16),
        ("base64-json", Self::Base64Json),
        ("integer-colon", Self::IntegerColon),
        ("base58check", Self::Base58),
        ("numeric-id", Self::NumericId),
    ];

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, check)| *check)
    }

    /// True when the token proves itself. `prefix` is the literal it starts with.
    pub(super) fn holds(self, token: &[u8], prefix: usize) -> bool {
        self.proves(token, prefix).unwrap_or(false)
    }

    fn proves(self, token: &[u8], prefix: usize) -> Option<bool> {
        let tail = |n: usize| token.len().checked_sub(n).map(|at| token.split_at(at));
        let body = token.get(prefix..)?;
        Some(match self {
            Self::GithubCrc32 => {
                // Refresh tokens may be longer; of those no checksum is published.
                if body.len() > 36 {
                    return Some(true);
                }
                let (rest, check) = tail(6)?;
                codec::base62(codec::crc32(rest.get(prefix..)?), 6).as_bytes() == check
            }
            Self::GrafanaCrc32 => {
                let (rest, check) = tail(8)?;
                let sum = codec::crc32(rest.strip_suffix(b"_")?).swap_bytes();
                format!("{sum:08x}").as_bytes() == check
            }
            Self::AtlassianCrc32 => {
                let (rest, check) = tail(8)?;
                format!("{:08X}", codec::crc32(rest)).as_bytes().eq_ignore_ascii_case(check)
            }
            Self::GitlabRoutable => {
                let (rest, check) = tail(7)?;
                let (payload_and_version, length) = rest.split_at(rest.len().checked_sub(2)?);
                let payload = body.split(|byte| *byte == b'.').next()?;
                // The kind of a runner's token (`t1_`) stands before the payload and does not count.
                let kind = memchr::memchr(b'_', &payload[..payload.len().min(4)]).map_or(0, |end| end + 1);
                let fits = |payload: &[u8]| {
                    u32::try_from(payload.len()).is_ok_and(|len| codec::base36(len, 2).as_bytes() == length)
                };
                codec::base36(codec::crc32(rest), 7).as_bytes() == check
                    && (fits(payload) || fits(&payload[kind..]))
                    && payload_and_version.ends_with(b".")
            }
            Self::Macaroon => {
                let dash = memchr::memchr(b'-', token)?;
                macaroon_adds_up(&codec::base64_decode(&token[dash + 1..])?)
            }
            Self::Bech32 => codec::bech32_holds(token),
            Self::NkeyCrc16 => {
                let bytes = codec::base32_decode(token)?;
                let (rest, check) = bytes.split_last_chunk::<2>()?;
                codec::crc16_xmodem(rest) == u16::from_le_bytes(*check)
            }
            Self::Base64Json => {
                let body = body.split(|byte| *byte == b'_').next()?;
                serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(&codec::base64_decode(
                    body,
                )?)
                .is_ok()
            }
            Self::IntegerColon => {
                let bytes = codec::base64_decode(body)?;
                let colon = memchr::memchr(b':', &bytes)?;
                colon > 0 && bytes[..colon].iter().all(u8::is_ascii_digit)
            }
            Self::Base58 => codec::base58check_holds(token),
            Self::NumericId => {
                let id = codec::base64_decode(body.split(|byte| *byte == b'.').next()?)?;
                (15..=20).contains(&id.len()) && id.iter().all(u8::is_ascii_digit)
            }
        })
    }

    /// A token that the check accepts: `prefix`, and `fill(class, length)` for what is free.
    pub(super) fn make(self, prefix: &str, fill: &mut dyn FnMut(&str, usize) -> String) -> String {
        match self {
            Self::GithubCrc32 => {
                let body = fill("alnum", 30);
                format!("{prefix}{body}{}", codec::base62(codec::crc32(body.as_bytes()), 6))
            }
            Self::GrafanaCrc32 => {
                let body = format!("{prefix}{}", fill("alnum", 32));
                format!("{body}_{:08x}", codec::crc32(body.as_bytes()).swap_bytes())
            }
            Self::AtlassianCrc32 if prefix == "ATBB" => {
                let body = format!("{prefix}{}", fill("alnum", 24));
                format!("{body}{:08X}", codec::crc32(body.as_bytes()))
            }
            Self::AtlassianCrc32 => {
                let body = format!("{prefix}{}=", fill("base64url", 171));
                format!("{body}{:08X}", codec::crc32(body.as_bytes()))
            }
            Self::GitlabRoutable => {
                let payload = codec::base64url_encode(
                    format!("o:{}\nu:{}", fill("digit", 4), fill("alnum", 30)).as_bytes(),
                );
                let length = u32::try_from(payload.len()).unwrap_or(0);
                let body = format!("{prefix}{payload}.01.{}", codec::base36(length, 2));
                format!("{body}{}", codec::base36(codec::crc32(body.as_bytes()), 7))
            }
            Self::Macaroon => {
                let mut bytes = b"\x02\x01\x08pypi.org\x02\x24".to_vec();
                bytes.extend(fill("hex", 36).bytes());
                bytes.extend(b"\0\0\x06\x20");
                bytes.extend(fill("alnum", 32).bytes());
                format!("{prefix}{}", codec::base64url_encode(&bytes))
            }
            Self::Bech32 => codec::bech32_encode(&prefix.to_ascii_lowercase(), fill("alnum", 32).as_bytes())
                .to_uppercase(),
            Self::NkeyCrc16 => {
                // Two prefix bytes: seed (18 << 3) over the kind of key (20 << 3, a user), shifted by three bits: `SU`.
                let mut bytes = vec![0x95, 0x00];
                bytes.extend(fill("alnum", 32).bytes());
                bytes.extend(codec::crc16_xmodem(&bytes).to_le_bytes());
                codec::base32_encode(&bytes)
            }
            Self::Base64Json => {
                let json = format!(
                    "{{\"o\":\"{}\",\"n\":\"{}\",\"k\":\"{}\"}}",
                    fill("digit", 6),
                    fill("lower", 12),
                    fill("alnum", 32)
                );
                format!("{prefix}{}", codec::base64_encode(json.as_bytes()))
            }
            Self::IntegerColon => {
                let text = format!("{}:{}", fill("digit", 12), fill("alnum", 20));
                format!("{prefix}{}", codec::base64_encode(text.as_bytes()))
            }
            Self::Base58 => {
                // Version, then for a wallet depth, parent, index, chain code and key; for a single key the key.
                let mut bytes = if prefix == "xprv" { vec![0x04, 0x88, 0xAD, 0xE4] } else { vec![0x80] };
                if prefix == "xprv" {
                    bytes.extend([0; 9]);
                    bytes.extend(fill("alnum", 32).bytes());
                }
                bytes.extend(if prefix == "xprv" { vec![0] } else { Vec::new() });
                bytes.extend(fill("alnum", 32).bytes());
                bytes.extend(if prefix == "xprv" { Vec::new() } else { vec![1] });
                codec::base58check_encode(&bytes)
            }
            Self::NumericId => {
                let id = format!("7{}", fill("digit", 17));
                format!(
                    "{prefix}{}.{}.{}",
                    codec::base64url_encode(id.as_bytes()),
                    fill("alnum", 6),
                    fill("alnum", 27)
                )
            }
        }
    }
}

/// `02`, then fields of type and length up to the two ends of section, then the signature.
fn macaroon_adds_up(bytes: &[u8]) -> bool {
    let Some((2, mut rest)) = bytes.split_first().map(|(version, rest)| (*version, rest)) else {
        return false;
    };
    while let Some((kind, after)) = rest.split_first() {
        if *kind == 0 {
            rest = after;
            continue;
        }
        // Lengths are varints; those above 16383 occur in no token of this size.
        let (length, after) = match after {
            [low, high, after @ ..] if low & 0x80 != 0 => {
                (usize::from(low & 0x7f) | usize::from(*high) << 7, after)
            }
            [low, after @ ..] => (usize::from(*low), after),
            [] => return false,
        };
        let Some(after) = after.get(length..) else { return false };
        if *kind == 6 {
            return after.is_empty() && length == 32;
        }
        rest = after;
    }
    false
}
