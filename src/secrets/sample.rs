//! Renders the templates of the rule files, so that no token-shaped string has to lie in a repository.
//!
//! A template is text in the language of patterns (`ghp_{alnum:36}`) with functions: `{=uuid}`,
//! `{=base64:TEMPLATE}`, `{=url:TEMPLATE}`, `{=jwt}`, `{=pem:LABEL}`, and `{=CHECK:PREFIX}` for a token that the
//! check of that name accepts (`{=github-crc32:ghp_}`). `«` and `»` stand around what a rule must find; without
//! them that is all of it. The sampler is for tests: the same seed gives the same values.

use std::ops::Range;

use super::checks::Check;
use super::codec;
use super::pattern::{self, Class, Element, PatternError};

/// A rendered template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// The text.
    pub text: String,
    /// Where the secret lies in it.
    pub secret: Range<usize>,
}

/// A property that [`Sampler::broken`] breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breach {
    /// A character outside of the alphabet.
    Alphabet,
    /// One character too few.
    Short,
    /// One character too many.
    Long,
    /// The literal's letters in the other case.
    Case,
    /// A letter right before the token.
    Boundary,
}

impl Breach {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Alphabet, Self::Short, Self::Long, Self::Case, Self::Boundary];
}

/// A seeded source of samples.
#[derive(Clone, Debug)]
pub struct Sampler {
    state: u64,
}

impl Sampler {
    /// The same seed gives the same samples.
    pub fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// SplitMix64 (Steele, Lea, Flood 2014).
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `bound`; 0 for a bound of 0.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % (bound.max(1) as u64)) as usize
    }

    fn pick(&mut self, class: Class, count: usize) -> String {
        let members = class.members();
        (0..count)
            .filter_map(|_| members.get(self.below(members.len())).map(|byte| char::from(*byte)))
            .collect()
    }

    fn fill(&mut self, class: &str, count: usize) -> String {
        self.pick(Class::named(class).unwrap_or(Class::EMPTY), count)
    }

    /// Renders a template.
    pub fn render(&mut self, template: &str) -> Result<Sample, PatternError> {
        let (before, rest) = template.split_once('«').unwrap_or(("", template));
        let (secret, after) = match rest.split_once('»') {
            Some(parts) => parts,
            None => (rest, ""),
        };
        let before = self.text(before)?;
        let secret = self.text(secret)?;
        let range = before.len()..before.len() + secret.len();
        Ok(Sample { text: before + &secret + &self.text(after)?, secret: range })
    }

    fn text(&mut self, template: &str) -> Result<String, PatternError> {
        let mut out = String::new();
        for element in pattern::parse(template)? {
            match element {
                Element::Literal(bytes) => out.push_str(&String::from_utf8_lossy(&bytes)),
                Element::Run { class, min, max } => {
                    let count = min + self.below(max.min(min + 40) - min + 1);
                    out.push_str(&self.pick(class, count));
                }
                Element::Call { name, argument } => out.push_str(&self.call(&name, &argument)?),
            }
        }
        Ok(out)
    }

    fn call(&mut self, name: &str, argument: &str) -> Result<String, PatternError> {
        if let Some(check) = Check::named(name) {
            return Ok(check.make(argument, &mut |class, count| self.fill(class, count)));
        }
        Ok(match name {
            "uuid" => self.text("{hex:8}-{hex:4}-4{hex:3}-{[89ab]}{hex:3}-{hex:12}")?,
            "base64" => codec::base64_encode(self.text(argument)?.as_bytes()),
            "base64url" => codec::base64url_encode(self.text(argument)?.as_bytes()),
            "jwt" => {
                let header = if argument.is_empty() { "HS256" } else { argument };
                let header =
                    codec::base64url_encode(format!("{{\"alg\":\"{header}\",\"typ\":\"JWT\"}}").as_bytes());
                let payload =
                    format!("{{\"sub\":\"{}\",\"iat\":17{}}}", self.fill("alnum", 12), self.fill("digit", 8));
                format!(
                    "{header}.{}.{}",
                    codec::base64url_encode(payload.as_bytes()),
                    self.fill("base64url", 43)
                )
            }
            "pem" => self.pem(argument, "\n"),
            "pem-escaped" => self.pem(argument, "\\n"),
            "pem-base64" => codec::base64_encode(self.pem(argument, "\n").as_bytes()),
            _ => return Err(PatternError::Class(format!("={name}"))),
        })
    }

    /// A block of a label with content of the right outer form; no key that anybody could use.
    fn pem(&mut self, label: &str, line_end: &str) -> String {
        let noise = self.fill("alnum", 300);
        let mut der = match label {
            "OPENSSH PRIVATE KEY" => b"openssh-key-v1\0\0\0\0\x04none\0\0\0\x04none".to_vec(),
            "PGP PRIVATE KEY BLOCK" => b"\x95\x01".to_vec(),
            _ => b"\x30\x82\x01\x2c".to_vec(),
        };
        der.extend(noise.bytes());
        let base64 = codec::base64_encode(&der);
        let lines: Vec<&str> =
            base64.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
        let mut out = format!("-----BEGIN {label}-----{line_end}");
        if label.starts_with("PGP") {
            out.push_str(line_end);
        }
        out.extend(lines.iter().flat_map(|line| [*line, line_end]));
        if label.starts_with("PGP") {
            let sum = codec::crc24(&der).to_be_bytes();
            out.push_str(&format!("={}{line_end}", codec::base64_encode(&sum[1..])));
        }
        out + &format!("-----END {label}-----")
    }

    /// A token of a pattern with one property broken; `None` where the pattern has no such property.
    pub fn broken(&mut self, pattern: &str, breach: Breach) -> Result<Option<String>, PatternError> {
        let elements = pattern::parse(pattern)?;
        let runs = |element: &&Element| matches!(element, Element::Run { .. });
        let last = elements.len() - 1;
        let target = elements.iter().rposition(|element| runs(&element));
        let mut out = String::new();
        let mut done = false;
        if breach == Breach::Boundary {
            out.push('Q');
            done = true;
        }
        for (index, element) in elements.iter().enumerate() {
            match element {
                Element::Literal(bytes) => {
                    let text = String::from_utf8_lossy(bytes).into_owned();
                    let swapped: String = text.chars().map(swap_case).collect();
                    let swap = breach == Breach::Case && swapped != text;
                    done |= swap;
                    out.push_str(if swap { &swapped } else { &text });
                }
                Element::Run { class, min, max } => {
                    let aim = Some(index) == target;
                    let count = match breach {
                        Breach::Short if aim && *min > 1 => {
                            done = true;
                            min - 1
                        }
                        Breach::Long if index == last && *max < 4096 => {
                            done = true;
                            max + 1
                        }
                        Breach::Short if aim => *min,
                        _ => min + self.below(max.min(&(min + 20)) - min + 1),
                    };
                    let mut text = self.pick(*class, count);
                    if breach == Breach::Alphabet && aim && *min > 0 {
                        let at = min / 2;
                        text.replace_range(at..=at, "!");
                        done = true;
                    }
                    out.push_str(&text);
                }
                Element::Call { .. } => return Ok(None),
            }
        }
        Ok(done.then_some(out))
    }

    /// The token with one character in its middle changed to another of its kind, so that no checksum holds.
    pub fn miscounted(&mut self, token: &str) -> String {
        let bytes = token.as_bytes();
        let middle = bytes.len() * 3 / 5;
        let at = (middle..bytes.len()).find(|at| bytes[*at].is_ascii_alphanumeric()).unwrap_or(middle);
        let changed = match bytes.get(at).copied().unwrap_or(b'a') {
            b'9' | b'7' => '2',
            b'z' | b'f' => 'a',
            b'Z' | b'F' => 'A',
            other => char::from(other + 1),
        };
        let mut out = token.to_owned();
        out.replace_range(at..=at, &changed.to_string());
        out
    }
}

fn swap_case(c: char) -> char {
    if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }
}
