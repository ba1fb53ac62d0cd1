use crate::{Access, AccessRequest, Decision, Denial, Membership, Policies, PolicyError, Purpose, Requester};
use jiff::Timestamp;
use leeward_event::{
    Action as What, Actor, Component, CorrelationId, Detail, Event, Outcome, Reason, StaffId, Subject,
};
use leeward_store::Tx;

/// On whose authority rights are changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// A member of staff, as far as the rules permit it to them.
    Staff(Requester),
    /// The service itself. **No rule is asked**: whoever reaches a call with it gives anybody any right,
    /// themselves too, and the log names no person. It is for what no person decides, such as routing
    /// the next conversation, and for the first administrator. What somebody asked for is
    /// [`By::Staff`], however much the service trusts them.
    ServiceUnchecked,
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

/// How a change of rights ended, and why.
pub(crate) type How = (Outcome, Option<Reason>);

impl Policies {
    /// Whether `by` may change rights. What was decided is recorded when the caller lets the batch commit.
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
            let actor = Actor::Component(Component::Application);
            return Ok(Ok(Authority { actor, correlation }));
        };
        let request = AccessRequest::<A>::new(requester, target, purpose).correlation(correlation);
        // A sound policy obliges to nothing more than the audit record here.
        let decided = self.weigh(tx, &request, None, now).await?;
        self.tell_decision(tx, &decided, now)?;
        Ok(match decided.decision {
            Decision::Permit(_) => Ok(Authority { actor: requester.actor(), correlation }),
            Decision::Deny(denial) => Err(denial),
        })
    }
}

impl Authority {
    /// What was done to a member of staff.
    pub(crate) fn on_staff(
        &self,
        (what, detail): (What, Option<Detail>),
        how: How,
        staff: StaffId,
        now: Timestamp,
    ) -> [Event; 1] {
        let event = self.event(what, how, now).about(Subject::Staff(staff));
        [detail.map_or(event, |detail| event.detail(detail))]
    }

    /// What was done to a place in a conversation: an event names one subject, so that each makes two.
    pub(crate) fn on_place(&self, what: &[What], how: How, place: Membership, now: Timestamp) -> Vec<Event> {
        let subjects = [Subject::from(place.of), Subject::Staff(place.staff)];
        let told = what.iter().flat_map(|&what| {
            let event = self.event(what, how, now);
            subjects.map(|subject| event.about(subject))
        });
        told.collect()
    }

    fn event(&self, what: What, (outcome, why): How, now: Timestamp) -> Event {
        let event = Event::new(what, self.actor, now).correlation(self.correlation).outcome(outcome);
        why.map_or(event, |why| event.reason(why))
    }
}
