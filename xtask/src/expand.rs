//! Writes what the build script generates for one family, for people to read.

use std::fs;
use std::path::Path;

use crate::build::Specs;

pub(crate) fn run(root: &Path, family: &str) -> Result<(), String> {
    let specs = Specs::load(root, &[family.to_owned()]).map_err(|problems| crate::check::lines(&problems))?;
    let known = crate::build::discover::events(root).map_err(|error| error.to_string())?;
    let outputs = specs.generate(&known).map_err(|problems| crate::check::lines(&problems))?;
    let name = format!("{family}.rs");
    let (_, text) = outputs.iter().find(|(output, _)| *output == name).ok_or("there is no such family")?;
    let folder = root.join("target/expanded");
    let path = folder.join(name);
    fs::create_dir_all(&folder).and_then(|()| fs::write(&path, text)).map_err(|error| error.to_string())?;
    println!("{}", path.display());
    Ok(())
}
