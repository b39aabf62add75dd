//! SPDX tag-value text into the shape of SPDX JSON
//! (<https://spdx.github.io/spdx-spec/v2.3/conformance/>). Read here and not by `spdx-rs` 0.5.5, which panics on
//! licences that are no expressions and hands each external reference to the package after it.

use serde_json::{Map, Value, json};

use super::super::SbomError;

pub(super) fn to_json(text: &str) -> Result<Value, SbomError> {
    let mut reader = Reader::default();
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let line = line.trim_end();
        if line.trim_start().is_empty() || line.starts_with('#') {
            continue;
        }
        let Some((tag, value)) = line.split_once(':') else {
            return Err(SbomError::TagValue { line: number + 1 });
        };
        let mut value = value.trim().to_owned();
        // A value between text marks may go on over lines.
        if let Some(start) = value.strip_prefix("<text>") {
            let mut whole = start.to_owned();
            let mut ended = whole.contains("</text>");
            while !ended {
                let Some((_, more)) = lines.next() else {
                    return Err(SbomError::TagValue { line: number + 1 });
                };
                ended = more.contains("</text>");
                whole.push('\n');
                whole.push_str(more);
            }
            value = whole.split("</text>").next().unwrap_or_default().trim().to_owned();
        }
        reader.take(tag.trim(), &value);
    }
    Ok(reader.finish())
}

/// What the tags at hand speak of.
#[derive(Default, PartialEq)]
enum About {
    #[default]
    Document,
    Package,
    Licence,
    Other,
}

#[derive(Default)]
struct Reader {
    about: About,
    document: Map<String, Value>,
    creation: Map<String, Value>,
    creators: Vec<Value>,
    packages: Vec<Map<String, Value>>,
    licences: Vec<Map<String, Value>>,
    relationships: Vec<Value>,
}

impl Reader {
    fn take(&mut self, tag: &str, value: &str) {
        match tag {
            "PackageName" => {
                self.about = About::Package;
                self.packages.push(Map::from_iter([("name".to_owned(), value.into())]));
            }
            "LicenseID" => {
                self.about = About::Licence;
                self.licences.push(Map::from_iter([("licenseId".to_owned(), value.into())]));
            }
            "FileName" | "SnippetSPDXID" => {
                self.about = About::Other;
                self.document.insert("files".to_owned(), json!(["one or more"]));
            }
            "Relationship" => {
                if let [from, kind, to] = value.split_whitespace().collect::<Vec<_>>().as_slice() {
                    self.relationships.push(
                        json!({"spdxElementId": from, "relationshipType": kind, "relatedSpdxElement": to}),
                    );
                }
            }
            "Creator" => self.creators.push(value.into()),
            "Created" => {
                self.creation.insert("created".to_owned(), value.into());
            }
            _ => self.member(tag, value),
        }
    }

    fn member(&mut self, tag: &str, value: &str) {
        let (target, name) = match (&self.about, tag) {
            (About::Document, "SPDXVersion") => (Some(&mut self.document), "spdxVersion"),
            (About::Document, "SPDXID") => (Some(&mut self.document), "SPDXID"),
            (About::Document, "DataLicense") => (Some(&mut self.document), "dataLicense"),
            (About::Document, "DocumentName") => (Some(&mut self.document), "name"),
            (About::Document, "DocumentNamespace") => (Some(&mut self.document), "documentNamespace"),
            (About::Document, "LicenseListVersion") => (None, ""),
            (About::Document, other) => (Some(&mut self.document), other),
            (About::Package, tag) => return self.package_member(tag, value),
            (About::Licence, "LicenseName") => (self.licences.last_mut(), "name"),
            (About::Licence, "ExtractedText") => (self.licences.last_mut(), "extractedText"),
            (About::Licence | About::Other, _) => (None, ""),
        };
        if let Some(target) = target {
            target.insert(name.to_owned(), value.into());
        }
    }

    fn package_member(&mut self, tag: &str, value: &str) {
        let Some(package) = self.packages.last_mut() else { return };
        let mut push = |name: &str, item: Value| {
            if let Some(list) = package.entry(name).or_insert_with(|| json!([])).as_array_mut() {
                list.push(item);
            }
        };
        match tag {
            "ExternalRef" => {
                let words: Vec<&str> = value.split_whitespace().collect();
                if let [category, kind, locator] = words.as_slice() {
                    push(
                        "externalRefs",
                        json!({"referenceCategory": category, "referenceType": kind, "referenceLocator": locator}),
                    );
                }
                return;
            }
            "PackageChecksum" => {
                if let Some((algorithm, hex)) = value.split_once(':') {
                    push("checksums", json!({"algorithm": algorithm.trim(), "checksumValue": hex.trim()}));
                }
                return;
            }
            _ => {}
        }
        let name = match tag {
            "SPDXID" => "SPDXID",
            "PackageVersion" => "versionInfo",
            "PackageDownloadLocation" => "downloadLocation",
            "FilesAnalyzed" => "filesAnalyzed",
            "PackageSourceInfo" => "sourceInfo",
            "PackageLicenseConcluded" => "licenseConcluded",
            "PackageLicenseDeclared" => "licenseDeclared",
            "PackageCopyrightText" => "copyrightText",
            "PackageComment" => "comment",
            "PrimaryPackagePurpose" => "primaryPackagePurpose",
            other => other,
        };
        package.insert(name.to_owned(), value.into());
    }

    fn finish(mut self) -> Value {
        self.creation.insert("creators".to_owned(), Value::Array(self.creators));
        self.document.insert("creationInfo".to_owned(), Value::Object(self.creation));
        let objects = |list: Vec<Map<String, Value>>| list.into_iter().map(Value::Object).collect();
        self.document.insert("packages".to_owned(), Value::Array(objects(self.packages)));
        self.document.insert("hasExtractedLicensingInfos".to_owned(), Value::Array(objects(self.licences)));
        self.document.insert("relationships".to_owned(), Value::Array(self.relationships));
        Value::Object(self.document)
    }
}
