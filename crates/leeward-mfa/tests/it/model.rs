//! Whatever is bound, used, failed, suspended, revoked and recovered, in whatever order: no sign-in has a
//! level that the distinct factors proved for it do not support, and no code works twice.

use crate::support::{START, account, at, gate, mfa, permit, proved, store};
use leeward_event::{
    Actor, AuthenticatorId, Reason,
    assurance::{Aal, FactorKind, ProvedFactor, Recovered, SignIn},
};
use leeward_mfa::{FactorState, Mfa, MfaError, Permit, Presented, TotpSecret};
use proptest::prelude::*;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};
use std::collections::HashMap;

/// What the model knows of one factor.
#[derive(Clone, Debug, PartialEq)]
struct Held {
    kind: FactorKind,
    active: bool,
    /// Of an app, the last step used; of a list, how many codes are left.
    used: i64,
}

#[derive(Clone, Debug, Default)]
struct Model {
    /// Seconds since the beginning.
    clock: i64,
    factors: Vec<Held>,
}

/// On whose word a factor is bound.
#[derive(Clone, Copy, Debug)]
enum Word {
    Passphrase,
    Both,
    Recovered,
}

#[derive(Clone, Debug)]
enum Step {
    BindApp(Word),
    IssueCodes(Word),
    /// A right code of an app, so many steps off; beside the passphrase.
    UseApp {
        which: usize,
        off: i64,
    },
    /// The next code of the list.
    UseCode,
    /// A code of the app instead of the passphrase, beside a code of the list: two things held.
    TwoHeld {
        which: usize,
    },
    Wrong,
    Suspend(usize),
    Reinstate(usize),
    Revoke(usize),
    Wait(i64),
}

impl Model {
    fn now(&self) -> i64 {
        START + self.clock
    }

    fn step(&self) -> i64 {
        self.now() / 30
    }

    /// Which factor a number names, if any.
    fn named(&self, which: usize) -> Option<usize> {
        (!self.factors.is_empty()).then(|| which % self.factors.len())
    }

    fn app(&self, which: usize) -> Option<usize> {
        self.named(which).filter(|place| self.factors[*place].kind == FactorKind::Totp)
    }

    fn list(&self) -> Option<usize> {
        self.factors.iter().position(|held| held.kind == FactorKind::RecoveryCode)
    }

    fn allows(&self, word: Word) -> bool {
        self.factors.is_empty() || !matches!(word, Word::Passphrase)
    }

    fn app_accepts(&self, place: usize, off: i64) -> bool {
        let held = &self.factors[place];
        held.active && off.abs() <= 1 && self.step() + off > held.used
    }

    fn list_accepts(&self) -> bool {
        self.list().is_some_and(|place| self.factors[place].active && self.factors[place].used > 0)
    }

    fn revocable(&self, place: usize) -> bool {
        let lasts = |held: &Held| held.active && held.kind == FactorKind::Totp;
        let others = self.factors.iter().enumerate().any(|(other, held)| other != place && lasts(held));
        others || !lasts(&self.factors[place])
    }
}

impl ReferenceStateMachine for Model {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self::default()).boxed()
    }

    fn transitions(_: &Self) -> BoxedStrategy<Step> {
        let word = prop::sample::select(vec![Word::Passphrase, Word::Both, Word::Recovered]);
        prop_oneof![
            2 => word.clone().prop_map(Step::BindApp),
            1 => word.prop_map(Step::IssueCodes),
            4 => (0..8_usize, -2..=2_i64).prop_map(|(which, off)| Step::UseApp { which, off }),
            2 => Just(Step::UseCode),
            1 => (0..8_usize).prop_map(|which| Step::TwoHeld { which }),
            1 => Just(Step::Wrong),
            1 => (0..8_usize).prop_map(Step::Suspend),
            1 => (0..8_usize).prop_map(Step::Reinstate),
            1 => (0..8_usize).prop_map(Step::Revoke),
            3 => prop::sample::select(vec![1, 30, 30, 60, -30, -600]).prop_map(Step::Wait),
        ]
        .boxed()
    }

    fn apply(mut state: Self, step: &Step) -> Self {
        match *step {
            Step::BindApp(word) if state.allows(word) && state.factors.len() < 16 => {
                let used = state.step();
                state.factors.push(Held { kind: FactorKind::Totp, active: true, used });
            }
            Step::IssueCodes(word) if state.allows(word) => {
                if let Some(place) = state.list() {
                    state.factors.remove(place);
                }
                if state.factors.len() < 16 {
                    state.factors.push(Held { kind: FactorKind::RecoveryCode, active: true, used: 10 });
                }
            }
            Step::UseApp { which, off } => {
                if let Some(place) = state.app(which).filter(|place| state.app_accepts(*place, off)) {
                    state.factors[place].used = state.step() + off;
                }
            }
            Step::UseCode if state.list_accepts() => {
                let place = state.list().unwrap();
                state.factors[place].used -= 1;
            }
            Step::TwoHeld { which } => {
                let app = state.app(which).filter(|place| state.app_accepts(*place, 0));
                if let Some(place) = app.filter(|_| state.list_accepts()) {
                    state.factors[place].used = state.step();
                    let list = state.list().unwrap();
                    state.factors[list].used -= 1;
                }
            }
            Step::Suspend(which) => {
                if let Some(place) = state.named(which) {
                    state.factors[place].active = false;
                }
            }
            Step::Reinstate(which) => {
                if let Some(place) = state.named(which) {
                    state.factors[place].active = true;
                }
            }
            Step::Revoke(which) => {
                if let Some(place) = state.named(which).filter(|place| state.revocable(*place)) {
                    state.factors.remove(place);
                }
            }
            Step::Wait(seconds) => state.clock += seconds,
            _ => {}
        }
        state
    }
}

/// The service under test, and what its users hold.
struct Tested {
    mfa: Mfa,
    /// Of an app also its secret.
    held: Vec<(AuthenticatorId, Option<TotpSecret>)>,
    /// The last step that each app was accepted at.
    last: HashMap<AuthenticatorId, i64>,
    codes: Vec<String>,
}

impl Tested {
    fn permit(word: Word, now: i64) -> Permit {
        match word {
            Word::Passphrase => Permit::of(&crate::support::signed_in(account(1), None, now)),
            Word::Both => permit(account(1), now),
            Word::Recovered => Permit::recovered(&Recovered::assume_recovered(account(1), at(now))),
        }
    }

    fn bind_app(&mut self, word: Word, now: i64) -> bool {
        pollster::block_on(async {
            let permit = Self::permit(word, now);
            let Ok(enrolment) = self.mfa.enrol_totp(&permit, "app", at(now)).await else { return false };
            let app = TotpSecret::from_uri(&enrolment.expose_otpauth_uri()).unwrap();
            let Ok(bound) = enrolment.confirm(&app.code_at(at(now)), at(now)).await else { return false };
            assert_eq!(bound.first, self.held.is_empty());
            self.last.insert(bound.authenticator, now / 30);
            self.held.push((bound.authenticator, Some(app)));
            true
        })
    }

    fn issue(&mut self, word: Word, now: i64) -> bool {
        let permit = Self::permit(word, now);
        let issued = self.mfa.issue_recovery_codes(&permit, at(now));
        let Ok(issued) = pollster::block_on(issued) else { return false };
        self.held.retain(|(_, app)| app.is_some());
        self.held.push((issued.bound().authenticator, None));
        self.codes = issued.codes().iter().map(|code| code.expose().to_string()).collect();
        true
    }

    fn finish(&self, code: Presented<'_>, now: i64) -> Option<SignIn> {
        pollster::block_on(async {
            let waiting = self.mfa.require(proved(account(1), now), Aal::One, at(now)).await.ok()?;
            waiting.finish(gate(account(1), &code, now), code, at(now)).await.ok()
        })
    }

    fn prove(&self, code: Presented<'_>, now: i64) -> Option<ProvedFactor> {
        let proved = self.mfa.prove(gate(account(1), &code, now), account(1), code, at(now));
        pollster::block_on(proved).ok()
    }
}

/// Counted from what was proved, without the code under test: at most what each factor is worth.
fn check_level(sign_in: &SignIn) {
    let mut ids: Vec<_> = sign_in.proofs().iter().map(|proof| *proof.authenticator().as_bytes()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), sign_in.proofs().len(), "each authenticator once");
    let known = sign_in.proofs().iter().any(|proof| proof.kind() == FactorKind::Passphrase);
    let held = sign_in.proofs().iter().any(|proof| proof.kind() != FactorKind::Passphrase);
    assert_eq!(sign_in.aal(), if known && held { Aal::Two } else { Aal::One });
}

impl StateMachineTest for Tested {
    type SystemUnderTest = Self;
    type Reference = Model;

    fn init_test(_: &Model) -> Self {
        Self { mfa: mfa(&store()), held: Vec::new(), last: HashMap::new(), codes: Vec::new() }
    }

    /// `after` is the model after the step, and the clock moves in a step of its own.
    fn apply(mut sut: Self, after: &Model, step: Step) -> Self {
        let now = after.now();
        match step {
            Step::BindApp(word) => {
                sut.bind_app(word, now);
            }
            Step::IssueCodes(word) => {
                sut.issue(word, now);
            }
            Step::UseApp { which, off } => {
                if let Some((id, Some(app))) = sut.held.get(which % sut.held.len().max(1)) {
                    let code = app.code_at(at(now + 30 * off));
                    if let Some(sign_in) = sut.finish(Presented::Totp(&code), now) {
                        check_level(&sign_in);
                        let before = sut.last.insert(*id, now / 30 + off).unwrap();
                        assert!(now / 30 + off > before, "steps only ever increase");
                        assert!(sut.finish(Presented::Totp(&code), now).is_none(), "twice");
                    }
                    let place = which % after.factors.len();
                    assert!(!after.factors[place].active || off.abs() > 1 || sut.last[id] >= now / 30 + off);
                }
            }
            Step::UseCode => {
                if let Some(code) = sut.codes.last().cloned()
                    && let Some(sign_in) = sut.finish(Presented::RecoveryCode(&code), now)
                {
                    check_level(&sign_in);
                    sut.codes.pop();
                    assert!(sut.finish(Presented::RecoveryCode(&code), now).is_none(), "twice");
                }
            }
            Step::TwoHeld { which } => sut.two_held(after, which, now),
            Step::Wrong => {
                assert!(sut.finish(Presented::Totp("12345"), now).is_none());
                assert!(sut.finish(Presented::RecoveryCode("12345"), now).is_none());
            }
            Step::Suspend(which) => {
                if let Some((id, _)) = sut.held.get(which % sut.held.len().max(1)) {
                    let why = Reason::Compromise;
                    pollster::block_on(sut.mfa.suspend(account(1), *id, Actor::Unknown, why, at(now)))
                        .unwrap();
                }
            }
            Step::Reinstate(which) => {
                if let Some((id, _)) = sut.held.get(which % sut.held.len().max(1)) {
                    pollster::block_on(sut.mfa.reinstate(&permit(account(1), now), *id, at(now))).unwrap();
                }
            }
            Step::Revoke(which) => sut.revoke(which, now),
            Step::Wait(_) => {}
        }
        sut
    }

    fn check_invariants(sut: &Self, model: &Model) {
        let factors = pollster::block_on(sut.mfa.factors(account(1))).unwrap();
        let listed: Vec<_> =
            factors.iter().map(|factor| (factor.kind(), factor.state() == FactorState::Active)).collect();
        let expected: Vec<_> = model.factors.iter().map(|held| (held.kind, held.active)).collect();
        assert_eq!(listed, expected);
        let left = pollster::block_on(sut.mfa.recovery_codes_left(account(1))).unwrap();
        let expected = model.list().map_or(0, |place| model.factors[place].used);
        assert_eq!(i64::try_from(left).unwrap(), expected);
    }
}

impl Tested {
    /// Two things held are one factor, however they are added up.
    fn two_held(&mut self, after: &Model, which: usize, now: i64) {
        let Some((id, Some(app))) = self.held.get(which % self.held.len().max(1)) else { return };
        let Some(code) = self.codes.last().cloned() else { return };
        // The model has used both up only if both would be right.
        let place = after.factors.iter().position(|held| held.kind == FactorKind::RecoveryCode);
        let both = place
            .is_some_and(|place| after.factors[place].used + 1 == i64::try_from(self.codes.len()).unwrap());
        if !both {
            return;
        }
        let shown = app.code_at(at(now));
        let held = self.prove(Presented::Totp(&shown), now).unwrap();
        assert_eq!(held.authenticator(), *id);
        self.last.insert(*id, now / 30);
        let list = self.prove(Presented::RecoveryCode(&code), now).unwrap();
        self.codes.pop();
        let refused = self.mfa.add_up(held, [list], Aal::One, at(now));
        assert!(matches!(refused, Err(MfaError::OutOfReach { aal: Aal::Two })));
    }

    fn revoke(&mut self, which: usize, now: i64) {
        let place = which % self.held.len().max(1);
        let Some((id, _)) = self.held.get(place) else { return };
        match pollster::block_on(self.mfa.revoke(&permit(account(1), now), *id, at(now))) {
            Ok(()) => {
                if self.held.remove(place).1.is_none() {
                    self.codes.clear();
                }
            }
            Err(MfaError::LastFactor) => {}
            Err(other) => panic!("{other}"),
        }
    }
}

prop_state_machine! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn no_sign_in_is_stronger_than_the_distinct_factors_proved(sequential 1..40 => Tested);
}
