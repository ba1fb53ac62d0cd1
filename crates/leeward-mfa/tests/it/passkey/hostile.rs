//! What no browser would send: a typed error each time, the same words outward, and no panic.

use super::{
    device::{Device, UP, UV},
    support::{START, begin_registration, fault, finish, passkeys, register},
};
use crate::support::{account, at, store};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use leeward_mfa::{Asked, MfaError, PasskeyFault, Passkeys, RegistrationAnswer, SignInAnswer};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Begins a registration, and answers it with an attestation object of the test's own.
async fn attest(passkeys: &Passkeys, attestation: &[u8]) -> Result<leeward_mfa::Bound, MfaError> {
    let begun = begin_registration(passkeys, account(1), START).await;
    let options: Value = serde_json::from_str(&begun.options).unwrap();
    let answer = RegistrationAnswer::parse(&Device::new().registration(&options, attestation))?;
    passkeys.finish_registration(account(1), begun.ceremony, &answer, at(START)).await
}

/// The attestation object of a real answer.
fn attestation(device: &mut Device, options: &str) -> Vec<u8> {
    let answer: Value = serde_json::from_str(&device.register(options)).unwrap();
    BASE64.decode(answer["response"]["attestationObject"].as_str().unwrap()).unwrap()
}

#[test]
fn malformed_cbor_is_refused() {
    pollster::block_on(async {
        let passkeys = passkeys(&store());
        let deep = [&[0x81_u8; 20_000][..], &[0]].concat();
        let endless = [&b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x5b"[..], &[0xff; 8]].concat();
        let maps = [0xbf_u8; 10_000];
        for bytes in [&b""[..], b"\xff", b"\xa0", b"\x00", b"\xa1\x63fmt\x64none", &deep, &endless, &maps] {
            assert_eq!(fault(attest(&passkeys, bytes).await), PasskeyFault::Malformed);
        }
        assert!(passkeys.list(account(1)).await.unwrap().is_empty());
    });
}

#[test]
fn an_oversized_answer_is_not_read() {
    let json = json!({ "id": "A".repeat(RegistrationAnswer::MAX) }).to_string();
    assert_eq!(fault(RegistrationAnswer::parse(&json)), PasskeyFault::Malformed);
    assert_eq!(fault(SignInAnswer::parse(&json)), PasskeyFault::Malformed);
    let nested = "[".repeat(30_000);
    assert_eq!(fault(RegistrationAnswer::parse(&nested)), PasskeyFault::Malformed);
    for json in ["", "{}", "null", "[]", "{\"id\":1}"] {
        assert_eq!(fault(SignInAnswer::parse(json)), PasskeyFault::Malformed);
    }
}

#[test]
fn a_credential_of_another_type_is_no_passkey() {
    pollster::block_on(async {
        let passkeys = passkeys(&store());
        let begun = passkeys.begin_sign_in(Asked::Anyone, at(START)).await.unwrap();
        let answer = Device::new().sign_in(&begun.options).replace("public-key", "password");
        assert_eq!(fault(SignInAnswer::parse(&answer)), PasskeyFault::Malformed);
        let answer = Device::new().register(&begun.options).replace("public-key", "password");
        assert_eq!(fault(RegistrationAnswer::parse(&answer)), PasskeyFault::Malformed);
    });
}

#[test]
fn a_wrong_algorithm_is_refused() {
    pollster::block_on(async {
        let passkeys = passkeys(&store());
        for algorithm in [-8, -1, -20] {
            let mut device = Device { algorithm, ..Device::new() };
            assert!(matches!(
                fault(register(&passkeys, account(1), &mut device).await),
                PasskeyFault::NotAccepted | PasskeyFault::Malformed
            ));
        }
    });
}

#[test]
fn a_ceremony_that_was_never_begun_is_not_open() {
    pollster::block_on(async {
        let passkeys = passkeys(&store());
        let mut begun = passkeys.begin_sign_in(Asked::Anyone, at(START)).await.unwrap();
        begun.ceremony = leeward_mfa::CeremonyId::from_bytes([7; 16]);
        let mut device = Device::new();
        register(&passkeys, account(1), &mut device).await.unwrap();
        let answer = device.sign_in(&begun.options);
        assert_eq!(fault(finish(&passkeys, account(1), &begun, &answer).await), PasskeyFault::NotOpen);
        let text = begun.ceremony.to_string();
        assert_eq!(text.parse::<leeward_mfa::CeremonyId>().unwrap(), begun.ceremony);
        assert!(text.to_uppercase().parse::<leeward_mfa::CeremonyId>().is_ok(), "digits alone");
        assert_eq!("no ceremony".parse::<leeward_mfa::CeremonyId>(), Err(PasskeyFault::Malformed));
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// A real registration, changed in one byte or cut short: it may still be one, and never panics.
    #[test]
    fn a_changed_registration_is_bound_or_refused(at_byte: usize, with: u8, cut in any::<bool>()) {
        pollster::block_on(async {
            let passkeys = passkeys(&leeward_store::Store::memory().assume_sealed());
            let begun = begin_registration(&passkeys, account(1), START).await;
            let mut bytes = attestation(&mut Device::new(), &begun.options);
            let place = at_byte % bytes.len();
            bytes[place] = with;
            if cut {
                bytes.truncate(place);
            }
            match attest(&passkeys, &bytes).await {
                Ok(_) => prop_assert!(!cut),
                Err(error) => prop_assert!(matches!(error, MfaError::Passkey(_)), "{:?}", error),
            }
            Ok(())
        })?;
    }

    /// No byte of what a passkey signs can be changed.
    #[test]
    fn a_changed_sign_in_is_refused(at_byte: usize, flip in 1_u8.., field in 0_usize..3) {
        let field = ["authenticatorData", "clientDataJSON", "signature"][field];
        pollster::block_on(async {
            let passkeys = passkeys(&leeward_store::Store::memory().assume_sealed());
            let mut device = Device { flags: UP | UV, ..Device::new() };
            register(&passkeys, account(1), &mut device).await.unwrap();
            let begun = passkeys.begin_sign_in(Asked::Anyone, at(START)).await.unwrap();
            let mut answer: Value = serde_json::from_str(&device.sign_in(&begun.options)).unwrap();
            let mut bytes = BASE64.decode(answer["response"][field].as_str().unwrap()).unwrap();
            let place = at_byte % bytes.len();
            bytes[place] ^= flip;
            answer["response"][field] = BASE64.encode(bytes).into();
            let refused = finish(&passkeys, account(1), &begun, &answer.to_string()).await;
            prop_assert!(matches!(refused, Err(MfaError::Passkey(_))));
            Ok(())
        })?;
    }
}
