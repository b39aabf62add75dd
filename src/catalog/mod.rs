//! Lock files, workflows and base images to packages: one file per format.
