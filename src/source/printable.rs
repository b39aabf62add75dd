//! Text from outside, made safe to print.

use std::fmt::Write as _;

/// True for characters that steer a terminal or deceive a reader: controls, line and paragraph separators,
/// bidirectional overrides ("Trojan Source", CVE-2021-42574) and the byte order mark.
pub fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

/// Bytes as one line of text: what is not UTF-8, and every deceptive character, becomes `\xNN` per byte.
pub fn printable(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        push_escaped(&mut out, chunk.valid());
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02X}");
        }
    }
    out
}

/// [`printable`] for what is already UTF-8.
pub fn printable_str(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_escaped(&mut out, text);
    out
}

fn push_escaped(out: &mut String, text: &str) {
    for c in text.chars() {
        if is_deceptive(c) {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                let _ = write!(out, "\\x{byte:02X}");
            }
        } else {
            out.push(c);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_steering_is_escaped() {
        assert_eq!(printable(b"a\x1b[31m\r\xff"), "a\\x1B[31m\\x0D\\xFF");
        assert_eq!(printable("\u{202E}x".as_bytes()), "\\xE2\\x80\\xAEx");
        assert_eq!(printable("naïve".as_bytes()), "naïve");
    }
}
