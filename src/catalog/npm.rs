//! What the lock files of npm, Yarn and pnpm have in common: names, descriptors, sources.

use crate::inventory::{Package, Purl, PurlError};

use super::{hash, url};

/// A package of the npm ecosystem; an empty version is none. `resolved` is where the lock file says it comes from; a git source becomes a
/// qualifier, because its version alone does not say what it is.
pub(super) fn package(name: &str, version: &str, resolved: Option<&str>) -> Result<Package, PurlError> {
    let (namespace, base) = match name.strip_prefix('@').and_then(|_| name.split_once('/')) {
        Some((scope, base)) => (Some(scope), base),
        None => (None, name),
    };
    let vcs = resolved.filter(|resolved| url::is_git(resolved)).and_then(|resolved| url::vcs(resolved, None));
    let qualifiers: Vec<(&str, &str)> = vcs.iter().map(|vcs| ("vcs_url", vcs.as_str())).collect();
    let purl = Purl::new("npm", namespace, base, Some(version), &qualifiers)?;
    let version = Some(version).filter(|version| !version.is_empty());
    let mut package = Package::new(purl, name, version.map(str::to_owned));
    if let Some(resolved) = resolved.filter(|_| vcs.is_none()) {
        package.download_url = url::download(resolved);
        // Yarn writes the SHA-1 of the archive behind its address.
        if let Some(checksum) = resolved.split_once('#').and_then(|(_, fragment)| hash::bare_hex(fragment)) {
            package.checksums.insert(checksum);
        }
    }
    Ok(package)
}

/// Splits `name@reference`; the `@` of a scope is part of the name.
pub(super) fn descriptor(text: &str) -> Option<(&str, &str)> {
    let at = text.char_indices().skip(1).find(|(_, c)| *c == '@')?.0;
    Some((&text[..at], &text[at + 1..]))
}

/// True for what a registry serves as an archive: such an entry can carry a hash of it.
pub(super) fn is_archive(resolved: &str) -> bool {
    url::download(resolved).is_some_and(|address| address.ends_with(".tgz") || address.ends_with(".tar.gz"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptors() {
        assert_eq!(descriptor("@s/a@^1"), Some(("@s/a", "^1")));
        assert_eq!(descriptor("a@npm:@s/b@1"), Some(("a", "npm:@s/b@1")));
        assert_eq!(descriptor("@s/a"), None);
        assert_eq!(descriptor(""), None);
        assert_eq!(descriptor("é@1"), Some(("é", "1")));
    }

    #[test]
    fn git_sources_are_told_apart() {
        let package = package("a", "1.0.0", Some("git+ssh://git@h.example/o/a.git#0af1")).unwrap();
        assert_eq!(
            package.purl.as_str(),
            "pkg:npm/a@1.0.0?vcs_url=git%2Bssh:%2F%2Fh.example%2Fo%2Fa.git%400af1"
        );
        assert_eq!(package.download_url, None);
    }
}
