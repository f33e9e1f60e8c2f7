//! The project's own commands.

#[path = "../../build/mod.rs"]
mod build;

fn main() {
    build::main();
}
