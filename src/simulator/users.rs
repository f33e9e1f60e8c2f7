//! What users do, in the hands of a test, and what came of it.

use std::time::Duration;

use super::gateway::Gateway;
use super::payscore::{Action, OrderView};
use super::post::{NextNotification, Notice, Sent};
use super::register::{Standing, StateChange};
use super::{books::Books, combine, complaint, lock, payscore, refund, trade, transfer};
use crate::{Error, Result};

/// Orders, and combined orders. Errors are `Request` errors that say why it is not possible.
impl Gateway {
    /// The user pays the order, or the combined order, with this number, by [`now`](Self::clock).
    ///
    /// # Errors
    ///
    /// A `Request` error when there is no such order, it is in another state, or its time is over.
    pub fn user_pays(&self, out_trade_no: &str) -> Result<()> {
        self.happens(|books, now| {
            let key = books.trades.numbered(out_trade_no).cloned();
            let combined = key.as_ref().and_then(|key| books.trades.get(key)?.terms.combined.clone());
            match combined {
                _ if books.combined.has(out_trade_no) => combine::pays(books, out_trade_no, now),
                Some(whole) => Err(format!("the order {out_trade_no} is a part of {whole}: pay that")),
                None => trade::pays(books, &key.unwrap_or_else(|| unknown(out_trade_no)), now),
            }
        })
    }

    /// The user opens the cashier: until they pay or [leave](Self::user_leaves) the order is `USERPAYING`, and closing it
    /// answers `FREQUENCY_LIMITED`. A service order of Pay Score that is to be paid cannot be synced meanwhile.
    ///
    /// # Errors
    ///
    /// As [`user_pays`](Self::user_pays).
    pub fn user_opens_cashier(&self, out_trade_no: &str) -> Result<()> {
        self.at_the_cashier(out_trade_no, true)
    }

    /// The user leaves the cashier without paying: an order is `NOTPAY` again, a charge by payment code `PAYERROR`.
    ///
    /// # Errors
    ///
    /// As [`user_pays`](Self::user_pays).
    pub fn user_leaves(&self, out_trade_no: &str) -> Result<()> {
        self.at_the_cashier(out_trade_no, false)
    }

    fn at_the_cashier(&self, out_trade_no: &str, is_open: bool) -> Result<()> {
        self.happens(|books, now| {
            let mut keys = books.combined.parts(out_trade_no);
            if keys.is_empty() {
                let Some(key) = books.trades.numbered(out_trade_no) else {
                    return books.service_orders.cashier(out_trade_no, is_open, now);
                };
                keys.push(key.clone());
            }
            keys.iter().try_for_each(|key| trade::cashier(books, key, is_open, now))
        })
    }
}

/// Refunds and complaints.
impl Gateway {
    /// The refund reaches the user now, and not only after a minute: `PROCESSING` becomes `SUCCESS`.
    ///
    /// # Errors
    ///
    /// A `Request` error when there is no such refund, or it is not on its way.
    pub fn refund_arrives(&self, out_refund_no: &str) -> Result<()> {
        self.refund_becomes(out_refund_no, refund::State::Success)
    }

    /// The user's account does not take the money: `PROCESSING` becomes `ABNORMAL`.
    ///
    /// # Errors
    ///
    /// As [`refund_arrives`](Self::refund_arrives).
    pub fn refund_fails(&self, out_refund_no: &str) -> Result<()> {
        self.refund_becomes(out_refund_no, refund::State::Abnormal)
    }

    /// The refund is given up, and no money moves: `PROCESSING` becomes `CLOSED`.
    ///
    /// # Errors
    ///
    /// As [`refund_arrives`](Self::refund_arrives).
    pub fn refund_closes(&self, out_refund_no: &str) -> Result<()> {
        self.refund_becomes(out_refund_no, refund::State::Closed)
    }

    fn refund_becomes(&self, number: &str, state: refund::State) -> Result<()> {
        self.happens(|books, now| {
            let key = books.refunds.numbered(number).cloned().unwrap_or_else(|| unknown(number));
            refund::becomes(books, &key, state, now)
        })
    }

    /// A user complains about a paid order, and may want the money back. Returns the number of the complaint.
    ///
    /// # Errors
    ///
    /// A `Request` error when there is no such order, or it is not paid.
    pub fn user_complains(&self, out_trade_no: &str, detail: &str, wants_refund: bool) -> Result<String> {
        self.happens(|books, now| complaint::made(books, out_trade_no, detail, wants_refund, now))
    }

    /// The user writes again about a complaint; one that was settled is open again.
    ///
    /// # Errors
    ///
    /// A `Request` error when there is no such complaint.
    pub fn user_goes_on(&self, complaint_id: &str, details: &str) -> Result<()> {
        self.happens(|books, now| complaint::goes_on(books, complaint_id, details, now))
    }
}

/// Transfers.
impl Gateway {
    /// The user confirms the transfer and has the money, and grants the permission that was asked for with it.
    ///
    /// # Errors
    ///
    /// A `Request` error when there is no such transfer, or it does not wait for the user.
    pub fn user_confirms_transfer(&self, out_bill_no: &str) -> Result<()> {
        self.happens(|books, now| transfer::confirms(books, out_bill_no, now))
    }

    /// The user's account does not take the transfer: it is `FAIL`.
    ///
    /// # Errors
    ///
    /// As [`user_confirms_transfer`](Self::user_confirms_transfer).
    pub fn transfer_fails(&self, out_bill_no: &str) -> Result<()> {
        self.happens(|books, now| transfer::fails(books, out_bill_no, now))
    }

    /// The user lets later transfers through unconfirmed.
    ///
    /// # Errors
    ///
    /// A `Request` error when there is no such permission, or it was not asked for.
    pub fn user_grants_authorization(&self, out_authorization_no: &str) -> Result<()> {
        self.happens(|books, now| transfer::grant(books, out_authorization_no, now))
    }
}

/// Service orders of Pay Score.
impl Gateway {
    /// The service order with this `out_order_no`, as it is now.
    pub fn order(&self, out_order_no: &str) -> Option<OrderView> {
        let now = self.desk.clock.unix();
        lock(&self.desk.books).service_orders.find(out_order_no, now).map(|order| OrderView::of(order))
    }

    /// The user confirms the service order: `CREATED` becomes `DOING/USER_CONFIRM`.
    ///
    /// # Errors
    ///
    /// A `Request` error when there is no such order, or it is in another state.
    pub fn confirm_order(&self, out_order_no: &str) -> Result<()> {
        self.happens(|books, now| payscore::user(books, out_order_no, Action::Confirm, now))
    }

    /// The user pays the completed service order with WeChat Pay: `DOING/MCH_COMPLETE` becomes `DONE`.
    ///
    /// # Errors
    ///
    /// A `Request` error when there is no such order, or it is in another state.
    pub fn pay_order(&self, out_order_no: &str) -> Result<()> {
        self.happens(|books, now| payscore::user(books, out_order_no, Action::UserPays, now))
    }
}

/// Time, states and notifications.
impl Gateway {
    /// Moves the clock of the gateway and its clients forward, and waits until what was due has happened and the
    /// application has been told.
    pub async fn advance(&self, by: Duration) {
        self.desk.clock.advance(by);
        self.delivered().await;
    }

    /// Waits until every notification that is due has been tried. What waits for a later attempt is not due.
    pub async fn delivered(&self) {
        loop {
            let heard = self.desk.post.bell.count();
            self.desk.catch_up();
            if self.desk.post.is_idle(self.desk.clock.unix()) {
                return;
            }
            self.desk.post.bell.after(heard).await;
        }
    }

    /// Everything that the gateway keeps, with its state: orders, refunds, service orders, transfers, splits, complaints.
    pub fn standings(&self) -> Vec<Standing> {
        self.desk.catch_up();
        lock(&self.desk.books).register.standings()
    }

    /// The state of one of them, such as `gateway.state_of("transaction", "20261124-0001")`.
    pub fn state_of(&self, product: &str, number: &str) -> Option<String> {
        let all = self.standings().into_iter();
        all.filter(|known| known.product == product).find(|known| known.number == number).map(|known| known.state)
    }

    /// Every change of a state, oldest first. The last 1,000 are kept.
    pub fn changes(&self) -> Vec<StateChange> {
        self.desk.catch_up();
        lock(&self.desk.books).register.changes()
    }

    /// The notifications so far, oldest first, with the attempts to deliver them. The last 1,000 are kept beside those that
    /// wait for another attempt.
    pub fn notifications(&self) -> Vec<Sent> {
        self.desk.post.all()
    }

    /// Makes something go wrong with the next notification: `gateway.next_notification().twice()`.
    pub fn next_notification(&self) -> NextNotification<'_> {
        NextNotification::new(&self.desk.post)
    }

    /// Sends any event of the enabled families with what its spec has as an example:
    /// `gateway.notify("REFUND.SUCCESS").to(address)`. A shape of an event that has several is named by its variant, such
    /// as `CombineTransactionSuccess`.
    pub fn notify(&self, event_type: &str) -> Notice<'_> {
        Notice::new(&self.desk, event_type)
    }

    /// Sends what is for addresses that begin with `prefix` to `target` and the rest of the address instead, such as
    /// `https://shop.example/` to `http://127.0.0.1:3000/`. Without this, what is not for this machine is never sent.
    ///
    /// # Errors
    ///
    /// A `Request` error when the target is not on this machine.
    pub fn deliver_instead(&self, prefix: &str, target: &str) -> Result<()> {
        self.desk.post.detour(prefix, target).map_err(Error::request)
    }

    fn happens<T>(&self, work: impl FnOnce(&mut Books, i64) -> std::result::Result<T, String>) -> Result<T> {
        let now = self.desk.clock.unix();
        self.desk.books(|books| {
            books.catch_up(now);
            work(books, now).map_err(Error::request)
        })
    }
}

/// A number that nobody has, so that the sentence about it is the same everywhere.
fn unknown(number: &str) -> (String, String) {
    (String::new(), number.to_owned())
}
