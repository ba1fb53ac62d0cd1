use crate::talk::{Talk, timed};
use vodozemac::{
    megolm::{self, GroupSession, InboundGroupSession, MegolmMessage},
    olm::{Account, OlmMessage, Session, SessionConfig},
};

/// Two who answer each other, so that each message brings a new Diffie-Hellman key.
pub(crate) struct Olm([Session; 2]);

impl Olm {
    pub(crate) fn new() -> Self {
        let (one, mut other) = (Account::new(), Account::new());
        other.generate_one_time_keys(1);
        let key = other.one_time_keys().into_values().next().unwrap();
        let mut from =
            one.create_outbound_session(SessionConfig::version_1(), other.curve25519_key(), key).unwrap();
        let OlmMessage::PreKey(first) = from.encrypt("hello").unwrap() else { return Self::new() };
        let to = other
            .create_inbound_session(SessionConfig::version_1(), one.curve25519_key(), &first)
            .unwrap()
            .session;
        Self([from, to])
    }
}

impl Talk for Olm {
    fn turn(&mut self, body: &[u8]) -> [f64; 2] {
        self.0.swap(0, 1);
        let [from, to] = &mut self.0;
        let (said, (kind, message)) = timed(|| from.encrypt(body).unwrap().to_parts());
        let (heard, read) = timed(|| to.decrypt(&OlmMessage::from_parts(kind, &message).unwrap()).unwrap());
        assert_eq!(read.len(), body.len());
        [said, heard]
    }
}

/// One who sends and one who reads.
pub(crate) struct Megolm(GroupSession, InboundGroupSession);

impl Megolm {
    pub(crate) fn new() -> Self {
        let from = GroupSession::new(megolm::SessionConfig::version_1());
        let to = InboundGroupSession::new(&from.session_key(), megolm::SessionConfig::version_1());
        Self(from, to)
    }
}

impl Talk for Megolm {
    fn turn(&mut self, body: &[u8]) -> [f64; 2] {
        let (said, message) = timed(|| self.0.encrypt(body).to_bytes());
        let (heard, read) = timed(|| self.1.decrypt(&MegolmMessage::from_bytes(&message).unwrap()).unwrap());
        assert_eq!(read.plaintext.len(), body.len());
        [said, heard]
    }
}
