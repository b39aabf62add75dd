//! `plimsoll verify`: whether a bundle was signed by a key, and is about what it should be about.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

use crate::attest::{self, Checks, Statement, Subject, Verified, VerifyError};
use crate::cli::io::Exit;
use crate::cli::output::{self, Target};
use crate::cli::session::Session;
use crate::cli::{keys, sign};
use crate::source::printable_str;

/// Arguments of `verify`.
#[derive(Args, Debug)]
pub(super) struct VerifyArgs {
    /// The bundle
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The signer's public key: a PEM file, or env://NAME
    #[arg(long, value_name = "PUB")]
    key: OsString,
    /// A subject that the attestation must name, with this digest; repeatable, each must be there
    #[arg(long, value_name = "NAME=sha256:HEX", value_parser = Subject::parse)]
    subject: Vec<Subject>,
    /// The document that must have been signed: as a subject, or as what the attestation carries
    #[arg(long, value_name = "FILE")]
    sbom: Option<PathBuf>,
    /// Pass over entries of a transparency log, which are not checked, instead of refusing them
    #[arg(long)]
    insecure_skip_transparency_log: bool,
}

/// Verifies a bundle: 0 verified, 1 not verified, 2 something could not be read.
pub(super) fn run(session: &mut Session<'_>, args: &VerifyArgs) -> anyhow::Result<Exit> {
    let key = keys::public(session, &args.key)?;
    let bundle = sign::read(session, &args.file)?;
    let document = args.sbom.as_deref().map(|file| sign::read(session, file)).transpose()?;
    let checks = Checks { skip_transparency_log: args.insecure_skip_transparency_log };

    let found = match attest::verify_with(&bundle, &key, checks) {
        Ok(statement) => about(&statement, args, document.as_deref()),
        // A signature over a file's digest, as `cosign sign-blob` makes it, names no subjects.
        Err(VerifyError::Content { .. }) if document.is_some() && args.subject.is_empty() => {
            let document = document.as_deref().unwrap_or_default();
            attest::verify_artifact(&bundle, &key, document, checks)
                .map(|digest| vec![format!("file         sha256:{}", crate::finding::hex(&*digest))])
                .map_err(|error| error.to_string())
        }
        Err(error) => Err(error.to_string()),
    };
    match found {
        Ok(lines) => {
            if checks.skip_transparency_log {
                session.warn("transparency log entries and timestamps were not checked");
            }
            if !session.is_quiet() {
                let fingerprint = key.fingerprint();
                output::write(session, &Target::Stdout, |out| {
                    writeln!(out, "verified")?;
                    writeln!(out, "key          {fingerprint}")?;
                    lines.iter().try_for_each(|line| writeln!(out, "{line}"))
                })?;
            }
            Ok(Exit::Pass)
        }
        Err(reason) => {
            session.error(reason);
            Ok(Exit::Fail)
        }
    }
}

/// What a verified statement says, once it is about what the caller asked for.
fn about(
    statement: &Verified<Statement>,
    args: &VerifyArgs,
    document: Option<&[u8]>,
) -> Result<Vec<String>, String> {
    for wanted in &args.subject {
        if !statement.names(wanted) {
            let name = printable_str(&wanted.name);
            return Err(format!(
                "not verified: the signature is good, but the attestation does not name {name} with this digest; \
                 give the bundle that belongs to it"
            ));
        }
    }
    if let Some(document) = document
        && !statement.covers(document)
        && !statement.carries(document)
    {
        return Err(
            "not verified: the signature is good, but for another document; give the bundle that belongs \
                    to it"
                .to_owned(),
        );
    }
    let mut lines = vec![format!("predicate    {}", printable_str(&statement.predicate_type))];
    for subject in &statement.subjects {
        let name = printable_str(&subject.name);
        for (algorithm, hex) in &subject.digest {
            lines.push(format!("subject      {name} {}:{}", printable_str(algorithm), printable_str(hex)));
        }
    }
    Ok(lines)
}
