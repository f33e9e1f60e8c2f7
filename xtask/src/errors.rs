//! docs/ERRORS.md, from the table that the SDK itself decides by.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

#[path = "../../src/error/table.rs"]
#[allow(dead_code, reason = "the SDK reads more of it")]
mod table;

use self::table::{ANSWERS, Answer, OTHER, SITUATIONS, Step};

const FILE: &str = "docs/ERRORS.md";

/// Writes the file.
pub(crate) fn run(root: &Path) -> Result<(), String> {
    fs::write(root.join(FILE), page()).map_err(|error| format!("{FILE}: {error}"))
}

/// Whether the file is what the table makes of it.
pub(crate) fn check(root: &Path) -> Result<(), String> {
    let written = fs::read_to_string(root.join(FILE)).unwrap_or_default();
    match written == page() {
        true => Ok(()),
        false => Err(format!("{FILE}: stale: run `cargo xtask errors`")),
    }
}

fn page() -> String {
    let mut page = String::from(
        "# What to do after a failure\n\n\
         Made by `cargo xtask errors` from `src/error/table.rs`; do not edit. `error.next_step()` gives the step,\n\
         `error.advice()` the sentences. First the situation counts, then the first row that fits the answer.\n\n\
         | step | what it means |\n|---|---|\n\
         | `RepeatSameNumber` | the same request again, with the same number and content |\n\
         | `QueryThenDecide` | nobody knows yet what is there: query by the number |\n\
         | `FixRequestKeepNumber` | nothing happened: correct it, send it with the same number |\n\
         | `NumberAlreadyUsed` | the number names something else, or something that exists: query it |\n\
         | `NewNumberAllowed` | the order is over and took no money: a new number may be used |\n\
         | `Stop` | a repeat does not help |\n\n\
         `NewNumberAllowed` never follows from an error of an operation that pays money out. An outcome that is not known\n\
         is `QueryThenDecide`, or `RepeatSameNumber` where WeChat Pay recognises the repeat and no money moves by it.\n\n\
         ## By situation\n\n| outcome | step | meaning and advice |\n|---|---|---|\n",
    );
    for (name, situation) in SITUATIONS {
        line(&mut page, &[name, &step(situation.step), &sentences(situation.meaning, situation.advice)]);
    }
    page.push_str(
        "\n## By answer\n\n| status | code | internal number | step | meaning and advice |\n|---|---|---|---|---|\n",
    );
    for answer in ANSWERS.iter().chain([&OTHER]) {
        let Answer { statuses, codes, numbers, path_end, meaning, advice, .. } = answer;
        let statuses = if statuses.is_empty() { "other".to_owned() } else { list(statuses) };
        let codes = codes.iter().map(|code| format!("`{code}`")).collect::<Vec<_>>();
        let path = if path_end.is_empty() { String::new() } else { format!(" at `…{path_end}`") };
        let cells = [statuses, list(&codes) + &path, list(numbers), step(answer.step), sentences(meaning, advice)];
        line(&mut page, &cells.each_ref().map(String::as_str));
    }
    page
}

fn step(step: Step) -> String {
    match step {
        Step::Repeat(seconds) => format!("`RepeatSameNumber`, {seconds} s"),
        Step::Query => "`QueryThenDecide`".to_owned(),
        Step::Fix => "`FixRequestKeepNumber`".to_owned(),
        Step::NumberUsed => "`NumberAlreadyUsed`".to_owned(),
        Step::NewNumber => "`NewNumberAllowed`".to_owned(),
        Step::Stop => "`Stop`".to_owned(),
    }
}

fn sentences(meaning: &str, advice: &str) -> String {
    format!("{meaning} {}", advice.replace("{query}", "`query_with()`"))
}

fn list(items: &[impl ToString]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn line(page: &mut String, cells: &[&str]) {
    // A text takes everything.
    let _ = writeln!(page, "| {} |", cells.join(" | "));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_of_the_project_is_what_the_table_says() {
        check(&crate::root()).unwrap_or_else(|problem| panic!("{problem}"));
    }

    #[test]
    fn every_code_stands_in_one_row() {
        let mut codes: Vec<(&str, &str)> =
            ANSWERS.iter().flat_map(|answer| answer.codes.iter().map(|code| (*code, answer.path_end))).collect();
        let count = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), count);
    }
}
