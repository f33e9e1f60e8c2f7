//! Notifications in actix-web: into an inbox, answered, and only then worked on. Runs against the simulator.
//!
//! The inbox of this example is a table in memory, which is enough to show its order of things and nothing else: a real one
//! is a table of your database (see `wechatpay_sdk::webhook::Inbox`).

use std::collections::BTreeMap;
use std::sync::Mutex;

use actix_web::{App, HttpServer, web};
use wechatpay_sdk::simulator::Gateway;
use wechatpay_sdk::webhook::{Answer, Inbox, Inserting, Notification};

/// A table whose first column is unique.
#[derive(Default)]
struct Table(Mutex<BTreeMap<String, String>>);

impl Inbox for Table {
    fn insert<'a>(&'a self, notification: &'a Notification) -> Inserting<'a> {
        Box::pin(async move {
            let mut rows = self.0.lock().map_err(|_| "the table is broken")?;
            rows.entry(notification.dedupe_key()).or_insert_with(|| notification.plaintext().to_owned());
            Ok(())
        })
    }
}

async fn notify(inbox: web::Data<Table>, notification: Notification) -> Answer {
    notification.keep(inbox.get_ref()).await
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let gateway = Gateway::start().await?;
    let pay = web::Data::new(gateway.client()?);
    let inbox = web::Data::new(Table::default());
    let rows = inbox.clone();
    let server = HttpServer::new(move || {
        App::new().app_data(pay.clone()).app_data(inbox.clone()).route("/wechat/notify", web::post().to(notify))
    });
    let server = server.workers(1).bind("127.0.0.1:0")?;
    let address = server.addrs().first().copied().ok_or("no address")?;
    let server = server.run();
    let handle = server.handle();
    actix_web::rt::spawn(server);

    let refund = serde_json::json!({ "out_refund_no": "R-1", "refund_status": "SUCCESS", "amount": { "refund": 100 } });
    let (headers, body) = gateway.notification("REFUND.SUCCESS", &refund)?;
    let http = reqwest::Client::builder().no_proxy().build()?;
    let address = format!("http://{address}/wechat/notify");
    for _ in 0..2 {
        let answer = http.post(&address).headers(headers.clone()).body(body.clone()).send().await?;
        println!("answered {}", answer.status());
        assert_eq!(answer.status(), 204);
    }
    let forged = http.post(&address).headers(headers).body("{}").send().await?;
    println!("a forged one is answered {}", forged.status());
    assert_eq!(forged.status(), 401);

    let count = rows.0.lock().map_err(|_| "the table is broken")?.len();
    println!("the inbox has {count} row");
    assert_eq!(count, 1);
    handle.stop(false).await;
    Ok(())
}
