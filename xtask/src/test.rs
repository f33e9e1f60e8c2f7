//! All tests, and how they ended.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

/// Cargo's arguments of each run: everything, then what depends on the RSA backend on the pure-Rust one.
const RUNS: [&[&str]; 2] = [
    &["test", "--locked", "--workspace", "--all-features", "--no-fail-fast"],
    &[
        "test",
        "--locked",
        "--package",
        "wechatpay-sdk",
        "--no-default-features",
        "--features",
        "rustls,full,simulator",
        "--lib",
        "--test",
        "it",
        "--no-fail-fast",
    ],
];

pub(crate) fn run(root: &Path) -> Result<(), String> {
    let mut total = Count::default();
    let mut is_green = true;
    for arguments in RUNS {
        println!("cargo {}", arguments.join(" "));
        let mut cargo = Command::new("cargo")
            .args(arguments)
            .current_dir(root)
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("cargo does not start: {error}"))?;
        for line in cargo.stdout.take().map(BufReader::new).into_iter().flat_map(BufReader::lines) {
            let line = line.map_err(|error| error.to_string())?;
            total.add(&line);
            println!("{line}");
        }
        is_green &= cargo.wait().map_err(|error| error.to_string())?.success();
    }
    println!("{} passed, {} failed", total.passed, total.failed);
    if is_green && total.failed == 0 { Ok(()) } else { Err("not every test passed".to_owned()) }
}

#[derive(Debug, Default, PartialEq)]
struct Count {
    passed: usize,
    failed: usize,
}

impl Count {
    /// Adds a line like `test result: ok. 22 passed; 0 failed; 0 ignored; …`.
    fn add(&mut self, line: &str) {
        let Some((_, counts)) = line.split_once("test result: ").and_then(|(_, rest)| rest.split_once(". ")) else {
            return;
        };
        for count in counts.split("; ") {
            match count.split_once(' ') {
                Some((number, "passed")) => self.passed += number.parse::<usize>().unwrap_or_default(),
                Some((number, "failed")) => self.failed += number.parse::<usize>().unwrap_or_default(),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counts_of_all_runs_are_added_up() {
        let mut count = Count::default();
        for line in [
            "running 3 tests",
            "test a_test ... ok",
            "test result: ok. 22 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.16s",
            "test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.16s",
        ] {
            count.add(line);
        }
        assert_eq!(count, Count { passed: 23, failed: 2 });
    }
}
