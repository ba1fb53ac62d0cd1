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
    bits: u32,
    of: PhantomData<T>,
}

/// A value of a closed vocabulary. Implemented by this crate alone.
pub trait Member: Copy + Eq + fmt::Debug + sealed::Sealed + 'static {
    /// Every value, in the order of the codes.
    const ALL: &'static [Self];

    /// The number that stands for it in every encoding, below 32. Never reused.
    fn code(self) -> u8;

    /// The name that stands for it in a decision matrix.
    fn name(self) -> &'static str;
}

pub(crate) mod sealed {
    #[expect(unnameable_types, reason = "nobody else may implement it")]
    pub trait Sealed {}
}

impl<T: Member> Set<T> {
    /// The empty set.
    pub const EMPTY: Self = Self { bits: 0, of: PhantomData };

    /// The set of these values.
    #[must_use]
    pub fn of(members: &[T]) -> Self {
        members.iter().fold(Self::EMPTY, |set, &member| set.with(member))
    }

    /// The set that these bits stand for, if each stands for a value: bit `1 << code`.
    #[must_use]
    pub fn from_bits(bits: u32) -> Option<Self> {
        let known = Self::of(T::ALL);
        (bits & !known.bits == 0).then_some(Self { bits, of: PhantomData })
    }

    /// One bit for each value: `1 << code`.
    #[must_use]
    pub const fn bits(self) -> u32 {
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

    /// What is in this set and not in the other.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self { bits: self.bits & !other.bits, of: PhantomData }
    }

    /// The values, in the order of their codes.
    pub fn iter(self) -> impl Iterator<Item = T> {
        T::ALL.iter().copied().filter(move |&member| self.contains(member))
    }
}

fn bit<T: Member>(member: T) -> u32 {
    1_u32.checked_shl(u32::from(member.code())).unwrap_or(0)
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

        impl $crate::set::sealed::Sealed for $name {}

        impl $crate::set::Member for $name {
            const ALL: &'static [Self] = &[$(Self::$variant,)*];

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
    use crate::{Action, Fact, OverrideReason, Purpose, ResourceType, Role};

    fn codes_are_their_own<T: Member>() {
        let all = Set::of(T::ALL);
        assert_eq!(all.iter().count(), T::ALL.len(), "two values share a code");
        assert_eq!(all.bits().count_ones() as usize, T::ALL.len(), "a code is 32 or more");
        assert!(Set::<T>::from_bits(u32::MAX).is_none());
    }

    #[test]
    fn every_vocabulary_fits_its_bits() {
        codes_are_their_own::<Role>();
        codes_are_their_own::<Fact>();
        codes_are_their_own::<Purpose>();
        codes_are_their_own::<Action>();
        codes_are_their_own::<ResourceType>();
    }

    fn codes<T: Member>() -> String {
        T::ALL
            .iter()
            .map(|member| format!("{} {}", member.code(), member.name()))
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// They stand in records and in the hash of a policy.
    #[test]
    fn every_code_is_pinned() {
        let roles = "0 counsellor, 1 supervisor, 2 moderator, 3 auditor, 4 administrator";
        assert_eq!(codes::<Role>(), roles);
        let facts = "5 assigned, 6 glass-broken, 7 suspended, 8 conflict-of-interest, 9 concerns-self, \
                     10 aal2, 11 aal3, 12 for-TREAT, 13 for-BTG, 14 for-HOPERAT, 15 for-HSYSADMIN, \
                     16 for-HCOMPL";
        assert_eq!(codes::<Fact>(), format!("{roles}, {facts}"));
        assert_eq!(codes::<Purpose>(), "0 TREAT, 1 BTG, 2 HOPERAT, 3 HSYSADMIN, 4 HCOMPL");
        let actions = "0 read, 1 write, 2 join, 3 assign, 4 restrict, 5 break-glass, 6 manage";
        assert_eq!(codes::<Action>(), actions);
        let resources = "0 case-note, 1 roster, 2 metadata, 3 conversation, 4 staff, 5 audit-log";
        assert_eq!(codes::<ResourceType>(), resources);
        assert_eq!(codes::<OverrideReason>(), "1 OVRER, 2 OVRPJ, 3 OVRPS, 4 OVRTPS, 5 OVRINCOMP");
    }

    #[test]
    fn a_set_prints_its_members() {
        assert_eq!(format!("{:?}", Set::of(&[Role::Auditor])), "{Auditor}");
    }
}
