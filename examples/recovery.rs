//! The way back into an account, to copy: an address is proved, a recovery takes a code from that address and a
//! saved one, the owner has a day to object, and what comes out binds new authenticators and signs nobody in.
//!
//! Messages are written into a directory. In a service they leave by `leeward_notify::Mail`.
//!
//! ```sh
//! cargo run -p leeward-examples --example recovery
//! ```

use jiff::{SignedDuration, Timestamp};
use leeward_credentials::{
    AccountError, AddressProofs, Credentials, Directory, Governor, GovernorConfig, LoginName, PasswordPolicy,
    Progress, Recoveries, Recovery, RecoveryPolicy, Registrations, generate_passphrase,
};
use leeward_event::{
    Actor, StaffId,
    assurance::{Aal, SignIn},
};
use leeward_mfa::{Mfa, Permit, Presented, Profile as Factors};
use leeward_notify::{Address, Language, Notifier, NotifyOptions, Spool};
use leeward_seal::IndexRoot;
use leeward_session::{SessionKey, SessionKeys, SessionPolicy, Sessions};
use leeward_store::Store;
use leeward_throttle::{Client, DeviceKey, DeviceKeys, Gate, Guess, Profile, Throttle};
use ring::rand::SystemRandom;
use std::{fs, path::Path};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What a service keeps for as long as it runs.
struct Service {
    notifier: Notifier,
    directory: Directory,
    proofs: AddressProofs,
    registrations: Registrations,
    recoveries: Recoveries,
    credentials: Credentials,
    mfa: Mfa,
    throttle: Throttle,
    sessions: Sessions,
}

impl Service {
    fn open(store: &Store, mails: &Path) -> Result<Self, Failure> {
        let rng = SystemRandom::new();
        // A service keeps these keys where the store is not, and the same ones from start to start.
        let root = IndexRoot::generate(&rng)?;
        let devices = DeviceKeys::new(DeviceKey::generate(1, &rng)?);
        let sessions = SessionKeys::new(&SessionKey::generate(1, &rng)?);

        let notifier = Notifier::new(store, &root, NotifyOptions::new())?.mail(Spool::new(mails)?);
        let directory = Directory::new(store, &root)?;
        let proofs = AddressProofs::new(store, &root, &notifier)?;
        let governor = Governor::start(GovernorConfig::default())?;
        Ok(Self {
            registrations: Registrations::new(store, &directory, &proofs),
            recoveries: Recoveries::new(store, &root, &proofs, &notifier, RecoveryPolicy::new())?,
            credentials: Credentials::new(store, PasswordPolicy::nist(), governor),
            mfa: Mfa::new(store, "Harbour")?.profile(Factors::StaffCodes),
            throttle: Throttle::new(store, Profile::device_scoped(), devices),
            sessions: Sessions::new(store, SessionPolicy::nist(), sessions),
            notifier,
            directory,
            proofs,
        })
    }

    /// Every attempt passes the throttle first.
    async fn gate(&self, account: StaffId, guess: Guess, now: Timestamp) -> Result<Gate, Failure> {
        Ok(self.throttle.knock(account, guess, &Client::unknown(), now).await?)
    }

    /// Somebody proves an address and chooses a name.
    async fn register(&self, mails: &Path, address: &Address, now: Timestamp) -> Result<StaffId, Failure> {
        let begun = self.registrations.begin(address, &Language::english(), now).await?;
        let code = self.read_code(mails, address, now).await?;
        let gate = self.gate(begun.account(), Guess::AddressCode, now).await?;
        let registrant = self.registrations.prove(gate, begun, &code, now).await?;
        let name = LoginName::parse(address.expose())?;
        Ok(self.registrations.finish(registrant, &name, now).await.map_err(AccountError::from)?)
    }

    /// A second address, on which the owner hears of what happens at the first.
    async fn add_address(
        &self,
        mails: &Path,
        account: StaffId,
        address: &Address,
        now: Timestamp,
    ) -> Result<(), Failure> {
        self.proofs.send(account, address, &Language::english(), now).await?;
        let code = self.read_code(mails, address, now).await?;
        let gate = self.gate(account, Guess::AddressCode, now).await?;
        let proof = self.proofs.prove(gate, account, &code, now).await?;
        self.proofs.add(proof, None, now).await?;
        Ok(())
    }

    /// A passphrase, and recovery codes to write down: the first of them.
    async fn equip(&self, account: StaffId, now: Timestamp) -> Result<String, Failure> {
        let passphrase = generate_passphrase(&SystemRandom::new())?;
        self.credentials.set(account, &passphrase, Actor::Staff(account), now).await?;
        let gate = self.gate(account, Guess::Passphrase, now).await?;
        let proved = self.credentials.verify(gate, account, &passphrase, now).await?;
        let sign_in = SignIn::from_factors(proved, [], now)?;
        let issued = self.mfa.issue_recovery_codes(&Permit::of(&sign_in), now).await?;
        let first = issued.codes().first().ok_or("no codes")?;
        Ok(first.expose().as_str().to_owned())
    }

    /// Two different methods: a code that is sent, and one that was saved.
    async fn prove(
        &self,
        mails: &Path,
        (name, address, saved): (&LoginName, &Address, &str),
        now: Timestamp,
    ) -> Result<(Recovery, Progress), Failure> {
        // An unknown name goes the same way, and ends at the first code.
        let account = self.directory.find(name).await?;
        let recovery = self.recoveries.begin(account, Aal::Two)?;
        let gate = self.gate(account, Guess::Recovery, now).await?;
        self.recoveries.send_code(gate, &recovery, address, &Language::english(), now).await?;
        let code = self.read_code(mails, address, now).await?;
        let gate = self.gate(account, Guess::AddressCode, now).await?;
        self.recoveries.prove_address(gate, &recovery, &code, now).await?;

        let gate = self.gate(account, Guess::RecoveryCode, now).await?;
        let proved = self.mfa.prove(gate, account, Presented::RecoveryCode(saved), now).await?;
        let gate = self.gate(account, Guess::Recovery, now).await?;
        let progress = self.recoveries.prove_factor(gate, &recovery, proved, now).await?;
        Ok((recovery, progress))
    }

    /// The end: all sessions are over, and a restricted one binds what is new.
    async fn complete(&self, recovery: &Recovery, now: Timestamp) -> Result<usize, Failure> {
        let account = recovery.account();
        let gate = self.gate(account, Guess::Recovery, now).await?;
        let recovered = self.recoveries.complete(gate, recovery, Aal::Two, now).await?;
        self.sessions.revoke_all(account, Actor::Staff(account), now).await?;
        let permit = Permit::recovered(&recovered);
        let (gate, _cookie) = self.throttle.recovered(&recovered, now).await?;
        let (token, _session) = self.sessions.start_recovery(gate, recovered, now).await?;

        let passphrase = generate_passphrase(&SystemRandom::new())?;
        self.credentials.set(account, &passphrase, Actor::Staff(account), now).await?;
        let codes = self.mfa.issue_recovery_codes(&permit, now).await?.codes().len();
        self.sessions.finish_recovery(token, now).await?;
        self.notifier.deliver_due(now).await?;
        Ok(codes)
    }

    /// What its owner reads in the mailbox: the last code that came there.
    async fn read_code(&self, mails: &Path, address: &Address, now: Timestamp) -> Result<String, Failure> {
        self.notifier.deliver_due(now).await?;
        let mut codes = Vec::new();
        for file in fs::read_dir(mails)? {
            let file = file?;
            let text = fs::read_to_string(file.path())?;
            let own = text.starts_with(&format!("To: {}\n", address.expose()));
            let digits = |line: &&str| line.len() == 8 && line.bytes().all(|byte| byte.is_ascii_digit());
            if let (true, Some(code)) = (own, text.lines().find(digits)) {
                codes.push((file.metadata()?.modified()?, code.to_owned()));
            }
        }
        codes.into_iter().max().map(|(_, code)| code).ok_or_else(|| "no code came".into())
    }
}

#[expect(clippy::print_stdout, reason = "it tells what happens")]
async fn story(service: &Service, mails: &Path) -> Result<(), Failure> {
    let (own, other) = (Address::email("anna@example.org")?, Address::email("anna@example.net")?);
    let start: Timestamp = "2026-03-02T09:00Z".parse()?;
    let account = service.register(mails, &own, start).await?;
    service.add_address(mails, account, &other, start).await?;
    let saved = service.equip(account, start).await?;
    println!("An account with two addresses, a passphrase and saved codes.");

    let lost = start + SignedDuration::from_hours(24 * 30);
    let name = LoginName::parse("anna@example.org")?;
    let (recovery, progress) = service.prove(mails, (&name, &own, &saved), lost).await?;
    println!("Two methods were proved: {progress:?}.");

    let early = service.complete(&recovery, lost).await;
    println!("At once: {}.", early.err().ok_or("the owner had no time to object")?);
    let codes = service.complete(&recovery, lost + SignedDuration::from_hours(24)).await?;
    println!("A day later: a new passphrase and {codes} new codes. Nobody was signed in by it.");
    println!("{} messages lie in {}.", fs::read_dir(mails)?.count(), mails.display());
    Ok(())
}

fn main() -> Result<(), Failure> {
    let mails = std::env::temp_dir().join(format!("leeward-recovery-{}", std::process::id()));
    // A service seals: `vault.seal(&leeward_sqlite::open(path)?)`, as `crisis_line` does.
    let store = Store::memory().assume_sealed();
    let told = pollster::block_on(story(&Service::open(&store, &mails)?, &mails));
    fs::remove_dir_all(&mails)?;
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_story_ends_well() {
        main().unwrap();
    }
}
