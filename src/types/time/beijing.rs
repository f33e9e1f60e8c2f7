//! Times and days in Beijing.

use super::{day, moment, time_text};

time_text! {
    /// A time in Beijing as `yyyyMMddHHmmss`.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    ///
    /// use wechatpay_sdk::BeijingTime;
    ///
    /// let time = BeijingTime::from(SystemTime::UNIX_EPOCH + Duration::from_secs(1_261_703_530));
    /// assert_eq!(time, "20091225091210".parse()?);
    /// assert_eq!(time.unix_timestamp()?, 1_261_703_530);
    /// # Ok::<(), wechatpay_sdk::Error>(())
    /// ```
    BeijingTime: BeijingTime
}

moment!(BeijingTime);

time_text! {
    /// An hour in Beijing as `yyyyMMddHH`.
    ///
    /// ```
    /// use wechatpay_sdk::BeijingHour;
    ///
    /// let hour: BeijingHour = "2009122509".parse()?;
    /// assert_eq!(hour.unix_timestamp()?, 1_261_702_800); // its beginning
    /// # Ok::<(), wechatpay_sdk::Error>(())
    /// ```
    BeijingHour: BeijingHour
}

moment!(BeijingHour);

time_text! {
    /// A day in Beijing as `yyyyMMdd`.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    ///
    /// use wechatpay_sdk::BeijingDate;
    ///
    /// let day = BeijingDate::from(SystemTime::UNIX_EPOCH + Duration::from_secs(1_261_703_530));
    /// assert_eq!(day, "20091225".parse()?);
    /// # Ok::<(), wechatpay_sdk::Error>(())
    /// ```
    BeijingDate: BeijingDate
}

day!(BeijingDate);

time_text! {
    /// A day in Beijing as `yyyy-MM-dd`.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    ///
    /// use wechatpay_sdk::BeijingIsoDate;
    ///
    /// let day = BeijingIsoDate::from(SystemTime::UNIX_EPOCH + Duration::from_secs(1_261_703_530));
    /// assert_eq!(day, "2009-12-25".parse()?);
    /// # Ok::<(), wechatpay_sdk::Error>(())
    /// ```
    BeijingIsoDate: BeijingIsoDate
}

day!(BeijingIsoDate);

#[cfg(test)]
mod tests {
    use serde_json::json;
    use time::{Date, Month, OffsetDateTime};

    use super::*;

    #[test]
    fn a_moment_is_told_in_beijing_wherever_it_comes_from() {
        let moment = OffsetDateTime::from_unix_timestamp(1_261_756_800).unwrap(); // 16:00 UTC
        assert_eq!(BeijingTime::from(moment).as_str(), "20091226000000");
        assert_eq!(BeijingHour::from(moment).as_str(), "2009122600");
        assert_eq!(BeijingDate::from(moment).as_str(), "20091226");
        assert_eq!(BeijingIsoDate::from(moment).as_str(), "2009-12-26");
    }

    #[test]
    fn a_text_becomes_a_moment_in_beijing() {
        let moment = OffsetDateTime::try_from(&BeijingTime::from("20091225091210")).unwrap();
        assert_eq!((moment.unix_timestamp(), moment.offset().whole_hours()), (1_261_703_530, 8));
        let moment = OffsetDateTime::try_from(&BeijingHour::from("2009122509")).unwrap();
        assert_eq!(moment.unix_timestamp(), 1_261_702_800);
    }

    #[test]
    fn a_day_stays_the_same_day() {
        let day = Date::from_calendar_date(2009, Month::December, 25).unwrap();
        let (date, iso) = (BeijingDate::from(day), BeijingIsoDate::from(day));
        assert_eq!((date.as_str(), iso.as_str()), ("20091225", "2009-12-25"));
        assert_eq!((Date::try_from(&date).unwrap(), Date::try_from(&iso).unwrap()), (day, day));
        let _ = (BeijingDate::from(Date::MIN), BeijingIsoDate::from(Date::MAX));
    }

    #[test]
    fn one_format_is_not_taken_for_another() {
        assert!(Date::try_from(&BeijingDate::from("2009-12-25")).is_err());
        assert!(Date::try_from(&BeijingIsoDate::from("20091225")).is_err());
        assert!(BeijingTime::from("20091225").unix_timestamp().is_err());
        let error = "2009-12-25 09:12:10".parse::<BeijingTime>().unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::Request);
        assert_eq!(error.to_string(), "the text is not a time as yyyyMMddHHmmss in Beijing, such as 20091225091210");
    }

    #[test]
    fn a_text_from_an_answer_is_kept_whatever_it_is() {
        for text in ["20091225091210", "2009-12-25 09:12:10", ""] {
            let time: BeijingTime = serde_json::from_value(json!(text)).unwrap();
            assert_eq!(time.as_str(), text);
            assert_eq!(serde_json::to_value(&time).unwrap(), text);
        }
    }
}
