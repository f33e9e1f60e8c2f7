//! Moments as RFC 3339.

use super::{moment, time_text};

time_text! {
    /// A moment as RFC 3339 with its offset, such as `2018-06-08T10:34:56+08:00`.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    ///
    /// use wechatpay_sdk::Rfc3339Time;
    ///
    /// let success_time: Rfc3339Time = "2018-06-08T10:34:56+08:00".parse()?;
    /// assert_eq!(success_time.unix_timestamp()?, 1_528_425_296);
    ///
    /// let expires = SystemTime::UNIX_EPOCH + Duration::from_secs(1_528_425_296 + 15 * 60);
    /// assert_eq!(Rfc3339Time::from(expires).as_str(), "2018-06-08T10:49:56+08:00");
    /// # Ok::<(), wechatpay_sdk::Error>(())
    /// ```
    ///
    /// Two texts of one moment in different offsets are not equal; their [`unix_timestamp`](Self::unix_timestamp)s are.
    Rfc3339Time: Rfc3339
}

moment!(Rfc3339Time);

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;

    use super::*;

    #[test]
    fn the_text_is_kept_and_compared_as_it_is() {
        let utc = Rfc3339Time::from("2018-06-08T02:34:56.10Z");
        let beijing = Rfc3339Time::from("2018-06-08T10:34:56.1+08:00");
        assert_eq!(utc.as_str(), "2018-06-08T02:34:56.10Z");
        assert_ne!(utc, beijing);
        assert_eq!(utc.unix_timestamp().unwrap(), beijing.unix_timestamp().unwrap());
    }

    #[test]
    fn a_moment_keeps_offset_and_fraction_on_the_way_out_and_is_in_beijing_on_the_way_in() {
        let text = Rfc3339Time::from("2018-06-08T11:34:56.789+09:00");
        let moment = OffsetDateTime::try_from(&text).unwrap();
        assert_eq!(moment.offset().whole_hours(), 9);
        assert_eq!(moment.unix_timestamp_nanos(), 1_528_425_296_789_000_000);
        assert_eq!(Rfc3339Time::from(moment).as_str(), "2018-06-08T10:34:56+08:00");
    }

    #[test]
    fn a_text_that_is_no_time_is_kept_until_it_is_read() {
        let text = Rfc3339Time::from("yesterday");
        assert_eq!(text.as_str(), "yesterday");
        let error = text.unix_timestamp().unwrap_err();
        assert_eq!(error.to_string(), "the text is not a time as RFC 3339, such as 2018-06-08T10:34:56+08:00");
        assert!(OffsetDateTime::try_from(&text).is_err() && "yesterday".parse::<Rfc3339Time>().is_err());
    }
}
