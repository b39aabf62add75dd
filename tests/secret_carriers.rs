//! Tokens in the files that carry them, the generic detector's yes and no, and hostile input.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "helpers of tests are tests too"
)]

use plimsoll::detect::{Detector, Selection, Sink};
use plimsoll::finding::Draft;
use plimsoll::outcome::Coverage;
use plimsoll::rule::{Confidence, Family, Persona, Severity};
use plimsoll::secrets::sample::Sampler;
use plimsoll::secrets::{SecretDetector, Settings};
use plimsoll::source::{Origin, Origins, RelPath, Source};
use proptest::prelude::*;

fn inspect(settings: &Settings, path: &str, bytes: Vec<u8>) -> (Vec<Draft>, Coverage) {
    let detector = SecretDetector::new(settings).unwrap();
    let source = Source::new(Origins::new(Origin::Worktree { path: RelPath::from(path) }), bytes);
    let selection = Selection::new(Persona::Regular, vec![Family::Secret]);
    let mut sink = Sink::new(&selection);
    detector.inspect(&source, &mut sink);
    (sink.drafts, sink.coverage)
}

fn drafts(path: &str, bytes: impl Into<Vec<u8>>) -> Vec<Draft> {
    inspect(&Settings::default(), path, bytes.into()).0
}

const TOKENS: [(&str, &str); 6] = [
    ("github-pat", "{=github-crc32:ghp_}"),
    ("stripe-secret-key", "sk_live_{alnum:40}"),
    ("grafana-service-token", "{=grafana-crc32:glsa_}"),
    ("digitalocean-pat", "dop_v1_{hex:64}"),
    ("slack-bot-token", "xoxb-{digit:12}-{digit:12}-{alnum:24}"),
    ("jwt", "{=jwt}"),
];

#[test]
fn every_carrier_shows_the_token_whole() {
    type Carrier = (&'static str, fn(&str) -> String);
    let carriers: [Carrier; 13] = [
        (".env", |token| format!("# settings\nTOKEN={token}\n")),
        (".env", |token| format!("export TOKEN='{token}' # keep\n")),
        ("a.yml", |token| format!("env:\n  - name: x\n    value: {token}\n")),
        ("a.yaml", |token| format!("run: |\n  curl -H \"Authorization: token {token}\"\n")),
        ("a.json", |token| format!("{{\"a\": {{\"token\":\"{token}\"}}}}")),
        ("a.ipynb", |token| format!("\"source\": [\"x = \\\"{token}\\\"\\n\"]")),
        ("Dockerfile", |token| format!("FROM x\nENV TOKEN={token} B=2\n")),
        ("Dockerfile", |token| format!("FROM x\nRUN login \\\n  --token {token} \\\n  && true\n")),
        ("a.py", |token| format!("TOKEN = b\"{token}\"\n")),
        ("a.ts", |token| format!("const t = `{token}`;")),
        ("crlf.ini", |token| format!("[x]\r\ntoken={token}\r\n")),
        ("no-end", |token| format!("token: {token}")),
        ("escaped.txt", |token| format!("a\\n{token}\\nb")),
    ];
    let mut sampler = Sampler::new(11);
    for (rule, template) in TOKENS {
        for (path, carrier) in carriers {
            let token = sampler.render(template).unwrap().text;
            let text = carrier(&token);
            let found = drafts(path, text.clone());
            let spans: Vec<_> = found
                .iter()
                .map(|draft| (draft.rule.to_string(), draft.primary.span.bytes().to_vec()))
                .collect();
            let whole = spans.iter().any(|(name, bytes)| name == rule && bytes == token.as_bytes());
            assert!(
                whole,
                "{rule} in {path}: {:?}",
                spans.iter().map(|span| (&span.0, span.1.len())).collect::<Vec<_>>()
            );
            assert_eq!(found.len(), 1, "{rule} in {path}: one finding a secret");
        }
    }
}

#[test]
fn utf16_is_read_and_points_at_its_own_bytes() {
    let mut sampler = Sampler::new(12);
    for (rule, template) in TOKENS {
        let token = sampler.render(template).unwrap().text;
        let text = format!("name é \u{1F600}\r\ntoken = {token}\r\n");
        let mut bytes = vec![0xFF, 0xFE];
        text.encode_utf16().for_each(|unit| bytes.extend(unit.to_le_bytes()));
        let found = drafts("a.reg", bytes);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].rule.as_str(), rule);
        let wide: Vec<u8> = token.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(found[0].primary.span.bytes(), wide);
    }
}

#[test]
fn binary_files_are_counted_not_searched() {
    let (found, coverage) =
        inspect(&Settings::default(), "a.bin", b"\x7fELF\0\0password = \"Tr0ub4dor&3xyz\"".to_vec());
    assert!(found.is_empty());
    assert_eq!(coverage.binary, 1);
}

#[test]
fn generic_yes() {
    for (path, text) in [
        ("a.env", "DB_PASSWORD=Xk9#vQ2!pLm"),
        ("a.yml", "  password: Xk9#vQ2!pLm\n"),
        ("a.json", "{\"dbPassword\": \"Xk9#vQ2!pLm\"}"),
        ("a.py", "password = 'Xk9#vQ2!pLm'\n"),
        ("a.py", "def f(password: str = 'Xk9#vQ2!pLm'):\n"),
        ("a.rb", "  :password => 'Xk9#vQ2!pLm',\n"),
        ("a.go", "password := \"Xk9#vQ2!pLm\"\n"),
        ("a.properties", "spring.datasource.password=Xk9#vQ2!pLm\n"),
        ("Dockerfile", "ENV API_KEY=9f8a7c6b5d4e3f2a1b0c9d8e7f6a5b4c\n"),
        ("a.js", "const apiKey = \"9f8a7c6b5d4e3f2a1b0c9d8e7f6a5b4c\";"),
        ("a.tf", "  client_secret = \"b7Qz0pLx93KfJm2WvT8rYs\"\n"),
        ("a.yaml", "env:\n  - name: DB_PASSWORD\n    value: \"Xk9#vQ2!pLm\"\n"),
        ("a.config", "<add key=\"DbPassword\" value=\"Xk9#vQ2!pLm\"/>"),
        ("a.sh", "PGPASSWORD=Xk9#vQ2!pLm psql -h db shop\n"),
        ("a.sh", "wget --user=joe --password=Xk9#vQ2!pLm https://h.invalid\n"),
    ] {
        let found = drafts(path, text);
        assert_eq!(found.len(), 1, "{path}: {text}");
        assert!(found[0].rule.as_str().starts_with("generic-"), "{text}: {:?}", found[0].rule);
        assert_eq!(found[0].confidence, Confidence::Medium, "{text}");
    }
}

#[test]
fn generic_no() {
    for (path, text) in [
        ("a.env", "PASSWORD=${DB_PASSWORD}"),
        ("a.env", "PASSWORD=$DB_PASSWORD"),
        ("a.env", "PASSWORD=changeme"),
        ("a.env", "PASSWORD=<your-password>"),
        ("a.env", "PASSWORD=xxxxxxxxxxxx"),
        ("a.env", "PASSWORD=1234567890"),
        ("a.env", "PASSWORD=qwertyuiop"),
        ("a.env", "PASSWORD="),
        ("a.env", "TOKEN=abcdefghijklmnopqrstuvwxyz"),
        ("a.env", "API_KEY=your-api-key-here-0123456789"),
        ("a.env", "SECRET_KEY_FILE=/run/secrets/key-9f8a7c6b5d4e"),
        ("a.yml", "password: {{ vault_password_1x }}"),
        ("a.yml", "password: !vault |"),
        ("a.yml", "password: ENC[AES256_GCM,data:9f8a7c6b5d4e3f2a]"),
        ("a.yml", "max_tokens: 4096000000000000a"),
        ("a.yml", "token: ${{ secrets.GITHUB_TOKEN }}"),
        ("a.py", "password = os.environ['DB_PASSWORD_9x']"),
        ("a.py", "password = get_password(user, 12345)"),
        ("a.py", "token = request.headers['x-token-12345']"),
        ("a.js", "password: 'Enter your password 1'"),
        ("a.js", "passwordField: 'inputPassword4#x'"),
        ("a.js", "token_type = \"bearer_9f8a7c6b5d4e3f2a1b0c\""),
        ("a.js", "publicKey = \"9f8a7c6b5d4e3f2a1b0c9d8e7f6a5b4c\""),
        ("a.c", "if (password == NULL) key = secret_key_1;"),
        (
            "a.json",
            "\"integrity\": \"sha512-9f8a7c6b5d4e3f2a1b0c9d8e7f6a5b4c9f8a7c6b5d4e3f2a1b0c9d8e7f6a5b4c==\"",
        ),
        ("a.json", "\"generate-password\": \"~1.3.0\""),
        ("a.toml", "primary_key = \"9f8a7c6b5d4e3f2a1b0c9d8e7f6a5b4c\""),
        ("a.md", "The token: it is sent with each request."),
        ("a.sh", "echo \"PASS: bridge_vlan4\"\n"),
        ("a.yaml", "- name: DB_HOST\n  value: db-9f8a7c6b5d4e3f2a1b0c\n"),
        ("a.js", "e.hostname=s.hostname,e.user=u.user;e.password=n1.password;case 4:"),
        ("a.js.map", "\"const user = 1;\\n  const password = parsedURL.password\\n\""),
        ("a.env", "HTPASSWD=data/.htpasswd"),
    ] {
        let found = drafts(path, text);
        assert!(
            found.is_empty(),
            "{path}: {text}: {:?}",
            found.iter().map(|draft| draft.rule.to_string()).collect::<Vec<_>>()
        );
    }
}

#[test]
fn documented_examples_are_silent() {
    for parts in [
        ["AKIA", "IOSFODNN7EXAMPLE"],
        ["aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/", "bPxRfiCYEXAMPLEKEY"],
    ] {
        assert!(drafts("a.txt", parts.concat()).is_empty(), "{}", parts[0]);
    }
}

#[test]
fn a_key_id_is_as_grave_as_the_secret_beside_it() {
    let mut sampler = Sampler::new(16);
    let id = sampler.render("AKIA{base32:16}").unwrap().text;
    let secret = sampler.render("{base64:12}9aZ{base64:25}").unwrap().text;
    let severities = |gap: usize| -> Vec<(String, Severity)> {
        let text = format!("id: {id}\n{}aws_secret_access_key: {secret}\n", "x: 1\n".repeat(gap));
        drafts("a.yml", text).iter().map(|draft| (draft.rule.to_string(), draft.severity)).collect()
    };
    let (id, secret) = ("aws-access-key-id".to_owned(), "aws-secret-access-key".to_owned());
    assert_eq!(severities(2), [(id.clone(), Severity::Critical), (secret.clone(), Severity::Critical)]);
    assert_eq!(severities(12), [(id, Severity::Info), (secret, Severity::Critical)]);
}

#[test]
fn a_token_shape_inside_a_key_is_the_key() {
    let mut sampler = Sampler::new(17);
    let body = sampler.render("MIIB{base64:60}\nEAAA{alnum:60}\n{base64:64}").unwrap().text;
    let found =
        drafts("a.pem", format!("-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----\n"));
    assert_eq!(found.iter().map(|draft| draft.rule.as_str()).collect::<Vec<_>>(), ["private-key"]);
}

#[test]
fn messages_and_anchors_hold_no_value() {
    let mut sampler = Sampler::new(13);
    let token = sampler.render("{=github-crc32:ghp_}").unwrap().text;
    for text in [format!("TOKEN={token}"), "password = 'Xk9#vQ2!pLm'".to_owned()] {
        for draft in drafts("a.py", text) {
            let shown = format!("{draft:?}");
            assert!(!shown.contains(&token) && !shown.contains("Xk9#vQ2"), "{}", draft.rule);
        }
    }
}

#[test]
fn tests_are_milder_and_a_key_gives_digests() {
    let mut sampler = Sampler::new(14);
    let text = format!("TOKEN={}", sampler.render("{=github-crc32:ghp_}").unwrap().text);
    assert_eq!(drafts("src/a.env", text.clone())[0].severity, Severity::Critical);
    assert_eq!(drafts("src/tests/a.env", text.clone())[0].severity, Severity::High);
    let keyed = Settings { digest_key: Some(zeroize::Zeroizing::new(b"k".to_vec())), ..Settings::default() };
    let digest =
        |path| inspect(&keyed, path, text.clone().into_bytes()).0[0].secret.clone().unwrap().digest.unwrap();
    assert_eq!(digest("a.env"), digest("b/c.env"));
    assert_eq!(digest("a.env").len(), 64);
}

#[test]
fn users_rules_work_and_their_errors_name_the_place() {
    let with = |text: &str| Settings {
        rules: vec![("extra.toml".to_owned(), text.to_owned())],
        ..Settings::default()
    };
    let good = "provider = 'Acme'\n[[rule]]\nid = 'acme-key'\nsummary = 'an Acme key'\npatterns = ['acme_{hex:24}']\nseverity = 'high'\n";
    let token = Sampler::new(15).render("acme_{hex:24}").unwrap().text;
    let (found, _) = inspect(&with(good), "a.txt", format!("x {token} y").into_bytes());
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].rule.as_str(), "acme-key");
    for (text, words) in [
        (good.replace("severity", "sevrity"), "sevrity"),
        (good.replace("acme-key", "github-pat"), "taken"),
        (good.replace("{hex:24}", "{hax:24}"), "hax"),
        (
            good.replace("patterns = ['acme_{hex:24}']", "regex = 'a('\nkeywords = ['acme']"),
            "mend the expression",
        ),
        (good.replace("patterns = ['acme_{hex:24}']", "regex = 'a+'"), "keywords"),
    ] {
        let error = SecretDetector::new(&with(&text)).unwrap_err().to_string();
        assert!(error.contains("extra.toml") && error.contains(words), "{error}");
    }
}

#[test]
fn hostile_runs_take_linear_time() {
    let long = |part: &str| part.repeat(200_000 / part.len());
    for part in [
        "eyJ",
        "-----BEGIN PRIVATE KEY-----",
        "glc_",
        "password=",
        "https://a:b",
        "\"auth\":\"",
        "AKIA",
        "{\"kty\":",
        "xai-",
        "=",
        ":",
        "curl -u ",
        "machine ",
    ] {
        let started = std::time::Instant::now();
        drafts("a.env", long(part));
        // Unoptimised and on a busy machine; quadratic work would take minutes.
        assert!(started.elapsed().as_secs() < 10, "{part}: {:?}", started.elapsed());
    }
}

proptest! {
    #[test]
    fn no_input_panics(bytes in proptest::collection::vec(any::<u8>(), 0..400), parts in proptest::collection::vec(0_usize..12, 0..12)) {
        const PARTS: [&str; 12] = [
            "-----BEGIN RSA PRIVATE KEY-----", "-----END", "eyJhbGciOiJub25lIn0.", "https://u:p@", "password=\"", "\"auth\": \"", "AKIA",
            "\\u003d", "PuTTY-User-Key-File-2:", "Private-Lines:", "\"kty\"", "curl -u ",
        ];
        let mut text = Vec::new();
        for (index, part) in parts.iter().enumerate() {
            text.extend(PARTS[*part].bytes());
            text.extend(bytes.iter().skip(index * 7).take(40).filter(|byte| **byte != 0));
        }
        drafts("a.yml", text);
        drafts("b", bytes);
    }
}
