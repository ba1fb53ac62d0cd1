/// `Variant = code, "words";` for each kind, in the order of the codes.
macro_rules! kinds {
    ($($(#[$about:meta])* $variant:ident = $code:literal, $words:literal;)+) => {
        /// What an account's owner is told of, because it may have been somebody else
        /// (NIST SP 800-63B-4 4.6).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum NoticeKind {
            $($(#[$about])* $variant,)+
        }

        impl NoticeKind {
            /// Every kind, in the order of the codes.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The number that stands for it in a record. Never reused.
            #[must_use]
            pub const fn code(self) -> u16 {
                match self {
                    $(Self::$variant => $code,)+
                }
            }

            /// The kind with this number, if there is one.
            #[must_use]
            pub const fn from_code(code: u16) -> Option<Self> {
                match code {
                    $($code => Some(Self::$variant),)+
                    _ => None,
                }
            }

            /// A few plain words for an operator. What the owner reads stands in the
            /// [`Catalogue`](crate::Catalogue).
            #[must_use]
            pub const fn words(self) -> &'static str {
                match self {
                    $(Self::$variant => $words,)+
                }
            }
        }
    };
}

kinds! {
    /// A passphrase was set or changed.
    PassphraseSet = 1, "passphrase set";
    /// A passphrase has to be changed before it is used again.
    PassphraseChangeForced = 2, "passphrase change forced";
    /// A second factor was bound.
    FactorAdded = 10, "factor added";
    /// A second factor was taken away.
    FactorRemoved = 11, "factor removed";
    /// A second factor does not count until it is reinstated.
    FactorSuspended = 12, "factor suspended";
    /// An authenticator was disabled after too many wrong attempts.
    FactorDisabled = 13, "factor disabled";
    /// A suspended factor counts again.
    FactorReinstated = 14, "factor reinstated";
    /// A set of recovery codes was made, and the older one ended.
    RecoveryCodesIssued = 20, "recovery codes issued";
    /// A recovery code was used.
    RecoveryCodeUsed = 21, "recovery code used";
    /// Few recovery codes are left.
    RecoveryCodesFew = 22, "few recovery codes left";
    /// The last recovery code was used.
    RecoveryCodesUsedUp = 23, "recovery codes used up";
    /// The way back into the account was asked for.
    RecoveryStarted = 30, "recovery started";
    /// Somebody got back into the account.
    RecoveryCompleted = 31, "recovery completed";
    /// The way back into the account was closed before its end.
    RecoveryCancelled = 32, "recovery cancelled";
    /// An address was added.
    AddressAdded = 40, "address added";
    /// An address was taken away.
    AddressRemoved = 41, "address removed";
    /// Somebody wanted to register with an address or a name that has an account.
    RegistrationAttempted = 42, "registration attempted";
    /// The hours at which an address is written to were changed.
    AddressChanged = 43, "address changed";
    /// A device is known from now on.
    DeviceTrusted = 50, "device trusted";
    /// A refresh token was used a second time.
    SessionRefreshReused = 51, "session refresh reused";
    /// A code that was sent by telephone was used: a restricted authenticator
    /// (NIST SP 800-63B-4 3.2.9).
    PhoneCodeUsed = 60, "phone code used";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_read_again_from_its_code() {
        for kind in NoticeKind::ALL {
            assert_eq!(NoticeKind::from_code(kind.code()), Some(*kind));
        }
        assert!(NoticeKind::ALL.is_sorted_by_key(|kind| kind.code()));
    }
}
