//! The project's own commands; `cargo xtask` lists them.

mod check;
mod docs;
mod errors;
mod expand;
mod glossary;
mod manifest;
mod new;
mod shapes;
mod test;
mod wording;

#[path = "../../build/mod.rs"]
#[allow(dead_code, reason = "the build script's own entry points")]
mod build;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask <command>

  check            lint every spec of openapi/, its examples and texts, and the tables and pages that name it
  docs             write docs/ENDPOINTS.md and the tables of README.md from the specs
  errors           write docs/ERRORS.md from the table of src/error
  expand <family>  write the generated module to target/expanded and print its path
  new <family>     begin a family: its file to fill in, and its lines in Cargo.toml and src/api.rs
  test             run all tests and end with a summary
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["check"] => check::run(&root()),
        ["docs"] => docs::run(&root()),
        ["errors"] => errors::run(&root()),
        ["expand", family] => expand::run(&root(), family),
        ["new", family] => new::run(&root(), family),
        ["test"] => test::run(&root()),
        _ => Err(USAGE.to_owned()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

/// The package's folder.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new(".")).to_owned()
}
