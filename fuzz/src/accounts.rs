use crate::input::Input;
use jiff::SignedDuration;
use leeward_credentials::{
    AccountError, AddressProofs, Directory, LoginName, Recoveries, Recovery, RecoveryPolicy, Registrations,
};
use leeward_event::{
    Actor, AuthenticatorId, StaffId,
    assurance::{Aal, FactorKind, ProvedFactor},
};
use leeward_notify::{
    Address, Contact, Hours, IndexRoot, Kept, Language, Notifier, NotifyError, NotifyOptions,
};
use leeward_store::{Batch, Expect, Key, Scan, Space, Store, StoreError, Timestamp};
use leeward_throttle::{Client, DeviceKey, DeviceKeys, Gate, Guess, Profile, Throttle};
use pollster::block_on;
use std::sync::OnceLock;

const ACCOUNT: StaffId = StaffId::from_bytes([1; 16]);
const MAIL: &str = "anna@example.org";
const SPACES: [Space; 8] = [
    Space::sealed("notify.notice"),
    Space::sealed("notify.delivery"),
    Space::sealed("notify.budget"),
    Space::sealed_for("notify.addresses", 0),
    Space::sealed("credentials.address-code"),
    Space::sealed_for("credentials.recovery", 0),
    Space::sealed("credentials.name"),
    Space::sealed_for("credentials.name-of", 0),
];

/// Over rows of notices, addresses, codes, recoveries and names that somebody changed, whatever is asked is
/// answered or refused, and no case leads into another account.
pub fn account_rows(data: &[u8]) {
    static SCENE: OnceLock<Scene> = OnceLock::new();
    let scene = SCENE.get_or_init(|| block_on(Scene::new()).expect("a recovery begins"));
    let mut input = Input::new(data);
    let mut rows = scene.rows.clone();
    let at = usize::from(input.byte()) % rows.len();
    let (_, row) = rows.get_mut(at).expect("an index below the length");
    let changed = input.change(row);
    let asked = block_on(scene.ask(rows)).expect("rows that can be written");
    assert!(changed || asked.iter().all(|answered| *answered), "unchanged rows are refused: {asked:?}");
}

/// An account with a name and an address; a code that waits for its answer, another that waits to be sent,
/// notices that wait, and a recovery in which enough was proved.
struct Scene {
    rows: Vec<(Key, Vec<u8>)>,
    code: String,
    recovery: Vec<u8>,
}

struct Services {
    kept: Kept,
    notifier: Notifier,
    directory: Directory,
    proofs: AddressProofs,
    registrations: Registrations,
    recoveries: Recoveries,
}

impl Scene {
    async fn new() -> Result<Self, AccountError> {
        let store = Store::memory().assume_sealed();
        let services = Services::over(&store)?;
        let Services { kept, notifier, directory, proofs, registrations, recoveries } = &services;
        let (name, contact) = (&name()?, &contact()?);
        store
            .transact(|tx| async move {
                directory.claim_in(&tx, name, ACCOUNT).await?;
                notifier.add_address_in(&tx, ACCOUNT, contact.clone(), now()).await?;
                Ok::<_, AccountError>(())
            })
            .await?;
        proofs.send(ACCOUNT, contact.address(), &Language::german(), now()).await?;
        notifier.deliver_due(now()).await?;
        let code = kept.last_code_to(MAIL).expect("the code that was sent").to_string();

        registrations.begin(&Address::email("bela@example.org")?, &Language::english(), now()).await?;
        let recovery = recoveries.begin(ACCOUNT, Aal::Two)?;
        for kind in [FactorKind::RecoveryCode, FactorKind::Totp] {
            recoveries
                .prove_factor(gate(Guess::Recovery, now()).await?, &recovery, proved(kind), now())
                .await?;
        }
        Ok(Self { rows: rows(&store).await?, code, recovery: recovery.to_bytes().to_vec() })
    }

    /// Whether each was answered.
    async fn ask(&self, rows: Vec<(Key, Vec<u8>)>) -> Result<[bool; 7], AccountError> {
        let store = Store::memory().assume_sealed();
        let mut batch = Batch::new();
        for (key, value) in rows {
            batch.put(key, Expect::Absent, value);
        }
        store.commit(batch).await?;
        let Services { notifier, directory, proofs, recoveries, .. } = &Services::over(&store)?;
        let recovery = Recovery::from_bytes(&self.recovery)?;
        let code_gate = gate(Guess::AddressCode, now()).await?;
        let recovery_gate = gate(Guess::Recovery, later()).await?;
        let known = notifier.addresses(ACCOUNT).await;
        let open = recoveries.open_cases(ACCOUNT, now()).await;
        assert!(open.iter().flatten().all(|case| case.account() == ACCOUNT));
        let completed = recoveries.complete(recovery_gate, &recovery, Aal::Two, later()).await;
        assert!(completed.iter().all(|recovered| recovered.account() == ACCOUNT));
        Ok([
            known.is_ok_and(|known| known.len() == 1),
            notifier.deliver_due(now()).await.is_ok(),
            directory.find(&name()?).await.is_ok_and(|account| account == ACCOUNT),
            proofs.prove(code_gate, ACCOUNT, &self.code, now()).await.is_ok(),
            open.is_ok_and(|open| open.len() == 1),
            completed.is_ok(),
            directory.release(ACCOUNT, Actor::Staff(ACCOUNT), now()).await.is_ok(),
        ])
    }
}

impl Services {
    fn over(store: &Store) -> Result<Self, AccountError> {
        let (root, kept) = (IndexRoot::from_bytes(&[7; 32]), Kept::new());
        let notifier = Notifier::new(store, &root, NotifyOptions::new())?.mail(kept.clone());
        let directory = Directory::new(store, &root)?;
        let proofs = AddressProofs::new(store, &root, &notifier)?;
        let registrations = Registrations::new(store, &directory, &proofs);
        let recoveries = Recoveries::new(store, &root, &proofs, &notifier, RecoveryPolicy::new())?;
        Ok(Self { kept, notifier, directory, proofs, registrations, recoveries })
    }
}

async fn rows(store: &Store) -> Result<Vec<(Key, Vec<u8>)>, StoreError> {
    let mut rows = Vec::new();
    for space in SPACES {
        let page = store.scan(&Scan::all(space.prefix(&[])?)).await?;
        rows.extend(page.items.into_iter().map(|item| (item.key, item.entry.value.as_bytes().to_vec())));
    }
    Ok(rows)
}

fn name() -> Result<LoginName, AccountError> {
    LoginName::parse("anna")
}

fn contact() -> Result<Contact, NotifyError> {
    Ok(Contact::safe(Address::email(MAIL)?).at(Hours::between(0, 1439, "UTC0")?))
}

async fn gate(guess: Guess, now: Timestamp) -> Result<Gate, AccountError> {
    let keys = DeviceKeys::new(DeviceKey::from_bytes(1, &[2; 32]));
    let throttle = Throttle::new(&Store::memory().assume_sealed(), Profile::nist_cap_100(), keys);
    Ok(throttle.knock(ACCOUNT, guess, &Client::unknown(), now).await?)
}

fn proved(kind: FactorKind) -> ProvedFactor {
    ProvedFactor::assume_proved(ACCOUNT, kind, AuthenticatorId::from_bytes([3; 16]), now())
}

const fn now() -> Timestamp {
    Timestamp::UNIX_EPOCH
}

/// When the time to object is over.
fn later() -> Timestamp {
    now().saturating_add(SignedDuration::from_hours(73)).unwrap_or(Timestamp::MAX)
}
