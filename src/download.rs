//! Files that WeChat Pay serves: bills, receipts, pictures.
//!
//! Their answers carry no signature. What proves a file is the digest that a signed answer gave before, so a file is good
//! only at its end, and a wrong one never looks like success.

mod address;
mod file;
mod pieces;
mod seal;
mod source;
mod stated;
mod unpack;

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::Method;
use tracing::Instrument as _;

pub use self::pieces::Pieces;
use self::source::Part;
pub use self::source::{FileSource, HasFile};
use crate::client::Core;
use crate::hooks;
use crate::observe::{CallWatch, Facts};
use crate::request::raw;
use crate::rt::{Effect, Operation};
use crate::rules::Offences;
use crate::{Error, Result, WechatPay};

/// Of the file as it is delivered, in bytes.
const FILE_LIMIT: u64 = 64 * 1024 * 1024 * 1024;
/// Of a file that is kept in memory.
const MEMORY_LIMIT: u64 = 64 * 1024 * 1024;
const IDLE: Duration = Duration::from_secs(30);

/// What errors say was called.
static DOWNLOAD: Operation = raw("download", Effect::Read);

type Progress = dyn Fn(u64) + Send + Sync;

/// A download that is not begun yet; from [`WechatPay::download`].
#[derive(Clone)]
#[must_use = "say where the file is to go"]
pub struct Download {
    core: Core,
    operation: &'static Operation,
    source: FileSource,
    /// What is known to be wrong with the request.
    offences: Offences,
    limit: Option<u64>,
    idle: Duration,
    progress: Option<Arc<Progress>>,
}

impl WechatPay {
    /// Downloads the file that an answer gave the address of.
    ///
    /// ```no_run
    /// # async fn example(pay: wechatpay_sdk::WechatPay) -> wechatpay_sdk::Result<()> {
    /// let bill = pay.bill().get_trade_bill().bill_date("2026-08-15").await?;
    /// pay.download(&bill).to_file("2026-08-15.csv").await?; // hash checked, renamed into place only when right
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// The address is requested and signed exactly as given, over https and from WeChat Pay's hosts only: to another one
    /// nothing is sent. It lives for minutes, so ask for a new one instead of repeating an old one.
    pub fn download(&self, file: &impl HasFile) -> Download {
        Download::of_operation(&self.core, &DOWNLOAD, file.file(), Offences::default())
    }
}

impl Download {
    pub(crate) fn of_operation(
        core: &Core,
        operation: &'static Operation,
        source: FileSource,
        offences: Offences,
    ) -> Self {
        Self { core: core.clone(), operation, source, offences, limit: None, idle: IDLE, progress: None }
    }

    /// Largest file in bytes, after it is unpacked; otherwise 64 GiB, in memory 64 MiB.
    pub fn max_bytes(mut self, limit: u64) -> Self {
        self.limit = Some(limit);
        self
    }

    /// How long nothing may come before the download is given up; otherwise 30 seconds.
    pub fn idle_timeout(mut self, idle: Duration) -> Self {
        self.idle = idle;
        self
    }

    /// Is told how many bytes have come from WeChat Pay, of this part of the file.
    pub fn on_progress(mut self, progress: impl Fn(u64) + Send + Sync + 'static) -> Self {
        self.progress = Some(Arc::new(progress));
        self
    }

    /// Downloads into a file, unpacked and decrypted, and gives its size in bytes.
    ///
    /// It is written beside its place and renamed when it is whole and right; until then, and after any failure, there is
    /// no file of this name, or the earlier one.
    ///
    /// # Errors
    ///
    /// `Download` when the file is not the one that the address was given for, is too large, or cannot be written; otherwise
    /// as every call.
    pub async fn to_file(self, path: impl AsRef<Path>) -> Result<u64> {
        let operation = self.operation;
        let place = path.as_ref().to_owned();
        let watch = CallWatch::begin(&self.core, operation);
        let written = async {
            hooks::runtime()?;
            file::download(&self, &place, &watch).await
        };
        let written = written.instrument(watch.span()).await;
        finish(watch, operation, written)
    }

    /// Downloads into memory.
    ///
    /// # Errors
    ///
    /// As [`to_file`](Self::to_file).
    pub async fn to_bytes(self) -> Result<Bytes> {
        let operation = self.operation;
        let limit = self.limit.unwrap_or(MEMORY_LIMIT);
        let watch = CallWatch::begin(&self.core, operation);
        let read = async {
            let mut bytes = BytesMut::new();
            for part in self.source.in_order()? {
                let left = limit.saturating_sub(bytes.len() as u64);
                let mut pieces = self.begin(part, left, &watch).await?;
                while let Some(piece) = pieces.take().await? {
                    bytes.extend_from_slice(&piece);
                }
            }
            Ok(bytes.freeze())
        };
        let read = read.instrument(watch.span()).await;
        finish(watch, operation, read)
    }

    /// Begins the download, piece by piece.
    ///
    /// The file is good when [`Pieces::next`] says that it has ended, and not before. An encrypted file cannot be read
    /// like this: nothing of it is to be seen before its end is there.
    ///
    /// # Errors
    ///
    /// As [`to_file`](Self::to_file).
    pub async fn pieces(self) -> Result<Pieces> {
        let operation = self.operation;
        let watch = CallWatch::begin(&self.core, operation);
        let begun = async {
            match self.source.in_order()?.as_slice() {
                [part] if !part.is_sealed() => self.begin(part, self.limit.unwrap_or(FILE_LIMIT), &watch).await,
                _ => Err(Error::request("an encrypted file is downloaded as a whole: `to_file` or `to_bytes`")),
            }
        };
        let begun = begun.instrument(watch.span()).await;
        finish(watch, operation, begun)
    }

    /// Sends the request of one part; `limit` is of what is delivered.
    async fn begin(&self, part: &Part, limit: u64, watch: &CallWatch) -> Result<Pieces> {
        // The path of an offending request may be that of another operation, or none.
        if self.offences.are_certain() {
            return Err(Error::broken_rules(self.offences.clone()));
        }
        let request = reqwest::Request::new(Method::GET, address::check(&self.core, part.url())?);
        self.core.check(&request, self.operation, &[], self.offences.clone())?;
        let digest = part.digest()?;
        let key = part.open(&self.core)?;
        // The keys that may have signed the header that proves the file, whatever replaces them meanwhile.
        let trust = self.core.trust();
        let response = hooks::fetch(&self.core, request, self.idle, watch).await?;
        let digest = match part.proving() {
            Some(proving) => Some(stated::digest(&self.core, &trust, proving, &response).await?),
            None => digest,
        };
        Pieces::new(self.operation, response, digest, key, limit, self.idle, self.progress.clone())
    }
}

fn finish<T>(watch: CallWatch, operation: &'static Operation, result: Result<T>) -> Result<T> {
    let result = result.map_err(|error| error.with_operation(operation));
    watch.end(&result.as_ref().err().map_or_else(Facts::default, Facts::failure));
    result
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download").field("source", &self.source).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rt::FileAddress;
    use crate::{Merchant, PrivateKey, PublicKey, Trust, WechatPayBuilder};

    static ABROAD: Operation = Operation {
        host: Some("https://apihk.mch.weixin.qq.com"),
        path: "/v3/global/merchant-service/images/{media_id}",
        ..raw("download_image", Effect::Read)
    };

    fn address(configure: impl FnOnce(WechatPayBuilder) -> WechatPayBuilder) -> String {
        let key = |name: &str| std::fs::read_to_string(format!("tests/data/keys/{name}")).unwrap();
        let merchant = Merchant::new(
            "1230000109".parse().unwrap(),
            "3775B6A45ACD588826D15E583A95F5DD40C1B12F".parse().unwrap(),
            PrivateKey::from_pem(&key("merchant.pkcs8.pem")).unwrap(),
        );
        let platform = PublicKey::from_pem(&key("platform.public.pem")).unwrap();
        let trust = Trust::public_key("PUB_KEY_ID_0119000000012026".parse().unwrap(), platform);
        let pay = configure(WechatPay::builder(merchant, trust)).build().unwrap();
        let download = FileAddress::new(&pay.core, &ABROAD).path(&[("media_id", "a/b".to_owned())]).download();
        let url = download.source.in_order().unwrap()[0].url().to_owned();
        assert_eq!(address::check(&pay.core, &url).unwrap().as_str(), url);
        url
    }

    #[test]
    fn the_file_of_an_operation_lies_at_its_access_point_unless_the_client_has_another() {
        assert_eq!(
            address(|builder| builder),
            "https://apihk.mch.weixin.qq.com/v3/global/merchant-service/images/a%2Fb"
        );
        assert_eq!(
            address(|builder| builder.base_url("https://apius.mch.weixin.qq.com")),
            "https://apius.mch.weixin.qq.com/v3/global/merchant-service/images/a%2Fb"
        );
    }
}
