//! What a service writes around `leeward-mfa`.

use leeward_event::{
    AuthenticatorId, StaffId,
    assurance::{Aal, FactorKind, ProvedFactor, SignIn},
};
use leeward_mfa::{
    Asked, Begun, CeremonyId, Holder, MfaError, PasskeyFault, PasskeyPolicy, Passkeys, Permit,
    RegistrationAnswer, RelyingParty, SignInAnswer,
};
use leeward_store::{Store, Timestamp};
use leeward_throttle::{Client, DeviceKey, DeviceKeys, Guess, Profile, Throttle};
use ring::{digest, rand::SystemRandom};
use serde_json::{Value, json};

/// A request, as little of it as is looked at.
#[derive(Debug)]
pub struct Request {
    /// `GET` or `POST`.
    pub method: String,
    /// Where to.
    pub path: String,
    /// The cookies.
    pub cookie: Option<String>,
    /// JSON.
    pub body: String,
}

/// An answer.
#[derive(Debug)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// What the body is.
    pub content_type: &'static str,
    /// A cookie to set.
    pub cookie: Option<String>,
    /// The body.
    pub body: String,
}

/// The page and what is behind it.
#[derive(Debug)]
pub struct Site {
    passkeys: Passkeys,
    throttle: Throttle,
}

impl Site {
    /// At `origin`, on this machine.
    ///
    /// # Errors
    /// [`MfaError::RelyingParty`] for an origin that is not on `localhost`.
    pub fn new(store: &Store, origin: &str) -> Result<Self, MfaError> {
        let party = RelyingParty::new("localhost", origin, "Harbour Line")?;
        let keys = DeviceKeys::new(DeviceKey::generate(1, &SystemRandom::new())?);
        Ok(Self {
            passkeys: Passkeys::new(store, &party, PasskeyPolicy::any()),
            throttle: Throttle::new(store, Profile::device_scoped(), keys),
        })
    }

    /// Answers a request that came at `now`.
    pub async fn answer(&self, request: &Request, now: Timestamp) -> Response {
        let done = match (request.method.as_str(), request.path.as_str()) {
            ("GET", "/") => return page("text/html; charset=utf-8", include_str!("../page/page.html")),
            ("GET", "/page.js") => return page("text/javascript", include_str!("../page/page.js")),
            ("GET", "/page.css") => return page("text/css", include_str!("../page/page.css")),
            ("POST", "/bind/begin") => self.begin_bind(request, now).await,
            ("POST", "/bind/finish") => self.finish_bind(request, now).await,
            ("POST", "/sign-in/begin") => self.begin_sign_in(request, now).await,
            ("POST", "/sign-in/finish") => self.finish_sign_in(request, now).await,
            _ => return Response::error(404, "nothing is here"),
        };
        done.unwrap_or_else(|error| refusal(&error))
    }

    async fn begin_bind(&self, request: &Request, now: Timestamp) -> Result<Response, MfaError> {
        let name = member(request, "name");
        let holder = Holder { name: &name, display_name: &name };
        let account = account(&name);
        Ok(begun(
            account,
            self.passkeys.begin_registration(&permit(account, now)?, holder, "a passkey", now).await?,
        ))
    }

    async fn finish_bind(&self, request: &Request, now: Timestamp) -> Result<Response, MfaError> {
        let (ceremony, account) = ceremony(request)?;
        let answer = RegistrationAnswer::parse(&request.body)?;
        let bound = self.passkeys.finish_registration(account, ceremony, &answer, now).await?;
        let synced = self.is_synced(account, bound.authenticator).await?;
        Ok(Response::json(200, &json!({ "synced": synced })))
    }

    async fn begin_sign_in(&self, request: &Request, now: Timestamp) -> Result<Response, MfaError> {
        let account = account(&member(request, "name"));
        let asked = match member(request, "how").as_str() {
            "autofill" => Asked::Autofill,
            "named" => Asked::Account(account),
            _ => Asked::Anyone,
        };
        Ok(begun(account, self.passkeys.begin_sign_in(asked, now).await?))
    }

    async fn finish_sign_in(&self, request: &Request, now: Timestamp) -> Result<Response, MfaError> {
        let (ceremony, named) = ceremony(request)?;
        let answer = SignInAnswer::parse(&request.body)?;
        let account = answer.claimed_account().unwrap_or(named);
        let gate = self.throttle.knock(account, Guess::Passkey, &Client::unknown(), now).await?;
        let proved = self.passkeys.finish_sign_in(gate, account, ceremony, &answer, now).await?;
        let passkey = proved.authenticator();
        let sign_in = SignIn::from_factors(proved, [], now)?; // a session would start from it
        let synced = self.is_synced(account, passkey).await?;
        Ok(Response::json(200, &json!({ "synced": synced, "aal": level(sign_in.aal()) })))
    }

    async fn is_synced(&self, account: StaffId, passkey: AuthenticatorId) -> Result<bool, MfaError> {
        let kept = self.passkeys.list(account).await?;
        Ok(kept.iter().any(|kept| kept.authenticator == passkey && kept.synced))
    }
}

impl Response {
    pub(crate) fn error(status: u16, what: &str) -> Self {
        Self::json(status, &json!({ "error": what }))
    }

    fn json(status: u16, body: &Value) -> Self {
        Self { status, content_type: "application/json", cookie: None, body: body.to_string() }
    }
}

fn page(content_type: &'static str, body: &str) -> Response {
    Response { status: 200, content_type, cookie: None, body: body.to_owned() }
}

/// One text for all that was wrong with a passkey: what it was is in the events.
fn refusal(error: &MfaError) -> Response {
    let status = match error {
        MfaError::Passkey(_) => 403,
        MfaError::Label | MfaError::TooManyFactors => 422,
        _ => 500,
    };
    Response::error(status, &error.to_string())
}

/// The ceremony goes into a cookie that no script reads and no other site sends.
fn begun(account: StaffId, begun: Begun) -> Response {
    let cookie = format!(
        "ceremony={}.{account}; Path=/; Max-Age=300; HttpOnly; Secure; SameSite=Strict",
        begun.ceremony
    );
    let (content_type, cookie) = ("application/json", Some(cookie));
    Response { status: 200, content_type, cookie, body: begun.options }
}

fn ceremony(request: &Request) -> Result<(CeremonyId, StaffId), MfaError> {
    let cookies = request.cookie.as_deref().unwrap_or_default().split("; ");
    let ceremony = cookies.filter_map(|cookie| cookie.strip_prefix("ceremony=")?.split_once('.')).next();
    let (id, account) = ceremony.ok_or(PasskeyFault::NotOpen)?;
    Ok((id.parse()?, account.parse().map_err(|_| PasskeyFault::Malformed)?))
}

const fn level(aal: Aal) -> u8 {
    match aal {
        Aal::One => 1,
        Aal::Two => 2,
        Aal::Three => 3,
    }
}

fn member(request: &Request, name: &str) -> String {
    let body: Value = serde_json::from_str(&request.body).unwrap_or_default();
    body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// **A service makes this of the sign-in of whoever asks**, and of nothing else.
fn permit(account: StaffId, now: Timestamp) -> Result<Permit, MfaError> {
    let passkey = FactorKind::Passkey { synced: false, user_verified: true };
    let proved = ProvedFactor::assume_proved(account, passkey, AuthenticatorId::from_bytes([1; 16]), now);
    Ok(Permit::of(&SignIn::from_factors(proved, [], now)?))
}

/// Who has this name. A service looks that up, and makes up an account for a name that nobody has.
fn account(name: &str) -> StaffId {
    let mut id = [0; 16];
    let digest = digest::digest(&digest::SHA256, name.trim().as_bytes());
    for (byte, of) in id.iter_mut().zip(digest.as_ref()) {
        *byte = *of;
    }
    StaffId::from_bytes(id)
}
