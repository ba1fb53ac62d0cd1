use jiff::SignedDuration;
use leeward_event::{
    Action, AuthenticatorId, Event, StaffId,
    assurance::{FactorKind, ProvedFactor, SignIn},
    outbox,
};
use leeward_session::{Session, SessionError, SessionPolicy, SessionToken, Sessions};
use leeward_store::{Store, Timestamp};
pub(crate) use leeward_test_store::store;
use pollster::block_on;

pub(crate) const ANNA: StaffId = StaffId::from_bytes([0xA1; 16]);
pub(crate) const BELA: StaffId = StaffId::from_bytes([0xB2; 16]);
pub(crate) const MS: SignedDuration = SignedDuration::from_millis(1);

pub(crate) fn sessions(store: &Store) -> Sessions {
    Sessions::new(store, SessionPolicy::nist())
}

pub(crate) fn mins(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

pub(crate) fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_000_000_000).unwrap() + mins(minute)
}

fn factor(account: StaffId, kind: FactorKind, id: u8, at: Timestamp) -> ProvedFactor {
    ProvedFactor::assume_proved(account, kind, AuthenticatorId::from_bytes([id; 16]), at)
}

pub(crate) fn aal1(account: StaffId, at: Timestamp) -> SignIn {
    SignIn::from_factors(factor(account, FactorKind::Passphrase, 1, at), [], at).unwrap()
}

pub(crate) fn aal2(account: StaffId, at: Timestamp) -> SignIn {
    let totp = factor(account, FactorKind::Totp, 2, at);
    SignIn::from_factors(factor(account, FactorKind::Passphrase, 1, at), [totp], at).unwrap()
}

pub(crate) fn started(sessions: &Sessions, account: StaffId, now: Timestamp) -> (SessionToken, Session) {
    block_on(sessions.start(aal2(account, now), now)).unwrap()
}

/// A second value for a token, as a client that presents it again makes one.
pub(crate) fn again(token: &SessionToken) -> SessionToken {
    SessionToken::parse(&token.reveal()).unwrap()
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
