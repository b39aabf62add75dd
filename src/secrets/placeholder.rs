//! Values that stand for a secret and are none: variables, templates, examples, walks over the keyboard.

use sha2::{Digest, Sha256};

/// Shannon entropy in bits a byte.
pub(super) fn entropy(value: &[u8]) -> f32 {
    let mut counts = [0_u32; 256];
    value.iter().for_each(|byte| counts[usize::from(*byte)] += 1);
    let len = value.len().max(1) as f32;
    let share = |count: &u32| *count as f32 / len;
    -counts.iter().filter(|count| **count > 0).map(|count| share(count) * share(count).log2()).sum::<f32>()
}

/// Marks of a reference that is filled in later.
const REFERENCES: [&[u8]; 22] = [
    b"${",
    b"{{",
    b"$(",
    b"%(",
    b"#{",
    b"<%",
    b"}}",
    b"$env:",
    b"process.env",
    b"os.environ",
    b"getenv",
    b"env.",
    b"secrets.",
    b"arn:aws",
    b"vault:",
    b"op://",
    b"ssm:",
    b"ref+",
    b"keyvault",
    b"var.",
    b"__env",
    b"data.",
];

/// Words inside a value that say that it is an example.
const EXAMPLES: [&[u8]; 27] = [
    b"example",
    b"changeme",
    b"change-me",
    b"change_me",
    b"changeit",
    b"placeholder",
    b"dummy",
    b"your-",
    b"your_",
    b"yourp",
    b"yours",
    b"yourt",
    b"your ",
    b"insert",
    b"replace",
    b"redacted",
    b"removed",
    b"notreal",
    b"not-a-",
    b"not_a_",
    b"fake",
    b"xxxx",
    b"****",
    b"....",
    b"todo",
    b"fixme",
    b"lorem",
];

/// Ciphertext and hashes, which may lie in the open.
const SEALED: [&[u8]; 9] = [
    b"enc[",
    b"enc(",
    b"$ansible_vault",
    b"sha256-",
    b"sha384-",
    b"sha512-",
    b"sha256:",
    b"!vault",
    b"{aqaaa",
];

/// Values that nobody protects anything with, or that are the name of what should stand there.
const COMMON: [&[u8]; 60] = [
    b"password",
    b"passwd",
    b"pass",
    b"passw0rd",
    b"secret",
    b"token",
    b"key",
    b"apikey",
    b"api_key",
    b"api-key",
    b"test",
    b"testing",
    b"tests",
    b"testtest",
    b"admin",
    b"root",
    b"user",
    b"username",
    b"none",
    b"null",
    b"nil",
    b"true",
    b"false",
    b"undefined",
    b"string",
    b"str",
    b"text",
    b"value",
    b"default",
    b"empty",
    b"blank",
    b"required",
    b"optional",
    b"hidden",
    b"masked",
    b"unknown",
    b"disabled",
    b"enabled",
    b"anonymous",
    b"guest",
    b"public",
    b"private",
    b"mypassword",
    b"my-password",
    b"my_password",
    b"mysecret",
    b"my-secret",
    b"my_secret",
    b"mytoken",
    b"my-token",
    b"foobar",
    b"foo",
    b"bar",
    b"baz",
    b"abc",
    b"asdf",
    b"auto",
    b"pwd",
    b"sample",
    b"demo",
];

/// Rows that fingers walk along.
const WALKS: [&[u8]; 6] =
    [b"qwertyuiop", b"asdfghjkl", b"zxcvbnm", b"qazwsxedc", b"1q2w3e4r5t", b"1234567890"];

/// Starts of the SHA-256 of tokens and headers that RFC 6749, 6750 and 7617 print as examples.
const DOCUMENTED: [u64; 7] = [
    0x6c96_130f_130a_b0d6,
    0x00cf_4c78_1dc3_7003,
    0xca74_59e2_b267_76de,
    0xe997_4c50_7d2a_8021,
    0xcf4d_418e_d3de_92d7,
    0xb8e1_4854_5b13_c78b,
    0x687d_a00b_09c8_3361,
];

/// True for the examples of the standards, which half of all documentation repeats.
pub(super) fn is_documented(value: &[u8]) -> bool {
    let sum = Sha256::digest(value);
    sum.first_chunk::<8>().is_some_and(|start| DOCUMENTED.contains(&u64::from_be_bytes(*start)))
}

/// True for a value made to be replaced: a reference, an example, a sequence. For tokens with a strong form this is
/// all that can be wrong with them.
pub(super) fn is_stand_in(value: &[u8]) -> bool {
    let lower = value.to_ascii_lowercase();
    let holds = |words: &[&[u8]]| words.iter().any(|word| holds_word(&lower, word));
    holds(&EXAMPLES) || holds(&REFERENCES) || is_monotonous(&lower)
}

/// Noise of some length holds any short word now and then: there it has to stand at an edge of the value, or beside
/// something that is no letter and no digit.
fn holds_word(lower: &[u8], word: &[u8]) -> bool {
    const SHORT: usize = 6;
    const NOISE: usize = 24;
    if word.len() >= SHORT || lower.len() < NOISE {
        return memchr::memmem::find(lower, word).is_some();
    }
    let open = |neighbour: Option<&u8>| neighbour.is_none_or(|byte| !byte.is_ascii_alphanumeric());
    let ends_in_letter = word.last().is_some_and(u8::is_ascii_alphanumeric);
    memchr::memmem::find_iter(lower, word).any(|at| {
        let before = at.checked_sub(1).and_then(|before| lower.get(before));
        open(before) || (ends_in_letter && open(lower.get(at + word.len())))
    })
}

/// [`is_stand_in`], and values that are too common, too regular or too structured for a password.
pub(super) fn is_placeholder(value: &[u8]) -> bool {
    let lower = value.to_ascii_lowercase();
    let trimmed: &[u8] = lower.trim_ascii();
    let wrapped = |open: u8, close: u8| trimmed.first() == Some(&open) && trimmed.last() == Some(&close);
    trimmed.is_empty()
        || is_stand_in(trimmed)
        || COMMON.contains(&trimmed)
        || SEALED.iter().any(|mark| trimmed.starts_with(mark))
        || wrapped(b'<', b'>')
        || wrapped(b'%', b'%')
        || wrapped(b'@', b'@')
        || wrapped(b'[', b']')
        || wrapped(b'_', b'_')
        || wrapped(b'{', b'}')
        || (trimmed.first() == Some(&b'$')
            && trimmed.get(1).is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_'))
}

/// One character, few characters, counting up or down, or a walk over the keyboard.
fn is_monotonous(lower: &[u8]) -> bool {
    let mut seen = [false; 256];
    lower.iter().for_each(|byte| seen[usize::from(*byte)] = true);
    let distinct = seen.iter().filter(|seen| **seen).count();
    if distinct <= 2 || (lower.len() >= 16 && distinct <= 4) {
        return true;
    }
    let steps = lower.windows(2).filter(|pair| pair[0].abs_diff(pair[1]) <= 1).count();
    let walked = WALKS.iter().any(|walk| {
        walk.windows(6.min(walk.len()))
            .any(|part| lower.len() <= 12 && memchr::memmem::find(lower, part).is_some())
    });
    walked || (lower.len() >= 6 && steps * 10 >= (lower.len() - 1) * 7)
}

/// True for text that reads as a name: words of letters with short numbers, joined by `_`, `-`, `.`, `/` or `:`.
pub(super) fn is_identifier(value: &[u8]) -> bool {
    value.split(|byte| matches!(byte, b'_' | b'-' | b'.' | b'/' | b':' | b' ' | b'\\' | b'$')).all(|part| {
        let digits = part.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        let letters = &part[..part.len() - digits];
        digits <= 4
            && letters.iter().all(u8::is_ascii_alphabetic)
            && turns(letters) * 4 <= letters.len().max(4)
    })
}

/// Changes from small to capital letters: many in noise, few in camel case.
fn turns(letters: &[u8]) -> usize {
    letters.windows(2).filter(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase()).count()
}

/// True for file paths and addresses.
pub(super) fn is_path_or_url(value: &[u8]) -> bool {
    let starts: [&[u8]; 9] = [b"/", b"./", b"../", b"~/", b"http://", b"https://", b"file:", b"C:\\", b"@"];
    memchr::memmem::find(value, b"://").is_some()
        || (starts.iter().any(|start| value.starts_with(start))
            && value.iter().filter(|byte| matches!(byte, b'/' | b'\\')).count() >= 2)
        || [
            &b".pem"[..],
            b".key",
            b".crt",
            b".json",
            b".yml",
            b".yaml",
            b".txt",
            b".html",
            b".php",
            b".js",
            b".py",
            b".env",
        ]
        .iter()
        .any(|end| value.ends_with(end))
        // `data/.htpasswd`
        || value.rsplit(|byte| *byte == b'/').next().is_some_and(|name| name.len() < value.len() && name.starts_with(b"."))
}

/// True for a UUID.
pub(super) fn is_uuid(value: &[u8]) -> bool {
    value.len() == 36
        && value.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}
