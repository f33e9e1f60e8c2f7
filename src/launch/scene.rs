//! Where a phone opens something: parameters of [`LaunchOrder`](super::LaunchOrder) and
//! [`LaunchAnswer`](super::LaunchAnswer), without values.

macro_rules! scenes {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $name {}
    )*};
}

scenes! {
    /// An app pays.
    App
    /// A browser outside WeChat pays.
    H5
    /// A page in WeChat pays.
    Jsapi
    /// A mini program pays.
    MiniProgram
    /// A user scans a QR code.
    Native
    /// A user confirms an order of Pay Score.
    PayscoreOrder
    /// A user permits a service of Pay Score.
    PayscorePermission
    /// A user signs a plan of Pay Score.
    PayscorePlan
    /// A user confirms a transfer, or permits transfers.
    Transfer
}
