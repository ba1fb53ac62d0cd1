use crate::{
    Consent, Policies, PolicyError, Purpose, break_glass,
    record::consent::{self as rows, Current},
};
use jiff::Timestamp;
use leeward_event::{Action as What, Actor, Event, SeekerId, Subject};
use leeward_store::{Key, Scan, Tx};

/// What a person says may be done with their records for one purpose (HL7 consent directive).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConsentDirective {
    /// What for.
    pub purpose: Purpose,
    /// What they say.
    pub state: Consent,
    /// Which edition of the service's notice they were shown.
    pub notice: u32,
    /// Since when, to the millisecond.
    pub since: Timestamp,
}

/// Some entries of a person's consent ledger, in their order.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Consents {
    /// What was found.
    pub directives: Vec<ConsentDirective>,
    /// Where to go on, if there is more.
    pub next: Option<Key>,
}

impl Policies {
    /// Adds to what a person says about their records. The ledger only grows; the last entry for a purpose
    /// counts, from the next look at it on.
    ///
    /// No rule is asked, so that nobody can be kept from taking consent back: the service knows that `by`
    /// is the person, or somebody who acts for them.
    ///
    /// # Errors
    /// [`PolicyError::Corrupt`]; those of the store and the random source.
    pub async fn record_consent(
        &self,
        person: SeekerId,
        (purpose, state): (Purpose, Consent),
        notice: u32,
        by: Actor,
        now: Timestamp,
    ) -> Result<(), PolicyError> {
        let directive = &ConsentDirective { purpose, state, notice, since: break_glass::to_millisecond(now) };
        let recorded = self.store.transact(|tx| async move {
            let key = rows::current_key(person)?;
            let before = tx.get(&key).await?.map(|entry| Current::decode(entry.value.as_bytes()));
            let after = before.transpose()?.unwrap_or_default().with(*directive);
            tx.put(&rows::entry_key(person, after.entries)?, rows::encode_entry(directive))?;
            tx.put(&key, after.encode())?;
            self.tell(&tx, &[told(person, directive, by, now)])
        });
        recorded.await
    }

    /// What a person says to one purpose now, with when and to which notice; `None` when they said nothing.
    ///
    /// # Errors
    /// [`PolicyError::Corrupt`]; those of the store.
    pub async fn consent(
        &self,
        person: SeekerId,
        purpose: Purpose,
    ) -> Result<Option<ConsentDirective>, PolicyError> {
        let entry = self.store.get(&rows::current_key(person)?).await?;
        let now = entry.map(|entry| Current::decode(entry.value.as_bytes())).transpose()?;
        let directives = now.map_or_else(Vec::new, |now| now.directives);
        Ok(directives.into_iter().find(|directive| directive.purpose == purpose))
    }

    /// A page of all that a person ever said. `after` is where the page before ended.
    ///
    /// # Errors
    /// [`PolicyError::Corrupt`]; those of the store.
    pub async fn consents(&self, person: SeekerId, after: Option<Key>) -> Result<Consents, PolicyError> {
        let scan = Scan::all(rows::ledger_of(person)?);
        let page = self.store.scan(&after.into_iter().fold(scan, Scan::after)).await?;
        let decoded = page.items.iter().map(|item| rows::decode_entry(item.entry.value.as_bytes()));
        let directives = decoded.collect::<Result<_, _>>()?;
        let last = page.items.last().map(|item| item.key.clone());
        Ok(Consents { directives, next: page.next.and(last) })
    }
}

/// What a person says to one purpose now.
pub(crate) async fn now(tx: &Tx, person: SeekerId, purpose: Purpose) -> Result<Consent, PolicyError> {
    let entry = tx.get(&rows::current_key(person)?).await?;
    let now = entry.map(|entry| Current::decode(entry.value.as_bytes())).transpose()?.unwrap_or_default();
    let directive = now.directives.iter().find(|directive| directive.purpose == purpose);
    Ok(directive.map_or(Consent::None, |directive| directive.state))
}

fn told(person: SeekerId, directive: &ConsentDirective, by: Actor, now: Timestamp) -> Event {
    let what = match directive.state {
        Consent::Granted | Consent::EmergencyOnly => What::ConsentRecorded,
        Consent::Revoked | Consent::None => What::ConsentRevoked,
    };
    Event::new(what, by, now).about(Subject::Seeker(person)).purpose(directive.purpose.event_purpose())
}
