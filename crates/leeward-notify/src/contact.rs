use crate::{Address, Hours, Language};
use jiff::Timestamp;
use std::time::Duration;

/// An address of an account, and how it may be used. `Debug` does not show the address.
///
/// Somebody else may read the mail of the household or hold the phone. So whether an address is safe is
/// said when it is made; there is no default.
///
/// ```
/// use leeward_notify::{Address, Contact, Hours, Language};
/// let own = Contact::safe(Address::phone("+4915123456789")?)
///     .at(Hours::between(9 * 60, 17 * 60, "CET-1CEST,M3.5.0,M10.5.0/3")?)
///     .language(Language::german());
/// let shared = Contact::not_safe(Address::email("family@example.org")?);
/// let friend = Contact::safe(Address::email("friend@example.org")?).designee();
/// assert!(own.takes_codes() && !shared.takes_codes() && !friend.takes_codes());
/// # Ok::<(), leeward_notify::NotifyError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    pub(crate) address: Address,
    pub(crate) language: Language,
    pub(crate) safe: bool,
    pub(crate) designee: bool,
    pub(crate) hours: Option<Hours>,
    /// Until when an address that was taken away still gets notices.
    pub(crate) leaves_at: Option<Timestamp>,
}

impl Contact {
    /// An address that its reader said is safe to write to.
    #[must_use]
    pub fn safe(address: Address) -> Self {
        Self {
            address,
            language: Language::english(),
            safe: true,
            designee: false,
            hours: None,
            leaves_at: None,
        }
    }

    /// An address that is known and never written to.
    #[must_use]
    pub fn not_safe(address: Address) -> Self {
        Self { safe: false, ..Self::safe(address) }
    }

    /// Written to at these hours only. What is due waits for them.
    #[must_use]
    pub fn at(self, hours: Hours) -> Self {
        Self { hours: Some(hours), ..self }
    }

    /// The language of what is sent there: English when not said.
    #[must_use]
    pub fn language(self, language: Language) -> Self {
        Self { language, ..self }
    }

    /// Somebody whom the owner chose to be told in their place (NIST SP 800-63B-4 4.6). They get
    /// notices, never codes.
    #[must_use]
    pub fn designee(self) -> Self {
        Self { designee: true, ..self }
    }

    /// The address itself.
    #[must_use]
    pub const fn address(&self) -> &Address {
        &self.address
    }

    /// Whether its reader said that it is safe to write to.
    #[must_use]
    pub const fn is_safe(&self) -> bool {
        self.safe
    }

    /// Whether it belongs to somebody else, who is told in the owner's place.
    #[must_use]
    pub const fn is_designee(&self) -> bool {
        self.designee
    }

    /// Until when it still gets notices, if it was taken away.
    #[must_use]
    pub const fn leaves_at(&self) -> Option<Timestamp> {
        self.leaves_at
    }

    /// Whether codes may go there.
    #[must_use]
    pub const fn takes_codes(&self) -> bool {
        self.safe && !self.designee && self.leaves_at.is_none()
    }

    /// Whether notices may go there.
    #[must_use]
    pub fn takes_notices(&self, now: Timestamp) -> bool {
        self.safe && self.leaves_at.is_none_or(|leaves_at| now < leaves_at)
    }

    /// How long to wait until its hours begin; `None` when it may be written to.
    #[must_use]
    pub fn wait(&self, now: Timestamp) -> Option<Duration> {
        self.hours.as_ref().and_then(|hours| hours.wait(now))
    }
}
