//! MLS (RFC 9420) by `openmls`, made synchronous, engine-neutral and all or nothing: an [`Engine`] is
//! built from values, changes them in memory, and gives them back for one batch. Whoever drops it
//! instead has changed nothing.

mod commit;
mod join;
mod lifetime;
mod overlay;
mod policy;
mod receive;

pub(crate) use commit::{Claim, Commit};
pub(crate) use join::{new_key_package, references};
pub(crate) use policy::Judge;
pub(crate) use receive::Processed;

use crate::{Credentials, Error, MemberId, Roster, RosterMember, Verification, record::Values};
use jiff::Timestamp;
use leeward_event::ConversationId;
use openmls::prelude::{
    BasicCredential, Ciphersuite, CredentialWithKey, GroupId, LeafNodeIndex, LeafNodeParameters, MlsGroup,
    MlsGroupCreateConfig, PURE_CIPHERTEXT_WIRE_FORMAT_POLICY, SenderRatchetConfiguration, SignatureScheme,
};
use openmls_basic_credential::SignatureKeyPair;
use openmls_traits::OpenMlsProvider as _;
use overlay::Overlay;
use zeroize::Zeroizing;

/// The mandatory suite of RFC 9420 17.1, the only one spoken here.
const SUITE: Ciphersuite = Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519;
const SIGNATURES: SignatureScheme = SignatureScheme::ED25519;

/// One member of one conversation.
pub(crate) struct Engine {
    overlay: Overlay,
    group: MlsGroup,
    signer: SignatureKeyPair,
    me: MemberId,
    /// What the next commit changes of the leaf, beside its keys.
    leaf: LeafNodeParameters,
}

impl Engine {
    /// A conversation with one member.
    pub(crate) fn found(
        conversation: ConversationId,
        me: MemberId,
        credentials: &Credentials,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let overlay = Overlay::default();
        let (signer, credential) = new_credential(&overlay, me, credentials, now)?;
        let config = config().lifetime(lifetime::starting(now)).build();
        let group = MlsGroup::new_with_group_id(
            overlay.provider(),
            &signer,
            &config,
            group_id(conversation),
            credential,
        )
        .map_err(Error::engine)?;
        Ok(Self { overlay, group, signer, me, leaf: LeafNodeParameters::default() })
    }

    /// The member whose values these are.
    pub(crate) fn load(conversation: ConversationId, me: MemberId, values: &Values) -> Result<Self, Error> {
        let overlay = Overlay::of(values);
        let group = MlsGroup::load(overlay.provider().storage(), &group_id(conversation))
            .map_err(Error::engine)?
            .ok_or(INCOMPLETE)?;
        Self::assemble(overlay, group, me)
    }

    fn assemble(overlay: Overlay, group: MlsGroup, me: MemberId) -> Result<Self, Error> {
        let leaf = group.own_leaf_node().ok_or(INCOMPLETE)?;
        let key = leaf.signature_key().as_slice();
        let signer =
            SignatureKeyPair::read(overlay.provider().storage(), key, SIGNATURES).ok_or(INCOMPLETE)?;
        Ok(Self { overlay, group, signer, me, leaf: LeafNodeParameters::default() })
    }

    pub(crate) fn into_values(self) -> Values {
        self.overlay.into_values()
    }

    pub(crate) fn epoch(&self) -> u64 {
        self.group.epoch().as_u64()
    }

    /// Everyone who can read this epoch, in the order of the leaves.
    pub(crate) fn roster(&self, conversation: ConversationId) -> Result<Roster, Error> {
        let members = self.group.members().map(|leaf| {
            let member = policy::identity(&leaf.credential).map_err(Error::engine)?;
            Ok(RosterMember { member, place: leaf.index.u32() })
        });
        let verification = Verification::of(conversation, self.group.epoch_authenticator().as_slice());
        Ok(Roster { epoch: self.epoch(), members: members.collect::<Result<_, Error>>()?, verification })
    }

    /// Encrypts for everyone in this epoch; `aad` is authenticated and in clear.
    pub(crate) fn encrypt(&mut self, plaintext: &[u8], aad: &[u8]) -> Result<Vec<u8>, Error> {
        self.group.set_aad(aad.to_vec());
        let message = self
            .group
            .create_message(self.overlay.provider(), &self.signer, plaintext)
            .map_err(Error::engine)?;
        message.to_bytes().map_err(Error::engine)
    }

    /// `MLS-Exporter(label, context, len)` (RFC 9420 8.5).
    pub(crate) fn export(
        &self,
        label: &str,
        context: &[u8],
        len: usize,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let crypto = self.overlay.provider().crypto();
        self.group.export_secret(crypto, label, context, len).map(Zeroizing::new).map_err(Error::engine)
    }

    /// Where this member stands in the tree.
    pub(crate) fn own_leaf(&self) -> u32 {
        self.group.own_leaf_index().u32()
    }

    fn leaf_of(&self, member: MemberId) -> Option<LeafNodeIndex> {
        let mut members = self.group.members();
        members.find(|leaf| policy::identity(&leaf.credential) == Ok(member)).map(|leaf| leaf.index)
    }
}

const INCOMPLETE: Error = Error::Corrupt { what: "an incomplete member state" };

fn group_id(conversation: ConversationId) -> GroupId {
    GroupId::from_slice(conversation.as_bytes())
}

/// A throw-away signature key, and the credential that binds it to the member: no two conversations
/// of one person share a key.
fn new_credential(
    overlay: &Overlay,
    me: MemberId,
    credentials: &Credentials,
    now: Timestamp,
) -> Result<(SignatureKeyPair, CredentialWithKey), Error> {
    let signer = SignatureKeyPair::new(SIGNATURES).map_err(Error::engine)?;
    signer.store(overlay.provider().storage()).map_err(Error::engine)?;
    let credential = credential(me, signer.public(), credentials, now)?;
    Ok((signer, credential))
}

fn credential(
    me: MemberId,
    signature_key: &[u8],
    credentials: &Credentials,
    now: Timestamp,
) -> Result<CredentialWithKey, Error> {
    let proof = match me {
        MemberId::Staff(staff) => credentials.issuer.issue(staff, signature_key, now)?,
        MemberId::Seeker(_) => Vec::new(),
    };
    let credential = BasicCredential::new([&me.to_identity()[..], &proof].concat()).into();
    Ok(CredentialWithKey { credential, signature_key: signature_key.into() })
}

fn config() -> openmls::prelude::MlsGroupCreateConfigBuilder {
    MlsGroupCreateConfig::builder()
        .ciphersuite(SUITE)
        .wire_format_policy(PURE_CIPHERTEXT_WIRE_FORMAT_POLICY)
        .use_ratchet_tree_extension(true)
        .number_of_resumption_psks(0)
        .max_past_epochs(0)
        // The log is ordered: a key that was used or passed over is of no use but to an attacker.
        .sender_ratchet_configuration(SenderRatchetConfiguration::new(0, 1_000))
}
