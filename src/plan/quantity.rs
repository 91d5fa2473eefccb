//! Kubernetes quantities: `300m`, `1.5`, `512Mi`, `1e3`.

/// Millicores, rounded up to 1m.
pub fn cpu(text: &str) -> Result<u64, String> {
    let _ = text;
    todo!()
}

/// Bytes, rounded up.
pub fn memory(text: &str) -> Result<u64, String> {
    let _ = text;
    todo!()
}
