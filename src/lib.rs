//! Plimsoll: the load line for container builds.
//!
//! The way of the data: `cli` reads arguments and the clock → `config` merges layers into the settings that each
//! family owns → `registry` assembles rules and detectors → `walk` lists what to read, each blob once → `scan`
//! shows every source to every detector that wants it, in parallel → `redact` masks what is sensitive and turns
//! drafts into findings → `review` adds what needs more than one file → `gate` applies suppressions and the
//! threshold → `report` writes the verdict → one exit code. An SBOM takes the same walk: `catalog` fills an
//! `inventory`, `sbom` writes the document, `attest` signs it.
//!
//! Modules stand on floors and import only from lower ones; `tests/architecture.rs` holds the table.

pub mod attest;
pub mod catalog;
pub mod cli;
pub mod config;
pub mod detect;
pub mod finding;
pub mod gate;
pub mod images;
pub mod inventory;
pub mod lint;
pub mod outcome;
pub mod parse;
pub mod redact;
pub mod registry;
pub mod report;
pub mod review;
pub mod rule;
pub mod sbom;
pub mod scan;
pub mod secrets;
pub mod sensitive_files;
pub mod source;
pub mod walk;
