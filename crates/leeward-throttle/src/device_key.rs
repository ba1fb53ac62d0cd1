use crate::{DeviceCookie, DeviceId, ThrottleError, device_cookie::Claim};
use leeward_event::StaffId;
use ring::{hmac, rand::SecureRandom};
use std::fmt;
use zeroize::Zeroizing;

/// A secret under which device cookies are signed (HMAC-SHA-256). Kept outside the database: who has it
/// makes cookies for every account.
pub struct DeviceKey {
    id: u32,
    secret: Box<Zeroizing<[u8; 32]>>,
}

/// The secret that signs, and older ones whose cookies still count.
///
/// ```
/// use leeward_throttle::{DeviceKey, DeviceKeys};
/// let rng = ring::rand::SystemRandom::new();
/// let keys = DeviceKeys::new(DeviceKey::generate(1, &rng)?);
/// // Later, another one signs, and cookies of the first count until they expire:
/// let kept = DeviceKey::generate(1, &rng)?;
/// let keys = DeviceKeys::new(DeviceKey::generate(2, &rng)?).accept(kept)?;
/// # Ok::<(), leeward_throttle::ThrottleError>(())
/// ```
#[derive(Debug)]
pub struct DeviceKeys {
    current: DeviceKey,
    older: Vec<DeviceKey>,
}

impl DeviceKey {
    /// A new random secret. The id is written into each cookie, and never given to another secret.
    ///
    /// # Errors
    /// [`ThrottleError::Random`].
    pub fn generate(id: u32, rng: &dyn SecureRandom) -> Result<Self, ThrottleError> {
        let mut secret = Box::new(Zeroizing::new([0; 32]));
        rng.fill(secret.as_mut_slice()).map_err(|_| ThrottleError::Random)?;
        Ok(Self { id, secret })
    }

    /// The secret with these bytes, which [`expose_bytes`](Self::expose_bytes) gave.
    #[must_use]
    pub fn from_bytes(id: u32, secret: &[u8; 32]) -> Self {
        Self { id, secret: Box::new(Zeroizing::new(*secret)) }
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> u32 {
        self.id
    }

    /// The secret itself, to be kept where keys are kept.
    #[must_use]
    pub fn expose_bytes(&self) -> &[u8; 32] {
        &self.secret
    }

    fn hmac(&self) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, self.secret.as_slice())
    }
}

impl DeviceKeys {
    /// Signs by `current`, and accepts nothing else.
    #[must_use]
    pub const fn new(current: DeviceKey) -> Self {
        Self { current, older: Vec::new() }
    }

    /// Accepts cookies that `older` signed, too. Leaving a key out ends all its cookies at once.
    ///
    /// # Errors
    /// [`ThrottleError::DuplicateKey`].
    pub fn accept(mut self, older: DeviceKey) -> Result<Self, ThrottleError> {
        if self.find(older.id).is_some() {
            return Err(ThrottleError::DuplicateKey { id: older.id });
        }
        self.older.push(older);
        Ok(self)
    }

    pub(crate) fn sign(&self, account: StaffId, claim: &Claim) -> DeviceCookie {
        let signed = DeviceCookie::signed_part(self.current.id, claim);
        let tag = hmac::sign(&self.current.hmac(), &message(account, &signed));
        DeviceCookie::join(&signed, tag.as_ref())
    }

    /// What a cookie says, if it was signed here for this account.
    pub(crate) fn verify(&self, account: StaffId, cookie: &DeviceCookie) -> Option<Claim> {
        let (key_id, claim) = cookie.claim()?;
        let (signed, tag) = cookie.parts()?;
        let key = self.find(key_id)?.hmac();
        hmac::verify(&key, &message(account, signed), tag).ok().map(|()| claim)
    }

    fn find(&self, id: u32) -> Option<&DeviceKey> {
        [&self.current].into_iter().chain(&self.older).find(|key| key.id == id)
    }
}

/// The account is signed and not written: a cookie does not say whose it is.
fn message(account: StaffId, signed: &[u8]) -> Vec<u8> {
    [b"leeward-throttle/device-cookie/1\0", &account.as_bytes()[..], signed].concat()
}

impl fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceKey").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A new random number for a device.
pub(crate) fn new_device(rng: &dyn SecureRandom) -> Result<DeviceId, ThrottleError> {
    let mut device = [0; 16];
    rng.fill(&mut device).map_err(|_| ThrottleError::Random)?;
    Ok(DeviceId(device))
}
