//! The Dockerfile parser over thousands of real files, next to another parser, and over arbitrary bytes.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)] // helpers of tests are not seen as tests

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use plimsoll::parse::dockerfile::{
    Dockerfile, Instruction, InstructionKind, ProblemKind, is_dockerfile_name,
};
use plimsoll::source::{Origin, Origins, RelPath, Source};
use proptest::prelude::*;

/// Files that hold something else than a Dockerfile, or misspelt instructions: BuildKit's parser finds unknown
/// instructions in these, too.
const UNKNOWN_INSTRUCTIONS: [&str; 9] = [
    "docker__compose/pkg__e2e__fixtures__wrong-composefile__service1__Dockerfile",
    "google__osv-scanner/action.dockerfile",
    "haskell__docker-haskell/template__Dockerfile.ncl",
    "sourcerer-io__sourcerer-app/src__test__resources__samples__langs__Dockerfile__filenames__Dockerfile",
    "vsoch__github-dockerfiles/data__a__apigee-internal__microgateway__Dockerfile.44",
    "vsoch__github-dockerfiles/data__g__github__orchestrator-agent__Dockerfile.0",
    "vsoch__github-dockerfiles/data__j__john-deng__hicicd-vendor__Dockerfile.20",
    "vsoch__github-dockerfiles/data__n__NYTimes__gcp-vault__Dockerfile.0",
    "vsoch__github-dockerfiles/data__z__ZVampirEM77__rgw-container__Dockerfile.3",
];

/// Not UTF-8, as BuildKit's parser says, too.
const NOT_UTF8: &str = "vsoch__github-dockerfiles/data__w__wixb50__Development-Notes__Dockerfile.0";

/// Files that dockerfile-parser 0.9.0 reads otherwise than BuildKit does: most are Windows files whose escape
/// directive it does not know, and four are those above.
const MISREAD_BY_DOCKERFILE_PARSER: [&str; 16] = [
    "OpenVisualCloud__Dockerfiles/Flex__ubuntu-22.04__analytics__dev__Dockerfile",
    "OpenVisualCloud__Dockerfiles/Flex__ubuntu-22.04__analytics__gst__Dockerfile",
    "OpenVisualCloud__Dockerfiles/Xeon__ubuntu-22.04__analytics__dev__Dockerfile",
    "OpenVisualCloud__Dockerfiles/Xeon__ubuntu-22.04__analytics__gst__Dockerfile",
    "StefanScherer__dockerfiles-windows/consul__Dockerfile",
    "carlossg__docker-maven/amazoncorretto-8-windowsservercore__Dockerfile",
    "carlossg__docker-maven/azulzulu-11-windowsservercore__Dockerfile",
    "carlossg__docker-maven/azulzulu-17-windowsservercore-maven-4__Dockerfile",
    "microsoft__dotnet-framework-docker/src__wcf__4.8__windowsservercore-ltsc2019__Dockerfile",
    "microsoft__iis-docker/windowsservercore-1909__Dockerfile",
    "microsoft__iis-docker/windowsservercore-20H2__Dockerfile",
    "microsoft__iis-docker/windowsservercore-ltsc2022__Dockerfile",
    "sourcerer-io__sourcerer-app/src__test__resources__samples__langs__Dockerfile__filenames__Dockerfile",
    "vsoch__github-dockerfiles/data__a__apigee-internal__microgateway__Dockerfile.44",
    "vsoch__github-dockerfiles/data__j__john-deng__hicicd-vendor__Dockerfile.20",
    "vsoch__github-dockerfiles/data__n__NYTimes__gcp-vault__Dockerfile.0",
];

fn source(path: &str, bytes: Vec<u8>) -> Source {
    Source::new(Origins::new(Origin::Worktree { path: RelPath::from(path) }), bytes)
}

/// The corpus: every file with its path below the corpus. `None` where there is no corpus.
fn corpus() -> Option<Vec<(String, Vec<u8>)>> {
    let root = std::env::var_os("PLIMSOLL_CORPUS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"), PathBuf::from);
    let root = root.join("dockerfiles");
    let Ok(folders) = std::fs::read_dir(&root) else {
        eprintln!("note: no corpus at {}", root.display());
        return None;
    };
    let mut files = Vec::new();
    for folder in folders.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
            files.push((name, std::fs::read(path).unwrap()));
        }
    }
    files.sort();
    Some(files)
}

#[test]
fn real_files_have_no_syntax_problems() {
    let Some(files) = corpus() else { return };
    let (mut unknown, mut not_utf8, mut known) = (BTreeSet::new(), BTreeSet::new(), 0);
    for (name, bytes) in &files {
        let file_name = name.rsplit('/').next().unwrap();
        assert!(is_dockerfile_name(file_name.as_bytes()), "{name}");
        let dockerfile = Dockerfile::parse(&source(name, bytes.clone()));
        let mut clean = true;
        for problem in &dockerfile.problems {
            match problem.kind {
                ProblemKind::UnknownInstruction { .. } => {
                    unknown.insert(name.as_str());
                    clean = false;
                }
                ProblemKind::NotUtf8 => {
                    not_utf8.insert(name.as_str());
                    clean = false;
                }
                _ => {}
            }
        }
        if clean {
            known += 1;
            let broken: Vec<_> = dockerfile.problems.iter().filter(|it| it.kind.breaks_build()).collect();
            assert!(broken.is_empty(), "{name}: {:?}", broken.iter().map(|it| &it.kind).collect::<Vec<_>>());
        }
    }
    println!("{} files, {known} with known instructions only, {} not", files.len(), unknown.len());
    assert_eq!(unknown, BTreeSet::from(UNKNOWN_INSTRUCTIONS));
    assert_eq!(not_utf8, BTreeSet::from([NOT_UTF8]));
    assert_eq!((files.len(), known), (3176, 3166));
}

/// Name and first line of every instruction as dockerfile-parser sees them.
fn peer(text: &str) -> Option<Vec<(String, u64)>> {
    use dockerfile_parser::Instruction as Theirs;
    let parsed = dockerfile_parser::Dockerfile::parse(text).ok()?;
    let line = |byte: usize| text.as_bytes()[..byte].iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
    let name = |instruction: &Theirs| match instruction {
        Theirs::From(_) => "FROM".to_owned(),
        Theirs::Arg(_) => "ARG".to_owned(),
        Theirs::Label(_) => "LABEL".to_owned(),
        Theirs::Run(_) => "RUN".to_owned(),
        Theirs::Entrypoint(_) => "ENTRYPOINT".to_owned(),
        Theirs::Cmd(_) => "CMD".to_owned(),
        Theirs::Copy(_) => "COPY".to_owned(),
        Theirs::Env(_) => "ENV".to_owned(),
        Theirs::Misc(misc) => misc.instruction.content.to_ascii_uppercase(),
    };
    Some(parsed.instructions.iter().map(|it| (name(it), line(it.span().start))).collect())
}

#[test]
fn instructions_are_those_that_dockerfile_parser_finds() {
    let Some(files) = corpus() else { return };
    let (mut refused, mut same, mut otherwise) = (0, 0, BTreeSet::new());
    for (name, bytes) in &files {
        let Some(theirs) = std::str::from_utf8(bytes).ok().and_then(peer) else {
            refused += 1;
            continue;
        };
        let dockerfile = Dockerfile::parse(&source(name, bytes.clone()));
        let ours: Vec<_> =
            dockerfile.instructions.iter().map(|it| (it.name(), *it.lines().start())).collect();
        if ours == theirs {
            same += 1;
        } else {
            otherwise.insert(name.as_str());
        }
    }
    println!("{same} the same, {} otherwise, {refused} refused by dockerfile-parser", otherwise.len());
    assert_eq!(otherwise, BTreeSet::from(MISREAD_BY_DOCKERFILE_PARSER));
    assert!(same >= 2837, "{same}");
}

/// Checks what must hold for any bytes: pieces lie in order and within the file, and nothing but blanks lies
/// between instructions and comments.
fn check(bytes: &[u8]) {
    let source = source("Dockerfile", bytes.to_vec());
    let dockerfile = Dockerfile::parse(&source);
    let mut covered = vec![false; bytes.len()];
    let mut last = 0;
    for instruction in &dockerfile.instructions {
        let range = instruction.span.range();
        assert!(last <= range.start && range.start <= range.end && range.end <= source.len());
        last = range.end;
        covered[range.start as usize..range.end as usize].fill(true);
        assert!(instruction.lines().start() <= instruction.lines().end());
        // A first line of nothing but an escape character comes before the keyword.
        assert!(*instruction.lines().start() <= instruction.span.region().start.line);
        assert!(instruction.span.region().end.line <= *instruction.lines().end());
        words_in_place(instruction);
    }
    for comment in &dockerfile.comments {
        let range = comment.span.range();
        assert_eq!(comment.span.bytes().first(), Some(&b'#'));
        covered[range.start as usize..range.end as usize].fill(true);
    }
    // What is left over is white space, a byte order mark, or the escape characters of a continuation.
    let left: Vec<u8> =
        bytes.iter().zip(&covered).filter(|(_, covered)| !**covered).map(|(byte, _)| *byte).collect();
    let left = String::from_utf8_lossy(&left).replace('\u{FEFF}', "");
    let escape = dockerfile.escape;
    assert!(
        left.chars().all(|it| it.is_whitespace() || it == escape || it == '\u{FFFD}'),
        "left over: {left:?}"
    );
    for problem in &dockerfile.problems {
        assert!(problem.span.range().end <= source.len());
    }
    for (at, instruction) in dockerfile.instructions.iter().enumerate() {
        if let InstructionKind::Env(pairs) | InstructionKind::Arg(pairs) = &instruction.kind {
            for word in pairs.iter().filter_map(|pair| pair.value.as_ref()) {
                let expanded = dockerfile.stages().expand(at, word);
                assert!(expanded.text.is_char_boundary(expanded.known_prefix));
            }
        }
    }
}

/// A word on one line is spelt in the file as it is in the tree.
fn words_in_place(instruction: &Instruction) {
    let whole = instruction.span.range();
    let pairs = match &instruction.inner().kind {
        InstructionKind::Env(pairs) | InstructionKind::Label(pairs) | InstructionKind::Arg(pairs) => {
            pairs.as_slice()
        }
        _ => &[],
    };
    let words = pairs.iter().flat_map(|pair| std::iter::once(&pair.name).chain(&pair.value));
    for word in words.chain([&instruction.keyword]) {
        let range = word.span.range();
        assert!(whole.start <= range.start && range.end <= whole.end);
        if range.len() == word.text.len() {
            assert_eq!(String::from_utf8_lossy(word.span.bytes()), word.text);
        }
    }
}

#[test]
fn real_files_are_covered_by_their_pieces() {
    let Some(files) = corpus() else { return };
    files.iter().for_each(|(_, bytes)| check(bytes));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        check(&bytes);
    }

    #[test]
    fn arbitrary_pieces(pieces in proptest::collection::vec(prop::sample::select(vec![
        "FROM ", "RUN ", "COPY ", "ENV ", "ARG ", "ONBUILD ", "HEALTHCHECK ", "CMD ", "--from=", "--mount=type=", "a", "=",
        "b c", " ", "\t", "\n", "\r\n", "\\\n", "\\", "`\n", "# escape=`\n", "# x", "\"", "'", "$", "${", "}", ":-", "##",
        "[", "]", ",", "<<EOF", "<<-'E'", "\nEOF\n", "\nE\n", "\u{FEFF}", "é", "/", "AS ", "scratch", ".", "*",
    ]), 0..40)) {
        check(pieces.concat().as_bytes());
    }
}

/// Not a measure of time but of structure: a parser that looks again and again at what it has seen, or goes one
/// level deeper for every word, would not come to the end of these.
#[test]
fn long_lines_and_many_lines() {
    let large = |piece: &str, before: &str| format!("{before}{}", piece.repeat((1 << 20) / piece.len()));
    let cases = [
        (large("a=b ", "ENV "), 1),
        (format!("RUN {}", "x".repeat(5 << 20)), 1),
        (large("<<A ", "RUN "), 1),
        (large("ONBUILD ", ""), 1),
        (large("--a=b ", "COPY "), 1),
        (large("\"a\",", "CMD ["), 1),
        (large("[", "CMD "), 1),
        (large("${a:-", "ENV a="), 1),
        (large("$", "ENV a="), 1),
        (large("'", "ENV a="), 1),
        (large("type=", "RUN --mount="), 1),
        (large("x,", "RUN --mount=a=\\\nb"), 1),
        (large("\u{FEFF}", ""), 1),
    ];
    for (text, instructions) in cases {
        let dockerfile = Dockerfile::parse(&source("Dockerfile", text.into_bytes()));
        assert_eq!(dockerfile.instructions.len(), instructions);
    }
    for piece in
        ["RUN <<A\n", "RUN <<A \\\n\n", "FROM a AS a\n", "ENV A=$A$A\n", "WORKDIR a\n", "# a\n", "RUN a \\\n"]
    {
        let dockerfile =
            Dockerfile::parse(&source("Dockerfile", large(piece, "ENV A=xxxxxxxx\n").into_bytes()));
        assert!(!dockerfile.instructions.is_empty());
    }
    let text: String = (0..50_000).map(|number| format!("RUN <<A{number}\n")).collect();
    let dockerfile = Dockerfile::parse(&source("Dockerfile", text.into_bytes()));
    assert_eq!(dockerfile.instructions.len(), 50_000);
    let text: String =
        (0..20_000).map(|number| format!("FROM s{number} AS s{}\nRUN $X\n", number + 1)).collect();
    let dockerfile = Dockerfile::parse(&source("Dockerfile", text.into_bytes()));
    assert_eq!(
        dockerfile.stages().iter().filter(|stage| dockerfile.stages().is_shipped(stage.index)).count(),
        20_000
    );
}
