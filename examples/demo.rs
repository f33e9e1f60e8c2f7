//! A service order of Pay Score from creation to payment, against a simulated WeChat Pay: `cargo demo`.
//!
//! A customer rented a power bank and paid in cash. The service provider tells WeChat Pay, so that it stops collecting.

use wechatpay_sdk::partner_payscore::{
    CompleteServiceOrderRequest, CreateServiceOrderRequest, PostPayment, RiskFund, RiskFundName,
    SyncServiceOrderDetail, SyncServiceOrderRequest, SyncType, TimeRange,
};
use wechatpay_sdk::simulator::Gateway;
use wechatpay_sdk::{Error, Response, Retry};

/// 2009-12-25 09:30:00 in Beijing.
const MORNING: i64 = 1_261_704_600;
const SERVICE: &str = "2002000000000558128851361561536";
const SUB_MERCHANT: &str = "1900000109";
const ORDER: &str = "1234323JKHDFE1243252";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let gateway = Gateway::start_at(MORNING).await?;
    let pay = gateway.client()?;
    let orders = pay.partner_payscore();
    let mut story = Story::begin(&gateway);

    let rental = CreateServiceOrderRequest::builder()
        .service_id(SERVICE)
        .appid("wxd678efh567hg6787")
        .sub_mchid(SUB_MERCHANT)
        .out_order_no(ORDER)
        .service_introduction("共享充电宝")
        .risk_fund(RiskFund::builder().name(RiskFundName::Deposit).amount(9_900))
        .time_range(TimeRange::builder().start_time("20091225080000"))
        .notify_url("https://shop.example/wechat/notify");
    let created = orders.create_service_order(rental).await?;
    story.answered("The service provider creates an order", &created);

    gateway.confirm_order(ORDER)?;
    story.happened("The customer confirms it in WeChat");

    let returned = CompleteServiceOrderRequest::builder()
        .service_id(SERVICE)
        .sub_mchid(SUB_MERCHANT)
        .post_payments([PostPayment::builder().name("租借费用").amount(1)])
        .total_amount(1); // fen
    let completed = orders.complete_service_order(ORDER, returned).await?;
    story.answered("The power bank is returned: 1 fen is owed", &completed);

    let paid_in_cash = SyncServiceOrderRequest::builder()
        .service_id(SERVICE)
        .sub_mchid(SUB_MERCHANT)
        .type_(SyncType::OrderPaid)
        .detail(SyncServiceOrderDetail::builder().seq(1).paid_time("20091225091210").paid_amount(1))
        .build();
    let synced = orders.sync_service_order(ORDER, paid_in_cash.clone()).await?;
    story.answered("The customer paid in cash at 09:12:10: sync", &synced);

    match orders.sync_service_order(ORDER, paid_in_cash).await {
        Err(error) if error.is_code("ORDER_DONE") => story.failed("The same sync again", &error),
        other => return Err(format!("a second sync answered {other:?}").into()),
    }

    gateway.next_answer().forged();
    let query = orders.get_service_order().service_id(SERVICE).sub_mchid(SUB_MERCHANT).out_order_no(ORDER);
    // A query would be attempted again, and succeed.
    match query.send().retry(Retry::OFF).await {
        Err(error) if error.verify_failure().is_some() => story.failed("Somebody forges an answer", &error),
        other => return Err(format!("a forged answer was believed: {other:?}").into()),
    }
    println!("\nNo answer was believed before it was verified. The code is examples/demo.rs.");
    Ok(())
}

/// Tells what happens. From here on, nothing is about WeChat Pay.
struct Story<'g> {
    gateway: &'g Gateway,
    step: u32,
    /// State of the order after the last step.
    state: String,
}

impl<'g> Story<'g> {
    fn begin(gateway: &'g Gateway) -> Self {
        println!("A simulated WeChat Pay, http://{}", gateway.address());
        println!("It is 2009-12-25 09:30:00 in Beijing.");
        println!();
        line("order", ORDER);
        line("service", SERVICE);
        line("merchant", &format!("{} for sub-merchant {SUB_MERCHANT}", gateway.merchant().mchid()));
        Self { gateway, step: 0, state: "none".to_owned() }
    }

    /// A call succeeded.
    fn answered<T>(&mut self, title: &str, response: &Response<T>) {
        self.title(title);
        self.request();
        line("answer", &response.status().to_string());
        line("verified by", response.verified_by().as_str());
        self.order();
    }

    /// A call failed.
    fn failed(&mut self, title: &str, error: &Error) {
        self.title(title);
        self.request();
        if let Some(status) = error.status() {
            line("answer", &status.to_string());
        }
        let verdict = match error.verify_failure() {
            Some(_) => "NO: the answer is thrown away unread",
            None if error.verified() => "yes",
            None => "no, it is not signed",
        };
        line("verified", verdict);
        wrapped("error", error.to_string().split_inclusive(' '));
        line("kind", &format!("{:?}", error.kind()));
        line("outcome", &format!("{:?}", error.outcome()));
        self.order();
    }

    /// Something happened without a call.
    fn happened(&mut self, title: &str) {
        self.title(title);
        self.order();
    }

    fn title(&mut self, title: &str) {
        self.step += 1;
        println!("\n{}. {title}\n", self.step);
    }

    /// What the gateway received last.
    fn request(&self) {
        let Some(request) = self.gateway.requests().pop() else { return };
        wrapped("request", format!("{} {}", request.method(), request.target()).split_inclusive(['?', '&']));
        if !request.body().is_empty() {
            wrapped("body", String::from_utf8_lossy(request.body()).split_inclusive(','));
        }
        if let Some(shape) = request.authorization_shape() {
            wrapped("Authorization", shape.split_inclusive(','));
        }
    }

    fn order(&mut self) {
        let now = self.gateway.order(ORDER).map_or_else(|| "none".to_owned(), |order| order.to_string());
        if now == self.state {
            line("order", &format!("{now}, unchanged"));
        } else {
            line("order before", &self.state);
            line("order after", &now);
        }
        self.state = now;
    }
}

/// One line under a label.
fn line(label: &str, text: &str) {
    println!("   {label:<14}{text}");
}

/// A text under a label, broken between its parts.
fn wrapped<'t>(label: &str, parts: impl Iterator<Item = &'t str>) {
    const WIDTH: usize = 76;
    let mut label = label;
    let mut text = String::new();
    for part in parts {
        if !text.is_empty() && text.chars().count() + part.chars().count() > WIDTH {
            line(label, text.trim_end());
            (label, text) = ("", String::new());
        }
        text.push_str(part);
    }
    line(label, text.trim_end());
}
