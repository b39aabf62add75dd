//! The grammar, feature by feature: places are counted by hand, meanings are BuildKit's.

use super::*;
use crate::source::{Origin, Origins, RelPath};

fn parse(text: impl AsRef<[u8]>) -> Dockerfile {
    let origins = Origins::new(Origin::Worktree { path: RelPath::from("Dockerfile") });
    Dockerfile::parse(&Source::new(origins, text.as_ref().to_vec()))
}

fn names(dockerfile: &Dockerfile) -> Vec<(String, u64, u64)> {
    let lines = |it: &Instruction| (it.name(), *it.lines().start(), *it.lines().end());
    dockerfile.instructions.iter().map(lines).collect()
}

fn kinds(dockerfile: &Dockerfile) -> Vec<ProblemKind> {
    dockerfile.problems.iter().map(|problem| problem.kind.clone()).collect()
}

fn texts(words: &[Word]) -> Vec<&str> {
    words.iter().map(|word| word.text.as_str()).collect()
}

fn run(instruction: &Instruction) -> &Run {
    match &instruction.kind {
        InstructionKind::Run(run) => run,
        other => panic!("{other:?}"),
    }
}

fn shell(instruction: &Instruction) -> &str {
    run(instruction).command.shell().unwrap().text()
}

#[test]
fn words_have_places() {
    let text = "FROM --platform=linux/amd64 debian:12 AS base\n\nUSER app\n";
    let dockerfile = parse(text);
    assert_eq!(names(&dockerfile), [("FROM".into(), 1, 1), ("USER".into(), 3, 3)]);
    let InstructionKind::From(from) = &dockerfile.instructions[0].kind else { panic!() };
    assert_eq!(from.platform.as_ref().unwrap().span.range(), 16..27);
    assert_eq!(from.image.as_ref().unwrap().span.range(), 28..37);
    assert_eq!(from.alias.as_ref().unwrap().span.range(), 41..45);
    assert_eq!(dockerfile.instructions[0].flags[0].span.range(), 5..27);
    assert_eq!(dockerfile.instructions[0].flags[0].name_span.range(), 5..15);
    assert_eq!(dockerfile.instructions[0].span.range(), 0..45);
    assert_eq!(dockerfile.instructions[1].keyword.span.range(), 47..51);
    let InstructionKind::User(Some(user)) = &dockerfile.instructions[1].kind else { panic!() };
    assert_eq!((user.text.as_str(), user.span.range()), ("app", 52..55));
    assert_eq!(user.span.region().start.line, 3);
    assert_eq!(user.span.region().start.column, 6);
}

#[test]
fn byte_order_mark_and_crlf() {
    let dockerfile = parse("\u{FEFF}# escape=`\r\nFROM a\r\nRUN b `\r\n  c\r\n");
    assert_eq!(dockerfile.escape, '`');
    assert_eq!(names(&dockerfile), [("FROM".into(), 2, 2), ("RUN".into(), 3, 4)]);
    assert_eq!(shell(&dockerfile.instructions[1]), "b   c");
    assert_eq!(dockerfile.instructions[0].keyword.span.range(), 15..19);
    assert!(dockerfile.problems.is_empty());
}

#[test]
fn directives_only_at_the_top_and_once() {
    let dockerfile = parse("# Syntax = docker/dockerfile:1\n# ESCAPE=`\n# check=skip=All\nFROM a");
    let names: Vec<_> =
        dockerfile.directives.iter().map(|it| (it.name.as_str(), it.value.text.as_str())).collect();
    assert_eq!(names, [("syntax", "docker/dockerfile:1"), ("escape", "`"), ("check", "skip=All")]);
    assert_eq!(dockerfile.directives[0].value.span.range(), 11..30);
    assert_eq!(parse("# hello\n# escape=`\nFROM a").escape, '\\');
    assert_eq!(parse("\n# escape=`\nFROM a").escape, '\\');
    assert_eq!(parse("FROM a\n# escape=`\n").escape, '\\');
    assert_eq!(kinds(&parse("# escape=`\n# escape=`\nFROM a")), [ProblemKind::DuplicateDirective]);
    assert_eq!(kinds(&parse("# escape=x\nFROM a")), [ProblemKind::EscapeDirective]);
    let misspelt = [ProblemKind::UnknownDirective { suggestion: Some("syntax") }];
    assert_eq!(kinds(&parse("# sytnax=a\nFROM a")), misspelt);
    assert_eq!(kinds(&parse("# version=1\nFROM a")), []);
}

#[test]
fn continuations_comments_and_blank_lines() {
    let text = "RUN a \\ \t\n  # why\n\n  && b\\\n c\nUSER x";
    let dockerfile = parse(text);
    assert_eq!(names(&dockerfile), [("RUN".into(), 1, 5), ("USER".into(), 6, 6)]);
    assert_eq!(shell(&dockerfile.instructions[0]), "a   && b c");
    assert_eq!(kinds(&dockerfile), [ProblemKind::EmptyContinuation]);
    assert_eq!(dockerfile.problems[0].span.region().start.line, 3);
    let comment = &dockerfile.comments[0];
    assert_eq!(
        (comment.text.as_str(), comment.line, comment.belongs_to, comment.inside),
        ("why", 2, Some(0), true)
    );
    assert_eq!(comment.span.range(), 12..17);
    let logical = run(&dockerfile.instructions[0]).command.shell().unwrap();
    let at = logical.text().find("&&").unwrap();
    assert_eq!(logical.span(at..at + 2).bytes(), b"&&");
    assert_eq!(logical.span(at..at + 2).range(), 21..23);
    let both = logical.span(at + 3..logical.text().len());
    assert_eq!((both.bytes(), both.range()), (&b"b\\\n c"[..], 24..29));
    assert_eq!(names(&parse("RUN a \\\\\nUSER b")).len(), 2, "a doubled escape character does not continue");
    assert_eq!(shell(&parse("RUN a \\").instructions[0]), "a");
    assert_eq!(names(&parse("RUN a \\\n# b\n")), [("RUN".into(), 1, 2)]);
}

#[test]
fn comments_above_belong_to_what_follows() {
    let dockerfile = parse("# far\n\n# near\n# nearer\nFROM a\n# end\n");
    let belongs: Vec<_> = dockerfile.comments.iter().map(|it| (it.text.as_str(), it.belongs_to)).collect();
    assert_eq!(belongs, [("far", None), ("near", Some(0)), ("nearer", Some(0)), ("end", None)]);
}

#[test]
fn shell_and_exec_form() {
    let dockerfile = parse(
        "CMD [\"a\", \"b c\\n\"]\nCMD ['a']\nCMD a b\nCMD [1]\nENTRYPOINT []\nSHELL [\"sh\"]\nSHELL sh\n",
    );
    let command = |index: usize| match &dockerfile.instructions[index].kind {
        InstructionKind::Cmd(command) | InstructionKind::Entrypoint(command) => command,
        other => panic!("{other:?}"),
    };
    let exec = command(0).exec().unwrap();
    assert_eq!((exec[1].value.as_str(), exec[1].text.as_str()), ("b c\n", "\"b c\\n\""));
    assert_eq!((exec[0].span.range(), exec[1].span.range()), (5..8, 10..17));
    assert_eq!(command(1).shell().unwrap().text(), "['a']");
    assert_eq!(command(2).shell().unwrap().text(), "a b");
    assert_eq!(command(4).exec().unwrap().len(), 0);
    assert_eq!(
        kinds(&dockerfile),
        [
            ProblemKind::InvalidJson,
            ProblemKind::JsonNotStrings,
            ProblemKind::JsonRequired { instruction: "SHELL" }
        ]
    );
    assert!(!dockerfile.problems[0].kind.breaks_build());
}

#[test]
fn pairs() {
    let dockerfile = parse(
        "ENV a=1 b=\"x y\" c='$z' d=e\\ f\nENV k  some value\nARG n m=1\nLABEL a.b=c d\nENV only\nENV =x\n",
    );
    let InstructionKind::Env(env) = &dockerfile.instructions[0].kind else { panic!() };
    let found: Vec<_> = env.iter().map(|it| (it.name.text.as_str(), it.value.as_ref().unwrap())).collect();
    assert_eq!(found[1].0, "b");
    assert_eq!((found[1].1.text.as_str(), found[1].1.value.as_str()), ("\"x y\"", "x y"));
    assert_eq!((found[1].1.quote, found[2].1.quote), (Quote::Double, Quote::Single));
    assert!(found[2].1.variables.is_empty());
    assert_eq!(found[3].1.value, "e f");
    assert_eq!((env[1].name.span.range(), env[1].span.range()), (8..9, 8..15));
    let InstructionKind::Env(legacy) = &dockerfile.instructions[1].kind else { panic!() };
    assert!(legacy[0].legacy);
    assert_eq!(legacy[0].value.as_ref().unwrap().text, "some value");
    let InstructionKind::Arg(args) = &dockerfile.instructions[2].kind else { panic!() };
    assert!(args[0].value.is_none());
    assert_eq!(args[1].value.as_ref().unwrap().text, "1");
    assert_eq!(
        kinds(&dockerfile),
        [
            ProblemKind::MissingEquals,
            ProblemKind::MissingArguments { instruction: "ENV" },
            ProblemKind::EmptyName
        ]
    );
}

#[test]
fn variables_in_words() {
    let dockerfile = parse("COPY $a/${b:-c} /x\n");
    let InstructionKind::Copy(copy) = &dockerfile.instructions[0].kind else { panic!() };
    let found: Vec<_> = copy.sources[0]
        .variables
        .iter()
        .map(|it| (it.name.as_str(), it.operator.as_str(), it.span.range()))
        .collect();
    assert_eq!(found, [("a", "", 5..7), ("b", ":-", 8..15)]);
}

#[test]
fn copy_flags_and_words() {
    let text = "COPY --from=b --chown=1:2 --link --exclude=*.md --exclude=x a b /c/\nADD [\"a b\", \"/c\"]\nCOPY x\n";
    let dockerfile = parse(text);
    let InstructionKind::Copy(copy) = &dockerfile.instructions[0].kind else { panic!() };
    assert_eq!(copy.from.as_ref().unwrap().span.range(), 12..13);
    assert!(copy.link && !copy.parents);
    assert_eq!(texts(&copy.excludes), ["*.md", "x"]);
    assert_eq!(texts(&copy.sources), ["a", "b"]);
    assert_eq!(copy.destination.as_ref().unwrap().text, "/c/");
    let InstructionKind::Add(add) = &dockerfile.instructions[1].kind else { panic!() };
    assert!(add.json);
    assert_eq!(add.sources[0].value, "a b");
    assert_eq!(kinds(&dockerfile), [ProblemKind::MissingArguments { instruction: "COPY" }]);
    assert_eq!(remote_kind("https://a/b.git#v1"), CopySource::Git);
    assert_eq!(remote_kind("https://a/b.tar"), CopySource::Remote);
    assert_eq!(remote_kind("git@github.com:a/b"), CopySource::Git);
    assert_eq!(remote_kind("a/b"), CopySource::Path);
}

#[test]
fn bad_flags() {
    let flag = |text: &str| kinds(&parse(format!("FROM a\n{text}\n")));
    assert_eq!(flag("COPY --form=a b c"), [ProblemKind::UnknownFlag { suggestion: Some("from") }]);
    assert_eq!(flag("COPY --from=a --from=b c d"), [ProblemKind::DuplicateFlag]);
    assert_eq!(flag("COPY --from a b"), [ProblemKind::FlagValueMissing]);
    assert_eq!(flag("COPY --link=maybe a b"), [ProblemKind::FlagValue]);
    assert_eq!(flag("RUN --network=moon a"), [ProblemKind::FlagValue]);
    assert_eq!(flag("RUN --network=$N a"), []);
    assert_eq!(flag("USER --x y"), [ProblemKind::UnknownFlag { suggestion: None }]);
    assert_eq!(flag("RUN --mount=type=cahce,target=/x a"), [ProblemKind::MountOption]);
}

#[test]
fn mounts() {
    let text = "RUN --mount=type=secret,id=npm,target=/root/.npmrc --mount=target=/src,from=b,ro \\\n  --security=insecure make\n";
    let dockerfile = parse(text);
    let run = run(&dockerfile.instructions[0]);
    assert_eq!((run.mounts[0].kind, run.mounts[1].kind), (MountKind::Secret, MountKind::Bind));
    assert_eq!(run.mounts[0].id.as_ref().unwrap().span.range(), 27..30);
    assert_eq!(run.mounts[1].from.as_ref().unwrap().text, "b");
    assert_eq!(run.mounts[1].options[2].key, "ro");
    assert_eq!(run.security.as_ref().unwrap().text, "insecure");
    assert_eq!(run.command.shell().unwrap().text(), "make");
    assert!(dockerfile.problems.is_empty());
}

#[test]
fn heredocs_in_run() {
    let text = "RUN <<EOF\na $b\nEOF\nRUN bash <<-'X' && cat 3<<Y > f\n\tone\n\tX\ntwo\\\nY\nUSER u\n";
    let dockerfile = parse(text);
    assert_eq!(names(&dockerfile), [("RUN".into(), 1, 3), ("RUN".into(), 4, 8), ("USER".into(), 9, 9)]);
    let first = run(&dockerfile.instructions[0]);
    let sole = first.sole_heredoc().unwrap();
    assert_eq!((sole.body.text(), sole.expand, sole.chomp), ("a $b\n", true, false));
    assert_eq!(sole.body_span.range(), 10..15);
    assert_eq!(sole.terminator.as_ref().unwrap().range(), 15..18);
    assert_eq!(dockerfile.instructions[0].span.range(), 0..18);
    let second = run(&dockerfile.instructions[1]);
    assert!(second.sole_heredoc().is_none());
    let [x, y] = second.heredocs.as_slice() else { panic!() };
    assert_eq!((x.name.as_str(), x.body.text(), x.expand, x.chomp), ("X", "one\n", false, true));
    assert_eq!(x.body.span(0..3).range(), 52..55);
    assert_eq!((y.name.as_str(), y.body.text(), y.descriptor), ("Y", "two\\\n", Some(3)));
    assert!(dockerfile.problems.is_empty());
}

#[test]
fn heredocs_elsewhere() {
    let dockerfile =
        parse("FROM a\nCOPY <<a.txt <<\"b\" c /d/\n1\na.txt\n2\nb\nONBUILD RUN <<E\n3\nE\nCMD <<X\n");
    let InstructionKind::Copy(copy) = &dockerfile.instructions[1].kind else { panic!() };
    assert_eq!(copy.heredocs.iter().map(|it| it.body.text()).collect::<Vec<_>>(), ["1\n", "2\n"]);
    let kinds: Vec<_> = copy.sources.iter().map(|word| copy.source_kind(word)).collect();
    assert_eq!(kinds, [CopySource::Heredoc, CopySource::Heredoc, CopySource::Path]);
    assert_eq!(dockerfile.instructions[2].heredocs()[0].body.text(), "3\n");
    assert_eq!(dockerfile.instructions.len(), 4, "CMD has no here-documents");
    for text in
        ["RUN cat <<<word\n", "RUN [\"<<E\"]\n", "RUN a<<E\n", "RUN echo $((1 <<2))\n", "RUN it's <<E\n"]
    {
        assert!(parse(text).instructions[0].heredocs().is_empty() != text.contains("<<2"), "{text}");
    }
}

#[test]
fn an_open_heredoc_is_one_problem_and_the_rest_is_read() {
    let dockerfile = parse("RUN <<A\nx\ny\nUSER root\nRUN <<A\nz\n");
    assert_eq!(kinds(&dockerfile), [ProblemKind::UnterminatedHeredoc, ProblemKind::UnterminatedHeredoc]);
    assert_eq!(names(&dockerfile), [("RUN".into(), 1, 3), ("USER".into(), 4, 4), ("RUN".into(), 5, 6)]);
    assert_eq!(dockerfile.instructions[0].heredocs()[0].body.text(), "x\ny\n");
}

#[test]
fn onbuild() {
    let dockerfile = parse("ONBUILD COPY --chown=a . /x\nONBUILD FROM a\nONBUILD ONBUILD RUN a\nonbuild\n");
    let InstructionKind::Onbuild(Some(inner)) = &dockerfile.instructions[0].kind else { panic!() };
    assert_eq!((inner.name().as_str(), inner.span.range()), ("COPY", 8..27));
    let InstructionKind::Copy(copy) = &inner.kind else { panic!() };
    assert_eq!(copy.sources[0].span.range(), 23..24);
    assert_eq!(
        kinds(&dockerfile),
        [
            ProblemKind::ForbiddenInOnbuild { instruction: "FROM" },
            ProblemKind::ForbiddenInOnbuild { instruction: "ONBUILD" },
            ProblemKind::MissingArguments { instruction: "ONBUILD" },
        ]
    );
}

#[test]
fn healthcheck() {
    let dockerfile = parse(
        "HEALTHCHECK --interval=5s CMD [\"a\"]\nhealthcheck none\nHEALTHCHECK curl x\nHEALTHCHECK NONE x\n",
    );
    let InstructionKind::Healthcheck(Healthcheck::Cmd(Command::Exec(_))) = &dockerfile.instructions[0].kind
    else {
        panic!()
    };
    assert!(matches!(dockerfile.instructions[1].kind, InstructionKind::Healthcheck(Healthcheck::None)));
    assert_eq!(
        kinds(&dockerfile),
        [ProblemKind::HealthcheckForm, ProblemKind::TooManyArguments { instruction: "HEALTHCHECK NONE" }]
    );
}

#[test]
fn one_bad_line_is_one_problem() {
    let dockerfile = parse("FORM a\nFROM a b\nRUN\nrun x\nFROM a AS 1x\n");
    assert_eq!(
        kinds(&dockerfile),
        [
            ProblemKind::UnknownInstruction { suggestion: Some("FROM") },
            ProblemKind::FromForm,
            ProblemKind::MissingArguments { instruction: "RUN" },
            ProblemKind::StageName,
        ]
    );
    assert_eq!(dockerfile.instructions.len(), 5);
    assert_eq!(shell(&dockerfile.instructions[3]), "x");
}

#[test]
fn bytes_that_are_not_utf8() {
    let dockerfile = parse(b"RUN a \xff b\nUSER c\n");
    assert_eq!(kinds(&dockerfile), [ProblemKind::NotUtf8]);
    assert_eq!(dockerfile.problems[0].span.range(), 6..7);
    let logical = run(&dockerfile.instructions[0]).command.shell().unwrap();
    assert_eq!(logical.text(), "a \u{FFFD} b");
    assert_eq!(logical.span(2..5).range(), 6..7);
    assert_eq!(logical.span(6..7).range(), 8..9);
    assert_eq!(logical.slice(2..7).span(4..5).range(), 8..9);
}

#[test]
fn stages_and_what_they_take() {
    let text = "FROM a AS Base\nUSER app\nFROM base AS mid\nFROM b AS other\nFROM scratch\nCOPY --from=BASE x y\nRUN --mount=from=2,target=/x z\nCOPY --from=9 a b\nCOPY --from=alpine:3 a b\n";
    let dockerfile = parse(text);
    let stages = dockerfile.stages();
    assert_eq!(stages.len(), 4);
    assert_eq!(stages.get(1).unwrap().base, Base::Stage(0));
    assert_eq!(stages.get(1).unwrap().user, Some(1));
    assert_eq!(stages.get(1).unwrap().bottom, 0);
    let last = stages.target().unwrap();
    assert_eq!((last.index, &last.base), (3, &Base::Scratch));
    let to: Vec<_> = last.references.iter().map(|it| (it.via, it.to.clone())).collect();
    let alpine = Base::Image(crate::parse::image_ref::ImageRef::parse("alpine:3").unwrap());
    assert_eq!(
        to,
        [
            (Via::From, Base::Scratch),
            (Via::Copy, Base::Stage(0)),
            (Via::Mount, Base::Stage(2)),
            (Via::Copy, Base::NoSuchStage),
            (Via::Copy, alpine),
        ]
    );
    let needed: Vec<_> = (0..4).map(|index| stages.is_needed(index)).collect();
    assert_eq!(needed, [true, false, true, true]);
    assert!(stages.is_shipped(3) && !stages.is_shipped(0));
    let mid = dockerfile.stages_for(&BTreeMap::new(), Some("MID"));
    assert_eq!(mid.target().unwrap().index, 1);
    assert!(mid.is_shipped(0) && !mid.is_needed(3));
    assert!(dockerfile.stages_for(&BTreeMap::new(), Some("nope")).target().is_none());
}

#[test]
fn fragments_are_one_stage() {
    let dockerfile = parse("ARG a=1\nRUN x\nUSER $a\n");
    let stage = dockerfile.stages().target().unwrap();
    assert_eq!((stage.from, stage.instructions.clone(), stage.user), (None, 0..3, Some(2)));
    assert_eq!(dockerfile.of_stage(stage).len(), 3);
    assert!(parse("").stages().is_empty());
}

#[test]
fn a_new_entrypoint_drops_the_inherited_cmd() {
    let dockerfile = parse(
        "FROM a AS x\nCMD a\nFROM x\nENTRYPOINT b\nFROM x AS y\nWORKDIR /srv\nFROM y\nWORKDIR app\nRUN p\n",
    );
    let stages = dockerfile.stages();
    assert_eq!(stages.get(1).unwrap().cmd, None);
    assert_eq!(stages.get(1).unwrap().entrypoint, Some(3));
    assert_eq!(stages.get(2).unwrap().cmd, Some(1));
    assert_eq!(stages.workdir(8).unwrap().known(), Some("/srv/app"));
    assert!(stages.workdir(1).is_none());
}

fn last_user(text: &str, args: &[(&str, &str)]) -> Expanded {
    let dockerfile = parse(text);
    let args = args.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let stages = dockerfile.stages_for(&args, None);
    let at = dockerfile.instructions.len() - 1;
    let InstructionKind::User(Some(word)) = &dockerfile.instructions[at].kind else { panic!() };
    stages.expand(at, word)
}

#[test]
fn substitutions() {
    let value = |user: &str| last_user(&format!("FROM scratch\nENV V=a/b/c E=\nUSER {user}\n"), &[]);
    for (word, wanted) in [
        ("$V", "a/b/c"),
        ("x${V}y", "xa/b/cy"),
        ("${E:-d}", "d"),
        ("${E-d}", ""),
        ("${N-d}", "d"),
        ("${V:+x}", "x"),
        ("${E:+x}", ""),
        ("${E+x}", "x"),
        ("${N+x}", ""),
        ("${V:?e}", "a/b/c"),
        ("${V#*/}", "b/c"),
        ("${V##*/}", "c"),
        ("${V%/*}", "a/b"),
        ("${V%%/*}", "a"),
        ("${V/b/x}", "a/x/c"),
        ("${V//\\//-}", "a-b-c"),
        ("${N:-${V}}", "a/b/c"),
        ("'$V'", "$V"),
        ("\"$V\"", "a/b/c"),
        ("\\$V", "$V"),
        ("$", "$"),
    ] {
        assert_eq!(value(word).known(), Some(wanted), "{word}");
    }
    assert!(value("${N:?e}").unknown);
}

#[test]
fn scopes() {
    let known = |text: &str| last_user(text, &[]).known().map(str::to_owned);
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(known("ARG a=1\nFROM x\nUSER $a\n"), None, "a global ARG is not seen in a stage");
    assert_eq!(known("ARG a=1\nFROM x\nARG a\nUSER $a\n"), some("1"));
    assert_eq!(known("ARG a=1\nFROM x\nARG a=2\nUSER $a\n"), some("2"));
    assert_eq!(known("FROM x\nARG a=1\nENV a=2\nARG a=3\nUSER $a\n"), some("2"), "ENV beats ARG");
    assert_eq!(known("FROM x AS p\nENV a=1\nARG b=2\nFROM p\nUSER $a$b\n"), some("12"));
    assert_eq!(
        known("FROM scratch\nENV a=1\nENV a=2 b=$a\nUSER $b\n"),
        some("1"),
        "one line sees what was before it"
    );
    assert_eq!(known("FROM x\nUSER $PATH\n"), None);
    assert_eq!(known("FROM x\nARG a\nUSER $a\n"), None);
    assert_eq!(known("FROM x\nARG a\nUSER ${a:-d}\n"), some("d"));
    assert_eq!(known("FROM x\nARG TARGETARCH\nUSER ${TARGETARCH:-d}\n"), None);
    assert_eq!(last_user("FROM x\nARG a=1\nUSER $a\n", &[("a", "9")]).known(), Some("9"));
    assert_eq!(last_user("FROM x\nUSER a-$b\n", &[]).prefix(), "a-");
    let doubling: String = (0..100).map(|_| "ENV A=$A$A\n").collect();
    assert!(last_user(&format!("FROM scratch\nENV A=xx\n{doubling}USER $A\n"), &[]).unknown);
}

#[test]
fn from_lines_see_global_arguments() {
    let text = "ARG v=12\nARG image=debian:${v}\nFROM $image AS a\nFROM ${none:-a}\nFROM $TARGETARCH/x\nFROM $open\n";
    let dockerfile = parse(text);
    let bases: Vec<_> = dockerfile.stages().iter().map(|stage| stage.base.clone()).collect();
    let Base::Image(image) = &bases[0] else { panic!() };
    assert_eq!(image.to_string(), "docker.io/library/debian:12");
    assert_eq!(bases[1..], [Base::Stage(0), Base::Unknown, Base::Unknown]);
    let stages = dockerfile.stages_for(&BTreeMap::from([("v".into(), "11".into())]), None);
    let Base::Image(image) = &stages.get(0).unwrap().base else { panic!() };
    assert_eq!(image.tag.as_deref(), Some("11"));
}

#[test]
fn environment_of_a_stage() {
    let dockerfile = parse("FROM x AS p\nENV a=1 b=$PATH\nFROM p\nENV a=2\n");
    let environment = dockerfile.stages().environment(1);
    assert_eq!(environment, BTreeMap::from([("a".into(), Some("2".into())), ("b".into(), None)]));
}
