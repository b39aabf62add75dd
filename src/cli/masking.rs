//! The configuration's own text: searched for secrets before a line of it is shown.

use crate::detect::{Detector as _, Selection, Sink};
use crate::rule::Persona;
use crate::secrets::SecretDetector;
use crate::source::Source;

/// Marks what is secret in a configuration, such as a build argument. What nobody has searched stays masked
/// throughout.
pub(super) fn mark(source: &Source, detector: &SecretDetector) {
    if source.sensitive().is_none() {
        let selection = Selection::new(Persona::Regular, Vec::new());
        let mut sink = Sink::new(&selection);
        detector.inspect(source, &mut sink);
        source.mark_sensitive(sink.sensitive);
    }
}
