//! Notifications: what is sent where and when, and what became of each attempt.

mod deliver;
mod plan;
mod sent;

use std::collections::VecDeque;
use std::sync::Mutex;

use bytes::Bytes;
use serde_json::Value;

pub(super) use self::deliver::run;
pub use self::plan::NextNotification;
pub(super) use self::plan::Plan;
pub(super) use self::sent::first_word;
pub use self::sent::{Attempt, Notice, Sent};
use super::bell::Bell;
use super::lock;

/// Seconds between the attempts; after the last one WeChat Pay gives up.
const INTERVALS: [i64; 15] =
    [15, 15, 30, 180, 600, 1_200, 1_800, 1_800, 1_800, 3_600, 10_800, 10_800, 10_800, 21_600, 21_600];
/// Notifications that are kept after their last attempt; older ones are forgotten.
const KEPT: usize = 1_000;

/// A notification that a state change asks for.
#[derive(Clone)]
pub(super) struct Draft {
    pub(super) url: String,
    pub(super) event_type: String,
    pub(super) original_type: String,
    pub(super) plaintext: Value,
}

/// A notification on its way. Its body is the same in all attempts, its signature is not.
struct Letter {
    sent: Sent,
    body: Bytes,
    /// Where it really goes; nowhere if the address is not on this machine.
    target: Option<String>,
    plan: Plan,
    due: i64,
}

/// What the post of one gateway holds.
#[derive(Default)]
struct Bags {
    waiting: Vec<Letter>,
    /// Whether the letter carrier has one in hand.
    is_carrying: bool,
    done: VecDeque<Sent>,
    plans: VecDeque<Plan>,
    /// Where letters to addresses go that begin like this.
    detours: Vec<(String, String)>,
}

/// The post of one gateway.
pub(super) struct Post {
    bags: Mutex<Bags>,
    /// Rings when there is something new: a letter, an answer, another time.
    pub(super) bell: Bell,
}

/// What the letter carrier does next.
enum Next {
    Carry(Box<Letter>),
    WaitUntil(i64),
    Rest,
}

impl Post {
    /// The bell is the clock's: moving it is news.
    pub(super) fn new(bell: Bell) -> Self {
        Self { bags: Mutex::default(), bell }
    }

    pub(super) fn plan(&self, plan: Plan) {
        lock(&self.bags).plans.push_back(plan);
    }

    /// Letters to addresses that begin with `prefix` go to `target`.
    pub(super) fn detour(&self, prefix: &str, target: &str) -> Result<(), String> {
        if !deliver::is_on_this_machine(target) {
            return Err(format!("{target} is not on this machine"));
        }
        lock(&self.bags).detours.push((prefix.to_owned(), target.to_owned()));
        Ok(())
    }

    /// Takes a letter, as often as is planned for it.
    pub(super) fn take(&self, draft: Draft, id: String, body: Bytes, now: i64) {
        let mut bags = lock(&self.bags);
        let plan = bags.plans.pop_front().unwrap_or_default();
        let target = bags
            .detours
            .iter()
            .find_map(|(prefix, target)| draft.url.strip_prefix(prefix.as_str()).map(|rest| format!("{target}{rest}")));
        let target = target.or_else(|| deliver::is_on_this_machine(&draft.url).then(|| draft.url.clone()));
        for _ in 0..=plan.more_copies {
            let sent = Sent::new(id.clone(), draft.clone(), now, target.is_some());
            if target.is_none() || plan.is_lost {
                bags.keep(sent);
                continue;
            }
            let due = now.saturating_add(plan.late);
            bags.waiting.push(Letter { sent, body: body.clone(), target: target.clone(), plan: plan.clone(), due });
        }
        drop(bags);
        self.bell.ring();
    }

    /// Whether nothing is due.
    pub(super) fn is_idle(&self, now: i64) -> bool {
        let bags = lock(&self.bags);
        !bags.is_carrying && bags.waiting.iter().all(|letter| letter.due > now)
    }

    /// All notifications that are kept, oldest first.
    pub(super) fn all(&self) -> Vec<Sent> {
        let bags = lock(&self.bags);
        let mut all: Vec<Sent> =
            bags.done.iter().chain(bags.waiting.iter().map(|letter| &letter.sent)).cloned().collect();
        all.sort_by_key(|sent| sent.created_at);
        all
    }

    fn next(&self, now: i64) -> Next {
        let mut bags = lock(&self.bags);
        let first = bags.waiting.iter().enumerate().min_by_key(|(_, letter)| letter.due);
        match first.map(|(index, letter)| (index, letter.due)) {
            Some((index, due)) if due <= now => {
                bags.is_carrying = true;
                Next::Carry(Box::new(bags.waiting.remove(index)))
            }
            Some((_, due)) => Next::WaitUntil(due),
            None => Next::Rest,
        }
    }

    /// The carrier is back: the letter is done, or waits for its next attempt.
    fn put_back(&self, mut letter: Letter, attempt: Attempt) {
        let is_over = attempt.is_taken() && !attempt.is_probe();
        letter.sent.attempts.push(attempt);
        let tried = letter.sent.attempts.len().saturating_sub(1);
        let mut bags = lock(&self.bags);
        bags.is_carrying = false;
        match INTERVALS.get(tried) {
            Some(interval) if !is_over => {
                letter.due = letter.due.saturating_add(*interval);
                bags.waiting.push(letter);
            }
            _ => bags.keep(letter.sent),
        }
        drop(bags);
        self.bell.ring();
    }
}

impl Bags {
    fn keep(&mut self, sent: Sent) {
        if self.done.len() == KEPT {
            self.done.pop_front();
        }
        self.done.push_back(sent);
    }
}

impl std::fmt::Debug for Draft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Draft").field("event_type", &self.event_type).finish_non_exhaustive()
    }
}
