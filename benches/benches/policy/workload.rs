use jiff::{SignedDuration, Timestamp};
use leeward_event::{ConversationId, SeekerId, StaffId, assurance::Aal};
use leeward_policy::{
    Confidentiality, Consent, Fact, Facts, Member, Operation, PolicySet, Purpose, Question, RecordOf,
    Requester, Role, Rule, ServiceFacts, Set, Standing, Thresholds,
};

/// One request: as a question with what is on record, and as the facts that follow from both.
pub(crate) struct Asked {
    pub(crate) operation: Operation,
    pub(crate) purpose: Purpose,
    pub(crate) facts: Facts,
    pub(crate) question: Question,
    pub(crate) standing: Standing,
}

/// Plausible requests: what some rule asks for, with up to three facts changed, so that neither answer is rare.
/// They are the same in every run.
pub(crate) fn requests(policy: &PolicySet, count: usize) -> Vec<Asked> {
    let mut random = Random(7);
    (0..count).map(|_| random.request(policy)).collect()
}

pub(crate) fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

/// `SplitMix64`.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % bound as u64) as usize
    }

    fn one_of<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    fn request(&mut self, policy: &PolicySet) -> Asked {
        let rule = &policy.rules()[self.below(policy.rules().len())];
        let operation = self.one_of(&rule.operations().iter().collect::<Vec<_>>());
        let purpose = match self.below(8) {
            0 => self.one_of(Purpose::ALL),
            _ => self.one_of(&rule.purposes().iter().collect::<Vec<_>>()),
        };
        loop {
            if let Some(facts) = Facts::from_set(self.facts(rule)) {
                let (question, standing) = (question(operation, purpose, facts), standing(facts));
                let derived = Facts::of(&question, &standing, now(), Thresholds::USUAL);
                if derived == facts {
                    return Asked { operation, purpose, facts, question, standing };
                }
            }
        }
    }

    fn facts(&mut self, rule: &Rule) -> Set<Fact> {
        let usual = Set::of(&[Fact::AalTwo, Fact::Trained, Fact::Consented]);
        let mut facts = if self.below(4) > 0 { usual } else { Set::EMPTY };
        if !rule.alternatives().is_empty() {
            facts = facts.with(self.one_of(&rule.alternatives().iter().collect::<Vec<_>>()));
        }
        facts = facts.or(rule.required()).minus(rule.forbidden());
        let ours = Fact::ALL.iter().copied().take_while(|fact| *fact != Fact::Service0).collect::<Vec<_>>();
        for _ in 0..self.below(4) {
            let fact = self.one_of(&ours);
            facts = if facts.contains(fact) { facts.without(fact) } else { facts.with(fact) };
        }
        facts
    }
}

fn question(operation: Operation, purpose: Purpose, facts: Facts) -> Question {
    let (staff, seeker) = (StaffId::from_bytes([1; 16]), SeekerId::from_bytes([2; 16]));
    let aal = match (facts.hold(Fact::AalThree), facts.hold(Fact::AalTwo)) {
        (true, _) => Aal::Three,
        (false, true) => Aal::Two,
        (false, false) => Aal::One,
    };
    let requester = match (facts.hold(Fact::Seeker), facts.hold(Fact::Service)) {
        (true, _) => Requester::seeker(seeker),
        (_, true) => Requester::service(),
        _ => Requester::new(staff, aal),
    };
    let proved_at = if facts.hold(Fact::Fresh) { now() } else { now() - SignedDuration::from_hours(9) };
    Question {
        requester: requester.proved_at(proved_at),
        operation,
        purpose,
        of: Some(RecordOf::Conversation(ConversationId::from_bytes([3; 16]))),
        staff: facts.hold(Fact::ConcernsSelf).then_some(staff),
    }
}

fn standing(facts: Facts) -> Standing {
    let consent = [
        (Fact::Consented, Consent::Granted),
        (Fact::ConsentRevoked, Consent::Revoked),
        (Fact::EmergencyOnly, Consent::EmergencyOnly),
    ];
    let role = |role: &Role| Fact::ALL.iter().any(|fact| fact.name() == role.name() && facts.hold(*fact));
    Standing {
        roles: Role::ALL.iter().copied().filter(role).fold(Set::EMPTY, Set::with),
        suspended: facts.hold(Fact::Suspended),
        trained: facts.hold(Fact::Trained),
        on_duty: facts.hold(Fact::OnDuty),
        glass_eligible: facts.hold(Fact::GlassEligible),
        review_due: facts.hold(Fact::ReviewDue),
        assigned: facts.hold(Fact::Assigned),
        same_team: facts.hold(Fact::SameTeam),
        supervises: facts.hold(Fact::Supervises),
        own_record: facts.hold(Fact::OwnRecord),
        conflict_of_interest: facts.hold(Fact::ConflictOfInterest),
        glass_broken: facts.hold(Fact::GlassBroken),
        approved: facts.hold(Fact::Approved),
        consent: consent.iter().find(|(fact, _)| facts.hold(*fact)).map_or(Consent::None, |(_, said)| *said),
        consent_unseen: facts.hold(Fact::ConsentUnseen),
        confidentiality: match (facts.hold(Fact::VeryRestricted), facts.hold(Fact::Restricted)) {
            (true, _) => Confidentiality::VeryRestricted,
            (false, true) => Confidentiality::Restricted,
            (false, false) => Confidentiality::Normal,
        },
        recent: facts.hold(Fact::Recent),
        closed: facts.hold(Fact::Closed),
        service: ServiceFacts::NONE,
    }
}
