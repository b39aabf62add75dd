//! What is listed of a work tree is what `git ls-files` lists, on repositories made to be hard to list.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests are tests too")]

mod support;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use globset::GlobSet;
use plimsoll::source::RelPath;
use plimsoll::walk::{self, Plan, Scope};
use support::Folder;

/// Tracked files and untracked ones that the repository does not ignore, as far as they are there; `None` where
/// there is no git to ask.
fn git(top: &Path) -> Option<BTreeSet<RelPath>> {
    let output = Command::new("git")
        .args(["-c", "core.excludesFile=", "ls-files", "-coz", "--exclude-standard"])
        .current_dir(top)
        .env_remove("GIT_DIR")
        .env_remove("GIT_INDEX_FILE")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .output()
        .ok()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let names = output.stdout.split(|byte| *byte == 0).map(RelPath::from_bytes);
    // A name with a slash at its end is a repository of its own, which git does not look into.
    Some(names.filter(|name| !name.is_top() && !name.as_bytes().ends_with(b"/")).collect())
}

fn ours(top: &Path) -> BTreeSet<RelPath> {
    let plan = Plan {
        cwd: top.to_path_buf(),
        roots: vec![PathBuf::from(".")],
        scope: Scope::Tree,
        exclude: GlobSet::empty(),
        builds: Vec::new(),
    };
    let listing = walk::list(&plan).unwrap();
    assert!(listing.gaps.is_empty(), "{:?}", listing.gaps);
    listing.entries.iter().map(|entry| entry.path().clone()).collect()
}

/// Compares, and holds the number of files that a reader of the case would count.
fn same(folder: &Folder, count: usize) {
    let ours = ours(&folder.path());
    assert_eq!(ours.len(), count, "{ours:?}");
    match git(&folder.path()) {
        Some(git) => assert_eq!(ours, git),
        None => println!("note: no git here to compare with"),
    }
}

#[test]
fn rules_that_take_back_rules() {
    let folder = Folder::repository();
    folder
        .write(".gitignore", "*.txt\n!keep.txt\nout/\n!out/keep.txt\n")
        .write("a.txt", "")
        .write("keep.txt", "")
        .write("deep/keep.txt", "")
        // Nothing below an ignored folder can be taken back.
        .write("out/keep.txt", "");
    same(&folder, 3);
}

#[test]
fn every_file_of_a_folder_but_one() {
    let folder = Folder::repository();
    folder
        .write(".gitignore", "/logs/*\n!/logs/keep\n")
        .write("logs/a", "")
        .write("logs/keep", "")
        .write("sub/logs/a", "");
    same(&folder, 3);
}

#[test]
fn deeper_files_beat_higher_ones() {
    let folder = Folder::repository();
    folder
        .write(".gitignore", "*.env\n")
        .write("a/.gitignore", "!b.env\n")
        .write("a/b.env", "")
        .write("a/c.env", "")
        .write("a/d/.gitignore", "b.env\n")
        .write("a/d/b.env", "");
    same(&folder, 4);
}

#[test]
fn anchors_and_double_stars() {
    let folder = Folder::repository();
    folder
        .write(".gitignore", "/root.txt\n**/cache/**\ndoc/*.pdf\na/**/z\n")
        .write("root.txt", "")
        .write("x/root.txt", "")
        .write("x/cache/y/z", "")
        .write("doc/a.pdf", "")
        .write("doc/sub/a.pdf", "")
        .write("a/z", "")
        .write("a/b/c/z", "")
        .write("b/a/z", "");
    same(&folder, 4);
}

#[test]
fn odd_lines_in_an_ignore_file() {
    let folder = Folder::repository();
    folder
        .write(".gitignore", "\u{FEFF}bom.txt\r\n\\#hash\n\\!bang\nspace\\ \ntrail   \n[ab].c\n# note\n\n")
        .write("bom.txt", "")
        .write("#hash", "")
        .write("!bang", "")
        .write("space ", "")
        .write("trail", "")
        .write("a.c", "")
        .write("c.c", "");
    let listed = ours(&folder.path());
    assert!(listed.contains(&RelPath::from("c.c")) && !listed.contains(&RelPath::from("a.c")));
    if let Some(git) = git(&folder.path()) {
        assert!(git.is_subset(&listed), "hidden here, but not by git: {:?}", git.difference(&listed));
    }
}

#[test]
fn tracked_files_are_never_hidden() {
    let folder = Folder::repository();
    folder
        .write("kept/deep/a.log", "")
        .write("later.log", "")
        .stage(&["kept/deep/a.log"])
        .commit("one")
        .write(".gitignore", "*\n")
        .stage(&["later.log"]);
    same(&folder, 2);
}

#[test]
fn an_ignored_file_that_is_only_meant_to_be_added_is_tracked() {
    let folder = Folder::repository();
    folder.write(".gitignore", "*.log\n").write("a.log", "a").write("b.log", "b").stage(&["a.log"]);
    let repository = folder.open();
    let mut index = repository.index().unwrap();
    let mut entry = index.get_path(Path::new("a.log"), 0).unwrap();
    entry.flags_extended |= git2::IndexEntryExtendedFlag::INTENT_TO_ADD.bits();
    index.add(&entry).unwrap();
    index.write().unwrap();
    same(&folder, 2);
}

#[test]
fn the_file_that_no_commit_holds() {
    let folder = Folder::repository();
    folder.write(".git/info/exclude", "private/\n").write("private/a", "").write("b", "");
    same(&folder, 1);
}

#[test]
fn names_that_look_like_git() {
    let folder = Folder::repository();
    folder
        .write(".gitattributes", "")
        .write(".github/workflows/a.yml", "")
        .write("git/config", "")
        .write("a.git/config", "")
        .write(".gitmodules", "");
    same(&folder, 5);
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_not_text() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let folder = Folder::repository();
    folder.write(".gitignore", "hidden*\n");
    for name in [&b"caf\xe9"[..], b"hidden\xff", b"new\nline", b"\xc3\xa9t\xc3\xa9", b"-rf", b" "] {
        std::fs::write(folder.path().join(OsStr::from_bytes(name)), "").unwrap();
    }
    same(&folder, 6);
}

#[cfg(unix)]
#[test]
fn links_to_files_folders_and_nowhere() {
    use std::os::unix::fs::symlink;
    let folder = Folder::repository();
    folder.write("d/a", "").write(".gitignore", "ignored-link\nd-link/\n");
    symlink("d/a", folder.path().join("f-link")).unwrap();
    // A rule for folders does not match a link to one.
    symlink("d", folder.path().join("d-link")).unwrap();
    symlink("nowhere", folder.path().join("dangling")).unwrap();
    symlink("d", folder.path().join("ignored-link")).unwrap();
    same(&folder, 5);
}

#[test]
fn a_deep_tree() {
    let folder = Folder::repository();
    let deep = vec!["d"; 400].join("/");
    folder
        .write(&format!("{deep}/a.txt"), "")
        .write(&format!("{deep}/b.log"), "")
        .write(".gitignore", "*.log\n");
    same(&folder, 2);
}

#[test]
fn empty_folders_and_empty_ignore_files() {
    let folder = Folder::repository();
    std::fs::create_dir_all(folder.path().join("empty/er")).unwrap();
    folder.write("a/.gitignore", "").write("b/.gitignore", "*\n!.gitignore\n").write("b/c", "");
    same(&folder, 2);
}

#[test]
fn this_repository() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).canonicalize().unwrap();
    let Some(git) = git(&top).filter(|names| !names.is_empty()) else { return };
    let there: BTreeSet<RelPath> = git
        .into_iter()
        .filter(|name| std::fs::symlink_metadata(top.join(name.to_string())).is_ok())
        .collect();
    let ours = ours(&top);
    assert!(there.is_subset(&ours), "hidden here, but not by git: {:?}", there.difference(&ours));
    // What is more came from a build context: nothing else may.
    assert!(ours.difference(&there).all(|path| path.as_bytes().starts_with(b"examples/")));
}
