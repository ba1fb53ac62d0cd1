//! What a browser answers to a passkey's ceremonies.

use leeward_event::{
    AuthenticatorId, StaffId,
    assurance::{FactorKind, ProvedFactor, SignIn},
};
use leeward_mfa::{
    Asked, Begun, CeremonyId, Holder, MfaError, PasskeyFault, PasskeyPolicy, Passkeys, Permit,
    RegistrationAnswer, RelyingParty, SignInAnswer,
};
use leeward_store::{Batch, Expect, Key, Scan, Space, Store, Timestamp};
use leeward_throttle::{Client, DeviceKey, DeviceKeys, Gate, Guess, Profile, Throttle};
use pollster::block_on;
use std::sync::OnceLock;

const ACCOUNT: StaffId = StaffId::from_bytes([1; 16]);
const OPEN: Space = Space::sealed("mfa.passkey.ceremony");
const SPACES: [Space; 4] = [
    OPEN,
    Space::sealed_for("mfa.passkey", 0),
    Space::sealed("mfa.passkey.id"),
    Space::sealed_for("mfa.factors", 0),
];

/// What the answers of the corpus answer: 32 bytes of 0x5C, in base64url.
const CHALLENGE: &str = "XFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFw";
const BOUND: &str = include_str!("../corpus/passkey_registration/genuine");
const SIGNED: &str = include_str!("../corpus/passkey_sign_in/genuine");

/// A registration binds one passkey or none, and is answered once.
pub fn passkey_registration(data: &[u8]) {
    let Some((answer, text)) = parsed(data, RegistrationAnswer::parse) else { return };
    let (store, open) = scene(|scene| &scene.registration);
    let passkeys = passkeys(&store);
    let bound = block_on(async {
        let bound = passkeys.finish_registration(ACCOUNT, open, &answer, now()).await;
        let again = passkeys.finish_registration(ACCOUNT, open, &answer, now()).await;
        assert!(matches!(again, Err(MfaError::Passkey(PasskeyFault::NotOpen))));
        let all = passkeys.list(ACCOUNT).await.expect("passkeys that this service wrote");
        assert_eq!(all.len(), 1 + usize::from(bound.is_ok()));
        bound
    });
    assert!(matches!(&bound, Ok(_) | Err(MfaError::Passkey(_))), "not a fault of the answer: {bound:?}");
    let bound_already = matches!(bound, Err(MfaError::Passkey(PasskeyFault::AlreadyBound)));
    assert!(text != BOUND || bound_already, "the genuine one is bound already: {bound:?}");
}

/// A sign-in is proved by the genuine answer, of the right passkey, and once.
pub fn passkey_sign_in(data: &[u8]) {
    let Some((answer, text)) = parsed(data, SignInAnswer::parse) else { return };
    let (store, open) = scene(|scene| &scene.sign_in);
    let passkeys = passkeys(&store);
    let proved = block_on(async {
        let proved = passkeys.finish_sign_in(gate().await, ACCOUNT, open, &answer, now()).await;
        let again = passkeys.finish_sign_in(gate().await, ACCOUNT, open, &answer, now()).await;
        assert!(matches!(again, Err(MfaError::Passkey(PasskeyFault::NotOpen))));
        proved
    });
    match proved {
        Ok(proved) => {
            assert_eq!((proved.account(), answer.claimed_account()), (ACCOUNT, Some(ACCOUNT)));
            assert_eq!(proved.kind(), FactorKind::Passkey { synced: false, user_verified: true });
        }
        Err(MfaError::Passkey(_)) => assert!(text != SIGNED, "the genuine answer is refused"),
        Err(error) => panic_on(&error),
    }
}

fn parsed<T>(data: &[u8], parse: fn(&str) -> Result<T, MfaError>) -> Option<(T, &str)> {
    let text = std::str::from_utf8(data).ok()?;
    match parse(text) {
        Ok(answer) => {
            assert!(text.len() <= SignInAnswer::MAX);
            Some((answer, text))
        }
        Err(MfaError::Passkey(PasskeyFault::Malformed)) => None,
        Err(error) => panic_on(&error),
    }
}

#[expect(clippy::panic, reason = "a target that fails panics")]
fn panic_on(error: &MfaError) -> ! {
    panic!("not a fault of the answer: {error:?}")
}

/// An account with the genuine passkey, and what is open: each with the challenge of the corpus.
struct Scene {
    rows: Vec<(Key, Vec<u8>)>,
    registration: CeremonyId,
    sign_in: CeremonyId,
}

impl Scene {
    async fn new() -> Result<Self, MfaError> {
        let store = Store::memory().assume_sealed();
        let passkeys = passkeys(&store);
        let bound = passkeys.begin_registration(&permit(), HOLDER, "key", now()).await?;
        fix_challenge(&store, &bound).await?;
        let answer = RegistrationAnswer::parse(BOUND)?;
        let _ = passkeys.finish_registration(ACCOUNT, bound.ceremony, &answer, now()).await?;
        let registration = passkeys.begin_registration(&permit(), HOLDER, "key", now()).await?;
        let sign_in = passkeys.begin_sign_in(Asked::Anyone, now()).await?;
        for begun in [&registration, &sign_in] {
            fix_challenge(&store, begun).await?;
        }
        let mut rows = Vec::new();
        for space in SPACES {
            rows.extend(rows_of(&store, space).await?);
        }
        Ok(Self { rows, registration: registration.ceremony, sign_in: sign_in.ceremony })
    }
}

/// The scene in a store of its own.
fn scene(open: fn(&Scene) -> &CeremonyId) -> (Store, CeremonyId) {
    static SCENE: OnceLock<Scene> = OnceLock::new();
    let scene = SCENE.get_or_init(|| block_on(Scene::new()).expect("ceremonies begin"));
    let store = Store::memory().assume_sealed();
    let mut batch = Batch::new();
    for (key, value) in &scene.rows {
        batch.put(key.clone(), Expect::Absent, value.clone());
    }
    block_on(store.commit(batch)).expect("rows that can be written");
    (store, *open(scene))
}

/// Puts the challenge of the corpus in the place of the one that was made.
async fn fix_challenge(store: &Store, begun: &Begun) -> Result<(), MfaError> {
    let (_, made) = begun.options.split_once("\"challenge\":\"").expect("a challenge");
    let made = made.as_bytes().get(..CHALLENGE.len()).expect("a challenge of 32 bytes");
    let mut batch = Batch::new();
    for (key, mut value) in rows_of(store, OPEN).await? {
        if let Some(at) = value.windows(made.len()).position(|window| window == made) {
            value.splice(at..at + made.len(), CHALLENGE.bytes());
            batch.put(key, Expect::Any, value);
        }
    }
    store.commit(batch).await?;
    Ok(())
}

async fn rows_of(store: &Store, space: Space) -> Result<Vec<(Key, Vec<u8>)>, MfaError> {
    let page = store.scan(&Scan::all(space.prefix(&[])?)).await?;
    Ok(page.items.into_iter().map(|item| (item.key, item.entry.value.as_bytes().to_vec())).collect())
}

const HOLDER: Holder<'_> = Holder { name: "night-desk-3", display_name: "Night desk 3" };

fn passkeys(store: &Store) -> Passkeys {
    let party = RelyingParty::new("example.org", "https://staff.example.org", "Harbour Line");
    Passkeys::new(store, &party.expect("a domain and an origin below it"), PasskeyPolicy::any())
}

fn permit() -> Permit {
    let kind = FactorKind::Passkey { synced: false, user_verified: true };
    let proved = ProvedFactor::assume_proved(ACCOUNT, kind, AuthenticatorId::from_bytes([2; 16]), now());
    Permit::of(&SignIn::from_factors(proved, [], now()).expect("one factor"))
}

async fn gate() -> Gate {
    let keys = DeviceKeys::new(DeviceKey::from_bytes(1, &[2; 32]));
    let throttle = Throttle::new(&Store::memory().assume_sealed(), Profile::device_scoped(), keys);
    throttle
        .knock(ACCOUNT, Guess::Passkey, &Client::unknown(), now())
        .await
        .expect("nobody waits for a passkey")
}

const fn now() -> Timestamp {
    Timestamp::UNIX_EPOCH
}
