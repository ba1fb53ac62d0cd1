use crate::{Field, Obligation, ObligationKind, Role, Set, obligation::level};
use leeward_event::assurance::Aal;
use std::fmt;

/// All that has to be done because of one decision, each once.
///
/// Where several rules permit, their obligations add up: whoever is told, is told; the soonest review and
/// the strongest step-up count. The fields that they leave add up too, since each of them would have
/// permitted its own by itself.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Obligations {
    kinds: Set<ObligationKind>,
    notify: Set<Role>,
    fields: Set<Field>,
    step_up: (Aal, u16),
    review_within_hours: u16,
    service: u16,
    /// A number of the service's own that does not exist was given.
    nonsense: bool,
}

impl Obligations {
    /// Nothing to do.
    pub(crate) fn none() -> Self {
        Self {
            kinds: Set::EMPTY,
            notify: Set::EMPTY,
            fields: Set::full(),
            step_up: (Aal::One, u16::MAX),
            review_within_hours: u16::MAX,
            service: 0,
            nonsense: false,
        }
    }

    /// These.
    #[must_use]
    pub fn of(obligations: &[Obligation]) -> Self {
        obligations.iter().fold(Self::none(), |all, &one| all.with(one))
    }

    /// These and one more, both asked for by one rule: of two masks, what both leave.
    pub(crate) fn with(self, obligation: Obligation) -> Self {
        let mut all = Self { kinds: self.kinds.with(obligation.kind()), ..self };
        match obligation {
            Obligation::Audit | Obligation::SecondApproval | Obligation::DiscloseToPerson => {}
            Obligation::StepUp { aal, within_minutes } => {
                all.step_up = stricter(self.step_up, (aal, within_minutes));
            }
            Obligation::Mask(fields) => all.fields = self.fields.and(fields),
            Obligation::Notify(role) => all.notify = self.notify.with(role),
            Obligation::Review { within_hours } => {
                all.review_within_hours = self.review_within_hours.min(within_hours);
            }
            Obligation::Service(number) => {
                let bit = 1_u16.checked_shl(u32::from(number));
                all.service |= bit.unwrap_or(0);
                all.nonsense |= bit.is_none();
            }
        }
        all
    }

    /// What has to be done when two rules permit.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        let fields = self.fields.or(other.fields);
        let kinds = self.kinds.or(other.kinds);
        Self {
            kinds: kinds.with_if(ObligationKind::Mask, fields != Set::full()),
            notify: self.notify.or(other.notify),
            fields,
            step_up: stricter(self.step_up, other.step_up),
            review_within_hours: self.review_within_hours.min(other.review_within_hours),
            service: self.service | other.service,
            nonsense: self.nonsense || other.nonsense,
        }
    }

    /// Each of them, in the order of their kinds.
    pub fn iter(self) -> impl Iterator<Item = Obligation> {
        let services = (0..16_u8).filter(move |number| self.service >> number & 1 == 1);
        ObligationKind::ALL
            .iter()
            .filter(move |&&kind| self.kinds.contains(kind))
            .filter_map(move |&kind| self.single(kind))
            .chain(self.notify.iter().map(Obligation::Notify))
            .chain(self.review())
            .chain(self.has(ObligationKind::DiscloseToPerson).then_some(Obligation::DiscloseToPerson))
            .chain(services.map(Obligation::Service))
    }

    /// Those kinds that come before the notices and at most once.
    const fn single(self, kind: ObligationKind) -> Option<Obligation> {
        match kind {
            ObligationKind::Audit => Some(Obligation::Audit),
            ObligationKind::StepUp => {
                Some(Obligation::StepUp { aal: self.step_up.0, within_minutes: self.step_up.1 })
            }
            ObligationKind::SecondApproval => Some(Obligation::SecondApproval),
            ObligationKind::Mask => Some(Obligation::Mask(self.fields)),
            _ => None,
        }
    }

    fn review(self) -> Option<Obligation> {
        let within_hours = self.review_within_hours;
        self.has(ObligationKind::Review).then_some(Obligation::Review { within_hours })
    }

    fn has(self, kind: ObligationKind) -> bool {
        self.kinds.contains(kind)
    }

    /// Whether this is among them.
    #[must_use]
    pub fn contains(self, obligation: Obligation) -> bool {
        self.iter().any(|one| one == obligation)
    }

    /// Which kinds there are. Whoever does not know all of them denies.
    #[must_use]
    pub const fn kinds(self) -> Set<ObligationKind> {
        self.kinds
    }

    /// Which fields of the record may be shown.
    #[must_use]
    pub const fn fields(self) -> Set<Field> {
        self.fields
    }

    /// Whether there is nothing to do.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.kinds.is_empty()
    }

    /// Without one that was met.
    pub(crate) fn met(self, obligation: Obligation) -> Self {
        let mut left = self;
        match obligation {
            Obligation::Notify(role) => left.notify = self.notify.without(role),
            Obligation::Service(number) => {
                left.service &= !(1_u16.checked_shl(u32::from(number)).unwrap_or(0))
            }
            _ => {}
        }
        let more = match obligation {
            Obligation::Notify(_) => !left.notify.is_empty(),
            Obligation::Service(_) => left.service != 0,
            _ => false,
        };
        left.kinds = self.kinds.with_if(obligation.kind(), more);
        left
    }

    /// Whether nothing is asked for that does not exist.
    pub(crate) fn is_well_formed(self) -> bool {
        !self.nonsense
            && (!self.has(ObligationKind::Review) || self.review_within_hours > 0)
            && (!self.has(ObligationKind::StepUp) || self.step_up.1 > 0)
    }

    /// The canonical bytes: which kinds, who is told, fields, step-up, review, the service's own.
    pub(crate) fn encode(self, bytes: &mut Vec<u8>) {
        for bits in [self.kinds.bits(), self.notify.bits(), self.fields.bits()] {
            bytes.extend(bits.to_be_bytes());
        }
        bytes.push(level(self.step_up.0));
        for number in [self.step_up.1, self.review_within_hours, self.service] {
            bytes.extend(number.to_be_bytes());
        }
    }
}

fn stricter(one: (Aal, u16), other: (Aal, u16)) -> (Aal, u16) {
    (one.0.max(other.0), one.1.min(other.1))
}

impl fmt::Display for Obligations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = self.iter().map(|obligation| obligation.to_string()).collect::<Vec<_>>();
        f.write_str(&told.join(", "))
    }
}

impl fmt::Debug for Obligations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_two_rules_ask_for_adds_up() {
        let narrow = Obligations::of(&[
            Obligation::Mask(Set::of(&[Field::Metadata])),
            Obligation::Review { within_hours: 72 },
            Obligation::Notify(Role::Supervisor),
        ]);
        let wide = Obligations::of(&[
            Obligation::Mask(Set::of(&[Field::Content])),
            Obligation::Review { within_hours: 24 },
            Obligation::Notify(Role::PrivacyOfficer),
            Obligation::Audit,
        ]);
        let both = [
            Obligation::Audit,
            Obligation::Mask(Set::of(&[Field::Content, Field::Metadata])),
            Obligation::Notify(Role::Supervisor),
            Obligation::Notify(Role::PrivacyOfficer),
            Obligation::Review { within_hours: 24 },
        ];
        assert!(narrow.join(wide).iter().eq(both));
        assert_eq!(narrow.join(wide), wide.join(narrow));
        assert!(!narrow.join(Obligations::none()).kinds().contains(ObligationKind::Mask));
    }

    #[test]
    fn one_that_was_met_is_gone_and_no_other() {
        let all = [
            Obligation::Audit,
            Obligation::StepUp { aal: Aal::Three, within_minutes: 5 },
            Obligation::SecondApproval,
            Obligation::Mask(Set::EMPTY),
            Obligation::Notify(Role::Supervisor),
            Obligation::Notify(Role::PrivacyOfficer),
            Obligation::Review { within_hours: 24 },
            Obligation::DiscloseToPerson,
            Obligation::Service(0),
            Obligation::Service(15),
        ];
        assert!(Obligations::of(&all).iter().eq(all));
        for one in all {
            let left = Obligations::of(&all).met(one);
            assert!(left.iter().eq(all.into_iter().filter(|other| *other != one)), "{one}");
        }
        assert!(all.into_iter().fold(Obligations::of(&all), Obligations::met).is_empty());
    }
}
