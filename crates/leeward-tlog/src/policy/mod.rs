//! C2SP tlog-policy: which logs are believed, and how many of which witnesses must have cosigned.

mod error;
mod parse;
mod quorum;

pub use error::PolicyError;
pub use parse::{MAX_OF_A_KIND, MAX_POLICY};

use crate::{
    Checkpoint,
    cosignature::CosignerKey,
    note::{Note, VerifierKey},
};
use quorum::Quorum;

/// Which logs are believed, and which witnesses must have seen what they signed.
///
/// ```
/// use leeward_tlog::{Policy, note::Note};
/// let policy = Policy::parse(b"\
/// log audit.example/log+4c3ecd77+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4
/// witness partner wit.example/w1+f9bdef00+BHm1Vi6P5lT5QHixEuipi6eQH4U65pW+1+DjkQutBJZk https://wit.example
/// group partners 1 partner
/// quorum partners
/// ")?;
/// # let note = "audit.example/log\n600\n1nNqfhU9l1uSDCIyIQZ3bn8Vib2IJOiPsTn5Zb+5x4s=\n\n\
/// # — audit.example/log TD7Nd81KveWnEZDkKOQL26tBWqjiB0x/GfQLbyugicVx41bi8G+TI2I3/miem3Jn59jgPnDq7RhHLkfQoaJAvmFdWAg=\n\
/// # — wit.example/w1 +b3vAAAAAABpUkfADna4E7cvE0NZa0k4XEyCBwV4M913SWhwJ+NF/2gPClIWKrJtw7A+v99ou2fWW1RcJLcYIUNX/weD4CDphF5ICA==\n";
/// let witnessed = policy.verify(&Note::parse(note.as_bytes())?)?;
/// assert_eq!(witnessed.checkpoint.size(), 600);
/// assert_eq!(witnessed.cosignatures[0].time, 1_767_000_000);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<Log>,
    witnesses: Vec<Witness>,
    quorum: Quorum,
}

/// A log that a policy names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    key: Option<VerifierKey>,
    url: Option<String>,
}

/// A witness that a policy names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    name: Vec<u8>,
    key: Option<CosignerKey>,
    url: Option<String>,
}

/// A checkpoint that holds under a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Witnessed {
    /// What was signed.
    pub checkpoint: Checkpoint,
    /// The cosignatures by witnesses of the policy, in its order: at least those that it asks for.
    pub cosignatures: Vec<Cosignature>,
}

/// A cosignature that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cosignature {
    /// The name of the witness's key.
    pub witness: String,
    /// When the witness made it, in POSIX seconds. Whether that is long ago, its reader judges. 0 says that
    /// the tree is part of one history, and nothing of when, or of how long that was.
    pub time: u64,
}

impl Policy {
    /// Reads a policy. A witness or log whose key is of a type not known here is kept, but never signs.
    ///
    /// # Errors
    /// [`PolicyError::TooLarge`]; [`PolicyError::Line`] and [`PolicyError::Key`], with the line's
    /// number; [`PolicyError::Quorum`].
    pub fn parse(policy: &[u8]) -> Result<Self, PolicyError> {
        parse::parse(policy)
    }

    /// Checks a checkpoint: one of the policy's logs signed it, enough witnesses cosigned it, and every
    /// signature by a known key holds. Signatures by others are ignored.
    ///
    /// # Errors
    /// [`PolicyError::NoLog`] when the policy names none: [`verify_from`](Self::verify_from) takes
    /// their keys; [`PolicyError::Note`]; [`PolicyError::Unmet`].
    pub fn verify(&self, note: &Note) -> Result<Witnessed, PolicyError> {
        let keys: Vec<VerifierKey> = self.logs.iter().filter_map(|log| log.key.clone()).collect();
        if keys.is_empty() { Err(PolicyError::NoLog) } else { self.verify_from(note, &keys) }
    }

    /// As [`verify`](Self::verify), for logs that are known from elsewhere, whatever logs it names.
    ///
    /// # Errors
    /// [`PolicyError::Note`]; [`PolicyError::Unmet`].
    pub fn verify_from(&self, note: &Note, logs: &[VerifierKey]) -> Result<Witnessed, PolicyError> {
        let checkpoint = Checkpoint::from_note_by(note, logs)?;
        let times = self.witnesses.iter().map(|witness| witness.time_of(note));
        let times = times.collect::<Result<Vec<_>, _>>()?;
        let signed = |number| matches!(times.get(number), Some(Some(_)));
        if !self.quorum.is_met(signed) {
            return Err(PolicyError::Unmet);
        }
        let cosignatures = self.witnesses.iter().zip(&times).filter_map(|(witness, time)| {
            Some(Cosignature { witness: witness.key.as_ref()?.name().to_owned(), time: (*time)? })
        });
        Ok(Witnessed { checkpoint, cosignatures: cosignatures.collect() })
    }

    /// The logs, in the policy's order.
    #[must_use]
    pub fn logs(&self) -> &[Log] {
        &self.logs
    }

    /// The witnesses, in the policy's order.
    #[must_use]
    pub fn witnesses(&self) -> &[Witness] {
        &self.witnesses
    }
}

impl Log {
    /// Its key, if of a type known here.
    #[must_use]
    pub const fn key(&self) -> Option<&VerifierKey> {
        self.key.as_ref()
    }

    /// Where to reach it, if the policy says so.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }
}

impl Witness {
    /// What the policy calls it. It may be any bytes; what is no UTF-8 is shown with replacements.
    #[must_use]
    pub fn name(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.name)
    }

    /// Its key, if of a type known here.
    #[must_use]
    pub const fn key(&self) -> Option<&CosignerKey> {
        self.key.as_ref()
    }

    /// Where to reach it, if the policy says so: the submission prefix of C2SP tlog-witness.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }

    fn time_of(&self, note: &Note) -> Result<Option<u64>, PolicyError> {
        self.key.as_ref().map_or(Ok(None), |key| Ok(key.verify(note)?))
    }
}
