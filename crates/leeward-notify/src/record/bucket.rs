use super::{FORM, Fields, push_time};
use crate::NotifyError;
use leeward_store::{Timestamp, Value};

pub(crate) fn encode_bucket(full_at: Timestamp) -> Value {
    let mut bytes = vec![FORM];
    push_time(&mut bytes, full_at);
    Value::new(bytes)
}

pub(crate) fn decode_bucket(bytes: &[u8]) -> Result<Timestamp, NotifyError> {
    let mut fields = Fields::of_form_1(bytes, "a budget that cannot be read")?;
    let full_at = fields.take_time()?;
    fields.end()?;
    Ok(full_at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_pinned_byte_for_byte() {
        let full_at = Timestamp::from_second(1_000_000_000).unwrap();
        let known = b"\x01\x00\x00\x00\xe8\xd4\xa5\x10\x00";
        assert_eq!(encode_bucket(full_at).as_bytes(), known);
        assert_eq!(decode_bucket(known).unwrap(), full_at);
        assert!((0..known.len()).all(|len| decode_bucket(&known[..len]).is_err()));
        assert!(decode_bucket(b"\x01\x00\x00\x00\xe8\xd4\xa5\x10\x00\x00").is_err());
        assert!(decode_bucket(b"\x01\x7f\xff\xff\xff\xff\xff\xff\xff").is_err());
    }
}
