//! Many callers who wait for the same work: one does it for all, then the next for those who came
//! meanwhile. Without a runtime, whoever leads does the work in its own future.

use crate::{AuditError, Proved, record::Ticket};
use futures_channel::oneshot;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// An event that was committed, and whose proof is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    pub(crate) ticket: Ticket,
    /// How long the log was before: its entry stands no earlier.
    pub(crate) from: u64,
}

pub(crate) type Answer = Result<Proved, Arc<AuditError>>;

/// Those who wait.
#[derive(Debug, Default)]
pub(crate) struct Rounds(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Waiter>,
    is_led: bool,
}

#[derive(Debug)]
struct Waiter {
    wanted: Wanted,
    word: oneshot::Sender<Word>,
}

/// What a follower is told.
#[derive(Debug)]
enum Word {
    Answer(Box<Answer>),
    /// To lead the next round. It counts among those who wait no more.
    Lead,
}

/// How somebody takes part.
pub(crate) enum Part<'a> {
    Leads(Leading<'a>),
    Follows(Following<'a>),
}

/// The right to do the work, handed on when dropped.
pub(crate) struct Leading<'a> {
    rounds: &'a Rounds,
    taken: Vec<Waiter>,
}

/// A place among those who wait.
pub(crate) struct Following<'a> {
    rounds: &'a Rounds,
    word: oneshot::Receiver<Word>,
}

impl Rounds {
    /// Leads, if nobody does; else waits for an answer.
    pub(crate) fn join(&self, wanted: Wanted) -> Part<'_> {
        let mut state = self.state();
        if !std::mem::replace(&mut state.is_led, true) {
            return Part::Leads(Leading { rounds: self, taken: Vec::new() });
        }
        let (word, told) = oneshot::channel();
        state.waiting.push_back(Waiter { wanted, word });
        Part::Follows(Following { rounds: self, word: told })
    }

    /// Makes the first who still waits the leader.
    fn hand_on(&self) {
        loop {
            let mut state = self.state();
            let Some(next) = state.waiting.pop_front() else {
                state.is_led = false;
                return;
            };
            drop(state);
            // After the lock is gone, for a waker may do anything.
            if next.word.send(Word::Lead).is_ok() {
                return;
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No method can panic half-way through a change, so a poisoned lock guards a whole state.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<'a> Following<'a> {
    /// Waits for the answer, or for the leadership.
    pub(crate) async fn told(mut self) -> Result<Answer, Leading<'a>> {
        match (&mut self.word).await {
            Ok(Word::Answer(answer)) => Ok(*answer),
            // A sender is never dropped unsent while its receiver lives.
            Ok(Word::Lead) | Err(_) => Err(Leading { rounds: self.rounds, taken: Vec::new() }),
        }
    }
}

impl Drop for Following<'_> {
    fn drop(&mut self) {
        self.word.close();
        if matches!(self.word.try_recv(), Ok(Some(Word::Lead))) {
            self.rounds.hand_on();
        }
    }
}

impl Leading<'_> {
    /// Takes up those who wait now, beside the leader itself.
    pub(crate) fn take(&mut self) -> Vec<Wanted> {
        let mut state = self.rounds.state();
        self.taken.extend(state.waiting.drain(..));
        drop(state);
        self.taken.retain(|waiter| !waiter.word.is_canceled());
        self.taken.iter().map(|waiter| waiter.wanted).collect()
    }

    /// Answers those who were taken up, in the order of [`take`](Self::take).
    pub(crate) fn answer(mut self, answers: impl IntoIterator<Item = Answer>) {
        for (waiter, answer) in std::mem::take(&mut self.taken).into_iter().zip(answers) {
            // Who does not wait any more needs no answer.
            let _ = waiter.word.send(Word::Answer(Box::new(answer)));
        }
    }
}

impl Drop for Leading<'_> {
    /// Whoever was taken up and not answered waits again, in front.
    fn drop(&mut self) {
        let mut state = self.rounds.state();
        for waiter in std::mem::take(&mut self.taken).into_iter().rev() {
            state.waiting.push_front(waiter);
        }
        drop(state);
        self.rounds.hand_on();
    }
}
