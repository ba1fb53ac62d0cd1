use leeward_event::{
    Actor, AuthenticatorId, Event, StaffId, Subject,
    assurance::{Aal, FactorKind, ProvedFactor, SignIn},
    outbox,
};
use leeward_mfa::{Mfa, PendingMfa, Permit, Presented, Profile, Refused, TotpFactor, TotpSecret};
use leeward_notify::NoticeKind;
use leeward_store::{Batch, Expect, Item, Scan, Space, Store, Timestamp};
pub(crate) use leeward_test_store::store;
use leeward_throttle::{Client, DeviceKey, DeviceKeys, Gate, Throttle};

/// Where the crate keeps TOTP factors: part of the stored format.
pub(crate) const RECORD: Space = Space::sealed_for("mfa.totp", 0);
/// Where it keeps which factors an account has.
pub(crate) const FACTORS: Space = Space::sealed_for("mfa.factors", 0);

/// The beginning of a step.
pub(crate) const START: i64 = 1_700_000_010;

pub(crate) fn mfa(store: &Store) -> Mfa {
    Mfa::new(store, "Harbour Line").unwrap().profile(Profile::StaffCodes)
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

/// A sign-in of `who` by a passphrase and a factor of `kind`.
pub(crate) fn signed_in(who: StaffId, kind: Option<FactorKind>, second: i64) -> SignIn {
    let id = AuthenticatorId::from_bytes([0xab; 16]);
    let other = kind.map(|kind| ProvedFactor::assume_proved(who, kind, id, at(second)));
    SignIn::from_factors(proved(who, second), other, at(second)).unwrap()
}

/// A permit at AAL2.
pub(crate) fn permit(who: StaffId, second: i64) -> Permit {
    Permit::of(&signed_in(who, Some(FactorKind::Totp), second))
}

/// A gate that never makes anybody wait.
pub(crate) fn gate(who: StaffId, code: &Presented<'_>, second: i64) -> Gate {
    let keys = DeviceKeys::new(DeviceKey::from_bytes(1, &[0; 32]));
    let store = Store::memory().assume_sealed();
    let throttle = Throttle::new(&store, leeward_throttle::Profile::device_scoped(), keys);
    pollster::block_on(throttle.knock(who, code.guess(), &Client::unknown(), at(second))).unwrap()
}

/// Finishes a sign-in with a TOTP code.
pub(crate) async fn finish(
    waiting: PendingMfa,
    code: &str,
    second: i64,
) -> Result<SignIn, Refused<PendingMfa>> {
    present(waiting, Presented::Totp(code), second).await
}

/// Finishes a sign-in with any code.
pub(crate) async fn present(
    waiting: PendingMfa,
    code: Presented<'_>,
    second: i64,
) -> Result<SignIn, Refused<PendingMfa>> {
    let gate = gate(waiting.account(), &code, second);
    waiting.finish(gate, code, at(second)).await
}

/// Enrols at `second`, which uses up the step it lies in, and gives the authenticator app.
pub(crate) async fn enrol(mfa: &Mfa, who: StaffId, second: i64) -> TotpSecret {
    let enrolment = mfa.enrol_totp(&permit(who, second), "night desk", at(second)).await.unwrap();
    let app = TotpSecret::from_uri(&enrolment.expose_otpauth_uri()).unwrap();
    let _ = enrolment.confirm(&app.code_at(at(second)), at(second)).await.unwrap();
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

async fn row(store: &Store, who: StaffId) -> Option<Item> {
    let scan = Scan::all(RECORD.prefix(&[who.as_bytes()]).unwrap());
    store.scan(&scan).await.unwrap().items.into_iter().next()
}

/// The record of the account's first TOTP factor.
pub(crate) async fn record(store: &Store, who: StaffId) -> Option<Vec<u8>> {
    row(store, who).await.map(|item| item.entry.value.as_bytes().to_vec())
}

pub(crate) async fn put_record(store: &Store, who: StaffId, bytes: Vec<u8>) {
    let mut batch = Batch::new();
    batch.put(row(store, who).await.unwrap().key, Expect::Any, bytes);
    store.commit(batch).await.unwrap();
}

/// The last accepted step.
pub(crate) async fn last_step(store: &Store, who: StaffId) -> i64 {
    let bytes = record(store, who).await.unwrap();
    assert!(TotpFactor::from_bytes(&bytes).is_ok());
    i64::from_be_bytes(bytes[41..49].try_into().unwrap())
}

/// The notices that are due, in the order of their commits.
pub(crate) async fn notices(store: &Store) -> Vec<NoticeKind> {
    let waiting = leeward_notify::waiting(store, 1000).await.unwrap();
    waiting.iter().map(leeward_notify::WaitingNotice::kind).collect()
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
    leeward_test_store::erasing(store, FACTORS)
}
