use leeward_event::{
    Actor, AuthenticatorId, Event, StaffId, Subject,
    assurance::{Aal, FactorKind, ProvedFactor},
    outbox,
};
use leeward_mfa::{Mfa, PendingMfa, TotpFactor, TotpSecret};
use leeward_store::{Batch, Expect, Space, Store, Timestamp};
pub(crate) use leeward_test_store::store;

/// Where the crate keeps its records: part of the stored format.
pub(crate) const RECORD: Space = Space::sealed_for("mfa.totp", 0);

/// The beginning of a step.
pub(crate) const START: i64 = 1_700_000_010;

pub(crate) fn mfa(store: &Store) -> Mfa {
    Mfa::new(store, "Harbour Line").unwrap()
}

pub(crate) fn account(number: u8) -> StaffId {
    StaffId::from_bytes([number; 16])
}

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// A right passphrase of `who`, checked at `second`.
pub(crate) fn proved(who: StaffId, second: i64) -> ProvedFactor {
    let passphrase = AuthenticatorId::from_bytes([0xaa; 16]);
    ProvedFactor::assume_proved(who, FactorKind::Passphrase, passphrase, at(second))
}

/// Enrols at `second`, which uses up the step it lies in, and gives the authenticator app.
pub(crate) async fn enrol(mfa: &Mfa, who: StaffId, second: i64) -> TotpSecret {
    let enrolment = mfa.enrol_totp(who, "night desk", at(second)).await.unwrap();
    let app = TotpSecret::from_bytes(enrolment.secret().expose_bytes());
    enrolment.confirm(&app.code_at(at(second)), at(second)).await.unwrap();
    app
}

pub(crate) async fn pending(mfa: &Mfa, who: StaffId, second: i64) -> PendingMfa {
    mfa.require(proved(who, second), Aal::Two, at(second)).await.unwrap()
}

/// A code that the app does not show at any time the service would look at.
pub(crate) fn wrong_code(app: &TotpSecret, second: i64) -> String {
    let shown: Vec<_> = (-3..=3).map(|n| app.code_at(at(second + 30 * n)).to_string()).collect();
    (0..).map(|n| format!("{n:06}")).find(|code| !shown.contains(code)).unwrap()
}

pub(crate) async fn record(store: &Store, who: StaffId) -> Option<Vec<u8>> {
    let key = RECORD.key(&[who.as_bytes()]).unwrap();
    store.get(&key).await.unwrap().map(|entry| entry.value.as_bytes().to_vec())
}

pub(crate) async fn put_record(store: &Store, who: StaffId, bytes: Vec<u8>) {
    let mut batch = Batch::new();
    batch.put(RECORD.key(&[who.as_bytes()]).unwrap(), Expect::Any, bytes);
    store.commit(batch).await.unwrap();
}

/// The last accepted step, and the codes in a row that were not accepted.
pub(crate) async fn counters(store: &Store, who: StaffId) -> (u64, u32) {
    let bytes = record(store, who).await.unwrap();
    assert!(TotpFactor::from_bytes(&bytes).is_ok());
    let (step, failures) = (&bytes[37..45], &bytes[45..49]);
    (u64::from_be_bytes(step.try_into().unwrap()), u32::from_be_bytes(failures.try_into().unwrap()))
}

/// The events in the order of their commits.
pub(crate) async fn events(store: &Store) -> Vec<Event> {
    let staged = outbox::pending(store, 1000).await.unwrap();
    staged.into_iter().map(|staged| staged.event).collect()
}

pub(crate) fn event(action: leeward_event::Action, who: StaffId, second: i64) -> Event {
    Event::new(action, Actor::Staff(who), at(second)).about(Subject::Staff(who))
}

/// A store in which everything of this crate was erased on purpose.
pub(crate) fn erasing(store: &Store) -> Store {
    leeward_test_store::erasing(store, RECORD)
}
