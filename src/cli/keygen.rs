//! `plimsoll keygen`: a key pair for `sign`.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};

use crate::attest::{KeyType, PrivateKey};
use crate::cli::io::Exit;
use crate::cli::keys;
use crate::cli::output::{self, Readers, Target};
use crate::cli::session::Session;
use crate::source::printable;

/// Arguments of `keygen`.
#[derive(Args, Debug)]
pub(super) struct KeygenArgs {
    /// The kind of key
    #[arg(long = "type", value_name = "TYPE", default_value = "ecdsa-p256", value_parser = key_types())]
    key_type: KeyType,
    /// Write NAME.key and NAME.pub
    #[arg(long, value_name = "NAME", default_value = "plimsoll")]
    out: PathBuf,
    /// Do not encrypt the private key. Without this the passphrase comes from PLIMSOLL_PASSWORD or a prompt
    #[arg(long)]
    no_passphrase: bool,
}

const TYPES: [KeyType; 2] = [KeyType::EcdsaP256, KeyType::Ed25519];

fn key_types() -> impl clap::builder::TypedValueParser<Value = KeyType> {
    PossibleValuesParser::new(TYPES.map(KeyType::word))
        .try_map(|text| TYPES.into_iter().find(|key_type| key_type.word() == text).ok_or("not a key type"))
}

/// Makes a key pair; never over an old one.
pub(super) fn run(session: &mut Session<'_>, args: &KeygenArgs) -> anyhow::Result<Exit> {
    let (private_path, public_path) = (with_ending(&args.out, ".key"), with_ending(&args.out, ".pub"));
    for path in [&private_path, &public_path] {
        if session.io.cwd.join(path).symlink_metadata().is_ok() {
            bail!(
                "{} is there already and is not overwritten; move it away or choose another --out",
                shown(path)
            );
        }
    }
    let passphrase = if args.no_passphrase { None } else { Some(keys::new_passphrase(session)?) };
    let key = PrivateKey::generate(args.key_type)?;
    let public = key.public_key();
    let pem = key.to_pem(passphrase.as_ref().map(|passphrase| passphrase.as_str()))?;
    for (path, readers, bytes) in [
        (&private_path, Readers::Owner, pem.as_bytes()),
        (&public_path, Readers::Any, public.to_pem()?.as_bytes()),
    ] {
        output::create(&session.io.cwd.join(path), readers, bytes)
            .with_context(|| format!("{} cannot be written; check that its folder exists", shown(path)))?;
    }
    if !session.is_quiet() {
        let (private_path, public_path) = (shown(&private_path), shown(&public_path));
        let fingerprint = public.fingerprint();
        output::write(session, &Target::Stdout, |out| {
            writeln!(out, "private key  {private_path}")?;
            writeln!(out, "public key   {public_path}")?;
            writeln!(out, "fingerprint  {fingerprint}")
        })?;
    }
    Ok(Exit::Pass)
}

fn with_ending(name: &std::path::Path, ending: &str) -> PathBuf {
    let mut whole = OsString::from(name);
    whole.push(ending);
    whole.into()
}

fn shown(path: &std::path::Path) -> String {
    printable(path.as_os_str().as_encoded_bytes())
}
