use std::{fmt, marker::PhantomData};

/// A small set of the values of one closed vocabulary, such as roles or facts: one bit for each.
///
/// ```
/// use leeward_policy::{Role, Set};
/// let roles = Set::of(&[Role::Counsellor, Role::Supervisor]);
/// assert!(roles.contains(Role::Supervisor));
/// assert!(!roles.contains(Role::Auditor));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Set<T> {
    bits: u64,
    of: PhantomData<T>,
}

/// A value of a closed vocabulary. Implemented by this crate alone.
pub trait Member: Copy + Eq + fmt::Debug + sealed::Sealed + 'static {
    /// Every value, in the order of the codes.
    const ALL: &'static [Self];

    /// Their codes, one bit for each.
    const CODES: u64;

    /// The number that stands for it in every encoding, below 64. Never reused.
    fn code(self) -> u8;

    /// The name that stands for it in policy files and decision matrices.
    fn name(self) -> &'static str;

    /// The value with this name, if there is one.
    #[must_use]
    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|member| member.name() == name)
    }

    /// The value with this number, if there is one.
    #[must_use]
    fn from_code(code: u8) -> Option<Self> {
        Self::ALL.iter().copied().find(|member| member.code() == code)
    }
}

pub(crate) mod sealed {
    #[expect(unnameable_types, reason = "nobody else may implement it")]
    pub trait Sealed {}
}

impl<T: Member> Set<T> {
    /// The empty set.
    pub const EMPTY: Self = Self { bits: 0, of: PhantomData };

    /// The set of every value.
    #[must_use]
    pub const fn full() -> Self {
        Self { bits: T::CODES, of: PhantomData }
    }

    /// The set of these values.
    #[must_use]
    pub fn of(members: &[T]) -> Self {
        members.iter().fold(Self::EMPTY, |set, &member| set.with(member))
    }

    /// The set that these bits stand for, if each stands for a value: bit `1 << code`.
    #[must_use]
    pub fn from_bits(bits: u64) -> Option<Self> {
        let known = Self::full();
        (bits & !known.bits == 0).then_some(Self { bits, of: PhantomData })
    }

    /// One bit for each value: `1 << code`.
    #[must_use]
    pub const fn bits(self) -> u64 {
        self.bits
    }

    /// This set and one value more.
    #[must_use]
    pub fn with(self, member: T) -> Self {
        Self { bits: self.bits | bit(member), ..self }
    }

    /// This set without one value.
    #[must_use]
    pub fn without(self, member: T) -> Self {
        Self { bits: self.bits & !bit(member), ..self }
    }

    /// This set with a value, or without it.
    pub(crate) fn with_if(self, member: T, present: bool) -> Self {
        if present { self.with(member) } else { self.without(member) }
    }

    /// Whether the value is in it.
    #[must_use]
    pub fn contains(self, member: T) -> bool {
        self.bits & bit(member) != 0
    }

    /// Whether nothing is in it.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.bits == 0
    }

    /// What is in both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self { bits: self.bits & other.bits, of: PhantomData }
    }

    /// What is in either.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self { bits: self.bits | other.bits, of: PhantomData }
    }

    /// What is in it and in these bits.
    pub(crate) const fn keep(self, bits: u64) -> Self {
        Self { bits: self.bits & bits, of: PhantomData }
    }

    /// What is in this set and not in the other.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self { bits: self.bits & !other.bits, of: PhantomData }
    }

    /// How many are in it.
    #[must_use]
    pub const fn len(self) -> usize {
        self.bits.count_ones() as usize
    }

    /// Whether all of it is in the other too.
    #[must_use]
    pub const fn is_subset_of(self, other: Self) -> bool {
        self.bits & !other.bits == 0
    }

    /// The values, in the order of their codes.
    pub fn iter(self) -> impl Iterator<Item = T> {
        T::ALL.iter().copied().filter(move |&member| self.contains(member))
    }
}

/// The names, with this between them.
pub(crate) fn names<T: Member>(set: Set<T>, between: &str) -> String {
    set.iter().map(Member::name).collect::<Vec<_>>().join(between)
}

fn bit<T: Member>(member: T) -> u64 {
    1_u64.checked_shl(u32::from(member.code())).unwrap_or(0)
}

impl<T: Member> fmt::Debug for Set<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// Declares a closed vocabulary: the enum, the list of its values, their codes and names.
macro_rules! vocabulary {
    ($(#[$meta:meta])* $vis:vis enum $name:ident {
        $($(#[$doc:meta])* $variant:ident = $code:literal, $text:literal;)*
    }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis enum $name {
            $($(#[$doc])* $variant,)*
        }

        impl $name {
            /// Every value, in the order of the codes.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];
        }

        impl $crate::set::sealed::Sealed for $name {}

        impl $crate::set::Member for $name {
            const ALL: &'static [Self] = Self::ALL;
            const CODES: u64 = 0 $(| 1 << $code)*;

            fn code(self) -> u8 {
                match self {
                    $(Self::$variant => $code,)*
                }
            }

            fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }
        }
    };
}
pub(crate) use vocabulary;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Action, Confidentiality, Fact, Field, ObligationKind, Operation, OverrideReason, Purpose,
        ResourceType, Role,
    };

    fn codes_are_their_own<T: Member>() {
        let all = Set::<T>::full();
        assert_eq!(all, Set::of(T::ALL));
        assert_eq!(all.iter().count(), T::ALL.len(), "two values share a code");
        assert_eq!(all.len(), T::ALL.len(), "a code is 64 or more");
        assert!(T::ALL.iter().all(|&member| T::from_name(member.name()) == Some(member)));
        assert!(T::ALL.iter().all(|&member| T::from_code(member.code()) == Some(member)));
        assert_eq!((T::from_name("nonsense"), T::from_code(64)), (None, None));
    }

    #[test]
    fn every_vocabulary_fits_its_bits() {
        codes_are_their_own::<Role>();
        codes_are_their_own::<Fact>();
        codes_are_their_own::<Purpose>();
        codes_are_their_own::<Action>();
        codes_are_their_own::<ResourceType>();
        codes_are_their_own::<Operation>();
        codes_are_their_own::<Field>();
        codes_are_their_own::<Confidentiality>();
        codes_are_their_own::<ObligationKind>();
        codes_are_their_own::<OverrideReason>();
        assert!(Set::<Role>::from_bits(u64::MAX).is_none());
    }

    fn codes<T: Member>() -> String {
        let all = T::ALL.iter().map(|member| format!("{} {}", member.code(), member.name()));
        all.collect::<Vec<_>>().join(", ")
    }

    /// They stand in records and in the hash of a policy.
    #[test]
    fn every_code_is_pinned() {
        let roles = "0 counsellor, 1 supervisor, 2 moderator, 3 auditor, 4 administrator, 5 seeker, \
                     6 peer-supporter, 7 privacy-officer, 8 service, 9 workgroup-manager";
        assert_eq!(codes::<Role>(), roles);
        let facts = "10 assigned, 11 same-team, 12 supervises, 13 on-duty, 14 own-record, 15 glass-broken, \
                     16 glass-eligible, 17 review-due, 18 approved, 19 concerns-self, 20 suspended, \
                     21 conflict-of-interest, 22 aal2, 23 aal3, 24 fresh, 25 trained, 26 consented, \
                     27 consent-revoked, 28 emergency-only, 29 restricted, 30 very-restricted, 31 recent, \
                     32 closed, 33 consent-unseen";
        let service = (0..16).map(|bit| format!("{} service-{bit}", 48 + bit)).collect::<Vec<_>>();
        assert_eq!(codes::<Fact>(), format!("{roles}, {facts}, {}", service.join(", ")));
        assert_eq!(
            codes::<Purpose>(),
            "0 TREAT, 1 BTG, 2 HOPERAT, 3 HSYSADMIN, 4 HCOMPL, 5 ETREAT, 6 ERTREAT, 7 HQUALIMP, 8 PATSFTY, \
             9 HLEGAL, 10 TRAIN, 11 HRESCH, 12 PUBHLTH, 13 THREAT, 14 DISASTER, 15 PATRQT, 16 FAMRQT, \
             17 PWATRNY, 18 SUPNWK"
        );
        assert_eq!(
            codes::<Action>(),
            "0 read, 1 write, 2 join, 3 assign, 4 restrict, 5 break-glass, 6 manage, 7 export, 8 delete, \
             9 disclose, 10 approve, 11 review, 12 close"
        );
        assert_eq!(
            codes::<ResourceType>(),
            "0 case-note, 1 roster, 2 metadata, 3 conversation, 4 staff, 5 audit-log, 6 transcript, \
             7 profile, 8 safety-plan, 9 report, 10 export, 11 contact-hint, 12 consent, 13 access-report, \
             14 grant, 15 approval, 16 policy, 17 team, 18 training, 19 statistics"
        );
        assert_eq!(
            codes::<Operation>(),
            "0 read case-note, 1 write case-note, 2 read roster, 3 read metadata, 4 join conversation, \
             5 assign conversation, 6 restrict conversation, 7 break-glass conversation, 8 manage staff, \
             9 read audit-log, 10 read transcript, 11 read profile, 12 write profile, 13 read safety-plan, \
             14 write safety-plan, 15 read contact-hint, 16 write contact-hint, 17 disclose profile, \
             18 write report, 19 read report, 20 manage report, 21 export export, 22 read export, \
             23 export audit-log, 24 delete transcript, 25 delete case-note, 26 delete profile, \
             27 review grant, 28 approve approval, 29 write consent, 30 read consent, \
             31 read access-report, 32 manage policy, 33 read policy, 34 manage team, 35 write training, \
             36 close conversation, 37 read staff, 38 read statistics"
        );
        assert_eq!(codes::<Field>(), "0 identifiers, 1 content, 2 metadata");
        assert_eq!(codes::<Confidentiality>(), "0 U, 1 L, 2 M, 3 N, 4 R, 5 V");
        assert_eq!(codes::<OverrideReason>(), "1 OVRER, 2 OVRPJ, 3 OVRPS, 4 OVRTPS, 5 OVRINCOMP");
    }

    #[test]
    fn a_set_prints_its_members() {
        assert_eq!(format!("{:?}", Set::of(&[Role::Auditor])), "{Auditor}");
    }
}
