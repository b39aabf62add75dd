//! Container image references, read as the distribution reference grammar has it
//! (<https://github.com/distribution/reference/blob/main/reference.go>).

use std::fmt;
use std::ops::Range;

/// A reference to an image, with the places of its parts in the text it was parsed from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageRef {
    /// The registry, `docker.io` when nothing is said.
    pub registry: String,
    /// The repository within the registry: `library/` is put before a name of one part on `docker.io`.
    pub repository: String,
    /// The tag as written.
    pub tag: Option<String>,
    /// The digest as written, `sha256:…`.
    pub digest: Option<String>,
    /// Where the registry stands, when it is written.
    pub registry_range: Option<Range<usize>>,
    /// Where the repository stands.
    pub repository_range: Range<usize>,
    /// Where the tag stands, without its colon.
    pub tag_range: Option<Range<usize>>,
    /// Where the digest stands, without its `@`.
    pub digest_range: Option<Range<usize>>,
}

/// The registry that is meant when none is named.
pub const DEFAULT_REGISTRY: &str = "docker.io";

/// The longest name (registry and repository) that the reference grammar allows.
const MAX_NAME: usize = 255;

impl ImageRef {
    /// Parses a reference; `None` when no image can have this name.
    pub fn parse(text: &str) -> Option<Self> {
        let (name_end, digest_range) = match text.find('@') {
            Some(at) => (at, Some(at + 1..text.len())),
            None => (text.len(), None),
        };
        if digest_range.clone().is_some_and(|range| !is_digest(&text[range])) {
            return None;
        }
        let named = &text[..name_end];
        let path_start = named.rfind('/').map_or(0, |slash| slash + 1);
        let (repository_end, tag_range) = match named[path_start..].find(':') {
            Some(colon) => (path_start + colon, Some(path_start + colon + 1..name_end)),
            None => (name_end, None),
        };
        if tag_range.clone().is_some_and(|range| !is_tag(&text[range])) {
            return None;
        }
        let name = &text[..repository_end];
        let (registry_range, repository_range) = match name.find('/') {
            Some(slash) if is_registry(&name[..slash]) => (Some(0..slash), slash + 1..repository_end),
            _ => (None, 0..repository_end),
        };
        let written = &text[repository_range.clone()];
        let host = registry_range.clone().map(|range| &text[range]);
        if !is_repository(written) || host.is_some_and(|host| !is_host(host)) || name.len() > MAX_NAME {
            return None;
        }
        let registry = match host {
            None | Some("index.docker.io") => DEFAULT_REGISTRY,
            Some(host) => host,
        };
        let repository = if registry == DEFAULT_REGISTRY && !written.contains('/') {
            format!("library/{written}")
        } else {
            written.to_owned()
        };
        Some(Self {
            registry: registry.to_owned(),
            repository,
            tag: tag_range.clone().map(|range| text[range].to_owned()),
            digest: digest_range.clone().map(|range| text[range].to_owned()),
            registry_range,
            repository_range,
            tag_range,
            digest_range,
        })
    }

    /// Registry and repository, spelled out: `docker.io/library/debian`.
    pub fn name(&self) -> String {
        format!("{}/{}", self.registry, self.repository)
    }

    /// The shortest name people know it by: `debian`, `bitnami/redis`, `ghcr.io/org/app`.
    pub fn familiar(&self) -> String {
        if self.registry != DEFAULT_REGISTRY {
            return self.name();
        }
        self.repository.strip_prefix("library/").unwrap_or(&self.repository).to_owned()
    }

    /// The tag that is meant: as written, or `latest` when there is neither tag nor digest.
    pub fn effective_tag(&self) -> Option<&str> {
        match (&self.tag, &self.digest) {
            (Some(tag), _) => Some(tag),
            (None, Some(_)) => None,
            (None, None) => Some("latest"),
        }
    }
}

/// The canonical spelling, with nothing left to defaults but the tag.
impl fmt::Display for ImageRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.registry, self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

/// The first part of a name is a registry when it has a dot or a port, is `localhost`, or has upper-case letters.
fn is_registry(part: &str) -> bool {
    part.contains(['.', ':']) || part == "localhost" || part.bytes().any(|byte| byte.is_ascii_uppercase())
}

fn is_host(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let Some((address, rest)) = rest.split_once(']') else { return false };
            if address.is_empty() || !address.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':') {
                return false;
            }
            if !rest.is_empty() && !rest.starts_with(':') {
                return false;
            }
            return rest.is_empty() || is_port(&rest[1..]);
        }
        None => text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port))),
    };
    port.is_none_or(is_port)
        && host.split('.').all(|label| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        })
}

fn is_port(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Parts of lower-case letters and digits, joined by `.`, `_`, `__` or dashes.
fn is_repository(text: &str) -> bool {
    text.split('/').all(|part| {
        let bytes = part.as_bytes();
        let alnum = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let ends =
            bytes.first().is_some_and(|byte| alnum(*byte)) && bytes.last().is_some_and(|byte| alnum(*byte));
        ends && part
            .split(|character: char| character.is_ascii_lowercase() || character.is_ascii_digit())
            .all(|joint| matches!(joint, "" | "." | "_" | "__") || joint.bytes().all(|byte| byte == b'-'))
    })
}

fn is_tag(text: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text.len() <= 128
        && text.bytes().next().is_some_and(word)
        && text.bytes().all(|byte| word(byte) || byte == b'.' || byte == b'-')
}

/// `algorithm:hex`; a sha256 has 64 hexadecimal digits.
fn is_digest(text: &str) -> bool {
    let Some((algorithm, hex)) = text.split_once(':') else { return false };
    let known = match algorithm {
        "sha256" => hex.len() == 64,
        "sha384" => hex.len() == 96,
        "sha512" => hex.len() == 128,
        _ => hex.len() >= 32 && algorithm.starts_with(|first: char| first.is_ascii_alphabetic()),
    };
    known && hex.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (String, String, Option<String>, Option<String>) {
        let image = ImageRef::parse(text).unwrap();
        (image.registry, image.repository, image.tag, image.digest)
    }

    #[test]
    fn defaults_are_those_of_docker() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(parts("debian"), ("docker.io".into(), "library/debian".into(), None, None));
        assert_eq!(parts("bitnami/redis:7"), ("docker.io".into(), "bitnami/redis".into(), some("7"), None));
        assert_eq!(parts("docker.io/debian"), ("docker.io".into(), "library/debian".into(), None, None));
        assert_eq!(parts("index.docker.io/a/b"), ("docker.io".into(), "a/b".into(), None, None));
        assert_eq!(parts("localhost/a"), ("localhost".into(), "a".into(), None, None));
        assert_eq!(parts("host:5000/a/b:v1"), ("host:5000".into(), "a/b".into(), some("v1"), None));
        assert_eq!(parts("[::1]:5000/a"), ("[::1]:5000".into(), "a".into(), None, None));
    }

    #[test]
    fn tag_and_digest_and_their_places() {
        let digest = format!("sha256:{}", "0a".repeat(32));
        let text = format!("ghcr.io/org/app:1.2@{digest}");
        let image = ImageRef::parse(&text).unwrap();
        assert_eq!(image.digest.as_deref(), Some(digest.as_str()));
        assert_eq!(image.registry_range, Some(0..7));
        assert_eq!(image.repository_range, 8..15);
        assert_eq!(image.tag_range, Some(16..19));
        assert_eq!(image.digest_range, Some(20..91));
        assert_eq!(image.to_string(), text);
        assert_eq!(image.familiar(), "ghcr.io/org/app");
        assert_eq!(ImageRef::parse("debian").unwrap().effective_tag(), Some("latest"));
        assert_eq!(ImageRef::parse("debian").unwrap().familiar(), "debian");
    }

    #[test]
    fn what_is_no_image() {
        for text in [
            "",
            "Debian",
            "a//b",
            "/a",
            "a/",
            "a:",
            "a:b:c",
            "a@sha256:12",
            "a b",
            "a:-x",
            "a..b",
            "-a/b",
            "a___b",
        ] {
            assert_eq!(ImageRef::parse(text), None, "{text}");
        }
        assert!(ImageRef::parse("a__b/c--d").is_some());
        assert!(ImageRef::parse("Upper/name").is_some(), "an upper-case first part is a registry");
        assert_eq!(ImageRef::parse(&"a/".repeat(200)), None);
    }
}
