//! Generates the modules of the enabled families from `openapi/`; the work is in `build/mod.rs`.

#[path = "build/mod.rs"]
mod build;

fn main() {
    build::main();
}
