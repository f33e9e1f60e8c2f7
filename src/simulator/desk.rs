//! The gateway's desk: takes one request after another, carries it out, and says what to answer.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::header::{ACCEPT, ALLOW, USER_AGENT};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use http_body_util::Full;

use super::answer::{Answer, Refusal};
use super::authorization::{self, Signed};
use super::books::Books;
use super::clock::SimulatedClock;
use super::fault::{Fault, Planned};
use super::form::Form;
use super::identity::Identity;
use super::journal::{Journal, Received};
use super::post::{Draft, Post};
use super::security::PlatformCertificates;
use super::spec::{Catalogue, Found};
use super::{lock, reply, security, validate};
use crate::clock::unix_seconds;
use crate::{Clock, Error, Result};

/// Everything that the connections of one gateway share.
pub(super) struct Desk {
    pub(super) identity: &'static Identity,
    pub(super) catalogue: &'static Catalogue,
    pub(super) clock: SimulatedClock,
    /// What signatures are dated by.
    pub(super) signing_clock: Arc<dyn Clock>,
    pub(super) platform_certificates: Mutex<PlatformCertificates>,
    pub(super) books: Mutex<Books>,
    pub(super) post: Post,
    pub(super) faults: Mutex<Planned>,
    pub(super) journal: Mutex<Journal>,
}

/// The connection is to be cut: no byte of an answer is sent.
#[derive(Debug)]
pub(super) struct Cut;

impl Desk {
    pub(super) fn open(clock: SimulatedClock, signing_clock: Arc<dyn Clock>) -> Result<Self> {
        let catalogue =
            Catalogue::get().map_err(|cause| Error::config(format!("the simulator cannot read the specs: {cause}")))?;
        Ok(Self {
            identity: Identity::get()?,
            catalogue,
            post: Post::new(clock.bell.clone()),
            clock,
            signing_clock,
            platform_certificates: Mutex::default(),
            books: Mutex::default(),
            faults: Mutex::default(),
            journal: Mutex::default(),
        })
    }

    /// Takes a request; `received` has neither operation nor status yet. Without a body, it was too large.
    pub(super) fn take(&self, mut received: Received, body: Option<Bytes>) -> Result<Response<Full<Bytes>>, Cut> {
        let now = self.signing_time();
        received.at = self.clock.unix();
        let fault = self.fault(&received);
        let is_whole = body.is_some();
        received.body = body.unwrap_or_default();
        let answer = match fault.as_ref().and_then(Fault::instead) {
            Some(answer) => answer,
            None if is_whole => self.answer(&mut received, now).unwrap_or_else(|refusal| received.refuse(refusal)),
            None => received.refuse(Refusal::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "INVALID_REQUEST",
                268_435_464,
                "the body is too large",
            )),
        };
        let response = match fault {
            Some(Fault::Lost) => Err(Cut),
            // Without random numbers or a working key there is nothing to say.
            fault => {
                let signatory = self.certificates().signatory(self.identity, &received.headers);
                reply::dress(self.identity, signatory, now, answer, fault.as_ref()).map_err(|_| Cut)
            }
        };
        received.status = response.as_ref().ok().map(Response::status);
        lock(&self.journal).push(received);
        self.post.bell.ring();
        response
    }

    fn answer(&self, received: &mut Received, now: i64) -> Result<Answer, Refusal> {
        let Received { method, target, headers, body, operation: known, signature, .. } = received;
        let (method, headers) = (&*method, &*headers);
        let form = Form::read(headers, body)?;
        // Of an upload the meta is signed.
        let signed = form.as_ref().map_or(&body[..], |form| form.meta);
        let checked = authorization::check(self.identity, now, headers, Signed { method, target, body: signed });
        *signature = Some(checked.is_ok());
        checked?;
        self.check_headers(headers)?;
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (target.as_str(), None),
        };
        let (operation, parameters) = match self.catalogue.find(method, path) {
            Found::Operation(operation, parameters) => (operation, parameters),
            Found::OtherMethods(methods) => return Ok(other_method(&methods)),
            Found::Nothing => {
                if let Some(file) = lock(&self.books).bills.file(path, query) {
                    return file;
                }
                if let Some(answer) = self.certificates().answer(self.identity, (method, path), headers, body) {
                    return answer;
                }
                let message = "this path is in none of the enabled specs";
                return Err(Refusal::new(StatusCode::NOT_FOUND, "NOT_FOUND", 268_435_460, message));
            }
        };
        let call = validate::check(operation, &parameters, query, headers, body, form.as_ref());
        let about_keys = self.certificates().answer(self.identity, (method, path), headers, body);
        *known = Some(operation.id.clone());
        let call = call?;
        match about_keys {
            Some(answer) => {
                let answer = answer?;
                if let Some(draft) = security::echoed(&call, &answer) {
                    // Without random numbers there is no notification, and the application has its answer.
                    let _ = self.post(draft);
                }
                Ok(answer)
            }
            None => self.books(|books| books.execute(self.identity, operation, &call, self.clock.unix())),
        }
    }

    /// Does something with the books, and posts the notifications that come of it.
    pub(super) fn books<T>(&self, work: impl FnOnce(&mut Books) -> T) -> T {
        let mut books = lock(&self.books);
        let done = work(&mut books);
        let drafts = std::mem::take(&mut books.outbox);
        // Posted before anything else can happen to the books, so that they leave in the order of their causes.
        for draft in drafts {
            // Without random numbers there is no notification, and the application has to query.
            let _ = self.post(draft);
        }
        // There may be something new, or something that will happen by itself.
        self.post.bell.ring();
        done
    }

    /// Lets happen what was due until now; when the next thing is due.
    pub(super) fn catch_up(&self) -> Option<i64> {
        let now = self.clock.unix();
        if lock(&self.books).next_job().is_some_and(|at| at <= now) {
            self.books(|books| books.catch_up(now));
        }
        lock(&self.books).next_job()
    }

    /// Encrypts a notification and gives it to the post.
    pub(super) fn post(&self, draft: Draft) -> Result<()> {
        let now = self.clock.unix();
        let (id, body) = security::notification(self.identity, &draft, now)?;
        self.post.take(draft, id, body, now);
        Ok(())
    }

    /// The headers of a notification that is sent now.
    pub(super) fn notification_headers(&self, body: &[u8], fault: Option<&Fault>) -> Result<HeaderMap> {
        let signatory = PlatformCertificates::None.signatory(self.identity, &HeaderMap::new());
        reply::signed(self.identity, signatory, self.signing_time(), body, fault)
    }

    /// Seconds since 1970 of what is signed now.
    fn signing_time(&self) -> i64 {
        unix_seconds(self.signing_clock.now())
    }

    /// What is to go wrong with the answer to this request.
    fn fault(&self, received: &Received) -> Option<Fault> {
        let mut faults = lock(&self.faults);
        if faults.is_empty() {
            return None;
        }
        let path = received.target.split('?').next().unwrap_or_default();
        match self.catalogue.find(&received.method, path) {
            Found::Operation(operation, _) => faults.next(Some(operation)),
            Found::OtherMethods(_) | Found::Nothing => faults.next(None),
        }
    }

    fn certificates(&self) -> PlatformCertificates {
        *lock(&self.platform_certificates)
    }

    /// What every request has besides its Authorization.
    fn check_headers(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        for name in [ACCEPT, USER_AGENT] {
            if headers.get(&name).is_none_or(HeaderValue::is_empty) {
                return Err(Refusal::invalid(
                    268_435_461,
                    format!("the header {name} is missing (Http头缺少Accept或User-Agent)"),
                ));
            }
        }
        let Some(serial) = headers.get("wechatpay-serial") else { return Ok(()) };
        let serial = serial.to_str().unwrap_or_default();
        match self.certificates().named(self.identity, serial) {
            Some(_) => Ok(()),
            None => Err(Refusal::invalid(268_435_461, "Wechatpay-Serial is not a key of this merchant")),
        }
    }
}

fn other_method(methods: &[&http::Method]) -> Answer {
    let allowed = methods.iter().map(|method| method.as_str()).collect::<Vec<_>>().join(", ");
    let message = format!("this path takes {allowed}");
    let mut answer: Answer =
        Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "INVALID_REQUEST", 268_435_461, message).into();
    answer.header = HeaderValue::from_str(&allowed).ok().map(|allowed| (ALLOW, allowed));
    answer
}
