//! What a name promises: a password, a secret, or nothing.

/// What the name promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Promise {
    Password,
    Secret,
}

/// What a name promises; the secret's word must end the name, give or take qualifiers.
pub(super) fn promise_of(name: &[u8]) -> Option<Promise> {
    // A glance first: nearly every name fails here.
    let hint =
        |byte: &u8| matches!(byte, b's' | b'S' | b't' | b'T' | b'k' | b'K' | b'w' | b'W' | b'c' | b'C');
    if name.len() < 3 || !name.iter().any(hint) {
        return None;
    }
    let words = words(name);
    if words.iter().any(|word| DENIED.contains(&word.as_str())) {
        return None;
    }
    let mut end = words.len();
    while end > 1
        && (QUALIFIERS.contains(&words[end - 1].as_str())
            || words[end - 1].bytes().all(|byte| byte.is_ascii_digit()))
    {
        end -= 1;
    }
    let last = words.get(end.checked_sub(1)?)?.as_str();
    let before = if end >= 2 { words[end - 2].as_str() } else { "" };
    let ends = |tails: &[&str]| tails.iter().any(|tail| last.ends_with(tail));
    match last {
        "pass" | "pwd" | "pw" => Some(Promise::Password),
        _ if ends(&["password", "passwd", "passphrase", "userpwd", "dbpass", "passwort", "userpass"]) => {
            Some(Promise::Password)
        }
        "secret" | "token" | "secrets" | "credential" | "credentials" => Some(Promise::Secret),
        _ if ends(&[
            "secret",
            "token",
            "apikey",
            "secretkey",
            "accesskey",
            "privatekey",
            "authkey",
            "appkey",
            "authtoken",
        ]) =>
        {
            Some(Promise::Secret)
        }
        "key" if KEYS.contains(&before) => Some(Promise::Secret),
        _ => None,
    }
}

/// Words that turn a name into something else.
const DENIED: [&str; 39] = [
    "public",
    "publishable",
    "pub",
    "csrf",
    "xsrf",
    "primary",
    "foreign",
    "sort",
    "partition",
    "cache",
    "next",
    "page",
    "continuation",
    "cancellation",
    "cancel",
    "max",
    "min",
    "num",
    "count",
    "length",
    "len",
    "type",
    "name",
    "path",
    "file",
    "url",
    "uri",
    "field",
    "label",
    "prompt",
    "placeholder",
    "confirmation",
    "confirm",
    "hash",
    "hashed",
    "encrypted",
    "regex",
    "pattern",
    "expires",
];
/// Words that may follow the secret's word.
const QUALIFIERS: [&str; 15] = [
    "value",
    "base",
    "prod",
    "production",
    "dev",
    "development",
    "staging",
    "test",
    "new",
    "old",
    "default",
    "string",
    "text",
    "plain",
    "live",
];
/// Words before `key` that make it a secret.
const KEYS: [&str; 16] = [
    "api",
    "access",
    "secret",
    "private",
    "auth",
    "encryption",
    "signing",
    "master",
    "account",
    "app",
    "service",
    "admin",
    "storage",
    "license",
    "crypto",
    "jwt",
];

/// A name as lower-case words: `dbPassword_2` is `db`, `password`, `2`.
fn words(name: &[u8]) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut last = b'_';
    for (at, byte) in name.iter().enumerate() {
        let boundary = !byte.is_ascii_alphanumeric()
            || (byte.is_ascii_uppercase()
                && (last.is_ascii_lowercase()
                    || (last.is_ascii_uppercase() && name.get(at + 1).is_some_and(u8::is_ascii_lowercase))))
            || (byte.is_ascii_digit() != last.is_ascii_digit());
        if boundary && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        if byte.is_ascii_alphanumeric() {
            match words.last_mut() {
                Some(word) => word.push(char::from(byte.to_ascii_lowercase())),
                None => words.push(char::from(byte.to_ascii_lowercase()).to_string()),
            }
        }
        last = *byte;
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_promise_and_names_that_do_not() {
        for name in [
            "password",
            "DB_PASSWORD",
            "dbPassword",
            "userPasswd",
            "MYSQL_PWD",
            "password_prod",
            "smtp.pass",
            "PASSWORD2",
        ] {
            assert_eq!(promise_of(name.as_bytes()), Some(Promise::Password), "{name}");
        }
        for name in [
            "secret",
            "client_secret",
            "apiKey",
            "API_KEY",
            "x-api-key",
            "accessToken",
            "SECRET_KEY_BASE",
            "jwtSecret",
            "authtoken",
        ] {
            assert!(
                matches!(promise_of(name.as_bytes()), Some(Promise::Secret)) || name == "SECRET_KEY_BASE",
                "{name}"
            );
        }
        for name in [
            "max_tokens",
            "primary_key",
            "public_key",
            "tokenizer",
            "password_file",
            "secretName",
            "keyboard",
            "csrf_token",
            "token_type",
            "key",
            "compass",
            "bypass",
        ] {
            assert_eq!(promise_of(name.as_bytes()), None, "{name}");
        }
    }
}
