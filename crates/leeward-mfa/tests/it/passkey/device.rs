//! An authenticator that says what a test wants it to say (WebAuthn 6.1, 6.5, attestation `none`).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use ring::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair},
};
use serde_json::{Value, json};

pub(crate) const UP: u8 = 0x01;
pub(crate) const UV: u8 = 0x04;
pub(crate) const BE: u8 = 0x08;
pub(crate) const BS: u8 = 0x10;
const AT: u8 = 0x40;

pub(crate) struct Device {
    pub(crate) key: EcdsaKeyPair,
    pub(crate) id: Vec<u8>,
    pub(crate) flags: u8,
    pub(crate) counter: u32,
    pub(crate) origin: String,
    pub(crate) rp_id: String,
    /// What it keeps of the account: none for one that is not discoverable.
    pub(crate) user_handle: Option<String>,
    /// What it calls its algorithm in the COSE key (RFC 9053): ES256.
    pub(crate) algorithm: i8,
}

impl Device {
    pub(crate) fn new() -> Self {
        let rng = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &rng).unwrap();
        let mut id = vec![0; 32];
        ring::rand::SecureRandom::fill(&rng, &mut id).unwrap();
        Self::with_key(pkcs8.as_ref(), id)
    }

    pub(crate) fn with_key(pkcs8: &[u8], id: Vec<u8>) -> Self {
        let rng = SystemRandom::new();
        Self {
            key: EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8, &rng).unwrap(),
            id,
            flags: UP | UV,
            counter: 0,
            origin: "https://staff.example.org".into(),
            rp_id: "example.org".into(),
            user_handle: None,
            algorithm: -7,
        }
    }

    /// A passkey that is copied to other devices.
    pub(crate) fn synced() -> Self {
        Self { flags: UP | UV | BE | BS, ..Self::new() }
    }

    /// Answers a registration, and remembers the account.
    pub(crate) fn register(&mut self, options: &str) -> String {
        let options: Value = serde_json::from_str(options).unwrap();
        self.user_handle = options["publicKey"]["user"]["id"].as_str().map(str::to_owned);
        let auth_data = [self.auth_data(self.flags | AT), self.attested()].concat();
        let length = u16::try_from(auth_data.len()).unwrap().to_be_bytes();
        let head = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59";
        self.registration(&options, &[&head[..], &length, &auth_data].concat())
    }

    /// The same, with an attestation object of the test's own.
    pub(crate) fn registration(&self, options: &Value, attestation: &[u8]) -> String {
        let client_data = self.client_data("webauthn.create", options);
        let response = json!({
            "attestationObject": BASE64.encode(attestation),
            "clientDataJSON": BASE64.encode(client_data),
        });
        self.answer(&response)
    }

    /// Answers a sign-in.
    pub(crate) fn sign_in(&mut self, options: &str) -> String {
        self.sign_in_as("webauthn.get", options)
    }

    pub(crate) fn sign_in_as(&mut self, what: &str, options: &str) -> String {
        let options: Value = serde_json::from_str(options).unwrap();
        let (client_data, auth_data) = (self.client_data(what, &options), self.auth_data(self.flags));
        let signed = [&auth_data[..], digest(&SHA256, &client_data).as_ref()].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        let response = json!({
            "authenticatorData": BASE64.encode(auth_data),
            "clientDataJSON": BASE64.encode(client_data),
            "signature": BASE64.encode(signature),
            "userHandle": self.user_handle,
        });
        self.answer(&response)
    }

    /// Whether its passkey is among those that a sign-in may use.
    pub(crate) fn is_listed(&self, options: &str) -> bool {
        let options: Value = serde_json::from_str(options).unwrap();
        let allowed = options["publicKey"]["allowCredentials"].as_array().unwrap();
        allowed.iter().any(|one| one["id"] == BASE64.encode(&self.id))
    }

    fn answer(&self, response: &Value) -> String {
        let id = BASE64.encode(&self.id);
        json!({ "id": id, "rawId": id, "type": "public-key", "response": response }).to_string()
    }

    fn client_data(&self, what: &str, options: &Value) -> Vec<u8> {
        let challenge = &options["publicKey"]["challenge"];
        let data =
            json!({ "type": what, "challenge": challenge, "origin": self.origin, "crossOrigin": false });
        data.to_string().into_bytes()
    }

    fn auth_data(&self, flags: u8) -> Vec<u8> {
        let rp_id = digest(&SHA256, self.rp_id.as_bytes());
        [rp_id.as_ref(), &[flags], &self.counter.to_be_bytes()].concat()
    }

    fn attested(&self) -> Vec<u8> {
        let point = self.key.public_key().as_ref();
        let algorithm = (self.algorithm.unsigned_abs() - 1) | 0x20;
        let length = u16::try_from(self.id.len()).unwrap().to_be_bytes();
        let key = [&[0xa5, 1, 2, 3, algorithm, 0x20, 1, 0x21, 0x58, 32], &point[1..33]].concat();
        let key = [&key[..], &[0x22, 0x58, 32], &point[33..65]].concat();
        [&[7; 16][..], &length, &self.id, &key].concat()
    }
}
