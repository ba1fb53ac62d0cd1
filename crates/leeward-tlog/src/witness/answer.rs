use super::AddCheckpoint;
use crate::{
    Checkpoint,
    checkpoint::parse_decimal,
    cosignature::CosignerKey,
    note::{MAX_SIGNATURES, NoteError, Signature},
};

/// The longest answer that is read, in bytes. Whoever fetches it needs to read no more.
pub const MAX_ANSWER: usize = 64 * 1024;

/// Why a witness did not cosign.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnswerError {
    /// 409: it cosigned another size last. Ask again from there, if the log was ever that large; if it
    /// was not, the log has gone back behind what it had published.
    #[error("the witness cosigned {size} entries last: ask again from there")]
    Conflict {
        /// The size that it cosigned last.
        size: u64,
    },
    /// 400: it could not read the request, or the request contradicts itself.
    #[error("the witness did not understand the request")]
    BadRequest,
    /// 403: it knows the log, but not this key, or found the signature wrong.
    #[error("the witness does not accept the log's signature: give it the log's key")]
    Untrusted,
    /// 404: it does not know the log.
    #[error("the witness does not know this log: give it the log's name and key")]
    UnknownLog,
    /// 422: to its knowledge, the checkpoint is not one of a log that only grew.
    #[error("the witness has seen another history of this log: find out who forked it")]
    Inconsistent,
    /// Another status.
    #[error("the witness answered with status {status}")]
    Status {
        /// The HTTP status.
        status: u16,
    },
    /// The answer is not written as one is.
    #[error("the witness answered with what is no answer")]
    Malformed,
    /// The answer has no cosignature by the expected key.
    #[error("the witness did not cosign with the key that it is known by")]
    NotCosigned,
    /// A cosignature by the expected key does not hold.
    #[error("the witness gave a cosignature that does not hold")]
    Cosignature(#[from] NoteError),
}

impl AddCheckpoint {
    /// Reads what a witness answered: its cosignature, checked, to be [added](crate::note::Note::with_signature)
    /// to the checkpoint. Lines by other keys are ignored.
    ///
    /// # Errors
    /// Every variant of [`AnswerError`].
    pub fn read_answer(&self, key: &CosignerKey, status: u16, body: &[u8]) -> Result<Signature, AnswerError> {
        let text = (body.len() <= MAX_ANSWER).then(|| std::str::from_utf8(body).ok()).flatten();
        match status {
            200 => self.read_lines(key, text.ok_or(AnswerError::Malformed)?),
            400 => Err(AnswerError::BadRequest),
            403 => Err(AnswerError::Untrusted),
            404 => Err(AnswerError::UnknownLog),
            409 => Err(self.conflict(text)),
            422 => Err(AnswerError::Inconsistent),
            status => Err(AnswerError::Status { status }),
        }
    }

    fn read_lines(&self, key: &CosignerKey, text: &str) -> Result<Signature, AnswerError> {
        let lines = text.strip_suffix('\n').ok_or(AnswerError::Malformed)?;
        let mut latest = None;
        for line in lines.split('\n').take(MAX_SIGNATURES) {
            let line = Signature::parse(line).map_err(|_| AnswerError::Malformed)?;
            if line.claims(key.name(), key.id()) {
                let time = key.verify_line(self.checkpoint(), &line)?;
                latest = latest.filter(|(before, _)| *before > time).or(Some((time, line)));
            }
        }
        latest.map(|(_, line)| line).ok_or(AnswerError::NotCosigned)
    }

    /// A witness that names the size it was asked from has seen another tree of that size: so v1.0.0 of
    /// the protocol answers, and v1.1.0 with 422.
    fn conflict(&self, text: Option<&str>) -> AnswerError {
        let asked = Checkpoint::parse(self.checkpoint().text()).map(|checkpoint| checkpoint.size());
        match text.and_then(|text| text.strip_suffix('\n')).and_then(parse_decimal) {
            Some(size) if size == self.old_size() && Some(size) == asked => AnswerError::Inconsistent,
            Some(size) if size == self.old_size() => AnswerError::Malformed,
            Some(size) => AnswerError::Conflict { size },
            None => AnswerError::Malformed,
        }
    }
}
