//! Reads small files in tests and prints what was found, one line each.

use crate::source::{Origin, Origins, RelPath, Source};

use super::harvest::{Cataloger, Harvest};

/// Reads `text` as a file of that path.
pub(super) fn read(cataloger: &dyn Cataloger, path: &str, text: &str) -> Harvest {
    let path = RelPath::from(path);
    assert!(cataloger.wants(&path), "{path}");
    let source = Source::new(Origins::new(Origin::Worktree { path }), text.as_bytes().to_vec());
    let mut harvest = Harvest::new(&source);
    cataloger.catalog(&source, &mut harvest);
    harvest
}

/// Line of the first evidence, package URL and scope.
pub(super) fn packages(harvest: &Harvest) -> Vec<String> {
    harvest
        .inventory
        .packages
        .values()
        .map(|package| {
            format!("{} {} {:?}", package.evidence[0].region.start.line, package.purl, package.scope)
        })
        .collect()
}

/// `from > to`.
pub(super) fn edges(harvest: &Harvest) -> Vec<String> {
    let edges = &harvest.inventory.edges;
    edges.iter().flat_map(|(from, to)| to.iter().map(move |to| format!("{from} > {to}"))).collect()
}

/// Name, version and needs.
pub(super) fn roots(harvest: &Harvest) -> Vec<String> {
    let mut roots = harvest.inventory.roots.clone();
    roots.sort();
    let line = |root: &crate::inventory::Root| {
        let needs: Vec<_> = root.needs.iter().map(ToString::to_string).collect();
        format!("{} {} > {}", root.name, root.version.as_deref().unwrap_or("-"), needs.join(" "))
    };
    roots.iter().map(line).collect()
}
