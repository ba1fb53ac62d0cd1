//! The persisted forms. All numbers are big-endian, times are milliseconds since 1970-01-01T00:00Z, a
//! text or a code stands behind its length in two bytes.
//!
//! A notice that is due, form 1:
//!
//! | bytes | what |
//! |---|---|
//! | 1 | form: 1 |
//! | 16 | account |
//! | 2 | [`NoticeKind::code`](crate::NoticeKind::code) |
//! | 8 | when it happened |
//! | 1 + 16 | the address it must not go to alone: 1, or 0 and zeroes for none |
//! | 2 + n | the code that stops it; empty for none |
//!
//! The addresses of an account, form 1: the form, their number, and of each
//!
//! | bytes | what |
//! |---|---|
//! | 16 | which address |
//! | 1 + 2 + n | 1 mail or 2 telephone, and the address |
//! | 2 + n | language |
//! | 1 | 1 safe, 2 designee, 4 hours, 8 leaving; added up |
//! | 2 + 2 + 2 + n | with hours: from and until in minutes of the day, POSIX time zone |
//! | 8 | when leaving: until when it gets notices |
//!
//! A message on its way, form 1:
//!
//! | bytes | what |
//! |---|---|
//! | 1 | form: 1 |
//! | 16 | which message |
//! | 16 | account |
//! | 1 + 1 | times tried, times put off |
//! | 1 | 1: to an address of the account, 2: to one that is none yet |
//! | 16, or 1 + 2 + n and 2 + n | which address; or the address itself and the language |
//! | 1 | 1: a notice, 2: a code |
//! | 2 + 2 + n, or 1 + 4 + 8 + 2 + n | kind and stop code; or purpose, seconds of validity, valid until, code |
//!
//! A moment, form 1: the form, and 8 bytes. Of a budget it is when the bucket is full again, of a record that
//! was set aside since when.

mod book;
mod delivery;
mod moment;
mod notice;

pub(crate) use book::Book;
pub(crate) use delivery::{DeliveryRecord, Errand, Target};
pub(crate) use moment::{decode_moment, encode_moment};
pub(crate) use notice::NoticeRecord;

use crate::NotifyError;
use leeward_store::Timestamp;

pub(crate) const FORM: u8 = 1;

/// What every record here is: fields that are taken off the front, and nothing after the last.
pub(crate) struct Fields<'a> {
    rest: &'a [u8],
    what: &'static str,
}

impl<'a> Fields<'a> {
    /// The fields after the form, which must be the one known.
    pub(crate) fn of_form_1(bytes: &'a [u8], what: &'static str) -> Result<Self, NotifyError> {
        match bytes.split_first() {
            Some((&FORM, rest)) => Ok(Self { rest, what }),
            Some((&version, _)) => Err(NotifyError::UnknownVersion { version }),
            None => Err(NotifyError::Corrupt { what }),
        }
    }

    pub(crate) fn take<const N: usize>(&mut self) -> Result<[u8; N], NotifyError> {
        let (field, rest) = self.rest.split_first_chunk().ok_or_else(|| self.corrupt())?;
        self.rest = rest;
        Ok(*field)
    }

    /// A moment, to the millisecond.
    pub(crate) fn take_time(&mut self) -> Result<Timestamp, NotifyError> {
        Timestamp::from_millisecond(i64::from_be_bytes(self.take()?)).map_err(|_| self.corrupt())
    }

    pub(crate) fn take_text(&mut self, max: usize) -> Result<&'a str, NotifyError> {
        let len = usize::from(u16::from_be_bytes(self.take()?));
        if len > max {
            return Err(self.corrupt());
        }
        let (text, rest) = self.rest.split_at_checked(len).ok_or_else(|| self.corrupt())?;
        self.rest = rest;
        std::str::from_utf8(text).map_err(|_| self.corrupt())
    }

    /// 1 and an id, or 0 and zeroes.
    pub(crate) fn take_tagged(&mut self) -> Result<Option<[u8; 16]>, NotifyError> {
        match (self.take()?, self.take()?) {
            ([0], id) if id == [0; 16] => Ok(None),
            ([1], id) => Ok(Some(id)),
            _ => Err(self.corrupt()),
        }
    }

    pub(crate) fn end(self) -> Result<(), NotifyError> {
        if self.rest.is_empty() { Ok(()) } else { Err(self.corrupt()) }
    }

    pub(crate) const fn corrupt(&self) -> NotifyError {
        NotifyError::Corrupt { what: self.what }
    }
}

/// The very last moments have no milliseconds that could be read again, so that they lose them.
pub(crate) fn push_time(bytes: &mut Vec<u8>, at: Timestamp) {
    let exact = at.as_millisecond();
    let whole = at.as_second().saturating_mul(1_000);
    let readable = Timestamp::from_millisecond(exact).is_ok();
    bytes.extend(if readable { exact } else { whole }.to_be_bytes());
}

pub(crate) fn push_tagged(bytes: &mut Vec<u8>, id: Option<[u8; 16]>) {
    bytes.push(u8::from(id.is_some()));
    bytes.extend(id.unwrap_or_default());
}

/// Whoever calls it has bounded the text well below 64 KiB.
pub(crate) fn push_text(bytes: &mut Vec<u8>, text: &str) {
    let len = u16::try_from(text.len()).unwrap_or(u16::MAX);
    bytes.extend(len.to_be_bytes());
    bytes.extend(text.bytes().take(usize::from(len)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_moment_that_is_written_is_read_again() {
        for at in [Timestamp::MIN, Timestamp::UNIX_EPOCH, Timestamp::MAX] {
            let mut bytes = vec![FORM];
            push_time(&mut bytes, at);
            let read = Fields::of_form_1(&bytes, "a moment").unwrap().take_time().unwrap();
            assert!(at.duration_since(read).abs() <= jiff::SignedDuration::from_secs(1));
        }
    }
}
