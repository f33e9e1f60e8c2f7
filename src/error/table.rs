//! What a failure asks its caller to do: the one table behind `next_step`, `advice` and docs/ERRORS.md.
//!
//! Data only, and of no other part of the crate, since `cargo xtask errors` reads it too.

/// What to do next; the public [`NextStep`](crate::NextStep) adds how long to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// After so many seconds.
    Repeat(u64),
    Query,
    Fix,
    NumberUsed,
    NewNumber,
    Stop,
}

/// What an answer of WeChat Pay means. The first row that fits counts.
#[derive(Debug)]
pub(crate) struct Answer {
    /// Where the codes usually stand; a row without codes or numbers is all there is to say of these statuses.
    pub(crate) statuses: &'static [u16],
    /// All spellings of one code.
    pub(crate) codes: &'static [&'static str],
    /// The internal number after the last dash of `Request-ID`.
    pub(crate) numbers: &'static [u32],
    /// Only operations whose path ends like this.
    pub(crate) path_end: &'static str,
    pub(crate) step: Step,
    pub(crate) meaning: &'static str,
    pub(crate) advice: &'static str,
}

impl Answer {
    /// Whether the row knows the code or the number, and not the status alone.
    pub(crate) fn is_specific(&self) -> bool {
        !self.codes.is_empty() || !self.numbers.is_empty()
    }
}

/// What the situation says, whatever the answer was.
#[derive(Debug)]
pub(crate) struct Situation {
    pub(crate) step: Step,
    pub(crate) meaning: &'static str,
    /// `{query}` stands for the operation to ask with.
    pub(crate) advice: &'static str,
}

const NONE: Answer =
    Answer { statuses: &[], codes: &[], numbers: &[], path_end: "", step: Step::Stop, meaning: "", advice: "" };

/// Codes that mean the same, in the spellings of all products and ages.
pub(crate) mod spellings {
    pub(crate) const SYSTEM_ERROR: &[&str] =
        &["SYSTEM_ERROR", "SYSTEMERROR", "BANK_ERROR", "BANKERROR", "SERVICE_UNAVAILABLE", "ERROR"];
    pub(crate) const TOO_FREQUENT: &[&str] =
        &["FREQUENCY_LIMITED", "FREQUENCY_LIMIT_EXCEED", "RATELIMIT_EXCEEDED", "RATE_LIMITED"];
    pub(crate) const NOT_FOUND: &[&str] =
        &["ORDER_NOT_EXIST", "ORDER_NOT_EXISTS", "ORDERNOTEXIST", "RESOURCE_NOT_EXISTS", "NOT_FOUND"];
    pub(crate) const PAYING: &[&str] = &["USERPAYING", "USER_PAYING"];
    pub(crate) const NOT_ENOUGH: &[&str] = &["NOT_ENOUGH", "NOTENOUGH"];
    pub(crate) const NO_AUTH: &[&str] = &["NO_AUTH", "NOAUTH"];
    pub(crate) const PAID: &[&str] = &["ORDER_PAID", "ORDERPAID"];
    pub(crate) const DONE: &[&str] = &["ORDER_DONE"];
    pub(crate) const CLOSED: &[&str] = &["ORDER_CLOSED", "ORDERCLOSED", "ORDER_CANCELED", "ORDERREVERSED"];
    pub(crate) const EXISTS: &[&str] = &["ALREADY_EXISTS", "RESOURCE_ALREADY_EXISTS"];
    pub(crate) const INVALID_REQUEST: &[&str] = &["INVALID_REQUEST", "INVALID_PARAMETER"];
    pub(crate) const PARAM_ERROR: &[&str] = &["PARAM_ERROR"];
}

pub(crate) static ANSWERS: &[Answer] = &[
    Answer {
        statuses: &[400, 403],
        numbers: &[271_316_754],
        step: Step::Repeat(180),
        meaning: "A deduction of this order is running (单据正在扣款中).",
        advice: "Wait about three minutes, then send the same request again.",
        ..NONE
    },
    Answer {
        statuses: &[400],
        numbers: &[268_498_688, 271_316_598],
        step: Step::NumberUsed,
        meaning: "The number was used before with other content (请求重入参数不一致).",
        advice: "Query the number: what is under it is in effect. Only the content of the first request can be sent again \
                 with it.",
        ..NONE
    },
    Answer {
        statuses: &[400, 403],
        codes: spellings::PAID,
        numbers: &[268_449_538, 268_498_689],
        step: Step::Query,
        meaning: "The order is paid (订单已支付).",
        advice: "Ask {query} and go on as with every paid order; do not open another one for the same purchase.",
        ..NONE
    },
    Answer {
        statuses: &[400],
        codes: spellings::DONE,
        step: Step::Query,
        meaning: "The order is done already (订单已完成), often by an earlier request of the same kind.",
        advice: "Ask {query}: if it says what you wanted, this counts as success.",
        ..NONE
    },
    Answer {
        statuses: &[403],
        numbers: &[271_300_099],
        step: Step::Stop,
        meaning: "Risk control refuses this user (风控拒绝).",
        advice: "Do not repeat it; offer another way to pay.",
        ..NONE
    },
    Answer {
        statuses: &[429],
        codes: spellings::TOO_FREQUENT,
        path_end: "/close",
        step: Step::Query,
        meaning: "Closing is refused as too frequent (频率超限), which on this operation often means that the payer is \
                  paying right now.",
        advice: "Ask {query}; close it again only while it is unpaid.",
        ..NONE
    },
    Answer {
        statuses: &[429],
        codes: spellings::TOO_FREQUENT,
        step: Step::Repeat(1),
        meaning: "Too many requests (频率超限); this one was not accepted.",
        advice: "Slow down, then send the same request again with the same number.",
        ..NONE
    },
    Answer {
        statuses: &[500],
        codes: spellings::SYSTEM_ERROR,
        step: Step::Query,
        meaning: "WeChat Pay's system failed (系统错误); what became of the request is not known.",
        advice: "Ask {query}, then send the same request again with the same number if nothing happened.",
        ..NONE
    },
    Answer {
        statuses: &[202, 400],
        codes: spellings::PAYING,
        step: Step::Query,
        meaning: "The payer is entering the password (用户支付中).",
        advice: "Ask {query} every few seconds until it is decided; it may still be paid.",
        ..NONE
    },
    Answer {
        statuses: &[401],
        codes: &["SIGN_ERROR"],
        step: Step::Fix,
        meaning: "The signature of the request is not accepted (签名错误).",
        advice: "Check private key, certificate serial, merchant number and the clock of this machine; `self_test` tries \
                 them out. Then send it again with the same number.",
        ..NONE
    },
    Answer {
        statuses: &[403],
        codes: spellings::NOT_ENOUGH,
        step: Step::Fix,
        meaning: "The balance is too small (余额不足).",
        advice: "Top up the account, then send the same request again with the same number.",
        ..NONE
    },
    Answer {
        statuses: &[403],
        codes: spellings::NO_AUTH,
        step: Step::Fix,
        meaning: "The product is not open to this merchant, or the relation to the sub-merchant is missing (无权限).",
        advice: "Open it in the merchant portal, then send the same request again with the same number.",
        ..NONE
    },
    Answer {
        statuses: &[400],
        codes: spellings::PARAM_ERROR,
        step: Step::Fix,
        meaning: "A parameter is wrong (参数错误).",
        advice: "`api().details()` names it. Correct it and send it with the same number.",
        ..NONE
    },
    Answer {
        statuses: &[400],
        codes: &["APPID_MCHID_NOT_MATCH", "MCH_NOT_EXISTS"],
        step: Step::Fix,
        meaning: "Merchant number, appid and openid do not belong together (商户号与 appid 不匹配).",
        advice: "Correct the numbers or bind them in the merchant portal, then send it with the same number.",
        ..NONE
    },
    Answer {
        statuses: &[400],
        codes: spellings::INVALID_REQUEST,
        step: Step::Fix,
        meaning: "The request breaks a rule (请求不符合业务规则); among others, its number was used before with other content.",
        advice: "The message says which. Correct it, or send the content of the first request; keep the number.",
        ..NONE
    },
    Answer {
        statuses: &[403],
        codes: &["OUT_TRADE_NO_USED"],
        step: Step::NumberUsed,
        meaning: "Another order has this number (商户订单号重复).",
        advice: "Query the number: if the order is yours, go on with it.",
        ..NONE
    },
    Answer {
        statuses: &[400],
        codes: spellings::EXISTS,
        step: Step::NumberUsed,
        meaning: "It exists already (资源已存在).",
        advice: "Query it: if it is what you wanted, this counts as success.",
        ..NONE
    },
    Answer {
        statuses: &[400],
        codes: spellings::CLOSED,
        step: Step::NewNumber,
        meaning: "The order of this number is closed (订单已关闭) and cannot be paid any more.",
        advice: "If it is still wanted, open a new order with a new number.",
        ..NONE
    },
    Answer {
        statuses: &[400],
        codes: &["INVALID_ORDER_STATE"],
        step: Step::Query,
        meaning: "The order is in another state than this call needs (订单状态错误).",
        advice: "Ask {query} and decide by its state.",
        ..NONE
    },
    Answer {
        statuses: &[404],
        codes: spellings::NOT_FOUND,
        step: Step::Fix,
        meaning: "What the request names does not exist (订单不存在).",
        advice: "Check the number it names, and whose it is: merchant and sub-merchant. Keep the number of this request.",
        ..NONE
    },
    Answer {
        statuses: &[400],
        codes: &["NO_STATEMENT_EXIST"],
        step: Step::Stop,
        meaning: "There is no bill, because nothing happened on that day (账单不存在).",
        advice: "Take it as an empty bill.",
        ..NONE
    },
    Answer {
        statuses: &[400],
        codes: &["STATEMENT_CREATING"],
        step: Step::Repeat(600),
        meaning: "The bill is being made (账单生成中).",
        advice: "Ask for it again in ten minutes.",
        ..NONE
    },
    Answer {
        statuses: &[403],
        codes: &["RULE_LIMIT", "REQUEST_BLOCKED", "TRADE_ERROR"],
        step: Step::Stop,
        meaning: "A rule of the business or of risk control refuses it (业务规则限制).",
        advice: "Do not repeat it as it is. The message says which rule; once it no longer holds, keep the number.",
        ..NONE
    },
    Answer {
        statuses: &[403],
        codes: &["ACCOUNT_ERROR", "USER_ACCOUNT_ABNORMAL", "USER_NOT_EXIST"],
        step: Step::Stop,
        meaning: "The account of the user or merchant cannot be used (帐号异常).",
        advice: "Do not repeat it; the user has to see to the account, or pay in another way.",
        ..NONE
    },
    Answer {
        statuses: &[401],
        step: Step::Fix,
        meaning: "WeChat Pay does not accept who asks.",
        advice: "Check keys, serial, merchant number and clock, then send it again with the same number.",
        ..NONE
    },
    Answer {
        statuses: &[403],
        step: Step::Stop,
        meaning: "WeChat Pay refuses this.",
        advice: "The message says why. Do not repeat it as it is, and keep the number.",
        ..NONE
    },
    Answer {
        statuses: &[404],
        step: Step::Fix,
        meaning: "The address or what it names is not there.",
        advice: "Check path and numbers; keep the number of this request.",
        ..NONE
    },
    Answer {
        statuses: &[429],
        step: Step::Repeat(1),
        meaning: "Too many requests; this one was not accepted.",
        advice: "Slow down, then send the same request again with the same number.",
        ..NONE
    },
];

/// Every other refusal.
pub(crate) static OTHER: Answer = Answer {
    step: Step::Fix,
    meaning: "The request is refused as it is.",
    advice: "The message says why. Correct it and send it with the same number.",
    ..NONE
};

pub(crate) const BAD_INPUT: Situation = Situation {
    step: Step::Fix,
    meaning: "Nothing was sent: keys, configuration or values of the call are wrong.",
    advice: "Correct what the error names, then send it with the same number.",
};
pub(crate) const NO_CONNECTION: Situation = Situation {
    step: Step::Repeat(1),
    meaning: "Nothing was sent: there is no connection to WeChat Pay.",
    advice: "Send the same request again with the same number; if that fails for long, look at DNS, proxy, firewall and TLS.",
};
pub(crate) const NO_KEYS: Situation = Situation {
    step: Step::Repeat(5),
    meaning: "Nothing was sent: the platform certificates that it needs could not be had.",
    advice: "Send the same request again with the same number; `refresh_certificates` tries the download alone.",
};
pub(crate) const UNKNOWN_READ: Situation = Situation {
    step: Step::Repeat(1),
    meaning: "There is no answer that can be trusted, but the call only reads.",
    advice: "Ask again.",
};
pub(crate) const UNKNOWN_REENTRANT: Situation = Situation {
    step: Step::Repeat(5),
    meaning: "It is not known whether this happened. WeChat Pay recognises a repeat, and no money moves by it.",
    advice: "Send the same request again with the same number and content.",
};
pub(crate) const UNKNOWN_WRITE: Situation = Situation {
    step: Step::Query,
    meaning: "It is not known whether this happened.",
    advice: "Ask {query} what became of it. Never take a new number before that: it would be a second order, and may \
             move money twice.",
};
pub(crate) const UNSIGNED: Situation = Situation {
    step: Step::Query,
    meaning: "The refusal is not signed by WeChat Pay, so it proves nothing.",
    advice: "Ask {query} what is there, then decide; keep the number.",
};
pub(crate) const UNLISTED: Situation = Situation {
    step: Step::Query,
    meaning: "Money is concerned, and this version does not know the code.",
    advice: "Ask {query} what is there, then decide; keep the number.",
};
pub(crate) const NUMBER_NOT_FREE: Situation = Situation {
    step: Step::Query,
    meaning: "The order is closed, but an error alone allows no new number here.",
    advice: "Ask {query}: only its definite failure allows a new number.",
};
pub(crate) const NOT_THERE_YET: Situation = Situation {
    step: Step::Query,
    meaning: "There is no such thing, or it is not visible yet (订单不存在).",
    advice: "After a request whose outcome is not known, ask again some seconds later. If it is still not there, and the \
             answer is signed, send that request again with the same number.",
};
pub(crate) const NOT_BELIEVED: Situation = Situation {
    step: Step::Stop,
    meaning: "This was not a request: a notification, text or record is not as it has to be.",
    advice: "Use nothing of it; what is true says a query.",
};

/// All situations with their names, as docs/ERRORS.md shows them.
#[allow(dead_code, reason = "read by xtask")]
pub(crate) static SITUATIONS: &[(&str, &Situation)] = &[
    ("`NotSent`, by input", &BAD_INPUT),
    ("`NotSent`, by the connection", &NO_CONNECTION),
    ("`NotSent`, by the certificates", &NO_KEYS),
    ("`Unknown`, a read", &UNKNOWN_READ),
    ("`Unknown`, an upload, or an order or setting with a number", &UNKNOWN_REENTRANT),
    ("`Unknown`, any other write", &UNKNOWN_WRITE),
    ("`Refused`, unsigned, a write; not 401 and 429", &UNSIGNED),
    ("`Refused`, money, a code that is not below", &UNLISTED),
    ("`Refused`, a closed order, money going out or a call that opens no order", &NUMBER_NOT_FREE),
    ("`Refused`, a query that finds nothing", &NOT_THERE_YET),
    ("`NoRequest`", &NOT_BELIEVED),
];
