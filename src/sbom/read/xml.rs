//! CycloneDX XML into its JSON form, by way of `cyclonedx-bom`.

use cyclonedx_bom::models::bom::{Bom, SpecVersion};
use serde_json::Value;

use super::super::SbomError;
use super::shortened;

/// The deepest nesting that is handed to the XML reader, which works recursively.
const DEPTH_LIMIT: usize = 100;

pub(super) fn to_json(text: &str) -> Result<Value, SbomError> {
    let wrong = |error: &dyn ToString| SbomError::Xml(shortened(&error.to_string()));
    check_nesting(text)?;
    let version = [SpecVersion::V1_3, SpecVersion::V1_4, SpecVersion::V1_5]
        .into_iter()
        .find(|version| text.contains(&format!("http://cyclonedx.org/schema/bom/{version}")))
        .ok_or_else(|| SbomError::ReadVersion("XML that is not CycloneDX 1.3, 1.4 or 1.5".to_owned()))?;
    let bom = Bom::parse_from_xml_with_version(text.as_bytes(), version).map_err(|error| wrong(&error))?;
    let mut json = Vec::new();
    bom.output_as_json(&mut json, version).map_err(|error| wrong(&error))?;
    serde_json::from_slice(&json).map_err(|error| wrong(&error))
}

/// Refuses documents with entities of their own (which can grow without bound) and with deep nesting.
fn check_nesting(text: &str) -> Result<(), SbomError> {
    let bytes = text.as_bytes();
    let (mut at, mut depth) = (0, 0_usize);
    while let Some(found) = memchr::memchr(b'<', bytes.get(at..).unwrap_or_default()) {
        at += found;
        let rest = bytes.get(at..).unwrap_or_default();
        if rest.starts_with(b"<!--") {
            at = end_of(bytes, at, b"-->")?;
        } else if rest.starts_with(b"<![CDATA[") {
            at = end_of(bytes, at, b"]]>")?;
        } else if rest.starts_with(b"<?") {
            at = end_of(bytes, at, b"?>")?;
        } else if rest.starts_with(b"<!") {
            return Err(SbomError::Xml("a document type declaration is not accepted".to_owned()));
        } else {
            let end = end_of_tag(bytes, at)?;
            if rest.starts_with(b"</") {
                depth = depth.saturating_sub(1);
            } else if bytes.get(end.saturating_sub(2)) != Some(&b'/') {
                depth += 1;
            }
            if depth > DEPTH_LIMIT {
                return Err(SbomError::Xml("elements are nested more than 100 deep".to_owned()));
            }
            at = end;
        }
    }
    Ok(())
}

fn end_of(bytes: &[u8], from: usize, mark: &[u8]) -> Result<usize, SbomError> {
    memchr::memmem::find(bytes.get(from..).unwrap_or_default(), mark)
        .map(|found| from + found + mark.len())
        .ok_or_else(unfinished)
}

/// The place after the `>` that ends a tag; one in quotes does not.
fn end_of_tag(bytes: &[u8], from: usize) -> Result<usize, SbomError> {
    let mut quote = None;
    for (offset, byte) in bytes.get(from..).unwrap_or_default().iter().enumerate() {
        match (quote, byte) {
            (None, b'"' | b'\'') => quote = Some(*byte),
            (None, b'>') => return Ok(from + offset + 1),
            (Some(open), byte) if open == *byte => quote = None,
            _ => {}
        }
    }
    Err(unfinished())
}

fn unfinished() -> SbomError {
    SbomError::Xml("the document ends within a tag or comment".to_owned())
}
