use super::{
    Delivery, Submission, due,
    frame::{Frame, FrameKind},
    keep, rows,
};
use crate::{
    EntryKind, Error, MAX_MEMBERS, MAX_WELCOME, MemberId, Refusal,
    content::Aad,
    franking::Stamp,
    record::{Entry, Head, Last, Queue, WelcomeRecord, digest_of},
    transcript::{self, Accepted, Kept},
};
use jiff::Timestamp;
use leeward_event::{Action, Actor, ConversationId, CorrelationId, Event, Subject};
use leeward_store::{Expect, Key, StoreError, Tx};
use std::collections::BTreeSet;

/// How long an invitation waits: as long as the key package that it was made for may live.
const INVITATION_DAYS: i64 = 84;

/// How long a submission is known again, in days.
const RESUBMISSION_DAYS: i64 = 7;

/// A submission that was looked at and not yet accepted.
struct Incoming<'a> {
    conversation: ConversationId,
    by: MemberId,
    frame: Frame<'a>,
    aad: Option<Aad>,
    submission: &'a Submission,
    now: Timestamp,
}

impl Delivery {
    pub(super) async fn open_log(
        &self,
        conversation: ConversationId,
        founder: MemberId,
        now: Timestamp,
    ) -> Result<(), Error> {
        let (head, queue) = (&rows::head_key(conversation)?, &rows::queue_key(conversation, founder)?);
        let event = about(conversation, Action::ConversationOpened, founder, now)
            .about(Subject::Conversation(conversation));
        self.store
            .transact(|tx| async move {
                tx.stage(|batch| {
                    batch.put(head.clone(), Expect::Absent, Head::NEW.encode());
                    Ok::<_, StoreError>(())
                })?;
                tx.put(queue, Queue::from(0).encode()?)?;
                self.tell(&tx, &event)
            })
            .await
    }

    pub(super) async fn accept(
        &self,
        conversation: ConversationId,
        by: MemberId,
        submission: &Submission,
        now: Timestamp,
    ) -> Result<u64, Error> {
        let refused = |why| Error::SubmissionRefused { why };
        let frame = check(conversation, by, submission).map_err(refused)?;
        let incoming =
            &Incoming { conversation, by, aad: aad(&frame).map_err(refused)?, frame, submission, now };
        let (head_key, queue_key) = (&rows::head_key(conversation)?, &rows::queue_key(conversation, by)?);
        let digest = digest_of(&[&by.to_identity(), &submission.message[..]].concat());
        let submitted_key = &rows::submitted_key(conversation, &digest)?;
        self.store
            .transact(|tx| async move {
                let queue = queue_in(&tx, queue_key).await?.ok_or(Error::NotAMember)?;
                if let Some(before) = tx.get(submitted_key).await? {
                    return place_of(before.value.as_bytes());
                }
                let head = tx.get(head_key).await?.ok_or(Error::NotAMember)?;
                let head = Head::decode(head.value.as_bytes())?;
                self.check_turn(incoming, &queue, head)?;
                let place = head.next;
                self.append(&tx, incoming, place).await?;
                let mut head = after(head, incoming.frame.kind)?;
                if !submission.added.is_empty() {
                    head = self.tell_newcomers(&tx, conversation, head, now).await?;
                }
                tx.put(head_key, head.encode())?;
                tx.put_until(submitted_key, place.to_be_bytes().to_vec(), in_days(now, RESUBMISSION_DAYS))?;
                let last = Some(Last::of(place, &submission.message));
                tx.put(queue_key, Queue { last, ..queue }.encode()?)?;
                change_roster(&tx, incoming, place).await?;
                if incoming.frame.kind == FrameKind::Commit {
                    self.tell_commit(&tx, incoming)?;
                }
                Ok(place)
            })
            .await
    }

    fn check_turn(&self, incoming: &Incoming<'_>, queue: &Queue, head: Head) -> Result<(), Error> {
        if queue.until.is_some() {
            return Err(Error::NotAMember);
        }
        if incoming.frame.epoch != head.epoch {
            return Err(Error::EpochConflict);
        }
        if queue.last.map(|last| last.place) != incoming.submission.previous {
            return Err(Error::RolledBack);
        }
        let behind = head.next.saturating_sub(queue.acknowledged);
        if matches!(incoming.by, MemberId::Staff(_)) && behind > self.limits.backlog {
            return Err(Error::Backlog { entries: behind });
        }
        Ok(())
    }

    async fn append(&self, tx: &Tx, incoming: &Incoming<'_>, place: u64) -> Result<(), Error> {
        let Incoming { conversation, by, aad, submission, now, .. } = *incoming;
        let expires_at = aad.and_then(|aad| aad.time_to_live).map(|time| time.after(now));
        let stamp = match aad {
            Some(aad) => {
                let stamp = self.hub.keys_in(tx).await?.stamp(&aad.tag, by, conversation, now)?;
                let accepted = noted(incoming, &aad, &stamp, place, expires_at);
                transcript::accept(tx, conversation, accepted).await?;
                stamp.encode()
            }
            None => Vec::new(),
        };
        let message = submission.message.clone();
        let entry = Entry { kind: EntryKind::Mls, accepted_at: now, expires_at, stamp, message }.encode()?;
        let key = rows::log_key(conversation, place)?;
        tx.stage(|batch| {
            batch.put(key, Expect::Absent, entry);
            Ok::<_, StoreError>(())
        })?;
        if let Some(end) = expires_at {
            due::note(tx, conversation, place, end)?;
        }
        Ok(())
    }

    fn tell_commit(&self, tx: &Tx, incoming: &Incoming<'_>) -> Result<(), Error> {
        let Incoming { conversation, by, submission, now, .. } = *incoming;
        let added: Vec<MemberId> = submission.added.iter().map(|(member, _)| *member).collect();
        for member in &added {
            let again = submission.removed.contains(member);
            let action = if again { Action::MemberReadmitted } else { Action::MemberAdded };
            self.tell(tx, &about(conversation, action, by, now).about((*member).into()))?;
        }
        for member in submission.removed.iter().filter(|member| !added.contains(member)) {
            let event = about(conversation, Action::MemberRemoved, by, now);
            self.tell(tx, &event.about((*member).into()))?;
        }
        if added.is_empty() && submission.removed.is_empty() {
            self.tell(tx, &about(conversation, Action::KeysRefreshed, by, now).about(by.into()))?;
        }
        Ok(())
    }

    pub(super) fn tell(&self, tx: &Tx, event: &Event) -> Result<(), Error> {
        tx.stage(|batch| event.stage(batch, &self.rng).map_err(Error::from))
    }
}

/// What the transcript notes of a message.
fn noted(
    incoming: &Incoming<'_>,
    aad: &Aad,
    stamp: &Stamp,
    seq: u64,
    expires_at: Option<Timestamp>,
) -> Accepted {
    let (by, accepted_ms) = (incoming.by, stamp.accepted_ms());
    let entry = transcript::Entry { seq, sender: by, accepted_ms, tag: aad.tag };
    let kept = incoming.submission.record.clone().map(|record| Kept { by, record });
    Accepted { entry, expires_at, kept }
}

/// An event of this conversation. Its correlation is the conversation's identifier: the subject of a
/// change of the roster is the member.
pub(super) fn about(conversation: ConversationId, action: Action, by: MemberId, now: Timestamp) -> Event {
    Event::new(action, Actor::from(by), now).correlation(CorrelationId::from_bytes(*conversation.as_bytes()))
}

/// The time so many days after another.
pub(super) fn in_days(now: Timestamp, days: i64) -> Timestamp {
    let end = now.as_second().saturating_add(days.saturating_mul(24 * 60 * 60));
    Timestamp::from_second(end).unwrap_or(Timestamp::MAX)
}

/// What is authenticated beside a message, and says what the hub stamps and when it ends. A commit has none.
fn aad(frame: &Frame<'_>) -> Result<Option<Aad>, Refusal> {
    match frame.kind {
        FrameKind::Message => Aad::decode(frame.aad).map(Some),
        FrameKind::Commit if frame.aad.is_empty() => Ok(None),
        FrameKind::Commit => Err(Refusal::Forbidden),
    }
}

/// Gives queues to those who were added, and ends those of the removed: by the word of the commit's
/// author. What each can read is decided by keys, not here.
async fn change_roster(tx: &Tx, incoming: &Incoming<'_>, place: u64) -> Result<(), Error> {
    let Incoming { conversation, submission, now, .. } = *incoming;
    let first = place.checked_add(1).ok_or(FULL)?;
    for (member, welcome) in &submission.added {
        let waiting = WelcomeRecord { first, message: welcome.clone() };
        let until = in_days(now, INVITATION_DAYS);
        tx.put_until(&rows::welcome_key(conversation, *member)?, waiting.encode(), until)?;
        let key = rows::queue_key(conversation, *member)?;
        let before = queue_in(tx, &key).await?;
        // What it was sent before its removal, it may still fetch.
        let acknowledged = before.map_or(first, |before| before.acknowledged);
        let last = before.and_then(|before| before.last);
        tx.put(&key, Queue { acknowledged, until: None, last }.encode()?)?;
    }
    let joining = |member: &MemberId| submission.added.iter().any(|(added, _)| added == member);
    for member in submission.removed.iter().filter(|member| !joining(member)) {
        tx.delete(&rows::welcome_key(conversation, *member)?)?;
        let key = rows::queue_key(conversation, *member)?;
        if let Some(queue) = queue_in(tx, &key).await? {
            tx.put(&key, Queue { until: Some(place), ..queue }.encode()?)?;
        }
    }
    Ok(())
}

/// Sizes and the frame, before anything is read or written.
fn check<'a>(
    conversation: ConversationId,
    by: MemberId,
    submission: &'a Submission,
) -> Result<Frame<'a>, Refusal> {
    let frame = Frame::parse(&submission.message)?;
    if frame.group_id != conversation.as_bytes() {
        return Err(Refusal::Misplaced);
    }
    let (added, removed) = (&submission.added, &submission.removed);
    if added.len() > MAX_MEMBERS || removed.len() > MAX_MEMBERS {
        return Err(Refusal::TooLarge);
    }
    if added.iter().any(|(_, welcome)| welcome.len() > MAX_WELCOME) {
        return Err(Refusal::TooLarge);
    }
    let names: BTreeSet<MemberId> = added.iter().map(|(member, _)| *member).collect();
    let leaving: BTreeSet<&MemberId> = removed.iter().collect();
    let twice = names.len() != added.len() || leaving.len() != removed.len();
    let changes = !added.is_empty() || !removed.is_empty();
    if names.contains(&by) || removed.contains(&by) {
        return Err(Refusal::Forbidden);
    }
    let is_commit = frame.kind == FrameKind::Commit;
    if twice || (changes && !is_commit) || (submission.record.is_some() && is_commit) {
        return Err(Refusal::Forbidden);
    }
    if let Some(record) = &submission.record {
        keep::check(by, record)?;
    }
    Ok(frame)
}

fn place_of(bytes: &[u8]) -> Result<u64, Error> {
    let place = bytes.try_into().map(u64::from_be_bytes);
    place.map_err(|_| Error::Corrupt { what: "a malformed place" })
}

fn after(head: Head, kind: FrameKind) -> Result<Head, Error> {
    match kind {
        FrameKind::Message => head.after_message(),
        FrameKind::Commit => head.after_commit(),
    }
}

pub(super) async fn queue_in(tx: &Tx, key: &Key) -> Result<Option<Queue>, Error> {
    let entry = tx.get(key).await?;
    entry.map(|entry| Queue::decode(entry.value.as_bytes())).transpose()
}

const FULL: Error = Error::Corrupt { what: "a conversation with as many entries as there are numbers" };
