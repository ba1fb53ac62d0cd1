use super::{Otpauth, OtpauthKey, base32};
use crate::{Algorithm, Digits, HotpSecret, MfaError, Period, TotpSecret, otp::OtpKey};
use zeroize::Zeroizing;

impl Otpauth {
    /// Reads an `otpauth://` URI of this or another service, in the key URI format.
    ///
    /// Secrets are 16 to 64 bytes, codes have 6 or 8 digits and steps 30 or 60 seconds: what is less is
    /// refused (RFC 4226 4, R6; NIST SP 800-63B-4 3.1.4). Unknown parameters are ignored, and one that is
    /// given twice is refused.
    ///
    /// # Errors
    /// [`MfaError::Uri`]; [`MfaError::SecretLength`].
    pub fn parse(uri: &str) -> Result<Self, MfaError> {
        if uri.len() > Self::MAX_LEN {
            return Err(MfaError::Uri { what: "too many characters" });
        }
        let (kind, rest) = split_kind(uri).ok_or(MfaError::Uri { what: "no kind of code in it" })?;
        let (label, query) = rest.split_once('?').ok_or(MfaError::Uri { what: "no secret" })?;
        let parameters = Parameters::read(query)?;
        let label = percent_decoded(label)?;
        let (before, name) = label.split_once(':').map_or((None, &**label), |(who, name)| (Some(who), name));
        let issuer = parameters.issuer.as_ref().map(|issuer| issuer.to_string());
        Ok(Self {
            issuer: issuer.or_else(|| before.map(str::to_owned)),
            name: name.trim_start().to_owned(),
            key: parameters.into_key(kind)?,
        })
    }
}

impl TotpSecret {
    /// The secret of an `otpauth://totp/` URI: what an authenticator app keeps when it scans one.
    ///
    /// # Errors
    /// Those of [`Otpauth::parse`]; [`MfaError::Uri`] for a URI of another kind.
    pub fn from_uri(uri: &str) -> Result<Self, MfaError> {
        match Otpauth::parse(uri)?.into_key() {
            OtpauthKey::Totp(secret) => Ok(secret),
            OtpauthKey::Hotp(..) => Err(MfaError::Uri { what: "a secret of another kind" }),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Totp,
    Hotp,
}

#[derive(Default)]
struct Parameters {
    secret: Option<Zeroizing<String>>,
    issuer: Option<Zeroizing<String>>,
    algorithm: Option<Zeroizing<String>>,
    digits: Option<Zeroizing<String>>,
    period: Option<Zeroizing<String>>,
    counter: Option<Zeroizing<String>>,
}

impl Parameters {
    fn read(query: &str) -> Result<Self, MfaError> {
        let mut read = Self::default();
        for parameter in query.split('&') {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let Some(place) = read.place(name) else { continue };
            if place.replace(percent_decoded(value)?).is_some() {
                return Err(MfaError::Uri { what: "a parameter twice" });
            }
        }
        Ok(read)
    }

    fn place(&mut self, name: &str) -> Option<&mut Option<Zeroizing<String>>> {
        Some(match name {
            "secret" => &mut self.secret,
            "issuer" => &mut self.issuer,
            "algorithm" => &mut self.algorithm,
            "digits" => &mut self.digits,
            "period" => &mut self.period,
            "counter" => &mut self.counter,
            _ => return None,
        })
    }

    fn into_key(self, kind: Kind) -> Result<OtpauthKey, MfaError> {
        let secret = self.secret.as_ref().ok_or(MfaError::Uri { what: "no secret" })?;
        let secret = base32::decode(secret, OtpKey::MAX);
        let secret = secret.ok_or(MfaError::Uri { what: "a secret that is no Base32, or too long" })?;
        match kind {
            Kind::Totp => {
                let totp = TotpSecret::from_bytes(&secret, self.algorithm()?, self.digits()?, self.period()?);
                Ok(OtpauthKey::Totp(totp?))
            }
            Kind::Hotp if self.algorithm()? != Algorithm::Sha1 => Err(UNKNOWN_ALGORITHM),
            Kind::Hotp => {
                Ok(OtpauthKey::Hotp(HotpSecret::from_bytes(&secret, self.digits()?)?, self.counter()?))
            }
        }
    }

    fn algorithm(&self) -> Result<Algorithm, MfaError> {
        let Some(named) = self.algorithm.as_ref() else { return Ok(Algorithm::default()) };
        let all = [Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512];
        let found = all.into_iter().find(|algorithm| algorithm.name().eq_ignore_ascii_case(named));
        found.ok_or(UNKNOWN_ALGORITHM)
    }

    fn digits(&self) -> Result<Digits, MfaError> {
        let unknown = MfaError::Uri { what: "a number of digits that is not 6 or 8" };
        self.digits
            .as_ref()
            .map_or(Ok(Digits::Six), |digits| digits.parse().ok().and_then(Digits::from_count).ok_or(unknown))
    }

    fn period(&self) -> Result<Period, MfaError> {
        let unknown = MfaError::Uri { what: "a period that is not 30 or 60 seconds" };
        self.period.as_ref().map_or(Ok(Period::HalfMinute), |period| {
            period.parse().ok().and_then(Period::from_seconds).ok_or(unknown)
        })
    }

    fn counter(&self) -> Result<u64, MfaError> {
        let counter = self.counter.as_ref().and_then(|counter| counter.parse().ok());
        counter.ok_or(MfaError::Uri { what: "no counter" })
    }
}

const UNKNOWN_ALGORITHM: MfaError = MfaError::Uri { what: "an algorithm that is not known" };

fn split_kind(uri: &str) -> Option<(Kind, &str)> {
    const SCHEME: &str = "otpauth://";
    let (scheme, rest) = uri.split_at_checked(SCHEME.len())?;
    let (kind, rest) = rest.split_once('/')?;
    match (scheme.eq_ignore_ascii_case(SCHEME), kind.to_ascii_lowercase().as_str()) {
        (true, "totp") => Some((Kind::Totp, rest)),
        (true, "hotp") => Some((Kind::Hotp, rest)),
        _ => None,
    }
}

/// Percent-decoded (RFC 3986 2.1), UTF-8, and without control characters.
fn percent_decoded(text: &str) -> Result<Zeroizing<String>, MfaError> {
    const WRONG: MfaError = MfaError::Uri { what: "characters that are not allowed" };
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => bytes.push(hex(rest.next(), rest.next()).ok_or(WRONG)?),
            b'#' => return Err(WRONG),
            byte => bytes.push(byte),
        }
    }
    match std::str::from_utf8(&bytes) {
        Ok(text) if !text.chars().any(char::is_control) => Ok(Zeroizing::new(text.to_owned())),
        _ => Err(WRONG),
    }
}

fn hex(high: Option<u8>, low: Option<u8>) -> Option<u8> {
    let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
    u8::try_from(digit(high)?.checked_mul(16)?.checked_add(digit(low)?)?).ok()
}
