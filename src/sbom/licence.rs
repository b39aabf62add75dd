//! Declared licences: which are SPDX identifiers, which are SPDX expressions, and which are just words.

use cyclonedx_bom::external_models::spdx::{SpdxExpression, SpdxIdentifier};

/// What a declared licence is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Licence {
    /// One identifier of the SPDX licence list.
    Id(String),
    /// A valid SPDX expression of more than one identifier.
    Expression(String),
    /// Anything else.
    Name(String),
}

impl Licence {
    /// Reads a declared licence. The slash of old manifests (`MIT/Apache-2.0`) means `OR`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() || text == "NOASSERTION" || text == "NONE" {
            return None;
        }
        if SpdxIdentifier::try_from(text.to_owned()).is_ok() {
            return Some(Self::Id(text.to_owned()));
        }
        let spelled_out = text.split('/').map(str::trim).collect::<Vec<_>>().join(" OR ");
        Some(if SpdxExpression::try_from(spelled_out.clone()).is_ok() {
            Self::Expression(spelled_out)
        } else {
            Self::Name(text.to_owned())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds() {
        assert_eq!(Licence::parse("MIT"), Some(Licence::Id("MIT".into())));
        assert_eq!(Licence::parse("MIT/Apache-2.0"), Some(Licence::Expression("MIT OR Apache-2.0".into())));
        assert_eq!(
            Licence::parse("(MIT OR Apache-2.0) AND Unicode-3.0"),
            Some(Licence::Expression("(MIT OR Apache-2.0) AND Unicode-3.0".into()))
        );
        assert_eq!(
            Licence::parse("SEE LICENSE IN LICENSE.md"),
            Some(Licence::Name("SEE LICENSE IN LICENSE.md".into()))
        );
        assert_eq!(Licence::parse(" NOASSERTION "), None);
        assert_eq!(Licence::parse(""), None);
    }
}
