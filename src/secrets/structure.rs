//! Matchers for secrets that are known by the place they stand in, not by their own form.

use std::ops::Range;

use super::codec;
use super::pattern::{Class, is_escape_tail};
use super::placeholder::{entropy, is_placeholder, is_stand_in};
use super::{jwt, pem, url};
use crate::rule::{Confidence, Severity};

/// A secret that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Its bytes.
    pub(super) range: Range<usize>,
    /// How many of them are a public prefix.
    pub(super) shown: usize,
    /// True when a structure inside was checked.
    pub(super) verified: bool,
    /// Another severity than the rule's own.
    pub(super) severity: Option<Severity>,
    /// Another confidence than the rule's own.
    pub(super) confidence: Option<Confidence>,
    /// The name that the secret stands under.
    pub(super) name: Option<Range<usize>>,
}

impl Found {
    pub(super) fn new(range: Range<usize>) -> Self {
        Self { range, shown: 0, verified: false, severity: None, confidence: None, name: None }
    }

    pub(super) fn verified(mut self) -> Self {
        self.verified = true;
        self
    }

    pub(super) fn shown(mut self, shown: usize) -> Self {
        self.shown = shown;
        self
    }

    pub(super) fn severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    pub(super) fn confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = Some(confidence);
        self
    }
}

/// A matcher by its name in a rule file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Structure {
    UrlUserinfo,
    UrlQueryPassword,
    KeyValueList,
    BasicHeader,
    BearerHeader,
    Jwt,
    PemPrivateKey,
    Base64Pem,
    Ppk,
    ServiceAccount,
    Jwk,
    DockerAuth,
    NpmrcValue,
    Netrc,
    Pgpass,
    AwsSecret,
    SasSignature,
    UserFlag,
    PasswordFlag,
    SqlIdentifiedBy,
    XmlPassword,
    /// The generic detector's, which is driven by operators, not by keywords.
    AssignedPassword,
    AssignedSecret,
}

impl Structure {
    const ALL: [(&'static str, Self); 23] = [
        ("url-userinfo", Self::UrlUserinfo),
        ("url-query-password", Self::UrlQueryPassword),
        ("key-value-list", Self::KeyValueList),
        ("basic-header", Self::BasicHeader),
        ("bearer-header", Self::BearerHeader),
        ("jwt", Self::Jwt),
        ("pem-private-key", Self::PemPrivateKey),
        ("base64-pem", Self::Base64Pem),
        ("ppk", Self::Ppk),
        ("service-account", Self::ServiceAccount),
        ("jwk", Self::Jwk),
        ("docker-auth", Self::DockerAuth),
        ("npmrc-value", Self::NpmrcValue),
        ("netrc", Self::Netrc),
        ("pgpass", Self::Pgpass),
        ("aws-secret", Self::AwsSecret),
        ("sas-signature", Self::SasSignature),
        ("user-flag", Self::UserFlag),
        ("password-flag", Self::PasswordFlag),
        ("sql-identified-by", Self::SqlIdentifiedBy),
        ("xml-password", Self::XmlPassword),
        ("assigned-password", Self::AssignedPassword),
        ("assigned-secret", Self::AssignedSecret),
    ];

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, structure)| *structure)
    }

    /// How sure this form makes that its name for the secret is the right one; the higher wins where two overlap.
    pub(super) fn rank(self) -> u8 {
        match self {
            Self::ServiceAccount => 60,
            Self::PemPrivateKey
            | Self::Ppk
            | Self::Base64Pem
            | Self::DockerAuth
            | Self::NpmrcValue
            | Self::AwsSecret => 40,
            Self::Jwt | Self::Jwk | Self::Netrc | Self::Pgpass => 35,
            Self::BasicHeader | Self::SasSignature | Self::UrlUserinfo => 30,
            Self::UrlQueryPassword | Self::KeyValueList | Self::UserFlag | Self::SqlIdentifiedBy => 25,
            Self::BearerHeader | Self::PasswordFlag | Self::XmlPassword => 20,
            Self::AssignedPassword | Self::AssignedSecret => 10,
        }
    }

    /// Looks around a keyword of `len` bytes found at `at`; a rule without keywords starts at 0 with length 0.
    pub(super) fn find(self, text: &[u8], at: usize, len: usize, out: &mut Vec<Found>) {
        let one = match self {
            Self::UrlUserinfo => url::userinfo(text, at, at + len),
            Self::UrlQueryPassword => url::query_password(text, at),
            Self::KeyValueList => key_value_list(text, at, at + len),
            Self::BasicHeader => basic_header(text, at, at + len),
            Self::BearerHeader => bearer_header(text, at, at + len),
            Self::Jwt => jwt::find(text, at),
            Self::PemPrivateKey => pem::find(text, at),
            Self::Base64Pem => pem::find_base64(text, at),
            Self::Ppk => pem::find_ppk(text, at),
            Self::ServiceAccount => service_account(text, at),
            Self::Jwk => jwk(text, at),
            Self::DockerAuth => docker_auth(text, at + len),
            Self::NpmrcValue => npmrc_value(text, at + len),
            Self::Netrc => netrc(text, at + len),
            Self::Pgpass => return pgpass(text, out),
            Self::AwsSecret => return aws_secret(text, at, len, out),
            Self::SasSignature => sas_signature(text, at + len),
            Self::UserFlag => user_flag(text, at + len),
            Self::PasswordFlag => password_flag(text, at + len),
            Self::SqlIdentifiedBy => sql_identified_by(text, at + len),
            Self::XmlPassword => xml_password(text, at + len),
            Self::AssignedPassword | Self::AssignedSecret => None,
        };
        out.extend(one);
    }
}

/// The bytes from `at` on, at most `limit` of them.
pub(super) fn ahead(text: &[u8], at: usize, limit: usize) -> &[u8] {
    let at = at.min(text.len());
    &text[at..text.len().min(at.saturating_add(limit))]
}

/// The bytes before `at`, at most `limit` of them.
pub(super) fn behind(text: &[u8], at: usize, limit: usize) -> &[u8] {
    &text[at.saturating_sub(limit)..at.min(text.len())]
}

fn run(text: &[u8], at: usize, limit: usize, inside: impl Fn(u8) -> bool) -> Range<usize> {
    at..at + ahead(text, at, limit).iter().take_while(|byte| inside(**byte)).count()
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'-' | b'_')
}

fn skip_blanks(text: &[u8], at: usize) -> usize {
    run(text, at, 64, |byte| matches!(byte, b' ' | b'\t')).end
}

/// A value at `at`: quoted to the matching quote, else to the next blank or one of `stops`.
fn value_at(text: &[u8], at: usize, limit: usize, stops: &[u8]) -> Option<Range<usize>> {
    let escaped = text.get(at) == Some(&b'\\') && matches!(text.get(at + 1), Some(b'"' | b'\''));
    let start = if escaped { at + 1 } else { at };
    let range = match text.get(start) {
        Some(quote @ (b'"' | b'\'' | b'`')) => {
            let inner = run(text, start + 1, limit, |byte| byte != *quote && byte != b'\n');
            if text.get(inner.end) != Some(quote) {
                return None;
            }
            if escaped && text.get(inner.end - 1) == Some(&b'\\') {
                inner.start..inner.end - 1
            } else {
                inner
            }
        }
        _ => run(text, start, limit, |byte| !byte.is_ascii_whitespace() && !stops.contains(&byte)),
    };
    (range.start < range.end).then_some(range)
}

/// `Basic <base64 of user:password>`, RFC 7617.
fn basic_header(text: &[u8], at: usize, value: usize) -> Option<Found> {
    if at > 0 && text[at - 1].is_ascii_alphanumeric() && !is_escape_tail(&text[..at]) {
        return None;
    }
    let range = run(text, value, 1024, is_base64);
    if range.len() < 8 {
        return None;
    }
    let decoded = codec::base64_decode(&text[range.clone()])?;
    let colon = memchr::memchr(b':', &decoded)?;
    let (user, password) = (&decoded[..colon], &decoded[colon + 1..]);
    let printable = std::str::from_utf8(&decoded).is_ok_and(|text| !text.chars().any(char::is_control));
    (printable && !user.is_empty() && password.len() >= 3 && !is_placeholder(password))
        .then(|| Found::new(range).verified())
}

/// `Bearer <token>`, RFC 6750.
fn bearer_header(text: &[u8], at: usize, value: usize) -> Option<Found> {
    if at > 0 && text[at - 1].is_ascii_alphanumeric() && !is_escape_tail(&text[..at]) {
        return None;
    }
    let range = run(text, value, 4096, |byte| is_base64(byte) || matches!(byte, b'.' | b'~'));
    let token = &text[range.clone()];
    let mixed = token.iter().any(u8::is_ascii_digit) && token.iter().any(u8::is_ascii_alphabetic);
    (range.len() >= 16
        && mixed
        && entropy(token) >= 3.0
        && !is_placeholder(token)
        && !super::placeholder::is_identifier(token))
    .then(|| Found::new(range))
}

/// The value of `Password=`, `AccountKey=` and their kin in a `;`-separated list (ADO.NET, ODBC, Azure).
fn key_value_list(text: &[u8], at: usize, value: usize) -> Option<Found> {
    let range = run(text, value, 512, |byte| {
        !byte.is_ascii_whitespace() && !matches!(byte, b';' | b'"' | b'\'' | b'<' | b'`')
    });
    // The word may be the end of a longer key, but not of a longer word.
    if at > 0 && text[at - 1].is_ascii_alphanumeric() {
        return None;
    }
    let line_start = memchr::memrchr(b'\n', behind(text, at, 1024))
        .map_or(at.saturating_sub(1024), |end| at.saturating_sub(1024) + end + 1);
    let around = [
        &text[line_start..at],
        ahead(text, range.end, 512).split(|byte| *byte == b'\n').next().unwrap_or_default(),
    ];
    let list: [&[u8]; 12] = [
        b"server=",
        b"data source=",
        b"host=",
        b"driver=",
        b"user id=",
        b"uid=",
        b"accountname=",
        b"endpoint=",
        b"database=",
        b"initial catalog=",
        b"hostname=",
        b"user=",
    ];
    let is_list = around.iter().any(|part| {
        let lower = part.to_ascii_lowercase();
        memchr::memchr(b';', &lower).is_some()
            && list.iter().any(|key| memchr::memmem::find(&lower, key).is_some())
    });
    let secret = &text[range.clone()];
    (is_list && secret.len() >= 4 && !secret.contains(&b'(') && !is_placeholder(secret))
        .then(|| Found::new(range).verified())
}

/// A Google service account key: JSON whose `private_key` holds a PEM block.
fn service_account(text: &[u8], at: usize) -> Option<Found> {
    let from = at.saturating_sub(4096);
    let window = ahead(text, from, 12_288);
    let key = from + memchr::memmem::find(window, b"\"private_key\"")?;
    let begin = key + memchr::memmem::find(ahead(text, key, 200), b"PRIVATE KEY-----")?;
    pem::find(text, begin).map(Found::verified)
}

/// A JSON web key with its private part (RFC 7517, RFC 7518 section 6).
fn jwk(text: &[u8], at: usize) -> Option<Found> {
    let open = at.saturating_sub(4096) + memchr::memrchr(b'{', behind(text, at, 4096))?;
    let object = ahead(text, open, 8192);
    let object = &object[..memchr::memchr(b'}', object)?];
    let kind = |name: &[u8]| memchr::memmem::find(object, name).is_some();
    let member: &[u8] = if kind(b"\"oct\"") { b"\"k\"" } else { b"\"d\"" };
    let after = open + memchr::memmem::find(object, member)? + member.len();
    let colon = skip_blanks(text, after);
    if text.get(colon) != Some(&b':') {
        return None;
    }
    let range = value_at(text, skip_blanks(text, colon + 1), 4096, b",}")?;
    let secret = &text[range.clone()];
    (secret.len() >= 20 && !is_stand_in(secret) && codec::base64_decode(secret).is_some())
        .then(|| Found::new(range).verified())
}

/// `"auth": "<base64 of user:password>"` of a Docker client's configuration.
fn docker_auth(text: &[u8], after: usize) -> Option<Found> {
    let colon = skip_blanks(text, if text.get(after) == Some(&b'\\') { after + 1 } else { after });
    let colon = if text.get(colon) == Some(&b'"') { skip_blanks(text, colon + 1) } else { colon };
    if text.get(colon) != Some(&b':') {
        return None;
    }
    let range = value_at(text, skip_blanks(text, colon + 1), 8192, b",}")?;
    let decoded = codec::base64_decode(&text[range.clone()])?;
    let split = memchr::memchr(b':', &decoded)?;
    let printable = decoded.iter().all(|byte| (0x20..0x7f).contains(byte));
    let password = &decoded[split + 1..];
    (printable && split > 0 && password.len() >= 3 && !is_placeholder(password))
        .then(|| Found::new(range).verified())
}

/// The value of `_authToken`, `_auth` or `_password` in an npm configuration.
fn npmrc_value(text: &[u8], after: usize) -> Option<Found> {
    let equals = skip_blanks(text, after);
    if !matches!(text.get(equals), Some(b'=' | b' ')) {
        return None;
    }
    let range = value_at(text, skip_blanks(text, equals + 1), 2048, b"\"'\\;>")?;
    let secret = &text[range.clone()];
    (secret.len() >= 6 && !is_placeholder(secret)).then(|| Found::new(range).verified())
}

/// `machine <host> login <user> password <secret>`, in any white space.
fn netrc(text: &[u8], after: usize) -> Option<Found> {
    let window = ahead(text, after, 512);
    let mut words = Vec::new();
    let mut at = 0;
    while at < window.len() && words.len() < 9 {
        at += window[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let len = window[at..].iter().take_while(|byte| !byte.is_ascii_whitespace()).count();
        if len == 0 {
            break;
        }
        words.push(at..at + len);
        at += len;
    }
    let word = |index: usize| words.get(index).map(|range: &Range<usize>| &window[range.clone()]);
    let index = (1..words.len()).find(|index| word(*index) == Some(b"password"))?;
    let has_login = (1..index).any(|index| word(index) == Some(b"login"));
    let secret = words.get(index + 1)?;
    let end = window[secret.clone()]
        .iter()
        .position(|byte| matches!(byte, b'"' | b'\'' | b'\\' | b'`'))
        .unwrap_or(secret.len());
    let range = after + secret.start..after + secret.start + end;
    let value = &text[range.clone()];
    (has_login && value.len() >= 4 && !is_placeholder(value)).then(|| Found::new(range).verified())
}

/// `host:port:database:user:password`, a line each.
fn pgpass(text: &[u8], out: &mut Vec<Found>) {
    let mut start = 0;
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let content = line.trim_ascii_end();
        let fields: Vec<&[u8]> = content.splitn(5, |byte| *byte == b':').collect();
        if let [_, port, _, _, password] = fields[..] {
            let port_like = port == b"*" || (!port.is_empty() && port.iter().all(u8::is_ascii_digit));
            if port_like && !content.starts_with(b"#") && password.len() >= 3 && !is_placeholder(password) {
                let end = start + content.len();
                out.push(Found::new(end - password.len()..end).verified());
            }
        }
        start += line.len();
    }
}

/// An AWS secret access key: forty characters of base 64 under a name that says so, or within ten lines of the
/// access key id that it belongs to.
fn aws_secret(text: &[u8], at: usize, len: usize, out: &mut Vec<Found>) {
    let is_id = matches!(text.get(at..at + 4), Some(b"AKIA" | b"ASIA"));
    if !is_id {
        let rest = run(text, at + len, 32, |byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'"' | b'\'' | b'\\' | b']')
        });
        let operator = run(text, rest.end, 12, |byte| {
            matches!(byte, b' ' | b'\t' | b':' | b'=' | b'>' | b'"' | b'\'' | b'\\' | b'(' | b',')
        });
        out.extend(aws_key_at(text, operator.end));
        return;
    }
    let id = run(text, at, 21, |byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    if id.len() != 20 || is_stand_in(&text[id.clone()]) {
        return;
    }
    let (mut from, mut to) = (at, id.end);
    for _ in 0..10 {
        from = at.saturating_sub(2048).max(
            memchr::memrchr(b'\n', behind(text, from, 2048)).map_or(0, |end| from.saturating_sub(2048) + end),
        );
        let line = ahead(text, to, 2048);
        to += memchr::memchr(b'\n', line).map_or(line.len(), |end| end + 1);
    }
    let mut start = from;
    while start < to {
        let range = run(text, start, 64, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'+'));
        if range.len() == 40 {
            out.extend(
                aws_key_at(text, range.start)
                    .filter(|_| !text[range.clone()].iter().all(u8::is_ascii_hexdigit)),
            );
        }
        start = range.end + usize::from(range.len() < 64);
    }
}

fn aws_key_at(text: &[u8], at: usize) -> Option<Found> {
    let range = run(text, at, 41, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'+'));
    let secret = &text[range.clone()];
    let padded = matches!(text.get(range.end), Some(b'=' | b'-' | b'_'));
    let mixed = secret.iter().any(u8::is_ascii_uppercase)
        && secret.iter().any(u8::is_ascii_lowercase)
        && secret.iter().any(u8::is_ascii_digit);
    (range.len() == 40 && !padded && mixed && entropy(secret) >= 3.9 && !is_stand_in(secret))
        .then(|| Found::new(range).verified())
}

/// `sig=` of an Azure shared access signature: a percent-encoded SHA-256 beside `sv=` and `se=`.
fn sas_signature(text: &[u8], value: usize) -> Option<Found> {
    let range = run(text, value, 100, |byte| is_base64(byte) || byte == b'%');
    let around = [behind(text, value, 512), ahead(text, range.end, 512)];
    let near = |name: &[u8]| {
        let of = |part: &&[u8]| memchr::memmem::find(part, name).is_some();
        around.iter().any(of)
    };
    let secret = &text[range.clone()];
    (near(b"sv=")
        && near(b"se=")
        && (43..=60).contains(&secret.len())
        && entropy(secret) >= 3.5
        && !is_stand_in(secret))
    .then(|| Found::new(range).verified())
}

/// `-u user:password` or `--user user:password` of a command line.
fn user_flag(text: &[u8], after: usize) -> Option<Found> {
    let line = ahead(text, after, 600);
    let line = &line[..memchr::memchr(b'\n', line).unwrap_or(line.len())];
    let flags: [&[u8]; 3] = [b" -u ", b" --user ", b" --user="];
    // The keyword takes the blank that the first flag stands behind.
    let base = after.saturating_sub(1);
    let line = &text[base..after + line.len()];
    let (flag, at) = flags.iter().find_map(|flag| memchr::memmem::find(line, flag).map(|at| (flag, at)))?;
    let range = value_at(text, skip_blanks(text, base + at + flag.len()), 300, b";|&)\"'")?;
    let colon = memchr::memchr(b':', &text[range.clone()])?;
    let secret = range.start + colon + 1..range.end;
    let value = &text[secret.clone()];
    (colon > 0
        && value.len() >= 4
        && !is_placeholder(value)
        && !value.starts_with(b"$")
        && !value.starts_with(b"//"))
    .then(|| Found::new(secret))
}

/// `--password <value>` of a command line.
fn password_flag(text: &[u8], after: usize) -> Option<Found> {
    let range = value_at(text, skip_blanks(text, after), 200, b";|&)\"'`,<>")?;
    let value = &text[range.clone()];
    let classes = [
        u8::is_ascii_lowercase as fn(&u8) -> bool,
        u8::is_ascii_uppercase,
        u8::is_ascii_digit,
        u8::is_ascii_punctuation,
    ];
    let kinds = classes.iter().filter(|class| value.iter().any(class)).count();
    (value.len() >= 6
        && kinds >= 2
        && !value.starts_with(b"-")
        && !value.starts_with(b"$")
        && !is_placeholder(value)
        && !super::placeholder::is_identifier(value)
        && !super::placeholder::is_path_or_url(value))
    .then(|| Found::new(range))
}

/// `IDENTIFIED BY '<password>'` and its kin in SQL.
fn sql_identified_by(text: &[u8], after: usize) -> Option<Found> {
    let at = skip_blanks(text, after);
    if !matches!(text.get(at), Some(b'\'' | b'"')) {
        return None;
    }
    let range = value_at(text, at, 200, b"")?;
    let value = &text[range.clone()];
    let plain = value.iter().all(u8::is_ascii_alphabetic);
    let found = (value.len() >= 4 && !is_placeholder(value) && !value.starts_with(b"*"))
        .then(|| Found::new(range).verified())?;
    // A word of letters only is a default or a demonstration more often than a secret.
    Some(if plain { found.confidence(Confidence::Low) } else { found })
}

/// `<password>value</password>`.
fn xml_password(text: &[u8], after: usize) -> Option<Found> {
    let range = run(text, after, 200, |byte| byte != b'<' && byte != b'\n');
    let value = text[range.clone()].trim_ascii();
    let letters = Class::named("alpha").unwrap_or(Class::EMPTY);
    let plain = value.iter().all(|byte| letters.contains(*byte));
    (ahead(text, range.end, 2) == b"</"
        && value.len() == range.len()
        && value.len() >= 4
        && !plain
        && !is_placeholder(value)
        && !value.contains(&b' ')
        && !value.starts_with(b"{"))
    .then(|| Found::new(range))
}
