use leeward_event::{
    Action, AuthenticatorId, Event, StaffId,
    assurance::{FactorKind, ProvedFactor, SignIn},
    outbox,
};
use leeward_store::{Batch, Store, Timestamp};
pub(crate) use leeward_test_store::store;
use leeward_throttle::{
    Client, DeviceCookie, DeviceKey, DeviceKeys, Gate, Guess, Profile, Throttle, ThrottleError,
};
use pollster::block_on;

pub(crate) const ANNA: StaffId = StaffId::from_bytes([0xA1; 16]);
pub(crate) const BELA: StaffId = StaffId::from_bytes([0xB2; 16]);
pub(crate) const PASSPHRASE: Guess = Guess::Passphrase;
pub(crate) const STRANGER: Client = Client::unknown();

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_000_000_000 + second).unwrap()
}

pub(crate) fn key(id: u32) -> DeviceKey {
    DeviceKey::from_bytes(id, &[0x77; 32])
}

pub(crate) fn throttle(store: &Store, profile: Profile) -> Throttle {
    Throttle::new(store, profile, DeviceKeys::new(key(1)))
}

pub(crate) fn scoped(store: &Store) -> Throttle {
    throttle(store, Profile::device_scoped())
}

pub(crate) fn nist(store: &Store) -> Throttle {
    throttle(store, Profile::nist_cap_100())
}

pub(crate) fn factor(account: StaffId, kind: FactorKind, id: u8, at: Timestamp) -> ProvedFactor {
    ProvedFactor::assume_proved(account, kind, AuthenticatorId::from_bytes([id; 16]), at)
}

pub(crate) fn aal1(account: StaffId, at: Timestamp) -> SignIn {
    SignIn::from_factors(factor(account, FactorKind::Passphrase, 1, at), [], at).unwrap()
}

pub(crate) fn aal2(account: StaffId, at: Timestamp) -> SignIn {
    let totp = factor(account, FactorKind::Totp, 2, at);
    SignIn::from_factors(factor(account, FactorKind::Passphrase, 1, at), [totp], at).unwrap()
}

pub(crate) fn knock(throttle: &Throttle, client: &Client, now: Timestamp) -> Result<Gate, ThrottleError> {
    block_on(throttle.knock(ANNA, PASSPHRASE, client, now))
}

/// An attempt that is right.
pub(crate) fn right(store: &Store, throttle: &Throttle, client: &Client, now: Timestamp) {
    let admitted = knock(throttle, client, now).unwrap().admit(ANNA, PASSPHRASE, now).unwrap();
    let mut batch = Batch::new();
    admitted.succeeded(&mut batch).unwrap();
    block_on(store.commit(batch)).unwrap();
}

/// As many wrong attempts at once as are let through.
pub(crate) fn exhaust(throttle: &Throttle, client: &Client, now: Timestamp) -> usize {
    (0..).take_while(|_| knock(throttle, client, now).is_ok()).count()
}

/// A device that has signed in at AAL1.
pub(crate) fn device(throttle: &Throttle, account: StaffId, now: Timestamp) -> DeviceCookie {
    let client = throttle.client(account, None);
    block_on(throttle.signed_in(&aal1(account, now), &client, now)).unwrap().1
}

pub(crate) fn known(throttle: &Throttle, cookie: &DeviceCookie) -> Client {
    throttle.client(ANNA, Some(&cookie.reveal()))
}

/// For how many seconds an attempt is put off.
pub(crate) fn put_off(attempt: Result<Gate, ThrottleError>) -> u64 {
    match attempt {
        Ok(_) => 0,
        Err(ThrottleError::Wait { retry_after }) => retry_after.as_secs(),
        Err(error) => panic!("{error:?}"),
    }
}

pub(crate) fn events(store: &Store) -> Vec<Event> {
    let staged = block_on(outbox::pending(store, 1_000)).unwrap();
    staged.into_iter().map(|staged| staged.event).collect()
}

pub(crate) fn told(store: &Store, what: Action) -> usize {
    events(store).iter().filter(|event| event.what() == what).count()
}
