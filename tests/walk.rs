//! What is listed and read, in each scope.

mod support;

use std::collections::BTreeMap;
use std::path::PathBuf;

use globset::{Glob, GlobSet, GlobSetBuilder};
use plimsoll::finding::GapKind;
use plimsoll::source::{Kind, RelPath};
use plimsoll::walk::{self, Content, Listing, Plan, Reader, Scope, WalkError};
use support::Folder;

fn plan(folder: &Folder, scope: Scope) -> Plan {
    Plan {
        cwd: folder.path(),
        roots: vec![PathBuf::from(".")],
        scope,
        exclude: GlobSet::empty(),
        builds: Vec::new(),
    }
}

/// `origin path` of every entry.
fn listed(listing: &Listing) -> Vec<String> {
    listing.entries.iter().map(|entry| format!("{} {}", entry.origins.first().word(), entry.path())).collect()
}

fn read(listing: &Listing) -> BTreeMap<String, Result<(Kind, Vec<u8>), GapKind>> {
    let mut reader = Reader::new(listing);
    let content = |entry| match reader.read(entry) {
        Ok(Content::Whole(source)) => Ok((source.kind(), source.bytes().to_vec())),
        Ok(Content::Large(_)) => panic!("too large for this test"),
        Err(gap) => Err(gap.kind),
    };
    let paths: Vec<String> = listing.entries.iter().map(|entry| entry.path().to_string()).collect();
    paths.into_iter().zip(listing.entries.iter().map(content).collect::<Vec<_>>()).collect()
}

#[test]
fn the_tree_is_what_git_sees() {
    let folder = Folder::repository();
    folder
        .write(".gitignore", "*.log\nbuild/\n")
        .write("a.txt", "a")
        .write(".hidden/b.txt", "b")
        .write("noise.log", "n")
        .write("build/out.txt", "o")
        .write("kept.log", "k")
        .stage(&["kept.log", "build/out.txt"])
        .commit("one")
        .write("sub/.gitignore", "c.txt\n")
        .write("sub/c.txt", "c")
        .write("sub/d.txt", "d");
    let listing = walk::list(&plan(&folder, Scope::Tree)).unwrap();
    assert_eq!(
        listed(&listing),
        [
            "worktree .gitignore",
            "worktree .hidden/b.txt",
            "worktree a.txt",
            "worktree build/out.txt",
            "worktree kept.log",
            "worktree sub/.gitignore",
            "worktree sub/d.txt",
        ]
    );
    let all = walk::list(&plan(&folder, Scope::AllFiles)).unwrap();
    assert_eq!(all.entries.len(), 9, "everything but .git: {:?}", listed(&all));
}

#[test]
fn paths_start_at_the_top_of_the_repository() {
    let folder = Folder::repository();
    folder.write("x/y/a.txt", "a").write("b.txt", "b");
    let mut plan = plan(&folder, Scope::Tree);
    plan.cwd = folder.path().join("x");
    assert_eq!(listed(&walk::list(&plan).unwrap()), ["worktree x/y/a.txt"]);
    plan.roots = vec![PathBuf::from("y"), folder.path().join("b.txt"), PathBuf::from("y/a.txt")];
    assert_eq!(listed(&walk::list(&plan).unwrap()), ["worktree b.txt", "worktree x/y/a.txt"]);
}

#[test]
fn outside_a_repository_paths_start_at_the_working_directory() {
    let folder = Folder::new();
    folder.write("x/.gitignore", "*").write("x/a.txt", "a").write("y/b.txt", "b");
    let mut plan = plan(&folder, Scope::Tree);
    assert_eq!(
        listed(&walk::list(&plan).unwrap()),
        ["worktree x/.gitignore", "worktree x/a.txt", "worktree y/b.txt"]
    );
    plan.cwd = folder.path().join("x");
    plan.roots = vec![PathBuf::from("../y")];
    assert_eq!(listed(&walk::list(&plan).unwrap()), ["worktree ../y/b.txt"]);
}

#[test]
fn an_explicit_path_beats_exclude() {
    let folder = Folder::repository();
    folder.write("examples/leaky/a", "a").write("examples/leaky/deep/b", "b").write("c", "c");
    let mut globs = GlobSetBuilder::new();
    globs.add(Glob::new("examples/leaky/**").unwrap());
    let mut plan = plan(&folder, Scope::Tree);
    plan.exclude = globs.build().unwrap();
    assert_eq!(listed(&walk::list(&plan).unwrap()), ["worktree c"]);
    plan.roots = vec![PathBuf::from("examples/leaky")];
    assert_eq!(
        listed(&walk::list(&plan).unwrap()),
        ["worktree examples/leaky/a", "worktree examples/leaky/deep/b"]
    );
}

#[test]
fn nothing_to_look_at_is_said() {
    let folder = Folder::new();
    let listing = walk::list(&plan(&folder, Scope::Tree)).unwrap();
    assert!(listing.entries.is_empty() && listing.gaps.is_empty());
    assert_eq!(listing.notes, ["there is nothing here to look at"]);
    let mut missing = plan(&folder, Scope::Tree);
    missing.roots = vec![PathBuf::from("no/such")];
    assert!(matches!(walk::list(&missing), Err(WalkError::NoSuchPath { path }) if path == "no/such"));
}

#[cfg(unix)]
#[test]
fn links_are_judged_as_text_and_never_followed() {
    use std::os::unix::fs::symlink;
    let outside = Folder::new();
    outside.write("secret.txt", "outside");
    let folder = Folder::repository();
    folder.write("in/a.txt", "a");
    symlink(outside.path(), folder.path().join("out")).unwrap();
    symlink("..", folder.path().join("in/loop")).unwrap();
    symlink("nowhere", folder.path().join("dangling")).unwrap();
    let listing = walk::list(&plan(&folder, Scope::Tree)).unwrap();
    let seen = read(&listing);
    assert_eq!(seen.keys().collect::<Vec<_>>(), ["dangling", "in/a.txt", "in/loop", "out"]);
    assert_eq!(seen["in/loop"], Ok((Kind::Link, b"..".to_vec())));
    assert_eq!(seen["dangling"], Ok((Kind::Link, b"nowhere".to_vec())));
}

#[cfg(unix)]
#[test]
fn a_tracked_file_behind_a_link_is_not_reached() {
    let outside = Folder::new();
    outside.write("a.txt", "outside");
    let folder = Folder::repository();
    folder.write("d/a.txt", "inside").stage(&["d/a.txt"]).commit("one");
    std::fs::remove_dir_all(folder.path().join("d")).unwrap();
    std::os::unix::fs::symlink(outside.path(), folder.path().join("d")).unwrap();
    let seen = read(&walk::list(&plan(&folder, Scope::Tree)).unwrap());
    assert_eq!(seen.keys().collect::<Vec<_>>(), ["d"]);
}

#[test]
fn staged_means_the_index_and_not_the_work_tree() {
    let folder = Folder::repository();
    folder
        .write("same.txt", "same")
        .write("gone.txt", "gone")
        .stage(&["same.txt", "gone.txt"])
        .commit("one")
        .write("new.txt", "staged")
        .stage(&["new.txt"])
        .write("new.txt", "work tree")
        .write("same.txt", "not staged");
    let mut index = folder.open().index().unwrap();
    index.remove_path(std::path::Path::new("gone.txt")).unwrap();
    index.write().unwrap();
    let listing = walk::list(&plan(&folder, Scope::Staged)).unwrap();
    assert_eq!(listed(&listing), ["index new.txt"]);
    assert_eq!(read(&listing)["new.txt"], Ok((Kind::File, b"staged".to_vec())));
    folder.commit("two");
    let listing = walk::list(&plan(&folder, Scope::Staged)).unwrap();
    assert!(listing.entries.is_empty());
    assert_eq!(listing.notes, ["nothing is staged"]);
}

#[test]
fn before_the_first_commit_everything_in_the_index_is_new() {
    let folder = Folder::repository();
    folder.write("a/b.txt", "b").write("c.txt", "c").stage(&["a/b.txt", "c.txt"]);
    let mut plan = plan(&folder, Scope::Staged);
    assert_eq!(listed(&walk::list(&plan).unwrap()), ["index a/b.txt", "index c.txt"]);
    plan.roots = vec![PathBuf::from("a")];
    assert_eq!(listed(&walk::list(&plan).unwrap()), ["index a/b.txt"]);
    plan.roots = vec![PathBuf::from("zzz")];
    assert!(matches!(walk::list(&plan), Err(WalkError::Nothing { .. })));
}

#[test]
fn staged_needs_a_repository() {
    let folder = Folder::new();
    assert!(matches!(walk::list(&plan(&folder, Scope::Staged)), Err(WalkError::NoRepository { .. })));
}

#[test]
fn a_corrupt_object_is_a_gap() {
    let folder = Folder::repository();
    folder.write("a.txt", "some text").stage(&["a.txt"]);
    let id = folder.open().index().unwrap().get(0).unwrap().id.to_string();
    let object = folder.path().join(".git/objects").join(&id[..2]).join(&id[2..]);
    let mut permissions = std::fs::metadata(&object).unwrap().permissions();
    #[allow(clippy::permissions_set_readonly_false, reason = "the file is removed with its folder")]
    permissions.set_readonly(false);
    std::fs::set_permissions(&object, permissions).unwrap();
    std::fs::write(&object, b"garbage").unwrap();
    let listing = walk::list(&plan(&folder, Scope::Staged)).unwrap();
    assert_eq!(read(&listing)["a.txt"], Err(GapKind::MissingObject));
    std::fs::remove_file(&object).unwrap();
    let listing = walk::list(&plan(&folder, Scope::Staged)).unwrap();
    assert_eq!(read(&listing)["a.txt"], Err(GapKind::MissingObject));
}

#[test]
fn ignored_files_that_a_copy_takes_are_looked_at() {
    let folder = Folder::repository();
    folder
        .write(".gitignore", ".env\nnode_modules/\ndist/\n")
        .write("Dockerfile", "FROM node:22\nCOPY . /app\n")
        .write(".dockerignore", "dist\n")
        .write(".env", "A=1")
        .write("dist/out.js", "1")
        .write("node_modules/m/index.js", "1")
        .write("node_modules/m/.npmrc", "x");
    let listing = walk::list(&plan(&folder, Scope::Tree)).unwrap();
    assert_eq!(
        listed(&listing),
        [
            "worktree .dockerignore",
            "context .env",
            "worktree .gitignore",
            "worktree Dockerfile",
            "context node_modules/m/.npmrc",
        ]
    );
    assert_eq!(listing.coverage.by_name_only, 1);
}

#[test]
fn a_compose_file_says_where_the_context_is() {
    let folder = Folder::repository();
    folder
        .write(".gitignore", "key.pem\n")
        .write(
            "deploy/compose.yml",
            "services:\n  a:\n    build:\n      context: ..\n      dockerfile: docker/api\n",
        )
        .write("docker/api", "FROM alpine:3.20\nCOPY . /\n")
        .write("key.pem", "k");
    let listing = walk::list(&plan(&folder, Scope::Tree)).unwrap();
    assert_eq!(listing.contexts.len(), 1);
    assert_eq!(listing.contexts[0].plan.context, RelPath::top());
    assert!(listed(&listing).contains(&"context key.pem".to_owned()));
}

#[test]
fn windows_of_a_large_file_meet_without_a_seam() {
    let folder = Folder::new();
    let text: String = (0..900_000).map(|n| format!("line {n:07}\n")).collect();
    folder.write("large.txt", &text);
    let listing = walk::list(&plan(&folder, Scope::Tree)).unwrap();
    let Ok(Content::Large(mut windows)) = Reader::new(&listing).read(&listing.entries[0]) else {
        panic!("larger than what is read whole")
    };
    let mut covered = 0;
    while let Some(window) = windows.next_window().unwrap() {
        let end = window.own.end.min(window.source.len());
        let own = window.source.span(window.own.start..end);
        assert_eq!(own.region().start.byte, covered, "own ranges follow each other");
        assert_eq!(own.bytes(), &text.as_bytes()[covered as usize..covered as usize + own.bytes().len()]);
        assert_eq!(own.region().start.line, covered / 13 + 1);
        assert_eq!(own.region().start.column, covered % 13 + 1);
        covered += own.bytes().len() as u64;
    }
    assert_eq!(covered, text.len() as u64);
}

#[test]
fn a_repository_that_git_refuses_hides_nothing() {
    let folder = Folder::repository();
    folder.write(".gitignore", "kept.log\n").write("kept.log", "k").stage(&["kept.log"]).commit("one");
    std::fs::remove_file(folder.path().join(".git/HEAD")).unwrap();
    let listing = walk::list(&plan(&folder, Scope::Tree)).unwrap();
    assert_eq!(listed(&listing), ["worktree .gitignore", "worktree kept.log"]);
    let linked = Folder::new();
    linked.write(".git", "gitdir: ../nowhere\n").write(".gitignore", "a.log\n").write("a.log", "a");
    let listing = walk::list(&plan(&linked, Scope::Tree)).unwrap();
    assert_eq!(listed(&listing), ["worktree .gitignore", "worktree a.log"]);
}

#[test]
fn what_a_repository_below_tracks_is_not_hidden_by_its_ignore_file() {
    for outer in [Folder::repository(), Folder::new()] {
        let inner = outer.path().join("clone");
        git2::Repository::init(&inner).unwrap();
        outer.write("clone/.gitignore", "*.log\n").write("clone/kept.log", "k").write("clone/noise.log", "n");
        let repository = git2::Repository::open(&inner).unwrap();
        let mut index = repository.index().unwrap();
        index.add_path(std::path::Path::new("kept.log")).unwrap();
        index.write().unwrap();
        let listing = walk::list(&plan(&outer, Scope::Tree)).unwrap();
        assert_eq!(listed(&listing), ["worktree clone/.gitignore", "worktree clone/kept.log"]);
    }
}

#[test]
fn a_work_tree_set_elsewhere_moves_no_path() {
    let folder = Folder::repository();
    folder.write("a/b.txt", "b").stage(&["a/b.txt"]);
    folder.open().config().unwrap().set_str("core.worktree", "/usr").unwrap();
    assert_eq!(listed(&walk::list(&plan(&folder, Scope::Tree)).unwrap()), ["worktree a/b.txt"]);
    let mut staged = plan(&folder, Scope::Staged);
    assert_eq!(listed(&walk::list(&staged).unwrap()), ["index a/b.txt"]);
    staged.roots = vec![PathBuf::from("a")];
    assert_eq!(listed(&walk::list(&staged).unwrap()), ["index a/b.txt"]);
}

#[test]
fn a_repository_kept_in_another_folder_is_staged_from() {
    let folder = Folder::repository();
    folder.write("w/a/b.txt", "b");
    std::fs::rename(folder.path().join(".git"), folder.path().join("store")).unwrap();
    folder.write("w/.git", "gitdir: ../store\n");
    let repository = git2::Repository::open(folder.path().join("w")).unwrap();
    repository.set_workdir(&folder.path().join("w"), false).unwrap();
    let mut index = repository.index().unwrap();
    index.add_path(std::path::Path::new("a/b.txt")).unwrap();
    index.write().unwrap();
    for (cwd, roots) in [("w", vec!["."]), ("w/a", vec!["."]), ("w/a", vec![])] {
        let mut plan = plan(&folder, Scope::Staged);
        plan.cwd = folder.path().join(cwd);
        plan.roots = roots.iter().map(PathBuf::from).collect();
        assert_eq!(listed(&walk::list(&plan).unwrap()), ["index a/b.txt"], "{cwd} {roots:?}");
    }
}

#[test]
fn git_s_own_store_is_not_looked_at_as_files() {
    let folder = Folder::repository();
    folder.write("a.txt", "a").stage(&["a.txt"]).commit("one");
    for (cwd, root) in [("", ".git"), (".git", "."), (".git/hooks", ".."), ("", ".git/config")] {
        for scope in [Scope::Tree, Scope::AllFiles] {
            let mut plan = plan(&folder, scope);
            plan.cwd = folder.path().join(cwd);
            plan.roots = vec![PathBuf::from(root)];
            assert!(matches!(walk::list(&plan), Err(WalkError::GitFolder { .. })), "{cwd} {root}");
        }
    }
    let bare = Folder::new();
    git2::Repository::init_bare(bare.path()).unwrap();
    assert!(matches!(walk::list(&plan(&bare, Scope::Tree)), Err(WalkError::GitFolder { .. })));
    assert!(!walk::list(&plan(&bare, Scope::AllFiles)).unwrap().entries.is_empty());
}

#[cfg(unix)]
#[test]
fn ignore_files_that_never_end_are_a_gap() {
    let pipe = |path: PathBuf| {
        assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
    };
    let long = "*".repeat(5000);
    let large = "a\n".repeat(1 << 20);
    for at in ["", "sub"] {
        for (kind, text) in [("link", ""), ("pipe", ""), ("long", long.as_str()), ("large", large.as_str())] {
            let folder = Folder::repository();
            folder.write("a.txt", "a").write("sub/b.txt", "b").write("sub/deep/c.txt", "c");
            let file = folder.path().join(at).join(".gitignore");
            match kind {
                "link" => std::os::unix::fs::symlink("/dev/zero", &file).unwrap(),
                "pipe" => pipe(file),
                _ => std::fs::write(file, text).unwrap(),
            }
            let listing = walk::list(&plan(&folder, Scope::Tree)).unwrap();
            let gaps: Vec<(&str, GapKind)> =
                listing.gaps.iter().map(|gap| (gap.path.as_str(), gap.kind)).collect();
            let (path, left): (&str, &[&str]) =
                if at.is_empty() { (".gitignore", &[]) } else { ("sub/.gitignore", &["worktree a.txt"]) };
            assert_eq!(gaps, [(path, GapKind::OverBudget)], "{kind}");
            assert_eq!(listed(&listing), left, "{kind}");
            // From below, the file above is followed too.
            let mut below = plan(&folder, Scope::Tree);
            below.roots = vec![PathBuf::from("sub/deep")];
            assert_eq!(walk::list(&below).unwrap().gaps.len(), 1, "{kind}");
        }
    }
}

#[test]
fn a_build_of_what_is_not_there_is_said() {
    let folder = Folder::repository();
    folder.write("a/Dockerfile", "FROM scratch\n").stage(&["a/Dockerfile"]);
    let build = |dockerfile: &str, context: &str| {
        plimsoll::parse::build_context::BuildPlan::conventional(
            RelPath::from(dockerfile),
            RelPath::from(context),
        )
    };
    for scope in [Scope::Tree, Scope::Staged] {
        let mut plan = plan(&folder, scope);
        plan.builds =
            vec![build("a/Dockerfile", "a"), build("b/Dockerfile", "a"), build("a/Dockerfile", "c")];
        assert_eq!(
            walk::list(&plan).unwrap().notes,
            [
                "[[build]] names b/Dockerfile, which is not there",
                "[[build]] sends c to a/Dockerfile, and it is not there"
            ]
        );
    }
}

#[test]
fn columns_agree_where_a_window_would_cut_a_character() {
    let folder = Folder::new();
    // One line of three-byte characters: a power of two always falls inside one of them.
    folder.write("line.txt", "€".repeat(3_000_000));
    let listing = walk::list(&plan(&folder, Scope::Tree)).unwrap();
    let Ok(Content::Large(mut windows)) = Reader::new(&listing).read(&listing.entries[0]) else {
        panic!("larger than what is read whole")
    };
    let (mut covered, mut count) = (0, 0);
    while let Some(window) = windows.next_window().unwrap() {
        let len = window.source.len();
        let end = window.own.end.min(len);
        for byte in [0, window.own.start, end, len] {
            let at = window.source.span(byte..byte).region().start;
            // Characters that begin before a byte, of three bytes each.
            assert_eq!(at.column, at.byte.div_ceil(3) + 1, "byte {} of the file", at.byte);
        }
        assert_eq!(window.source.span(window.own.start..end).region().start.byte, covered);
        covered += u64::from(end - window.own.start);
        count += 1;
    }
    assert_eq!(covered, 9_000_000);
    assert!(count > 2, "{count} windows");
}

#[test]
fn one_root_does_not_exclude_what_another_names() {
    let folder = Folder::repository();
    folder.write("examples/leaky/a", "a").write("c", "c");
    let mut plan = plan(&folder, Scope::Tree);
    plan.exclude = GlobSetBuilder::new().add(Glob::new("examples/leaky/**").unwrap()).build().unwrap();
    for roots in [["examples/leaky", "."], [".", "examples/leaky"]] {
        plan.roots = roots.map(PathBuf::from).to_vec();
        assert_eq!(listed(&walk::list(&plan).unwrap()), ["worktree c", "worktree examples/leaky/a"]);
    }
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_read_is_a_gap_unless_it_is_excluded() {
    use std::fs::{Permissions, read_dir, set_permissions};
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::repository();
    folder.write("locked/a", "a").write("b", "b");
    let locked = folder.path().join("locked");
    set_permissions(&locked, Permissions::from_mode(0o000)).unwrap();
    if read_dir(&locked).is_ok() {
        println!("note: this user may read every folder, nothing to test");
        return;
    }
    let mut plan = plan(&folder, Scope::Tree);
    let open = walk::list(&plan).unwrap();
    plan.exclude = GlobSetBuilder::new().add(Glob::new("locked/**").unwrap()).build().unwrap();
    let excluded = walk::list(&plan).unwrap();
    set_permissions(&locked, Permissions::from_mode(0o755)).unwrap();
    assert_eq!(
        open.gaps.iter().map(|gap| (gap.path.as_str(), gap.kind)).collect::<Vec<_>>(),
        [("locked", GapKind::Unreadable)]
    );
    assert!(excluded.gaps.is_empty());
    assert_eq!(listed(&excluded), ["worktree b"]);
}

#[cfg(unix)]
#[test]
fn a_build_context_behind_a_link_is_not_read() {
    let outside = Folder::new();
    outside.write("id_rsa", "host").write("deep/key.pem", "host");
    let folder = Folder::repository();
    folder
        .write("compose.yml", "services:\n  a:\n    build: {context: ctx, dockerfile: ../Dockerfile}\n")
        .write("Dockerfile", "FROM alpine:3.20\nCOPY . /\n");
    std::os::unix::fs::symlink(outside.path(), folder.path().join("ctx")).unwrap();
    let listing = walk::list(&plan(&folder, Scope::Tree)).unwrap();
    assert_eq!(listed(&listing), ["worktree Dockerfile", "worktree compose.yml", "worktree ctx"]);
    assert!(listing.notes.iter().any(|note| note.contains("ctx is reached through a symbolic link")));
}

#[test]
fn a_repository_inside_the_repository_keeps_its_own_rules() {
    let folder = Folder::repository();
    folder.write(".gitignore", "*.log\n").write("outer.log", "o");
    let inner = folder.path().join("vendor/inner");
    git2::Repository::init(&inner).unwrap();
    folder
        .write("vendor/inner/.gitignore", "secret.txt\nkept.txt\n")
        .write("vendor/inner/secret.txt", "s")
        .write("vendor/inner/kept.txt", "k")
        .write("vendor/inner/inner.log", "i");
    let repository = git2::Repository::open(&inner).unwrap();
    let mut index = repository.index().unwrap();
    index.add_path(std::path::Path::new("kept.txt")).unwrap();
    index.write().unwrap();
    // A folder of this name that is no repository changes nothing.
    std::fs::create_dir_all(folder.path().join("fixture/.git")).unwrap();
    folder.write("fixture/a.txt", "a").write("fixture/.git/b.txt", "b");
    assert_eq!(
        listed(&walk::list(&plan(&folder, Scope::Tree)).unwrap()),
        [
            "worktree .gitignore",
            "worktree fixture/a.txt",
            "worktree vendor/inner/.gitignore",
            "worktree vendor/inner/inner.log",
            "worktree vendor/inner/kept.txt",
        ]
    );
}

#[test]
fn only_the_repository_decides_what_is_ignored() {
    let folder = Folder::repository();
    let elsewhere = Folder::new();
    elsewhere.write("excludes", "global.txt\n");
    let mut config = folder.open().config().unwrap();
    config.set_str("core.excludesFile", elsewhere.path().join("excludes").to_str().unwrap()).unwrap();
    folder
        .write("global.txt", "g")
        .write(".ignore", "dot-ignore.txt\n")
        .write("dot-ignore.txt", "d")
        .write(".rgignore", "rg.txt\n")
        .write("rg.txt", "r")
        .write(".git/info/exclude", "local.txt\n")
        .write("local.txt", "l");
    assert_eq!(
        listed(&walk::list(&plan(&folder, Scope::Tree)).unwrap()),
        [
            "worktree .ignore",
            "worktree .rgignore",
            "worktree dot-ignore.txt",
            "worktree global.txt",
            "worktree rg.txt",
        ]
    );
}

#[test]
fn a_linked_work_tree_is_a_repository() {
    let folder = Folder::repository();
    folder
        .write(".gitignore", "*.log\n")
        .write("kept.log", "k")
        .write("a.txt", "a")
        .stage(&[".gitignore", "kept.log", "a.txt"])
        .commit("one");
    let elsewhere = Folder::new();
    let linked = elsewhere.path().join("linked");
    folder.open().worktree("linked", &linked, None).unwrap();
    std::fs::write(linked.join("noise.log"), "n").unwrap();
    let mut plan = plan(&folder, Scope::Tree);
    plan.cwd = linked;
    assert_eq!(
        listed(&walk::list(&plan).unwrap()),
        ["worktree .gitignore", "worktree a.txt", "worktree kept.log"]
    );
}

#[test]
fn the_working_directory_is_no_build_context_of_a_tree_elsewhere() {
    let (here, elsewhere) = (Folder::new(), Folder::new());
    here.write("Cargo.toml", "x").write("key.pem", "k");
    elsewhere.write("a/Dockerfile", "FROM alpine:3.20\nCOPY Cargo.toml key.pem /\n").write(
        "a/compose.yml",
        "services:\n  a:\n    build:\n      context: ../../../../..\n      dockerfile: Dockerfile\n",
    );
    let mut plan = plan(&here, Scope::Tree);
    plan.roots = vec![elsewhere.path()];
    let listing = walk::list(&plan).unwrap();
    assert_eq!(listing.entries.len(), 2, "{:?}", listed(&listing));
    for context in &listing.contexts {
        assert_eq!(Some(context.plan.context.clone()), context.plan.dockerfile.parent());
    }
}
