//! Random histories against a model in a few lines.

use crate::support::{ANNA, aal2, again, at, lives, mins, sessions, store};
use leeward_event::Actor;
use leeward_session::SessionToken;
use leeward_store::Timestamp;
use pollster::block_on;
use proptest::prelude::*;

#[derive(Clone, Copy, Debug)]
enum Step {
    Wait(i64),
    Start,
    Use(usize),
    Rotate(usize),
    Revoke(usize),
    RevokeAll,
}

struct Modelled {
    token: SessionToken,
    signed_in: Timestamp,
    written: Timestamp,
    ended: bool,
}

impl Modelled {
    fn lives(&self, now: Timestamp) -> bool {
        !self.ended
            && now.duration_since(self.signed_in) < mins(24 * 60)
            && now.duration_since(self.written) < mins(60)
    }
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (1_i64..50).prop_map(Step::Wait),
        1 => (60_i64..600).prop_map(Step::Wait),
        2 => Just(Step::Start),
        6 => any::<usize>().prop_map(Step::Use),
        1 => any::<usize>().prop_map(Step::Rotate),
        1 => any::<usize>().prop_map(Step::Revoke),
        1 => Just(Step::RevokeAll),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn sessions_live_as_the_model_says(steps in prop::collection::vec(step(), 1..60)) {
        let store = store();
        let sessions = sessions(&store);
        let mut model: Vec<Modelled> = Vec::new();
        let mut now = at(0);
        let begin = |now| {
            let (token, _) = block_on(sessions.start(aal2(ANNA, now), now)).unwrap();
            Modelled { token, signed_in: now, written: now, ended: false }
        };
        for step in steps {
            let count = model.len().max(1);
            match step {
                Step::Wait(minutes) => now += mins(minutes),
                Step::Start => model.push(begin(now)),
                Step::Use(n) => {
                    let Some(one) = model.get_mut(n % count) else { continue };
                    prop_assert_eq!(lives(&sessions, &one.token, now), one.lives(now));
                    if one.lives(now) && now.duration_since(one.written) > mins(6) {
                        one.written = now;
                    }
                }
                Step::Rotate(n) => {
                    let Some(one) = model.get_mut(n % count) else { continue };
                    let rotated = block_on(sessions.rotate(again(&one.token), aal2(ANNA, now), now));
                    prop_assert_eq!(rotated.is_ok(), one.lives(now));
                    if let Ok((token, _)) = rotated {
                        one.ended = true;
                        model.push(Modelled { token, signed_in: now, written: now, ended: false });
                    }
                }
                Step::Revoke(n) => {
                    let Some(one) = model.get_mut(n % count) else { continue };
                    block_on(sessions.revoke(again(&one.token), now)).unwrap();
                    one.ended = true;
                }
                Step::RevokeAll => {
                    block_on(sessions.revoke_all(ANNA, Actor::Staff(ANNA), now)).unwrap();
                    model.iter_mut().for_each(|one| one.ended = true);
                }
            }
            let live = model.iter().filter(|one| one.lives(now)).count();
            prop_assert_eq!(block_on(sessions.list(ANNA, now)).unwrap().len(), live);
        }
    }
}
