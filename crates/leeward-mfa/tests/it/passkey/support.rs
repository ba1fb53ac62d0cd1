use super::device::Device;
use crate::support::{at, signed_in};
use leeward_event::{
    StaffId,
    assurance::{FactorKind, ProvedFactor},
};
use leeward_mfa::{
    Asked, Begun, Holder, MfaError, Passkey, PasskeyFault, PasskeyPolicy, Passkeys, Permit,
    RegistrationAnswer, RelyingParty, SignInAnswer,
};
use leeward_store::Store;
use leeward_throttle::{Client, DeviceKey, DeviceKeys, Gate, Guess, Profile, Throttle};

pub(crate) const START: i64 = 1_700_000_000;

pub(crate) const HOLDER: Holder<'_> = Holder { name: "night-desk-3", display_name: "Night desk 3" };

pub(crate) fn passkeys(store: &Store) -> Passkeys {
    with_policy(store, PasskeyPolicy::any())
}

pub(crate) fn with_policy(store: &Store, policy: PasskeyPolicy) -> Passkeys {
    let party = RelyingParty::new("example.org", "https://staff.example.org", "Harbour Line").unwrap();
    Passkeys::new(store, &party, policy)
}

/// A permit for whatever the account has.
pub(crate) fn strong(account: StaffId, second: i64) -> Permit {
    Permit::of(&signed_in(account, Some(FactorKind::Passkey { synced: false, user_verified: true }), second))
}

pub(crate) async fn gate(account: StaffId, guess: Guess) -> Gate {
    gate_at(account, guess, START).await
}

pub(crate) async fn gate_at(account: StaffId, guess: Guess, second: i64) -> Gate {
    let keys = DeviceKeys::new(DeviceKey::from_bytes(1, &[0; 32]));
    let throttle = Throttle::new(&Store::memory().assume_sealed(), Profile::device_scoped(), keys);
    throttle.knock(account, guess, &Client::unknown(), at(second)).await.unwrap()
}

pub(crate) async fn begin_registration(passkeys: &Passkeys, account: StaffId, second: i64) -> Begun {
    passkeys.begin_registration(&strong(account, second), HOLDER, "blue key", at(second)).await.unwrap()
}

pub(crate) async fn register(
    passkeys: &Passkeys,
    account: StaffId,
    device: &mut Device,
) -> Result<Passkey, MfaError> {
    let begun = begin_registration(passkeys, account, START).await;
    let answer = RegistrationAnswer::parse(&device.register(&begun.options))?;
    let bound = passkeys.finish_registration(account, begun.ceremony, &answer, at(START)).await?;
    let is_it = |passkey: &Passkey| passkey.authenticator == bound.authenticator;
    Ok(passkeys.list(account).await?.into_iter().find(is_it).unwrap())
}

pub(crate) async fn sign_in(
    passkeys: &Passkeys,
    account: StaffId,
    device: &mut Device,
) -> Result<ProvedFactor, MfaError> {
    let begun = passkeys.begin_sign_in(Asked::Anyone, at(START)).await?;
    let answer = device.sign_in(&begun.options);
    finish(passkeys, account, &begun, &answer).await
}

pub(crate) async fn finish(
    passkeys: &Passkeys,
    account: StaffId,
    begun: &Begun,
    answer: &str,
) -> Result<ProvedFactor, MfaError> {
    let answer = SignInAnswer::parse(answer)?;
    let gate = gate(account, Guess::Passkey).await;
    passkeys.finish_sign_in(gate, account, begun.ceremony, &answer, at(START)).await
}

/// What was wrong, of an answer that whoever gave it is told nothing of.
#[track_caller]
pub(crate) fn fault<T: std::fmt::Debug>(result: Result<T, MfaError>) -> PasskeyFault {
    let error = result.unwrap_err();
    match error {
        MfaError::Passkey(fault) => {
            assert_eq!(error.to_string(), "the passkey was not accepted: begin again");
            fault
        }
        other => panic!("{other:?}"),
    }
}
