use leeward_event::{ConversationId, SeekerId, StaffId};
use ring::rand::SystemRandom;

#[test]
fn an_id_is_written_as_hexadecimal_and_read_back() {
    let id = StaffId::from_bytes([0xab; 16]);
    assert_eq!(id.to_string(), "ab".repeat(16));
    assert_eq!(format!("{id:?}"), format!("StaffId({})", "ab".repeat(16)));
    assert_eq!(id.to_string().parse(), Ok(id));
}

#[test]
fn other_texts_are_no_id() {
    let upper = "AB".repeat(16);
    let (short, long, foreign) = ("ab".repeat(15), "ab".repeat(17), format!("{}é", "ab".repeat(15)));
    for text in ["", "xyz", &upper, &short, &long, &foreign] {
        assert!(text.parse::<SeekerId>().is_err(), "{text}");
    }
}

#[test]
fn two_random_ids_differ() {
    let rng = SystemRandom::new();
    assert_ne!(ConversationId::generate(&rng).unwrap(), ConversationId::generate(&rng).unwrap());
}
