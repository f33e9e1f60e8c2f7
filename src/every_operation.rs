//! Makes the call of every operation with the examples of the specs, over real HTTP.

use std::future::Future;
use std::pin::Pin;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::support::{Received, Reply, Wire, platform_opens};
use crate::{Download, Result, WechatPay};

/// An answer on its way, as the JSON it was read from.
pub(crate) type Answering = Pin<Box<dyn Future<Output = Result<Value>> + Send>>;

/// An operation as its spec shows it; build.rs writes one for each.
pub(crate) struct Example {
    pub(crate) family: &'static str,
    pub(crate) id: &'static str,
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) query: &'static [(&'static str, &'static str)],
    pub(crate) body: Option<&'static str>,
    pub(crate) upload: Option<Form>,
    pub(crate) status: u16,
    pub(crate) answer: Option<&'static str>,
    pub(crate) call: fn(&WechatPay) -> Answering,
}

/// A file that has an address of its own.
pub(crate) struct FileExample {
    pub(crate) id: &'static str,
    pub(crate) path: &'static str,
    pub(crate) call: fn(&WechatPay) -> Download,
}

/// The form of an upload of the text `abc`.
pub(crate) struct Form {
    pub(crate) part: &'static str,
    pub(crate) name: &'static str,
    /// The whole meta, with the digest of `abc`.
    pub(crate) meta: &'static str,
    pub(crate) fields: &'static [(&'static str, &'static str)],
}

impl Form {
    /// Looks at what came in, and gives what of it is signed.
    fn check(&self, request: &Received, id: &str) -> Vec<u8> {
        let parts = request.parts();
        let names: Vec<&str> = parts.iter().map(|part| part.name.as_str()).collect();
        let fields = self.fields.iter().map(|(name, _)| *name);
        assert_eq!(names, std::iter::once("meta").chain(fields).chain([self.part]).collect::<Vec<_>>(), "{id}");
        let mut meta = json(Some(self.meta));
        for name in ["filename", "file_name"] {
            if let Some(member) = meta.get_mut(name) {
                *member = self.name.into();
            }
        }
        let (first, last) = (&parts[0], &parts[parts.len() - 1]);
        let mut sent: Value = serde_json::from_slice(&first.content).expect("the meta is JSON");
        open(&mut sent, &meta);
        assert_eq!(sent, meta, "{id}: the meta");
        assert_eq!((last.file_name.as_deref(), last.content.as_slice()), (Some(self.name), b"abc".as_slice()), "{id}");
        for (part, (_, value)) in parts[1..].iter().zip(self.fields) {
            assert_eq!(part.content, value.as_bytes(), "{id}: {}", part.name);
        }
        first.content.clone()
    }
}

fn json(text: Option<&str>) -> Value {
    text.map(|text| serde_json::from_str(text).expect("an example is JSON")).unwrap_or_default()
}

/// Opens what was encrypted for WeChat Pay: where another text was sent than the example has, it has to be a ciphertext.
fn open(sent: &mut Value, expected: &Value) {
    match (sent, expected) {
        (Value::String(sent), Value::String(expected)) if sent != expected => *sent = platform_opens(sent),
        (Value::Array(sent), Value::Array(expected)) => sent.iter_mut().zip(expected).for_each(|(a, b)| open(a, b)),
        (Value::Object(sent), Value::Object(expected)) => {
            for (name, value) in sent {
                open(value, expected.get(name).unwrap_or(&Value::Null));
            }
        }
        _ => {}
    }
}

#[tokio::test]
async fn every_operation_sends_its_example_and_reads_its_answer_without_loss() {
    let examples = crate::api::examples();
    assert!(!examples.is_empty());
    for example in examples {
        let id = format!("{}.{}", example.family, example.id);
        let wire = Wire::always(Reply::signed(example.status, example.answer.unwrap_or_default())).await;
        let answer = (example.call)(&wire.client()).await.unwrap_or_else(|e| panic!("{id}: {e:?}"));
        assert_eq!(answer, json(example.answer), "{id}: the answer");

        let request = wire.only();
        if let Some(form) = &example.upload {
            let meta = form.check(&request, &id);
            let signed = Received { body: meta, ..request };
            assert!(signed.is_signed(), "{id}");
            continue;
        }
        assert!(request.is_signed(), "{id}");
        assert_eq!(request.method, example.method, "{id}");
        let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
        assert_eq!(percent_decode_str(path).decode_utf8().expect("UTF-8"), example.path, "{id}");
        let decode = |text: &str| percent_decode_str(text).decode_utf8().expect("UTF-8").into_owned();
        let mut sent: Vec<(String, String)> =
            query.split('&').filter_map(|pair| pair.split_once('=')).map(|(k, v)| (decode(k), decode(v))).collect();
        let mut given: Vec<(String, String)> =
            example.query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        sent.sort();
        given.sort();
        for ((_, sent), (_, given)) in sent.iter_mut().zip(&given) {
            if sent != given {
                *sent = platform_opens(sent);
            }
        }
        assert_eq!(sent, given, "{id}: the query");
        match example.body {
            Some(body) => {
                let mut sent: Value = serde_json::from_slice(&request.body).expect("the body is JSON");
                let expected = json(Some(body));
                open(&mut sent, &expected);
                assert_eq!(sent, expected, "{id}: the body");
            }
            None => assert!(request.body.is_empty(), "{id}"),
        }
    }
}

#[tokio::test]
async fn every_file_with_an_address_of_its_own_is_asked_for_by_its_example_and_comes_whole() {
    for FileExample { id, path, call } in crate::api::files() {
        let wire = Wire::always(Reply::bare(200, "a file\r\n")).await;
        let file = call(&wire.client()).to_bytes().await.unwrap_or_else(|error| panic!("{id}: {error}"));
        assert_eq!(file, "a file\r\n", "{id}");
        let request = wire.only();
        let target = percent_decode_str(&request.target).decode_utf8().expect("UTF-8");
        assert_eq!((request.method.as_str(), &*target, request.is_signed()), ("GET", path, true), "{id}");
    }
}
