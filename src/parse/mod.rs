//! Grammars without opinions: text in, typed and spanned structure out.

pub mod build_context;
pub mod directive;
pub mod dockerfile;
pub mod dockerignore;
mod glob;
pub mod image_ref;
pub mod shell;
pub mod yaml;
