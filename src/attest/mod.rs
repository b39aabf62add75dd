//! Bytes to signed envelopes and back: DSSE, in-toto statements, Sigstore bundles. Knows no SBOM.
