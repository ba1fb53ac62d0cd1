/// In which queue work for a client waits: what is less is served first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// A device that has signed in to this account before, or a client that has just proved another of
    /// the account's authenticators.
    KnownDevice,
    /// A client of which the application says that it is of staff on duty.
    OnDuty,
    /// Anybody.
    Unknown,
}

/// Whose attempts are counted together: each known device has counts of its own, and all clients of which
/// nothing is known share one (OWASP, "Slow Down Online Guessing Attacks with Device Cookies").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// This device, which has signed in before.
    Device(DeviceId),
    /// Clients that have just proved another authenticator of the account.
    Proved,
    /// Clients of which the application says that they are of staff on duty.
    OnDuty,
    /// Everybody else.
    Unknown,
}

/// The random number of a device cookie. It is derived from nothing, and changes with each sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DeviceId(pub(crate) [u8; 16]);

impl Class {
    /// The lane of its clients.
    #[must_use]
    pub const fn lane(self) -> Lane {
        match self {
            Self::Device(_) | Self::Proved => Lane::KnownDevice,
            Self::OnDuty => Lane::OnDuty,
            Self::Unknown => Lane::Unknown,
        }
    }
}

impl DeviceId {
    /// The device with this number.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The number.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}
