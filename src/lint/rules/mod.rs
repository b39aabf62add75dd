//! The rules, one file each. A new rule is one new file and one line in each of the two lists below.

use super::Rule;

mod add_instead_of_copy;
mod add_remote_without_checksum;
mod base_without_digest;
mod credential_in_run;
mod dockerfile_syntax;
mod end_of_life_base;
mod healthcheck_missing;
mod invalid_json_form;
mod latest_base;
mod remote_script_to_shell;
mod root_user;
mod secret_in_env;
mod shell_form_entrypoint;
mod signature_check_off;
mod single_stage_build;
mod sudo;
mod tls_verification_off;
mod undefined_stage;
mod unpinned_base;
mod untrusted_registry;
mod world_writable;

/// Every rule, by name.
pub static RULES: &[&Rule] = &[
    &add_instead_of_copy::RULE,
    &add_remote_without_checksum::RULE,
    &base_without_digest::RULE,
    &credential_in_run::RULE,
    &dockerfile_syntax::RULE,
    &end_of_life_base::RULE,
    &healthcheck_missing::RULE,
    &invalid_json_form::RULE,
    &latest_base::RULE,
    &remote_script_to_shell::RULE,
    &root_user::RULE,
    &secret_in_env::RULE,
    &shell_form_entrypoint::RULE,
    &signature_check_off::RULE,
    &single_stage_build::RULE,
    &sudo::RULE,
    &tls_verification_off::RULE,
    &undefined_stage::RULE,
    &unpinned_base::RULE,
    &untrusted_registry::RULE,
    &world_writable::RULE,
];

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests {
    use super::RULES;
    use super::testing::found;

    /// The fenced blocks of a page with this tag.
    fn blocks(page: &str, tag: &str) -> Vec<String> {
        let mut blocks = Vec::new();
        let mut current: Option<String> = None;
        for line in page.lines() {
            match &mut current {
                Some(text) if line == "```" => {
                    blocks.push(std::mem::take(text));
                    current = None;
                }
                Some(text) => {
                    text.push_str(line);
                    text.push('\n');
                }
                None if line == format!("```dockerfile,{tag}") => current = Some(String::new()),
                None => {}
            }
        }
        blocks
    }

    #[test]
    fn the_examples_of_every_page_hold() {
        let mut wrong = Vec::new();
        for rule in RULES {
            let page = rule.meta.markdown();
            let name = rule.meta.id.as_str();
            let (bad, good) = (blocks(&page, "bad"), blocks(&page, "good"));
            assert!(!bad.is_empty() && !good.is_empty(), "{name} lacks examples");
            wrong.extend(
                bad.iter()
                    .filter(|text| found(name, text).is_empty())
                    .map(|text| format!("{name} silent on\n{text}")),
            );
            wrong.extend(
                good.iter()
                    .filter(|text| !found(name, text).is_empty())
                    .map(|text| format!("{name} fires on\n{text}")),
            );
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn every_page_has_its_headings() {
        for rule in RULES {
            let page = rule.meta.markdown();
            for heading in ["What it does", "Why it matters", "Bad", "Good", "How to fix", "References"] {
                assert!(page.contains(&format!("## {heading}\n")), "{} lacks {heading}", rule.meta.id);
            }
        }
    }

    #[test]
    fn names_are_sorted_and_unique() {
        let names: Vec<_> = RULES.iter().map(|rule| rule.meta.id.as_str()).collect();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(names, sorted);
    }
}
