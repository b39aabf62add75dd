//! Reading entries: each once, large files in overlapping windows.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use git2::Repository;

use super::listing::{Entry, Listing, Store, What};
use super::tree::{io_reason, unreadable};
use crate::finding::{Gap, GapKind};
use crate::source::{Kind, Source, WindowStart};

/// Files up to this size are read whole.
const WHOLE: usize = 8 << 20;
/// Files that a detector can only judge whole are read up to this size.
const WHOLE_AT_MOST: usize = 64 << 20;
/// Size of a window of a larger file.
const WINDOW: usize = 4 << 20;
/// How much two neighbouring windows share. A finding belongs to the window in whose middle it starts, so it has
/// at least half of this as context on either side.
const OVERLAP: usize = 128 << 10;
/// Git objects beyond this size are not taken into memory.
const BLOB_AT_MOST: usize = 512 << 20;

/// What an entry holds.
#[derive(Debug)]
pub enum Content {
    /// All of it.
    Whole(Source),
    /// Too large for that: ask for [`Windows`].
    Large(Windows),
}

/// Reads entries on one thread.
pub struct Reader {
    repository: Option<Repository>,
    buffer: Vec<u8>,
}

impl Reader {
    /// A reader for the entries of a listing.
    pub fn new(listing: &Listing) -> Self {
        let repository = listing.store.as_ref().and_then(|store| match store {
            Store::Env => Repository::open_from_env().ok(),
            Store::At(path) => Repository::open(path).ok(),
        });
        Self { repository, buffer: Vec::new() }
    }

    /// Takes back the buffer of a source that nobody needs any more.
    pub fn recycle(&mut self, source: Source) {
        if let Some(buffer) = source.into_buffer()
            && buffer.capacity() > self.buffer.capacity()
            && buffer.capacity() <= WHOLE * 2
        {
            self.buffer = buffer;
        }
    }

    /// Reads an entry.
    pub fn read(&mut self, entry: &Entry) -> Result<Content, Gap> {
        let path = || entry.path().to_string();
        match &entry.what {
            What::Link(on_disk) => {
                let target = std::fs::read_link(on_disk).map_err(|error| unreadable(path(), &error))?;
                let target = target.as_os_str().as_encoded_bytes().to_vec();
                Ok(Content::Whole(Source::link(entry.origins.clone(), target)))
            }
            What::File(on_disk) => self.read_file(entry, on_disk).map_err(|error| unreadable(path(), &error)),
            What::Ready(source) => Ok(Content::Whole(source.clone())),
            What::Memory(bytes) => Ok(in_memory(entry, Kind::File, bytes.clone())),
            What::Blob { id, link } => {
                let bytes =
                    self.read_blob(*id).map_err(|(kind, detail)| Gap { path: path(), kind, detail })?;
                Ok(in_memory(entry, if *link { Kind::Link } else { Kind::File }, bytes))
            }
        }
    }

    fn read_file(&mut self, entry: &Entry, on_disk: &PathBuf) -> std::io::Result<Content> {
        let file = File::open(on_disk)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, "no longer a regular file"));
        }
        let expected = usize::try_from(metadata.len()).unwrap_or(usize::MAX);
        if expected > WHOLE {
            return Ok(Content::Large(Windows::new(entry, Body::File(file), expected)));
        }
        let mut bytes = std::mem::take(&mut self.buffer);
        bytes.clear();
        bytes.reserve(expected + 1);
        let mut limited = file.take(WHOLE as u64 + 1);
        limited.read_to_end(&mut bytes)?;
        if bytes.len() > WHOLE {
            // It grew while we read it: start again with what is on disk now.
            let file = File::open(on_disk)?;
            return Ok(Content::Large(Windows::new(entry, Body::File(file), bytes.len())));
        }
        Ok(Content::Whole(Source::new(entry.origins.clone(), bytes)))
    }

    fn read_blob(&self, id: git2::Oid) -> Result<Vec<u8>, (GapKind, String)> {
        let broken = |error: git2::Error| {
            let said = crate::source::printable_str(error.message());
            (GapKind::MissingObject, format!("git object {id} cannot be read: {said}; `git fsck` tells more"))
        };
        let Some(repository) = &self.repository else {
            return Err((
                GapKind::MissingObject,
                format!("git object {id}: the repository cannot be opened"),
            ));
        };
        let store = repository.odb().map_err(broken)?;
        let (size, _) = store.read_header(id).map_err(broken)?;
        if size > BLOB_AT_MOST {
            return Err((
                GapKind::OverBudget,
                format!("git object of {size} bytes; the limit is {BLOB_AT_MOST}"),
            ));
        }
        Ok(store.read(id).map_err(broken)?.data().to_vec())
    }
}

fn in_memory(entry: &Entry, kind: Kind, bytes: Vec<u8>) -> Content {
    if bytes.len() <= WHOLE {
        return Content::Whole(Source::window(entry.origins.clone(), kind, WindowStart::FILE, bytes));
    }
    let expected = bytes.len();
    Content::Large(Windows::new(entry, Body::Memory(std::io::Cursor::new(bytes)), expected))
}

/// A large file, window by window.
#[derive(Debug)]
pub struct Windows {
    entry: Entry,
    body: Body,
    expected: usize,
    start: WindowStart,
    /// Where the next window's own range begins in it.
    own_start: usize,
    carried: Vec<u8>,
    done: bool,
}

#[derive(Debug)]
enum Body {
    File(File),
    Memory(std::io::Cursor<Vec<u8>>),
}

impl Read for Body {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::File(file) => file.read(buffer),
            Self::Memory(bytes) => bytes.read(buffer),
        }
    }
}

/// A window and the part of it whose findings are its own.
#[derive(Debug)]
pub struct Window {
    /// The bytes.
    pub source: Source,
    /// Findings that start in this range belong to this window, the others to its neighbours.
    pub own: std::ops::Range<u32>,
}

impl Windows {
    fn new(entry: &Entry, body: Body, expected: usize) -> Self {
        Self {
            entry: entry.clone(),
            body,
            expected,
            start: WindowStart::FILE,
            own_start: 0,
            carried: Vec::new(),
            done: false,
        }
    }

    /// An empty source under the entry's name, to ask detectors whether they want the file.
    pub fn probe(&self) -> Source {
        Source::new(self.entry.origins.clone(), Vec::new())
    }

    /// True when the file may be taken into memory whole.
    pub fn fits_whole(&self) -> bool {
        self.expected <= WHOLE_AT_MOST
    }

    /// Says that a detector that can only judge whole files was not shown this one.
    pub fn over_budget(&self) -> Gap {
        Gap {
            path: self.entry.path().to_string(),
            kind: GapKind::OverBudget,
            detail: format!(
                "{} bytes; files of this kind are judged up to {WHOLE_AT_MOST}: split it, or leave it out with `exclude`",
                self.expected
            ),
        }
    }

    /// Everything in one piece, for a detector that can only judge whole files.
    pub fn whole(mut self) -> Result<Source, Gap> {
        let mut bytes = Vec::with_capacity(self.expected + 1);
        match self.body.by_ref().take(WHOLE_AT_MOST as u64 + 1).read_to_end(&mut bytes) {
            // It grew while we read it.
            Ok(read) if read > WHOLE_AT_MOST => {
                self.expected = read;
                Err(self.over_budget())
            }
            Ok(_) => Ok(Source::new(self.entry.origins, bytes)),
            Err(error) => Err(unreadable(self.entry.path().to_string(), &error)),
        }
    }

    /// The next window; `None` at the end.
    pub fn next_window(&mut self) -> Result<Option<Window>, Gap> {
        if self.done {
            return Ok(None);
        }
        let mut bytes = std::mem::take(&mut self.carried);
        let wanted = WINDOW - bytes.len();
        bytes.reserve(wanted);
        let read = self.body.by_ref().take(wanted as u64).read_to_end(&mut bytes).map_err(|error| Gap {
            path: self.entry.path().to_string(),
            kind: GapKind::Unreadable,
            detail: format!("cannot be read beyond byte {}: {}", self.start.base, io_reason(&error)),
        })?;
        self.done = read < wanted;
        let len = bytes.len();
        let own_start = self.own_start;
        let own_end = if self.done { len } else { len - OVERLAP / 2 };
        let keep_from = if self.done { len } else { character_start(&bytes, len - OVERLAP) };
        self.own_start = own_end - keep_from;
        self.carried = bytes[keep_from..].to_vec();
        let source = Source::window(self.entry.origins.clone(), Kind::File, self.start, bytes);
        let next = source.span(keep_from as u32..keep_from as u32).region().start;
        self.start = WindowStart { base: next.byte, line: next.line, column: next.column };
        let end = if self.done { u32::MAX } else { own_end as u32 };
        Ok(Some(Window { source, own: own_start.min(len) as u32..end }))
    }
}

/// `at`, or the start of the character that it would cut: a window that began inside a character would count its
/// rest as characters of their own, and every column after it would be too high.
fn character_start(bytes: &[u8], at: usize) -> usize {
    let continues = |at: usize| bytes.get(at).is_some_and(|byte| byte & 0b1100_0000 == 0b1000_0000);
    (at.saturating_sub(3)..=at).rev().find(|at| !continues(*at)).unwrap_or(at)
}
