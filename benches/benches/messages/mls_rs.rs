use crate::talk::{Talk, timed};
use mls_rs::{
    CipherSuite, CipherSuiteProvider as _, Client, CryptoProvider as _, ExtensionList, Group, MlsMessage,
    client_builder::MlsConfig,
    group::ReceivedMessage,
    identity::{
        SigningIdentity,
        basic::{BasicCredential, BasicIdentityProvider},
    },
};
use mls_rs_crypto_rustcrypto::RustCryptoProvider;

struct Pair<C: MlsConfig>([Group<C>; 2]);

pub(crate) fn pair() -> Box<dyn Talk> {
    let (one, other) = (client(1), client(2));
    let mut group = one.create_group(ExtensionList::new(), ExtensionList::new(), None).unwrap();
    let package =
        other.generate_key_package_message(ExtensionList::new(), ExtensionList::new(), None).unwrap();
    let commit = group.commit_builder().add_member(package).unwrap().build().unwrap();
    group.apply_pending_commit().unwrap();
    let (joined, _) = other.join_group(None, &commit.welcome_messages[0], None).unwrap();
    Box::new(Pair([group, joined]))
}

impl<C: MlsConfig> Talk for Pair<C> {
    fn turn(&mut self, body: &[u8]) -> [f64; 2] {
        let [from, to] = &mut self.0;
        let (said, message) =
            timed(|| from.encrypt_application_message(body, Vec::new()).unwrap().to_bytes().unwrap());
        let (heard, read) =
            timed(|| to.process_incoming_message(MlsMessage::from_bytes(&message).unwrap()).unwrap());
        assert!(matches!(read, ReceivedMessage::ApplicationMessage(read) if read.data() == body));
        [said, heard]
    }
}

fn client(name: u8) -> Client<impl MlsConfig> {
    let suite = CipherSuite::CURVE25519_AES128;
    let crypto = RustCryptoProvider::default();
    let (secret, public) = crypto.cipher_suite_provider(suite).unwrap().signature_key_generate().unwrap();
    let identity = SigningIdentity::new(BasicCredential::new(vec![name; 17]).into_credential(), public);
    Client::builder()
        .identity_provider(BasicIdentityProvider)
        .crypto_provider(crypto)
        .signing_identity(identity, secret, suite)
        .build()
}
