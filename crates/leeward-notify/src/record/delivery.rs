use super::{
    FORM, Fields,
    book::{push_address, take_address},
    push_text, push_time,
};
use crate::{
    Address, AddressId, CodePurpose, Email, Language, MessageId, NoticeKind, NotifyError, OneTimeCode,
};
use leeward_event::StaffId;
use leeward_store::{Timestamp, Value};

const WHAT: &str = "a message that cannot be read";
/// Room for the longest record, so that a code is not left behind when the bytes grow.
const CAPACITY: usize =
    1 + 16 + 16 + 2 + 1 + 3 + Email::MAX_LEN + 2 + Language::MAX_LEN + 1 + 13 + 2 + OneTimeCode::MAX_LEN;

/// A message on its way.
#[derive(Debug)]
pub(crate) struct DeliveryRecord {
    pub(crate) id: MessageId,
    pub(crate) account: StaffId,
    pub(crate) tries: u8,
    pub(crate) delays: u8,
    pub(crate) to: Target,
    pub(crate) errand: Errand,
}

/// Where it goes.
#[derive(Debug)]
pub(crate) enum Target {
    /// An address of the account, as it is when the message leaves.
    Known(AddressId),
    /// One that is none of the account's yet.
    New(Address, Language),
}

/// What it brings.
#[derive(Debug)]
pub(crate) enum Errand {
    Notice { kind: NoticeKind, stop_code: Option<OneTimeCode> },
    Code { purpose: CodePurpose, valid_for: u32, valid_until: Timestamp, code: OneTimeCode },
}

impl DeliveryRecord {
    pub(crate) fn encode(&self) -> Value {
        let mut bytes = Vec::with_capacity(CAPACITY);
        bytes.push(FORM);
        bytes.extend(self.id.as_bytes());
        bytes.extend(self.account.as_bytes());
        bytes.extend([self.tries, self.delays]);
        match &self.to {
            Target::Known(id) => {
                bytes.push(1);
                bytes.extend(id.as_bytes());
            }
            Target::New(address, language) => {
                bytes.push(2);
                push_address(&mut bytes, address, language);
            }
        }
        push_errand(&mut bytes, &self.errand);
        Value::new(bytes)
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, NotifyError> {
        let mut fields = Fields::of_form_1(bytes, WHAT)?;
        let id = MessageId::from_bytes(fields.take()?);
        let account = StaffId::from_bytes(fields.take()?);
        let [tries, delays] = fields.take()?;
        let to = match fields.take()? {
            [1] => Target::Known(AddressId::from_bytes(fields.take()?)),
            [2] => take_address(&mut fields).map(|(address, language)| Target::New(address, language))?,
            _ => return Err(fields.corrupt()),
        };
        let errand = take_errand(&mut fields)?;
        fields.end()?;
        Ok(Self { id, account, tries, delays, to, errand })
    }
}

fn push_errand(bytes: &mut Vec<u8>, errand: &Errand) {
    match errand {
        Errand::Notice { kind, stop_code } => {
            bytes.push(1);
            bytes.extend(kind.code().to_be_bytes());
            push_text(bytes, stop_code.as_ref().map_or("", OneTimeCode::expose));
        }
        Errand::Code { purpose, valid_for, valid_until, code } => {
            bytes.push(2);
            bytes.push(purpose.code());
            bytes.extend(valid_for.to_be_bytes());
            push_time(bytes, *valid_until);
            push_text(bytes, code.expose());
        }
    }
}

fn take_errand(fields: &mut Fields<'_>) -> Result<Errand, NotifyError> {
    match fields.take()? {
        [1] => {
            let kind = NoticeKind::from_code(u16::from_be_bytes(fields.take()?));
            let kind = kind.ok_or_else(|| fields.corrupt())?;
            Ok(Errand::Notice { kind, stop_code: take_code(fields)? })
        }
        [2] => {
            let [purpose] = fields.take()?;
            let purpose = CodePurpose::from_code(purpose).ok_or_else(|| fields.corrupt())?;
            let valid_for = u32::from_be_bytes(fields.take()?);
            let valid_until = fields.take_time()?;
            let code = take_code(fields)?.ok_or_else(|| fields.corrupt())?;
            Ok(Errand::Code { purpose, valid_for, valid_until, code })
        }
        _ => Err(fields.corrupt()),
    }
}

fn take_code(fields: &mut Fields<'_>) -> Result<Option<OneTimeCode>, NotifyError> {
    match fields.take_text(OneTimeCode::MAX_LEN)? {
        "" => Ok(None),
        text => OneTimeCode::from_text(text).map(Some).map_err(|_| fields.corrupt()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Form 1. A change here is a new form.
    const NOTICE: &[u8] = b"\x01\
        \x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\
        \x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x03\x04\
        \x01\x33\x33\x33\x33\x33\x33\x33\x33\x33\x33\x33\x33\x33\x33\x33\x33\
        \x01\x00\x0a\x00\x00";
    const CODE: &[u8] = b"\x01\
        \x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\
        \x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x22\x00\x00\
        \x02\x02\x00\x0c+41791234567\x00\x02en\
        \x02\x01\x00\x00\x02\x58\x00\x00\x00\xe8\xd4\xa5\x10\x00\x00\x06123456";

    #[test]
    fn the_forms_are_pinned_byte_for_byte() {
        let read = DeliveryRecord::decode(NOTICE).unwrap();
        assert_eq!(read.encode().as_bytes(), NOTICE);
        assert_eq!((read.tries, read.delays), (3, 4));
        assert!(matches!(read.errand, Errand::Notice { kind: NoticeKind::FactorAdded, stop_code: None }));

        let read = DeliveryRecord::decode(CODE).unwrap();
        assert_eq!(read.encode().as_bytes(), CODE);
        let Errand::Code { purpose, valid_for, code, .. } = &read.errand else { panic!("{read:?}") };
        assert_eq!((*purpose, *valid_for, code.expose()), (CodePurpose::ConfirmAddress, 600, "123456"));
        assert!(!format!("{read:?}").contains("123456") && !format!("{read:?}").contains("4179"));
    }

    #[test]
    fn no_beginning_and_no_continuation_of_a_message_is_one() {
        for known in [NOTICE, CODE] {
            assert!((0..known.len()).all(|len| DeliveryRecord::decode(&known[..len]).is_err()));
            assert!(DeliveryRecord::decode(&[known, b"\0"].concat()).is_err());
        }
    }
}
