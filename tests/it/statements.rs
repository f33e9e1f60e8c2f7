//! Bills as rows: what spreadsheets and WeChat Pay do to a CSV, and whether it adds up.

use wechatpay_sdk::simulator::Gateway;
use wechatpay_sdk::statement::{BillState, Row, Rows};
use wechatpay_sdk::{Clock as _, Error, ErrorKind, Fen, Outcome, Result};

const HEADER: &str = "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,\
                      应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,\
                      手续费,费率,订单金额,申请退款金额,费率备注";
const SUMMARY: &str = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额";

fn row(number: &str, name: &str, settled: &str, refund: &str, fee: &str) -> String {
    let values = [
        "2026-08-15 12:00:00",
        "wxd678efh567hg6787",
        "1230000109",
        "1900000109",
        "",
        "4200001",
        number,
        "oUpF8uMuAJO",
        "JSAPI",
        "SUCCESS",
        "OTHERS",
        "CNY",
        settled,
        "0.00",
        "0",
        "0",
        refund,
        "0.00",
        "",
        "",
        name,
        "",
        fee,
        "0.60%",
        settled,
        refund,
        "",
    ];
    values.map(|value| format!("`{value}")).join(",")
}

fn bill(rows: &[String], summary: &str) -> String {
    format!("\u{feff}{HEADER}\r\n{}\r\n{SUMMARY}\r\n{summary}\r\n", rows.join("\r\n"))
}

fn read(text: &str) -> Result<Vec<Row>> {
    Rows::new(text.as_bytes()).collect()
}

#[test]
fn g17_a_bill_with_bom_backticks_crlf_and_commas_in_names_is_read_by_its_columns() {
    let rows =
        [row("A1", "鲜花, 一束", "128.00", "0.00", "0.76800"), row("A2", "两行\r\n的名字", "0.01", "0.00", "0.00000")];
    let text = bill(&rows, "`2,`128.01,`0.00,`0.00,`0.76800,`128.01,`0.00");
    let rows = read(&text).unwrap();
    assert_eq!(rows[0].get("商品名称"), Some("鲜花, 一束"));
    assert_eq!(rows[0].get("没有的列"), None);
    assert_eq!(rows[0].iter().count(), 27);
    assert_eq!(rows[1].get("商品名称"), Some("两行\n的名字"));
    let trade = rows[0].clone().trade().unwrap();
    assert_eq!((trade.out_trade_no.as_str(), trade.sub_mchid.as_deref()), ("A1", Some("1900000109")));
    assert_eq!((trade.total, trade.settlement_total), (Some(Fen::new(12_800)), Some(Fen::new(12_800))));
    assert_eq!(trade.fee.unwrap().get(), 76_800);
    assert_eq!(trade.fee.unwrap().to_string(), "0.76800");
    assert_eq!((trade.refund_id, trade.out_refund_no), (None, None));
    assert!(!format!("{rows:?}").contains("oUpF8uMuAJO"), "the payer is not printed");
    let direct = read(&text.replace("`1900000109", "`0")).unwrap();
    assert_eq!(direct[0].clone().trade().unwrap().sub_mchid, None, "the bill of a direct merchant has 0 there");
}

#[test]
fn a_column_that_is_new_or_elsewhere_changes_nothing() {
    let text = "新的列,商户订单号,交易状态,微信订单号,二级商户号,交易时间,订单金额\n`x,`A1,`SUCCESS,`42,`19,`2026-08-15 12:00:00,`1.00\n\
                总交易单数,订单总金额\n`1,`1.00\n";
    let trade = read(text).unwrap().remove(0).trade().unwrap();
    assert_eq!((trade.sub_mchid.as_deref(), trade.total), (Some("19"), Some(Fen::new(100))));
    assert_eq!(trade.row.get("新的列"), Some("x"));
    assert_eq!(trade.fee, None);
}

fn refusal(text: &str) -> String {
    let error: Error = read(text).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Statement);
    error.to_string()
}

#[test]
fn a_bill_that_does_not_add_up_or_is_cut_off_is_no_bill() {
    let rows = [row("A1", "a", "1.00", "0.00", "0.00600"), row("A2", "b", "2.00", "0.50", "0.01200")];
    let right = "`2,`3.00,`0.50,`0.00,`0.01800,`3.00,`0.50";
    read(&bill(&rows, right)).unwrap();
    for wrong in [
        "`3,`3.00,`0.50,`0.00,`0.01800,`3.00,`0.50",
        "`2,`3.01,`0.50,`0.00,`0.01800,`3.00,`0.50",
        "`2,`3.00,`0.51,`0.00,`0.01800,`3.00,`0.50",
        "`2,`3.00,`0.50,`0.00,`0.01801,`3.00,`0.50",
        "`2,`3.00,`0.50,`0.00,`0.01800,`3.00,`",
    ] {
        assert!(refusal(&bill(&rows, wrong)).contains("add up"), "{wrong}");
    }
    let whole = bill(&rows, right);
    for cut in [whole.find(SUMMARY).unwrap(), whole.find("`2,`3.00").unwrap(), whole.find("`0.01200").unwrap(), 0] {
        refusal(&whole[..cut]);
    }
    assert!(refusal("\u{1f}\u{8b}\n").contains("packed"));
    assert!(refusal(&bill(&[row("A1", "a", "1.0e2", "0.00", "0.00")], right)).contains("line 2"));
}

#[test]
fn an_amount_of_parts_of_a_fen_is_no_amount_of_fen() {
    let text = "交易时间,商户订单号,交易状态,微信订单号,申请金额,订单金额\n`t,`A1,`S,`42,`x,`1.005\n总交易单数\n`1\n";
    let error = read(text).unwrap().remove(0).trade().unwrap_err();
    assert!(error.to_string().contains("订单金额") && !error.to_string().contains("1.005"), "{error}");
}

#[test]
fn movements_and_shares_are_typed_too() {
    let flow = "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号\n\
                `2026-08-15 04:59:35,`50000305742018020103387128253,`1900009231201802015884652186,`退款,`退款,`支出,`0.02,`0.17,`system,`缺货,`R1\n\
                `2026-08-15 05:00:00,`5,`6,`交易,`交易,`收入,`1.10,`1.27,`,`,`A1\n\
                资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额\n`2,`1,`1.10,`1,`0.02\n";
    let rows = read(flow).unwrap();
    let movement = rows[0].clone().fund_flow().unwrap();
    assert_eq!((movement.amount, movement.balance), (Fen::new(2), Some(Fen::new(17))));
    assert_eq!((movement.direction.as_str(), movement.voucher.as_deref()), ("支出", Some("R1")));
    assert!(refusal(&flow.replace("`1,`1.10,`1,`0.02", "`1,`1.10,`1,`0.03")).contains("支出金额"));

    let shares = "分账时间,分账发起方,分账方,微信订单号,微信分账/回退单号,分账明细单号,商户分账/回退单号,订单金额,分账接收方,分账金额,业务类型,处理状态,分账描述,备注\n\
                  `2026-08-15 12:00:00,`1900000108,`1900000109,`4200,`3000,`3600,`P1,`1.00,`1900000110,`0.30,`分账,`分账成功,`,`\n";
    let share = read(shares).unwrap().remove(0).profit_sharing().unwrap();
    assert_eq!((share.amount, share.receiver.as_deref()), (Fen::new(30), Some("1900000110")));
}

mod never_panics {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn whatever_the_bytes_are(bytes in proptest::collection::vec(any::<u8>(), 0..400), text in "[`,\n\r交易时间总0-9.]{0,200}") {
            let _ = Rows::new(bytes.as_slice()).count();
            for row in Rows::new(format!("{HEADER}\n{text}").as_bytes()).flatten() {
                let _ = (row.clone().trade(), row.clone().fund_flow(), row.profit_sharing());
            }
        }
    }
}

const DAY: &str = "2026-08-15";
/// 2026-08-16 10:00:00 in Beijing.
const DUE: i64 = 1_786_845_600;

#[tokio::test]
async fn the_simulator_serves_a_bill_plain_packed_and_encrypted() {
    let gateway = Gateway::start().await.unwrap();
    let text = bill(&[row("A1", "a", "1.00", "0.00", "0.00600")], "`1,`1.00,`0.00,`0.00,`0.00600,`1.00,`0.00");
    gateway.give_bill(DAY, text.clone());
    let pay = gateway.client().unwrap();
    let plain = pay.bill().get_trade_bill().bill_date(DAY).await.unwrap();
    assert_eq!(pay.download(&plain).to_bytes().await.unwrap(), text);
    let packed = pay.bill().get_fund_flow_bill().bill_date(DAY).tar_type("GZIP").await.unwrap();
    assert_eq!(pay.download(&packed).to_bytes().await.unwrap(), text);
    let sealed = pay.bill().get_sub_merchant_fund_flow_bill().sub_mchid("1900000109").bill_date(DAY);
    let sealed = sealed.account_type("BASIC").algorithm("AEAD_AES_256_GCM").tar_type("GZIP").await.unwrap();
    let bytes = pay.download(&sealed).to_bytes().await.unwrap();
    assert_eq!(bytes, text);
    let rows: Result<Vec<Row>> = Rows::new(&bytes[..]).collect();
    assert_eq!(rows.unwrap().len(), 1);
}

#[tokio::test]
async fn a_bill_that_is_not_there_is_empty_after_ten_in_the_morning_and_not_made_yet_before() {
    for (now, is_empty) in [(DUE - 1, false), (DUE, true)] {
        let gateway = Gateway::start_at(now).await.unwrap();
        gateway.give_bill("2026-08-01", "x");
        let asked = gateway.client().unwrap().bill().get_trade_bill().bill_date(DAY).await;
        let state = BillState::of(DAY, asked, gateway.clock().now()).unwrap();
        assert!(matches!((state, is_empty), (BillState::Empty, true) | (BillState::NotYet, false)));
    }
    let gateway = Gateway::start_at(DUE).await.unwrap();
    let unsigned = r#"{"code":"NO_STATEMENT_EXIST","message":"none"}"#;
    gateway.next_answer().status(wechatpay_sdk::http::StatusCode::BAD_REQUEST, unsigned);
    let asked = gateway.client().unwrap().bill().get_trade_bill().bill_date(DAY).await;
    let error = BillState::of(DAY, asked, gateway.clock().now()).unwrap_err();
    assert!(error.is_code("NO_STATEMENT_EXIST"), "an unsigned refusal proves nothing");
}

#[tokio::test]
async fn g18_the_bill_of_pay_score_takes_a_day_with_its_hour_and_nothing_else() {
    let gateway = Gateway::start().await.unwrap();
    let pay = gateway.client().unwrap();
    let ask = |day: &str| {
        let call = pay.payscore().get_merchant_bill().bill_date(day).encryption_algorithm("AEAD_AES_256_GCM");
        call.service_id("500001").send()
    };
    let error = ask("2019-06-11").await.unwrap_err();
    assert_eq!((error.outcome(), error.offences()[0].place()), (Outcome::NotSent, "bill_date"));
    ask("2019061100").await.unwrap();
}
