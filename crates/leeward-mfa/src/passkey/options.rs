//! What is sent to the browser. This is the one place where it differs from what `webauthn-rs` makes.

use crate::MfaError;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use webauthn_rs::prelude::{CreationChallengeResponse, CredentialID, RequestChallengeResponse};

/// `webauthn-rs` asks for `residentKey: discouraged`, and has no option for it. Android then makes a
/// passkey that no autofill finds, and security keys keep no name; so `required` stands here instead
/// (WebAuthn 5.4.6). What is verified afterwards does not depend on it.
pub(super) fn for_registration(challenge: &CreationChallengeResponse) -> Result<String, MfaError> {
    let mut options = serde_json::to_value(challenge).map_err(MfaError::not_begun)?;
    let selection = options.pointer_mut("/publicKey/authenticatorSelection").and_then(Value::as_object_mut);
    if let Some(selection) = selection {
        selection.insert("residentKey".into(), json!("required"));
        selection.insert("requireResidentKey".into(), json!(true));
    }
    Ok(options.to_string())
}

/// `webauthn-rs` makes these for autofill alone. A button wants no conditional mediation, and a named
/// account its list of passkeys.
pub(super) fn for_sign_in(
    challenge: &RequestChallengeResponse,
    autofill: bool,
    allowed: &[CredentialID],
) -> Result<String, MfaError> {
    let mut options = serde_json::to_value(challenge).map_err(MfaError::not_begun)?;
    let allowed = allowed.iter().map(|id| json!({ "type": "public-key", "id": URL_SAFE_NO_PAD.encode(id) }));
    let allowed: Vec<_> = allowed.collect();
    if let Some(keys) = options.pointer_mut("/publicKey").and_then(Value::as_object_mut) {
        keys.insert("allowCredentials".into(), allowed.into());
    }
    if let Some(top) = options.as_object_mut().filter(|_| !autofill) {
        top.remove("mediation");
    }
    Ok(options.to_string())
}
