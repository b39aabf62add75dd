//! The program as users run it: in a folder, with arguments, in an environment that holds nothing else.

#![allow(dead_code, clippy::unwrap_used, reason = "each test binary uses its own part; only tests use this")]

use std::io::{Read, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// What a run left behind.
pub(crate) struct Ran {
    /// Exit code.
    pub(crate) code: i32,
    /// Standard output.
    pub(crate) out: String,
    /// Standard error.
    pub(crate) err: String,
}

impl Ran {
    /// Asserts the exit code, showing everything when it differs.
    #[track_caller]
    pub(crate) fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, code, "\n--- stdout\n{}\n--- stderr\n{}", self.out, self.err);
        self
    }

    /// Asserts that standard error tells something.
    #[track_caller]
    pub(crate) fn tells(self, words: &str) -> Self {
        assert!(self.err.contains(words), "no {words:?} in\n{}", self.err);
        self
    }

    /// Standard output as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}\n{}\n{}", self.out, self.err))
    }

    /// `path rule` of every finding that counts, sorted, from a JSON report.
    #[track_caller]
    pub(crate) fn findings(&self) -> Vec<String> {
        let report = self.json();
        let findings = report["findings"].as_array().unwrap();
        let open = findings.iter().filter(|finding| finding["suppressed"].is_null());
        let mut told: Vec<String> = open
            .map(|finding| {
                let path = finding["location"]["path"].as_str().unwrap();
                format!("{path} {}", finding["rule"].as_str().unwrap())
            })
            .collect();
        told.sort();
        told
    }

    /// `path kind` of every gap, from a JSON report.
    #[track_caller]
    pub(crate) fn gaps(&self) -> Vec<String> {
        let report = self.json();
        let gaps = report["gaps"].as_array().unwrap().iter();
        gaps.map(|gap| format!("{} {}", gap["path"].as_str().unwrap(), gap["kind"].as_str().unwrap()))
            .collect()
    }
}

/// Runs the program in a folder.
pub(crate) fn plimsoll(cwd: &Path, args: &[&str]) -> Ran {
    plimsoll_with(cwd, args, &[], b"")
}

/// Runs the program with more environment and something on standard input.
pub(crate) fn plimsoll_with(cwd: &Path, args: &[&str], env: &[(&str, &str)], stdin: &[u8]) -> Ran {
    let mut child = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(args)
        .current_dir(cwd)
        .env_clear()
        // Outside of git and of every user's settings, whatever lies above the temporary folder.
        .env("HOME", cwd)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("SOURCE_DATE_EPOCH", "1795212000")
        .envs(env.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (out, err) = (collect(child.stdout.take().unwrap()), collect(child.stderr.take().unwrap()));
    // A program that ends without reading leaves a broken pipe behind, which is not what is tested.
    let _ = child.stdin.take().unwrap().write_all(stdin);
    let deadline = Instant::now() + Duration::from_secs(180);
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if Instant::now() > deadline {
            child.kill().unwrap();
            panic!("plimsoll {args:?} does not end");
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    Ran { code: status.code().unwrap(), out: out.join().unwrap(), err: err.join().unwrap() }
}

fn collect(mut stream: impl Read + Send + 'static) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    })
}
