//! Where bytes were seen.

use super::RelPath;

/// One place where a blob was seen. The order is the order in which places are named first in a report:
/// work tree, index, context, history, image, standard input.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// A file of the work tree.
    Worktree {
        /// Path from the top of the tree.
        path: RelPath,
    },
    /// A blob of the index.
    Index {
        /// Path from the top of the tree.
        path: RelPath,
    },
    /// A file that git ignores and a build context would send all the same.
    Context {
        /// Path from the top of the tree.
        path: RelPath,
        /// The Dockerfile whose build takes it.
        dockerfile: RelPath,
    },
    /// A blob of a commit.
    History {
        /// Path from the top of the tree.
        path: RelPath,
        /// Commit id in hexadecimal.
        commit: String,
    },
    /// A file in a layer of a container image.
    Image {
        /// Path from the root of the image.
        path: RelPath,
        /// Layer digest.
        layer: String,
    },
    /// Standard input, under the name that the user gave it.
    Stdin {
        /// The name to judge it by.
        path: RelPath,
    },
}

impl Origin {
    /// The path, whatever the kind of place.
    pub fn path(&self) -> &RelPath {
        match self {
            Self::Worktree { path }
            | Self::Index { path }
            | Self::Context { path, .. }
            | Self::History { path, .. }
            | Self::Image { path, .. }
            | Self::Stdin { path } => path,
        }
    }

    /// The word that reports use: `worktree`, `index`, `context`, `history`, `image` or `stdin`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Worktree { .. } => "worktree",
            Self::Index { .. } => "index",
            Self::Context { .. } => "context",
            Self::History { .. } => "history",
            Self::Image { .. } => "image",
            Self::Stdin { .. } => "stdin",
        }
    }
}

/// Every place where one blob was seen: never empty, sorted, without repetition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origins {
    first: Origin,
    more: Vec<Origin>,
}

impl Origins {
    /// One place.
    pub fn new(first: Origin) -> Self {
        Self { first, more: Vec::new() }
    }

    /// Adds a place.
    pub fn add(&mut self, origin: Origin) {
        if origin == self.first {
            return;
        }
        let later = if origin < self.first { std::mem::replace(&mut self.first, origin) } else { origin };
        if let Err(at) = self.more.binary_search(&later) {
            self.more.insert(at, later);
        }
    }

    /// The place that a report names first.
    pub fn first(&self) -> &Origin {
        &self.first
    }

    /// The places after the first.
    pub fn more(&self) -> &[Origin] {
        &self.more
    }

    /// All places in order.
    pub fn iter(&self) -> impl Iterator<Item = &Origin> {
        std::iter::once(&self.first).chain(&self.more)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_named_in_one_order_however_they_were_met() {
        let path = || RelPath::from("a");
        let worktree = Origin::Worktree { path: RelPath::from("z") };
        let index = Origin::Index { path: path() };
        let context = Origin::Context { path: path(), dockerfile: RelPath::from("Dockerfile") };
        let history = Origin::History { path: path(), commit: "c0".to_owned() };
        let sorted = [&worktree, &index, &context, &history];
        for met in [[3, 1, 0, 2, 1, 3], [0, 1, 2, 3, 0, 1], [2, 3, 1, 0, 0, 2]] {
            let mut origins = Origins::new(sorted[met[0]].clone());
            for place in &met[1..] {
                origins.add(sorted[*place].clone());
            }
            assert_eq!(origins.iter().collect::<Vec<_>>(), sorted);
            assert_eq!((origins.first(), origins.more().len()), (&worktree, 3));
        }
    }
}
