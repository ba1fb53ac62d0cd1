use crate::{
    room::now,
    talk::{median, timed},
};
use leeward_event::{ConversationId, SeekerId};
use leeward_messages::{Draft, MemberId, content::Content, franking::HubKeys};
use ring::rand::SystemRandom;

/// Microseconds of one message, at sender, service and receiver together.
const TARGET: f64 = 60.0;

/// What franking takes: the tag that the sender makes, the stamp of the service, and both checked by the receiver.
/// Encoding and padding are in it, since the tag is over what they make.
pub(crate) fn measure(messages: usize) {
    let rng = SystemRandom::new();
    let hub = HubKeys::generate(&rng).unwrap();
    let (agents, conversation) = (hub.agents(), ConversationId::generate(&rng).unwrap());
    let sender = MemberId::from(SeekerId::generate(&rng).unwrap());
    println!("\nfranking, median of {messages} messages, µs");
    println!("{:>9} {:>9} {:>9} {:>9} {:>9}", "bytes", "tag", "stamp", "check", "all");
    for size in [100, 1_000, 10_000] {
        let draft = Draft::bytes(&vec![b'x'; size]);
        let mut taken: [Vec<f64>; 3] = Default::default();
        for _ in 0..messages {
            let (tag, made) = timed(|| Content::seal(sender, conversation, &draft, now(), &rng).unwrap());
            let (stamped, stamp) = timed(|| hub.stamp(&made.tag(), sender, conversation, now()).unwrap());
            let (checked, result) = timed(|| {
                agents.check(&stamp, sender, conversation).unwrap();
                Content::open(made.expose_data(), &made.aad(), sender, conversation)
            });
            assert!(result.is_ok());
            taken.iter_mut().zip([tag, stamped, checked]).for_each(|(taken, value)| taken.push(value));
        }
        let [tag, stamp, check] = taken.map(median);
        let all = tag + stamp + check;
        println!("{size:>9} {tag:>9.1} {stamp:>9.1} {check:>9.1} {all:>9.1}");
        println!("target, under {TARGET} µs: {}", if all < TARGET { "holds" } else { "MISSED" });
    }
}
