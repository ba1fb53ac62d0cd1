use crate::input::Input;
use leeward_event::{
    AuthenticatorId, StaffId,
    assurance::{Aal, FactorKind, ProvedFactor, Requirement, SignIn},
};
use leeward_session::{
    ActionDigest, RecoveryToken, RefreshToken, SessionError, SessionKey, SessionKeys, SessionPolicy,
    SessionToken, Sessions, StepUpToken,
};
use leeward_store::{Batch, Expect, Key, Scan, Space, Store, Timestamp};
use leeward_throttle::{Client, DeviceKey, DeviceKeys, Profile, SessionGate, Throttle};
use pollster::block_on;
use std::sync::OnceLock;

const ACCOUNT: StaffId = StaffId::from_bytes([1; 16]);
const SPACES: [Space; 4] = [
    Space::sealed("session.token"),
    Space::sealed("session.family"),
    Space::sealed("session.step-up"),
    Space::sealed_for("session.account", 0),
];

/// A token of whatever kind has one spelling, and a text that is none serves as none.
pub fn session_token(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let revealed = [
        SessionToken::parse(text).map(|token| token.reveal()),
        StepUpToken::parse(text).map(|token| token.reveal()),
        RecoveryToken::parse(text).map(|token| token.reveal()),
        RefreshToken::parse(text).map(|token| token.reveal()),
    ];
    for revealed in revealed {
        match revealed {
            Ok(revealed) => assert_eq!(*revealed, text),
            Err(error) => assert!(matches!(error, SessionError::NotFound)),
        }
    }
    let sessions = sessions(&Store::memory());
    let token = SessionToken::parse(&["00000001", &"5a".repeat(32)].concat()).expect("a token");
    assert!(sessions.check_csrf(&token, text).is_err());
}

/// Over rows that somebody changed, whatever is asked is answered or refused.
pub fn session_rows(data: &[u8]) {
    static SCENE: OnceLock<Scene> = OnceLock::new();
    let scene = SCENE.get_or_init(|| block_on(Scene::new()).expect("sessions begin"));
    let mut input = Input::new(data);
    let mut rows = scene.rows.clone();
    let at = usize::from(input.byte()) % rows.len();
    let (_, row) = rows.get_mut(at).expect("an index below the length");
    let changed = input.change(row);
    let asked = block_on(scene.ask(rows)).expect("rows that can be written");
    assert!(changed || asked.iter().all(|answered| *answered), "unchanged sessions are not found");
}

struct Scene {
    rows: Vec<(Key, Vec<u8>)>,
    token: String,
    refresh: String,
    grant: String,
}

impl Scene {
    async fn new() -> Result<Self, SessionError> {
        let store = Store::memory().assume_sealed();
        let sessions = sessions(&store);
        let (token, _) = sessions.start(gate().await?, sign_in(), now()).await?;
        let refreshed = sessions.start_refreshed(gate().await?, sign_in(), now()).await?;
        let needs = (ActionDigest::of(b""), Requirement::needs(Aal::One));
        let grant = sessions.grant_step_up(gate().await?, &token, sign_in(), needs, now()).await?;
        let text = |text: &str| text.to_owned();
        Ok(Self {
            rows: rows(&store).await?,
            token: text(&token.reveal()),
            refresh: text(&refreshed.refresh.reveal()),
            grant: text(&grant.reveal()),
        })
    }

    /// Whether each was answered.
    async fn ask(&self, rows: Vec<(Key, Vec<u8>)>) -> Result<[bool; 6], SessionError> {
        let store = Store::memory().assume_sealed();
        let mut batch = Batch::new();
        for (key, value) in rows {
            batch.put(key, Expect::Absent, value);
        }
        store.commit(batch).await?;
        let sessions = sessions(&store);
        let token = SessionToken::parse(&self.token)?;
        let grant = StepUpToken::parse(&self.grant)?;
        Ok([
            sessions.look_up(&token, now()).await.is_ok(),
            sessions.use_step_up(&token, grant, ActionDigest::of(b""), now()).await.is_ok(),
            sessions.refresh(RefreshToken::parse(&self.refresh)?, now()).await.is_ok(),
            sessions.list(ACCOUNT, now()).await.is_ok_and(|list| list.len() == 2),
            sessions.reauthenticate(gate().await?, token, sign_in(), now()).await.is_ok(),
            sessions.revoke_all(ACCOUNT, leeward_event::Actor::Staff(ACCOUNT), now()).await.is_ok(),
        ])
    }
}

async fn rows(store: &Store) -> Result<Vec<(Key, Vec<u8>)>, SessionError> {
    let mut rows = Vec::new();
    for space in SPACES {
        let page = store.scan(&Scan::all(space.prefix(&[])?)).await?;
        rows.extend(page.items.into_iter().map(|item| (item.key, item.entry.value.as_bytes().to_vec())));
    }
    Ok(rows)
}

fn sessions(store: &Store) -> Sessions {
    let keys = SessionKeys::new(&SessionKey::from_bytes(1, &[1; 32]));
    Sessions::new(store, SessionPolicy::nist(), keys)
}

async fn gate() -> Result<SessionGate, SessionError> {
    let store = Store::memory().assume_sealed();
    let keys = DeviceKeys::new(DeviceKey::from_bytes(1, &[2; 32]));
    let throttle = Throttle::new(&store, Profile::nist_cap_100(), keys);
    let (gate, _) = throttle.signed_in(&sign_in(), &Client::unknown(), now()).await?;
    Ok(gate)
}

fn sign_in() -> SignIn {
    let proved =
        |kind, id| ProvedFactor::assume_proved(ACCOUNT, kind, AuthenticatorId::from_bytes([id; 16]), now());
    let totp = proved(FactorKind::Totp, 2);
    SignIn::from_factors(proved(FactorKind::Passphrase, 1), [totp], now()).expect("two factors")
}

const fn now() -> Timestamp {
    Timestamp::UNIX_EPOCH
}
