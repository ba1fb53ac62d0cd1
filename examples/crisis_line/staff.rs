//! Members of staff: how they get an account, and how they sign in.

use crate::{
    failure::Failure,
    line::{Line, now},
    timeline::{Timeline, Tone},
};
use jiff::SignedDuration;
use leeward_credentials::{CredentialError, Passphrase, generate_passphrase};
use leeward_event::{
    Action, Actor, Component, Event, StaffId, Subject,
    assurance::{Aal, ProvedFactor, SignIn},
};
use leeward_mfa::{MfaError, PendingMfa, Permit, Presented, Refused, TotpSecret};
use leeward_policy::{By, Requester, Role};
use leeward_session::{Session, SessionToken};
use leeward_store::{Batch, Timestamp};
use leeward_throttle::{Client, Guess};

/// A member of staff with an account, and what only they have.
pub(crate) struct Enrolled {
    name: &'static str,
    id: StaffId,
    passphrase: Passphrase,
    /// What their authenticator app keeps.
    phone: TotpSecret,
}

/// A member of staff who is signed in.
pub(crate) struct OnDuty {
    name: &'static str,
    token: SessionToken,
    session: Session,
    /// The code that signed them in, which works no more.
    used_code: String,
}

impl OnDuty {
    pub(crate) const fn id(&self) -> StaffId {
        self.session.account()
    }

    pub(crate) const fn name(&self) -> &'static str {
        self.name
    }

    /// Who asks, for a decision: what the session proves.
    pub(crate) const fn requester(&self) -> Requester {
        Requester::new(self.session.account(), self.session.aal())
    }

    /// Signs out.
    pub(crate) async fn leave(self, line: &Line) -> Result<(), Failure> {
        Ok(line.sessions.revoke(self.token, now()).await?)
    }
}

/// Gives somebody an account: a passphrase and a TOTP secret, shown once.
pub(crate) async fn enrol(
    line: &Line,
    timeline: &Timeline,
    name: &'static str,
    role: Role,
) -> Result<Enrolled, Failure> {
    let timer = timeline.timer();
    let id = StaffId::generate(&line.rng)?;
    record_enrolment(line, id).await?;
    line.policies.grant_role(id, role, By::ServiceUnchecked, now()).await?;
    let trained_until = now() + SignedDuration::from_hours(24 * 365);
    line.policies.record_training(id, trained_until, By::ServiceUnchecked, now()).await?;
    line.policies.allow_break_glass(id, By::ServiceUnchecked, now()).await?;
    let passphrase = generate_passphrase(&line.rng)?;
    line.credentials.set(id, &passphrase, Actor::Component(Component::Application), now()).await?;
    let proved = check_passphrase(line, id, &passphrase).await?;
    let first = SignIn::from_factors(proved, [], now()).map_err(MfaError::from)?;
    let enrolment = line.mfa.enrol_totp(&Permit::of(&first), name, now()).await?;
    let uri = enrolment.expose_otpauth_uri();
    let phone = TotpSecret::from_uri(&uri)?;
    // The code of half a minute ago confirms, so that the present one is still unused.
    let at = now();
    let code = phone.code_at(at - SignedDuration::from_secs(30));
    let _bound = enrolment.confirm(&code, at).await.map_err(MfaError::from)?;
    timeline.event(Tone::Done, timer.elapsed(), format_args!("the {name} is enrolled; shown once:"))?;
    timeline.note(format_args!("passphrase: {}", passphrase.expose()))?;
    timeline.note(uri.as_str())?;
    Ok(Enrolled { name, id, passphrase, phone })
}

/// Signs somebody in: passphrase, then code.
pub(crate) async fn sign_in(line: &Line, timeline: &Timeline, staff: &Enrolled) -> Result<OnDuty, Failure> {
    let timer = timeline.timer();
    let proved = check_passphrase(line, staff.id, &staff.passphrase).await?;
    let pending = line.mfa.require(proved, Aal::Two, now()).await?;
    let at = now();
    let code = staff.phone.code_at(at);
    let sign_in = finish(line, pending, &code, at).await?.map_err(MfaError::from)?;
    let (gate, _cookie) = line.throttle.signed_in(&sign_in, &Client::unknown(), now()).await?;
    let (token, session) = line.sessions.start(gate, sign_in, now()).await?;
    let until = session.ends_at(line.sessions.policy());
    timeline.event(
        Tone::Done,
        timer.elapsed(),
        format_args!(
            "the {} signs in with passphrase and code: AAL2, until {until:.0} at the latest",
            staff.name
        ),
    )?;
    Ok(OnDuty { name: staff.name, token, session, used_code: code.to_string() })
}

/// Knocks at the throttle, and has the passphrase judged.
async fn check_passphrase(
    line: &Line,
    id: StaffId,
    passphrase: &Passphrase,
) -> Result<ProvedFactor, CredentialError> {
    let gate = line.throttle.knock(id, Guess::Passphrase, &Client::unknown(), now()).await?;
    line.credentials.verify(gate, id, passphrase, now()).await
}

/// Presents a code, through the gate of the throttle.
async fn finish(
    line: &Line,
    pending: PendingMfa,
    code: &str,
    at: Timestamp,
) -> Result<Result<SignIn, Refused<PendingMfa>>, Failure> {
    let (code, account) = (Presented::Totp(code), pending.account());
    let client = line.throttle.client(account, None).having_proved(pending.proved());
    let gate = line.throttle.knock(account, code.guess(), &client, at).await?;
    Ok(pending.finish(gate, code, at).await)
}

/// Tries what must not work: a wrong passphrase, a wrong code, a used code.
pub(crate) async fn show_refusals(
    line: &Line,
    timeline: &Timeline,
    staff: &Enrolled,
    on_duty: &OnDuty,
) -> Result<(), Failure> {
    let timer = timeline.timer();
    let guess = Passphrase::new("correct horse battery staple")?;
    match check_passphrase(line, staff.id, &guess).await {
        Err(CredentialError::Rejected) => {}
        Err(error) => return Err(error.into()),
        Ok(_) => return Err(Failure::new("a wrong passphrase was accepted".into())),
    }
    timeline.event(Tone::Refused, timer.elapsed(), "a wrong passphrase")?;

    let proved = check_passphrase(line, staff.id, &staff.passphrase).await?;
    let pending = line.mfa.require(proved, Aal::Two, now()).await?;
    let timer = timeline.timer();
    let Err(refused) = finish(line, pending, &wrong_code(staff), now()).await? else {
        return Err(Failure::new("a wrong code was accepted".into()));
    };
    timeline.event(Tone::Refused, timer.elapsed(), "a wrong code")?;

    let timer = timeline.timer();
    let pending = refused.retry()?;
    let Err(refused) = finish(line, pending, &on_duty.used_code, now()).await? else {
        return Err(Failure::new(accepted_again(staff, on_duty)));
    };
    let tries = refused.retry()?.tries_left();
    timeline.event(Tone::Refused, timer.elapsed(), format_args!("a used code; {tries} tries are left"))
}

/// Of a million codes two may be the same: once in a while the next one is the used one, and right.
fn accepted_again(staff: &Enrolled, on_duty: &OnDuty) -> String {
    let ahead = |step: i64| staff.phone.code_at(now() + SignedDuration::from_secs(30 * step));
    let drawn_twice = (-1..=2).filter(|step| *ahead(*step) == on_duty.used_code).count();
    format!("a used code was accepted: of the codes near now, {drawn_twice} are the same")
}

/// Six digits that no moment near now has.
fn wrong_code(staff: &Enrolled) -> String {
    let near: Vec<_> =
        (-2..=2).map(|step| staff.phone.code_at(now() + SignedDuration::from_secs(30 * step))).collect();
    let mut codes = (0..1_000_000_u32).map(|number| format!("{number:06}"));
    codes.find(|code| near.iter().all(|other| other.as_str() != code)).unwrap_or_default()
}

async fn record_enrolment(line: &Line, id: StaffId) -> Result<(), Failure> {
    let mut batch = Batch::new();
    Event::new(Action::StaffEnrolled, Actor::Component(Component::Application), now())
        .about(Subject::Staff(id))
        .stage(&mut batch, &line.rng)?;
    line.store.commit(batch).await?;
    Ok(())
}
