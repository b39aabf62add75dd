//! What packages are needed for, where the file only says it of the project's own dependencies.

use std::collections::BTreeSet;

use crate::inventory::{Inventory, Purl, Scope};

/// Gives every package the strongest scope by which it is reached from these seeds. What none reaches keeps its own.
pub(super) fn spread(inventory: &mut Inventory, seeds: &[(Scope, BTreeSet<Purl>)]) {
    let mut done: BTreeSet<Purl> = BTreeSet::new();
    for scope in [Scope::Runtime, Scope::Optional, Scope::Development] {
        let mut waiting: Vec<Purl> = seeds
            .iter()
            .filter(|(at, _)| *at == scope)
            .flat_map(|(_, purls)| purls.iter().cloned())
            .collect();
        while let Some(purl) = waiting.pop() {
            if done.contains(&purl) {
                continue;
            }
            if let Some(package) = inventory.packages.get_mut(&purl) {
                package.scope = scope;
            }
            waiting.extend(
                inventory.edges.get(&purl).into_iter().flatten().filter(|to| !done.contains(*to)).cloned(),
            );
            done.insert(purl);
        }
    }
}

/// What no other package of the file needs: stands for the direct dependencies where the file does not name them.
pub(super) fn unwanted(inventory: &Inventory) -> BTreeSet<Purl> {
    let wanted: BTreeSet<&Purl> = inventory.edges.values().flatten().collect();
    inventory.packages.keys().filter(|purl| !wanted.contains(purl)).cloned().collect()
}
