//! Same bytes in, same bytes out: whatever the number of threads and the order in which a folder names its files.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod cli_program;
mod support;

use std::fs;
use std::path::{Path, PathBuf};

use cli_program::{plimsoll, plimsoll_with};
use support::Folder;

/// Every file below a folder, relative to it.
fn files(folder: &Path, below: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder.join(below)).unwrap() {
        let entry = entry.unwrap();
        let path = below.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            files(folder, &path, found);
        } else {
            found.push(path);
        }
    }
}

/// The leaky shop many times over, its files made in one order or the other.
fn shops(backwards: bool) -> Folder {
    let shop = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/leaky-shop");
    let mut names = Vec::new();
    files(&shop, Path::new(""), &mut names);
    names.sort();
    let mut wanted: Vec<_> =
        (0..12).flat_map(|number| names.iter().map(move |name| (format!("shop-{number}"), name))).collect();
    if backwards {
        wanted.reverse();
    }
    let folder = Folder::repository();
    for (number, name) in wanted {
        folder.write(&format!("{number}/{}", name.to_str().unwrap()), fs::read(shop.join(name)).unwrap());
    }
    folder
}

#[test]
fn reports_do_not_depend_on_threads_or_on_the_order_of_a_folder() {
    let (forwards, backwards) = (shops(false), shops(true));
    for format in ["json", "sarif", "human"] {
        let told = |folder: &Folder, threads: &str| {
            plimsoll(&folder.path(), &["check", "--format", format, "--threads", threads]).ends(1).out
        };
        let one = told(&forwards, "1");
        assert!(one.contains("shop-11/"), "the report names the files");
        for threads in ["2", "8"] {
            assert!(one == told(&forwards, threads), "{format}: 1 and {threads} threads differ");
        }
        assert!(one == told(&backwards, "8"), "{format}: the order of files matters");
    }
}

#[test]
fn documents_do_not_depend_on_threads_or_on_the_order_of_a_folder() {
    let (forwards, backwards) = (shops(false), shops(true));
    let told = |folder: &Folder, threads: &str| {
        // A broken lockfile is among the shop's wares.
        let ran = plimsoll(&folder.path(), &["sbom", "--threads", threads]);
        assert!(ran.out.contains("pino"), "{}", ran.err);
        ran.out
    };
    // The name of the folder is the name of what the document describes.
    let nameless = |folder: &Folder, text: String| {
        text.replace(folder.path().file_name().unwrap().to_str().unwrap(), "NAME")
    };
    let one = told(&forwards, "1");
    assert!(one == told(&forwards, "8"), "1 and 8 threads differ");
    let lines = |text: String| {
        let lines = text.lines().filter(|line| !line.contains("serialNumber")).map(str::to_owned);
        lines.collect::<Vec<_>>()
    };
    assert!(
        lines(nameless(&forwards, one)) == lines(nameless(&backwards, told(&backwards, "2"))),
        "the order of files matters"
    );
}

/// Flags beat the environment, that beats the file, that beats the defaults.
#[test]
fn the_nearer_word_counts() {
    let folder = Folder::repository();
    folder.write("Dockerfile", "FROM alpine:3.22\nUSER nobody\nRUN sudo true\n");
    let report = plimsoll(&folder.path(), &["check", "--format", "json"]).json();
    assert_eq!(report["summary"]["fail_on"], "high", "the default");
    folder.write("plimsoll.toml", "fail-on = \"medium\"\n");
    let asked = |env: &[(&str, &str)], flags: &[&str]| {
        let args = [&["check", "--format", "json"], flags].concat();
        plimsoll_with(&folder.path(), &args, env, b"").json()["summary"]["fail_on"].clone()
    };
    assert_eq!(asked(&[], &[]), "medium", "the file");
    let env = [("PLIMSOLL_FAIL_ON", "critical")];
    assert_eq!(asked(&env, &[]), "critical", "the environment");
    assert_eq!(asked(&env, &["--fail-on", "info"]), "info", "the flag");
    assert_eq!(asked(&[], &["--no-config"]), "high", "no file");
}
