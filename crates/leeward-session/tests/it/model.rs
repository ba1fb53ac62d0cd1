//! Random histories against a model in a few lines.

use crate::{
    step_up::{action, granted},
    support::{
        ANNA, aal2, again, again_refresh, at, gate, lives, mins, reauthenticate, sessions, start_refreshed,
        started, store,
    },
};
use leeward_event::Actor;
use leeward_session::{RefreshToken, Refreshed, SessionError, SessionToken, Sessions, StepUpToken};
use leeward_store::Timestamp;
use pollster::block_on;
use proptest::prelude::*;

#[derive(Clone, Copy, Debug)]
enum Step {
    Wait(i64),
    Start,
    StartRefreshed,
    Use(usize),
    Renew(usize),
    Refresh(usize),
    Reuse(usize),
    Grant(usize),
    UseGrant(usize, usize),
    Revoke(usize),
    RevokeOthers(usize),
    RevokeAll,
    Disable,
    Enable,
}

struct Modelled {
    token: SessionToken,
    signed_in: Timestamp,
    written: Timestamp,
    ended: bool,
    family: Option<Family>,
    /// Until when each serves; none when it was used.
    grants: Vec<(StepUpToken, Option<Timestamp>)>,
}

struct Family {
    good: RefreshToken,
    used: Vec<RefreshToken>,
    access_until: Timestamp,
}

impl Modelled {
    fn cookie(token: SessionToken, now: Timestamp) -> Self {
        Self { token, signed_in: now, written: now, ended: false, family: None, grants: Vec::new() }
    }

    fn refreshed(pair: Refreshed, now: Timestamp) -> Self {
        let access_until = now + mins(10);
        let family = Family { good: pair.refresh, used: Vec::new(), access_until };
        Self { family: Some(family), ..Self::cookie(pair.access, now) }
    }

    fn is_listed(&self, now: Timestamp) -> bool {
        !self.ended
            && now.duration_since(self.signed_in) < mins(24 * 60)
            && now.duration_since(self.written) < mins(60)
    }

    fn lives(&self, now: Timestamp) -> bool {
        self.is_listed(now) && self.family.as_ref().is_none_or(|family| now < family.access_until)
    }

    fn next(&mut self, pair: Refreshed, now: Timestamp) {
        let family = self.family.as_mut().unwrap();
        family.used.push(std::mem::replace(&mut family.good, pair.refresh));
        family.access_until = now + mins(10);
        self.token = pair.access;
        self.written = now;
    }
}

struct World {
    sessions: Sessions,
    model: Vec<Modelled>,
    disabled: bool,
    now: Timestamp,
}

impl World {
    fn new() -> Self {
        Self { sessions: sessions(&store()), model: Vec::new(), disabled: false, now: at(0) }
    }

    fn one(&mut self, n: usize) -> Option<(&Sessions, &mut Modelled)> {
        let count = self.model.len().max(1);
        self.model.get_mut(n % count).map(|one| (&self.sessions, one))
    }

    fn take(&mut self, step: Step) -> Option<()> {
        let now = self.now;
        match step {
            Step::Wait(minutes) => self.now += mins(minutes),
            Step::Start if self.disabled => {
                let gate = gate(&aal2(ANNA, now), now);
                let refused = block_on(self.sessions.start(gate, aal2(ANNA, now), now));
                assert!(matches!(refused, Err(SessionError::Disabled)));
            }
            Step::Start => self.model.push(Modelled::cookie(started(&self.sessions, ANNA, now).0, now)),
            Step::StartRefreshed if self.disabled => {}
            Step::StartRefreshed => {
                self.model.push(Modelled::refreshed(start_refreshed(&self.sessions, ANNA, now), now));
            }
            Step::Use(n) => {
                let (sessions, one) = self.one(n)?;
                assert_eq!(lives(sessions, &one.token, now), one.lives(now));
                if one.lives(now) && now.duration_since(one.written) > mins(6) {
                    one.written = now;
                }
            }
            Step::Renew(n) => self.renew(n)?,
            Step::Refresh(n) => self.refresh(n)?,
            Step::Reuse(n) => self.reuse(n)?,
            Step::Grant(n) => {
                let (sessions, one) = self.one(n)?;
                if one.lives(now) {
                    let until = now + mins(5);
                    one.grants.push((granted(sessions, &one.token, now), Some(until)));
                }
            }
            Step::UseGrant(n, m) => self.use_grant(n, m)?,
            Step::Revoke(n) => {
                let (sessions, one) = self.one(n)?;
                block_on(sessions.revoke(again(&one.token), now)).unwrap();
                one.ended = true;
            }
            Step::RevokeOthers(n) => {
                let (sessions, one) = self.one(n)?;
                let revoked = block_on(sessions.revoke_others(&one.token, now));
                assert_eq!(revoked.is_ok(), one.lives(now));
                let n = n % self.model.len();
                let others = self.model.iter_mut().enumerate().filter(|(other, _)| *other != n);
                others.filter(|_| revoked.is_ok()).for_each(|(_, other)| other.ended = true);
            }
            Step::RevokeAll => {
                block_on(self.sessions.revoke_all(ANNA, Actor::Staff(ANNA), now)).unwrap();
                self.model.iter_mut().for_each(|one| one.ended = true);
            }
            Step::Disable => {
                block_on(self.sessions.disable(ANNA, Actor::Staff(ANNA), now)).unwrap();
                self.disabled = true;
                self.model.iter_mut().for_each(|one| one.ended = true);
            }
            Step::Enable => {
                block_on(self.sessions.enable(ANNA, now)).unwrap();
                self.disabled = false;
            }
        }
        Some(())
    }

    fn renew(&mut self, n: usize) -> Option<()> {
        let now = self.now;
        let (sessions, one) = self.one(n)?;
        if let Some(family) = &one.family {
            let (gate, token) = (gate(&aal2(ANNA, now), now), again_refresh(&family.good));
            let renewed = block_on(sessions.reauthenticate_refreshed(gate, token, aal2(ANNA, now), now));
            assert_eq!(renewed.is_ok(), one.is_listed(now));
            one.next(renewed.ok()?, now);
        } else {
            let renewed = reauthenticate(sessions, again(&one.token), aal2(ANNA, now), now);
            assert_eq!(renewed.is_ok(), one.lives(now));
            one.token = renewed.ok()?.0;
            one.written = now;
        }
        one.signed_in = now;
        Some(())
    }

    fn refresh(&mut self, n: usize) -> Option<()> {
        let now = self.now;
        let (sessions, one) = self.one(n)?;
        let refreshed = block_on(sessions.refresh(again_refresh(&one.family.as_ref()?.good), now));
        assert_eq!(refreshed.is_ok(), one.is_listed(now));
        one.next(refreshed.ok()?, now);
        Some(())
    }

    fn reuse(&mut self, n: usize) -> Option<()> {
        let now = self.now;
        let (sessions, one) = self.one(n)?;
        let used = one.family.as_ref()?.used.get(n % 3)?;
        let reused = block_on(sessions.refresh(again_refresh(used), now));
        match reused {
            Err(SessionError::NotFound) => assert!(one.ended),
            Err(SessionError::RefreshReused) => assert!(!std::mem::replace(&mut one.ended, true)),
            other => panic!("{other:?}"),
        }
        Some(())
    }

    fn use_grant(&mut self, n: usize, m: usize) -> Option<()> {
        let now = self.now;
        let (sessions, one) = self.one(n)?;
        let lives = one.lives(now);
        let count = one.grants.len().max(1);
        let (grant, until) = one.grants.get_mut(m % count)?;
        let serves = lives && until.is_some_and(|until| now < until);
        let grant = StepUpToken::parse(&grant.reveal()).unwrap();
        let used = block_on(sessions.use_step_up(&one.token, grant, action(), now));
        assert_eq!(used.is_ok(), serves);
        if lives {
            *until = None;
        }
        Some(())
    }
}

fn step() -> impl Strategy<Value = Step> {
    let n = any::<usize>;
    prop_oneof![
        4 => (1_i64..50).prop_map(Step::Wait),
        4 => (1_i64..9).prop_map(Step::Wait),
        1 => (60_i64..600).prop_map(Step::Wait),
        2 => Just(Step::Start),
        2 => Just(Step::StartRefreshed),
        6 => n().prop_map(Step::Use),
        2 => n().prop_map(Step::Renew),
        4 => n().prop_map(Step::Refresh),
        1 => n().prop_map(Step::Reuse),
        2 => n().prop_map(Step::Grant),
        3 => (n(), n()).prop_map(|(n, m)| Step::UseGrant(n, m)),
        1 => n().prop_map(Step::Revoke),
        1 => n().prop_map(Step::RevokeOthers),
        1 => Just(Step::RevokeAll),
        1 => Just(Step::Disable),
        2 => Just(Step::Enable),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]
    #[test]
    fn sessions_live_as_the_model_says(steps in prop::collection::vec(step(), 1..60)) {
        let mut world = World::new();
        for step in steps {
            world.take(step);
            let World { sessions, model, now, .. } = &world;
            let live = model.iter().filter(|one| one.is_listed(*now)).count();
            prop_assert_eq!(block_on(sessions.list(ANNA, *now)).unwrap().len(), live);
        }
    }
}
