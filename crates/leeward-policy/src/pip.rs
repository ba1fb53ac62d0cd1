use crate::{
    BreakGlassGrant, Confidentiality, Consent, GrantState, Membership, Party, Policies, PolicyError,
    PolicyHash, Question, RecordOf, Role, ServiceFacts, Set, Standing, adopted, consent, service,
};
use jiff::Timestamp;
use leeward_event::{SeekerId, StaffId};
use leeward_store::Tx;

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
        let policy = self.policy().hash();
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
}

/// All that a decision needs apart from approvals, or an error.
pub(crate) async fn known(
    tx: &Tx,
    policy: PolicyHash,
    question: &Question,
    now: Timestamp,
) -> Result<Knowledge, PolicyError> {
    in_force(tx, policy).await?;
    let (apart, grant) = match question.requester.staff() {
        Some(staff) => of_staff(tx, staff).await?,
        None => (apart(Set::EMPTY, false), None),
    };
    let standing = match question.of {
        Some(of) => towards(tx, question, of, (apart, grant), now).await?,
        None => apart,
    };
    Ok(Knowledge { standing, grant, opens: standing.glass_broken })
}

/// What the store adds to the answer of somebody else: whether the rules are those in force, and what it knows of
/// the requester's break-glass grant, about which it knows better.
pub(crate) async fn known_by(
    tx: &Tx,
    policy: PolicyHash,
    question: &Question,
    standing: Standing,
    now: Timestamp,
) -> Result<Knowledge, PolicyError> {
    in_force(tx, policy).await?;
    let grant = match question.requester.staff() {
        Some(staff) => service::grant(tx, staff).await?,
        None => None,
    };
    let covering = match (grant, question.of) {
        (Some(grant), Some(of)) if grant.covers(of, consent::person(tx, of).await?) => Some(grant),
        _ => None,
    };
    let opens = covering.is_some_and(|grant| grant.is_open(now));
    let glass_broken = if covering.is_some() { opens } else { standing.glass_broken };
    Ok(Knowledge { standing: Standing { glass_broken, ..standing }, grant, opens })
}

async fn in_force(tx: &Tx, policy: PolicyHash) -> Result<(), PolicyError> {
    match adopted::adopted(tx).await? {
        Some(adopted) if adopted != policy => Err(PolicyError::StalePolicy),
        _ => Ok(()),
    }
}

async fn of_staff(tx: &Tx, staff: StaffId) -> Result<(Standing, Option<BreakGlassGrant>), PolicyError> {
    let record = service::staff_record(tx, staff).await?.ok_or(PolicyError::UnknownStaff)?;
    let grant = service::grant(tx, staff).await?;
    let review_due = grant.is_some_and(|grant| grant.state != GrantState::Reviewed);
    Ok((Standing { review_due, ..apart(record.roles, record.suspended) }, grant))
}

/// What is known with the record. What is so of the person is so of their conversations too.
async fn towards(
    tx: &Tx,
    question: &Question,
    of: RecordOf,
    (apart, grant): (Standing, Option<BreakGlassGrant>),
    now: Timestamp,
) -> Result<Standing, PolicyError> {
    let person = consent::person(tx, of).await?;
    let standing = Standing {
        consent: said(tx, person, question).await?,
        consent_unseen: person.is_none(),
        own_record: person.is_some_and(|person| question.requester.party() == Party::Seeker(person)),
        glass_broken: grant.is_some_and(|grant| grant.covers(of, person) && grant.is_open(now)),
        ..apart
    };
    let Some(staff) = question.requester.staff() else { return Ok(standing) };
    let place = Membership { staff, of };
    let through = person.map(RecordOf::from).filter(|person| *person != of);
    let conflict = service::has_conflict(tx, place).await?
        || match through {
            Some(of) => service::has_conflict(tx, Membership { staff, of }).await?,
            None => false,
        };
    let assigned = service::is_assigned(tx, place).await?;
    Ok(Standing { conflict_of_interest: conflict, assigned, ..standing })
}

async fn said(tx: &Tx, person: Option<SeekerId>, question: &Question) -> Result<Consent, PolicyError> {
    match person {
        Some(person) => consent::now(tx, person, question.purpose).await,
        None => Ok(Consent::None),
    }
}

/// What is known apart from the record. Whoever has a role that cares counts as trained for it, and as one of
/// those who may break the glass.
fn apart(roles: Set<Role>, suspended: bool) -> Standing {
    let cares = !roles.and(Set::of(&[Role::Counsellor, Role::Supervisor, Role::PeerSupporter])).is_empty();
    Standing {
        roles,
        suspended,
        trained: cares,
        on_duty: false,
        glass_eligible: cares,
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
        recent: true,
        closed: false,
        service: ServiceFacts::NONE,
    }
}
