//! Whatever is done in whatever order, a recovery never ends on less than the account's level.

use super::support::{ANNA, BELA, CLEO, at, factor};
use jiff::SignedDuration;
use leeward_credentials::{Case, Method, Objection, Recovery, RecoveryPolicy, Step};
use leeward_event::{
    StaffId,
    assurance::{Aal, FactorKind},
};
use proptest::prelude::*;
use ring::rand::SystemRandom;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Copy, Debug)]
enum Deed {
    Prove(FactorKind),
    Vouch(StaffId),
    Approve(StaffId),
    Wait(i64),
    GoBack(i64),
    Finish(Aal),
}

fn level() -> impl Strategy<Value = Aal> {
    prop::sample::select(vec![Aal::One, Aal::Two, Aal::Three])
}

fn deed() -> impl Strategy<Value = Deed> {
    let kinds = vec![
        FactorKind::RecoveryCode,
        FactorKind::OutOfBand,
        FactorKind::Passphrase,
        FactorKind::Totp,
        FactorKind::Passkey { synced: true, user_verified: true },
    ];
    let staff = prop::sample::select(vec![ANNA, BELA, CLEO]);
    prop_oneof![
        4 => prop::sample::select(kinds).prop_map(Deed::Prove),
        1 => staff.clone().prop_map(Deed::Vouch),
        1 => staff.prop_map(Deed::Approve),
        2 => (0_i64..200_000).prop_map(Deed::Wait),
        1 => (0_i64..100_000).prop_map(Deed::GoBack),
        3 => level().prop_map(Deed::Finish),
    ]
}

/// What was done, told without the rules.
#[derive(Default)]
struct Told {
    methods: BTreeSet<Method>,
    vouched: Option<StaffId>,
    approved: Option<StaffId>,
}

impl Told {
    fn has_code(&self) -> bool {
        self.methods.contains(&Method::SavedCode) || self.methods.contains(&Method::IssuedCode)
    }

    fn suffices_for(&self, level: Aal) -> bool {
        let staff = matches!((self.vouched, self.approved), (Some(one), Some(other)) if one != other);
        let things = self.methods.len() + usize::from(staff);
        self.has_code()
            && match level {
                Aal::One => true,
                Aal::Two => things >= 2,
                Aal::Three => things >= 3 && staff,
            }
    }
}

fn method(kind: FactorKind) -> Method {
    match kind {
        FactorKind::RecoveryCode => Method::SavedCode,
        FactorKind::OutOfBand => Method::IssuedCode,
        _ => Method::Authenticator,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_recovery_never_lowers_the_account(
        begun in level(),
        heard in any::<bool>(),
        deeds in prop::collection::vec(deed(), 1..24),
    ) {
        let policy = RecoveryPolicy::new();
        let reference = Recovery::begin(ANNA, begun, &SystemRandom::new()).unwrap().reference();
        let mut now = at(0);
        let mut case = Case::open(ANNA, reference, begun, Objection([0; 32]), now);
        let (mut told, mut enough_since) = (Told::default(), BTreeMap::new());
        for deed in deeds {
            match deed {
                Deed::Prove(kind) => {
                    let step = Step::of_factor(factor(ANNA, kind, now), now).unwrap();
                    case = case.prove(step, heard, &policy, now).unwrap();
                    told.methods.insert(method(kind));
                }
                Deed::Vouch(by) => {
                    if let Ok(vouched) = case.clone().vouch(by, heard, &policy, now) {
                        prop_assert!(by != ANNA && told.vouched.is_none_or(|one| one == by));
                        case = vouched;
                        told.vouched = Some(by);
                    }
                }
                Deed::Approve(by) => {
                    if let Ok(approved) = case.clone().approve(by, heard, &policy, now) {
                        prop_assert!(by != ANNA && told.vouched.is_some() && told.vouched != Some(by));
                        case = approved;
                        told.approved = Some(by);
                    }
                }
                Deed::Wait(seconds) => now += SignedDuration::from_secs(seconds),
                Deed::GoBack(seconds) => now -= SignedDuration::from_secs(seconds),
                Deed::Finish(level) => {
                    let finished = case.clone().finish(level, &policy, now);
                    let highest = begun.max(level);
                    if finished.is_ok() {
                        prop_assert!(told.suffices_for(highest), "{:?}", case);
                        let hours = if heard { 24 } else { 72 };
                        let since: jiff::Timestamp = enough_since[&highest];
                        prop_assert!(now.duration_since(since) >= SignedDuration::from_hours(hours));
                    }
                }
            }
            for level in [Aal::One, Aal::Two, Aal::Three] {
                if told.suffices_for(level) {
                    enough_since.entry(level).or_insert(now);
                }
            }
        }
    }
}
