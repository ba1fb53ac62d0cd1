//! `otpauth://` URIs of this and other services, and their pictures.

use crate::support::{START, account, at, mfa, permit, store};
use leeward_mfa::{Algorithm, Digits, MfaError, Otpauth, OtpauthKey, Period, TotpSecret};
use proptest::prelude::*;

const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

fn parse(rest: &str) -> Result<Otpauth, MfaError> {
    Otpauth::parse(&format!("otpauth://{rest}"))
}

#[test]
fn what_other_services_write_is_read() {
    let read = parse(&format!(
        "totp/ACME%20Co:%20john@example.com?secret={SECRET}&issuer=ACME%20Co&algorithm=sha512&digits=8&period=60&image=x"
    ));
    let read = read.unwrap();
    assert_eq!((read.issuer(), read.name()), (Some("ACME Co"), "john@example.com"));
    let OtpauthKey::Totp(secret) = read.into_key() else { panic!() };
    assert_eq!(
        (secret.algorithm(), secret.digits(), secret.period()),
        (Algorithm::Sha512, Digits::Eight, Period::Minute)
    );
    let read =
        Otpauth::parse(&format!("OTPAUTH://HOTP/x?counter=7&secret={}", SECRET.to_lowercase())).unwrap();
    assert_eq!((read.issuer(), read.name()), (None, "x"));
    let OtpauthKey::Hotp(secret, 7) = read.into_key() else { panic!() };
    assert_eq!(*secret.code_at(7), "162583");
}

#[test]
fn what_is_no_uri_or_too_weak_is_refused() {
    let long = "x".repeat(2048);
    for rest in [
        "",
        "totp",
        "totp/x",
        "totp/x?",
        "motp/x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
        "totp/x?secret=GEZDGNBVGY3TQOJQ0",
        "totp/x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&secret=GEZDGNBV",
        "totp/x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&digits=7",
        "totp/%zz?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
        "totp/x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&period=1",
        "totp/x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&algorithm=MD5",
        "hotp/x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
        "hotp/x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&counter=-1",
        "totp/x%00?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
        "totp/%ff?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
        &long,
    ] {
        assert!(matches!(parse(rest), Err(MfaError::Uri { .. })), "{rest}");
    }
    for secret in ["GEZDGNBVGY3TQOJQ", ""] {
        assert!(matches!(parse(&format!("totp/x?secret={secret}")), Err(MfaError::SecretLength)));
    }
    assert!(
        TotpSecret::from_uri("otpauth://hotp/x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&counter=1").is_err()
    );
}

#[test]
fn every_mode_is_read_as_it_was_written() {
    let rng = ring::rand::SystemRandom::new();
    for algorithm in [Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512] {
        for digits in [Digits::Six, Digits::Eight] {
            let secret = TotpSecret::generate_with(&rng, algorithm, digits).unwrap();
            let (bytes, code) = (secret.expose_bytes().to_vec(), secret.code_at(at(START)));
            let enrolment = pollster::block_on(mfa(&store()).enrol_totp_secret(
                &permit(account(1), START),
                "desk",
                secret,
                at(START),
            ));
            let enrolment = enrolment.unwrap();
            let read = TotpSecret::from_uri(&enrolment.expose_otpauth_uri()).unwrap();
            assert_eq!(
                (read.expose_bytes(), read.algorithm(), read.digits()),
                (&bytes[..], algorithm, digits)
            );
            assert!(pollster::block_on(enrolment.confirm(&code, at(START))).is_ok());
        }
    }
}

#[test]
fn the_picture_is_svg_or_text() {
    let enrolment =
        pollster::block_on(mfa(&store()).enrol_totp(&permit(account(1), START), "desk", at(START))).unwrap();
    let qr = enrolment.expose_qr().unwrap();
    assert!(qr.expose_svg().contains("<svg") && qr.expose_svg().trim_end().ends_with("</svg>"));
    let text = qr.expose_text();
    let widths: std::collections::BTreeSet<_> = text.lines().map(|line| line.chars().count()).collect();
    assert_eq!(widths.len(), 1, "every line is as wide");
    assert!(text.lines().count() * 2 >= *widths.first().unwrap());
    assert_eq!(format!("{qr:?}"), "QrCode([redacted])");
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(rest in "\\PC{0,200}") {
        drop(Otpauth::parse(&rest));
        drop(parse(&format!("totp/{rest}")));
        drop(parse(&format!("hotp/x?secret={SECRET}&{rest}")));
    }
}
