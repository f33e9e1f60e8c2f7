//! Times of Pay Score.

use super::format::ON_ACCEPT;
use super::{moment, time_text};

time_text! {
    /// A time in Beijing as `yyyyMMddHHmmss` or a day as `yyyyMMdd`; as a start time also `OnAccept`.
    ///
    /// ```
    /// use wechatpay_sdk::PayscoreTime;
    ///
    /// let start: PayscoreTime = "20091225091210".parse()?;
    /// assert_eq!(start.unix_timestamp()?, 1_261_703_530);
    ///
    /// let day: PayscoreTime = "20091225".parse()?;
    /// assert_eq!(day.unix_timestamp()?, 1_261_670_400); // its midnight
    ///
    /// assert!(PayscoreTime::on_accept().unix_timestamp().is_err());
    /// # Ok::<(), wechatpay_sdk::Error>(())
    /// ```
    PayscoreTime: Payscore
}

moment!(PayscoreTime);

impl PayscoreTime {
    /// `OnAccept`: the service begins when the user confirms the order.
    pub fn on_accept() -> Self {
        Self(ON_ACCEPT.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;

    use super::*;

    #[test]
    fn on_accept_is_a_start_but_not_a_moment() {
        let start = PayscoreTime::on_accept();
        assert_eq!(start, "OnAccept".parse().unwrap());
        let error = start.unix_timestamp().unwrap_err();
        assert_eq!(error.to_string(), "OnAccept is not a moment: the service begins when the user confirms");
        assert!(OffsetDateTime::try_from(&start).is_err());
    }

    #[test]
    fn a_moment_becomes_a_time_and_not_a_day() {
        let midnight = OffsetDateTime::try_from(&PayscoreTime::from("20091225")).unwrap();
        assert_eq!(PayscoreTime::from(midnight).as_str(), "20091225000000");
    }
}
