//! A file on its way to WeChat Pay.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt as _};

use crate::digest::Algorithm;
use crate::{Error, Result};

/// Largest file that is read into memory, in bytes. No operation takes more than 7.5 MB.
const LIMIT: usize = 64 * 1024 * 1024;
/// Longest name in characters, by the strictest of the official pages.
const NAME_LIMIT: usize = 128;

type Progress = dyn Fn(u64, u64) + Send + Sync;

/// A file to upload: its name and its bytes.
///
/// ```no_run
/// # async fn example(pay: wechatpay_sdk::WechatPay, bytes: Vec<u8>) -> wechatpay_sdk::Result<()> {
/// use wechatpay_sdk::Upload;
///
/// let image = pay.media().upload_file(Upload::new("storefront.png", bytes)).await?;
/// let video = pay.media().upload_video(Upload::open("videos/storefront.mp4").await?).await?;
/// println!("{} {}", image.media_id, video.media_id);
/// # Ok(())
/// # }
/// ```
///
/// The bytes are in memory once, however often the call is cloned or repeated. Digest, meta and the form around the file
/// are made when the call is sent.
#[derive(Clone)]
pub struct Upload {
    name: String,
    bytes: Bytes,
    progress: Option<Arc<Progress>>,
}

impl Upload {
    /// A file of these bytes. The name's ending tells WeChat Pay what it is.
    ///
    /// Of a path only the last part is the name, and what is no ASCII letter, digit, `.`, `-` or `_` becomes `_`: the name
    /// is shown to nobody, and stands in a header and in the signed meta alike.
    pub fn new(name: impl AsRef<str>, bytes: impl Into<Bytes>) -> Self {
        Self { name: file_name(name.as_ref()), bytes: bytes.into(), progress: None }
    }

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// A `Request` error when it cannot be read or has more than 64 MiB; it does not name the path.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref().to_owned();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        crate::hooks::runtime()?;
        let file = tokio::fs::File::open(path).await;
        Self::read(name, file.map_err(|error| Error::request("the file cannot be opened").with_source(error))?).await
    }

    /// Reads to the end of a reader.
    ///
    /// # Errors
    ///
    /// A `Request` error when the reader fails or has more than 64 MiB. Nothing was sent, and what the reader gave is lost:
    /// a repeat needs a new reader, where one of the finished upload needs none.
    pub async fn read(name: impl AsRef<str>, reader: impl AsyncRead + Unpin) -> Result<Self> {
        let mut bytes = Vec::new();
        let most = LIMIT.saturating_add(1);
        let read = reader.take(most as u64).read_to_end(&mut bytes).await;
        read.map_err(|error| Error::request("the file cannot be read, and nothing was sent").with_source(error))?;
        if bytes.len() > LIMIT {
            return Err(Error::request(format!("the file has more than {LIMIT} bytes")));
        }
        Ok(Self::new(name, bytes))
    }

    /// Is told how many bytes of the file have been handed to the connection, and of how many. A repeat begins at 0.
    #[must_use]
    pub fn on_progress(mut self, progress: impl Fn(u64, u64) + Send + Sync + 'static) -> Self {
        self.progress = Some(Arc::new(progress));
        self
    }

    /// The name as it is sent.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The bytes of the file.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// SHA-256 of the bytes, in lower-case hexadecimal digits.
    pub fn sha256(&self) -> String {
        Algorithm::Sha256.of(&self.bytes)
    }

    /// What follows the last dot of the name, in lower case.
    pub(crate) fn ending(&self) -> String {
        self.name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default()
    }

    pub(crate) fn report(&self, sent: usize) {
        if let Some(progress) = &self.progress {
            progress(sent as u64, self.bytes.len() as u64);
        }
    }
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The name may be that of a person's document.
        f.debug_struct("Upload").field("bytes", &self.bytes.len()).finish_non_exhaustive()
    }
}

/// A name that is the same in JSON and in a header, and is no path.
fn file_name(text: &str) -> String {
    let last = text.rsplit(['/', '\\']).next().unwrap_or_default();
    let is_plain = |character: char| character.is_ascii_alphanumeric() || matches!(character, '.' | '-' | '_');
    let name: String = last.chars().map(|character| if is_plain(character) { character } else { '_' }).collect();
    // The end says what the file is.
    name.get(name.len().saturating_sub(NAME_LIMIT)..).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn f03_a_name_is_the_last_part_of_a_path_and_plain() {
        for (given, sent) in [
            ("store.png", "store.png"),
            ("../../etc/store.png", "store.png"),
            (r"C:\photos\store.png", "store.png"),
            ("a\"; x=\"\r\nX-Evil: 1.png", "a___x____X-Evil__1.png"),
            ("营业执照.JPG", "____.JPG"),
        ] {
            assert_eq!(Upload::new(given, "").name(), sent);
        }
        assert_eq!(Upload::new(format!("{}.png", "a".repeat(200)), "").name().len(), 128);
    }

    proptest! {
        #[test]
        fn no_name_can_write_a_header(name in any::<String>()) {
            let upload = Upload::new(&name, "");
            prop_assert!(upload.name().bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte)));
            prop_assert!(upload.name().len() <= 128);
        }
    }
}
