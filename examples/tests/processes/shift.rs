//! What one process does.

use crate::{
    report::{hex, say},
    service::Service,
};
use jiff::{SignedDuration, Timestamp};
use leeward_credentials::generate_passphrase;
use leeward_event::{
    Action, Actor, Component, ConversationId, CorrelationId, Event, SeekerId, StaffId, Subject,
    assurance::{Aal, SignIn},
};
use leeward_messages::{Draft, MemberId};
use leeward_mfa::{Permit, Presented, TotpSecret};
use leeward_policy::{
    AccessRequest, By, Decision, Disclosure, Emergency, OverrideReason, Purpose, ReadCaseNote, Requester,
    Role, Statement, WriteCaseNote,
};
use leeward_session::Session;
use leeward_store::{Batch, Expect, Key, Space, StoreError, conformance::appends::Client};
use leeward_throttle::{Client as Whence, Guess};
use pollster::block_on;
use std::{
    io,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, SystemTime},
};

const ROUNDS: u64 = 3;
const COUNTS_A_ROUND: u64 = 8;

/// How far each process counts.
pub(crate) const COUNTS: u64 = ROUNDS * COUNTS_A_ROUND;

const COUNTER: Space = Space::sealed("processes.counter");
const CASE_NOTE: Space = Space::sealed_for("processes.case-note", 0);
const NOTE: &[u8] = b"at home and safe";

/// The process: people work, lists grow and the log is drained, all at the same time.
pub(crate) fn work(number: u32, dir: &Path, url: &str) {
    io::stdin().read_line(&mut String::new()).unwrap();
    let service = block_on(Service::open(dir, url));
    let busy = AtomicBool::new(true);
    thread::scope(|scope| {
        scope.spawn(|| append(&service, number, &busy));
        scope.spawn(|| keep_log(&service, &busy));
        let rounds = scope.spawn(|| (0..ROUNDS).for_each(|_| block_on(round(&service))));
        let done = rounds.join();
        busy.store(false, Ordering::SeqCst);
        done.unwrap();
    });
    say(&format!("staged {}", service.staged()));
}

fn append(service: &Service, number: u32, busy: &AtomicBool) {
    // All processes are on one machine, and have one clock.
    let clock = || {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        u64::try_from(since.as_nanos()).unwrap()
    };
    let mut client = Client::new(&service.store, number, 3, &clock);
    while busy.load(Ordering::SeqCst) {
        block_on(client.step(&mut |event| say(&event.to_string()))).unwrap();
    }
}

fn keep_log(service: &Service, busy: &AtomicBool) {
    while busy.load(Ordering::SeqCst) {
        block_on(service.log.drain(Timestamp::now())).unwrap();
        let published = block_on(service.log.publish(Timestamp::now())).unwrap();
        say(&format!("signed {}", hex(published.checkpoint.as_bytes())));
        thread::sleep(Duration::from_millis(20));
    }
}

async fn round(service: &Service) {
    let counsellor = sign_in(service).await;
    let colleague = sign_in(service).await;
    let conversation = talk(service, counsellor.account()).await;
    service
        .policies
        .assign(counsellor.account(), conversation, By::ServiceUnchecked, Timestamp::now())
        .await
        .unwrap();
    write_note(service, &counsellor, conversation).await;
    read_behind_glass(service, &colleague, conversation).await;
    for _ in 0..COUNTS_A_ROUND {
        count_up(service).await;
    }
}

/// Enrols somebody and signs them in, by passphrase and code.
async fn sign_in(service: &Service) -> Session {
    let now = Timestamp::now();
    let id = StaffId::generate(&service.rng).unwrap();
    let trained_until = now + SignedDuration::from_hours(24);
    service.policies.grant_role(id, Role::Counsellor, By::ServiceUnchecked, now).await.unwrap();
    service.policies.record_training(id, trained_until, By::ServiceUnchecked, now).await.unwrap();
    service.policies.allow_break_glass(id, By::ServiceUnchecked, now).await.unwrap();
    let passphrase = generate_passphrase(&service.rng).unwrap();
    service.credentials.set(id, &passphrase, Actor::Component(Component::Application), now).await.unwrap();
    let gate = service.throttle.knock(id, Guess::Passphrase, &Whence::unknown(), now).await.unwrap();
    let proved = service.credentials.verify(gate, id, &passphrase, now).await.unwrap();
    let permit = Permit::of(&SignIn::from_factors(proved, [], now).unwrap());
    let enrolment = service.mfa.enrol_totp(&permit, "somebody", now).await.unwrap();
    let phone = TotpSecret::from_uri(&enrolment.expose_otpauth_uri()).unwrap();
    // The code of half a minute ago confirms, so that the present one is still unused.
    let code = phone.code_at(now - SignedDuration::from_secs(30));
    assert!(enrolment.confirm(&code, now).await.is_ok());

    let gate = service.throttle.knock(id, Guess::Passphrase, &Whence::unknown(), now).await.unwrap();
    let proved = service.credentials.verify(gate, id, &passphrase, now).await.unwrap();
    let pending = service.mfa.require(proved, Aal::Two, now).await.unwrap();
    let (code, client) = (phone.code_at(now), Whence::unknown().having_proved(pending.proved()));
    let code = Presented::Totp(&code);
    let gate = service.throttle.knock(id, code.guess(), &client, now).await.unwrap();
    let Ok(signed_in) = pending.finish(gate, code, now).await else { panic!("the code was refused") };
    let (gate, _) = service.throttle.signed_in(&signed_in, &Whence::unknown(), now).await.unwrap();
    let (token, _) = service.sessions.start(gate, signed_in, now).await.unwrap();
    service.sessions.look_up(&token, now).await.unwrap()
}

/// A seeker and a counsellor write to each other.
async fn talk(service: &Service, counsellor: StaffId) -> ConversationId {
    let (now, line) = (Timestamp::now(), &service.conversations);
    let (seeker, member) =
        (MemberId::from(SeekerId::generate(&service.rng).unwrap()), MemberId::from(counsellor));
    let id = line.open(seeker, now).await.unwrap();
    line.key_package(member, now).await.unwrap();
    line.add(id, seeker, member, now).await.unwrap();
    line.join(id, member, now).await.unwrap();
    for said in ["hello", "I am still here"] {
        for (from, to) in [(seeker, member), (member, seeker)] {
            line.send(id, from, &Draft::text(said), now).await.unwrap();
            let heard = line.receive(id, to, now).await.unwrap();
            assert_eq!(heard.last().unwrap().body.expose(), said.as_bytes());
        }
    }
    id
}

fn requester(session: &Session) -> Requester {
    Requester::new(session.account(), session.aal())
}

/// Writes a note with its event, in one batch, once the policy permits it.
async fn write_note(service: &Service, author: &Session, conversation: ConversationId) {
    let request = AccessRequest::<WriteCaseNote>::new(requester(author), conversation, Purpose::Treatment);
    let decision = service.policies.decide(&request, Timestamp::now()).await;
    let Decision::Permit(conditional) = decision else { panic!("the author was refused") };
    let permit = conditional.discharge(|_| Ok::<_, StoreError>(())).unwrap();
    let conversation = permit.target();
    let (event, id) = event(service, Action::RecordWritten, author.account(), conversation);
    let mut batch = Batch::new();
    batch.put(note(conversation), Expect::Absent, NOTE);
    event.stage(&mut batch, &service.rng).unwrap();
    service.store.commit(batch).await.unwrap();
    say(&format!("event {}", hex(id.as_bytes())));
}

/// Somebody who is not assigned is refused, breaks the glass, and reads.
async fn read_behind_glass(service: &Service, colleague: &Session, conversation: ConversationId) {
    let (now, asks) = (Timestamp::now(), requester(colleague));
    let request = AccessRequest::<ReadCaseNote>::new(asks, conversation, Purpose::Treatment);
    assert!(matches!(service.policies.decide(&request, now).await, Decision::Deny(_)));
    let until = now + SignedDuration::from_mins(30);
    let opened =
        service.policies.open_break_glass(asks, conversation, &emergency(), until, now).await.unwrap();
    assert!(!opened.obligations.is_empty());
    let request = AccessRequest::<ReadCaseNote>::new(asks, conversation, Purpose::BreakTheGlass);
    assert!(matches!(service.policies.decide(&request, now).await, Decision::Permit(_)));
    let (event, id) = event(service, Action::RecordRead, colleague.account(), conversation);
    let mut batch = Batch::new();
    event.stage(&mut batch, &service.rng).unwrap();
    service.store.commit(batch).await.unwrap();
    say(&format!("event {}", hex(id.as_bytes())));
    let read = service.store.get(&note(conversation)).await.unwrap().unwrap();
    assert_eq!(read.value.as_bytes(), NOTE);
}

fn emergency() -> Emergency {
    let words = |words| Statement::new(words).unwrap();
    Emergency {
        reason: OverrideReason::EmergencyTreatment,
        nature: words("an ambulance asks what is known"),
        recipient: words("the paramedic"),
        affiliation: words("the ambulance service"),
        discloser: words("the colleague"),
        disclosure: Disclosure::ToPerson,
    }
}

/// An event that nothing else resembles.
fn event(service: &Service, what: Action, who: StaffId, about: ConversationId) -> (Event, CorrelationId) {
    let id = CorrelationId::generate(&service.rng).unwrap();
    let event = Event::new(what, Actor::Staff(who), Timestamp::now()).about(Subject::Conversation(about));
    (event.correlation(id), id)
}

fn note(conversation: ConversationId) -> Key {
    CASE_NOTE.key(&[conversation.as_bytes()]).unwrap()
}

/// One more at a place that all processes count at.
async fn count_up(service: &Service) {
    let key = &COUNTER.key(&[]).unwrap();
    let counted = service.store.transact(|tx| async move {
        let count = tx.get(key).await?.and_then(|count| count.value.as_bytes().try_into().ok());
        tx.put(key, (count.map_or(0, u64::from_be_bytes) + 1).to_be_bytes().to_vec())
    });
    counted.await.unwrap();
}

/// How far all of them have counted.
pub(crate) async fn count(service: &Service) -> u64 {
    let count = service.store.get(&COUNTER.key(&[]).unwrap()).await.unwrap();
    u64::from_be_bytes(count.unwrap().value.as_bytes().try_into().unwrap())
}
