//! Which names ask for a credential, and which values are one.

/// What a literal looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Literal {
    /// Empty, a placeholder, a switch, a path, a variable: no credential.
    None,
    /// A word that everybody tries first.
    Default,
    /// Anything else.
    Secret,
}

/// True when the name of a variable or an option asks for a credential.
pub(super) fn is_credential_name(name: &str) -> bool {
    let words = words(name);
    let joined = words.join("_");
    const ABOUT: [&str; 80] = [
        "file",
        "files",
        "path",
        "dir",
        "directory",
        "url",
        "uri",
        "endpoint",
        "host",
        "name",
        "user",
        "username",
        "id",
        "length",
        "len",
        "size",
        "expiry",
        "expiration",
        "expires",
        "ttl",
        "timeout",
        "type",
        "header",
        "version",
        "enabled",
        "enable",
        "disabled",
        "mode",
        "policy",
        "prefix",
        "suffix",
        "public",
        "pub",
        "count",
        "limit",
        "field",
        "algorithm",
        "alg",
        "hash",
        "checksum",
        "sha256",
        "fingerprint",
        "server",
        "issuer",
        "audience",
        "class",
        "hasher",
        "hashing",
        "encoder",
        "encoding",
        "store",
        "manager",
        "backend",
        "provider",
        "rotation",
        "format",
        "strength",
        "prompt",
        "rounds",
        "cost",
        "plugin",
        "authentication",
        "auth",
        "script",
        "cmd",
        "command",
        "helper",
        "env",
        "var",
        "hint",
        "pattern",
        "regex",
        "region",
        "service",
        "mount",
        "arn",
        "ref",
        "lifetime",
        "reset",
        "change",
    ];
    if words.is_empty() || words.last().is_some_and(|last| ABOUT.contains(&last.as_str())) {
        return false;
    }
    if words.iter().any(|word| {
        matches!(
            word.as_str(),
            "public"
                | "pubkey"
                | "no"
                | "allow"
                | "require"
                | "use"
                | "disable"
                | "enable"
                | "skip"
                | "max"
                | "min"
        )
    }) {
        return false;
    }
    let word = |what: &str| words.iter().any(|word| word == what);
    let ends = |what: &str| joined == what || joined.ends_with(&format!("_{what}"));
    word("password")
        || word("passwd")
        || word("passphrase")
        || ends("pwd") && words.len() > 1
        || ends("pass")
        || ends("password1")
        || ends("secret")
        || ends("secrets")
        || word("apikey")
        || word("authtoken")
        || ends("token")
        || [
            "api_key",
            "secret_key",
            "access_key",
            "private_key",
            "auth_key",
            "encryption_key",
            "master_key",
            "secret_access_key",
            "secret_key_base",
            "access_token",
            "client_secret",
            "license_key",
            "account_key",
            "deploy_key",
            "app_key",
            "signing_key",
            "secretkey",
            "accesskey",
        ]
        .iter()
        .any(|what| ends(what))
        || ends("credentials")
        || words.iter().any(|word| word.len() > 8 && (word.ends_with("password") || word.ends_with("apikey")))
}

/// `fooBar-BAZ_qux` as `foo bar baz qux`.
fn words(name: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut current = String::new();
    let mut lower = false;
    for character in name.chars() {
        let breaks = !character.is_ascii_alphanumeric() || (lower && character.is_ascii_uppercase());
        if breaks && !current.is_empty() {
            out.push(std::mem::take(&mut current));
        }
        if character.is_ascii_alphanumeric() {
            current.push(character.to_ascii_lowercase());
        }
        lower = character.is_ascii_lowercase() || character.is_ascii_digit();
    }
    if !current.is_empty() {
        out.push(current);
    }
    out
}

/// What a value under a credential's name is.
pub(super) fn literal(value: &str) -> Literal {
    let value = value.trim().trim_matches(['"', '\'']);
    let lower = value.to_ascii_lowercase();
    let letters = value.bytes().filter(u8::is_ascii_alphanumeric).count();
    let one = value.bytes().next().is_none_or(|first| value.bytes().all(|byte| byte == first));
    const SWITCHES: [&str; 18] = [
        "true",
        "false",
        "yes",
        "no",
        "on",
        "off",
        "none",
        "null",
        "nil",
        "undefined",
        "disabled",
        "enabled",
        "default",
        "auto",
        "optional",
        "required",
        "random",
        "unset",
    ];
    const PLACEHOLDERS: [&str; 32] = [
        "changeme",
        "change-me",
        "change_me",
        "change_this",
        "change-this",
        "changethis",
        "replace",
        "placeholder",
        "your",
        "example",
        "sample",
        "dummy",
        "fake",
        "todo",
        "tbd",
        "fixme",
        "xxxx",
        "redacted",
        "insert",
        "not-a-",
        "not_a_",
        "notreal",
        "invalid",
        "unused",
        "build-time",
        "buildtime",
        "precompile",
        "temporary",
        "enter_",
        "some-secret",
        "put_",
        "my-secret-here",
    ];
    if letters == 0 || one || SWITCHES.contains(&lower.as_str()) || value.contains(['$', '<', '{', '*', '%'])
    {
        return Literal::None;
    }
    if value.len() < 4 && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Literal::None;
    }
    let path = value.starts_with('/') && value.matches('/').count() > 1
        || value.starts_with("./")
        || value.starts_with("~/");
    let url = lower.starts_with("http://") || lower.starts_with("https://");
    if path || (url && !value.contains('@')) || value.contains(' ') && value.split(' ').count() > 3 {
        return Literal::None;
    }
    // The fingerprint of an OpenPGP key, in full or with spaces: public.
    let hex = value.bytes().all(|byte| byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte));
    if hex && matches!(value.len(), 16 | 40) {
        return Literal::None;
    }
    if PLACEHOLDERS.iter().any(|word| lower.contains(word)) {
        return Literal::None;
    }
    const DEFAULTS: [&str; 30] = [
        "password",
        "passwd",
        "pass",
        "secret",
        "admin",
        "root",
        "toor",
        "test",
        "testing",
        "guest",
        "user",
        "postgres",
        "mysql",
        "mariadb",
        "mongo",
        "redis",
        "docker",
        "demo",
        "dev",
        "develop",
        "development",
        "local",
        "1234",
        "12345",
        "123456",
        "12345678",
        "qwerty",
        "letmein",
        "token",
        "minioadmin",
    ];
    if DEFAULTS.contains(&lower.as_str()) || value.len() < 6 { Literal::Default } else { Literal::Secret }
}

/// The ranges of the passwords in a connection string: `Server=db;User Id=sa;Password=…;`.
pub(super) fn connection_passwords(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    let parts: Vec<&str> = text.split(';').collect();
    // One pair alone is no connection string.
    let pairs = parts.iter().filter(|part| part.contains('=')).count();
    for part in parts.iter().filter(|_| pairs > 1) {
        if let Some((name, value)) = part.split_once('=')
            && matches!(
                name.trim().trim_start_matches(['"', '\'']).to_ascii_lowercase().as_str(),
                "password" | "pwd" | "accountkey" | "sharedaccesskey"
            )
        {
            let end = value.trim_end_matches(['"', '\'']).len();
            let begin = start + name.len() + 1;
            found.push(begin..begin + end);
        }
        start += part.len() + 1;
    }
    found
}

/// The ranges of the password in each `scheme://user:password@host` of a text, and whether it is a literal.
pub(super) fn url_passwords(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find("://")) {
        let start = from + at + 3;
        from = start;
        let rest = text.get(start..).unwrap_or_default();
        let authority = rest.split(['/', ' ', '"', '\'', '\n', '?', '#']).next().unwrap_or_default();
        let Some((userinfo, _)) = authority.rsplit_once('@') else { continue };
        let range = match userinfo.split_once(':') {
            Some((user, password)) => {
                let begin = start + user.len() + 1;
                begin..begin + password.len()
            }
            // A user name alone is a token when it is long: `https://<token>@github.com`.
            None if userinfo.len() >= 20 => start..start + userinfo.len(),
            None => continue,
        };
        if !range.is_empty() {
            found.push(range);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for name in [
            "PASSWORD",
            "DB_PASSWORD",
            "MYSQL_ROOT_PASSWORD",
            "API_KEY",
            "NPM_TOKEN",
            "SECRET_KEY",
            "AWS_SECRET_ACCESS_KEY",
            "dbPassword",
            "POSTGRES_PASS",
            "SESSION_SECRET",
            "PGPASSWORD",
            "PASS",
            "APP_KEY",
            "SECRETKEY",
            "CREDENTIALS",
            "SIGNING_KEY",
        ] {
            assert!(is_credential_name(name), "{name}");
        }
        for name in [
            "GOPRIVATE",
            "PASSWORD_FILE",
            "TOKEN_PATH",
            "USERNAME",
            "SECRET_NAME",
            "TOKEN_VERSION",
            "PUBLIC_KEY",
            "KEY",
            "COMPASS",
            "BYPASS",
            "PWD",
            "OLDPWD",
            "SSH_AUTH_SOCK",
            "TOKENIZERS_PARALLELISM",
            "MAX_TOKENS",
            "AWS_ACCESS_KEY_ID",
            "CACHE_KEY",
            "ALLOW_EMPTY_PASSWORD",
            "PASSWORD_HASHER",
            "SECRET_BACKEND",
            "SECRET_ARN",
            "PASSWORD_STORE",
            "TOKEN_SERVICE",
        ] {
            assert!(!is_credential_name(name), "{name}");
        }
    }

    #[test]
    fn values() {
        for value in [
            "",
            "changeme",
            "<token>",
            "${X}",
            "true",
            "xxxxxxxx",
            "/run/secrets/db",
            "your-token-here",
            "0123456789ABCDEF0123456789ABCDEF01234567",
            "***",
            "0",
        ] {
            assert_eq!(literal(value), Literal::None, "{value}");
        }
        assert_eq!(literal("postgres"), Literal::Default);
        assert_eq!(literal("Tr0ub4dor&3"), Literal::Secret);
    }

    #[test]
    fn passwords_in_urls() {
        let text = "git+https://me:pw@host/x http://host/y https://me@host a://b:c@d";
        let found: Vec<_> = url_passwords(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, ["pw", "c"]);
        let text = "Server=db;User Id=sa;Password=pw1;X=y";
        let found: Vec<_> = connection_passwords(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, ["pw1"]);
        assert!(connection_passwords("Password=x").is_empty());
    }
}
