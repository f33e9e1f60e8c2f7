//! The id of an uploaded file is not just any text.

use wechatpay_sdk::MediaId;

fn picture(_: impl Into<MediaId>) {}

fn main() {
    picture(MediaId::new("jTpGmxUX3FBWVQ5NJTZvlKX_gdU4cRz7z5NxpnFuAujqTfDyTZgfGbaTXRzHSC6L"));
    picture("storefront.png");
}
