//! The vectors of RFC 9420 for suite 1, and those of the HPKE below it (RFC 9180), on `openmls` and the provider that
//! are used here. `Conversations` takes none of them: it asks more of a group than the RFC does, such as
//! credentials that name a member, and no proposal outside of a commit.
//!
//! The groups are of 2023, and the lifetimes of their leaves are over. A Welcome can be read without that check; a
//! proposal cannot, so that a case ends where the first member is added that has not yet made a commit.

use openmls::{
    prelude::{tls_codec::Deserialize as _, *},
    schedule::PreSharedKeyId,
};
use openmls_rust_crypto::OpenMlsRustCrypto;
use openmls_traits::{
    storage::StorageProvider as _,
    types::{HpkeAeadType, HpkeCiphertext, HpkeConfig, HpkeKdfType, HpkeKemType, HpkePrivateKey},
};
use serde_json::{Value, json};

fn fixture(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn bytes(value: &Value) -> Vec<u8> {
    let hex = value.as_str().unwrap().as_bytes();
    let digits = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    hex.chunks(2).map(digits).collect()
}

fn message(value: &Value) -> MlsMessageIn {
    MlsMessageIn::tls_deserialize_exact(bytes(value)).unwrap()
}

/// A member that makes nothing of its own.
struct Passive {
    provider: OpenMlsRustCrypto,
    group: MlsGroup,
}

impl Passive {
    fn join(case: &Value) -> Self {
        let provider = OpenMlsRustCrypto::default();
        for psk in case["external_psks"].as_array().unwrap() {
            let id = PreSharedKeyId::external(bytes(&psk["psk_id"]), Vec::new());
            id.store(&provider, &bytes(&psk["psk"])).unwrap();
        }
        keep_key_package(&provider, case);
        let config = MlsGroupJoinConfig::builder()
            .wire_format_policy(MIXED_PLAINTEXT_WIRE_FORMAT_POLICY)
            .number_of_resumption_psks(16)
            .build();
        let MlsMessageBodyIn::Welcome(welcome) = message(&case["welcome"]).extract() else {
            panic!("no Welcome")
        };
        let join = StagedWelcome::build_from_welcome(&provider, &config, welcome).unwrap();
        let join = join.skip_lifetime_validation();
        let join = match &case["ratchet_tree"] {
            Value::Null => join,
            tree => join.with_ratchet_tree(RatchetTreeIn::tls_deserialize_exact(bytes(tree)).unwrap()),
        };
        let group = join.build().unwrap().into_group(&provider).unwrap();
        assert_eq!(group.epoch_authenticator().as_slice(), bytes(&case["initial_epoch_authenticator"]));
        Self { provider, group }
    }

    /// Takes the messages of one epoch, unless one of them is refused.
    fn follow(&mut self, epoch: &Value) -> Result<(), String> {
        for proposal in epoch["proposals"].as_array().unwrap() {
            self.take(proposal)?;
        }
        self.take(&epoch["commit"])?;
        assert_eq!(self.group.epoch_authenticator().as_slice(), bytes(&epoch["epoch_authenticator"]));
        Ok(())
    }

    fn take(&mut self, value: &Value) -> Result<(), String> {
        let message = message(value).try_into_protocol_message().unwrap();
        let processed =
            self.group.process_message(&self.provider, message).map_err(|error| format!("{error:?}"))?;
        match processed.into_content() {
            ProcessedMessageContent::ProposalMessage(proposal) => {
                self.group.store_pending_proposal(self.provider.storage(), *proposal).unwrap();
            }
            ProcessedMessageContent::StagedCommitMessage(commit) => {
                self.group.merge_staged_commit(&self.provider, *commit).unwrap();
            }
            _ => panic!("neither proposal nor commit"),
        }
        Ok(())
    }
}

/// By the form that is stored: no public constructor takes a private half, or a package whose time is over.
fn keep_key_package(provider: &OpenMlsRustCrypto, case: &Value) {
    let MlsMessageBodyIn::KeyPackage(package) = message(&case["key_package"]).extract() else {
        panic!("no key package")
    };
    let package: KeyPackage = serde_json::from_value(json!(package)).unwrap();
    let private = |name: &str| HpkePrivateKey::from(bytes(&case[name]));
    let bundle = json!({
        "key_package": package,
        "private_init_key": private("init_priv"),
        "private_encryption_key": { "key": private("encryption_priv") },
    });
    let bundle: KeyPackageBundle = serde_json::from_value(bundle).unwrap();
    let reference = package.hash_ref(provider.crypto()).unwrap();
    provider.storage().write_key_package(&reference, &bundle).unwrap();
}

#[test]
fn passive_clients_join_and_follow() {
    let fixture = fixture(include_str!("../vectors/rfc9420-passive-client.json"));
    let (mut joined, mut followed, mut over) = (0, 0, 0);
    for kind in ["welcome", "handling_commit", "random"] {
        for case in fixture[kind].as_array().unwrap() {
            let mut client = Passive::join(case);
            joined += 1;
            let epochs = case["epochs"].as_array().unwrap().iter();
            let refused = epochs.map(|epoch| client.follow(epoch)).inspect(|taken| {
                followed += i32::from(taken.is_ok());
            });
            if let Some(Err(why)) = refused.into_iter().find(Result::is_err) {
                assert!(why.contains("LifetimeError(Expired"), "{why}");
                over += 1;
            }
        }
    }
    assert_eq!((joined, followed, over), (22, 23, 5));
}

#[test]
fn hpke_of_suite_1_opens_and_exports_what_rfc_9180_says() {
    let fixture = fixture(include_str!("../vectors/rfc9180-base.json"));
    let case = &fixture["case"];
    let config = || HpkeConfig(HpkeKemType::DhKem25519, HpkeKdfType::HkdfSha256, HpkeAeadType::AesGcm128);
    let (provider, private, info) =
        (OpenMlsRustCrypto::default(), bytes(&case["skRm"]), bytes(&case["info"]));
    let derived = provider.crypto().derive_hpke_keypair(config(), &bytes(&case["ikmR"])).unwrap();
    assert_eq!((&*derived.private, derived.public), (&private[..], bytes(&case["pkRm"])));

    let sealed = &case["encryption"];
    let ciphertext =
        HpkeCiphertext { kem_output: bytes(&case["enc"]).into(), ciphertext: bytes(&sealed["ct"]).into() };
    let opened = provider.crypto().hpke_open(config(), &ciphertext, &private, &info, &bytes(&sealed["aad"]));
    assert_eq!(opened.unwrap(), bytes(&sealed["pt"]));

    let exports = case["exports"].as_array().unwrap();
    assert_eq!(exports.len(), 3);
    for export in exports {
        let context = bytes(&export["exporter_context"]);
        let len = usize::try_from(export["L"].as_u64().unwrap()).unwrap();
        let enc = bytes(&case["enc"]);
        let exported =
            provider.crypto().hpke_setup_receiver_and_export(config(), &enc, &private, &info, &context, len);
        assert_eq!(&*exported.unwrap(), &bytes(&export["exported_value"])[..]);
    }
}
