use leeward_event::{Event, StaffId};

/// Bytes that decode to an event are the ones that it encodes to.
pub fn event_decode(data: &[u8]) {
    if let Ok(event) = Event::decode(data) {
        assert_eq!(event.encode(), data);
    }
}

/// An identifier has one spelling.
pub fn event_id(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(id) = text.parse::<StaffId>() {
        assert_eq!(id.to_string(), text);
    }
}
