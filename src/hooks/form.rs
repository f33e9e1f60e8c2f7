//! The body of an upload, which is sent in pieces and copied nowhere.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use crate::Upload;

/// Bytes of a file that are handed to the connection at once.
const PIECE: usize = 64 * 1024;

/// What stands before a file, the file, and what stands behind it.
#[derive(Clone)]
pub(crate) struct FormBody {
    head: Bytes,
    file: Upload,
    sent: usize,
    tail: Bytes,
}

impl FormBody {
    pub(crate) fn new(head: Bytes, file: Upload, tail: Bytes) -> Self {
        Self { head, file, sent: 0, tail }
    }

    /// How many bytes are still to be sent.
    pub(crate) fn length(&self) -> u64 {
        let file = self.file.bytes().len().saturating_sub(self.sent);
        (self.head.len() + file + self.tail.len()) as u64
    }

    fn next(&mut self) -> Option<Bytes> {
        if !self.head.is_empty() {
            return Some(std::mem::take(&mut self.head));
        }
        let bytes = self.file.bytes();
        if self.sent < bytes.len() {
            let end = bytes.len().min(self.sent + PIECE);
            let piece = bytes.slice(self.sent..end);
            self.sent = end;
            self.file.report(end);
            return Some(piece);
        }
        (!self.tail.is_empty()).then(|| std::mem::take(&mut self.tail))
    }
}

impl Body for FormBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.next().map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.length() == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length())
    }
}
