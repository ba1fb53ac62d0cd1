use crate::{
    raw,
    room::now,
    talk::{Talk, timed},
};
use leeward_event::{ConversationId, SeekerId};
use leeward_messages::{
    Draft, MemberId,
    content::Content,
    franking::{Agents, HubKeys},
};
use ring::rand::SystemRandom;

/// What leeward adds to each message, around groups that stay in memory: padding and franking, the stamp of the
/// service, its check, and the comparison of author and credential. Without store and log.
pub(crate) struct Awake {
    pair: raw::Pair,
    hub: HubKeys,
    agents: Agents,
    sender: MemberId,
    conversation: ConversationId,
    rng: SystemRandom,
}

impl Awake {
    pub(crate) fn new() -> Self {
        let rng = SystemRandom::new();
        let hub = HubKeys::generate(&rng).unwrap();
        let sender = MemberId::from(SeekerId::generate(&rng).unwrap());
        let conversation = ConversationId::generate(&rng).unwrap();
        let (pair, agents) = (raw::Pair::new(false), hub.agents());
        Self { pair, hub, agents, sender, conversation, rng }
    }
}

impl Talk for Awake {
    fn turn(&mut self, body: &[u8]) -> [f64; 2] {
        let Self { pair, hub, agents, sender, conversation, rng } = self;
        let (draft, [from, to]) = (Draft::bytes(body), &mut pair.members);
        let (said, (message, stamp)) = timed(|| {
            let made = Content::seal(*sender, *conversation, &draft, now(), rng).unwrap();
            let message = from.say(made.expose_data(), &made.aad());
            (message, hub.stamp(&made.tag(), *sender, *conversation, now()).unwrap())
        });
        let (heard, read) = timed(|| {
            let (data, aad) = to.hear(&message).unwrap();
            agents.check(&stamp, *sender, *conversation).unwrap();
            Content::open(&data, &aad, *sender, *conversation)
        });
        assert!(read.is_ok());
        [said, heard]
    }
}
