use crate::{
    Asked, Ceremony, Consent, EscrowError, EscrowId, Escrows, Invitation, OpeningRequest, Released,
    RequestId, SealedSet, State, record,
    service::{failed, step},
};
use jiff::Timestamp;
use leeward_event::{Action, Actor, Component, Event, Reason, StaffId};
use leeward_store::{Scan, Tx};

impl Escrows {
    /// Asks that a secret be opened. The officer's own share, if they have one, does not count.
    ///
    /// # Errors
    /// As [`OpeningRequest::new`]; [`EscrowError::NotFound`]; [`EscrowError::Shredded`];
    /// [`EscrowError::Corrupt`]; those of the store.
    pub async fn request(&self, asked: Asked, now: Timestamp) -> Result<OpeningRequest, EscrowError> {
        let asked = &asked;
        let written = self.store.transact(|tx| async move {
            let set = self.set_in(&tx, asked.escrow).await?;
            let request = OpeningRequest::new(&set, asked.clone(), now, &self.rng)?;
            let ceremony = Ceremony::new(request.clone());
            let key = record::request_key(request.id)?;
            tx.get(&key).await?;
            tx.put(&key, ceremony.encode())?;
            self.tell(&tx, &event(Action::EscrowRequested, Actor::Staff(request.officer), &request, now))?;
            Ok::<_, EscrowError>(request)
        });
        written.await
    }

    /// Where a request stands.
    ///
    /// # Errors
    /// [`EscrowError::NotFound`]; [`EscrowError::Corrupt`]; those of the store.
    pub async fn ceremony(&self, id: RequestId, now: Timestamp) -> Result<Ceremony, EscrowError> {
        let entry = self.store.get(&record::request_key(id)?).await?.ok_or(EscrowError::NotFound)?;
        Ok(Ceremony::decode(entry.value.as_bytes(), id)?.settle(now))
    }

    /// Every request to open a secret that was ever made, each as [`ceremony`](Self::ceremony) gives it, in no
    /// order: for who shows trustees what waits for them, and [`expire`](Self::expire)s what is over.
    ///
    /// # Errors
    /// [`EscrowError::Corrupt`]; those of the store.
    pub async fn requests(&self, escrow: EscrowId, now: Timestamp) -> Result<Vec<Ceremony>, EscrowError> {
        let (mut found, mut next) = (Vec::new(), Some(Scan::all(record::requests(escrow)?)));
        while let Some(scan) = next {
            let page = self.store.scan(&scan).await?;
            for item in page.items {
                let id = record::request_of(&item.key, escrow)?;
                found.push(Ceremony::decode(item.entry.value.as_bytes(), id)?.settle(now));
            }
            next = page.next;
        }
        Ok(found)
    }

    /// What to send to one trustee, whose machine opens their share.
    ///
    /// # Errors
    /// [`EscrowError::NotTrustee`]; [`EscrowError::OwnRequest`]; those of a request that is not open, and of
    /// [`set`](Self::set).
    pub async fn invitation(
        &self,
        id: RequestId,
        trustee: StaffId,
        now: Timestamp,
    ) -> Result<Invitation, EscrowError> {
        let (set, ceremony) = (self.set(id.escrow).await?, self.ceremony(id, now).await?);
        ceremony.check_open(&set, now)?;
        Invitation::new(&set, ceremony.request, trustee)
    }

    /// Takes a trustee's consent.
    ///
    /// # Errors
    /// As [`Ceremony::consent`]. A consent that was not made with the trustee's share is recorded as one of nobody
    /// knows whom that failed, and the trustee may still decide. [`EscrowError::NotFound`]; [`EscrowError::Shredded`];
    /// [`EscrowError::Corrupt`]; those of the store and the random source.
    pub async fn consent(
        &self,
        id: RequestId,
        consent: Consent,
        now: Timestamp,
    ) -> Result<Ceremony, EscrowError> {
        let (consent, by) = (&consent, Actor::Staff(consent.trustee));
        let decided = self.step(id, now, Action::EscrowConsented, by, |ceremony, set| {
            ceremony.consent(set, consent.clone(), now).map(|next| (next.clone(), next))
        });
        decided.await
    }

    /// A trustee refuses, which is final for this request. Whoever asks again makes another, in sight of the
    /// log.
    ///
    /// # Errors
    /// As [`Ceremony::refuse`]; as [`consent`](Self::consent).
    pub async fn refuse(&self, id: RequestId, trustee: StaffId, now: Timestamp) -> Result<(), EscrowError> {
        let by = Actor::Staff(trustee);
        let refused = self.step(id, now, Action::EscrowRefused, by, |ceremony, set| {
            Ok((ceremony.refuse(set, trustee, now)?, ()))
        });
        refused.await
    }

    /// The officer takes the request back.
    ///
    /// # Errors
    /// As [`Ceremony::cancel`]; as [`consent`](Self::consent).
    pub async fn cancel(&self, id: RequestId, officer: StaffId, now: Timestamp) -> Result<(), EscrowError> {
        let by = Actor::Staff(officer);
        let cancelled = self
            .step(id, now, Action::EscrowClosed, by, |ceremony, _| Ok((ceremony.cancel(officer, now)?, ())));
        cancelled.await
    }

    /// Hands the shares of those who consented to the officer, once, and keeps them no longer. That it was done
    /// is written down before they leave: an answer that is lost costs another request.
    ///
    /// # Errors
    /// As [`Ceremony::release`]; as [`consent`](Self::consent).
    pub async fn release(
        &self,
        id: RequestId,
        officer: StaffId,
        now: Timestamp,
    ) -> Result<Released, EscrowError> {
        let by = Actor::Staff(officer);
        self.step(id, now, Action::EscrowOpened, by, |ceremony, set| ceremony.release(set, officer, now))
            .await
    }

    /// Expires a request whose time is over, and says so in the log. Whatever else is asked of such a request
    /// does the same; a service calls this for those that nobody asks about.
    ///
    /// # Errors
    /// [`EscrowError::NotFound`]; [`EscrowError::Corrupt`]; those of the store and the random source.
    pub async fn expire(&self, id: RequestId, now: Timestamp) -> Result<Ceremony, EscrowError> {
        let settled = self.store.transact(|tx| async move { self.settled(&tx, id, now).await });
        settled.await.map(|(ceremony, _)| ceremony)
    }

    /// One step: over what the transaction found, with its event, or a refusal.
    async fn step<T>(
        &self,
        id: RequestId,
        now: Timestamp,
        action: Action,
        by: Actor,
        next: impl Fn(Ceremony, &SealedSet) -> Result<(Ceremony, T), EscrowError>,
    ) -> Result<T, EscrowError> {
        let next = &next;
        let done = self.store.transact(|tx| async move {
            let set = self.set_in(&tx, id.escrow).await?;
            let (ceremony, expired) = self.settled(&tx, id, now).await?;
            if expired {
                return Ok(Err(EscrowError::Expired));
            }
            let from = |who| event(action, who, &ceremony.request, now);
            let (done, forged) = (from(by), failed(from(Actor::Unknown), Reason::WrongSecret));
            match next(ceremony, &set) {
                Ok((after, value)) => {
                    tx.put(&record::request_key(id)?, after.encode())?;
                    self.tell(&tx, &closing(done, &after))?;
                    Ok(Ok(value))
                }
                Err(EscrowError::BadProof) => {
                    self.tell(&tx, &forged)?;
                    Ok(Err(EscrowError::BadProof))
                }
                Err(error) => Err(error),
            }
        });
        done.await?
    }

    /// The request, and whether it was written here that its time is over.
    async fn settled(&self, tx: &Tx, id: RequestId, now: Timestamp) -> Result<(Ceremony, bool), EscrowError> {
        let key = record::request_key(id)?;
        let entry = tx.get(&key).await?.ok_or(EscrowError::NotFound)?;
        let before = Ceremony::decode(entry.value.as_bytes(), id)?;
        let after = before.clone().settle(now);
        let expired = after != before;
        if expired {
            tx.put(&key, after.encode())?;
            let by = Actor::Component(Component::Escrow);
            let event = event(Action::EscrowClosed, by, &after.request, now);
            self.tell(tx, &event.reason(Reason::Expired))?;
        }
        Ok((after, expired))
    }
}

impl Escrows {
    /// Ends the requests to open an earlier dealing, and lets go of what trustees gave to them.
    pub(crate) async fn supersede(
        &self,
        set: &SealedSet,
        by: Actor,
        now: Timestamp,
    ) -> Result<(), EscrowError> {
        for ceremony in self.requests(set.id, now).await? {
            let id = ceremony.request.id;
            let ended = self.store.transact(|tx| async move {
                let key = record::request_key(id)?;
                let Some(entry) = tx.get(&key).await? else { return Ok(()) };
                let before = Ceremony::decode(entry.value.as_bytes(), id)?;
                let after = before.clone().dealt_anew(set.generation);
                if after == before {
                    return Ok(());
                }
                tx.put(&key, after.encode())?;
                let event = event(Action::EscrowClosed, by, &after.request, now);
                self.tell(&tx, &event.reason(Reason::Revoked))
            });
            ended.await?;
        }
        Ok(())
    }
}

impl Ceremony {
    /// Whether it can be decided.
    pub(crate) fn check_open(&self, set: &SealedSet, now: Timestamp) -> Result<(), EscrowError> {
        self.open_for(set, now).map(drop)
    }
}

fn event(action: Action, by: Actor, request: &OpeningRequest, now: Timestamp) -> Event {
    let on = (request.id.escrow.subject, request.id.correlation());
    step(action, by, on, now).reason(request.reason.event_reason())
}

fn closing(event: Event, after: &Ceremony) -> Event {
    match after.state {
        State::Cancelled => event.reason(Reason::Cancelled),
        _ => event,
    }
}
