//! The test vectors of WebAuthn Level 3, by name: each accepted, or refused for a reason that the
//! policy states. They come without a user handle, so that each is a sign-in of a named account.

use super::support::{HOLDER, START, fault, finish, strong, with_policy};
use crate::support::{account, at, store};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use leeward_mfa::{
    AcceptedModels, Asked, Begun, MfaError, Passkey, PasskeyFault, PasskeyPolicy, Passkeys,
    RegistrationAnswer, RelyingParty,
};
use leeward_store::{Batch, Expect, Scan, Space, Store};
use serde_json::{Value, json};

const OPEN: Space = Space::sealed("mfa.passkey.ceremony");

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../vectors/webauthn-l3.json")).unwrap()
}

fn vector(name: &str) -> Value {
    let vectors = vectors();
    let named = |vector: &&Value| vector["name"] == name;
    vectors["vectors"].as_array().unwrap().iter().find(named).unwrap().clone()
}

fn bytes(hex: &Value) -> Vec<u8> {
    let hex = hex.as_str().unwrap();
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

fn base64(hex: &Value) -> String {
    BASE64.encode(bytes(hex))
}

/// Puts the challenge of the vector in the place of the one that was made.
async fn set_challenge(store: &Store, begun: &Begun, challenge: &Value) {
    let made: Value = serde_json::from_str(&begun.options).unwrap();
    let made = made["publicKey"]["challenge"].as_str().unwrap().as_bytes().to_vec();
    let page = store.scan(&Scan::all(OPEN.prefix(&[]).unwrap())).await.unwrap();
    let row = page.items.into_iter().find(|item| find(item.entry.value.as_bytes(), &made).is_some()).unwrap();
    let mut value = row.entry.value.as_bytes().to_vec();
    let place = find(&value, &made).unwrap();
    value.splice(place..place + made.len(), base64(challenge).into_bytes());
    let mut batch = Batch::new();
    batch.put(row.key, Expect::Any, value);
    store.commit(batch).await.unwrap();
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

struct Service {
    store: Store,
    passkeys: Passkeys,
}

impl Service {
    fn new(policy: PasskeyPolicy) -> Self {
        let store = store();
        let party = RelyingParty::new("example.org", "https://example.org", "Harbour Line").unwrap();
        Self { passkeys: Passkeys::new(&store, &party, policy), store }
    }

    async fn register(&self, vector: &Value) -> Result<Passkey, MfaError> {
        let registration = &vector["registration"];
        let begun = self
            .passkeys
            .begin_registration(&strong(account(1), START), HOLDER, "key", at(START))
            .await
            .unwrap();
        set_challenge(&self.store, &begun, &registration["challenge"]).await;
        let response = json!({
            "attestationObject": base64(&registration["attestationObject"]),
            "clientDataJSON": base64(&registration["clientDataJSON"]),
        });
        let answer = json!({ "id": "AA", "rawId": "AA", "type": "public-key", "response": response });
        let answer = RegistrationAnswer::parse(&answer.to_string())?;
        let _ = self.passkeys.finish_registration(account(1), begun.ceremony, &answer, at(START)).await?;
        Ok(self.passkeys.list(account(1)).await?.remove(0))
    }

    async fn sign_in(&self, vector: &Value) -> Result<leeward_event::assurance::ProvedFactor, MfaError> {
        let authentication = &vector["authentication"];
        let begun = self.passkeys.begin_sign_in(Asked::Account(account(1)), at(START)).await.unwrap();
        let options: Value = serde_json::from_str(&begun.options).unwrap();
        let id = &options["publicKey"]["allowCredentials"][0]["id"];
        set_challenge(&self.store, &begun, &authentication["challenge"]).await;
        let response = json!({
            "authenticatorData": base64(&authentication["authenticatorData"]),
            "clientDataJSON": base64(&authentication["clientDataJSON"]),
            "signature": base64(&authentication["signature"]),
        });
        let answer = json!({ "id": id, "rawId": id, "type": "public-key", "response": response });
        finish(&self.passkeys, account(1), &begun, &answer.to_string()).await
    }
}

enum Expected {
    Accepted,
    RegistrationRefused(PasskeyFault),
    SignInRefused(PasskeyFault),
}

#[track_caller]
fn check(name: &str, expected: &Expected) {
    let vector = vector(name);
    let service = Service::new(PasskeyPolicy::any());
    pollster::block_on(async {
        let registered = service.register(&vector).await;
        match expected {
            Expected::RegistrationRefused(why) => assert_eq!(fault(registered), *why),
            Expected::SignInRefused(why) => {
                assert!(registered.unwrap().synced);
                assert_eq!(fault(service.sign_in(&vector).await), *why);
            }
            Expected::Accepted => {
                assert!(registered.unwrap().synced, "each of them says that it may be backed up");
                let _ = service.sign_in(&vector).await.unwrap();
            }
        }
    });
}

macro_rules! vectors {
    ($($test:ident $name:literal $expected:expr;)+) => {
        $(#[test] fn $test() { check($name, &$expected) })+

        #[test]
        fn none_is_left_out() {
            let named: Vec<_> = vectors()["vectors"].as_array().unwrap().iter().map(|v| v["name"].clone()).collect();
            assert_eq!(named, [$($name),+]);
        }
    };
}

const UNVERIFIED: PasskeyFault = PasskeyFault::UserNotVerified;

// What `webauthn-rs` verifies: ES256, ES384 and RS256, and statements of Apple, packed, U2F, and TPMs with
// RSA. It reads no RSA key of another size than 2048 bits, no TPM statement over an elliptic curve, and
// not the certificate of the Android vector. A browser that was asked for no attestation sends none.
vectors! {
    none_es256 "none-es256" Expected::RegistrationRefused(UNVERIFIED);
    packed_self_es256 "packed-self-es256" Expected::SignInRefused(UNVERIFIED);
    none_es256_cross_origin "none-es256-crossOrigin" Expected::RegistrationRefused(PasskeyFault::Foreign);
    none_es256_top_origin "none-es256-topOrigin" Expected::RegistrationRefused(PasskeyFault::Foreign);
    none_es256_long_credential_id "none-es256-long-credential-id" Expected::RegistrationRefused(UNVERIFIED);
    packed_es256 "packed-es256" Expected::Accepted;
    packed_es384 "packed-es384" Expected::RegistrationRefused(UNVERIFIED);
    packed_es512 "packed-es512" Expected::RegistrationRefused(PasskeyFault::NotAccepted);
    packed_rs256 "packed-rs256" Expected::RegistrationRefused(PasskeyFault::NotAccepted);
    packed_eddsa "packed-eddsa" Expected::RegistrationRefused(UNVERIFIED);
    packed_ed448 "packed-ed448" Expected::RegistrationRefused(UNVERIFIED);
    tpm_es256 "tpm-es256" Expected::RegistrationRefused(PasskeyFault::NotAccepted);
    android_key_es256 "android-key-es256" Expected::RegistrationRefused(PasskeyFault::NotAccepted);
    apple_es256 "apple-es256" Expected::RegistrationRefused(UNVERIFIED);
    fido_u2f_es256 "fido-u2f-es256" Expected::RegistrationRefused(UNVERIFIED);
}

/// One bit in each place that is signed, or that says what was asked.
#[test]
fn an_accepted_vector_with_one_bit_changed_is_refused() {
    let vector = vector("packed-es256");
    for (ceremony, field) in [
        ("authentication", "signature"),
        ("authentication", "authenticatorData"),
        ("authentication", "clientDataJSON"),
        ("authentication", "challenge"),
        ("registration", "challenge"),
        ("registration", "clientDataJSON"),
    ] {
        let mut hex = vector[ceremony][field].as_str().unwrap().to_owned();
        let last = u8::from_str_radix(&hex[hex.len() - 2..], 16).unwrap() ^ 1;
        hex.replace_range(hex.len() - 2.., &format!("{last:02x}"));
        let mut changed = vector.clone();
        changed[ceremony][field] = hex.into();
        let service = Service::new(PasskeyPolicy::any());
        pollster::block_on(async {
            if ceremony == "registration" {
                assert!(service.register(&changed).await.is_err(), "{field}");
            } else {
                service.register(&changed).await.unwrap();
                assert!(service.sign_in(&changed).await.is_err(), "{field}");
            }
        });
    }
}

/// Their authority is accepted, and their model; but all of them say that they may be backed up.
#[test]
fn attested_vectors_are_refused_where_passkeys_must_stay_on_their_device() {
    let root = bytes(&vectors()["attestation_root"]);
    for name in ["packed-es256", "tpm-es256"] {
        let vector = vector(name);
        let aaguid = bytes(&vector["registration"]["aaguid"]).try_into().unwrap();
        let models = AcceptedModels::new([(&root[..], aaguid, "a key")]).unwrap();
        let service = Service::new(PasskeyPolicy::attested(models));
        pollster::block_on(async {
            assert_eq!(fault(service.register(&vector).await), PasskeyFault::NotAccepted);
        });
    }
}

#[test]
fn a_policy_against_synced_passkeys_refuses_them() {
    let service = Service::new(PasskeyPolicy::any().refuse_synced());
    let refused = pollster::block_on(service.register(&vector("packed-es256")));
    assert_eq!(fault(refused), PasskeyFault::NotAccepted);
    let store = store();
    let passkeys = with_policy(&store, PasskeyPolicy::any());
    let stricter = with_policy(&store, PasskeyPolicy::any().refuse_synced());
    pollster::block_on(async {
        let mut device = super::device::Device::synced();
        super::support::register(&passkeys, account(1), &mut device).await.unwrap();
        let refused = super::support::sign_in(&stricter, account(1), &mut device).await;
        assert_eq!(fault(refused), PasskeyFault::NotAccepted);
    });
}
