//! `credential-in-run`: credentials in the commands of RUN.

use std::ops::Range;

use crate::card;
use crate::detect::Reporter;
use crate::lint::arguments;
use crate::lint::credential::{Literal, is_credential_name, literal, url_passwords};
use crate::lint::{Model, Rule, RunScript};
use crate::parse::shell::{Command, Nesting, Script, Word};
use crate::rule::{Confidence, Severity};

pub(super) static RULE: Rule = Rule {
    meta: card! {
        /// ## What it does
        /// Finds literal credentials in RUN: passwords in URLs, `--password …` and its kin, `curl -u user:password`,
        /// `Authorization` headers, `sshpass -p`, `echo … | docker login --password-stdin`, `chpasswd` and
        /// `useradd -p` with a literal, and assignments to variables with the name of a credential. Variables are
        /// left alone.
        ///
        /// ## Why it matters
        /// Every command of RUN stands in the history of the image. Removing a file later does not remove that.
        ///
        /// ## Bad
        /// ```dockerfile,bad
        /// FROM debian:13
        /// RUN git clone https://deploy:correct-horse@git.example/acme/app.git
        /// ```
        /// ```dockerfile,bad
        /// FROM debian:13
        /// RUN echo 'root:correct-horse' | chpasswd
        /// ```
        ///
        /// ## Good
        /// ```dockerfile,good
        /// FROM debian:13
        /// RUN --mount=type=secret,id=netrc,target=/root/.netrc git clone https://git.example/acme/app.git
        /// ```
        ///
        /// ## How to fix
        /// Mount the secret: `RUN --mount=type=secret,id=…`. Replace the credential at its issuer: it has been
        /// written down.
        ///
        /// ## References
        /// - <https://docs.docker.com/build/building/secrets/>
        id: "credential-in-run",
        family: Dockerfile,
        summary: "a command of the build holds a credential",
        severity: High,
        confidence: High,
        persona: Regular,
        since: "0.1.0",
        aliases: ["DF013", "CKV2_DOCKER_17"],
        controls: ["CIS-Docker:4.10"],
        references: ["https://docs.docker.com/build/building/secrets/"],
    },
    check,
};

/// A credential: its place in the script, and a name for it that gives nothing away.
struct Hit {
    range: Range<u32>,
    what: &'static str,
    kind: Literal,
}

fn check(model: &Model<'_>, reporter: &mut Reporter<'_, '_>) {
    for run in &model.scripts {
        let mut hits: Vec<Hit> = Vec::new();
        for (index, command) in run.script.commands.iter().enumerate() {
            collect(&run.script, index, command, &mut hits);
        }
        hits.sort_by_key(|hit| (hit.range.start, hit.range.end));
        let mut end = 0;
        for hit in hits {
            if hit.range.start < end || hit.kind == Literal::None {
                continue;
            }
            end = hit.range.end;
            report(model, run, &hit, reporter);
        }
    }
}

fn report(model: &Model<'_>, run: &RunScript<'_>, hit: &Hit, reporter: &mut Reporter<'_, '_>) {
    let span = run.span(hit.range.clone());
    reporter.mark_sensitive(span.range(), 0);
    let sure = hit.kind == Literal::Secret;
    let draft = reporter
        .draft(span, format!("{} holds a credential in clear", hit.what))
        .severity(if sure { Severity::High } else { Severity::Medium })
        .confidence(if sure { Confidence::High } else { Confidence::Medium })
        .label("stays in the history of the image")
        .tells_credential()
        .help("mount it with `RUN --mount=type=secret,id=…`, and replace it at its issuer")
        .anchor(model.anchor(run.stage, "RUN", hit.what));
    reporter.report(draft);
}

fn collect(script: &Script, index: usize, command: &Command, hits: &mut Vec<Hit>) {
    // What stands in the text of `sh -c '…'` is read as commands of its own.
    let nests_code = script.children(index).any(|(kind, _)| kind == Nesting::Code);
    for word in command.words.iter().chain(command.redirects.iter().map(|redirect| &redirect.target)) {
        if !nests_code {
            urls(word, hits);
            header(word, hits);
        }
    }
    for assignment in &command.assignments {
        urls(&assignment.value, hits);
        named(&assignment.name, &assignment.value, 0, "an assignment", hits);
    }
    let Some((name, arguments)) = command.program() else { return };
    match name {
        "export" | "declare" | "env" => {
            for word in arguments {
                if let Some((variable, _)) = word.text().split_once('=') {
                    let offset = offset(variable.len() + 1);
                    named(variable, word, offset, "an assignment", hits);
                }
            }
        }
        "curl" => {
            if let Some((word, at)) = arguments::value(arguments, &["-u", "--user", "-U", "--proxy-user"]) {
                after_colon(word, at, "curl --user", hits);
            }
            option(arguments, &["--oauth2-bearer"], "curl --oauth2-bearer", hits);
        }
        "wget" => option(
            arguments,
            &["--password", "--http-password", "--ftp-password", "--proxy-password"],
            "wget --password",
            hits,
        ),
        "sshpass" => option(arguments, &["-p"], "sshpass -p", hits),
        "useradd" | "usermod" => option(arguments, &["-p", "--password"], "useradd --password", hits),
        "mysql" | "mysqladmin" | "mysqldump" | "mariadb" | "mariadb-admin" | "mariadb-dump" => {
            option(arguments, &["--password"], "mysql --password", hits);
            // `-p` takes its value only when it is attached.
            for word in arguments.iter().filter(|word| word.text().starts_with("-p")) {
                value(word, 2, "mysql -p", hits);
            }
            if let [.., verb, word] = arguments
                && name.ends_with("admin")
                && verb.text() == "password"
            {
                value(word, 0, "mysqladmin password", hits);
            }
        }
        "openssl" => {
            for word in arguments.iter().filter(|word| word.text().starts_with("pass:")) {
                value(word, 5, "openssl pass:", hits);
            }
        }
        "smbclient" | "rpcclient" => {
            if let Some((word, at)) = arguments::value(arguments, &["-U", "--user"]) {
                after(word, at, '%', "smbclient -U", hits);
            }
        }
        "lftp" => {
            if let Some((word, at)) = arguments::value(arguments, &["-u", "--user"]) {
                after(word, at, ',', "lftp -u", hits);
            }
        }
        "htpasswd" => {
            let batch = arguments::short(arguments, 'b', "C").is_some();
            if let Some(word) = arguments.last().filter(|_| batch && arguments.len() > 2) {
                value(word, 0, "htpasswd -b", hits);
            }
        }
        "sqlcmd" | "bcp" | "cqlsh" | "unzip" | "zip" | "ipmitool" => {
            option(arguments, &["-P"], "an option", hits)
        }
        "redis-cli" => option(arguments, &["-a", "--pass"], "redis-cli -a", hits),
        "mongo" | "mongosh" | "mongodump" | "mongorestore" | "mongoimport" | "mongoexport" | "twine" => {
            option(arguments, &["-p", "--password"], "an option", hits)
        }
        "az" | "dotnet" | "nuget"
            if arguments.iter().any(|word| matches!(word.text(), "login" | "source" | "sources")) =>
        {
            option(arguments, &["-p", "--password", "-Password"], "a login", hits)
        }
        "ldapadd" | "ldapsearch" | "ldapmodify" | "ldapdelete" => {
            option(arguments, &["-w"], "an option", hits)
        }
        "x11vnc" => option(arguments, &["-storepasswd"], "x11vnc -storepasswd", hits),
        "vncpasswd" => {
            for feeder in script.feeders(index) {
                fed_value(feeder, "vncpasswd", hits);
            }
        }
        "keytool" | "jarsigner" => {
            for flag in ["-storepass", "-keypass", "-srcstorepass", "-deststorepass"] {
                let found = arguments::value(arguments, &[flag]);
                // The password that every Java installation has.
                if let Some((word, at)) = found.filter(|(word, _)| word.text() != "changeit") {
                    value(word, at, "keytool", hits);
                }
            }
        }
        "npm" | "yarn" | "pnpm" | "poetry" | "composer" | "bundle" | "aws" => setting(arguments, hits),
        "chpasswd" => {
            for feeder in script.feeders(index) {
                fed_pairs(feeder, hits);
            }
            for redirect in command.redirects.iter().filter(|redirect| redirect.operator == "<<<") {
                after_colon(&redirect.target, 0, "chpasswd", hits);
            }
        }
        "passwd" => {
            for feeder in script.feeders(index) {
                fed_value(feeder, "passwd --stdin", hits);
            }
        }
        "docker" | "podman" | "buildah" | "helm" | "skopeo" | "crane" | "oras" => {
            if arguments.iter().any(|word| word.text() == "login") {
                option(arguments, &["--password", "-p"], "the login to a registry", hits);
            }
            if arguments::long(arguments, &["--password-stdin"]).is_some() {
                for feeder in script.feeders(index) {
                    fed_value(feeder, "the login to a registry", hits);
                }
            }
        }
        _ => {}
    }
    if command.word_of("sudo").is_some() && command.words.iter().take(4).any(|word| word.text() == "-S") {
        for feeder in script.feeders(index) {
            fed_value(feeder, "sudo -S", hits);
        }
    }
    if matches!(
        name,
        "echo" | "printf" | "curl" | "wget" | "mvn" | "mvnw" | "gradle" | "gradlew" | "java" | "mount"
    ) {
        for word in arguments.iter().filter(|_| !nests_code) {
            pairs(word, hits);
            login(word, hits);
        }
    }
    if matches!(name, "mysql" | "mariadb" | "psql" | "sqlcmd" | "echo" | "printf") {
        for word in arguments {
            sql(word, hits);
        }
    }
    // `--db-password=…` of any program, long options only.
    if !matches!(
        name,
        "echo"
            | "printf"
            | "grep"
            | "sed"
            | "wget"
            | "docker"
            | "podman"
            | "useradd"
            | "usermod"
            | "mysql"
            | "mysqladmin"
            | "mysqldump"
            | "mariadb"
    ) {
        for (at, word) in arguments.iter().enumerate() {
            let Some(rest) = word.text().strip_prefix("--") else { continue };
            match rest.split_once('=') {
                Some((option, _)) if is_credential_name(option) => {
                    value(word, offset(option.len() + 3), "an option", hits);
                }
                None if is_credential_name(rest) => {
                    let next = arguments.get(at + 1).filter(|next| !next.text().starts_with('-'));
                    if let Some(next) = next.filter(|next| literal(next.text()) == Literal::Secret) {
                        value(next, 0, "an option", hits);
                    }
                }
                _ => {}
            }
        }
    }
}

fn offset(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// The text of a word from `at` on, when all of it is known.
fn fixed(word: &Word, at: u32) -> Option<&str> {
    let known = word.parts().iter().all(|part| part.at().end <= at);
    known.then(|| word.text().get(at as usize..)).flatten()
}

fn value(word: &Word, at: u32, what: &'static str, hits: &mut Vec<Hit>) {
    if let Some(text) = fixed(word, at) {
        hits.push(Hit { range: word.locate_range(at..offset(word.text().len())), what, kind: literal(text) });
    }
}

fn named(name: &str, word: &Word, at: u32, what: &'static str, hits: &mut Vec<Hit>) {
    if is_credential_name(name) {
        value(word, at, what, hits);
    }
}

fn option(arguments: &[Word], names: &[&str], what: &'static str, hits: &mut Vec<Hit>) {
    if let Some((word, at)) = arguments::value(arguments, names) {
        value(word, at, what, hits);
    }
}

fn after_colon(word: &Word, at: u32, what: &'static str, hits: &mut Vec<Hit>) {
    after(word, at, ':', what, hits);
}

fn after(word: &Word, at: u32, separator: char, what: &'static str, hits: &mut Vec<Hit>) {
    let found = word.text().get(at as usize..).and_then(|text| text.find(separator));
    if let Some(found) = found {
        value(word, at + offset(found + separator.len_utf8()), what, hits);
    }
}

/// A range of a word, when all of it is known and it is no placeholder and no default.
fn sure(word: &Word, range: Range<usize>, what: &'static str, hits: &mut Vec<Hit>) {
    let text = word.text().get(range.clone()).unwrap_or_default();
    let range = offset(range.start)..offset(range.end);
    let known = word.parts().iter().all(|part| part.at().end <= range.start || range.end <= part.at().start);
    if known && !text.is_empty() && literal(text) == Literal::Secret {
        hits.push(Hit { range: word.locate_range(range), what, kind: Literal::Secret });
    }
}

/// `config set NAME VALUE` and its kin, where the name is that of a credential.
fn setting(arguments: &[Word], hits: &mut Vec<Hit>) {
    const WHAT: &str = "a setting";
    let mut words = arguments.iter().filter(|word| !word.text().starts_with('-'));
    if !matches!(words.next().map(Word::text), Some("config" | "configure" | "set")) {
        return;
    }
    let words: Vec<&Word> = words.collect();
    for (at, word) in words.iter().enumerate() {
        let text = word.text();
        let (name, given) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
        let last = name.rsplit(['/', ':']).next().unwrap_or(name);
        let pair = name.starts_with("http-basic");
        let asks = is_credential_name(last)
            || matches!(last, "_auth" | "_password")
            || ["github-oauth", "gitlab-token", "pypi-token", "bearer"]
                .iter()
                .any(|kind| name.starts_with(kind));
        match (given, words.get(at + if pair { 2 } else { 1 })) {
            (Some(_), _) if asks => sure(word, name.len() + 1..text.len(), WHAT, hits),
            (None, Some(next)) if asks || pair => sure(next, 0..next.text().len(), WHAT, hits),
            // `bundle config gems.example user:password`
            (None, Some(next)) if name.contains('.') && !name.contains('/') => {
                if let Some((user, _)) =
                    next.text().split_once(':').filter(|(_, rest)| !rest.starts_with('/'))
                {
                    sure(next, user.len() + 1..next.text().len(), WHAT, hits);
                }
            }
            _ => {}
        }
    }
}

/// `NAME=value` anywhere in a word: lines for a file, form fields, the query of a URL, `-Dname=value`.
fn pairs(word: &Word, hits: &mut Vec<Hit>) {
    let text = word.text();
    let mut start = 0;
    for part in text.split([' ', '\t', '\n', '&', ';', ',', '?', '"', '\'', '\\']) {
        let (begin, end) = (start, start + part.len());
        start = end + 1;
        let Some((name, value)) = part.split_once('=') else { continue };
        // `printf` and `echo -e` write line breaks as two characters.
        let escaped = begin.checked_sub(1).and_then(|at| text.as_bytes().get(at)) == Some(&b'\\');
        let written = name.strip_prefix('n').filter(|_| escaped).unwrap_or(name);
        let last = written.rsplit(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-')).next();
        let last = last.unwrap_or(written);
        let last = last.strip_prefix("-D").unwrap_or(last).trim_start_matches('-');
        let given = begin + name.len() + 1;
        // `PASSWORD="value"`: the quote has split it.
        let quoted = value.is_empty() && text.get(given..).is_some_and(|rest| rest.starts_with(['"', '\'']));
        if quoted && is_credential_name(last) {
            let rest = text.get(given + 1..).unwrap_or_default();
            let length = rest.find(['"', '\'']).unwrap_or(rest.len());
            sure(word, given + 1..given + 1 + length, "an assignment", hits);
        } else if is_credential_name(last) || last == "_auth" {
            sure(word, given..given + value.len(), "an assignment", hits);
        }
    }
}

/// The words of a `.netrc`: `machine x login y password z`.
fn login(word: &Word, hits: &mut Vec<Hit>) {
    let text = word.text();
    if !(text.contains("login ") && text.contains("machine ")) {
        return;
    }
    if let Some(at) = text.find("password ") {
        let begin = at + "password ".len();
        let length =
            text.get(begin..).and_then(|rest| rest.find([' ', '\n', '\\'])).unwrap_or(text.len() - begin);
        sure(word, begin..begin + length, "a login", hits);
    }
}

/// `IDENTIFIED BY '…'` and `PASSWORD '…'` of SQL.
fn sql(word: &Word, hits: &mut Vec<Hit>) {
    let lower = word.text().to_ascii_lowercase();
    for opener in ["identified by '", "password '", "password('"] {
        for (at, _) in lower.match_indices(opener) {
            let begin = at + opener.len();
            let length = lower.get(begin..).and_then(|rest| rest.find('\'')).unwrap_or(0);
            sure(word, begin..begin + length, "an SQL statement", hits);
        }
    }
}

/// `echo user:password`
fn fed_pairs(feeder: &Command, hits: &mut Vec<Hit>) {
    if let Some(("echo" | "printf", arguments)) = feeder.program() {
        for word in arguments {
            after_colon(word, 0, "chpasswd", hits);
        }
    }
}

/// `echo password`
fn fed_value(feeder: &Command, what: &'static str, hits: &mut Vec<Hit>) {
    if let Some(("echo" | "printf", arguments)) = feeder.program()
        && let Some(word) = arguments.iter().rev().find(|word| !word.text().starts_with('-'))
        && fixed(word, 0).is_some()
    {
        // `echo -e "one\none"` for programs that ask twice.
        let end = word.text().find("\\n").unwrap_or(word.text().len());
        let text = word.text().get(..end).unwrap_or_default();
        hits.push(Hit { range: word.locate_range(0..offset(end)), what, kind: literal(text) });
    }
}

fn urls(word: &Word, hits: &mut Vec<Hit>) {
    for range in url_passwords(word.text()) {
        let range = offset(range.start)..offset(range.end);
        if word.parts().iter().any(|part| part.at().start < range.end && range.start < part.at().end) {
            continue;
        }
        let text = word.text().get(range.start as usize..range.end as usize).unwrap_or_default();
        hits.push(Hit { range: word.locate_range(range), what: "a URL", kind: literal(text) });
    }
}

/// `Authorization: Bearer …`, `PRIVATE-TOKEN: …`
fn header(word: &Word, hits: &mut Vec<Hit>) {
    let text = word.text();
    let Some((name, rest)) = text.split_once(':') else { return };
    let name = name.trim_start_matches("-H").trim_start_matches("--header=").trim().to_ascii_lowercase();
    let known = matches!(
        name.as_str(),
        "authorization"
            | "proxy-authorization"
            | "private-token"
            | "x-api-key"
            | "x-auth-token"
            | "job-token"
    );
    if !known || rest.is_empty() {
        return;
    }
    let credential = rest.trim_start();
    let credential = ["Bearer ", "bearer ", "token ", "Token ", "Basic ", "basic "]
        .iter()
        .find_map(|scheme| credential.strip_prefix(scheme))
        .unwrap_or(credential);
    value(word, offset(text.len() - credential.len()), "a header", hits);
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::{found, severities};

    fn of(run: &str) -> Vec<String> {
        found("credential-in-run", &format!("FROM a:1\nRUN {run}\n"))
    }

    #[test]
    fn points_at_the_credential_alone() {
        assert_eq!(of("curl -u me:s3cr3ts3 https://x.example"), ["s3cr3ts3"]);
        assert_eq!(of("curl -H 'Authorization: Bearer abcdef123456' x"), ["abcdef123456"]);
        assert_eq!(of("sshpass -p s3cr3ts3 ssh x"), ["s3cr3ts3"]);
        assert_eq!(of("echo s3cr3ts3 | docker login -u me --password-stdin"), ["s3cr3ts3"]);
        assert_eq!(of("echo \"root:s3cr3ts3\" | chpasswd"), ["s3cr3ts3"]);
        assert_eq!(of("pip install --index-url https://me:s3cr3ts3@pypi.example/simple x"), ["s3cr3ts3"]);
        assert_eq!(of("export DB_PASSWORD=s3cr3ts3 && x"), ["s3cr3ts3"]);
        assert_eq!(of("bash -c 'git clone https://me:s3cr3ts3@x.example/y'"), ["s3cr3ts3"]);
        assert_eq!(of("app --admin-password=s3cr3ts3"), ["s3cr3ts3"]);
        for run in [
            "mysql -u root -ps3cr3ts3 -e x",
            "mysqladmin -u root password s3cr3ts3",
            "npm config set //npm.example/:_authToken s3cr3ts3",
            "npm config set //npm.example/:_authToken=s3cr3ts3",
            "echo '//npm.example/:_authToken=s3cr3ts3' > .npmrc",
            "yarn config set npmAuthToken s3cr3ts3",
            "echo 'machine x login me password s3cr3ts3' > ~/.netrc",
            "echo -e 's3cr3ts3\\ns3cr3ts3' | passwd root",
            "redis-cli -a s3cr3ts3 ping",
            "mongosh -u a -p s3cr3ts3 x",
            "aws configure set aws_secret_access_key s3cr3ts3",
            "smbclient -U me%s3cr3ts3 x",
            "mount -t cifs -o username=me,password=s3cr3ts3 //x y",
            "htpasswd -bc /f me s3cr3ts3",
            "openssl req -passout pass:s3cr3ts3 -x509",
            "keytool -import -storepass s3cr3ts3",
            "az login -u me -p s3cr3ts3",
            "composer config http-basic.x.example me s3cr3ts3",
            "poetry config pypi-token.pypi s3cr3ts3",
            "bundle config --global gems.example me:s3cr3ts3",
            "dotnet nuget add source https://x -u me -p s3cr3ts3",
            "mvn -Dpassword=s3cr3ts3 deploy",
            "curl -d 'password=s3cr3ts3' https://x",
            "curl 'https://x.example/?a=b&api_key=s3cr3ts3'",
            "echo 'export API_KEY=s3cr3ts3' >> ~/.bashrc",
            "echo 'API_KEY=\"s3cr3ts3\"' >> .env",
            "printf 'a=b\\nDB_PASSWORD=s3cr3ts3\\n' > .env",
            "echo s3cr3ts3 | sudo -S ls",
            "sqlcmd -S x -U sa -P s3cr3ts3",
            "mysql -e \"CREATE USER 'a'@'%' IDENTIFIED BY 's3cr3ts3'\"",
            "psql -c \"ALTER USER postgres PASSWORD 's3cr3ts3'\"",
            "chpasswd <<< 'root:s3cr3ts3'",
            "curl --oauth2-bearer s3cr3ts3 https://x",
        ] {
            assert_eq!(of(run), ["s3cr3ts3"], "{run}");
        }
    }

    #[test]
    fn variables_and_others_are_left() {
        for run in [
            "git clone https://me:${TOKEN}@x.example/y",
            "curl -u \"$USER:$PASS\" x",
            "curl -H \"Authorization: token $(cat /run/secrets/t)\" x",
            "sshpass -p \"$P\" ssh x",
            "cat /run/secrets/p | docker login --password-stdin",
            "echo \"root:$P\" | chpasswd",
            "git clone git@x.example:a/b",
            "curl https://x.example:8080/a@b",
            "mkdir -p a && cp -p b c",
            "adduser --disabled-password app",
            "export TOKEN=$(cat /run/secrets/t)",
            "echo a:b",
            "ssh -p 22 x",
            "docker run -p 80:80 x",
            "mysql -u root -p x",
            "mysql -uroot -p$P x",
            "keytool -import -storepass changeit",
            "npm config set //npm.example/:_authToken ${T}",
            "npm config set registry https://npm.example:8443",
            "bundle config --local without dev",
            "aws configure set region us-east-1",
            "echo 'API_KEY=<your key>' > .env",
            "echo \"TOKEN=$TOKEN\" > .env",
            "echo TOKEN= > .env",
            "openssl rand -hex 32",
            "openssl req -passout pass: x",
            "htpasswd -c /f me",
            "passwd -d root",
            "curl -d @body https://x",
            "curl 'https://x.example/?page=2'",
            "mvn -Dmaven.test.skip=true package",
            "SECRET_KEY_BASE=dummy rails assets:precompile",
            "echo 'password: '",
            "zip -r a.zip b",
            "git config --global user.email a@b.c",
        ] {
            assert_eq!(of(run), [""; 0], "{run}");
        }
    }

    #[test]
    fn default_passwords_weigh_less() {
        assert_eq!(severities("credential-in-run", "FROM a:1\nRUN echo root:root | chpasswd\n"), ["medium"]);
    }
}
