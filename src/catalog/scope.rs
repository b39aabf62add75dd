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

/// Lets the first project need what none of the file reaches: entries that were left behind, and rings that only hold
/// each other. The file lists them, so they are installed.
pub(super) fn anchor(inventory: &mut Inventory) {
    let Inventory { packages, edges, roots, .. } = inventory;
    let mut reached: BTreeSet<&Purl> = BTreeSet::new();
    let mut reach = |from: &mut dyn Iterator<Item = &'_ Purl>| {
        let mut waiting: Vec<&Purl> = from.filter_map(|purl| Some(packages.get_key_value(purl)?.0)).collect();
        let mut new = false;
        while let Some(purl) = waiting.pop() {
            if reached.insert(purl) {
                new = true;
                waiting.extend(edges.get(purl).into_iter().flatten());
            }
        }
        new
    };
    reach(&mut roots.iter().flat_map(|root| &root.needs));
    let Some(first) = roots.first_mut() else { return };
    let wanted: BTreeSet<&Purl> = edges.values().flatten().collect();
    let heads = packages.keys().filter(|purl| !wanted.contains(purl));
    for purl in heads.chain(packages.keys()) {
        if reach(&mut [purl].into_iter()) {
            first.needs.insert(purl.clone());
        }
    }
}

/// What no other package of the file needs: stands for the direct dependencies where the file does not name them.
pub(super) fn unwanted(inventory: &Inventory) -> BTreeSet<Purl> {
    let wanted: BTreeSet<&Purl> = inventory.edges.values().flatten().collect();
    inventory.packages.keys().filter(|purl| !wanted.contains(purl)).cloned().collect()
}
