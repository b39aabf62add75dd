//! Which file names are those of Dockerfiles.

/// True for the names that Dockerfiles go by.
pub fn is_dockerfile_name(file_name: &[u8]) -> bool {
    file_name.eq_ignore_ascii_case(b"Dockerfile")
}
