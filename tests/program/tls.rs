//! TLS with an authority of the program's own.

use crate::program::Program;

#[tokio::test]
async fn with_tls_it_is_believed_by_who_has_its_authority_and_by_nobody_else() {
    let program = Program::start(&["--tls"]);
    let url = format!("{}/v3/certificates", program.variable("WECHATPAY_BASE_URL"));
    assert!(url.starts_with("https://localhost:"), "{url}");
    let ca = std::fs::read(program.variable("WECHATPAY_SIMULATOR_CA_FILE")).unwrap();
    let ca = reqwest::Certificate::from_pem(&ca).unwrap();
    let http = reqwest::Client::builder().no_proxy().tls_certs_only([ca]).build().unwrap();
    let answer = http.get(&url).send().await.unwrap();
    assert_eq!(answer.status(), 401);
    assert!(answer.text().await.unwrap().contains("SIGN_ERROR"));
    let stranger = reqwest::Client::builder().no_proxy().build().unwrap();
    assert!(stranger.get(&url).send().await.unwrap_err().is_connect());
}
