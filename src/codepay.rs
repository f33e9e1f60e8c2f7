//! A charge at a till, by the payment code that a user shows: followed until it is paid, failed, or undone.

use std::fmt;
use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};

use crate::common::TradeState;
use crate::{Error, ErrorCode, Outcome, Progress, Response, Result, Sending};

/// How a charge at a till ended.
#[must_use = "it says whether the goods may leave the shop"]
pub enum Charge<T> {
    /// The user has paid.
    Paid(Response<T>),
    /// The payment failed, and no money will move under this number.
    NotPaid(Response<T>),
    /// The charge is undone: not paid in time, or paid and given back in full.
    Reversed(Response<T>),
    /// Nobody has said. Keep the number: query it, reverse it again, and do not charge under another one before.
    StillUnknown(Error),
}

impl<T> fmt::Debug for Charge<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Paid(_) => "Paid(..)",
            Self::NotPaid(_) => "NotPaid(..)",
            Self::Reversed(_) => "Reversed(..)",
            Self::StillUnknown(error) => return f.debug_tuple("StillUnknown").field(error).finish(),
        })
    }
}

/// Between two looks at the order.
const POLL: Duration = Duration::from_secs(5);
/// An order can be reversed this long after the charge, not earlier.
const REVERSIBLE: Duration = Duration::from_secs(15);
/// How long reversing is tried.
const REVERSING: Duration = Duration::from_secs(45);

/// An order of a till.
trait Order {
    fn state(&self) -> &TradeState;
}

/// What is known of the order so far.
fn known<T: Order>(order: Response<T>) -> Option<Charge<T>> {
    match (order.state(), order.state().progress()) {
        (TradeState::Revoked | TradeState::Refund, _) => Some(Charge::Reversed(order)),
        (_, Progress::Succeeded) => Some(Charge::Paid(order)),
        (_, Progress::Failed | Progress::Closed) => Some(Charge::NotPaid(order)),
        _ => None,
    }
}

/// Charges once, looks until the deadline, then reverses and looks again. The charge itself is never repeated.
async fn follow<T: Order, R>(
    charge: Sending<T>,
    query: impl Fn() -> Sending<T>,
    reverse: impl Fn() -> Sending<R>,
    within: Duration,
) -> Result<Charge<T>> {
    let began = Instant::now();
    let mut last = match charge.await {
        Ok(order) => match known(order) {
            Some(charge) => return Ok(charge),
            None => None,
        },
        Err(error) if error.outcome() == Outcome::Unknown || error.code() == Some(&ErrorCode::UserPaying) => {
            Some(error)
        }
        Err(error) => return Err(error),
    };
    while Instant::now() + POLL <= began + within {
        sleep(POLL).await;
        match query().await.map(known) {
            Ok(Some(charge)) => return Ok(charge),
            Ok(None) => {}
            Err(error) => last = Some(error),
        }
    }
    sleep_until(began + within.max(REVERSIBLE)).await;
    let end = Instant::now() + REVERSING;
    loop {
        // Paid in the last moment or not: what counts is what the order says afterwards.
        if let Err(error) = reverse().await {
            last = Some(error);
        }
        match query().await.map(known) {
            Ok(Some(charge)) => return Ok(charge),
            Ok(None) => {}
            Err(error) => last = Some(error),
        }
        if Instant::now() + POLL > end {
            let open = || Error::transport(Outcome::Unknown, "the order is neither paid nor reversed yet");
            return Ok(Charge::StillUnknown(last.map_or_else(open, Error::after_unknown)));
        }
        sleep(POLL).await;
    }
}

#[cfg(feature = "payments")]
mod merchant {
    use super::{Charge, Duration, Order, Result, TradeState, follow};
    use crate::payments::{CreateCodepayTransactionRequest, Payments, ReverseTransactionRequest, Transaction};

    impl Order for Transaction {
        fn state(&self) -> &TradeState {
            &self.trade_state
        }
    }

    impl Payments {
        /// Charges the payment code that a user shows, and stays with it until the end 「付款码支付」.
        ///
        /// The charge is sent once, whatever happens. While it is undecided, as when the user enters a password, the order is
        /// looked up every five seconds. When it is not decided after `within` (the official page advises 45 seconds), it is
        /// reversed, at the earliest 15 seconds after the charge, until a query confirms that.
        ///
        /// Source: <https://pay.weixin.qq.com/doc/v3/merchant/4012382150>.
        ///
        /// # Errors
        ///
        /// What the charge fails with where its outcome is known: nothing was sent, or it was refused.
        pub async fn charge_code(
            &self,
            order: impl Into<CreateCodepayTransactionRequest>,
            within: Duration,
        ) -> Result<Charge<Transaction>> {
            let order = order.into();
            let reversal = ReverseTransactionRequest::builder().appid(order.appid.as_str()).mchid(order.mchid.as_str());
            let reverse = self.reverse_transaction(order.out_trade_no.as_str(), reversal);
            let query = self.get_transaction_by_out_trade_no(order.out_trade_no.as_str()).mchid(order.mchid.as_str());
            let charge = self.create_codepay_transaction(order).send();
            follow(charge, || query.clone().send(), || reverse.clone().send(), within).await
        }
    }
}

#[cfg(feature = "partner-payments")]
mod partner {
    use super::{Charge, Duration, Order, Result, TradeState, follow};
    use crate::partner_payments::{
        CreatePartnerCodepayTransactionRequest, PartnerPayments, PartnerTransaction, ReversePartnerTransactionRequest,
    };

    impl Order for PartnerTransaction {
        fn state(&self) -> &TradeState {
            &self.trade_state
        }
    }

    impl PartnerPayments {
        /// Charges the payment code that a user shows, for a sub-merchant, and stays with it until the end 「付款码支付」.
        ///
        /// The charge is sent once, whatever happens. While it is undecided, as when the user enters a password, the order is
        /// looked up every five seconds. When it is not decided after `within` (the official page advises 45 seconds), it is
        /// reversed, at the earliest 15 seconds after the charge, until a query confirms that.
        ///
        /// Source: <https://pay.weixin.qq.com/doc/v3/partner/4012382179>.
        ///
        /// # Errors
        ///
        /// What the charge fails with where its outcome is known: nothing was sent, or it was refused.
        pub async fn charge_code(
            &self,
            order: impl Into<CreatePartnerCodepayTransactionRequest>,
            within: Duration,
        ) -> Result<Charge<PartnerTransaction>> {
            let order = order.into();
            let reversal = ReversePartnerTransactionRequest::builder()
                .sp_mchid(order.sp_mchid.as_str())
                .sub_mchid(order.sub_mchid.as_str())
                .maybe_sp_appid(order.sp_appid.clone())
                .maybe_sub_appid(order.sub_appid.clone());
            let reverse = self.reverse_transaction(order.out_trade_no.as_str(), reversal);
            let query = self
                .get_transaction_by_out_trade_no(order.out_trade_no.as_str())
                .sp_mchid(order.sp_mchid.as_str())
                .sub_mchid(order.sub_mchid.as_str());
            let charge = self.create_codepay_transaction(order).send();
            follow(charge, || query.clone().send(), || reverse.clone().send(), within).await
        }
    }
}
