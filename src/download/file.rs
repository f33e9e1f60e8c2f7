//! A download on its way into a file.

use std::path::{Path, PathBuf};

use tokio::fs::{File, OpenOptions};
use tokio::io::{AsyncWriteExt as _, BufWriter};

use super::{Download, FILE_LIMIT};
use crate::observe::CallWatch;
use crate::{Error, Result};

/// Bytes that are written at once.
const BUFFER: usize = 1024 * 1024;

/// A file beside its place, which is gone unless it is renamed.
struct Unfinished(PathBuf);

impl Drop for Unfinished {
    fn drop(&mut self) {
        // There is nobody to tell that it cannot be removed; it has the name of an unfinished file.
        let _ = std::fs::remove_file(&self.0);
    }
}

pub(super) async fn download(download: &Download, place: &Path, watch: &CallWatch) -> Result<u64> {
    let parts = download.source.in_order()?;
    let name = place.file_name().ok_or_else(|| Error::request("the path names no file"))?;
    let beside = place.with_file_name(format!(".{}.{}.part", name.to_string_lossy(), crate::sign::nonce()?));
    let limit = download.limit.unwrap_or(FILE_LIMIT);
    let mut written = 0;
    let mut target: Option<(BufWriter<File>, Unfinished)> = None;
    for part in parts {
        let mut pieces = download.begin(part, limit.saturating_sub(written), watch).await?;
        let (file, _) = match &mut target {
            Some(target) => target,
            // A refused address leaves no trace on the disk.
            None => target.insert(create(&beside).await?),
        };
        while let Some(piece) = pieces.take().await? {
            written += piece.len() as u64;
            file.write_all(&piece).await.map_err(unwritten)?;
        }
    }
    let Some((mut file, unfinished)) = target else { return Err(Error::request("the file has no parts")) };
    file.flush().await.map_err(unwritten)?;
    file.get_ref().sync_all().await.map_err(unwritten)?;
    drop(file);
    tokio::fs::rename(&unfinished.0, place).await.map_err(unwritten)?;
    Ok(written)
}

async fn create(path: &Path) -> Result<(BufWriter<File>, Unfinished)> {
    let file = private().write(true).create_new(true).open(path).await.map_err(unwritten)?;
    Ok((BufWriter::with_capacity(BUFFER, file), Unfinished(path.to_owned())))
}

/// Readable for the owner only: bills hold names and amounts.
fn private() -> OpenOptions {
    #[allow(unused_mut, reason = "other systems have no modes")]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    options.mode(0o600);
    options
}

fn unwritten(error: std::io::Error) -> Error {
    Error::download("the file cannot be written").with_source(error)
}
