use super::{Access, AccessReport, Aliases, ErasedAt, Kind, Who};
use crate::{AuditError, AuditLog, Logged, Query, Reader, TlogProof};
use leeward_event::{Action, Actor, CoarseTime, Event, Outcome, Purpose, Reason, Subject};
use leeward_store::Timestamp;

/// The most things that one report tells.
const MAX_ACCESSES: usize = 10_000;

impl AuditLog {
    /// Tells what the log says about one subject, for the person concerned: who looked, when and why, who was
    /// refused, and where somebody overrode the rules; each with its proof. That `reader` asked is recorded,
    /// about the same subject, before anything is returned.
    ///
    /// It covers what is signed: [`publish`](Self::publish) first. The period is that of logging, `from`
    /// included and `until` not. As for any query, that nothing was left out is what
    /// [`check_index`](Self::check_index) shows. Who read the log without asking for this subject, such as by
    /// time, is not in it.
    ///
    /// # Errors
    /// [`AuditError::OutOfRange`] when nothing is signed yet; those of [`query`](Self::query).
    pub async fn access_report(
        &self,
        subject: Subject,
        (from, until): (Option<CoarseTime>, Option<CoarseTime>),
        aliases: &dyn Aliases,
        reader: &Reader,
        now: Timestamp,
    ) -> Result<AccessReport, AuditError> {
        let report = self.compile(subject, (from, until), aliases).await;
        self.recorded(reader, Some(subject), report, now).await
    }

    async fn compile(
        &self,
        subject: Subject,
        (from, until): (Option<CoarseTime>, Option<CoarseTime>),
        aliases: &dyn Aliases,
    ) -> Result<AccessReport, AuditError> {
        let signed = self.signed(0).await?;
        let size = signed.checkpoint.size();
        let kept_from = self.retention().await?.0.minimum;
        let (found, stopped_at) = self.all_about(subject, (from, until), size).await?;
        let mut rows = Vec::with_capacity(found.len());
        for logged in &found {
            rows.push((logged.index, self.row(logged.index).await?));
        }
        let proofs = self
            .prove_rows(&rows, &signed.note, (signed.checkpoint.size(), signed.checkpoint.root()))
            .await?;
        let told = found.into_iter().zip(proofs);
        let accesses: Vec<Access> =
            told.filter_map(|(logged, proof)| access(logged, proof, subject, aliases)).collect();
        let erased = match self.is_erased(&subject).await? {
            true => Some(erased_at(&accesses)),
            false => None,
        };
        let origin = signed.checkpoint.origin().to_owned();
        Ok(AccessReport { origin, from, until, size, kept_from, accesses, erased, stopped_at })
    }

    /// What was logged about a subject and is signed.
    async fn all_about(
        &self,
        subject: Subject,
        (from, until): (Option<CoarseTime>, Option<CoarseTime>),
        size: u64,
    ) -> Result<(Vec<Logged>, Option<u64>), AuditError> {
        let mut query = Query::new().about(subject).limit(1_000);
        if let Some(from) = from {
            query = query.logged_from(from);
        }
        if let Some(until) = until {
            query = query.logged_until(until);
        }
        let mut all = Vec::new();
        loop {
            let found = self.search(&query).await?;
            for logged in found.entries {
                if logged.index >= size {
                    return Ok((all, None));
                }
                if all.len() >= MAX_ACCESSES {
                    return Ok((all, Some(logged.index)));
                }
                all.push(logged);
            }
            match found.next {
                Some(next) => query = query.after(next),
                None => return Ok((all, None)),
            }
        }
    }
}

fn access(logged: Logged, proof: TlogProof, subject: Subject, aliases: &dyn Aliases) -> Option<Access> {
    let event = logged.event?;
    Some(Access {
        index: logged.index,
        when: event.when(),
        logged: logged.entry.at(),
        who: who(event.who(), subject, aliases),
        kind: kind(&event),
        break_glass: is_break_glass(&event),
        what: event.what(),
        which: event.which(),
        how: event.how(),
        why: event.why(),
        what_for: event.what_for(),
        entry: logged.entry,
        proof,
    })
}

fn who(actor: Actor, subject: Subject, aliases: &dyn Aliases) -> Who {
    match actor {
        Actor::Staff(id) if subject == Subject::Staff(id) => Who::Yourself,
        Actor::Seeker(id) if subject == Subject::Seeker(id) => Who::Yourself,
        // An alias that tells the identifier is none.
        Actor::Staff(id) => Who::Staff(aliases.alias(id).filter(|alias| !alias.contains(&id.to_string()))),
        Actor::Seeker(_) => Who::Somebody,
        Actor::Component(component) => Who::Component(component),
        _ => Who::Unknown,
    }
}

fn kind(event: &Event) -> Kind {
    match event.what() {
        _ if event.how() == Outcome::Failure => Kind::Refused,
        Action::RecordRead
        | Action::RecordExported
        | Action::TranscriptExported
        | Action::LogRead
        | Action::CanaryOpened
        | Action::EscrowOpened => Kind::Looked,
        Action::RecordWritten | Action::RecordDeleted | Action::SubjectErased => Kind::Changed,
        Action::AccessDecided
        | Action::AssignmentMade
        | Action::AssignmentEnded
        | Action::BreakGlassOpened
        | Action::BreakGlassClosed
        | Action::BreakGlassReviewed
        | Action::ApprovalGiven
        | Action::ApprovalUsed
        | Action::EscrowConsented
        | Action::MemberAdded
        | Action::MemberReadmitted
        | Action::MemberRemoved => Kind::Permitted,
        _ => Kind::Other,
    }
}

fn is_break_glass(event: &Event) -> bool {
    use Action::{BreakGlassClosed, BreakGlassOpened, BreakGlassReviewed};
    let overrides = [
        Reason::EmergencyTreatment,
        Reason::ProfessionalJudgement,
        Reason::PublicSafety,
        Reason::ThirdPartySafety,
        Reason::IncompetentSubject,
    ];
    event.what_for() == Some(Purpose::BreakTheGlass)
        || [BreakGlassOpened, BreakGlassClosed, BreakGlassReviewed].contains(&event.what())
        || event.why().is_some_and(|why| overrides.contains(&why))
}

fn erased_at(accesses: &[Access]) -> ErasedAt {
    let erased = |access: &&Access| access.what == Action::SubjectErased && access.how == Outcome::Success;
    accesses.iter().find(erased).map_or(ErasedAt::Unknown, |access| ErasedAt::Minute(access.when))
}
