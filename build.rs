//! Generates the SDK from `openapi/`; see `build/mod.rs`.

fn main() {}
