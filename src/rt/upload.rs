//! From the parts of an upload to its form, and to a typed answer.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue};
use progenitor_client::{ClientHooks, OperationInfo};
use tracing::Instrument as _;

use super::attempts::{self, SignedForm};
use super::send::{Operation, read, ready};
use super::{Built, Decode};
use crate::client::Core;
use crate::digest::Algorithm;
use crate::hooks::FormBody;
use crate::observe::{CallWatch, Facts};
use crate::rules::{Offences, Rule};
use crate::{Error, Extra, Response, Result, Upload};

/// What the shared code knows of the form of an upload; build.rs writes one for each.
#[derive(Debug)]
pub(crate) struct Form {
    /// Name of the part that is the file.
    pub(crate) part: &'static str,
    /// Members of the meta that are made here.
    pub(crate) made: &'static [(&'static str, Made)],
    /// How the file's name may end.
    pub(crate) endings: &'static [&'static str],
    pub(crate) max_bytes: Option<usize>,
}

#[derive(Debug)]
pub(crate) enum Made {
    Name,
    Digest { algorithm: Algorithm, is_upper: bool },
    Constant(&'static str),
}

/// What a caller gives for an upload, beside the members of its meta.
pub(crate) struct Parts {
    pub(crate) file: Upload,
    /// Members of the meta that the spec lacks.
    pub(crate) extra: Extra,
    pub(crate) fields: Vec<(&'static str, Option<String>)>,
}

/// Sends an upload. The body of `request` holds the members of the meta that the caller gave.
pub(crate) async fn upload<C, T>(
    client: C,
    request: Result<Built>,
    operation: &'static Operation,
    parts: Parts,
) -> Result<Response<T>>
where
    C: ClientHooks<Core>,
    T: Decode,
{
    let watch = CallWatch::begin(client.inner(), operation);
    let exchanged = exchange(&client, request, operation, parts, &watch).instrument(watch.span()).await;
    let answered = exchanged.map_err(|error| error.with_operation(operation));
    watch.end(&Facts::of_call(&answered));
    answered
}

async fn exchange<C: ClientHooks<Core>, T: Decode>(
    client: &C,
    request: Result<Built>,
    operation: &'static Operation,
    Parts { file, extra, fields }: Parts,
    watch: &CallWatch,
) -> Result<Response<T>> {
    let Built { mut request, mut offences } = request?;
    let form = operation.upload.ok_or_else(|| Error::request("this operation takes no file"))?;
    let core = client.inner();
    ready(client, operation).await?;
    check_file(form, &file, &mut offences);
    let fields: Vec<(&str, String)> =
        fields.into_iter().filter_map(|(name, value)| value.map(|value| (name, value))).collect();
    core.check(&request, operation, &fields, offences)?;
    let info = OperationInfo { operation_id: operation.id };
    let meta = meta(form, &file, request.body().and_then(reqwest::Body::as_bytes), extra)?;
    let (head, tail, boundary) = frame(form, &file, &meta, &fields)?;
    let content_type = HeaderValue::try_from(format!("multipart/form-data; boundary={boundary}"));
    let content_type = content_type.map_err(|error| Error::request("the form has no type").with_source(error))?;
    let body = FormBody::new(head, file, tail);
    let length = HeaderValue::from(body.length());
    *request.body_mut() = None;
    client
        .pre::<()>(&mut request, &info)
        .await
        .map_err(|error| Error::request("the request is refused").with_source(error))?;
    let headers: &mut HeaderMap = request.headers_mut();
    headers.insert(CONTENT_TYPE, content_type);
    headers.insert(CONTENT_LENGTH, length);
    let form = SignedForm { meta, body };
    read(attempts::make(client, request, operation, Some(&form), watch).await?)
}

fn check_file(form: &'static Form, file: &Upload, offences: &mut Offences) {
    offences.at(form.part, |offences| {
        let actual = file.bytes().len();
        if actual == 0 {
            offences.add(Rule::EmptyFile);
        }
        if let Some(max) = form.max_bytes.filter(|max| actual > *max) {
            offences.add(Rule::FileTooLarge { max, actual });
        }
        if !form.endings.is_empty() && !form.endings.contains(&file.ending().as_str()) {
            offences.add(Rule::FileEnding { endings: form.endings });
        }
    });
}

/// The meta as it is sent and signed: what the caller gave, and what the file is.
fn meta(form: &Form, file: &Upload, given: Option<&[u8]>, extra: Extra) -> Result<Vec<u8>> {
    let mut members: Extra = match given {
        Some(given) if !given.is_empty() => serde_json::from_slice(given)
            .map_err(|error| Error::request("the meta is no JSON object").with_source(error))?,
        _ => Extra::new(),
    };
    for (name, made) in form.made {
        let text = match made {
            Made::Name => file.name().to_owned(),
            Made::Constant(text) => (*text).to_owned(),
            Made::Digest { algorithm, is_upper } => {
                let digest = algorithm.of(file.bytes());
                if *is_upper { digest.to_ascii_uppercase() } else { digest }
            }
        };
        members.insert((*name).to_owned(), text.into());
    }
    members.extend(extra);
    serde_json::to_vec(&members).map_err(|error| Error::request("the meta cannot be written").with_source(error))
}

/// What stands before and behind the file, and the boundary, which occurs nowhere else.
fn frame(form: &Form, file: &Upload, meta: &[u8], fields: &[(&str, String)]) -> Result<(Bytes, Bytes, String)> {
    let boundary = loop {
        let boundary = crate::sign::nonce()?;
        let occurs = |bytes: &[u8]| bytes.windows(boundary.len()).any(|window| window == boundary.as_bytes());
        let is_taken = occurs(meta) || occurs(file.bytes()) || fields.iter().any(|(_, value)| occurs(value.as_bytes()));
        if !is_taken {
            break boundary;
        }
    };
    let mut head = part(&boundary, "meta", "", "application/json").into_bytes();
    head.extend_from_slice(meta);
    head.extend_from_slice(b"\r\n");
    for (name, value) in fields {
        head.extend(part(&boundary, name, "", "text/plain; charset=utf-8").bytes());
        head.extend_from_slice(value.as_bytes());
        head.extend_from_slice(b"\r\n");
    }
    let name = format!("; filename=\"{}\"", file.name());
    head.extend(part(&boundary, form.part, &name, media_type(&file.ending())).bytes());
    Ok((head.into(), format!("\r\n--{boundary}--\r\n").into(), boundary))
}

fn part(boundary: &str, name: &str, file_name: &str, media_type: &str) -> String {
    format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"{file_name}\r\nContent-Type: {media_type}\r\n\r\n"
    )
}

fn media_type(ending: &str) -> &'static str {
    match ending {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "bmp" => "image/bmp",
        "pdf" => "application/pdf",
        "csv" => "text/csv",
        "mp4" | "m4v" => "video/mp4",
        "mov" => "video/quicktime",
        "avi" => "video/x-msvideo",
        "wmv" => "video/x-ms-wmv",
        "mpeg" => "video/mpeg",
        "mkv" => "video/x-matroska",
        "flv" | "f4v" => "video/x-flv",
        _ => "application/octet-stream",
    }
}
