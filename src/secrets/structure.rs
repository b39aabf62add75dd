//! Matchers for secrets that are known by the place they stand in, not by their own form.

use super::found::Found;
use super::{aws, client_file, command_line, connection, http, json_key, jwt, kubernetes, pem, sql, url};

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
    XmlElement,
    Chpasswd,
    ShortFlag,
    AttachedFlag,
    SpacedFlag,
    ConfigWord,
    SecureString,
    KubernetesSecret,
    /// The generic detector's, which is driven by operators, not by keywords.
    AssignedPassword,
    AssignedSecret,
}

impl Structure {
    const ALL: [(&'static str, Self); 30] = [
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
        ("xml-element", Self::XmlElement),
        ("chpasswd", Self::Chpasswd),
        ("short-flag", Self::ShortFlag),
        ("attached-flag", Self::AttachedFlag),
        ("spaced-flag", Self::SpacedFlag),
        ("config-word", Self::ConfigWord),
        ("secure-string", Self::SecureString),
        ("kubernetes-secret", Self::KubernetesSecret),
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
            // Tokens are never inside a key, however a line of it begins.
            Self::PemPrivateKey | Self::Ppk | Self::Base64Pem => 55,
            Self::DockerAuth | Self::NpmrcValue | Self::AwsSecret => 40,
            Self::Jwt | Self::Jwk | Self::Netrc | Self::Pgpass => 35,
            Self::BasicHeader | Self::SasSignature | Self::UrlUserinfo => 30,
            Self::UrlQueryPassword | Self::KeyValueList | Self::UserFlag | Self::SqlIdentifiedBy => 25,
            Self::BearerHeader
            | Self::PasswordFlag
            | Self::XmlElement
            | Self::Chpasswd
            | Self::ShortFlag
            | Self::AttachedFlag
            | Self::SpacedFlag
            | Self::ConfigWord
            | Self::SecureString => 20,
            Self::KubernetesSecret => 12,
            Self::AssignedPassword | Self::AssignedSecret => 10,
        }
    }

    /// Looks around a keyword of `len` bytes found at `at`; a rule without keywords starts at 0 with length 0.
    pub(super) fn find(self, text: &[u8], at: usize, len: usize, out: &mut Vec<Found>) {
        let one = match self {
            Self::UrlUserinfo => url::userinfo(text, at, at + len),
            Self::UrlQueryPassword => url::query_password(text, at),
            Self::KeyValueList => connection::key_value_list(text, at, at + len),
            Self::BasicHeader => http::basic_header(text, at, at + len),
            Self::BearerHeader => http::bearer_header(text, at, at + len),
            Self::Jwt => jwt::find(text, at),
            Self::PemPrivateKey => pem::find(text, at),
            Self::Base64Pem => pem::find_base64(text, at),
            Self::Ppk => pem::find_ppk(text, at),
            Self::ServiceAccount => json_key::service_account(text, at),
            Self::Jwk => json_key::jwk(text, at),
            Self::DockerAuth => client_file::docker_auth(text, at + len),
            Self::NpmrcValue => client_file::npmrc_value(text, at + len),
            Self::Netrc => client_file::netrc(text, at, at + len),
            Self::Pgpass => return client_file::pgpass(text, out),
            Self::AwsSecret => return aws::aws_secret(text, at, len, out),
            Self::SasSignature => http::sas_signature(text, at + len),
            Self::UserFlag => command_line::user_flag(text, at + len),
            Self::PasswordFlag => command_line::password_flag(text, at + len),
            Self::SqlIdentifiedBy => sql::identified_by(text, at, at + len),
            Self::XmlElement => client_file::xml_element(text, at + len),
            Self::Chpasswd => command_line::chpasswd(text, at),
            Self::ShortFlag => command_line::short_flag(text, at + len),
            Self::AttachedFlag => command_line::attached_flag(text, at + len),
            Self::SpacedFlag => command_line::spaced_flag(text, at, at + len),
            Self::ConfigWord => command_line::config_word(text, at, at + len),
            Self::SecureString => command_line::secure_string(text, at + len),
            Self::KubernetesSecret => return kubernetes::secret(text, at, at + len, out),
            Self::AssignedPassword | Self::AssignedSecret => None,
        };
        out.extend(one);
    }
}
