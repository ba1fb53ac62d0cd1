use crate::{MAX_ENTRY, Refusal, bytes::Reader};

/// What is in clear around an encrypted MLS message (RFC 9420 6.3), and all that is looked at here.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Frame<'a> {
    pub(crate) group_id: &'a [u8],
    pub(crate) epoch: u64,
    pub(crate) kind: FrameKind,
    pub(crate) aad: &'a [u8],
}

/// What an encrypted message is, by its own word: its members find out whether that is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FrameKind {
    Message,
    Commit,
}

const MLS_10: u16 = 1;
const PRIVATE_MESSAGE: u16 = 2;

impl<'a> Frame<'a> {
    /// Reads the frame. That a message is encrypted is seen by its form alone: there is no flag to believe.
    pub(crate) fn parse(message: &'a [u8]) -> Result<Self, Refusal> {
        if message.len() > MAX_ENTRY {
            return Err(Refusal::TooLarge);
        }
        let mut reader = Reader::new(message);
        match (reader.u16(), reader.u16()) {
            (Some(MLS_10), Some(PRIVATE_MESSAGE)) => {}
            (Some(MLS_10), Some(_)) => return Err(Refusal::NotEncrypted),
            _ => return Err(Refusal::Malformed),
        }
        let frame = body(&mut reader).ok_or(Refusal::Malformed)??;
        reader.end().ok_or(Refusal::Malformed)?;
        Ok(frame)
    }
}

fn body<'a>(reader: &mut Reader<'a>) -> Option<Result<Frame<'a>, Refusal>> {
    let (group_id, epoch) = (vector(reader)?, reader.u64()?);
    let kind = match reader.u8()? {
        1 => Ok(FrameKind::Message),
        3 => Ok(FrameKind::Commit),
        // Proposals that stand alone would be one more thing that members have to agree on.
        _ => Err(Refusal::Forbidden),
    };
    let aad = vector(reader)?;
    let (_sender_data, ciphertext) = (vector(reader)?, vector(reader)?);
    if ciphertext.is_empty() {
        return None;
    }
    Some(kind.map(|kind| Frame { group_id, epoch, kind, aad }))
}

/// A vector with a length of variable size (RFC 9420 2.1.2), in the shortest form only.
fn vector<'a>(reader: &mut Reader<'a>) -> Option<&'a [u8]> {
    let first = reader.u8()?;
    let (more, least) = match first >> 6 {
        0 => (0, 0),
        1 => (1, 1 << 6),
        2 => (3, 1 << 14),
        _ => return None,
    };
    let mut len = u32::from(first & 0x3f);
    for _ in 0..more {
        len = len << 8 | u32::from(reader.u8()?);
    }
    if len < least {
        return None;
    }
    reader.take(usize::try_from(len).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MESSAGE: &[u8] = b"\0\x01\0\x02\x02id\0\0\0\0\0\0\0\x07\x01\x03aad\x01s\x02ct";

    #[test]
    fn the_frame_is_pinned() {
        let frame = Frame { group_id: b"id", epoch: 7, kind: FrameKind::Message, aad: b"aad" };
        assert_eq!(Frame::parse(MESSAGE), Ok(frame));
        for len in 0..MESSAGE.len() {
            assert_eq!(Frame::parse(&MESSAGE[..len]), Err(Refusal::Malformed));
        }
        assert_eq!(Frame::parse(&[MESSAGE, &[0]].concat()), Err(Refusal::Malformed));
        assert_eq!(Frame::parse(&vec![0; MAX_ENTRY + 1]), Err(Refusal::TooLarge));
    }

    #[test]
    fn only_encrypted_messages_and_commits_pass() {
        let with = |at: usize, value: u8| {
            let mut message = MESSAGE.to_vec();
            message[at] = value;
            Frame::parse(&message).map(|frame| frame.kind)
        };
        assert_eq!(with(15, 3), Ok(FrameKind::Commit));
        assert_eq!(with(15, 2), Err(Refusal::Forbidden));
        for wire_format in [1, 3, 4, 5] {
            assert_eq!(with(3, wire_format), Err(Refusal::NotEncrypted));
        }
        assert_eq!(with(1, 2), Err(Refusal::Malformed));
    }

    #[test]
    fn lengths_have_one_form() {
        let long = b"\0\x01\0\x02\x40\x02id\0\0\0\0\0\0\0\x07\x01\x03aad\x01s\x02ct";
        assert_eq!(Frame::parse(long), Err(Refusal::Malformed));
        let eight = b"\0\x01\0\x02\xc0\0\0\0\0\0\0\x02id";
        assert_eq!(Frame::parse(eight), Err(Refusal::Malformed));
    }

    proptest! {
        #[test]
        fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..96)) {
            let _ = Frame::parse(&bytes);
            let _ = Frame::parse(&[&[0, 1, 0, 2][..], &bytes].concat());
        }
    }
}
