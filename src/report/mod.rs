//! Output formats: a verdict becomes bytes. No format filters, counts or decides.
