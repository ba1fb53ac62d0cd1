use crate::{AuditError, AuditLog};
use leeward_event::{Action, Actor, CorrelationId, Detail, Event, Outcome, Purpose, Reason, Subject};
use leeward_store::Timestamp;

/// Who reads the log, what for and why: each read is itself an event of the log.
///
/// Whether they may is for the application to decide first, as `leeward-policy` does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reader {
    actor: Actor,
    purpose: Purpose,
    reason: Option<Reason>,
    correlation: Option<CorrelationId>,
}

impl Reader {
    /// Somebody who reads for this purpose.
    #[must_use]
    pub const fn new(actor: Actor, purpose: Purpose) -> Self {
        Self { actor, purpose, reason: None, correlation: None }
    }

    /// Why.
    #[must_use]
    pub const fn because(mut self, reason: Reason) -> Self {
        self.reason = Some(reason);
        self
    }

    /// The procedure that the read belongs to, such as an incident.
    #[must_use]
    pub const fn within(mut self, procedure: CorrelationId) -> Self {
        self.correlation = Some(procedure);
        self
    }

    fn event(&self, about: Option<Subject>, outcome: Outcome, now: Timestamp) -> Event {
        let mut event = Event::new(Action::LogRead, self.actor, now)
            .detail(Detail::ReadAuditLog)
            .purpose(self.purpose)
            .outcome(outcome);
        if let Some(subject) = about {
            event = event.about(subject);
        }
        if let Some(reason) = self.reason {
            event = event.reason(reason);
        }
        match self.correlation {
            Some(procedure) => event.correlation(procedure),
            None => event,
        }
    }
}

impl AuditLog {
    /// Records a read before anybody is told what it found: when that fails, nothing is told.
    pub(crate) async fn recorded<T>(
        &self,
        reader: &Reader,
        about: Option<Subject>,
        found: Result<T, AuditError>,
        now: Timestamp,
    ) -> Result<T, AuditError> {
        let outcome = if found.is_ok() { Outcome::Success } else { Outcome::Failure };
        let recorded = self.submit(&reader.event(about, outcome, now)).await;
        let found = found?;
        recorded.map(|()| found)
    }
}
