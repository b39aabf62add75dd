//! Defaults, file, environment and flags become the settings that each part of the program owns.

mod discover;
pub mod env;
mod error;
mod file;
mod nearest;
mod reader;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use chrono::NaiveDate;

pub use env::Env;
pub use error::{ConfigError, Problem};
pub use file::{FAMILIES, RULES_VERSIONS};
pub use nearest::nearest;

use crate::detect::Selection;
use crate::gate::{self, Ignore};
use crate::lint;
use crate::parse::build_context::BuildPlan;
use crate::rule::{Family, Persona, RuleMeta, Severity, UnknownWord};
use crate::secrets;
use crate::source::{Origin, Origins, RelPath, Source};

/// Names the configuration file in the environment.
pub const FILE_VARIABLE: &str = "PLIMSOLL_CONFIG";

/// No configuration is larger.
const LIMIT: u64 = 1 << 20;

/// The threshold: `none` or a severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FailOn(pub Option<Severity>);

impl Default for FailOn {
    fn default() -> Self {
        Self(Some(Severity::High))
    }
}

impl FailOn {
    /// Every word that names a threshold.
    pub fn words() -> Vec<&'static str> {
        std::iter::once("none").chain(Severity::ALL.iter().map(|severity| severity.word())).collect()
    }
}

impl FromStr for FailOn {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        if text == "none" {
            return Ok(Self(None));
        }
        let severity =
            text.parse().map_err(|error: UnknownWord| UnknownWord { known: Self::words(), ..error })?;
        Ok(Self(Some(severity)))
    }
}

/// What one layer says in place of the layers below it.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// The threshold.
    pub fail_on: Option<FailOn>,
    /// The persona.
    pub persona: Option<Persona>,
    /// The families to check.
    pub families: Option<Vec<Family>>,
}

/// Which configuration file to read.
#[derive(Clone, Debug)]
pub enum Choice {
    /// The nearest one from this folder upwards.
    Nearest(PathBuf),
    /// This one.
    Given(PathBuf),
    /// None.
    Nothing,
}

/// Where the configuration is looked for, and what its paths are relative to.
#[derive(Clone, Debug)]
pub struct Place {
    /// The file.
    pub choice: Choice,
    /// The top of the tree: paths in reports are relative to it.
    pub top: PathBuf,
    /// True when the top is that of a repository, which ends the search.
    pub in_repository: bool,
}

/// The merged configuration.
#[derive(Clone)]
pub struct Config {
    /// The file that was read, for people who ask.
    pub file: Option<PathBuf>,
    /// Globs of paths that are not scanned unless named, relative to the top.
    pub exclude: Vec<String>,
    /// How Dockerfiles are built, where the user says so.
    pub builds: Vec<BuildPlan>,
    /// Families to check.
    pub families: Vec<Family>,
    /// Who listens.
    pub persona: Persona,
    /// The threshold.
    pub fail_on: FailOn,
    /// Suppressions.
    pub ignores: Vec<Ignore>,
    /// For the Dockerfile detector.
    pub lint: lint::Settings,
    /// For the secret detector.
    pub secrets: secrets::Settings,
    /// Who writes SBOMs.
    pub author: Option<String>,
    severities: Vec<(file::Named, Severity)>,
    named: Vec<file::Named>,
    source: Option<Source>,
}

/// Says where it comes from and nothing of what it holds: build arguments and the digest key may be secrets.
impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config").field("file", &self.file).finish_non_exhaustive()
    }
}

impl Config {
    /// Reads the file and merges the layers: flags over environment over file over defaults.
    pub fn load(place: &Place, env: &Env, flags: Overrides, today: NaiveDate) -> Result<Self, ConfigError> {
        let path = match &place.choice {
            Choice::Nothing => None,
            Choice::Given(path) => Some(path.clone()),
            Choice::Nearest(start) => {
                discover::find(start, place.in_repository.then_some(place.top.as_path()))
            }
        };
        let opened = path.as_deref().map(|path| open(path, &place.top)).transpose()?;
        let (source, folder) = opened.unzip();
        let file = match (&source, &folder) {
            (Some(source), Some(folder)) => file::read(source, folder)?,
            _ => file::File::default(),
        };
        let env_layer = env::overrides(env)?;
        let digest_key = env.get(std::ffi::OsStr::new("PLIMSOLL_DIGEST_KEY"));
        Ok(Self {
            file: path,
            families: flags.families.or(env_layer.families).or(file.families).unwrap_or(FAMILIES.to_vec()),
            persona: flags.persona.or(env_layer.persona).or(file.persona).unwrap_or(Persona::Regular),
            fail_on: flags.fail_on.or(env_layer.fail_on).or(file.fail_on).unwrap_or_default(),
            lint: lint::Settings {
                trusted_registries: file.trusted_registries,
                targets: file.targets,
                named: BTreeSet::new(),
                today,
            },
            secrets: secrets::Settings {
                rules: secret_rules(&file.secret_rules, &place.top)?,
                digest_key: digest_key
                    .filter(|key| !key.is_empty())
                    .map(|key| zeroize::Zeroizing::new(key.as_encoded_bytes().to_vec())),
            },
            exclude: file.exclude,
            builds: file.builds,
            ignores: file.ignores,
            author: file.author,
            severities: file.severities,
            named: file.named,
            source,
        })
    }

    /// The file's bytes, so that what a report shows of them can be masked first.
    pub fn source(&self) -> Option<&Source> {
        self.source.as_ref()
    }

    /// What the gate goes by.
    pub fn gate(&self, allow_gaps: bool, today: NaiveDate) -> gate::Settings {
        gate::Settings { fail_on: self.fail_on.0, ignores: self.ignores.clone(), allow_gaps, today }
    }

    /// Which rules may report: those of the families and the persona, narrowed by the flags `--rule` and
    /// `--skip`. Every rule that the file or a flag names must be one of `metas`.
    pub fn selection(
        &self,
        metas: &[&RuleMeta],
        only: &[String],
        skip: &[String],
    ) -> Result<Selection, ConfigError> {
        self.check_named(metas)?;
        check_flag("--rule", only, metas)?;
        check_flag("--skip", skip, metas)?;
        let bad = |flag, names: &[String], error: &globset::Error| ConfigError::BadPattern {
            flag,
            name: names.join(", "),
            reason: error.kind().to_string(),
        };
        let mut selection = Selection::new(self.persona, self.families.clone())
            .only(only)
            .map_err(|error| bad("--rule", only, &error))?
            .skip(skip)
            .map_err(|error| bad("--skip", skip, &error))?;
        for (rule, severity) in &self.severities {
            selection.set_severity(crate::rule::RuleId::owned(rule.name.clone()), *severity);
        }
        Ok(selection)
    }

    fn check_named(&self, metas: &[&RuleMeta]) -> Result<(), ConfigError> {
        let mut problems: Vec<Problem> = self
            .named
            .iter()
            .filter(|named| !matches_a_rule(&named.name, metas))
            .map(|named| Problem {
                span: named.span.clone(),
                message: format!("unknown rule{}", reader::quoted(&named.name)),
                help: match nearest_rule(&named.name, metas) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "`plimsoll rules` lists every rule".to_owned(),
                },
            })
            .collect();
        problems.sort_by_key(|problem| problem.span.range().start);
        if problems.is_empty() { Ok(()) } else { Err(ConfigError::Invalid { problems }) }
    }
}

fn check_flag(flag: &'static str, names: &[String], metas: &[&RuleMeta]) -> Result<(), ConfigError> {
    for name in names {
        if let Err(error) = globset::Glob::new(name) {
            return Err(ConfigError::BadPattern {
                flag,
                name: name.clone(),
                reason: error.kind().to_string(),
            });
        }
        if !matches_a_rule(name, metas) {
            let suggestion = nearest_rule(name, metas);
            return Err(ConfigError::UnknownRule { flag, name: name.clone(), suggestion });
        }
    }
    Ok(())
}

fn matches_a_rule(glob: &str, metas: &[&RuleMeta]) -> bool {
    globset::Glob::new(glob).is_ok_and(|glob| {
        let matcher = glob.compile_matcher();
        metas.iter().any(|meta| matcher.is_match(meta.id.as_str()))
    })
}

/// The rule that was probably meant: by another tool's id for the same concern, else by likeness.
pub fn nearest_rule(name: &str, metas: &[&RuleMeta]) -> Option<String> {
    metas
        .iter()
        .find(|meta| meta.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(name)))
        .map(|meta| meta.id.as_str())
        .or_else(|| nearest(name, metas.iter().map(|meta| meta.id.as_str())))
        .map(str::to_owned)
}

/// The file as a source named from the top of the tree, and the folder that its paths are relative to.
fn open(path: &Path, top: &Path) -> Result<(Source, RelPath), ConfigError> {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let bytes = read(path, rel_path(&absolute, top))?;
    // A file from outside the tree is known by its name alone (no absolute path enters a report), and speaks
    // of the tree as if it lay at its top.
    let name = rel_path(&absolute, top)
        .or_else(|| absolute.file_name().map(|name| RelPath::from_bytes(name.as_encoded_bytes())))
        .unwrap_or_else(RelPath::top);
    let folder = discover::home(&absolute).and_then(|home| rel_path(home, top)).unwrap_or_else(RelPath::top);
    Ok((Source::new(Origins::new(Origin::Worktree { path: name }), bytes), folder))
}

/// Reads the file; errors name it from the top of the tree, and only what lies elsewhere as it was given.
fn read(path: &Path, name: Option<RelPath>) -> Result<Vec<u8>, ConfigError> {
    let shown = || match &name {
        Some(name) => name.to_string(),
        None => crate::source::printable(path.as_os_str().as_encoded_bytes()),
    };
    let unreadable =
        |error: std::io::Error| ConfigError::Unreadable { path: shown(), reason: error.to_string() };
    // A named pipe or a device would block or never end.
    if !path.metadata().map_err(unreadable)?.is_file() {
        return Err(ConfigError::Unreadable { path: shown(), reason: "not a regular file".to_owned() });
    }
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(LIMIT + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
    if bytes.len() as u64 > LIMIT {
        return Err(ConfigError::TooLarge { path: shown(), limit: LIMIT });
    }
    Ok(bytes)
}

/// `path` from `top`; `None` when it lies elsewhere.
fn rel_path(path: &Path, top: &Path) -> Option<RelPath> {
    let rest = path.strip_prefix(top).ok()?;
    let parts = rest.components().map(|part| part.as_os_str().as_encoded_bytes());
    Some(parts.fold(RelPath::top(), |path, part| path.join(part)))
}

/// Users' rule files. A file that cannot be read, or that a link leads out of the tree to, is a mistake in the
/// configuration at the place that names it.
fn secret_rules(
    files: &[(RelPath, crate::source::Span)],
    top: &Path,
) -> Result<Vec<(String, String)>, ConfigError> {
    let mut rules = Vec::new();
    let mut problems = Vec::new();
    for (path, span) in files {
        match secret_rule_file(path, top) {
            Ok(text) => rules.push((path.to_string(), text)),
            Err(reason) => problems.push(Problem {
                span: span.clone(),
                message: format!("cannot read the rules of {path}: {reason}"),
                help: "name a file of the repository, relative to this configuration".to_owned(),
            }),
        }
    }
    if problems.is_empty() { Ok(rules) } else { Err(ConfigError::Invalid { problems }) }
}

fn secret_rule_file(path: &RelPath, top: &Path) -> Result<String, String> {
    let text = std::str::from_utf8(path.as_bytes()).map_err(|_| "the path is not UTF-8".to_owned())?;
    let at = top.join(text);
    let real = at.canonicalize().map_err(|error| error.to_string())?;
    let real_top = top.canonicalize().map_err(|error| error.to_string())?;
    if !real.starts_with(&real_top) {
        return Err("a symbolic link leads out of the repository".to_owned());
    }
    match read(&real, rel_path(&real, top)) {
        Ok(bytes) => String::from_utf8(bytes).map_err(|_| "the file is not UTF-8".to_owned()),
        Err(ConfigError::Unreadable { reason, .. }) => Err(reason),
        Err(other) => Err(other.to_string()),
    }
}

#[cfg(test)]
mod tests;
