//! The secret detector.

/// What the configuration says about secrets.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Users' rule files: name for messages, and text.
    pub rules: Vec<(String, String)>,
    /// Key for digests of secrets, from `PLIMSOLL_DIGEST_KEY`.
    pub digest_key: Option<zeroize::Zeroizing<Vec<u8>>>,
}
