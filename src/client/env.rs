//! A client from environment variables.

use std::env::VarError;

use zeroize::Zeroizing;

use super::access_point::AllowedHosts;
use super::{WechatPay, WechatPayBuilder};
use crate::{
    ApiV2Key, ApiV3Key, Certificate, CertificateSerial, Error, MchId, Merchant, PrivateKey, PublicKey, PublicKeyId,
    Result, Trust,
};

impl WechatPay {
    /// Builds a client from environment variables.
    ///
    /// | variable | holds |
    /// |---|---|
    /// | `WECHATPAY_MCHID` | the merchant number |
    /// | `WECHATPAY_PRIVATE_KEY` or `WECHATPAY_PRIVATE_KEY_FILE` | the merchant's private key, PEM text or a path (`apiclient_key.pem`) |
    /// | `WECHATPAY_CERTIFICATE` or `WECHATPAY_CERTIFICATE_FILE` | the merchant's certificate (`apiclient_cert.pem`); or, instead of it: |
    /// | `WECHATPAY_SERIAL` | the serial of that certificate |
    /// | `WECHATPAY_PUBLIC_KEY_ID` | the id of WeChat Pay's public key, `PUB_KEY_ID_…` |
    /// | `WECHATPAY_PUBLIC_KEY` or `WECHATPAY_PUBLIC_KEY_FILE` | that key (`pub_key.pem`) |
    /// | `WECHATPAY_PLATFORM_CERTIFICATE` or `WECHATPAY_PLATFORM_CERTIFICATE_FILE` | a platform certificate, instead of the public key or beside it |
    /// | `WECHATPAY_DOWNLOAD_CERTIFICATES` | `true`: platform certificates are downloaded, instead of the public key or beside it; needs `WECHATPAY_API_V3_KEY` |
    /// | `WECHATPAY_API_V3_KEY` | the APIv3 key; otherwise optional |
    /// | `WECHATPAY_API_V2_KEY` | the APIv2 key, for Pay Score and coupons; optional |
    /// | `WECHATPAY_BASE_URL` | another access point; optional |
    ///
    /// PEM text may have its line breaks written as `\n`. An empty variable counts as one that is not set. Nothing but
    /// these variables is read, and nothing is kept.
    ///
    /// ```no_run
    /// let pay = wechatpay_sdk::WechatPay::from_env()?;
    /// # Ok::<(), wechatpay_sdk::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A `Config` error that names every variable that is missing, wrong or in conflict with another, never a key; and as
    /// [`WechatPayBuilder::build`].
    pub fn from_env() -> Result<Self> {
        Self::builder_from_env()?.build()
    }

    /// Begins a client from the variables of [`from_env`](Self::from_env), for settings that they do not have.
    ///
    /// # Errors
    ///
    /// As [`from_env`](Self::from_env).
    pub fn builder_from_env() -> Result<WechatPayBuilder> {
        read(|name| std::env::var(name))
    }
}

fn read(variable: impl Fn(&str) -> Result<String, VarError>) -> Result<WechatPayBuilder> {
    let mut variables = Variables { variable, problems: Vec::new() };
    let merchant = variables.merchant();
    let trust = variables.trust();
    let downloads = trust.as_ref().is_some_and(|trust| trust.refresh().is_some());
    let api_v3_key = variables.api_v3_key(downloads);
    let api_v2_key = variables.optional("WECHATPAY_API_V2_KEY", |text| ApiV2Key::new(text));
    let base_url = variables
        .optional("WECHATPAY_BASE_URL", |text| AllowedHosts::default().access_point(text).map_err(Error::config));
    match (merchant, trust) {
        (Some(merchant), Some(trust)) if variables.problems.is_empty() => {
            let mut builder = WechatPay::builder(merchant, trust);
            if let Some(key) = api_v3_key {
                builder = builder.api_v3_key(key);
            }
            if let Some(key) = api_v2_key {
                builder = builder.api_v2_key(key);
            }
            if let Some(url) = base_url {
                builder = builder.base_url(url);
            }
            Ok(builder)
        }
        _ => Err(Error::config(variables.problems.join("; "))),
    }
}

/// Reads variables one after another and collects what is wrong with them; what gives `None` has told why, or is
/// optional.
struct Variables<F> {
    variable: F,
    problems: Vec<String>,
}

impl<F: Fn(&str) -> Result<String, VarError>> Variables<F> {
    fn merchant(&mut self) -> Option<Merchant> {
        let mchid = self.required("WECHATPAY_MCHID", "the merchant number", |variables| {
            variables.optional("WECHATPAY_MCHID", |text| text.parse::<MchId>())
        });
        let key = self.required("WECHATPAY_PRIVATE_KEY_FILE", "the path of apiclient_key.pem", |variables| {
            variables.pem("WECHATPAY_PRIVATE_KEY", PrivateKey::from_pem, |path| PrivateKey::from_pem_file(path))
        });
        let certificate_and_serial =
            self.required("WECHATPAY_CERTIFICATE_FILE", "the path of apiclient_cert.pem", |variables| {
                let certificate = variables.certificate("WECHATPAY_CERTIFICATE");
                let serial = variables.optional("WECHATPAY_SERIAL", |text| text.parse::<CertificateSerial>());
                let serial = serial.or_else(|| Some(certificate.as_ref()?.serial().clone()))?;
                Some((certificate, serial))
            });
        let (certificate, serial) = certificate_and_serial?;
        let merchant = Merchant::new(mchid?, serial, key?);
        match certificate {
            Some(certificate) => self.made("WECHATPAY_CERTIFICATE", merchant.with_certificate(certificate)),
            None => Some(merchant),
        }
    }

    fn trust(&mut self) -> Option<Trust> {
        let downloads = self.optional("WECHATPAY_DOWNLOAD_CERTIFICATES", |text| match text.trim() {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(Error::config("it is `true` or `false`")),
        });
        // Where it is said wrongly, which has been told, no other key is missed.
        let is_meant = downloads.unwrap_or_else(|| self.is_set("WECHATPAY_DOWNLOAD_CERTIFICATES"));
        let trust = self.given_trust(is_meant)?;
        Some(if downloads == Some(true) { trust.with_downloaded_certificates() } else { trust })
    }

    fn api_v3_key(&mut self, is_needed: bool) -> Option<ApiV3Key> {
        let read = |variables: &mut Self| variables.optional("WECHATPAY_API_V3_KEY", |text| ApiV3Key::new(text));
        match is_needed {
            true => self.required("WECHATPAY_API_V3_KEY", "the APIv3 key, which opens downloaded certificates", read),
            false => read(self),
        }
    }

    fn given_trust(&mut self, downloads: bool) -> Option<Trust> {
        let has_key = self.is_set("WECHATPAY_PUBLIC_KEY_ID") || self.is_set_as_pem("WECHATPAY_PUBLIC_KEY");
        if !has_key && self.is_set_as_pem("WECHATPAY_PLATFORM_CERTIFICATE") {
            let platform = self.certificate("WECHATPAY_PLATFORM_CERTIFICATE")?;
            return self.made("WECHATPAY_PLATFORM_CERTIFICATE", Trust::certificates([platform]));
        }
        if !has_key && downloads {
            return Some(Trust::downloaded_certificates());
        }
        let is = "the id of WeChat Pay's public key, PUB_KEY_ID_…";
        let id = self.required("WECHATPAY_PUBLIC_KEY_ID", is, |variables| {
            variables.optional("WECHATPAY_PUBLIC_KEY_ID", |text| text.parse::<PublicKeyId>())
        });
        let is = "the path of WeChat Pay's public key, pub_key.pem";
        let key = self.required("WECHATPAY_PUBLIC_KEY_FILE", is, |variables| {
            variables.pem("WECHATPAY_PUBLIC_KEY", PublicKey::from_pem, |path| PublicKey::from_pem_file(path))
        });
        let platform = self.certificate("WECHATPAY_PLATFORM_CERTIFICATE");
        let trust = Trust::public_key(id?, key?);
        match platform {
            Some(platform) => self.made("WECHATPAY_PLATFORM_CERTIFICATE", trust.with_certificates([platform])),
            None => Some(trust),
        }
    }

    /// What must be there: when nothing is and no other problem says why, this variable is the one to set.
    fn required<T>(&mut self, name: &str, holds: &str, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let known = self.problems.len();
        let value = read(self);
        if value.is_none() && self.problems.len() == known {
            self.problems.push(format!("{name} is not set: it holds {holds}"));
        }
        value
    }

    /// A variable that is empty counts as one that is not set.
    fn optional<T>(&mut self, name: &str, parse: impl FnOnce(&str) -> Result<T>) -> Option<T> {
        match (self.variable)(name).map(Zeroizing::new) {
            Ok(text) if text.trim().is_empty() => None,
            Ok(text) => self.made(name, parse(&text)),
            Err(VarError::NotPresent) => None,
            Err(VarError::NotUnicode(_)) => {
                self.problems.push(format!("{name}: it is not Unicode text"));
                None
            }
        }
    }

    /// A key or certificate: its PEM text, or in `…_FILE` its path.
    fn pem<T>(
        &mut self,
        name: &str,
        from_text: impl FnOnce(&str) -> Result<T>,
        from_file: impl FnOnce(&str) -> Result<T>,
    ) -> Option<T> {
        let file = format!("{name}_FILE");
        match (self.is_set(name), self.is_set(&file)) {
            (true, true) => {
                self.problems.push(format!("{name} and {file} are both set: set one"));
                None
            }
            (true, false) => self.optional(name, from_text),
            (false, _) => self.optional(&file, from_file),
        }
    }

    fn certificate(&mut self, name: &str) -> Option<Certificate> {
        self.pem(name, Certificate::from_pem, |path| Certificate::from_pem_file(path))
    }

    fn made<T>(&mut self, name: &str, made: Result<T>) -> Option<T> {
        made.map_err(|error| self.problems.push(format!("{name}: {error}"))).ok()
    }

    fn is_set(&self, name: &str) -> bool {
        match (self.variable)(name).map(Zeroizing::new) {
            Ok(text) => !text.trim().is_empty(),
            Err(error) => error != VarError::NotPresent,
        }
    }

    fn is_set_as_pem(&self, name: &str) -> bool {
        self.is_set(name) || self.is_set(&format!("{name}_FILE"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::fixtures::{KEY_ID, path, pem};

    fn pem_path(name: &str) -> String {
        path(name).display().to_string()
    }

    /// The builder that these variables give.
    fn read_from(variables: &[(&str, &str)]) -> Result<WechatPayBuilder> {
        read(|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned()).ok_or(VarError::NotPresent)
        })
    }

    fn complete<'a>(key: &'a str, certificate: &'a str, public_key: &'a str) -> Vec<(&'a str, &'a str)> {
        vec![
            ("WECHATPAY_MCHID", "1900000001"),
            ("WECHATPAY_PRIVATE_KEY", key),
            ("WECHATPAY_CERTIFICATE", certificate),
            ("WECHATPAY_PUBLIC_KEY_ID", KEY_ID),
            ("WECHATPAY_PUBLIC_KEY", public_key),
        ]
    }

    #[test]
    fn texts_and_files_give_the_same_client() {
        let (key, certificate) = (pem("merchant.pkcs8.pem"), pem("merchant.certificate.pem"));
        let public_key = pem("platform.public.pem");
        let from_texts = read_from(&complete(&key, &certificate, &public_key)).unwrap();
        let files = [
            ("WECHATPAY_MCHID", "1900000001"),
            ("WECHATPAY_PRIVATE_KEY_FILE", &pem_path("merchant.pkcs8.pem")),
            ("WECHATPAY_CERTIFICATE_FILE", &pem_path("merchant.certificate.pem")),
            ("WECHATPAY_PUBLIC_KEY_ID", KEY_ID),
            ("WECHATPAY_PUBLIC_KEY_FILE", &pem_path("platform.public.pem")),
        ];
        let from_files = read_from(&files).unwrap();
        assert_eq!(format!("{from_texts:?}"), format!("{from_files:?}"));
        assert!(from_texts.build().is_ok());
    }

    #[test]
    fn a_platform_certificate_can_take_the_place_of_the_public_key() {
        let (key, certificate) = (pem("merchant.pkcs8.pem"), pem("platform.certificate.pem"));
        let variables = [
            ("WECHATPAY_MCHID", "1900000001"),
            ("WECHATPAY_PRIVATE_KEY", key.as_str()),
            ("WECHATPAY_SERIAL", "3775B6A45ACD588826D15E583A95F5DD40C1B12F"),
            ("WECHATPAY_PLATFORM_CERTIFICATE", &certificate),
            ("WECHATPAY_API_V3_KEY", "a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb"),
            ("WECHATPAY_BASE_URL", "https://api2.mch.weixin.qq.com"),
        ];
        assert!(format!("{:?}", read_from(&variables).unwrap()).contains("api2.mch.weixin.qq.com"));
    }

    #[test]
    fn every_variable_that_is_missing_is_named_at_once() {
        let message = read_from(&[]).unwrap_err().to_string();
        for name in [
            "WECHATPAY_MCHID",
            "WECHATPAY_PRIVATE_KEY_FILE",
            "WECHATPAY_CERTIFICATE_FILE",
            "WECHATPAY_PUBLIC_KEY_ID",
            "WECHATPAY_PUBLIC_KEY_FILE",
        ] {
            assert!(message.contains(&format!("{name} is not set: it holds")), "{name}: {message}");
        }
        assert_eq!(message.matches("is not set").count(), 5, "{message}");
    }

    #[test]
    fn what_is_wrong_is_named_without_its_value() {
        let (key, certificate) = (pem("merchant.pkcs8.pem"), pem("merchant.certificate.pem"));
        let mut variables = complete(&key, &certificate, "secret-not-a-key");
        variables[0].1 = "secret-not-a-number";
        variables.push(("WECHATPAY_API_V3_KEY", "secret-too-short"));
        let message = read_from(&variables).unwrap_err().to_string();
        for name in ["WECHATPAY_MCHID: ", "WECHATPAY_PUBLIC_KEY: ", "WECHATPAY_API_V3_KEY: "] {
            assert!(message.contains(name), "{name}: {message}");
        }
        assert!(!message.contains("secret") && !message.contains("is not set"), "{message}");
    }

    #[test]
    fn the_apiv2_key_is_taken_checked_and_compared_with_the_apiv3_key() {
        let (key, certificate) = (pem("merchant.pkcs8.pem"), pem("merchant.certificate.pem"));
        let public_key = pem("platform.public.pem");
        let with = |v2: &'static str| {
            let mut variables = complete(&key, &certificate, &public_key);
            variables.push(("WECHATPAY_API_V2_KEY", v2));
            variables.push(("WECHATPAY_API_V3_KEY", "a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb"));
            read_from(&variables).and_then(|builder| builder.build())
        };
        let pay = with("192006250b4c09247ec02edce69f6a2d").unwrap();
        assert!(pay.launch().payscore_detail("1", "2").is_ok());
        let message = with("secret-too-short").unwrap_err().to_string();
        assert!(message.starts_with("WECHATPAY_API_V2_KEY: the APIv2 key has 16 bytes"), "{message}");
        let message = with("a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb").unwrap_err().to_string();
        assert!(message.contains("the same as the APIv3 key"), "{message}");
    }

    #[test]
    fn a_text_and_a_file_of_the_same_thing_are_a_conflict() {
        let (key, certificate) = (pem("merchant.pkcs8.pem"), pem("merchant.certificate.pem"));
        let public_key = pem("platform.public.pem");
        let mut variables = complete(&key, &certificate, &public_key);
        variables.push(("WECHATPAY_PRIVATE_KEY_FILE", "apiclient_key.pem"));
        let message = read_from(&variables).unwrap_err().to_string();
        assert_eq!(message, "WECHATPAY_PRIVATE_KEY and WECHATPAY_PRIVATE_KEY_FILE are both set: set one");
    }

    #[test]
    fn each_problem_is_told_once_and_with_its_variable() {
        let (key, certificate) = (pem("merchant.pkcs8.pem"), pem("merchant.certificate.pem"));
        let (pub_key, platform) = (pem("platform.public.pem"), pem("platform.certificate.pem"));
        let without = |left_out: &[&str], added: &[(&'static str, &'static str)]| {
            let mut variables = complete(&key, &certificate, &pub_key);
            variables.retain(|(name, _)| !left_out.contains(name));
            variables.extend(added);
            read_from(&variables).unwrap_err().to_string()
        };
        let wrong_serial = without(&["WECHATPAY_CERTIFICATE"], &[("WECHATPAY_SERIAL", "no serial")]);
        assert!(wrong_serial.starts_with("WECHATPAY_SERIAL: "), "{wrong_serial}");
        let other_serial = without(&[], &[("WECHATPAY_SERIAL", "5157")]);
        assert!(other_serial.starts_with("WECHATPAY_CERTIFICATE: the merchant serial is 5157"), "{other_serial}");
        let base_url = without(&[], &[("WECHATPAY_BASE_URL", "http://secret.example")]);
        assert!(base_url.starts_with("WECHATPAY_BASE_URL: the base URL must be"), "{base_url}");
        let public_key = ["WECHATPAY_PUBLIC_KEY_ID", "WECHATPAY_PUBLIC_KEY"];
        let wrong_platform = without(&public_key, &[("WECHATPAY_PLATFORM_CERTIFICATE", "secret")]);
        assert!(wrong_platform.starts_with("WECHATPAY_PLATFORM_CERTIFICATE: "), "{wrong_platform}");
        for message in [wrong_serial, other_serial, base_url, wrong_platform] {
            assert!(!message.contains("not set") && !message.contains("; WECHATPAY"), "{message}");
            assert!(!message.contains("secret") && !message.contains("no serial"), "{message}");
        }

        let platform_as_own = read_from(&complete(&key, &platform, &pub_key)).unwrap_err().to_string();
        assert!(platform_as_own.starts_with("WECHATPAY_CERTIFICATE: the private key does not"), "{platform_as_own}");
        assert!(platform_as_own.contains("go to `Trust::certificates`"), "{platform_as_own}");
    }

    #[test]
    fn a_variable_that_is_not_unicode_is_told_once() {
        let message = read(|name| match name {
            "WECHATPAY_PRIVATE_KEY" | "WECHATPAY_MCHID" => Err(VarError::NotUnicode("secret".into())),
            _ => Err(VarError::NotPresent),
        });
        let message = message.unwrap_err().to_string();
        for name in ["WECHATPAY_PRIVATE_KEY", "WECHATPAY_MCHID"] {
            assert_eq!(message.matches(&format!("{name}: it is not Unicode text")).count(), 1, "{message}");
            assert!(!message.contains(&format!("{name} is not set")), "{message}");
        }
        assert!(!message.contains("secret") && !message.contains("PRIVATE_KEY_FILE"), "{message}");
    }

    #[test]
    fn certificates_can_be_downloaded_instead_of_a_public_key_or_beside_it() {
        let (key, certificate, pub_key) =
            (pem("merchant.pkcs8.pem"), pem("merchant.certificate.pem"), pem("platform.public.pem"));
        let beside = complete(&key, &certificate, &pub_key);
        let instead: Vec<_> = beside.iter().copied().filter(|(name, _)| !name.contains("PUBLIC_KEY")).collect();
        for mut variables in [beside, instead] {
            variables.push(("WECHATPAY_DOWNLOAD_CERTIFICATES", "true"));
            let message = read_from(&variables).unwrap_err().to_string();
            assert_eq!(
                message,
                "WECHATPAY_API_V3_KEY is not set: it holds the APIv3 key, which opens downloaded certificates"
            );
            variables.push(("WECHATPAY_API_V3_KEY", "a7cde1ZJB1kG2e7VfTs3jQzaWizur8Gb"));
            assert!(read_from(&variables).unwrap().build().unwrap().trust_status().is_downloaded());
            variables.retain(|(name, _)| *name != "WECHATPAY_DOWNLOAD_CERTIFICATES");
            variables.push(("WECHATPAY_DOWNLOAD_CERTIFICATES", "yes"));
            let message = read_from(&variables).unwrap_err().to_string();
            assert!(message.contains("WECHATPAY_DOWNLOAD_CERTIFICATES: it is `true` or `false`"), "{message}");
        }
    }

    #[test]
    fn an_empty_variable_counts_as_not_set() {
        let message = read_from(&[("WECHATPAY_MCHID", " ")]).unwrap_err().to_string();
        assert!(message.contains("WECHATPAY_MCHID is not set"), "{message}");
    }
}
