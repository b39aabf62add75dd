//! What GitHub workflows and actions run: other actions, reusable workflows, container images
//! (<https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax>).

use std::collections::BTreeSet;

use crate::inventory::{Package, PackageKind, Purl, Scope};
use crate::parse::yaml::{Node, Yaml};
use crate::source::{RelPath, Source, printable};

use super::harvest::{Cataloger, Harvest, Unpinned};
use super::image;

/// See the module.
pub(super) struct Workflow;

impl Cataloger for Workflow {
    fn format(&self) -> &'static str {
        "GitHub workflow"
    }

    fn wants(&self, path: &RelPath) -> bool {
        is_action(path) || is_workflow(path)
    }

    fn catalog(&self, source: &Source, harvest: &mut Harvest) {
        // `action.yml` is a name that other programs use too.
        if is_action(source.path()) && memchr::memmem::find(source.bytes(), b"runs:").is_none() {
            return;
        }
        let yaml = Yaml::parse(source.bytes());
        for error in yaml.errors() {
            harvest.broken(error.range.clone(), error.reason.clone());
        }
        let mut needs = BTreeSet::new();
        for document in yaml.documents() {
            for (_, job) in document.get("jobs").into_iter().flat_map(Node::merged) {
                run(job, &mut needs, harvest);
                uses(job, &mut needs, harvest);
                container(job.get("container"), &mut needs, harvest);
                for (_, service) in job.get("services").into_iter().flat_map(Node::merged) {
                    container(Some(service), &mut needs, harvest);
                }
            }
            if let Some(runs) = document.get("runs") {
                run(runs, &mut needs, harvest);
                // An action in a container: a Dockerfile beside it, or an image.
                if let Some(node) = runs
                    .get("image")
                    .filter(|node| node.as_str().is_some_and(|at| at.starts_with("docker://")))
                {
                    docker(node, &mut needs, harvest);
                }
            }
        }
        if !needs.is_empty() {
            let name = printable(source.path().as_bytes());
            harvest.root(Some(&name), None, needs);
        }
    }
}

fn is_workflow(path: &RelPath) -> bool {
    let name = path.file_name();
    (name.ends_with(b".yml") || name.ends_with(b".yaml"))
        && path.parent().is_some_and(|folder| {
            folder.file_name() == b"workflows"
                && folder.parent().is_some_and(|above| above.file_name() == b".github")
        })
}

fn is_action(path: &RelPath) -> bool {
    matches!(path.file_name(), b"action.yml" | b"action.yaml")
}

fn run(job: Node<'_>, needs: &mut BTreeSet<Purl>, harvest: &mut Harvest) {
    for step in job.get("steps").into_iter().flat_map(Node::items) {
        uses(step, needs, harvest);
    }
}

/// `uses:` of a step or of a job.
fn uses(holder: Node<'_>, needs: &mut BTreeSet<Purl>, harvest: &mut Harvest) {
    let Some(node) = holder.get("uses") else { return };
    let Some(text) = node.as_str() else {
        harvest.broken(node.range(), "`uses` is not a text");
        return;
    };
    if text.starts_with("docker://") {
        return docker(node, needs, harvest);
    }
    // What lies in this repository, or in one that an earlier step put there.
    if text.starts_with("./") || text.starts_with("../") || text.is_empty() {
        return;
    }
    let (path, at) = text.split_once('@').unwrap_or((text, ""));
    let mut parts = path.splitn(3, '/');
    let (Some(owner), Some(name)) = (parts.next(), parts.next()) else {
        harvest.broken(node.range(), "`uses` names no repository");
        return;
    };
    let version = Some(at).filter(|at| !at.is_empty());
    let purl = match Purl::action(owner, name, version, parts.next()) {
        Ok(purl) => purl,
        Err(error) => {
            harvest.broken(node.range(), error.to_string());
            return;
        }
    };
    if !is_commit(at) {
        let span = harvest.span(node.range());
        harvest.unpinned.push(Unpinned { span, name: path.to_owned(), at: at.to_owned(), image: false });
    }
    let mut package = Package::new(purl.clone(), path, version.map(str::to_owned));
    package.kind = PackageKind::Action;
    package.scope = Scope::Development;
    harvest.package(package, node.range());
    needs.insert(purl);
}

/// A step in an image: `docker://image`.
fn docker(node: Node<'_>, needs: &mut BTreeSet<Purl>, harvest: &mut Harvest) {
    let Some(text) = node.as_str().and_then(|text| text.strip_prefix("docker://")) else { return };
    let Some((purl, image)) = image::add(text, node.range(), Scope::Development, harvest) else { return };
    if image.digest.is_none() {
        let span = harvest.span(node.range());
        let name = format!("docker://{}", image.familiar());
        harvest.unpinned.push(Unpinned { span, name, at: image.tag.unwrap_or_default(), image: true });
    }
    needs.insert(purl);
}

/// `container: image`, `container: {image: …}`, or a service.
fn container(holder: Option<Node<'_>>, needs: &mut BTreeSet<Purl>, harvest: &mut Harvest) {
    let Some(holder) = holder else { return };
    let Some(node) = holder.get("image").or(Some(holder).filter(|node| node.as_str().is_some())) else {
        return;
    };
    let Some(text) = node.as_str() else { return };
    let text = text.strip_prefix("docker://").unwrap_or(text);
    if let Some((purl, _)) = image::add(text, node.range(), Scope::Development, harvest) {
        needs.insert(purl);
    }
}

/// A commit id in full: SHA-1, or SHA-256 of repositories to come.
fn is_commit(at: &str) -> bool {
    matches!(at.len(), 40 | 64) && at.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;

    #[test]
    fn names() {
        let wants = |path: &str| Workflow.wants(&RelPath::from(path));
        for path in
            [".github/workflows/ci.yml", "a/.github/workflows/b.yaml", "action.yml", "x/y/action.yaml"]
        {
            assert!(wants(path), "{path}");
        }
        for path in [".github/ci.yml", "workflows/ci.yml", ".github/workflows/a/b.yml", "my-action.yml"] {
            assert!(!wants(path), "{path}");
        }
    }

    #[test]
    fn steps_jobs_containers_and_services() {
        let commit = "0123456789abcdef0123456789abcdef01234567";
        let text = format!(
            r"on: push
jobs:
  build:
    runs-on: ubuntu-latest
    container:
      image: ghcr.example/o/ci:1
    services:
      db:
        image: postgres:17
      dynamic:
        image: ${{{{ matrix.image }}}}
    steps:
      - uses: actions/checkout@v4
      - uses: 'Owner/Repo/sub/dir@{commit}' # v1
      - uses: ./local
      - uses: docker://alpine:3.20
      - run: |
          uses: not/this@v1
  call:
    uses: org/shared/.github/workflows/test.yml@main
  plain:
    container: node:22
"
        );
        let harvest = fixture::read(&Workflow, ".github/workflows/ci.yml", &text);
        assert!(harvest.broken.is_empty(), "{:?}", harvest.broken);
        assert_eq!(
            fixture::packages(&harvest),
            [
                "16 pkg:docker/alpine@3.20 Development".to_owned(),
                "22 pkg:docker/node@22 Development".to_owned(),
                "6 pkg:docker/o/ci@1?repository_url=ghcr.example Development".to_owned(),
                "9 pkg:docker/postgres@17 Development".to_owned(),
                format!("14 pkg:github/Owner/Repo@{commit}#sub/dir Development"),
                "13 pkg:github/actions/checkout@v4 Development".to_owned(),
                "20 pkg:github/org/shared@main#.github/workflows/test.yml Development".to_owned(),
            ]
        );
        let unpinned: Vec<_> =
            harvest.unpinned.iter().map(|unpinned| (unpinned.name.as_str(), unpinned.at.as_str())).collect();
        assert_eq!(
            unpinned,
            [
                ("actions/checkout", "v4"),
                ("docker://alpine", "3.20"),
                ("org/shared/.github/workflows/test.yml", "main"),
            ]
        );
    }

    #[test]
    fn composite_and_container_actions() {
        let text = "name: x\nruns:\n  using: composite\n  steps:\n    - uses: a/b@v1\n";
        assert_eq!(
            fixture::packages(&fixture::read(&Workflow, "action.yml", text)),
            ["5 pkg:github/a/b@v1 Development"]
        );
        let text = "runs:\n  using: docker\n  image: docker://ghcr.example/o/a:1\n";
        assert_eq!(fixture::read(&Workflow, "x/action.yaml", text).unpinned.len(), 1);
        let text = "name: of something else\n{{ broken";
        assert!(fixture::read(&Workflow, "action.yml", text).broken.is_empty());
    }
}
