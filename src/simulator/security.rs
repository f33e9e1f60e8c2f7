//! The gateway's own keys: which platform certificates there are, the list of them, and the echo that tries out keys.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use rsa::Oaep;
use serde_json::{Value, json};
use sha1::Sha1;

use super::answer::{Answer, Location, Refusal};
use super::books::moment;
use super::identity::{self, Identity, Platform};
use super::post::Draft;
use super::reply::random_hex;
use super::validate::Call;
use crate::clock::unix_seconds;
use crate::keys::aead;
use crate::{Error, PrivateKey, Result};

/// The platform certificates that the simulated merchant has: the stages in which one follows the other.
///
/// The answer to a request that names the public key is signed with the public key, whatever the stage; to one that names
/// a certificate or nothing, with the certificate of the stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PlatformCertificates {
    /// None, as new merchants: the list is 404 `RESOURCE_NOT_EXISTS`.
    None,
    /// The first, valid from 2025 to 2034.
    #[default]
    First,
    /// The second is listed too, a day before it is used; the first still signs. It is valid from 2026 to 2045.
    SecondAnnounced,
    /// Both are listed, and the second signs.
    SecondSigns,
    /// Only the second.
    Second,
}

/// The key that signs an answer, and its id.
#[derive(Clone, Copy)]
pub(super) struct Signatory<'i> {
    pub(super) id: &'i str,
    pub(super) key: &'i PrivateKey,
    pub(super) is_certificate: bool,
}

impl PlatformCertificates {
    fn listed(self, identity: &Identity) -> &[Platform] {
        let [first, second] = &identity.platforms;
        match self {
            Self::None => &[],
            Self::First => std::slice::from_ref(first),
            Self::SecondAnnounced | Self::SecondSigns => &identity.platforms,
            Self::Second => std::slice::from_ref(second),
        }
    }

    /// What signs the answer to a request with this `Wechatpay-Serial`.
    pub(super) fn signatory<'i>(self, identity: &'i Identity, headers: &HeaderMap) -> Signatory<'i> {
        let public_key = Signatory { id: identity::PUBLIC_KEY_ID, key: &identity.gateway, is_certificate: false };
        let [first, second] = &identity.platforms;
        let platform = match self {
            Self::None => return public_key,
            _ if !self.wants_certificate(identity, headers) => return public_key,
            Self::First | Self::SecondAnnounced => first,
            Self::SecondSigns | Self::Second => second,
        };
        Signatory { id: platform.certificate.serial().as_str(), key: &platform.key, is_certificate: true }
    }

    /// Whether the answer is to be signed with a certificate: the request names one, or nothing at all.
    fn wants_certificate(self, identity: &Identity, headers: &HeaderMap) -> bool {
        let Some(serial) = headers.get("wechatpay-serial") else { return true };
        let serial = serial.to_str().unwrap_or_default();
        self.listed(identity).iter().any(|platform| platform.certificate.serial().is(serial))
    }

    /// The private half of the key that a request names.
    pub(super) fn named<'i>(self, identity: &'i Identity, serial: &str) -> Option<&'i PrivateKey> {
        if serial == identity::PUBLIC_KEY_ID {
            return Some(&identity.gateway);
        }
        let listed = self.listed(identity).iter().find(|platform| platform.certificate.serial().is(serial));
        listed.map(|platform| &platform.key)
    }

    /// Answers what is asked about keys; nothing when the request is about something else.
    pub(super) fn answer(
        self,
        identity: &Identity,
        (method, path): (&Method, &str),
        headers: &HeaderMap,
        body: &[u8],
    ) -> Option<Result<Answer, Refusal>> {
        match (method, path) {
            (&Method::GET, "/v3/certificates" | "/v3/global/certificates") => Some(self.list(identity)),
            (&Method::POST, "/v3/security/echo") => Some(self.echo(identity, headers, body)),
            _ => None,
        }
    }

    fn list(self, identity: &Identity) -> Result<Answer, Refusal> {
        let listed = self.listed(identity);
        if listed.is_empty() {
            let message = "this merchant has no platform certificate (无可用的平台证书)";
            return Err(Refusal::new(StatusCode::NOT_FOUND, "RESOURCE_NOT_EXISTS", 268_435_460, message));
        }
        let entries = listed.iter().map(|platform| entry(identity, platform)).collect::<Option<Vec<Value>>>();
        let entries = entries.ok_or_else(|| broken("the certificates cannot be encrypted"))?;
        Ok(Answer::json(StatusCode::OK, &json!({ "data": entries })))
    }

    fn echo(self, identity: &Identity, headers: &HeaderMap, body: &[u8]) -> Result<Answer, Refusal> {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let Some(message) = body.get("echo_message") else {
            return Err(Refusal::parameter(Location::Body, "/echo_message", None, "is required"));
        };
        let mut echo = String::new();
        if let Some(sealed) = body.get("encrypted_echo_message").and_then(Value::as_str) {
            let refuse = |issue: &str| Refusal::parameter(Location::Body, "/encrypted_echo_message", None, issue);
            let serial = headers.get("wechatpay-serial").and_then(|serial| serial.to_str().ok()).unwrap_or_default();
            let key =
                self.named(identity, serial).ok_or_else(|| refuse("is encrypted with a key that is not named"))?;
            let opened = STANDARD.decode(sealed).ok().and_then(|bytes| key.decrypt(&bytes));
            let opened = opened.ok_or_else(|| refuse("does not open with the key that Wechatpay-Serial names"))?;
            let mut random = getrandom::SysRng;
            let anew = identity.merchant_public.encrypt(&mut random, Oaep::<Sha1>::new(), &opened);
            let anew = anew.map_err(|_| broken("the echo cannot be encrypted"))?;
            echo = STANDARD.encode(anew);
        }
        let answer = match echo.as_str() {
            "" => json!({ "echo_message": message }),
            echo => json!({ "echo_message": message, "encrypted_echo_message": echo }),
        };
        Ok(Answer::json(StatusCode::OK, &answer))
    }
}

/// The notification that an echo asks for, with what its answer says.
pub(super) fn echoed(call: &Call<'_>, answer: &Answer) -> Option<Draft> {
    let url = call.member("notify_url").filter(|_| call.operation == "echo_security")?;
    let said: Value = serde_json::from_slice(&answer.body).ok()?;
    let mut plaintext = json!({ "echo_message": said.get("echo_message")? });
    if let (Some(members), Some(echo)) = (plaintext.as_object_mut(), said.get("encrypted_echo_message")) {
        // Spelt like this in the notification.
        members.insert("encrypt_echo_message".to_owned(), echo.clone());
    }
    let (event_type, original_type) = ("SECURITY_ECHO.SUCCESS".to_owned(), "security".to_owned());
    Some(Draft { url: url.to_owned(), event_type, original_type, plaintext })
}

/// The id and the body of a notification.
pub(super) fn notification(identity: &Identity, draft: &Draft, now: i64) -> Result<(String, Bytes)> {
    let failed = || Error::sign("the notification cannot be encrypted");
    let hex = random_hex::<14>()?;
    let (nonce, id) = hex.split_at(12);
    let nonce_bytes = nonce.as_bytes().try_into().map_err(|_| failed())?;
    let Draft { event_type, original_type, .. } = draft;
    // Less than 16 bytes, as documented.
    let associated: String = original_type.chars().take(15).collect();
    let text = draft.plaintext.to_string();
    let sealed = aead::seal(&identity.api_v3_key, nonce_bytes, associated.as_bytes(), text.as_bytes());
    let id = format!("EV-{id}");
    let body = json!({
        "id": id,
        "create_time": moment(now),
        "event_type": event_type,
        "resource_type": "encrypt-resource",
        "summary": "",
        "resource": {
            "original_type": original_type,
            "algorithm": aead::ALGORITHM,
            "ciphertext": STANDARD.encode(sealed.ok_or_else(failed)?),
            "associated_data": associated,
            "nonce": nonce,
        },
    });
    Ok((id, body.to_string().into()))
}

fn entry(identity: &Identity, platform: &Platform) -> Option<Value> {
    let nonce = random_hex::<6>().ok()?;
    let sealed =
        aead::seal(&identity.api_v3_key, nonce.as_bytes().try_into().ok()?, b"certificate", platform.pem.as_bytes())?;
    Some(json!({
        "serial_no": platform.certificate.serial().as_str(),
        "effective_time": moment(unix_seconds(platform.certificate.not_before())),
        "expire_time": moment(unix_seconds(platform.certificate.not_after())),
        "encrypt_certificate": {
            "algorithm": aead::ALGORITHM,
            "nonce": nonce,
            "associated_data": "certificate",
            "ciphertext": STANDARD.encode(sealed),
        },
    }))
}

fn broken(message: &'static str) -> Refusal {
    Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "SYSTEM_ERROR", 268_435_457, message)
}
