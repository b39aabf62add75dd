//! `plimsoll sign`: an attestation about an SBOM, or about any file.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;

use crate::attest::{self, PrivateKey, Statement, Subject};
use crate::cli::io::Exit;
use crate::cli::keys;
use crate::cli::output::{self, Target};
use crate::cli::session::Session;
use crate::sbom;
use crate::source::printable;

/// The largest file that is signed or verified: it is held in memory, some copies of it, too.
pub(super) const FILE_LIMIT: u64 = 256 << 20;

/// Arguments of `sign`.
#[derive(Args, Debug)]
pub(super) struct SignArgs {
    /// The file to sign; a CycloneDX or SPDX document in JSON becomes the predicate of the attestation
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The private key: a PKCS#8 PEM file, or env://NAME
    #[arg(long, value_name = "KEY")]
    key: OsString,
    /// What the attestation is about; repeatable [default: the file itself]
    #[arg(long, value_name = "NAME=sha256:HEX", value_parser = Subject::parse)]
    subject: Vec<Subject>,
    /// Where to write the bundle [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Signs a file.
pub(super) fn run(session: &mut Session<'_>, args: SignArgs) -> anyhow::Result<Exit> {
    let bytes = read(session, &args.file)?;
    let key = keys::private(session, &args.key)?;
    let name = args.file.file_name().map(|name| printable(name.as_encoded_bytes())).unwrap_or_default();
    let bundle = bundle(&key, &name, &bytes, args.subject)?;
    output::write(session, &Target::of(args.output.as_deref()), |out| out.write_all(&bundle))?;
    Ok(Exit::Pass)
}

/// A bundle with a statement about a file.
pub(super) fn bundle(
    key: &PrivateKey,
    name: &str,
    bytes: &[u8],
    subjects: Vec<Subject>,
) -> anyhow::Result<Vec<u8>> {
    let statement = Statement::about(name, bytes, sbom::predicate_type(bytes).as_deref(), subjects)?;
    Ok(attest::sign(key, &statement)?)
}

/// A file that the caller named.
pub(super) fn read(session: &Session<'_>, file: &Path) -> anyhow::Result<Vec<u8>> {
    keys::file(&session.io.cwd.join(file), FILE_LIMIT).with_context(|| {
        format!(
            "{} cannot be read; check its name and permissions",
            printable(file.as_os_str().as_encoded_bytes())
        )
    })
}
