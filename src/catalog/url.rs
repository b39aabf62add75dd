//! Where packages are fetched from, without what must not be told.

/// An `http(s)` address without user information, query and fragment; `None` for anything else.
pub(super) fn download(url: &str) -> Option<String> {
    let lower = url.get(..8)?.to_ascii_lowercase();
    (lower.starts_with("http://") || lower == "https://").then(|| stripped(url)).flatten()
}

/// The `vcs_url` qualifier of a git source: `git+https://host/path@commit`. Takes what lock files write
/// (`git+ssh://git@host/path.git#commit`, `git@host:path#commit`), with `commit` where the file gives it apart.
pub(super) fn vcs(url: &str, commit: Option<&str>) -> Option<String> {
    let (address, fragment) = url.split_once('#').unwrap_or((url, ""));
    let address = address.strip_prefix("git+").unwrap_or(address);
    let mut out = match address.strip_prefix("git@").and_then(|rest| rest.split_once(':')) {
        Some((host, path)) => format!("git+ssh://{host}/{path}"),
        None if address.starts_with("git:") => stripped(address)?,
        None => format!("git+{}", stripped(address)?),
    };
    let commit = commit.unwrap_or_else(|| fragment.rsplit('=').next().unwrap_or(fragment));
    if !commit.is_empty() && commit.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        out.push('@');
        out.push_str(commit);
    }
    Some(out)
}

/// True for an address that names a git repository.
pub(super) fn is_git(url: &str) -> bool {
    ["git+", "git:", "git@", "ssh:"].iter().any(|prefix| url.starts_with(prefix))
        || (url.starts_with("http")
            && url.split(['#', '?']).next().is_some_and(|path| path.ends_with(".git")))
}

/// `scheme://host/path`: everything that may hold a credential is left out.
fn stripped(url: &str) -> Option<String> {
    let url = url.split(['#', '?']).next().unwrap_or(url);
    let (scheme, rest) = url.split_once("://")?;
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let host = authority.rsplit('@').next().unwrap_or(authority);
    // A port that is no number is the front of a password with a slash in it.
    let port = host.rsplit_once(':').filter(|_| !host.ends_with(']'));
    if port.is_some_and(|(_, port)| !port.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    let plain = |text: &str| !text.is_empty() && text.chars().all(|c| !c.is_control() && !c.is_whitespace());
    (plain(scheme) && plain(host) && (path.is_empty() || plain(path)))
        .then(|| format!("{scheme}://{host}{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_secret_stays() {
        assert_eq!(
            download("https://u:p@h.example:8443/a/b.tgz?token=x#y").as_deref(),
            Some("https://h.example:8443/a/b.tgz")
        );
        assert_eq!(download("HTTPS://h.example/@s/b.tgz").as_deref(), Some("HTTPS://h.example/@s/b.tgz"));
        assert_eq!(download("https://u:p/q@h.example/b"), None);
        assert_eq!(download("git+https://h/x"), None);
        assert_eq!(download("é"), None);
        assert_eq!(
            vcs("git+ssh://git@h.example/o/r.git#0af1", None).as_deref(),
            Some("git+ssh://h.example/o/r.git@0af1")
        );
        assert_eq!(
            vcs("git@h.example:o/r.git#semver:^1", None).as_deref(),
            Some("git+ssh://h.example/o/r.git")
        );
        assert_eq!(
            vcs("https://t@h.example/o/r?branch=b", Some("0af1")).as_deref(),
            Some("git+https://h.example/o/r@0af1")
        );
    }
}
