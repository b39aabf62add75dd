//! Where a comment can begin, by kind of file.

use crate::source::RelPath;

/// How comments look in one kind of file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Syntax {
    /// Markers of comments that run to the end of the line.
    line: &'static [&'static [u8]],
    /// Markers of comments with an end of their own.
    block: &'static [(&'static [u8], &'static [u8])],
    /// True where a comment must be the first thing on its line, as in Dockerfiles.
    whole_line: bool,
}

const C_BLOCK: &[(&[u8], &[u8])] = &[(b"/*", b"*/")];
const XML_BLOCK: &[(&[u8], &[u8])] = &[(b"<!--", b"-->")];

/// Dockerfiles: `#`, and only at the start of a line.
pub(super) const DOCKERFILE: Syntax = Syntax { line: &[b"#"], block: &[], whole_line: true };

const NONE: Syntax = inline(&[], &[]);
const HASH: Syntax = inline(&[b"#"], &[]);
const SLASH: Syntax = inline(&[b"//"], C_BLOCK);
const HASH_SLASH: Syntax = inline(&[b"#", b"//"], C_BLOCK);
const HASH_SEMICOLON: Syntax = inline(&[b"#", b";"], &[]);
const DASH: Syntax = inline(&[b"--"], C_BLOCK);
const SEMICOLON: Syntax = inline(&[b";"], &[]);
const PERCENT: Syntax = inline(&[b"%"], &[]);
const APOSTROPHE: Syntax = inline(&[b"'"], &[]);
const BATCH: Syntax = inline(&[b"rem", b"REM", b"::"], &[]);
const XML: Syntax = inline(&[], XML_BLOCK);
const CSS: Syntax = inline(&[], C_BLOCK);
const COMPONENT: Syntax = inline(&[b"//"], &[(b"/*", b"*/"), (b"<!--", b"-->")]);
const UNKNOWN: Syntax = inline(&[b"#", b"//", b"--", b";"], &[(b"/*", b"*/"), (b"<!--", b"-->")]);

const fn inline(line: &'static [&'static [u8]], block: &'static [(&'static [u8], &'static [u8])]) -> Syntax {
    Syntax { line, block, whole_line: false }
}

/// The comments of a file that is not a Dockerfile, judged by its name.
pub(super) fn syntax_of(path: &RelPath) -> Syntax {
    let name = path.file_name().to_ascii_lowercase();
    let extension = match memchr::memrchr(b'.', &name) {
        Some(dot) => &name[dot + 1..],
        None => return UNKNOWN,
    };
    match extension {
        b"json" | b"ipynb" | b"csv" | b"tsv" | b"har" | b"jsonl" | b"geojson" | b"webmanifest" => NONE,
        b"py" | b"pyi" | b"sh" | b"bash" | b"zsh" | b"fish" | b"ksh" | b"rb" | b"pl" | b"pm" | b"yml"
        | b"yaml" | b"toml" | b"conf" | b"env" | b"r" | b"mk" | b"ex" | b"exs" | b"nix" | b"ps1"
        | b"psm1" | b"tcl" | b"cmake" | b"gitignore" | b"dockerignore" | b"netrc" | b"properties"
        | b"pem" | b"jl" | b"coffee" => HASH,
        b"tf" | b"tfvars" | b"hcl" | b"php" | b"nomad" => HASH_SLASH,
        b"rs" | b"c" | b"h" | b"cc" | b"cpp" | b"cxx" | b"hpp" | b"hh" | b"m" | b"mm" | b"js" | b"mjs"
        | b"cjs" | b"jsx" | b"ts" | b"mts" | b"cts" | b"tsx" | b"go" | b"java" | b"kt" | b"kts"
        | b"swift" | b"scala" | b"cs" | b"fs" | b"dart" | b"groovy" | b"gradle" | b"proto" | b"jsonc"
        | b"json5" | b"scss" | b"less" | b"sol" | b"zig" | b"v" | b"jenkinsfile" => SLASH,
        b"sql" | b"lua" | b"hs" | b"elm" | b"adb" | b"ads" | b"vhd" | b"vhdl" => DASH,
        b"ini" | b"cfg" | b"npmrc" | b"pypirc" | b"editorconfig" | b"gitconfig" | b"service" | b"desktop" => {
            HASH_SEMICOLON
        }
        b"asm" | b"s" | b"el" | b"lisp" | b"clj" | b"cljs" | b"edn" | b"scm" | b"reg" => SEMICOLON,
        b"tex" | b"erl" | b"hrl" | b"sty" | b"cls" => PERCENT,
        b"vb" | b"vbs" | b"bas" => APOSTROPHE,
        b"bat" | b"cmd" => BATCH,
        b"html" | b"htm" | b"xml" | b"xhtml" | b"svg" | b"md" | b"markdown" | b"mdx" | b"xsd" | b"xsl"
        | b"xslt" | b"csproj" | b"props" | b"targets" | b"plist" | b"config" | b"pom" | b"wsdl" | b"resx" => {
            XML
        }
        b"vue" | b"svelte" | b"astro" => COMPONENT,
        b"css" => CSS,
        _ => UNKNOWN,
    }
}

/// Where in a comment a word stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Position {
    /// True when nothing but white space comes before the comment on its line.
    pub(super) own_line: bool,
    /// What ends the comment before the line does.
    pub(super) closer: Option<&'static [u8]>,
}

impl Syntax {
    /// The position of a word that follows `before` on its line; `None` when no comment begins right before it.
    /// A marker counts at the start of the line or after white space only, so that `"#x` and `url//x` are none.
    pub(super) fn position(&self, before: &[u8]) -> Option<Position> {
        let lead = before.trim_ascii_end();
        let own_line = self.is_comment_line(before);
        if self.whole_line && !own_line {
            return None;
        }
        for marker in self.line {
            let Some(rest) = strip_marker(lead, marker) else { continue };
            if rest.last().is_none_or(u8::is_ascii_whitespace) {
                return Some(Position { own_line, closer: None });
            }
        }
        for (open, close) in self.block {
            let continued = *open == b"/*" && lead.trim_ascii_start() == b"*";
            let opened =
                lead.strip_suffix(*open).is_some_and(|rest| rest.last().is_none_or(u8::is_ascii_whitespace));
            if continued || opened {
                return Some(Position { own_line: own_line || continued, closer: Some(close) });
            }
        }
        None
    }

    /// True when a comment marker stands anywhere in `before`: what tools ask that do not care where it begins.
    pub(super) fn has_marker(&self, before: &[u8]) -> bool {
        self.line
            .iter()
            .chain(self.block.iter().map(|(open, _)| open))
            .any(|marker| memchr::memmem::find(before, marker).is_some())
    }

    /// True when the first thing on the line is a comment marker.
    pub(super) fn is_comment_line(&self, line: &[u8]) -> bool {
        let text = line.trim_ascii_start();
        self.line.iter().any(|marker| text.starts_with(marker))
            || self
                .block
                .iter()
                .any(|(open, _)| text.starts_with(open) || (*open == b"/*" && text.starts_with(b"*")))
    }
}

/// What comes before a marker at the end of `lead`; a marker of one character may be repeated (`##`, `;;`).
fn strip_marker<'a>(lead: &'a [u8], marker: &[u8]) -> Option<&'a [u8]> {
    let mut rest = lead.strip_suffix(marker)?;
    if marker.len() == 1 {
        while let Some(more) = rest.strip_suffix(marker) {
            rest = more;
        }
    }
    Some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(path: &str, before: &str) -> Option<bool> {
        syntax_of(&RelPath::from(path)).position(before.as_bytes()).map(|position| position.own_line)
    }

    #[test]
    fn a_marker_counts_at_the_line_start_or_after_white_space() {
        assert_eq!(position("a.py", "# "), Some(true));
        assert_eq!(position("a.py", "  ## "), Some(true));
        assert_eq!(position("a.py", "x = 1  #"), Some(false));
        assert_eq!(position("a.py", "x = '#"), None);
        assert_eq!(position("a.py", "url = a# "), None);
        assert_eq!(position("a.py", "plain "), None);
        assert_eq!(position("a.py", "// "), None);
    }

    #[test]
    fn each_kind_of_file_has_its_own_markers() {
        assert_eq!(position("a.go", "// "), Some(true));
        assert_eq!(position("a.go", "x() /* "), Some(false));
        assert_eq!(position("a.go", "  * "), Some(true));
        assert_eq!(position("a.go", "# "), None);
        assert_eq!(position("a.rs", "/// "), None, "documentation is not a comment to us");
        assert_eq!(position("a.sql", "-- "), Some(true));
        assert_eq!(position("a.ini", "; "), Some(true));
        assert_eq!(position("a.tex", "% "), Some(true));
        assert_eq!(position("a.md", "# "), None);
        assert_eq!(position("a.md", "text <!-- "), Some(false));
        assert_eq!(position("a.xml", "<!-- "), Some(true));
        assert_eq!(position("a.json", "# "), None);
        assert_eq!(position("a.json", "// "), None);
        assert_eq!(position("Makefile", "# "), Some(true));
        assert_eq!(position(".env", "A=1 # "), Some(false));
    }

    #[test]
    fn in_dockerfiles_text_after_an_instruction_is_no_comment() {
        assert!(DOCKERFILE.position(b"RUN x # ").is_none());
        assert!(DOCKERFILE.position(b"  # ").is_some());
    }
}
