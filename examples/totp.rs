//! A second factor from an authenticator app: enrolled, used once, lost, and replaced by a code on paper.
//!
//! ```text
//! cargo run -p leeward-examples --example totp
//! ```
//! Scan the picture with an app, or let the program play the app.

use leeward_event::{
    AuthenticatorId, StaffId,
    assurance::{Aal, FactorKind, ProvedFactor, SignIn},
};
use leeward_mfa::{Mfa, MfaError, PendingMfa, Permit, Presented, Profile, Refused, TotpSecret};
use leeward_store::{Store, Timestamp};
use leeward_throttle::{Client, DeviceKey, DeviceKeys, Throttle};
use ring::rand::SystemRandom;
use std::{
    error::Error,
    io::{self, Write},
    time::Duration,
};

struct Service {
    mfa: Mfa,
    throttle: Throttle,
}

fn main() -> Result<(), Box<dyn Error>> {
    pollster::block_on(run(&mut io::stdout().lock()))
}

async fn run(out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let rng = SystemRandom::new();
    // In a service: leeward-sqlite or leeward-postgres, sealed by leeward-vault.
    let store = Store::memory().assume_sealed();
    let keys = DeviceKeys::new(DeviceKey::generate(1, &rng)?);
    let throttle = Throttle::new(&store, leeward_throttle::Profile::nist_cap_100(), keys);
    let mfa = Mfa::new(&store, "Harbour Line")?.profile(Profile::StaffCodes);
    let (service, account) = (Service { mfa, throttle }, StaffId::generate(&rng)?);
    let passphrase = AuthenticatorId::generate(&rng)?;
    let now = clock();

    // The first factor is bound on the strength of the passphrase alone.
    let first = SignIn::from_factors(proved(account, passphrase, now), [], now)?;
    let app = enrol(&service, &Permit::of(&first), out, now).await?;

    let later = now + Duration::from_secs(30);
    let code = app.code_at(later);
    let sign_in =
        present(&service, proved(account, passphrase, later), Presented::Totp(&code), later).await??;
    writeln!(out, "signed in with passphrase and code: {:?}", sign_in.aal())?;

    // Whatever is bound from now on takes such a sign-in.
    let issued = service.mfa.issue_recovery_codes(&Permit::of(&sign_in), later).await?;
    writeln!(out, "recovery codes, to print:")?;
    for code in issued.codes() {
        writeln!(out, "  {}", *code.expose())?;
    }

    let again = proved(account, passphrase, later);
    match present(&service, again, Presented::Totp(&code), later).await? {
        Ok(_) => return Err("a used code was accepted".into()),
        Err(refused) => writeln!(out, "the same code again: {refused}")?,
    }

    let paper = issued.codes().first().ok_or("no recovery code")?.expose();
    let lost = proved(account, passphrase, later);
    let sign_in = present(&service, lost, Presented::RecoveryCode(&paper), later).await??;
    let left = service.mfa.recovery_codes_left(account).await?;
    writeln!(out, "the device is lost; signed in with paper: {:?}, {left} codes are left", sign_in.aal())?;
    for factor in service.mfa.factors(account).await? {
        if factor.kind() == FactorKind::Totp {
            service.mfa.revoke_last(&Permit::of(&sign_in), factor.authenticator(), later).await?;
            writeln!(out, "\"{}\" is revoked", factor.name())?;
        }
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a program reads the clock, and tells it to every crate")]
fn clock() -> Timestamp {
    Timestamp::now()
}

async fn enrol(
    service: &Service,
    permit: &Permit,
    out: &mut impl Write,
    now: Timestamp,
) -> Result<TotpSecret, Box<dyn Error>> {
    let enrolment = service.mfa.enrol_totp(permit, "night desk", now).await?;
    writeln!(out, "{}", *enrolment.expose_qr()?.expose_text())?;
    let app = TotpSecret::from_uri(&enrolment.expose_otpauth_uri())?;
    let bound = enrolment.confirm(&app.code_at(now), now).await.map_err(MfaError::from)?;
    // With leeward-session, a first factor ends the sessions that were begun without one:
    // `sessions.factor_changed(..)` with `FactorChange::FirstAdded`.
    writeln!(out, "bound; the first factor: {}", bound.first)?;
    Ok(app)
}

/// A passphrase that was right: what `leeward-credentials` gives.
const fn proved(account: StaffId, passphrase: AuthenticatorId, now: Timestamp) -> ProvedFactor {
    ProvedFactor::assume_proved(account, FactorKind::Passphrase, passphrase, now)
}

async fn present(
    service: &Service,
    proved: ProvedFactor,
    code: Presented<'_>,
    now: Timestamp,
) -> Result<Result<SignIn, Refused<PendingMfa>>, MfaError> {
    let pending = service.mfa.require(proved, Aal::Two, now).await?;
    let client = Client::unknown().having_proved(pending.proved());
    let gate = service.throttle.knock(pending.account(), code.guess(), &client, now).await?;
    Ok(pending.finish(gate, code, now).await)
}
