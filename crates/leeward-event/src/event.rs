use crate::{
    Action, Actor, CoarseTime, CorrelationId, Detail, EventError, Outcome, Purpose, Reason, Subject, outbox,
    record,
};
use jiff::Timestamp;
use leeward_store::Batch;
use ring::rand::SecureRandom;
use std::num::NonZeroU32;

/// One thing that happened.
///
/// It says who did what to whom, when (to the minute), with what outcome and why, in codes and opaque
/// identifiers. No field can hold a text, a credential, an address of a person or of a network.
///
/// ```
/// use leeward_event::{Action, Actor, Event, Outcome, Reason, StaffId, Subject};
/// use leeward_store::{Batch, Timestamp};
/// let rng = ring::rand::SystemRandom::new();
/// let who = StaffId::generate(&rng)?;
/// let event = Event::new(Action::PassphraseChecked, Actor::Staff(who), Timestamp::UNIX_EPOCH)
///     .about(Subject::Staff(who))
///     .outcome(Outcome::Failure)
///     .reason(Reason::WrongSecret);
///
/// // Into the same batch as the change it tells of: both are stored, or neither.
/// let mut batch = Batch::new();
/// event.stage(&mut batch, &rng)?;
/// assert_eq!(Event::decode(&event.encode())?, event);
/// # Ok::<(), leeward_event::EventError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Event {
    pub(crate) action: Action,
    pub(crate) actor: Actor,
    pub(crate) subject: Option<Subject>,
    pub(crate) outcome: Outcome,
    pub(crate) reason: Option<Reason>,
    pub(crate) correlation: Option<CorrelationId>,
    pub(crate) at: CoarseTime,
    pub(crate) detail: Option<Detail>,
    pub(crate) purpose: Option<Purpose>,
    pub(crate) times: NonZeroU32,
}

impl Event {
    /// Something that happened and succeeded.
    #[must_use]
    pub fn new(action: Action, actor: Actor, now: Timestamp) -> Self {
        Self {
            action,
            actor,
            subject: None,
            outcome: Outcome::Success,
            reason: None,
            correlation: None,
            at: CoarseTime::of(now),
            detail: None,
            purpose: None,
            times: NonZeroU32::MIN,
        }
    }

    /// Whom it concerned.
    #[must_use]
    pub const fn about(mut self, subject: Subject) -> Self {
        self.subject = Some(subject);
        self
    }

    /// How it ended.
    #[must_use]
    pub const fn outcome(mut self, outcome: Outcome) -> Self {
        self.outcome = outcome;
        self
    }

    /// Why.
    #[must_use]
    pub const fn reason(mut self, reason: Reason) -> Self {
        self.reason = Some(reason);
        self
    }

    /// What exactly, where the action alone does not say.
    #[must_use]
    pub const fn detail(mut self, detail: Detail) -> Self {
        self.detail = Some(detail);
        self
    }

    /// What for.
    #[must_use]
    pub const fn purpose(mut self, purpose: Purpose) -> Self {
        self.purpose = Some(purpose);
        self
    }

    /// How many things it stands for, where one event stands for several: lost events, above all.
    #[must_use]
    pub const fn times(mut self, times: NonZeroU32) -> Self {
        self.times = times;
        self
    }

    /// What other events it belongs with.
    #[must_use]
    pub const fn correlation(mut self, correlation: CorrelationId) -> Self {
        self.correlation = Some(correlation);
        self
    }

    /// Puts the event into the outbox by the batch that makes the change it tells of, so that both
    /// are stored or neither.
    ///
    /// Events of one batch and one minute keep their order, also when several calls of
    /// [`Tx::stage`](leeward_store::Tx::stage) add them.
    ///
    /// # Errors
    /// [`EventError::Random`] when the random source fails.
    pub fn stage(&self, batch: &mut Batch, rng: &dyn SecureRandom) -> Result<(), EventError> {
        outbox::stage(self, batch, rng)
    }

    /// The canonical bytes: one event has one encoding, in every release.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        record::encode(self)
    }

    /// Reads what [`encode`](Self::encode) wrote, and nothing else.
    ///
    /// # Errors
    /// [`EventError::Malformed`]; [`EventError::UnknownVersion`].
    pub fn decode(bytes: &[u8]) -> Result<Self, EventError> {
        record::decode(bytes)
    }

    /// What happened.
    #[must_use]
    pub const fn what(&self) -> Action {
        self.action
    }

    /// Who did it.
    #[must_use]
    pub const fn who(&self) -> Actor {
        self.actor
    }

    /// Whom it concerned.
    #[must_use]
    pub const fn whom(&self) -> Option<Subject> {
        self.subject
    }

    /// How it ended.
    #[must_use]
    pub const fn how(&self) -> Outcome {
        self.outcome
    }

    /// Why.
    #[must_use]
    pub const fn why(&self) -> Option<Reason> {
        self.reason
    }

    /// What exactly.
    #[must_use]
    pub const fn which(&self) -> Option<Detail> {
        self.detail
    }

    /// What for.
    #[must_use]
    pub const fn what_for(&self) -> Option<Purpose> {
        self.purpose
    }

    /// What other events it belongs with.
    #[must_use]
    pub const fn belongs_with(&self) -> Option<CorrelationId> {
        self.correlation
    }

    /// How many things it stands for: 1 nearly always.
    #[must_use]
    pub const fn how_many(&self) -> NonZeroU32 {
        self.times
    }

    /// When, to the minute.
    #[must_use]
    pub const fn when(&self) -> CoarseTime {
        self.at
    }
}
