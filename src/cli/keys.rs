//! Keys and passphrases, from files, the environment or a prompt.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use zeroize::Zeroizing;

use crate::attest::{KeyError, PrivateKey, PublicKey, is_encrypted};
use crate::cli::session::Session;
use crate::source::printable;

/// Holds the passphrase of a private key.
const PASSWORD: &str = "PLIMSOLL_PASSWORD";
/// No key file is larger.
const LIMIT: u64 = 64 << 10;

/// The private key that `--key` or `--sign` names: a file, or `env://NAME`.
pub(super) fn private(session: &mut Session<'_>, named: &OsStr) -> anyhow::Result<PrivateKey> {
    let pem = Zeroizing::new(read(session, named)?);
    let key = if is_encrypted(&pem) {
        let passphrase = match password(session)? {
            Some(passphrase) => passphrase,
            None if session.io.stdin_terminal => prompt("Passphrase of the private key: ")?,
            None => return Err(KeyError::PassphraseNeeded).with_context(|| shown(named)),
        };
        PrivateKey::from_pem(&pem, Some(&passphrase))
    } else {
        PrivateKey::from_pem(&pem, None)
    };
    key.with_context(|| shown(named))
}

/// The public key that `--key` names: a file, or `env://NAME`.
pub(super) fn public(session: &mut Session<'_>, named: &OsStr) -> anyhow::Result<PublicKey> {
    let pem = read(session, named)?;
    PublicKey::from_pem(&pem).with_context(|| shown(named))
}

/// The passphrase for a new key: from the environment, or typed twice.
pub(super) fn new_passphrase(session: &Session<'_>) -> anyhow::Result<Zeroizing<String>> {
    if let Some(passphrase) = password(session)? {
        return Ok(passphrase);
    }
    if !session.io.stdin_terminal {
        bail!(
            "no passphrase for the new key: set {PASSWORD}, run this on a terminal, or say --no-passphrase"
        );
    }
    let first = prompt("Passphrase for the new key: ")?;
    let second = prompt("The same again: ")?;
    if first != second {
        bail!("the two passphrases differ; start again");
    }
    Ok(first)
}

fn password(session: &Session<'_>) -> anyhow::Result<Option<Zeroizing<String>>> {
    let Some(value) = session.io.env.get(OsStr::new(PASSWORD)) else { return Ok(None) };
    match value.to_str() {
        Some(text) => Ok(Some(Zeroizing::new(text.to_owned()))),
        None => bail!("{PASSWORD} is not UTF-8; set it to text"),
    }
}

fn prompt(words: &str) -> anyhow::Result<Zeroizing<String>> {
    let typed = rpassword::prompt_password(words).with_context(|| {
        format!("the passphrase cannot be read from the terminal; set {PASSWORD} instead")
    })?;
    Ok(Zeroizing::new(typed))
}

fn read(session: &Session<'_>, named: &OsStr) -> anyhow::Result<Vec<u8>> {
    if let Some(variable) = named.to_str().and_then(|name| name.strip_prefix("env://")) {
        let value: Option<&OsString> =
            session.io.env.get(OsStr::new(variable)).filter(|value| !value.is_empty());
        let Some(value) = value else {
            bail!("the environment variable {variable} holds no key; set it to the text of the key file");
        };
        return Ok(value.as_encoded_bytes().to_vec());
    }
    file(&session.io.cwd.join(named), LIMIT)
        .with_context(|| format!("the key {} cannot be read; check its name and permissions", shown(named)))
}

/// The bytes of a file that is no larger than it may be.
pub(super) fn file(path: &Path, limit: u64) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = File::open(path)?;
    if file.metadata()?.is_dir() {
        bail!("it is a folder");
    }
    file.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        bail!("it is larger than {limit} bytes");
    }
    Ok(bytes)
}

fn shown(named: &OsStr) -> String {
    printable(named.as_encoded_bytes())
}
