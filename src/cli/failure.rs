//! Tells why a run ended without a verdict, with the place in the configuration where there is one.

use crate::cli::session::Session;
use crate::config::ConfigError;

/// Tells an error on standard error.
pub(super) fn tell(session: &mut Session<'_>, error: &anyhow::Error) {
    if let Some(ConfigError::Invalid { problems }) = error.downcast_ref() {
        for problem in problems {
            session.error(problem);
        }
        return;
    }
    let chain: Vec<String> = error.chain().map(ToString::to_string).collect();
    // The outer words say what could not be done and what to do; the inner ones say why.
    let text = match chain.as_slice() {
        [outer, inner @ ..] if !inner.is_empty() => match outer.split_once("; ") {
            Some((what, remedy)) => format!("{what}: {}; {remedy}", inner.join(": ")),
            None => format!("{outer}: {}", inner.join(": ")),
        },
        _ => chain.concat(),
    };
    session.error(text);
}
