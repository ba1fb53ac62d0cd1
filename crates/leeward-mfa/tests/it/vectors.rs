//! Other people's vectors, by name.

use crate::support::at;
use leeward_event::AuthenticatorId;
use leeward_mfa::{Algorithm, Digits, HotpFactor, HotpSecret, Period, Skew, TotpFactor, TotpSecret, Verdict};

const RFC_KEY: &[u8; 20] = b"12345678901234567890";
const RFC_4226: [&str; 10] =
    ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"];

/// A secret as an authenticator app has it by default.
pub(crate) fn default_secret(bytes: &[u8]) -> TotpSecret {
    TotpSecret::from_bytes(bytes, Algorithm::default(), Digits::default(), Period::default()).unwrap()
}

/// The secret of the vectors.
pub(crate) fn rfc_secret() -> TotpSecret {
    default_secret(RFC_KEY)
}

fn accepts(secret: &TotpSecret, code: &str, second: i64) -> bool {
    let (algorithm, digits, period) = (secret.algorithm(), secret.digits(), secret.period());
    let secret = TotpSecret::from_bytes(secret.expose_bytes(), algorithm, digits, period).unwrap();
    let mut factor = TotpFactor::new(AuthenticatorId::from_bytes([1; 16]), secret);
    factor.present(code, Skew::Exact, at(second)) == Verdict::Accepted { drift: 0 }
}

#[test]
fn rfc_4226_appendix_d() {
    let secret = HotpSecret::from_bytes(RFC_KEY, Digits::Six).unwrap();
    let mut token = HotpFactor::new(AuthenticatorId::from_bytes([1; 16]), secret, 0);
    for (counter, code) in (0..).zip(RFC_4226) {
        assert_eq!(*token.secret().code_at(counter), code);
        assert!(token.present(code), "{counter}");
        assert!(!token.present(code), "{counter}");
    }
}

#[test]
fn rfc_4226_appendix_d_by_the_time() {
    let secret = rfc_secret();
    for (counter, code) in (0..).zip(RFC_4226) {
        assert_eq!(*secret.code_at(at(counter * 30)), code);
        // Step 0 stands for "none yet": it passed in 1970.
        assert_eq!(accepts(&secret, code, counter * 30 + 29), counter > 0, "{counter}");
    }
}

/// Second, and the codes of SHA-1, SHA-256 and SHA-512.
const RFC_6238: [(i64, [&str; 3]); 6] = [
    (59, ["94287082", "46119246", "90693936"]),
    (1_111_111_109, ["07081804", "68084774", "25091201"]),
    (1_111_111_111, ["14050471", "67062674", "99943326"]),
    (1_234_567_890, ["89005924", "91819424", "93441116"]),
    (2_000_000_000, ["69279037", "90698825", "38618901"]),
    (20_000_000_000, ["65353130", "77737706", "47863826"]),
];

#[test]
fn rfc_6238_appendix_b_last_six_digits() {
    let secret = rfc_secret();
    for (second, [sha1, ..]) in RFC_6238 {
        assert_eq!(*secret.code_at(at(second)), sha1[2..]);
        assert!(accepts(&secret, &sha1[2..], second));
        assert!(!accepts(&secret, &sha1[2..], second + 30));
    }
}

#[test]
fn rfc_6238_appendix_b_eight_digits_and_every_hash() {
    let modes = [(Algorithm::Sha1, 20), (Algorithm::Sha256, 32), (Algorithm::Sha512, 64)];
    for (index, (algorithm, key_len)) in modes.into_iter().enumerate() {
        let key: Vec<u8> = b"1234567890".iter().copied().cycle().take(key_len).collect();
        let secret = TotpSecret::from_bytes(&key, algorithm, Digits::Eight, Period::HalfMinute).unwrap();
        for (second, codes) in RFC_6238 {
            assert_eq!(*secret.code_at(at(second)), codes[index]);
            assert!(accepts(&secret, codes[index], second));
            assert!(!accepts(&secret, codes[index], second + 30));
            assert!(!accepts(&secret, &codes[index][2..], second), "six digits of eight");
        }
    }
}

#[test]
fn pyotp() {
    let mut lines = 0;
    for line in include_str!("../vectors/totp-pyotp.txt").lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<_> = line.split(' ').collect();
        let bytes: Vec<u8> =
            (0..20).map(|n| u8::from_str_radix(&fields[0][2 * n..2 * n + 2], 16).unwrap()).collect();
        let secret = default_secret(&bytes);
        let second = fields[1].parse().unwrap();
        assert_eq!(*secret.code_at(at(second)), fields[2], "{line}");
        assert!(accepts(&secret, fields[2], second), "{line}");
        lines += 1;
    }
    assert_eq!(lines, 60);
}

#[test]
fn rfc_4648_base32_of_the_key_uri_format() {
    let secret = default_secret(b"Hello!\xde\xad\xbe\xef0123456789");
    assert_eq!(*secret.expose_base32(), "JBSWY3DPEHPK3PXPGAYTEMZUGU3DOOBZ");
}
