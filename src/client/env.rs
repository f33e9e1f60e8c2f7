//! A client from environment variables.

use std::env::VarError;

use zeroize::Zeroizing;

use super::{WechatPay, WechatPayBuilder};
use crate::{
    ApiV3Key, Certificate, CertificateSerial, Error, MchId, Merchant, PrivateKey, PublicKey, PublicKeyId, Result, Trust,
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
    /// | `WECHATPAY_API_V3_KEY` | the APIv3 key; optional |
    /// | `WECHATPAY_BASE_URL` | another access point; optional |
    ///
    /// PEM text may have its line breaks written as `\n`. Nothing but these variables is read, and nothing is kept.
    ///
    /// ```no_run
    /// let pay = wechatpay_sdk::WechatPay::from_env()?;
    /// # Ok::<(), wechatpay_sdk::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A `Config` error that names every variable that is missing, empty, wrong or in conflict with another, never its
    /// value; and as [`WechatPayBuilder::build`].
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
    let mchid = variables.required("WECHATPAY_MCHID", "the merchant number", |text| text.parse::<MchId>());
    let key = variables.pem("WECHATPAY_PRIVATE_KEY", PrivateKey::from_pem, |path| PrivateKey::from_pem_file(path));
    let certificate =
        variables.pem("WECHATPAY_CERTIFICATE", Certificate::from_pem, |path| Certificate::from_pem_file(path));
    let serial = variables.optional("WECHATPAY_SERIAL", |text| text.parse::<CertificateSerial>());
    let merchant = match (mchid, key, certificate, serial) {
        (Some(mchid), Some(key), Some(certificate), serial) => {
            let serial = serial.unwrap_or_else(|| certificate.serial().clone());
            variables.made(Merchant::new(mchid, serial, key).with_certificate(certificate))
        }
        (Some(mchid), Some(key), None, Some(serial)) => Some(Merchant::new(mchid, serial, key)),
        (_, key, certificate, serial) => {
            if key.is_none() {
                variables.lacks("WECHATPAY_PRIVATE_KEY_FILE", "the path of apiclient_key.pem");
            }
            if certificate.is_none() && serial.is_none() {
                variables.lacks("WECHATPAY_CERTIFICATE_FILE", "the path of apiclient_cert.pem");
            }
            None
        }
    };
    let id = variables.optional("WECHATPAY_PUBLIC_KEY_ID", |text| text.parse::<PublicKeyId>());
    let public_key = variables.pem("WECHATPAY_PUBLIC_KEY", PublicKey::from_pem, |path| PublicKey::from_pem_file(path));
    let platform =
        variables.pem("WECHATPAY_PLATFORM_CERTIFICATE", Certificate::from_pem, |path| Certificate::from_pem_file(path));
    let trust = match (id, public_key, platform) {
        (Some(id), Some(key), None) => Some(Trust::public_key(id, key)),
        (Some(id), Some(key), Some(platform)) => {
            variables.made(Trust::public_key(id, key).with_certificates([platform]))
        }
        (None, None, Some(platform)) => variables.made(Trust::certificates([platform])),
        (id, public_key, _) => {
            if id.is_none() {
                variables.lacks("WECHATPAY_PUBLIC_KEY_ID", "the id of WeChat Pay's public key, PUB_KEY_ID_…");
            }
            if public_key.is_none() {
                variables.lacks("WECHATPAY_PUBLIC_KEY_FILE", "the path of WeChat Pay's public key, pub_key.pem");
            }
            None
        }
    };
    let api_v3_key = variables.optional("WECHATPAY_API_V3_KEY", |text| ApiV3Key::new(text));
    let base_url = variables.optional("WECHATPAY_BASE_URL", |text| Ok(text.to_owned()));
    match (merchant, trust) {
        (Some(merchant), Some(trust)) if variables.problems.is_empty() => {
            let mut builder = WechatPay::builder(merchant, trust);
            if let Some(key) = api_v3_key {
                builder = builder.api_v3_key(key);
            }
            if let Some(url) = base_url {
                builder = builder.base_url(url);
            }
            Ok(builder)
        }
        _ => Err(Error::config(variables.problems.join("; "))),
    }
}

/// Reads variables one after another and collects what is wrong with them.
struct Variables<F> {
    variable: F,
    problems: Vec<String>,
}

impl<F: Fn(&str) -> Result<String, VarError>> Variables<F> {
    fn required<T>(&mut self, name: &str, holds: &str, parse: impl FnOnce(&str) -> Result<T>) -> Option<T> {
        let count = self.problems.len();
        let value = self.optional(name, parse);
        if value.is_none() && self.problems.len() == count {
            self.lacks(name, holds);
        }
        value
    }

    /// A variable that is empty counts as one that is not set.
    fn optional<T>(&mut self, name: &str, parse: impl FnOnce(&str) -> Result<T>) -> Option<T> {
        let text = self.text(name)?;
        match parse(&text) {
            Ok(value) => Some(value),
            Err(error) => {
                self.problems.push(format!("{name}: {error}"));
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
        if self.text(name).is_some() && self.text(&file).is_some() {
            self.problems.push(format!("{name} and {file} are both set: set one"));
            return None;
        }
        let from_text = self.optional(name, from_text);
        from_text.or_else(|| self.optional(&file, from_file))
    }

    fn text(&mut self, name: &str) -> Option<Zeroizing<String>> {
        match (self.variable)(name).map(Zeroizing::new) {
            Ok(text) => Some(text).filter(|text| !text.trim().is_empty()),
            Err(VarError::NotPresent) => None,
            Err(VarError::NotUnicode(_)) => {
                self.problems.push(format!("{name}: it is not Unicode text"));
                None
            }
        }
    }

    fn lacks(&mut self, name: &str, holds: &str) {
        // A variable that is there and wrong has been reported.
        let text = name.strip_suffix("_FILE").unwrap_or(name);
        let starts = [format!("{text}: "), format!("{text}_FILE: "), format!("{text} and ")];
        let is_reported = |problem: &String| starts.iter().any(|start| problem.starts_with(start));
        if !self.problems.iter().any(is_reported) {
            self.problems.push(format!("{name} is not set: it holds {holds}"));
        }
    }

    fn made<T>(&mut self, made: Result<T>) -> Option<T> {
        made.map_err(|error| self.problems.push(error.to_string())).ok()
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
    fn a_text_and_a_file_of_the_same_thing_are_a_conflict() {
        let (key, certificate) = (pem("merchant.pkcs8.pem"), pem("merchant.certificate.pem"));
        let public_key = pem("platform.public.pem");
        let mut variables = complete(&key, &certificate, &public_key);
        variables.push(("WECHATPAY_PRIVATE_KEY_FILE", "apiclient_key.pem"));
        let message = read_from(&variables).unwrap_err().to_string();
        assert_eq!(message, "WECHATPAY_PRIVATE_KEY and WECHATPAY_PRIVATE_KEY_FILE are both set: set one");
    }

    #[test]
    fn an_empty_variable_counts_as_not_set() {
        let message = read_from(&[("WECHATPAY_MCHID", " ")]).unwrap_err().to_string();
        assert!(message.contains("WECHATPAY_MCHID is not set"), "{message}");
    }
}
