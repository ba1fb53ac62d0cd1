use crate::{
    BreakGlassGrant, Emergency, GrantState, Membership, Policies, PolicyError, Purpose, RecordOf, Requester,
    ResourceType, ReviewBreakGlass, Statement, record::grant as rows, service,
};
use jiff::Timestamp;
use leeward_event::{
    Action as What, Actor, CorrelationId, Event, GrantId, Outcome, Reason, StaffId, Subject,
};
use leeward_store::{Scan, Tx};

/// What somebody else found about the use of a break-glass grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// Who looked at it.
    pub reviewer: StaffId,
    /// What they found.
    pub verdict: Verdict,
    /// When, to the millisecond.
    pub at: Timestamp,
    /// Why, in words.
    pub note: Statement,
}

/// How a review ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The emergency was one.
    Justified,
    /// It was not. What follows from it is the service's to decide.
    NotJustified,
}

/// What is on record about one use of break-glass.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Documentation {
    /// Who held the grant.
    pub staff: StaffId,
    /// The one kind of record that it was for, or `None` for all.
    pub only: Option<ResourceType>,
    /// From when: the date and time of the disclosure.
    pub opened_at: Timestamp,
    /// Until when at the most.
    pub expires_at: Timestamp,
    /// What was written down when it was opened.
    pub emergency: Emergency,
    /// What the review found, once there was one.
    pub review: Option<Review>,
}

impl Policies {
    /// Records the review of a break-glass grant, and ends the grant if it is open still. After it the
    /// holder may break the glass again.
    ///
    /// # Errors
    /// [`PolicyError::Denied`] when the rules do not let the reviewer review it;
    /// [`PolicyError::ConflictOfInterest`] for the holder of the grant, and for whoever has a conflict of
    /// interest in the record: both are recorded. [`PolicyError::NoGrant`] when there is no such
    /// grant, or it was reviewed before; those of the store and the random source.
    pub async fn review_break_glass(
        &self,
        reviewer: Requester,
        grant: &BreakGlassGrant,
        verdict: Verdict,
        note: &Statement,
        now: Timestamp,
    ) -> Result<(), PolicyError> {
        let review = &Review {
            reviewer: reviewer.staff().ok_or(PolicyError::UnknownStaff)?,
            verdict,
            at: now,
            note: note.clone(),
        };
        let reviewed = self.store.transact(|tx| async move {
            let place = Membership { staff: grant.staff, of: grant.of };
            let may = self
                .authorize::<ReviewBreakGlass>(&tx, reviewer.into(), place, Purpose::Compliance, now)
                .await?;
            if let Err(denial) = may {
                return Ok(Err(PolicyError::Denied(denial)));
            }
            match reviewable(&tx, grant, review).await? {
                Err(refusal @ PolicyError::ConflictOfInterest) => {
                    let refused = told(grant, review).outcome(Outcome::Failure);
                    self.tell(&tx, &[refused.reason(Reason::ConflictOfInterest)])?;
                    Ok(Err(refusal))
                }
                Err(refusal) => Ok(Err(refusal)),
                Ok(there) => {
                    write(&tx, &there, review)?;
                    self.tell(&tx, &[told(&there, review)])?;
                    Ok::<_, PolicyError>(Ok(()))
                }
            }
        });
        reviewed.await?
    }

    /// The grant that somebody opened last, if there is one.
    ///
    /// # Errors
    /// Those of the store; [`PolicyError::Corrupt`].
    pub async fn break_glass_of(&self, staff: StaffId) -> Result<Option<BreakGlassGrant>, PolicyError> {
        let entry = self.store.get(&rows::grant_key(staff)?).await?;
        entry.map(|entry| rows::decode_grant(entry.value.as_bytes(), staff)).transpose()
    }

    /// Every grant that was opened and waits for its review, open ones too: one for each member of staff at
    /// the most.
    ///
    /// # Errors
    /// Those of the store; [`PolicyError::Corrupt`].
    pub async fn reviews_due(&self) -> Result<Vec<BreakGlassGrant>, PolicyError> {
        let (mut due, mut rest) = (Vec::new(), Some(Scan::all(rows::every_grant()?)));
        while let Some(scan) = rest {
            let page = self.store.scan(&scan).await?;
            for item in &page.items {
                let staff =
                    rows::holder(&item.key).ok_or(PolicyError::Corrupt { what: "break-glass grant" })?;
                due.push(rows::decode_grant(item.entry.value.as_bytes(), staff)?);
            }
            rest = page.next;
        }
        due.retain(|grant| grant.state != GrantState::Reviewed);
        Ok(due)
    }

    /// What was written down about one use of break-glass, and its review. It names people: whoever shows
    /// it asks for a decision first.
    ///
    /// # Errors
    /// Those of the store; [`PolicyError::Corrupt`].
    pub async fn break_glass_documentation(
        &self,
        of: impl Into<RecordOf>,
        grant: GrantId,
    ) -> Result<Option<Documentation>, PolicyError> {
        let of = of.into();
        self.store
            .transact(|tx| async move {
                let written = tx.get(&rows::documentation_key(of, grant)?).await?;
                let review = tx.get(&rows::review_key(of, grant)?).await?;
                let Some(written) = written else { return Ok(None) };
                let mut found = rows::decode_documentation(written.value.as_bytes())?;
                found.review =
                    review.map(|review| rows::decode_review(review.value.as_bytes())).transpose()?;
                Ok(Some(found))
            })
            .await
    }
}

/// The grant as it is on record, if it waits for a review by this reviewer.
async fn reviewable(
    tx: &Tx,
    grant: &BreakGlassGrant,
    review: &Review,
) -> Result<Result<BreakGlassGrant, PolicyError>, PolicyError> {
    let place = Membership { staff: review.reviewer, of: grant.of };
    if review.reviewer == grant.staff || service::has_conflict(tx, place).await? {
        return Ok(Err(PolicyError::ConflictOfInterest));
    }
    let there = service::grant(tx, grant.staff).await?;
    let waits = there
        .filter(|there| there.id == grant.id && there.of == grant.of && there.state != GrantState::Reviewed);
    Ok(waits.ok_or(PolicyError::NoGrant))
}

fn write(tx: &Tx, grant: &BreakGlassGrant, review: &Review) -> Result<(), PolicyError> {
    let reviewed = BreakGlassGrant { state: GrantState::Reviewed, ..*grant };
    tx.put(&rows::grant_key(grant.staff)?, rows::encode_grant(&reviewed))?;
    tx.put(&rows::review_key(grant.of, grant.id)?, rows::encode_review(review))?;
    Ok(())
}

fn told(grant: &BreakGlassGrant, review: &Review) -> Event {
    let found = match review.verdict {
        Verdict::Justified => Reason::Justified,
        Verdict::NotJustified => Reason::NotJustified,
    };
    Event::new(What::BreakGlassReviewed, Actor::Staff(review.reviewer), review.at)
        .about(Subject::from(grant.of))
        .reason(found)
        .correlation(CorrelationId::from_bytes(*grant.id.as_bytes()))
}
