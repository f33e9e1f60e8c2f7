//! Conversions from and to the crate `jiff`.

use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ZonedDateTime};
use time::OffsetDateTime;

use super::{BeijingDate, BeijingHour, BeijingIsoDate, BeijingTime, PayscoreTime, Rfc3339Time};
use crate::{Error, Result};

macro_rules! from_moment {
    ($($name:ident),*) => { $(
        /// The time in Beijing, as from a [`SystemTime`](std::time::SystemTime).
        impl From<Timestamp> for $name {
            fn from(time: Timestamp) -> Self {
                // jiff counts fractions towards 1970.
                let is_begun = time.subsec_nanosecond() < 0;
                Self::at(time.as_second() - i64::from(is_begun))
            }
        }

        /// The time in Beijing, as from a [`SystemTime`](std::time::SystemTime).
        impl From<ZonedDateTime> for $name {
            fn from(time: ZonedDateTime) -> Self {
                time.timestamp().into()
            }
        }
    )* };
}

from_moment!(Rfc3339Time, BeijingTime, BeijingDate, BeijingIsoDate, BeijingHour, PayscoreTime);

macro_rules! to_moment {
    ($($name:ident),*) => { $(
        /// The moment; an error when the text does not name one.
        impl TryFrom<&$name> for Timestamp {
            type Error = Error;

            fn try_from(time: &$name) -> Result<Self> {
                to_jiff(OffsetDateTime::try_from(time)?).map(|time| time.timestamp())
            }
        }

        /// The moment with its offset; an error when the text does not name one.
        impl TryFrom<&$name> for ZonedDateTime {
            type Error = Error;

            fn try_from(time: &$name) -> Result<Self> {
                to_jiff(OffsetDateTime::try_from(time)?)
            }
        }
    )* };
}

to_moment!(Rfc3339Time, BeijingTime, BeijingHour, PayscoreTime);

macro_rules! day {
    ($($name:ident),*) => { $(
        /// The same day.
        impl From<Date> for $name {
            fn from(day: Date) -> Self {
                Self::day_at(day.duration_since(Date::constant(1970, 1, 1)).as_secs())
            }
        }

        /// The same day; an error when the text does not name one.
        impl TryFrom<&$name> for Date {
            type Error = Error;

            fn try_from(day: &$name) -> Result<Self> {
                to_jiff($name::FORMAT.moment(day.as_str())?).map(|moment| moment.date())
            }
        }
    )* };
}

day!(BeijingDate, BeijingIsoDate);

fn to_jiff(time: OffsetDateTime) -> Result<ZonedDateTime> {
    let beyond = |error: jiff::Error| Error::request("the time is beyond what jiff can hold").with_source(error);
    let timestamp = Timestamp::from_nanosecond(time.unix_timestamp_nanos()).map_err(beyond)?;
    let offset = Offset::from_seconds(time.offset().whole_seconds()).map_err(beyond)?;
    Ok(timestamp.to_zoned_datetime(TimeZone::fixed(offset)))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_moment_is_told_in_beijing_wherever_it_comes_from() {
        let moment = Timestamp::new(1_261_703_530, 999_999_999).unwrap();
        let tokyo = moment.to_zoned_datetime(TimeZone::fixed(Offset::constant(9)));
        assert_eq!(Rfc3339Time::from(moment).as_str(), "2009-12-25T09:12:10+08:00");
        assert_eq!(BeijingTime::from(tokyo.clone()).as_str(), "20091225091210");
        assert_eq!(PayscoreTime::from(tokyo).as_str(), "20091225091210");
        assert_eq!(BeijingHour::from(moment).as_str(), "2009122509");
        assert_eq!(BeijingDate::from(moment).as_str(), "20091225");
        assert_eq!(BeijingIsoDate::from(moment).as_str(), "2009-12-25");
        let before_1970 = Timestamp::from_millisecond(-500).unwrap();
        assert_eq!(BeijingTime::from(before_1970).as_str(), "19700101075959");
    }

    #[test]
    fn a_moment_keeps_its_offset_and_fraction() {
        let text = Rfc3339Time::from("2018-06-08T11:34:56.789+09:00");
        let zoned = ZonedDateTime::try_from(&text).unwrap();
        assert_eq!(zoned.offset(), Offset::constant(9));
        assert_eq!(zoned.timestamp().as_nanosecond(), 1_528_425_296_789_000_000);
        assert_eq!(Timestamp::try_from(&text).unwrap(), zoned.timestamp());
        let zoned = ZonedDateTime::try_from(&BeijingTime::from("20091225091210")).unwrap();
        assert_eq!((zoned.timestamp().as_second(), zoned.offset()), (1_261_703_530, Offset::constant(8)));
    }

    #[test]
    fn a_day_stays_the_same_day() {
        let day = date(2009, 12, 25);
        let (date, iso) = (BeijingDate::from(day), BeijingIsoDate::from(day));
        assert_eq!((date.as_str(), iso.as_str()), ("20091225", "2009-12-25"));
        assert_eq!((Date::try_from(&date).unwrap(), Date::try_from(&iso).unwrap()), (day, day));
    }

    #[test]
    fn what_has_no_other_form_is_an_error_or_no_time_and_never_a_panic() {
        assert!(Timestamp::try_from(&PayscoreTime::on_accept()).is_err());
        assert!(Date::try_from(&BeijingDate::from("20090229")).is_err());
        for moment in [Timestamp::MIN, Timestamp::MAX] {
            let _ = (BeijingTime::from(moment), Rfc3339Time::from(moment));
        }
        assert!(BeijingTime::from(Timestamp::MIN).as_str().starts_with('@'));
        for day in [Date::MIN, Date::MAX] {
            let _ = BeijingDate::from(day);
        }
        assert!(BeijingDate::from(Date::MIN).as_str().starts_with('@'));
        ZonedDateTime::try_from(&Rfc3339Time::from("0000-01-01T00:00:00+23:59")).unwrap();
        let error = ZonedDateTime::try_from(&Rfc3339Time::from("9999-12-31T23:59:59-23:59")).unwrap_err();
        assert_eq!(error.to_string(), "the time is beyond what jiff can hold");
    }
}
