use crate::{Access, AccessRequest, Decision, Denial, Membership, Policies, PolicyError, Purpose, Requester};
use jiff::Timestamp;
use leeward_event::{Action as What, Actor, Component, CorrelationId, Event, Reason, Subject};
use leeward_store::Tx;

/// On whose authority rights are changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// A member of staff, as far as the rules permit it to them.
    Staff(Requester),
    /// The service itself, and no rule is asked: for what no person decides, such as routing the next
    /// conversation, and for the first administrator.
    Service,
}

impl From<Requester> for By {
    fn from(requester: Requester) -> Self {
        Self::Staff(requester)
    }
}

/// Who changes rights, and what ties the events of the change together.
pub(crate) struct Authority {
    actor: Actor,
    correlation: CorrelationId,
}

impl Policies {
    /// Whether `by` may change rights. A refusal is recorded when the caller lets the batch commit.
    pub(crate) async fn authorize<A: Access>(
        &self,
        tx: &Tx,
        by: By,
        target: A::Target,
        purpose: Purpose,
        now: Timestamp,
    ) -> Result<Result<Authority, Denial>, PolicyError> {
        let correlation = CorrelationId::generate(&self.rng)?;
        let By::Staff(requester) = by else {
            return Ok(Ok(Authority { actor: Actor::Component(Component::Application), correlation }));
        };
        let request = AccessRequest::<A>::new(requester, target, purpose).correlation(correlation);
        // A sound policy obliges to nothing more than the audit record here.
        match self.decide_in(tx, &request, now).await? {
            Decision::Permit(_) => Ok(Ok(Authority { actor: Actor::Staff(requester.staff()), correlation })),
            Decision::Deny(denial) => Ok(Err(denial)),
        }
    }
}

impl Authority {
    /// An event by this authority.
    pub(crate) fn event(&self, what: What, now: Timestamp) -> Event {
        Event::new(what, self.actor, now).correlation(self.correlation)
    }

    /// An event names one subject, so that what concerns a person and a conversation makes two.
    pub(crate) fn both(
        &self,
        what: What,
        why: Option<Reason>,
        place: Membership,
        now: Timestamp,
    ) -> [Event; 2] {
        let event = self.event(what, now);
        let event = why.map_or(event, |why| event.reason(why));
        [event.about(Subject::Conversation(place.conversation)), event.about(Subject::Staff(place.staff))]
    }
}
