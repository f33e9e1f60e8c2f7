//! Service orders of Pay Score, of merchants and of partners: what each call does to an order.
//!
//! Orders are kept by `out_order_no`, which is unique under the merchant or partner; to another service, sub-merchant or
//! app an order does not exist.

mod amounts;
mod money;
mod order;
mod period;
mod state;
mod view;

use std::collections::HashMap;

use http::StatusCode;
use serde_json::Value;

pub(super) use self::money::{call, expires, user};
use self::order::Order;
pub(super) use self::state::Action;
use self::state::State;
pub use self::view::OrderView;
use super::answer::{Answer, Location, Refusal};
use super::validate::Call;

/// All service orders of one gateway.
#[derive(Debug, Default)]
pub(super) struct Orders(HashMap<String, Order>);

impl Orders {
    /// Carries out a call; nothing if the operation does not concern service orders.
    pub(super) fn call(&mut self, call: &Call<'_>, now: i64) -> Option<Result<Answer, Refusal>> {
        let done = match call.operation {
            "create_service_order" | "create_pay_on_delivery_order" => self.create(call, now),
            "create_completed_service_order" => self.create_completed(call, now),
            "get_service_order" => self.of(call, now).map(|_| ()),
            "cancel_service_order" => self.of(call, now).and_then(|order| order.cancel(&call.body)),
            "complete_service_order" => self.of(call, now).and_then(|order| order.complete(&call.body, now)),
            "modify_service_order" => self.of(call, now).and_then(|order| order.modify(&call.body)),
            "pay_service_order" => self.of(call, now).and_then(|order| order.check(Action::Pay)),
            "sync_service_order" => self.of(call, now).and_then(|order| order.sync(&call.body, now)),
            _ => return None,
        };
        let answer = match done {
            Ok(()) => self.answer(call),
            Err(refusal) => return Some(Err(refusal)),
        };
        Some(Ok(answer))
    }

    /// The order of this number as it is now.
    pub(super) fn find(&mut self, number: &str, now: i64) -> Option<&mut Order> {
        let order = self.0.get_mut(number)?;
        order.expire(now);
        Some(order)
    }

    /// The user confirms or pays; the error is a sentence for the test's author.
    pub(super) fn user(&mut self, number: &str, action: Action, now: i64) -> Result<(), String> {
        let order = self.find(number, now).ok_or_else(|| format!("there is no service order {number}"))?;
        order.user(action, now).map_err(|state| format!("the service order {number} is {state}"))
    }

    /// The user opens or leaves the cashier of an order that is to be paid.
    pub(super) fn cashier(&mut self, number: &str, is_open: bool, now: i64) -> Result<(), String> {
        let order = self.find(number, now).ok_or_else(|| format!("there is no order {number}"))?;
        if order.state != State::MchComplete {
            return Err(format!("the service order {number} is {}", order.state));
        }
        order.is_collecting = is_open;
        Ok(())
    }

    fn create(&mut self, call: &Call<'_>, now: i64) -> Result<(), Refusal> {
        let order = Order::create(call, now)?;
        self.insert(order)
    }

    fn create_completed(&mut self, call: &Call<'_>, now: i64) -> Result<(), Refusal> {
        let order = Order::create_completed(call, now)?;
        self.insert(order)
    }

    /// The same number with the same content enters again and changes nothing.
    fn insert(&mut self, order: Order) -> Result<(), Refusal> {
        match self.0.get(order.number()) {
            Some(earlier) if earlier.is_repeated_by(&order) => Ok(()),
            Some(_) => {
                let message = format!("out_order_no {} was used before with other parameters", order.number());
                Err(Refusal::invalid(271_316_598, message))
            }
            None => {
                self.0.insert(order.number().to_owned(), order);
                Ok(())
            }
        }
    }

    /// The order that a call is about.
    fn of(&mut self, call: &Call<'_>, now: i64) -> Result<&mut Order, Refusal> {
        let unknown = || {
            let message = "there is no order with this number, service_id, and sub_mchid or appid";
            Refusal::new(StatusCode::NOT_FOUND, "ORDER_NOT_EXIST", 271_317_510, message)
        };
        let number = self.number(call).ok_or_else(unknown)?;
        self.find(&number, now).filter(|order| order.belongs_to(call)).ok_or_else(unknown)
    }

    fn number(&self, call: &Call<'_>) -> Option<String> {
        match (call.parameter("query_id"), call.parameter("out_order_no").or(call.member("out_order_no"))) {
            (Some(query_id), None) => {
                self.0.values().find(|order| order.query_id() == query_id).map(|order| order.number().to_owned())
            }
            (_, number) => number.map(str::to_owned),
        }
    }

    /// What a call that succeeded answers: the order, or nothing.
    fn answer(&self, call: &Call<'_>) -> Answer {
        let is_creation = matches!(call.operation, "create_service_order" | "create_pay_on_delivery_order");
        let order = self.number(call).and_then(|number| self.0.get(&number));
        match order {
            Some(order) if is_creation || call.operation == "get_service_order" => {
                Answer::json(StatusCode::OK, &view::service_order(order, is_creation))
            }
            Some(order) if !order.is_partners() => {
                Answer::json(StatusCode::OK, &view::merchants(order, call.operation))
            }
            _ => Answer::empty(StatusCode::NO_CONTENT),
        }
    }
}

impl State {
    /// Lets an action pass, or refuses it with WeChat Pay's code.
    fn check(self, action: Action) -> Result<State, Refusal> {
        self.after(action).map_err(|conflict| {
            let message = format!("{} is not possible, the order is {self}", action.name());
            Refusal::new(StatusCode::BAD_REQUEST, conflict.code(), conflict.number(action), message)
        })
    }
}

/// A member of a body, refused.
fn refused(body: &Value, pointer: &str, issue: impl Into<String>) -> Refusal {
    Refusal::parameter(Location::Body, pointer, body.pointer(pointer).cloned(), issue)
}

#[cfg(test)]
mod tests;
