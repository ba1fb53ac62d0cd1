use crate::{KeyPurpose, record::KEYS};
use leeward_event::Subject;
use leeward_store::{Key, StoreError};
use ring::digest;

/// Whose data keys these are: a subject, the service itself, or its indexes.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Owner {
    row: Key,
    subject: Vec<u8>,
    purpose: KeyPurpose,
}

const SERVICE: &[u8] = b"service";
const INDEXES: &[u8] = b"index";
const SUBJECT: &[u8] = b"subject";
const DIGEST: &[u8] = b"digest";

/// Longer subjects are named by their digest, so that the key of a row is always short enough.
const MAX_PLAIN: usize = 64;

impl Owner {
    /// The owner of a sealed record.
    pub(crate) fn of(record: &Key) -> Result<Self, StoreError> {
        match record.subject() {
            Some(subject) => Self::named(&subject),
            None => Self::service(),
        }
    }

    pub(crate) fn of_subject(subject: &Subject) -> Result<Self, StoreError> {
        Self::named(&subject.id_bytes())
    }

    pub(crate) fn service() -> Result<Self, StoreError> {
        Ok(Self { row: KEYS.key(&[SERVICE])?, subject: Vec::new(), purpose: KeyPurpose::Records })
    }

    pub(crate) fn indexes() -> Result<Self, StoreError> {
        Ok(Self { row: KEYS.key(&[INDEXES])?, subject: Vec::new(), purpose: KeyPurpose::Indexes })
    }

    /// The owner that a row of data keys belongs to.
    pub(crate) fn from_row(row: Key) -> Self {
        let mut segments = row.segments().into_iter();
        let kind = segments.next().unwrap_or_default();
        let purpose = if kind == INDEXES { KeyPurpose::Indexes } else { KeyPurpose::Records };
        Self { subject: segments.next().unwrap_or_default(), row, purpose }
    }

    fn named(subject: &[u8]) -> Result<Self, StoreError> {
        let (kind, subject) = if subject.len() <= MAX_PLAIN {
            (SUBJECT, subject.to_vec())
        } else {
            (DIGEST, digest::digest(&digest::SHA256, subject).as_ref().to_vec())
        };
        Ok(Self { row: KEYS.key(&[kind, &subject])?, subject, purpose: KeyPurpose::Records })
    }

    pub(crate) const fn row(&self) -> &Key {
        &self.row
    }

    /// The subject as the row names it; empty for the service and its indexes.
    pub(crate) fn subject(&self) -> &[u8] {
        &self.subject
    }

    pub(crate) const fn purpose(&self) -> KeyPurpose {
        self.purpose
    }

    /// Whether these keys can be destroyed, so that every use must look whether they were.
    pub(crate) fn can_be_erased(&self) -> bool {
        !self.subject.is_empty()
    }
}
