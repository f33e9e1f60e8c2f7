//! The formats of times, read and written with the calendar of the crate `time`.

use time::format_description::parse_borrowed;
use time::format_description::well_known::Rfc3339;
use time::{Date, OffsetDateTime, Time, UtcOffset};

use super::AHEAD;
use crate::{Error, Result};

/// Stands in for a start time: the service begins when the user confirms.
pub(super) const ON_ACCEPT: &str = "OnAccept";

/// How a time is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimeFormat {
    Rfc3339,
    BeijingTime,
    BeijingDate,
    BeijingIsoDate,
    BeijingHour,
    /// A time, a day or `OnAccept`.
    Payscore,
}

impl TimeFormat {
    /// Whether the text is in this format and names a time of the calendar.
    pub(crate) fn accepts(self, text: &str) -> bool {
        self.is_on_accept(text) || self.read(text).is_some()
    }

    /// What a text should be, as in "the text is not …".
    pub(crate) fn expected(self) -> &'static str {
        match self {
            Self::Rfc3339 => "a time as RFC 3339, such as 2018-06-08T10:34:56+08:00",
            Self::BeijingTime => "a time as yyyyMMddHHmmss in Beijing, such as 20091225091210",
            Self::BeijingDate => "a day as yyyyMMdd in Beijing, such as 20091225",
            Self::BeijingIsoDate => "a day as yyyy-MM-dd in Beijing, such as 2009-12-25",
            Self::BeijingHour => "an hour as yyyyMMddHH in Beijing, such as 2009122509",
            Self::Payscore => {
                "a time as yyyyMMddHHmmss in Beijing, such as 20091225091210, a day as yyyyMMdd, or OnAccept"
            }
        }
    }

    /// Refuses what is not [accepted](Self::accepts).
    pub(super) fn check(self, text: &str) -> Result<()> {
        if self.accepts(text) { Ok(()) } else { Err(self.refusal()) }
    }

    /// The moment that a text names: of a day its midnight, of an hour its beginning.
    pub(super) fn moment(self, text: &str) -> Result<OffsetDateTime> {
        if self.is_on_accept(text) {
            return Err(Error::request("OnAccept is not a moment: the service begins when the user confirms"));
        }
        self.read(text).ok_or_else(|| self.refusal())
    }

    /// The text of a moment in Beijing. One that the calendar cannot tell becomes a text that no format accepts.
    pub(super) fn write(self, unix_seconds: i64) -> String {
        let local = unix_seconds.checked_add(AHEAD.into());
        let local = local.and_then(|local| OffsetDateTime::from_unix_timestamp(local).ok());
        local.and_then(|local| self.format(local)).unwrap_or_else(|| format!("@{unix_seconds}"))
    }

    fn refusal(self) -> Error {
        Error::request(format!("the text is not {}", self.expected()))
    }

    fn is_on_accept(self, text: &str) -> bool {
        self == Self::Payscore && text == ON_ACCEPT
    }

    fn read(self, text: &str) -> Option<OffsetDateTime> {
        match self {
            Self::Rfc3339 => read_rfc3339(text),
            Self::Payscore if text.len() == 8 => Self::BeijingDate.read(text),
            _ => {
                let pattern = parse_borrowed::<2>(self.pattern()).ok()?;
                let day = Date::parse(text, &pattern).ok()?;
                // A day alone is its midnight.
                let time = Time::parse(text, &pattern).unwrap_or(Time::MIDNIGHT);
                let local = day.with_time(time).assume_offset(UtcOffset::from_whole_seconds(AHEAD).ok()?);
                // Written again, so that no sign before the year passes, and no hour for which midnight stands in.
                (self.format(local)? == text).then_some(local)
            }
        }
    }

    fn format(self, local: OffsetDateTime) -> Option<String> {
        if !(0..=9_999).contains(&local.year()) {
            return None;
        }
        local.format(&parse_borrowed::<2>(self.pattern()).ok()?).ok()
    }

    /// In the words of `time`. Without a range, years would have up to six digits wherever another crate asks `time`
    /// for them.
    fn pattern(self) -> &'static str {
        match self {
            Self::Rfc3339 => "[year range:standard]-[month]-[day]T[hour]:[minute]:[second]+08:00",
            Self::BeijingTime | Self::Payscore => "[year range:standard][month][day][hour][minute][second]",
            Self::BeijingDate => "[year range:standard][month][day]",
            Self::BeijingIsoDate => "[year range:standard]-[month]-[day]",
            Self::BeijingHour => "[year range:standard][month][day][hour]",
        }
    }
}

/// `time` reads any character between date and time, and `z` for `Z`; WeChat Pay writes `T` and documents nothing else.
fn read_rfc3339(text: &str) -> Option<OffsetDateTime> {
    let is_strict = text.get(10..11) == Some("T") && !text.ends_with('z');
    OffsetDateTime::parse(text, &Rfc3339).ok().filter(|_| is_strict)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [TimeFormat; 6] = [
        TimeFormat::Rfc3339,
        TimeFormat::BeijingTime,
        TimeFormat::BeijingDate,
        TimeFormat::BeijingIsoDate,
        TimeFormat::BeijingHour,
        TimeFormat::Payscore,
    ];

    fn unix(format: TimeFormat, text: &str) -> Option<i64> {
        format.read(text).map(OffsetDateTime::unix_timestamp)
    }

    #[test]
    fn the_texts_of_one_moment_are_known() {
        let written = ALL.map(|format| format.write(1_261_703_530));
        assert_eq!(
            written,
            ["2009-12-25T09:12:10+08:00", "20091225091210", "20091225", "2009-12-25", "2009122509", "20091225091210"]
        );
        let read: Vec<i64> = ALL.iter().zip(&written).map(|(format, text)| unix(*format, text).unwrap()).collect();
        let (day, hour) = (1_261_670_400, 1_261_702_800);
        assert_eq!(read, [1_261_703_530, 1_261_703_530, day, day, hour, 1_261_703_530]);
    }

    #[test]
    fn beijing_is_eight_hours_ahead_of_utc() {
        assert_eq!(TimeFormat::BeijingTime.write(0), "19700101080000");
        assert_eq!(TimeFormat::BeijingTime.write(-8 * 3_600 - 1), "19691231235959");
        assert_eq!(unix(TimeFormat::BeijingTime, "19700101080000"), Some(0));
        assert_eq!(TimeFormat::BeijingDate.write(57_599), "19700101");
        assert_eq!(TimeFormat::BeijingDate.write(57_600), "19700102");
        assert_eq!(unix(TimeFormat::Payscore, "19700102"), Some(57_600));
    }

    #[test]
    fn a_format_accepts_its_own_example_and_says_which() {
        for (format, example) in [
            (TimeFormat::Rfc3339, "2018-06-08T10:34:56+08:00"),
            (TimeFormat::BeijingTime, "20091225091210"),
            (TimeFormat::BeijingDate, "20091225"),
            (TimeFormat::BeijingIsoDate, "2009-12-25"),
            (TimeFormat::BeijingHour, "2009122509"),
            (TimeFormat::Payscore, "20091225091210"),
        ] {
            assert!(format.expected().contains(&format!("such as {example}")));
            assert!(format.accepts(example));
            assert_eq!(
                format.check("secret").unwrap_err().to_string(),
                format!("the text is not {}", format.expected())
            );
        }
        assert!(TimeFormat::Payscore.accepts("OnAccept") && TimeFormat::Payscore.accepts("20091225"));
        assert!(!TimeFormat::BeijingTime.accepts("OnAccept") && !TimeFormat::BeijingTime.accepts("20091225"));
    }

    #[test]
    fn what_is_not_exactly_in_the_format_is_refused() {
        for text in [
            "",
            " ",
            "2009",
            "2009122509121",
            "200912250912100",
            " 20091225091210",
            "20091225091210 ",
            "+2009122509121",
            "+20091225091210",
            "-20091225091210",
            "２００９１２２５０９１２１０",
            "20091225T091210",
            "2009122509121x",
            "@1261703530",
            "onaccept",
            "1261703530000",
        ] {
            for format in ALL {
                assert!(!format.accepts(text), "{format:?} {text}");
            }
        }
        assert!(!TimeFormat::BeijingIsoDate.accepts("2009-1-5") && !TimeFormat::BeijingIsoDate.accepts("2009/12/25"));
    }

    #[test]
    fn what_the_calendar_lacks_is_refused() {
        for day in ["20090229", "21000229", "20090431", "20091301", "20090001", "20091200", "20091232"] {
            let iso = format!("{}-{}-{}", &day[..4], &day[4..6], &day[6..]);
            assert!(!TimeFormat::BeijingDate.accepts(day) && !TimeFormat::Payscore.accepts(day), "{day}");
            assert!(!TimeFormat::BeijingTime.accepts(&format!("{day}000000")), "{day}");
            assert!(!TimeFormat::BeijingIsoDate.accepts(&iso), "{iso}");
            assert!(!TimeFormat::Rfc3339.accepts(&format!("{iso}T00:00:00+08:00")), "{iso}");
        }
        for time in ["240000", "096000", "091260", "235960"] {
            assert!(!TimeFormat::BeijingTime.accepts(&format!("20091231{time}")), "{time}");
        }
        assert!(!TimeFormat::BeijingHour.accepts("2009122524"));
        for text in ["20080229", "20000229", "00000101", "99991231"] {
            assert!(TimeFormat::BeijingDate.accepts(text), "{text}");
        }
    }

    #[test]
    fn rfc_3339_takes_any_offset_and_fractions_but_no_other_spelling() {
        for (text, seconds) in [
            ("2018-06-08T10:34:56+08:00", 1_528_425_296),
            ("2018-06-08T02:34:56Z", 1_528_425_296),
            ("2018-06-08T02:34:56-00:00", 1_528_425_296),
            ("2018-06-08T11:34:56.123456789+09:00", 1_528_425_296),
            ("1969-12-31T23:59:59.999Z", -1),
        ] {
            assert_eq!(unix(TimeFormat::Rfc3339, text), Some(seconds), "{text}");
        }
        for text in [
            "2018-06-08",
            "2018-06-08 10:34:56+08:00",
            "2018-06-08t10:34:56+08:00",
            "2018-06-08T02:34:56z",
            "2018-06-08T10:34:56",
            "2018-06-08T10:34+08:00",
            "2018-06-08T10:34:56+0800",
            "2018-06-08T10:34:56+08",
            "2018-06-08T10:34:56.+08:00",
            "2018-06-08T10:34:56+24:00",
            "2018-06-08T24:00:00+08:00",
            "2018-06-08中10:34:56+08:00",
        ] {
            assert!(!TimeFormat::Rfc3339.accepts(text), "{text}");
        }
    }

    #[test]
    fn reading_and_writing_agree_on_every_day_around_the_turn_of_a_century() {
        let begin = unix(TimeFormat::BeijingDate, "19960101").unwrap();
        let end = unix(TimeFormat::BeijingDate, "20050101").unwrap();
        assert_eq!(end - begin, 3_288 * 86_400);
        for day in 0..3_288 {
            let moment = begin + day * 86_400 + day * 26;
            let text = TimeFormat::BeijingTime.write(moment);
            assert_eq!(unix(TimeFormat::BeijingTime, &text), Some(moment), "{text}");
            assert_eq!(TimeFormat::BeijingDate.write(moment), text[..8]);
        }
    }

    #[test]
    fn a_moment_beyond_the_calendar_is_no_time_and_no_panic() {
        // The last second of 9999 and the first of 0 in Beijing.
        let (last, first) = (253_402_271_999, -62_167_248_000);
        assert_eq!(TimeFormat::BeijingTime.write(last), "99991231235959");
        assert_eq!(TimeFormat::BeijingTime.write(first), "00000101000000");
        for seconds in [i64::MIN, first - 1, last + 1, 377_705_116_799, i64::MAX] {
            for format in ALL {
                let text = format.write(seconds);
                assert_eq!(text, format!("@{seconds}"));
                assert!(!format.accepts(&text));
            }
        }
    }
}
