use jiff::SignedDuration;
use leeward_credentials::{
    AccountError, AddressProofs, Directory, IndexRoot, Progress, Recoveries, Recovery, RecoveryPolicy,
    Registrations,
};
use leeward_event::{
    Action, AuthenticatorId, Event, StaffId,
    assurance::{Aal, FactorKind, ProvedFactor},
    outbox,
};
use leeward_notify::{
    Address, Contact, Countries, Kept, Language, NoticeKind, Notifier, NotifyOptions, Rate,
};
use leeward_store::{Store, Timestamp};
use leeward_throttle::{Client, DeviceKey, DeviceKeys, Gate, Guess, Profile, Throttle};
use pollster::block_on;

pub(crate) const ANNA: StaffId = StaffId::from_bytes([0xA1; 16]);
pub(crate) const BELA: StaffId = StaffId::from_bytes([0xB2; 16]);
pub(crate) const CLEO: StaffId = StaffId::from_bytes([0xC3; 16]);
pub(crate) const MAIL: &str = "anna@example.org";
pub(crate) const PHONE: &str = "+4915123456789";
pub(crate) const DAY: i64 = 86_400;

/// Everything over one store, with a channel that keeps what it is given.
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) kept: Kept,
    pub(crate) notifier: Notifier,
    pub(crate) directory: Directory,
    pub(crate) proofs: AddressProofs,
    pub(crate) registrations: Registrations,
    pub(crate) recoveries: Recoveries,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::over(&leeward_test_store::store(), Kept::new())
    }

    pub(crate) fn over(store: &Store, kept: Kept) -> Self {
        Self::with(store, kept, RecoveryPolicy::new())
    }

    pub(crate) fn with(store: &Store, kept: Kept, policy: RecoveryPolicy) -> Self {
        let root = IndexRoot::from_bytes(&[7; 32]);
        let plenty = Rate::new(10_000, SignedDuration::from_hours(1));
        let options = NotifyOptions::new()
            .countries(Countries::only(&["+49"]).unwrap())
            .codes_per_destination(plenty)
            .notices_per_destination(plenty);
        let notifier = Notifier::new(store, &root, options).unwrap().mail(kept.clone()).phone(kept.clone());
        let directory = Directory::new(store, &root).unwrap();
        let proofs = AddressProofs::new(store, &root, &notifier).unwrap();
        let registrations = Registrations::new(store, &directory, &proofs);
        let recoveries = Recoveries::new(store, &root, &proofs, &notifier, policy).unwrap();
        Self { store: store.clone(), kept, notifier, directory, proofs, registrations, recoveries }
    }

    /// The same store through another handle.
    pub(crate) fn through(&self, store: &Store) -> Self {
        Self::over(store, self.kept.clone())
    }

    pub(crate) fn add(&self, contact: &Contact) {
        let notifier = &self.notifier;
        let added = self
            .store
            .transact(|tx| async move { notifier.add_address_in(&tx, ANNA, contact.clone(), at(-60)).await });
        block_on(added).unwrap();
        self.deliver(at(-60));
    }

    pub(crate) fn with_mail_and_phone(self) -> Self {
        self.add(&Contact::safe(mail()));
        self.add(&Contact::safe(Address::phone(PHONE).unwrap()));
        self
    }

    pub(crate) fn deliver(&self, now: Timestamp) {
        block_on(self.notifier.deliver_due(now)).unwrap();
    }

    /// The last code that came to an address.
    pub(crate) fn code(&self, to: &str, now: Timestamp) -> String {
        self.deliver(now);
        self.kept.last_code_to(to).unwrap().as_str().to_owned()
    }

    pub(crate) fn send_code(
        &self,
        recovery: &Recovery,
        to: &Address,
        now: Timestamp,
    ) -> Result<(), AccountError> {
        let gate = gate(recovery.account(), Guess::Recovery, now);
        block_on(self.recoveries.send_code(gate, recovery, to, &Language::english(), now))
    }

    pub(crate) fn prove_mail(&self, recovery: &Recovery, now: Timestamp) -> Progress {
        self.send_code(recovery, &mail(), now).unwrap();
        let code = self.code(MAIL, now);
        let gate = gate(recovery.account(), Guess::AddressCode, now);
        block_on(self.recoveries.prove_address(gate, recovery, &code, now)).unwrap()
    }

    pub(crate) fn prove_factor(
        &self,
        recovery: &Recovery,
        kind: FactorKind,
        now: Timestamp,
    ) -> Result<Progress, AccountError> {
        let gate = gate(recovery.account(), Guess::Recovery, now);
        block_on(self.recoveries.prove_factor(gate, recovery, factor(recovery.account(), kind, now), now))
    }

    pub(crate) fn complete(&self, recovery: &Recovery, now: Timestamp) -> Result<(), AccountError> {
        let gate = gate(recovery.account(), Guess::Recovery, now);
        let recovered = block_on(self.recoveries.complete(gate, recovery, Aal::Two, now))?;
        assert_eq!(recovered.account(), recovery.account());
        Ok(())
    }

    pub(crate) fn begin(&self) -> Recovery {
        self.recoveries.begin(ANNA, Aal::Two).unwrap()
    }

    /// A recovery in which enough was proved at second 0.
    pub(crate) fn proved(&self) -> Recovery {
        let recovery = self.begin();
        self.prove_mail(&recovery, at(0));
        self.prove_factor(&recovery, FactorKind::RecoveryCode, at(0)).unwrap();
        recovery
    }

    pub(crate) fn events(&self, what: Action) -> Vec<Event> {
        let staged = block_on(outbox::pending(&self.store, 1_000)).unwrap();
        staged.into_iter().map(|staged| staged.event).filter(|event| event.what() == what).collect()
    }

    pub(crate) fn notices(&self, kind: NoticeKind) -> usize {
        let waiting = block_on(leeward_notify::waiting(&self.store, 1_000)).unwrap();
        waiting.iter().filter(|notice| notice.kind() == kind).count()
    }
}

pub(crate) fn mail() -> Address {
    Address::email(MAIL).unwrap()
}

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_768_000_000 + second).unwrap()
}

/// A gate without the waits of earlier attempts.
pub(crate) fn gate(account: StaffId, guess: Guess, now: Timestamp) -> Gate {
    let keys = DeviceKeys::new(DeviceKey::from_bytes(1, &[0; 32]));
    let throttle = Throttle::new(&Store::memory().assume_sealed(), Profile::device_scoped(), keys);
    block_on(throttle.knock(account, guess, &Client::unknown(), now)).unwrap()
}

pub(crate) fn factor(account: StaffId, kind: FactorKind, now: Timestamp) -> ProvedFactor {
    ProvedFactor::assume_proved(account, kind, AuthenticatorId::from_bytes([9; 16]), now)
}
