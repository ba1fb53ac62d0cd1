//! What is begun on one machine and finished on another: kept in the store, sealed, and taken out once.

use crate::{Mfa, MfaError, unless_erased};
use jiff::Timestamp;
use leeward_store::{Batch, Expect, Key, Space};
use ring::{digest, rand::SecureRandom};
use std::fmt::{self, Write};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

const PENDING: Space = Space::sealed("mfa.pending");
/// What the hashes of tickets are for. A ticket is no session token, and a session token is no ticket:
/// neither is found by the hash of the other.
const CONTEXT: &[u8] = b"leeward mfa pending ticket, version 1";
const FORM: u8 = 1;

/// What takes a parked sign-in or enrolment up again, once: 256 random bits. Give it to the client that
/// began, in a cookie of its own.
///
/// It is no session token and opens nothing by itself. The store knows its hash alone.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Ticket(Box<[u8; 32]>);

/// What was parked: one is not taken for the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    SignIn = 1,
    Enrolment = 2,
}

impl Ticket {
    /// As text: 64 hexadecimal digits.
    #[must_use]
    pub fn expose(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(64));
        for byte in self.0.iter() {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        text
    }

    /// Reads the text of a ticket.
    ///
    /// # Errors
    /// [`MfaError::Expired`] for anything else: to whoever presents it, it is as good as one that is over.
    pub fn parse(text: &str) -> Result<Self, MfaError> {
        let digits: &[u8; 64] = text.as_bytes().try_into().map_err(|_| MfaError::Expired)?;
        let mut ticket = Self(Box::new([0; 32]));
        for (byte, pair) in ticket.0.iter_mut().zip(digits.chunks_exact(2)) {
            for digit in pair {
                *byte = (*byte << 4) | nibble(*digit).ok_or(MfaError::Expired)?;
            }
        }
        Ok(ticket)
    }

    fn key(&self, purpose: Purpose) -> Result<Key, MfaError> {
        let hash = digest::digest(&digest::SHA256, &[CONTEXT, &[purpose as u8], &*self.0].concat());
        Ok(PENDING.key(&[&[purpose as u8], hash.as_ref()])?)
    }
}

pub(crate) async fn park(
    mfa: &Mfa,
    purpose: Purpose,
    bytes: Zeroizing<Vec<u8>>,
    until: Timestamp,
) -> Result<Ticket, MfaError> {
    let mut ticket = Ticket(Box::new([0; 32]));
    mfa.rng().fill(ticket.0.as_mut_slice()).map_err(|_| MfaError::Random)?;
    let mut batch = Batch::new();
    batch.put_until(ticket.key(purpose)?, Expect::Absent, [&[FORM][..], &bytes].concat(), until);
    mfa.store().commit(batch).await?;
    Ok(ticket)
}

/// Reads and deletes in one step, so that of many uses of a ticket one gets what was parked.
pub(crate) async fn take(
    mfa: &Mfa,
    purpose: Purpose,
    ticket: Ticket,
) -> Result<Zeroizing<Vec<u8>>, MfaError> {
    let key = &ticket.key(purpose)?;
    let taken = mfa.store().transact(|tx| async move {
        let entry = unless_erased(tx.get(key).await)?.ok_or(MfaError::Expired)?;
        tx.delete(key)?;
        Ok::<_, MfaError>(Zeroizing::new(entry.value.as_bytes().to_vec()))
    });
    let taken = taken.await?;
    match taken.split_first() {
        Some((&FORM, rest)) => Ok(Zeroizing::new(rest.to_vec())),
        _ => Err(MfaError::Record { what: "a form that this release does not know: update it" }),
    }
}

const fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit.wrapping_sub(b'0')),
        b'a'..=b'f' => Some(digit.wrapping_sub(b'a').wrapping_add(10)),
        _ => None,
    }
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ticket([redacted])")
    }
}
