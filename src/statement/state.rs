//! Whether there is a bill of a day.

use std::time::SystemTime;

use time::{Date, Duration, Month, OffsetDateTime, Time, UtcOffset};

use crate::{Error, Response, Result};

/// Bills are there by this hour of the next day, in Beijing.
const READY_AT: u8 = 10;

/// What the question for a bill was answered with.
///
/// ```no_run
/// # async fn example(pay: wechatpay_sdk::WechatPay) -> wechatpay_sdk::Result<()> {
/// use std::time::SystemTime;
///
/// use wechatpay_sdk::statement::BillState;
///
/// let asked = pay.bill().get_trade_bill().bill_date("2026-08-15").await;
/// match BillState::of("2026-08-15", asked, SystemTime::now())? {
///     BillState::Ready(bill) => println!("{} bytes", pay.download(&bill).to_file("2026-08-15.csv").await?),
///     BillState::Empty => println!("nothing happened that day"),
///     BillState::NotYet => println!("ask again after ten in the morning"),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub enum BillState<T> {
    /// There is one.
    Ready(T),
    /// There is none, because nothing happened that day.
    Empty,
    /// It is not made yet.
    NotYet,
}

impl<T> BillState<T> {
    /// Reads the answer about the bill of this day, `yyyy-MM-dd` in Beijing. Before ten in the morning of the next day
    /// "there is none" means that it is not made yet.
    ///
    /// # Errors
    ///
    /// The answer's own, where it says nothing about the bill or is not signed; a `Statement` error when `day` is no day.
    pub fn of(day: &str, asked: Result<Response<T>>, now: SystemTime) -> Result<Self> {
        let due = due(day).ok_or_else(|| Error::statement("the day of a bill is written yyyy-MM-dd"))?;
        match asked {
            Ok(answer) => Ok(Self::Ready(answer.into_inner())),
            // What an unsigned refusal says may be anybody's.
            Err(error) if error.verified() && error.is_code("STATEMENT_CREATING") => Ok(Self::NotYet),
            Err(error) if error.verified() && error.is_code("NO_STATEMENT_EXIST") => {
                match due <= OffsetDateTime::from(now) {
                    true => Ok(Self::Empty),
                    false => Ok(Self::NotYet),
                }
            }
            Err(error) => Err(error),
        }
    }
}

/// When the bill of a day is certainly there.
fn due(day: &str) -> Option<OffsetDateTime> {
    let mut parts = day.splitn(3, '-');
    let (year, month, day) =
        (parts.next()?.parse().ok()?, parts.next()?.parse::<u8>().ok()?, parts.next()?.parse().ok()?);
    let date = Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok()?;
    let morning = Time::from_hms(READY_AT, 0, 0).ok()?;
    let beijing = UtcOffset::from_hms(8, 0, 0).ok()?;
    Some(date.checked_add(Duration::DAY)?.with_time(morning).assume_offset(beijing))
}
