use super::{Engine, Judge, Overlay, SUITE, config, group_id, lifetime, new_credential, policy};
use crate::{
    Credentials, Error, MAX_KEY_PACKAGE, MAX_MEMBERS, MAX_WELCOME, MemberId, Refusal, record::Values,
};
use jiff::Timestamp;
use leeward_event::ConversationId;
use openmls::prelude::{
    KeyPackage, KeyPackageIn, MlsGroup, MlsMessageBodyIn, MlsMessageIn, ProtocolVersion, StagedWelcome,
    Welcome,
    tls_codec::{Deserialize as _, Serialize as _},
};
use openmls_rust_crypto::OpenMlsRustCrypto;
use openmls_traits::OpenMlsProvider as _;

/// A key package that can add its member to one conversation, once.
pub(crate) struct NewKeyPackage {
    /// What names it in a Welcome (RFC 9420 5.2).
    pub(crate) reference: Vec<u8>,
    pub(crate) public: Vec<u8>,
    pub(crate) private: Values,
    pub(crate) claimable_until: Timestamp,
    pub(crate) usable_until: Timestamp,
}

pub(crate) fn new_key_package(
    me: MemberId,
    credentials: &Credentials,
    now: Timestamp,
) -> Result<NewKeyPackage, Error> {
    let overlay = Overlay::default();
    let (signer, credential) = new_credential(&overlay, me, credentials, now)?;
    let bundle = KeyPackage::builder()
        .key_package_lifetime(lifetime::starting(now))
        .build(SUITE, overlay.provider(), &signer, credential)
        .map_err(Error::engine)?;
    let reference = reference(overlay.provider(), bundle.key_package())?;
    let public = bundle.key_package().tls_serialize_detached().map_err(Error::engine)?;
    let (claimable_until, usable_until) = lifetime::ends(now);
    Ok(NewKeyPackage { reference, public, private: overlay.into_values(), claimable_until, usable_until })
}

pub(super) fn read_key_package(bytes: &[u8]) -> Result<KeyPackage, Refusal> {
    if bytes.len() > MAX_KEY_PACKAGE {
        return Err(Refusal::TooLarge);
    }
    let package = KeyPackageIn::tls_deserialize_exact(bytes).map_err(|_| Refusal::Malformed)?;
    let crypto = OpenMlsRustCrypto::default();
    package.validate(crypto.crypto(), ProtocolVersion::Mls10).map_err(|_| Refusal::NotAuthentic)
}

/// The key packages that a Welcome was made for.
pub(crate) fn references(welcome: &[u8]) -> Result<Vec<Vec<u8>>, Refusal> {
    let welcome = parse(welcome)?;
    let references = welcome.secrets().iter().map(|secrets| secrets.new_member().as_slice().to_vec());
    Ok(references.take(MAX_MEMBERS).collect())
}

fn reference(provider: &OpenMlsRustCrypto, package: &KeyPackage) -> Result<Vec<u8>, Error> {
    let reference = package.hash_ref(provider.crypto()).map_err(Error::engine)?;
    Ok(reference.as_slice().to_vec())
}

impl Engine {
    /// Joins by a Welcome, with the private half of the key package that it was made for.
    pub(crate) fn join(
        conversation: ConversationId,
        me: MemberId,
        private: &Values,
        welcome: &[u8],
        judge: Judge<'_>,
    ) -> Result<Self, Error> {
        let overlay = Overlay::of(private);
        let group =
            enter(&overlay, conversation, me, welcome, judge).map_err(|why| Error::WelcomeRefused { why })?;
        Self::assemble(overlay, group, me)
    }
}

fn enter(
    overlay: &Overlay,
    conversation: ConversationId,
    me: MemberId,
    welcome: &[u8],
    judge: Judge<'_>,
) -> Result<MlsGroup, Refusal> {
    let (welcome, config) = (parse(welcome)?, config().build());
    let staged = StagedWelcome::build_from_welcome(overlay.provider(), config.join_config(), welcome)
        .map_err(|_| Refusal::NotAuthentic)?
        // Leaves that never committed keep the lifetime of their key package, however old.
        .skip_lifetime_validation()
        .build()
        .map_err(|_| Refusal::NotAuthentic)?;
    check(&staged, conversation, me, judge)?;
    staged.into_group(overlay.provider()).map_err(|_| Refusal::NotAuthentic)
}

fn parse(bytes: &[u8]) -> Result<Welcome, Refusal> {
    if bytes.len() > MAX_WELCOME {
        return Err(Refusal::TooLarge);
    }
    let message = MlsMessageIn::tls_deserialize_exact(bytes).map_err(|_| Refusal::Malformed)?;
    match message.extract() {
        MlsMessageBodyIn::Welcome(welcome) => Ok(welcome),
        _ => Err(Refusal::Malformed),
    }
}

fn check(
    staged: &StagedWelcome,
    conversation: ConversationId,
    me: MemberId,
    judge: Judge<'_>,
) -> Result<(), Refusal> {
    let context = staged.group_context();
    if context.ciphersuite() != SUITE {
        return Err(Refusal::Suite);
    }
    if *context.group_id() != group_id(conversation) {
        return Err(Refusal::Misplaced);
    }
    policy::check_roster(judge, staged.members())?;
    let own = staged.own_leaf_node().ok_or(Refusal::Identity)?;
    if policy::identity(own.credential())? == me { Ok(()) } else { Err(Refusal::Identity) }
}
