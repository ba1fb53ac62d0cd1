//! Only models that their makers attest are bound, where a policy lists models (WebAuthn 8.2, packed).

use super::{
    device::{BE, Device, UP, UV},
    support::{START, begin_registration, fault, with_policy},
};
use crate::support::{account, at, store};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use leeward_mfa::{AcceptedModels, MfaError, Passkey, PasskeyFault, PasskeyPolicy, RegistrationAnswer};
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    SigningKey,
};
use ring::digest::{SHA256, digest};
use serde_json::Value;

/// What `Device` says that it is.
const MODEL: [u8; 16] = [7; 16];

struct Maker {
    issuer: Issuer<'static, KeyPair>,
    certificate: Vec<u8>,
}

impl Maker {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        params.distinguished_name.push(DnType::CommonName, "Maker of keys");
        let certificate = params.self_signed(&key).unwrap().der().to_vec();
        Self { issuer: Issuer::new(params, key), certificate }
    }

    fn policy(&self, model: [u8; 16]) -> PasskeyPolicy {
        PasskeyPolicy::attested(AcceptedModels::new([(&self.certificate[..], model, "a key")]).unwrap())
    }

    /// The certificate of a batch of authenticators, as WebAuthn 8.2.1 wants it.
    fn attests(&self, key: &KeyPair) -> Vec<u8> {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::ExplicitNoCa;
        let name = &mut params.distinguished_name;
        name.push(DnType::CountryName, "DE");
        name.push(DnType::OrganizationName, "Maker of keys");
        name.push(DnType::OrganizationalUnitName, "Authenticator Attestation");
        name.push(DnType::CommonName, "A key");
        let model = [&[4, 16][..], &MODEL].concat();
        let oid = [1, 3, 6, 1, 4, 1, 45724, 1, 1, 4];
        params.custom_extensions.push(CustomExtension::from_oid_content(&oid, model));
        params.signed_by(key, &self.issuer).unwrap().der().to_vec()
    }

    /// A registration that this maker attests.
    async fn register(&self, policy: PasskeyPolicy, mut device: Device) -> Result<Passkey, MfaError> {
        let passkeys = with_policy(&store(), policy);
        let begun = begin_registration(&passkeys, account(1), START).await;
        let mut answer: Value = serde_json::from_str(&device.register(&begun.options)).unwrap();
        let part = |name: &str| BASE64.decode(answer["response"][name].as_str().unwrap()).unwrap();
        let (unattested, client_data) = (part("attestationObject"), part("clientDataJSON"));
        let auth_data = &unattested[b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59..".len()..];
        let key = KeyPair::generate().unwrap();
        let signed = [auth_data, digest(&SHA256, &client_data).as_ref()].concat();
        let (signature, certificate) = (key.sign(&signed).unwrap(), self.attests(&key));
        let length = |bytes: &[u8]| u16::try_from(bytes.len()).unwrap().to_be_bytes();
        let attested = [
            &b"\xa3\x63fmt\x66packed\x67attStmt\xa3\x63alg\x26\x63sig\x59"[..],
            &length(&signature),
            &signature,
            b"\x63x5c\x81\x59",
            &length(&certificate),
            &certificate,
            b"\x68authData\x59",
            &length(auth_data),
            auth_data,
        ];
        answer["response"]["attestationObject"] = BASE64.encode(attested.concat()).into();
        let answer = RegistrationAnswer::parse(&answer.to_string())?;
        let _ = passkeys.finish_registration(account(1), begun.ceremony, &answer, at(START)).await?;
        Ok(passkeys.list(account(1)).await?.remove(0))
    }
}

#[test]
fn a_listed_model_that_its_maker_attests_is_bound_and_named() {
    let maker = Maker::new();
    let bound = pollster::block_on(maker.register(maker.policy(MODEL), Device::new())).unwrap();
    assert_eq!((bound.aaguid, bound.synced), (Some(MODEL), false));
}

#[test]
fn other_models_other_makers_synced_and_unattested_ones_are_refused() {
    let (maker, other) = (Maker::new(), Maker::new());
    let synced = Device { flags: UP | UV | BE, ..Device::new() };
    for (policy, device) in [
        (maker.policy([8; 16]), Device::new()),
        (other.policy(MODEL), Device::new()),
        (maker.policy(MODEL), synced),
    ] {
        let refused = pollster::block_on(maker.register(policy, device));
        assert_eq!(fault(refused), PasskeyFault::NotAccepted);
    }
    let passkeys = with_policy(&store(), maker.policy(MODEL));
    let unattested = pollster::block_on(super::support::register(&passkeys, account(1), &mut Device::new()));
    assert_eq!(fault(unattested), PasskeyFault::NotAccepted);
}

#[test]
fn an_empty_list_and_what_is_no_certificate_are_refused() {
    assert!(matches!(AcceptedModels::new([]), Err(MfaError::Model)));
    assert!(matches!(AcceptedModels::new([(&b"no certificate"[..], MODEL, "a key")]), Err(MfaError::Model)));
}
