//! Every state of a small instance: an owner with a known device, and an attacker who does not know the
//! passphrase but holds the cookie of another device of the account.
//!
//! The rules are the crate's own; the model adds who does what when. Time goes in steps of two minutes, and
//! the clock may go back once.

use crate::support::{ANNA, STRANGER, at, device, known, scoped, store};
use jiff::SignedDuration;
use leeward_event::Subject;
use leeward_store::Timestamp;
use leeward_throttle::{
    Class, Client, Count, Decision, Profile, Refusal, Shares, Standing, Step, Tally, decide,
};
use stateright::{Checker, HasDiscoveries, Model, Property};

const STEP: SignedDuration = SignedDuration::from_mins(2);
const HORIZON: u8 = 4;
const COOKIE_TRIES: u32 = 3;
const STRANGERS_SHARE: u32 = 3;

/// How many guesses as a stranger fit into so many steps: one at once, one after a wait of one step, and
/// then one every two steps. Worked out by hand, not by the rules.
const FIT: [u8; HORIZON as usize + 1] = [1, 2, 2, 3, 3];

struct Instance {
    profile: Profile,
    owner: Client,
    thief: Client,
    /// How a client is seen: as the crate sees it, or as a lock on the account would see it.
    classes: fn(&Client, Timestamp) -> Vec<Class>,
}

/// Counts, and what actually happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct State {
    strangers: Tally,
    owner: Tally,
    stolen: Tally,
    together: Count,
    /// Steps that have passed, and by how many the clock is behind.
    passed: u8,
    behind: u8,
    /// When the owner was told that the next attempt counts; `None` when the clock went back since.
    due: Option<u8>,
    typos: u8,
    /// Guesses that were judged since the last clearing, and when that was.
    guesses: u8,
    stolen_guesses: u8,
    cleared: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    Wait,
    ClockGoesBack,
    GuessAsStranger,
    GuessWithStolenCookie,
    OwnerErrs,
    OwnerSignsIn,
}

impl Instance {
    fn new(profile: Profile) -> Self {
        let store = store();
        let throttle = scoped(&store);
        let [owner, thief] = [0, 1].map(|_| known(&throttle, &device(&throttle, ANNA, at(-7200))));
        let profile = profile.free(1).unwrap().waits(STEP, STEP * 2).unwrap();
        let profile = profile.cookie_tries(COOKIE_TRIES).unwrap();
        Self { profile, owner, thief, classes: by_client }
    }

    fn capped() -> Self {
        Self::new(Profile::nist_cap_100().cap(Shares::new(STRANGERS_SHARE, 1, 1, 6).unwrap()))
    }

    fn uncapped() -> Self {
        Self::new(Profile::device_scoped())
    }

    fn decide(&self, state: &State, client: &Client) -> (Class, Decision) {
        let classes = (self.classes)(client, state.now());
        let mut read = Vec::new();
        loop {
            match decide(&self.profile, &classes, &read, state.now()) {
                Step::Read(class) => read.push(self.tally(state, class)),
                Step::Decided(class, _, decision) => return (class, decision),
            }
        }
    }

    fn tally(&self, state: &State, class: Class) -> Tally {
        match class {
            Class::Device(_) if self.is_owners(class, state) => {
                Tally { together: state.together, ..state.owner }
            }
            Class::Device(_) => Tally { together: state.together, ..state.stolen },
            _ => state.strangers,
        }
    }

    fn is_owners(&self, class: Class, state: &State) -> bool {
        by_client(&self.owner, state.now()).first() == Some(&class)
    }

    /// One attempt, and whether it was judged.
    fn attempt(&self, state: &mut State, client: &Client) -> (Class, Option<Refusal>) {
        let (class, decision) = self.decide(state, client);
        let (write, refusal) = match decision {
            Decision::Admit(tally) => (Some(tally), None),
            Decision::Refuse { refusal, write, .. } => (write, Some(refusal)),
        };
        if let Some(tally) = write {
            match class {
                Class::Device(_) if self.is_owners(class, state) => state.owner = tally,
                Class::Device(_) => state.stolen = tally,
                _ => state.strangers = tally,
            }
            if matches!(class, Class::Device(_)) {
                state.together = tally.together;
            }
        }
        (class, refusal)
    }

    fn guess(&self, state: &mut State, client: &Client) {
        match self.attempt(state, client) {
            (Class::Device(_), None) => state.stolen_guesses += 1,
            (_, None) => state.guesses += 1,
            _ => {}
        }
    }

    fn owner_errs(&self, state: &mut State) {
        let wait = match self.attempt(state, &self.owner) {
            (_, Some(Refusal::Wait(left))) => left,
            (_, Some(Refusal::Disabled)) => return,
            (_, None) => {
                state.typos += 1;
                self.profile.wait_after(u32::from(state.typos))
            }
        };
        let steps = (wait.as_secs() + STEP.as_secs() - 1) / STEP.as_secs();
        state.due = Some(state.passed + u8::try_from(steps).unwrap());
    }

    fn owner_signs_in(&self, state: &mut State) {
        if self.attempt(state, &self.owner).1.is_none() {
            let none = |tally: Tally| Tally { own: Count::NONE, ..tally };
            (state.strangers, state.stolen) = (none(state.strangers), none(state.stolen));
            (state.owner, state.together) = (Tally::NONE, Count::NONE);
            (state.guesses, state.stolen_guesses, state.typos) = (0, 0, 0);
            (state.due, state.cleared) = (Some(state.passed), state.passed);
        }
    }
}

impl State {
    fn now(&self) -> Timestamp {
        at(0) + STEP * i32::from(self.passed) - STEP * i32::from(self.behind)
    }
}

impl Model for Instance {
    type State = State;
    type Action = Act;

    fn init_states(&self) -> Vec<State> {
        vec![State {
            strangers: Tally::NONE,
            owner: Tally::NONE,
            stolen: Tally::NONE,
            together: Count::NONE,
            passed: 0,
            behind: 0,
            due: Some(0),
            typos: 0,
            guesses: 0,
            stolen_guesses: 0,
            cleared: 0,
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Act>) {
        actions.extend([Act::GuessAsStranger, Act::GuessWithStolenCookie, Act::OwnerSignsIn]);
        if state.passed < HORIZON {
            actions.push(Act::Wait);
        }
        if state.behind == 0 && state.passed > 0 {
            actions.push(Act::ClockGoesBack);
        }
        // Whoever errs more often than a cookie is good for keeps themselves out of its lane.
        let waits = matches!(self.decide(state, &self.owner).1, Decision::Refuse { .. });
        if waits || u32::from(state.typos) + 1 < COOKIE_TRIES {
            actions.push(Act::OwnerErrs);
        }
    }

    fn next_state(&self, last: &State, act: Act) -> Option<State> {
        let mut state = *last;
        match act {
            Act::Wait => state.passed += 1,
            Act::ClockGoesBack => (state.behind, state.due) = (3, None),
            Act::GuessAsStranger => self.guess(&mut state, &STRANGER),
            Act::GuessWithStolenCookie => self.guess(&mut state, &self.thief),
            Act::OwnerErrs => self.owner_errs(&mut state),
            Act::OwnerSignsIn => self.owner_signs_in(&mut state),
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("the owner is let in when told", owner_is_let_in),
            Property::always("the owner never waits for longer than the longest wait", owner_waits_briefly),
            Property::always("as many guesses as fit into the time", guesses_fit),
            Property::always("a stolen cookie is good for a few guesses", stolen_cookie_is_spent),
            Property::always("no more failures in a row than the cap", failures_are_capped),
            Property::sometimes("strangers wait", |model, state| {
                matches!(model.decide(state, &STRANGER).1, Decision::Refuse { refusal: Refusal::Wait(_), .. })
            }),
            Property::sometimes("a stolen cookie counts no more", |_: &Self, state: &State| {
                state.stolen.abused
            }),
            Property::sometimes("the owner waits", |model, state| {
                matches!(model.decide(state, &model.owner).1, Decision::Refuse { .. })
            }),
        ]
    }
}

fn by_client(client: &Client, now: Timestamp) -> Vec<Class> {
    client.classes(Subject::Staff(ANNA), &Standing::default(), now)
}

fn owner_is_let_in(model: &Instance, state: &State) -> bool {
    state.due.is_none_or(|due| {
        state.passed < due || matches!(model.decide(state, &model.owner).1, Decision::Admit(_))
    })
}

fn owner_waits_briefly(model: &Instance, state: &State) -> bool {
    match model.decide(state, &model.owner).1 {
        Decision::Admit(_) => true,
        Decision::Refuse { refusal: Refusal::Wait(left), .. } => left <= STEP * 2,
        Decision::Refuse { refusal: Refusal::Disabled, .. } => false,
    }
}

fn guesses_fit(_: &Instance, state: &State) -> bool {
    state.guesses <= FIT[usize::from(state.passed - state.cleared)]
}

fn stolen_cookie_is_spent(_: &Instance, state: &State) -> bool {
    u32::from(state.stolen_guesses) <= COOKIE_TRIES
}

fn failures_are_capped(model: &Instance, state: &State) -> bool {
    model.profile.shares().is_none_or(|_| u32::from(state.guesses) <= STRANGERS_SHARE)
}

#[test]
fn no_attacker_keeps_an_owner_with_a_known_device_out() {
    for instance in [Instance::capped(), Instance::uncapped()] {
        let checked = instance.checker().threads(2).spawn_bfs().join();
        checked.assert_properties();
        assert!(checked.unique_state_count() > 10_000, "{}", checked.unique_state_count());
    }
}

/// What the model is for: it sees what is wrong with the usual lock, which is on the account.
#[test]
fn a_lock_that_does_not_know_devices_is_found_to_keep_the_owner_out() {
    let everybody = |_: &Client, _| vec![Class::Unknown];
    for instance in [Instance::capped(), Instance::uncapped()] {
        let locked = Instance { classes: everybody, ..instance };
        let checked = locked.checker().finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
        let path = checked.assert_any_discovery("the owner is let in when told");
        assert!(path.into_actions().contains(&Act::GuessAsStranger));
    }
}
