//! Where reports and documents go: standard output, or a file that is there whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::cli::session::Session;

/// Where something is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// Standard output.
    Stdout,
    /// A file, relative to the working directory.
    File(PathBuf),
}

impl Target {
    /// `-` and nothing mean standard output.
    pub(super) fn of(file: Option<&Path>) -> Self {
        match file {
            Some(file) if file != Path::new("-") => Self::File(file.to_owned()),
            _ => Self::Stdout,
        }
    }
}

/// Who may read a file that we make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Readers {
    /// Whoever the user's mask lets.
    Any,
    /// The user alone.
    Owner,
}

/// Writes to a target what `fill` gives.
pub(super) fn write(
    session: &mut Session<'_>,
    target: &Target,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> anyhow::Result<()> {
    match target {
        Target::Stdout => fill(&mut session.io.stdout)
            .and_then(|()| session.io.stdout.flush())
            .context("standard output cannot be written; check where it leads"),
        Target::File(file) => {
            let path = session.io.cwd.join(file);
            let shown = crate::source::printable(file.as_os_str().as_encoded_bytes());
            replace(&path, fill).with_context(|| {
                format!("{shown} cannot be written; check that its folder exists and has room")
            })
        }
    }
}

/// Writes a file beside its place and moves it there, so that nobody ever sees half of it. What is no regular file
/// (a pipe, a device) is written to as it is.
fn replace(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    // A link keeps pointing where it points.
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let before = path.metadata().ok();
    if before.as_ref().is_some_and(|meta| !meta.is_file()) {
        let mut file = OpenOptions::new().write(true).open(&path)?;
        return fill(&mut file);
    }
    let (file, beside) = create_beside(&path)?;
    let filled = fill_and_close(file, fill)
        .and_then(|()| before.map_or(Ok(()), |meta| fs::set_permissions(&beside, meta.permissions())))
        .and_then(|()| fs::rename(&beside, &path));
    if filled.is_err() {
        // The error that is told is the first one.
        let _ = fs::remove_file(&beside);
    }
    filled
}

fn create_beside(path: &Path) -> io::Result<(File, PathBuf)> {
    let name = path.file_name().ok_or(io::ErrorKind::IsADirectory)?;
    let mut taken = io::Error::from(io::ErrorKind::AlreadyExists);
    for attempt in 0..100_u32 {
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{}-{attempt}.tmp", std::process::id()));
        let beside = path.with_file_name(hidden);
        match OpenOptions::new().write(true).create_new(true).open(&beside) {
            Ok(file) => return Ok((file, beside)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => taken = error,
            Err(error) => return Err(error),
        }
    }
    Err(taken)
}

fn fill_and_close(file: File, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::new(file);
    fill(&mut out)?;
    out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
}

/// Makes a file that must not be there yet.
pub(super) fn create(path: &Path, readers: Readers, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    restrict(&mut options, readers);
    let mut file = options.open(path)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    if written.is_err() {
        let _ = fs::remove_file(path);
    }
    written
}

#[cfg(unix)]
fn restrict(options: &mut OpenOptions, readers: Readers) {
    use std::os::unix::fs::OpenOptionsExt as _;
    if readers == Readers::Owner {
        options.mode(0o600);
    }
}

#[cfg(not(unix))]
fn restrict(_: &mut OpenOptions, _: Readers) {}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_there_whole_or_not_at_all() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("report.json");
        replace(&path, |out| out.write_all(b"first")).unwrap();
        let failed = replace(&path, |out| {
            out.write_all(b"second, tor")?;
            Err(io::ErrorKind::StorageFull.into())
        });
        assert!(failed.is_err());
        assert_eq!(fs::read(&path).unwrap(), b"first");
        assert_eq!(names(temp.path()), ["report.json"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_and_permissions_stay() {
        use std::os::unix::fs::PermissionsExt as _;
        let temp = tempfile::tempdir().unwrap();
        let real = temp.path().join("real");
        fs::write(&real, "old").unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink("real", temp.path().join("link")).unwrap();
        replace(&temp.path().join("link"), |out| out.write_all(b"new")).unwrap();
        assert_eq!(fs::read(&real).unwrap(), b"new");
        assert_eq!(real.metadata().unwrap().permissions().mode() & 0o777, 0o640);
        assert!(temp.path().join("link").symlink_metadata().unwrap().is_symlink());
        replace(Path::new("/dev/null"), |out| out.write_all(b"x")).unwrap();
        assert!(!Path::new("/dev/null").metadata().unwrap().is_file());
    }

    #[cfg(unix)]
    #[test]
    fn a_private_file_is_never_overwritten_nor_readable_by_others() {
        use std::os::unix::fs::PermissionsExt as _;
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("a.key");
        create(&path, Readers::Owner, b"key").unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert!(create(&path, Readers::Owner, b"other").is_err());
        assert_eq!(fs::read(&path).unwrap(), b"key");
    }
}
