//! Container images as packages.

use std::ops::Range;

use crate::inventory::{Package, PackageKind, Purl, PurlError};
use crate::parse::image_ref::{DEFAULT_REGISTRY, ImageRef};

use super::harvest::Harvest;
use super::hash;

/// With a digest `pkg:oci`, whose version is the digest; else `pkg:docker`, whose version is the tag
/// (<https://github.com/package-url/purl-spec/blob/main/types/oci-definition.json>).
pub(super) fn package(image: &ImageRef) -> Result<Package, PurlError> {
    let repository = image.repository.as_str();
    let (namespace, name) = match repository.rsplit_once('/') {
        Some((namespace, name)) => (Some(namespace), name),
        None => (None, repository),
    };
    let (purl, version) = match &image.digest {
        Some(digest) => {
            let from = image.name();
            let mut qualifiers = vec![("repository_url", from.as_str())];
            qualifiers.extend(image.tag.as_deref().map(|tag| ("tag", tag)));
            (Purl::new("oci", None, name, Some(digest), &qualifiers)?, digest.as_str())
        }
        None => {
            let tag = image.effective_tag().unwrap_or("latest");
            let hub = image.registry == DEFAULT_REGISTRY;
            let namespace = namespace.filter(|namespace| !(hub && *namespace == "library"));
            let qualifiers: &[(&str, &str)] = if hub { &[] } else { &[("repository_url", &image.registry)] };
            (Purl::new("docker", namespace, name, Some(tag), qualifiers)?, tag)
        }
    };
    let mut package = Package::new(purl, image.familiar(), Some(version.to_owned()));
    package.kind = PackageKind::Container;
    package.checksums.extend(image.digest.as_deref().and_then(hash::named_hex));
    Ok(package)
}

/// Adds the image that `text` names, unless that is only known when it runs.
pub(super) fn add(
    text: &str,
    place: Range<u32>,
    scope: crate::inventory::Scope,
    harvest: &mut Harvest,
) -> Option<(Purl, ImageRef)> {
    if text.is_empty() || text.contains("${{") {
        return None;
    }
    let found = ImageRef::parse(text).and_then(|image| Some((package(&image).ok()?, image)));
    let Some((mut package, image)) = found else {
        harvest.broken(place, "no container image can have this name");
        return None;
    };
    package.scope = scope;
    let purl = package.purl.clone();
    harvest.package(package, place);
    Some((purl, image))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn purls() {
        let digest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let purl = |text: &str| package(&ImageRef::parse(text).unwrap()).unwrap().purl.to_string();
        assert_eq!(purl("debian"), "pkg:docker/debian@latest");
        assert_eq!(purl("bitnami/redis:7.2"), "pkg:docker/bitnami/redis@7.2");
        assert_eq!(purl("ghcr.example/o/p/app:v1"), "pkg:docker/o/p/app@v1?repository_url=ghcr.example");
        assert_eq!(
            purl(&format!("debian:13@{digest}")),
            format!("pkg:oci/debian@{digest}?repository_url=docker.io%2Flibrary%2Fdebian&tag=13")
        );
    }
}
