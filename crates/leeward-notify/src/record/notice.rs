use super::{FORM, Fields, push_tagged, push_text, push_time};
use crate::{AddressId, Notice, NoticeKind, NotifyError, OneTimeCode};
use leeward_event::StaffId;
use leeward_store::{Timestamp, Value};

const WHAT: &str = "a notice that cannot be read";
/// Room for the longest record, so that a code is not left behind when the bytes grow.
const CAPACITY: usize = 1 + 16 + 2 + 8 + 17 + 2 + OneTimeCode::MAX_LEN;

/// A notice as it waits.
#[derive(Debug)]
pub(crate) struct NoticeRecord {
    pub(crate) account: StaffId,
    pub(crate) kind: NoticeKind,
    pub(crate) at: Timestamp,
    pub(crate) never_only: Option<AddressId>,
    pub(crate) stop_code: Option<OneTimeCode>,
}

impl NoticeRecord {
    pub(crate) fn encode(notice: &Notice) -> Value {
        let mut bytes = Vec::with_capacity(CAPACITY);
        bytes.push(FORM);
        bytes.extend(notice.account.as_bytes());
        bytes.extend(notice.kind.code().to_be_bytes());
        push_time(&mut bytes, notice.at);
        push_tagged(&mut bytes, notice.never_only.map(|id| *id.as_bytes()));
        push_text(&mut bytes, notice.stop_code.as_ref().map_or("", OneTimeCode::expose));
        Value::new(bytes)
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, NotifyError> {
        let mut fields = Fields::of_form_1(bytes, WHAT)?;
        let account = StaffId::from_bytes(fields.take()?);
        let kind = NoticeKind::from_code(u16::from_be_bytes(fields.take()?));
        let kind = kind.ok_or_else(|| fields.corrupt())?;
        let at = fields.take_time()?;
        let never_only = fields.take_tagged()?.map(AddressId::from_bytes);
        let stop_code = match fields.take_text(OneTimeCode::MAX_LEN)? {
            "" => None,
            text => Some(OneTimeCode::from_text(text).map_err(|_| fields.corrupt())?),
        };
        fields.end()?;
        Ok(Self { account, kind, at, never_only, stop_code })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Form 1. A change here is a new form.
    const KNOWN: &[u8] = b"\x01\
        \x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\
        \x00\x1e\x00\x00\x00\xe8\xd4\xa5\x10\x00\
        \x01\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\
        \x00\x06ab-123";

    #[test]
    fn the_form_is_pinned_byte_for_byte() {
        let at = Timestamp::from_second(1_000_000_000).unwrap();
        let notice = Notice::new(StaffId::from_bytes([0x11; 16]), NoticeKind::RecoveryStarted, at)
            .never_only(AddressId::from_bytes([0x22; 16]))
            .stop_code(OneTimeCode::from_text("ab-123").unwrap());
        assert_eq!(NoticeRecord::encode(&notice).as_bytes(), KNOWN);

        let read = NoticeRecord::decode(KNOWN).unwrap();
        assert_eq!((read.account, read.kind, read.at), (notice.account, notice.kind, at));
        assert_eq!(read.never_only, notice.never_only);
        assert_eq!(read.stop_code.unwrap().expose(), "ab-123");
    }

    #[test]
    fn no_beginning_and_no_continuation_of_a_notice_is_one() {
        for len in 0..KNOWN.len() {
            assert!(NoticeRecord::decode(&KNOWN[..len]).is_err());
        }
        assert!(NoticeRecord::decode(&[KNOWN, b"\0"].concat()).is_err());
        let later = [&[2], &KNOWN[1..]].concat();
        assert!(matches!(NoticeRecord::decode(&later), Err(NotifyError::UnknownVersion { version: 2 })));
    }
}
