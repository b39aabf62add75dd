//! `tls-verification-off`: connections to nobody knows whom.

use crate::card;
use crate::detect::Reporter;
use crate::lint::arguments::{self, CURL_VALUED};
use crate::lint::{Model, Rule};
use crate::parse::dockerfile::InstructionKind;
use crate::parse::shell::{Command, Word};
use crate::rule::Severity;

pub(super) static RULE: Rule = Rule {
    meta: card! {
        /// ## What it does
        /// Finds switches that turn off the check of TLS certificates, in RUN and ENV: `curl -k`,
        /// `wget --no-check-certificate`, `pip --trusted-host`, `NODE_TLS_REJECT_UNAUTHORIZED=0`, npm `strict-ssl false`,
        /// `GIT_SSL_NO_VERIFY`, `git -c http.sslVerify=false`, yum `sslverify=0`, apt `Verify-Peer=false`,
        /// `PYTHONHTTPSVERIFY=0`, and their kin in conda, composer and bundler.
        ///
        /// ## Why it matters
        /// Anybody on the way can send the build something else. In `ENV` it holds for every program that runs in
        /// the container.
        ///
        /// ## Bad
        /// ```dockerfile,bad
        /// FROM debian:13
        /// RUN curl -fsSLk https://downloads.example/tool -o /usr/bin/tool
        /// ```
        /// ```dockerfile,bad
        /// FROM node:24-slim
        /// ENV NODE_TLS_REJECT_UNAUTHORIZED=0
        /// ```
        ///
        /// ## Good
        /// ```dockerfile,good
        /// FROM debian:13
        /// COPY corporate-ca.crt /usr/local/share/ca-certificates/
        /// RUN update-ca-certificates && curl -fsSL https://downloads.example/tool -o /usr/bin/tool
        /// ```
        ///
        /// ## How to fix
        /// Install `ca-certificates`; add the certificate of your own authority instead of trusting everybody.
        ///
        /// ## References
        /// - <https://curl.se/docs/sslcerts.html>
        id: "tls-verification-off",
        family: Dockerfile,
        summary: "the check of TLS certificates is turned off",
        severity: High,
        confidence: High,
        persona: Regular,
        since: "0.1.0",
        aliases: [
            "CKV2_DOCKER_2", "CKV2_DOCKER_3", "CKV2_DOCKER_4", "CKV2_DOCKER_5", "CKV2_DOCKER_6", "CKV2_DOCKER_12",
            "CKV2_DOCKER_13", "CKV2_DOCKER_14", "CKV2_DOCKER_15", "CKV2_DOCKER_16",
        ],
        controls: ["CIS-Docker:4.11"],
        references: ["https://curl.se/docs/sslcerts.html"],
    },
    check,
};

fn check(model: &Model<'_>, reporter: &mut Reporter<'_, '_>) {
    for run in &model.scripts {
        let checked = super::remote_script_to_shell::verifies(&run.script);
        for command in &run.script.commands {
            let Some((word, what)) = switch(command) else { continue };
            let draft = reporter
                .draft(run.span(word.range.clone()), format!("{what}: the server may be anybody"))
                .severity(match (run.ships, checked) {
                    (true, false) => Severity::High,
                    (false, false) => Severity::Medium,
                    (_, true) => Severity::Low,
                })
                .label("turns off the check of certificates")
                .help("install `ca-certificates`, or add the certificate of your own authority")
                .anchor(model.anchor(run.stage, "RUN", what));
            reporter.report(draft);
        }
    }
    for (stage, index, instruction) in model.instructions() {
        let (InstructionKind::Env(pairs) | InstructionKind::Arg(pairs)) = &instruction.kind else { continue };
        for pair in pairs {
            let Some(value) = pair.value.as_ref() else { continue };
            let Some(text) = model.expand(value, index) else { continue };
            let Some(what) = variable(&pair.name.value, &text) else { continue };
            let draft = reporter
                .draft(pair.span.clone(), format!("{what} for every program: the server may be anybody"))
                .severity(if model.ships_layers(stage.index) { Severity::High } else { Severity::Medium })
                .label("turns off the check of certificates")
                .help("install `ca-certificates`, or add the certificate of your own authority")
                .anchor(model.anchor(stage.index, "ENV", &pair.name.value));
            reporter.report(draft);
        }
    }
}

fn is_off(value: &str) -> bool {
    matches!(
        value.trim_matches(['"', '\'']).to_ascii_lowercase().as_str(),
        "0" | "false" | "no" | "off" | "none"
    )
}

/// A variable that turns the check off.
fn variable(name: &str, value: &str) -> Option<&'static str> {
    let upper = name.to_ascii_uppercase();
    match upper.as_str() {
        "NODE_TLS_REJECT_UNAUTHORIZED" if is_off(value) => Some("Node does not check certificates"),
        "PYTHONHTTPSVERIFY" if is_off(value) => Some("Python does not check certificates"),
        "NPM_CONFIG_STRICT_SSL" | "YARN_STRICT_SSL" | "YARN_ENABLE_STRICT_SSL" if is_off(value) => {
            Some("npm does not check certificates")
        }
        "GIT_SSL_NO_VERIFY" if !value.is_empty() && !is_off(value) => Some("git does not check certificates"),
        "PIP_TRUSTED_HOST" if !value.is_empty() => Some("pip does not check the certificate of this host"),
        "GOINSECURE" if !value.is_empty() => Some("go does not check the certificate of these hosts"),
        "CONDA_SSL_VERIFY" | "SSL_VERIFY" | "AWS_CLI_VERIFY_SSL" | "HOMEBREW_SSL_VERIFY" if is_off(value) => {
            Some("certificates are not checked")
        }
        _ => None,
    }
}

/// The word of a command that turns the check off.
fn switch(command: &Command) -> Option<(&Word, &'static str)> {
    for assignment in &command.assignments {
        if assignment.value.is_fixed()
            && let Some(what) = variable(&assignment.name, assignment.value.text())
        {
            return Some((&assignment.value, what));
        }
    }
    let (name, arguments) = command.program()?;
    let find =
        |test: &dyn Fn(&str) -> bool| arguments.iter().find(|word| test(&word.text().to_ascii_lowercase()));
    let local = arguments::url(arguments).is_some_and(|word| {
        let host = word.text().split('/').nth(2).unwrap_or_default();
        host.starts_with("localhost") || host.starts_with("127.")
    });
    match name {
        "curl" if !local => arguments::long(arguments, &["--insecure", "--proxy-insecure"])
            .or_else(|| arguments::short(arguments, 'k', CURL_VALUED))
            .map(|word| (word, "curl does not check the certificate")),
        "wget" | "wget2" if !local => find(&|text| text.starts_with("--no-check-cert"))
            .map(|word| (word, "wget does not check the certificate")),
        "export" => arguments.iter().find_map(|word| {
            let (name, value) = word.text().split_once('=')?;
            Some((word, variable(name, value)?))
        }),
        "git" => find(&|text| {
            text.replace(' ', "").contains("http.sslverify=false") || text.contains("http.sslverify=0")
        })
        .or_else(|| pair(arguments, |key| key.starts_with("http.") && key.ends_with("sslverify"), is_off))
        .map(|word| (word, "git does not check certificates")),
        "npm" | "yarn" | "pnpm" => {
            find(&|text| text.trim_start_matches('-') == "strict-ssl=false" || text == "--no-strict-ssl")
                .or_else(|| pair(arguments, |key| matches!(key, "strict-ssl" | "enablestrictssl"), is_off))
                .map(|word| (word, "npm does not check certificates"))
        }
        "apt" | "apt-get" | "aptitude" => find(&|text| {
            (text.contains("verify-peer=") || text.contains("verify-host="))
                && is_off(text.rsplit('=').next().unwrap_or_default())
        })
        .map(|word| (word, "apt does not check certificates")),
        "yum" | "dnf" | "microdnf" | "tdnf" | "yum-config-manager" => {
            find(&|text| text.contains("sslverify=") && is_off(text.rsplit('=').next().unwrap_or_default()))
                .map(|word| (word, "the package manager does not check certificates"))
        }
        "conda" | "mamba" | "micromamba" => arguments::long(arguments, &["--insecure", "-k"])
            .or_else(|| pair(arguments, |key| key == "ssl_verify", is_off))
            .map(|word| (word, "conda does not check certificates")),
        "composer" => pair(arguments, |key| key == "disable-tls", |value| value == "true")
            .map(|word| (word, "composer does not use TLS")),
        "bundle" | "bundler" => pair(arguments, |key| key == "ssl_verify_mode", is_off)
            .map(|word| (word, "bundler does not check certificates")),
        "aria2c" => find(&|text| text == "--check-certificate=false")
            .map(|word| (word, "aria2c does not check the certificate")),
        "http" | "https" => find(&|text| text.strip_prefix("--verify=").is_some_and(is_off))
            .map(|word| (word, "httpie does not check the certificate")),
        "aws" => arguments::long(arguments, &["--no-verify-ssl"])
            .map(|word| (word, "the AWS client does not check certificates")),
        "svn" => find(&|text| text.starts_with("--trust-server-cert"))
            .map(|word| (word, "svn does not check the certificate")),
        "helm" | "kubectl" | "oc" | "argocd" => find(&|text| {
            text.strip_prefix("--insecure-skip-tls-verify").is_some_and(|rest| matches!(rest, "" | "=true"))
        })
        .map(|word| (word, "the certificate of the server is not checked")),
        "podman" | "skopeo" | "buildah" => find(&|text| text.ends_with("tls-verify=false"))
            .map(|word| (word, "the certificate of the registry is not checked")),
        "poetry" => pair(arguments, |key| key.starts_with("certificates.") && key.ends_with(".cert"), is_off)
            .map(|word| (word, "poetry does not check certificates")),
        "lftp" => find(&|text| {
            text.contains("ssl:verify-certificate no") || text.contains("ssl:verify-certificate false")
        })
        .map(|word| (word, "lftp does not check the certificate")),
        "bower" => find(&|text| text == "--config.strict-ssl=false")
            .map(|word| (word, "bower does not check certificates")),
        "go" if arguments.first().is_some_and(|word| word.text() == "env") => {
            find(&|text| text.strip_prefix("goinsecure=").is_some_and(|hosts| !hosts.is_empty()))
                .map(|word| (word, "go does not check the certificate of these hosts"))
        }
        "echo" | "printf" => {
            find(&settings_off).map(|word| (word, "a configuration turns the check off")).or_else(|| {
                // curl's own file has one word a line.
                let curl = command.redirects.iter().any(|to| to.target.text().ends_with("curlrc"));
                let insecure = arguments
                    .iter()
                    .find(|word| matches!(word.text().trim(), "insecure" | "-k" | "--insecure"));
                insecure.filter(|_| curl).map(|word| (word, "a configuration turns the check off"))
            })
        }
        _ => {
            let pip = name.starts_with("pip")
                || name.starts_with("python")
                    && arguments
                        .windows(2)
                        .any(|two| matches!(two, [m, pip] if m.text() == "-m" && pip.text() == "pip"))
                || matches!(name, "uv" | "easy_install" | "pipx");
            if !pip {
                return None;
            }
            arguments::long(arguments, &["--trusted-host", "--allow-insecure-host"])
                .or_else(|| find(&|text| text.ends_with("trusted-host")))
                .map(|word| (word, "pip does not check the certificate of this host"))
        }
    }
}

/// True for lines of a configuration file that turn the check off.
fn settings_off(text: &str) -> bool {
    let text: String =
        text.to_ascii_lowercase().chars().filter(|c| !c.is_whitespace() && *c != '"').collect();
    [
        "sslverify=false",
        "sslverify=0",
        "check_certificate=off",
        "verify-peerfalse",
        "verify-hostfalse",
        "ssl_verify:false",
        "strict-ssl=false",
        "enablestrictssl:false",
        "trusted-host=",
    ]
    .iter()
    .any(|word| text.contains(word))
}

/// `name value`, as `git config` and `npm config set` take it.
fn pair(arguments: &[Word], named: impl Fn(&str) -> bool, off: impl Fn(&str) -> bool) -> Option<&Word> {
    arguments.windows(2).find_map(|two| match two {
        [name, value] if named(&name.text().to_ascii_lowercase()) && off(value.text()) => Some(name),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::found;

    fn of(run: &str) -> Vec<String> {
        found("tls-verification-off", &format!("FROM a:1\nRUN {run}\n"))
    }

    #[test]
    fn switches() {
        for (run, at) in [
            ("curl -sSLk https://x", "-sSLk"),
            ("curl --insecure https://x", "--insecure"),
            ("wget -q --no-check-certificate https://x", "--no-check-certificate"),
            ("pip install --trusted-host pypi.example x", "--trusted-host"),
            ("python3 -m pip install --trusted-host=h x", "--trusted-host=h"),
            ("npm config set strict-ssl false", "strict-ssl"),
            ("git config --global http.sslVerify false", "http.sslVerify"),
            ("git -c http.sslVerify=false clone https://x", "http.sslVerify=false"),
            ("GIT_SSL_NO_VERIFY=1 git clone https://x", "1"),
            ("export NODE_TLS_REJECT_UNAUTHORIZED=0 && npm ci", "NODE_TLS_REJECT_UNAUTHORIZED=0"),
            ("apt-get -o Acquire::https::Verify-Peer=false update", "Acquire::https::Verify-Peer=false"),
            ("yum --setopt=sslverify=0 install x", "--setopt=sslverify=0"),
            ("conda config --set ssl_verify false", "ssl_verify"),
            ("yarn config set enableStrictSsl false", "enableStrictSsl"),
            ("echo insecure >> ~/.curlrc", "insecure"),
            ("echo 'check_certificate = off' >> ~/.wgetrc", "'check_certificate = off'"),
            ("aria2c --check-certificate=false https://x", "--check-certificate=false"),
            ("helm repo add x https://x --insecure-skip-tls-verify", "--insecure-skip-tls-verify"),
            ("go env -w GOINSECURE=x.example", "GOINSECURE=x.example"),
            ("GOINSECURE=x.example go get x", "x.example"),
            ("git config http.https://x.example.sslVerify false", "http.https://x.example.sslVerify"),
            ("aws --no-verify-ssl s3 cp x y", "--no-verify-ssl"),
            ("skopeo copy --src-tls-verify=false docker://a b", "--src-tls-verify=false"),
            ("http --verify=no https://x", "--verify=no"),
            ("svn --trust-server-cert co https://x", "--trust-server-cert"),
            ("printf '[global]\\ntrusted-host = h\\n' > /etc/pip.conf", "'[global]\\ntrusted-host = h\\n'"),
            ("composer config -g disable-tls true", "disable-tls"),
            ("bundle config ssl_verify_mode 0", "ssl_verify_mode"),
        ] {
            assert_eq!(of(run), [at], "{run}");
        }
    }

    #[test]
    fn silent() {
        for run in [
            "curl -fsSL -o k https://x",
            "curl -k https://localhost/health",
            "npm config set strict-ssl true",
            "pip install x",
            "tar -k x",
            "GIT_SSL_NO_VERIFY=0 git x",
            "wget -nk x",
            "curl -K cfg https://x",
            "curl -H 'k: v' https://x",
            "curl --key k https://x",
            "npm config get strict-ssl",
            "git config --global --unset http.sslVerify",
            "git config --global http.sslCAInfo /x",
            "kubectl --insecure-skip-tls-verify=false get x",
            "podman pull --tls-verify=true x",
            "echo insecure > notes",
            "http --verify=yes https://x",
            "go env -w GOPROXY=x",
            "wget --ca-certificate=x https://y",
        ] {
            let hits = of(run);
            assert_eq!(hits, [""; 0], "{run}");
        }
        assert_eq!(found("tls-verification-off", "FROM a:1\nENV NODE_TLS_REJECT_UNAUTHORIZED=1\n"), [""; 0]);
        assert_eq!(
            found("tls-verification-off", "FROM a:1\nENV A=b GIT_SSL_NO_VERIFY=true\n"),
            ["GIT_SSL_NO_VERIFY=true"]
        );
    }
}
