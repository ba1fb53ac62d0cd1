//! Strangers guess at a counsellor's passphrase for as long as they are let, through every crate that a
//! sign-in passes.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a failing test panics")]

use jiff::SignedDuration;
use leeward_credentials::{
    CredentialError, Credentials, Governor, GovernorConfig, HashParams, Passphrase, PasswordPolicy,
    generate_passphrase,
};
use leeward_event::{
    Action, Actor, Component, StaffId,
    assurance::{Aal, ProvedFactor, SignIn},
    outbox,
};
use leeward_mfa::{Mfa, Permit, Presented, TotpSecret};
use leeward_session::{Session, SessionKey, SessionKeys, SessionPolicy, Sessions};
use leeward_store::{Store, Timestamp};
use leeward_throttle::{
    Client, DeviceCookie, DeviceKey, DeviceKeys, Guess, Profile, Throttle, ThrottleError,
};
use pollster::block_on;
use ring::rand::SystemRandom;

struct Line {
    store: Store,
    throttle: Throttle,
    credentials: Credentials,
    mfa: Mfa,
    sessions: Sessions,
}

struct Counsellor {
    id: StaffId,
    passphrase: Passphrase,
    phone: TotpSecret,
}

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_000_000_000 + 60 * minute).unwrap()
}

impl Line {
    fn open(profile: Profile) -> Self {
        let store = Store::memory().assume_sealed();
        let cheap = GovernorConfig::default().params(HashParams::OWASP);
        let governor = Governor::start(cheap).unwrap();
        Self {
            throttle: Throttle::new(&store, profile, DeviceKeys::new(DeviceKey::from_bytes(1, &[7; 32]))),
            credentials: Credentials::new(&store, PasswordPolicy::nist(), governor),
            mfa: Mfa::new(&store, "leeward").unwrap().profile(leeward_mfa::Profile::StaffCodes),
            sessions: Sessions::new(
                &store,
                SessionPolicy::nist(),
                SessionKeys::new(&SessionKey::from_bytes(1, &[6; 32])),
            ),
            store,
        }
    }

    fn enrol(&self) -> Counsellor {
        let rng = SystemRandom::new();
        let id = StaffId::generate(&rng).unwrap();
        let passphrase = generate_passphrase(&rng).unwrap();
        let by = Actor::Component(Component::Application);
        block_on(self.credentials.set(id, &passphrase, by, at(0))).unwrap();
        let proved = self.passphrase(id, &passphrase, &Client::unknown(), at(0)).unwrap();
        let permit = Permit::of(&SignIn::from_factors(proved, [], at(0)).unwrap());
        let enrolment = block_on(self.mfa.enrol_totp(&permit, "phone", at(0))).unwrap();
        let phone = TotpSecret::from_uri(&enrolment.expose_otpauth_uri()).unwrap();
        let confirmed = block_on(enrolment.confirm(&phone.code_at(at(0)), at(0)));
        assert!(confirmed.is_ok());
        Counsellor { id, passphrase, phone }
    }

    fn passphrase(
        &self,
        id: StaffId,
        passphrase: &Passphrase,
        client: &Client,
        now: Timestamp,
    ) -> Result<ProvedFactor, CredentialError> {
        let gate = block_on(self.throttle.knock(id, Guess::Passphrase, client, now))?;
        block_on(self.credentials.verify(gate, id, passphrase, now))
    }

    fn sign_in(
        &self,
        who: &Counsellor,
        client: &Client,
        now: Timestamp,
    ) -> Result<(Session, DeviceCookie), CredentialError> {
        let proved = self.passphrase(who.id, &who.passphrase, client, now)?;
        let pending = block_on(self.mfa.require(proved, Aal::Two, now)).unwrap();
        let (code, client) = (who.phone.code_at(now), client.clone().having_proved(pending.proved()));
        let code = Presented::Totp(&code);
        let gate = block_on(self.throttle.knock(who.id, code.guess(), &client, now))?;
        let Ok(sign_in) = block_on(pending.finish(gate, code, now)) else { panic!("the code was refused") };
        let (gate, cookie) = block_on(self.throttle.signed_in(&sign_in, &client, now))?;
        let (_, session) = block_on(self.sessions.start(gate, sign_in, now)).unwrap();
        Ok((session, cookie))
    }

    /// Guesses without a pause until nothing more is judged, or for so many minutes; says how many were.
    fn guess_at(&self, who: &Counsellor, from: i64, minutes: i64) -> usize {
        let guess = Passphrase::new("correct horse battery staple").unwrap();
        let (mut now, end, mut judged) = (at(from), at(from + minutes), 0);
        while now < end {
            match self.passphrase(who.id, &guess, &Client::unknown(), now) {
                Err(CredentialError::Rejected) => judged += 1,
                Err(CredentialError::Throttle(ThrottleError::Wait { retry_after })) => {
                    now += SignedDuration::try_from(retry_after).unwrap();
                }
                Err(CredentialError::Throttle(ThrottleError::Disabled)) => break,
                other => panic!("{other:?}"),
            }
        }
        judged
    }

    fn known(&self, who: &Counsellor, cookie: &DeviceCookie) -> Client {
        self.throttle.client(who.id, Some(&cookie.reveal()))
    }
}

const DAY: i64 = 24 * 60;

#[test]
fn strangers_who_guess_for_days_keep_no_known_device_out() {
    let line = Line::open(Profile::nist_cap_100());
    let anna = line.enrol();
    let (session, mut cookie) = line.sign_in(&anna, &Client::unknown(), at(1)).unwrap();
    assert_eq!((session.account(), session.aal()), (anna.id, Aal::Two));

    // All the while the strangers are kept waiting, the counsellor signs in to their shifts.
    let judged = line.guess_at(&anna, 2, 60);
    assert!((10..=13).contains(&judged), "{judged}");
    let newcomer = line.sign_in(&anna, &Client::unknown(), at(3));
    assert!(matches!(newcomer, Err(CredentialError::Throttle(ThrottleError::Wait { .. }))));
    cookie = line.sign_in(&anna, &line.known(&anna, &cookie), at(62)).unwrap().1;

    // That cleared what was counted; a week without a sign-in uses the strangers' share up.
    assert_eq!(line.guess_at(&anna, 63, 7 * DAY), 40);
    let newcomer = line.sign_in(&anna, &Client::unknown(), at(8 * DAY));
    assert!(matches!(newcomer, Err(CredentialError::Throttle(ThrottleError::Disabled))));
    let told = block_on(outbox::pending(&line.store, 1_000)).unwrap();
    let disabled = told.iter().filter(|staged| staged.event.what() == Action::AuthenticatorDisabled);
    assert_eq!(disabled.count(), 1);

    // The known device is let in, and its two factors clear the way for a new one.
    let known = line.known(&anna, &cookie);
    assert!(line.sign_in(&anna, &known, at(8 * DAY + 1)).is_ok());
    assert!(line.sign_in(&anna, &Client::unknown(), at(8 * DAY + 2)).is_ok());
}

#[test]
fn a_code_first_gets_a_new_device_past_strangers() {
    let line = Line::open(Profile::device_scoped());
    let anna = line.enrol();
    line.guess_at(&anna, 2, 600);
    let now = at(500);
    let code = anna.phone.code_at(now);
    let code = Presented::Totp(&code);
    let gate = block_on(line.throttle.knock(anna.id, code.guess(), &Client::unknown(), now)).unwrap();
    let held = block_on(line.mfa.prove(gate, anna.id, code, now)).unwrap();
    let client = Client::unknown().having_proved(&held);
    let known = line.passphrase(anna.id, &anna.passphrase, &client, now).unwrap();
    let sign_in = line.mfa.add_up(held, [known], Aal::Two, now).unwrap();
    assert_eq!(sign_in.aal(), Aal::Two);
}
