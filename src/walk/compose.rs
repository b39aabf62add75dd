//! The `build` sections of compose files (<https://docs.docker.com/reference/compose-file/build/>).

use std::collections::BTreeMap;

use crate::parse::build_context::BuildPlan;
use crate::parse::yaml::{Node, Yaml};
use crate::source::RelPath;

/// True for the names that `docker compose` looks for, and variants with a word in between
/// (`docker-compose.prod.yml`).
pub(super) fn is_compose_name(name: &[u8]) -> bool {
    let Some(stem) = name.strip_suffix(b".yml").or_else(|| name.strip_suffix(b".yaml")) else { return false };
    [b"compose".as_slice(), b"docker-compose"].iter().any(|front| {
        stem.strip_prefix(*front).is_some_and(|rest| rest.is_empty() || matches!(rest[0], b'.' | b'-' | b'_'))
    })
}

/// How the services of a compose file are built. What needs more than this file is left out: remote contexts,
/// inline Dockerfiles, values with variables.
pub(super) fn builds(path: &RelPath, bytes: &[u8]) -> Vec<BuildPlan> {
    let yaml = Yaml::parse(bytes);
    let folder = path.parent().unwrap_or_else(RelPath::top);
    let services = yaml.documents().filter_map(|document| document.get("services"));
    services
        .flat_map(|services| services.entries().map(|(_, service)| service).collect::<Vec<_>>())
        .filter_map(|service| build(&folder, service.target().get("build")?.target()))
        .collect()
}

fn build(folder: &RelPath, node: Node<'_>) -> Option<BuildPlan> {
    if let Some(context) = node.as_str() {
        let context = local(folder, context)?;
        return Some(BuildPlan {
            dockerfile: context.join(b"Dockerfile"),
            context,
            args: BTreeMap::new(),
            target: None,
        });
    }
    if node.get("dockerfile_inline").is_some() {
        return None;
    }
    let context = local(folder, node.get("context").map_or(Some("."), Node::as_str)?)?;
    let dockerfile = node.get("dockerfile").map_or(Some("Dockerfile"), Node::as_str)?;
    Some(BuildPlan {
        dockerfile: local(&context, dockerfile)?,
        context,
        args: node.get("args").map(args).unwrap_or_default(),
        target: node.get("target").and_then(Node::as_str).filter(|name| is_plain(name)).map(str::to_owned),
    })
}

/// `args` as a mapping or as a list of `NAME=value`; names without a value come from the environment, which is
/// not ours to read.
fn args(node: Node<'_>) -> BTreeMap<String, String> {
    let node = node.target();
    let pairs = node.entries().filter_map(|(name, value)| Some((name.as_str()?, value.target().as_str()?)));
    let items = node.items().filter_map(|item| item.target().as_str()?.split_once('='));
    pairs
        .chain(items)
        .filter(|(_, value)| is_plain(value))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn is_plain(value: &str) -> bool {
    !value.contains('$')
}

/// A path of this tree, lexically resolved against a folder; `None` for URLs, absolute paths, variables, and what
/// climbs out of the tree.
fn local(folder: &RelPath, text: &str) -> Option<RelPath> {
    if text.contains("://")
        || text.starts_with(['/', '~', '\\'])
        || text.starts_with("git@")
        || !is_plain(text)
    {
        return None;
    }
    text.split('/').try_fold(folder.clone(), |at, part| match part {
        "" | "." => Some(at),
        // The folder above `..` is not the one that its text would lose a part for.
        ".." if at.file_name() == b".." => None,
        ".." => at.parent(),
        part => Some(at.join(part.as_bytes())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for name in ["compose.yml", "docker-compose.yaml", "docker-compose.prod.yml", "compose-dev.yaml"] {
            assert!(is_compose_name(name.as_bytes()), "{name}");
        }
        for name in ["composer.yml", "compose.json", "my-compose.yml"] {
            assert!(!is_compose_name(name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn short_and_long_forms() {
        let text = b"services:\n  a:\n    build: ./api\n  b:\n    build:\n      context: ..\n      dockerfile: docker/b.Dockerfile\n      target: run\n      args:\n        - V=1\n        - HOST\n  c:\n    image: x\n  d:\n    build: https://git.example/x.git\n  e:\n    build: ${DIR}\n";
        let plans = builds(&RelPath::from("deploy/compose.yml"), text);
        assert_eq!(plans.len(), 2);
        assert_eq!(plans[0].dockerfile, RelPath::from("deploy/api/Dockerfile"));
        assert_eq!(plans[0].context, RelPath::from("deploy/api"));
        assert_eq!(plans[1].dockerfile, RelPath::from("docker/b.Dockerfile"));
        assert_eq!(plans[1].context, RelPath::top());
        assert_eq!(plans[1].target.as_deref(), Some("run"));
        assert_eq!(plans[1].args, BTreeMap::from([("V".to_owned(), "1".to_owned())]));
    }

    #[test]
    fn a_context_outside_the_tree_is_left_out() {
        assert!(builds(&RelPath::from("compose.yml"), b"services:\n  a:\n    build: ../other\n").is_empty());
        let above = b"services:\n  a:\n    build: ../../..\n";
        assert!(builds(&RelPath::from("../x/compose.yml"), above).is_empty());
    }
}
