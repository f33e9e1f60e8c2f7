//! Forms of uploads as they come in: their parts, and whether the meta tells the truth of the file.
//!
//! Nothing is shared with the code of the SDK that writes forms but the libraries of digests.

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde_json::Value;

use super::answer::{Location, Refusal};
use crate::rt::{self, Made};

/// The parts of a form.
#[derive(Debug)]
pub(super) struct Form<'b> {
    /// The first part, which is what is signed.
    pub(super) meta: &'b [u8],
    others: Vec<Part<'b>>,
}

#[derive(Debug)]
struct Part<'b> {
    name: String,
    file_name: Option<String>,
    content: &'b [u8],
}

impl<'b> Form<'b> {
    /// Reads a body that says it is a form.
    pub(super) fn read(headers: &HeaderMap, body: &'b [u8]) -> Result<Option<Self>, Refusal> {
        let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let Some(rest) = content_type.strip_prefix("multipart/form-data") else { return Ok(None) };
        let refuse = |issue| Refusal::parameter(Location::Body, "", None, issue);
        let boundary = rest.split_once("boundary=").map(|(_, boundary)| boundary.trim_matches('"'));
        let boundary = boundary.ok_or_else(|| refuse("is a form whose type names no boundary"))?;
        let mut parts = read(body, boundary).ok_or_else(|| refuse("is no form of parts between its boundary"))?;
        match parts.first() {
            Some(first) if first.name == "meta" => {
                let meta = parts.remove(0).content;
                Ok(Some(Self { meta, others: parts }))
            }
            _ => Err(refuse("is a form whose first part is not meta")),
        }
    }

    /// The text of a part.
    pub(super) fn field(&self, name: &str) -> Option<String> {
        let part = self.others.iter().find(|part| part.name == name)?;
        Some(String::from_utf8_lossy(part.content).into_owned())
    }

    /// The names of the parts beside the meta.
    pub(super) fn others(&self) -> impl Iterator<Item = &str> {
        self.others.iter().map(|part| part.name.as_str())
    }

    /// Holds the file against the meta.
    pub(super) fn check_file(&self, upload: &rt::Form, meta: &Value) -> Result<(), Refusal> {
        let refuse = |name: &str, issue: String| Err(Refusal::parameter(Location::Body, name, None, issue));
        let Some(file) = self.others.iter().find(|part| part.name == upload.part) else {
            return Err(Refusal::parameter(Location::Form, upload.part, None, "is required"));
        };
        let file_name = file.file_name.as_deref().unwrap_or_default();
        for (name, made) in upload.made {
            let said = meta.get(name).and_then(Value::as_str).unwrap_or_default();
            let pointer = format!("/{name}");
            match made {
                Made::Name if said != file_name => {
                    return refuse(&pointer, format!("is not the name of the part, {file_name}"));
                }
                Made::Digest { algorithm, .. } if !said.eq_ignore_ascii_case(&algorithm.of(file.content)) => {
                    return refuse(&pointer, "is not the digest of the file".to_owned());
                }
                _ => {}
            }
        }
        if upload.max_bytes.is_some_and(|max| file.content.len() > max) {
            return Err(Refusal::parameter(Location::Form, upload.part, None, "is too large"));
        }
        let ending = file_name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
        if !upload.endings.is_empty() && !upload.endings.contains(&ending.as_str()) {
            return Err(Refusal::parameter(Location::Form, upload.part, None, "is not of a kind that is taken"));
        }
        Ok(())
    }
}

fn read<'b>(body: &'b [u8], boundary: &str) -> Option<Vec<Part<'b>>> {
    let opening = format!("--{boundary}\r\n");
    let delimiter = format!("\r\n--{boundary}");
    let mut rest = body.strip_prefix(opening.as_bytes())?;
    let mut parts = Vec::new();
    loop {
        let (piece, after) = split(rest, delimiter.as_bytes())?;
        parts.push(part(piece)?);
        if after.strip_prefix(b"--").is_some() {
            return Some(parts);
        }
        rest = after.strip_prefix(b"\r\n")?;
    }
}

fn part(piece: &[u8]) -> Option<Part<'_>> {
    let (head, content) = split(piece, b"\r\n\r\n")?;
    let head = std::str::from_utf8(head).ok()?;
    let line =
        head.split("\r\n").find(|line| line.to_ascii_lowercase().starts_with("content-disposition: form-data"))?;
    let value = |name: &str| {
        let (_, rest) = line.split_once(&format!("; {name}=\""))?;
        rest.split_once('"').map(|(value, _)| value.to_owned())
    };
    Some(Part { name: value("name")?, file_name: value("filename"), content })
}

fn split<'b>(bytes: &'b [u8], at: &[u8]) -> Option<(&'b [u8], &'b [u8])> {
    let position = bytes.windows(at.len()).position(|window| window == at)?;
    Some((bytes.get(..position)?, bytes.get(position + at.len()..)?))
}
