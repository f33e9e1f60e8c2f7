//! Beijing time as Pay Score writes it: `yyyyMMddHHmmss`, or `yyyyMMdd` for midnight.
//!
//! A fixed offset of eight hours and the calendar are all that is needed, so there is no crate for it. (China had
//! summer time from 1986 to 1991; WeChat Pay did not.)

const OFFSET: i64 = 8 * 3_600;
const DAY: i64 = 86_400;

/// Seconds since 1970 of a time or a day; nothing if it is neither.
pub(super) fn parse(text: &str) -> Option<i64> {
    if !matches!(text.len(), 8 | 14) || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = |range: std::ops::Range<usize>| text.get(range).map_or(Some(0), |digits| digits.parse::<i64>().ok());
    let (year, month, day) = (number(0..4)?, number(4..6)?, number(6..8)?);
    let (hour, minute, second) = (number(8..10)?, number(10..12)?, number(12..14)?);
    let days = days_of(year, month, day);
    let is_real = hour < 24 && minute < 60 && second < 60 && (1..=12).contains(&month) && date_of(days) == (year, month, day);
    is_real.then(|| days * DAY + hour * 3_600 + minute * 60 + second - OFFSET)
}

/// `yyyyMMddHHmmss` of seconds since 1970.
pub(super) fn format(unix: i64) -> String {
    let local = unix.saturating_add(OFFSET);
    let (year, month, day) = date_of(local.div_euclid(DAY));
    let second = local.rem_euclid(DAY);
    format!("{year:04}{month:02}{day:02}{:02}{:02}{:02}", second / 3_600, second / 60 % 60, second % 60)
}

/// Days from 1970-01-01 to a date of the Gregorian calendar. Years are counted from March, so that the leap day is
/// the last of its year.
fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    // 719,468 days lie between 0000-03-01 and 1970-01-01.
    365 * year + leap_days + day_of_year - 719_468
}

/// Year, month and day: the inverse of [`days_of`].
fn date_of(days: i64) -> (i64, i64, i64) {
    const ERA: i64 = 146_097;
    let days = days.saturating_add(719_468);
    let (era, day) = (days.div_euclid(ERA), days.rem_euclid(ERA));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let (year, month) = if month < 10 { (year, month + 3) } else { (year + 1, month - 9) };
    (era * 400 + year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_eight_hours_ahead_of_utc() {
        assert_eq!(parse("19700101080000"), Some(0));
        assert_eq!(parse("20091225091210"), Some(1_261_703_530));
        assert_eq!(format(1_261_703_530), "20091225091210");
        assert_eq!(format(0), "19700101080000");
        assert_eq!(format(-8 * 3_600 - 1), "19691231235959");
    }

    #[test]
    fn a_day_is_its_midnight() {
        assert_eq!(parse("20091225"), parse("20091225000000"));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "", "2009", "2009122509121", "200912250912100", "20090229", "20091301", "20090001", "20091200",
            "20091232", "20091225240000", "20091225096000", "20091225091260", "2009-12-25", "OnAccept",
            "+0091225", "２００９", "20090431", "21000229",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        for text in ["20080229", "20000229235959", "20091231235959", "00010101"] {
            assert!(parse(text).is_some(), "{text}");
        }
    }

    #[test]
    fn format_and_parse_agree_on_every_day_of_eight_centuries() {
        let mut unix = parse("16000101").unwrap();
        let end = parse("24000101").unwrap();
        let mut days = 0;
        while unix < end {
            let text = format(unix + days % DAY);
            assert_eq!(parse(&text), Some(unix + days % DAY), "{text}");
            unix += DAY;
            days += 1;
        }
        assert_eq!(days, 2 * 146_097);
    }

    #[test]
    fn the_ends_of_time_are_no_panic() {
        let _ = (format(i64::MAX), format(i64::MIN));
    }
}
