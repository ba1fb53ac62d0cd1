//! Factors of every kind are bound, used, misused, suspended and revoked in any order: what is proved and
//! what it adds up to is exactly what a second reading of the rules, written here, says.

use super::{
    device::{BE, Device, UV},
    support::{HOLDER, gate_at, passkeys, strong},
};
use crate::support::{START, account, at, gate, mfa, proved, store};
use leeward_event::{
    Actor, AuthenticatorId, Reason,
    assurance::{Aal, AssuranceError, FactorKind, ProvedFactor, Recovered, SignIn},
};
use leeward_mfa::{
    Asked, Digits, FactorState, HotpSecret, Mfa, MfaError, Passkeys, Permit, Presented, Profile,
    RegistrationAnswer, SignInAnswer, TotpSecret,
};
use leeward_notify::{Address, AddressId, Contact, Countries, IndexRoot, Kept, Notifier, NotifyOptions};
use leeward_throttle::Guess;
use proptest::prelude::*;

const NUMBER: &str = "+4915123456789";

#[derive(Clone, Copy, Debug)]
enum Kind {
    App,
    Token,
    Codes,
    Phone,
    Passkey,
    SyncedPasskey,
}

#[derive(Clone, Copy, Debug)]
enum How {
    Right,
    /// What was accepted last time.
    Again,
    Wrong,
    /// A passkey whose device did not verify its user.
    Unverified,
    /// A passkey that says it is synced, or that it is not, after it was bound as the other.
    Disguised,
}

/// What is shown in one sign-in, each after so many seconds.
#[derive(Clone, Copy, Debug)]
enum Shown {
    Passphrase,
    Factor { which: usize, how: How },
    OfAnother,
}

#[derive(Clone, Debug)]
enum Move {
    Bind { kind: Kind, recovered: bool },
    SignIn(Vec<(Shown, i64)>),
    Suspend(usize),
    Reinstate(usize),
    Revoke(usize),
    Wait(i64),
}

fn moves() -> impl Strategy<Value = Move> {
    use Kind::{App, Codes, Passkey, Phone, SyncedPasskey, Token};
    let kind = prop::sample::select(vec![App, Token, Codes, Phone, Passkey, SyncedPasskey]);
    let how = prop_oneof![
        8 => Just(How::Right),
        1 => prop::sample::select(vec![How::Again, How::Wrong, How::Unverified, How::Disguised]),
    ];
    let shown = prop_oneof![
        4 => Just(Shown::Passphrase),
        8 => (any::<usize>(), how).prop_map(|(which, how)| Shown::Factor { which, how }),
        1 => Just(Shown::OfAnother),
    ];
    let after = prop::sample::select(vec![0, 0, 1, 30, 60, 600, 900]);
    prop_oneof![
        5 => (kind, any::<bool>()).prop_map(|(kind, recovered)| Move::Bind { kind, recovered }),
        6 => prop::collection::vec((shown, after), 1..4).prop_map(Move::SignIn),
        1 => any::<usize>().prop_map(Move::Suspend),
        1 => any::<usize>().prop_map(Move::Reinstate),
        1 => any::<usize>().prop_map(Move::Revoke),
        2 => prop::sample::select(vec![1, 30, 86_400]).prop_map(Move::Wait),
    ]
}

enum What {
    App { secret: TotpSecret, used: i64, code: String },
    Token { secret: HotpSecret, next: u64 },
    Codes { left: Vec<String>, used: Option<String> },
    Phone,
    Passkey { device: Box<Device>, synced: bool, answer: Option<String> },
}

struct Held {
    id: AuthenticatorId,
    active: bool,
    what: What,
}

/// What the books of the test say was honestly proved.
struct Honest {
    id: AuthenticatorId,
    at: i64,
    is_passphrase: bool,
    /// Of a passkey, whether it is synced.
    passkey: Option<bool>,
    of_another: bool,
}

struct Tested {
    mfa: Mfa,
    passkeys: Passkeys,
    notifier: Notifier,
    kept: Kept,
    address: AddressId,
    held: Vec<Held>,
    now: i64,
    made: u8,
    reached: [u32; 4],
}

impl Tested {
    async fn new() -> Self {
        let (store, kept) = (store(), Kept::new());
        let options = NotifyOptions::new().countries(Countries::only(&["+49"]).unwrap());
        let notifier = Notifier::new(&store, &IndexRoot::from_bytes(&[7; 32]), options).unwrap();
        let notifier = notifier.mail(kept.clone()).phone(kept.clone());
        let contact = &Contact::safe(Address::phone(NUMBER).unwrap());
        let address = {
            let notifier = &notifier;
            let added = store.transact(|tx| async move {
                notifier.add_address_in(&tx, account(1), contact.clone(), at(START)).await
            });
            added.await.unwrap()
        };
        Self {
            mfa: mfa(&store).profile(Profile::StaffCodesAndPhone),
            passkeys: passkeys(&store),
            notifier,
            kept,
            address,
            held: Vec::new(),
            now: START,
            made: 0,
            reached: [0; 4],
        }
    }

    async fn bind(&mut self, kind: Kind, recovered: bool) {
        if self.held.len() >= 15 {
            return;
        }
        let permit = match recovered {
            true => Permit::recovered(&Recovered::assume_recovered(account(1), at(self.now))),
            false => strong(account(1), self.now),
        };
        if let Some((id, what)) = self.bound(kind, &permit).await {
            if matches!(what, What::Codes { .. }) {
                self.held.retain(|held| !matches!(held.what, What::Codes { .. }));
            }
            self.held.push(Held { id, active: true, what });
        }
    }

    async fn bound(&mut self, kind: Kind, permit: &Permit) -> Option<(AuthenticatorId, What)> {
        let (mfa, now) = (&self.mfa, at(self.now));
        match kind {
            Kind::App => {
                let enrolment = mfa.enrol_totp(permit, "app", now).await.unwrap();
                let secret = TotpSecret::from_uri(&enrolment.expose_otpauth_uri()).unwrap();
                let code = secret.code_at(now).to_string();
                let bound = enrolment.confirm(&code, now).await.unwrap();
                Some((bound.authenticator, What::App { secret, used: self.now / 30, code }))
            }
            Kind::Token => {
                self.made += 1;
                let secret = || HotpSecret::from_bytes(&[self.made; 20], Digits::Six).unwrap();
                let (first, second) = (secret().code_at(0), secret().code_at(1));
                let bound = mfa.bind_hotp(permit, "token", (secret(), 0), (&first, &second), now).await;
                Some((bound.unwrap().authenticator, What::Token { secret: secret(), next: 2 }))
            }
            Kind::Codes => {
                let issued = mfa.issue_recovery_codes(permit, now).await.unwrap();
                let left = issued.codes().iter().map(|code| code.expose().to_string()).collect();
                Some((issued.bound().authenticator, What::Codes { left, used: None }))
            }
            Kind::Phone => {
                // One number is bound once, and only beside something better.
                let bound = mfa.bind_phone(permit, "mine", &self.notifier, self.address, now).await.ok()?;
                Some((bound.authenticator, What::Phone))
            }
            Kind::Passkey | Kind::SyncedPasskey => {
                let synced = matches!(kind, Kind::SyncedPasskey);
                let mut device = Box::new(if synced { Device::synced() } else { Device::new() });
                let begun = self.passkeys.begin_registration(permit, HOLDER, "key", now).await.unwrap();
                let answer = RegistrationAnswer::parse(&device.register(&begun.options)).unwrap();
                let bound = self.passkeys.finish_registration(account(1), begun.ceremony, &answer, now).await;
                Some((bound.unwrap().authenticator, What::Passkey { device, synced, answer: None }))
            }
        }
    }

    async fn sign_in(&mut self, shown: &[(Shown, i64)]) {
        let (mut factors, mut honest) = (Vec::new(), Vec::new());
        for (shown, after) in shown {
            self.now += after;
            match *shown {
                Shown::Passphrase => {
                    let factor = proved(account(1), self.now);
                    honest.push(self.honest(factor.authenticator(), true, None));
                    factors.push(factor);
                }
                Shown::OfAnother => {
                    let factor = proved(account(2), self.now);
                    honest
                        .push(Honest { of_another: true, ..self.honest(factor.authenticator(), true, None) });
                    factors.push(factor);
                }
                Shown::Factor { which, how } if !self.held.is_empty() => {
                    let place = which % self.held.len();
                    if matches!(self.held[place].what, What::Phone) {
                        self.show_phone(place, how).await;
                    } else if let Some((factor, passkey)) = self.show(place, how).await {
                        honest.push(self.honest(self.held[place].id, false, passkey));
                        factors.push(factor);
                    }
                }
                Shown::Factor { .. } => {}
            }
        }
        self.add_up(factors, &honest);
    }

    fn honest(&self, id: AuthenticatorId, is_passphrase: bool, passkey: Option<bool>) -> Honest {
        Honest { id, at: self.now, is_passphrase, passkey, of_another: false }
    }

    fn add_up(&mut self, factors: Vec<ProvedFactor>, honest: &[Honest]) {
        let mut factors = factors.into_iter();
        let Some(first) = factors.next() else { return };
        let added = self.mfa.add_up(first, factors, Aal::One, at(self.now));
        match expected(honest, self.now) {
            Ok(level) if level >= 2 => {
                let sign_in = added.unwrap();
                self.reached[level] += 1;
                assert_eq!(
                    (sign_in.account(), sign_in.aal() as usize + 1),
                    (account(1), level),
                    "{sign_in:?}"
                );
            }
            Ok(_) => assert!(matches!(added, Err(MfaError::OutOfReach { aal: Aal::Two })), "{added:?}"),
            Err(why) => assert!(matches!(added, Err(MfaError::Assurance(said)) if said == why), "{added:?}"),
        }
    }

    /// Accepted exactly when it is right, unused, and of a factor that is not suspended.
    async fn show(&mut self, place: usize, how: How) -> Option<(ProvedFactor, Option<bool>)> {
        let (mfa, now, step) = (&self.mfa, self.now, self.now / 30);
        let Held { active, what, id } = &mut self.held[place];
        let prove = async |code: Presented<'_>| {
            mfa.prove(gate(account(1), &code, now), account(1), code, at(now)).await
        };
        let (proved, right) = match what {
            What::App { secret, used, code } => {
                let shown = match how {
                    How::Right => secret.code_at(at(now)).to_string(),
                    How::Again => code.clone(),
                    _ => "12345".to_owned(),
                };
                let right = matches!(how, How::Right) && step > *used;
                if right && *active {
                    (*used, *code) = (step, shown.clone());
                }
                (prove(Presented::Totp(&shown)).await, right)
            }
            What::Token { secret, next } => {
                let shown = match how {
                    How::Right => secret.code_at(*next),
                    How::Again => secret.code_at(*next - 1),
                    _ => "12345".to_owned().into(),
                };
                let right = matches!(how, How::Right);
                *next += u64::from(right && *active);
                (prove(Presented::Hotp(&shown)).await, right)
            }
            What::Codes { left, used } => {
                let shown = match how {
                    How::Right => left.last().cloned(),
                    How::Again => used.clone(),
                    _ => Some("12345".to_owned()),
                };
                let (shown, right) = (shown?, matches!(how, How::Right));
                if right && *active {
                    *used = left.pop();
                }
                (prove(Presented::RecoveryCode(&shown)).await, right)
            }
            What::Passkey { device, synced, answer } => {
                let begun = self.passkeys.begin_sign_in(Asked::Anyone, at(now)).await.unwrap();
                let honest = device.flags;
                match how {
                    How::Unverified => device.flags &= !UV,
                    How::Disguised => device.flags ^= BE,
                    _ => {}
                }
                let shown = match how {
                    How::Again => answer.clone()?,
                    How::Wrong => device.sign_in_as("webauthn.create", &begun.options),
                    _ => device.sign_in(&begun.options),
                };
                device.flags = honest;
                *answer = Some(shown.clone());
                let shown = SignInAnswer::parse(&shown).unwrap();
                let gate = gate_at(account(1), Guess::Passkey, now).await;
                let ceremony = begun.ceremony;
                let proved = self.passkeys.finish_sign_in(gate, account(1), ceremony, &shown, at(now)).await;
                let proved = proved.inspect(|proved| {
                    let kind = FactorKind::Passkey { synced: *synced, user_verified: true };
                    assert_eq!(proved.kind(), kind);
                });
                (proved, matches!(how, How::Right))
            }
            What::Phone => return None,
        };
        let passkey = match what {
            What::Passkey { synced, .. } => Some(*synced),
            _ => None,
        };
        assert_eq!(proved.is_ok(), right && *active, "{how:?}: {proved:?}");
        proved.ok().inspect(|proved| assert_eq!(proved.authenticator(), *id)).map(|proved| (proved, passkey))
    }

    /// A telephone stands beside a passphrase always.
    async fn show_phone(&mut self, place: usize, how: How) {
        let Held { id, active, .. } = self.held[place];
        let passphrase = proved(account(1), self.now);
        let Ok(waiting) = self.mfa.require(passphrase, Aal::One, at(self.now)).await else { return };
        let sent = self.mfa.send_phone_code(&waiting, id, &self.notifier, at(self.now)).await;
        assert!(active || sent.is_err(), "no code is sent to a telephone that is suspended");
        let Ok(request) = sent else { return };
        self.notifier.deliver_due(at(self.now)).await.unwrap();
        let Some(code) = self.kept.last_code_to(NUMBER) else { return };
        let right = matches!(how, How::Right);
        let code = if right { code.to_string() } else { "12345".to_owned() };
        let shown = Presented::Phone(&request, &code);
        let gate = gate(account(1), &shown, self.now);
        let finished = waiting.finish(gate, shown, at(self.now)).await;
        assert_eq!(finished.is_ok(), right, "{finished:?}");
        if let Ok(sign_in) = finished {
            self.reached[2] += 1;
            assert_eq!(sign_in.aal(), Aal::Two);
        }
    }

    async fn take(&mut self, step: Move) {
        let named = |which: usize| (!self.held.is_empty()).then(|| which % self.held.len());
        match step {
            Move::Bind { kind, recovered } => self.bind(kind, recovered).await,
            Move::SignIn(shown) => self.sign_in(&shown).await,
            Move::Suspend(which) => {
                let Some(place) = named(which) else { return };
                let (id, why) = (self.held[place].id, Reason::Compromise);
                self.mfa.suspend(account(1), id, Actor::Unknown, why, at(self.now)).await.unwrap();
                self.held[place].active = false;
            }
            Move::Reinstate(which) => {
                let Some(place) = named(which) else { return };
                let permit = strong(account(1), self.now);
                self.mfa.reinstate(&permit, self.held[place].id, at(self.now)).await.unwrap();
                self.held[place].active = true;
            }
            Move::Revoke(which) => {
                let Some(place) = named(which) else { return };
                let permit = strong(account(1), self.now);
                match self.mfa.revoke(&permit, self.held[place].id, at(self.now)).await {
                    Ok(()) => drop(self.held.remove(place)),
                    Err(MfaError::LastFactor | MfaError::NeedsAlternative) => {}
                    Err(other) => panic!("{other}"),
                }
            }
            Move::Wait(seconds) => self.now += seconds,
        }
    }

    async fn check_list(&self) {
        let listed = self.mfa.factors(account(1)).await.unwrap();
        let mut listed: Vec<_> = listed
            .iter()
            .map(|factor| (*factor.authenticator().as_bytes(), factor.state() == FactorState::Active))
            .collect();
        let mut held: Vec<_> = self.held.iter().map(|held| (*held.id.as_bytes(), held.active)).collect();
        listed.sort_unstable();
        held.sort_unstable();
        assert_eq!(listed, held);
    }
}

/// What honest proofs are worth, in the order in which they were given (NIST SP 800-63B-4 2).
fn expected(proofs: &[Honest], now: i64) -> Result<usize, AssuranceError> {
    for (place, proof) in proofs.iter().enumerate() {
        if proof.of_another != proofs[0].of_another {
            return Err(AssuranceError::DifferentAccounts);
        }
        if proofs[..place].iter().any(|earlier| earlier.id == proof.id) {
            return Err(AssuranceError::SameAuthenticator);
        }
    }
    let lasts = SignIn::PROOF_LASTS.as_secs();
    let fresh: Vec<_> = proofs.iter().filter(|proof| now - proof.at <= lasts).collect();
    let (known, held) =
        (fresh.iter().any(|proof| proof.is_passphrase), fresh.iter().any(|proof| !proof.is_passphrase));
    let passkey = |synced| fresh.iter().any(|proof| proof.passkey == Some(synced));
    match () {
        () if fresh.is_empty() => Err(AssuranceError::Stale),
        () if passkey(false) => Ok(3),
        () if passkey(true) || (known && held) => Ok(2),
        () => Ok(1),
    }
}

fn run(moves: Vec<Move>) -> [u32; 4] {
    pollster::block_on(async {
        let mut tested = Tested::new().await;
        for step in moves {
            tested.take(step).await;
            tested.check_list().await;
        }
        tested.reached
    })
}

#[test]
fn factors_of_every_kind_add_up_to_what_they_are_worth() {
    let config = ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() };
    let reached = std::cell::RefCell::new([0; 4]);
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let ran = runner.run(&prop::collection::vec(moves(), 1..40), |moves| {
        let levels = run(moves);
        reached.borrow_mut().iter_mut().zip(levels).for_each(|(all, more)| *all += more);
        Ok(())
    });
    ran.unwrap_or_else(|error| panic!("{error}"));
    let reached = reached.into_inner();
    assert!(reached[2] > 20 && reached[3] > 20, "too few sign-ins succeeded to show anything: {reached:?}");
}
