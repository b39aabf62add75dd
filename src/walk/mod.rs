//! What to read: work tree, build contexts, index, standard input. Each file once, in sorted order.

mod base;
mod compose;
mod context;
mod git;
mod ignore_file;
mod index;
mod listing;
mod plan;
mod read;
mod tree;

pub use base::Base;
pub use listing::{Entry, Listing};
pub use plan::{Plan, Scope, WalkError};
pub use read::{Content, Reader, Window, Windows};

use crate::source::Origin;
use listing::What;

/// Lists what the plan covers.
pub fn list(plan: &Plan) -> Result<Listing, WalkError> {
    let mut listing = match &plan.scope {
        Scope::Tree => tree::list(plan, tree::Ignored::Hide)?,
        Scope::AllFiles => tree::list(plan, tree::Ignored::Show)?,
        Scope::Staged => index::list(plan)?,
        Scope::Stdin { name, bytes } => Listing {
            entries: vec![Entry::new(Origin::Stdin { path: name.clone() }, What::Memory(bytes.clone()))],
            ..Listing::default()
        },
    };
    listing.entries.sort_by(|a, b| a.path().cmp(b.path()));
    if let (true, None) = (listing.entries.is_empty() && listing.gaps.is_empty(), &listing.changed) {
        listing.notes.push("there is nothing here to look at".to_owned());
    }
    Ok(listing)
}
