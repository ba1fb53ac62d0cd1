//! Random ceremonies against a model of a few lines.

use crate::support::{Board, OFFICER, at, request, staff, store, told};
use leeward_event::Action;
use pollster::block_on;
use proptest::prelude::*;
use std::collections::BTreeSet;

#[derive(Clone, Copy, Debug)]
enum Step {
    Consent(u8),
    Refuse(u8),
    Cancel(bool),
    Release(bool),
    Wait(u8),
}

#[derive(Default)]
struct Model {
    closed: bool,
    consented: BTreeSet<u8>,
    minute: i64,
}

impl Model {
    /// Whether the step succeeds.
    fn take(&mut self, step: Step) -> bool {
        if let Step::Wait(minutes) = step {
            self.minute += i64::from(minutes);
            return true;
        }
        if self.closed || self.minute >= 60 {
            return false;
        }
        match step {
            Step::Consent(number) => (1..=4).contains(&number) && self.consented.insert(number),
            Step::Refuse(number) => {
                self.closed = (1..=4).contains(&number);
                self.closed
            }
            Step::Cancel(officer) => {
                self.closed = officer;
                officer
            }
            Step::Release(officer) => {
                self.closed = officer && self.consented.len() >= 3;
                self.closed
            }
            Step::Wait(_) => true,
        }
    }
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (1..=5_u8).prop_map(Step::Consent),
        1 => (1..=5_u8).prop_map(Step::Refuse),
        1 => any::<bool>().prop_map(Step::Cancel),
        3 => any::<bool>().prop_map(Step::Release),
        1 => (0..40_u8).prop_map(Step::Wait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn a_ceremony_does_what_the_model_says(steps in prop::collection::vec(step(), 1..20)) {
        let (store, board) = (store(), Board::of(4));
        let (escrows, id) = board.keep(&store, 3);
        let (request, key) = request(&escrows, id);
        // Made in advance, as by trustees whose consent is on its way.
        let consents: Vec<_> = (1..=4).map(|number| board.consent(&escrows, request.id, number).unwrap()).collect();
        let (mut model, mut released) = (Model { minute: 2, ..Model::default() }, None);
        for taken in steps {
            let who = |officer| if officer { OFFICER } else { staff(1) };
            let now = at(model.minute);
            let done = match taken {
                Step::Consent(number) => {
                    let consent = consents.get(usize::from(number) - 1);
                    consent.is_some_and(|consent| {
                        block_on(escrows.consent(request.id, consent.clone(), now)).is_ok()
                    })
                }
                Step::Refuse(number) => block_on(escrows.refuse(request.id, staff(number), now)).is_ok(),
                Step::Cancel(officer) => block_on(escrows.cancel(request.id, who(officer), now)).is_ok(),
                Step::Release(officer) => {
                    let got = block_on(escrows.release(request.id, who(officer), now)).ok();
                    let done = got.is_some();
                    released = released.or(got);
                    done
                }
                Step::Wait(_) => true,
            };
            prop_assert_eq!(done, model.take(taken), "{:?}", taken);
        }
        prop_assert_eq!(told(&store, Action::EscrowOpened), usize::from(released.is_some()));
        prop_assert_eq!(told(&store, Action::EscrowConsented), model.consented.len());
        if let Some(released) = released {
            let opened = released.open(key).unwrap();
            prop_assert_eq!(opened.expose(), crate::support::SECRET);
        }
    }
}
