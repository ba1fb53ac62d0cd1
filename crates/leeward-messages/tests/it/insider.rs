//! A member whose client does what it likes: it has its own keys, and no rule of this crate.

use crate::support::{Room, identity, key, now};
use leeward_event::ConversationId;
use leeward_messages::{CredentialIssuer as _, MemberId};
use openmls::prelude::{
    BasicCredential, Capabilities, Ciphersuite, CredentialWithKey, Extension, ExtensionType, Extensions,
    GroupId, KeyPackage, KeyPackageBuilder, KeyPackageIn, LeafNodeIndex, LeafNodeParameters, Lifetime,
    MlsGroup, MlsGroupJoinConfig, MlsMessageIn, MlsMessageOut, NewSignerBundle,
    PURE_PLAINTEXT_WIRE_FORMAT_POLICY, ProcessedMessageContent, ProtocolVersion,
    RequiredCapabilitiesExtension, SignatureScheme, StagedCommit,
    tls_codec::{Deserialize as _, Serialize as _},
};
use openmls_basic_credential::SignatureKeyPair;
use openmls_rust_crypto::OpenMlsRustCrypto;
use openmls_traits::OpenMlsProvider as _;
use ring::hmac;

const SUITE: Ciphersuite = Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519;

/// What a client of its own says.
pub(crate) struct Said<'a> {
    pub(crate) sender: MemberId,
    pub(crate) room: [u8; 16],
    pub(crate) body: &'a [u8],
}

/// What somebody sent, opened.
pub(crate) struct Opened {
    pub(crate) author: Vec<u8>,
    pub(crate) what: What,
}

pub(crate) enum What {
    Message(Vec<u8>),
    Commit(Box<StagedCommit>),
}

pub(crate) struct Insider {
    provider: OpenMlsRustCrypto,
    group: MlsGroup,
    signer: SignatureKeyPair,
}

/// The counts of an engine's values in a stored state, as its format says.
fn values(state: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut rest = &state[1 + 32 + 17..];
    let mut take = |len: usize| {
        let (taken, after) = rest.split_at(len);
        rest = after;
        taken.to_vec()
    };
    let number = |bytes: Vec<u8>| bytes.iter().fold(0, |number, byte| number << 8 | usize::from(*byte));
    if number(take(1)) > 0 {
        take(8);
        let len = number(take(4));
        take(len + 2); // a message: nobody is added or removed
    }
    let own = number(take(4));
    take(8 * own);
    let count = number(take(2));
    let mut values = Vec::new();
    for _ in 0..count {
        let len = number(take(2));
        let key = take(len);
        let len = number(take(4));
        values.push((key, take(len)));
    }
    values
}

/// A key package that says it is of `member`, with any lifetime.
pub(crate) fn key_package(member: MemberId, lifetime: Lifetime) -> KeyPackage {
    build(KeyPackage::builder().key_package_lifetime(lifetime), SUITE, member)
}

/// The same, marked as one to be used when no other is left.
pub(crate) fn last_resort(member: MemberId, lifetime: Lifetime) -> KeyPackage {
    let understands = Capabilities::builder().extensions(vec![ExtensionType::LastResort]).build();
    let builder = KeyPackage::builder().key_package_lifetime(lifetime).mark_as_last_resort();
    build(builder.leaf_node_capabilities(understands), SUITE, member)
}

/// The same, of a suite that is not spoken here.
pub(crate) fn of_another_suite(member: MemberId, lifetime: Lifetime) -> KeyPackage {
    let suite = Ciphersuite::MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519;
    build(KeyPackage::builder().key_package_lifetime(lifetime), suite, member)
}

fn build(builder: KeyPackageBuilder, suite: Ciphersuite, member: MemberId) -> KeyPackage {
    let signer = SignatureKeyPair::new(SignatureScheme::ED25519).unwrap();
    let provider = OpenMlsRustCrypto::default();
    let bundle = builder.build(suite, &provider, &signer, credential(member, &signer)).unwrap();
    bundle.key_package().clone()
}

pub(crate) fn from_bytes(package: &[u8]) -> KeyPackage {
    let package = KeyPackageIn::tls_deserialize_exact(package).unwrap();
    package.validate(OpenMlsRustCrypto::default().crypto(), ProtocolVersion::Mls10).unwrap()
}

pub(crate) fn to_bytes(package: &KeyPackage) -> Vec<u8> {
    package.tls_serialize_detached().unwrap()
}

fn credential(member: MemberId, signer: &SignatureKeyPair) -> CredentialWithKey {
    let proof = match member {
        MemberId::Staff(staff) => key().issue(staff, signer.public(), now()).unwrap(),
        MemberId::Seeker(_) => Vec::new(),
    };
    let credential = BasicCredential::new([identity(member), proof].concat()).into();
    CredentialWithKey { credential, signature_key: signer.public().into() }
}

impl Insider {
    pub(crate) async fn of(room: &Room, member: MemberId) -> Self {
        Self::of_state(room.id, &room.raw(&room.state_key(member)).await)
    }

    /// The member of whom this is the stored state.
    pub(crate) fn of_state(id: ConversationId, state: &[u8]) -> Self {
        let provider = OpenMlsRustCrypto::default();
        provider.storage().values.write().unwrap().extend(values(state));
        let id = GroupId::from_slice(id.as_bytes());
        let group = MlsGroup::load(provider.storage(), &id).unwrap().unwrap();
        let key = group.own_leaf_node().unwrap().signature_key().as_slice().to_vec();
        let signer = SignatureKeyPair::read(provider.storage(), &key, SignatureScheme::ED25519).unwrap();
        Self { provider, group, signer }
    }

    pub(crate) fn epoch(&self) -> u64 {
        self.group.epoch().as_u64()
    }

    /// What the credentials of all members say of them.
    pub(crate) fn roster(&self) -> Vec<Vec<u8>> {
        self.group.members().map(|leaf| leaf.credential.serialized_content()[..17].to_vec()).collect()
    }

    /// Opens what somebody sent, which uses its key up; a commit is not merged.
    pub(crate) fn open(&mut self, message: &[u8]) -> Opened {
        let message = MlsMessageIn::tls_deserialize_exact(message).unwrap();
        let message = message.try_into_protocol_message().unwrap();
        let opened = self.group.process_message(&self.provider, message).expect("a key was used twice");
        let author = opened.credential().serialized_content()[..17].to_vec();
        let what = match opened.into_content() {
            ProcessedMessageContent::ApplicationMessage(message) => What::Message(message.into_bytes()),
            ProcessedMessageContent::StagedCommitMessage(commit) => What::Commit(commit),
            _ => panic!("nothing else is ever sent"),
        };
        Opened { author, what }
    }

    pub(crate) fn merge(&mut self, commit: StagedCommit) {
        self.group.merge_staged_commit(&self.provider, commit).unwrap();
    }

    /// A message with any plaintext.
    pub(crate) fn encrypt(&mut self, plaintext: &[u8]) -> Vec<u8> {
        bytes(&self.group.create_message(&self.provider, &self.signer, plaintext).unwrap())
    }

    /// A message in good form that says it is of `sender` in `room`, with what its tag and time to live are
    /// made to be.
    pub(crate) fn say(&mut self, said: &Said<'_>, change: fn(&mut Vec<u8>)) -> Vec<u8> {
        let salt = [5; 16];
        let head = [&[2], &salt[..], &identity(said.sender), &said.room, &[0; 12], &[1]].concat();
        let content = [&head[..], said.body].concat();
        let mut padded = u32::try_from(content.len()).unwrap().to_be_bytes().to_vec();
        padded.extend(content);
        padded.resize(256, 0);
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &salt), &padded);
        let mut aad = [tag.as_ref(), &[0; 4]].concat();
        change(&mut aad);
        self.group.set_aad(aad);
        self.encrypt(&padded)
    }

    /// A message in good form that says it is of `sender`.
    pub(crate) fn say_as(&mut self, room: &Room, sender: MemberId, body: &[u8]) -> Vec<u8> {
        self.say(&Said { sender, room: *room.id.as_bytes(), body }, |_| ())
    }

    pub(crate) fn add(&mut self, package: KeyPackage) -> Vec<u8> {
        bytes(&self.group.add_members(&self.provider, &self.signer, &[package]).unwrap().0)
    }

    /// Adds several at once: the Welcome for them all.
    pub(crate) fn welcome(&mut self, packages: &[KeyPackage]) -> Vec<u8> {
        bytes(&self.group.add_members(&self.provider, &self.signer, packages).unwrap().1)
    }

    /// A new path from its leaf, which is still the same member's.
    pub(crate) fn update(&mut self) -> Vec<u8> {
        self.update_leaf(LeafNodeParameters::default())
    }

    /// A new path from its leaf, which is now another member's.
    pub(crate) fn become_another(&mut self, member: MemberId) -> Vec<u8> {
        let leaf = LeafNodeParameters::builder().with_credential_with_key(credential(member, &self.signer));
        self.update_leaf(leaf.build())
    }

    /// A new path from its leaf, with another signature key.
    pub(crate) fn change_key(&mut self, member: MemberId) -> Vec<u8> {
        let signer = SignatureKeyPair::new(SignatureScheme::ED25519).unwrap();
        let new = NewSignerBundle { signer: &signer, credential_with_key: credential(member, &signer) };
        let (rand, crypto) = (self.provider.rand(), self.provider.crypto());
        let builder = self.group.commit_builder().load_psks(self.provider.storage()).unwrap();
        let builder = builder.build_with_new_signer(rand, crypto, &self.signer, new, |_| true).unwrap();
        bytes(builder.stage_commit(&self.provider).unwrap().commit())
    }

    /// A change of the group context.
    pub(crate) fn change_context(&mut self) -> Vec<u8> {
        let nothing = RequiredCapabilitiesExtension::new(&[], &[], &[]);
        let extensions = Extensions::single(Extension::RequiredCapabilities(nothing)).unwrap();
        let (rand, crypto) = (self.provider.rand(), self.provider.crypto());
        let builder = self.group.commit_builder().propose_group_context_extensions(extensions).unwrap();
        let builder = builder.load_psks(self.provider.storage()).unwrap();
        let builder = builder.build(rand, crypto, &self.signer, |_| true).unwrap();
        bytes(builder.stage_commit(&self.provider).unwrap().commit())
    }

    /// A proposal that stands alone.
    pub(crate) fn propose_removal(&mut self, leaf: u32) -> Vec<u8> {
        let leaf = LeafNodeIndex::new(leaf);
        let proposed = self.group.propose_remove_member(&self.provider, &self.signer, leaf);
        bytes(&proposed.unwrap().0)
    }

    /// What it sends from now on in handshakes is signed, and not encrypted.
    pub(crate) fn speak_openly(&mut self) {
        let config = MlsGroupJoinConfig::builder().wire_format_policy(PURE_PLAINTEXT_WIRE_FORMAT_POLICY);
        self.group.set_configuration(self.provider.storage(), &config.build()).unwrap();
    }

    fn update_leaf(&mut self, leaf: LeafNodeParameters) -> Vec<u8> {
        let (rand, crypto) = (self.provider.rand(), self.provider.crypto());
        let builder = self.group.commit_builder().force_self_update(true).leaf_node_parameters(leaf);
        let builder = builder.load_psks(self.provider.storage()).unwrap();
        let builder = builder.build(rand, crypto, &self.signer, |_| true).unwrap();
        bytes(builder.stage_commit(&self.provider).unwrap().commit())
    }
}

fn bytes(message: &MlsMessageOut) -> Vec<u8> {
    message.to_bytes().unwrap()
}
