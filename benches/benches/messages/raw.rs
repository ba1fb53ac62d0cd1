use crate::talk::{Talk, timed};
use openmls::prelude::{tls_codec::Deserialize as _, *};
use openmls_basic_credential::SignatureKeyPair;
use openmls_rust_crypto::OpenMlsRustCrypto;

const SUITE: Ciphersuite = Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519;

/// A member by `openmls` alone, with its own store in memory.
pub(crate) struct Member {
    pub(crate) provider: OpenMlsRustCrypto,
    pub(crate) signer: SignatureKeyPair,
    pub(crate) group: MlsGroup,
}

impl Member {
    pub(crate) fn found() -> Self {
        let (provider, signer, credential) = identity();
        let group = MlsGroup::new(&provider, &signer, &config(), credential).unwrap();
        Self { provider, signer, group }
    }

    /// A new member, and the commit that adds it.
    pub(crate) fn add(&mut self) -> (Vec<u8>, Self) {
        let (provider, signer, credential) = identity();
        let package = KeyPackage::builder().build(SUITE, &provider, &signer, credential).unwrap();
        let package = package.key_package().clone();
        let (commit, welcome, _) = self.group.add_members(&self.provider, &self.signer, &[package]).unwrap();
        self.group.merge_pending_commit(&self.provider).unwrap();
        let welcome = MlsMessageIn::tls_deserialize_exact(welcome.to_bytes().unwrap()).unwrap();
        let MlsMessageBodyIn::Welcome(welcome) = welcome.extract() else {
            return (Vec::new(), Self::found());
        };
        let staged =
            StagedWelcome::new_from_welcome(&provider, config().join_config(), welcome, None).unwrap();
        let group = staged.into_group(&provider).unwrap();
        (commit.to_bytes().unwrap(), Self { provider, signer, group })
    }

    pub(crate) fn remove(&mut self, other: &Self) -> Vec<u8> {
        let leaf = other.group.own_leaf_index();
        let (commit, _, _) = self.group.remove_members(&self.provider, &self.signer, &[leaf]).unwrap();
        self.group.merge_pending_commit(&self.provider).unwrap();
        commit.to_bytes().unwrap()
    }

    pub(crate) fn say(&mut self, body: &[u8], aad: &[u8]) -> Vec<u8> {
        self.group.set_aad(aad.to_vec());
        self.group.create_message(&self.provider, &self.signer, body).unwrap().to_bytes().unwrap()
    }

    /// The message and what is authenticated beside it; nothing when it was a commit, which is merged.
    pub(crate) fn hear(&mut self, message: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
        let message = MlsMessageIn::tls_deserialize_exact(message).unwrap();
        let message = message.try_into_protocol_message().unwrap();
        let processed = self.group.process_message(&self.provider, message).unwrap();
        let aad = processed.aad().to_vec();
        match processed.into_content() {
            ProcessedMessageContent::ApplicationMessage(message) => Some((message.into_bytes(), aad)),
            ProcessedMessageContent::StagedCommitMessage(commit) => {
                self.group.merge_staged_commit(&self.provider, *commit).unwrap();
                None
            }
            _ => None,
        }
    }

    /// As it is kept by a program that writes this store out as a whole.
    pub(crate) fn whole_store(&self) -> Vec<u8> {
        let values = self.provider.storage().values.read().unwrap();
        let mut bytes = Vec::new();
        for part in values.iter().flat_map(|(key, value)| [key, value]) {
            bytes.extend_from_slice(&(part.len() as u32).to_be_bytes());
            bytes.extend_from_slice(part);
        }
        bytes
    }

    /// Forgets the group and reads it back, as each call does that keeps no group in memory.
    pub(crate) fn reload(&mut self) {
        let id = self.group.group_id().clone();
        self.group = MlsGroup::load(self.provider.storage(), &id).unwrap().unwrap();
    }
}

/// Two members; the group stays in memory, or is read from the store for each message.
pub(crate) struct Pair {
    pub(crate) members: [Member; 2],
    pub(crate) reload: bool,
}

impl Pair {
    pub(crate) fn new(reload: bool) -> Self {
        let mut one = Member::found();
        let (_, other) = one.add();
        Self { members: [one, other], reload }
    }
}

impl Talk for Pair {
    fn turn(&mut self, body: &[u8]) -> [f64; 2] {
        let ([from, to], reload) = (&mut self.members, self.reload);
        let (said, message) = timed(|| {
            if reload {
                from.reload();
            }
            from.say(body, &[])
        });
        let (heard, read) = timed(|| {
            if reload {
                to.reload();
            }
            to.hear(&message)
        });
        assert_eq!(read.unwrap().0.len(), body.len());
        [said, heard]
    }
}

fn identity() -> (OpenMlsRustCrypto, SignatureKeyPair, CredentialWithKey) {
    let provider = OpenMlsRustCrypto::default();
    let signer = SignatureKeyPair::new(SUITE.signature_algorithm()).unwrap();
    signer.store(provider.storage()).unwrap();
    let credential = BasicCredential::new(vec![1; 17]).into();
    let signature_key = signer.public().into();
    (provider, signer, CredentialWithKey { credential, signature_key })
}

fn config() -> MlsGroupCreateConfig {
    MlsGroupCreateConfig::builder()
        .ciphersuite(SUITE)
        .wire_format_policy(PURE_CIPHERTEXT_WIRE_FORMAT_POLICY)
        .use_ratchet_tree_extension(true)
        .build()
}
