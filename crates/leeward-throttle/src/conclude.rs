use crate::{
    Client, DeviceCookie, DeviceId, Guess, RecoveryGate, SessionGate, Standing, Throttle, ThrottleError,
    count::CLOCK_SKEW,
    device_cookie::Claim,
    device_key,
    reader::Reader,
    record::{self, DevicesRecord},
};
use jiff::Timestamp;
use leeward_event::{
    Action, Actor, Event, StaffId, Subject,
    assurance::{Aal, Recovered, SignIn},
};

impl Throttle {
    /// Says that a sign-in came to its end: makes the device known, clears what was counted of the
    /// authenticators that were used, by any client, if there were two factors (NIST SP 800-63B-4 3.2.2),
    /// and makes the gate without which no session starts.
    ///
    /// Each sign-in, and each step-up, gives a new cookie to send to the client, so that whoever has copied an
    /// older one shares no counts with its owner. The older one goes on counting until it expires: a client
    /// that an answer never reached is known all the same.
    ///
    /// # Errors
    /// [`ThrottleError::StaleSignIn`] and [`ThrottleError::ClockWentBack`] for a sign-in that is not of now;
    /// [`ThrottleError::Corrupt`]; those of the store and the random source.
    pub async fn signed_in(
        &self,
        sign_in: &SignIn,
        client: &Client,
        now: Timestamp,
    ) -> Result<(SessionGate, DeviceCookie), ThrottleError> {
        check_recent(sign_in, now)?;
        let (account, device) = (sign_in.account(), device_key::new_device(&self.rng)?);
        let subject = Subject::Staff(account);
        let trusted = self.store.transact(|tx| async move {
            let reader = Reader::Tx(&tx);
            let standing = reader.standing(subject).await?;
            let known = reader.known_device(subject, client, &standing, now).await?;
            if known.is_none() {
                let event = Event::new(Action::DeviceTrusted, Actor::Staff(account), now).about(subject);
                self.tell(&tx, &event)?;
            }
            let generation = standing.generation;
            if sign_in.aal() >= Aal::Two {
                tx.put(&record::subject_key(subject)?, clear_used(standing, sign_in).encode())?;
            }
            self.see_device(&tx, account, known, device, now).await?;
            Ok::<_, ThrottleError>(generation)
        });
        let cookie = self.cookie(account, device, trusted.await?, now);
        Ok((SessionGate { account, signed_in_at: sign_in.at(), at: now }, cookie))
    }

    /// Says that a recovery came to its end: ends the cookies of all devices, which somebody else may have by
    /// now, makes this one known, and makes the gate without which no recovery session starts. It counts
    /// nothing and never makes anybody wait.
    ///
    /// # Errors
    /// [`ThrottleError::Corrupt`]; those of the store and the random source.
    pub async fn recovered(
        &self,
        recovered: &Recovered,
        now: Timestamp,
    ) -> Result<(RecoveryGate, DeviceCookie), ThrottleError> {
        let (account, device) = (recovered.account(), device_key::new_device(&self.rng)?);
        let (subject, actor) = (Subject::Staff(account), Actor::Staff(account));
        let trusted = self.store.transact(|tx| async move {
            let standing = Reader::Tx(&tx).standing(subject).await?.forget_devices();
            tx.put(&record::subject_key(subject)?, standing.encode())?;
            tx.put(&record::devices_key(account)?, DevicesRecord::of_one(device, now).encode())?;
            for action in [Action::DevicesForgotten, Action::DeviceTrusted] {
                self.tell(&tx, &Event::new(action, actor, now).about(subject))?;
            }
            Ok::<_, ThrottleError>(standing.generation)
        });
        let cookie = self.cookie(account, device, trusted.await?, now);
        Ok((RecoveryGate { account, recovered_at: recovered.at(), at: now }, cookie))
    }

    /// Ends all device cookies of an account, as when a device was lost.
    ///
    /// # Errors
    /// [`ThrottleError::Corrupt`]; those of the store and the random source.
    pub async fn forget_devices(
        &self,
        account: StaffId,
        by: Actor,
        now: Timestamp,
    ) -> Result<(), ThrottleError> {
        let event = &Event::new(Action::DevicesForgotten, by, now).about(Subject::Staff(account));
        let key = &record::subject_key(Subject::Staff(account))?;
        self.store
            .transact(|tx| async move {
                let standing = Reader::Tx(&tx).standing(Subject::Staff(account)).await?;
                tx.put(key, standing.forget_devices().encode())?;
                tx.delete(&record::devices_key(account)?)?;
                self.tell(&tx, event)
            })
            .await
    }

    /// Forgets all that was counted of guesses of one kind, by any client: the authenticator was bound
    /// anew, and a disabled one is enabled again (NIST SP 800-63B-4 3.2.2).
    ///
    /// Who may is for the caller to decide: as much is needed as for binding it.
    ///
    /// # Errors
    /// [`ThrottleError::Corrupt`]; those of the store.
    pub async fn rebound(&self, subject: impl Into<Subject>, guess: Guess) -> Result<(), ThrottleError> {
        let subject = subject.into();
        let key = &record::subject_key(subject)?;
        self.store
            .transact(|tx| async move {
                let standing = Reader::Tx(&tx).standing(subject).await?;
                Ok(tx.put(key, standing.clear(guess).encode())?)
            })
            .await
    }

    fn cookie(&self, account: StaffId, device: DeviceId, generation: u32, now: Timestamp) -> DeviceCookie {
        let expires = now.saturating_add(self.profile.cookie_lasts()).unwrap_or(Timestamp::MAX);
        self.keys.sign(account, &Claim { device, generation, issued: now, expires })
    }
}

/// A sign-in that lay about clears no counts, and makes no device known.
fn check_recent(sign_in: &SignIn, now: Timestamp) -> Result<(), ThrottleError> {
    let age = now.duration_since(sign_in.at());
    if age < -CLOCK_SKEW {
        Err(ThrottleError::ClockWentBack)
    } else if age > SignIn::PROOF_LASTS {
        Err(ThrottleError::StaleSignIn)
    } else {
        Ok(())
    }
}

/// Clears what was counted of the authenticators that were used.
fn clear_used(standing: Standing, sign_in: &SignIn) -> Standing {
    let used = sign_in.proofs().iter().filter_map(|proof| Guess::at(proof.kind()));
    used.filter(|guess| guess.is_guessable()).fold(standing, Standing::clear)
}
