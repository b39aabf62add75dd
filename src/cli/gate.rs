//! `plimsoll check`, and the same for one family: `plimsoll dockerfile`, `plimsoll secrets`.

use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::cli::args::words;
use crate::cli::clock::Clock;
use crate::cli::io::Exit;
use crate::cli::masking;
use crate::cli::output::{self, Target};
use crate::cli::session::Session;
use crate::cli::tree::Tree;
use crate::config::{FailOn, Overrides};
use crate::gate::{self, Ran};
use crate::outcome::{Coverage, Status, Verdict};
use crate::registry::Registry;
use crate::report::{self, FormatName};
use crate::rule::{Family, Persona, RuleMeta};
use crate::scan;
use crate::source::RelPath;
use crate::walk::{Plan, Scope};

/// The longest standard input: more is no file that anybody typed or piped to be judged.
const STDIN_LIMIT: u64 = 256 << 20;

/// Arguments of the gate.
#[derive(Args, Debug)]
pub(super) struct GateArgs {
    /// Files and folders to judge [default: `.`; with --staged the whole index]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Judge what is staged: index blobs that differ from HEAD
    #[arg(long, help_heading = "Scope", conflicts_with_all = ["stdin", "all_files"])]
    staged: bool,
    /// Judge standard input
    #[arg(long, help_heading = "Scope", requires = "stdin_filename", conflicts_with_all = ["all_files", "paths"])]
    stdin: bool,
    /// The name to judge standard input by
    #[arg(long, help_heading = "Scope", value_name = "NAME", requires = "stdin")]
    stdin_filename: Option<PathBuf>,
    /// Judge everything under PATH but `.git`, whatever ignore files say
    #[arg(long, help_heading = "Scope")]
    all_files: bool,

    /// Fail at findings of this severity or above [env: PLIMSOLL_FAIL_ON] [default: high]
    #[arg(long, help_heading = "Gate", value_name = "SEVERITY", value_parser = words::<FailOn>(&FailOn::words()))]
    fail_on: Option<FailOn>,
    /// Only these rules; a name or a glob, repeatable
    #[arg(long, help_heading = "Gate", value_name = "RULE")]
    rule: Vec<String>,
    /// Not these rules; a name or a glob, repeatable
    #[arg(long, help_heading = "Gate", value_name = "RULE")]
    skip: Vec<String>,
    /// Who listens: each persona hears all that the ones before it hear [env: PLIMSOLL_PERSONA] [default: regular]
    #[arg(long, help_heading = "Gate", value_name = "PERSONA", value_parser = words::<Persona>(&personas()))]
    persona: Option<Persona>,
    /// End with 0 instead of 1 when the verdict is fail; 2 stays 2
    #[arg(long, help_heading = "Gate")]
    exit_zero: bool,
    /// Do not mind what could not be looked at
    #[arg(long, help_heading = "Gate")]
    allow_gaps: bool,

    /// How to write the report; repeatable, the n-th goes to the n-th -o [default: human]
    #[arg(long, help_heading = "Report", value_name = "FORMAT", value_parser = formats())]
    format: Vec<FormatName>,
    /// Where to write it; repeatable. One format may go without, to standard output
    #[arg(short, long, help_heading = "Report", value_name = "FILE")]
    output: Vec<PathBuf>,
}

fn personas() -> Vec<&'static str> {
    Persona::ALL.iter().map(|persona| persona.word()).collect()
}

fn formats() -> impl clap::builder::TypedValueParser<Value = FormatName> {
    PossibleValuesParser::new(FormatName::ALL.iter().map(|format| format.word())).try_map(|text| {
        FormatName::ALL.iter().copied().find(|format| format.word() == text).ok_or("not a format")
    })
}

/// Judges, reports, and answers with the verdict. With a family, only that one and its suppressions.
pub(super) fn run(session: &mut Session<'_>, args: GateArgs, family: Option<Family>) -> anyhow::Result<Exit> {
    let reports = pair(&args.format, &args.output)?;
    let clock = Clock::read(&session.io.env)?;
    let first = if args.stdin { None } else { args.paths.first() };
    let tree = Tree::around(first.map(PathBuf::as_path), &session.io.cwd);
    let flags = Overrides {
        fail_on: args.fail_on,
        persona: args.persona,
        families: family.map(|family| vec![family, Family::Suppression]),
    };
    let mut config = session.config(&tree, flags, clock)?;
    let scope = scope(session, &args)?;
    if family == Some(Family::Dockerfile) {
        config.lint.named.extend(named(session, &tree, &args, &scope));
    }
    let registry = Registry::new(config.lint.clone(), &config.secrets)?;
    let metas = registry.metas();
    let selection = config.selection(&metas, &args.rule, &args.skip)?;

    let plan = Plan {
        cwd: session.io.cwd.clone(),
        // A commit takes the whole index, wherever in the tree it is made.
        roots: match (args.paths.is_empty(), &scope) {
            (true, Scope::Staged) => Vec::new(),
            (true, _) => vec![PathBuf::from(".")],
            _ => args.paths.clone(),
        },
        scope,
        exclude: globs(&config.exclude)?,
        builds: config.builds.clone(),
    };
    let complete = family.is_none()
        && args.rule.is_empty()
        && args.skip.is_empty()
        && matches!(plan.scope, Scope::Tree | Scope::AllFiles)
        && plan.roots.iter().any(|root| covers_all(root, &tree, &session.io.cwd));
    let outcome = session.in_parallel(|| scan::scan(&plan, &registry, &selection))??;
    // A finding about an unused [[ignore]] quotes it.
    if let Some(source) = config.source() {
        masking::mark(source, registry.secrets());
    }
    let verdict = gate::judge(
        outcome,
        &config.gate(args.allow_gaps, clock.today()),
        &metas,
        Ran { admits: &|meta| selection.admits(meta), severity: &|meta| selection.severity(meta), complete },
    );

    let asked: Vec<&RuleMeta> = metas.iter().copied().filter(|meta| selection.admits(meta)).collect();
    let written = write_all(session, &reports, &verdict, &asked);
    for note in &verdict.notes {
        session.note(note);
    }
    session.read(told(verdict.coverage));
    written?;
    Ok(match verdict.status {
        Status::Pass => Exit::Pass,
        // Without the findings it would be incomplete.
        Status::Fail if args.exit_zero && !args.allow_gaps && !verdict.gaps.is_empty() => Exit::Unable,
        Status::Fail if args.exit_zero => Exit::Pass,
        Status::Fail => Exit::Fail,
        Status::Incomplete => Exit::Unable,
    })
}

/// True when a root is the whole tree.
fn covers_all(root: &Path, tree: &Tree, cwd: &Path) -> bool {
    tree.reported(&cwd.join(root)).is_some_and(|path| path.is_top())
}

/// The n-th format with the n-th file; one format may go without, to standard output.
fn pair(formats: &[FormatName], files: &[PathBuf]) -> anyhow::Result<Vec<(FormatName, Target)>> {
    let formats = if formats.is_empty() { &[FormatName::Human] } else { formats };
    if files.len() > formats.len() {
        bail!(
            "there are {} -o and {} --format; give each -o its --format, in the same order",
            files.len(),
            formats.len()
        );
    }
    let pairs: Vec<(FormatName, Target)> = formats
        .iter()
        .enumerate()
        .map(|(at, format)| (*format, Target::of(files.get(at).map(PathBuf::as_path))))
        .collect();
    for (at, (_, target)) in pairs.iter().enumerate() {
        if pairs.iter().skip(at + 1).any(|(_, later)| later == target) {
            match target {
                Target::Stdout => {
                    bail!("more than one format would go to standard output; give all but one an -o FILE")
                }
                Target::File(file) => bail!(
                    "two formats would go to {}; give each a file of its own",
                    crate::source::printable(file.as_os_str().as_encoded_bytes())
                ),
            }
        }
    }
    Ok(pairs)
}

fn scope(session: &mut Session<'_>, args: &GateArgs) -> anyhow::Result<Scope> {
    if let (true, Some(name)) = (args.stdin, &args.stdin_filename) {
        let mut bytes = Vec::new();
        let stdin = session.io.stdin.by_ref();
        stdin
            .take(STDIN_LIMIT + 1)
            .read_to_end(&mut bytes)
            .context("standard input cannot be read; check what is piped in")?;
        if bytes.len() as u64 > STDIN_LIMIT {
            bail!("standard input is longer than {STDIN_LIMIT} bytes; write it to a file and name that");
        }
        return Ok(Scope::Stdin { name: stdin_name(session, name), bytes });
    }
    Ok(match (args.staged, args.all_files) {
        (true, _) => Scope::Staged,
        (_, true) => Scope::AllFiles,
        _ => Scope::Tree,
    })
}

/// The name of standard input as reports show it: from the top of the tree when it lies there, never absolute.
fn stdin_name(session: &Session<'_>, name: &Path) -> RelPath {
    let tree = Tree::around(None, &session.io.cwd);
    let cwd = session.io.cwd.canonicalize().unwrap_or_else(|_| session.io.cwd.clone());
    // The name need not exist, so `..` is taken by the word and no link is followed.
    let mut path = PathBuf::new();
    for part in cwd.join(name).components() {
        match part {
            Component::ParentDir => {
                path.pop();
            }
            Component::CurDir => {}
            part => path.push(part),
        }
    }
    let rest = path.strip_prefix(tree.top()).ok().or_else(|| path.file_name().map(Path::new));
    let parts = rest.into_iter().flat_map(Path::components);
    parts.fold(RelPath::top(), |at, part| at.join(part.as_os_str().as_encoded_bytes()))
}

/// Files that the caller named to a command about Dockerfiles: they are Dockerfiles whatever their name.
fn named(session: &Session<'_>, tree: &Tree, args: &GateArgs, scope: &Scope) -> Vec<RelPath> {
    if let Scope::Stdin { name, .. } = scope {
        return vec![name.clone()];
    }
    let files = args.paths.iter().map(|path| session.io.cwd.join(path)).filter(|path| !path.is_dir());
    files.filter_map(|path| tree.reported(&path)).collect()
}

pub(super) fn globs(globs: &[String]) -> anyhow::Result<GlobSet> {
    let mut builder = GlobSetBuilder::new();
    for glob in globs {
        // As in the paths of `[[ignore]]`: `*` stays within a folder, `**` does not.
        builder.add(GlobBuilder::new(glob).literal_separator(true).build()?);
    }
    builder.build().context("the patterns of `exclude` cannot be used together; write fewer or shorter ones")
}

/// Writes every report, also when one of them cannot be written; the first error is the one that is told.
fn write_all(
    session: &mut Session<'_>,
    reports: &[(FormatName, Target)],
    verdict: &Verdict,
    rules: &[&RuleMeta],
) -> anyhow::Result<()> {
    let mut result = Ok(());
    for (name, target) in reports {
        let to_people = (*name, target) == (FormatName::Human, &Target::Stdout);
        if to_people && session.is_quiet() && verdict.open().next().is_none() && verdict.gaps.is_empty() {
            continue;
        }
        let options = report::Options {
            color: *target == Target::Stdout && session.colors_out(),
            width: session.io.stdout.width().filter(|_| *target == Target::Stdout),
            ..report::Options::default()
        };
        let format = report::format(*name, options);
        let written = output::write(session, target, |out| format.write(verdict, rules, out));
        result = result.and(written);
    }
    result
}

pub(super) fn told(coverage: Coverage) -> String {
    let Coverage { files, bytes, commits, by_name_only, binary } = coverage;
    format!(
        "{files} files, {bytes} bytes, {commits} commits; {by_name_only} by name only; {binary} binary files, not searched for secrets"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(names: &[&str]) -> Vec<PathBuf> {
        names.iter().map(PathBuf::from).collect()
    }

    #[test]
    fn the_nth_format_goes_to_the_nth_file() {
        let pairs = pair(&[FormatName::Json, FormatName::Human], &files(&["a.json"])).unwrap();
        assert_eq!(pairs[0], (FormatName::Json, Target::File("a.json".into())));
        assert_eq!(pairs[1], (FormatName::Human, Target::Stdout));
        assert_eq!(pair(&[], &files(&["a"])).unwrap(), [(FormatName::Human, Target::File("a".into()))]);
        assert_eq!(pair(&[], &[]).unwrap(), [(FormatName::Human, Target::Stdout)]);
    }

    #[test]
    fn two_reports_never_share_a_place() {
        let two = [FormatName::Json, FormatName::Sarif];
        assert!(pair(&two, &[]).is_err());
        assert!(pair(&two, &files(&["-"])).is_err());
        assert!(pair(&two, &files(&["a", "a"])).is_err());
        assert!(pair(&[FormatName::Json], &files(&["a", "b"])).is_err());
        assert!(pair(&two, &files(&["a", "-"])).is_ok());
    }
}
