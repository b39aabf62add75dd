//! Which files are sensitive by their name alone.

/// What a file of this name holds, when the name alone tells that it must not be handed around. Names of
/// examples, templates, public keys and public certificates do not count.
pub fn sensitive_name(path: &[u8]) -> Option<&'static str> {
    let path = String::from_utf8_lossy(path).to_ascii_lowercase();
    let path = path.trim_end_matches('/');
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let folder = path.strip_suffix(name).unwrap_or_default().trim_end_matches(['/', '\\']);
    let folder = folder.rsplit(['/', '\\']).next().unwrap_or_default();
    if is_example(name) || is_example(folder) {
        return None;
    }
    by_exact_name(name, folder).or_else(|| by_shape(name))
}

/// `.env.example` and the like: made to be shared.
fn is_example(name: &str) -> bool {
    const WORDS: [&str; 11] = [
        "example",
        "examples",
        "sample",
        "samples",
        "template",
        "templates",
        "tmpl",
        "tpl",
        "dist",
        "fixture",
        "schema",
    ];
    name.split(['.', '-', '_']).any(|part| WORDS.contains(&part))
}

fn by_exact_name(name: &str, folder: &str) -> Option<&'static str> {
    Some(match name {
        ".env" | ".envrc" => "environment variables of a deployment",
        ".npmrc" => "npm registry credentials",
        ".yarnrc" if folder.is_empty() => return None,
        ".netrc" | "_netrc" => "logins of machines",
        ".pypirc" => "Python package index credentials",
        ".pgpass" | "pgpass.conf" => "PostgreSQL passwords",
        ".my.cnf" | ".mylogin.cnf" => "MySQL passwords",
        ".git-credentials" => "git passwords",
        ".htpasswd" => "web server password hashes",
        ".vault-token" => "a Vault token",
        ".dockercfg" | ".dockerconfigjson" => "container registry credentials",
        ".s3cfg" | ".boto" | ".passwd-s3fs" => "object storage credentials",
        ".terraformrc" | "terraform.rc" | "credentials.tfrc.json" => "Terraform credentials",
        "id_rsa" | "id_dsa" | "id_ecdsa" | "id_ed25519" | "id_ecdsa_sk" | "id_ed25519_sk" => {
            "an SSH private key"
        }
        "kubeconfig" => "Kubernetes cluster credentials",
        "credentials.json"
        | "client_secret.json"
        | "client_secrets.json"
        | "application_default_credentials.json" => "cloud or OAuth client credentials",
        "secrets.yml" | "secrets.yaml" | "secrets.json" | "secrets.toml" | "secrets.env" | "secret.env" => {
            "secrets of a deployment"
        }
        "master.key" => "the key of Rails credentials",
        "shadow" | "gshadow" if folder == "etc" => "password hashes of a system",
        "terraform.tfstate" | "terraform.tfstate.backup" => "Terraform state, which holds secrets in clear",
        "credentials" | "config" if folder == ".aws" && name == "credentials" => "AWS credentials",
        "credentials" if folder == ".cargo" || folder == ".gem" => "package registry credentials",
        "credentials.toml" if folder == ".cargo" => "package registry credentials",
        "config.json" if folder == ".docker" => "container registry credentials",
        "config" if folder == ".kube" => "Kubernetes cluster credentials",
        "hosts.yml" if folder == "gh" => "a GitHub token",
        "accesstokens.json" if folder == ".azure" => "Azure tokens",
        "settings-security.xml" if folder == ".m2" => "Maven passwords",
        ".ssh" | ".aws" | ".kube" | ".gnupg" => "a folder of private keys or credentials",
        _ => return None,
    })
}

fn by_shape(name: &str) -> Option<&'static str> {
    if name.strip_prefix(".env.").is_some_and(|kind| !kind.is_empty() && kind != "vault" && kind != "d.ts") {
        return Some("environment variables of a deployment");
    }
    let (stem, extension) = name.rsplit_once('.')?;
    let public =
        ["ca", "cert", "chain", "public", "pub", "root", "bundle", "intermediate", "fullchain", "crt"];
    Some(match extension {
        "env" if matches!(stem, "prod" | "production" | "staging" | "secret" | "secrets") => {
            "environment variables of a deployment"
        }
        "pem"
            if !stem.split(['-', '_', '.']).any(|part| {
                public.iter().any(|word| {
                    part.trim_end_matches(|last: char| last.is_ascii_digit()).trim_end_matches('s')
                        == word.trim_end_matches('s')
                }) || part.ends_with("cert")
                    || part.ends_with("certs")
                    || part.starts_with("cacert")
            }) =>
        {
            "a private key or a certificate"
        }
        "key"
            if !stem.split(['-', '_', '.']).any(|part| {
                matches!(
                    part,
                    "public"
                        | "pub"
                        | "gpg"
                        | "apt"
                        | "rpm"
                        | "archive"
                        | "release"
                        | "signing"
                        | "repo"
                        | "keyring"
                )
            }) =>
        {
            "a private key"
        }
        "p12" | "pfx" => "a certificate with its private key",
        "jks" | "keystore" | "bcfks" => "a Java key store",
        "kdbx" | "kdb" => "a password database",
        "ppk" => "a PuTTY private key",
        "ovpn" => "a VPN profile with keys",
        "tfstate" => "Terraform state, which holds secrets in clear",
        "tfvars" if !matches!(stem, "common" | "default" | "defaults") => "Terraform variables",
        "agekey" => "an age private key",
        "json"
            if ["service-account", "service_account", "serviceaccount"]
                .iter()
                .any(|word| stem.starts_with(word))
                || stem.ends_with("-service-account")
                || stem.ends_with("_service_account") =>
        {
            "a service account key"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::sensitive_name;

    #[test]
    fn sensitive() {
        for path in [
            ".env",
            "app/.env.production",
            ".npmrc",
            "home/.netrc",
            "id_rsa",
            "keys/id_ed25519",
            "server.key",
            "tls.pem",
            "store.p12",
            "a/.aws/credentials",
            ".docker/config.json",
            ".kube/config",
            "kubeconfig",
            ".git-credentials",
            ".htpasswd",
            "config/credentials.json",
            "service-account.json",
            "terraform.tfstate",
            "prod.tfvars",
            "config/secrets.yml",
            ".vault-token",
            "privkey.pem",
            "ID_RSA",
            ".ssh/",
            "server-key.pem",
        ] {
            assert!(sensitive_name(path.as_bytes()).is_some(), "{path}");
        }
    }

    #[test]
    fn harmless() {
        for path in [
            ".env.example",
            ".env.sample",
            ".env.template",
            ".env.dist",
            "id_rsa.pub",
            "ca.pem",
            "cert.pem",
            "ca-certificates.crt",
            "cacert.pem",
            "fullchain.pem",
            "config.json",
            "credentials",
            "config",
            "README.md",
            "package.json",
            "env",
            "key",
            "docker.gpg.key",
            "nodesource-signing.key",
            "environment.ts",
            "",
            "/",
            "public-key.pem",
            "example/.env",
        ] {
            assert_eq!(sensitive_name(path.as_bytes()), None, "{path}");
        }
    }
}
