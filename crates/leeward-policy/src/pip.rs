use crate::{
    BreakGlassGrant, Confidentiality, Consent, GrantState, Membership, Party, Policies, PolicyError,
    PolicySet, Question, RecordDescription, RecordOf, ServiceFacts, StaffRecord, Standing, Thresholds,
    adopted, consent, description, service,
};
use jiff::Timestamp;
use leeward_event::{SeekerId, StaffId, TeamId};
use leeward_store::Tx;
use std::collections::BTreeSet;

/// Whoever knows the facts that decisions are made on: a service with a schema of its own implements it, and
/// decides with [`Policies::decide_by`]. [`Policies`] implements it over its own records.
///
/// It answers completely or not at all. There is no default for a fact that could not be read: a
/// [`Standing`] leaves none out, and an error denies, with an alert in the log.
///
/// ```
/// use leeward_policy::*;
/// # use leeward_store::Timestamp;
/// /// What the records of this crate say, and one fact of the service's own.
/// struct Line<'a> {
///     policies: &'a Policies,
/// }
///
/// impl PolicyInformationPoint for Line<'_> {
///     async fn standing(&self, question: &Question, now: Timestamp) -> Result<Standing, PolicyError> {
///         let known = self.policies.standing(question, now).await?;
///         let bits = read_bits(question).await.map_err(PolicyError::facts_unavailable)?;
///         Ok(Standing { service: ServiceFacts::from_bits(bits), ..known })
///     }
/// }
/// # async fn read_bits(_: &Question) -> Result<u16, std::io::Error> { Ok(1) }
/// ```
pub trait PolicyInformationPoint: Send + Sync {
    /// All that is known about a question at this moment.
    ///
    /// # Errors
    /// Whatever keeps a fact from being known: [`PolicyError::facts_unavailable`] wraps the service's own.
    fn standing(
        &self,
        question: &Question,
        now: Timestamp,
    ) -> impl Future<Output = Result<Standing, PolicyError>> + Send;
}

/// An approval is never in it: it is for one use, and a decision uses it up.
impl PolicyInformationPoint for Policies {
    async fn standing(&self, question: &Question, now: Timestamp) -> Result<Standing, PolicyError> {
        let policy = &self.policy();
        let known = self.store.transact(|tx| async move { known(&tx, policy, question, now).await });
        Ok(known.await?.standing)
    }
}

/// What the store knows about a requester and a target, apart from approvals.
pub(crate) struct Knowledge {
    pub(crate) standing: Standing,
    /// The requester's, as it was before this decision.
    pub(crate) grant: Option<BreakGlassGrant>,
    /// Whether that is open now and covers the question.
    pub(crate) opens: bool,
    /// Whose records these are, if that is known.
    pub(crate) person: Option<SeekerId>,
}

/// All that a decision needs apart from approvals, or an error.
pub(crate) async fn known(
    tx: &Tx,
    policy: &PolicySet,
    question: &Question,
    now: Timestamp,
) -> Result<Knowledge, PolicyError> {
    in_force(tx, policy).await?;
    let (record, grant) = match question.requester.staff() {
        Some(staff) => of_staff(tx, staff).await?,
        None => (StaffRecord::NEW, None),
    };
    let apart = Standing { review_due: waits_for_review(grant), ..apart(&record, now) };
    let (standing, person) = match question.of {
        Some(of) => {
            let described = described(tx, of).await?;
            let apart = belongs(apart, &record, &described, policy.thresholds(), now);
            let place = (of, described.person);
            (towards(tx, question, place, (apart, grant), now).await?, described.person)
        }
        None => (apart, None),
    };
    Ok(Knowledge { standing, grant, opens: standing.glass_broken, person })
}

/// What the store adds to the answer of somebody else: whether the rules are those in force; what stands in the way
/// of the requester by its records; and the requester's break-glass grant, about which it knows better.
pub(crate) async fn known_by(
    tx: &Tx,
    policy: &PolicySet,
    question: &Question,
    standing: Standing,
    now: Timestamp,
) -> Result<Knowledge, PolicyError> {
    in_force(tx, policy).await?;
    let person = match question.of {
        Some(of) => described(tx, of).await?.person,
        None => None,
    };
    let Some(staff) = question.requester.staff() else {
        return Ok(Knowledge { standing, grant: None, opens: false, person });
    };
    let standing = hindered(tx, staff, question.of.map(|of| (of, person)), standing).await?;
    let grant = service::grant(tx, staff).await?;
    let covers =
        |grant: &BreakGlassGrant| question.of.is_some_and(|of| grant.covers(question.operation, of, person));
    let covering = grant.filter(covers);
    let opens = covering.is_some_and(|grant| grant.is_open(now));
    let glass_broken = if covering.is_some() { opens } else { standing.glass_broken };
    let review_due = standing.review_due || waits_for_review(grant);
    Ok(Knowledge { standing: Standing { glass_broken, review_due, ..standing }, grant, opens, person })
}

/// With a suspension and a conflict of interest that are on record here.
async fn hindered(
    tx: &Tx,
    staff: StaffId,
    place: Option<(RecordOf, Option<SeekerId>)>,
    standing: Standing,
) -> Result<Standing, PolicyError> {
    let record = service::staff_record(tx, staff).await?;
    let conflict = match place {
        Some(place) => has_conflict(tx, staff, place).await?,
        None => false,
    };
    Ok(Standing {
        suspended: standing.suspended || record.is_some_and(|record| record.suspended),
        conflict_of_interest: standing.conflict_of_interest || conflict,
        ..standing
    })
}

fn waits_for_review(grant: Option<BreakGlassGrant>) -> bool {
    grant.is_some_and(|grant| grant.state != GrantState::Reviewed)
}

/// A conflict of interest with the person is one in their conversations too.
async fn has_conflict(
    tx: &Tx,
    staff: StaffId,
    (of, person): (RecordOf, Option<SeekerId>),
) -> Result<bool, PolicyError> {
    let through = person.map(RecordOf::from).filter(|person| *person != of);
    if service::has_conflict(tx, Membership { staff, of }).await? {
        return Ok(true);
    }
    match through {
        Some(of) => service::has_conflict(tx, Membership { staff, of }).await,
        None => Ok(false),
    }
}

async fn in_force(tx: &Tx, policy: &PolicySet) -> Result<(), PolicyError> {
    match adopted::adopted(tx).await? {
        Some(adopted) if adopted != policy.hash() => Err(PolicyError::StalePolicy),
        _ => Ok(()),
    }
}

async fn of_staff(tx: &Tx, staff: StaffId) -> Result<(StaffRecord, Option<BreakGlassGrant>), PolicyError> {
    let record = service::staff_record(tx, staff).await?.ok_or(PolicyError::UnknownStaff)?;
    Ok((record, service::grant(tx, staff).await?))
}

/// What is known of the requester apart from the record. Who is no member of staff has none of it.
fn apart(staff: &StaffRecord, now: Timestamp) -> Standing {
    Standing {
        roles: staff.roles,
        suspended: staff.suspended,
        trained: staff.trained.contains(now),
        on_duty: staff.on_duty.contains(now),
        glass_eligible: staff.glass_eligible,
        review_due: false,
        assigned: false,
        same_team: false,
        supervises: false,
        own_record: false,
        conflict_of_interest: false,
        glass_broken: false,
        approved: false,
        consent: Consent::None,
        consent_unseen: false,
        confidentiality: Confidentiality::Normal,
        recent: false,
        closed: false,
        service: ServiceFacts::NONE,
    }
}

/// What is on record about the conversation or the person. What is so of the person is so of their conversations
/// too.
async fn described(tx: &Tx, of: RecordOf) -> Result<RecordDescription, PolicyError> {
    let own = description::description(tx, of).await?;
    match (of, own.person) {
        (RecordOf::Person(person), _) => Ok(RecordDescription { person: Some(person), ..own }),
        (RecordOf::Conversation(_), Some(person)) => {
            Ok(own.within(description::description(tx, person.into()).await?))
        }
        (RecordOf::Conversation(_), None) => Ok(own),
    }
}

/// What follows from the record, and from the teams.
fn belongs(
    standing: Standing,
    staff: &StaffRecord,
    record: &RecordDescription,
    thresholds: Thresholds,
    now: Timestamp,
) -> Standing {
    let among = |teams: &BTreeSet<TeamId>| record.team.is_some_and(|team| teams.contains(&team));
    Standing {
        same_team: among(&staff.teams),
        supervises: among(&staff.supervises),
        confidentiality: record.confidentiality,
        recent: record.opened_at.is_some_and(|opened_at| thresholds.is_recent(opened_at, now)),
        closed: record.closed_at.is_some(),
        service: record.service,
        ..standing
    }
}

/// How the requester stands to the record, and what the person said.
async fn towards(
    tx: &Tx,
    question: &Question,
    (of, person): (RecordOf, Option<SeekerId>),
    (standing, grant): (Standing, Option<BreakGlassGrant>),
    now: Timestamp,
) -> Result<Standing, PolicyError> {
    let standing = Standing {
        consent: said(tx, person, question).await?,
        consent_unseen: person.is_none(),
        own_record: person.is_some_and(|person| question.requester.party() == Party::Seeker(person)),
        glass_broken: grant
            .is_some_and(|grant| grant.covers(question.operation, of, person) && grant.is_open(now)),
        ..standing
    };
    let Some(staff) = question.requester.staff() else { return Ok(standing) };
    let conflict = has_conflict(tx, staff, (of, person)).await?;
    let assigned = service::is_assigned(tx, Membership { staff, of }).await?;
    Ok(Standing { conflict_of_interest: conflict, assigned, ..standing })
}

async fn said(tx: &Tx, person: Option<SeekerId>, question: &Question) -> Result<Consent, PolicyError> {
    match person {
        Some(person) => consent::now(tx, person, question.purpose).await,
        None => Ok(Consent::None),
    }
}
