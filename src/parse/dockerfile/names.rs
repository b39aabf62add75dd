//! Which file names are those of Dockerfiles.

/// The names themselves.
const STEMS: [&str; 2] = ["dockerfile", "containerfile"];

/// Endings of files that are about Dockerfiles without being any: ignore files, sources, documents, templates,
/// leftovers.
const OTHER: [&str; 62] = [
    "dockerignore",
    "containerignore",
    "go",
    "py",
    "pyi",
    "rb",
    "rs",
    "js",
    "jsx",
    "mjs",
    "cjs",
    "ts",
    "tsx",
    "java",
    "kt",
    "scala",
    "swift",
    "php",
    "pl",
    "lua",
    "c",
    "cc",
    "cpp",
    "h",
    "hpp",
    "cs",
    "el",
    "vim",
    "md",
    "mdx",
    "rst",
    "adoc",
    "html",
    "htm",
    "pdf",
    "png",
    "svg",
    "json",
    "yaml",
    "yml",
    "toml",
    "xml",
    "ini",
    "lock",
    "snap",
    "j2",
    "jinja",
    "jinja2",
    "tmpl",
    "tpl",
    "template",
    "gotmpl",
    "erb",
    "ejs",
    "hbs",
    "mustache",
    "m4",
    "in",
    "orig",
    "rej",
    "swp",
    "patch",
];

/// True for the names that Dockerfiles go by: `Dockerfile`, `Containerfile`, `Dockerfile.web`, `web.Dockerfile`,
/// `Dockerfile-alpine`, `services__web__Dockerfile.dev`, whatever the case. False for what only speaks of them, such
/// as `Dockerfile.dockerignore`, `dockerfile.go`, `Dockerfile.md` or `Dockerfile.j2`.
pub fn is_dockerfile_name(file_name: &[u8]) -> bool {
    let Ok(name) = std::str::from_utf8(file_name) else { return false };
    let name = name.to_ascii_lowercase();
    STEMS.iter().any(|stem| is_named(&name, stem))
}

fn is_named(name: &str, stem: &str) -> bool {
    name.match_indices(stem).any(|(at, _)| {
        let (before, after) = (&name[..at], &name[at + stem.len()..]);
        let starts = before.is_empty() || before.ends_with("__");
        let ends_name = after.is_empty() && before.ends_with(['.', '-', '_']);
        let goes_on = after.is_empty() || after.starts_with(['.', '-', '_']);
        let ending = after.rsplit_once('.').map_or("", |(_, ending)| ending);
        ends_name || starts && goes_on && !OTHER.contains(&ending) && !after.ends_with('~')
    })
}

#[cfg(test)]
mod tests {
    use super::is_dockerfile_name;

    #[test]
    fn names_of_dockerfiles() {
        for name in [
            "Dockerfile",
            "dockerfile",
            "DOCKERFILE",
            "Containerfile",
            "Dockerfile.0",
            "Dockerfile.ubi9-minimal.openjdk21",
            "web.Dockerfile",
            "python3.11-slim.dockerfile",
            "Dockerfile_admin",
            "Dockerfile-alpine",
            "services__web__Dockerfile.dev",
            "a__b.Dockerfile",
            "Containerfile.fedora",
            "my-Dockerfile",
        ] {
            assert!(is_dockerfile_name(name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn names_of_other_files() {
        for name in [
            "Dockerfile.dockerignore",
            "dockerfile.go",
            "Dockerfile.md",
            "dockerfile_parser.py",
            "Dockerfile.j2",
            "Dockerfile.tmpl",
            "Dockerfile.erb",
            "Dockerfile.template",
            "Dockerfile.test.ts",
            "dockerfiles",
            "docker",
            "Dockerfile~",
            "web.Dockerfile.in",
            "undockerfile",
            "dockerfile-lint.js",
            "",
        ] {
            assert!(!is_dockerfile_name(name.as_bytes()), "{name}");
        }
        assert!(!is_dockerfile_name(b"Dockerfile.\xff"));
    }
}
