//! `secret-in-env`: credentials in ENV and ARG.

use crate::card;
use crate::detect::Reporter;
use crate::lint::credential::{Literal, connection_passwords, is_credential_name, literal, url_passwords};
use crate::lint::{Model, Rule};
use crate::parse::dockerfile::InstructionKind;
use crate::rule::{Confidence, Severity};

pub(super) static RULE: Rule = Rule {
    meta: card! {
        /// ## What it does
        /// Finds `ENV` and `ARG` that hold a credential as a literal, by the name of the variable or as a password in
        /// a URL; at lower severity a build argument that asks for one, and an `ENV` that keeps one. Names
        /// of files (`*_FILE`, `*_PATH`), user names, placeholders and empty values are left alone.
        ///
        /// ## Why it matters
        /// `ENV` is in the configuration of the image and in every process; `ARG` is in its history. Whoever can
        /// pull the image can read both.
        ///
        /// ## Bad
        /// ```dockerfile,bad
        /// FROM debian:13
        /// ENV DB_PASSWORD=correct-horse-battery
        /// ```
        /// ```dockerfile,bad
        /// FROM debian:13
        /// ARG NPM_TOKEN
        /// RUN npm ci
        /// ```
        ///
        /// ## Good
        /// ```dockerfile,good
        /// FROM debian:13
        /// ENV DB_PASSWORD_FILE=/run/secrets/db
        /// RUN --mount=type=secret,id=npm,env=NPM_TOKEN npm ci
        /// ```
        ///
        /// ## How to fix
        /// Hand secrets to the build with `RUN --mount=type=secret`, and to the container when it starts. A value that
        /// was pushed must be replaced at its issuer.
        ///
        /// ## References
        /// - <https://docs.docker.com/build/building/secrets/>
        id: "secret-in-env",
        family: Dockerfile,
        summary: "ENV or ARG holds a credential",
        severity: High,
        confidence: High,
        persona: Regular,
        since: "0.1.0",
        aliases: ["DL3064", "SecretsUsedInArgOrEnv", "AVD-DS-0031", "DS-0031", "DF014"],
        controls: ["CIS-Docker:4.10"],
        references: ["https://docs.docker.com/build/building/secrets/"],
    },
    check,
};

fn check(model: &Model<'_>, reporter: &mut Reporter<'_, '_>) {
    for (index, instruction) in model.file.instructions.iter().enumerate() {
        let (pairs, env) = match &instruction.inner().kind {
            InstructionKind::Env(pairs) => (pairs, true),
            InstructionKind::Arg(pairs) => (pairs, false),
            _ => continue,
        };
        let keyword = if env { "ENV" } else { "ARG" };
        let stage = model.stage_of(index).unwrap_or(0);
        for pair in pairs {
            let name = pair.name.value.as_str();
            let asks = is_credential_name(name);
            let anchor = model.anchor(stage, keyword, name);
            let Some(value) = &pair.value else {
                if asks && !env {
                    let draft = reporter
                        .draft(pair.name.span.clone(), format!("the build argument {name} asks for a credential, which stays in the history of the image"))
                        .severity(Severity::Low)
                        .confidence(Confidence::Medium)
                        .label("visible in `docker history`")
                        .help("hand it in with `RUN --mount=type=secret`")
                        .anchor(anchor);
                    reporter.report(draft);
                }
                continue;
            };
            if value.has_variables() {
                // Only a variable that the build fills keeps a secret; one that was a literal is reported there.
                let known = model.expand(value, index);
                let unknown = known.is_none();
                let told = value.variables.iter().any(|variable| is_credential_name(&variable.name));
                if asks && env && !told && known.is_some_and(|text| literal(&text) == Literal::Secret) {
                    let draft = reporter
                        .draft(value.span.clone(), format!("{name} holds a credential that the file sets elsewhere"))
                        .label("in the configuration of the image")
                        .tells_credential()
                        .help("hand it in with `RUN --mount=type=secret` or when the container starts, and replace it at its issuer")
                        .anchor(anchor.clone());
                    reporter.report(draft);
                }
                if asks && env && unknown {
                    let draft = reporter
                        .draft(pair.name.span.clone(), format!("{name} keeps a credential of the build in the image"))
                        .severity(Severity::Medium)
                        .confidence(Confidence::Medium)
                        .label("every container and whoever pulls the image can read it")
                        .help("hand it to the container when it starts, or to the build with `RUN --mount=type=secret`")
                        .anchor(anchor);
                    reporter.report(draft);
                }
                continue;
            }
            let url = url_passwords(&value.value)
                .into_iter()
                .chain(connection_passwords(&value.value))
                .filter_map(|range| value.value.get(range))
                .map(literal);
            let key_id = is_key_id(name, &value.value).then_some(Literal::Default);
            let kind = url
                .chain(asks.then(|| literal(&value.value)))
                .chain(key_id)
                .find(|kind| *kind != Literal::None);
            let (severity, confidence, message) = match kind {
                Some(Literal::Secret) => {
                    (Severity::High, Confidence::High, format!("{name} holds a credential in clear"))
                }
                Some(Literal::Default) => (
                    Severity::Medium,
                    Confidence::Medium,
                    if key_id.is_some() {
                        format!("{name} holds the id of an access key")
                    } else {
                        format!("{name} holds a default credential that everybody tries first")
                    },
                ),
                _ => continue,
            };
            let range = value.span.range();
            reporter.mark_sensitive(range, 0);
            let draft = reporter
                .draft(value.span.clone(), message)
                .severity(severity)
                .confidence(confidence)
                .tells_credential()
                .label(if env { "in the configuration of the image" } else { "in the history of the image" })
                .help("hand it in with `RUN --mount=type=secret` or when the container starts, and replace it at its issuer")
                .anchor(anchor);
            reporter.report(draft);
        }
    }
}

/// The id of an AWS access key: the half that is no secret, and a sign that the other half is near
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html>).
fn is_key_id(name: &str, value: &str) -> bool {
    name.eq_ignore_ascii_case("AWS_ACCESS_KEY_ID")
        && value.len() == 20
        && (value.starts_with("AKIA") || value.starts_with("ASIA"))
        && value.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        && !value.ends_with("EXAMPLE")
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::{found, severities};

    #[test]
    fn what_is_no_credential() {
        for env in [
            "GOPRIVATE=git.example",
            "TOKEN_FILE=/run/t",
            "API_KEY=",
            "API_KEY=\"\"",
            "DB_PASSWORD=changeme",
            "PASSWORD_AUTH=no",
            "USERNAME=app",
            "TOKEN_VERSION=2.1.0",
            "API_KEY=<your-api-key>",
            "API_KEY=your_api_key_here",
            "GPG_KEY=0D96DF4D4110E5C43FBFB17F2D347EA6AA65421D",
            "DATABASE_URL=postgres://app@db/app",
            "MYSQL_ALLOW_EMPTY_PASSWORD=1",
            "PASSWORD_MIN_LENGTH=12",
            "TOKEN_URL=https://x.example/token",
            "SECRET_KEY_BASE=dummy",
            "PASSWORD_HASHER=argon2",
            "AWS_ACCESS_KEY_ID=unset",
            "PGPASSFILE=/root/.pgpass",
            "SECRET_ARN=arn:aws:secretsmanager:x",
        ] {
            assert_eq!(found("secret-in-env", &format!("FROM a:1\nENV {env}\n")), [""; 0], "{env}");
        }
    }

    #[test]
    fn severities_follow_the_value() {
        let of = |line: &str| severities("secret-in-env", &format!("FROM a:1\n{line}\n"));
        assert_eq!(of("ENV A=1 DB_PASSWORD=Sup3rS3cr3tV"), ["high"]);
        assert_eq!(of("ENV DB_PASSWORD Sup3rS3cr3tV"), ["high"]);
        assert_eq!(of("ARG SECRET_KEY=Sup3rS3cr3tV"), ["high"]);
        assert_eq!(of("ENV POSTGRES_PASSWORD=postgres"), ["medium"]);
        assert_eq!(of("ARG GITHUB_TOKEN"), ["low"]);
        assert_eq!(of("ARG GITHUB_TOKEN\nENV GITHUB_TOKEN=$GITHUB_TOKEN"), ["low", "medium"]);
        assert_eq!(of("ARG PW=Sup3rS3cr3tV\nENV DB_PASSWORD=$PW"), ["high"]);
        assert_eq!(of("ARG DB_PASSWORD=Sup3rS3cr3tV\nENV DB_PASSWORD=$DB_PASSWORD"), ["high"]);
        assert_eq!(of("ENV C=\"Server=db;User Id=sa;Password=Sup3rS3cr3tV;\""), ["high"]);
        assert_eq!(of(&format!("ENV AWS_ACCESS_KEY_ID=AKIA{}", "QWERTYUIOPASDFGH")), ["medium"]);
        assert_eq!(of("ENV PASS=Sup3rS3cr3tV SECRETKEY=Sup3rS3cr3tV"), ["high", "high"]);
        assert_eq!(of("ONBUILD ENV DB_PASSWORD=Sup3rS3cr3tV"), ["high"]);
        assert_eq!(of("ENV DATABASE_URL=postgres://app:Sup3rS3cr3tV@db/app"), ["high"]);
    }

    #[test]
    fn points_at_the_value() {
        assert_eq!(
            found("secret-in-env", "FROM a:1\nENV A=b \\\n  API_KEY='k3yk3yk3y' C=d\n"),
            ["'k3yk3yk3y'"]
        );
    }
}
