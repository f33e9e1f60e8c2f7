//! When a service begins and ends.

use serde_json::Value;

use super::refused;
use crate::PayscoreTime;
use crate::simulator::answer::Refusal;

const START: &str = "/time_range/start_time";
const END: &str = "/time_range/end_time";

/// When a service begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    OnAccept,
    At(i64),
}

/// Checks the period of a body and returns its start, if it names one.
///
/// `latest_end` bounds the end of a service that is completed; a new order may end in the future.
pub(super) fn read(body: &Value, latest_end: Option<i64>) -> Result<Option<Start>, Refusal> {
    let time = |pointer| match body.pointer(pointer).and_then(Value::as_str) {
        None => Ok(None),
        Some(text) => {
            let unix = PayscoreTime::from(text).unix_timestamp();
            unix.map(Some).map_err(|_| refused(body, pointer, "must be a time in Beijing, yyyyMMddHHmmss or yyyyMMdd"))
        }
    };
    let is_on_accept = body.pointer(START).and_then(Value::as_str) == Some(PayscoreTime::on_accept().as_str());
    let start = if is_on_accept { Some(Start::OnAccept) } else { time(START)?.map(Start::At) };
    if let Some(end) = time(END)? {
        if matches!(start, Some(Start::At(start)) if end < start) {
            return Err(refused(body, END, "is before the start").numbered(271_316_637));
        }
        if latest_end.is_some_and(|latest| end > latest) {
            return Err(refused(body, END, "is in the future"));
        }
    }
    Ok(start)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn body(start: &str, end: &str) -> Value {
        json!({ "time_range": { "start_time": start, "end_time": end } })
    }

    #[test]
    fn a_start_is_a_time_a_day_or_the_confirmation() {
        let start = |text: &str| read(&json!({ "time_range": { "start_time": text } }), None);
        assert_eq!(start("20091225091010").unwrap(), Some(Start::At(1_261_703_410)));
        assert_eq!(start("19700102").unwrap(), Some(Start::At(57_600)));
        assert_eq!(start("OnAccept").unwrap(), Some(Start::OnAccept));
        assert_eq!(read(&json!({}), None).unwrap(), None);
        for text in ["onaccept", "2009-12-25", "20091325", ""] {
            assert_eq!(start(text).unwrap_err().field(), Some(START), "{text}");
        }
    }

    #[test]
    fn the_end_is_not_before_the_start() {
        read(&body("20091225", "20091225"), None).unwrap();
        assert_eq!(read(&body("20091225", "20091224235959"), None).unwrap_err().field(), Some(END));
        read(&body("OnAccept", "20091225"), None).unwrap();
    }

    #[test]
    fn a_completed_service_does_not_end_in_the_future() {
        let now = PayscoreTime::from("20091225120000").unix_timestamp().ok();
        read(&body("20091225", "20091225120000"), now).unwrap();
        assert_eq!(read(&body("20091225", "20091225120001"), now).unwrap_err().field(), Some(END));
        read(&body("20091225", "20991225"), None).unwrap();
    }
}
