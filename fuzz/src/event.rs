use leeward_event::Event;

/// Bytes that decode to an event are the ones that it encodes to.
pub fn event_decode(data: &[u8]) {
    if let Ok(event) = Event::decode(data) {
        assert_eq!(event.encode(), data);
    }
}
