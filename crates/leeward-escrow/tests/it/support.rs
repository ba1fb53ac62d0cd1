use leeward_escrow::{
    Asked, Consent, EscrowError, EscrowId, Escrows, OfficerKey, OpeningReason, OpeningRequest, RequestId,
    Scope, SealedSet, Secret, Terms, Trustee, TrusteeKey,
};
use leeward_event::{Action, Actor, Component, ConversationId, Event, StaffId, Subject, outbox};
use leeward_store::{Store, Timestamp};
pub(crate) use leeward_test_store::store;
use pollster::block_on;
use ring::rand::SystemRandom;

pub(crate) const SUBJECT: Subject = Subject::Conversation(ConversationId::from_bytes([0xC0; 16]));
pub(crate) const OFFICER: StaffId = StaffId::from_bytes([0x0F; 16]);
pub(crate) const SECRET: [u8; 32] = [0x5E; 32];
pub(crate) const BY: Actor = Actor::Component(Component::Application);

pub(crate) fn rng() -> SystemRandom {
    SystemRandom::new()
}

pub(crate) fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_000_000_000 + 60 * minute).unwrap()
}

pub(crate) fn staff(number: u8) -> StaffId {
    StaffId::from_bytes([number; 16])
}

pub(crate) fn secret() -> Secret {
    Secret::from_bytes(&SECRET).unwrap()
}

pub(crate) fn terms(threshold: u8) -> Terms {
    Terms { subject: SUBJECT, purpose: "transcript".to_owned(), policy_version: 7, threshold }
}

/// Trustees 1 to `count`, with their keys.
pub(crate) struct Board {
    pub(crate) keys: Vec<TrusteeKey>,
    pub(crate) trustees: Vec<Trustee>,
}

impl Board {
    pub(crate) fn of(count: u8) -> Self {
        let keys: Vec<_> = (0..count).map(|_| TrusteeKey::generate(&rng()).unwrap()).collect();
        let trustees =
            (1..).zip(&keys).map(|(number, key)| Trustee::new(staff(number), key.public().unwrap()));
        Self { trustees: trustees.collect(), keys }
    }

    pub(crate) fn key(&self, number: u8) -> &TrusteeKey {
        &self.keys[usize::from(number) - 1]
    }

    pub(crate) fn seal(&self, threshold: u8) -> SealedSet {
        SealedSet::seal(&secret(), &terms(threshold), &self.trustees, &rng()).unwrap()
    }

    /// A service that keeps a secret for this board.
    pub(crate) fn keep(&self, store: &Store, threshold: u8) -> (Escrows, EscrowId) {
        let escrows = Escrows::new(store);
        for trustee in &self.trustees {
            block_on(escrows.enrol(trustee, BY, at(0))).unwrap();
        }
        let id = block_on(escrows.deposit(&self.seal(threshold), BY, at(0))).unwrap();
        (escrows, id)
    }

    pub(crate) fn consent(
        &self,
        escrows: &Escrows,
        id: RequestId,
        number: u8,
    ) -> Result<Consent, EscrowError> {
        let invitation = block_on(escrows.invitation(id, staff(number), at(2)))?;
        invitation.open_share(self.key(number))?.consent(&rng())
    }

    /// Everybody of `numbers` consents.
    pub(crate) fn decide(&self, escrows: &Escrows, id: RequestId, numbers: &[u8]) {
        for number in numbers {
            let consent = self.consent(escrows, id, *number).unwrap();
            block_on(escrows.consent(id, consent, at(2))).unwrap();
        }
    }
}

pub(crate) fn asked(escrow: EscrowId, officer: StaffId, key: &OfficerKey) -> Asked {
    Asked {
        escrow,
        officer,
        officer_key: key.public().unwrap(),
        reason: OpeningReason::ThirdPartySafety,
        scope: Scope::Records { from: 3, to: 9 },
        expires_at: at(60),
    }
}

pub(crate) fn request(escrows: &Escrows, escrow: EscrowId) -> (OpeningRequest, OfficerKey) {
    let key = OfficerKey::generate(&rng()).unwrap();
    (block_on(escrows.request(asked(escrow, OFFICER, &key), at(1))).unwrap(), key)
}

pub(crate) fn events(store: &Store) -> Vec<Event> {
    let staged = block_on(outbox::pending(store, 1_000)).unwrap();
    staged.into_iter().map(|staged| staged.event).collect()
}

pub(crate) fn told(store: &Store, what: Action) -> usize {
    events(store).iter().filter(|event| event.what() == what).count()
}
