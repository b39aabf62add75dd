//! For people.
use std::io::{self, Write};

use super::{Format, Summary};
use crate::outcome::Verdict;
use crate::rule::RuleMeta;

pub(super) struct Human;

impl Format for Human {
    fn write(&self, verdict: &Verdict, _rules: &[&RuleMeta], out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", Summary::of(verdict).status.word())
    }
}
