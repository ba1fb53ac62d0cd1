//! Authenticators that other people wrote, of both kinds.

use super::support::{HOLDER, START, finish, passkeys, strong};
use crate::support::{account, at, store};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use leeward_event::assurance::FactorKind;
use leeward_mfa::{Asked, Passkeys, RegistrationAnswer};
use passkey::{
    authenticator::{Authenticator, UiHint, UserCheck, UserValidationMethod},
    client::{Client, DefaultClientData},
    crypto::rust_crypto::RustCryptoBackend,
    types::{
        Passkey as Kept,
        ctap2::{Aaguid, Ctap2Error},
    },
};
use serde_json::Value;
use std::{future::Future, pin::Pin};
use webauthn_authenticator_rs::{AuthenticatorBackend, softpasskey::SoftPasskey};
use webauthn_rs::prelude::{CreationChallengeResponse, RequestChallengeResponse, Url};

fn origin() -> Url {
    Url::parse("https://staff.example.org").unwrap()
}

/// What a browser is asked for.
enum To {
    Register,
    SignIn,
}

/// A registration and two sign-ins of account 1, by whatever answers.
async fn through(
    passkeys: &Passkeys,
    mut browser: impl AsyncFnMut(To, &str) -> String,
    asked: Asked,
) -> FactorKind {
    let begun =
        passkeys.begin_registration(&strong(account(1), START), HOLDER, "key", at(START)).await.unwrap();
    let registered = browser(To::Register, &begun.options).await;
    capture("registration", &begun.options, &registered);
    let answer = RegistrationAnswer::parse(&registered).unwrap();
    let _ = passkeys.finish_registration(account(1), begun.ceremony, &answer, at(START)).await.unwrap();
    let mut kinds = Vec::new();
    for _ in 0..2 {
        let begun = passkeys.begin_sign_in(asked, at(START)).await.unwrap();
        let answer = browser(To::SignIn, &begun.options).await;
        capture("sign-in", &begun.options, &answer);
        kinds.push(finish(passkeys, account(1), &begun, &answer).await.unwrap().kind());
    }
    assert_eq!(kinds[0], kinds[1]);
    kinds[0]
}

/// Keeps a ceremony for somebody else's verifier (`tests/interop/run.sh`).
fn capture(what: &str, options: &str, answer: &str) {
    let Some(folder) = std::env::var_os("LEEWARD_CAPTURE") else { return };
    let [options, answer] = [options, answer].map(|text| serde_json::from_str::<Value>(text).unwrap());
    let ceremony = serde_json::json!({ "what": what, "options": options, "answer": answer });
    let id = answer["id"].as_str().unwrap().get(..12).unwrap();
    let count = std::fs::read_dir(&folder).unwrap().count();
    let file = std::path::Path::new(&folder).join(format!("{id}-{count:03}.json"));
    std::fs::write(file, ceremony.to_string()).unwrap();
}

/// `webauthn-authenticator-rs`: it keeps no passkey that could be discovered, so that it is asked by
/// name, and not asked to.
#[test]
fn a_passkey_that_stays_where_it_is() {
    let passkeys = passkeys(&store());
    let mut device = SoftPasskey::new(true);
    let browser = async |to: To, options: &str| match to {
        To::Register => {
            let mut options: CreationChallengeResponse = serde_json::from_str(options).unwrap();
            options.public_key.authenticator_selection.as_mut().unwrap().require_resident_key = false;
            let answer = device.perform_register(origin(), options.public_key, 1000).unwrap();
            serde_json::to_string(&answer).unwrap()
        }
        To::SignIn => {
            let options: RequestChallengeResponse = serde_json::from_str(options).unwrap();
            let answer = device.perform_auth(origin(), options.public_key, 1000).unwrap();
            serde_json::to_string(&answer).unwrap()
        }
    };
    let kind = pollster::block_on(through(&passkeys, browser, Asked::Account(account(1))));
    assert_eq!(kind, FactorKind::Passkey { synced: false, user_verified: true });
}

struct Willing;

impl UserValidationMethod for Willing {
    type PasskeyItem = Kept;

    fn check_user<'hint, 'this, 'run>(
        &'this self,
        _: UiHint<'hint, Kept>,
        presence: bool,
        verification: bool,
    ) -> Pin<Box<dyn Future<Output = Result<UserCheck, Ctap2Error>> + Send + 'run>>
    where
        'this: 'run,
        'hint: 'run,
        Self: 'run,
    {
        Box::pin(async move { Ok(UserCheck { presence, verification }) })
    }

    fn is_presence_enabled(&self) -> bool {
        true
    }

    fn is_verification_enabled(&self) -> Option<bool> {
        Some(true)
    }
}

/// 1Password's `passkey`: it is found without a name, and says that it is backed up.
#[test]
fn a_passkey_that_is_synced() {
    let passkeys = passkeys(&store());
    let device = Authenticator::new(Aaguid::new_empty(), None::<Kept>, Willing, RustCryptoBackend);
    let mut client = Client::new(device);
    let browser = async |to: To, options: &str| {
        let answer = match to {
            To::Register => {
                let options = serde_json::from_str(options).unwrap();
                let answer = client.register(&origin(), options, DefaultClientData).await.unwrap();
                serde_json::to_value(&answer)
            }
            To::SignIn => {
                let options = serde_json::from_str(options).unwrap();
                let answer = client.authenticate(&origin(), options, DefaultClientData).await.unwrap();
                serde_json::to_value(&answer)
            }
        };
        in_base64(answer.unwrap()).to_string()
    };
    let kind = pollster::block_on(through(&passkeys, browser, Asked::Anyone));
    assert_eq!(kind, FactorKind::Passkey { synced: true, user_verified: true });
}

/// It writes bytes as lists of numbers, where browsers write base64url.
fn in_base64(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            members.into_iter().map(|(name, member)| (name, in_base64(member))).collect()
        }
        Value::Array(items) if items.iter().all(Value::is_u64) && !items.is_empty() => {
            let bytes: Vec<u8> = serde_json::from_value(items.into()).unwrap();
            URL_SAFE_NO_PAD.encode(bytes).into()
        }
        other => other,
    }
}
