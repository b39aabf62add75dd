//! Tests of the configuration as a whole.

use std::fs;

use super::*;
use crate::rule::{Confidence, RuleId};

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 21).unwrap()
}

fn place(top: &Path) -> Place {
    Place { choice: Choice::Nearest(top.to_owned()), top: top.to_owned(), in_repository: true }
}

fn load(text: &str) -> Result<Config, ConfigError> {
    let temp = tempfile::tempdir().unwrap();
    fs::write(temp.path().join("plimsoll.toml"), text).unwrap();
    fs::create_dir(temp.path().join("security")).unwrap();
    fs::write(temp.path().join("security/extra-rules.toml"), "# rules\n").unwrap();
    Config::load(&place(temp.path()), &Env::new(), Overrides::default(), today())
}

fn problems(text: &str) -> Vec<String> {
    load(text).unwrap_err().to_string().lines().map(str::to_owned).collect()
}

fn meta(id: &'static str, alias: &'static str) -> RuleMeta {
    RuleMeta {
        id: RuleId::new(id),
        family: Family::Dockerfile,
        summary: "".into(),
        page: "".into(),
        severity: Severity::Low,
        confidence: Confidence::High,
        persona: Persona::Regular,
        since: "0.1.0",
        aliases: vec![alias.into()].into(),
        controls: Vec::new().into(),
        references: Vec::new().into(),
    }
}

/// The example of the contract, every key of it.
const EXAMPLE: &str = r#"
rules-version = "2026.1"
exclude = ["examples/leaky-shop/**"]
families = ["dockerfile", "secret", "sbom", "suppression"]
fail-on = "medium"
persona = "pedantic"
[dockerfile]
trusted-registries = ["docker.io/library", "ghcr.io/acme"]
targets = ["runtime"]
[[build]]
dockerfile = "deploy/Dockerfile"
context = "."
args = { VERSION = "1.2" }
[secrets]
rules = ["security/extra-rules.toml"]
[rule.single-stage-build]
severity = "high"
[[ignore]]
rule = "root-user"
path = "legacy/**"
until = 2027-03-31
reason = "replaced by the new runtime"
[sbom]
author = "Acme Platform <platform@acme.example>"
"#;

#[test]
fn every_key_of_the_example_arrives() {
    let config = load(EXAMPLE).unwrap();
    assert_eq!(config.exclude, ["examples/leaky-shop/**"]);
    assert_eq!(config.families.len(), 4);
    assert_eq!(config.fail_on, FailOn(Some(Severity::Medium)));
    assert_eq!(config.persona, Persona::Pedantic);
    assert_eq!(config.lint.trusted_registries, ["docker.io/library", "ghcr.io/acme"]);
    assert_eq!(config.lint.targets, ["runtime"]);
    assert_eq!(config.lint.today, today());
    let build = &config.builds[0];
    assert_eq!((&build.dockerfile, &build.context), (&RelPath::from("deploy/Dockerfile"), &RelPath::top()));
    assert_eq!(build.args["VERSION"], "1.2");
    assert_eq!(config.secrets.rules, [("security/extra-rules.toml".to_owned(), "# rules\n".to_owned())]);
    let ignore = &config.gate(false, today()).ignores[0];
    assert_eq!(ignore.rule.as_deref(), Some("root-user"));
    assert_eq!(ignore.path.as_deref(), Some("legacy/**"));
    assert_eq!(ignore.until, NaiveDate::from_ymd_opt(2027, 3, 31));
    assert_eq!(ignore.reason, "replaced by the new runtime");
    assert_eq!(ignore.span.region().start.line, 18);
    assert_eq!(config.author.as_deref(), Some("Acme Platform <platform@acme.example>"));
}

#[test]
fn defaults_hold_without_a_file() {
    let temp = tempfile::tempdir().unwrap();
    let config = Config::load(&place(temp.path()), &Env::new(), Overrides::default(), today()).unwrap();
    assert_eq!(config.file, None);
    assert_eq!(config.fail_on, FailOn(Some(Severity::High)));
    assert_eq!(config.persona, Persona::Regular);
    assert_eq!(config.families, [Family::Dockerfile, Family::Secret, Family::Sbom, Family::Suppression]);
}

#[test]
fn every_mistake_is_told_at_its_place() {
    let text = "fial-on = \"high\"\npersona = \"strict\"\nexclude = \"x\"\n[dockerfile]\ntarget = []\n\
                [[ignore]]\nrule = \"sudo\"\nuntil = \"2027-01-01\"\n";
    assert_eq!(
        problems(text),
        [
            "plimsoll.toml:1:1: unknown key `fial-on`; did you mean `fail-on`?",
            "plimsoll.toml:2:11: unknown value `strict`; known here: regular, pedantic, auditor",
            "plimsoll.toml:3:11: expected an array, found a string; write an array here",
            "plimsoll.toml:5:1: unknown key `target`; did you mean `targets`?",
            "plimsoll.toml:6:1: this [[ignore]] gives no reason; add reason = \"why this is fine\"",
            "plimsoll.toml:8:9: this is not a date; write a TOML date without quotes: 2027-03-31",
        ]
    );
}

#[test]
fn a_reason_may_not_be_empty_and_something_must_be_named() {
    assert_eq!(
        problems("[[ignore]]\nreason = \" \"\n"),
        [
            "plimsoll.toml:1:1: this [[ignore]] would ignore everything; name a rule, a path or a fingerprint",
            "plimsoll.toml:2:10: this string is empty; write a value or leave the key out",
        ]
    );
}

#[test]
fn other_rule_generations_and_unbuilt_families_are_refused() {
    assert_eq!(
        problems("rules-version = \"1999.1\"\nfamilies = [\"secrets\", \"vulnerability\"]\n"),
        [
            "plimsoll.toml:1:17: unknown rules-version `1999.1`; known here: 2026.1",
            "plimsoll.toml:2:13: unknown family `secrets`; did you mean `secret`?",
            "plimsoll.toml:2:24: unknown family `vulnerability`; known here: dockerfile, secret, sbom, suppression",
        ]
    );
}

#[test]
fn paths_do_not_leave_the_tree() {
    assert_eq!(
        problems("[[build]]\ndockerfile = \"../Dockerfile\"\n[secrets]\nrules = [\"/etc/hostname\"]\n"),
        [
            "plimsoll.toml:2:14: this path leaves the repository; write a relative path that stays inside, \
             with `/` between its parts",
            "plimsoll.toml:4:10: this path leaves the repository; write a relative path that stays inside, \
             with `/` between its parts",
        ]
    );
}

#[cfg(unix)]
#[test]
fn a_link_does_not_lead_rule_files_out_of_the_tree() {
    let temp = tempfile::tempdir().unwrap();
    let top = temp.path().join("repo");
    fs::create_dir(&top).unwrap();
    fs::write(temp.path().join("outside.toml"), "x").unwrap();
    std::os::unix::fs::symlink("../outside.toml", top.join("rules.toml")).unwrap();
    fs::write(top.join("plimsoll.toml"), "[secrets]\nrules = [\"rules.toml\"]\n").unwrap();
    let error = Config::load(&place(&top), &Env::new(), Overrides::default(), today()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "plimsoll.toml:2:10: cannot read the rules of rules.toml: a symbolic link leads out of the repository; \
         name a file of the repository, relative to this configuration"
    );
}

#[test]
fn broken_toml_and_broken_utf8_point_at_the_place() {
    let broken = problems("fail-on = \"high\"\npersona = \n");
    assert!(broken[0].starts_with("plimsoll.toml:2:"), "{broken:?}");
    let temp = tempfile::tempdir().unwrap();
    fs::write(temp.path().join("plimsoll.toml"), b"# \xff\n").unwrap();
    let error = Config::load(&place(temp.path()), &Env::new(), Overrides::default(), today()).unwrap_err();
    assert_eq!(error.to_string(), "plimsoll.toml:1:3: this byte is not UTF-8; save the file as UTF-8");
}

#[test]
fn errors_never_repeat_what_may_be_a_secret() {
    // Built at run time: no token-shaped text lies in the repository.
    let token = format!("{}_{}", "ghp", "Zz9".repeat(12));
    for text in [
        format!("fail-on = \"{token}\"\n"),
        format!("[[build]]\ndockerfile = \"Dockerfile\"\nargs = {{ TOKEN = \"{token}\", X = 1 }}\n"),
        format!("{token} = 1\n"),
        format!("author = \"{token}\n"),
        format!("families = [\"{token}\"]\n[[ignore]]\nreason = 'x'\nfingerprint = \"{token}\"\n"),
        format!("[rule.{token}]\nseverity = 'x'\n"),
    ] {
        let error = load(&text).unwrap_err();
        assert!(!error.to_string().contains(&token), "{error}");
        assert!(!format!("{error:?}").contains(&token));
    }
}

#[test]
fn layers_cover_each_other() {
    let temp = tempfile::tempdir().unwrap();
    fs::write(temp.path().join("plimsoll.toml"), "fail-on = \"low\"\npersona = \"auditor\"\n").unwrap();
    let env: Env = [("PLIMSOLL_FAIL_ON".into(), "critical".into())].into();
    let load = |flags| Config::load(&place(temp.path()), &env, flags, today()).unwrap();
    let config = load(Overrides::default());
    assert_eq!((config.fail_on, config.persona), (FailOn(Some(Severity::Critical)), Persona::Auditor));
    let flags = Overrides { fail_on: Some(FailOn(None)), ..Overrides::default() };
    assert_eq!(load(flags).fail_on, FailOn(None));
}

#[test]
fn unknown_rules_are_told_with_the_nearest() {
    let metas = [meta("root-user", "DL3002"), meta("unpinned-base", "DL3006")];
    let metas: Vec<&RuleMeta> = metas.iter().collect();
    let config =
        load("[rule.root-usr]\nseverity = \"low\"\n[[ignore]]\nrule = \"DL3006\"\nreason = \"x\"\n").unwrap();
    let error = config.selection(&metas, &[], &[]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "plimsoll.toml:1:7: unknown rule `root-usr`; did you mean `root-user`?\n\
         plimsoll.toml:4:8: unknown rule; did you mean `unpinned-base`?"
    );
    let config = load("[[ignore]]\nrule = \"*-base\"\nreason = \"x\"\n").unwrap();
    assert!(config.selection(&metas, &[], &[]).is_ok());
    let error = config.selection(&metas, &["rot-user".to_owned()], &[]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "--rule rot-user: no rule has this name, did you mean `root-user`?; `plimsoll rules` lists them all"
    );
    assert!(config.selection(&metas, &[], &["{".to_owned()]).is_err());
}

#[test]
fn a_named_file_that_is_missing_or_no_file_is_an_error() {
    let temp = tempfile::tempdir().unwrap();
    for path in [temp.path().join("no.toml"), temp.path().to_owned()] {
        let place = Place { choice: Choice::Given(path), ..place(temp.path()) };
        let error = Config::load(&place, &Env::new(), Overrides::default(), today()).unwrap_err();
        assert!(matches!(error, ConfigError::Unreadable { .. }), "{error}");
    }
}

#[test]
fn a_nested_file_speaks_of_its_own_folder() {
    let temp = tempfile::tempdir().unwrap();
    let folder = temp.path().join("services/api");
    fs::create_dir_all(&folder).unwrap();
    let text = "exclude = [\"testdata/**\"]\n[[build]]\ndockerfile = \"Dockerfile\"\ncontext = \"../..\"\n";
    fs::write(folder.join("plimsoll.toml"), text).unwrap();
    let place = Place { choice: Choice::Nearest(folder), ..place(temp.path()) };
    let config = Config::load(&place, &Env::new(), Overrides::default(), today()).unwrap();
    assert_eq!(config.exclude, ["services/api/testdata/**"]);
    assert_eq!(config.builds[0].dockerfile, RelPath::from("services/api/Dockerfile"));
    assert_eq!(config.builds[0].context, RelPath::top());
}
