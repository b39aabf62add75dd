//! The nearest known name to a mistyped one.

/// The known name that was probably meant: at most a third of the letters differ, ties go to the first.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // A hostile "name" of a megabyte would cost its square; no known name is that long.
    if name.len() > 100 {
        return None;
    }
    let lower = name.to_lowercase().replace('_', "-");
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&lower, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= (candidate.chars().count().max(3)) / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn slips_are_mended_and_strangers_are_not() {
        let known = ["fail-on", "families", "root-user", "sudo"];
        assert_eq!(nearest("fail_on", known), Some("fail-on"));
        assert_eq!(nearest("falied-on", known), None);
        assert_eq!(nearest("root-usr", known), Some("root-user"));
        assert_eq!(nearest("sduo", known), Some("sudo"));
        assert_eq!(nearest("kubernetes", known), None);
        assert_eq!(nearest(&"x".repeat(1_000_000), known), None);
    }
}
