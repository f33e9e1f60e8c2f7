use bytes::Bytes;

use super::Course;
use crate::request::raw;
use crate::rt::{Effect, Operation, Place, Turning};

static LIST: Operation = raw("list_things", Effect::Read);
const OFFSET: Turning = Turning::Offset;
const NUMBERED: Turning = Turning::Page { first: 1 };

/// Reads pages of so many items, each with what it says of the total; what comes after each.
fn course(by: Turning, place: Option<i64>, limit: Option<i64>, pages: &[(usize, Option<i64>)]) -> Vec<String> {
    let mut course = Course::new(&LIST, by, place.map(Place::Number), limit);
    let after = pages.iter().enumerate().map(|(at, (count, total))| {
        match course.after(*count, *total, None, Bytes::from(format!("page {at}"))) {
            Ok(Some(Place::Number(number))) => number.to_string(),
            Ok(Some(Place::Cursor(cursor))) => cursor,
            Ok(None) => "end".to_owned(),
            Err(error) => error.to_string(),
        }
    });
    after.collect()
}

#[test]
fn a_counted_list_ends_when_all_came() {
    assert_eq!(course(OFFSET, None, Some(10), &[(0, Some(0))]), ["end"]);
    assert_eq!(course(OFFSET, None, Some(10), &[(10, Some(10))]), ["end"]);
    assert_eq!(course(OFFSET, None, Some(10), &[(10, Some(23)), (10, Some(23)), (3, Some(23))]), ["10", "20", "end"]);
    // The gateway has pages of ten, whatever is asked for: nothing is left out.
    assert_eq!(course(OFFSET, None, Some(50), &[(10, Some(23)), (10, Some(23)), (3, Some(23))]), ["10", "20", "end"]);
    assert_eq!(course(OFFSET, Some(20), None, &[(3, Some(23))]), ["end"]);
}

#[test]
fn a_list_that_is_not_counted_ends_with_a_short_or_an_empty_page() {
    assert_eq!(course(OFFSET, None, Some(10), &[(10, None), (4, None)]), ["10", "end"]);
    assert_eq!(course(OFFSET, None, Some(10), &[(10, None), (0, None)]), ["10", "end"]);
    assert_eq!(course(OFFSET, None, None, &[(4, None), (4, None), (0, None)]), ["4", "8", "end"]);
}

#[test]
fn numbered_pages_follow_one_another() {
    assert_eq!(course(NUMBERED, None, Some(10), &[(10, Some(21)), (10, Some(21)), (1, Some(21))]), ["2", "3", "end"]);
    assert_eq!(course(NUMBERED, Some(3), Some(10), &[(1, Some(21))]), ["end"]);
    // Without a limit nobody knows how much stands before page 3.
    assert_eq!(course(NUMBERED, Some(3), None, &[(10, Some(31)), (0, Some(31))]), ["4", "end"]);
    assert_eq!(course(Turning::Page { first: 0 }, Some(0), Some(5), &[(5, Some(7)), (2, Some(7))]), ["1", "end"]);
}

#[test]
fn the_newest_total_counts_unless_it_cannot_be_true() {
    assert_eq!(course(OFFSET, None, None, &[(10, Some(15)), (10, Some(23)), (3, Some(23))]), ["10", "20", "end"]);
    assert_eq!(course(OFFSET, None, None, &[(10, Some(30)), (2, Some(12))]), ["10", "end"]);
    // Counted on the first page only, and 0 or nothing later.
    assert_eq!(course(OFFSET, None, None, &[(10, Some(23)), (10, Some(0)), (3, None)]), ["10", "20", "end"]);
    // It shrank while it was read.
    assert_eq!(course(OFFSET, None, None, &[(10, Some(15)), (0, Some(9))]), ["10", "end"]);
}

#[test]
fn an_empty_page_before_the_end_is_an_error() {
    let after = course(OFFSET, None, Some(10), &[(10, Some(23)), (0, Some(23))]);
    assert!(after[1].contains("list_things: ") && after[1].contains("empty though 10 of 23 items came"), "{after:?}");
    let after = course(OFFSET, None, Some(10), &[(10, Some(23)), (0, None)]);
    assert!(after[1].contains("empty though"), "{after:?}");
}

#[test]
fn a_page_that_comes_twice_is_an_error_with_the_answer() {
    let mut course = Course::new(&LIST, OFFSET, None, Some(2));
    let page = Bytes::from_static(b"[1,2]");
    assert_eq!(course.after(2, None, None, page.clone()).unwrap(), Some(Place::Number(2)));
    let error = course.after(2, None, None, page).unwrap_err();
    assert!(error.to_string().contains("once more"), "{error}");
    assert_eq!((error.body(), error.operation()), (Some(b"[1,2]".as_slice()), Some("list_things")));
}

#[test]
fn cursors_lead_on_until_there_is_none() {
    let mut course = Course::new(&LIST, Turning::Cursor, Some(Place::Cursor("a".into())), None);
    let mut after = |count, next: Option<&str>| course.after(count, Some(99), next.map(str::to_owned), Bytes::new());
    assert_eq!(after(1, Some("b")).unwrap(), Some(Place::Cursor("b".into())));
    assert_eq!(after(1, Some("c")).unwrap(), Some(Place::Cursor("c".into())));
    assert_eq!(after(0, Some("")).unwrap(), None);
    assert_eq!(after(0, None).unwrap(), None);
    for known in ["a", "b", "c"] {
        let error = after(1, Some(known)).unwrap_err();
        assert!(error.to_string().contains("there before"), "{known}: {error}");
    }
    assert!(after(0, Some("d")).unwrap_err().to_string().contains("empty page"));
}

#[test]
fn no_number_is_too_large() {
    assert_eq!(course(OFFSET, Some(i64::MAX), None, &[(9, Some(i64::MAX))]), ["end"]);
    assert_eq!(course(NUMBERED, Some(i64::MAX), Some(i64::MAX), &[(9, None)]), ["end"]);
    assert_eq!(course(OFFSET, Some(-5), None, &[(5, Some(3)), (3, Some(3))]), ["0", "end"]);
}
