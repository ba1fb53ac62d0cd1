use crate::input::Input;
use leeward_escrow::{
    Asked, Consent, EscrowError, EscrowId, Escrows, Invitation, OfficerKey, OpeningReason, OpeningRequest,
    PublicKey, RehearsalId, RehearsalInvitation, RehearsalProof, Released, RequestId, Scope, SealedSet,
    Secret, Terms, Trustee, TrusteeKey, shamir,
};
use leeward_event::{Actor, Component, ConversationId, StaffId, Subject};
use leeward_store::{Batch, Expect, Key, Scan, Space, Store, Timestamp};
use pollster::block_on;
use ring::rand::SystemRandom;
use std::sync::OnceLock;

const SPACES: [&str; 3] = ["escrow.trustee", "escrow.set", "escrow.request"];
const SECRET: [u8; 32] = [0x5E; 32];
const BY: Actor = Actor::Component(Component::Application);

/// Whatever is read has one encoding, and shares of any values combine or are refused.
pub fn escrow_forms(data: &[u8]) {
    let again = [
        SealedSet::decode(data).map(|set| set.encode()),
        OpeningRequest::decode(data).map(|request| request.encode()),
        Invitation::decode(data).map(|invitation| invitation.encode()),
        Consent::decode(data).map(|consent| consent.encode()),
        Released::decode(data).map(|released| released.encode()),
        RehearsalInvitation::decode(data).map(|invitation| invitation.encode()),
        RehearsalProof::decode(data).map(|proof| proof.encode()),
        PublicKey::decode(data).map(|key| key.encode()),
        EscrowId::decode(data).map(|id| id.encode()),
        RequestId::decode(data).map(|id| id.encode()),
        RehearsalId::decode(data).map(|id| id.encode()),
    ];
    for encoded in again.into_iter().flatten() {
        assert_eq!(encoded, data);
    }
    let share = |bytes: &[u8]| shamir::Share::from_parts(bytes.first().copied()?, bytes.get(1..)?).ok();
    let shares: Vec<_> = data.chunks(17).filter_map(share).collect();
    if let Ok(secret) = shamir::combine(&shares) {
        assert_eq!(secret.expose().len(), 16);
    }
}

/// Over rows that somebody changed, before it was asked for or afterwards, the secret is opened or nothing is.
pub fn escrow_rows(data: &[u8]) {
    static SCENE: OnceLock<Scene> = OnceLock::new();
    let scene = SCENE.get_or_init(|| block_on(Scene::new()).expect("a secret is put in escrow"));
    let mut input = Input::new(data);
    let late = input.byte().is_multiple_of(2);
    let mut changed = false;
    let opened = block_on(scene.open(|at_end, rows| {
        if at_end == late && !rows.is_empty() {
            let mut input = Input::new(data);
            let at = usize::from(u16::from_be_bytes(input.array())) % rows.len();
            let (_, row) = rows.get_mut(at).expect("an index below the length");
            changed = input.change(row);
        }
    }));
    assert!(changed || opened.is_ok(), "an unchanged secret is not opened");
    if let Ok(secret) = opened {
        assert_eq!(secret.expose(), SECRET);
    }
}

type Rows = Vec<(Key, Vec<u8>)>;

/// A secret that two of three trustees open.
struct Scene {
    rows: Rows,
    keys: [TrusteeKey; 3],
    id: EscrowId,
}

impl Scene {
    async fn new() -> Result<Self, EscrowError> {
        let (store, rng) = (Store::memory().assume_sealed(), SystemRandom::new());
        let escrows = Escrows::new(&store);
        let keys = [TrusteeKey::generate(&rng)?, TrusteeKey::generate(&rng)?, TrusteeKey::generate(&rng)?];
        let mut trustees = Vec::new();
        for (key, number) in keys.iter().zip(1..) {
            let trustee = Trustee::new(StaffId::from_bytes([number; 16]), key.public()?);
            escrows.enrol(&trustee, BY, now()).await?;
            trustees.push(trustee);
        }
        let subject = Subject::Conversation(ConversationId::from_bytes([7; 16]));
        let terms = Terms { subject, purpose: "fuzz".to_owned(), policy_version: 1, threshold: 2 };
        let set = SealedSet::seal(&Secret::from_bytes(&SECRET)?, &terms, &trustees, &rng)?;
        let id = escrows.deposit(&set, BY, now()).await?;
        Ok(Self { rows: rows(&store).await?, keys, id })
    }

    async fn open(&self, mut change: impl FnMut(bool, &mut Rows)) -> Result<Secret, EscrowError> {
        let mut early = self.rows.clone();
        change(false, &mut early);
        let store = filled(early).await?;
        let (escrows, key) = (Escrows::new(&store), OfficerKey::generate(&SystemRandom::new())?);
        let asked = Asked {
            escrow: self.id,
            officer: StaffId::from_bytes([9; 16]),
            officer_key: key.public()?,
            reason: OpeningReason::Requested,
            scope: Scope::Whole,
            expires_at: Timestamp::from_second(60).unwrap_or(now()),
        };
        let officer = asked.officer;
        let request = escrows.request(asked, now()).await?.id;
        self.consent(&escrows, request, 1).await?;
        let mut late = rows(&store).await?;
        change(true, &mut late);
        let store = filled(late).await?;
        let escrows = Escrows::new(&store);
        escrows.trustee(StaffId::from_bytes([1; 16])).await?;
        self.consent(&escrows, request, 2).await?;
        escrows.release(request, officer, now()).await?.open(key)
    }

    async fn consent(&self, escrows: &Escrows, request: RequestId, number: u8) -> Result<(), EscrowError> {
        let key = self.keys.get(usize::from(number).saturating_sub(1)).ok_or(EscrowError::NotTrustee)?;
        let invitation = escrows.invitation(request, StaffId::from_bytes([number; 16]), now()).await?;
        let consent = invitation.open_share(key)?.consent(&SystemRandom::new())?;
        escrows.consent(request, consent, now()).await.map(drop)
    }
}

async fn filled(rows: Rows) -> Result<Store, EscrowError> {
    let store = Store::memory().assume_sealed();
    let mut batch = Batch::new();
    for (key, value) in rows {
        batch.put(key, Expect::Absent, value);
    }
    store.commit(batch).await?;
    Ok(store)
}

async fn rows(store: &Store) -> Result<Rows, EscrowError> {
    let mut rows = Vec::new();
    for space in SPACES {
        let page = store.scan(&Scan::all(Space::sealed_for(space, 0).prefix(&[])?)).await?;
        rows.extend(page.items.into_iter().map(|item| (item.key, item.entry.value.as_bytes().to_vec())));
    }
    Ok(rows)
}

const fn now() -> Timestamp {
    Timestamp::UNIX_EPOCH
}
