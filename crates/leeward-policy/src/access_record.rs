use crate::{
    Disclosure, Operation, Policies, PolicyError, PolicyHash, Purpose, RecordOf, record::access as rows,
};
use jiff::{SignedDuration, Timestamp};
use leeward_event::{Actor, CorrelationId, Reason};
use leeward_store::{Key, Scan};

/// Who was let to which data of a conversation or a person, when, what for, why, and by which rules: what a person may
/// ask about their own record (GDPR 15, EHDS (EU 2025/327) 9).
///
/// EHDS 9 asks for who accessed ([`actor`](Self::actor)), when ([`at`](Self::at)) and which data
/// ([`of`](Self::of), and the [resource](Operation::resource) of the operation). Why is in [`purpose`](Self::purpose)
/// and [`reason`](Self::reason). It is written in the batch of the decision: there is no access without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AccessRecord {
    /// Whose record.
    pub of: RecordOf,
    /// When it was decided, to the millisecond.
    pub at: Timestamp,
    /// What ties it to the events of the audit log.
    pub correlation: CorrelationId,
    /// Who.
    pub actor: Actor,
    /// What was done; its [resource](Operation::resource) is the category of data.
    pub operation: Operation,
    /// What for.
    pub purpose: Purpose,
    /// Why it was permitted.
    pub reason: Reason,
    /// The rules that permitted it.
    pub policy: PolicyHash,
    /// Whether the person concerned sees this, and if not, why.
    pub disclosure: Disclosure,
}

/// Some of the accesses to one record, in the order of time.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Accesses {
    /// What was found.
    pub accesses: Vec<AccessRecord>,
    /// Where to go on, if there is more.
    pub next: Option<Key>,
}

impl AccessRecord {
    /// How long a record stays: somewhat more than the three years of EHDS 9(2).
    pub const KEPT: SignedDuration = SignedDuration::from_hours(24 * 1_100);
}

impl Policies {
    /// A page of all that was permitted about one record, for the operator; for a person, about their conversations
    /// too, from when they were [linked](Self::link_person) on. `after` is where the page before ended.
    ///
    /// # Errors
    /// Those of the store; [`PolicyError::Corrupt`].
    pub async fn accesses(
        &self,
        of: impl Into<RecordOf>,
        after: Option<Key>,
    ) -> Result<Accesses, PolicyError> {
        let scan = Scan::all(rows::accesses_to(of.into())?);
        let page = self.store.scan(&after.into_iter().fold(scan, Scan::after)).await?;
        let decoded = page.items.iter().map(|item| rows::decode(&item.key, item.entry.value.as_bytes()));
        let accesses = decoded.collect::<Result<_, _>>()?;
        let last = page.items.last().map(|item| item.key.clone());
        Ok(Accesses { accesses, next: page.next.and(last) })
    }

    /// As [`accesses`](Self::accesses), for the person concerned: without what must not be disclosed to
    /// them.
    ///
    /// # Errors
    /// As [`accesses`](Self::accesses).
    pub async fn disclosed_accesses(
        &self,
        of: impl Into<RecordOf>,
        after: Option<Key>,
    ) -> Result<Accesses, PolicyError> {
        let mut found = self.accesses(of, after).await?;
        found.accesses.retain(|access| access.disclosure == Disclosure::ToPerson);
        Ok(found)
    }
}
