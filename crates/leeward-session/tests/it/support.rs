use jiff::SignedDuration;
use leeward_event::{
    Action, AuthenticatorId, Event, StaffId,
    assurance::{FactorKind, ProvedFactor, Recovered, SignIn},
    outbox,
};
use leeward_session::{
    RefreshToken, Refreshed, Session, SessionError, SessionKey, SessionKeys, SessionPolicy, SessionToken,
    Sessions,
};
use leeward_store::{Store, Timestamp};
pub(crate) use leeward_test_store::store;
use leeward_throttle::{Client, DeviceKey, DeviceKeys, Profile, RecoveryGate, SessionGate, Throttle};
use pollster::block_on;
use std::thread;

pub(crate) const ANNA: StaffId = StaffId::from_bytes([0xA1; 16]);
pub(crate) const BELA: StaffId = StaffId::from_bytes([0xB2; 16]);
pub(crate) const MS: SignedDuration = SignedDuration::from_millis(1);

/// What a start or a renewal gives.
pub(crate) type Begun = Result<(SessionToken, Session), SessionError>;

pub(crate) fn keys() -> SessionKeys {
    SessionKeys::new(&SessionKey::from_bytes(7, &[0x77; 32]))
}

pub(crate) fn sessions(store: &Store) -> Sessions {
    Sessions::new(store, SessionPolicy::nist(), keys())
}

pub(crate) fn mins(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

pub(crate) fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_000_000_000).unwrap() + mins(minute)
}

pub(crate) fn factor(account: StaffId, kind: FactorKind, id: u8, at: Timestamp) -> ProvedFactor {
    ProvedFactor::assume_proved(account, kind, AuthenticatorId::from_bytes([id; 16]), at)
}

pub(crate) fn by(account: StaffId, kind: FactorKind, at: Timestamp) -> SignIn {
    SignIn::from_factors(factor(account, kind, kind.code(), at), [], at).unwrap()
}

pub(crate) fn aal1(account: StaffId, at: Timestamp) -> SignIn {
    by(account, FactorKind::Passphrase, at)
}

pub(crate) fn aal2(account: StaffId, at: Timestamp) -> SignIn {
    let totp = factor(account, FactorKind::Totp, 2, at);
    SignIn::from_factors(factor(account, FactorKind::Passphrase, 1, at), [totp], at).unwrap()
}

pub(crate) fn start(sessions: &Sessions, sign_in: SignIn, now: Timestamp) -> Begun {
    block_on(sessions.start(gate(&sign_in, now), sign_in, now))
}

pub(crate) fn started(sessions: &Sessions, account: StaffId, now: Timestamp) -> (SessionToken, Session) {
    start(sessions, aal2(account, now), now).unwrap()
}

pub(crate) fn start_refreshed(sessions: &Sessions, account: StaffId, now: Timestamp) -> Refreshed {
    let sign_in = aal2(account, now);
    block_on(sessions.start_refreshed(gate(&sign_in, now), sign_in, now)).unwrap()
}

pub(crate) fn reauthenticate(
    sessions: &Sessions,
    token: SessionToken,
    sign_in: SignIn,
    now: Timestamp,
) -> Begun {
    block_on(sessions.reauthenticate(gate(&sign_in, now), token, sign_in, now))
}

pub(crate) fn resume(sessions: &Sessions, token: &SessionToken, sign_in: SignIn, now: Timestamp) -> Begun {
    block_on(sessions.resume(gate(&sign_in, now), again(token), sign_in, now))
}

/// A second value for a token, as a client that presents it again makes one.
pub(crate) fn again(token: &SessionToken) -> SessionToken {
    SessionToken::parse(&token.reveal()).unwrap()
}

pub(crate) fn again_refresh(token: &RefreshToken) -> RefreshToken {
    RefreshToken::parse(&token.reveal()).unwrap()
}

pub(crate) fn lives(sessions: &Sessions, token: &SessionToken, now: Timestamp) -> bool {
    match block_on(sessions.look_up(token, now)) {
        Ok(_) => true,
        Err(SessionError::NotFound) => false,
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

/// What so many threads get that do the same at once.
pub(crate) fn at_once<T: Send>(threads: usize, act: impl Fn() -> T + Sync) -> Vec<T> {
    thread::scope(|scope| {
        let threads = (0..threads).map(|_| scope.spawn(&act)).collect::<Vec<_>>();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

/// Of the throttle that the sign-in came through, on a machine whose clock is right enough.
pub(crate) fn gate(sign_in: &SignIn, now: Timestamp) -> SessionGate {
    let now = now.max(sign_in.at() - SignedDuration::from_mins(1));
    block_on(throttle().signed_in(sign_in, &Client::unknown(), now)).unwrap().0
}

pub(crate) fn recovery_gate(recovered: &Recovered, now: Timestamp) -> RecoveryGate {
    block_on(throttle().recovered(recovered, now)).unwrap().0
}

/// It keeps its counts elsewhere, so that it does not disturb what is counted here.
fn throttle() -> Throttle {
    let keys = DeviceKeys::new(DeviceKey::from_bytes(1, &[1; 32]));
    Throttle::new(&Store::memory().assume_sealed(), Profile::device_scoped(), keys)
}
