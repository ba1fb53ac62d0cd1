use crate::{DeviceId, ThrottleError, count::CLOCK_SKEW};
use jiff::Timestamp;
use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

const VERSION: u8 = 1;
const SIGNED: usize = 1 + 4 + 16 + 4 + 8 + 8;
const TAG: usize = 32;
const LEN: usize = SIGNED + TAG;

/// What a browser keeps so that it is known again: OWASP's device cookie.
///
/// It opens nothing. It says that somebody signed in to the account from where it lies, so that what
/// strangers do to the account does not hinder whoever presents it. A browser that several people use keeps
/// one for each account, under names of their own.
///
/// The text is 146 lower-case hexadecimal digits, for these bytes, in which numbers are big-endian:
///
/// | bytes | what |
/// |---|---|
/// | 1 | form: 1 |
/// | 4 | id of the key |
/// | 16 | random number |
/// | 4 | generation of the account's cookies |
/// | 8 + 8 | issued and expires, in seconds since 1970-01-01T00:00Z |
/// | 32 | HMAC-SHA-256 over `leeward-throttle/device-cookie/1`, a zero byte, the account's id and the bytes before |
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct DeviceCookie(Box<[u8; LEN]>);

/// What a cookie says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Claim {
    pub(crate) device: DeviceId,
    pub(crate) generation: u32,
    pub(crate) issued: Timestamp,
    pub(crate) expires: Timestamp,
}

impl DeviceCookie {
    /// The text to hand to the browser, for an `HttpOnly`, `Secure`, `SameSite` cookie that lasts as long
    /// as [`expires`](Self::expires) says.
    #[must_use]
    pub fn reveal(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(2 * LEN));
        for byte in self.0.iter() {
            for nibble in [byte >> 4, byte & 0x0F] {
                text.push(char::from_digit(u32::from(nibble), 16).unwrap_or_default());
            }
        }
        text
    }

    /// Reads the text that [`reveal`](Self::reveal) gave, and nothing else. Whether it is genuine, and for
    /// whom, [`Throttle::client`](crate::Throttle::client) sees.
    ///
    /// # Errors
    /// [`ThrottleError::NoCookie`].
    pub fn parse(text: &str) -> Result<Self, ThrottleError> {
        Self::read(text).ok_or(ThrottleError::NoCookie)
    }

    /// When it stops to count.
    #[must_use]
    pub fn expires(&self) -> Timestamp {
        self.claim().map_or(Timestamp::MIN, |(_, claim)| claim.expires)
    }

    fn read(text: &str) -> Option<Self> {
        let digits: &[u8; 2 * LEN] = text.as_bytes().try_into().ok()?;
        let mut cookie = Self(Box::new([0; LEN]));
        for (byte, pair) in cookie.0.iter_mut().zip(digits.chunks_exact(2)) {
            for digit in pair {
                *byte = (*byte << 4) | nibble(*digit)?;
            }
        }
        cookie.claim().is_some().then_some(cookie)
    }

    pub(crate) fn signed_part(key_id: u32, claim: &Claim) -> [u8; SIGNED] {
        let fields = [
            &[VERSION][..],
            &key_id.to_be_bytes(),
            claim.device.as_bytes(),
            &claim.generation.to_be_bytes(),
            &claim.issued.as_second().to_be_bytes(),
            &claim.expires.as_second().to_be_bytes(),
        ];
        let mut bytes = [0; SIGNED];
        bytes.iter_mut().zip(fields.concat()).for_each(|(byte, field)| *byte = field);
        bytes
    }

    pub(crate) fn join(signed: &[u8; SIGNED], tag: &[u8]) -> Self {
        let mut cookie = Self(Box::new([0; LEN]));
        cookie.0.iter_mut().zip(signed.iter().chain(tag)).for_each(|(byte, part)| *byte = *part);
        cookie
    }

    pub(crate) fn parts(&self) -> Option<(&[u8; SIGNED], &[u8])> {
        self.0.split_first_chunk()
    }

    /// The key's id, and what the cookie says; `None` for another form, or times that are none.
    pub(crate) fn claim(&self) -> Option<(u32, Claim)> {
        let ([VERSION], rest) = self.0.split_first_chunk()? else { return None };
        let (key_id, rest) = rest.split_first_chunk()?;
        let (device, rest) = rest.split_first_chunk()?;
        let (generation, rest) = rest.split_first_chunk()?;
        let (issued, rest) = rest.split_first_chunk()?;
        let (expires, _tag) = rest.split_first_chunk()?;
        let claim = Claim {
            device: DeviceId(*device),
            generation: u32::from_be_bytes(*generation),
            issued: instant(*issued)?,
            expires: instant(*expires)?,
        };
        Some((u32::from_be_bytes(*key_id), claim))
    }
}

impl Claim {
    /// Whether it counts at `now`: issued, not expired, and of the generation that counts.
    pub(crate) fn holds(&self, generation: u32, now: Timestamp) -> bool {
        let issued = self.issued.duration_since(now) <= CLOCK_SKEW;
        issued && now < self.expires && self.generation == generation
    }
}

fn instant(bytes: [u8; 8]) -> Option<Timestamp> {
    Timestamp::from_second(i64::from_be_bytes(bytes)).ok()
}

const fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit.wrapping_sub(b'0')),
        b'a'..=b'f' => Some(digit.wrapping_sub(b'a').wrapping_add(10)),
        _ => None,
    }
}

impl fmt::Debug for DeviceCookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceCookie").finish_non_exhaustive()
    }
}

#[cfg(test)]
#[expect(clippy::string_slice, reason = "a failing test panics")]
mod tests {
    use super::*;
    use crate::{DeviceKey, DeviceKeys};
    use leeward_event::StaffId;
    use proptest::prelude::*;

    const ACCOUNT: StaffId = StaffId::from_bytes([0xA1; 16]);

    /// The tag was computed by Python's `hmac` over the documented bytes.
    const TEXT: &str = "0100000007\
        55555555555555555555555555555555\
        00000002\
        000000003b9aca00\
        000000003c1144c0\
        38fc292562efe5d6aa195ec42b1c90f79e289f27b918a04f81f8befab2ca71d9";

    fn claim() -> Claim {
        let at = |second| Timestamp::from_second(second).unwrap();
        Claim {
            device: DeviceId([0x55; 16]),
            generation: 2,
            issued: at(1_000_000_000),
            expires: at(1_007_764_672),
        }
    }

    fn keys(id: u32, secret: u8) -> DeviceKeys {
        DeviceKeys::new(DeviceKey::from_bytes(id, &[secret; 32]))
    }

    #[test]
    fn the_form_is_pinned() {
        assert_eq!(*keys(7, 0x77).sign(ACCOUNT, &claim()).reveal(), TEXT);
        let cookie = DeviceCookie::parse(TEXT).unwrap();
        assert_eq!(keys(7, 0x77).verify(ACCOUNT, &cookie), Some(claim()));
        assert_eq!(cookie.expires(), claim().expires);
    }

    #[test]
    fn a_cookie_is_of_one_key_and_one_account() {
        let cookie = DeviceCookie::parse(TEXT).unwrap();
        assert_eq!(keys(7, 0x78).verify(ACCOUNT, &cookie), None);
        assert_eq!(keys(8, 0x77).verify(ACCOUNT, &cookie), None);
        assert_eq!(keys(7, 0x77).verify(StaffId::from_bytes([0xA2; 16]), &cookie), None);
    }

    #[test]
    fn hostile_text_is_no_cookie() {
        let times = format!("{}7fffffffffffffff{}", &TEXT[..66], &TEXT[82..]);
        let cases = [
            String::new(),
            TEXT.to_uppercase(),
            TEXT[1..].to_owned(),
            format!("{TEXT}0"),
            format!("{}\n", &TEXT[1..]),
            format!("02{}", &TEXT[2..]),
            format!("g{}", &TEXT[1..]),
            "é".repeat(73),
            "0".repeat(1_000_000),
            times,
        ];
        for text in cases {
            assert!(matches!(DeviceCookie::parse(&text), Err(ThrottleError::NoCookie)));
        }
    }

    #[test]
    fn nothing_prints_a_secret() {
        let (keys, cookie) = (keys(7, 0x77), DeviceCookie::parse(TEXT).unwrap());
        assert_eq!(format!("{cookie:?}"), "DeviceCookie { .. }");
        assert_eq!(format!("{keys:?}"), "DeviceKeys { current: DeviceKey { id: 7, .. }, older: [] }");
    }

    proptest! {
        #[test]
        fn only_what_was_revealed_parses(text in "(01)?[0-9a-f]{140,146}|\\PC*") {
            if let Ok(cookie) = DeviceCookie::parse(&text) {
                prop_assert!(*cookie.reveal() == text);
                prop_assert!(keys(7, 0x77).verify(ACCOUNT, &cookie).is_none());
            }
        }
    }
}
