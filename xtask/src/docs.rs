//! What is written from the specs for people: `docs/ENDPOINTS.md`, and the generated parts of `README.md`.

mod endpoints;
mod features;

use std::fs;
use std::path::Path;

use crate::build::{Specs, discover};

/// Writes every page that is not up to date.
pub(crate) fn run(root: &Path) -> Result<(), String> {
    let families = discover::all(root).map_err(|error| error.to_string())?;
    let specs = Specs::load(root, &families).map_err(|problems| crate::check::lines(&problems))?;
    for page in pages(root, &specs)? {
        if page.old != page.new {
            fs::write(root.join(page.path), page.new).map_err(|error| format!("{}: {error}", page.path))?;
            println!("{}", page.path);
        }
    }
    Ok(())
}

/// The pages that no longer say what the specs say.
pub(crate) fn stale(root: &Path, specs: &Specs) -> Result<Vec<String>, String> {
    let stale = pages(root, specs)?.into_iter().filter(|page| page.old != page.new);
    Ok(stale.map(|page| format!("{}: stale: run `cargo xtask docs`", page.path)).collect())
}

struct Page {
    path: &'static str,
    old: String,
    new: String,
}

fn pages(root: &Path, specs: &Specs) -> Result<Vec<Page>, String> {
    let read = |name: &str| fs::read_to_string(root.join(name)).map_err(|error| format!("{name}: {error}"));
    let (readme, manifest) = (read("README.md")?, read("Cargo.toml")?);
    let new = features::readme(&readme, &manifest, &specs.families)?;
    // A missing page is as stale as can be.
    let endpoints = read("docs/ENDPOINTS.md").unwrap_or_default();
    Ok(vec![
        Page { path: "README.md", old: readme, new },
        Page { path: "docs/ENDPOINTS.md", old: endpoints, new: endpoints::page(&specs.families) },
    ])
}

/// The text between `「` and `」` that a description ends with, and what stands before it.
fn split_name(description: &str) -> (String, &str) {
    let (text, name) = description.rsplit_once('「').unwrap_or((description, ""));
    let words: Vec<&str> = text.split_whitespace().collect();
    (words.join(" "), name.split('」').next().unwrap_or_default())
}

/// Text in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
