//! WeChat Pay's error codes, as an open set of words.

use std::fmt;

use super::table::spellings;

macro_rules! error_codes {
    ($($(#[$doc:meta])* $variant:ident = $word:literal,)*) => {
        /// Error code of WeChat Pay.
        ///
        /// The set is open: a word this version does not know is [`Unrecognized`](ErrorCode::Unrecognized) and keeps
        /// its text. Spellings differ between products and ages: the predicates, such as
        /// [`is_not_found`](ErrorCode::is_not_found), are true of all of them.
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorCode {
            $($(#[$doc])* $variant,)*
            /// A code that this version does not know.
            Unrecognized(String),
        }

        impl ErrorCode {
            /// The word as WeChat Pay writes it.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)*
                    Self::Unrecognized(word) => word,
                }
            }
        }

        impl From<&str> for ErrorCode {
            fn from(word: &str) -> Self {
                match word {
                    $($word => Self::$variant,)*
                    other => Self::Unrecognized(other.to_owned()),
                }
            }
        }
    };
}

error_codes! {
    /// The account cannot be used or the balance of the account is not known.
    AccountError = "ACCOUNT_ERROR",
    /// The resource exists already.
    AlreadyExists = "ALREADY_EXISTS",
    /// The appid does not belong to the merchant.
    AppidMchidNotMatch = "APPID_MCHID_NOT_MATCH",
    /// The bank failed; what happened is not known.
    BankError = "BANK_ERROR",
    /// Too many requests: slow down and repeat with the same number. On closing an order: the payer may be paying now.
    FrequencyLimited = "FREQUENCY_LIMITED",
    /// Too many requests, in another spelling.
    FrequencyLimitExceed = "FREQUENCY_LIMIT_EXCEED",
    /// The order is in another state than the call needs.
    InvalidOrderState = "INVALID_ORDER_STATE",
    /// The request breaks a rule; among others: the number was used before with other content.
    InvalidRequest = "INVALID_REQUEST",
    /// The merchant does not exist.
    MchNotExists = "MCH_NOT_EXISTS",
    /// The product is not open to this merchant, or the relation to the sub-merchant is missing.
    NoAuth = "NO_AUTH",
    /// There is no bill: nothing happened on that day.
    NoStatementExist = "NO_STATEMENT_EXIST",
    /// The balance is too small; fund the account and repeat with the same number.
    NotEnough = "NOT_ENOUGH",
    /// The resource does not exist.
    NotFound = "NOT_FOUND",
    /// The order was cancelled.
    OrderCanceled = "ORDER_CANCELED",
    /// The order is closed.
    OrderClosed = "ORDER_CLOSED",
    /// The order is already done.
    OrderDone = "ORDER_DONE",
    /// The order does not exist, or is not visible yet.
    OrderNotExist = "ORDER_NOT_EXIST",
    /// The order is paid.
    OrderPaid = "ORDER_PAID",
    /// The merchant order number is taken by another order.
    OutTradeNoUsed = "OUT_TRADE_NO_USED",
    /// A parameter is wrong; the detail names it.
    ParamError = "PARAM_ERROR",
    /// Too many requests, in another spelling.
    RateLimitExceeded = "RATELIMIT_EXCEEDED",
    /// Risk control stopped the request.
    RequestBlocked = "REQUEST_BLOCKED",
    /// The resource exists already.
    ResourceAlreadyExists = "RESOURCE_ALREADY_EXISTS",
    /// The resource does not exist.
    ResourceNotExists = "RESOURCE_NOT_EXISTS",
    /// A limit of the business rules is reached.
    RuleLimit = "RULE_LIMIT",
    /// The service is unavailable; what happened is not known.
    ServiceUnavailable = "SERVICE_UNAVAILABLE",
    /// The signature of the request is wrong: key, serial, clock or message.
    SignError = "SIGN_ERROR",
    /// The bill is being made; ask again later.
    StatementCreating = "STATEMENT_CREATING",
    /// The system failed; what happened is not known.
    SystemError = "SYSTEM_ERROR",
    /// The trade was refused.
    TradeError = "TRADE_ERROR",
    /// The payer's account cannot be used.
    UserAccountAbnormal = "USER_ACCOUNT_ABNORMAL",
    /// The payer does not exist.
    UserNotExist = "USER_NOT_EXIST",
    /// The payer is entering the password; query until it is decided.
    UserPaying = "USERPAYING",
}

macro_rules! united {
    ($($(#[$doc:meta])* $name:ident: $words:expr;)*) => {
        /// What a code means, in every spelling.
        impl ErrorCode {
            $(
                $(#[$doc])*
                pub fn $name(&self) -> bool {
                    $words.contains(&self.as_str())
                }
            )*
        }
    };
}

united! {
    /// The system failed or is overloaded, and nobody knows what happened: `SYSTEM_ERROR`, `SYSTEMERROR`, `BANK_ERROR`, …
    is_system_error: spellings::SYSTEM_ERROR;
    /// Too many requests: `FREQUENCY_LIMITED`, `FREQUENCY_LIMIT_EXCEED`, `RATELIMIT_EXCEEDED`, …
    ///
    /// On closing an order it often means that the payer is paying right now: query the order, do not only wait.
    is_too_frequent: spellings::TOO_FREQUENT;
    /// There is no such order or resource: `ORDER_NOT_EXIST`, `ORDERNOTEXIST`, `RESOURCE_NOT_EXISTS`, `NOT_FOUND`, …
    ///
    /// Shortly after a create whose outcome is unknown it may only not be visible yet. An error that is not
    /// [`verified`](super::Error::verified) proves nothing.
    is_not_found: spellings::NOT_FOUND;
    /// The payer is entering the password: `USERPAYING`, `USER_PAYING`.
    is_paying: spellings::PAYING;
    /// The balance is too small: `NOT_ENOUGH`, `NOTENOUGH`.
    is_not_enough: spellings::NOT_ENOUGH;
    /// The product is not open to this merchant: `NO_AUTH`, `NOAUTH`.
    is_no_auth: spellings::NO_AUTH;
    /// The order is paid: `ORDER_PAID`, `ORDERPAID`.
    is_paid: spellings::PAID;
    /// What was asked for is done already, often by an earlier request: `ORDER_DONE`, as of a second Pay Score sync.
    is_already_done: spellings::DONE;
    /// The order is closed, cancelled or reversed: `ORDER_CLOSED`, `ORDERCLOSED`, `ORDER_CANCELED`, …
    is_closed: spellings::CLOSED;
    /// It exists already: `ALREADY_EXISTS`, `RESOURCE_ALREADY_EXISTS`.
    is_already_existing: spellings::EXISTS;
    /// The request as a whole breaks a rule: `INVALID_REQUEST`, `INVALID_PARAMETER`.
    is_invalid_request: spellings::INVALID_REQUEST;
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
