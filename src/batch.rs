//! Many uploads or downloads, some at a time.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::path::PathBuf;
use std::pin::Pin;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::{Error, ErrorKind, HasFile, Response, Result, WechatPay};

/// How often the address of one file is asked for.
const ATTEMPTS: u32 = 3;
/// Before the second attempt; the third waits twice as long.
const PAUSE: Duration = Duration::from_millis(500);

type Job<K, T> = Pin<Box<dyn Future<Output = (K, Result<T>)> + Send>>;

/// Results of many calls, each as it is there; from [`WechatPay::upload_all`] and [`WechatPay::download_all`].
///
/// Dropping it stops what is on its way.
#[must_use = "nothing is sent until the results are asked for"]
pub struct Batch<K, T> {
    waiting: Box<dyn Iterator<Item = Job<K, T>> + Send>,
    running: JoinSet<(K, Result<T>)>,
    at_once: usize,
}

/// What became of one of many downloads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// It was downloaded, and has so many bytes.
    New(u64),
    /// There was a file of this name, which can only be a whole one.
    AlreadyThere,
}

impl WechatPay {
    /// Makes many uploads, at most `at_once` at a time, each with a key of your own, such as [`Upload::sha256`]. A failed
    /// one is repeated as every call is, see [`Retry`](crate::Retry).
    ///
    /// ```no_run
    /// # async fn example(pay: wechatpay_sdk::WechatPay, pictures: Vec<wechatpay_sdk::Upload>) -> wechatpay_sdk::Result<()> {
    /// let media = pay.media();
    /// let calls = pictures.into_iter().map(move |picture| (picture.sha256(), media.upload_file(picture)));
    /// let mut uploads = pay.upload_all(calls, 4);
    /// while let Some((sha256, uploaded)) = uploads.next().await {
    ///     println!("{sha256} is {}", uploaded?.media_id);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// [`Upload::sha256`]: crate::Upload::sha256
    pub fn upload_all<K, C, T>(
        &self,
        calls: impl IntoIterator<Item = (K, C), IntoIter: Send + 'static>,
        at_once: usize,
    ) -> Batch<K, Response<T>>
    where
        K: Send + 'static,
        C: IntoFuture<Output = Result<Response<T>>, IntoFuture: Send> + Send + 'static,
        T: Send + 'static,
    {
        Batch::new(calls.into_iter().map(|(key, call)| boxed(async move { (key, call.await) })), at_once)
    }

    /// Asks for many files and downloads them, at most `at_once` at a time: each a path, and the call that answers where the
    /// file is. A file that is already there is not asked for; an address that has expired is asked for again.
    ///
    /// ```no_run
    /// # async fn example(pay: wechatpay_sdk::WechatPay, sub_mchids: Vec<String>) {
    /// let bills = pay.bill();
    /// let jobs = sub_mchids.into_iter().map(move |sub_mchid| {
    ///     let path = format!("bills/2026-08-15-{sub_mchid}.csv");
    ///     (path.into(), bills.get_trade_bill().bill_date("2026-08-15").sub_mchid(sub_mchid))
    /// });
    /// let mut all = pay.download_all(jobs, 8);
    /// while let Some((path, fetched)) = all.next().await {
    ///     println!("{}: {fetched:?}", path.display()); // `NO_STATEMENT_EXIST` where nothing happened
    /// }
    /// # }
    /// ```
    pub fn download_all<C, T>(
        &self,
        jobs: impl IntoIterator<Item = (PathBuf, C), IntoIter: Send + 'static>,
        at_once: usize,
    ) -> Batch<PathBuf, Fetched>
    where
        C: IntoFuture<Output = Result<Response<T>>, IntoFuture: Send> + Clone + Send + 'static,
        T: HasFile + Send + Sync + 'static,
    {
        let pay = self.clone();
        let jobs = jobs.into_iter().map(move |(path, call)| {
            let pay = pay.clone();
            boxed(async move {
                let fetched = fetched(&pay, &path, call).await;
                (path, fetched)
            })
        });
        Batch::new(jobs, at_once)
    }
}

impl<K: Send + 'static, T: Send + 'static> Batch<K, T> {
    fn new(waiting: impl Iterator<Item = Job<K, T>> + Send + 'static, at_once: usize) -> Self {
        Self { waiting: Box::new(waiting), running: JoinSet::new(), at_once: at_once.max(1) }
    }

    /// The next result, in no order; `None` when there are no more.
    pub async fn next(&mut self) -> Option<(K, Result<T>)> {
        while self.running.len() < self.at_once {
            match self.waiting.next() {
                Some(job) => drop(self.running.spawn(job)),
                None => break,
            }
        }
        match self.running.join_next().await? {
            Ok(result) => Some(result),
            // A task of the SDK does not panic and is aborted by nobody; one of a caller's iterator goes on here.
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => None,
            },
        }
    }
}

fn boxed<K, T>(job: impl Future<Output = (K, Result<T>)> + Send + 'static) -> Job<K, T> {
    Box::pin(job)
}

async fn fetched<C, T>(pay: &WechatPay, path: &PathBuf, call: C) -> Result<Fetched>
where
    C: IntoFuture<Output = Result<Response<T>>> + Clone,
    T: HasFile,
{
    let is_there = tokio::fs::try_exists(path).await;
    if is_there.map_err(|error| Error::download("the place of the file cannot be looked at").with_source(error))? {
        return Ok(Fetched::AlreadyThere);
    }
    let mut attempt = 1;
    loop {
        // A new address each time: the old one may have expired.
        let answer = call.clone().await?;
        let error = match pay.download(&answer).to_file(path).await {
            Ok(bytes) => return Ok(Fetched::New(bytes)),
            Err(error) => error,
        };
        if attempt >= ATTEMPTS || !matches!(error.kind(), ErrorKind::Api | ErrorKind::Transport) {
            return Err(error);
        }
        tokio::time::sleep(PAUSE * attempt).await;
        attempt += 1;
    }
}

impl<K, T> fmt::Debug for Batch<K, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch")
            .field("running", &self.running.len())
            .field("at_once", &self.at_once)
            .finish_non_exhaustive()
    }
}
