use crate::{Class, DeviceId, Lane, Standing, device_cookie::Claim};
use jiff::{SignedDuration, Timestamp};
use leeward_event::{
    StaffId, Subject,
    assurance::{Proof, ProvedFactor},
};

/// For how long a client that has proved one authenticator is known by it.
const PROOF_KEEPS: SignedDuration = SignedDuration::from_mins(10);

/// From where an attempt comes, as far as that is known.
///
/// What is known holds for one account. Towards any other, the client is unknown.
#[derive(Clone, Debug, Default)]
pub struct Client {
    device: Option<(StaffId, Claim)>,
    proved: Option<(StaffId, Proof)>,
    on_duty: bool,
}

impl Client {
    /// Somebody of whom nothing is known.
    #[must_use]
    pub const fn unknown() -> Self {
        Self { device: None, proved: None, on_duty: false }
    }

    pub(crate) const fn with_device(account: StaffId, claim: Claim) -> Self {
        Self { device: Some((account, claim)), ..Self::unknown() }
    }

    /// Says that this is a client of staff on duty, which only the application knows: by a managed machine
    /// or the network of an office, say.
    ///
    /// Say it because of what is known of the **client**. Who says it because the *account* is on the rota
    /// gives every stranger the lane, and the counts, of those on duty.
    #[must_use]
    pub const fn on_duty(mut self) -> Self {
        self.on_duty = true;
        self
    }

    /// Says that this client has just proved another authenticator of the account. For 10 minutes its
    /// attempts are counted with those of clients that have done so.
    ///
    /// After a right passphrase, strangers cannot use up the attempts at the code that comes next. And when
    /// strangers keep passphrases waiting, a passkey or a code first opens the way past them.
    #[must_use]
    pub const fn having_proved(mut self, proved: &ProvedFactor) -> Self {
        self.proved = Some((proved.account(), proved.proof()));
        self
    }

    /// What it may count as towards `subject`, the best first; the last is always [`Class::Unknown`].
    #[must_use]
    pub fn classes(&self, subject: Subject, standing: &Standing, now: Timestamp) -> Vec<Class> {
        let device = self.device(subject, standing, now).map(Class::Device);
        let proved = self.has_proved(subject, now).then_some(Class::Proved);
        let on_duty = self.on_duty.then_some(Class::OnDuty);
        device.into_iter().chain(proved).chain(on_duty).chain([Class::Unknown]).collect()
    }

    /// The lane that it claims, before anything was read: what an application may sort its own queues by.
    /// The lane that counts is the gate's.
    #[must_use]
    pub const fn claimed_lane(&self) -> Lane {
        match self {
            Self { device: Some(_), .. } | Self { proved: Some(_), .. } => Lane::KnownDevice,
            Self { on_duty: true, .. } => Lane::OnDuty,
            _ => Lane::Unknown,
        }
    }

    pub(crate) fn device(&self, subject: Subject, standing: &Standing, now: Timestamp) -> Option<DeviceId> {
        let (account, claim) = self.device.as_ref()?;
        let holds = Subject::Staff(*account) == subject && claim.holds(standing.generation, now);
        holds.then_some(claim.device)
    }

    /// When its cookie expires, after which nobody needs to know that it was abused.
    pub(crate) fn device_expires(&self) -> Option<Timestamp> {
        self.device.as_ref().map(|(_, claim)| claim.expires)
    }

    fn has_proved(&self, subject: Subject, now: Timestamp) -> bool {
        self.proved.as_ref().is_some_and(|(account, proof)| {
            Subject::Staff(*account) == subject && proof.is_within(PROOF_KEEPS, now)
        })
    }
}
