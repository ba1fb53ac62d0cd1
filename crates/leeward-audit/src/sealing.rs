use crate::{
    AuditError, AuditLog, LogEntry, SealKey,
    appending::Addition,
    drain::unless_lost,
    record::{SEAL, SealState},
    seal::{EpochSeal, SealBody},
    turn::{Next, Turn},
};
use leeward_event::CoarseTime;
use leeward_store::{Expect, StoreError, Timestamp, Version};

/// How many epochs are sealed in one batch, after a pause.
const SEALS_AT_ONCE: u64 = 500;

/// How often the beginning of the seals is tried when other sequencers are first.
const MAX_ATTEMPTS: u32 = 100;

/// Epochs that are over and not sealed, from this one on.
pub(crate) struct Due {
    state: SealState,
    version: Version,
}

impl AuditLog {
    /// Begins to seal the log: appends a first seal, over whatever was logged before, and from then on
    /// [`drain`](Self::drain) appends one for each epoch that is over, empty ones too. Do it on the day
    /// the log begins.
    ///
    /// A seal authenticates all entries before it with a key that is destroyed in the same batch. So
    /// whoever takes over the machine, with every key there, can write what they like from then on, but
    /// can change nothing of the epochs that were sealed before, signed or not, without the
    /// [`SealChecker`](crate::SealChecker) finding it. Make sure that `key` is written down elsewhere
    /// first. To do it again with the same key does nothing.
    ///
    /// # Errors
    /// [`AuditError::SealKey`] when the seals began with another key, or the key is another log's; those
    /// of [`drain`](Self::drain).
    pub async fn begin_seals(&self, key: &SealKey, now: Timestamp) -> Result<(), AuditError> {
        if key.origin() != self.vkey().name() {
            return Err(AuditError::SealKey);
        }
        for _ in 0..MAX_ATTEMPTS {
            if let Some((state, _)) = self.seal_state().await? {
                return self.check_first_seal(&state, key).await;
            }
            let turn = self.turn().await?;
            let at = self.clock.minute(now, turn.head.at)?;
            if unless_lost(self.seal_first(&turn, key, at, now).await)?.is_some() {
                return Ok(());
            }
        }
        Err(StoreError::Contended { attempts: MAX_ATTEMPTS }.into())
    }

    async fn seal_first(
        &self,
        turn: &Turn,
        key: &SealKey,
        at: CoarseTime,
        now: Timestamp,
    ) -> Result<Turn, AuditError> {
        let (first, minutes) = (turn.head.tree.size(), key.minutes());
        let before = CoarseTime::from_minutes(0);
        let mut addition = Addition::new(turn, at);
        let body = SealBody { epoch: 0, start: before, end: at, size: first, root: addition.root() };
        let seal = EpochSeal::new(body, &key.first());
        addition.push_bare(&LogEntry::Seal(seal))?;
        let state = SealState { first, minutes, epoch: 1, start: at, key: key.first().next() };
        addition.batch.put(SEAL.key(&[])?, Expect::Absent, state.encode());
        self.add(turn, addition, now, Next::Anybody).await
    }

    /// Whether the seals began with this key.
    async fn check_first_seal(&self, state: &SealState, key: &SealKey) -> Result<(), AuditError> {
        let begins = match self.row(state.first).await {
            Ok(row) => match LogEntry::decode(&row.entry) {
                Some(LogEntry::Seal(seal)) => seal.is_by(&key.first()),
                _ => false,
            },
            // It is too old to be kept: the key leads to the present one all the same.
            Err(AuditError::Removed { .. }) => {
                let present = (0..state.epoch).fold(key.first(), |key, _| key.next());
                present.is_same(&state.key)
            }
            Err(error) => return Err(error),
        };
        if begins && state.minutes == key.minutes() { Ok(()) } else { Err(AuditError::SealKey) }
    }

    /// The epochs that are over at `now`, if the log is sealed.
    pub(crate) async fn due_seals(&self, now: Timestamp) -> Result<Option<Due>, AuditError> {
        let state = self.seal_state().await?;
        let due = state.filter(|(state, _)| state.is_over(CoarseTime::of(now)));
        Ok(due.map(|(state, version)| Due { state, version }))
    }

    /// Appends a seal for each epoch that is over by the minute `at`.
    pub(crate) async fn seal_epochs(
        &self,
        mut turn: Turn,
        due: Due,
        (at, now, last): (CoarseTime, Timestamp, Next),
        sealed: &mut u64,
    ) -> Result<Turn, AuditError> {
        let Due { mut state, mut version } = due;
        while state.is_over(at) {
            let mut addition = Addition::new(&turn, turn.head.at);
            let mut count = 0_u64;
            while state.is_over(at) && count < SEALS_AT_ONCE {
                let (epoch, start, end) = (state.epoch, state.start, state.end());
                let body = SealBody { epoch, start, end, size: addition.size(), root: addition.root() };
                let seal = EpochSeal::new(body, &state.key);
                addition.push_bare(&LogEntry::Seal(seal))?;
                addition.move_on(end);
                state = state.next();
                count = count.saturating_add(1);
            }
            addition.batch.put(SEAL.key(&[])?, Expect::Exactly(version), state.encode());
            let next = if state.is_over(at) { Next::More } else { last };
            turn = self.add(&turn, addition, now, next).await?;
            version = turn.version();
            *sealed = sealed.saturating_add(count);
        }
        Ok(turn)
    }

    async fn seal_state(&self) -> Result<Option<(SealState, Version)>, AuditError> {
        let Some(row) = self.store.get(&SEAL.key(&[])?).await? else { return Ok(None) };
        let state = SealState::decode(row.value.as_bytes());
        let state = state.ok_or(AuditError::Corrupt { what: "no epoch where the open one was" })?;
        Ok(Some((state, row.version)))
    }
}
