//! One rule, one file.

mod broad_copy_leaks_context;
mod secret_file_copied;

use super::Rule;

/// Every rule over several files.
pub static RULES: &[&Rule] = &[&broad_copy_leaks_context::RULE, &secret_file_copied::RULE];
