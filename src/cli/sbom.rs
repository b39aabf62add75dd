//! `plimsoll sbom`: the packages of a directory as a document, or a foreign document as one of ours.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use git2::{Repository, StatusOptions};

use crate::cli::clock::Clock;
use crate::cli::io::Exit;
use crate::cli::output::{self, Target};
use crate::cli::session::Session;
use crate::cli::tree::Tree;
use crate::cli::{gate, keys, sign};
use crate::config::Overrides;
use crate::detect::Selection;
use crate::inventory::Inventory;
use crate::outcome::{Fact, Outcome};
use crate::registry::Registry;
use crate::rule::{Family, Persona};
use crate::sbom::{self, CycloneDxVersion, DocumentFormat, Settings};
use crate::scan;
use crate::source::printable;
use crate::walk::{Plan, Scope};

/// Arguments of `sbom`.
#[derive(Args, Debug)]
pub(super) struct SbomArgs {
    /// A directory, or a CycloneDX or SPDX document to convert
    #[arg(value_name = "TARGET", default_value = ".")]
    target: PathBuf,
    /// The kind of document
    #[arg(long, value_name = "FORMAT", default_value = "cyclonedx-json", value_parser = PossibleValuesParser::new(FORMATS))]
    format: String,
    /// The version of the CycloneDX specification [default: 1.6; 1.5 for XML]
    #[arg(long, value_name = "VERSION", value_parser = spec_versions())]
    spec_version: Option<CycloneDxVersion>,
    /// Where to write the document [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Sign the document with this private key: a PKCS#8 PEM file, or env://NAME
    #[arg(long, value_name = "KEY", requires = "attest")]
    sign: Option<OsString>,
    /// Where to write the signed attestation
    #[arg(long, value_name = "FILE", requires = "sign")]
    attest: Option<PathBuf>,
    /// Do not mind what could not be looked at
    #[arg(long)]
    allow_gaps: bool,
}

const FORMATS: [&str; 4] = ["cyclonedx-json", "cyclonedx-xml", "spdx-json", "spdx-tv"];

const VERSIONS: [CycloneDxVersion; 4] =
    [CycloneDxVersion::V1_4, CycloneDxVersion::V1_5, CycloneDxVersion::V1_6, CycloneDxVersion::V1_7];

fn spec_versions() -> impl clap::builder::TypedValueParser<Value = CycloneDxVersion> {
    PossibleValuesParser::new(VERSIONS.map(CycloneDxVersion::word))
        .try_map(|text| text.parse::<CycloneDxVersion>())
}

/// Writes the document; with a key, its attestation too.
pub(super) fn run(session: &mut Session<'_>, args: SbomArgs) -> anyhow::Result<Exit> {
    let format = format(&args)?;
    let document = Target::of(args.output.as_deref());
    if args.attest.as_deref().map(|file| Target::of(Some(file))) == Some(document.clone()) {
        bail!("the document and its attestation would go to the same place; give one of them another file");
    }
    let clock = Clock::read(&session.io.env)?;
    let target = session.io.cwd.join(&args.target);
    let (inventory, settings, whole) = if target.is_file() {
        let (inventory, settings) = convert(session, &args.target, clock)?;
        (inventory, settings, true)
    } else {
        catalog(session, &args, clock)?
    };
    let bytes = sbom::write(&inventory, &settings, format)?;

    // The key is read before anything is written: no document without its attestation.
    let bundle = match &args.sign {
        Some(key) => {
            let key = keys::private(session, key)?;
            Some(sign::bundle(&key, &document_name(&args), &bytes, Vec::new())?)
        }
        None => None,
    };
    output::write(session, &document, |out| out.write_all(&bytes))?;
    if let Some(bundle) = bundle {
        output::write(session, &Target::of(args.attest.as_deref()), |out| out.write_all(&bundle))?;
    }
    Ok(if whole || args.allow_gaps { Exit::Pass } else { Exit::Unable })
}

fn format(args: &SbomArgs) -> anyhow::Result<DocumentFormat> {
    let spdx = |format| match args.spec_version {
        Some(_) => bail!("--spec-version is about CycloneDX; leave it out with --format {}", args.format),
        None => Ok(format),
    };
    match args.format.as_str() {
        "cyclonedx-xml" => {
            Ok(DocumentFormat::CycloneDxXml(args.spec_version.unwrap_or(CycloneDxVersion::V1_5)))
        }
        "spdx-json" => spdx(DocumentFormat::SpdxJson),
        "spdx-tv" => spdx(DocumentFormat::SpdxTagValue),
        _ => Ok(DocumentFormat::CycloneDxJson(args.spec_version.unwrap_or_default())),
    }
}

/// The name of the document in its attestation; for people, what counts is the digest.
fn document_name(args: &SbomArgs) -> String {
    let named = args.output.as_deref().filter(|file| *file != Path::new("-")).and_then(Path::file_name);
    named.map_or_else(|| "sbom".to_owned(), |name| printable(name.as_encoded_bytes()))
}

/// A foreign document.
fn convert(session: &mut Session<'_>, file: &Path, clock: Clock) -> anyhow::Result<(Inventory, Settings)> {
    let bytes = sign::read(session, file)?;
    let shown = || printable(file.as_os_str().as_encoded_bytes());
    let read = sbom::read(&bytes).with_context(shown)?;
    session.read(format_args!("{} as {}", shown(), read.format));
    for lost in &read.lost {
        session.warn(lost);
    }
    let name = file.file_stem().map(|name| printable(name.as_encoded_bytes())).unwrap_or_default();
    let settings = Settings {
        subject: read.subject.clone().unwrap_or(name),
        timestamp: clock.timestamp(read.timestamp),
        ..read.settings(None)
    };
    Ok((read.inventory, settings))
}

/// What the catalogers find in a directory, and whether they saw all of it.
fn catalog(
    session: &mut Session<'_>,
    args: &SbomArgs,
    clock: Clock,
) -> anyhow::Result<(Inventory, Settings, bool)> {
    let tree = Tree::around(Some(&args.target), &session.io.cwd);
    // Outside of git the tree is what was asked for, so that the document is the same from wherever it was asked.
    let (tree, cwd, root) = match tree.in_repository() || !session.io.cwd.join(&args.target).is_dir() {
        true => (tree, session.io.cwd.clone(), args.target.clone()),
        false => {
            let top = tree.start().to_owned();
            (Tree::around(None, &top), top, PathBuf::from("."))
        }
    };
    let config = session.config(&tree, Overrides::default(), clock)?;
    let registry = Registry::new(config.lint.clone(), &config.secrets)?;
    let selection = Selection::new(Persona::Regular, vec![Family::Sbom]);
    let plan = Plan {
        cwd,
        roots: vec![root],
        scope: Scope::Tree,
        exclude: gate::globs(&config.exclude)?,
        builds: config.builds.clone(),
    };
    let Outcome { findings, facts, gaps, coverage, notes } =
        session.in_parallel(|| scan::scan(&plan, &registry, &selection))??;
    for note in notes {
        session.note(note);
    }
    for finding in findings.iter().filter(|finding| finding.rule.as_str() == "lockfile-unparsable") {
        let at = &finding.primary.place;
        session.warn(format_args!(
            "{}:{}: {}",
            at.origins.first().path(),
            at.region.start.line,
            finding.message
        ));
    }
    for gap in &gaps {
        session.error(format_args!("{}: {}", gap.path, gap.detail));
    }
    session.read(gate::told(coverage));
    let mut inventory = Inventory::default();
    for fact in facts {
        if let Fact::Inventory(found) = fact {
            inventory.absorb(found);
        }
    }
    inventory.unite_spellings();
    let origin = Provenance::of(&tree);
    let settings = Settings {
        author: config.author,
        subject: origin.name,
        vcs_url: origin.url,
        commit: origin.commit,
        incomplete: !gaps.is_empty(),
        timestamp: clock.timestamp(tree.commit_time()),
        ..Settings::default()
    };
    Ok((inventory, settings, gaps.is_empty()))
}

/// Where a tree comes from.
struct Provenance {
    name: String,
    url: Option<String>,
    commit: Option<String>,
}

impl Provenance {
    /// Known by its remote, so that every clone tells the same, whatever its folder is called.
    fn of(tree: &Tree) -> Self {
        let repository = Repository::discover(tree.start()).ok();
        let url = repository
            .as_ref()
            .and_then(|repository| repository.find_remote("origin").ok())
            .and_then(|remote| remote.url().ok().map(str::to_owned))
            // A remote on this machine is no place that others could fetch from, and its path is nobody's business.
            .filter(|url| !url.starts_with('/') && !url.starts_with('.') && !url.starts_with("file:"));
        let remote_name = url.as_deref().and_then(|url| {
            let name = url.trim_end_matches('/').rsplit(['/', ':']).next()?;
            Some(name.strip_suffix(".git").unwrap_or(name).to_owned()).filter(|name| !name.is_empty())
        });
        let folder = |path: &Path| path.file_name().map(|name| printable(name.as_encoded_bytes()));
        let top = remote_name.or_else(|| folder(tree.top())).unwrap_or_else(|| "directory".to_owned());
        let name = match tree.reported(tree.start()).filter(|below| !below.is_top()) {
            Some(below) => format!("{top}/{below}"),
            None => top,
        };
        Self { name, url, commit: repository.as_ref().and_then(clean_head) }
    }
}

/// The commit at HEAD, when the tracked files are what it says.
fn clean_head(repository: &Repository) -> Option<String> {
    let head = repository.head().ok()?.peel_to_commit().ok()?;
    let mut options = StatusOptions::new();
    options.include_untracked(false).include_ignored(false).exclude_submodules(true);
    let dirty = !repository.statuses(Some(&mut options)).ok()?.is_empty();
    (!dirty).then(|| head.id().to_string())
}
