//! Bad input: each kind gets the message and the exit code that were promised, and never a panic.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "helpers of tests are tests too"
)]

mod cli_program;
mod support;

use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use cli_program::{plimsoll, plimsoll_with};
use support::Folder;

/// A password in a connection URL, of a kind that the rules find; put together here so that it lies in no file.
fn secret_line() -> String {
    format!("DATABASE_URL=postgres://shop:{}{}@db.internal:5432/shop\n", "vT9q", "Zw4LmXc2")
}

const ROOT_IMAGE: &str = "FROM alpine:3.22\nUSER root\n";

#[test]
fn an_empty_folder_and_an_empty_repository_pass_with_a_note() {
    let folder = Folder::new();
    plimsoll(&folder.path(), &["check"]).ends(0).tells("note: ");
    let repository = Folder::repository();
    plimsoll(&repository.path(), &["check"]).ends(0).tells("note: ");
    plimsoll(&repository.path(), &["check", "--staged"]).ends(0).tells("note: ");
}

#[test]
fn nothing_staged_passes_with_a_note() {
    let folder = Folder::repository();
    folder.write("Dockerfile", ROOT_IMAGE).stage(&["Dockerfile"]).commit("one");
    plimsoll(&folder.path(), &["check", "--staged"]).ends(0).tells("note: ");
}

#[test]
fn a_folder_that_is_no_repository_is_judged_but_has_nothing_staged() {
    let folder = Folder::new();
    folder.write("a/Dockerfile", ROOT_IMAGE);
    let ran = plimsoll(&folder.path(), &["check", "--rule", "root-user", "--format", "json"]).ends(1);
    assert_eq!(ran.findings(), ["a/Dockerfile root-user"]);
    plimsoll(&folder.path(), &["check", "--staged"]).ends(2).tells("is not in a git repository");
}

#[test]
fn a_path_that_is_not_there_is_named() {
    let folder = Folder::new();
    folder.write("Dockerfile", ROOT_IMAGE);
    plimsoll(&folder.path(), &["check", "nowhere"]).ends(2).tells("nowhere does not exist");
    plimsoll(&folder.path(), &["check", ".", "nowhere"]).ends(2).tells("nowhere does not exist");
    plimsoll(&folder.path(), &["sbom", "nowhere"]).ends(2).tells("nowhere");
}

#[test]
fn a_path_that_matches_nothing_staged_is_named() {
    let folder = Folder::repository();
    folder.write("Dockerfile", ROOT_IMAGE).write("untracked.txt", "a").stage(&["Dockerfile"]);
    plimsoll(&folder.path(), &["check", "--staged", "untracked.txt"]).ends(2).tells("untracked.txt");
    plimsoll(&folder.path(), &["check", "--staged", "nowhere/at-all"]).ends(2).tells("nowhere/at-all");
}

#[test]
fn five_megabytes_on_one_line_are_judged_in_time_and_told_in_short() {
    let folder = Folder::new();
    let words = "echo x; ".repeat((5 << 20) / 8);
    folder.write("long/Dockerfile", format!("FROM alpine:3.22\nUSER root\nRUN {words}\n"));
    folder.write("torn/Dockerfile", "A".repeat(5 << 20));
    let start = Instant::now();
    let ran = plimsoll(&folder.path(), &["check", "--format", "json"]).ends(1);
    // Generous, for a build without optimisation on a busy machine; anything quadratic takes hours.
    assert!(start.elapsed() < Duration::from_secs(120), "{:?}", start.elapsed());
    assert!(ran.out.len() < 100_000, "{} bytes of report", ran.out.len());
    let findings = ran.findings();
    assert!(findings.contains(&"long/Dockerfile root-user".to_owned()), "{findings:?}");
    assert!(findings.contains(&"torn/Dockerfile dockerfile-syntax".to_owned()), "{findings:?}");
}

#[test]
fn bytes_that_are_no_utf8_are_judged_and_shown_escaped() {
    let folder = Folder::new();
    folder.write("Dockerfile", b"FROM alpine:3.22\n# caf\xe9\nRUN echo \xff\xfe\nUSER root\n");
    let name = std::ffi::OsStr::from_bytes(b"b\xff");
    fs::create_dir(folder.path().join(name)).unwrap();
    fs::write(folder.path().join(name).join("Dockerfile"), ROOT_IMAGE).unwrap();
    let ran = plimsoll(&folder.path(), &["check", "--rule", "root-user", "--format", "json"]).ends(1);
    assert_eq!(ran.findings(), ["Dockerfile root-user", "b\\xFF/Dockerfile root-user"]);
    assert_eq!(ran.json()["findings"][0]["location"]["start"]["line"], 4);
    plimsoll(&folder.path(), &["check", "--rule", "root-user"]).ends(1);
}

#[test]
fn links_are_judged_as_text_and_not_followed() {
    let outside = Folder::new();
    outside.write("Dockerfile", ROOT_IMAGE).write("settings.env", secret_line());
    for folder in [Folder::new(), Folder::repository()] {
        folder.write("real/readme.txt", "nothing here\n");
        symlink("two", folder.path().join("one")).unwrap();
        symlink("one", folder.path().join("two")).unwrap();
        symlink(".", folder.path().join("real/self")).unwrap();
        symlink(outside.path(), folder.path().join("away")).unwrap();
        symlink(outside.path().join("Dockerfile"), folder.path().join("Dockerfile")).unwrap();
        symlink(outside.path().join("settings.env"), folder.path().join("settings.env")).unwrap();
        let ran = plimsoll(&folder.path(), &["check", "--persona", "auditor", "--format", "json"]).ends(0);
        assert_eq!(ran.findings(), [""; 0]);
        assert_eq!(ran.gaps(), [""; 0]);
        assert!(!ran.out.contains("vT9qZw4LmXc2"));
    }
}

#[test]
fn a_link_loop_that_was_named_is_no_silent_pass() {
    let folder = Folder::new();
    symlink("two", folder.path().join("one")).unwrap();
    symlink("one", folder.path().join("two")).unwrap();
    let ran = plimsoll(&folder.path(), &["check", "one"]).ends(2);
    assert!(format!("{}{}", ran.out, ran.err).contains("one"), "{}{}", ran.out, ran.err);
}

/// The memory of a process is a file that opens and then cannot be read from its start, even by root.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_cannot_be_read_is_a_gap() {
    let folder = Folder::new();
    let ran = plimsoll(&folder.path(), &["check", "/proc/self/mem", "--format", "json"]).ends(2);
    assert_eq!(ran.json()["summary"]["verdict"], "incomplete");
    assert_eq!(ran.gaps().len(), 1, "{:?}", ran.gaps());
    assert!(ran.gaps()[0].ends_with(" unreadable"), "{:?}", ran.gaps());
    plimsoll(&folder.path(), &["check", "/proc/self/mem"]).ends(2);
    plimsoll(&folder.path(), &["check", "/proc/self/mem", "--allow-gaps"]).ends(0);
    plimsoll(&folder.path(), &["check", "/proc/self/mem", "--exit-zero"]).ends(2);
}

#[test]
fn what_permissions_hide_is_a_gap_unless_findings_already_fail() {
    let folder = Folder::new();
    folder.write("hidden.txt", "x").write("closed/a.txt", "x");
    for path in ["hidden.txt", "closed"] {
        fs::set_permissions(folder.path().join(path), fs::Permissions::from_mode(0o000)).unwrap();
    }
    if fs::read(folder.path().join("hidden.txt")).is_ok() {
        println!("not tested: this user reads everything");
    } else {
        let ran = plimsoll(&folder.path(), &["check", "--format", "json"]).ends(2);
        assert_eq!(ran.gaps(), ["closed unreadable", "hidden.txt unreadable"]);
        folder.write("Dockerfile", ROOT_IMAGE);
        plimsoll(&folder.path(), &["check"]).ends(1);
    }
    // So that the folder can be removed.
    fs::set_permissions(folder.path().join("closed"), fs::Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn a_pipe_in_the_tree_does_not_block() {
    let folder = Folder::new();
    folder.write("a.txt", "a");
    assert!(Command::new("mkfifo").arg(folder.path().join("Dockerfile")).status().unwrap().success());
    plimsoll(&folder.path(), &["check"]).ends(0);
    plimsoll(&folder.path(), &["check", "Dockerfile"]).ends(2).tells("Dockerfile");
}

#[test]
fn a_truncated_lockfile_is_a_finding_and_the_sbom_says_so() {
    let folder = Folder::new();
    folder
        .write("package-lock.json", "{\"name\":\"shop\",\"lockfileVersion\":3,\"packages\":{\"\":{\"name\":")
        .write("Cargo.lock", "version = 4\n\n[[package]]\nname = \"whole\"\nversion = \"1.0.0\"\n");
    let ran = plimsoll(
        &folder.path(),
        &["check", "--rule", "lockfile-unparsable", "--fail-on", "info", "--format", "json"],
    );
    assert_eq!(ran.ends(1).findings(), ["package-lock.json lockfile-unparsable"]);
    let sbom = plimsoll(&folder.path(), &["sbom"]).ends(0).tells("package-lock.json");
    assert!(sbom.out.contains("\"whole\""), "{}", sbom.out);
}

fn object_of(folder: &Folder, path: &str) -> std::path::PathBuf {
    let id = folder.open().index().unwrap().get_path(path.as_ref(), 0).unwrap().id.to_string();
    folder.path().join(".git/objects").join(&id[..2]).join(&id[2..])
}

#[test]
fn a_corrupt_or_missing_git_object_is_a_gap() {
    let folder = Folder::repository();
    folder.write("a.txt", "a\n").write("b.txt", "b\n").stage(&["a.txt", "b.txt"]);
    let corrupt = object_of(&folder, "a.txt");
    fs::set_permissions(&corrupt, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&corrupt, b"this is no object").unwrap();
    fs::remove_file(object_of(&folder, "b.txt")).unwrap();
    let ran = plimsoll(&folder.path(), &["check", "--staged", "--format", "json"]).ends(2);
    assert_eq!(ran.gaps(), ["a.txt missing-object", "b.txt missing-object"]);
    plimsoll(&folder.path(), &["check", "--staged", "--allow-gaps"]).ends(0);
}

#[test]
fn a_broken_index_ends_with_two() {
    let folder = Folder::repository();
    folder.write("a.txt", "a\n").stage(&["a.txt"]).commit("one");
    folder.write(".git/index", "DIRC, torn");
    plimsoll(&folder.path(), &["check", "--staged"]).ends(2).tells("error: ");
}

#[test]
fn unknown_flags_keys_and_rules_end_with_two_and_a_suggestion() {
    let folder = Folder::new();
    plimsoll(&folder.path(), &["check", "--personna", "regular"]).ends(2).tells("--persona");
    plimsoll(&folder.path(), &["check", "--rule", "root-usre"]).ends(2).tells("`root-user`");
    plimsoll(&folder.path(), &["explain", "sudoo"]).ends(2).tells("`sudo`");
    folder.write("plimsoll.toml", "fail_on = \"low\"\n");
    plimsoll(&folder.path(), &["check"]).ends(2).tells("plimsoll.toml:1:1").tells("`fail-on`");
    plimsoll(&folder.path(), &["check", "--no-config"]).ends(0);
    folder.write("plimsoll.toml", "[[ignore]]\nrule = \"root-usre\"\nreason = \"x\"\n");
    plimsoll(&folder.path(), &["check"]).ends(2).tells("plimsoll.toml:2:8").tells("`root-user`");
}

#[test]
fn a_threshold_set_in_the_wrong_variable_is_noticed() {
    let folder = Folder::new();
    let env = [("PLIMSOLL_FAILON", "low")];
    plimsoll_with(&folder.path(), &["check"], &env, b"").ends(0).tells("did you mean PLIMSOLL_FAIL_ON?");
    for (name, value) in
        [("PLIMSOLL_FAIL_ON", "severe"), ("PLIMSOLL_THREADS", "0"), ("SOURCE_DATE_EPOCH", "today")]
    {
        plimsoll_with(&folder.path(), &["check"], &[(name, value)], b"").ends(2).tells(name);
    }
}

#[test]
fn a_reader_that_has_gone_changes_nothing_and_a_full_disk_does() {
    let folder = Folder::new();
    folder.write("Dockerfile", ROOT_IMAGE);
    let mut child = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(["check", "--rule", "root-user", "--format", "json"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()), (Some(1), ""));

    if let Ok(full) = fs::OpenOptions::new().write(true).open("/dev/full") {
        let status = Command::new(env!("CARGO_BIN_EXE_plimsoll")).arg("rules").stdout(full).status().unwrap();
        assert_eq!(status.code(), Some(2));
    }
}

#[test]
fn reports_are_written_whole_or_not_at_all() {
    let folder = Folder::new();
    folder.write("Dockerfile", ROOT_IMAGE);
    let args =
        ["check", "--rule", "root-user", "--format", "json", "-o", "out/r.json", "--format", "concise"];
    let ran = plimsoll(&folder.path(), &args).ends(2).tells("out/r.json cannot be written");
    assert!(ran.out.contains("root-user"), "the other report is still written: {}", ran.out);
    fs::create_dir(folder.path().join("out")).unwrap();
    plimsoll(&folder.path(), &args).ends(1);
    let report: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.path().join("out/r.json")).unwrap()).unwrap();
    assert_eq!(report["summary"]["verdict"], "fail");
    assert_eq!(fs::read_dir(folder.path().join("out")).unwrap().count(), 1);
}

#[test]
fn standard_input_is_named_from_the_top_whatever_the_way_there() {
    let folder = Folder::repository();
    folder.write("sub/deep/a.txt", "a");
    for (cwd, name, expected) in [
        ("", "a/Dockerfile", "a/Dockerfile"),
        ("sub", "../Dockerfile", "Dockerfile"),
        ("sub/deep", "./../x/Dockerfile", "sub/x/Dockerfile"),
        ("sub", "../../elsewhere/Dockerfile", "Dockerfile"),
        ("sub", "/nowhere/at/all/Dockerfile", "Dockerfile"),
    ] {
        let args = ["check", "--stdin", "--stdin-filename", name, "--rule", "root-user", "--format", "json"];
        let ran = plimsoll_with(&folder.path().join(cwd), &args, &[], ROOT_IMAGE.as_bytes());
        assert_eq!(ran.ends(1).findings(), [format!("{expected} root-user")], "{cwd} {name}");
    }
}

#[test]
fn quiet_says_nothing_where_all_findings_are_excused() {
    let folder = Folder::new();
    folder.write("Dockerfile", "FROM alpine:3.22\n# plimsoll: ignore[root-user] -- a test\nUSER root\n");
    let ran = plimsoll(&folder.path(), &["check", "-q"]).ends(0);
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("", ""));
}

#[test]
fn messages_of_git_hold_no_absolute_path() {
    let folder = Folder::repository();
    folder.write("a.txt", "a\n").stage(&["a.txt"]).write(".git/config", "[core\n");
    let here = folder.path().display().to_string();
    for args in [&["check"][..], &["check", "--staged"], &["sbom"]] {
        let ran = plimsoll(&folder.path(), args).ends(2).tells(".git/config");
        assert!(!ran.err.contains(&here), "{}", ran.err);
    }
}

#[test]
fn a_configuration_that_cannot_be_read_is_named_from_the_top() {
    let folder = Folder::repository();
    symlink("/dev/zero", folder.path().join("plimsoll.toml")).unwrap();
    let ran = plimsoll(&folder.path(), &["check"]).ends(2).tells("configuration file plimsoll.toml");
    assert!(!ran.err.contains(&folder.path().display().to_string()), "{}", ran.err);
}

/// A commit takes the whole index, also when it is made from a folder below.
#[test]
fn staged_is_the_whole_index_wherever_one_stands() {
    let folder = Folder::repository();
    folder.write("Dockerfile", ROOT_IMAGE).write("sub/a.txt", "a").stage(&["Dockerfile", "sub/a.txt"]);
    let below = folder.path().join("sub");
    plimsoll(&below, &["check", "--staged", "--rule", "root-user"]).ends(1);
    plimsoll(&below, &["check", "--staged", "--rule", "root-user", "."]).ends(0);
    folder.commit("one").write("Dockerfile", "FROM alpine:3.22\nUSER root\n\n").stage(&["Dockerfile"]);
    plimsoll(&below, &["check", "--staged", "."]).ends(0).tells("below the paths named");
}

/// Each mistake used to search the whole file for secrets again.
#[test]
fn a_configuration_of_nothing_but_mistakes_is_told_in_short() {
    let folder = Folder::new();
    folder.write("plimsoll.toml", (0..3000).map(|n| format!("key{n} = 1\n")).collect::<String>());
    let start = Instant::now();
    let ran = plimsoll(&folder.path(), &["check"]).ends(2).tells("key0").tells("2950 more of these");
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    assert!(ran.err.len() < 50_000, "{} bytes", ran.err.len());
}
