use super::{FORM, Fields, push_time};
use crate::NotifyError;
use leeward_store::{Timestamp, Value};

pub(crate) fn encode_moment(at: Timestamp) -> Value {
    let mut bytes = vec![FORM];
    push_time(&mut bytes, at);
    Value::new(bytes)
}

pub(crate) fn decode_moment(bytes: &[u8], what: &'static str) -> Result<Timestamp, NotifyError> {
    let mut fields = Fields::of_form_1(bytes, what)?;
    let at = fields.take_time()?;
    fields.end()?;
    Ok(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_pinned_byte_for_byte() {
        let at = Timestamp::from_second(1_000_000_000).unwrap();
        let known = b"\x01\x00\x00\x00\xe8\xd4\xa5\x10\x00";
        assert_eq!(encode_moment(at).as_bytes(), known);
        assert_eq!(decode_moment(known, "a moment").unwrap(), at);
        assert!((0..known.len()).all(|len| decode_moment(&known[..len], "a moment").is_err()));
        assert!(decode_moment(b"\x01\x00\x00\x00\xe8\xd4\xa5\x10\x00\x00", "a moment").is_err());
        assert!(decode_moment(b"\x01\x7f\xff\xff\xff\xff\xff\xff\xff", "a moment").is_err());
    }
}
