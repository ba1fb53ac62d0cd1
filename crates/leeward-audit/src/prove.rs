use crate::{
    AuditError, AuditLog, LogEntry, TlogProof,
    drain::Manners,
    merkle::{Hash, inclusion_ranges, leaf_hash, verify_inclusion},
    note::Note,
    publish::Published,
    reading::FALSE_PROOF,
    record::{EntryRow, Ticket, ticket_of},
    rounds::{Leading, Part, Wanted},
    tiles::TILE_WIDTH,
    tree::{StoredTree, entry_rows},
};
use leeward_event::Event;
use leeward_store::{Batch, Timestamp, yield_once};
use std::{collections::HashMap, sync::Arc};

/// How often the lease of another sequencer is looked at without any change before it is taken over.
const PATIENCE: u32 = 1_000;

const WIDTH: u64 = TILE_WIDTH as u64;

/// An event that was logged, and the proof of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Proved {
    /// Where it stands in the log, from 0.
    pub index: u64,
    /// What the log says of it in public.
    pub entry: LogEntry,
    /// The proof: it verifies offline, with the entry's bytes and the log's key.
    pub proof: TlogProof,
}

impl AuditLog {
    /// As [`append`](Self::append), and then waits until the event is logged and published, and answers
    /// with the proof of it. Many callers at once share a drain and a publication: one of them does the
    /// work for all, in its own future.
    ///
    /// Dropped before it returns, it has logged the event or not; the work for the others goes on with
    /// the next of them.
    ///
    /// # Errors
    /// [`AuditError::Busy`], and those of the store from before the event was durable. After that, those
    /// of [`drain`](Self::drain) and [`publish`](Self::publish), as [`AuditError::Shared`]: then the event
    /// is durable and will be logged, and only its proof is missing.
    pub async fn append_and_prove(&self, event: &Event, now: Timestamp) -> Result<Proved, AuditError> {
        self.admit(now).await?;
        let from = self.size().await?;
        let mut batch = Batch::new();
        self.stage(event, &mut batch)?;
        let ticket = batch.ops().first().map(|op| ticket_of(&op.key)).unwrap_or_default();
        self.store.commit(batch).await?;
        let wanted = Wanted { ticket, from };
        let leading = match self.shared.rounds.join(wanted) {
            Part::Leads(leading) => leading,
            Part::Follows(following) => match following.told().await {
                Ok(answer) => return answer.map_err(AuditError::Shared),
                Err(leading) => leading,
            },
        };
        self.lead(leading, wanted, now).await.map_err(AuditError::Shared)
    }

    /// Does the work for everybody who waits by now.
    async fn lead(
        &self,
        mut leading: Leading<'_>,
        own: Wanted,
        now: Timestamp,
    ) -> Result<Proved, Arc<AuditError>> {
        // Whoever else is about to commit comes first, so that a single-threaded executor forms
        // groups too.
        yield_once().await;
        let mut wanted = leading.take();
        wanted.push(own);
        match self.prove_all(&wanted, now).await {
            Ok(mut proved) => {
                let own = proved.pop();
                leading.answer(proved.into_iter().map(Ok));
                own.ok_or_else(|| Arc::new(UNFINDABLE))
            }
            Err(error) => {
                let error = Arc::new(error);
                leading.answer(wanted.iter().map(|_| Err(error.clone())));
                Err(error)
            }
        }
    }

    /// Logs, publishes and proves, in the order of `wanted`.
    async fn prove_all(&self, wanted: &[Wanted], now: Timestamp) -> Result<Vec<Proved>, AuditError> {
        self.drain_patiently(now).await?;
        let published = self.publish(now).await?;
        let found = self.find(wanted, published.size).await?;
        self.proofs(found, &published).await
    }

    /// Drains, and lets another sequencer that is at work go first. One that does nothing for a while has
    /// died or sleeps, and when it wakes up it changes nothing.
    async fn drain_patiently(&self, now: Timestamp) -> Result<(), AuditError> {
        let mut seen = None;
        let mut patience = PATIENCE;
        while patience > 0 {
            if !self.drain(now).await?.held {
                return Ok(());
            }
            let lease = self.turn().await?.lease_version();
            patience = if seen == lease { patience.saturating_sub(1) } else { PATIENCE };
            seen = lease;
            yield_once().await;
        }
        self.drain_with(now, Manners::Insistent).await.map(drop)
    }

    /// The entries that were made of these events.
    async fn find(&self, wanted: &[Wanted], size: u64) -> Result<Vec<(u64, EntryRow)>, AuditError> {
        let mut places: HashMap<Ticket, usize> =
            wanted.iter().enumerate().map(|(place, wanted)| (wanted.ticket, place)).collect();
        let mut found: Vec<Option<(u64, EntryRow)>> = wanted.iter().map(|_| None).collect();
        let mut start = wanted.iter().map(|wanted| wanted.from).min().unwrap_or(size);
        while start < size && !places.is_empty() {
            let end = start.saturating_add(WIDTH).min(size);
            let rows = entry_rows(&self.store, start..end).await?;
            for (index, row) in (start..end).zip(rows) {
                let place = places.remove(&row.ticket).and_then(|place| found.get_mut(place));
                if let Some(place) = place {
                    *place = Some((index, row));
                }
            }
            start = end;
        }
        found.into_iter().map(|row| row.ok_or(UNFINDABLE)).collect()
    }

    async fn proofs(
        &self,
        found: Vec<(u64, EntryRow)>,
        published: &Published,
    ) -> Result<Vec<Proved>, AuditError> {
        let note = Note::parse(published.checkpoint.as_bytes())?;
        let proofs = self.prove_rows(&found, &note, (published.size, &published.root)).await?;
        let proved = |((index, row), proof): ((u64, EntryRow), TlogProof)| {
            Ok(Proved { index, entry: row.log_entry()?, proof })
        };
        found.into_iter().zip(proofs).map(proved).collect()
    }

    /// The proofs of these entries, each checked.
    pub(crate) async fn prove_rows(
        &self,
        rows: &[(u64, EntryRow)],
        note: &Note,
        (size, root): (u64, &Hash),
    ) -> Result<Vec<TlogProof>, AuditError> {
        let tree = StoredTree::new(&self.store, size);
        let mut proofs = Vec::with_capacity(rows.len());
        // Many at once, so that a tile is read once for all of them.
        for some in rows.chunks(PROOFS_AT_ONCE) {
            let mut ranges = Vec::new();
            let mut lengths = Vec::new();
            for (index, _) in some {
                let own = inclusion_ranges(*index, size);
                let own = own.ok_or(AuditError::OutOfRange { index: *index, size })?;
                lengths.push(own.len());
                ranges.extend(own);
            }
            let mut hashes = tree.hashes(&ranges).await?.into_iter();
            for ((index, row), length) in some.iter().zip(lengths) {
                let own: Vec<_> = hashes.by_ref().take(length).collect();
                let holds = verify_inclusion(&own, *index, &leaf_hash(&row.entry), size, root);
                holds.map_err(|_| FALSE_PROOF)?;
                proofs.push(TlogProof::new(*index, own, note.clone()));
            }
        }
        Ok(proofs)
    }
}

/// How many proofs are made from tiles that are in memory together.
const PROOFS_AT_ONCE: usize = 256;

const UNFINDABLE: AuditError =
    AuditError::Corrupt { what: "no entry of an event that was taken from the outbox" };
