//! Conversions from and to the crate `chrono`.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, TimeZone};
use time::OffsetDateTime;

use super::{BeijingDate, BeijingHour, BeijingIsoDate, BeijingTime, PayscoreTime, Rfc3339Time};
use crate::{Error, Result};

macro_rules! from_moment {
    ($($name:ident),*) => { $(
        /// The time in Beijing, as from a [`SystemTime`](std::time::SystemTime).
        impl<Tz: TimeZone> From<DateTime<Tz>> for $name {
            fn from(time: DateTime<Tz>) -> Self {
                Self::at(time.timestamp())
            }
        }
    )* };
}

from_moment!(Rfc3339Time, BeijingTime, BeijingDate, BeijingIsoDate, BeijingHour, PayscoreTime);

macro_rules! to_moment {
    ($($name:ident),*) => { $(
        /// The moment with its offset; an error when the text does not name one.
        impl TryFrom<&$name> for DateTime<FixedOffset> {
            type Error = Error;

            fn try_from(time: &$name) -> Result<Self> {
                to_chrono(OffsetDateTime::try_from(time)?).ok_or_else(beyond)
            }
        }
    )* };
}

to_moment!(Rfc3339Time, BeijingTime, BeijingHour, PayscoreTime);

macro_rules! day {
    ($($name:ident),*) => { $(
        /// The same day.
        impl From<NaiveDate> for $name {
            fn from(day: NaiveDate) -> Self {
                Self::day_at(day.and_time(NaiveTime::MIN).and_utc().timestamp())
            }
        }

        /// The same day; an error when the text does not name one.
        impl TryFrom<&$name> for NaiveDate {
            type Error = Error;

            fn try_from(day: &$name) -> Result<Self> {
                let moment = $name::FORMAT.moment(day.as_str())?;
                to_chrono(moment).map(|moment| moment.date_naive()).ok_or_else(beyond)
            }
        }
    )* };
}

day!(BeijingDate, BeijingIsoDate);

fn to_chrono(time: OffsetDateTime) -> Option<DateTime<FixedOffset>> {
    let moment = DateTime::from_timestamp(time.unix_timestamp(), time.nanosecond())?;
    Some(moment.with_timezone(&FixedOffset::east_opt(time.offset().whole_seconds())?))
}

fn beyond() -> Error {
    Error::request("the time is beyond what chrono can hold")
}

#[cfg(test)]
mod tests {
    use chrono::Utc;

    use super::*;

    #[test]
    fn a_moment_is_told_in_beijing_wherever_it_comes_from() {
        let utc: DateTime<Utc> = DateTime::from_timestamp(1_261_703_530, 999_999_999).unwrap();
        let tokyo = utc.with_timezone(&FixedOffset::east_opt(9 * 3_600).unwrap());
        assert_eq!(Rfc3339Time::from(utc).as_str(), "2009-12-25T09:12:10+08:00");
        assert_eq!(BeijingTime::from(tokyo).as_str(), "20091225091210");
        assert_eq!(PayscoreTime::from(tokyo).as_str(), "20091225091210");
        assert_eq!(BeijingHour::from(tokyo).as_str(), "2009122509");
        assert_eq!(BeijingDate::from(tokyo).as_str(), "20091225");
        assert_eq!(BeijingIsoDate::from(utc).as_str(), "2009-12-25");
        let before_1970 = DateTime::from_timestamp(-1, 500_000_000).unwrap();
        assert_eq!(BeijingTime::from(before_1970).as_str(), "19700101075959");
    }

    #[test]
    fn a_moment_keeps_its_offset_and_fraction() {
        let moment = DateTime::try_from(&Rfc3339Time::from("2018-06-08T11:34:56.789+09:00")).unwrap();
        assert_eq!((moment.timestamp_millis(), moment.offset().local_minus_utc()), (1_528_425_296_789, 9 * 3_600));
        let before_1970 = DateTime::try_from(&Rfc3339Time::from("1969-12-31T23:59:59.5Z")).unwrap();
        assert_eq!((before_1970.timestamp(), before_1970.timestamp_subsec_millis()), (-1, 500));
        let moment = DateTime::try_from(&BeijingTime::from("20091225091210")).unwrap();
        assert_eq!((moment.timestamp(), moment.offset().local_minus_utc()), (1_261_703_530, 8 * 3_600));
    }

    #[test]
    fn a_day_stays_the_same_day() {
        let day = NaiveDate::from_ymd_opt(2009, 12, 25).unwrap();
        let (date, iso) = (BeijingDate::from(day), BeijingIsoDate::from(day));
        assert_eq!((date.as_str(), iso.as_str()), ("20091225", "2009-12-25"));
        assert_eq!((NaiveDate::try_from(&date).unwrap(), NaiveDate::try_from(&iso).unwrap()), (day, day));
    }

    #[test]
    fn what_has_no_other_form_is_an_error_or_no_time_and_never_a_panic() {
        assert!(DateTime::try_from(&PayscoreTime::on_accept()).is_err());
        assert!(NaiveDate::try_from(&BeijingDate::from("20090229")).is_err());
        for moment in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            assert_eq!(BeijingTime::from(moment).as_str(), format!("@{}", moment.timestamp()));
        }
        for day in [NaiveDate::MIN, NaiveDate::MAX] {
            assert!(BeijingDate::from(day).as_str().starts_with('@'));
        }
        for text in ["0000-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"] {
            DateTime::try_from(&Rfc3339Time::from(text)).unwrap();
        }
    }
}
